//! Every option of the core can be set, and arrives there.

mod common;

use common::{data, folder, json, read_npy, run};
use mojo_audio_core::{MelConfig, MelExtractor, OPTIONS, PRESETS};
use std::path::Path;

/// For each option a value that is not whisper's, after what it needs beside it.
const VALUES: &[(&str, &[&str])] = &[
    ("sample_rate", &["sample_rate=22050"]),
    ("n_fft", &["n_fft=512"]),
    ("win_length", &["win_length=300"]),
    ("hop_length", &["hop_length=200"]),
    ("n_mels", &["n_mels=40"]),
    ("f_min", &["f_min=100"]),
    ("f_max", &["f_max=7000"]),
    ("window", &["window=hamming"]),
    ("window_periodic", &["window_periodic=false"]),
    ("precision", &["precision=double"]),
    ("power", &["power=1"]),
    ("magnitude_eps", &["power=1", "magnitude_eps=0.001"]),
    ("spectrum_norm", &["spectrum_norm=window"]),
    ("center", &["center=false"]),
    ("center_pad", &["center_pad=half_overlap"]),
    ("pad_mode", &["pad_mode=constant"]),
    ("snip_edges", &["center=false", "snip_edges=false"]),
    ("frame_span", &["center=false", "win_length=300", "frame_span=window"]),
    ("drop_last_frame", &["drop_last_frame=false"]),
    ("pad_end", &["pad_end=1600"]),
    ("pad_to", &["pad_to=32000"]),
    ("pad_to_mode", &["pad_to=40000", "pad_to_mode=repeat"]),
    ("input_scale", &["input_scale=0.5"]),
    ("normalize_input", &["normalize_input=true"]),
    ("dither", &["dither=0.01"]),
    ("dither_seed", &["dither=0.01", "dither_seed=7"]),
    ("preemphasis", &["preemphasis=0.97"]),
    ("preemphasis_mode", &["preemphasis=0.97", "preemphasis_mode=frame"]),
    ("remove_dc_offset", &["remove_dc_offset=true"]),
    ("mel_scale", &["mel_scale=htk"]),
    ("mel_norm", &["mel_norm=none"]),
    ("triangle_domain", &["triangle_domain=mel"]),
    ("bin_frequencies", &["n_fft=401", "bin_frequencies=linspace"]),
    ("log", &["log=ln"]),
    ("log_floor", &["log_floor=0.01"]),
    ("log_floor_mode", &["log_floor=0.01", "log_floor_mode=add"]),
    ("reference", &["reference=none"]),
    ("reference_value", &["reference=fixed", "reference_value=7"]),
    ("top_db", &["top_db=40"]),
    ("subtract_reference", &["subtract_reference=true"]),
    ("offset", &["offset=2"]),
    ("scale", &["scale=0.5"]),
    ("n_mfcc", &["n_mfcc=13"]),
    ("lifter", &["n_mfcc=13", "lifter=22"]),
    ("lifter_kind", &["n_mfcc=13", "lifter=22", "lifter_kind=librosa"]),
    ("use_energy", &["use_energy=true"]),
    ("raw_energy", &["use_energy=true", "raw_energy=false"]),
    ("energy_floor", &["use_energy=true", "energy_floor=1"]),
    ("htk_compat", &["use_energy=true", "htk_compat=true"]),
    ("n_frames", &["n_frames=50"]),
    ("normalize", &["normalize=deviation"]),
    ("normalize_ddof", &["normalize=deviation", "normalize_ddof=0"]),
    ("normalize_eps", &["normalize=deviation", "normalize_eps=0.1"]),
    ("mask_tail", &["normalize=deviation", "drop_last_frame=false", "mask_tail=true"]),
    ("layout", &["layout=frame_major"]),
    ("stack", &["stack=2"]),
    ("stack_stride", &["stack_stride=2"]),
    ("stack_edge", &["stack=3", "stack_edge=drop"]),
    ("stack_fill", &["stack=3", "stack_fill=9"]),
    ("max_length", &["max_length=8000"]),
    ("pad_start", &["pad_mode=constant", "pad_start=1600"]),
    ("pad_to_multiple_of", &["pad_to_multiple_of=7000"]),
    ("magnitude_eps_mode", &["power=1", "magnitude_eps=0.001", "magnitude_eps_mode=clamp"]),
    ("frame_margin", &["center=false", "frame_margin=200"]),
    ("n_frames_multiple_of", &["drop_last_frame=false", "n_frames_multiple_of=3"]),
    ("delta_win_length", &["delta_win_length=5"]),
    ("normalize_over", &["normalize=deviation", "normalize_over=all"]),
    ("pcen_gain", &["top_db=none", "log=pcen", "pcen_gain=0.8"]),
    ("pcen_bias", &["top_db=none", "log=pcen", "pcen_bias=10"]),
    ("pcen_power", &["top_db=none", "log=pcen", "pcen_power=0.25"]),
    ("pcen_time_constant", &["top_db=none", "log=pcen", "pcen_time_constant=0.06"]),
    ("pcen_eps", &["top_db=none", "log=pcen", "pcen_eps=0.001"]),
    ("delta_order", &["delta_win_length=5", "delta_order=2"]),
    ("log_ceiling", &["log_ceiling=0.01"]),
];

