//! The samples that frames are cut from: the input, conditioned and continued beyond its ends.

use crate::config::{MelConfig, PadMode, PadToMode, PreemphasisMode};
use crate::dither;
use crate::ends::{self, Content};
use crate::error::Error;
use crate::frame::Framing;
use crate::kernels::Kernel;
use core::ops::Range;

/// A type that samples come in: `f32`, of which those below 2^−95 count as 0, or `i16`, which counts as
/// value / 32,768.
pub trait Sample: Copy + Send + Sync + sealed::Sealed {}

impl Sample for f32 {}
impl Sample for i16 {}

pub(crate) mod sealed {
    use crate::kernels::Kernel;
    use crate::resample::kernels::Step;

    pub trait Sealed: Sized {
        fn to_f32(self) -> f32;

        /// The samples as they are, if they are floats.
        fn as_floats(samples: &[Self]) -> Option<&[f32]>;

        /// Converts as many samples as `to` has room for.
        fn convert(kernel: &Kernel, from: &[Self], to: &mut [f32]);

        /// Converts as many samples as `to` has room for, those below 2^−95 to 0; whether all are of
        /// magnitude at most `limit`.
        fn take(kernel: &Kernel, from: &[Self], to: &mut [f32], limit: f32) -> bool;
    }

    impl Sealed for f32 {
        fn to_f32(self) -> f32 {
            self
        }
        fn as_floats(samples: &[Self]) -> Option<&[f32]> {
            Some(samples)
        }
        fn convert(_: &Kernel, from: &[Self], to: &mut [f32]) {
            to.copy_from_slice(from);
        }
        fn take(kernel: &Kernel, from: &[Self], to: &mut [f32], limit: f32) -> bool {
            let mut fits = true;
            kernel.resample(Step::Take { from, to, limit, fits: &mut fits });
            fits
        }
    }

    impl Sealed for i16 {
        fn to_f32(self) -> f32 {
            f32::from(self) * (1.0 / 32_768.0)
        }
        fn as_floats(_: &[Self]) -> Option<&[f32]> {
            None
        }
        fn convert(kernel: &Kernel, from: &[Self], to: &mut [f32]) {
            kernel.convert_i16(from, to);
        }
        fn take(kernel: &Kernel, from: &[Self], to: &mut [f32], _: f32) -> bool {
            kernel.convert_i16(from, to);
            true
        }
    }
}

/// What is done to each sample before frames are cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conditioning {
    /// Deviation of the dither, in units of the input.
    dither: f32,
    dither_seed: u64,
    /// Pre-emphasis over the signal.
    preemphasis: f32,
    /// Whether mean and variance are made 0 and 1.
    pub normalize: bool,
    pub pad_mode: PadMode,
    repeat: bool,
}

impl Conditioning {
    pub fn new(config: &MelConfig) -> Self {
        let over_signal = config.preemphasis_mode == PreemphasisMode::Signal;
        Self {
            dither: (config.dither / config.input_scale) as f32,
            dither_seed: config.dither_seed,
            preemphasis: if over_signal { config.preemphasis as f32 } else { 0.0 },
            normalize: config.normalize_input,
            // With zeros before the signal, frames reach beyond its ends only into zeros (see `check_padding`).
            pad_mode: if config.pad_start > 0 { PadMode::Constant } else { config.pad_mode },
            repeat: config.pad_to_mode == PadToMode::Repeat,
        }
    }

    /// Whether the samples can be used as they are.
    fn is_none(&self) -> bool {
        self.dither == 0.0 && self.preemphasis == 0.0 && !self.normalize
    }

    /// Adds the noise of the places from `start` on.
    fn add_dither(&self, start: u64, to: &mut [f32]) {
        if self.dither != 0.0 {
            for (place, value) in (start..).zip(to) {
                *value += self.dither * dither::noise(self.dither_seed, place);
            }
        }
    }
}

