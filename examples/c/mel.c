// Whisper's mel spectrogram of a 16-bit mono WAV file.
//
//     cc mel.c $(pkg-config --cflags --libs mojo_audio) -lm -o mel && ./mel ../data/speech.wav

#include <mojo_audio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wav.h"

int main(int argc, char** argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: mel FILE.wav\n");
        return 2;
    }
    size_t n_samples;
    int16_t* samples = read_wav(argv[1], &n_samples);
    if (!samples) return 1;

    MojoMelOptions options;
    MojoMelExtractor* extractor = NULL;
    MojoMelSpectrogram* mel = NULL;
    if (mojo_mel_options_init(&options, sizeof options, "whisper") != MOJO_AUDIO_SUCCESS
        || mojo_mel_extractor_new(&options, &extractor) != MOJO_AUDIO_SUCCESS
        || mojo_mel_extractor_compute_i16(extractor, samples, n_samples, &mel) != MOJO_AUDIO_SUCCESS) {
        fprintf(stderr, "%s\n", mojo_audio_last_error());
        return 1;
    }

    size_t n_mels, n_frames;
    mojo_mel_spectrogram_get_shape(mel, &n_mels, &n_frames);
    const float* values = mojo_mel_spectrogram_get_data_ptr(mel);
    double sum = 0, max = values[0];
    for (size_t i = 0; i < n_mels * n_frames; ++i) {
        sum += values[i];
        max = values[i] > max ? values[i] : max;
    }
    const char* slash = strrchr(argv[1], '/');
    printf("%s: %zu x %zu mel frames, mean %.4f, max %.4f\n", slash ? slash + 1 : argv[1], n_mels,
           n_frames, sum / (double)(n_mels * n_frames), max);

    mojo_mel_spectrogram_free(mel);
    mojo_mel_extractor_free(extractor);
    free(samples);
    return 0;
}
