// The library loaded and unloaded again and again, with a computation each time: ./loaded LIBRARY ROUNDS

#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <unistd.h>
#include "harness.h"

enum { SAMPLES = 16000, CLIPS = 4 };

// A leak of this size per round would be seen.
static const long LEAST_LEAK = 8;

static const char* library;
static int rounds;
static float tone[SAMPLES];

// The functions of the loaded library.
typedef struct {
    void* handle;
    __typeof__(&mojo_audio_last_error) last_error;
    __typeof__(&mojo_mel_config_default) config_default;
    __typeof__(&mojo_mel_config_validate) config_validate;
    __typeof__(&mojo_mel_spectrogram_compute) compute;
    __typeof__(&mojo_mel_spectrogram_get_size) get_size;
    __typeof__(&mojo_mel_spectrogram_get_data_ptr) get_data_ptr;
    __typeof__(&mojo_mel_spectrogram_free) free;
    __typeof__(&mojo_mel_options_init) options_init;
    __typeof__(&mojo_mel_extractor_new) extractor_new;
    __typeof__(&mojo_mel_extractor_compute_batch) compute_batch;
    __typeof__(&mojo_mel_extractor_free) extractor_free;
} Functions;

static Functions load(void) {
    Functions f = {.handle = dlopen(library, RTLD_NOW | RTLD_LOCAL)};
    if (!f.handle) {
        puts(dlerror());
        exit(2);
    }
    // C has no cast from an object's address to a function's.
#define FIND(place, name) *(void**)&f.place = dlsym(f.handle, name)
    FIND(last_error, "mojo_audio_last_error");
    FIND(config_default, "mojo_mel_config_default");
    FIND(config_validate, "mojo_mel_config_validate");
    FIND(compute, "mojo_mel_spectrogram_compute");
    FIND(get_size, "mojo_mel_spectrogram_get_size");
    FIND(get_data_ptr, "mojo_mel_spectrogram_get_data_ptr");
    FIND(free, "mojo_mel_spectrogram_free");
    FIND(options_init, "mojo_mel_options_init");
    FIND(extractor_new, "mojo_mel_extractor_new");
    FIND(compute_batch, "mojo_mel_extractor_compute_batch");
    FIND(extractor_free, "mojo_mel_extractor_free");
    return f;
}

static int is_loaded(void) {
    FILE* maps = fopen("/proc/self/maps", "r");
    char line[4096];
    int found = 0;
    while (maps && fgets(line, sizeof line, maps)) {
        found |= strstr(line, library) != NULL;
    }
    if (maps) fclose(maps);
    return found;
}

static long heap(void) {
    return (long)mallinfo2().uordblks;
}

static long resident(void) {
    FILE* statm = fopen("/proc/self/statm", "r");
    long size = 0, pages = 0;
    if (!statm || fscanf(statm, "%ld %ld", &size, &pages) != 2) pages = 0;
    if (statm) fclose(statm);
    return pages * sysconf(_SC_PAGESIZE);
}

// A one-shot computation, with the same bits each time, and an error. Returns 0 on success.
static int compute(const Functions* f) {
    static float first[100 * 80];
    static int is_first = 1;
    MojoMelConfig config = f->config_default();
    MojoMelSpectrogram* mel = NULL;
    if (f->config_validate(NULL) != MOJO_AUDIO_ERROR_INVALID_INPUT || *f->last_error() == 0) return 2;
    if (f->compute(tone, SAMPLES, &config, &mel) != MOJO_AUDIO_SUCCESS) return 3;
    size_t bytes = f->get_size(mel) * sizeof(float);
    if (bytes != sizeof first) return 4;
    if (is_first) memcpy(first, f->get_data_ptr(mel), bytes);
    is_first = 0;
    int same = memcmp(first, f->get_data_ptr(mel), bytes) == 0;
    f->free(mel);
    return same ? 0 : 5;
}

