// Coroutines that share an extractor and are cancelled in flight.

package mojoaudio

import java.util.concurrent.atomic.AtomicInteger
import kotlin.random.Random
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ConcurrencyTest {
    private val clips = List(8) { clip ->
        Random(clip).let { random -> FloatArray(4_000 + 3_000 * clip) { random.nextFloat() - 0.5f } }
    }

    /** When a test may end: `cargo xtask harden concurrency` asks for a minute. */
    private fun end(): Long {
        val seconds = System.getenv("MOJO_AUDIO_SECONDS")?.toLong() ?: 0
        return System.nanoTime() + seconds * 1_000_000_000
    }

    @Test
    fun `coroutines cancelled in flight leave the others alone`() = MelExtractor().use { extractor ->
        val alone = clips.map { extractor.compute(it) }
        val (compared, cancelled) = List(2) { AtomicInteger() }
        val end = end()
        runBlocking(Dispatchers.Default) {
            repeat(64) { worker ->
                launch {
                    val random = Random(worker)
                    var round = 0
                    while (round++ < 20 || System.nanoTime() < end) {
                        val place = random.nextInt(clips.size)
                        val mel = async { extractor.computeSuspending(clips[place]) }
                        if (random.nextBoolean()) {
                            repeat(random.nextInt(4)) { yield() }
                            mel.cancel()
                        }
                        try {
                            assertEquals(alone[place], mel.await())
                            compared.incrementAndGet()
                        } catch (_: CancellationException) {
                            cancelled.incrementAndGet()
                        }
                    }
                }
            }
        }
        assertTrue(compared.get() > 0 && cancelled.get() > 0, "$compared came, $cancelled were cancelled")
        println("concurrency: 64 coroutines: $compared results, $cancelled cancelled in flight")
    }

    /** A collector can end a flow while chunks still arrive. */
    @Test
    fun `flows cancelled in flight`() {
        val streamed = MelConfig.whisper().copy(reference = MelConfig.Reference.NONE)
        MelExtractor(streamed).use { extractor ->
            val whole = extractor.compute(clips[7])
            val endless = flow { while (true) emit(clips[7]) }
            val firsts = runBlocking(Dispatchers.Default) {
                List(64) { async { extractor.spectrograms(endless).take(1).toList().single() } }.map { it.await() }
            }
            for (first in firsts) {
                assertTrue(first.nFrames > 0)
                for (row in 0 until 80) {
                    for (frame in 0 until first.nFrames) assertEquals(whole[row, frame], first[row, frame])
                }
            }
        }
    }
}
