// Every kind of error that a call can have, with its number, its name and its parts. MOJO_AUDIO_CODE_INTERNAL needs
// a bug, and the kinds above it occur in other languages only.

#include <stdint.h>
#include "harness.h"

static float tone[16000];
static float bad[8];
static MojoMelOptions options;
static MojoMelExtractor* extractor;
static MojoMelExtractor* new_extractor;
static MojoMelStream* stream;
static MojoMelFrames* frames;
static MojoMelSpectrogram* mel;
static MojoMelSpectrogram* results[3];
static float room[80 * 100];
static size_t count;

static MojoAudioStatus number_out_of_range(void) {
    options.n_mels = 0;
    return mojo_mel_extractor_new(&options, &new_extractor);
}

static MojoAudioStatus negative_size(void) {
    MojoMelConfig config = mojo_mel_config_default();
    config.hop_length = -5;
    return mojo_mel_config_validate(&config);
}

static MojoAudioStatus unknown_choice(void) { return mojo_mel_options_set(&options, "window", "hanning"); }

static MojoAudioStatus choice_without_name(void) {
    options.log = 77;
    return mojo_mel_extractor_new(&options, &new_extractor);
}

static MojoAudioStatus unknown_preset(void) { return mojo_mel_options_init(&options, sizeof options, "wisper"); }
static MojoAudioStatus unlike_any_preset(void) { return mojo_mel_options_init(&options, sizeof options, "zzzzzz"); }
static MojoAudioStatus unknown_option(void) { return mojo_mel_options_set(&options, "n_mel", "1"); }

static MojoAudioStatus option_to_get(void) {
    char text[8];
    return mojo_mel_options_get(&options, "hop_lenght", text, sizeof text, NULL);
}

static MojoAudioStatus no_samples(void) { return mojo_mel_extractor_compute(extractor, tone, 0, &mel); }
static MojoAudioStatus not_finite(void) { return mojo_mel_extractor_compute(extractor, bad, 8, &mel); }

static MojoAudioStatus not_finite_in_a_stream(void) {
    CHECK_OK(mojo_mel_stream_push(stream, tone, 1000));
    return mojo_mel_stream_push(stream, bad, 8);
}

static MojoAudioStatus not_finite_in_a_batch(void) {
    const float* clips[3] = {tone, bad, NULL};
    const size_t lengths[3] = {1000, 8, 5};
    return mojo_mel_extractor_compute_batch(extractor, clips, lengths, 3, 2, results);
}

static MojoAudioStatus null_in_a_batch(void) {
    const float* clips[3] = {tone, tone, NULL};
    const size_t lengths[3] = {1000, 1000, 5};
    return mojo_mel_extractor_compute_batch(extractor, clips, lengths, 3, 1, results);
}

static MojoAudioStatus small_buffer(void) {
    return mojo_mel_extractor_compute_into(extractor, tone, 16000, room, 100, &count);
}

static MojoAudioStatus small_buffer_of_a_push(void) {
    return mojo_mel_stream_push_into(stream, tone, 1000, room, 10, &count);
}

static MojoAudioStatus short_window(void) {
    return mojo_mel_extractor_new_with_tables(&options, tone, 7, NULL, 0, &new_extractor);
}

static MojoAudioStatus small_text(void) {
    char text[2];
    return mojo_mel_options_get(&options, "n_mels", text, sizeof text, NULL);
}

static MojoAudioStatus endless_padding(void) {
    options.pad_to = UINT64_C(1) << 48;
    CHECK_OK(mojo_mel_extractor_new(&options, &new_extractor));
    return mojo_mel_extractor_compute(new_extractor, tone, 9, &mel);
}

static MojoAudioStatus after_the_end(void) {
    CHECK_OK(mojo_mel_stream_push(stream, tone, 1000));
    CHECK_OK(mojo_mel_stream_finish(stream));
    return mojo_mel_stream_push(stream, tone, 1);
}

static MojoAudioStatus null_pointer(void) { return mojo_mel_extractor_compute(NULL, tone, 9, &mel); }
static MojoAudioStatus wrong_structure(void) { return mojo_mel_options_init(&options, 7, "whisper"); }
static MojoAudioStatus not_utf8(void) { return mojo_mel_options_set(&options, "n_mels", "\xff"); }

static MojoAudioStatus overlap(void) {
    return mojo_mel_extractor_compute_into(extractor, room, 400, room, 8000, &count);
}

static MojoAudioStatus unread_frames(void) {
    CHECK_OK(mojo_mel_stream_push(stream, tone, 1000));
    return mojo_mel_stream_push_into(stream, tone, 1000, room, 8000, &count);
}

