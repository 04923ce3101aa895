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

/// A filterbank in the form that the kernels read: a list of taps.
///
/// Triangles that share their corners have at most two weights in a bin: on the rising side of one and the falling
/// side of the one before. So each bin is read once. Of the n_mels + 1 *segments*, segment s is between corner s and
/// s + 1, where filter s rises and filter s − 1 falls. A filterbank given by the caller need not consist of triangles:
/// the bins of its filter m are in segment m + 1, and nothing rises.
#[derive(Debug)]
pub(crate) struct Filterbank {
    /// Segment by segment. One without a bin has a tap that weighs nothing.
    pub taps: Vec<Tap>,
    /// The greatest sum of a filter's weights, in magnitude.
    pub largest_sum: f64,
}

/// A bin's weights in two filters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tap {
    /// Four times the number of the bin, or of the float at which its power begins, which is the byte there; and 1 more
    /// except in the last tap of a segment.
    pub place: u32,
    pub rising: f32,
    pub falling: f32,
}

impl Tap {
    /// That of a segment without a bin: all bits are 0, of which memory is filled fastest.
    const NONE: Self = Self { place: 0, rising: 0.0, falling: 0.0 };

    pub fn place(index: u32, is_last: bool) -> u32 {
        4 * index + u32::from(!is_last)
    }

    pub fn index(&self) -> u32 {
        self.place / 4
    }

    pub fn is_last(&self) -> bool {
        self.place.is_multiple_of(2)
    }
}

impl Filterbank {
    /// The configured triangles, as librosa's `filters.mel`, `torchaudio.functional.melscale_fbanks`,
    /// Kaldi's `MelBanks` and SpeechBrain's `Filterbank` build them.
    pub fn triangles(config: &MelConfig) -> Result<Self, Error> {
        let n_mels = config.n_mels as usize;
        let n_bins = config.n_fft as usize / 2 + 1;
        let bin_hz = match config.bin_frequencies {
            BinFrequencies::Exact => f64::from(config.sample_rate) / f64::from(config.n_fft),
            BinFrequencies::Linspace => f64::from(config.sample_rate / 2) / (n_bins - 1) as f64,
        };
        // Each bin, and one more for segments that have none.
        let taps = Taps::new(n_bins + n_mels + 1)?;
        let corners = corners(config)?;
        // Where sides are straight over mel, corners and bins are compared in mel. The domain is chosen outside the
        // loop over the bins.
        match config.triangle_domain {
            TriangleDomain::Hz | TriangleDomain::HzSymmetric => Self::between(
                config,
                &corners,
                taps,
                #[inline(always)]
                |bin| bin as f64 * bin_hz,
            ),
            TriangleDomain::Mel => Self::between(
                config,
                &corners,
                taps,
                #[inline(always)]
                |bin| hz_to_mel(config.mel_scale, bin as f64 * bin_hz),
            ),
        }
    }

    /// The triangles with these corners; `position` is where a bin stands.
    #[inline(always)]
    fn between(
        config: &MelConfig,
        corners: &[Corner],
        mut taps: Taps,
        position: impl Fn(usize) -> f64,
    ) -> Result<Self, Error> {
        let n_bins = config.n_fft as usize / 2 + 1;
        // A symmetric triangle ends as far beyond its centre as it began before it, which is no farther.
        let is_symmetric = config.triangle_domain == TriangleDomain::HzSymmetric;
        let (mut bin, mut at) = (0, position(0));
        let mut before = corners[0].position;
        while bin < n_bins && at <= before {
            bin += 1;
            at = position(bin);
        }
        let mut rising = 0.0;
        for (segment, sides) in corners.windows(2).enumerate() {
            let (low, high) = (sides[0].position, sides[1].position);
            // The band that falls is the one that rose before.
            let falling = rising;
            rising = match corners.get(segment + 2) {
                Some(after) => height(config, sides[0], sides[1], *after)?,
                None => 0.0,
            };
            let width = high - low;
            let falling_width = if is_symmetric { low - before } else { width };
            while bin < n_bins && at <= high {
                let up = (at - low) / width;
                let fallen = if is_symmetric { (at - low) / falling_width } else { up };
                let left = 1.0 - fallen;
                let down = if left > 0.0 { left } else { 0.0 };
                taps.add(bin, (up * rising) as f32, (down * falling) as f32);
                bin += 1;
                at = position(bin);
            }
            taps.end_segment();
            before = low;
        }
        Ok(taps.filterbank())
    }

    /// The caller's own filters, (n_mels, n_bins) row-major.
    pub fn from_rows(rows: &[f32], n_bins: usize) -> Result<Self, Error> {
        let n_weights = rows.iter().filter(|weight| **weight != 0.0).count();
        let mut taps = Taps::new(n_weights + rows.len() / n_bins + 1)?;
        taps.end_segment();
        for row in rows.chunks_exact(n_bins) {
            for (bin, &weight) in row.iter().enumerate().filter(|(_, weight)| **weight != 0.0) {
                taps.add(bin, 0.0, weight);
            }
            taps.end_segment();
        }
        Ok(taps.filterbank())
    }

