//! What the matrix may be: which axis is time, whether values are logarithms, energies or a cepstrum,
//! whether rows were normalized, which frames at the end are padding.
//!
//! All readings are kept and searched together. Deciding early fails: a floor of 1 makes logarithms that
//! are never negative, and silence at the end of speech looks like padding.

use crate::features::{Features, Rounding};
use crate::statistics::{extremes, moments};
use crate::wrap::{Wrap, wraps};
use mojo_audio_core::config::Layout;
use std::ops::RangeInclusive;

/// What the values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Logarithms of energies.
    Log,
    /// Energies.
    Linear,
    /// A cepstrum, the first coefficient first.
    Cepstrum,
    /// A cepstrum in HTK's order: the first coefficient last.
    CepstrumHtk,
}

/// The place of a row with the frame's energy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnergyRow {
    First,
    Last,
}

/// What was done to each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowNorm {
    None,
    /// Its mean is 0.
    Mean,
    /// Its deviation is 1 as well.
    Deviation,
    /// It goes from 0 to 1.
    MinMax,
    /// It has a mean and a scale of its own, as those of global CMVN: any line explains it.
    Own,
}

/// One reading of the matrix.
#[derive(Clone)]
pub(crate) struct Reading {
    pub layout: Layout,
    pub kind: Kind,
    pub energy: Option<EnergyRow>,
    pub norm: RowNorm,
    /// What was made of the frames afterwards.
    pub wrap: Wrap,
    /// All rows of the result, row after row.
    pub full: Vec<f32>,
    pub full_rows: usize,
    /// All frames of the result.
    pub frames: usize,
    /// Bands or coefficients of one frame, without the energy and without deltas.
    pub rows: usize,
    /// Frames before padding, and of those the ones that a stack puts side by side each.
    pub valid: usize,
    /// The constant that follows them.
    pub tail: Option<f32>,
    /// (rows, valid): logarithms of energies, or the values themselves.
    pub z: Vec<f64>,
    /// How much each of `z` counts.
    pub weight: Vec<f64>,
    /// Whether several values share the lowest level, as those at a floor do.
    pub clamped: bool,
    /// Whether several values share the highest level, as those at an upper limit do.
    pub limited: bool,
    /// Of rows that were normalized: below this a row is at a floor, if several of its values are.
    pub row_floors: Vec<Option<f64>>,
    /// The highest level of a band.
    pub top: f64,
    pub level: f64,
    pub rounding: Rounding,
}

/// Numbers of bands that recipes have.
pub(crate) const USUAL_BANDS: &[usize] =
    &[20, 23, 24, 26, 30, 32, 40, 48, 50, 60, 64, 80, 96, 100, 120, 128, 160, 229, 256];
/// Numbers of coefficients that recipes have.
const USUAL_COEFFICIENTS: &[usize] = &[12, 13, 20];
/// Numbers of rows that are searched. Those of a model's recipe may be more.
pub(crate) const ROWS: RangeInclusive<usize> = 1..=300;
/// Fewer rows than these could as well be frames: frames this close to each other are none.
const FEW_ROWS: usize = 8;
const LEAST_HOP: usize = 40;
/// With fewer frames than this, a line for each row explains any features.
const FRAMES_OF_A_LINE: usize = 24;

/// A few frames.
const STILL: usize = 30;

impl Reading {
    /// Whether more than recipes of models is tried.
    pub fn is_searched(&self) -> bool {
        ROWS.contains(&(self.full_rows / self.wrap.times()))
    }

