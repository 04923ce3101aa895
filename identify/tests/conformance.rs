//! Conformance cases turned round: from their input and their output to their options.
//!
//! The search sees samples, rate and matrix; the case's options and bounds only judge. A few cases run
//! always. All of them, which takes half an hour, the table of docs/identify.md, and a thousand wrong pairs:
//!
//! ```sh
//! MOJO_AUDIO_LONG=1 cargo test --release -p mojo-audio-identify --test conformance -- --nocapture
//! ```
//!
//! `MOJO_AUDIO_ONLY=a,b` takes of these the cases whose names, or kinds of input, have one of these texts.

#[path = "../../core/tests/support/mod.rs"]
mod support;

use mojo_audio_core::config::Layout;
use mojo_audio_core::{MelConfig, MelExtractor, OPTIONS, Overrides, PRESETS};
use mojo_audio_identify::{Features, Identified, Request, Verdict, identify};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use support::corpus::{Case, Clip, Corpus, Kind};
use support::oracle;

/// Cases for every run.
const HANDFUL: &[&str] =
    &["whisper-speech-8000", "kaldi-fbank-speech-8000", "librosa-speech-11025", "parakeet-speech-8000"];

/// One input with its answer.
struct Turned<'a> {
    case: &'a Case,
    /// Kind of the signal.
    kind: String,
    samples: Vec<f32>,
    clip: &'a dyn Bounds,
}

/// What is needed of a clip of any sample type.
trait Bounds: Sync {
    fn shape(&self, layout: Layout) -> [usize; 2];
    fn expected(&self) -> &[f32];
    /// The largest part of a bound that a result uses.
    fn of_bound(&self, case: &Case, samples: &[f32], result: &mojo_audio_core::MelSpectrogram) -> f64;
}

impl<S: Sync> Bounds for Clip<S> {
    fn shape(&self, layout: Layout) -> [usize; 2] {
        match layout {
            Layout::MelMajor => [self.n_mels, self.n_frames],
            Layout::FrameMajor => [self.n_frames, self.n_mels],
        }
    }

    fn expected(&self) -> &[f32] {
        &self.expected
    }

    fn of_bound(&self, case: &Case, samples: &[f32], result: &mojo_audio_core::MelSpectrogram) -> f64 {
        let config = case.config().unwrap();
        if (result.n_mels(), result.n_frames(), result.layout())
            != (self.n_mels, self.n_frames, config.layout)
        {
            return f64::INFINITY;
        }
        let truth = self.bound.atol_within_60db.map(|_| oracle::mel_spectrogram(&config, samples));
        self.deviation(config.layout, truth.as_ref(), |row, frame| result.get(row, frame)).of_bound
    }
}

fn turned(corpus: &Corpus) -> Vec<Turned<'_>> {
    let mut all = Vec::new();
    for (at, case) in corpus.cases.iter().enumerate() {
        let json = &corpus.json["cases"][at];
        let kind = |json: &serde_json::Value| {
            let signal = &corpus.json["signals"][json["input"].as_str().unwrap()];
            signal["kind"].as_str().unwrap().to_string()
        };
        match &case.kind {
            Kind::Single(clip) => {
                all.push(Turned { case, kind: kind(json), samples: clip.samples.clone(), clip });
            }
            Kind::Int16(clip) => {
                let samples = clip.samples.iter().map(|&x| f32::from(x) / 32768.0).collect();
                all.push(Turned { case, kind: kind(json), samples, clip });
            }
            Kind::Batch(clips) => {
                for (i, clip) in clips.iter().enumerate() {
                    let kind = kind(&json["clips"][i]);
                    all.push(Turned { case, kind, samples: clip.samples.clone(), clip });
                }
            }
            Kind::Statistic { .. } | Kind::Refusal { .. } => {}
        }
    }
    all.retain(|turned| !turned.clip.expected().is_empty());
    all
}

impl Turned<'_> {
    fn name(&self) -> String {
        format!("{} ({} samples)", self.case.name, self.samples.len())
    }

    /// What kind of input it is for the table.
    fn class(&self) -> &'static str {
        match self.kind.as_str() {
            _ if self.samples.len() < 1_000 => "shorter than 1,000 samples",
            "silence" | "dc" | "impulse" => "silence, DC, impulses",
            "speech" => "speech",
            "white" | "quiet" | "clipped" => "noise",
            "chirp" => "sweeps",
            _ => "tones",
        }
    }

    fn identify(&self) -> Identified {
        let config = self.case.config().unwrap();
        let features = Features::new(self.clip.expected(), self.clip.shape(config.layout)).unwrap();
        let request = Request {
            threads: 1,
            // Never over, whatever else the machine does.
            budget: Duration::from_secs(600),
            ..Request::new(&self.samples, config.rate_of_input(), features)
        };
        identify(&request).unwrap()
    }

    /// The largest part of a bound that the found configuration uses; infinite for none.
    fn of_bound(&self, identified: &Identified) -> f64 {
        let Some(config) = &identified.config else { return f64::INFINITY };
        let rows = identified.row_statistics.as_ref();
        let overrides = Overrides {
            row_mean: rows.map(|rows| &rows.mean[..]),
            row_scale: rows.map(|rows| &rows.scale[..]),
            ..Overrides::default()
        };
        let extractor = MelExtractor::with_overrides(config, overrides);
        let result = extractor.and_then(|extractor| extractor.compute(&self.samples));
        result.map_or(f64::INFINITY, |result| self.clip.of_bound(self.case, &self.samples, &result))
    }
}

