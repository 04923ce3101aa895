//! What the matrix may be: which axis is time, whether values are logarithms, energies or a cepstrum,
//! whether rows were normalized, which frames at the end are padding.
//!
//! All readings are kept and searched together. Deciding early fails: a floor of 1 makes logarithms that
//! are never negative, and silence at the end of speech looks like padding.

use crate::features::{Features, Rounding, extremes};
use mojo_audio_core::config::Layout;

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
}

/// One reading of the matrix.
pub(crate) struct Reading {
    pub layout: Layout,
    pub kind: Kind,
    pub energy: Option<EnergyRow>,
    pub norm: RowNorm,
    /// All rows of the result, row after row.
    pub full: Vec<f32>,
    pub full_rows: usize,
    /// All frames of the result.
    pub frames: usize,
    /// Bands or coefficients, without the energy.
    pub rows: usize,
    /// Frames before padding.
    pub valid: usize,
    /// The constant that follows them.
    pub tail: Option<f32>,
    /// (rows, valid): logarithms of energies, or the values themselves.
    pub z: Vec<f64>,
    /// How much each of `z` counts.
    pub weight: Vec<f64>,
    /// Whether several values share the lowest level, as those at a floor do.
    pub clamped: bool,
    pub level: f64,
    pub rounding: Rounding,
}

/// Numbers of bands that recipes have.
pub(crate) const USUAL_BANDS: &[usize] =
    &[23, 24, 26, 30, 32, 40, 48, 50, 60, 64, 80, 96, 100, 120, 128, 160, 229, 256];
/// Numbers of coefficients that recipes have.
const USUAL_COEFFICIENTS: &[usize] = &[12, 13, 20];
const LEAST_ROWS: usize = 8;
const MOST_ROWS: usize = 300;

impl Reading {
    fn new(
        features: &Features<'_>,
        layout: Layout,
        kind: Kind,
        energy: Option<EnergyRow>,
        has_tail: bool,
    ) -> Self {
        let (full, full_rows, frames) = features.mel_major(layout);
        let rounding = features.rounding();
        let (first, rows) = match energy {
            None => (0, full_rows),
            Some(EnergyRow::First) => (1, full_rows - 1),
            Some(EnergyRow::Last) => (0, full_rows - 1),
        };
        let at = |row: usize, frame: usize| full[(first + row) * frames + frame];
        let valid = if has_tail { frames_before_tail(&full, full_rows, frames) } else { frames };
        let values: Vec<f32> = (0..rows)
            .flat_map(|row| (0..valid).map(move |frame| (row, frame)))
            .map(|(r, t)| at(r, t))
            .collect();
        let (low, high) = extremes(&values);
        let is_log = kind == Kind::Log;
        let norm = if is_log { row_norm(&values, rows, valid, &rounding) } else { RowNorm::None };
        let level = f64::from(low);
        let near = |value: f32| f64::from(value) <= level + 1e-6 * level.abs() + 1e-9;
        let clamped =
            is_log && norm == RowNorm::None && values.iter().filter(|v| near(**v)).count() > 1;
        let above = level + 1e-3 * (f64::from(high) - level);
        let weigh = |value: f32| match kind {
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
            rows,
            valid,
            tail: (valid < frames).then(|| full[frames - 1]),
            z: values.iter().map(|&value| z(value)).collect(),
            weight: values.iter().map(|&value| weigh(value)).collect(),
            clamped,
            level,
            rounding,
            full,
            full_rows,
            frames,
        }
    }

    pub fn is_cepstrum(&self) -> bool {
        matches!(self.kind, Kind::Cepstrum | Kind::CepstrumHtk)
    }

    /// The spread of the values, in which deviations are measured.
    pub fn spread(&self) -> f64 {
        let n = self.full.len() as f64;
        let mean = self.full.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
        let variance = self.full.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / n;
        let (low, high) = extremes(&self.full);
        variance.sqrt().max(1e-3 * f64::from(high.abs().max(low.abs()))).max(1e-12)
    }
}

