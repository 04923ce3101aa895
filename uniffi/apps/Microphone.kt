// Android: the microphone's last second as a model's input. Copy it into an app that has asked for the permission
// RECORD_AUDIO.

package app

import android.media.AudioFormat
import android.media.AudioRecord
import android.media.MediaRecorder
import java.nio.FloatBuffer
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOn
import mojoaudio.MelConfig
import mojoaudio.MelExtractor
import mojoaudio.MelWindow
import mojoaudio.spectrograms

/** The rate that every Android device records at. */
private const val RATE = 44_100

/** 20 ms of the microphone at a time, until the collector is cancelled. */
fun microphone(): Flow<ShortArray> = flow {
    val (channel, encoding) = Pair(AudioFormat.CHANNEL_IN_MONO, AudioFormat.ENCODING_PCM_16BIT)
    // Half a second, in bytes, so that nothing is lost while the model runs.
    val size = maxOf(AudioRecord.getMinBufferSize(RATE, channel, encoding), RATE)
    val record = AudioRecord(MediaRecorder.AudioSource.VOICE_RECOGNITION, RATE, channel, encoding, size)
    try {
        check(record.state == AudioRecord.STATE_INITIALIZED) { "no microphone, or no permission to use it" }
        record.startRecording()
        val chunk = ShortArray(RATE / 50)
        while (true) {
            val count = record.read(chunk, 0, chunk.size)
            check(count >= 0) { "AudioRecord.read returned $count" }
            emit(chunk.copyOf(count))
        }
    } finally {
        record.release()
    }
}.flowOn(Dispatchers.IO)

/**
 * Calls `run` with the last 100 frames, (100, 80) in row-major order, whenever there are new ones: a direct buffer
 * that is the same each time. A tensor is made of it without a copy: `OnnxTensor.createTensor(environment, input,
 * longArrayOf(1, 100, 80))` in ONNX Runtime; LiteRT's `Interpreter.run` takes it as it is.
 */
suspend fun listen(run: (input: FloatBuffer) -> Unit) {
    val config = MelConfig.whisper().copy(
        inputRate = RATE,
        // A live signal has no maximum yet: this is the level of loud speech.
        reference = MelConfig.Reference.FIXED,
        referenceValue = 1.5,
        layout = MelConfig.Layout.FRAME_MAJOR,
    )
    MelExtractor(config).use { extractor ->
        val window = MelWindow(extractor.nMels, 100, config.layout)
        extractor.spectrograms(microphone()).collect { frames ->
            window.push(frames)
            if (window.isFull) run(window.read())
        }
    }
}