#[test]
fn every_option_arrives_in_the_core() {
    let folder = folder("options");
    // Files say their own rate.
    let names = OPTIONS.iter().map(|option| option.name).filter(|name| *name != "input_rate");
    let names: Vec<_> = names.collect();
    assert_eq!(VALUES.iter().map(|value| value.0).collect::<Vec<_>>(), names);
    // The same samples for both: the rate is the only option that changes them.
    let samples: Vec<f32> = common::read_wav(&common::speech())[..16_000].to_vec();
    for (name, assignments) in VALUES {
        let out = folder.join(format!("{name}.npy"));
        let mut arguments = vec![data("speech.flac"), "--out".into(), out.clone()];
        let mut config = MelConfig::whisper();
        for assignment in *assignments {
            arguments.extend(["--set".into(), assignment.into()]);
            let (option, value) = assignment.split_once('=').unwrap();
            config.set(option, value).unwrap();
        }
        assert_ne!(config.get(name), MelConfig::whisper().get(name), "{name}");
        let (run, objects) = json(arguments);
        assert_eq!(run.code, Some(0), "{name}: {}", run.err);
        let (shape, values) = read_npy(&out);
        assert_eq!(objects[0]["shape"], serde_json::json!(shape), "{name}");
        if *name == "sample_rate" {
            assert_eq!(objects[0]["samples"], 22_050);
            continue;
        }
        let expected = MelExtractor::new(&config).unwrap().compute(&samples).unwrap();
        assert_eq!(values, expected.data(), "{name}");
        let sides = [expected.n_mels(), expected.n_frames()];
        let turned = [sides[1], sides[0]];
        assert_eq!(shape, if *name == "layout" { turned } else { sides }, "{name}");
    }
}

#[test]
fn every_option_refuses_what_is_not_its_type() {
    for option in OPTIONS {
        let run = run(["x.wav", "--set", &format!("{}=@", option.name)]);
        assert_eq!(run.code, Some(2), "{}", option.name);
        assert!(run.err.contains(option.name) && run.err.contains("must be"), "{}", run.err);
    }
}

