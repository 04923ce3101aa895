// Every wrong use of the C interface, and the texts of its errors.

#include <stdint.h>
#include "harness.h"

#define INVALID MOJO_AUDIO_ERROR_INVALID_INPUT
#define SIZE MOJO_AUDIO_ERROR_BUFFER_SIZE

static float tone[16000];
static int16_t tone_i16[16000];

static void fill_tone(void) {
    for (size_t i = 0; i < 16000; ++i) {
        tone_i16[i] = (int16_t)((i * 1103515245u + 12345u) >> 16);
        tone[i] = (float)tone_i16[i] / 32768.0f;
    }
}

static MojoMelOptions preset(const char* name) {
    MojoMelOptions options;
    CHECK_OK(mojo_mel_options_init(&options, sizeof options, name));
    return options;
}

static MojoMelExtractor* extractor_of(MojoMelOptions options) {
    MojoMelExtractor* extractor = NULL;
    CHECK_OK(mojo_mel_extractor_new(&options, &extractor));
    return extractor;
}

static void versions(void) {
    int32_t major = -1, minor = -1, patch = -1;
    mojo_audio_version(&major, &minor, &patch);
    CHECK(major == MOJO_AUDIO_VERSION_MAJOR && minor == MOJO_AUDIO_VERSION_MINOR
              && patch == MOJO_AUDIO_VERSION_PATCH, "%d.%d.%d", major, minor, patch);
    mojo_audio_version(NULL, NULL, NULL);
    minor = -1;
    mojo_audio_version(NULL, &minor, NULL);
    CHECK(minor == MOJO_AUDIO_VERSION_MINOR, "%d", minor);
}

static void statuses(void) {
    CHECK(strcmp(mojo_audio_status_name(0), "MOJO_AUDIO_SUCCESS") == 0, "0");
    CHECK(strcmp(mojo_audio_status_name(-1), "MOJO_AUDIO_ERROR_INVALID_INPUT") == 0, "-1");
    CHECK(strcmp(mojo_audio_status_name(-2), "MOJO_AUDIO_ERROR_ALLOCATION") == 0, "-2");
    CHECK(strcmp(mojo_audio_status_name(-3), "MOJO_AUDIO_ERROR_PROCESSING") == 0, "-3");
    CHECK(strcmp(mojo_audio_status_name(-4), "MOJO_AUDIO_ERROR_BUFFER_SIZE") == 0, "-4");
    CHECK(strcmp(mojo_audio_status_name(1), "unknown status") == 0, "1");
    CHECK(strcmp(mojo_audio_status_name(INT32_MIN), "unknown status") == 0, "INT32_MIN");
}

static void last_errors(void) {
    CHECK(mojo_audio_last_error() != NULL && *mojo_audio_last_error() == 0, "no error yet");
    CHECK(mojo_audio_last_error_code() == MOJO_AUDIO_CODE_NONE && *mojo_audio_last_error_name() == 0, "nor a code");
    CHECK(*mojo_audio_last_error_field() == 0 && mojo_audio_last_error_index() == -1, "nor a field, nor a place");
    MojoMelConfig config = mojo_mel_config_default();
    config.n_mels = 0;
    CHECK_STATUS(mojo_mel_config_validate(&config), INVALID);
    const char* wanted = "n_mels must be from 1 to 4096, got 0";
    CHECK(strcmp(mojo_audio_last_error(), wanted) == 0, "`%s`", mojo_audio_last_error());
    config.n_mels = 80;
    CHECK_OK(mojo_mel_config_validate(&config));
    CHECK(strcmp(mojo_audio_last_error(), wanted) == 0, "success leaves the text: `%s`", mojo_audio_last_error());
}

static void configs(void) {
    MojoMelConfig config = mojo_mel_config_default();
    CHECK(config.sample_rate == 16000 && config.n_fft == 400 && config.hop_length == 160
              && config.n_mels == 80, "%d %d %d %d", config.sample_rate, config.n_fft,
          config.hop_length, config.n_mels);
    CHECK_OK(mojo_mel_config_validate(&config));
    CHECK_REFUSED(mojo_mel_config_validate(NULL), INVALID, "config must point to a MojoMelConfig, got NULL");
    config.sample_rate = INT32_MIN;
    CHECK_REFUSED(mojo_mel_config_validate(&config), INVALID,
                  "sample_rate must be at least 1, got -2147483648");
    config = mojo_mel_config_default();
    config.n_fft = -400;
    CHECK_REFUSED(mojo_mel_config_validate(&config), INVALID,
                  "n_fft must be from 2 to 65536, got -400");
    config.n_fft = INT32_MAX;
    CHECK_REFUSED(mojo_mel_config_validate(&config), INVALID,
                  "n_fft must be from 2 to 65536, got 2147483647");
    config = mojo_mel_config_default();
    config.hop_length = 0;
    CHECK_REFUSED(mojo_mel_config_validate(&config), INVALID,
                  "hop_length must be at least 1, got 0");
    // As from uninitialised memory: rejected or accepted, never a crash.
    for (int byte = 0; byte < 256; ++byte) {
        memset(&config, byte, sizeof config);
        MojoMelSpectrogram* mel = NULL;
        MojoAudioStatus status = mojo_mel_config_validate(&config);
        CHECK(status == MOJO_AUDIO_SUCCESS || status == INVALID, "%d", (int)status);
        MojoAudioStatus computed = mojo_mel_spectrogram_compute(tone, 1600, &config, &mel);
        CHECK(computed == status, "bytes of %d: %d, then %d", byte, (int)status, (int)computed);
        mojo_mel_spectrogram_free(mel);
    }
}

