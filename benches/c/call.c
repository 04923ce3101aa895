// Calls of the C library, as in a user's program: "planned" keeps the extractor, "one-shot" doesn't, "stream"
// pushes to one stream. ../README.md describes the lines that a measured program reads and answers.

#define _POSIX_C_SOURCE 200809L
#include <mojo_audio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static MojoMelExtractor* extractor;
static MojoMelStream* stream;

static void check(MojoAudioStatus status) {
    if (status != MOJO_AUDIO_SUCCESS) {
        fprintf(stderr, "%s\n", mojo_audio_last_error());
        exit(1);
    }
}

static MojoMelSpectrogram* compute(const float* samples, size_t n_samples) {
    MojoMelSpectrogram* mel = NULL;
    if (extractor) {
        check(mojo_mel_extractor_compute(extractor, samples, n_samples, &mel));
    } else {
        MojoMelConfig config = mojo_mel_config_default();
        check(mojo_mel_spectrogram_compute(samples, n_samples, &config, &mel));
    }
    return mel;
}

// Pushes to the stream, reads the available frames into memory that is kept, and returns their number.
static size_t push(const float* samples, size_t n_samples, float** values) {
    static float* out;
    static size_t size;
    check(mojo_mel_stream_push(stream, samples, n_samples));
    size_t n_frames = mojo_mel_stream_available(stream), wanted = 80 * n_frames;
    if (size < wanted) {
        free(out);
        out = malloc(wanted * sizeof *out);
        size = out ? wanted : 0;
    }
    check(mojo_mel_stream_read(stream, out, size, &n_frames));
    *values = out;
    return n_frames;
}

// The measured call.
static void call(const float* samples, size_t n_samples) {
    float* values;
    if (stream) {
        push(samples, n_samples, &values);
    } else {
        mojo_mel_spectrogram_free(compute(samples, n_samples));
    }
}

typedef struct {
    char name[64];
    float* samples;
    size_t n_samples;
} Clip;

// Reads a clip once, and keeps it.
static const Clip* read_clip(const char* folder, const char* name) {
    static Clip clips[8];
    size_t place = 0;
    while (place < 8 && clips[place].samples && strcmp(clips[place].name, name) != 0) ++place;
    if (place == 8) {
        fprintf(stderr, "more than 8 clips\n");
        exit(1);
    }
    Clip* clip = &clips[place];
    if (clip->samples) return clip;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.f32", folder, name);
    FILE* file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(1);
    }
    size_t size = (size_t)ftell(file);
    rewind(file);
    clip->samples = malloc(size);
    clip->n_samples = clip->samples ? fread(clip->samples, sizeof(float), size / sizeof(float), file) : 0;
    snprintf(clip->name, sizeof clip->name, "%s", name);
    fclose(file);
    return clip;
}

static void save(const float* values, size_t n_mels, size_t n_frames, const char* path) {
    FILE* file = fopen(path, "wb");
    if (!file) {
        perror(path);
        exit(1);
    }
    fwrite(values, sizeof(float), n_mels * n_frames, file);
    fclose(file);
    printf("%zu %zu\n", n_mels, n_frames);
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char** argv) {
    if (argc != 4) {
        fprintf(stderr, "wanted: NAME FOLDER THREADS\n");
        return 2;
    }
    MojoMelOptions options;
    check(mojo_mel_options_init(&options, sizeof options, "whisper"));
    if (strcmp(argv[1], "planned") == 0) {
        check(mojo_mel_extractor_new(&options, &extractor));
    } else if (strcmp(argv[1], "stream") == 0) {
        options.reference = MOJO_MEL_REFERENCE_NONE;
        check(mojo_mel_extractor_new(&options, &extractor));
        check(mojo_mel_stream_new(extractor, &stream));
    }
    int32_t major, minor, patch;
    mojo_audio_version(&major, &minor, &patch);
    printf("ready %d.%d.%d\n", major, minor, patch);
    fflush(stdout);
    char line[8192], name[64], path[4096];
    int n;
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "time %63s %d", name, &n) == 2) {
            const Clip* clip = read_clip(argv[2], name);
            for (int i = 0; i < n; ++i) {
                long long start = now();
                call(clip->samples, clip->n_samples);
                printf(i ? " %lld" : "%lld", now() - start);
            }
            printf("\n");
        } else if (sscanf(line, "save %63s %4095[^\n]", name, path) == 2) {
            const Clip* clip = read_clip(argv[2], name);
            if (stream) {
                float* values;
                size_t n_frames = push(clip->samples, clip->n_samples, &values);
                save(values, 80, n_frames, path);
            } else {
                size_t n_mels, n_frames;
                MojoMelSpectrogram* mel = compute(clip->samples, clip->n_samples);
                mojo_mel_spectrogram_get_shape(mel, &n_mels, &n_frames);
                save(mojo_mel_spectrogram_get_data_ptr(mel), n_mels, n_frames, path);
                mojo_mel_spectrogram_free(mel);
            }
        } else {
            fprintf(stderr, "no command: %s", line);
            return 1;
        }
        fflush(stdout);
    }
    mojo_mel_stream_free(stream);
    mojo_mel_extractor_free(extractor);
    return 0;
}
