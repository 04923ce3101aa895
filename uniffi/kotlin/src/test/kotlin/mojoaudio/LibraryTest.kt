// What the library adds to the engine: values, memory, errors, closing, threads, coroutines.

package mojoaudio

import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.FloatBuffer
import java.nio.ShortBuffer
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger
import kotlin.math.log10
import kotlin.math.pow
import kotlin.random.Random
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.emptyFlow
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.condition.EnabledOnOs
import org.junit.jupiter.api.condition.OS

class LibraryTest {
    private val streamed =
        MelConfig.whisper().copy(reference = MelConfig.Reference.FIXED, referenceValue = 1.5)

    private fun noise(count: Int) = Random(count).let { random -> FloatArray(count) { random.nextFloat() - 0.5f } }

    private inline fun <reified E : Throwable> refused(noinline call: () -> Unit): E =
        assertThrows(E::class.java) { call() }

    @Test
    fun `configurations are values`() {
        val whisper = MelConfig.whisper()
        assertEquals(MelConfig(), whisper)
        assertEquals(listOf(80, null, 400), listOf(whisper.nMels, whisper.winLength, whisper.nFft))
        val large = whisper.copy(nMels = 128)
        assertEquals(MelConfig.whisperLargeV3(), large)
        assertEquals(MelConfig.whisperLargeV3().hashCode(), large.hashCode())
        assertNotEquals(whisper, large)
        assertEquals(MelConfig.Window.POVEY, MelConfig.kaldiFbank().window)
        assertEquals(0.97, MelConfig.parakeet().preemphasis)
        assertTrue(MelConfig.PRESETS.size >= 10)
        for (preset in MelConfig.PRESETS) {
            val config = MelConfig.preset(preset)
            config.check()
            assertEquals(config, config.copy())
        }
        // Unchanged, whatever was set in between.
        val changed = whisper.toBuilder().logFloor(1e-3).topDb(null).padTo(480_000).build()
        assertEquals(listOf(1e-3, null, 480_000L), listOf(changed.logFloor, changed.topDb, changed.padTo))
        val back = changed.toBuilder().logFloor(1e-10).topDb(80.0).padTo(null).build()
        assertEquals(whisper, back)
        assertEquals(200, whisper.toBuilder().set("win_length", "200").build().winLength)
        // Beyond Kotlin's types, but kept.
        val endless = whisper.toBuilder().set("pad_to", "18446744073709551615").build()
        assertEquals("18446744073709551615", endless.copy(nMels = 40).options.byName()["pad_to"])
    }

    @Test
    fun `configurations are read from the settings of a model`() {
        val json = """{"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 128}"""
        val expected = MelConfig.whisperLargeV3().toBuilder()
            .fMax(8000.0).binFrequencies(MelConfig.BinFrequencies.LINSPACE).padTo(480_000).maxLength(480_000)
            .build()
        assertEquals(expected, MelConfig.fromJson(json))
        assertEquals(expected, MelConfig.fromJson("""{"feature_extractor": $json}"""))
        val error = refused<MelException.Config> {
            MelConfig.fromJson("""{"feature_extractor_type": "ASTFeatureExtractor", "std": 0}""")
        }
        assertEquals(listOf("std", "0"), listOf(error.field, error.value))
    }

