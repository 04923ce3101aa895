//! Configuration files that are not transformers': NeMo's and Kaldi's.

#![cfg(feature = "recipes")]

use mojo_audio_core::{Error, MelConfig, RowStatistics};
use serde_json::{Value, json};

/// A preset with options, `name=value` each.
fn expected(preset: &str, options: &str) -> MelConfig {
    let mut config = MelConfig::preset(preset).unwrap();
    for option in options.split_whitespace() {
        let (name, value) = option.split_once('=').unwrap();
        config.set(name, value).unwrap();
    }
    config
}

fn refused(text: &str) -> (String, String, String) {
    match MelConfig::from_preprocessor_config(text) {
        Err(Error::Config { field, value, expected }) => (field.into(), value, expected.to_string()),
        other => panic!("{text}: {other:?}"),
    }
}

fn unknown(text: &str) -> String {
    match MelConfig::from_preprocessor_config(text) {
        Err(error @ Error::UnknownName { what: "setting", .. }) => error.to_string(),
        other => panic!("{text}: {other:?}"),
    }
}

const TARGET: &str = "nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor";

/// The section of Parakeet as published.
fn parakeet() -> Value {
    json!({
        "_target_": TARGET, "sample_rate": 16000, "normalize": "per_feature", "window_size": 0.025,
        "window_stride": 0.01, "window": "hann", "features": 80, "n_fft": 512, "log": true,
        "frame_splicing": 1, "dither": 1e-5, "pad_to": 0, "pad_value": 0.0
    })
}

#[test]
fn a_section_of_nemo_is_read_wherever_it_is() {
    let section = parakeet();
    let config = expected("parakeet", "");
    for file in [
        section.clone(),
        json!({ "preprocessor": section, "sample_rate": 16000, "encoder": { "n_layers": 17 } }),
        json!({ "model": { "preprocessor": section }, "trainer": {} }),
        json!({ "preprocessor": { "cls": TARGET, "params": { "features": 80, "window_size": 0.025 } } }),
    ] {
        assert_eq!(MelConfig::from_preprocessor_config(&file.to_string()).unwrap(), config, "{file}");
    }
}

/// Setting, value, and the options that differ from the class's defaults.
const NEMO: &[(&str, &str, &str)] = &[
    ("features", "128", "n_mels=128"),
    ("window_size", "0.0256", "win_length=409"),
    ("n_window_size", "512", "win_length=512"),
    ("n_window_size", "513", "win_length=513 n_fft=1024"),
    ("window_stride", "0.0125", "hop_length=200"),
    ("n_window_stride", "256", "hop_length=256"),
    ("window", "\"hamming\"", "window=hamming"),
    ("window", "\"none\"", "window=rectangular"),
    ("window", "null", "window=rectangular"),
    ("normalize", "\"all_features\"", "normalize_over=all"),
    ("normalize", "\"NA\"", "normalize=none"),
    ("normalize", "null", "normalize=none"),
    ("preemph", "null", "preemphasis=0"),
    ("preemph", "0.9", "preemphasis=0.9"),
    ("lowfreq", "20", "f_min=20"),
    ("highfreq", "7600", "f_max=7600"),
    ("mag_power", "1.0", "power=1"),
    ("log", "false", "log=none log_floor=1e-10 log_floor_mode=clamp"),
    ("log_zero_guard_type", "\"clamp\"", "log_floor_mode=clamp"),
    ("log_zero_guard_value", "1e-6", "log_floor=1e-6"),
    ("log_zero_guard_value", "\"eps\"", "log_floor=1.1920928955078125e-7"),
    ("mel_norm", "null", "mel_norm=none"),
    ("sample_rate", "22050", "sample_rate=22050 win_length=441 hop_length=220"),
    ("stft_conv", "true", ""),
    ("window_size", "false", ""),
];

#[test]
fn each_setting_of_nemo_is_an_option() {
    for &(setting, value, options) in NEMO {
        let mut section = json!({ "_target_": TARGET });
        section[setting] = serde_json::from_str(value).unwrap();
        let mut config = expected("parakeet", "n_mels=64 win_length=320");
        for option in options.split_whitespace() {
            let (name, value) = option.split_once('=').unwrap();
            config.set(name, value).unwrap();
        }
        assert_eq!(
            MelConfig::from_preprocessor_config(&section.to_string()).unwrap(),
            config,
            "{section}"
        );
    }
}

