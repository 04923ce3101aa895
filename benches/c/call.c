// Calls of the C library, as its users make them: "planned" keeps the extractor, "one-shot" does not.
// ../README.md describes the lines that a measured program reads and answers.

#define _POSIX_C_SOURCE 200809L
#include <mojo_audio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static MojoMelExtractor* extractor;

static MojoMelSpectrogram* compute(const float* samples, size_t n_samples) {
    MojoMelSpectrogram* mel = NULL;
    MojoAudioStatus status;
    if (extractor) {
        status = mojo_mel_extractor_compute(extractor, samples, n_samples, &mel);
    } else {
        MojoMelConfig config = mojo_mel_config_default();
        status = mojo_mel_spectrogram_compute(samples, n_samples, &config, &mel);
    }
    if (status != MOJO_AUDIO_SUCCESS) {
        fprintf(stderr, "%s\n", mojo_audio_last_error());
        exit(1);
    }
    return mel;
}

typedef struct {
    char name[64];
    float* samples;
    size_t n_samples;
} Clip;

// A clip is read once, and kept.
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

static void save(const MojoMelSpectrogram* mel, const char* path) {
    size_t n_mels, n_frames;
    mojo_mel_spectrogram_get_shape(mel, &n_mels, &n_frames);
    FILE* file = fopen(path, "wb");
    if (!file) {
        perror(path);
        exit(1);
    }
    fwrite(mojo_mel_spectrogram_get_data_ptr(mel), sizeof(float), n_mels * n_frames, file);
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
    if (strcmp(argv[1], "planned") == 0
        && (mojo_mel_options_init(&options, sizeof options, "whisper") != MOJO_AUDIO_SUCCESS
            || mojo_mel_extractor_new(&options, &extractor) != MOJO_AUDIO_SUCCESS)) {
        fprintf(stderr, "%s\n", mojo_audio_last_error());
        return 1;
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
                mojo_mel_spectrogram_free(compute(clip->samples, clip->n_samples));
                printf(i ? " %lld" : "%lld", now() - start);
            }
            printf("\n");
        } else if (sscanf(line, "save %63s %4095[^\n]", name, path) == 2) {
            const Clip* clip = read_clip(argv[2], name);
            MojoMelSpectrogram* mel = compute(clip->samples, clip->n_samples);
            save(mel, path);
            mojo_mel_spectrogram_free(mel);
        } else {
            fprintf(stderr, "no command: %s", line);
            return 1;
        }
        fflush(stdout);
    }
    mojo_mel_extractor_free(extractor);
    return 0;
}
