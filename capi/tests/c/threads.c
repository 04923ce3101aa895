// Threads that share an extractor, and the plans of one-shot calls; each has its own last error.

#include <pthread.h>
#include "harness.h"

enum { THREADS = 8, ROUNDS = 12, SAMPLES = 8000 };

static float noise[SAMPLES + THREADS];
static MojoMelExtractor* extractor;
static MojoMelSpectrogram* alone[THREADS];

typedef struct {
    int index;
    int wrong;
} Work;

static int same(const MojoMelSpectrogram* a, const MojoMelSpectrogram* b) {
    size_t n = mojo_mel_spectrogram_get_size(a);
    return n > 0 && n == mojo_mel_spectrogram_get_size(b)
        && memcmp(mojo_mel_spectrogram_get_data_ptr(a), mojo_mel_spectrogram_get_data_ptr(b),
                  n * sizeof(float)) == 0;
}

static void* share(void* argument) {
    Work* work = argument;
    MojoMelConfig config = mojo_mel_config_default();
    work->wrong += *mojo_audio_last_error() != 0;
    for (int round = 0; round < ROUNDS; ++round) {
        MojoMelSpectrogram *planned = NULL, *one_shot = NULL, *other = NULL;
        work->wrong += mojo_mel_extractor_compute(extractor, noise + work->index, SAMPLES, &planned) != 0;
        work->wrong += mojo_mel_spectrogram_compute(noise + work->index, SAMPLES, &config, &one_shot) != 0;
        work->wrong += !same(planned, alone[work->index]) + !same(one_shot, alone[work->index]);
        // More configurations than kept plans, so that plans are replaced.
        MojoMelConfig rare = {16000, 400, 160, 20 + (work->index + round) % 10};
        work->wrong += mojo_mel_spectrogram_compute(noise, SAMPLES, &rare, &other) != 0;
        work->wrong += mojo_mel_spectrogram_get_size(other) != (size_t)rare.n_mels * 50;
        mojo_mel_spectrogram_free(planned);
        mojo_mel_spectrogram_free(one_shot);
        mojo_mel_spectrogram_free(other);
        // The text is this thread's, whatever the others do.
        char wanted[80];
        MojoMelConfig wrong = {16000, 400, 160, -1 - work->index};
        work->wrong += mojo_mel_config_validate(&wrong) != MOJO_AUDIO_ERROR_INVALID_INPUT;
        snprintf(wanted, sizeof wanted, "n_mels must be from 1 to 4096, got %d", wrong.n_mels);
        work->wrong += strcmp(mojo_audio_last_error(), wanted) != 0;
    }
    return NULL;
}

static void shared_extractor(void) {
    MojoMelOptions options;
    CHECK_OK(mojo_mel_options_init(&options, sizeof options, "whisper"));
    CHECK_OK(mojo_mel_extractor_new(&options, &extractor));
    for (size_t i = 0; i < SAMPLES + THREADS; ++i) {
        noise[i] = (float)((i * 2654435761u) % 65536u) / 65536.0f - 0.5f;
    }
    for (int i = 0; i < THREADS; ++i) {
        CHECK_OK(mojo_mel_extractor_compute(extractor, noise + i, SAMPLES, &alone[i]));
    }
    pthread_t thread[THREADS];
    Work work[THREADS];
    for (int i = 0; i < THREADS; ++i) {
        work[i] = (Work){i, 0};
        CHECK(pthread_create(&thread[i], NULL, share, &work[i]) == 0, "thread %d", i);
    }
    for (int i = 0; i < THREADS; ++i) {
        pthread_join(thread[i], NULL);
        CHECK(work[i].wrong == 0, "thread %d: %d wrong", i, work[i].wrong);
    }
    CHECK(*mojo_audio_last_error() == 0, "other threads' errors: `%s`", mojo_audio_last_error());
    for (int i = 0; i < THREADS; ++i) {
        mojo_mel_spectrogram_free(alone[i]);
    }
    mojo_mel_extractor_free(extractor);
}

// One thread can use and free what another made.
static void* finish_stream(void* argument) {
    MojoMelStream* stream = argument;
    float out[80 * 50];
    size_t k = 0;
    int wrong = mojo_mel_stream_push(stream, noise + 4000, 4000) != 0;
    wrong += mojo_mel_stream_finish(stream) != 0;
    wrong += mojo_mel_stream_read(stream, out, sizeof out / sizeof *out, &k) != 0;
    mojo_mel_stream_free(stream);
    return wrong == 0 && k == 50 ? NULL : argument;
}

static void handed_over(void) {
    MojoMelOptions options;
    MojoMelStream* stream = NULL;
    CHECK_OK(mojo_mel_options_init(&options, sizeof options, "whisper"));
    options.reference = MOJO_MEL_REFERENCE_NONE;
    CHECK_OK(mojo_mel_extractor_new(&options, &extractor));
    CHECK_OK(mojo_mel_stream_new(extractor, &stream));
    CHECK_OK(mojo_mel_stream_push(stream, noise, 4000));
    pthread_t thread;
    void* wrong = stream;
    CHECK(pthread_create(&thread, NULL, finish_stream, stream) == 0, "thread");
    mojo_mel_extractor_free(extractor);
    pthread_join(thread, &wrong);
    CHECK(wrong == NULL, "the other thread found something wrong");
}

int main(void) {
    RUN(shared_extractor);
    RUN(handed_over);
    return report();
}