#[test]
fn values_that_refer_to_others_are_looked_up() {
    let mut section = parakeet();
    section["sample_rate"] = json!("${sample_rate}");
    section["features"] = json!("${model.features}");
    let file = json!({ "preprocessor": section, "sample_rate": 8000, "model": { "features": 40 } });
    let config = MelConfig::from_preprocessor_config(&file.to_string()).unwrap();
    assert_eq!((config.sample_rate, config.n_mels, config.hop_length), (8_000, 40, 80));
    section["sample_rate"] = json!(16000);
    for circle in ["${features}", "${none.such}"] {
        section["features"] = json!(circle);
        let file = json!({ "preprocessor": section, "features": "${features}" });
        assert_eq!(refused(&file.to_string()).0, "features");
    }
    section["features"] = json!("${ a.b }");
    let file = json!({ "preprocessor": section, "a": { "b": "${c}" }, "c": 64 });
    assert_eq!(MelConfig::from_preprocessor_config(&file.to_string()).unwrap().n_mels, 64);
}

#[test]
fn what_nemo_does_that_no_option_can_is_rejected_by_name() {
    for (setting, value, possible) in [
        (
            "_target_",
            "\"nemo.collections.asr.modules.AudioToMFCCPreprocessor\"",
            "AudioToMelSpectrogram",
        ),
        ("frame_splicing", "3", "1"),
        ("exact_pad", "true", "false"),
        ("normalize", "{\"fixed_mean\": [1.0]}", "row_mean"),
        ("normalize", "\"per_band\"", "\"all_features\""),
        ("window", "\"bartlett\"", "\"hann\""),
        ("n_window_size", "320", "null where window_size is set"),
        ("window_size", "\"0.02\"", "a number"),
        ("window_size", "0", "1 to 65536 samples"),
        ("features", "0", "from 1 to 4096"),
        ("highfreq", "9000", "half the sample rate"),
        ("n_fft", "513", "an even number"),
        ("log_zero_guard_value", "\"small\"", "a number"),
        ("params", "5", "a group of settings"),
    ] {
        let mut section = parakeet();
        section[setting] = serde_json::from_str(value).unwrap();
        let (field, _, expected) = refused(&section.to_string());
        assert_eq!(field, setting);
        assert!(expected.contains(possible), "{setting}: {expected}");
    }
    assert_eq!(refused("{\"preprocessor\": {\"features\": 80}}").0, "_target_");
    let mut section = parakeet();
    section["feature"] = json!(80);
    assert_eq!(unknown(&section.to_string()), r#"unknown setting "feature"; did you mean "features"?"#);
}

#[cfg(feature = "yaml")]
#[test]
fn the_file_of_nemo_is_read_as_it_is() {
    let file = "
sample_rate: 16000
labels: [a, 'b', \" \"]
preprocessor:
  _target_: nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor
  sample_rate: ${sample_rate}
  normalize: per_feature   # each band
  window_size: 0.025
  window_stride: 0.01
  window: hann
  features: 80
  n_fft: 512
  log: true
  dither: 1.0e-05
  pad_to: 0
  highfreq: null
  preemph:
";
    let config = MelConfig::from_preprocessor_config(file).unwrap();
    assert_eq!(config, expected("parakeet", "preemphasis=0"));
    for text in ["a: [", "- 1", "a: 1\na: 2", "&a [*a]", "plain"] {
        assert_eq!(refused(text).0, "json", "{text}");
    }
    // As of transformers.
    let config = MelConfig::from_preprocessor_config("feature_extractor_type: ASTFeatureExtractor\n");
    assert_eq!(config.unwrap(), MelConfig::ast());
}

/// A file, and the options that it is.
const KALDI: &[(&str, &str)] = &[
    // As in most recipes.
    (
        "--sample-frequency=16000\n--num-mel-bins=80 # bands\n\n# no noise\n--dither=0\n--snip-edges=false\n--high-freq=-400\n",
        "f_max=-400 snip_edges=false",
    ),
    // Nothing but a default: those of compute-fbank-feats.
    ("--window-type=povey", "n_mels=23 dither=1"),
    ("--dither=0\n--num_mel_bins=40\n--num-mel-bins=64", "n_mels=64"),
    (
        "--dither=0\n--num-mel-bins=80\n--window-type=hamming\n--remove-dc-offset=false",
        "window=hamming remove_dc_offset=false",
    ),
    (
        "--dither=0\n--num-mel-bins=80\n--use-energy\n--htk-compat=true\n--raw-energy=false",
        "use_energy=true htk_compat=true raw_energy=false",
    ),
    (
        "--dither=0\n--num-mel-bins=80\n--use-log-fbank=false\n--use-power=false",
        "log=none log_floor=1e-10 power=1",
    ),
    (
        "--dither=0\n--num-mel-bins=80\n--frame-length=20\n--frame-shift=12.5",
        "win_length=320 hop_length=200",
    ),
    ("--dither=0\n--num-mel-bins=80\n--round-to-power-of-two=false", "n_fft=400"),
    (
        "--dither=0\n--num-mel-bins=80\n--sample-frequency=8000",
        "sample_rate=8000 win_length=200 hop_length=80 n_fft=256",
    ),
    (
        "--dither=0\n--num-mel-bins=80\n--low-freq=40\n--preemphasis-coefficient=0.9",
        "f_min=40 preemphasis=0.9",
    ),
    (
        "--dither=0\n--Num-Mel-Bins=80\n--subtract-mean=T\n--snip-edges=0",
        "normalize=mean snip_edges=false",
    ),
    // The high-resolution cepstra of Kaldi's recipes.
    (
        "--use-energy=false\n--num-mel-bins=40\n--num-ceps=40\n--low-freq=20\n--high-freq=-400\n--dither=0",
        "n_mels=40 n_mfcc=40 lifter=22 f_max=-400",
    ),
    ("--num-ceps=13\n--dither=0", "n_mels=23 n_mfcc=13 lifter=22 use_energy=true"),
];

#[test]
fn files_of_kaldi_are_read() {
    for &(file, options) in KALDI {
        let mut config = MelConfig::from_preprocessor_config(file).unwrap();
        if !options.contains("f_max") {
            // Half the rate, by another name.
            assert_eq!(config.f_max, Some(0.0), "{file}");
            config.f_max = None;
        }
        let options = format!("win_length=400 {options}");
        assert_eq!(config, expected("kaldi-fbank", &options), "{file}");
    }
}

#[test]
fn what_kaldi_does_that_no_option_can_is_rejected_by_name() {
    for (file, setting, possible) in [
        ("--vtln-warp=1.1", "vtln-warp", "1"),
        ("--blackman-coeff=0.4", "blackman-coeff", "0.42"),
        ("--window-type=sine", "window-type", "\"povey\""),
        ("--num-mel-bins=0", "num-mel-bins", "from 1 to 4096"),
        ("--num-mel-bins=many", "num-mel-bins", "an integer"),
        ("--dither=-1", "dither", "at least 0"),
        ("--frame-length=0", "frame-length", "1 to 65536 samples"),
        ("--high-freq=9000", "high-freq", "half the sample rate"),
        ("--num-ceps=30", "num-ceps", "from 1 to num-mel-bins, 23"),
        ("--use-energy=maybe", "use-energy", "true or false"),
        ("--dither=0\nnum-mel-bins=80", "json", "--name=value"),
    ] {
        let (field, _, expected) = refused(file);
        assert_eq!(field, setting, "{file}");
        assert!(expected.contains(possible), "{file}: {expected}");
    }
    let error = r#"unknown setting "num-mel-bin"; did you mean "num-mel-bins"?"#;
    assert_eq!(unknown("--num-mel-bin=80"), error);
    assert!(unknown("--delta-order=2").starts_with(r#"unknown setting "delta-order"; known are "#));
}

/// A network as FunASR writes it.
const AM_MVN: &str = "<Nnet> \n<Splice> 3 3 \n[ 0 ]\n<AddShift> 3 3 \n<LearnRateCoef> 0 [ -8.5 1.25 0 ]\n<Rescale> 3 3 \n\
    <LearnRateCoef> 0 [ 0.5 0.25 2e-1 ]\n</Nnet> \n";

#[test]
fn means_and_scales_are_read() {
    let rows = |text: &str| RowStatistics::from_text(text).map(|rows| (rows.mean, rows.scale));
    assert_eq!(rows(AM_MVN), Ok((vec![8.5, -1.25, 0.0], vec![0.5, 0.25, 0.2])));
    // Four frames of 1, 3, 5, 7 and of 2, 2, 2, 2: variances 5 and, in place of 0, 1e-20.
    let expected = Ok((vec![4.0, 2.0], vec![1.0 / 5.0_f32.sqrt(), 1e10]));
    let json =
        r#"{"mean_stat": [16, 8.0], "var_stat": [84, 16], "frame_num": 4, "is_json_cmvn": true}"#;
    assert_eq!(rows(json), expected);
    assert_eq!(rows(" [\n  16 8 4 \n  84 16 0 ]\n"), expected);
    assert_eq!(rows(&format!("\u{feff}{json}")), expected);
    assert_eq!(rows("global  [\n  16 8 4 \n  84 16 0 ]\n"), expected);
}

#[test]
fn other_means_and_scales_are_rejected() {
    let (kind, layers, inside) =
        ("the text of an am.mvn", "a network with one <AddShift>", "a network with exactly as many");
    let (lines, ends) = ("one matrix of two lines", "a matrix with the sums and their count");
    for (text, expected) in [
        ("", kind),
        ("{}", "JSON with mean_stat and var_stat"),
        ("{", "valid JSON"),
        ("[", lines),
        ("[ 1 2 3 ]", lines),
        ("\0BFM \u{4}", kind),
        // A vector, a ragged matrix, two matrices, features.
        ("[ 16 8 4 84 16 0 ]", lines),
        ("[ 16 8 4\n 84 16 12 0 ]", "a file with as many sums as"),
        ("a [ 16 8 4\n 84 16 0 ]\nb [ 16 8 4\n 84 16 0 ]", lines),
        ("[ 16 8 4\n 84 16 7 ]", ends),
        ("[ 4\n 0 ]", "a file with at least one mean"),
        (
            r#"{"mean_stat": [1e308], "var_stat": [1e308], "frame_num": 1}"#,
            "a file with at least one mean",
        ),
        (
            r#"{"mean_stat": [1e50], "var_stat": [1e101], "frame_num": 1}"#,
            "a file with at least one mean",
        ),
        (r#"{"mean_stat": [1, 2], "var_stat": [1], "frame_num": 4}"#, "a file with as many sums as"),
        (r#"{"mean_stat": [1], "var_stat": [1], "frame_num": 0}"#, "a file with a number of frames"),
        (
            r#"{"mean_stat": ["1"], "var_stat": [1], "frame_num": 1}"#,
            "JSON with mean_stat and var_stat",
        ),
        (" [ nan 1\n 1 0 ]", lines),
        (" [ 1e999 1\n 1 0 ]", lines),
        (&AM_MVN.replace("<Rescale>", "<Scale>"), layers),
        (&AM_MVN.replace("0.25 ", ""), inside),
        // Layers that would change values, and one more of those that are read.
        (&AM_MVN.replace("<Rescale>", "<LinearTransform> 1 1\n[ 5 ]\n<Rescale>"), layers),
        (&format!("{AM_MVN}<AddShift> 1 1\n[ 5 ]\n"), layers),
        // Sums of squares that no values have, and more frames than there are.
        ("[ 20 40 10\n 1 180 0 ]", "a file without negative variances"),
        (
            r#"{"mean_stat": [1], "var_stat": [-60], "frame_num": 4}"#,
            "a file without negative variances",
        ),
        (
            r#"{"mean_stat": [1], "var_stat": [60], "frame_num": 1e300}"#,
            "a file with a number of frames",
        ),
        ("anything at all [ 20 10\n 60 0 ]", lines),
    ] {
        let Err(Error::Config { field, expected: found, .. }) = RowStatistics::from_text(text) else {
            panic!("{text}")
        };
        assert_eq!(field, "row_mean", "{text}");
        assert!(found.to_string().starts_with(expected), "{text}: {found}");
    }
}
