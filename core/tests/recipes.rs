//! The configuration files of models: those that transformers' classes save, published ones, and wrong ones.

#![cfg(feature = "recipes")]

mod support;

use mojo_audio_core::{Error, MelConfig};
use serde_json::{Value, json};
use support::corpus::{Corpus, path, text};

fn read(settings: &Value) -> Result<MelConfig, Error> {
    MelConfig::from_preprocessor_config(&settings.to_string())
}

/// The recipes of conformance/recipes.json.
fn recipes() -> Vec<Value> {
    let file = std::fs::read_to_string(path("recipes.json")).unwrap();
    let document: Value = serde_json::from_str(&file).unwrap();
    document["recipes"].as_array().unwrap().clone()
}

/// A preset with the options of a recipe.
fn expected(recipe: &Value) -> MelConfig {
    let mut config = MelConfig::preset(text(&recipe["preset"])).unwrap();
    for (option, value) in recipe["options"].as_object().unwrap() {
        config.set(option, text(value)).unwrap();
    }
    config
}

#[test]
fn saved_settings_are_read() {
    for recipe in recipes() {
        let settings = &recipe["settings"];
        assert_eq!(read(settings).unwrap(), expected(&recipe), "{settings}");
        for group in ["feature_extractor", "audio_processor"] {
            let whole =
                json!({ group: settings, "processor_class": "AnyProcessor", "sampling_rate": 1 });
            assert_eq!(read(&whole).unwrap(), expected(&recipe), "{whole}");
        }
    }
}

/// What the class itself computed, loaded from these settings, is compared in the conformance cases.
#[test]
fn cases_compare_what_is_read_with_the_class() {
    let corpus = Corpus::read();
    let mut n_cases = 0;
    for recipe in recipes() {
        for name in recipe["cases"].as_array().unwrap() {
            let case = corpus.cases.iter().find(|case| case.name == text(name)).unwrap();
            assert_eq!(case.config().unwrap(), read(&recipe["settings"]).unwrap(), "{name}");
            n_cases += 1;
        }
    }
    assert!(n_cases >= 3, "{n_cases} cases");
}

/// A class whose file has nothing but its name is that with its defaults.
#[test]
fn missing_settings_are_the_defaults_of_the_class() {
    let mut seen = Vec::new();
    for recipe in recipes() {
        let class = recipe["class"].clone();
        if !seen.contains(&class) {
            let bare = read(&json!({ "feature_extractor_type": &class })).unwrap();
            assert_eq!(bare, expected(&recipe), "{class}");
            seen.push(class);
        }
    }
    assert_eq!(seen.len(), 25, "{seen:?}");
}

#[test]
fn the_first_file_with_settings_counts() {
    let whisper = json!({ "feature_extractor_type": "WhisperFeatureExtractor" }).to_string();
    let ast = json!({ "feature_extractor_type": "ASTFeatureExtractor" }).to_string();
    let nested = format!("{{\"feature_extractor\": {ast}}}");
    let without = json!({ "processor_class": "WhisperProcessor" }).to_string();
    let read = |texts: &[&str]| {
        let files: Vec<_> = ["first", "second"].into_iter().zip(texts).collect();
        MelConfig::from_model_files(&files)
    };
    let n_mels = |texts: &[&str]| read(texts).map(|config| config.n_mels);
    assert_eq!(n_mels(&[&without, &whisper]), Ok(80));
    assert_eq!(n_mels(&[&nested, &whisper]), Ok(128));
    assert_eq!(n_mels(&[&nested]), Ok(128));
    for texts in [&[][..], &[without.as_str()], &["{", &whisper], &[&without, &without]] {
        assert!(matches!(n_mels(texts), Err(Error::Config { .. })), "{texts:?}");
    }
    // It has no settings of features, and then the other file is none of settings.
    for (texts, file) in [(["{", &whisper], "first"), ([&without, "--a=1\nb"], "second")] {
        let error = read(&texts).unwrap_err();
        assert_eq!(error.field(), Some(file), "{error}");
        assert!(error.to_string().starts_with(&format!("{file} must be a ")), "{error}");
    }
}

