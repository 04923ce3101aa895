// The window of the last frames, beside a list of all frames.

package mojoaudio

import java.nio.ByteBuffer
import java.nio.FloatBuffer
import java.nio.ShortBuffer
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class WindowTest {
    private val layouts = MelConfig.Layout.entries

    /** Frames whose values tell their places. */
    private fun frames(first: Int, count: Int, nMels: Int, layout: MelConfig.Layout): MelSpectrogram {
        val isMelMajor = layout == MelConfig.Layout.MEL_MAJOR
        val data = FloatArray(nMels * count) {
            val (mel, frame) = if (isMelMajor) Pair(it / count, it % count) else Pair(it % nMels, it / nMels)
            value(mel, first + frame)
        }
        return MelSpectrogram(data, nMels, count, layout)
    }

    private fun value(mel: Int, frame: Int) = frame + mel / 8f

    @Test
    fun `a window has the last frames in the model's order`() {
        for (own in layouts) for (pushed in layouts) for (nFrames in listOf(1, 4, 7)) {
            val window = MelWindow(3, nFrames, own, fill = -9f)
            var count = 0
            for (more in listOf(0, 1, 2, 3, 1, 9, 2, 0, 14)) {
                window.push(frames(count, more, 3, pushed))
                count += more
                assertEquals(count.toLong(), window.pushed)
                assertEquals(count >= nFrames, window.isFull)
                val read = window.read()
                assertTrue(read.isDirect && read.remaining() == 3 * nFrames)
                assertSame(read, window.read())
                val out = FloatBuffer.allocate(3 * nFrames + 2).position(1) as FloatBuffer
                window.copyInto(out)
                assertEquals(1, out.position())
                assertEquals(0f, out[3 * nFrames + 1])
                val halves = ShortBuffer.allocate(3 * nFrames)
                window.copyInto(halves)
                for (mel in 0..<3) for (frame in 0..<nFrames) {
                    val isMelMajor = own == MelConfig.Layout.MEL_MAJOR
                    val place = if (isMelMajor) mel * nFrames + frame else frame * 3 + mel
                    val expected = (count - nFrames + frame).let { if (it < 0) -9f else value(mel, it) }
                    assertEquals(expected, read[place], "$own $pushed $nFrames: $mel, $frame of $count")
                    assertEquals(expected, out[1 + place])
                    assertEquals(expected, float32(halves[place]))
                }
            }
            window.clear()
            assertFalse(window.isFull)
            assertEquals(-9f, window.read()[0])
        }
    }

    @Test
    fun `the window of a stream is the end of the whole`() {
        val config = MelConfig.whisper().copy(
            reference = MelConfig.Reference.FIXED, referenceValue = 1.5, layout = MelConfig.Layout.FRAME_MAJOR,
        )
        val samples = FloatArray(16_000) { (it * 37 % 101) / 101f - 0.5f }
        MelExtractor(config).use { extractor ->
            val whole = extractor.compute(samples)
            val window = MelWindow(extractor.nMels, 30, config.layout)
            extractor.stream().use { stream ->
                for (chunk in 0..<100) window.push(stream.push(samples, 160 * chunk, 160))
                window.push(stream.finish())
            }
            val values = FloatArray(80 * 30).also { window.read().get(it) }
            assertEquals(whole.data.asList().takeLast(values.size), values.asList())
        }
    }

    @Test
    fun `wrong numbers and memory are refused`() {
        fun argument(call: () -> Unit) = assertThrows(MelException.Argument::class.java) { call() }.field
        assertEquals("nMels", argument { MelWindow(0, 5) })
        assertEquals("nFrames", argument { MelWindow(80, 0) })
        assertEquals("nFrames", argument { MelWindow(Int.MAX_VALUE, 1) })
        val window = MelWindow(3, 4)
        assertEquals("frames", argument { window.push(frames(0, 1, 2, layouts[0])) })
        val error = assertThrows(MelException.BufferSize::class.java) { window.copyInto(FloatBuffer.allocate(11)) }
        assertEquals(listOf("out", 12L, 11L), listOf(error.field, error.expected, error.actual))
        assertThrows(MelException.BufferSize::class.java) { window.copyInto(ShortBuffer.allocate(11)) }
        val readOnly = ByteBuffer.allocateDirect(48).asReadOnlyBuffer().asFloatBuffer()
        assertThrows(IllegalArgumentException::class.java) { window.copyInto(readOnly) }
    }

    /** By the definition of the format. */
    private fun float32(half: Short): Float {
        val (exponent, fraction) = Pair(half.toInt() shr 10 and 31, half.toInt() and 1023)
        val magnitude = when (exponent) {
            0 -> Math.scalb(fraction.toFloat(), -24)
            31 -> if (fraction == 0) Float.POSITIVE_INFINITY else Float.NaN
            else -> Math.scalb(1024f + fraction, exponent - 25)
        }
        return if (half < 0) -magnitude else magnitude
    }

    @Test
    fun `float16 is the nearest, and even in the middle`() {
        for (bits in 0..0x7bff) {
            val (here, next) = Pair(bits.toShort(), (bits + 1).toShort())
            val value = float32(here)
            assertEquals(here, float16(value))
            assertEquals((bits or 0x8000).toShort(), float16(-value))
            // Beyond the largest, the middle to what would come next is infinite.
            val middle = if (bits == 0x7bff) 65_520f else (value + float32(next)) / 2
            assertEquals(if (bits % 2 == 0) here else next, float16(middle))
            assertEquals(here, float16(Math.nextDown(middle)))
            assertEquals(next, float16(Math.nextUp(middle)))
        }
        assertEquals(0x7c00, float16(Float.POSITIVE_INFINITY).toInt())
        assertTrue(float32(float16(Float.NaN)).isNaN())
    }
}
