// Lends samples to the library, and memory for its results.

package mojoaudio.internal

import com.sun.jna.Memory
import com.sun.jna.Native
import com.sun.jna.Pointer
import java.nio.Buffer
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.FloatBuffer
import java.nio.ShortBuffer
import mojoaudio.MelConfig
import mojoaudio.MelErrorKind
import mojoaudio.MelException
import mojoaudio.MelSpectrogram

/** Samples of either type, in an array or a buffer. */
internal abstract class Samples(val count: Int, val isInt16: Boolean) {
    private val size = if (isInt16) Short.SIZE_BYTES else Float.SIZE_BYTES

    val bytes: Long get() = count.toLong() * size

    /** The buffer that the samples are in, from its position on, if the library can read them there. */
    open val direct: Buffer? get() = null

    /** Copies the samples to the start of memory that has room for them. */
    abstract fun copyTo(memory: ByteBuffer)

    /** Lends the samples as bytes until the call returns. Those that the library can't read are copied once. */
    fun <R> lend(call: (ByteBuffer) -> R): R {
        val most = Int.MAX_VALUE / size
        if (count > most) {
            throw MelException.BufferSize(
                "samples must have at most $most values, got $count; a stream takes any number in parts",
                "samples",
                most.toLong(),
                count.toLong(),
            )
        }
        if (count == 0) return call(ByteBuffer.allocateDirect(0))
        direct?.let { buffer -> return inPlace(buffer, size, bytes) { call(it.getByteBuffer(0, bytes)) } }
        return scratch(bytes) { memory ->
            val copy = memory.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder())
            copyTo(copy)
            call(copy)
        }
    }

    /** Calls with the address of the samples, which `copied` copies first if the library can't read them. */
    inline fun <R> at(copied: (Samples) -> Long, call: (address: Long) -> R): R {
        val buffer = direct ?: return call(copied(this))
        return inPlace(buffer, size, bytes) { call(Pointer.nativeValue(it)) }
    }

    companion object {
        fun of(array: FloatArray, offset: Int, length: Int): Samples {
            checkRange(offset, length, array.size)
            return object : Samples(length, false) {
                override fun copyTo(memory: ByteBuffer) {
                    memory.asFloatBuffer().put(array, offset, length)
                }
            }
        }

        fun of(array: ShortArray, offset: Int, length: Int): Samples {
            checkRange(offset, length, array.size)
            return object : Samples(length, true) {
                override fun copyTo(memory: ByteBuffer) {
                    memory.asShortBuffer().put(array, offset, length)
                }
            }
        }

        fun of(buffer: FloatBuffer): Samples = object : Samples(buffer.remaining(), false) {
            override val direct get() = buffer.takeIf { isNative(it, it.order()) && count > 0 }

            override fun copyTo(memory: ByteBuffer) {
                memory.asFloatBuffer().put(buffer.duplicate())
            }
        }

        fun of(buffer: ShortBuffer): Samples = object : Samples(buffer.remaining(), true) {
            override val direct get() = buffer.takeIf { isNative(it, it.order()) && count > 0 }

            override fun copyTo(memory: ByteBuffer) {
                memory.asShortBuffer().put(buffer.duplicate())
            }
        }

        private fun checkRange(offset: Int, length: Int, size: Int) {
            if (offset < 0 || length < 0 || length > size - offset) {
                throw IndexOutOfBoundsException("samples $offset to $offset + $length of $size")
            }
        }
    }
}

/** A spectrogram whose values `fill` writes at an address. */
internal fun spectrogram(
    nMels: Int,
    nFrames: Long,
    layout: MelConfig.Layout,
    fill: (address: ULong, length: ULong) -> Unit,
): MelSpectrogram = MelSpectrogram(values(nMels, nFrames, fill), nMels, nFrames.toInt(), layout)

/** The values of a table that `fill` writes at an address. */
internal fun values(nMels: Int, nFrames: Long, fill: (address: ULong, length: ULong) -> Unit): FloatArray {
    if (nFrames > Int.MAX_VALUE / maxOf(nMels, 1)) throw tooLarge(nMels, nFrames)
    val count = nMels * nFrames.toInt()
    try {
        val data = FloatArray(count)
        if (count == 0) {
            fill(0UL, 0UL)
        } else {
            scratch(count.toLong() * Float.SIZE_BYTES) { memory ->
                fill(address(memory), count.toULong())
                memory.read(0, data, 0, count)
            }
        }
        return data
    } catch (_: OutOfMemoryError) {
        throw tooLarge(nMels, nFrames)
    }
}

private fun tooLarge(nMels: Int, nFrames: Long) = MelException.Allocation(
    "no memory for a result of $nMels rows and $nFrames frames",
    runCatching { Math.multiplyExact(nFrames, nMels.toLong() * Float.SIZE_BYTES) }.getOrDefault(-1),
)

/** Lets `fill` write to the buffer from its position on, and returns its result, the number of frames. */
internal fun fill(out: FloatBuffer, nMels: Int, fill: (address: ULong, length: ULong) -> ULong): Int {
    if (out.isReadOnly) throw IllegalArgumentException("out must be writable, got a read-only buffer")
    val length = out.remaining()
    if (length == 0) return fill(0UL, 0UL).toInt()
    val bytes = length.toLong() * Float.SIZE_BYTES
    if (isNative(out, out.order())) {
        return inPlace(out, Float.SIZE_BYTES, bytes) { fill(address(it), length.toULong()) }.toInt()
    }
    return scratch(bytes) { memory ->
        val nFrames = fill(address(memory), length.toULong()).toInt()
        val written = floats(memory, bytes)
        written.asBuffer().limit(nFrames * nMels)
        out.duplicate().put(written)
        nFrames
    }
}

internal fun address(pointer: Pointer): ULong = Pointer.nativeValue(pointer).toULong()

private fun floats(memory: Memory, bytes: Long): FloatBuffer =
    memory.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder()).asFloatBuffer()

/** Memory outside the heap. */
internal fun allocated(bytes: Long): Memory = try {
    Memory(bytes)
} catch (_: OutOfMemoryError) {
    throw MelException.Allocation("could not allocate $bytes bytes of memory", bytes)
}

/** Memory outside the heap for one call. */
private inline fun <R> scratch(bytes: Long, use: (Memory) -> R): R {
    val memory = allocated(bytes)
    return try {
        use(memory)
    } finally {
        memory.close()
    }
}

/** For `clear`, `limit` and `rewind`: older Androids have those of this class only, and not of its subclasses. */
internal fun Buffer.asBuffer(): Buffer = this

/** Whether the library can read and write the buffer directly. */
private fun isNative(buffer: Buffer, order: ByteOrder) = buffer.isDirect && order == ByteOrder.nativeOrder()

/** The part of a direct buffer between its position and its limit. */
internal inline fun <R> inPlace(buffer: Buffer, size: Int, bytes: Long, use: (Pointer) -> R): R = try {
    use(Native.getDirectBufferPointer(buffer).share(buffer.position().toLong() * size, bytes))
} finally {
    keepReachable(buffer)
}

@Volatile
private var kept: Any? = null

/** Keeps an object reachable until here, because the library has only its address. */
internal fun keepReachable(value: Any) {
    kept = value
    kept = null
}

/** Runs a call of the library, and turns its errors into [MelException]. */
internal inline fun <R> refusing(call: () -> R): R = try {
    call()
} catch (error: NativeException) {
    throw MelException.of(error)
} catch (error: InternalException) {
    throw MelException.Other(MelErrorKind.INTERNAL, error.message ?: "the library failed")
}
