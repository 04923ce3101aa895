//! A checked configuration, with every table that computing it needs.

use crate::affine::Affine;
use crate::block::frames::Frames;
use crate::block::{Recipe, Weights};
use crate::compress::Compression;
use crate::config::MelConfig;
use crate::error::Error;
use crate::frame::Framing;
use crate::kernels::{InstructionSet, Kernel};
use crate::limits;
use crate::mel::Filterbank;
use crate::memory;
use crate::normalize::Normalization;
use crate::pcen::{self, Pcen};
use crate::resample;
use crate::signal::Conditioning;
use crate::stack::Stacking;
use crate::window;
use alloc::{format, string::String, vec::Vec};

/// Tables that replace the computed ones, and the choice of the instruction set.
#[derive(Clone, Copy, Debug, Default)]
pub struct Overrides<'a> {
    /// The window: `win_length` values in place of those of the option `window`.
    pub window: Option<&'a [f32]>,
    /// The filterbank: (`n_mels`, `n_fft` / 2 + 1) weights, row-major, in place of the triangles.
    pub filterbank: Option<&'a [f32]>,
    /// What is subtracted from each row of the result, last of all: [`n_rows`](MelConfig::n_rows) values, those of a
    /// whole stack if frames are stacked (the mean of global CMVN). Unset: nothing.
    pub row_mean: Option<&'a [f32]>,
    /// What each row is multiplied by after that: as many values (the inverse deviation of global CMVN). Unset: nothing.
    pub row_scale: Option<&'a [f32]>,
    /// The instruction set; unset takes the fastest.
    pub instruction_set: Option<InstructionSet>,
}

/// The plan. It is never changed once made.
#[derive(Debug)]
pub(crate) struct Plan {
    pub kernel: &'static Kernel,
    pub framing: Framing,
    /// The filters from the input's rate to that of the frames, if they differ.
    pub resampling: Option<resample::Design>,
    pub conditioning: Conditioning,
    pub recipe: Recipe,
    pub compression: Compression,
    /// Follows the energies where `log` is `pcen`.
    pub pcen: Option<Pcen>,
    pub stacking: Stacking,
    /// Rows of the result.
    pub n_rows: usize,
    /// Samples after which the signal is truncated.
    pub max_length: u64,
    /// Frames that the result must have, and the value of missing ones.
    pub n_frames: Option<usize>,
    pub missing: f32,
    pub normalization: Normalization,
    pub affine: Option<Affine>,
    /// Samples of at most this magnitude never overflow.
    pub sample_limit: f32,
}

impl Plan {
    pub fn new(config: &MelConfig, overrides: &Overrides<'_>) -> Result<Self, Error> {
        config.check()?;
        let kernel = choose_kernel(overrides.instruction_set)?;
        Self::of_kernel(config, overrides, kernel, (kernel.expands)())
    }

    /// For options that were checked; `expands` says whether samples are expanded, where they can be.
    fn of_kernel(
        config: &MelConfig,
        overrides: &Overrides<'_>,
        kernel: &'static Kernel,
        expands: bool,
    ) -> Result<Self, Error> {
        let framing = Framing::new(config);
        let mut shape = match overrides.window {
            None => window::shape(config)?,
            Some(values) => own_window(config, values)?,
        };
        let norm = window::norm(config, &shape)?;
        let gain = config.input_scale / norm;
        // The energy of windowed samples is that before the division by the norm.
        let windowed_energy = config.use_energy && !config.raw_energy;
        let restored_norm = if windowed_energy { norm.max(1.0) } else { 1.0 };
        if gain != 1.0 {
            shape.iter_mut().for_each(|value| *value *= gain);
        }
        if overrides.window.is_some() {
            limits::check_scaled(&shape, restored_norm)?;
        }
        let filterbank = match overrides.filterbank {
            None => Filterbank::triangles(config)?,
            Some(rows) => own_filterbank(config, rows)?,
        };
        // The options that compute the frames: with PCEN, plain energies.
        let linear = pcen::linear(config);
        let weights = weights(&framing, shape)?;
        let weights = Weights { of: &weights, norm };
        let form = (kernel.lanes, expands);
        let recipe = Recipe::new(&linear, &framing, form, &weights, filterbank)?;
        let mut sample_limit = limits::sample_limit(
            &linear,
            config.scale,
            weights.of,
            restored_norm,
            &recipe.bands.filterbank,
            recipe.bands.cepstrum.as_deref(),
            Frames::are_treated(config),
        )?;
        limits::check_dither(config, sample_limit)?;
        limits::check_normalized(config, sample_limit)?;
        let resampling = match (config.rate_of_input(), config.sample_rate) {
            (from, to) if from == to => None,
            (from, to) => Some(resample::Design::new(kernel, from, to)?),
        };
        let affine = Affine::new(&linear, overrides)?;
        if let Some(affine) = &affine {
            sample_limit = affine.limit(&linear, sample_limit);
        }
        if resampling.is_some() {
            sample_limit = (sample_limit / resample::GAIN).max(f32::MIN_POSITIVE);
        }
        Ok(Self {
            kernel,
            framing,
            resampling,
            conditioning: Conditioning::new(config),
            sample_limit,
            stacking: Stacking::new(config),
            n_rows: config.n_rows() as usize,
            max_length: config.max_length.unwrap_or(u64::MAX),
            recipe,
            missing: (config.offset * config.scale) as f32,
            compression: Compression::new(&linear),
            pcen: Pcen::new(config),
            n_frames: config.n_frames.map(|n| n as usize),
            normalization: Normalization::new(config),
            affine,
        })
    }