static void one_shot(void) {
    MojoMelConfig config = mojo_mel_config_default();
    MojoMelSpectrogram* mel = (MojoMelSpectrogram*)&config;
    CHECK_REFUSED(mojo_mel_spectrogram_compute(NULL, 16000, &config, &mel), INVALID,
                  "audio_samples must point to an array, got NULL");
    CHECK(mel == NULL, "a failure gives NULL");
    CHECK_REFUSED(mojo_mel_spectrogram_compute(tone, 16000, NULL, &mel), INVALID,
                  "config must point to a MojoMelConfig, got NULL");
    CHECK_REFUSED(mojo_mel_spectrogram_compute(tone, 16000, &config, NULL), INVALID,
                  "out_result must point to a place for the handle, got NULL");
    CHECK_REFUSED(mojo_mel_spectrogram_compute(tone, 0, &config, &mel), INVALID,
                  "samples must not be empty");
    CHECK_STATUS(mojo_mel_spectrogram_compute(tone, SIZE_MAX, &config, &mel), INVALID);
    CHECK(strncmp(mojo_audio_last_error(), "audio_samples must have at most ", 32) == 0
              || sizeof(size_t) < 8, "`%s`", mojo_audio_last_error());
    CHECK_STATUS(mojo_mel_spectrogram_compute(tone, SIZE_MAX / 4, &config, &mel), INVALID);
    const float* odd = (const float*)(const void*)((const char*)tone + 1);
    CHECK_REFUSED(mojo_mel_spectrogram_compute(odd, 16, &config, &mel), INVALID,
                  "audio_samples must be aligned to 4 bytes");
    CHECK(mel == NULL, "a failure gives NULL");

    CHECK_OK(mojo_mel_spectrogram_compute(tone, 16000, &config, &mel));
    size_t n_mels = 0, n_frames = 0;
    mojo_mel_spectrogram_get_shape(mel, &n_mels, &n_frames);
    CHECK(n_mels == 80 && n_frames == 100, "(%zu, %zu)", n_mels, n_frames);
    mojo_mel_spectrogram_get_shape(mel, NULL, NULL);
    n_frames = 0;
    mojo_mel_spectrogram_get_shape(mel, NULL, &n_frames);
    CHECK(n_frames == 100, "%zu", n_frames);
    size_t size = mojo_mel_spectrogram_get_size(mel);
    CHECK(size == 8000, "%zu", size);
    float* values = memory((size + 1) * sizeof *values);
    values[0] = values[size] = 77.0f;
    CHECK_REFUSED(mojo_mel_spectrogram_get_data(mel, values, size - 1), SIZE,
                  "buffer_size must be at least 8000, got 7999");
    CHECK_STATUS(mojo_mel_spectrogram_get_data(mel, values, 0), SIZE);
    CHECK(values[0] == 77.0f, "nothing is written on failure");
    CHECK_REFUSED(mojo_mel_spectrogram_get_data(mel, NULL, size), INVALID,
                  "out_buffer must point to an array, got NULL");
    CHECK_REFUSED(mojo_mel_spectrogram_get_data(NULL, values, size), INVALID,
                  "mel must point to a MojoMelSpectrogram, got NULL");
    CHECK_OK(mojo_mel_spectrogram_get_data(mel, values, SIZE_MAX));
    CHECK(values[size] == 77.0f, "only the values are written");
    CHECK(memcmp(values, mojo_mel_spectrogram_get_data_ptr(mel), size * sizeof *values) == 0, "the same");
    mojo_mel_spectrogram_free(mel);
    free(values);

    mojo_mel_spectrogram_free(NULL);
    n_mels = n_frames = 7;
    mojo_mel_spectrogram_get_shape(NULL, &n_mels, &n_frames);
    CHECK(n_mels == 0 && n_frames == 0, "(%zu, %zu)", n_mels, n_frames);
    CHECK(mojo_mel_spectrogram_get_size(NULL) == 0, "of NULL");
    CHECK(mojo_mel_spectrogram_get_data_ptr(NULL) == NULL, "of NULL");
}

static void one_shot_equals_extractor(void) {
    // More configurations than kept plans, two rounds.
    for (int round = 0; round < 2; ++round) {
        for (int n_mels = 30; n_mels < 42; ++n_mels) {
            MojoMelConfig config = {8000, 256, 80, n_mels};
            MojoMelOptions options = preset("whisper");
            options.sample_rate = 8000;
            options.n_fft = 256;
            options.hop_length = 80;
            options.n_mels = (uint32_t)n_mels;
            MojoMelExtractor* extractor = extractor_of(options);
            MojoMelSpectrogram *one = NULL, *two = NULL;
            CHECK_OK(mojo_mel_spectrogram_compute(tone, 4000, &config, &one));
            CHECK_OK(mojo_mel_extractor_compute(extractor, tone, 4000, &two));
            size_t size = mojo_mel_spectrogram_get_size(one);
            CHECK(size == (size_t)n_mels * 50 && size == mojo_mel_spectrogram_get_size(two), "%zu", size);
            CHECK(memcmp(mojo_mel_spectrogram_get_data_ptr(one), mojo_mel_spectrogram_get_data_ptr(two),
                         size * sizeof(float)) == 0, "%d bands: other bits", n_mels);
            mojo_mel_spectrogram_free(one);
            mojo_mel_spectrogram_free(two);
            mojo_mel_extractor_free(extractor);
        }
    }
}

static void options_init(void) {
    MojoMelOptions options;
    memset(&options, 0xa5, sizeof options);
    CHECK_REFUSED(mojo_mel_options_init(NULL, sizeof options, "whisper"), INVALID,
                  "options must point to an array, got NULL");
    CHECK_REFUSED(mojo_mel_options_init(&options, sizeof options, NULL), INVALID,
                  "preset must point to the name of a preset, got NULL");
    CHECK_STATUS(mojo_mel_options_init(&options, sizeof options, "Whisper"), INVALID);
    CHECK(strcmp(mojo_audio_last_error(), "unknown preset \"Whisper\"; did you mean \"whisper\"?") == 0,
          "`%s`", mojo_audio_last_error());
    CHECK_STATUS(mojo_mel_options_init(&options, sizeof options, "mel"), INVALID);
    CHECK(strstr(mojo_audio_last_error(), "unknown preset \"mel\"; known are whisper, "),
          "`%s`", mojo_audio_last_error());
    CHECK_REFUSED(mojo_mel_options_init(&options, sizeof options, "\xff"), INVALID,
                  "preset must be UTF-8");
    const size_t wrong[] = {0, 1, 8, sizeof options - 1, 70000, SIZE_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; ++i) {
        CHECK_STATUS(mojo_mel_options_init(&options, wrong[i], "whisper"), INVALID);
    }
    CHECK(options.size == UINT64_C(0xa5a5a5a5a5a5a5a5), "a failure leaves options");

    options = preset("whisper");
    CHECK(options.size == sizeof options && options.sample_rate == 16000 && options.n_fft == 400
              && options.win_length == 0 && options.n_mels == 80 && options.window == MOJO_MEL_WINDOW_HANN
              && options.f_max == 0 && options.top_db == 80 && options.log == MOJO_MEL_LOG_LOG10
              && options.reference == MOJO_MEL_REFERENCE_WHOLE_INPUT, "Whisper's values");
    options = preset("kaldi-fbank");
    CHECK(options.n_fft == 512 && options.win_length == 400 && options.window == MOJO_MEL_WINDOW_POVEY
              && options.mel_scale == MOJO_MEL_SCALE_KALDI && options.preemphasis == 0.97
              && options.top_db == 0 && options.center == 0, "Kaldi's values");
}

static MojoAudioStatus plan(const MojoMelOptions* options) {
    MojoMelExtractor* extractor = NULL;
    MojoAudioStatus status = mojo_mel_extractor_new(options, &extractor);
    CHECK((status == MOJO_AUDIO_SUCCESS) == (extractor != NULL), "%d", (int)status);
    mojo_mel_extractor_free(extractor);
    return status;
}

