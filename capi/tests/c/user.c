// A library that uses mojo_audio: built twice, as USER(0) and USER(1), each linked with another version of it.

#define _GNU_SOURCE
#include <dlfcn.h>
#include "mojo_audio.h"
#include "user.h"

// The file of the function that this library calls.
const char* USER(library)(void) {
    Dl_info found;
    __typeof__(&mojo_audio_status_name) function = mojo_audio_status_name;
    return dladdr(*(void**)&function, &found) ? found.dli_fname : "";
}

int USER(compute)(const float* samples, size_t n, float* out, size_t size) {
    MojoMelConfig config = mojo_mel_config_default();
    MojoMelSpectrogram* mel = NULL;
    MojoAudioStatus status = mojo_mel_spectrogram_compute(samples, n, &config, &mel);
    if (status == MOJO_AUDIO_SUCCESS) status = mojo_mel_spectrogram_get_data(mel, out, size);
    mojo_mel_spectrogram_free(mel);
    return status;
}

const char* USER(fail)(int n_mels) {
    MojoMelConfig config = mojo_mel_config_default();
    config.n_mels = n_mels;
    mojo_mel_config_validate(&config);
    return mojo_audio_last_error();
}

const char* USER(last_error)(void) {
    return mojo_audio_last_error();
}
