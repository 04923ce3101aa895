// The part of a program that calls the C functions.

#include <mojo_audio.h>
#include <stddef.h>

size_t frames_by_c(const float* samples, size_t n_samples);

size_t frames_by_c(const float* samples, size_t n_samples) {
    MojoMelConfig config = mojo_mel_config_default();
    MojoMelSpectrogram* mel = NULL;
    size_t n_mels = 0, n_frames = 0;
    if (mojo_mel_spectrogram_compute(samples, n_samples, &config, &mel) == MOJO_AUDIO_SUCCESS) {
        mojo_mel_spectrogram_get_shape(mel, &n_mels, &n_frames);
    }
    mojo_mel_spectrogram_free(mel);
    return n_frames;
}