    @Test
    fun `wrong options are refused`() {
        val wrong = mapOf(
            "nMels" to MelConfig.whisper().copy(nMels = -1),
            "nFft" to MelConfig.whisper().copy(nFft = Int.MAX_VALUE),
            "fMin" to MelConfig.whisper().copy(fMin = Double.NaN),
            "fMax" to MelConfig.whisper().copy(fMax = Double.POSITIVE_INFINITY),
            "ditherSeed" to MelConfig.whisper().copy(ditherSeed = -1),
        )
        for ((option, config) in wrong) {
            for (call in listOf({ config.check() }, { MelExtractor(config).close() })) {
                val error = refused<MelException.Config>(call)
                assertEquals(option, error.field)
                assertEquals("$option must be ${error.expected}, got ${error.value}", error.message)
            }
        }
        val related = mapOf(
            MelConfig().copy(winLength = 500) to "winLength must be from 1 to nFft, 400, got 500",
            MelConfig().copy(log = MelConfig.Log.NONE, topDb = 8.0) to "topDb must be null where log is none, got 8",
            MelConfig().copy(fMin = Double.NEGATIVE_INFINITY) to
                "fMin must be a finite number that a 32-bit float can hold, got -Infinity",
        )
        for ((config, text) in related) {
            assertEquals(text, refused<MelException.Config> { config.check() }.message)
        }
        val error = refused<MelException.UnknownName> { MelConfig.whisper().toBuilder().set("n_mel", "1") }
        assertEquals(listOf("option", "n_mel"), listOf(error.what, error.name))
        assertTrue("n_mels" in error.known)
        assertEquals("n_mels", error.closest)
        val preset = refused<MelException.UnknownName> { MelConfig.preset("wisper") }
        assertEquals(listOf("preset", "whisper", MelConfig.PRESETS), listOf(preset.what, preset.closest, preset.known))
        val choice = refused<MelException.Config> { MelConfig.whisper().toBuilder().set("mel_scale", "htc") }
        assertEquals(listOf("mel_scale", "htc", "htk"), listOf(choice.field, choice.value, choice.closest))
        assertEquals(listOf("slaney", "htk"), choice.known.filter { it in setOf("slaney", "htk") })
        val number = refused<MelException.Config> { MelConfig.whisper().copy(hopLength = 0).check() }
        assertEquals(listOf("0", null, emptyList<String>()), listOf(number.value, number.closest, number.known))
    }

    @Test
    fun `every kind of memory gives the same`() = MelExtractor().use { extractor ->
        val samples = noise(5000)
        val mel = extractor.compute(samples)
        assertEquals(mel, extractor.compute(floatArrayOf(Float.NaN) + samples + Float.NaN, 1, 5000))
        val foreign = ByteBuffer.allocateDirect(20_000)
        for (order in listOf(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            foreign.order(order).asFloatBuffer().put(samples)
            val buffer = foreign.order(order).asFloatBuffer()
            assertEquals(mel, extractor.compute(buffer))
            assertEquals(mel, extractor.compute(buffer.asReadOnlyBuffer()))
            assertEquals(0, buffer.position())
            val out = ByteBuffer.allocateDirect(mel.data.size * 4 + 4).order(order).asFloatBuffer()
            assertEquals(mel.nFrames, extractor.computeInto(buffer, out))
            assertTrue(mel.data.indices.all { out[it] == mel.data[it] })
            assertEquals(0f, out[mel.data.size])
        }
        val heap = FloatBuffer.allocate(mel.data.size)
        extractor.computeInto(FloatBuffer.wrap(samples), heap)
        assertTrue(mel.data.contentEquals(heap.array()))
        assertEquals(mel.data[79 * mel.nFrames + 30], mel[79, 30])
        val frameMajor = MelExtractor(MelConfig.whisper().copy(layout = MelConfig.Layout.FRAME_MAJOR))
        assertEquals(mel[79, 30], frameMajor.use { it.compute(samples) }[79, 30])
        val integers = shortArrayOf(-32768, 12, 32767)
        val fromIntegers = extractor.compute(integers)
        assertEquals(extractor.compute(FloatArray(3) { integers[it] / 32768f }), fromIntegers)
        assertEquals(fromIntegers, extractor.compute(ShortBuffer.wrap(integers)))
        val shorts = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder()).asShortBuffer()
        shorts.put(7).put(integers).position(1)
        assertEquals(fromIntegers, extractor.compute(shorts))
        refused<IndexOutOfBoundsException> { mel[80, 0] }
        refused<IndexOutOfBoundsException> { mel[0, -1] }
        Unit
    }

