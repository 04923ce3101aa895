// Reads 16-bit mono WAV files at 16 kHz on little-endian machines, and says what is wrong with others.

#ifndef WAV_H
#define WAV_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t little_endian(const unsigned char* bytes, int n) {
    uint32_t value = 0;
    for (int i = n - 1; i >= 0; --i) value = value << 8 | bytes[i];
    return value;
}

// Allocates the samples and stores their number in n_samples. Prints the reason and returns NULL on failure.
static int16_t* read_wav(const char* path, size_t* n_samples) {
    FILE* file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return NULL;
    }
    unsigned char riff[12], chunk[8], format[16] = {0};
    const char* problem = "is not a WAV file";
    int16_t* samples = NULL;
    if (fread(riff, 1, 12, file) == 12 && memcmp(riff, "RIFF", 4) == 0 && memcmp(riff + 8, "WAVE", 4) == 0) {
        problem = "has no data chunk";
        // Programs write other chunks, too: ffmpeg puts one named LIST in front of the data.
        while (!samples && fread(chunk, 1, 8, file) == 8) {
            const uint32_t size = little_endian(chunk + 4, 4);
            // A chunk of odd length is followed by a pad byte.
            long skip = (long)size + (size & 1);
            if (memcmp(chunk, "fmt ", 4) == 0 && size >= 16) {
                if (fread(format, 1, 16, file) != 16) break;
                skip -= 16;
            } else if (memcmp(chunk, "data", 4) == 0) {
                problem = "is not 16-bit mono PCM at 16000 Hz";
                if (little_endian(format, 2) != 1 || little_endian(format + 2, 2) != 1
                    || little_endian(format + 4, 4) != 16000 || little_endian(format + 14, 2) != 16) {
                    break;
                }
                problem = "ends before its data";
                samples = malloc(size ? size : 1);
                *n_samples = size / sizeof *samples;
                if (!samples || fread(samples, sizeof *samples, *n_samples, file) != *n_samples) {
                    free(samples);
                    samples = NULL;
                    break;
                }
            }
            if (fseek(file, skip, SEEK_CUR) != 0) break;
        }
    }
    fclose(file);
    if (!samples) fprintf(stderr, "%s %s\n", path, problem);
    return samples;
}

#endif
