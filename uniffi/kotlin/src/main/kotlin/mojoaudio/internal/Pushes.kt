// A push in one call of the library, with memory that a stream keeps: what live signals cost is little else.

package mojoaudio.internal

import com.sun.jna.Memory
import com.sun.jna.Native
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.FloatBuffer
import mojoaudio.MelErrorKind
import mojoaudio.MelException

/** The library's function of numbers only, which JNA calls without an object for any of them. */
private object Direct {
    init {
        // Loads the library, and checks that it fits.
        UniffiLib.ensureInitialized()
        Native.register(Direct::class.java, Native.getNativeLibrary(UniffiLib::class.java))
    }

    @JvmStatic
    external fun mojo_audio_uniffi_push(
        stream: Long,
        samples: Long,
        count: Long,
        isInt16: Int,
        out: Long,
        length: Long,
    ): Long
}

/** What the library returns when it fails, rather than refuses. */
private const val FAILED = Long.MIN_VALUE + 1

/** Memory of up to this many bytes is kept for the next push. */
private const val KEPT = 1L shl 20

/** The pushes to one stream, one at a time. */
internal class Pushes(private val native: NativeStream, private val nMels: Int) {
    private val stream = native.address().toLong()
    private val samples = Kept()
    private val frames = Kept()

    /** The frames that the samples complete; null if [NativeStream.push] has to be asked. */
    fun push(samples: Samples): FloatArray? {
        var result = push(samples, frames.address, frames.floats.capacity().toLong())
        if (result < 0 && result > FAILED) {
            // More frames than ever before.
            val bytes = (-1 - result) * nMels * Float.SIZE_BYTES
            if (bytes > KEPT) return null
            frames.grow(bytes)
            result = push(samples, frames.address, frames.floats.capacity().toLong())
        }
        if (result < 0) return null
        val data = FloatArray(nMels * result.toInt())
        frames.floats.asBuffer().rewind()
        frames.floats.get(data)
        return data
    }

    /** The number of frames that were written to the address; null if [NativeStream.push] has to be asked. */
    fun push(samples: Samples, address: ULong, length: ULong): ULong? =
        push(samples, address.toLong(), length.toLong()).takeIf { it >= 0 }?.toULong()

    private fun push(samples: Samples, address: Long, length: Long): Long {
        if (samples.bytes > KEPT && samples.direct == null) return Long.MIN_VALUE
        try {
            val result = samples.at(::copied) { from ->
                val isInt16 = if (samples.isInt16) 1 else 0
                Direct.mojo_audio_uniffi_push(stream, from, samples.count.toLong(), isInt16, address, length)
            }
            if (result == FAILED) throw MelException.Other(MelErrorKind.INTERNAL, "the library failed")
            return result
        } finally {
            // With the stream and all memory that the call has used.
            keepReachable(this)
        }
    }

    private fun copied(samples: Samples): Long {
        this.samples.grow(samples.bytes)
        this.samples.bytes.asBuffer().rewind()
        samples.copyTo(this.samples.bytes)
        return this.samples.address
    }

    /** Frees the memory. */
    fun close() {
        samples.free()
        frames.free()
    }
}

/** Memory outside the heap that is there until more is needed. */
private class Kept {
    private var memory: Memory? = null
    var address = 0L
        private set
    var bytes: ByteBuffer = ByteBuffer.allocate(0)
        private set
    var floats: FloatBuffer = bytes.asFloatBuffer()
        private set

    /** Makes it at least as large; what was in it is lost. */
    fun grow(size: Long) {
        if (size <= bytes.capacity()) return
        free()
        // Half as much again, because chunks and frames vary by a few.
        val memory = allocated(size + size / 2)
        this.memory = memory
        address = address(memory).toLong()
        bytes = memory.getByteBuffer(0, memory.size()).order(ByteOrder.nativeOrder())
        floats = bytes.asFloatBuffer()
    }

    fun free() {
        memory?.close()
        memory = null
        address = 0
        bytes = ByteBuffer.allocate(0)
        floats = bytes.asFloatBuffer()
    }
}
