// Calls of the Kotlin library, as in a user's program: "array" uses arrays, "direct" buffers outside the JVM's
// memory, "stream" pushes arrays to one stream. ../README.md describes the lines that a
// measured program reads and answers.

import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.FloatBuffer
import mojoaudio.MelConfig
import mojoaudio.MelExtractor

/** Nanoseconds of calls before it is ready: the JVM compiles code that has run thousands of times. */
private const val WARM = 3_000_000_000

private class Clip(file: File) {
    val samples: FloatArray
    val direct: FloatBuffer

    init {
        val floats = ByteBuffer.wrap(file.readBytes()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer()
        samples = FloatArray(floats.remaining()).also(floats::get)
        direct = direct(samples.size).put(samples).rewind() as FloatBuffer
    }
}

private fun direct(length: Int): FloatBuffer =
    ByteBuffer.allocateDirect(length * Float.SIZE_BYTES).order(ByteOrder.nativeOrder()).asFloatBuffer()

private fun save(values: FloatBuffer, file: File) {
    val bytes = ByteBuffer.allocate(values.remaining() * Float.SIZE_BYTES).order(ByteOrder.LITTLE_ENDIAN)
    bytes.asFloatBuffer().put(values)
    file.writeBytes(bytes.array())
}

fun main(arguments: Array<String>) {
    require(arguments.size == 3) { "wanted: NAME FOLDER THREADS" }
    val (name, folder) = arguments
    val clips = HashMap<String, Clip>()
    val read = { clip: String -> clips.getOrPut(clip) { Clip(File(folder, "$clip.f32")) } }
    val config = MelConfig.whisper().copy(
        reference = if (name == "stream") MelConfig.Reference.NONE else MelConfig.Reference.WHOLE_INPUT,
    )
    MelExtractor(config).use { extractor ->
        val out = direct(extractor.nMels * extractor.frameCount(read("30s").samples.size.toLong()).toInt())
        val compute: (Clip) -> FloatBuffer = when (name) {
            "array" -> { clip -> FloatBuffer.wrap(extractor.compute(clip.samples).data) }
            "direct" -> { clip ->
                val frames = extractor.computeInto(clip.direct, out)
                out.duplicate().limit(extractor.nMels * frames) as FloatBuffer
            }
            "stream" -> {
                val stream = extractor.stream()
                val push: (Clip) -> FloatBuffer = { clip -> FloatBuffer.wrap(stream.push(clip.samples).data) }
                push
            }
            else -> throw IllegalArgumentException("no call: $name")
        }
        val start = System.nanoTime()
        while (System.nanoTime() - start < WARM) compute(read("30s"))
        println("ready checkout")
        for (line in generateSequence(::readLine)) {
            val (command, clip, argument) = line.split(" ", limit = 3)
            val samples = read(clip)
            when (command) {
                "time" -> {
                    val times = LongArray(argument.toInt()) {
                        val begun = System.nanoTime()
                        compute(samples)
                        System.nanoTime() - begun
                    }
                    println(times.joinToString(" "))
                }
                "save" -> {
                    val values = compute(samples)
                    println("${extractor.nMels} ${values.remaining() / extractor.nMels}")
                    save(values, File(argument))
                }
                else -> throw IllegalArgumentException("no command: $line")
            }
        }
    }
}
