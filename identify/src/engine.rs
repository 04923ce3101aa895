//! Candidates and what they compute: the engine with a small memory of the last energies.

use mojo_audio_core::config::{Layout, Log, LogFloorMode, Normalize, Reference};
use mojo_audio_core::{MelConfig, MelExtractor, Overrides, Resampler};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// A candidate: options, and what the search assumes of the levels until the back end is known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Guess {
    pub config: MelConfig,
    /// Floor of the energies for an input scale of 1. 0: none is assumed.
    pub floor: f64,
    /// Whether that floor is added instead of clamping.
    pub adds: bool,
    /// Dynamic range below the highest energy, in decibels. 0: none is assumed.
    pub top_db: f64,
    /// The candidate's frame that is the first of the features, where those are a part.
    pub first: usize,
}

impl Guess {
    pub fn new(config: MelConfig) -> Self {
        Self { config, floor: 0.0, adds: false, top_db: 0.0, first: 0 }
    }
}

/// Natural logarithms of energies, row after row.
pub(crate) struct Energies {
    pub rows: usize,
    pub frames: usize,
    pub ln: Vec<f32>,
}

/// Computes candidates of one signal.
pub(crate) struct Engine<'a> {
    /// The whole signal.
    pub samples: &'a [f32],
    /// How many of its samples are used to find the front end.
    pub cut: usize,
    last: Mutex<VecDeque<(MelConfig, Arc<Energies>)>>,
    /// The signal at other rates: resampling takes longer than the rest.
    resampled: Mutex<Vec<Resampled>>,
}

/// Both rates, and the signal at the second.
type Resampled = ((u32, u32), Arc<Vec<f32>>);

/// How many results are kept: those of a round of the descent that differ in the back end only.
const KEPT: usize = 24;

impl<'a> Engine<'a> {
    pub fn new(samples: &'a [f32], cut: usize) -> Self {
        let cut = cut.min(samples.len());
        Self { samples, cut, last: Mutex::default(), resampled: Mutex::default() }
    }

    /// The candidate's energies without anything that follows the filters; `None` where options don't
    /// fit together or no frame fits.
    pub fn energies(&self, config: &MelConfig) -> Option<Arc<Energies>> {
        let config = front_end(config);
        {
            let last = self.last.lock().ok()?;
            if let Some((_, energies)) = last.iter().find(|(known, _)| *known == config) {
                return Some(energies.clone());
            }
        }
        let mel = MelExtractor::new(&config).ok()?.compute(&self.samples[..self.cut]).ok()?;
        let (rows, frames) = (mel.n_mels(), mel.n_frames());
        if frames == 0 {
            return None;
        }
        let ln = mel.into_data().into_iter().map(ln).collect();
        let energies = Arc::new(Energies { rows, frames, ln });
        let mut last = self.last.lock().ok()?;
        if last.len() >= KEPT {
            last.pop_front();
        }
        last.push_back((config, energies.clone()));
        Some(energies)
    }

    /// Powers of the transform's bins, (n_fft / 2 + 1, frames), as natural logarithms.
    pub fn spectrum(&self, config: &MelConfig) -> Option<Energies> {
        let bins = config.n_fft as usize / 2 + 1;
        let config = MelConfig { n_mels: bins as u32, ..front_end(config) };
        let mut identity = vec![0.0; bins * bins];
        (0..bins).for_each(|bin| identity[bin * bins + bin] = 1.0);
        let overrides = Overrides { filterbank: Some(&identity), ..Overrides::default() };
        let extractor = MelExtractor::with_overrides(&config, overrides).ok()?;
        let mel = extractor.compute(&self.samples[..self.cut]).ok()?;
        let (rows, frames) = (mel.n_mels(), mel.n_frames());
        (frames > 0).then(|| Energies {
            rows,
            frames,
            ln: mel.into_data().into_iter().map(ln).collect(),
        })
    }

    /// The candidate's features, row after row, and their number of frames; `None` unless `fits` accepts
    /// the numbers of rows and frames.
    pub fn features(
        &self,
        config: &MelConfig,
        fits: impl Fn(usize, usize) -> bool,
    ) -> Option<(Vec<f32>, usize)> {
        let rates = (config.rate_of_input(), config.sample_rate);
        let config = MelConfig { layout: Layout::MelMajor, input_rate: None, ..config.clone() };
        let resampled = if rates.0 == rates.1 { None } else { Some(self.resampled(rates)?) };
        let samples = resampled.as_ref().map_or(self.samples, |resampled| resampled);
        let extractor = MelExtractor::new(&config).ok()?;
        if !fits(extractor.n_mels(), extractor.frame_count(samples.len())) {
            return None;
        }
        let mel = extractor.compute(samples).ok()?;
        let frames = mel.n_frames();
        Some((mel.into_data(), frames))
    }

    /// The whole signal from one rate to another.
    fn resampled(&self, rates: (u32, u32)) -> Option<Arc<Vec<f32>>> {
        let mut resampled = self.resampled.lock().ok()?;
        if let Some((_, samples)) = resampled.iter().find(|(known, _)| *known == rates) {
            return Some(samples.clone());
        }
        let samples = Arc::new(Resampler::new(rates.0, rates.1).ok()?.resample(self.samples).ok()?);
        resampled.push((rates, samples.clone()));
        Some(samples)
    }

