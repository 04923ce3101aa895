// The last frames of a live signal, as a model takes them.

package mojoaudio

import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.FloatBuffer
import java.nio.ShortBuffer
import mojoaudio.internal.asBuffer

/**
 * The last [nFrames] frames of a live signal, in the order in which a model takes them.
 *
 * ```kotlin
 * val window = MelWindow(stream.nMels, 100, MelConfig.Layout.FRAME_MAJOR)
 * window.push(stream.push(samples))
 * if (window.isFull) model.run(window.read()) // the last second, with a hop of 10 ms
 * ```
 *
 * Pushing a frame costs as much whatever the number of frames; [read] puts them in order. Threads must not use a
 * window at once.
 *
 * @property nMels number of rows of each frame
 * @property nFrames number of frames in the window
 * @property layout the order of the values that [read] and [copyInto] write: (nMels, nFrames) if it is
 *   `MEL_MAJOR`, (nFrames, nMels) if it is `FRAME_MAJOR`, whatever the order of the pushed frames
 * @property fill the value of frames before the signal's start
 * @throws MelException.Argument a number is less than 1, or there are too many values for an array
 */
public class MelWindow @JvmOverloads constructor(
    public val nMels: Int,
    public val nFrames: Int,
    public val layout: MelConfig.Layout = MelConfig.Layout.MEL_MAJOR,
    public val fill: Float = 0f,
) {
    init {
        if (nMels < 1) throw MelException.Argument("nMels must be at least 1, got $nMels", "nMels")
        val most = Int.MAX_VALUE / Float.SIZE_BYTES / nMels
        if (nFrames !in 1..most) {
            throw MelException.Argument("nFrames must be at least 1 and at most $most, got $nFrames", "nFrames")
        }
    }

    /** In the window's order, but for where the oldest frame is. */
    private val ring = FloatArray(nMels * nFrames) { fill }
    private var next = 0
    private val input: FloatBuffer by lazy {
        ByteBuffer.allocateDirect(ring.size * Float.SIZE_BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer()
    }

    /** Number of frames since the start, or since [clear]. */
    public var pushed: Long = 0
        private set

    /** Whether all frames of the window are of the signal. */
    public val isFull: Boolean get() = pushed >= nFrames

    /**
     * Appends frames; those before the last [nFrames] are forgotten.
     *
     * @throws MelException.Argument the frames have another number of rows
     */
    public fun push(frames: MelSpectrogram) {
        if (frames.nMels != nMels) {
            throw MelException.Argument("frames must have $nMels rows, got ${frames.nMels}", "frames")
        }
        for (frame in maxOf(0, frames.nFrames - nFrames)..<frames.nFrames) {
            if (layout == MelConfig.Layout.MEL_MAJOR) {
                for (mel in 0..<nMels) ring[mel * nFrames + next] = frames[mel, frame]
            } else {
                for (mel in 0..<nMels) ring[next * nMels + mel] = frames[mel, frame]
            }
            next = (next + 1) % nFrames
        }
        pushed += frames.nFrames
    }

    /** Forgets all frames. */
    public fun clear() {
        next = 0
        pushed = 0
        ring.fill(fill)
    }

    /**
     * Puts the frames in order and returns them, in a direct buffer that is the same each time, so that a model's
     * input tensor can be made of it once. The next [read] overwrites it.
     */
    public fun read(): FloatBuffer {
        input.asBuffer().clear()
        copyInto(input)
        return input
    }

    /**
     * Writes the frames to `out` from its position on, the oldest first. The position doesn't change.
     *
     * @throws MelException.BufferSize `out` has less than [nMels] · [nFrames] values
     */
    public fun copyInto(out: FloatBuffer) {
        val values = checked(out.remaining(), out.isReadOnly) { out.duplicate() }
        parts { from, count -> values.put(ring, from, count) }
    }

    /**
     * The same as float16, each rounded to the nearest and to even in the middle: as ONNX Runtime and LiteRT take
     * them from a ShortBuffer.
     *
     * @throws MelException.BufferSize `out` has less than [nMels] · [nFrames] values
     */
    public fun copyInto(out: ShortBuffer) {
        val values = checked(out.remaining(), out.isReadOnly) { out.duplicate() }
        parts { from, count -> for (index in from..<from + count) values.put(float16(ring[index])) }
    }

    private inline fun <B> checked(room: Int, isReadOnly: Boolean, duplicate: () -> B): B {
        if (isReadOnly) throw IllegalArgumentException("out must be writable, got a read-only buffer")
        if (room < ring.size) {
            throw MelException.BufferSize(
                "out must have ${ring.size} values, got $room", "out", ring.size.toLong(), room.toLong(),
            )
        }
        return duplicate()
    }

    /** Calls with each part of the ring, in order. */
    private inline fun parts(part: (from: Int, count: Int) -> Unit) {
        // Until the window is full, the frames from here on are of before the start, and have its value.
        val (rows, width) = if (layout == MelConfig.Layout.MEL_MAJOR) Pair(nMels, 1) else Pair(1, nMels)
        for (row in 0..<rows) {
            val start = row * nFrames
            part((start + next) * width, (nFrames - next) * width)
            part(start * width, next * width)
        }
    }
}

/** The nearest float16. */
internal fun float16(value: Float): Short {
    val bits = value.toRawBits()
    val magnitude = bits and Int.MAX_VALUE
    val half = when {
        magnitude > 0x7f80_0000 -> 0x7e00 // not a number
        magnitude >= 0x477f_f000 -> 0x7c00 // 65,520 and more: infinite
        // The last 13 bits are rounded off, and the exponent counts from 15 in place of 127.
        magnitude >= 0x3880_0000 -> (magnitude + 0xfff + (magnitude ushr 13 and 1) - 0x3800_0000) ushr 13
        // Multiples of 2^-24, to which the sum with 0.5 is rounded.
        else -> (Float.fromBits(magnitude) + 0.5f).toRawBits() - 0x3f00_0000
    }
    return (bits ushr 16 and 0x8000 or half).toShort()
}
