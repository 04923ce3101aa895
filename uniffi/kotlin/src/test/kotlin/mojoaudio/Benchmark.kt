// What 30 s of Whisper's features take from Kotlin.

package mojoaudio

import java.nio.FloatBuffer
import java.util.Locale

private fun report(what: String, work: () -> Unit) {
    val times = LongArray(3000) {
        val start = System.nanoTime()
        work()
        System.nanoTime() - start
    }
    val sorted = times.drop(2000).sorted().map { it / 1e6 }
    println(
        String.format(
            Locale.ROOT, "%s: 30 s in %.3f ms at least, %.3f ms in the middle", what, sorted[0], sorted[500],
        ),
    )
}

fun main() {
    var state = 1
    val samples = FloatArray(480_000) {
        state = state * 1_664_525 + 1_013_904_223
        state / 4_294_967_296f
    }
    val integers = ShortArray(samples.size) { (samples[it] * 32767).toInt().toShort() }
    MelExtractor(MelConfig.whisper()).use { extractor ->
        report("Kotlin, FloatArray") { check(extractor.compute(samples).nFrames == 3000) }
        report("Kotlin, ShortArray") { check(extractor.compute(integers).nFrames == 3000) }
        val input: FloatBuffer = direct(samples.size).put(samples).rewind() as FloatBuffer
        val out = direct(240_000)
        report("Kotlin, FloatBuffer") { check(extractor.computeInto(input, out) == 3000) }
    }
}
