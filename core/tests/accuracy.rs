//! Whisper's output on 30 seconds, against float64: as close as openai-whisper's own, or closer.

mod support;

use mojo_audio_core::{MelConfig, MelExtractor};
use serde_json::Value;
use std::collections::BTreeMap;
use support::corpus::{Corpus, number, text};
use support::{in_parallel, oracle, signals};

/// Where openai-whisper itself is closer than this, this is enough.
const CLOSE_ENOUGH: f64 = 1e-6;

/// The largest and the mean deviation, ours and the original's.
type Deviations = [[f64; 2]; 2];

#[test]
fn whisper_is_as_close_to_float64_as_the_original() {
    let corpus = Corpus::read();
    let entries = corpus.json["accuracy"].as_array().unwrap();
    // Both numbers of bands of one signal stand together: its transform is the same.
    let signals: Vec<&[Value]> = entries.chunk_by(|a, b| a["signal"] == b["signal"]).collect();
    let measured: Vec<Vec<Deviations>> = in_parallel(&signals, |entries| measure(entries));
    let mut kinds: BTreeMap<(&str, usize), Vec<Deviations>> = BTreeMap::new();
    for (entries, deviations) in signals.iter().zip(measured) {
        for (entry, deviations) in entries.iter().zip(deviations) {
            let kind = text(&entry["signal"]["kind"]);
            kinds.entry((kind, number(&entry["n_mels"]))).or_default().push(deviations);
        }
    }
    assert!(kinds.len() >= 10, "the corpus measures five kinds of signal or more");

    let mut failures = Vec::new();
    for ((kind, n_mels), deviations) in kinds {
        assert!(deviations.len() >= 5, "{kind}: a median needs five signals or more");
        for (measure, name) in ["largest", "mean"].into_iter().enumerate() {
            let median = |whose: usize| median(deviations.iter().map(|d| d[whose][measure]));
            let (ours, original) = (median(0), median(1));
            let line = format!("{kind} {n_mels}: {name} {ours:.2e} (openai-whisper {original:.2e})");
            println!("accuracy {line}");
            if ours > original.max(CLOSE_ENOUGH) {
                failures.push(line);
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn measure(entries: &[Value]) -> Vec<Deviations> {
    let signal = &entries[0]["signal"];
    let rate = number(&signal["sample_rate"]) as u32;
    let seed = signal["seed"].as_u64().unwrap();
    let samples = signals::make(text(&signal["kind"]), seed, rate, number(&signal["n_samples"]));
    assert_eq!(samples.len(), 480_000);

    let preset = |entry: &Value| MelConfig::preset(text(&entry["preset"])).unwrap();
    let configs: Vec<MelConfig> = entries.iter().map(preset).collect();
    let truths = oracle::mel_spectrograms(&configs, &samples);
    let deviations = entries.iter().zip(&configs).zip(truths).map(|((entry, config), truth)| {
        let mel = MelExtractor::new(config).unwrap().compute(&samples).unwrap();
        assert_eq!((mel.n_mels(), mel.n_frames()), (number(&entry["n_mels"]), 3000));
        let (mut max, mut sum) = (0.0f64, 0.0);
        for (row, values) in mel.data().chunks_exact(3000).zip(&truth.rows) {
            for (y, e) in row.iter().zip(values) {
                let off = (f64::from(*y) - e).abs();
                assert!(off.is_finite());
                max = max.max(off);
                sum += off;
            }
        }
        let original = |name: &str| entry[name].as_f64().unwrap();
        [[max, sum / mel.data().len() as f64], [original("max"), original("mean")]]
    });
    deviations.collect()
}
