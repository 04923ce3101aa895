// Two versions of the library in one program: each used by a library that was linked with it, and one of
// them also loaded. ./versions LOADED

#define _GNU_SOURCE
#include <dlfcn.h>
#include "harness.h"
#include "user.h"

enum { SAMPLES = 16000, SIZE = 80 * 100 };

static float tone[SAMPLES], one[SIZE], other[SIZE];
static const char* to_load;

static const char* name(const char* path) {
    const char* slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void each_calls_its_own(void) {
    CHECK(strcmp(name(user_0_library()), "libmojo_audio.so.0") == 0, "%s", user_0_library());
    CHECK(strcmp(name(user_1_library()), "libmojo_audio.so.1") == 0, "%s", user_1_library());
}

static void both_compute(void) {
    for (int round = 0; round < 20; ++round) {
        CHECK(user_0_compute(tone, SAMPLES, one, SIZE) == 0, "%s", user_0_last_error());
        CHECK(user_1_compute(tone, SAMPLES, other, SIZE) == 0, "%s", user_1_last_error());
        CHECK(memcmp(one, other, sizeof one) == 0, "other bits");
    }
}

static void each_has_its_last_error(void) {
    const char *first = user_0_fail(-1), *second = user_1_fail(-2);
    CHECK(strstr(first, "n_mels must be from 1 to 4096, got -1"), "%s", first);
    CHECK(strstr(second, "n_mels must be from 1 to 4096, got -2"), "%s", second);
    CHECK(strcmp(user_0_last_error(), first) == 0 && user_0_last_error() != second, "%s", first);
}

// Like plugins, with its own handle.
static void one_is_loaded(void) {
    void* handle = dlopen(to_load, RTLD_NOW | RTLD_LOCAL);
    CHECK(handle != NULL, "%s", dlerror());
    if (!handle) return;
    __typeof__(&mojo_mel_spectrogram_compute) compute;
    __typeof__(&mojo_mel_spectrogram_get_data) get_data;
    __typeof__(&mojo_mel_spectrogram_free) free_mel;
    *(void**)&compute = dlsym(handle, "mojo_mel_spectrogram_compute");
    *(void**)&get_data = dlsym(handle, "mojo_mel_spectrogram_get_data");
    *(void**)&free_mel = dlsym(handle, "mojo_mel_spectrogram_free");
    MojoMelConfig config = {16000, 400, 160, 80};
    MojoMelSpectrogram* mel = NULL;
    CHECK(compute(tone, SAMPLES, &config, &mel) == 0, "refused");
    CHECK(get_data(mel, other, SIZE) == 0, "refused");
    free_mel(mel);
    CHECK(user_0_compute(tone, SAMPLES, one, SIZE) == 0, "%s", user_0_last_error());
    CHECK(memcmp(one, other, sizeof one) == 0, "other bits");
    dlclose(handle);
    CHECK(user_0_compute(tone, SAMPLES, one, SIZE) == 0, "after it went: %s", user_0_last_error());
    CHECK(memcmp(one, other, sizeof one) == 0, "other bits after it went");
}

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    to_load = argv[1];
    for (int i = 0; i < SAMPLES; ++i) {
        tone[i] = (float)((i * 7919) % 2001 - 1000) / 2000.0f;
    }
    RUN(each_calls_its_own);
    RUN(both_compute);
    RUN(each_has_its_last_error);
    RUN(one_is_loaded);
    return report();
}
