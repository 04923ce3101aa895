// The arguments of the calls with NULL: `cargo xtask test c` writes a program that includes this, and
// calls every function of the header with each of its pointers NULL in turn, and with all of them NULL.

#ifndef NULL_H
#define NULL_H

#include <stdint.h>
#include "harness.h"

enum { SAMPLES = 1600, VALUES = 80 * 10, ROOM = 80 * 201, WINDOW = 400, FILTERBANK = 80 * 201, ROWS = 80, CLIPS = 2 };

// Valid arguments, as they are before each call.
static const float tone[SAMPLES + FILTERBANK];
static const int16_t tone_i16[SAMPLES];
static const float* const clips[CLIPS] = {tone, tone + 1};
static const int16_t* const clips_i16[CLIPS] = {tone_i16, tone_i16};
static const size_t lengths[CLIPS] = {SAMPLES, 800};
static MojoMelConfig config;
static MojoMelOptions options;
static MojoMelExtractor* extractor;
static MojoMelStream* stream;
static MojoMelFrames* frames;
static MojoMelSpectrogram* mel;
static float room[ROOM];
static int32_t number;
static size_t count;
static double real;
static char text[sizeof(MojoMelOptions)];

// Places for handles, filled with something else.
static MojoMelSpectrogram *out_mel, *out_mels[CLIPS];
static MojoMelExtractor* out_extractor;
static MojoMelStream* out_stream;
static MojoMelFrames* out_frames;

static int calls;

// The text of an error that has nothing to do with NULL.
static const char marker[] = "n_mels must be from 1 to 4096, got 0";

static void before(void) {
    void* nowhere = &config;
    out_mel = out_mels[0] = out_mels[1] = nowhere;
    out_extractor = nowhere;
    out_stream = nowhere;
    out_frames = nowhere;
    config = mojo_mel_config_default();
    config.n_mels = 0;
    CHECK_STATUS(mojo_mel_config_validate(&config), MOJO_AUDIO_ERROR_INVALID_INPUT);
    config = mojo_mel_config_default();
    CHECK_OK(mojo_mel_options_init(&options, sizeof options, "whisper"));
    options.reference = MOJO_MEL_REFERENCE_NONE;
    CHECK_OK(mojo_mel_extractor_new(&options, &extractor));
    CHECK_OK(mojo_mel_stream_new(extractor, &stream));
    CHECK_OK(mojo_mel_stream_push(stream, tone, SAMPLES));
    CHECK_OK(mojo_mel_stream_read(stream, room, ROOM, &count));
    CHECK_OK(mojo_mel_frames_new(extractor, &frames));
    CHECK_OK(mojo_mel_frames_push(frames, tone, SAMPLES));
    CHECK_OK(mojo_mel_extractor_compute(extractor, tone, SAMPLES, &mel));
    ++calls;
}

// The valid arguments are still valid after a call with another one NULL.
static void after(const char* call) {
    CHECK(mojo_mel_spectrogram_get_size(mel) == VALUES, "%s: another size", call);
    CHECK_OK(mojo_mel_stream_finish(stream));
    CHECK_OK(mojo_mel_frames_finish(frames));
    CHECK_OK(mojo_mel_extractor_compute_into(extractor, tone, SAMPLES, room, ROOM, NULL));
    mojo_mel_spectrogram_free(mel);
    mojo_mel_stream_free(stream);
    mojo_mel_frames_free(frames);
    mojo_mel_extractor_free(extractor);
}

// The call fails, its text names the argument, and the place for a handle is NULL.
#define REFUSED(name, argument, place, call)                                                       \
    do {                                                                                           \
        before();                                                                                  \
        CHECK_STATUS(call, MOJO_AUDIO_ERROR_INVALID_INPUT);                                        \
        const char* text_ = mojo_audio_last_error();                                               \
        CHECK(strncmp(text_, argument " must point to ", sizeof argument " must point to " - 1) == 0,        \
              "%s, %s: `%s`", name, argument, text_);                                              \
        CHECK(place, "%s, %s: a handle that is none", name, argument);                             \
        after(name);                                                                               \
    } while (0)

// The call fails, whichever argument it names.
#define REFUSED_ALL(name, call)                                                                    \
    do {                                                                                           \
        before();                                                                                  \
        CHECK_STATUS(call, MOJO_AUDIO_ERROR_INVALID_INPUT);                                        \
        CHECK(strstr(mojo_audio_last_error(), ", got NULL"), "%s: `%s`", name,                     \
              mojo_audio_last_error());                                                            \
        after(name);                                                                               \
    } while (0)

// NULL is allowed: the call does the rest of its work.
#define ALLOWED(name, call)                                                                        \
    do {                                                                                           \
        before();                                                                                  \
        CHECK_OK(call);                                                                            \
        after(name);                                                                               \
    } while (0)

// The call returns 0 or NULL, and is not an error.
#define GIVES_NOTHING(name, call)                                                                  \
    do {                                                                                           \
        before();                                                                                  \
        CHECK((call) == 0, "%s", name);                                                            \
        CHECK(strcmp(mojo_audio_last_error(), marker) == 0, "`%s`", mojo_audio_last_error());      \
        after(name);                                                                               \
    } while (0)

// The call returns nothing, and is not an error.
#define DOES_NOTHING(name, call)                                                                   \
    do {                                                                                           \
        before();                                                                                  \
        call;                                                                                      \
        CHECK(strcmp(mojo_audio_last_error(), marker) == 0, "`%s`", mojo_audio_last_error());      \
        after(name);                                                                               \
    } while (0)

#endif