    /** The bits of the plain result, changed by hand, in a stream too. */
    @Test
    fun `rows have means and factors`() {
        val config = MelConfig.kaldiFbank().copy(nMels = 3, stack = 2, layout = MelConfig.Layout.FRAME_MAJOR)
        val samples = noise(8000)
        val plain = MelExtractor(config).use { it.compute(samples).data }
        assertTrue(plain.size > 100)
        val mean = floatArrayOf(1.5f, -2f, 0f, 100f, 0.25f, 3f)
        val scale = floatArrayOf(0.5f, -1f, 3f, 1e-3f, 0f, 7.25f)
        for ((rowMean, rowScale) in listOf(mean to scale, mean to null, null to scale)) {
            val expected = plain.mapIndexed { place, value ->
                val difference = value - (rowMean?.get(place % 6) ?: 0f)
                difference * (rowScale?.get(place % 6) ?: 1f)
            }
            MelExtractor(config, rowMean = rowMean, rowScale = rowScale).use { own ->
                assertEquals(expected, own.compute(samples).data.asList())
                own.stream().use { stream ->
                    val first = stream.push(samples.copyOfRange(0, 3001))
                    val second = stream.push(samples.copyOfRange(3001, 8000))
                    val parts = listOf(first, second, stream.finish())
                    assertEquals(expected, parts.flatMap { it.data.asList() })
                }
            }
        }
        val short = refused<MelException.BufferSize> { MelExtractor(config, rowMean = FloatArray(3)) }
        assertEquals(listOf("rowMean", 6L, 3L), listOf(short.field, short.expected, short.actual))
        val empty = refused<MelException.BufferSize> { MelExtractor(config, rowScale = FloatArray(0)) }
        assertEquals("rowScale must have 6 values, got 0", empty.message)
        val large = floatArrayOf(0f, 0f, 0f, 0f, -2e18f, 0f)
        val error = refused<MelException.Config> { MelExtractor(config, rowScale = large) }
        assertEquals("rowScale must be at most 1e18 in magnitude, got -2e18 at 4", error.message)
    }

    @Test
    fun `row statistics are read from a model's file`() {
        val file = "<AddShift> 2 2\n<LearnRateCoef> 0 [ -5 2 ]\n<Rescale> 2 2\n<LearnRateCoef> 0 [ 0.25 0.5 ]\n"
        val rows = RowStatistics.fromText(file)
        assertEquals(listOf(5f, -2f), rows.mean.asList())
        assertEquals(listOf(0.25f, 0.5f), rows.scale.asList())
        val config = MelConfig.kaldiFbank().copy(nMels = 2)
        MelExtractor(config, rowMean = rows.mean, rowScale = rows.scale).close()
        val error = refused<MelException.Config> { RowStatistics.fromText("{}") }
        assertEquals(listOf("rowMean", "\"{}\""), listOf(error.field, error.value))
    }

    @Test
    fun `valid frames are those that are not padding`() {
        MelExtractor(MelConfig.whisper().copy(padTo = 480_000)).use {
            assertEquals(listOf(101L, 3000L), listOf(it.validFrames(16_001), it.frameCount(16_001)))
        }
        MelExtractor(MelConfig.parakeet()).use {
            val counts = listOf(it.validFrames(16_000), it.frameCount(16_000), it.validFrames(-1))
            assertEquals(listOf(100L, 101L, 0L), counts)
        }
    }

    @Test
    fun `the weights of the filters`() {
        val config = MelConfig.whisper().copy(
            nMels = 2, nFft = 8, sampleRate = 8000, melScale = MelConfig.MelScale.HTK, melNorm = MelConfig.MelNorm.NONE,
        )
        val weights = MelExtractor(config).use { it.filterbank() }
        assertEquals(10, weights.size)
        val most = 2595 * log10(1 + 4000.0 / 700)
        val corner = { place: Int -> 700 * (10.0.pow(most * place / 3 / 2595) - 1) }
        weights.forEachIndexed { place, weight ->
            val (low, middle, high) = List(3) { corner(place / 5 + it) }
            val hz = place % 5 * 1000.0
            val sides = minOf((hz - low) / (middle - low), (high - hz) / (high - middle))
            assertEquals(maxOf(0.0, sides), weight.toDouble(), 1e-6)
        }
        val own = floatArrayOf(0f, 1.5f, -2f, 0f, 1e-30f, 7f, 0f, 0f, 0.25f, 3f)
        assertEquals(own.asList(), MelExtractor(config, filterbank = own).use { it.filterbank().asList() })
    }