    fn new(
        features: &Features<'_>,
        layout: Layout,
        kind: Kind,
        energy: Option<EnergyRow>,
        wrap: Wrap,
        rounding: Rounding,
        has_tail: bool,
    ) -> Self {
        let (full, full_rows, frames) = features.mel_major(layout);
        let (base, base_rows, base_frames) = wrap.undone(&full, full_rows, frames);
        let (first, rows) = match energy {
            None => (0, base_rows),
            Some(EnergyRow::First) => (1, base_rows - 1),
            Some(EnergyRow::Last) => (0, base_rows - 1),
        };
        let at = |row: usize, frame: usize| base[(first + row) * base_frames + frame];
        let valid =
            if has_tail { frames_before_tail(&base, base_rows, base_frames) } else { base_frames };
        let values: Vec<f32> = (0..rows)
            .flat_map(|row| (0..valid).map(move |frame| (row, frame)))
            .map(|(r, t)| at(r, t))
            .collect();
        let (low, high) = extremes(&values);
        let is_log = kind == Kind::Log;
        let norm = match kind {
            Kind::Linear => RowNorm::None,
            _ => row_norm(&values, rows, valid, rounding),
        };
        let is_normalized = is_log && norm != RowNorm::None;
        let row_floors = values.chunks_exact(valid).map(|row| row_floor(row).filter(|_| is_normalized));
        let row_floors = row_floors.collect();
        let level = f64::from(low);
        let near = |value: f32| f64::from(value) <= level + 1e-6 * level.abs() + 1e-9;
        let clamped =
            is_log && norm == RowNorm::None && values.iter().filter(|v| near(**v)).count() > 1;
        let top = f64::from(high);
        let at_top = |value: f32| f64::from(value) >= top - 1e-6 * top.abs();
        // Steps share the highest level by chance.
        let by_chance = match rounding {
            Rounding::None => 1,
            _ => 1 + values.len() / 100,
        };
        let limited = is_log
            && norm == RowNorm::None
            && values.iter().filter(|v| at_top(**v)).count() > by_chance;
        let above = level + 1e-3 * (f64::from(high) - level);
        let weigh = |value: f32| match kind {
            _ if limited && at_top(value) => 0.0,
            _ if clamped => f64::from(u8::from(f64::from(value) > above)),
            Kind::Linear if value <= 0.0 => 0.0,
            Kind::Linear => {
                // An error of a step weighs in logarithms as much as the value is small.
                let value = f64::from(value);
                let blur = match rounding {
                    Rounding::Steps(step) => 10.0 * step,
                    _ => 0.0,
                };
                value * value / (value * value + blur * blur)
            }
            _ => 1.0,
        };
        let z = |value: f32| match kind {
            Kind::Linear => f64::from(value.max(1e-38)).ln(),
            _ => f64::from(value),
        };
        Self {
            layout,
            kind,
            energy,
            norm,
            wrap,
            rows,
            valid,
            tail: (valid < base_frames).then(|| base[base_frames - 1]),
            z: values.iter().map(|&value| z(value)).collect(),
            weight: values.iter().map(|&value| weigh(value)).collect(),
            clamped,
            limited,
            row_floors,
            top,
            level,
            rounding,
            full,
            full_rows,
            frames,
        }
    }

    /// The same with a mean and a scale of its own for each row, if it may have these.
    pub fn with_own_rows(&self) -> Option<Self> {
        let is_free = self.norm == RowNorm::None && self.energy.is_none() && self.tail.is_none();
        if self.kind == Kind::Linear
            || !is_free
            || !self.wrap.is_none()
            || self.valid < FRAMES_OF_A_LINE
        {
            return None;
        }
        let floor = |row: &[f32]| row_floor(row).filter(|_| self.kind == Kind::Log);
        Some(Self {
            norm: RowNorm::Own,
            weight: vec![1.0; self.weight.len()],
            clamped: false,
            limited: false,
            row_floors: self.full.chunks_exact(self.frames).map(floor).collect(),
            ..self.clone()
        })
    }

    /// Whether all rows move alike: a frame has the same spectrum always.
    pub fn is_flat(&self) -> bool {
        let (rows, width) = (self.rows, self.valid);
        if self.is_cepstrum() || rows < 3 || width < 4 {
            return false;
        }
        let offs = |row: usize| {
            let ours = &self.z[row * width..][..width];
            let next = &self.z[(row + 1) % rows * width..][..width];
            moments((0..width).map(|t| ours[t] - next[t])).1
        };
        let off = (0..rows).map(offs).sum::<f64>() / rows as f64;
        off < 0.02 * moments(self.z[..width].iter().copied()).1
    }

    /// Whether there are few frames, or most are nearly the same: how rows move tells little.
    pub fn is_still(&self) -> bool {
        if self.valid <= STILL {
            return true;
        }
        let rows = self.z.chunks_exact(self.valid);
        let mut steps: Vec<f64> =
            rows.flat_map(|row| row.windows(2).map(|pair| (pair[1] - pair[0]).abs())).collect();
        let middle = steps.len() / 2;
        let (_, &mut median, _) = steps.select_nth_unstable_by(middle, f64::total_cmp);
        median < 0.02 * self.spread_of_z()
    }

    pub fn is_cepstrum(&self) -> bool {
        matches!(self.kind, Kind::Cepstrum | Kind::CepstrumHtk)
    }

    /// Floors that the energies of frames may have: the lowest of them, if several are at it.
    pub fn energy_floors(&self) -> Vec<f64> {
        let base = self.full_rows / self.wrap.times();
        let row = match (self.energy, self.kind) {
            (Some(EnergyRow::First), _) | (None, Kind::Cepstrum) => 0,
            (Some(EnergyRow::Last), _) | (None, Kind::CepstrumHtk) => base - 1,
            _ => return Vec::new(),
        };
        let row = &self.full[row * self.frames..][..self.frames];
        let low = row.iter().copied().fold(f32::INFINITY, f32::min);
        let shared = row.iter().filter(|&&value| value - low <= 1e-5 * low.abs()).count() > 1;
        let floor = f64::from(low).exp();
        if shared && floor.is_finite() { vec![floor, rounded(floor)] } else { Vec::new() }
    }

