// Whisper's mel spectrogram of a 16-bit mono WAV file.
//
//     cargo xtask dist kotlin
//     cd examples/kotlin
//     mvn -q compile exec:java -Dexec.args=../data/speech.wav

import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.Locale
import kotlin.system.exitProcess
import mojoaudio.MelConfig
import mojoaudio.MelExtractor

fun main(arguments: Array<String>) {
    if (arguments.size != 1) {
        System.err.println("usage: mel FILE.wav")
        exitProcess(2)
    }
    val file = File(arguments[0])
    val bytes = file.readBytes()
    require(bytes.size >= 46 && String(bytes, 8, 8) == "WAVEfmt ") { "$file: not a WAV file" }
    val samples = ByteBuffer.wrap(bytes, 44, bytes.size - 44).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer()

    val mel = MelExtractor(MelConfig.whisper()).use { it.compute(samples) }

    println(
        String.format(
            Locale.ROOT, "%s: %d x %d mel frames, mean %.4f, max %.4f",
            file.name, mel.nMels, mel.nFrames, mel.data.average(), mel.data.max(),
        ),
    )
}
