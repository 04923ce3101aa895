//! Every case of the corpus, on every instruction set of this machine.
//!
//! With `MOJO_AUDIO_REPORT=1` in the environment it prints a line for each preset:
//! `worst <preset> <number of cases> <largest deviation, as a part of the largest value> <largest part of a bound used>`.

mod support;

use mojo_audio_core::config::Layout;
use mojo_audio_core::{
    Error, InstructionSet, MelConfig, MelExtractor, MelSpectrogram, Overrides, PRESETS, Sample,
};
use serde_json::Value;
use std::collections::BTreeMap;
use support::corpus::{Case, Clip, Corpus, Deviation, Kind, floats, integers, number, path, text};
use support::{assert_same_bits, in_parallel, oracle, signals};

/// Whether its arithmetic is that of the others of which this is true.
fn is_fused(set: InstructionSet) -> bool {
    use InstructionSet::{Avx2, Avx512, Neon, ScalarFused};
    matches!(set, Avx512 | Avx2 | Neon | ScalarFused)
}

/// Computes a clip on every instruction set, compares each with the expectation and the fused ones
/// with each other; the deviation is that of the fastest.
fn check<S: Sample>(case: &Case, clip: &Clip<S>, as_floats: &[f32]) -> (Deviation, Vec<String>) {
    let config = case.config().unwrap();
    let truth = clip.bound.atol_within_60db.map(|_| oracle::mel_spectrogram(&config, as_floats));
    let mut fused: Option<MelSpectrogram> = None;
    let mut fastest = None;
    let mut failures = Vec::new();
    for set in InstructionSet::available() {
        let name = format!("{} on {set:?}", case.name);
        let overrides = Overrides { instruction_set: Some(set), ..Overrides::default() };
        let extractor = MelExtractor::with_overrides(&config, overrides).unwrap();
        assert_eq!(extractor.instruction_set(), set);
        let mel = extractor.compute(&clip.samples).unwrap();
        assert_eq!((mel.n_mels(), mel.n_frames()), (clip.n_mels, clip.n_frames), "{name}");
        assert_eq!(extractor.n_mels(), clip.n_mels, "{name}");
        assert_eq!(extractor.frame_count(clip.samples.len()), clip.n_frames, "{name}");
        let deviation = clip.deviation(config.layout, truth.as_ref(), |row, frame| mel.get(row, frame));
        if deviation.of_bound > 1.0 {
            failures.push(format!(
                "{name}: off by up to {:.3e}, {:.2} times a bound",
                deviation.largest, deviation.of_bound
            ));
        }
        fastest.get_or_insert(deviation);
        if is_fused(set) {
            match &fused {
                None => fused = Some(mel),
                Some(first) => assert_same_bits(mel.data(), first.data(), &name),
            }
        }
    }
    (fastest.unwrap(), failures)
}

