// Whisper's mel spectrogram of a 16-bit mono WAV file.
//
//     cargo xtask dist kotlin
//     cd examples/kotlin
//     mvn -q compile exec:java -Dexec.args=../data/speech.wav

import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.Locale
import javax.sound.sampled.AudioFormat
import javax.sound.sampled.AudioSystem
import kotlin.system.exitProcess
import mojoaudio.MelConfig
import mojoaudio.MelExtractor

fun main(arguments: Array<String>) {
    if (arguments.size != 1) {
        System.err.println("usage: mel FILE.wav")
        exitProcess(2)
    }
    val file = File(arguments[0])
    val samples = AudioSystem.getAudioInputStream(file).use { audio ->
        val format = audio.format
        require(
            format.encoding == AudioFormat.Encoding.PCM_SIGNED && format.sampleSizeInBits == 16 &&
                format.channels == 1 && format.sampleRate == 16_000f,
        ) { "$file is not 16-bit mono PCM at 16000 Hz: $format" }
        val bytes = audio.readAllBytes()
        require(bytes.size.toLong() == audio.frameLength * 2) { "$file ends before its data chunk does" }
        val order = if (format.isBigEndian) ByteOrder.BIG_ENDIAN else ByteOrder.LITTLE_ENDIAN
        ShortArray(bytes.size / 2).also { ByteBuffer.wrap(bytes).order(order).asShortBuffer().get(it) }
    }

    val mel = MelExtractor(MelConfig.whisper()).use { it.compute(samples) }

    println(
        String.format(
            Locale.ROOT, "%s: %d x %d mel frames, mean %.4f, max %.4f",
            file.name, mel.nMels, mel.nFrames, mel.data.average(), mel.data.max(),
        ),
    )
}
