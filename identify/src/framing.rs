//! The first candidates: lengths of frames, their places and distances, and the three usual banks.
//!
//! The number of frames leaves few distances for each length and place, so no list of them is needed.

use crate::engine::Guess;
use crate::fit::Extent;
use crate::reading::Reading;
use mojo_audio_core::MelConfig;
use mojo_audio_core::config::{
    CenterPad, FrameSpan, MelNorm, MelScale, PadMode, PreemphasisMode, TriangleDomain, Window,
};
use std::collections::BTreeSet;

/// Where frames are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Centred on multiples of the hop.
    Centered,
    /// Those of vocoders.
    HalfOverlap,
    /// From the first sample on, n_fft samples.
    Whole,
    /// From the first sample on, win_length samples.
    WholeWindow,
    /// Kaldi's without `snip_edges`.
    Rounded,
}

impl Place {
    pub const ALL: [Self; 5] =
        [Self::Centered, Self::HalfOverlap, Self::Whole, Self::WholeWindow, Self::Rounded];

    pub fn apply(self, config: &mut MelConfig) {
        config.center = matches!(self, Self::Centered | Self::HalfOverlap);
        config.center_pad =
            if self == Self::HalfOverlap { CenterPad::HalfOverlap } else { CenterPad::HalfFrame };
        config.snip_edges = self != Self::Rounded;
        config.frame_span = if matches!(self, Self::WholeWindow | Self::Rounded) {
            FrameSpan::Window
        } else {
            FrameSpan::Fft
        };
        if self == Self::Rounded {
            config.pad_mode = PadMode::Symmetric;
        } else if config.pad_mode == PadMode::Symmetric {
            config.pad_mode = PadMode::Reflect;
        }
    }

    /// Frames of a signal of n samples.
    fn count(self, n: i64, n_fft: i64, window: i64, hop: i64) -> i64 {
        let plain = |length: i64, span: i64| if length < span { 0 } else { 1 + (length - span) / hop };
        match self {
            Self::Centered => plain(n + 2 * (n_fft / 2), n_fft),
            Self::HalfOverlap => plain(n + 2 * ((n_fft - hop).max(0) / 2), n_fft),
            Self::Whole => plain(n, n_fft),
            Self::WholeWindow => plain(n, window),
            Self::Rounded => (n + hop / 2) / hop,
        }
    }
}

/// The filters of a family of recipes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bank {
    Slaney,
    Htk,
    Kaldi,
}

impl Bank {
    pub const ALL: [Self; 3] = [Self::Slaney, Self::Htk, Self::Kaldi];

    pub fn apply(self, config: &mut MelConfig) {
        (config.mel_scale, config.mel_norm, config.triangle_domain) = match self {
            Self::Slaney => (MelScale::Slaney, MelNorm::Slaney, TriangleDomain::Hz),
            Self::Htk => (MelScale::Htk, MelNorm::None, TriangleDomain::Hz),
            Self::Kaldi => (MelScale::Kaldi, MelNorm::None, TriangleDomain::Mel),
        };
    }

    /// A guess with these filters; HTK's also with triangles that are symmetric in hertz, as SpeechBrain has them.
    pub fn on(self, guess: &Guess) -> impl Iterator<Item = Guess> {
        let mut plain = guess.clone();
        self.apply(&mut plain.config);
        let symmetric = (self == Self::Htk).then(|| {
            let mut symmetric = plain.clone();
            symmetric.config.triangle_domain = TriangleDomain::HzSymmetric;
            symmetric
        });
        symmetric.into_iter().chain([plain])
    }
}

/// A front end with nothing special about it.
pub(crate) fn plain(sample_rate: u32) -> MelConfig {
    MelConfig { sample_rate, drop_last_frame: false, pad_to: None, ..MelConfig::torchaudio() }
}

/// Samples of a length of time.
pub(crate) fn samples_of(sample_rate: u32, milliseconds: f64) -> i64 {
    (f64::from(sample_rate) * milliseconds / 1000.0).round() as i64
}

