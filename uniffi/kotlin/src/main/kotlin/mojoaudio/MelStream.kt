// One live signal, and the flow of its spectrograms.

package mojoaudio

import java.nio.FloatBuffer
import java.nio.ShortBuffer
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.withContext
import mojoaudio.internal.NativeStream
import mojoaudio.internal.Samples
import mojoaudio.internal.fill
import mojoaudio.internal.refusing
import mojoaudio.internal.spectrogram

/**
 * One live signal: samples go in, in pieces of any size, and frames come out as soon as no further sample can
 * change them. All of them together have the bits of the whole signal's.
 *
 * Made by [MelExtractor.stream]; it does not need the extractor afterwards. Threads that use the same one
 * wait for each other; the order of their samples is theirs to keep. [close] frees its memory, further calls
 * throw [IllegalStateException]; what is not closed is freed some time after it becomes unreachable.
 *
 * @property nMels rows of each frame
 */
public class MelStream internal constructor(
    private val native: NativeStream,
    public val nMels: Int,
    private val layout: MelConfig.Layout,
) : AutoCloseable {
    /** Held from counting the frames of a call until they are written. */
    private val lock = Any()

    private fun open(): NativeStream {
        check(!native.uniffiIsDestroyed) { "the MelStream is closed" }
        return native
    }

    /** Frees its memory. A second call does nothing. */
    override fun close() {
        native.close()
    }

    /** Frames that a push of so many samples will give. */
    public fun framesAfter(nSamples: Long): Long = open().framesAfter(maxOf(nSamples, 0).toULong()).toLong()

    /** Frames that [finish] would give now. */
    public val framesAtFinish: Long get() = open().framesAtFinish().toLong()

    /**
     * Takes `length` samples from `offset` on, any number of them, and gives the frames that they make
     * certain; often that is none. After an error nothing has been taken.
     *
     * @throws MelException.Sample with the sample's place since the stream's start
     * @throws MelException.Finished the stream was finished
     * @throws MelException.Allocation memory was refused
     * @throws IndexOutOfBoundsException the array does not have these samples
     * @throws IllegalStateException the stream is closed
     */
    @JvmOverloads
    public fun push(samples: FloatArray, offset: Int = 0, length: Int = samples.size - offset): MelSpectrogram =
        push(Samples.of(samples, offset, length))

    /** Takes 16-bit samples. Throws what the form for floats throws. */
    @JvmOverloads
    public fun push(samples: ShortArray, offset: Int = 0, length: Int = samples.size - offset): MelSpectrogram =
        push(Samples.of(samples, offset, length))

    /**
     * Takes the samples between the buffer's position and its limit, neither of which is moved. Throws what
     * the form for arrays throws.
     */
    public fun push(samples: FloatBuffer): MelSpectrogram = push(Samples.of(samples))

    /** Takes 16-bit samples. Throws what the form for floats throws. */
    public fun push(samples: ShortBuffer): MelSpectrogram = push(Samples.of(samples))

    private fun push(samples: Samples): MelSpectrogram = synchronized(lock) {
        spectrogram(nMels, framesAfter(samples.count.toLong()), layout) { address, length ->
            push(samples, address, length)
        }
    }

    private fun push(samples: Samples, address: ULong, length: ULong): ULong = samples.lend { bytes ->
        refusing {
            if (samples.isInt16) open().pushInt16(bytes, address, length) else open().push(bytes, address, length)
        }
    }

    /**
     * Takes samples, and writes the frames to `out` from its position on: (nMels, k), or (k, nMels) where
     * [MelConfig.layout] is `FRAME_MAJOR`. No position is moved.
     *
     * @return the number of frames, k
     * @throws MelException.BufferSize `out` has less than [nMels] · [framesAfter] values
     */
    public fun pushInto(samples: FloatBuffer, out: FloatBuffer): Int = synchronized(lock) {
        fill(out, nMels) { address, length -> push(Samples.of(samples), address, length) }
    }

    /** The same for 16-bit samples. */
    public fun pushInto(samples: ShortBuffer, out: FloatBuffer): Int = synchronized(lock) {
        fill(out, nMels) { address, length -> push(Samples.of(samples), address, length) }
    }

    /** [push] on [Dispatchers.Default]. */
    @JvmSynthetic
    public suspend fun pushSuspending(samples: FloatArray): MelSpectrogram =
        withContext(Dispatchers.Default) { push(samples) }

    /** [push] on [Dispatchers.Default]. */
    @JvmSynthetic
    public suspend fun pushSuspending(samples: ShortArray): MelSpectrogram =
        withContext(Dispatchers.Default) { push(samples) }

    /**
     * Ends the signal and gives the frames that reach over its end.
     *
     * @throws MelException.EmptyInput there was no sample
     * @throws MelException.Finished the stream was finished before
     */
    public fun finish(): MelSpectrogram = synchronized(lock) {
        spectrogram(nMels, framesAtFinish, layout) { address, length ->
            refusing { open().finish(address, length) }
        }
    }

    /** [finish] on [Dispatchers.Default]. */
    @JvmSynthetic
    public suspend fun finishSuspending(): MelSpectrogram = withContext(Dispatchers.Default) { finish() }

    /** Starts anew, as if nothing had been pushed. */
    public fun reset() {
        synchronized(lock) { open().reset() }
    }
}

/**
 * The spectrograms of a live signal that comes in chunks: each chunk is pushed to a stream of its own, on
 * [Dispatchers.Default], then the stream is finished. Those without frames are left out.
 */
@JvmSynthetic
public fun MelExtractor.spectrograms(chunks: Flow<FloatArray>): Flow<MelSpectrogram> =
    spectrogramsOf(chunks) { push(it) }

/** The same for 16-bit samples. */
@JvmSynthetic
@JvmName("spectrogramsInt16")
public fun MelExtractor.spectrograms(chunks: Flow<ShortArray>): Flow<MelSpectrogram> =
    spectrogramsOf(chunks) { push(it) }

private fun <C> MelExtractor.spectrogramsOf(
    chunks: Flow<C>,
    push: MelStream.(C) -> MelSpectrogram,
): Flow<MelSpectrogram> = flow {
    stream().use { stream ->
        chunks.collect { chunk -> stream.push(chunk).let { if (it.nFrames > 0) emit(it) } }
        stream.finish().let { if (it.nFrames > 0) emit(it) }
    }
}.flowOn(Dispatchers.Default)
