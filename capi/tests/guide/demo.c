#include <stdio.h>
#include <stdlib.h>
#include "mojo_audio.h"

int main() {
    // Create audio samples
    float* audio = calloc(480000, sizeof(float));

    // Get default config
    MojoMelConfig config = mojo_mel_config_default();

    // Compute mel spectrogram
    MojoMelSpectrogram* mel = NULL;
    MojoAudioStatus status = mojo_mel_spectrogram_compute(
        audio, 480000, &config, &mel
    );

    if (status != MOJO_AUDIO_SUCCESS) {
        fprintf(stderr, "Error: %s\n", mojo_audio_last_error());
        free(audio);
        return 1;
    }

    // Get shape
    size_t n_mels, n_frames;
    mojo_mel_spectrogram_get_shape(mel, &n_mels, &n_frames);
    printf("Shape: (%zu, %zu)\n", n_mels, n_frames);

    // Get data
    size_t size = mojo_mel_spectrogram_get_size(mel);
    float* data = malloc(size * sizeof(float));
    mojo_mel_spectrogram_get_data(mel, data, size);

    // Cleanup
    free(data);
    mojo_mel_spectrogram_free(mel);
    free(audio);

    return 0;
}
