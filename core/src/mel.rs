//! Mel scales and the filterbank: triangles over the bins of the transform, kept sparse.

use crate::config::{BinFrequencies, MelConfig, MelNorm, MelScale, TriangleDomain};
use crate::error::Error;
use crate::memory;
use alloc::vec::Vec;

/// Start of the logarithmic part of Slaney's scale, in hertz, and the mels below it (66.7 Hz each).
const SLANEY_BREAK_HZ: f64 = 1000.0;
const SLANEY_BREAK_MEL: f64 = 15.0;
const SLANEY_HZ_PER_MEL: f64 = 200.0 / 3.0;
/// ln 6.4 / 27: a mel is this much in the logarithm of the frequency above the break.
const SLANEY_LOG_STEP: f64 = 1.856_297_990_365_626_3 / 27.0;

/// Mels of a frequency in hertz.
///
/// Slaney: M. Slaney, Auditory Toolbox, 1998 (as librosa's `hz_to_mel`). HTK: the HTK Book, 3.4,
/// equation 5.13. Kaldi: `feat/mel-computations.h`.
pub(crate) fn hz_to_mel(scale: MelScale, hz: f64) -> f64 {
    match scale {
        MelScale::Slaney if hz < SLANEY_BREAK_HZ => hz / SLANEY_HZ_PER_MEL,
        MelScale::Slaney => SLANEY_BREAK_MEL + libm::log(hz / SLANEY_BREAK_HZ) / SLANEY_LOG_STEP,
        MelScale::Htk => 2595.0 * libm::log10(1.0 + hz / 700.0),
        MelScale::Kaldi => 1127.0 * libm::log1p(hz / 700.0),
    }
}

/// The inverse of [`hz_to_mel`].
pub(crate) fn mel_to_hz(scale: MelScale, mel: f64) -> f64 {
    match scale {
        MelScale::Slaney if mel < SLANEY_BREAK_MEL => mel * SLANEY_HZ_PER_MEL,
        MelScale::Slaney => SLANEY_BREAK_HZ * libm::exp((mel - SLANEY_BREAK_MEL) * SLANEY_LOG_STEP),
        MelScale::Htk => 700.0 * (libm::exp(mel * (core::f64::consts::LN_10 / 2595.0)) - 1.0),
        MelScale::Kaldi => 700.0 * (libm::exp(mel / 1127.0) - 1.0),
    }
}

/// A filterbank in the form that the kernels read.
///
/// Triangles that share their corners have at most two weights in a bin: on the rising side of one
/// and the falling side of the one before. So each bin is read once, by *segments*: segment s lies
/// between corner s and s + 1, where filter s rises and filter s − 1 falls. A filterbank of the
/// caller's own need not be made of triangles, and is read filter by filter.
#[derive(Debug)]
pub(crate) enum Filterbank {
    Segments {
        /// First bin and number of bins of each of the n_mels + 1 segments.
        spans: Vec<Span>,
        /// For each bin of each segment: the weight on the rising and on the falling side.
        weights: Vec<[f32; 2]>,
    },
    Rows {
        /// First bin and number of bins of each of the n_mels filters.
        spans: Vec<Span>,
        weights: Vec<f32>,
    },
}

/// A run of bins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub start: u32,
    pub len: u32,
}

impl Filterbank {
    /// The configured triangles, as librosa's `filters.mel`, `torchaudio.functional.melscale_fbanks`
    /// and Kaldi's `MelBanks` build them.
    pub fn triangles(config: &MelConfig) -> Result<Self, Error> {
        let n_mels = config.n_mels as usize;
        let n_bins = config.n_fft as usize / 2 + 1;
        let corners = Corners::new(config);
        let mut spans = memory::with_capacity(n_mels + 1)?;
        let mut weights = memory::with_capacity::<[f32; 2]>(n_bins)?;
        let bin_hz = match config.bin_frequencies {
            BinFrequencies::Exact => f64::from(config.sample_rate) / f64::from(config.n_fft),
            BinFrequencies::Linspace => f64::from(config.sample_rate / 2) / (n_bins - 1) as f64,
        };
        // Where sides are straight over mel, corners and bins are compared in mel.
        let position = |bin: usize| {
            let hz = bin as f64 * bin_hz;
            match config.triangle_domain {
                TriangleDomain::Hz => hz,
                TriangleDomain::Mel => hz_to_mel(config.mel_scale, hz),
            }
        };

        let mut next = corners.at(0);
        let mut after = corners.at(1);
        let mut before = next;
        let mut bin = 0;
        while bin < n_bins && position(bin) <= next.position {
            bin += 1;
        }
        for segment in 0..=n_mels {
            let (low, high) = (next, after);
            after = if segment < n_mels { corners.at(segment + 2) } else { high };
            let rising = if segment < n_mels { corners.height(low, after) } else { 0.0 };
            let falling = if segment > 0 { corners.height(before, high) } else { 0.0 };
            let width = high.position - low.position;
            let start = bin;
            while bin < n_bins {
                let at = position(bin);
                if at > high.position {
                    break;
                }
                let up = (at - low.position) / width;
                weights.push([(up * rising) as f32, ((1.0 - up) * falling) as f32]);
                bin += 1;
            }
            spans.push(Span { start: start as u32, len: (bin - start) as u32 });
            before = low;
            next = high;
        }
        Ok(Self::Segments { spans, weights })
    }