static MojoAudioStatus popped_too_much(void) { return mojo_mel_frames_pop(frames, 3); }

struct row {
    MojoAudioStatus (*call)(void);
    MojoAudioStatus status;
    int32_t code;
    const char *name, *field, *value, *expected, *closest, *one_of_known;
    int64_t index, clip;
};

#define INVALID MOJO_AUDIO_ERROR_INVALID_INPUT
#define SIZE MOJO_AUDIO_ERROR_BUFFER_SIZE
#define ANY "(whatever it is)"

static const struct row rows[] = {
    {number_out_of_range, INVALID, MOJO_AUDIO_CODE_CONFIG, "config", "n_mels", "0", "from 1 to 4096", "", NULL, -1, -1},
    {negative_size, INVALID, MOJO_AUDIO_CODE_CONFIG, "config", "hop_length", "-5", "at least 1", "", NULL, -1, -1},
    {unknown_choice, INVALID, MOJO_AUDIO_CODE_CONFIG, "config", "window", "hanning",
     "one of hann, hamming, blackman, povey, rectangular", "hann", "povey", -1, -1},
    {choice_without_name, INVALID, MOJO_AUDIO_CODE_CONFIG, "config", "log", "77", ANY, "", NULL, -1, -1},
    {unknown_preset, INVALID, MOJO_AUDIO_CODE_UNKNOWN_NAME, "unknown_name", "preset", "wisper", "", "whisper",
     "kaldi-fbank", -1, -1},
    {unlike_any_preset, INVALID, MOJO_AUDIO_CODE_UNKNOWN_NAME, "unknown_name", "preset", "zzzzzz", "", "", "clap", -1, -1},
    {unknown_option, INVALID, MOJO_AUDIO_CODE_UNKNOWN_NAME, "unknown_name", "option", "n_mel", "", "n_mels", "top_db",
     -1, -1},
    {option_to_get, INVALID, MOJO_AUDIO_CODE_UNKNOWN_NAME, "unknown_name", "option", "hop_lenght", "", "hop_length",
     "n_fft", -1, -1},
    {no_samples, INVALID, MOJO_AUDIO_CODE_EMPTY_INPUT, "empty_input", "", "", "", "", NULL, -1, -1},
    {not_finite, INVALID, MOJO_AUDIO_CODE_SAMPLE, "sample", "", "inf", ANY, "", NULL, 5, -1},
    {not_finite_in_a_stream, INVALID, MOJO_AUDIO_CODE_SAMPLE, "sample", "", "inf", ANY, "", NULL, 1005, -1},
    {not_finite_in_a_batch, INVALID, MOJO_AUDIO_CODE_SAMPLE, "sample", "", "inf", ANY, "", NULL, 5, 1},
    {small_buffer, SIZE, MOJO_AUDIO_CODE_BUFFER_SIZE, "buffer_size", "buffer_size", "100", "7840", "", NULL, -1, -1},
    {small_buffer_of_a_push, SIZE, MOJO_AUDIO_CODE_BUFFER_SIZE, "buffer_size", "buffer_size", "10", "320", "", NULL, -1, -1},
    {short_window, SIZE, MOJO_AUDIO_CODE_BUFFER_SIZE, "buffer_size", "window", "7", "400", "", NULL, -1, -1},
    {small_text, SIZE, MOJO_AUDIO_CODE_BUFFER_SIZE, "buffer_size", "size", "2", "3", "", NULL, -1, -1},
    {endless_padding, MOJO_AUDIO_ERROR_ALLOCATION, MOJO_AUDIO_CODE_ALLOCATION, "allocation", "", ANY, "", "", NULL, -1, -1},
    {after_the_end, INVALID, MOJO_AUDIO_CODE_FINISHED, "finished", "", "", "", "", NULL, -1, -1},
    {null_pointer, INVALID, MOJO_AUDIO_CODE_ARGUMENT, "argument", "extractor", "NULL", "a MojoMelExtractor", "", NULL, -1, -1},
    {null_in_a_batch, INVALID, MOJO_AUDIO_CODE_ARGUMENT, "argument", "samples", "NULL", "an array", "", NULL, -1, 2},
    {wrong_structure, INVALID, MOJO_AUDIO_CODE_ARGUMENT, "argument", "size", "7", "a multiple of 8 from 16 to 65536", "",
     NULL, -1, -1},
    {not_utf8, INVALID, MOJO_AUDIO_CODE_ARGUMENT, "argument", "value", "", "UTF-8", "", NULL, -1, -1},
    {overlap, INVALID, MOJO_AUDIO_CODE_ARGUMENT, "argument", "out_buffer", "", "", "", NULL, -1, -1},
    {unread_frames, INVALID, MOJO_AUDIO_CODE_ARGUMENT, "argument", "stream", "4", "0", "", NULL, -1, -1},
    {popped_too_much, INVALID, MOJO_AUDIO_CODE_ARGUMENT, "argument", "n_frames", "3", "at most 0", "", NULL, -1, -1},
};

