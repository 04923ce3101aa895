// Streams that write to the caller's memory, the frame store, and what extractors and options tell about themselves.

#include <stdint.h>
#include "harness.h"

enum { N_SAMPLES = 9001, ROOM = 80 * 64 };

static float tone[N_SAMPLES];
static int16_t tone_i16[N_SAMPLES];
static float room[ROOM];

static MojoMelExtractor* extractor_with(const char* preset, const char* name, const char* value) {
    MojoMelOptions options;
    MojoMelExtractor* extractor = NULL;
    CHECK_OK(mojo_mel_options_init(&options, sizeof options, preset));
    if (name) {
        CHECK_OK(mojo_mel_options_set(&options, name, value));
    }
    CHECK_OK(mojo_mel_extractor_new(&options, &extractor));
    return extractor;
}

// Chunks of many lengths, some of them 0, that end with the signal.
static size_t chunk(size_t at) {
    const size_t lengths[] = {1, 0, 441, 160, 7, 1024, 399};
    const size_t length = lengths[at % 7];
    return length < N_SAMPLES - at ? length + (length == 0) : N_SAMPLES - at;
}

// Frames that a push writes to the caller's memory have the bits of the whole signal, in both layouts.
static void push_into(void) {
    const char* layouts[] = {"mel_major", "frame_major"};
    for (int layout = 0; layout < 2; ++layout) {
        MojoMelExtractor* extractor = extractor_with("hifigan", "layout", layouts[layout]);
        MojoMelSpectrogram* mel = NULL;
        CHECK_OK(mojo_mel_extractor_compute(extractor, tone, N_SAMPLES, &mel));
        const float* whole = mojo_mel_spectrogram_get_data_ptr(mel);
        size_t n_mels = 0, n_frames = 0;
        mojo_mel_spectrogram_get_shape(mel, &n_mels, &n_frames);
        MojoMelStream* stream = NULL;
        CHECK_OK(mojo_mel_stream_new(extractor, &stream));
        for (int is_i16 = 0; is_i16 < 2; ++is_i16) {
            size_t frame = 0;
            for (size_t at = 0, n = 0, k = 0; at <= N_SAMPLES; at += n) {
                const int is_end = at == N_SAMPLES;
                n = is_end ? 1 : chunk(at);
                const size_t after = is_end ? mojo_mel_stream_frames_at_finish(stream)
                                            : mojo_mel_stream_frames_after(stream, n);
                if (after > 0) {
                    CHECK_STATUS(is_end ? mojo_mel_stream_finish_into(stream, room, 80 * after - 1, &k)
                                        : mojo_mel_stream_push_into(stream, tone + at, n, room, 80 * after - 1, &k),
                                 MOJO_AUDIO_ERROR_BUFFER_SIZE);
                }
                CHECK_OK(is_end ? mojo_mel_stream_finish_into(stream, room, ROOM, &k)
                         : is_i16 ? mojo_mel_stream_push_into_i16(stream, tone_i16 + at, n, room, ROOM, &k)
                                  : mojo_mel_stream_push_into(stream, tone + at, n, room, 80 * after, &k));
                CHECK(k == after, "%zu frames, not %zu", k, after);
                for (size_t i = 0; i < 80 * k; ++i) {
                    const size_t band = layout == 0 ? i / k : i % 80, column = frame + (layout == 0 ? i % k : i / 80);
                    const float value = whole[layout == 0 ? band * n_frames + column : column * 80 + band];
                    CHECK(memcmp(&room[i], &value, sizeof value) == 0, "frame %zu, band %zu", column, band);
                }
                frame += k;
            }
            CHECK(n_mels == 80 && frame == n_frames, "%zu of %zu", frame, n_frames);
            CHECK(mojo_mel_stream_available(stream) == 0, "nothing is queued");
            CHECK(mojo_mel_stream_frames_after(stream, 1000) == 0 && mojo_mel_stream_frames_at_finish(stream) == 0,
                  "none after the end");
            mojo_mel_stream_reset(stream);
        }
        mojo_mel_stream_free(stream);
        mojo_mel_spectrogram_free(mel);
        mojo_mel_extractor_free(extractor);
    }
}