/// Transforms and windows that recipes have.
fn usual_lengths(sample_rate: u32) -> BTreeSet<(i64, i64)> {
    let seconds = |n: i64| n as f64 / f64::from(sample_rate);
    let mut lengths = BTreeSet::new();
    for n in (6..13).map(|k| 1i64 << k) {
        if (0.007..0.19).contains(&seconds(n)) {
            lengths.insert((n, n));
        }
        if (0.01..0.06).contains(&seconds(n)) {
            lengths.insert((2 * n, n));
        }
    }
    for milliseconds in [16.0, 20.0, 25.0, 30.0, 32.0, 35.0, 40.0, 50.0, 62.5] {
        let window = samples_of(sample_rate, milliseconds);
        lengths.insert((window, window));
        lengths.insert((window.max(1).cast_unsigned().next_power_of_two().cast_signed(), window));
    }
    for milliseconds in [25.0, 40.0] {
        let window = samples_of(sample_rate, milliseconds);
        lengths.insert((window * 5 / 4, window));
    }
    lengths.retain(|&(n_fft, window)| window >= 2 && n_fft >= window && n_fft <= 65_536);
    lengths
}

/// Every length up to 100 ms in steps of 7 %.
fn rare_lengths(sample_rate: u32) -> BTreeSet<(i64, i64)> {
    let shortest = f64::from(sample_rate) * 0.012;
    let length = |k: i32| (shortest * 1.07f64.powi(k)) as i64;
    let lengths: BTreeSet<_> = (0..32).map(length).map(|n| (n, n)).filter(|l| l.0 >= 4).collect();
    &lengths - &usual_lengths(sample_rate)
}

/// Distances that recipes have.
pub(crate) fn usual_hops(sample_rate: u32) -> BTreeSet<i64> {
    [10.0, 12.5, 5.0, 8.0, 15.0, 16.0, 20.0]
        .iter()
        .map(|&milliseconds| samples_of(sample_rate, milliseconds))
        .chain([128, 160, 200, 256, 300, 320, 512, 1024])
        .filter(|&hop| hop > 0)
        .collect()
}