/// The settings of images and tokenizers in the file of Qwen2.5-Omni, as published.
#[test]
fn settings_of_other_inputs_are_ignored() {
    let settings = json!({
        "chunk_length": 300, "dither": 0.0, "feature_extractor_type": "WhisperFeatureExtractor",
        "feature_size": 128, "hop_length": 160, "image_mean": [0.48, 0.46, 0.41],
        "image_processor_type": "Qwen2VLImageProcessor", "image_std": [0.27, 0.26, 0.28],
        "max_pixels": 12845056, "merge_size": 2, "min_pixels": 3136, "n_fft": 400, "n_samples": 4800000,
        "nb_max_frames": 30000, "padding_side": "right", "padding_value": 0.0, "patch_size": 14,
        "processor_class": "Qwen2_5OmniProcessor", "return_attention_mask": true,
        "sampling_rate": 16000, "temporal_patch_size": 2
    });
    let config = read(&settings).unwrap();
    assert_eq!((config.n_mels, config.pad_to), (128, Some(4_800_000)));
}

/// `round(sampling_rate * frame_length_ms / 1000.0)`: 54.5 samples are 54, but 50 · 1.09 is a little more.
#[test]
fn times_are_rounded_as_the_class_does() {
    let settings = json!({
        "feature_extractor_type": "Gemma3nAudioFeatureExtractor", "sampling_rate": 1090,
        "frame_length_ms": 50.0, "hop_length_ms": 25.0, "max_frequency": 500.0
    });
    let config = read(&settings).unwrap();
    assert_eq!((config.win_length, config.hop_length, config.n_fft), (Some(54), 27, 128));
}

/// Whisper's class truncates by default; both arguments of its call can be in the file.
#[test]
fn truncation_is_honoured() {
    let settings = |truncation: Value| json!({ "feature_extractor_type": "WhisperFeatureExtractor", "truncation": truncation });
    assert_eq!(read(&settings(json!(true))).unwrap().max_length, Some(480_000));
    let whole = read(&settings(json!(false))).unwrap();
    assert_eq!((whole.max_length, whole.pad_to), (None, Some(480_000)));
    let config = read(&settings(Value::Null)).unwrap();
    let extractor = mojo_audio_core::MelExtractor::new(&config).unwrap();
    assert_eq!(extractor.frame_count(35 * 16_000), 3_000);
}