static void options_read(void) {
    MojoMelOptions options = preset("whisper");
    options.window = 5;
    CHECK_REFUSED(plan(&options), INVALID, "window must be a MojoMelWindow, from 0 to 4, got 5");
    options.window = -1;
    CHECK_STATUS(plan(&options), INVALID);
    options = preset("whisper");
    options.center = 2;
    CHECK_REFUSED(plan(&options), INVALID, "center must be 0 or 1, got 2");
    options = preset("whisper");
    options.preset = 1000;
    CHECK_STATUS(plan(&options), INVALID);
    options = preset("whisper");
    options.size = 0;
    CHECK_STATUS(plan(&options), INVALID);
    options.size = UINT64_MAX;
    CHECK_STATUS(plan(&options), INVALID);
    for (int byte = 0; byte < 256; ++byte) {
        memset(&options, byte, sizeof options);
        CHECK_STATUS(plan(&options), INVALID);
        options.size = sizeof options;
        options.preset = 0;
        CHECK_STATUS(plan(&options), INVALID);
    }
    CHECK_REFUSED(plan(NULL), INVALID,
                  "options must point to a MojoMelOptions filled by mojo_mel_options_init(), got NULL");
    options = preset("whisper");
    CHECK_REFUSED(mojo_mel_extractor_new(&options, NULL), INVALID,
                  "out_extractor must point to a place for the handle, got NULL");
}

// A program that was compiled with fewer or more options.
static void options_of_other_versions(void) {
    struct { MojoMelOptions known; uint64_t later[4]; } newer;
    memset(&newer, 0xa5, sizeof newer);
    CHECK_OK(mojo_mel_options_init(&newer.known, sizeof newer, "kaldi-fbank"));
    CHECK(newer.known.size == sizeof newer && newer.later[0] == 0 && newer.later[3] == 0, "zeroed");
    CHECK_OK(plan(&newer.known));
    CHECK_OK(mojo_mel_options_set(&newer.known, "n_mels", "23"));
    CHECK(newer.known.n_mels == 23 && newer.known.size == sizeof newer, "%u", newer.known.n_mels);
    newer.later[2] = 1;
    char text[160];
    snprintf(text, sizeof text,
             "the options set the byte at %zu, but this version of the library knows only the first %zu bytes: use a newer version",
             sizeof(MojoMelOptions) + 16, sizeof(MojoMelOptions));
    CHECK_REFUSED(plan(&newer.known), INVALID, text);

    // Up to n_mels: later options are the preset's, whatever the memory contains there.
    size_t size = 32;
    MojoMelOptions older;
    memset(&older, 0xa5, sizeof older);
    CHECK_OK(mojo_mel_options_init(&older, size, "kaldi-fbank"));
    CHECK(older.size == size && older.n_mels == 80 && older.window == (int32_t)0xa5a5a5a5, "only 32 bytes");
    older.n_mels = 40;
    MojoMelOptions full = preset("kaldi-fbank");
    full.n_mels = 40;
    MojoMelExtractor *one = extractor_of(older), *two = extractor_of(full);
    MojoMelSpectrogram *a = NULL, *b = NULL;
    CHECK_OK(mojo_mel_extractor_compute(one, tone, 4000, &a));
    CHECK_OK(mojo_mel_extractor_compute(two, tone, 4000, &b));
    size_t n = mojo_mel_spectrogram_get_size(a);
    CHECK(n == mojo_mel_spectrogram_get_size(b) && n > 0
              && memcmp(mojo_mel_spectrogram_get_data_ptr(a), mojo_mel_spectrogram_get_data_ptr(b),
                        n * sizeof(float)) == 0, "the preset's other options");
    CHECK_REFUSED(mojo_mel_options_set(&older, "window", "hann"), INVALID,
                  "window must be left to the preset, as the caller's MojoMelOptions ends before it, got hann");
    mojo_mel_spectrogram_free(a);
    mojo_mel_spectrogram_free(b);
    mojo_mel_extractor_free(one);
    mojo_mel_extractor_free(two);
}