/// Where the best candidate is not what the case says.
fn differences(wanted: &MelConfig, identified: &Identified) -> String {
    let Some(best) = identified.candidates.first() else { return "no candidate".into() };
    let differing = OPTIONS.iter().filter_map(|option| {
        let (found, wanted) = (best.config.get(option.name).ok()?, wanted.get(option.name).ok()?);
        (found != wanted).then(|| format!("{} {found} instead of {wanted}", option.name))
    });
    differing.collect::<Vec<_>>().join(", ")
}

/// Seconds that this thread has computed; others' work on the machine doesn't count.
fn processor_seconds() -> f64 {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let nanoseconds = std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| START.elapsed().as_secs_f64(), |nanoseconds| nanoseconds * 1e-9)
}

#[derive(Default)]
struct Row {
    cases: usize,
    found: usize,
    open: usize,
    seconds: Vec<f64>,
}

#[test]
fn cases_turned_round() {
    let is_long = std::env::var_os("MOJO_AUDIO_LONG").is_some();
    let only = std::env::var("MOJO_AUDIO_ONLY").unwrap_or_default();
    let corpus = Corpus::read();
    let mut cases = turned(&corpus);
    if is_long {
        cases.retain(|case| {
            only.split(',').any(|text| case.name().contains(text) || case.kind.contains(text))
        });
    } else {
        cases.retain(|case| HANDFUL.contains(&case.case.name.as_str()));
        assert_eq!(cases.len(), HANDFUL.len());
    }
    let results = support::in_parallel(&cases, |case| {
        let started = processor_seconds();
        let identified = case.identify();
        let seconds = processor_seconds() - started;
        let of_bound = case.of_bound(&identified);
        eprintln!(
            "{:6.1} s {:14} of bound {of_bound:9.3} {} {} {}",
            seconds,
            identified.verdict.name(),
            case.class(),
            case.name(),
            if of_bound > 1.0 {
                differences(&case.case.config().unwrap(), &identified)
            } else {
                String::new()
            }
        );
        (identified, of_bound, seconds)
    });
    let mut rows: BTreeMap<(&str, &str), Row> = BTreeMap::new();
    let mut misses = Vec::new();
    let mut wrong = Vec::new();
    for (case, (identified, of_bound, seconds)) in cases.iter().zip(&results) {
        for group in [case.case.preset.as_str(), "all"] {
            let row = rows.entry((case.class(), group)).or_default();
            row.cases += 1;
            row.found += usize::from(*of_bound <= 1.0);
            row.open += usize::from(identified.verdict == Verdict::Open);
            row.seconds.push(*seconds);
        }
        if *of_bound > 1.0 && identified.verdict == Verdict::Found {
            wrong.push(format!("{}: {of_bound:.2} times a bound", case.name()));
        } else if *of_bound > 1.0 {
            misses.push(format!(
                "{} | {} | {} | mean {:.2e} | {}",
                case.class(),
                case.name(),
                identified.verdict,
                identified.mean,
                differences(&case.case.config().unwrap(), identified)
            ));
        }
    }
    println!(
        "\n| input | preset | cases | found | left open | median | slowest |\n|---|---|---|---|---|---|---|"
    );
    for ((class, group), row) in &mut rows {
        row.seconds.sort_by(f64::total_cmp);
        println!(
            "| {class} | {group} | {} | {} | {} | {:.1} s | {:.1} s |",
            row.cases,
            row.found,
            row.open,
            row.seconds[row.seconds.len() / 2],
            row.seconds[row.seconds.len() - 1]
        );
    }
    println!("\nNot found:\n{}", misses.join("\n"));
    assert!(wrong.is_empty(), "called found, but beyond a bound:\n{}", wrong.join("\n"));
    assert!(is_long || misses.is_empty(), "not found:\n{}", misses.join("\n"));
}

/// How many pairs a long run tries, and how long each. `MOJO_AUDIO_PAIRS` takes as many of them, evenly.
const PAIRS: usize = 1_000;
const TIME: Duration = Duration::from_secs(3);

