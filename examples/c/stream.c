// Windows of frames for a model, while audio arrives in chunks of any length: the loop around a microphone.
//
//     cc stream.c $(pkg-config --cflags --libs mojo_audio) -lm -o stream && ./stream ../data/speech.wav

#include <mojo_audio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wav.h"

enum { WINDOW = 100, MAX_MELS = 128 };

// Here a file takes the place of a sound card. Its chunks are as odd as those of real ones, and 0 ends the signal.
static size_t record(const int16_t** chunk, const int16_t** rest, size_t* n_rest) {
    static const size_t lengths[] = {441, 160, 1, 1024, 7};
    static size_t turn;
    const size_t wanted = lengths[turn++ % 5];
    const size_t n = wanted < *n_rest ? wanted : *n_rest;
    *chunk = *rest;
    *rest += n;
    *n_rest -= n;
    return n;
}

// Here the model would run. It gets n_frames frames of n_mels values, one frame after the other.
static double model(const float* frames, size_t n_frames, size_t n_mels) {
    double sum = 0;
    for (size_t i = 0; i < n_frames * n_mels; ++i) sum += frames[i];
    return sum;
}

int main(int argc, char** argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: stream FILE.wav\n");
        return 2;
    }
    size_t n_rest;
    int16_t* samples = read_wav(argv[1], &n_rest);
    if (!samples) return 1;

    MojoMelOptions options;
    MojoMelExtractor* extractor = NULL;
    MojoMelStream* stream = NULL;
    if (mojo_mel_options_init(&options, sizeof options, "kaldi-fbank") != MOJO_AUDIO_SUCCESS) goto failed;
    options.layout = MOJO_MEL_LAYOUT_FRAME_MAJOR;  // a frame after the other, as the model takes them
    if (mojo_mel_extractor_new(&options, &extractor) != MOJO_AUDIO_SUCCESS
        || mojo_mel_stream_new(extractor, &stream) != MOJO_AUDIO_SUCCESS) {
        goto failed;
    }

    static float window[WINDOW * MAX_MELS];
    const size_t n_mels = mojo_mel_stream_n_mels(stream);
    size_t filled = 0, n_frames = 0, n_windows = 0, loudest = 0;
    double sum = 0, highest = 0;
    const int16_t *chunk, *rest = samples;
    for (size_t n = 1; n > 0;) {
        n = record(&chunk, &rest, &n_rest);
        if ((n > 0 ? mojo_mel_stream_push_i16(stream, chunk, n) : mojo_mel_stream_finish(stream))
            != MOJO_AUDIO_SUCCESS) {
            goto failed;
        }
        // Fill the window with the frames that are complete, and run the model each time it is full. At the end of
        // the signal it runs once more, for the frames that are left.
        while (mojo_mel_stream_available(stream) > 0 || (n == 0 && filled > 0)) {
            size_t k;
            if (mojo_mel_stream_read(stream, window + filled * n_mels, (WINDOW - filled) * n_mels, &k)
                != MOJO_AUDIO_SUCCESS) {
                goto failed;
            }
            filled += k;
            n_frames += k;
            if (filled == WINDOW || (n == 0 && mojo_mel_stream_available(stream) == 0)) {
                const double result = model(window, filled, n_mels);
                sum += result;
                ++n_windows;
                if (n_windows == 1 || result / (double)filled > highest) {
                    highest = result / (double)filled;
                    loudest = n_windows;
                }
                filled = 0;
            }
        }
    }
    const char* slash = strrchr(argv[1], '/');
    printf("%s: %zu frames in %zu windows, mean %.4f, loudest window %zu\n", slash ? slash + 1 : argv[1], n_frames,
           n_windows, sum / (double)(n_frames * n_mels), loudest);

    mojo_mel_stream_free(stream);
    mojo_mel_extractor_free(extractor);
    free(samples);
    return 0;

failed:
    fprintf(stderr, "%s\n", mojo_audio_last_error());
    return 1;
}
