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
import mojoaudio.internal.Pushes
import mojoaudio.internal.Samples
import mojoaudio.internal.fill
import mojoaudio.internal.refusing
import mojoaudio.internal.spectrogram

/**
 * One live signal: push samples in chunks of any size, and get frames as soon as no later sample can change
 * them. All frames together have the same bits as from the whole signal.
 *
 * Made by [MelExtractor.stream]; it may outlive the extractor. Threads that use the same stream wait for each
 * other. They must keep their samples in order. [close] waits for running calls and frees the memory, and later
 * calls throw [IllegalStateException]. Without [close] the memory is freed some time after the stream becomes
 * unreachable.
 *
 * A push takes a lock, and [push] allocates an array for the frames; [pushInto] with direct buffers of the
 * machine's byte order copies nothing. The memory for copies is kept for the next push, up to 1 MiB. The JVM may
 * stop any thread to collect garbage, so a callback that must not wait, such as one of Oboe's, is no place for
 * either: let it fill a ring buffer, and push from a thread of your own. A thread that calls `AudioRecord.read` is
 * such a thread.
 *
 * @property nMels number of rows of each frame
 */
public class MelStream internal constructor(
    private val native: NativeStream,
    public val nMels: Int,
    private val layout: MelConfig.Layout,
) : AutoCloseable {
    /** Held by every call that changes the stream. */
    private val lock = Any()
    private val pushes = Pushes(native, nMels)

    private fun open(): NativeStream {
        check(!native.uniffiIsDestroyed) { "the MelStream is closed" }
        return native
    }

    /** Frees the memory. A second call does nothing. */
    override fun close() {
        synchronized(lock) {
            native.close()
            pushes.close()
        }
    }

    /** Number of frames that a push of a number of samples will return. */
    public fun framesAfter(nSamples: Long): Long = open().framesAfter(maxOf(nSamples, 0).toULong()).toLong()

    /** Number of frames that [finish] would return now. */
    public val framesAtFinish: Long get() = open().framesAtFinish().toLong()

    /**
     * Appends `length` samples from `offset` on, any number of them, and returns the frames that they complete,
     * often none. An error changes nothing.
     *
     * @throws MelException.Sample with the sample's index since the stream's start
     * @throws MelException.Finished the stream was finished
     * @throws MelException.Allocation an allocation failed
     * @throws IndexOutOfBoundsException the array does not have these samples
     * @throws IllegalStateException the stream is closed
     */
    @JvmOverloads
    public fun push(samples: FloatArray, offset: Int = 0, length: Int = samples.size - offset): MelSpectrogram =
        push(Samples.of(samples, offset, length))

    /** Appends 16-bit samples. Throws what the form for floats throws. */
    @JvmOverloads
    public fun push(samples: ShortArray, offset: Int = 0, length: Int = samples.size - offset): MelSpectrogram =
        push(Samples.of(samples, offset, length))

    /**
     * Appends the samples between the buffer's position and its limit, which don't change. Throws what the form
     * for arrays throws.
     */
    public fun push(samples: FloatBuffer): MelSpectrogram = push(Samples.of(samples))

    /** Appends 16-bit samples. Throws what the form for floats throws. */
    public fun push(samples: ShortBuffer): MelSpectrogram = push(Samples.of(samples))

    private fun push(samples: Samples): MelSpectrogram = synchronized(lock) {
        open()
        val frames = pushes.push(samples)
        if (frames == null) pushInTwoCalls(samples) else MelSpectrogram(frames, nMels, frames.size / nMels, layout)
    }

    /** For long chunks, whose memory is not kept, and for the reason why samples were refused. */
    private fun pushInTwoCalls(samples: Samples): MelSpectrogram =
        spectrogram(nMels, framesAfter(samples.count.toLong()), layout) { address, length ->
            pushInTwoCalls(samples, address, length)
        }

    private fun pushInTwoCalls(samples: Samples, address: ULong, length: ULong): ULong = samples.lend { bytes ->
        refusing {
            if (samples.isInt16) open().pushInt16(bytes, address, length) else open().push(bytes, address, length)
        }
    }

    private fun push(samples: Samples, address: ULong, length: ULong): ULong {
        open()
        return pushes.push(samples, address, length) ?: pushInTwoCalls(samples, address, length)
    }

    /**
     * Appends samples, and writes the frames to `out` from its position on: (nMels, k), or (k, nMels) if
     * [MelConfig.layout] is `FRAME_MAJOR`. Positions don't change.
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
     * Ends the signal and returns the frames that reach beyond its end.
     *
     * @throws MelException.EmptyInput no sample was pushed
     * @throws MelException.Finished the stream is already finished
     */
    public fun finish(): MelSpectrogram = synchronized(lock) {
        spectrogram(nMels, framesAtFinish, layout) { address, length ->
            refusing { open().finish(address, length) }
        }
    }

    /** [finish] on [Dispatchers.Default]. */
    @JvmSynthetic
    public suspend fun finishSuspending(): MelSpectrogram = withContext(Dispatchers.Default) { finish() }

    /** Resets the stream to its start. */
    public fun reset() {
        synchronized(lock) { open().reset() }
    }
}

/**
 * The spectrograms of a live signal in chunks. It pushes each chunk to a new stream, on [Dispatchers.Default],
 * finishes the stream at the end, and leaves out spectrograms without frames.
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