/// Class, setting, value, and a part of what the error says is possible.
const REJECTED: &[(&str, &str, &str, &str)] = &[
    ("Whisper", "n_samples", "16000", "480000"),
    ("Whisper", "padding_value", "1.0", "0"),
    ("Whisper", "padding_side", "\"left\"", "\"right\""),
    ("Whisper", "truncation", "1", "true or false"),
    ("Whisper", "max_length", "16000", "480000"),
    ("Whisper", "feature_size", "\"80\"", "an integer"),
    ("Whisper", "feature_size", "80.5", "an integer"),
    ("Whisper", "feature_size", "true", "an integer"),
    ("Whisper", "feature_size", "null", "an integer"),
    ("Whisper", "feature_size", "-1", "an integer"),
    ("Whisper", "feature_size", "0", "from 1 to 4096"),
    ("Whisper", "feature_size", "5000000000", "an integer from 1 to 4096"),
    ("Whisper", "hop_length", "0", "at least 1"),
    ("Whisper", "sampling_rate", "0", "at least 1"),
    ("Whisper", "sampling_rate", "8000", "at least 16000"),
    ("Whisper", "chunk_length", "18446744073709551615", "fewer seconds"),
    ("Whisper", "chunk_length", "1000000000000", "such that pad_to"),
    ("Whisper", "dither", "-1", "at least 0"),
    ("Qwen3ASR", "n_window", "7", "half a divisor"),
    ("Qwen3ASR", "n_window", "18446744073709551615", "half a divisor"),
    ("Qwen3ASR", "min_length", "500000", "at most"),
    ("VoxtralRealtime", "global_log_mel_max", "\"1.5\"", "a number"),
    ("Parakeet", "preemphasis", "1.5", "such that preemphasis, 1.5, is from 0 to 1"),
    ("Parakeet", "preemphasis", "\"none\"", "a number"),
    ("Parakeet", "n_fft", "513", "even"),
    ("Parakeet", "win_length", "600", "from 1 to n_fft"),
    ("NemotronAsrStreaming", "mel_filters_dtype", "\"bfloat16\"", "\"float32\""),
    ("SeamlessM4T", "stride", "0", "at least 1"),
    ("SeamlessM4T", "stride", "3", "1 or 2"),
    ("SeamlessM4T", "padding_value", "null", "a number"),
    ("NeuCodec", "hop_length", "0", "at least 1"),
    ("Xcodec2", "hop_length", "321", "an even number"),
    ("FunAsrNano", "window", "\"hann\"", "\"hanning\""),
    ("FunAsrNano", "num_frames_lfr", "0", "from 1 to 256"),
    ("FunAsrNano", "stride_lfr", "0", "at least 1"),
    ("FunAsrNano", "frame_shift", "0", "at least 1"),
    ("GraniteSpeech", "melspec_kwargs", "{\"n_mels\":64}", "in agreement with the other settings"),
    ("GraniteSpeech", "melspec_kwargs", "{\"power\":1}", "in agreement with the other settings"),
    ("GraniteSpeech5", "delta_win_length", "4", "an odd number"),
    ("GraniteSpeech5", "logmel_floor_db", "-8.0", "such that top_db"),
    ("GraniteSpeech5", "num_mel_bins", "0", "from 1 to 4096"),
    ("Gemma3nAudio", "per_bin_mean", "[[[1.0]]]", "row_mean"),
    ("Gemma3nAudio", "per_bin_stddev", "[[[1.0]]]", "row_scale"),
    ("Gemma3nAudio", "preemphasis_htk_flavor", "false", "true"),
    ("Gemma3nAudio", "frame_length", "400", "512, to agree"),
    ("Gemma3nAudio", "frame_length_ms", "0", "1 to 65536 samples"),
    ("Gemma3nAudio", "fft_length", "512", "1024, to agree"),
    ("Gemma4Audio", "hop_length_ms", "\"10\"", "a number"),
    ("Gemma4Audio", "max_frequency", "9000", "at most half the sample rate"),
    ("Inkling", "n_fft", "1700", "a multiple of hop_length, 800"),
    ("Inkling", "window_size_multiplier", "1e9", "1 to 65536 samples"),
    ("Inkling", "window_size_multiplier", "1.00003", "a whole number of samples"),
    ("Inkling", "audio_token_duration_s", "0.0333", "a whole number of samples"),
    ("SeamlessM4T", "sampling_rate", "8000", "16000"),
    ("Speech2Text", "normalize_means", "false", "false where normalize_means is false"),
    ("AST", "sampling_rate", "22050", "16000"),
    ("AST", "std", "0.0", "more than 0"),
    ("AST", "std", "5e-324", "such that scale"),
    ("AST", "do_normalize", "\"no\"", "true or false"),
    ("AST", "max_length", "0", "at least 1"),
    ("Lasr", "sampling_rate", "8000", "at least 15000"),
    ("Phi4Multimodal", "mel_max_frequency", "9000", "at most half the sample rate"),
    ("SpeechT5", "win_function", "\"povey_window\"", "\"hann_window\" or"),
    ("SpeechT5", "win_length", "100000000000000000000", "an integer"),
    ("SpeechT5", "win_length", "100000", "such that n_fft"),
    ("SpeechT5", "hop_length", "0.5", "an integer"),
    ("SpeechT5", "reduction_factor", "3", "2 or 1"),
    ("Clap", "padding", "\"repeat\"", "\"repeatpad\" or \"pad\""),
    ("Clap", "truncation", "[]", "\"fusion\" or \"rand_trunc\""),
    ("Clap", "nb_frequency_bins", "400", "513"),
    ("Clvp", "mel_norms", "[1.0, 2.0]", "null (pass 1 / mel_norms as row_scale to the extractor)"),
    ("UnivNet", "win_length", "800", "equal to filter_length"),
    ("UnivNet", "center", "true", "false"),
    ("UnivNet", "fmax", "13000", "such that f_max"),
    ("UnivNet", "compression_factor", "2", "1"),
];

#[test]
fn what_cannot_be_honoured_is_rejected_by_name() {
    for &(class, setting, value, possible) in REJECTED {
        let class = format!("{class}FeatureExtractor");
        let value: Value = serde_json::from_str(value).unwrap();
        let mut settings = json!({ "feature_extractor_type": class });
        settings[setting] = value.clone();
        let error = read(&settings).expect_err(&settings.to_string());
        let Error::Config { field, value: shown, expected } = &error else { panic!("{error:?}") };
        // The second of two settings that contradict each other.
        let named = if setting == "normalize_means" { "normalize_vars" } else { setting };
        assert_eq!(field, named, "{error}");
        if named == setting {
            assert_eq!(shown, &value.to_string(), "{error}");
        }
        assert!(expected.to_string().contains(possible), "{error}");
    }
}

