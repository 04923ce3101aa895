// The conformance cases through the C border. Arguments: the flat list of the cases, and the folder
// that its paths are relative to.

#include <math.h>
#include "harness.h"

enum { MOST_OPTIONS = 80, MOST_CLIPS = 16, MOST_ROWS = 256 };

typedef struct {
    char input[128], expected[128];
    size_t n_samples, n_mels, n_frames;
    double atol, rtol, mean_abs;
} Clip;

typedef struct {
    char name[128], kind[32], preset[64], call[32];
    char option[MOST_OPTIONS][64], value[MOST_OPTIONS][64];
    size_t n_options;
    Clip clip[MOST_CLIPS];
    size_t n_clips;
    double row[MOST_ROWS];
    size_t n_rows;
    char code[32], detail[64];
} Case;

static const char* folder;

static void copy(char* to, size_t room, const char* from) {
    if (strlen(from) >= room) {
        printf("`%s` is longer than the test has room for\n", from);
        exit(2);
    }
    strcpy(to, from);
}

#define COPY(to, from) copy(to, sizeof to, from)

// The values of a file, `width` bytes each.
static void* read_file(const char* name, size_t n, size_t width) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE* file = fopen(path, "rb");
    void* values = memory(n * width);
    if (!file || fread(values, width, n, file) != n) {
        printf("%s: can't be read\n", path);
        exit(2);
    }
    fclose(file);
    return values;
}

// The samples of a clip: a file, or silence.
static void* read_samples(const Clip* clip, size_t width) {
    if (strcmp(clip->input, "silence") != 0) {
        return read_file(clip->input, clip->n_samples, width);
    }
    void* silence = memory(clip->n_samples * width);
    memset(silence, 0, clip->n_samples * width);
    return silence;
}

static MojoAudioStatus make_extractor(const Case* it, MojoMelExtractor** extractor) {
    MojoMelOptions options;
    *extractor = NULL;
    MojoAudioStatus status = mojo_mel_options_init(&options, sizeof options, it->preset);
    for (size_t i = 0; i < it->n_options && status == MOJO_AUDIO_SUCCESS; ++i) {
        status = mojo_mel_options_set(&options, it->option[i], it->value[i]);
    }
    if (status == MOJO_AUDIO_SUCCESS) {
        status = mojo_mel_extractor_new(&options, extractor);
    }
    return status;
}

static void check_values(const Clip* clip, const float* values, size_t n_mels, size_t n_frames) {
    CHECK(n_mels == clip->n_mels && n_frames == clip->n_frames, "(%zu, %zu) for (%zu, %zu)", n_mels,
          n_frames, clip->n_mels, clip->n_frames);
    size_t size = clip->n_mels * clip->n_frames;
    if (n_mels * n_frames != size || size == 0) {
        return;
    }
    float* expected = read_file(clip->expected, size, sizeof *expected);
    double sum = 0;
    size_t outside = 0;
    for (size_t i = 0; i < size; ++i) {
        double deviation = fabs((double)values[i] - expected[i]);
        outside += !(deviation <= clip->atol + clip->rtol * fabs((double)expected[i]));
        sum += deviation;
    }
    CHECK(outside == 0, "%zu of %zu values are outside of the bound", outside, size);
    CHECK(sum / (double)size <= clip->mean_abs, "mean deviation %g for %g", sum / (double)size, clip->mean_abs);
    free(expected);
}

static void check_spectrogram(const Clip* clip, const MojoMelSpectrogram* mel) {
    size_t n_mels, n_frames;
    mojo_mel_spectrogram_get_shape(mel, &n_mels, &n_frames);
    check_values(clip, mojo_mel_spectrogram_get_data_ptr(mel), n_mels, n_frames);
}

static int same_bits(const float* a, const float* b, size_t n) {
    return n == 0 || memcmp(a, b, n * sizeof *a) == 0;
}