/// Length of a signal whose end is not known: longer than any, and with room for sums.
pub(crate) const ENDLESS: u64 = 1 << 60;

/// Samples by their place, from some place on.
pub(crate) trait Signal {
    /// Length with the padding after it, of a signal whose end is known; else [`ENDLESS`], and places
    /// that are not known yet count as 0.
    fn length(&self) -> u64;

    /// The place from which on the signal is padding: zeros up to `length`. [`u64::MAX`] if that is not
    /// known.
    fn silent_from(&self) -> u64;

    fn pad_mode(&self) -> PadMode;

    /// The samples at `start` and after it, if they are in memory in the form that frames take.
    fn direct(&self, start: i64, len: usize) -> Option<&[f32]>;

    /// Copies the samples at `start` and after it; `start` and the end lie within 0 and `length`.
    fn copy(&self, kernel: &Kernel, start: u64, to: &mut [f32]);

    /// Fills `to` with the samples at `start` and after it, wherever that is.
    fn fill(&self, kernel: &Kernel, start: i64, to: &mut [f32]) {
        let length = i64::try_from(self.length()).unwrap_or(i64::MAX);
        let end = start.saturating_add(to.len() as i64);
        let inside_from = start.clamp(0, length).min(end);
        let inside_to = end.clamp(0, length).max(inside_from);
        let before = (inside_from - start).max(0) as usize;
        let inside = (inside_to - inside_from) as usize;
        let (head, rest) = to.split_at_mut(before.min((end - start) as usize));
        let (middle, tail) = rest.split_at_mut(inside.min(rest.len()));
        if !middle.is_empty() {
            self.copy(kernel, inside_from as u64, middle);
        }
        self.fill_outside(kernel, start, head);
        self.fill_outside(kernel, start + (before + inside) as i64, tail);
    }

    /// Fills `to` with what is beyond one of the ends, from place `start` on.
    fn fill_outside(&self, kernel: &Kernel, mut start: i64, mut to: &mut [f32]) {
        while !to.is_empty() {
            let run = ends::run(self.pad_mode(), start, self.length());
            let (part, rest) = to.split_at_mut(run.len.min(to.len()));
            match run.content {
                Content::Zeros => part.fill(0.0),
                Content::Same(place) => {
                    let mut sample = [0.0];
                    self.copy(kernel, place, &mut sample);
                    part.fill(sample[0]);
                }
                Content::Forwards(from) => self.copy(kernel, from, part),
                Content::Backwards(from) => {
                    self.copy(kernel, from + 1 - part.len() as u64, part);
                    part.reverse();
                }
            }
            start += part.len() as i64;
            to = rest;
        }
    }

    /// The frames whose samples are all 0, as they are in the padding after the signal.
    fn silent_frames(&self, framing: &Framing) -> Range<usize> {
        let (Ok(from), length) = (i64::try_from(self.silent_from()), self.length()) else {
            return 0..0;
        };
        let end = ends::end_of_silence(self.pad_mode(), from as u64, length);
        let end = i64::try_from(end).unwrap_or(i64::MAX);
        let hop = framing.hop as i64;
        // Frame f reads `n_fft` samples from f · hop − lead on.
        let first = (from + framing.lead + hop - 1).div_euclid(hop).max(0);
        let last = end.saturating_sub(framing.n_fft as i64).saturating_add(framing.lead);
        let after = last.div_euclid(hop).saturating_add(1);
        let frame = |frame: i64| usize::try_from(frame).unwrap_or(usize::MAX);
        frame(first)..frame(after.max(first))
    }
}

/// Where a whole input's samples are read from.
pub(crate) trait Source {
    fn len(&self) -> usize;

    /// All samples, if they are in memory as floats.
    fn floats(&self) -> Option<&[f32]>;

    /// Copies the samples from `from` on.
    fn read(&self, kernel: &Kernel, from: usize, to: &mut [f32]);
}

