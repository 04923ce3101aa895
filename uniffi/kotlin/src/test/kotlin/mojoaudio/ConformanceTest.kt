// Every conformance case, through the library's own surface.

package mojoaudio

import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.FloatBuffer
import kotlin.math.abs
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assertions.fail
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

class ConformanceTest {
    /** Samples of either type, as the test hands them over. */
    private sealed class Input(val size: Int) {
        class Floats(val samples: FloatArray) : Input(samples.size)
        class Shorts(val samples: ShortArray) : Input(samples.size)

        fun compute(extractor: MelExtractor) = when (this) {
            is Floats -> extractor.compute(samples)
            is Shorts -> extractor.compute(samples)
        }

        fun push(stream: MelStream, offset: Int, length: Int) = when (this) {
            is Floats -> stream.push(samples, offset, length)
            is Shorts -> stream.push(samples, offset, length)
        }
    }

    private fun input(path: String) =
        if (path.endsWith(".i16")) Input.Shorts(Corpus.shorts(path)) else Input.Floats(Corpus.floats(path))

    private fun assertAgrees(mel: MelSpectrogram, clip: Clip) {
        val expected = Corpus.floats(clip.expected)
        assertEquals(listOf(clip.nMels, clip.nFrames, expected.size), listOf(mel.nMels, mel.nFrames, mel.data.size))
        var sum = 0.0
        for ((at, wanted) in expected.withIndex()) {
            val difference = abs(mel.data[at].toDouble() - wanted)
            sum += difference
            if (!(difference <= clip.atol + clip.rtol * abs(wanted))) {
                fail<Unit>("value $at: ${mel.data[at]} came; $wanted is wanted")
            }
        }
        assertTrue(expected.isEmpty() || sum / expected.size <= clip.meanAbs)
    }

    private fun assertBits(wanted: FloatArray, came: FloatArray) =
        assertArrayEquals(wanted.map { it.toRawBits() }.toIntArray(), came.map { it.toRawBits() }.toIntArray())

    @ParameterizedTest
    @MethodSource("whole")
    fun `whole inputs`(case: Case) = MelExtractor(case.config()).use { extractor ->
        val clip = Clip(case.json)
        val input = input(clip.input)
        assertEquals(clip.nSamples, input.size)
        assertEquals(clip.nMels, extractor.nMels)
        assertEquals(clip.nFrames.toLong(), extractor.frameCount(input.size.toLong()))
        val mel = input.compute(extractor)
        assertAgrees(mel, clip)

        // Buffers in place and copied, at an offset.
        val out = direct(mel.data.size + 3).position(2) as FloatBuffer
        val nFrames = when (input) {
            is Input.Floats -> {
                val samples = direct(input.size + 1).position(1) as FloatBuffer
                samples.duplicate().put(input.samples)
                assertEquals(mel, extractor.compute(samples))
                assertEquals(mel, extractor.compute(FloatBuffer.wrap(input.samples)))
                assertEquals(mel, runBlocking { extractor.computeSuspending(input.samples) })
                extractor.computeInto(samples, out)
            }
            is Input.Shorts -> {
                val samples = java.nio.ShortBuffer.wrap(input.samples)
                assertEquals(mel, extractor.compute(samples))
                assertEquals(mel, runBlocking { extractor.computeSuspending(input.samples) })
                extractor.computeInto(samples, out)
            }
        }
        assertEquals(mel.nFrames, nFrames)
        assertEquals(2, out.position())
        val written = FloatArray(mel.data.size).also { out.get(it) }
        assertBits(mel.data, written)
        assertEquals(0f, out.get())
    }

    /** The bits of the whole, or a refusal that names the option that needs it. */
    @ParameterizedTest
    @MethodSource("whole")
    fun `chunked inputs`(case: Case) = MelExtractor(case.config()).use { extractor ->
        val config = extractor.config
        val usesReference = config.topDb != null || config.subtractReference
        val whole = mapOf(
            "reference" to (usesReference && config.reference == MelConfig.Reference.WHOLE_INPUT),
            "normalize" to (config.normalize != MelConfig.Normalize.NONE),
            "normalizeInput" to config.normalizeInput,
            "padToMode" to (config.padTo != null && config.padToMode == MelConfig.PadToMode.REPEAT),
            "maskTail" to config.maskTail,
        )
        if (true in whole.values) {
            val error = assertThrows(MelException.Config::class.java) { extractor.stream() }
            assertEquals(true, whole[error.field])
            return@use
        }
        val input = input(case.json.text("input"))
        val mel = input.compute(extractor)
        extractor.stream().use { stream ->
            for (size in listOf(if (input.size < 3000) 1 else 997, 160, 161, 4096)) {
                val pieces = mutableListOf<MelSpectrogram>()
                for (offset in 0 until input.size step size) {
                    val length = minOf(size, input.size - offset)
                    val nFrames = stream.framesAfter(length.toLong())
                    pieces += input.push(stream, offset, length)
                    assertEquals(nFrames, pieces.last().nFrames.toLong())
                }
                val nFrames = stream.framesAtFinish
                pieces += stream.finish()
                assertEquals(nFrames, pieces.last().nFrames.toLong())
                stream.reset()
                assertEquals(mel.nFrames, pieces.sumOf { it.nFrames })
                assertBits(mel.data, joined(pieces))
            }
        }
    }

