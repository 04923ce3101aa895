//! What may be said of the best candidate, and which options the recording leaves open.

use crate::code::differing;
use crate::descent::Fixed;
use crate::engine::Guess;
use crate::features::{Features, Rounding};
use crate::limits::Limits;
use crate::polish;
use crate::probe::probe;
use crate::reading::Reading;
use crate::scores::scores;
use crate::search::Found;
use crate::statistics::extremes;
use crate::target::{Deviation, Target};
use mojo_audio_core::{MelConfig, MelExtractor, OPTIONS};
use std::collections::BTreeMap;
use std::fmt;

/// What may be said of the best candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The configuration makes these features, up to the rounding of float32 arithmetic.
    Found,
    /// It does, up to the rounding of the features: to float16, or to steps as in 8-bit quantization.
    UpToRounding,
    /// It is near, but something else differs.
    Near,
    /// Configurations fit, but this recording (silence, a constant, a few frames) doesn't single one out.
    Open,
    /// The features are not of this signal.
    NotOfSignal,
}

impl Verdict {
    /// Whether the configuration makes the features.
    #[must_use]
    pub const fn is_found(self) -> bool {
        matches!(self, Self::Found | Self::UpToRounding)
    }

    /// A short name, the same in every version.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::UpToRounding => "up_to_rounding",
            Self::Near => "near",
            Self::Open => "open",
            Self::NotOfSignal => "not_of_signal",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Found => "found",
            Self::UpToRounding => "found up to the rounding of the features",
            Self::Near => "near, but something else differs",
            Self::Open => "this recording does not single out a configuration",
            Self::NotOfSignal => "these features are not of this signal",
        })
    }
}

/// An option that the recording leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOption {
    /// Its name.
    pub option: &'static str,
    /// Other values, as texts, that make the same features.
    pub values: Vec<String>,
}

/// Mean deviation beyond rounding that counts as none, in units of the spread: what two right programs
/// differ by in float32.
const EQUAL: f64 = 3e-5;
/// A mean distance up to which something of the configuration is right.
const SIMILAR: f64 = 0.2;

/// Whether an input can't tell configurations apart, whatever they are.
pub(crate) fn is_poor(samples: &[f32], features: &Features<'_>, readings: &[Reading]) -> bool {
    let (low, high) = extremes(samples);
    let constant = f64::from(high) - f64::from(low) <= 1e-6 * f64::from(high.abs().max(low.abs()));
    // Clicks in silence: every frame is the transform of one sample.
    let loud = samples.iter().filter(|sample| sample.abs() > 1e-4 * high.abs().max(low.abs())).count();
    let few_frames = readings.iter().map(|reading| reading.valid).max().unwrap_or(0) < 4;
    constant || loud < 16 || few_frames || features.is_constant()
}

/// Whether a deviation is nothing but rounding.
pub(crate) fn is_equal(deviation: &Deviation) -> bool {
    deviation.unexplained <= EQUAL && deviation.outliers == 0.0
}

pub(crate) fn judge(
    deviation: Option<&Deviation>,
    found: &Found,
    rounding: Rounding,
    poor: bool,
    open: &[OpenOption],
) -> Verdict {
    let Some(deviation) = deviation else {
        return if poor { Verdict::Open } else { Verdict::NotOfSignal };
    };
    let equal = is_equal(deviation);
    if poor || equal && leaves_open(open) {
        return Verdict::Open;
    }
    if equal {
        return if rounding == Rounding::None { Verdict::Found } else { Verdict::UpToRounding };
    }
    if found.best() > SIMILAR { Verdict::NotOfSignal } else { Verdict::Near }
}

/// Options that a front end consists of: if several are open, nothing is singled out.
const ESSENTIAL: [&str; 8] =
    ["n_fft", "win_length", "hop_length", "window", "mel_scale", "f_min", "f_max", "mel_norm"];

fn leaves_open(open: &[OpenOption]) -> bool {
    open.iter().filter(|open| ESSENTIAL.contains(&open.option)).count() >= 3
}

/// Options that could have another value: with it, the features are as near.
pub(crate) fn open_options(
    best: &Guess,
    distance: f64,
    target: &Target<'_>,
    fixed: Fixed<'_>,
    limits: &Limits<'_>,
) -> Vec<OpenOption> {
    let mut others: Vec<Guess> = Vec::new();
    let mut names: Vec<&'static str> = Vec::new();
    for change in polish::usual(best, target) {
        let mut other = best.clone();
        change(&mut other);
        fixed(&mut other);
        if let [name] = differing(&best.config, &other.config)[..]
            && !others.contains(&other)
        {
            others.push(other);
            names.push(name);
        }
    }
    let distances = scores(&others, limits, -1.0, target);
    let allowed = 1.3 * distance + 1e-7;
    let mut open: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let mut same_for_any = for_any_input(&best.config);
    for ((other, name), distance) in others.iter().zip(names).zip(distances) {
        if distance <= allowed && !same_for_any(&other.config) {
            open.entry(name).or_default().extend(other.config.get(name));
        }
    }
    OPTIONS
        .iter()
        .filter_map(|option| open.remove_entry(option.name))
        .map(|(option, values)| OpenOption { option, values })
        .collect()
}

/// What tells whether another configuration is the same for any input: it is for the one that tells most
/// apart.
fn for_any_input(config: &MelConfig) -> impl FnMut(&MelConfig) -> bool {
    let samples = probe(config.sample_rate);
    let features =
        move |config: &MelConfig| MelExtractor::new(config).and_then(|of| of.compute(&samples)).ok();
    // Only computed if an option is open at all.
    let config = config.clone();
    let mut first = None;
    move |other| {
        let first = first.get_or_insert_with(|| features(&config));
        let (Some(a), Some(b)) = (first.as_ref(), features(other)) else { return false };
        let spread = extremes(a.data());
        let most = 1e-6 * (spread.1 - spread.0);
        a.data().len() == b.data().len()
            && a.data().iter().zip(b.data()).all(|(a, b)| (a - b).abs() <= most)
    }
}