// Pushes the samples in pieces, reads in pieces of at most `most` frames, and compares bit for bit.
static void check_stream(const MojoMelExtractor* extractor, const Clip* clip, const void* samples,
                         int is_i16, const float* whole, size_t piece, size_t most, int frame_major) {
    MojoMelStream* stream = NULL;
    CHECK_OK(mojo_mel_stream_new(extractor, &stream));
    size_t n_mels = mojo_mel_stream_n_mels(stream);
    size_t total = clip->n_frames;
    float* gathered = memory(n_mels * total * sizeof *gathered);
    float* some = memory(n_mels * most * sizeof *some);
    size_t at = 0;
    for (size_t from = 0, ended = 0; !ended;) {
        size_t n = clip->n_samples - from < piece ? clip->n_samples - from : piece;
        if (n > 0) {
            CHECK_OK(is_i16 ? mojo_mel_stream_push_i16(stream, (const int16_t*)samples + from, n)
                            : mojo_mel_stream_push(stream, (const float*)samples + from, n));
            from += n;
        } else {
            CHECK_OK(mojo_mel_stream_finish(stream));
            ended = 1;
        }
        while (mojo_mel_stream_available(stream) > 0) {
            size_t k = 0;
            CHECK_OK(mojo_mel_stream_read(stream, some, n_mels * most, &k));
            if (k == 0 || at + k > total) {
                CHECK(0, "%zu frames after %zu of %zu", k, at, total);
                ended = 1;
                break;
            }
            for (size_t frame = 0; frame < k; ++frame) {
                for (size_t row = 0; row < n_mels; ++row) {
                    float value = frame_major ? some[frame * n_mels + row] : some[row * k + frame];
                    gathered[frame_major ? (at + frame) * n_mels + row : row * total + at + frame] = value;
                }
            }
            at += k;
        }
    }
    CHECK(at == total, "%zu frames for %zu", at, total);
    CHECK(at != total || same_bits(gathered, whole, n_mels * total), "pieces of %zu: other bits", piece);
    free(gathered);
    free(some);
    mojo_mel_stream_free(stream);
}

static void run_single(const Case* it, int is_i16) {
    MojoMelExtractor* extractor;
    const Clip* clip = &it->clip[0];
    CHECK_OK(make_extractor(it, &extractor));
    if (!extractor) {
        return;
    }
    void* samples = read_samples(clip, is_i16 ? 2 : 4);
    MojoMelSpectrogram* mel = NULL;
    CHECK_OK(is_i16 ? mojo_mel_extractor_compute_i16(extractor, samples, clip->n_samples, &mel)
                    : mojo_mel_extractor_compute(extractor, samples, clip->n_samples, &mel));
    check_spectrogram(clip, mel);

    size_t size = mojo_mel_spectrogram_get_size(mel), n_frames = 0;
    const float* whole = mojo_mel_spectrogram_get_data_ptr(mel);
    float* buffer = memory(size * sizeof *buffer);
    CHECK_OK(is_i16 ? mojo_mel_extractor_compute_into_i16(extractor, samples, clip->n_samples, buffer,
                                                          size, &n_frames)
                    : mojo_mel_extractor_compute_into(extractor, samples, clip->n_samples, buffer, size,
                                                      &n_frames));
    CHECK(n_frames == clip->n_frames && same_bits(buffer, whole, size), "compute_into: other bits");
    CHECK_OK(mojo_mel_spectrogram_get_data(mel, buffer, size));
    CHECK(same_bits(buffer, whole, size), "get_data: other bits");

    MojoMelStream* stream = NULL;
    if (mel && mojo_mel_stream_new(extractor, &stream) == MOJO_AUDIO_SUCCESS) {
        int frame_major = 0;
        for (size_t i = 0; i < it->n_options; ++i) {
            frame_major |= strcmp(it->value[i], "frame_major") == 0;
        }
        const size_t pieces[] = {clip->n_samples, 1, 160, 4096};
        for (size_t i = 0; i < sizeof pieces / sizeof *pieces; ++i) {
            // Single samples of long inputs would take minutes under valgrind.
            if (pieces[i] > 1 || clip->n_samples <= 1000) {
                check_stream(extractor, clip, samples, is_i16, whole, pieces[i], 1 + i, frame_major);
            }
        }
    }
    mojo_mel_stream_free(stream);
    free(buffer);
    free(samples);
    mojo_mel_spectrogram_free(mel);
    mojo_mel_extractor_free(extractor);
}