/// Features, and a signal that they are not of.
struct Wrong {
    what: String,
    samples: Vec<f32>,
    sample_rate: u32,
    values: Vec<f32>,
    shape: [usize; 2],
}

/// What is put in the place of a signal.
fn another(samples: &[f32], kind: usize, others: &[&Vec<f32>], seed: usize) -> Vec<f32> {
    let length = samples.len();
    match kind % 3 {
        0 => samples.iter().rev().copied().collect(),
        1 => {
            let mut random = support::Random(seed as u64);
            (0..length).map(|_| random.below(2_001) as f32 / 1_000.0 - 1.0).collect()
        }
        _ => {
            let differs = |other: &&&Vec<f32>| {
                let n = length.min(other.len());
                other[..n] != samples[..n]
            };
            let other = others.iter().filter(differs).cycle().nth(97 * seed).unwrap();
            other.iter().cycle().take(length).copied().collect()
        }
    }
}

/// A case's reference features with another signal.
fn wrong_case(case: &Turned<'_>, kind: usize, others: &[&Vec<f32>], seed: usize) -> Wrong {
    let config = case.case.config().unwrap();
    Wrong {
        what: format!("{}, {kind}", case.name()),
        samples: another(&case.samples, kind, others, seed),
        sample_rate: config.rate_of_input(),
        values: case.clip.expected().to_vec(),
        shape: case.clip.shape(config.layout),
    }
}

/// A preset's features of one to two seconds, which follow each other from the cases' inputs, with another signal.
fn wrong_preset(i: usize, others: &[&Vec<f32>]) -> Wrong {
    let preset = PRESETS[i % PRESETS.len()];
    let config = MelConfig { pad_to: None, n_frames: None, ..MelConfig::preset(preset).unwrap() };
    let rate = config.sample_rate as usize;
    let length = rate + (i * 7_919) % rate;
    let from = others.iter().cycle().skip(31 * i);
    let samples: Vec<f32> = from.flat_map(|samples| samples.iter().copied()).take(length).collect();
    let mel = MelExtractor::new(&config).unwrap().compute(&samples).unwrap();
    let shape = match config.layout {
        Layout::MelMajor => [mel.n_mels(), mel.n_frames()],
        Layout::FrameMajor => [mel.n_frames(), mel.n_mels()],
    };
    let kind = i / PRESETS.len();
    Wrong {
        what: format!("{preset}, {length} samples, {kind}"),
        samples: another(&samples, kind, others, i),
        sample_rate: config.sample_rate,
        values: mel.into_data(),
        shape,
    }
}

/// Features with a signal that they are not of: the reversed one, another one, or noise. With `MOJO_AUDIO_LONG=1` a
/// thousand pairs, half of cases and half of presets.
#[test]
fn features_of_another_signal_are_never_found() {
    let is_long = std::env::var_os("MOJO_AUDIO_LONG").is_some();
    let corpus = Corpus::read();
    let mut cases = turned(&corpus);
    // A tone is the same when it is reversed, and quiet inputs are nearly silence.
    cases.retain(|case| matches!(case.class(), "speech" | "noise" | "sweeps") && case.kind != "quiet");
    let others: Vec<&Vec<f32>> = cases.iter().map(|case| &case.samples).collect();
    let pairs: Vec<Wrong> = if is_long {
        let half = PAIRS / 2;
        let of_cases = (0..half).map(|i| wrong_case(&cases[i * 7 % cases.len()], i, &others, i));
        of_cases.chain((0..PAIRS - half).map(|i| wrong_preset(i, &others))).collect()
    } else {
        let is_first = |case: &&Turned<'_>| HANDFUL.contains(&case.case.name.as_str());
        cases.iter().filter(is_first).map(|case| wrong_case(case, 0, &others, 0)).collect()
    };
    let all = pairs.len();
    let some = std::env::var("MOJO_AUDIO_PAIRS").map_or(all, |pairs| pairs.parse().unwrap()).min(all);
    let is_taken = |i: usize| i * some / all != (i + 1) * some / all;
    let pairs = pairs.into_iter().enumerate().filter_map(|(i, pair)| is_taken(i).then_some(pair));
    let pairs: Vec<Wrong> = pairs.collect();
    let found = support::in_parallel(&pairs, |pair| {
        let features = Features::new(&pair.values, pair.shape).unwrap();
        let request = Request {
            budget: TIME,
            threads: 1,
            ..Request::new(&pair.samples, pair.sample_rate, features)
        };
        let identified = identify(&request).unwrap();
        let is_found = identified.verdict.is_found();
        is_found.then(|| format!("{}: mean {:.1e}", pair.what, identified.mean))
    });
    let found: Vec<String> = found.into_iter().flatten().collect();
    println!("{} of {} wrong pairs are called found", found.len(), pairs.len());
    assert!(found.is_empty(), "{}", found.join("\n"));
}