static void push_into_is_refused(void) {
    MojoMelExtractor* extractor = extractor_with("kaldi-fbank", NULL, NULL);
    MojoMelStream* stream = NULL;
    size_t k = 7;
    CHECK_OK(mojo_mel_stream_new(extractor, &stream));
    CHECK_REFUSED(mojo_mel_stream_finish_into(stream, room, ROOM, &k), MOJO_AUDIO_ERROR_INVALID_INPUT,
                  "samples must not be empty");
    CHECK_OK(mojo_mel_stream_push(stream, tone, 1000));
    CHECK_REFUSED(mojo_mel_stream_push_into(stream, tone, 1000, room, ROOM, &k), MOJO_AUDIO_ERROR_INVALID_INPUT,
                  "stream must have no unread frames, which would be out of order, got 4: read them first");
    CHECK_STATUS(mojo_mel_stream_finish_into(stream, room, ROOM, &k), MOJO_AUDIO_ERROR_INVALID_INPUT);
    CHECK(k == 0, "0 on failure: %zu", k);
    CHECK_OK(mojo_mel_stream_read(stream, room, ROOM, &k));
    CHECK(k == 4, "%zu", k);
    CHECK_REFUSED(mojo_mel_stream_push_into(stream, room, 1000, room, ROOM, &k), MOJO_AUDIO_ERROR_INVALID_INPUT,
                  "out_buffer must not overlap the samples");
    CHECK_REFUSED(mojo_mel_stream_push_into(stream, tone, 1000, room, 79, &k), MOJO_AUDIO_ERROR_BUFFER_SIZE,
                  "buffer_size must be at least 560, got 79");
    CHECK_OK(mojo_mel_stream_push_into(stream, tone + 1000, 1000, room, ROOM, &k));
    CHECK(k == 7, "failures take nothing: %zu", k);
    mojo_mel_stream_free(stream);
    mojo_mel_extractor_free(extractor);
}

// Every frame of the store equals the whole signal's, whatever was popped.
static void frame_store(void) {
    MojoMelExtractor* extractor = extractor_with("hifigan", NULL, NULL);
    MojoMelSpectrogram* mel = NULL;
    CHECK_OK(mojo_mel_extractor_compute(extractor, tone, N_SAMPLES, &mel));
    const float* whole = mojo_mel_spectrogram_get_data_ptr(mel);
    const size_t n_frames = mojo_mel_spectrogram_get_size(mel) / 80;
    MojoMelFrames* frames = NULL;
    CHECK_OK(mojo_mel_frames_new(extractor, &frames));
    CHECK(mojo_mel_frames_n_mels(frames) == 80, "%zu", mojo_mel_frames_n_mels(frames));
    for (int round = 0; round < 3; ++round) {
        size_t popped = 0;
        for (size_t at = 0, n = 0; at <= N_SAMPLES; at += n) {
            const int is_end = at == N_SAMPLES;
            n = is_end ? 1 : chunk(at);
            CHECK_OK(is_end         ? mojo_mel_frames_finish(frames)
                     : round == 1 ? mojo_mel_frames_push_i16(frames, tone_i16 + at, n)
                                  : mojo_mel_frames_push(frames, tone + at, n));
            const size_t ready = mojo_mel_frames_n_frames_ready(frames);
            for (size_t frame = 0; frame < ready + 2; ++frame) {
                const float* values = mojo_mel_frames_get_frame(frames, frame);
                CHECK((values != NULL) == (frame >= popped && frame < ready), "frame %zu of %zu", frame, ready);
                for (size_t band = 0; values && band < 80; ++band) {
                    CHECK(memcmp(&values[band], &whole[band * n_frames + frame], sizeof *values) == 0,
                          "frame %zu, band %zu", frame, band);
                }
                CHECK(mojo_mel_frames_is_last_frame(frames, frame) == (is_end && frame + 1 == ready), "%zu", frame);
            }
            CHECK_STATUS(mojo_mel_frames_pop(frames, ready - popped + 1), MOJO_AUDIO_ERROR_INVALID_INPUT);
            // The first round keeps all frames, the others some.
            const size_t n_popped = round == 0 ? 0 : (ready - popped) / 2;
            CHECK_OK(mojo_mel_frames_pop(frames, n_popped));
            popped += n_popped;
            CHECK(mojo_mel_frames_n_frames_popped(frames) == popped && mojo_mel_frames_n_frames_ready(frames) == ready,
                  "numbers stay: %zu", mojo_mel_frames_n_frames_ready(frames));
        }
        CHECK(mojo_mel_frames_n_frames_ready(frames) == n_frames, "%zu", mojo_mel_frames_n_frames_ready(frames));
        CHECK_STATUS(mojo_mel_frames_push(frames, tone, 1), MOJO_AUDIO_ERROR_INVALID_INPUT);
        mojo_mel_frames_reset(frames);
        CHECK(mojo_mel_frames_n_frames_ready(frames) == 0 && mojo_mel_frames_n_frames_popped(frames) == 0, "reset");
        CHECK(mojo_mel_frames_is_last_frame(frames, SIZE_MAX) == 0, "no frame at all");
    }
    mojo_mel_spectrogram_free(mel);
    mojo_mel_extractor_free(extractor);
    // A store outlives its extractor; a preset that needs the whole input has none.
    CHECK_OK(mojo_mel_frames_push(frames, tone, 1000));
    mojo_mel_frames_free(frames);
    mojo_mel_frames_free(NULL);
    extractor = extractor_with("whisper", NULL, NULL);
    CHECK_STATUS(mojo_mel_frames_new(extractor, &frames), MOJO_AUDIO_ERROR_INVALID_INPUT);
    CHECK(frames == NULL && strcmp(mojo_audio_last_error_field(), "reference") == 0, "%s", mojo_audio_last_error());
    mojo_mel_extractor_free(extractor);
}