    /** The frames of all pieces in one array, in the order of their layout. */
    private fun joined(pieces: List<MelSpectrogram>): FloatArray {
        val parts = if (pieces.first().layout == MelConfig.Layout.FRAME_MAJOR) {
            pieces.map { it.data }
        } else {
            (0 until pieces.first().nMels).flatMap { mel ->
                pieces.map { it.data.copyOfRange(mel * it.nFrames, (mel + 1) * it.nFrames) }
            }
        }
        val all = FloatArray(parts.sumOf { it.size })
        var at = 0
        for (part in parts) {
            part.copyInto(all, at)
            at += part.size
        }
        return all
    }

    @ParameterizedTest
    @MethodSource("batches")
    fun `batches of clips`(case: Case) = MelExtractor(case.config()).use { extractor ->
        val clips = case.clips
        val inputs = clips.map { Corpus.floats(it.input) }
        val alone = inputs.map { extractor.compute(it) }
        for (threads in listOf(0, 1, 3)) {
            val mels = extractor.computeBatch(inputs, threads)
            mels.zip(clips) { mel, clip -> assertAgrees(mel, clip) }
            assertEquals(alone, mels)
            assertEquals(alone, runBlocking { extractor.computeBatchSuspending(inputs, threads) })
        }
    }

    @ParameterizedTest
    @MethodSource("statistics")
    fun `means of dither`(case: Case) = MelExtractor(case.config()).use { extractor ->
        val mel = extractor.compute(FloatArray(case.json.number("n_samples")))
        assertEquals(case.json.number("n_mels"), mel.nMels)
        assertEquals(case.json.number("n_frames"), mel.nFrames)
        val expected = Corpus.floats(case.json.text("expected"))
        val bounds = case.json.getValue("bound").jsonObject.getValue("atol_per_row").jsonArray.doubles()
        for (row in 0 until mel.nMels) {
            val mean = (0 until mel.nFrames).sumOf { mel[row, it].toDouble() } / mel.nFrames
            assertTrue(abs(mean - expected[row]) <= bounds[row], "row $row")
        }
    }

    @ParameterizedTest
    @MethodSource("refused")
    fun refusals(case: Case) {
        val wanted = case.json.getValue("error").jsonObject
        var isSet = false
        val error = assertThrows(MelException::class.java) {
            val config = case.config()
            isSet = true
            MelExtractor(config).use { extractor ->
                when (case.json.text("call")) {
                    "stream" -> extractor.stream()
                    "compute" -> if (case.json.number("n_samples") == 0) {
                        extractor.compute(FloatArray(0))
                    } else {
                        input(case.json.text("input")).compute(extractor)
                    }
                    else -> throw AssertionError("the extractor was made")
                }
            }
        }
        assertEquals(wanted.text("code"), error.code)
        when (error) {
            is MelException.Config -> {
                // Options that are set by their names in Rust have these in errors, too.
                val option = wanted.text("field")
                assertEquals(if (isSet) property(option) else option, error.field)
                assertEquals("${error.field} must be ${error.expected}, got ${error.value}", error.message!!.withoutHint())
            }
            is MelException.UnknownName -> {
                assertEquals(wanted.text("name"), error.name)
                assertTrue("\"${error.name}\"" in error.message!! && error.known.isNotEmpty())
            }
            is MelException.Sample -> assertEquals(wanted.number("index").toLong(), error.index)
            else -> {}
        }
    }

    /** The property of [MelConfig] that is the option with this name in Rust. */
    private fun property(option: String): String {
        val names = MelConfig::class.java.methods.map { it.name }.filter { it.startsWith("get") }
        return names.single { it.equals("get" + option.replace("_", ""), ignoreCase = true) }
            .removePrefix("get").replaceFirstChar { it.lowercase() }
    }

    /** A message without the suggestion at its end. */
    private fun String.withoutHint() = substringBefore("; did you mean")

    companion object {
        @JvmStatic
        fun whole() = Corpus.of("single", "int16")

        @JvmStatic
        fun batches() = Corpus.of("batch")

        @JvmStatic
        fun statistics() = Corpus.of("statistic")

        @JvmStatic
        fun refused() = Corpus.of("refusal")
    }
}

fun direct(count: Int): FloatBuffer =
    ByteBuffer.allocateDirect(count * Float.SIZE_BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer()