#[test]
fn classes_are_rejected_by_name() {
    for (class, possible) in [
        (json!("MusicgenMelodyFeatureExtractor"), "chroma"),
        (json!("Pop2PianoFeatureExtractor"), "beats"),
        (json!("Wav2Vec2FeatureExtractor"), "raw samples"),
        (json!("OmniASRFeatureExtractor"), "raw samples"),
        (json!("WavTokenizerFeatureExtractor"), "raw samples"),
        (json!("NoFeatureExtractor"), "WhisperFeatureExtractor"),
        (json!([]), "WhisperFeatureExtractor"),
        (Value::Null, "WhisperFeatureExtractor"),
    ] {
        let error = read(&json!({ "feature_extractor_type": class })).unwrap_err();
        let Error::Config { field, value, expected } = &error else { panic!("{error:?}") };
        assert_eq!(field, "feature_extractor_type");
        assert_eq!(value.trim_matches('"'), class.to_string().trim_matches('"'));
        assert!(expected.to_string().contains(possible), "{error}");
    }
}

#[test]
fn unknown_names_find_the_closest() {
    let unknown = |settings: &Value| read(settings).expect_err("unknown");
    let error =
        unknown(&json!({ "feature_extractor_type": "WhisperFeatureExtractor", "hop_lenght": 320 }));
    assert_eq!(error.to_string(), r#"unknown setting "hop_lenght"; did you mean "hop_length"?"#);
    assert_eq!((error.code(), error.field()), ("unknown_name", Some("setting")));
    assert!(error.known_names().any(|name| name == "chunk_length"));
    let error =
        unknown(&json!({ "feature_extractor_type": "SpeechT5FeatureExtractor", "mel_scale": "htk" }));
    let text = error.to_string();
    assert!(text.starts_with(r#"unknown setting "mel_scale"; known are "#), "{text}");
    assert!(text.contains("num_mel_bins") && text.contains("win_function"), "{text}");

    for (class, closest) in [
        ("WisperFeatureExtractor", Some("WhisperFeatureExtractor")),
        ("WhisperFeatureExtracter", Some("WhisperFeatureExtractor")),
        ("whisper_feature_extractor", Some("WhisperFeatureExtractor")),
        ("Gemma3nAudoFeatureExtractor", Some("Gemma3nAudioFeatureExtractor")),
        ("NoFeatureExtractor", None),
        ("FeatureExtractor", None),
        ("", None),
        // Known, and not read.
        ("DacFeatureExtractor", None),
    ] {
        let error = unknown(&json!({ "feature_extractor_type": class }));
        assert_eq!(error.closest_name(), closest, "{error}");
        let question = closest.map(|closest| format!("; did you mean {closest}?")).unwrap_or_default();
        let text = error.to_string().replace('"', "");
        assert!(text.ends_with(&format!("got {class}{question}")), "{error}");
        assert_eq!(error.known_names().count(), if class.starts_with("Dac") { 0 } else { 25 });
    }
}

#[test]
fn other_texts_are_rejected() {
    let nested = "[".repeat(100_000);
    let long = format!("{{\"hop_length\": 1{}}}", "0".repeat(5_000));
    for text in ["", "{", "{\n  \"a\": [\n", "[]", "80", "{\"a\": NaN}", &nested, &long] {
        let error = MelConfig::from_preprocessor_config(text).unwrap_err();
        assert!(matches!(&error, Error::Config { field, .. } if field == "json"), "{error}");
        assert!(error.to_string().len() < 300, "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    let marked = "\u{feff}{\"feature_extractor_type\": \"ASTFeatureExtractor\"}";
    assert_eq!(MelConfig::from_preprocessor_config(marked), Ok(MelConfig::ast()));
    let error = read(&json!({ "": 1, "feature_extractor_type": "ASTFeatureExtractor" })).unwrap_err();
    assert!(error.to_string().contains("\"\""), "{error}");
}