impl<S: Sample> Source for &[S] {
    fn len(&self) -> usize {
        <[S]>::len(self)
    }

    fn floats(&self) -> Option<&[f32]> {
        S::as_floats(self)
    }

    fn read(&self, kernel: &Kernel, from: usize, to: &mut [f32]) {
        S::convert(kernel, &self[from..from + to.len()], to);
    }
}

/// Mean and 1 / deviation of an input, or 0 and 1 where it is not normalized.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standard {
    mean: f32,
    per_deviation: f32,
}

impl Standard {
    pub const NONE: Self = Self { mean: 0.0, per_deviation: 1.0 };

    /// Mean and 1 / sqrt(variance + 1e-7), as transformers' `zero_mean_unit_var_norm` takes them.
    pub fn of(source: &impl Source, kernel: &Kernel) -> Self {
        let n = source.len();
        let sum = |term: &dyn Fn(f64) -> f64| {
            let (mut sum, mut part) = (0.0, [0.0; 256]);
            for from in (0..n).step_by(part.len()) {
                let part = &mut part[..(n - from).min(256)];
                source.read(kernel, from, part);
                sum = part.iter().fold(sum, |sum, sample| sum + term(f64::from(*sample)));
            }
            sum
        };
        let mean = sum(&|sample| sample) / n as f64;
        let variance = sum(&|sample| (sample - mean) * (sample - mean)) / n as f64;
        Self { mean: mean as f32, per_deviation: (1.0 / libm::sqrt(variance + 1e-7)) as f32 }
    }
}

/// A whole input.
pub(crate) struct WholeSignal<S> {
    source: S,
    conditioning: Conditioning,
    standard: Standard,
    length: u64,
    /// Samples up to here repeat the input.
    repeated: u64,
}

impl<S: Source> WholeSignal<S> {
    pub fn new(source: S, conditioning: Conditioning, framing: &Framing, standard: Standard) -> Self {
        let n = source.len() as u64;
        let length = framing.padded_length(n);
        let repeated = if conditioning.repeat { length / n * n } else { n };
        Self { source, conditioning, standard, length, repeated }
    }

    /// The input from sample `from` on, before pre-emphasis.
    fn plain(&self, kernel: &Kernel, from: usize, to: &mut [f32]) {
        self.source.read(kernel, from, to);
        if self.conditioning.normalize {
            let Standard { mean, per_deviation } = self.standard;
            for value in &mut *to {
                *value = (*value - mean) * per_deviation;
            }
        }
        self.conditioning.add_dither(from as u64, to);
    }

    /// The input from sample `from` on.
    fn conditioned(&self, kernel: &Kernel, from: usize, to: &mut [f32]) {
        self.plain(kernel, from, to);
        if self.conditioning.preemphasis != 0.0 {
            let mut before = [0.0];
            if from > 0 {
                self.plain(kernel, from - 1, &mut before);
            }
            kernel.emphasize(to, self.conditioning.preemphasis, before[0]);
        }
    }
}

impl<S: Source> Signal for WholeSignal<S> {
    fn length(&self) -> u64 {
        self.length
    }

    fn silent_from(&self) -> u64 {
        self.repeated
    }

    fn pad_mode(&self) -> PadMode {
        self.conditioning.pad_mode
    }

    fn direct(&self, start: i64, len: usize) -> Option<&[f32]> {
        let floats = self.source.floats().filter(|_| self.conditioning.is_none())?;
        let start = usize::try_from(start).ok()?;
        floats.get(start..start.checked_add(len)?)
    }

    fn copy(&self, kernel: &Kernel, start: u64, to: &mut [f32]) {
        let repeated = (self.repeated.saturating_sub(start)).min(to.len() as u64) as usize;
        let (mut signal, zeros) = to.split_at_mut(repeated);
        zeros.fill(0.0);
        // A repetition at a time.
        let n = self.source.len();
        let mut from = (start % n as u64) as usize;
        while !signal.is_empty() {
            let len = (n - from).min(signal.len());
            let (part, rest) = signal.split_at_mut(len);
            self.conditioned(kernel, from, part);
            signal = rest;
            from = 0;
        }
    }
}

