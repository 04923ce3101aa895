// The extractor: a checked plan that computes any number of inputs.

package mojoaudio

import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.FloatBuffer
import java.nio.ShortBuffer
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import mojoaudio.internal.Language
import mojoaudio.internal.NativeExtractor
import mojoaudio.internal.Samples
import mojoaudio.internal.fill
import mojoaudio.internal.refusing
import mojoaudio.internal.spectrogram
import mojoaudio.internal.values

/**
 * Computes mel spectrograms with one configuration, which is checked and planned once.
 *
 * ```kotlin
 * MelExtractor(MelConfig.whisper()).use { extractor ->
 *     val mel = extractor.compute(FloatArray(480_000))
 *     println("${mel.nMels} ${mel.nFrames}") // 80 3000
 * }
 * ```
 *
 * It never changes, so any number of threads can use the same one at once. Samples are mono: floats with a
 * full scale of 1, or shorts, which are divided by 32,768. Those in direct buffers of the machine's byte order
 * are read without a copy, others are copied once.
 *
 * [close] waits for running calls and frees the memory. Results and streams stay valid, later calls throw
 * [IllegalStateException]. Without [close] the memory is freed some time after the extractor becomes
 * unreachable.
 *
 * @property config the configuration
 * @param window [MelConfig.winLength] values instead of those of [MelConfig.window]
 * @param filterbank (nMels, nFft / 2 + 1) weights, row-major, instead of the triangles
 * @param rowMean what is subtracted from each row of the result, last of all: a value for each of the extractor's
 *   [nMels] rows, which are those of a whole stack if frames are stacked (the mean of global CMVN)
 * @param rowScale what each row is multiplied by after that: as many values (1 / deviation of global CMVN)
 * @throws MelException.Config an option is not allowed, or a table has a value that is not finite, or in [rowMean]
 *   and [rowScale] above 1e18 in magnitude
 * @throws MelException.BufferSize a table's length doesn't fit the options
 * @throws MelException.Allocation an allocation failed
 */