static int same(const char* text, const char* wanted) {
    return strcmp(wanted, ANY) == 0 ? *text != 0 : strcmp(text, wanted) == 0;
}

static void check(const struct row* row) {
    CHECK_STATUS(row->call(), row->status);
    const char* text = mojo_audio_last_error();
    CHECK(mojo_audio_last_error_code() == row->code, "%s: %d", text, (int)mojo_audio_last_error_code());
    CHECK(same(mojo_audio_last_error_name(), row->name), "%s: %s", text, mojo_audio_last_error_name());
    CHECK(same(mojo_audio_last_error_field(), row->field), "%s: %s", text, mojo_audio_last_error_field());
    CHECK(same(mojo_audio_last_error_value(), row->value), "%s: %s", text, mojo_audio_last_error_value());
    CHECK(same(mojo_audio_last_error_expected(), row->expected), "%s: %s", text, mojo_audio_last_error_expected());
    CHECK(same(mojo_audio_last_error_closest(), row->closest), "%s: %s", text, mojo_audio_last_error_closest());
    CHECK(mojo_audio_last_error_index() == row->index, "%s: %d", text, (int)mojo_audio_last_error_index());
    CHECK(mojo_audio_last_error_clip() == row->clip, "%s: %d", text, (int)mojo_audio_last_error_clip());
    const size_t n_known = mojo_audio_last_error_known_count();
    int has_it = row->one_of_known == NULL && n_known == 0;
    int has_closest = *row->closest == 0;
    for (size_t i = 0; i < n_known; ++i) {
        const char* known = mojo_audio_last_error_known(i);
        has_it |= row->one_of_known && strcmp(known, row->one_of_known) == 0;
        has_closest |= strcmp(known, row->closest) == 0;
    }
    CHECK(has_it && has_closest, "%s: %zu known names", text, n_known);
    CHECK(mojo_audio_last_error_known(n_known) == NULL, "%s: one more", text);
    CHECK(mojo_audio_last_error_known(SIZE_MAX) == NULL, "%s: one more", text);
    CHECK(strcmp(row->value, ANY) == 0 || strstr(text, row->value), "%s has no %s", text, row->value);
    CHECK_OK(mojo_mel_options_init(&options, sizeof options, "kaldi-fbank"));
    CHECK(mojo_audio_last_error_known_count() == n_known && mojo_audio_last_error_code() == row->code, "success");
}

static void no_error_yet(void) {
    CHECK(*mojo_audio_last_error_value() == 0 && *mojo_audio_last_error_expected() == 0, "no parts yet");
    CHECK(*mojo_audio_last_error_closest() == 0 && mojo_audio_last_error_known_count() == 0, "nor names");
    CHECK(mojo_audio_last_error_known(0) == NULL, "nor the first");
}

int main(void) {
    RUN(no_error_yet);
    for (size_t i = 0; i < 8; ++i) {
        bad[i] = i == 5 ? 1e30f * 1e30f : 0.0f;
    }
    unsigned kinds = 0;
    for (const struct row* row = rows; row < rows + sizeof rows / sizeof *rows; ++row) {
        CHECK_OK(mojo_mel_options_init(&options, sizeof options, "kaldi-fbank"));
        CHECK_OK(mojo_mel_extractor_new(&options, &extractor));
        CHECK_OK(mojo_mel_stream_new(extractor, &stream));
        CHECK_OK(mojo_mel_frames_new(extractor, &frames));
        check(row);
        kinds |= 1u << row->code;
        for (size_t i = 0; i < 3; ++i) {
            mojo_mel_spectrogram_free(results[i]);
            results[i] = NULL;
        }
        mojo_mel_frames_free(frames);
        mojo_mel_stream_free(stream);
        mojo_mel_extractor_free(new_extractor);
        mojo_mel_extractor_free(extractor);
        new_extractor = NULL;
        end_test(row->name);
    }
    CHECK(kinds == 0x1fe, "kinds 1 to 8 are provoked: %x", kinds);
    end_test("every kind");
    return report();
}
