// The library as Java calls it.

package mojoaudio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class JavaCallerTest {
    @Test
    void overloadsServeJava() {
        MelConfig config = MelConfig.whisper().toBuilder()
            .nMels(128)
            .reference(MelConfig.Reference.FIXED)
            .referenceValue(1.5)
            .winLength(null)
            .build();
        assertEquals(128, config.getNMels());
        assertTrue(MelConfig.PRESETS.size() >= 10);
        try (MelExtractor extractor = new MelExtractor(config)) {
            float[] samples = new float[1600];
            MelSpectrogram mel = extractor.compute(samples);
            assertEquals(10, mel.getNFrames());
            assertEquals(mel, extractor.compute(samples, 0));
            assertEquals(mel, extractor.compute(samples, 0, 1600));
            assertEquals(mel, extractor.compute(new short[1600]));
            assertEquals(mel, extractor.compute(FloatBuffer.wrap(samples)));
            assertEquals(mel.getData()[3], mel.get(0, 3));
            assertEquals(List.of(mel, mel), extractor.computeBatch(List.of(samples, samples)));
            assertEquals(List.of(mel), extractor.computeBatchInt16(List.of(new short[1600]), 1));
            try (MelStream stream = extractor.stream()) {
                int nFrames = stream.push(samples).getNFrames() + stream.finish().getNFrames();
                assertEquals(10, nFrames);
            }
            MelException error =
                assertThrows(MelException.Sample.class, () -> extractor.compute(new float[] {Float.NaN}));
            assertEquals("sample", error.getCode());
        }
        try (MelExtractor extractor = new MelExtractor()) {
            assertEquals(80, extractor.getNMels());
        }
    }
}