    /// The caller's own filters, (n_mels, n_bins) row-major.
    pub fn from_rows(rows: &[f32], n_bins: usize) -> Result<Self, Error> {
        let mut spans = memory::with_capacity(rows.len() / n_bins)?;
        let mut weights = Vec::new();
        for row in rows.chunks_exact(n_bins) {
            let start = row.iter().position(|&w| w != 0.0).unwrap_or(0);
            let end = row.iter().rposition(|&w| w != 0.0).map_or(start, |last| last + 1);
            spans.push(Span { start: start as u32, len: (end - start) as u32 });
            memory::extend(&mut weights, &row[start..end])?;
        }
        Ok(Self::Rows { spans, weights })
    }

    /// An upper limit of the sum of a filter's weights.
    pub fn largest_sum(&self) -> f64 {
        match self {
            // A filter has the weights of two segments.
            Self::Segments { spans, weights } => 2.0 * largest_sum(spans, weights.as_flattened(), 2),
            Self::Rows { spans, weights } => largest_sum(spans, weights, 1),
        }
    }

    /// The filters without a weight: too narrow for any bin to fall into.
    pub fn empty_filters(&self) -> Vec<usize> {
        match self {
            Self::Rows { spans, .. } => (0..spans.len()).filter(|&mel| spans[mel].len == 0).collect(),
            Self::Segments { spans, weights } => {
                let mut at = 0;
                let mut rises = Vec::new();
                let mut falls = Vec::new();
                for span in spans {
                    let bins = &weights[at..at + span.len as usize];
                    rises.push(bins.iter().any(|w| w[0] > 0.0));
                    falls.push(bins.iter().any(|w| w[1] > 0.0));
                    at += bins.len();
                }
                (0..spans.len() - 1).filter(|&mel| !rises[mel] && !falls[mel + 1]).collect()
            }
        }
    }
}

/// The largest sum of a span's weights, of which each bin has `per_bin`.
fn largest_sum(spans: &[Span], mut weights: &[f32], per_bin: usize) -> f64 {
    let mut largest = 0.0f64;
    for span in spans {
        let (these, later) = weights.split_at(span.len as usize * per_bin);
        largest = largest.max(these.iter().map(|w| f64::from(w.abs())).sum());
        weights = later;
    }
    largest
}

/// One of the n_mels + 2 corners of the triangles.
#[derive(Clone, Copy)]
struct Corner {
    hz: f64,
    /// Where it stands on the axis on which sides are straight.
    position: f64,
}

struct Corners<'a> {
    config: &'a MelConfig,
    low: f64,
    step: f64,
}

impl<'a> Corners<'a> {
    fn new(config: &'a MelConfig) -> Self {
        let low = hz_to_mel(config.mel_scale, config.f_min);
        let high = hz_to_mel(config.mel_scale, config.upper_frequency());
        Self { config, low, step: (high - low) / f64::from(config.n_mels + 1) }
    }

    fn at(&self, index: usize) -> Corner {
        let mel = self.low + self.step * index as f64;
        let hz = mel_to_hz(self.config.mel_scale, mel);
        let position = match self.config.triangle_domain {
            TriangleDomain::Hz => hz,
            TriangleDomain::Mel => mel,
        };
        Corner { hz, position }
    }

    /// Height of the triangle from one corner to the next but one.
    fn height(&self, from: Corner, to: Corner) -> f64 {
        match self.config.mel_norm {
            MelNorm::None => 1.0,
            MelNorm::Slaney => 2.0 / (to.hz - from.hz),
        }
    }
}