// A batch on the library's own threads.
static int compute_batch(const Functions* f) {
    const float* clips[CLIPS];
    size_t lengths[CLIPS];
    MojoMelSpectrogram* mels[CLIPS];
    MojoMelOptions options;
    MojoMelExtractor* extractor = NULL;
    for (int i = 0; i < CLIPS; ++i) {
        clips[i] = tone + i;
        lengths[i] = SAMPLES / 2;
    }
    int wrong = f->options_init(&options, sizeof options, "whisper") != MOJO_AUDIO_SUCCESS;
    wrong += f->extractor_new(&options, &extractor) != MOJO_AUDIO_SUCCESS;
    wrong += f->compute_batch(extractor, clips, lengths, CLIPS, 3, mels) != MOJO_AUDIO_SUCCESS;
    for (int i = 0; i < CLIPS; ++i) {
        f->free(mels[i]);
    }
    f->extractor_free(extractor);
    return wrong;
}

static void* one_round(void* has_threads) {
    Functions f = load();
    long wrong = has_threads || *f.last_error() == 0 ? compute(&f) : 1;
    if (has_threads) wrong += compute_batch(&f);
    dlclose(f.handle);
    return (void*)wrong;
}

// Memory is the same after a tenth of the rounds and after all of them.
static void in_rounds(const char* what, void* (*round)(void)) {
    long heap_then = 0, resident_then = 0;
    for (int i = 0; i < rounds; ++i) {
        long wrong = (long)round();
        CHECK(wrong == 0, "%s, round %d: %ld", what, i, wrong);
        if (i == rounds / 10) {
            heap_then = heap();
            resident_then = resident();
        }
    }
    long grown = heap() - heap_then;
    printf("figure: %s | %d | %ld | %ld\n", what, rounds, grown, (resident() - resident_then) / 1024);
    CHECK(grown < LEAST_LEAK * rounds * 9 / 10, "%s: %ld bytes more", what, grown);
}

static void* alone(void) {
    void* wrong = one_round(NULL);
    return is_loaded() ? (void*)(long)6 : wrong;
}

// After starting threads, the library stays in memory until the calling thread ends.
static void* in_a_thread(void) {
    pthread_t thread;
    void* wrong = NULL;
    if (pthread_create(&thread, NULL, one_round, &library) != 0) return (void*)(long)7;
    pthread_join(thread, &wrong);
    return wrong;
}

static void* with_threads_in_main(void) {
    return one_round(&library);
}

static void unloaded_each_time(void) {
    in_rounds("computed, and unloaded each time", alone);
}

static void by_threads_that_end(void) {
    in_rounds("a batch on threads, by a new thread each time", in_a_thread);
}

static void by_the_same_thread(void) {
    in_rounds("a batch on threads, by the same thread each time", with_threads_in_main);
}

// Threads that used the library and continue after it was closed.
static pthread_barrier_t used, closed;
static Functions shared;

static void* outlive(void* has_threads) {
    long wrong = compute(&shared);
    if (has_threads) wrong += compute_batch(&shared);
    pthread_barrier_wait(&used);
    pthread_barrier_wait(&closed);
    return (void*)wrong;
}

static void threads_that_outlive_it(void) {
    for (int round = 0; round < rounds / 10; ++round) {
        pthread_t threads[2];
        shared = load();
        // Computed once before, so that the threads only compare.
        CHECK(round > 0 || compute(&shared) == 0, "alone");
        pthread_barrier_init(&used, NULL, 3);
        pthread_barrier_init(&closed, NULL, 3);
        for (int i = 0; i < 2; ++i) {
            CHECK(pthread_create(&threads[i], NULL, outlive, i == 0 ? NULL : &used) == 0, "thread");
        }
        pthread_barrier_wait(&used);
        dlclose(shared.handle);
        pthread_barrier_wait(&closed);
        for (int i = 0; i < 2; ++i) {
            void* wrong = NULL;
            pthread_join(threads[i], &wrong);
            CHECK(wrong == NULL, "thread %d: %ld", i, (long)wrong);
        }
        pthread_barrier_destroy(&used);
        pthread_barrier_destroy(&closed);
    }
}

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    library = argv[1];
    rounds = atoi(argv[2]);
    for (int i = 0; i < SAMPLES; ++i) {
        tone[i] = (float)((i * 7919) % 2001 - 1000) / 2000.0f;
    }
    // First, because later ones leave the library in memory.
    RUN(unloaded_each_time);
    RUN(threads_that_outlive_it);
    RUN(by_threads_that_end);
    RUN(by_the_same_thread);
    return report();
}