    /// The spread of the values, in which deviations are measured.
    pub fn spread(&self) -> f64 {
        let (low, high) = extremes(&self.full);
        let (_, deviation) = moments(self.full.iter().map(|&value| f64::from(value)));
        deviation.max(1e-3 * f64::from(high.abs().max(low.abs()))).max(1e-12)
    }

    /// A residual of a front end that is right: little more than what rounding to steps leaves.
    pub fn enough(&self) -> f64 {
        let noise = match self.rounding {
            Rounding::Steps(step) if self.kind != Kind::Linear => step / 12f64.sqrt(),
            _ => 0.0,
        };
        2e-3 + 2.0 * noise / self.spread_of_z()
    }

    /// The deviation of `z`.
    pub fn spread_of_z(&self) -> f64 {
        moments(self.z.iter().copied()).1.max(1e-12)
    }
}

/// Below this, values are at the row's floor, if several are and not all.
fn row_floor(row: &[f32]) -> Option<f64> {
    let (low, high) = extremes(row);
    let limit = f64::from(low) + 1e-5 * (f64::from(high) - f64::from(low));
    let n = row.iter().filter(|&&value| f64::from(value) <= limit).count();
    (n > 2 && n < row.len() && high > low).then_some(limit)
}

/// To three digits.
fn rounded(value: f64) -> f64 {
    let unit = 10f64.powf(value.log10().floor() - 2.0);
    (value / unit).round() * unit
}

/// Whether a row at an end moves as the sum of all others does, and the row next to it less so: as the energy of
/// frames does.
fn follows_the_rest(values: &[f32], rows: usize, frames: usize, row: EnergyRow) -> bool {
    if rows < 9 || frames < 6 {
        return false;
    }
    let (energy, next) = match row {
        EnergyRow::First => (0, 1),
        EnergyRow::Last => (rows - 1, rows - 2),
    };
    let at = |row: usize, frame: usize| f64::from(values[row * frames + frame]);
    let bands = || (0..rows).filter(|&band| band != energy);
    let top = values.iter().fold(f32::NEG_INFINITY, |top, &value| top.max(value));
    let sum = |frame: usize| {
        let of = bands().map(|band| (at(band, frame) - f64::from(top)).max(-60.0).exp());
        of.sum::<f64>().ln()
    };
    let sums: Vec<f64> = (0..frames).map(sum).collect();
    let agreement = |row: usize| {
        let values = (0..frames).map(|frame| at(row, frame));
        let (a_mean, a_deviation) = moments(values.clone());
        let (b_mean, b_deviation) = moments(sums.iter().copied());
        let products = values.zip(&sums).map(|(a, b)| (a - a_mean) * (b - b_mean));
        products.sum::<f64>() / frames as f64 / (a_deviation * b_deviation + 1e-30)
    };
    let found = agreement(energy);
    found > 0.7 && found > agreement(next)
}

/// Frames that precede a constant end.
fn frames_before_tail(full: &[f32], rows: usize, frames: usize) -> usize {
    let last = full[frames - 1];
    let is_tail = |frame: usize| (0..rows).all(|row| full[row * frames + frame] == last);
    let tail = (1..frames).rev().take_while(|&frame| is_tail(frame)).count();
    frames - tail
}

/// Rows whose means are 0, and whose deviations are 1.
fn row_norm(values: &[f32], rows: usize, frames: usize, rounding: Rounding) -> RowNorm {
    if frames <= 3 {
        return RowNorm::None;
    }
    let is_unit = |row: &[f32]| {
        let (low, high) = extremes(row);
        low.abs() < 1e-6 && (high - 1.0).abs() < 1e-4
    };
    if values.chunks_exact(frames).all(|row| is_unit(row) || row.iter().all(|&value| value == row[0]))
        && values.chunks_exact(frames).any(is_unit)
    {
        return RowNorm::MinMax;
    }
    let of_row = |row: &[f32]| moments(row.iter().map(|&value| f64::from(value)));
    let moments: Vec<_> = values.chunks_exact(frames).map(of_row).collect();
    let spread = (moments.iter().map(|(_, deviation)| deviation * deviation).sum::<f64>()
        / rows as f64)
        .sqrt()
        .max(1e-30);
    let slack = match rounding {
        Rounding::Steps(step) => 1e-3 * spread + step,
        _ => 1e-3 * spread,
    };
    if moments.iter().any(|(mean, _)| mean.abs() > slack) {
        return RowNorm::None;
    }
    let mut deviations: Vec<f64> = moments.iter().map(|(_, deviation)| *deviation).collect();
    deviations.retain(|&deviation| deviation > 1e-3);
    deviations.sort_by(f64::total_cmp);
    let middle = deviations.get(deviations.len() / 2).copied().unwrap_or(0.0);
    // The unbiased deviation of few frames is larger.
    let unbiased = (1.0 - 1.0 / frames as f64).sqrt();
    let is_one = (middle - 1.0).abs() < 0.02 || (middle - unbiased).abs() < 0.02;
    if is_one { RowNorm::Deviation } else { RowNorm::Mean }
}

