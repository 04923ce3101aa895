//! Mel scales and the filterbank: triangles over the bins of the transform, kept sparse.

use crate::config::{BinFrequencies, MelConfig, MelNorm, MelScale, TriangleDomain};
use crate::error::Error;
use crate::memory;
use alloc::vec;
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
/// and the falling side of the one before. So each bin is read once. Of the n_mels + 1 *segments*,
/// segment s lies between corner s and s + 1, where filter s rises and filter s − 1 falls. A filterbank
/// of the caller's own need not be made of triangles, and is read filter by filter.
#[derive(Debug)]
pub(crate) enum Filterbank {
    Triangles {
        /// The bin of the first tap; those of the others follow.
        first_bin: usize,
        /// Of each bin, and one of no segment at the end.
        taps: Vec<Tap>,
    },
    Rows {
        /// First bin and number of bins of each of the n_mels filters.
        spans: Vec<Span>,
        weights: Vec<f32>,
    },
}

/// A bin's weights in two triangles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tap {
    /// The segment in which it lies, which is the filter that rises there.
    pub segment: u32,
    pub rising: f32,
    pub falling: f32,
}

impl Tap {
    const END: Self = Self { segment: u32::MAX, rising: 0.0, falling: 0.0 };
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
        let mut taps = memory::with_capacity(n_bins + 1)?;
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
        let first_bin = bin;
        for segment in 0..=n_mels {
            let (low, high) = (next, after);
            after = if segment < n_mels { corners.at(segment + 2) } else { high };
            let rising = if segment < n_mels { corners.height(low, after) } else { 0.0 };
            let falling = if segment > 0 { corners.height(before, high) } else { 0.0 };
            let width = high.position - low.position;
            while bin < n_bins {
                let at = position(bin);
                if at > high.position {
                    break;
                }
                let up = (at - low.position) / width;
                taps.push(Tap {
                    segment: segment as u32,
                    rising: (up * rising) as f32,
                    falling: ((1.0 - up) * falling) as f32,
                });
                bin += 1;
            }
            before = low;
            next = high;
        }
        taps.push(Tap::END);
        Ok(Self::Triangles { first_bin, taps })
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
            Self::Triangles { taps, .. } => {
                let segments = taps.chunk_by(|a, b| a.segment == b.segment);
                2.0 * largest(segments.map(|taps| {
                    taps.iter().map(|tap| f64::from(tap.rising) + f64::from(tap.falling)).sum()
                }))
            }
            Self::Rows { spans, weights } => {
                let mut weights = weights.as_slice();
                largest(spans.iter().map(|span| {
                    let (these, later) = weights.split_at(span.len as usize);
                    weights = later;
                    these.iter().map(|w| f64::from(w.abs())).sum()
                }))
            }
        }
    }

    /// Those of the `n_mels` filters that have no weight: too narrow for any bin to fall into.
    pub fn empty_filters(&self, n_mels: usize) -> Vec<usize> {
        let mut is_empty = vec![true; n_mels];
        match self {
            Self::Rows { spans, .. } => {
                for (is_empty, span) in is_empty.iter_mut().zip(spans) {
                    *is_empty = span.len == 0;
                }
            }
            Self::Triangles { taps, .. } => {
                for tap in taps {
                    let rises = tap.segment as usize;
                    if tap.rising > 0.0 {
                        is_empty[rises] = false;
                    }
                    if tap.falling > 0.0 {
                        is_empty[rises - 1] = false;
                    }
                }
            }
        }
        (0..n_mels).filter(|&mel| is_empty[mel]).collect()
    }
}

fn largest(sums: impl Iterator<Item = f64>) -> f64 {
    sums.fold(0.0, f64::max)
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