    /// How many samples an input of `n_samples` has after resampling and truncation: frames are cut from
    /// those.
    pub fn signal_length(&self, n_samples: u64) -> u64 {
        let length =
            self.resampling.as_ref().map_or(n_samples, |design| design.output_length(n_samples));
        length.min(self.max_length)
    }

    /// Frames of the result for an input of `n_samples` samples.
    pub fn frame_count(&self, n_samples: u64) -> usize {
        let computed = || self.stacking.count(self.framing.count(self.signal_length(n_samples)));
        self.n_frames.unwrap_or_else(computed)
    }

    /// Frames of the result that are not padding of `pad_to` and `n_frames`, nor masked.
    pub fn valid_frames(&self, n_samples: u64) -> usize {
        let length = self.signal_length(n_samples);
        let computed = self.framing.count(length);
        let kept = match self.normalization.masks_tail() {
            true => usize::try_from(length / self.framing.hop as u64).unwrap_or(usize::MAX),
            false => self.framing.unpadded(length),
        };
        self.stacking.valid(computed.min(kept))
    }

    /// How many samples `n_frames` frames span, with `stride` samples from one start to the next.
    pub fn source_length(&self, n_frames: usize, stride: usize) -> usize {
        (n_frames - 1) * stride + self.framing.n_fft
    }
}

/// The weight of each sample of the transform: the window is in the middle of it, or at the start of the frame's span.
fn weights(framing: &Framing, shape: Vec<f64>) -> Result<Vec<f64>, Error> {
    let lead = (framing.span - shape.len()) / 2;
    if shape.len() == framing.n_fft {
        return Ok(shape);
    }
    let mut weights = memory::with_capacity(framing.n_fft)?;
    weights.resize(lead, 0.0);
    weights.extend_from_slice(&shape);
    weights.resize(framing.n_fft, 0.0);
    Ok(weights)
}

pub(crate) fn choose_kernel(named: Option<InstructionSet>) -> Result<&'static Kernel, Error> {
    Kernel::choose(named).ok_or_else(|| Error::Config {
        field: "instruction_set".into(),
        value: named.map_or_else(String::new, |set| format!("{set:?}")),
        expected: format!(
            "one of this machine's: {:?}",
            InstructionSet::available().collect::<Vec<_>>()
        )
        .into(),
    })
}

fn own_window(config: &MelConfig, values: &[f32]) -> Result<Vec<f64>, Error> {
    limits::check_table("window", values, config.window_length() as usize)?;
    let mut window = memory::with_capacity(values.len())?;
    window.extend(values.iter().map(|&value| f64::from(value)));
    Ok(window)
}

fn own_filterbank(config: &MelConfig, rows: &[f32]) -> Result<Filterbank, Error> {
    let n_bins = config.n_fft as usize / 2 + 1;
    limits::check_table("filterbank", rows, config.n_mels as usize * n_bins)?;
    pcen::check_filterbank(config, rows)?;
    Filterbank::from_rows(rows, n_bins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extractor::MelExtractor;

    #[test]
    fn results_do_not_depend_on_how_samples_are_laid() {
        let samples: Vec<f32> = (0..9_000).map(|i| (i * i % 2_003) as f32 / 2_003.0 - 0.5).collect();
        let whisper = MelConfig::whisper();
        for config in [MelConfig { n_fft: 512, ..whisper.clone() }, whisper] {
            for set in InstructionSet::available() {
                let overrides = Overrides { instruction_set: Some(set), ..Overrides::default() };
                let [laid, expanded] = [false, true].map(|expands| {
                    let kernel = choose_kernel(overrides.instruction_set).unwrap();
                    let plan = Plan::of_kernel(&config, &overrides, kernel, expands).unwrap();
                    MelExtractor::of_plan(&config, plan).unwrap().compute(&samples).unwrap().into_data()
                });
                assert!(laid == expanded, "{set:?}, n_fft {}", config.n_fft);
            }
        }
    }
}