    /// The weights that are not 0: of which filter, the index of the tap, and the weight.
    pub fn weights(&self) -> impl Iterator<Item = (usize, u32, f32)> {
        let segments = self.taps.split_inclusive(Tap::is_last).enumerate();
        let taps = segments.flat_map(|(segment, taps)| taps.iter().map(move |tap| (segment, tap)));
        taps.flat_map(|(segment, tap)| {
            // Filter s rises in segment s, and filter s - 1 falls.
            let rising = (Some(segment), tap.index(), tap.rising);
            let falling = (segment.checked_sub(1), tap.index(), tap.falling);
            [rising, falling]
        })
        .filter(|(_, _, weight)| *weight != 0.0)
        .filter_map(|(filter, index, weight)| Some((filter?, index, weight)))
    }

    /// The filters that have no weight: too narrow for any bin to fall into.
    pub fn empty_filters(&self) -> impl Iterator<Item = usize> {
        let mut risen = false;
        let segments = self.taps.split_inclusive(Tap::is_last);
        segments.enumerate().filter_map(move |(segment, taps)| {
            let falls = taps.iter().any(|tap| tap.falling != 0.0);
            // Filter s − 1 falls in segment s; none does in the first.
            let empty = if risen || falls { None } else { segment.checked_sub(1) };
            risen = taps.iter().any(|tap| tap.rising != 0.0);
            empty
        })
    }
}

/// One of the n_mels + 2 corners of the triangles.
#[derive(Clone, Copy)]
struct Corner {
    hz: f64,
    /// Where it stands on the axis on which sides are straight.
    position: f64,
}

/// The corners of the configured triangles.
fn corners(config: &MelConfig) -> Result<Vec<Corner>, Error> {
    let low = hz_to_mel(config.mel_scale, config.f_min);
    let high = hz_to_mel(config.mel_scale, config.upper_frequency());
    let step = (high - low) / f64::from(config.n_mels + 1);
    let mut corners = memory::with_capacity(config.n_mels as usize + 2)?;
    corners.extend((0..config.n_mels + 2).map(|index| {
        let mel = low + step * f64::from(index);
        let hz = mel_to_hz(config.mel_scale, mel);
        let position = match config.triangle_domain {
            TriangleDomain::Hz | TriangleDomain::HzSymmetric => hz,
            TriangleDomain::Mel => mel,
        };
        Corner { hz, position }
    }));
    Ok(corners)
}

/// Height of the triangle with these corners.
///
/// # Errors
/// [`Error::Config`] where corners are closer than float64 can tell, and the height has no limit.
#[inline(always)]
fn height(config: &MelConfig, from: Corner, centre: Corner, to: Corner) -> Result<f64, Error> {
    let width = match config.triangle_domain {
        TriangleDomain::HzSymmetric => 2.0 * (centre.hz - from.hz),
        TriangleDomain::Hz | TriangleDomain::Mel => to.hz - from.hz,
    };
    match config.mel_norm {
        MelNorm::None => Ok(1.0),
        MelNorm::Slaney if width > 0.0 => Ok(2.0 / width),
        MelNorm::Slaney => Err(no_height(config)),
    }
}

#[cold]
fn no_height(config: &MelConfig) -> Error {
    match config.get("f_max") {
        Ok(value) => Error::Config {
            field: "f_max".into(),
            value,
            expected: "far enough above `f_min` for bands of some width".into(),
        },
        Err(error) => error,
    }
}

/// The taps of a filterbank while it is made.
struct Taps {
    taps: Vec<Tap>,
    /// How many there are, and how many before the segment.
    n: usize,
    start: usize,
    largest_sum: f64,
    /// Sums of the weights: of the filter that falls, before the segment; in the segment.
    risen: f64,
    rising: f64,
    falling: f64,
}

impl Taps {
    /// With room for `n`.
    fn new(n: usize) -> Result<Self, Error> {
        let taps = memory::filled(n, Tap::NONE)?;
        Ok(Self { taps, n: 0, start: 0, largest_sum: 0.0, risen: 0.0, rising: 0.0, falling: 0.0 })
    }

    #[inline(always)]
    fn add(&mut self, bin: usize, rising: f32, falling: f32) {
        self.taps[self.n] = Tap { place: Tap::place(bin as u32, false), rising, falling };
        self.n += 1;
        self.rising += f64::from(rising.abs());
        self.falling += f64::from(falling.abs());
    }

    /// Marks the last tap of the segment, which has one at least.
    #[inline(always)]
    fn end_segment(&mut self) {
        if self.n == self.start {
            self.n += 1;
        } else {
            self.taps[self.n - 1].place &= !1;
        }
        let sum = self.risen + self.falling;
        self.largest_sum = if sum > self.largest_sum { sum } else { self.largest_sum };
        self.start = self.n;
        (self.risen, self.rising, self.falling) = (self.rising, 0.0, 0.0);
    }

    fn filterbank(mut self) -> Filterbank {
        self.taps.truncate(self.n);
        Filterbank { taps: self.taps, largest_sum: self.largest_sum }
    }
}