/// Distances of frames that make as many of them as the reading has.
fn hops(
    reading: &Reading,
    extent: Extent,
    n: i64,
    sample_rate: u32,
    count: impl Fn(i64) -> i64,
) -> Vec<i64> {
    let frames = reading.valid as i64;
    let usual = usual_hops(sample_rate);
    if extent == Extent::Part {
        return usual.into_iter().filter(|&hop| count(hop) >= frames).collect();
    }
    if extent == Extent::Padded {
        return usual.into_iter().filter(|&hop| (1..=frames).contains(&count(hop))).collect();
    }
    let few = frames <= 3;
    if reading.tail.is_some() || few || reading.wrap.stack > 1 {
        let near = |hop: &i64| {
            let off = count(*hop) - frames;
            if few { off == 0 || off == 1 } else { (-2..=6).contains(&off) }
        };
        return usual.into_iter().filter(near).collect();
    }
    let (low, high) = ((n / (2 * frames + 4)).max(1), ((n + 3 * 4096) / frames).max(2));
    // The larger the distance, the fewer frames: those that make as many, or one more, are a range.
    let least = |most: i64| {
        let (mut low, mut high) = (low, high.max(low));
        while low < high {
            let middle = low.midpoint(high);
            if count(middle) <= most {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    };
    let fits = least(frames + 1)..least(frames - 1);
    let n_fits = (fits.end - fits.start) as usize;
    if n_fits <= 8 {
        return fits.collect();
    }
    let long = [25.0, 30.0, 32.0, 40.0, 50.0].map(|milliseconds| samples_of(sample_rate, milliseconds));
    let is_nice = |hop: &i64| usual.contains(hop) || long.contains(hop) || hop % 50 == 0;
    let nice = fits.clone().filter(is_nice).take(6);
    let some = fits.step_by(n_fits / 5);
    nice.chain(some).collect::<BTreeSet<_>>().into_iter().collect()
}

impl Place {
    fn of(config: &MelConfig) -> Self {
        match (config.center, config.center_pad) {
            (true, CenterPad::HalfFrame) => Self::Centered,
            (true, CenterPad::HalfOverlap) => Self::HalfOverlap,
            _ if !config.snip_edges => Self::Rounded,
            _ if config.frame_span == FrameSpan::Window => Self::WholeWindow,
            _ => Self::Whole,
        }
    }
}

/// A recipe with other sizes.
pub(crate) fn resized(recipe: &Guess, n_fft: u32, window: u32, hop_length: u32) -> Guess {
    let mut guess = recipe.clone();
    let config = &mut guess.config;
    (config.n_fft, config.win_length, config.hop_length) = (n_fft, Some(window), hop_length);
    if config.pad_start > 0 {
        config.pad_start = u64::from(n_fft.saturating_sub(hop_length));
        config.pad_to_multiple_of = Some(hop_length);
    }
    guess
}

/// The recipes with all usual lengths of which few frames are inside the signal: what is at its ends has to be right
/// at once then.
pub(crate) fn resized_grid(reading: &Reading, n: usize, recipes: &[Guess]) -> Vec<Guess> {
    let mut grid = Vec::new();
    for recipe in recipes {
        let sample_rate = recipe.config.sample_rate;
        let place = Place::of(&recipe.config);
        if recipe.config.pad_start > 0 {
            // Frames of whole hops that end with the signal.
            for hop in [10.0, 20.0, 25.0, 40.0, 50.0].map(|time| samples_of(sample_rate, time)) {
                if hop > 0 && (n as i64 + hop - 1) / hop == reading.valid as i64 {
                    for n_fft in [2, 3, 4].map(|hops| hops * hop) {
                        for window in [n_fft, n_fft * 3 / 4] {
                            grid.push(resized(recipe, n_fft as u32, window as u32, hop as u32));
                        }
                    }
                }
            }
            continue;
        }
        for (n_fft, window) in usual_lengths(sample_rate) {
            let count = |hop: i64| place.count(n as i64, n_fft, window, hop);
            for hop in hops(reading, Extent::All, n as i64, sample_rate, count) {
                let inside = (n as i64 - n_fft) / hop - (n_fft / 2 / hop + 2);
                if inside < 12 {
                    grid.push(resized(recipe, n_fft as u32, window as u32, hop as u32));
                }
            }
        }
    }
    grid
}

/// A recipe with all usual lengths and distances that make as many frames as the reading has, or one more.
pub(crate) fn usual_sizes(recipe: &Guess, reading: &Reading, n: usize) -> Vec<Guess> {
    let sample_rate = recipe.config.sample_rate;
    let place = Place::of(&recipe.config);
    let mut found = Vec::new();
    for (n_fft, window) in usual_lengths(sample_rate) {
        for hop in usual_hops(sample_rate) {
            let surplus = place.count(n as i64, n_fft, window, hop) - reading.valid as i64;
            if (0..=1).contains(&surplus) {
                let mut guess = resized(recipe, n_fft as u32, window as u32, hop as u32);
                guess.config.drop_last_frame = surplus == 1;
                found.push(guess);
            }
        }
    }
    found
}

/// A front with the usual sizes that are near its own, at each place.
pub(crate) fn usual_near(front: &Guess, reading: &Reading, n: usize) -> Vec<Guess> {
    let config = &front.config;
    let window = f64::from(config.window_length());
    let hop = f64::from(config.hop_length);
    let mut found = Vec::new();
    for (n_fft, length) in usual_lengths(config.sample_rate) {
        if (length as f64 / window - 1.0).abs() > 0.15 {
            continue;
        }
        for place in Place::ALL {
            let count = |hop: i64| place.count(n as i64, n_fft, length, hop);
            for usual in usual_hops(config.sample_rate) {
                let near = (usual as f64 / hop - 1.0).abs() < 0.06;
                if near && (0..=1).contains(&(count(usual) - reading.valid as i64)) {
                    let mut guess = resized(front, n_fft as u32, length as u32, usual as u32);
                    place.apply(&mut guess.config);
                    found.push(guess);
                }
            }
        }
    }
    found
}

/// Windows of so few samples that all bands of a frame have nearly the same energy.
pub(crate) fn tiny_windows(reading: &Reading, n: usize, start: &MelConfig) -> Vec<Guess> {
    let mut grid = Vec::new();
    for n_fft in [256i64, 400, 512, 1_024, 2_048] {
        for window in 1..=8i64 {
            for place in Place::ALL {
                let count = |hop: i64| place.count(n as i64, n_fft, window, hop);
                for hop in hops(reading, Extent::All, n as i64, start.sample_rate, count) {
                    let mut config = start.clone();
                    place.apply(&mut config);
                    Bank::Slaney.apply(&mut config);
                    config.n_mels = reading.rows as u32;
                    grid.push(resized(&Guess::new(config), n_fft as u32, window as u32, hop as u32));
                }
            }
        }
    }
    grid
}

/// Candidates for a reading of `n` samples.
pub(crate) fn grid(
    reading: &Reading,
    extent: Extent,
    n: usize,
    start: &MelConfig,
    rare: bool,
) -> Vec<Guess> {
    let sample_rate = start.sample_rate;
    let lengths = if rare { rare_lengths(sample_rate) } else { usual_lengths(sample_rate) };
    let bands: Vec<usize> = if reading.is_cepstrum() {
        [128, 40, 23, 80, 64, 60, 26].into_iter().filter(|&m| m >= reading.rows).collect()
    } else {
        vec![reading.rows]
    };
    let n = n as i64;
    let mut grid = Vec::new();
    for (n_fft, window) in lengths {
        for place in Place::ALL {
            if place == Place::WholeWindow && window == n_fft {
                continue;
            }
            for hop in hops(reading, extent, n, sample_rate, |hop| place.count(n, n_fft, window, hop)) {
                for &n_mels in &bands {
                    for bank in Bank::ALL {
                        let mut config = MelConfig {
                            n_fft: n_fft as u32,
                            win_length: Some(window as u32),
                            hop_length: hop as u32,
                            n_mels: n_mels as u32,
                            ..start.clone()
                        };
                        place.apply(&mut config);
                        bank.apply(&mut config);
                        let mut guess = Guess::new(config);
                        if bank == Bank::Kaldi {
                            guess.config.f_min = 20.0;
                            guess.config.window = Window::Povey;
                            guess.config.window_periodic = false;
                            guess.config.preemphasis = 0.97;
                            guess.config.preemphasis_mode = PreemphasisMode::Frame;
                            guess.config.remove_dc_offset = true;
                        }
                        if reading.is_cepstrum() {
                            (guess.top_db, guess.floor) = if bank == Bank::Kaldi {
                                (0.0, f64::from(f32::EPSILON))
                            } else {
                                (80.0, 1e-10)
                            };
                        }
                        grid.push(guess);
                    }
                }
            }
        }
    }
    grid
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Features, Rounding};
    use crate::reading::readings;
    use mojo_audio_core::config::Layout;

    #[test]
    fn distances_make_as_many_frames_or_one_more() {
        for (n, frames) in [(3_000, 4), (3_000, 19), (16_000, 98), (16_001, 401)] {
            let values: Vec<f32> = (0..8 * frames).map(|i| (i as f32).sin()).collect();
            let features = Features::new(&values, [8, frames]).unwrap();
            let layout = Some(Layout::MelMajor);
            let readings = readings(&features, Rounding::None, n as usize, layout, |_| false);
            for place in Place::ALL {
                let count = |hop| place.count(n, 512, 400, hop);
                let found = hops(&readings[0], Extent::All, n, 16_000, count);
                let fits = |hop: &i64| (0..=1).contains(&(count(*hop) - frames as i64));
                let all: Vec<i64> = (1..4 * n).filter(fits).collect();
                assert!(found.iter().all(|hop| all.contains(hop)), "{place:?}: {found:?}");
                let ends = |hops: &[i64]| hops.first().copied();
                assert_eq!(ends(&found), ends(&all), "{place:?}");
                assert!(all.len() > 8 || found == all, "{place:?}: {found:?} of {all:?}");
            }
        }
    }
}
