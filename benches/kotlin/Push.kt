// What a push of 10 ms of a live signal costs, in microseconds: "array" pushes an array and takes a new result,
// "direct" buffers outside the JVM's memory, with a buffer for the result. By turns; the median of each.
//
//     cargo xtask dist kotlin
//     cd benches/kotlin
//     mvn -q package
//     java -cp "../../target/kotlin/call/classes:../../target/kotlin/call/lib/*" Push

import java.nio.ByteBuffer
import java.nio.ByteOrder
import mojoaudio.MelConfig
import mojoaudio.MelExtractor

private const val CHUNK = 160
private const val PUSHES = 20_000
private const val TURNS = 9

object Push {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val config = MelConfig.whisper().copy(reference = MelConfig.Reference.FIXED, referenceValue = 1.5)
        val samples = FloatArray(CHUNK) { (it * 37 % 101) / 101f - 0.5f }
        fun direct(length: Int) =
            ByteBuffer.allocateDirect(length * Float.SIZE_BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer()
        val buffer = direct(CHUNK).put(samples)
        buffer.rewind()
        MelExtractor(config).use { extractor ->
            val out = direct(2 * extractor.nMels)
            val (first, second) = listOf(extractor.stream(), extractor.stream())
            val pushes = listOf<Pair<String, () -> Int>>(
                "array" to { first.push(samples).nFrames },
                "direct" to { second.pushInto(buffer, out) },
            )
            val times = pushes.map { mutableListOf<Double>() }
            repeat(TURNS) {
                for ((index, push) in pushes.withIndex()) {
                    val start = System.nanoTime()
                    var frames = 0
                    repeat(PUSHES) { frames += push.second() }
                    times[index] += (System.nanoTime() - start) / 1e3 / PUSHES
                    check(frames in PUSHES - 2..PUSHES) { "$frames frames of $PUSHES pushes" }
                }
            }
            for ((push, measured) in pushes.zip(times)) {
                println("%s: %.2f us (%.2f to %.2f)".format(
                    push.first, measured.sorted()[TURNS / 2], measured.min(), measured.max(),
                ))
            }
            first.close()
            second.close()
        }
    }
}