/// Frames that precede a constant end.
fn frames_before_tail(full: &[f32], rows: usize, frames: usize) -> usize {
    let last = full[frames - 1];
    let is_tail = |frame: usize| (0..rows).all(|row| full[row * frames + frame] == last);
    let tail = (1..frames).rev().take_while(|&frame| is_tail(frame)).count();
    frames - tail
}

/// Rows whose means are 0, and whose deviations are 1.
fn row_norm(values: &[f32], rows: usize, frames: usize, rounding: &Rounding) -> RowNorm {
    if frames <= 3 {
        return RowNorm::None;
    }
    let moments = |row: usize| {
        let row = &values[row * frames..][..frames];
        let mean = row.iter().map(|&v| f64::from(v)).sum::<f64>() / frames as f64;
        let variance = row.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / frames as f64;
        (mean, variance.sqrt())
    };
    let moments: Vec<_> = (0..rows).map(moments).collect();
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

/// Readings of the features of a signal of `n_samples` samples, the likeliest first.
pub(crate) fn readings(features: &Features<'_>, n_samples: usize, tails: bool) -> Vec<Reading> {
    let (low, _) = extremes(features.values());
    let mut plans: Vec<(f64, Layout, Kind, Option<EnergyRow>)> = Vec::new();
    for layout in [Layout::MelMajor, Layout::FrameMajor] {
        let [first, second] = features.shape();
        let (rows, frames) = if layout == Layout::MelMajor { (first, second) } else { (second, first) };
        let plausible = (LEAST_ROWS..=MOST_ROWS).contains(&rows)
            && (n_samples >= 20 * frames || 20 * frames <= n_samples + 40_000);
        if !plausible {
            continue;
        }
        let usual = if USUAL_BANDS.contains(&rows) { 0.0 } else { 0.6 };
        let is_linear = low >= 0.0;
        if is_linear {
            plans.push((usual, layout, Kind::Linear, None));
        }
        plans.push((usual + f64::from(u8::from(is_linear)), layout, Kind::Log, None));
        if rows <= 40 && low < 0.0 {
            let rank = if USUAL_COEFFICIENTS.contains(&rows) { -1.0 } else { usual + 0.5 };
            plans.push((rank, layout, Kind::Cepstrum, None));
            plans.push((usual + 1.5, layout, Kind::CepstrumHtk, None));
        }
        if USUAL_BANDS.contains(&(rows - 1)) {
            plans.push((usual + 0.2, layout, Kind::Log, Some(EnergyRow::First)));
            plans.push((usual + 0.3, layout, Kind::Log, Some(EnergyRow::Last)));
        }
    }
    plans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let read = |&(_, layout, kind, energy): &(f64, _, _, _), has_tail| {
        Reading::new(features, layout, kind, energy, has_tail)
    };
    let mut with_tail = Vec::new();
    if tails {
        with_tail.extend(
            plans.iter().map(|plan| read(plan, true)).filter(|r| r.tail.is_some() && r.valid > 0),
        );
    }
    // Rows that are normalized before a constant end are so by intention.
    let is_masked = |reading: &Reading| {
        with_tail.iter().any(|masked: &Reading| {
            masked.norm != RowNorm::None
                && (masked.layout, masked.energy, masked.kind)
                    == (reading.layout, reading.energy, reading.kind)
        })
    };
    let mut all: Vec<Reading> =
        plans.iter().map(|plan| read(plan, false)).filter(|reading| !is_masked(reading)).collect();
    all.append(&mut with_tail);
    all
}

impl Reading {
    /// The deviation of `z`.
    pub fn spread_of_z(&self) -> f64 {
        let n = self.z.len() as f64;
        let mean = self.z.iter().sum::<f64>() / n;
        (self.z.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / n).sqrt().max(1e-12)
    }
}
