// The guide's integration patterns, unchanged, in a program.

#include <stdio.h>
#include <stdlib.h>
#include "mojo_audio.h"

static MojoMelSpectrogram* compute(const MojoMelConfig* config) {
    static const float audio[1600];
    MojoMelSpectrogram* mel = NULL;
    mojo_mel_spectrogram_compute(audio, 1600, config, &mel);
    return mel;
}

static void caller_managed(MojoMelSpectrogram* mel) {
#include "caller_managed.c"
}

static float first_value;

// Reads through the pointer of the pattern before it is freed.
#define mojo_mel_spectrogram_free(mel) (first_value = *data_ptr, mojo_mel_spectrogram_free(mel))
static void zero_copy(MojoMelSpectrogram* mel) {
#include "zero_copy.c"
}
#undef mojo_mel_spectrogram_free

static const MojoMelConfig* wanted;

// The pattern writes the arguments as dots.
#define mojo_mel_spectrogram_compute(...) mojo_mel_spectrogram_compute(NULL, 0, wanted, &mel)
static int error_handling(void) {
    MojoMelSpectrogram* mel = NULL;
#include "error_handling.c"
    return 0;
}
#undef mojo_mel_spectrogram_compute

static int version(void) {
#include "version.c"
    return major == MOJO_AUDIO_VERSION_MAJOR && minor == MOJO_AUDIO_VERSION_MINOR
        && patch == MOJO_AUDIO_VERSION_PATCH;
}

int main(void) {
    MojoMelConfig config = mojo_mel_config_default();
    wanted = &config;
    caller_managed(compute(&config));
    zero_copy(compute(&config));
    // Silence: (log10(1e-10) + 4) / 4.
    if (!(first_value > -1.500001f && first_value < -1.499999f)) {
        fprintf(stderr, "a value of silence is %.9g instead of -1.5\n", first_value);
        return 1;
    }
    if (error_handling() != MOJO_AUDIO_ERROR_INVALID_INPUT) {
        fprintf(stderr, "no samples were taken\n");
        return 1;
    }
    if (!version()) {
        fprintf(stderr, "the header is of another version than the library\n");
        return 1;
    }
    puts("patterns: 4 run");
    return 0;
}