static void run_batch(const Case* it) {
    MojoMelExtractor* extractor;
    CHECK_OK(make_extractor(it, &extractor));
    if (!extractor) {
        return;
    }
    const float* clips[MOST_CLIPS];
    size_t lengths[MOST_CLIPS];
    for (size_t i = 0; i < it->n_clips; ++i) {
        clips[i] = read_samples(&it->clip[i], sizeof(float));
        lengths[i] = it->clip[i].n_samples;
    }
    for (size_t n_threads = 0; n_threads < 4; ++n_threads) {
        MojoMelSpectrogram* results[MOST_CLIPS];
        CHECK_OK(mojo_mel_extractor_compute_batch(extractor, clips, lengths, it->n_clips, n_threads, results));
        for (size_t i = 0; i < it->n_clips; ++i) {
            check_spectrogram(&it->clip[i], results[i]);
            MojoMelSpectrogram* alone = NULL;
            CHECK_OK(mojo_mel_extractor_compute(extractor, clips[i], lengths[i], &alone));
            CHECK(same_bits(mojo_mel_spectrogram_get_data_ptr(results[i]),
                            mojo_mel_spectrogram_get_data_ptr(alone), mojo_mel_spectrogram_get_size(alone)),
                  "clip %zu alone has other bits", i);
            mojo_mel_spectrogram_free(alone);
            mojo_mel_spectrogram_free(results[i]);
        }
    }
    for (size_t i = 0; i < it->n_clips; ++i) {
        free((void*)clips[i]);
    }
    mojo_mel_extractor_free(extractor);
}

static void run_statistic(const Case* it) {
    MojoMelExtractor* extractor;
    const Clip* clip = &it->clip[0];
    CHECK_OK(make_extractor(it, &extractor));
    float* samples = read_samples(clip, sizeof *samples);
    float* expected = read_file(clip->expected, clip->n_mels, sizeof *expected);
    MojoMelSpectrogram* mel = NULL;
    CHECK_OK(mojo_mel_extractor_compute(extractor, samples, clip->n_samples, &mel));
    size_t n_mels, n_frames;
    mojo_mel_spectrogram_get_shape(mel, &n_mels, &n_frames);
    CHECK(n_mels == clip->n_mels && n_frames == clip->n_frames && it->n_rows == n_mels, "(%zu, %zu)",
          n_mels, n_frames);
    const float* values = mojo_mel_spectrogram_get_data_ptr(mel);
    for (size_t row = 0; row < n_mels; ++row) {
        double sum = 0;
        for (size_t frame = 0; frame < n_frames; ++frame) {
            sum += values[row * n_frames + frame];
        }
        double deviation = fabs(sum / (double)n_frames - expected[row]);
        CHECK(deviation <= it->row[row], "row %zu: mean is %g off, bound %g", row, deviation, it->row[row]);
    }
    free(samples);
    free(expected);
    mojo_mel_spectrogram_free(mel);
    mojo_mel_extractor_free(extractor);
}

// Whether the error has the case's kind, and is about the case's field, name or sample.
static void check_error(const Case* it) {
    const char* text = mojo_audio_last_error();
    CHECK(strcmp(mojo_audio_last_error_name(), it->code) == 0, "`%s` is no %s", text, it->code);
    if (strcmp(it->code, "config") == 0) {
        CHECK(strcmp(mojo_audio_last_error_field(), it->detail) == 0, "`%s` for `%s`", text, it->detail);
    } else if (strcmp(it->code, "sample") == 0) {
        CHECK(mojo_audio_last_error_index() == atoi(it->detail), "`%s` for `%s`", text, it->detail);
    } else if (strcmp(it->code, "unknown_name") == 0) {
        CHECK(strstr(text, it->detail) != NULL, "`%s` for `%s`", text, it->detail);
    }
}