public class MelExtractor @JvmOverloads constructor(
    public val config: MelConfig = MelConfig(),
    window: FloatArray? = null,
    filterbank: FloatArray? = null,
    rowMean: FloatArray? = null,
    rowScale: FloatArray? = null,
) : AutoCloseable {
    private val native: NativeExtractor = listOf(window, filterbank, rowMean, rowScale).let { tables ->
        val lengths = tables.map { it?.size?.toULong() }
        refusing { NativeExtractor(config.options.byName(), bytes(tables), lengths, Language.KOTLIN) }
    }

    /** Number of rows of a result: the mel bands, the cepstral coefficients, or the bands and the energy. */
    public val nMels: Int = native.nMels().toInt()

    private fun open(): NativeExtractor {
        check(!native.uniffiIsDestroyed) { "the MelExtractor is closed" }
        return native
    }

    /** Frees the memory. A second call does nothing. */
    override fun close() {
        native.close()
    }

    /** Number of frames of the result for a number of samples: 0 if they are too few for one. */
    public fun frameCount(nSamples: Long): Long = open().frameCount(maxOf(nSamples, 0).toULong()).toLong()

    /**
     * Number of frames of the result that are not padding, as the attention masks of transformers count them; see
     * [frameCount] for all.
     */
    public fun validFrames(nSamples: Long): Long = open().validFrames(maxOf(nSamples, 0).toULong()).toLong()

    /**
     * The weights of the filters that the extractor uses: (nMels, nFft / 2 + 1), row-major, where nMels is
     * [MelConfig.nMels]. Those of the configured triangles are the ones of librosa's `filters.mel`, torchaudio's
     * `melscale_fbanks` or Kaldi's `MelBanks`, computed in float64 and rounded; your own are returned as they were
     * passed.
     *
     * @throws MelException.Allocation an allocation failed
     * @throws IllegalStateException the extractor is closed
     */
    public fun filterbank(): FloatArray = values(config.nMels, config.nFft.toLong() / 2 + 1) { address, length ->
        refusing { open().filterbank(address, length) }
    }

    /**
     * The bands whose filter is so narrow that it contains no bin of the transform. Their values are always
     * the floor. Use a larger [MelConfig.nFft] or fewer [MelConfig.nMels].
     */
    public fun emptyFilters(): List<Int> = open().emptyFilters().map { it.toInt() }

    /**
     * The mel spectrogram of `length` samples from `offset` on.
     *
     * @throws MelException.EmptyInput there are none
     * @throws MelException.Sample the first that is not finite, or so large that its power can't be
     *   represented
     * @throws MelException.Allocation an allocation failed
     * @throws IndexOutOfBoundsException the array does not have these samples
     * @throws IllegalStateException the extractor is closed
     */
    @JvmOverloads
    public fun compute(samples: FloatArray, offset: Int = 0, length: Int = samples.size - offset): MelSpectrogram =
        compute(Samples.of(samples, offset, length))

    /** The mel spectrogram of 16-bit samples. Throws what the form for floats throws. */
    @JvmOverloads
    public fun compute(samples: ShortArray, offset: Int = 0, length: Int = samples.size - offset): MelSpectrogram =
        compute(Samples.of(samples, offset, length))

    /**
     * The mel spectrogram of the samples between the buffer's position and its limit, which don't change.
     * Throws what the form for arrays throws.
     */
    public fun compute(samples: FloatBuffer): MelSpectrogram = compute(Samples.of(samples))

    /** The mel spectrogram of 16-bit samples. Throws what the form for floats throws. */
    public fun compute(samples: ShortBuffer): MelSpectrogram = compute(Samples.of(samples))

    private fun compute(samples: Samples): MelSpectrogram =
        spectrogram(nMels, frameCount(samples.count.toLong()), config.layout) { address, length ->
            compute(samples, address, length)
        }

    private fun compute(samples: Samples, address: ULong, length: ULong): ULong = samples.lend { bytes ->
        refusing {
            if (samples.isInt16) {
                open().computeInt16(bytes, address, length)
            } else {
                open().compute(bytes, address, length)
            }
        }
    }

    /**
     * Writes the mel spectrogram of the samples to `out` from its position on, in the order of
     * [MelSpectrogram.data]; into a direct buffer of the machine's byte order without a copy. Positions don't
     * change.
     *
     * @return the number of frames
     * @throws MelException.BufferSize `out` has less than [nMels] · [frameCount] values
     * @throws MelException.Argument `out` overlaps the samples
     */
    public fun computeInto(samples: FloatBuffer, out: FloatBuffer): Int =
        fill(out, nMels) { address, length -> compute(Samples.of(samples), address, length) }

    /** The same for 16-bit samples. */
    public fun computeInto(samples: ShortBuffer, out: FloatBuffer): Int =
        fill(out, nMels) { address, length -> compute(Samples.of(samples), address, length) }

    /** [compute] on [Dispatchers.Default]. */
    @JvmSynthetic
    public suspend fun computeSuspending(samples: FloatArray): MelSpectrogram =
        withContext(Dispatchers.Default) { compute(samples) }

    /** [compute] on [Dispatchers.Default]. */
    @JvmSynthetic
    public suspend fun computeSuspending(samples: ShortArray): MelSpectrogram =
        withContext(Dispatchers.Default) { compute(samples) }

    /**
     * The mel spectrograms of many clips of any lengths, on several threads, each with the same bits as from
     * [compute].
     *
     * @param threads the number of threads; 0 for one for each core of the machine
     * @throws MelException for the first failed clip, which [MelException.clip] and the message name
     */
    @JvmOverloads
    public fun computeBatch(clips: List<FloatArray>, threads: Int = 0): List<MelSpectrogram> =
        batch(clips.size, threads) { compute(clips[it]) }

    /** The same for 16-bit samples. */
    @JvmOverloads
    public fun computeBatchInt16(clips: List<ShortArray>, threads: Int = 0): List<MelSpectrogram> =
        batch(clips.size, threads) { compute(clips[it]) }

    /** [computeBatch] on [Dispatchers.Default] and its own threads. */
    @JvmSynthetic
    public suspend fun computeBatchSuspending(clips: List<FloatArray>, threads: Int = 0): List<MelSpectrogram> =
        withContext(Dispatchers.Default) { computeBatch(clips, threads) }

    /**
     * A stream for one live signal.
     *
     * @throws MelException.Config with the option that needs the whole input, such as Whisper's
     *   [MelConfig.reference]
     */
    public fun stream(): MelStream = MelStream(refusing { open().stream() }, nMels, config.layout)
}

/** Tables in the library's form: one after the other. */
private fun bytes(tables: List<FloatArray?>): ByteBuffer {
    val bytes = ByteBuffer.allocateDirect(tables.sumOf { it?.size ?: 0 } * Float.SIZE_BYTES).order(ByteOrder.nativeOrder())
    val floats = bytes.asFloatBuffer()
    tables.filterNotNull().forEach { floats.put(it) }
    return bytes
}

private fun batch(count: Int, threads: Int, compute: (Int) -> MelSpectrogram): List<MelSpectrogram> {
    if (threads < 0) throw MelException.Argument("threads must be at least 0, got $threads", "threads")
    val results = arrayOfNulls<Result<MelSpectrogram>>(count)
    val taken = AtomicInteger()
    val work = {
        generateSequence { taken.getAndIncrement().takeIf { it < count } }.forEach { clip ->
            results[clip] = runCatching { compute(clip) }
        }
    }
    val workers = minOf(if (threads == 0) Runtime.getRuntime().availableProcessors() else threads, count)
    val others = List(maxOf(workers - 1, 0)) { thread(isDaemon = true, name = "mel batch") { work() } }
    work()
    others.forEach(::joinInAnyCase)
    return results.mapIndexed { clip, result ->
        result!!.getOrElse { throw if (it is MelException) it.ofClip(clip) else it }
    }
}

/** Remembers an interrupt for later, because the threads still use the clips. */
private fun joinInAnyCase(thread: Thread) {
    var wasInterrupted = false
    while (true) {
        try {
            thread.join()
            break
        } catch (_: InterruptedException) {
            wasInterrupted = true
        }
    }
    if (wasInterrupted) Thread.currentThread().interrupt()
}