#[test]
fn a_rate_of_the_input_is_refused() {
    let run = run(["x.wav", "--set", "input_rate=48000"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("input_rate=48000: must not be set"), "{}", run.err);
}

#[test]
fn every_preset_runs_on_speech() {
    for preset in PRESETS {
        let (run, objects) = json([data("speech.flac").to_str().unwrap(), "--preset", preset]);
        assert_eq!(run.code, Some(0), "{preset}: {}", run.err);
        let config = MelConfig::preset(preset).unwrap();
        assert_eq!(objects[0]["shape"][0], config.n_rows(), "{preset}");
        assert_eq!(objects[0]["sample_rate"], config.sample_rate, "{preset}");
        let drawn = common::run([data("speech.flac").to_str().unwrap(), "--preset", preset]);
        // Rows of several frames have no frequency.
        assert_eq!(drawn.out.contains("  Hz\n"), config.stack == 1, "{preset}: {}", drawn.out);
    }
}

/// NeMo's and Kaldi's files.
#[test]
fn a_recipe_is_read_from_other_toolkits() {
    let folder = common::folder("toolkits");
    let speech = data("speech.flac");
    let read = |config: &Path| {
        let (run, objects) = json([speech.as_path(), Path::new("--config"), config]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        objects[0]["shape"].clone()
    };
    let nemo = "preprocessor:\n  _target_: nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor\n  \
                window_size: 0.025\n  features: 40\n";
    std::fs::write(folder.join("model_config.yaml"), nemo).unwrap();
    assert_eq!(read(&folder), serde_json::json!([40, 101]));
    let kaldi = folder.join("fbank.conf");
    std::fs::write(&kaldi, "--num-mel-bins=64\n--snip-edges=false\n").unwrap();
    assert_eq!(read(&kaldi), serde_json::json!([64, 100]));
}

/// y = (x − mean) · scale, of the same features without.
#[test]
fn rows_get_a_mean_and_a_scale() {
    let folder = common::folder("row-statistics");
    let statistics = folder.join("global_cmvn");
    let sums: Vec<f64> = (0..80).map(f64::from).collect();
    let squares: Vec<f64> = sums.iter().map(|sum| sum * sum / 4.0 + 1.0).collect();
    let json = serde_json::json!({ "mean_stat": sums, "var_stat": squares, "frame_num": 4 });
    std::fs::write(&statistics, json.to_string()).unwrap();
    let result = |name: &str, more: &[&Path]| {
        let out = folder.join(name);
        let speech = data("speech.flac");
        let fixed = [speech.as_path(), "--preset=kaldi-fbank".as_ref(), "--out".as_ref(), &out];
        let run = common::run(fixed.into_iter().chain(more.iter().copied()));
        assert_eq!(run.code, Some(0), "{}", run.err);
        let bytes = std::fs::read(out).unwrap();
        let values = bytes[bytes.len() - 80 * 98 * 4..].chunks_exact(4);
        values.map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect::<Vec<f32>>()
    };
    let plain = result("plain.npy", &[]);
    let scaled = result("scaled.npy", &["--row-statistics".as_ref(), &statistics]);
    for (at, (x, y)) in plain.iter().zip(&scaled).enumerate() {
        let expected = (x - (at / 98) as f32 / 4.0) * 2.0;
        assert!((y - expected).abs() < 1e-4, "{at}: {x} became {y}, not {expected}");
    }
    let wrong = |file: &Path, preset: &str, said: &str| {
        let speech = data("speech.flac");
        let arguments = [speech.as_path(), "--row-statistics".as_ref(), file];
        let run = common::run(arguments.into_iter().chain([Path::new("--preset"), Path::new(preset)]));
        assert_eq!(run.code, Some(2));
        assert!(run.err.contains(said), "{}", run.err);
    };
    let named =
        format!("--row-statistics {}: row_mean must have 128 values, got 80", statistics.display());
    wrong(&statistics, "whisper-large-v3", &named);
    // Results of other statistics are not what was asked for.
    let results = folder.join("results");
    let again = |more: &[&Path]| {
        let speech = data("speech.flac");
        let fixed = [
            speech.as_path(),
            "--preset=kaldi-fbank".as_ref(),
            "--resume".as_ref(),
            "--out".as_ref(),
            &results,
        ];
        common::run(fixed.into_iter().chain(more.iter().copied())).err
    };
    again(&["--row-statistics".as_ref(), &statistics]);
    assert!(!again(&["--row-statistics".as_ref(), &statistics]).contains("made again"));
    let told = again(&[]);
    assert!(told.contains("row_mean was 80 values, ") && told.contains("made again"), "{told}");
    std::fs::write(&statistics, b"\0BFM \xff").unwrap();
    wrong(&statistics, "whisper", "it is no text");
    std::fs::write(&statistics, "[ 1 2 3 ]").unwrap();
    wrong(&statistics, "whisper", "row_mean must be one matrix of two lines of finite numbers");
    wrong(&folder.join("none"), "whisper", "none");
}

#[test]
fn a_recipe_is_read_from_a_model() {
    let folder = common::folder("model");
    let speech = data("speech.flac");
    let read = |config: &Path, more: &[&str]| {
        let arguments = [speech.as_path(), Path::new("--config"), config];
        json(arguments.into_iter().chain(more.iter().map(Path::new)))
    };
    let (run, _) = read(&folder, &[]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.err.contains(
            "the folder has no processor_config.json or preprocessor_config.json or model_config.yaml"
        ),
        "{}",
        run.err
    );
    let whisper = r#"{"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 128}"#;
    let file = folder.join("preprocessor_config.json");
    std::fs::write(&file, whisper).unwrap();
    for source in [&folder, &file] {
        let (run, objects) = read(source, &["--set", "pad_to=none"]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        assert_eq!(objects[0]["shape"], serde_json::json!([128, 100]));
        assert_eq!(objects[0]["config"], source.to_str().unwrap());
        assert!(objects[0]["preset"].is_null());
    }
    std::fs::write(&file, "[]").unwrap();
    for source in [&folder, &file] {
        let (run, _) = read(source, &[]);
        let text = format!(
            "--config {} must be an object of settings in JSON or YAML, got []",
            file.display()
        );
        assert!(run.code == Some(2) && run.err.contains(&text), "{}", run.err);
    }
    // The class truncates, which must not be missed.
    let half = whisper.replace("128", "128, \"sampling_rate\": 16000, \"chunk_length\": 1");
    std::fs::write(&file, half).unwrap();
    let (run, objects) = read(&file, &["--set", "sample_rate=32000"]);
    assert_eq!((run.code, objects[0]["shape"].clone()), (Some(0), serde_json::json!([128, 100])));
    assert_eq!(objects[0]["warnings"][0]["code"], "truncated", "{}", objects[0]);
    let text = common::run([speech.as_os_str(), "--config".as_ref(), file.as_os_str()]);
    assert!(!text.err.contains("max_length"), "{}", text.err);
    let truncated = [speech.as_os_str(), "--set".as_ref(), "max_length=8000".as_ref()];
    let truncated = common::run(truncated);
    let said = "only the first 0.5 of 1.0 s are computed (max_length";
    assert!(truncated.err.contains(said), "{}", truncated.err);
    std::fs::write(&file, whisper).unwrap();
    let nested = r#"{"feature_extractor": {"feature_extractor_type": "ASTFeatureExtractor"}}"#;
    std::fs::write(folder.join("processor_config.json"), nested).unwrap();
    assert_eq!(read(&folder, &[]).1[0]["shape"], serde_json::json!([128, 1024]));
    let drawn = common::run([speech.as_os_str(), "--config".as_ref(), file.as_os_str()]);
    assert!(drawn.out.contains("preprocessor_config.json"), "{}", drawn.out);
    std::fs::write(&file, r#"{"feature_extractor_type": "ASTFeatureExtractor", "std": 0}"#).unwrap();
    let (run, _) = read(&file, &[]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("std must be more than 0, got 0"), "{}", run.err);
    assert_eq!(read(&file, &["--preset", "ast"]).0.code, Some(2));
    assert_eq!(read(&folder.join("missing.json"), &[]).0.code, Some(2));
}

#[test]
fn short_forms_set_the_options_that_they_name() {
    let speech = data("speech.flac");
    let shape = |arguments: &[&str]| {
        let arguments = arguments.iter().map(Path::new).chain([speech.as_path()]);
        json(arguments).1[0]["shape"].clone()
    };
    assert_eq!(shape(&["--mfcc", "13"]), serde_json::json!([13, 100]));
    assert_eq!(shape(&["--pad-to", "30s"]), serde_json::json!([80, 3000]));
    assert_eq!(shape(&["--pad-to", "480000"]), serde_json::json!([80, 3000]));
    assert_eq!(shape(&["--pad-to", "1500ms"]), serde_json::json!([80, 150]));
    // Seconds are of the rate that was set.
    assert_eq!(shape(&["--pad-to", "2s", "--set", "sample_rate=8000"]), serde_json::json!([80, 100]));
    // The last of several settings counts.
    assert_eq!(shape(&["-s", "n_mels=40", "-s", "n_mels=64"]), serde_json::json!([64, 100]));
}

#[test]
fn the_list_has_every_option_and_preset() {
    let run = run(["--list"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    for option in OPTIONS {
        let default = MelConfig::default().get(option.name).unwrap();
        assert!(run.out.contains(&format!("\n  {} = {default}\n", option.name)), "{}", option.name);
    }
    for preset in PRESETS {
        assert!(run.out.contains(&format!("\n  {preset}\n")), "{preset}");
    }
}

#[test]
fn help_names_every_argument() {
    let run = run(["--help"]);
    assert_eq!(run.code, Some(0));
    for argument in [
        "--preset",
        "--config",
        "--set",
        "--mfcc",
        "--pad-to",
        "--out",
        "--png",
        "--json",
        "--list",
        "--jobs",
        "Examples:",
    ] {
        assert!(run.out.contains(argument), "{argument}");
    }
}