/// The samples of a stream that may still be needed, conditioned on arrival.
pub(crate) struct RecentSignal<'a> {
    pub samples: &'a [f32],
    /// Place of the first of them.
    pub origin: u64,
    /// Others from before, if any.
    pub held: &'a [f32],
    pub held_origin: u64,
    /// Length with the padding after it, once it is known.
    pub length: Option<u64>,
    pub pad_mode: PadMode,
}

impl Signal for RecentSignal<'_> {
    fn length(&self) -> u64 {
        self.length.unwrap_or(ENDLESS)
    }

    fn silent_from(&self) -> u64 {
        self.length.map_or(u64::MAX, |_| self.origin + self.samples.len() as u64)
    }

    fn pad_mode(&self) -> PadMode {
        self.pad_mode
    }

    fn direct(&self, start: i64, len: usize) -> Option<&[f32]> {
        let start = usize::try_from(start - self.origin as i64).ok()?;
        self.samples.get(start..start.checked_add(len)?)
    }

    fn copy(&self, _: &Kernel, start: u64, to: &mut [f32]) {
        // Places that are kept nowhere are asked for only beyond a frame's span, where the window is 0.
        to.fill(0.0);
        overlay(to, start, self.held, self.held_origin);
        overlay(to, start, self.samples, self.origin);
    }
}

/// Copies to `to`, whose first place is `start`, the samples that belong there; theirs is `origin`.
fn overlay(to: &mut [f32], start: u64, samples: &[f32], origin: u64) {
    let skip = |places: u64| usize::try_from(places).unwrap_or(usize::MAX);
    let to = to.get_mut(skip(origin.saturating_sub(start))..).unwrap_or_default();
    let samples = samples.get(skip(start.saturating_sub(origin))..).unwrap_or_default();
    let len = samples.len().min(to.len());
    to[..len].copy_from_slice(&samples[..len]);
}

/// Conditions the samples of a stream as they come, as [`WholeSignal`] does.
#[derive(Clone, Debug)]
pub(crate) struct Conditioner {
    conditioning: Conditioning,
    next: u64,
    before: f32,
}

impl Conditioner {
    pub fn new(conditioning: Conditioning) -> Self {
        Self { conditioning, next: 0, before: 0.0 }
    }

    /// Conditions the next samples in place.
    pub fn condition(&mut self, kernel: &Kernel, to: &mut [f32]) {
        self.conditioning.add_dither(self.next, to);
        self.next += to.len() as u64;
        if let Some(&last) = to.last() {
            if self.conditioning.preemphasis != 0.0 {
                kernel.emphasize(to, self.conditioning.preemphasis, self.before);
            }
            self.before = last;
        }
    }
}

/// Refuses the first sample that is no finite number of magnitude at most `limit`; `start` is the
/// place of the first.
pub(crate) fn check_samples<S: Sample>(samples: &[S], limit: f32, start: u64) -> Result<(), Error> {
    // NaN fails every comparison. Whole groups first, which compilers turn into vectors.
    let fits = |sample: &S| sample.to_f32().abs() <= limit;
    let all_fit = |group: &[S]| group.iter().fold(true, |all, sample| all & fits(sample));
    let Some(group) = samples.chunks(256).position(|group| !all_fit(group)) else {
        return Ok(());
    };
    let bad = samples.iter().enumerate().skip(group * 256).find(|(_, sample)| !fits(sample));
    bad.map_or(Ok(()), |(at, sample)| {
        Err(Error::Sample {
            index: usize::try_from(start + at as u64).unwrap_or(usize::MAX),
            value: sample.to_f32(),
            limit,
        })
    })
}