static void presets(void) {
    const size_t n = mojo_audio_preset_count();
    CHECK(n >= 10 && strcmp(mojo_audio_preset_name(0), "whisper") == 0, "%zu", n);
    for (size_t i = 0; i < n; ++i) {
        MojoMelOptions options;
        CHECK_OK(mojo_mel_options_init(&options, sizeof options, mojo_audio_preset_name(i)));
        CHECK(options.preset == i, "%s is %u", mojo_audio_preset_name(i), (unsigned)options.preset);
    }
    const char *constants[] = {
        MOJO_MEL_PRESET_WHISPER,     MOJO_MEL_PRESET_WHISPER_LARGE_V3, MOJO_MEL_PRESET_LIBROSA, MOJO_MEL_PRESET_TORCHAUDIO,
        MOJO_MEL_PRESET_KALDI_FBANK, MOJO_MEL_PRESET_PARAKEET,         MOJO_MEL_PRESET_HIFIGAN, MOJO_MEL_PRESET_SPEECHT5,
        MOJO_MEL_PRESET_AST,         MOJO_MEL_PRESET_CLAP,
    };
    for (size_t i = 0; i < sizeof constants / sizeof *constants; ++i) {
        CHECK(strcmp(mojo_audio_preset_name(i), constants[i]) == 0, "%s", constants[i]);
    }
    CHECK(mojo_audio_preset_name(n) == NULL && mojo_audio_preset_name(SIZE_MAX) == NULL, "no more");
}

