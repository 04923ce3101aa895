// The code that uniffi/README.md shows, line by line.

package mojoaudio

import java.io.ByteArrayOutputStream
import java.io.PrintStream
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

class ReadmeTest {
    private fun printed(program: () -> Unit): String {
        val usual = System.out
        val bytes = ByteArrayOutputStream()
        System.setOut(PrintStream(bytes))
        try {
            program()
        } finally {
            System.setOut(usual)
        }
        return bytes.toString()
    }

    @Test
    fun `a whole input`() {
        val text = printed {
            MelExtractor(MelConfig.whisper()).use { extractor -> // once, for all threads
                val mel = extractor.compute(FloatArray(480_000)) // 30 s at 16 kHz
                println("${mel.nMels} ${mel.nFrames}") // 80 3000
            }
        }
        assertEquals("80 3000", text.trim())
    }

    @Test
    fun `a live signal`() {
        val microphone = flow { repeat(100) { emit(FloatArray(160)) } }
        val text = printed {
            runBlocking {
                val config = MelConfig.whisper().copy(reference = MelConfig.Reference.FIXED, referenceValue = 1.5)
                MelExtractor(config).use { extractor ->
                    extractor.spectrograms(microphone).collect { println(it.nFrames) } // a Flow of FloatArray or ShortArray
                }
            }
        }
        assertEquals(100, text.lines().filter { it.isNotEmpty() }.sumOf { it.trim().toInt() })
    }

    @Test
    fun `a window`() {
        val config = MelConfig.whisper().copy(reference = MelConfig.Reference.FIXED, referenceValue = 1.5)
        MelExtractor(config).use { extractor ->
            extractor.stream().use { stream ->
                val chunk = FloatArray(16_240)
                val frames = MelWindow(stream.nMels, 100, MelConfig.Layout.FRAME_MAJOR)
                frames.push(stream.push(chunk))
                val input = frames.read() // a direct FloatBuffer, the same each time
                assertEquals(listOf(8000, true), listOf(input.remaining(), frames.isFull))
            }
        }
    }
}
