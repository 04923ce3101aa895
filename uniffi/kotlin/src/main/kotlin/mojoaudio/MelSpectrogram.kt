// The result.

package mojoaudio

/**
 * A mel spectrogram, or the cepstrum of one: [nMels] · [nFrames] values.
 *
 * @property data the values, row-major: (nMels, nFrames) if [layout] is `MEL_MAJOR`, otherwise
 *   (nFrames, nMels). The array is the spectrogram's own, not a copy
 * @property nMels number of rows: the mel bands, the cepstral coefficients, or the bands and the energy
 * @property nFrames number of frames
 * @property layout the order of [data]
 */
public class MelSpectrogram internal constructor(
    public val data: FloatArray,
    public val nMels: Int,
    public val nFrames: Int,
    public val layout: MelConfig.Layout,
) {
    /**
     * The value of a row in a frame.
     *
     * @throws IndexOutOfBoundsException there is no such row or frame
     */
    public operator fun get(mel: Int, frame: Int): Float {
        if (mel !in 0..<nMels || frame !in 0..<nFrames) {
            throw IndexOutOfBoundsException("($mel, $frame) is outside of ($nMels, $nFrames)")
        }
        return if (layout == MelConfig.Layout.MEL_MAJOR) data[mel * nFrames + frame] else data[frame * nMels + mel]
    }

    /** Whether the other has the same shape, the same order and the same values, bit for bit. */
    override fun equals(other: Any?): Boolean = other is MelSpectrogram && other.nMels == nMels &&
        other.nFrames == nFrames && other.layout == layout && other.data.contentEquals(data)

    override fun hashCode(): Int = 31 * (31 * nMels + nFrames) + data.contentHashCode()

    override fun toString(): String = "MelSpectrogram($nMels x $nFrames, ${layout.text})"
}