static void run_refusal(const Case* it) {
    MojoMelExtractor* extractor;
    MojoAudioStatus status = make_extractor(it, &extractor);
    if (strcmp(it->call, "new") != 0) {
        CHECK_OK(status);
    }
    if (strcmp(it->call, "compute") == 0) {
        float* samples = read_samples(&it->clip[0], sizeof *samples);
        MojoMelSpectrogram* mel = NULL;
        status = mojo_mel_extractor_compute(extractor, samples, it->clip[0].n_samples, &mel);
        CHECK(!mel, "a result in spite of the error");
        free(samples);
    } else if (strcmp(it->call, "stream") == 0) {
        MojoMelStream* stream = NULL;
        status = mojo_mel_stream_new(extractor, &stream);
        CHECK(!stream, "a stream in spite of the error");
    }
    CHECK_STATUS(status, MOJO_AUDIO_ERROR_INVALID_INPUT);
    check_error(it);
    mojo_mel_extractor_free(extractor);
}

static void run_case(const Case* it) {
    if (strcmp(it->kind, "single") == 0) {
        run_single(it, 0);
    } else if (strcmp(it->kind, "int16") == 0) {
        run_single(it, 1);
    } else if (strcmp(it->kind, "batch") == 0) {
        run_batch(it);
    } else if (strcmp(it->kind, "statistic") == 0) {
        run_statistic(it);
    } else if (strcmp(it->kind, "refusal") == 0) {
        run_refusal(it);
    } else {
        CHECK(0, "a case of an unknown kind: %s", it->kind);
    }
    end_test(it->name);
}

// Splits a line at its tabs.
static size_t split(char* line, char** part, size_t most) {
    size_t n = 0;
    line[strcspn(line, "\n")] = 0;
    for (char* next = line; next && n < most;) {
        part[n++] = next;
        next = strchr(next, '\t');
        if (next) {
            *next++ = 0;
        }
    }
    return n;
}

int main(int argc, char** argv) {
    static char line[16384];
    static char* part[MOST_ROWS + 1];
    static Case it;
    FILE* list = argc == 3 ? fopen(argv[1], "r") : NULL;
    if (!list) {
        puts("usage: conformance CASES FOLDER");
        return 2;
    }
    folder = argv[2];
    while (fgets(line, sizeof line, list)) {
        size_t n = split(line, part, MOST_ROWS + 1);
        if (strcmp(part[0], "case") == 0 && n == 5) {
            memset(&it, 0, sizeof it);
            COPY(it.name, part[1]);
            COPY(it.kind, part[2]);
            COPY(it.preset, part[3]);
            COPY(it.call, part[4]);
        } else if (strcmp(part[0], "option") == 0 && n == 3 && it.n_options < MOST_OPTIONS) {
            COPY(it.option[it.n_options], part[1]);
            COPY(it.value[it.n_options++], part[2]);
        } else if (strcmp(part[0], "clip") == 0 && n == 9 && it.n_clips < MOST_CLIPS) {
            Clip* clip = &it.clip[it.n_clips++];
            COPY(clip->input, part[1]);
            clip->n_samples = strtoul(part[2], NULL, 10);
            COPY(clip->expected, part[3]);
            clip->n_mels = strtoul(part[4], NULL, 10);
            clip->n_frames = strtoul(part[5], NULL, 10);
            clip->atol = strtod(part[6], NULL);
            clip->rtol = strtod(part[7], NULL);
            clip->mean_abs = strtod(part[8], NULL);
        } else if (strcmp(part[0], "rows") == 0) {
            it.n_rows = n - 1;
            for (size_t i = 0; i < it.n_rows; ++i) {
                it.row[i] = strtod(part[i + 1], NULL);
            }
        } else if (strcmp(part[0], "error") == 0 && n == 3) {
            COPY(it.code, part[1]);
            COPY(it.detail, part[2]);
        } else if (strcmp(part[0], "end") == 0) {
            run_case(&it);
        } else {
            printf("a line that is not understood: %s\n", part[0]);
            return 2;
        }
    }
    fclose(list);
    return report();
}