    @Test
    fun `tables of one's own`() {
        val samples = noise(2000)
        val ones = FloatArray(400) { 1f }
        val rectangular = MelConfig.whisper().copy(window = MelConfig.Window.RECTANGULAR)
        assertEquals(
            MelExtractor(rectangular).use { it.compute(samples) },
            MelExtractor(MelConfig.whisper(), window = ones).use { it.compute(samples) },
        )
        val flat = MelExtractor(MelConfig.torchaudio(), filterbank = FloatArray(128 * 201) { 1f })
        val mel = flat.use { it.compute(samples) }
        assertEquals(mel[0, 3], mel[127, 3])
        assertTrue(0 in MelExtractor(MelConfig.whisper().copy(nMels = 300)).use { it.emptyFilters() })
        for (size in listOf(0, 401)) {
            val error = refused<MelException.BufferSize> { MelExtractor(MelConfig(), FloatArray(size)) }
            assertEquals(listOf("window", 400L, size.toLong()), listOf(error.field, error.expected, error.actual))
        }
        refused<MelException.Config> { MelExtractor(MelConfig(), FloatArray(400) { Float.NaN }) }
    }

    @Test
    fun `wrong samples and memory are refused`() = MelExtractor().use { extractor ->
        refused<MelException.EmptyInput> { extractor.compute(FloatArray(0)) }
        refused<MelException.EmptyInput> { extractor.compute(ShortBuffer.allocate(0)) }
        refused<MelException.EmptyInput> { extractor.compute(direct(0)) }
        val error = refused<MelException.Sample> { extractor.compute(floatArrayOf(0f, Float.NaN)) }
        assertEquals(1, error.index)
        for ((offset, length) in listOf(-1 to 2, 0 to 4, 3 to 1, 1 to -1, Int.MAX_VALUE to 2)) {
            refused<IndexOutOfBoundsException> { extractor.compute(FloatArray(3), offset, length) }
        }
        val memory = direct(40_000)
        val samples = memory.duplicate().limit(1600) as FloatBuffer
        val short = refused<MelException.BufferSize> { extractor.computeInto(samples, direct(799)) }
        assertEquals(listOf("out", 800L, 799L), listOf(short.field, short.expected, short.actual))
        refused<MelException.BufferSize> { extractor.computeInto(samples, FloatBuffer.allocate(0)) }
        memory.position(1599)
        val same = refused<MelException.Argument> { extractor.computeInto(samples, memory) }
        assertEquals(listOf("argument", "out"), listOf(same.code, same.field))
        refused<IllegalArgumentException> { extractor.computeInto(samples, direct(800).asReadOnlyBuffer()) }
        val endless = MelConfig.whisper().toBuilder().set("n_frames", "4294967295").build()
        val memoryless = refused<MelException.Allocation> { MelExtractor(endless).use { it.compute(FloatArray(2)) } }
        assertEquals(4_294_967_295 * 80 * 4, memoryless.bytes)
        val threads = refused<MelException.Argument> { extractor.computeBatch(listOf(FloatArray(1)), -1) }
        assertEquals(listOf(MelErrorKind.ARGUMENT, "threads"), listOf(threads.errorKind, threads.field))
        val clip = refused<MelException.EmptyInput> { extractor.computeBatch(listOf(FloatArray(1), FloatArray(0))) }
        assertTrue(clip.message!!.startsWith("clip 1: "))
        assertEquals(listOf(1, "empty_input", 3), listOf(clip.clip, clip.code, clip.errorKind.number))
        val alone = refused<MelException.EmptyInput> { extractor.compute(FloatArray(0)) }
        assertEquals(listOf(null, MelErrorKind.EMPTY_INPUT), listOf(alone.clip, alone.errorKind))
        val bad = refused<MelException.Sample> {
            extractor.computeBatch(listOf(FloatArray(9), floatArrayOf(0f, 0f, Float.NaN)), 2)
        }
        assertEquals(listOf(2L, 1, MelErrorKind.SAMPLE), listOf(bad.index, bad.clip, bad.errorKind))
        assertEquals(emptyList<MelSpectrogram>(), extractor.computeBatchInt16(emptyList()))
    }