#[test]
fn results_agree_with_the_references() {
    let corpus = Corpus::read();
    let cases: Vec<&Case> = corpus.cases.iter().filter(|case| asks_for_values(case)).collect();
    let results = in_parallel(&cases, |case| match &case.kind {
        Kind::Single(clip) => vec![check(case, clip, &clip.samples)],
        Kind::Int16(clip) => {
            let as_floats: Vec<f32> = clip.samples.iter().map(|&x| f32::from(x) / 32768.0).collect();
            vec![check(case, clip, &as_floats)]
        }
        Kind::Batch(clips) => clips.iter().map(|clip| check(case, clip, &clip.samples)).collect(),
        // Tests of their own.
        Kind::Statistic { .. } | Kind::Refusal { .. } => Vec::new(),
    });
    let mut worst: BTreeMap<&str, (usize, Deviation)> = BTreeMap::new();
    let mut failures = Vec::new();
    for (case, results) in cases.iter().zip(results) {
        let (n_cases, deviation) = worst.entry(&case.preset).or_default();
        *n_cases += usize::from(!results.is_empty());
        for (of_clip, failed) in results {
            *deviation = deviation.or_worse(of_clip);
            failures.extend(failed);
        }
    }
    if std::env::var("MOJO_AUDIO_REPORT").is_ok_and(|value| value == "1") {
        for preset in PRESETS {
            let (n_cases, deviation) = worst[*preset];
            println!("worst {preset} {n_cases} {:.2e} {:.2}", deviation.largest, deviation.of_bound);
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

fn asks_for_values(case: &Case) -> bool {
    !matches!(case.kind, Kind::Refusal { .. })
}

#[test]
#[cfg(feature = "std")]
fn a_batch_gives_the_bits_of_its_clips() {
    for case in &Corpus::read().cases {
        let Kind::Batch(clips) = &case.kind else { continue };
        let extractor = MelExtractor::new(&case.config().unwrap()).unwrap();
        let inputs: Vec<&[f32]> = clips.iter().map(|clip| clip.samples.as_slice()).collect();
        for threads in [0, 1, 3] {
            let results = extractor.compute_batch(&inputs, threads);
            assert_eq!(results.len(), inputs.len());
            for (result, input) in results.iter().zip(&inputs) {
                let alone = extractor.compute(input).unwrap();
                assert_same_bits(result.as_ref().unwrap().data(), alone.data(), &case.name);
            }
        }
    }
}

#[test]
fn dither_has_the_mean_of_the_reference() {
    for case in &Corpus::read().cases {
        let Kind::Statistic { n_samples, n_frames, means, atol_per_row } = &case.kind else { continue };
        let config = case.config().unwrap();
        assert_eq!(config.layout, Layout::MelMajor);
        for seed in [config.dither_seed, 1, 0xffff_ffff_ffff_ffff] {
            let config = MelConfig { dither_seed: seed, ..config.clone() };
            let mel = MelExtractor::new(&config).unwrap().compute(&vec![0.0f32; *n_samples]).unwrap();
            assert_eq!((mel.n_mels(), mel.n_frames()), (means.len(), *n_frames), "{}", case.name);
            for (row, (values, mean)) in mel.data().chunks_exact(*n_frames).zip(means).enumerate() {
                let ours = values.iter().map(|&y| f64::from(y)).sum::<f64>() / *n_frames as f64;
                let off = (ours - f64::from(*mean)).abs();
                assert!(
                    off <= atol_per_row[row],
                    "{} with seed {seed}, row {row}: off by {off}",
                    case.name
                );
            }
        }
    }
}

#[test]
fn refusals_name_what_is_wrong() {
    let mut failures = Vec::new();
    for case in &Corpus::read().cases {
        let Kind::Refusal { call, samples, error: wanted } = &case.kind else { continue };
        let made = case.config().and_then(|config| MelExtractor::new(&config));
        let error = match call.as_str() {
            "new" => made.err(),
            "compute" => made.expect(&case.name).compute(samples).err(),
            "stream" => made.expect(&case.name).stream().err(),
            other => panic!("{}: there is no call {other}", case.name),
        };
        match error {
            None => failures.push(format!("{}: not refused", case.name)),
            Some(error) if !is_wanted(&error, wanted) => {
                failures.push(format!("{}: {error:?}, expected {wanted}", case.name));
            }
            Some(error) => {
                // The sentence names what is wrong, too.
                let sentence = error.to_string();
                let subject = ["field", "name", "index"].iter().find_map(|key| wanted.get(key));
                let subject = subject.map(|value| value.to_string().trim_matches('"').to_owned());
                if subject.is_some_and(|subject| !sentence.contains(&subject)) {
                    failures.push(format!("{}: the text is {sentence}", case.name));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

fn is_wanted(error: &Error, wanted: &Value) -> bool {
    error.code() == text(&wanted["code"])
        && match error {
            Error::Config { field, .. } => field == text(&wanted["field"]),
            Error::UnknownName { name, .. } => name == text(&wanted["name"]),
            Error::Sample { index, .. } => *index == number(&wanted["index"]),
            _ => true,
        }
}

#[test]
fn the_signals_are_those_of_the_corpus() {
    let corpus = Corpus::read();
    let mut kinds = Vec::new();
    for (file, made) in corpus.json["signals"].as_object().unwrap() {
        let kind = text(&made["kind"]);
        let rate = number(&made["sample_rate"]) as u32;
        let signal =
            signals::make(kind, made["seed"].as_u64().unwrap(), rate, number(&made["n_samples"]));
        if path(file).extension().is_some_and(|extension| extension == "i16") {
            assert_eq!(signals::to_int16(&signal), integers(file), "{file}");
        } else {
            assert_same_bits(&signal, &floats(file), file);
        }
        kinds.push(kind);
    }
    for kind in signals::KINDS {
        assert!(kinds.contains(&kind), "no input holds {kind}");
    }
}