/// Most frames that features of a signal of `n_samples` samples have: hops of 20 samples, after 40,000
/// samples of padding, or a minute in hops of 160.
pub(crate) fn most_frames(n_samples: usize) -> usize {
    (n_samples.saturating_add(40_000) / 20).max(6_000)
}

/// Readings of the features of a signal of `n_samples` samples, the likeliest first; of one layout if
/// that is known. `is_of_model` tells whether a recipe of a model has a number of rows.
pub(crate) fn readings(
    features: &Features<'_>,
    rounding: Rounding,
    n_samples: usize,
    layout: Option<Layout>,
    is_of_model: impl Fn(usize) -> bool,
) -> Vec<Reading> {
    let (low, _) = extremes(features.values());
    let is_searched = |rows: usize, frames: usize| {
        ROWS.contains(&rows) && (rows >= FEW_ROWS || frames * LEAST_HOP <= n_samples)
    };
    let mut plans: Vec<(f64, Layout, Kind, Option<EnergyRow>, Wrap)> = Vec::new();
    let layouts = Layout::ALL.iter().copied();
    for layout in layouts.filter(|&any| layout.is_none_or(|known| known == any)) {
        let [first, second] = features.shape();
        let (rows, frames) = if layout == Layout::MelMajor { (first, second) } else { (second, first) };
        if frames > most_frames(n_samples) {
            continue;
        }
        let is_known = is_searched(rows, frames) || is_of_model(rows);
        let (values, _, _) = features.mel_major(layout);
        for wrap in wraps(&values, rows, frames, rounding) {
            let full_rows = rows;
            let rows = rows / wrap.times();
            if !(is_known && wrap.is_none() || is_searched(rows, frames) || is_of_model(full_rows)) {
                continue;
            }
            let low = if wrap.is_none() {
                low
            } else {
                extremes(&wrap.undone(&values, full_rows, frames).0).0
            };
            let apart = if wrap.stack > 1 && wrap.stride == wrap.stack { 0.1 } else { 0.0 };
            let usual = apart + if USUAL_BANDS.contains(&rows) { 0.0 } else { 0.6 };
            let is_linear = low >= 0.0;
            if is_linear {
                plans.push((usual, layout, Kind::Linear, None, wrap));
            }
            plans.push((usual + f64::from(u8::from(is_linear)), layout, Kind::Log, None, wrap));
            if (2..=40).contains(&rows) && low < 0.0 {
                let rank = if USUAL_COEFFICIENTS.contains(&rows) { -1.0 } else { usual + 0.5 };
                plans.push((rank, layout, Kind::Cepstrum, None, wrap));
                plans.push((usual + 1.5, layout, Kind::CepstrumHtk, None, wrap));
            }
            let with_energy = rows > 1 && USUAL_BANDS.contains(&(rows - 1));
            let base = wrap.undone(&values, full_rows, frames);
            for (rank, row) in [(0.2, EnergyRow::First), (0.3, EnergyRow::Last)] {
                if with_energy || follows_the_rest(&base.0, rows, base.2, row) {
                    plans.push((usual + rank, layout, Kind::Log, Some(row), wrap));
                }
            }
        }
    }
    plans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let read = |&(_, layout, kind, energy, wrap): &(f64, _, _, _, _), has_tail| {
        Reading::new(features, layout, kind, energy, wrap, rounding, has_tail)
    };
    let mut with_tail: Vec<Reading> =
        plans.iter().map(|plan| read(plan, true)).filter(|reading| reading.tail.is_some()).collect();
    // Rows that are normalized before a constant end are so by intention.
    let is_masked = |reading: &Reading| {
        with_tail.iter().any(|masked| {
            masked.norm != RowNorm::None
                && (masked.layout, masked.energy, masked.kind, masked.wrap)
                    == (reading.layout, reading.energy, reading.kind, reading.wrap)
        })
    };
    let mut all: Vec<Reading> =
        plans.iter().map(|plan| read(plan, false)).filter(|reading| !is_masked(reading)).collect();
    all.append(&mut with_tail);
    all
}