    /// How many frames the whole features have, without computing them.
    pub fn frames(&self, config: &MelConfig) -> usize {
        MelExtractor::new(config).map_or(0, |extractor| extractor.frame_count(self.samples.len()))
    }
}

/// The least padding with which a configuration has this many frames of `n` samples; `None` if it has
/// more without any.
pub(crate) fn padding_for(config: &MelConfig, n: usize, frames: usize) -> Option<u64> {
    let config = MelConfig { pad_to: None, pad_end: 0, n_frames: None, ..config.clone() };
    let extractor = MelExtractor::new(&config).ok()?;
    let count = |length: usize| extractor.frame_count(length);
    let most = (frames + 2) * config.hop_length as usize + config.n_fft as usize;
    let (mut low, mut high) = (n, most);
    if most <= n || count(n) >= frames {
        return None;
    }
    while low + 1 < high {
        let middle = low.midpoint(high);
        if count(middle) >= frames {
            high = middle;
        } else {
            low = middle;
        }
    }
    (count(high) == frames).then_some(high as u64)
}

/// Round lengths that a longer signal may have been truncated to, where that leaves this many frames, and whether the
/// last frame is dropped then.
pub(crate) fn truncations(config: &MelConfig, frames: usize) -> Vec<(u64, bool)> {
    let with = |dropped| {
        let lengths = round_lengths(config, frames + usize::from(dropped));
        lengths.into_iter().map(move |length| (length, dropped))
    };
    with(false).chain(with(true)).collect()
}

/// The lengths that a signal of `n` samples may have been padded to, where that makes this many frames: the least, and
/// round ones.
pub(crate) fn paddings(config: &MelConfig, n: usize, frames: usize) -> Vec<u64> {
    let Some(least) = padding_for(config, n, frames) else { return Vec::new() };
    let unpadded = MelConfig { pad_to: None, pad_end: 0, ..config.clone() };
    let round = round_lengths(&unpadded, frames).into_iter().filter(|&length| length > n as u64);
    let mut all: Vec<u64> = [least].into_iter().chain(round).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Round lengths of signals that have this many frames with the padding of a configuration.
fn round_lengths(config: &MelConfig, frames: usize) -> Vec<u64> {
    let config = MelConfig { drop_last_frame: false, n_frames: None, ..config.clone() };
    let Ok(extractor) = MelExtractor::new(&config) else { return Vec::new() };
    let (hop, rate) = (config.hop_length as usize, config.sample_rate as usize);
    // Frames reach beyond the signal by less than one of them.
    let lengths = (frames.saturating_sub(1) * hop)..=(frames * hop + config.n_fft as usize);
    let mut found = Vec::new();
    for unit in [rate, rate / 2, rate / 10, 1_000, hop, 100].map(|unit| unit.max(1)) {
        let first = lengths.start().div_ceil(unit);
        let multiples = (first..).map(|k| k * unit).take_while(|n| n <= lengths.end());
        let fits = multiples.filter(|&length| extractor.frame_count(length) == frames).take(2);
        for length in fits.map(|length| length as u64) {
            if length > 0 && !found.contains(&length) {
                found.push(length);
            }
        }
    }
    found
}

/// The options up to the filters; what follows, and what is put behind the signal, has no effect.
fn front_end(config: &MelConfig) -> MelConfig {
    MelConfig {
        log: Log::None,
        log_floor: 0.0,
        log_floor_mode: LogFloorMode::Clamp,
        log_ceiling: None,
        reference: Reference::None,
        top_db: None,
        subtract_reference: false,
        offset: 0.0,
        scale: 1.0,
        input_scale: 1.0,
        dither: 0.0,
        n_mfcc: None,
        use_energy: false,
        delta_win_length: None,
        delta_order: 1,
        stack: 1,
        stack_stride: None,
        htk_compat: false,
        n_frames: None,
        normalize: Normalize::None,
        mask_tail: false,
        drop_last_frame: false,
        pad_to: None,
        pad_end: 0,
        layout: Layout::MelMajor,
        ..config.clone()
    }
}

/// The logarithm, with a bottom for energies of 0.
fn ln(energy: f32) -> f32 {
    energy.max(1e-38).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_is_resampled_first_has_the_same_features() {
        let samples: Vec<f32> = (0..4_000).map(|i| (i as f32 * i as f32 * 1e-4).sin()).collect();
        let engine = Engine::new(&samples, samples.len());
        let config = MelConfig { input_rate: Some(11_025), ..MelConfig::whisper() };
        let mel = MelExtractor::new(&config).unwrap().compute(&samples).unwrap();
        let frames = mel.n_frames();
        assert_eq!(engine.features(&config, |_, _| true), Some((mel.into_data(), frames)));
    }

    #[test]
    fn energies_are_those_of_the_filters_whatever_follows_them() {
        let samples: Vec<f32> = (0..4_000).map(|i| (i as f32 * i as f32 * 1e-4).sin()).collect();
        let engine = Engine::new(&samples, samples.len());
        let plain = engine.energies(&MelConfig::whisper()).unwrap();
        let deltas = MelConfig { delta_win_length: Some(3), delta_order: 2, ..MelConfig::whisper() };
        let more = MelConfig { stack: 2, ..deltas };
        let energies = engine.energies(&more).unwrap();
        assert_eq!((energies.rows, energies.frames), (80, plain.frames));
        assert_eq!(energies.ln, plain.ln);
    }
}
