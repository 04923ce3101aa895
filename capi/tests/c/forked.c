// The process forked after the library was used, and while threads use it: ./forked ROUNDS

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>
#include "harness.h"

enum { SAMPLES = 8000, CLIPS = 4, THREADS = 4, SIZE = 80 * 50 };

static float noise[SAMPLES];
static float wanted[SIZE];
static MojoMelExtractor* extractor;
static atomic_int is_over, n_computing;

static int same(MojoMelSpectrogram* mel) {
    int equal = mojo_mel_spectrogram_get_size(mel) == SIZE
        && memcmp(mojo_mel_spectrogram_get_data_ptr(mel), wanted, sizeof wanted) == 0;
    mojo_mel_spectrogram_free(mel);
    return equal;
}

// A one-shot computation and one with the extractor. Returns what is wrong, 0 if nothing.
static int compute_one(void) {
    MojoMelConfig config = mojo_mel_config_default();
    MojoMelSpectrogram* mel = NULL;
    if (mojo_mel_spectrogram_compute(noise, SAMPLES, &config, &mel) != 0 || !same(mel)) return 1;
    if (mojo_mel_extractor_compute(extractor, noise, SAMPLES, &mel) != 0 || !same(mel)) return 2;
    return 0;
}

// Every kind of computation, each with the bits of the parent's first one, and an error.
static int compute(void) {
    MojoMelSpectrogram* mels[CLIPS];
    const float* clips[CLIPS] = {noise, noise, noise, noise};
    const size_t lengths[CLIPS] = {SAMPLES, SAMPLES, SAMPLES, SAMPLES};
    int wrong = compute_one();
    if (wrong != 0) return wrong;
    if (mojo_mel_extractor_compute_batch(extractor, clips, lengths, CLIPS, 3, mels) != 0) return 3;
    for (int i = 0; i < CLIPS; ++i) {
        if (!same(mels[i])) return 4;
    }
    if (mojo_mel_config_validate(NULL) != MOJO_AUDIO_ERROR_INVALID_INPUT) return 5;
    return strncmp(mojo_audio_last_error(), "config must point to ", 21) == 0 ? 0 : 6;
}

// Runs a function in a child, which then exits normally. Returns its answer, or the signal that killed it.
static int in_child(int (*work)(void)) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(60); // kills a child that waits for ever
        exit(work());
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return 1000;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static MojoMelStream* stream;

// The child's copy of a stream continues where the parent's was, and both are freed.
static int go_on(void) {
    static float whole[SIZE], parts[SIZE];
    size_t n = 0, k = 0;
    if (mojo_mel_stream_push(stream, noise + 3000, SAMPLES - 3000) != 0) return 11;
    if (mojo_mel_stream_finish(stream) != 0) return 12;
    if (mojo_mel_stream_read(stream, parts, SIZE, &n) != 0 || n != 50) return 13;
    MojoMelOptions options;
    MojoMelExtractor* other = NULL;
    if (mojo_mel_options_init(&options, sizeof options, "whisper") != 0) return 14;
    options.reference = MOJO_MEL_REFERENCE_NONE;
    if (mojo_mel_extractor_new(&options, &other) != 0) return 15;
    if (mojo_mel_extractor_compute_into(other, noise, SAMPLES, whole, SIZE, &k) != 0) return 16;
    mojo_mel_extractor_free(other);
    mojo_mel_stream_free(stream);
    return memcmp(whole, parts, sizeof whole) == 0 ? 0 : 17;
}

static int compute_and_free(void) {
    int wrong = compute();
    mojo_mel_extractor_free(extractor);
    return wrong;
}

static void after_use(void) {
    CHECK(compute() == 0, "the parent, first");
    MojoMelOptions options;
    MojoMelExtractor* streaming = NULL;
    CHECK_OK(mojo_mel_options_init(&options, sizeof options, "whisper"));
    options.reference = MOJO_MEL_REFERENCE_NONE;
    CHECK_OK(mojo_mel_extractor_new(&options, &streaming));
    CHECK_OK(mojo_mel_stream_new(streaming, &stream));
    CHECK_OK(mojo_mel_stream_push(stream, noise, 3000));
    int child = in_child(compute_and_free);
    CHECK(child == 0, "computing and freeing: %d", child);
    child = in_child(go_on);
    CHECK(child == 0, "a stream: %d", child);
    CHECK(go_on() == 0, "the parent's own stream");
    CHECK(compute() == 0, "the parent, afterwards");
    mojo_mel_extractor_free(streaming);
}

static void* use(void* wrong) {
    ++n_computing;
    while (!is_over) {
        // Mostly these, because they share plans, and fewer batches, which start and end threads.
        for (int i = 0; i < 50; ++i) {
            *(int*)wrong += compute_one() != 0;
        }
        *(int*)wrong += compute() != 0;
    }
    return NULL;
}

// In the child, locks that the threads held at the fork stay locked for ever. It must not wait for them.
static void while_in_use(int rounds) {
    pthread_t threads[THREADS];
    int wrong[THREADS] = {0};
    for (int i = 0; i < THREADS; ++i) {
        CHECK(pthread_create(&threads[i], NULL, use, &wrong[i]) == 0, "thread %d", i);
    }
    while (n_computing < THREADS) usleep(1000);
    int children = 0;
    for (int i = 0; i < rounds; ++i) {
        int child = in_child(compute_and_free);
        CHECK(child == 0, "child %d: %d", i, child);
        children += child == 0;
    }
    is_over = 1;
    for (int i = 0; i < THREADS; ++i) {
        pthread_join(threads[i], NULL);
        CHECK(wrong[i] == 0, "thread %d: %d", i, wrong[i]);
    }
    printf("figure: forked while %d threads compute | %d | %d\n", THREADS, rounds, children);
    end_test("while_in_use");
}

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    for (size_t i = 0; i < SAMPLES; ++i) {
        noise[i] = (float)((i * 2654435761u) % 65536u) / 65536.0f - 0.5f;
    }
    MojoMelOptions options;
    CHECK_OK(mojo_mel_options_init(&options, sizeof options, "whisper"));
    CHECK_OK(mojo_mel_extractor_new(&options, &extractor));
    CHECK_OK(mojo_mel_extractor_compute_into(extractor, noise, SAMPLES, wanted, SIZE, NULL));
    RUN(after_use);
    while_in_use(atoi(argv[1]));
    mojo_mel_extractor_free(extractor);
    return report();
}