static void options_get(void) {
    MojoMelOptions options;
    CHECK_OK(mojo_mel_options_init(&options, sizeof options, "kaldi-fbank"));
    options.log_floor = 1e-300;
    const struct { const char *name, *text; double number; } values[] = {
        {"n_mels", "80", 80},      {"window", "povey", MOJO_MEL_WINDOW_POVEY}, {"center", "false", 0},
        {"top_db", "none", 0},     {"preemphasis", "0.97", 0.97},              {"remove_dc_offset", "true", 1},
        {"pad_to", "none", 0},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; ++i) {
        char text[16] = "unchanged";
        size_t length = 99;
        double number = 99;
        const size_t needed = strlen(values[i].text) + 1;
        CHECK_STATUS(mojo_mel_options_get(&options, values[i].name, text, needed - 1, &length),
                     MOJO_AUDIO_ERROR_BUFFER_SIZE);
        CHECK(length == needed - 1 && strcmp(text, "unchanged") == 0, "%s: `%s`", values[i].name, text);
        CHECK_OK(mojo_mel_options_get(&options, values[i].name, text, needed, &length));
        CHECK(length == needed - 1 && strcmp(text, values[i].text) == 0, "%s: `%s`", values[i].name, text);
        CHECK_OK(mojo_mel_options_set(&options, values[i].name, text));
        CHECK_OK(mojo_mel_options_get_number(&options, values[i].name, &number));
        CHECK(number == values[i].number, "%s: %g", values[i].name, number);
    }
    char text[400];
    CHECK_OK(mojo_mel_options_get(&options, "log_floor", text, sizeof text, NULL));
    CHECK(strtod(text, NULL) == 1e-300, "%s", text);
    double number = 99;
    CHECK_REFUSED(mojo_mel_options_get_number(&options, "n_mel", &number), MOJO_AUDIO_ERROR_INVALID_INPUT,
                  "unknown option \"n_mel\"; did you mean \"n_mels\"?");
    CHECK_REFUSED(mojo_mel_options_get_number(&options, "n_mels", NULL), MOJO_AUDIO_ERROR_INVALID_INPUT,
                  "out_value must point to a place for the number, got NULL");
    CHECK(number == 99, "a failure stores nothing: %g", number);
    options.size = 7;
    CHECK_STATUS(mojo_mel_options_get(&options, "n_mels", text, sizeof text, NULL), MOJO_AUDIO_ERROR_INVALID_INPUT);
}

static void what_extractors_tell(void) {
    MojoMelExtractor* extractor = extractor_with("whisper", NULL, NULL);
    size_t bands[256] = {77};
    CHECK(mojo_mel_extractor_empty_filters(extractor, bands, 256) == 0 && bands[0] == 77, "Whisper has none");
    const size_t bytes = mojo_mel_extractor_working_memory(extractor);
    CHECK(bytes > 1000 && bytes < 65536, "%zu", bytes);
    CHECK(mojo_mel_extractor_working_memory(NULL) == 0, "of NULL");
    mojo_mel_extractor_free(extractor);
    // A bin is 40 Hz wide, and the lowest of 256 bands narrower.
    extractor = extractor_with("whisper", "n_mels", "256");
    const size_t n = mojo_mel_extractor_empty_filters(extractor, NULL, 0);
    CHECK(n > 3 && n < 256 && mojo_mel_extractor_empty_filters(extractor, NULL, 9) == n, "%zu", n);
    bands[3] = 77;
    CHECK(mojo_mel_extractor_empty_filters(extractor, bands, 3) == n && bands[3] == 77, "only three are stored");
    CHECK(mojo_mel_extractor_empty_filters(extractor, bands, 256) == n && bands[0] == 0, "%zu", bands[0]);
    for (size_t i = 1; i < n; ++i) {
        CHECK(bands[i - 1] < bands[i] && bands[i] < 256, "%zu", bands[i]);
    }
    // Their rows are at the floor, and the row of a band that is not among them is not.
    MojoMelSpectrogram* mel = NULL;
    CHECK_OK(mojo_mel_extractor_compute(extractor, tone, N_SAMPLES, &mel));
    const float* values = mojo_mel_spectrogram_get_data_ptr(mel);
    const size_t n_frames = mojo_mel_spectrogram_get_size(mel) / 256;
    float floor = values[bands[0] * n_frames];
    for (size_t i = 0; i < n * n_frames; ++i) {
        CHECK(values[bands[i / n_frames] * n_frames + i % n_frames] == floor, "band %zu", bands[i / n_frames]);
    }
    CHECK(values[255 * n_frames] > floor, "the last band has bins");
    mojo_mel_spectrogram_free(mel);
    mojo_mel_extractor_free(extractor);
}

int main(void) {
    for (size_t i = 0; i < N_SAMPLES; ++i) {
        tone_i16[i] = (int16_t)((i * 1103515245u + 12345u) >> 16);
        tone[i] = (float)tone_i16[i] / 32768.0f;
    }
    RUN(push_into);
    RUN(push_into_is_refused);
    RUN(frame_store);
    RUN(presets);
    RUN(options_get);
    RUN(what_extractors_tell);
    return report();
}
