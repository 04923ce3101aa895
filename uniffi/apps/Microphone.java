// Java: the microphone's last second as a model's input, on the desktop.

package app;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.function.Consumer;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.LineUnavailableException;
import javax.sound.sampled.TargetDataLine;
import mojoaudio.MelConfig;
import mojoaudio.MelExtractor;
import mojoaudio.MelStream;
import mojoaudio.MelWindow;

public final class Microphone {
    private static final int RATE = 48_000;

    private Microphone() {}

    /**
     * Calls `run` with the last 100 frames, (100, 80) in row-major order, whenever there are new ones, until the
     * thread is interrupted. The buffer is the same each time.
     */
    public static void listen(Consumer<FloatBuffer> run) throws LineUnavailableException {
        MelConfig config = MelConfig.whisper().toBuilder()
            .inputRate(RATE)
            // A live signal has no maximum yet: this is the level of loud speech.
            .reference(MelConfig.Reference.FIXED)
            .referenceValue(1.5)
            .layout(MelConfig.Layout.FRAME_MAJOR)
            .build();
        try (MelExtractor extractor = new MelExtractor(config);
                MelStream stream = extractor.stream();
                TargetDataLine line = AudioSystem.getTargetDataLine(new AudioFormat(RATE, 16, 1, true, false))) {
            MelWindow window = new MelWindow(extractor.getNMels(), 100, config.getLayout());
            byte[] bytes = new byte[RATE / 50 * 2]; // 20 ms
            ShortBuffer samples = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
            line.open();
            line.start();
            while (!Thread.interrupted()) {
                samples.limit(line.read(bytes, 0, bytes.length) / 2);
                long before = window.getPushed();
                window.push(stream.push(samples));
                if (window.isFull() && window.getPushed() > before) {
                    run.accept(window.read());
                }
            }
        }
    }
}