    @Test
    fun `streams end and start anew`() = MelExtractor(streamed).use { extractor ->
        val stream = extractor.stream()
        val samples = noise(1000)
        refused<MelException.EmptyInput> { stream.finish() }
        assertEquals(0, stream.push(ShortArray(0)).nFrames)
        val first = stream.push(samples)
        assertEquals(6, first.nFrames)
        // An error changes nothing.
        val error = refused<MelException.Sample> { stream.push(floatArrayOf(0f, Float.NEGATIVE_INFINITY)) }
        assertTrue(error.message!!.endsWith(", got -Infinity"), error.message)
        assertEquals(1001, error.index)
        refused<MelException.BufferSize> { stream.pushInto(FloatBuffer.wrap(samples), direct(10)) }
        assertEquals(0, stream.finish().nFrames)
        refused<MelException.Finished> { stream.push(samples) }
        refused<MelException.Finished> { stream.finish() }
        stream.reset()
        val out = direct(480)
        assertEquals(6, stream.pushInto(FloatBuffer.wrap(samples), out))
        assertTrue(first.data.indices.all { out[it] == first.data[it] })
        stream.close()
    }

    @Test
    fun `streams keep their memory, whatever is pushed`() = MelExtractor(streamed).use { extractor ->
        val samples = noise(800_000)
        val whole = extractor.compute(samples)
        // Beyond the lengths from which on memory is not kept: 262,144 floats, and 3,276 frames.
        val lengths = listOf(1, 0, 160, 7000, 262_145, 159, 524_800, 405, 400, 4930)
        assertEquals(samples.size, lengths.sum())
        val kinds = listOf<(MelStream, FloatArray) -> MelSpectrogram>(
            { stream, part -> stream.push(part) },
            { stream, part -> stream.push(floatArrayOf(9f) + part + 9f, 1, part.size) },
            { stream, part -> stream.push(FloatBuffer.wrap(part)) },
            { stream, part -> stream.push(direct(part.size).put(part).flip() as FloatBuffer) },
            { stream, part ->
                val bytes = ByteBuffer.allocateDirect(4 * part.size).order(ByteOrder.BIG_ENDIAN)
                stream.push(bytes.asFloatBuffer().put(part).flip() as FloatBuffer)
            },
        )
        extractor.stream().use { stream ->
            for (push in kinds) {
                var from = 0
                val mels = lengths.map { length ->
                    push(stream, samples.copyOfRange(from, from + length)).also { from += length }
                } + stream.finish()
                assertEquals(whole.nFrames, mels.sumOf { it.nFrames })
                for (row in 0 until 80) {
                    val streamed = mels.flatMap { mel -> (0 until mel.nFrames).map { mel[row, it] } }
                    assertEquals((0 until whole.nFrames).map { whole[row, it] }, streamed)
                }
                stream.reset()
            }
            val integers = ShortArray(1000) { (it * 31).toShort() }
            val expected = MelExtractor(streamed).use { it.compute(integers) }.data.asList()
            assertEquals(expected, stream.push(integers).data.asList())
            stream.reset()
            val shorts = ByteBuffer.allocateDirect(2000).order(ByteOrder.nativeOrder()).asShortBuffer()
            assertEquals(expected, stream.push(shorts.put(integers).flip() as ShortBuffer).data.asList())
        }
    }

    @Test
    fun `what is closed throws, and closing twice does nothing`() {
        val extractor = MelExtractor(streamed)
        val stream = extractor.stream()
        extractor.close()
        extractor.close()
        for (call in listOf<() -> Any>(
            { extractor.compute(FloatArray(1)) },
            { extractor.computeInto(direct(1), direct(80)) },
            { extractor.computeBatch(listOf(FloatArray(1))) },
            { extractor.frameCount(1) },
            { extractor.emptyFilters() },
            { extractor.validFrames(1) },
            { extractor.filterbank() },
            { extractor.stream() },
        )) {
            val error = refused<IllegalStateException> { call() }
            assertEquals("the MelExtractor is closed", error.message)
        }
        assertEquals(80, extractor.nMels)
        // The stream outlives it.
        assertEquals(6, stream.push(noise(1000)).nFrames)
        stream.close()
        stream.close()
        for (call in listOf<() -> Any>(
            { stream.push(FloatArray(1)) }, { stream.finish() }, { stream.reset() }, { stream.framesAtFinish },
        )) {
            val error = refused<IllegalStateException> { call() }
            assertEquals("the MelStream is closed", error.message)
        }
    }