// The same numbers in the three files that are read: means of 5 and -2, variances of 10 and 4.
static void row_statistics(void) {
    const char* const texts[] = {
        "{\"mean_stat\": [20, -8], \"var_stat\": [140, 32], \"frame_num\": 4}",
        " [\n 20 -8 4\n 140 32 0 ]\n",
        ("<Nnet>\n<AddShift> 2 2\n<LearnRateCoef> 0 [ -5 2 ]\n<Rescale> 2 2\n"
         "<LearnRateCoef> 0 [ 0.3162277660168 0.5 ]\n</Nnet>\n"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; ++i) {
        float mean[3] = {0, 0, 9}, scale[3] = {0, 0, 9};
        size_t n_rows = 0;
        CHECK_OK(mojo_mel_row_statistics_from_text(texts[i], NULL, NULL, 0, &n_rows));
        CHECK(n_rows == 2, "%zu rows", n_rows);
        CHECK_OK(mojo_mel_row_statistics_from_text(texts[i], mean, scale, 3, NULL));
        CHECK(mean[0] == 5 && mean[1] == -2 && mean[2] == 9, "means %g, %g", mean[0], mean[1]);
        CHECK(scale[0] == 0.31622777F && scale[1] == 0.5F && scale[2] == 9, "%g, %g", scale[0], scale[1]);
        n_rows = 0;
        CHECK_REFUSED(mojo_mel_row_statistics_from_text(texts[i], mean, scale, 1, &n_rows), SIZE,
                      "buffer_size must be at least 2, got 1");
        CHECK(n_rows == 2, "%zu rows", n_rows);
        CHECK_REFUSED(mojo_mel_row_statistics_from_text(texts[i], mean, mean + 1, 2, NULL), INVALID,
                      "out_mean must not overlap out_scale");
    }
    float place[2];
    CHECK_STATUS(mojo_mel_row_statistics_from_text("{}", place, place + 1, 1, NULL), INVALID);
    CHECK(strcmp(mojo_audio_last_error_field(), "row_mean") == 0, "`%s`", mojo_audio_last_error_field());
    CHECK_REFUSED(mojo_mel_row_statistics_from_text(NULL, place, place + 1, 1, NULL), INVALID,
                  "text must point to the text of a file, got NULL");
}

// The settings of a model, as conformance/recipes.json has them of every class.
static void options_from_json(void) {
    MojoMelOptions options, expected = preset("whisper");
    memset(&options, 0xa5, sizeof options);
    const char* json = "{\"feature_extractor\": {\"feature_extractor_type\": \"WhisperFeatureExtractor\","
                       " \"feature_size\": 128}}";
    CHECK_OK(mojo_mel_options_from_json(&options, sizeof options, json));
    expected.n_mels = 128;
    expected.f_max = 8000;
    expected.bin_frequencies = MOJO_MEL_BIN_FREQUENCIES_LINSPACE;
    expected.pad_to = 480000;
    expected.max_length = 480000;
    CHECK(memcmp(&options, &expected, sizeof options) == 0, "Whisper's options");
    CHECK_OK(plan(&options));
    MojoMelOptions before = options;
    CHECK_REFUSED(mojo_mel_options_from_json(NULL, sizeof options, json), INVALID,
                  "options must point to an array, got NULL");
    CHECK_REFUSED(mojo_mel_options_from_json(&options, sizeof options, NULL), INVALID,
                  "json must point to the text of a configuration file, got NULL");
    CHECK_STATUS(mojo_mel_options_from_json(&options, 9, json), INVALID);
    CHECK_STATUS(mojo_mel_options_from_json(&options, sizeof options, "{"), INVALID);
    CHECK_REFUSED(mojo_mel_options_from_json(&options, sizeof options,
                      "{\"feature_extractor_type\": \"ASTFeatureExtractor\", \"std\": 0}"),
                  INVALID, "std must be more than 0, got 0");
    // Up to n_mels: what is left is Whisper's, which these options are not.
    CHECK_REFUSED(mojo_mel_options_from_json(&options, 32, json), INVALID,
                  "f_max must be left to the preset, as the caller's MojoMelOptions ends before it, got 8000");
    CHECK(memcmp(&options, &before, sizeof options) == 0, "a failure leaves options");
}

static void options_set(void) {
    MojoMelOptions options = preset("whisper"), before = options;
    CHECK_OK(mojo_mel_options_set(&options, "n_mels", "128"));
    CHECK_OK(mojo_mel_options_set(&options, "window", "povey"));
    CHECK_OK(mojo_mel_options_set(&options, "f_max", "7600.5"));
    CHECK_OK(mojo_mel_options_set(&options, "center", "false"));
    CHECK_OK(mojo_mel_options_set(&options, "pad_to", "480000"));
    CHECK_OK(mojo_mel_options_set(&options, "top_db", "none"));
    CHECK(options.n_mels == 128 && options.window == MOJO_MEL_WINDOW_POVEY && options.f_max == 7600.5
              && options.center == 0 && options.pad_to == 480000 && options.top_db == 0, "set");
    options = before;
    CHECK_REFUSED(mojo_mel_options_set(NULL, "n_mels", "1"), INVALID,
                  "options must point to a MojoMelOptions filled by mojo_mel_options_init(), got NULL");
    CHECK_REFUSED(mojo_mel_options_set(&options, NULL, "1"), INVALID,
                  "name must point to the name of an option, got NULL");
    CHECK_REFUSED(mojo_mel_options_set(&options, "n_mels", NULL), INVALID,
                  "value must point to a value as text, got NULL");
    CHECK_STATUS(mojo_mel_options_set(&options, "n_mel", "1"), INVALID);
    CHECK(strcmp(mojo_audio_last_error(), "unknown option \"n_mel\"; did you mean \"n_mels\"?") == 0,
          "`%s`", mojo_audio_last_error());
    CHECK_STATUS(mojo_mel_options_set(&options, "window", "hanning"), INVALID);
    CHECK_REFUSED(mojo_mel_options_set(&options, "pad_to", "0"), INVALID,
                  "pad_to must be another value, or none: the field holds 0 where the option is unset, got 0");
    CHECK_REFUSED(mojo_mel_options_set(&options, "top_db", "x"), INVALID, "top_db must be a number, or none, got x");
    CHECK(memcmp(&options, &before, sizeof options) == 0, "failures leave options");
}

static void errors_of_languages(void) {
    MojoMelOptions options = preset("whisper");
    MojoMelExtractor* extractor = NULL;
    options.delta_order = 2;
    CHECK_REFUSED(mojo_mel_extractor_new(&options, &extractor), INVALID,
                  "delta_order must be 1 where delta_win_length is 0, got 2");
    CHECK_OK(mojo_audio_spell_errors("go"));
    CHECK_REFUSED(mojo_mel_extractor_new(&options, &extractor), INVALID,
                  "DeltaOrder must be 1 where DeltaWinLength is 0, got 2");
    CHECK(strcmp(mojo_audio_last_error_field(), "DeltaOrder") == 0, "%s", mojo_audio_last_error_field());
    CHECK_REFUSED(mojo_audio_spell_errors("rust"), INVALID, "unknown language \"rust\"; known are c, go, julia");
    CHECK_OK(mojo_audio_spell_errors("julia"));
    CHECK_REFUSED(mojo_mel_extractor_new(&options, &extractor), INVALID,
                  "delta_order must be 1 where delta_win_length is nothing, got 2");
    CHECK_OK(mojo_audio_spell_errors("c"));
    CHECK_REFUSED(mojo_mel_extractor_new(&options, &extractor), INVALID,
                  "delta_order must be 1 where delta_win_length is 0, got 2");
}

static void extractors(void) {
    MojoMelExtractor* extractor = extractor_of(preset("whisper"));
    CHECK(mojo_mel_extractor_n_mels(extractor) == 80, "bands");
    CHECK(mojo_mel_extractor_n_mels(NULL) == 0, "of NULL");
    CHECK(mojo_mel_extractor_frame_count(extractor, 480000) == 3000, "frames");
    CHECK(mojo_mel_extractor_frame_count(extractor, 0) == 0, "none");
    CHECK(mojo_mel_extractor_frame_count(NULL, 480000) == 0, "of NULL");
    CHECK(mojo_mel_extractor_frame_count(extractor, SIZE_MAX) > 0, "any length");

    MojoMelSpectrogram* mel = NULL;
    CHECK_REFUSED(mojo_mel_extractor_compute(NULL, tone, 16000, &mel), INVALID,
                  "extractor must point to a MojoMelExtractor, got NULL");
    CHECK_REFUSED(mojo_mel_extractor_compute(extractor, NULL, 16000, &mel), INVALID,
                  "samples must point to an array, got NULL");
    CHECK_REFUSED(mojo_mel_extractor_compute(extractor, NULL, 0, &mel), INVALID,
                  "samples must not be empty");
    CHECK_REFUSED(mojo_mel_extractor_compute(extractor, tone, 16000, NULL), INVALID,
                  "out_result must point to a place for the handle, got NULL");
    CHECK_STATUS(mojo_mel_extractor_compute(extractor, tone, SIZE_MAX, &mel), INVALID);
    CHECK_REFUSED(mojo_mel_extractor_compute_i16(NULL, tone_i16, 16000, &mel), INVALID,
                  "extractor must point to a MojoMelExtractor, got NULL");
    CHECK_STATUS(mojo_mel_extractor_compute_i16(extractor, NULL, 1, &mel), INVALID);
    CHECK_STATUS(mojo_mel_extractor_compute_i16(extractor, tone_i16, SIZE_MAX, &mel), INVALID);
    CHECK_STATUS(mojo_mel_extractor_compute_i16(extractor, tone_i16, 10, NULL), INVALID);
    CHECK(mel == NULL, "failures give NULL");

    float* out = memory(8001 * sizeof *out);
    size_t n_frames = 7;
    CHECK_REFUSED(mojo_mel_extractor_compute_into(extractor, tone, 16000, out, 7999, &n_frames), SIZE,
                  "buffer_size must be at least 8000, got 7999");
    CHECK(n_frames == 0, "0 on failure: %zu", n_frames);
    CHECK_STATUS(mojo_mel_extractor_compute_into(extractor, tone, 16000, out, 0, &n_frames), SIZE);
    CHECK_REFUSED(mojo_mel_extractor_compute_into(extractor, tone, 16000, NULL, 8000, &n_frames), INVALID,
                  "out_buffer must point to an array, got NULL");
    CHECK_STATUS(mojo_mel_extractor_compute_into(extractor, NULL, 16000, out, 8000, &n_frames), INVALID);
    CHECK_STATUS(mojo_mel_extractor_compute_into(NULL, tone, 16000, out, 8000, &n_frames), INVALID);
    CHECK_STATUS(mojo_mel_extractor_compute_into(extractor, tone, SIZE_MAX, out, 8000, &n_frames), INVALID);
    memset(out, 0, 8001 * sizeof *out);
    CHECK_REFUSED(mojo_mel_extractor_compute_into(extractor, out + 4, 400, out, 8001, &n_frames), INVALID,
                  "out_buffer must not overlap the samples");
    out[8000] = 77.0f;
    CHECK_OK(mojo_mel_extractor_compute_into(extractor, tone, 16000, out, SIZE_MAX, NULL));
    CHECK_OK(mojo_mel_extractor_compute_into(extractor, tone, 16000, out, 8001, &n_frames));
    CHECK(n_frames == 100 && out[8000] == 77.0f, "%zu frames", n_frames);

    // A 16-bit integer is divided by 32768.
    CHECK_OK(mojo_mel_extractor_compute_i16(extractor, tone_i16, 16000, &mel));
    CHECK(memcmp(mojo_mel_spectrogram_get_data_ptr(mel), out, 8000 * sizeof *out) == 0, "other bits");
    mojo_mel_spectrogram_free(mel);
    float* from_i16 = memory(8000 * sizeof *out);
    CHECK_OK(mojo_mel_extractor_compute_into_i16(extractor, tone_i16, 16000, from_i16, 8000, &n_frames));
    CHECK(n_frames == 100 && memcmp(from_i16, out, 8000 * sizeof *out) == 0, "other bits");
    CHECK_STATUS(mojo_mel_extractor_compute_into_i16(extractor, tone_i16, 16000, from_i16, 7999, NULL), SIZE);
    CHECK_STATUS(mojo_mel_extractor_compute_into_i16(extractor, NULL, 16000, from_i16, 8000, NULL), INVALID);
    free(from_i16);
    free(out);

    float bad[3] = {0.0f, 0.0f, 0.0f};
    bad[1] = bad[0] / bad[2];
    CHECK_STATUS(mojo_mel_extractor_compute(extractor, bad, 3, &mel), INVALID);
    CHECK(strncmp(mojo_audio_last_error(), "sample 1 must be finite and at most ", 36) == 0, "`%s`",
          mojo_audio_last_error());
    mojo_mel_extractor_free(extractor);
    mojo_mel_extractor_free(NULL);
}

static void batches(void) {
    MojoMelExtractor* extractor = extractor_of(preset("whisper"));
    float bad[200];
    memset(bad, 0xff, sizeof bad);
    const float* clips[4] = {tone, bad, tone + 100, tone};
    size_t lengths[4] = {16000, 200, 8000, 0};
    MojoMelSpectrogram* results[4];
    for (size_t n_threads = 0; n_threads < 9; n_threads += 4) {
        CHECK_STATUS(mojo_mel_extractor_compute_batch(extractor, clips, lengths, 4, n_threads, results), INVALID);
        CHECK(strncmp(mojo_audio_last_error(), "clip 1 (2 of 4 failed): sample 0 must be finite", 47) == 0,
              "`%s`", mojo_audio_last_error());
        CHECK(mojo_audio_last_error_code() == MOJO_AUDIO_CODE_SAMPLE && mojo_audio_last_error_index() == 0
                  && mojo_audio_last_error_clip() == 1, "clip %d", (int)mojo_audio_last_error_clip());
        CHECK(results[0] && !results[1] && results[2] && !results[3], "each clip stands for itself");
        CHECK(mojo_mel_spectrogram_get_size(results[2]) == 4000, "50 frames");
        for (int i = 0; i < 4; ++i) {
            mojo_mel_spectrogram_free(results[i]);
        }
    }
    const int16_t* clips_i16[2] = {tone_i16, tone_i16 + 100};
    CHECK_OK(mojo_mel_extractor_compute_batch_i16(extractor, clips_i16, lengths, 1, 1, results));
    CHECK(mojo_mel_spectrogram_get_size(results[0]) == 8000, "100 frames");
    mojo_mel_spectrogram_free(results[0]);

    CHECK_OK(mojo_mel_extractor_compute_batch(extractor, NULL, NULL, 0, 1, NULL));
    CHECK_STATUS(mojo_mel_extractor_compute_batch(extractor, clips, lengths, SIZE_MAX, 1, results), INVALID);
    CHECK_REFUSED(mojo_mel_extractor_compute_batch(extractor, clips, lengths, 4, 1, NULL), INVALID,
                  "out_results must point to an array, got NULL");
    CHECK_REFUSED(mojo_mel_extractor_compute_batch(extractor, NULL, lengths, 4, 1, results), INVALID,
                  "clips must point to an array, got NULL");
    CHECK(!results[0] && !results[3], "refused: all are NULL");
    CHECK_REFUSED(mojo_mel_extractor_compute_batch(extractor, clips, NULL, 4, 1, results), INVALID,
                  "lengths must point to an array, got NULL");
    CHECK_REFUSED(mojo_mel_extractor_compute_batch(NULL, clips, lengths, 4, 1, results), INVALID,
                  "extractor must point to a MojoMelExtractor, got NULL");
    CHECK_STATUS(mojo_mel_extractor_compute_batch_i16(extractor, NULL, lengths, 4, 1, results), INVALID);
    clips[1] = NULL;
    for (size_t n_threads = 0; n_threads < 4; ++n_threads) {
        CHECK_STATUS(mojo_mel_extractor_compute_batch(extractor, clips, lengths, 4, n_threads, results), INVALID);
        CHECK(strcmp(mojo_audio_last_error(), "clip 1 (2 of 4 failed): samples must point to an array, got NULL") == 0,
              "`%s`", mojo_audio_last_error());
        CHECK(mojo_audio_last_error_code() == MOJO_AUDIO_CODE_ARGUMENT && mojo_audio_last_error_clip() == 1, "clip 1");
        CHECK(results[0] && !results[1] && results[2] && !results[3], "NULL is one bad clip");
        for (size_t i = 0; i < 4; ++i) {
            mojo_mel_spectrogram_free(results[i]);
        }
    }
    mojo_mel_extractor_free(extractor);
}

#define CHECK_ERROR(call, kind, its_name, its_field, its_index)                                    \
    do {                                                                                           \
        CHECK((call) != MOJO_AUDIO_SUCCESS, "not refused");                                        \
        CHECK(mojo_audio_last_error_code() == kind, "%d", mojo_audio_last_error_code());           \
        CHECK(strcmp(mojo_audio_last_error_name(), its_name) == 0, "%s", mojo_audio_last_error_name());    \
        CHECK(strcmp(mojo_audio_last_error_field(), its_field) == 0, "%s", mojo_audio_last_error_field()); \
        CHECK(mojo_audio_last_error_index() == its_index, "%d", (int)mojo_audio_last_error_index()); \
        CHECK(mojo_audio_last_error_clip() == -1, "%d", (int)mojo_audio_last_error_clip());        \
    } while (0)

// The kind, the field and the place of each error that a call can have; only MOJO_AUDIO_CODE_INTERNAL needs a bug.
static void kinds_of_errors(void) {
    MojoMelOptions options = preset("kaldi-fbank");
    MojoMelExtractor* extractor = extractor_of(options);
    MojoMelExtractor* none = NULL;
    MojoMelSpectrogram* mel = NULL;
    float bad[3] = {0.0f, 0.0f, 0.0f}, small[1];
    memset(&bad[2], 0xff, sizeof bad[2]);

    CHECK_ERROR(mojo_mel_options_set(&options, "window", "hanning"), MOJO_AUDIO_CODE_CONFIG, "config", "window", -1);
    CHECK(strstr(mojo_audio_last_error(), "; did you mean hann?"), "%s", mojo_audio_last_error());
    options.log = 77;
    CHECK_ERROR(mojo_mel_extractor_new(&options, &none), MOJO_AUDIO_CODE_CONFIG, "config", "log", -1);
    CHECK_ERROR(mojo_mel_options_init(&options, sizeof options, "wisper"), MOJO_AUDIO_CODE_UNKNOWN_NAME,
                "unknown_name", "preset", -1);
    options = preset("whisper");
    CHECK_ERROR(mojo_mel_options_set(&options, "mels", "1"), MOJO_AUDIO_CODE_UNKNOWN_NAME, "unknown_name", "option", -1);
    CHECK_ERROR(mojo_mel_extractor_compute(extractor, tone, 0, &mel), MOJO_AUDIO_CODE_EMPTY_INPUT, "empty_input", "", -1);
    CHECK_ERROR(mojo_mel_extractor_compute(extractor, bad, 3, &mel), MOJO_AUDIO_CODE_SAMPLE, "sample", "", 2);
    CHECK_ERROR(mojo_mel_extractor_compute_into(extractor, tone, 16000, small, 1, NULL), MOJO_AUDIO_CODE_BUFFER_SIZE,
                "buffer_size", "buffer_size", -1);
    CHECK_ERROR(mojo_mel_extractor_new_with_tables(&options, tone, 7, NULL, 0, &none), MOJO_AUDIO_CODE_BUFFER_SIZE,
                "buffer_size", "window", -1);
    CHECK_ERROR(mojo_mel_extractor_compute(NULL, tone, 9, &mel), MOJO_AUDIO_CODE_ARGUMENT, "argument", "extractor", -1);
    CHECK_ERROR(mojo_mel_options_init(&options, 7, "whisper"), MOJO_AUDIO_CODE_ARGUMENT, "argument", "size", -1);
    CHECK_ERROR(mojo_mel_extractor_compute_into(extractor, tone, 16000, tone, 16000, NULL), MOJO_AUDIO_CODE_ARGUMENT,
                "argument", "out_buffer", -1);

    MojoMelStream* stream = NULL;
    CHECK_OK(mojo_mel_stream_new(extractor, &stream));
    CHECK_OK(mojo_mel_stream_push(stream, tone, 1000));
    CHECK_ERROR(mojo_mel_stream_push(stream, bad, 3), MOJO_AUDIO_CODE_SAMPLE, "sample", "", 1002);
    CHECK_OK(mojo_mel_stream_finish(stream));
    CHECK_ERROR(mojo_mel_stream_push(stream, tone, 1), MOJO_AUDIO_CODE_FINISHED, "finished", "", -1);
    mojo_mel_stream_free(stream);
    mojo_mel_extractor_free(extractor);

    options = preset("whisper");
    options.pad_to = UINT64_C(1) << 48;
    extractor = extractor_of(options);
    CHECK_ERROR(mojo_mel_extractor_compute(extractor, tone, 9, &mel), MOJO_AUDIO_CODE_ALLOCATION, "allocation", "", -1);
    mojo_mel_extractor_free(extractor);
}

static void tables(void) {
    MojoMelOptions options = preset("whisper");
    options.n_mels = 2;
    float* ones = memory(402 * sizeof *ones);
    for (int i = 0; i < 402; ++i) {
        ones[i] = 1.0f;
    }
    MojoMelExtractor* extractor = NULL;
    CHECK_OK(mojo_mel_extractor_new_with_tables(&options, ones, 400, ones, 402, &extractor));
    MojoMelSpectrogram* mel = NULL;
    CHECK_OK(mojo_mel_extractor_compute(extractor, tone, 16000, &mel));
    const float* values = mojo_mel_spectrogram_get_data_ptr(mel);
    CHECK(mel && memcmp(values, values + 100, 100 * sizeof *values) == 0, "equal filters, equal rows");
    mojo_mel_spectrogram_free(mel);
    mojo_mel_extractor_free(extractor);

    // Ones as the window are the rectangular window.
    MojoMelOptions rectangular = options;
    rectangular.window = MOJO_MEL_WINDOW_RECTANGULAR;
    MojoMelExtractor *own = NULL, *named = extractor_of(rectangular);
    CHECK_OK(mojo_mel_extractor_new_with_tables(&options, ones, 400, NULL, 0, &own));
    MojoMelSpectrogram *a = NULL, *b = NULL;
    CHECK_OK(mojo_mel_extractor_compute(own, tone, 16000, &a));
    CHECK_OK(mojo_mel_extractor_compute(named, tone, 16000, &b));
    CHECK(a && b && memcmp(mojo_mel_spectrogram_get_data_ptr(a), mojo_mel_spectrogram_get_data_ptr(b),
                           200 * sizeof(float)) == 0, "the same window");
    mojo_mel_spectrogram_free(a);
    mojo_mel_spectrogram_free(b);
    mojo_mel_extractor_free(own);
    mojo_mel_extractor_free(named);

    CHECK_STATUS(mojo_mel_extractor_new_with_tables(&options, ones, 399, NULL, 0, &extractor), SIZE);
    CHECK(extractor == NULL, "a failure gives NULL");
    CHECK_STATUS(mojo_mel_extractor_new_with_tables(&options, NULL, 0, ones, 401, &extractor), SIZE);
    CHECK_STATUS(mojo_mel_extractor_new_with_tables(&options, NULL, 400, NULL, 0, &extractor), INVALID);
    CHECK_STATUS(mojo_mel_extractor_new_with_tables(&options, ones, SIZE_MAX, NULL, 0, &extractor), INVALID);
    memset(ones, 0xff, sizeof *ones);
    CHECK_STATUS(mojo_mel_extractor_new_with_tables(&options, ones, 400, NULL, 0, &extractor), INVALID);
    CHECK_STATUS(mojo_mel_extractor_new_with_tables(&options, NULL, 0, ones, 402, &extractor), INVALID);
    CHECK_STATUS(mojo_mel_extractor_new_with_tables(NULL, NULL, 0, NULL, 0, &extractor), INVALID);
    CHECK_STATUS(mojo_mel_extractor_new_with_tables(&options, NULL, 0, NULL, 0, NULL), INVALID);
    free(ones);
}

// A mean and a factor for each row: the bits of the plain result, changed by hand, in a stream too.
static void rows(void) {
    MojoMelOptions options = preset("kaldi-fbank");
    options.n_mels = 3;
    options.stack = 2;
    const float mean[6] = {1.5f, -2.0f, 0.0f, 100.0f, 0.25f, 3.0f};
    const float scale[6] = {0.5f, -1.0f, 3.0f, 1e-3f, 0.0f, 7.25f};
    MojoMelExtractor *plain = extractor_of(options), *own = NULL;
    MojoMelSpectrogram *x = NULL, *y = NULL;
    CHECK_OK(mojo_mel_extractor_compute(plain, tone, 16000, &x));
    const float* from = mojo_mel_spectrogram_get_data_ptr(x);
    const size_t n = mojo_mel_extractor_frame_count(plain, 16000);
    for (int which = 0; which < 3; ++which) {
        const float *m = which < 2 ? mean : NULL, *s = which > 0 ? scale : NULL;
        CHECK_OK(mojo_mel_extractor_new_with_rows(&options, NULL, 0, NULL, 0, m, m ? 6 : 0, s, s ? 6 : 0, &own));
        CHECK_OK(mojo_mel_extractor_compute(own, tone, 16000, &y));
        const float* to = mojo_mel_spectrogram_get_data_ptr(y);
        for (size_t i = 0; i < 6 * n; ++i) {
            const float difference = from[i] - (m ? m[i / n] : 0.0f);
            CHECK(to[i] == difference * (s ? s[i / n] : 1.0f), "%d: row %zu, %g", which, i / n, to[i]);
        }
        MojoMelStream* stream = NULL;
        CHECK_OK(mojo_mel_stream_new(own, &stream));
        static float live[6 * 100];
        size_t n_live = 0;
        for (size_t at = 0; at < 16000; at += 1000) {
            CHECK_OK(mojo_mel_stream_push(stream, tone + at, 1000));
        }
        CHECK_OK(mojo_mel_stream_finish(stream));
        const size_t n_available = mojo_mel_stream_available(stream);
        CHECK(n_available == n, "%zu", n_available);
        CHECK_OK(mojo_mel_stream_read(stream, live, sizeof live / sizeof *live, &n_live));
        CHECK(n_live == n && memcmp(live, to, 6 * n * sizeof *to) == 0, "a stream has the same bits");
        mojo_mel_stream_free(stream);
        mojo_mel_spectrogram_free(y);
        mojo_mel_extractor_free(own);
    }
    mojo_mel_spectrogram_free(x);
    mojo_mel_extractor_free(plain);

    CHECK_REFUSED(mojo_mel_extractor_new_with_rows(&options, NULL, 0, NULL, 0, mean, 3, NULL, 0, &own), SIZE,
                  "row_mean must have 6 values, got 3");
    CHECK(strcmp(mojo_audio_last_error_field(), "row_mean") == 0, "%s", mojo_audio_last_error_field());
    CHECK(own == NULL, "a failure gives NULL");
    CHECK_STATUS(mojo_mel_extractor_new_with_rows(&options, NULL, 0, NULL, 0, NULL, 0, scale, 7, &own), SIZE);
    CHECK(strcmp(mojo_audio_last_error_field(), "row_scale") == 0, "%s", mojo_audio_last_error_field());
    CHECK_STATUS(mojo_mel_extractor_new_with_rows(&options, NULL, 0, NULL, 0, NULL, 6, scale, 6, &own), INVALID);
    float large[6] = {0};
    large[4] = -2e18f;
    CHECK_REFUSED(mojo_mel_extractor_new_with_rows(&options, NULL, 0, NULL, 0, NULL, 0, large, 6, &own), INVALID,
                  "row_scale must be at most 1e18 in magnitude, got -2e18 at 4");
    memset(large + 2, 0xff, sizeof *large);
    CHECK_REFUSED(mojo_mel_extractor_new_with_rows(&options, NULL, 0, NULL, 0, large, 6, NULL, 0, &own), INVALID,
                  "row_mean must be finite numbers, got NaN at 2");
}

// The filters of the options, and the caller's own as they were passed.
static void filterbanks(void) {
    MojoMelOptions options = preset("whisper");
    options.n_mels = 2;
    options.n_fft = 8;
    options.sample_rate = 8000;
    options.mel_scale = MOJO_MEL_SCALE_HTK;
    options.mel_norm = MOJO_MEL_NORM_NONE;
    MojoMelExtractor* extractor = extractor_of(options);
    float weights[11];
    for (int i = 0; i < 11; ++i) {
        weights[i] = 77.0f;
    }
    CHECK_OK(mojo_mel_extractor_filterbank(extractor, weights, 11));
    CHECK(weights[10] == 77.0f, "no value more than there are weights");
    // Corners at thirds of 2146.06 mel, the mels of 4 kHz: 0, 620.9, 1792.3 and 4000 Hz.
    const double corners[4] = {0.0, 620.885, 1792.31, 4000.0};
    for (int band = 0; band < 2; ++band) {
        for (int bin = 0; bin < 5; ++bin) {
            const double hz = 1000.0 * bin, *c = corners + band;
            const double up = (hz - c[0]) / (c[1] - c[0]), down = (c[2] - hz) / (c[2] - c[1]);
            const double lower = up < down ? up : down, wanted = lower > 0.0 ? lower : 0.0;
            const double error = weights[5 * band + bin] - wanted;
            CHECK(error < 1e-3 && error > -1e-3, "band %d, bin %d: %g, not %g", band, bin, weights[5 * band + bin], wanted);
        }
    }
    CHECK_STATUS(mojo_mel_extractor_filterbank(extractor, weights, 9), SIZE);
    CHECK_STATUS(mojo_mel_extractor_filterbank(extractor, NULL, 10), INVALID);
    CHECK_STATUS(mojo_mel_extractor_filterbank(NULL, weights, 10), INVALID);
    mojo_mel_extractor_free(extractor);

    const float own[10] = {0.0f, 1.5f, -2.0f, 0.0f, 1e-30f, 7.0f, 0.0f, 0.0f, 0.25f, 3.0f};
    CHECK_OK(mojo_mel_extractor_new_with_tables(&options, NULL, 0, own, 10, &extractor));
    CHECK_OK(mojo_mel_extractor_filterbank(extractor, weights, 10));
    CHECK(memcmp(weights, own, sizeof own) == 0, "the caller's own filters");
    mojo_mel_extractor_free(extractor);
}

static void valid_frames(void) {
    MojoMelOptions options = preset("whisper");
    options.pad_to = 480000;
    MojoMelExtractor *whisper = extractor_of(options), *parakeet = extractor_of(preset("parakeet"));
    CHECK(mojo_mel_extractor_valid_frames(whisper, 16001) == 101, "a frame is valid if its middle is in the signal");
    CHECK(mojo_mel_extractor_frame_count(whisper, 16001) == 3000, "the others are padding");
    CHECK(mojo_mel_extractor_valid_frames(whisper, 0) == 0, "no samples");
    CHECK(mojo_mel_extractor_valid_frames(parakeet, 16000) == 100, "whole hops");
    CHECK(mojo_mel_extractor_frame_count(parakeet, 16000) == 101, "the last is masked");
    CHECK(mojo_mel_extractor_valid_frames(NULL, 16000) == 0, "of NULL");
    mojo_mel_extractor_free(whisper);
    mojo_mel_extractor_free(parakeet);
}

static void streams(void) {
    MojoMelExtractor* whisper = extractor_of(preset("whisper"));
    MojoMelStream* stream = NULL;
    CHECK_STATUS(mojo_mel_stream_new(whisper, &stream), INVALID);
    CHECK(strncmp(mojo_audio_last_error(), "reference must be fixed ", 24) == 0,
          "`%s`", mojo_audio_last_error());
    CHECK_STATUS(mojo_mel_stream_new(NULL, &stream), INVALID);
    CHECK_STATUS(mojo_mel_stream_new(whisper, NULL), INVALID);
    CHECK(stream == NULL, "failures give NULL");
    mojo_mel_extractor_free(whisper);

    MojoMelOptions options = preset("whisper");
    options.reference = MOJO_MEL_REFERENCE_FIXED;
    options.reference_value = 1.5;
    MojoMelExtractor* extractor = extractor_of(options);
    CHECK_OK(mojo_mel_stream_new(extractor, &stream));
    mojo_mel_extractor_free(extractor);

    float out[80 * 100];
    size_t k = 7;
    CHECK(mojo_mel_stream_n_mels(stream) == 80 && mojo_mel_stream_n_mels(NULL) == 0, "bands");
    CHECK(mojo_mel_stream_available(stream) == 0 && mojo_mel_stream_available(NULL) == 0, "none yet");
    CHECK_OK(mojo_mel_stream_read(stream, out, 0, &k));
    CHECK(k == 0, "%zu", k);
    CHECK_REFUSED(mojo_mel_stream_finish(stream), INVALID,
                  "samples must not be empty");
    CHECK_REFUSED(mojo_mel_stream_push(NULL, tone, 100), INVALID, "stream must point to a MojoMelStream, got NULL");
    CHECK_REFUSED(mojo_mel_stream_push(stream, NULL, 100), INVALID, "samples must point to an array, got NULL");
    CHECK_STATUS(mojo_mel_stream_push(stream, tone, SIZE_MAX), INVALID);
    CHECK_STATUS(mojo_mel_stream_push_i16(NULL, tone_i16, 100), INVALID);
    CHECK_STATUS(mojo_mel_stream_push_i16(stream, NULL, 100), INVALID);
    CHECK_OK(mojo_mel_stream_push(stream, NULL, 0));
    CHECK_OK(mojo_mel_stream_push(stream, tone, 0));

    CHECK_OK(mojo_mel_stream_push(stream, tone, 1000));
    size_t available = mojo_mel_stream_available(stream);
    CHECK(available == 6, "%zu", available);
    float bad[2] = {0.0f, 0.0f};
    memset(&bad[1], 0xff, sizeof bad[1]);
    CHECK_STATUS(mojo_mel_stream_push(stream, bad, 2), INVALID);
    CHECK(strncmp(mojo_audio_last_error(), "sample 1001 must be finite", 26) == 0, "`%s`", mojo_audio_last_error());
    CHECK(mojo_mel_stream_available(stream) == available, "a failure takes nothing");
    CHECK_REFUSED(mojo_mel_stream_read(stream, out, 79, &k), SIZE,
                  "buffer_size must be at least 80, got 79");
    CHECK_STATUS(mojo_mel_stream_read(stream, NULL, 8000, &k), INVALID);
    CHECK_STATUS(mojo_mel_stream_read(stream, out, 8000, NULL), INVALID);
    CHECK_STATUS(mojo_mel_stream_read(NULL, out, 8000, &k), INVALID);
    CHECK(mojo_mel_stream_available(stream) == available, "failures move nothing");
    CHECK_OK(mojo_mel_stream_read(stream, out, 239, &k));
    CHECK(k == 2 && mojo_mel_stream_available(stream) == 4, "%zu", k);
    CHECK_OK(mojo_mel_stream_read(stream, out, SIZE_MAX, &k));
    CHECK(k == 4 && mojo_mel_stream_available(stream) == 0, "%zu", k);

    CHECK_OK(mojo_mel_stream_finish(stream));
    CHECK(mojo_mel_stream_available(stream) == 0, "Whisper drops its last frame");
    CHECK_REFUSED(mojo_mel_stream_finish(stream), INVALID,
                  "the stream is finished; reset it before it takes more samples");
    CHECK_STATUS(mojo_mel_stream_push(stream, tone, 1), INVALID);
    mojo_mel_stream_reset(stream);
    CHECK_OK(mojo_mel_stream_push_i16(stream, tone_i16, 5000));
    CHECK(mojo_mel_stream_available(stream) == 31, "%zu", mojo_mel_stream_available(stream));
    mojo_mel_stream_reset(stream);
    CHECK(mojo_mel_stream_available(stream) == 0, "reset drops what was not read");
    CHECK_OK(mojo_mel_stream_push(stream, tone, 1));
    mojo_mel_stream_reset(NULL);
    CHECK_STATUS(mojo_mel_stream_finish(NULL), INVALID);
    mojo_mel_stream_free(stream);
    mojo_mel_stream_free(NULL);
}

// The spectrogram of an input that is too short for a frame has no frames.
static void no_frames(void) {
    MojoMelExtractor* extractor = extractor_of(preset("kaldi-fbank"));
    MojoMelSpectrogram* mel = NULL;
    size_t n_mels = 0, n_frames = 7;
    CHECK(mojo_mel_extractor_frame_count(extractor, 100) == 0, "none");
    CHECK_OK(mojo_mel_extractor_compute(extractor, tone, 100, &mel));
    mojo_mel_spectrogram_get_shape(mel, &n_mels, &n_frames);
    CHECK(n_mels == 80 && n_frames == 0 && mojo_mel_spectrogram_get_size(mel) == 0, "(%zu, %zu)", n_mels, n_frames);
    float none;
    CHECK_OK(mojo_mel_spectrogram_get_data(mel, &none, 0));
    CHECK_OK(mojo_mel_extractor_compute_into(extractor, tone, 100, &none, 0, &n_frames));
    mojo_mel_spectrogram_free(mel);
    mojo_mel_extractor_free(extractor);
}

int main(void) {
    fill_tone();
    RUN(last_errors);
    RUN(versions);
    RUN(statuses);
    RUN(configs);
    RUN(one_shot);
    RUN(one_shot_equals_extractor);
    RUN(options_init);
    RUN(options_read);
    RUN(options_of_other_versions);
    RUN(options_from_json);
    RUN(row_statistics);
    RUN(options_set);
    RUN(errors_of_languages);
    RUN(extractors);
    RUN(batches);
    RUN(kinds_of_errors);
    RUN(tables);
    RUN(rows);
    RUN(filterbanks);
    RUN(valid_frames);
    RUN(streams);
    RUN(no_frames);
    return report();
}