    @Test
    fun `threads share one extractor`() = MelExtractor().use { extractor ->
        val inputs = List(8) { noise(3000 + 500 * it) }
        val alone = inputs.map { extractor.compute(it) }
        val pool = Executors.newFixedThreadPool(8)
        try {
            val same = (0 until 200).map { round ->
                pool.submit(Callable { extractor.compute(inputs[round % 8]) == alone[round % 8] })
            }
            assertTrue(same.all { it.get() })
            val stream = MelExtractor(streamed).use { it.stream() }
            val frames = (0 until 16).map { pool.submit(Callable { stream.push(FloatArray(1600)).nFrames }) }
            assertEquals(160, frames.sumOf { it.get() } + stream.finish().nFrames)
            stream.close()
        } finally {
            pool.shutdownNow()
        }
        Unit
    }

    @Test
    fun `closing waits for nobody and harms nobody`() {
        val pool = Executors.newFixedThreadPool(4)
        try {
            repeat(30) {
                val extractor = MelExtractor()
                val samples = noise(20_000)
                val wanted = extractor.compute(samples)
                val started = AtomicInteger()
                val calls = List(4) {
                    pool.submit(
                        Callable {
                            started.incrementAndGet()
                            runCatching { repeat(20) { assertEquals(wanted, extractor.compute(samples)) } }
                        },
                    )
                }
                while (started.get() == 0) Thread.onSpinWait()
                extractor.close()
                for (call in calls) {
                    call.get().onFailure { assertTrue(it is IllegalStateException, it.toString()) }
                }
            }
        } finally {
            pool.shutdownNow()
        }
    }

    @Test
    fun `flows of chunks`() = MelExtractor(streamed).use { extractor ->
        val samples = noise(16_000)
        val whole = extractor.compute(samples)
        val chunks = samples.toList().chunked(700).map { it.toFloatArray() }
        val mels = runBlocking { extractor.spectrograms(chunks.asFlow()).toList() }
        assertTrue(mels.all { it.nFrames > 0 })
        assertEquals(whole.nFrames, mels.sumOf { it.nFrames })
        for (row in 0 until 80) {
            val came = mels.flatMap { mel -> (0 until mel.nFrames).map { mel[row, it] } }
            assertEquals((0 until whole.nFrames).map { whole[row, it] }, came)
        }
        val integers = List(10) { ShortArray(1600) { 100 } }
        assertEquals(100, runBlocking { extractor.spectrograms(integers.asFlow()).toList() }.sumOf { it.nFrames })
        refused<MelException.EmptyInput> {
            runBlocking { extractor.spectrograms(emptyFlow<FloatArray>()).toList() }
        }
        runBlocking {
            extractor.stream().use { stream ->
                assertEquals(6, stream.pushSuspending(noise(1000)).nFrames)
                assertEquals(0, stream.finishSuspending().nFrames)
            }
        }
    }

    /** Without close, memory is freed some time after an object becomes unreachable. */
    @Test
    @EnabledOnOs(OS.LINUX)
    fun `the garbage collector is a backstop`() {
        fun resident() = File("/proc/self/statm").readText().split(" ")[1].toLong() * 4096
        val config = streamed.copy(nFft = 65_536, winLength = 65_536)
        fun lose(count: Int) = repeat(count) {
            val extractor = MelExtractor(config)
            extractor.compute(FloatArray(1))
            extractor.stream().push(FloatArray(1))
        }
        val before = resident()
        val kept = List(20) { MelExtractor(config).also { it.compute(FloatArray(1)) } }
        val each = (resident() - before) / kept.size
        assertTrue(each > 500_000, "an extractor takes $each bytes")
        kept.forEach { it.close() }
        val start = resident()
        repeat(20) {
            lose(20)
            System.gc()
            Thread.sleep(20)
        }
        // 400 of them would take more than half of what they do.
        assertTrue(resident() - start < 400 * each / 2, "${resident() - start} bytes more, $each each")
    }

    @Test
    fun `results say what they are`() {
        val mel = MelExtractor().use { it.compute(FloatArray(1600)) }
        assertEquals("MelSpectrogram(80 x 10, mel_major)", mel.toString())
        assertTrue("n_mels=80" in MelConfig().toString())
        assertFalse(mel.equals(null))
        assertEquals(mel.hashCode(), MelExtractor().use { it.compute(FloatArray(1600)) }.hashCode())
    }
}
