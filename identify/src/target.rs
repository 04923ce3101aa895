//! How far a whole candidate, with everything in, is from the features.

use crate::back::per_neper;
use crate::engine::{Engine, Guess};
use crate::reading::{Kind, Reading, RowNorm};
use crate::statistics;

/// A reading as the aim of a candidate.
pub(crate) struct Target<'a> {
    pub engine: &'a Engine<'a>,
    pub reading: &'a Reading,
    /// The unit of each value's deviation: the spread of logarithms, the size of an energy.
    units: Vec<f32>,
    is_part: bool,
}

/// Deviations of a candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Deviation {
    /// Of the value that is furthest off.
    pub largest: f64,
    pub mean: f64,
    /// The mean beyond what rounding explains, in units of the features' spread.
    pub unexplained: f64,
    /// Part of the values that are off by more than a hundredth of the spread beyond rounding.
    pub outliers: f64,
}

/// Rounding of a transform in single precision, as a part of the strongest band's magnitude.
const TRANSFORM_NOISE: f32 = 5e-7;

impl<'a> Target<'a> {
    pub fn new(engine: &'a Engine<'a>, reading: &'a Reading, is_part: bool) -> Self {
        let full = &reading.full;
        let units = if reading.kind == Kind::Linear {
            let high = full.iter().fold(0.0f32, |high, value| high.max(value.abs()));
            let step = match reading.rounding {
                crate::features::Rounding::Steps(step) => 10.0 * step as f32,
                _ => 0.0,
            };
            full.iter().map(|value| value.abs() + 1e-6 * high + step + 1e-30).collect()
        } else {
            vec![reading.spread() as f32; full.len()]
        };
        Self { engine, reading, units, is_part }
    }

    /// The candidate's features, if they have the shape of the reading.
    pub fn features(&self, guess: &Guess) -> Option<Vec<f32>> {
        let (wanted_rows, wanted) = (self.reading.full_rows, self.reading.frames);
        let fits = |rows: usize, frames: usize| {
            rows == wanted_rows
                && if self.is_part { guess.first + wanted <= frames } else { frames == wanted }
        };
        let (values, frames) = self.engine.features(&guess.config, fits)?;
        if frames == wanted {
            return Some(values);
        }
        let part = values.chunks_exact(frames).flat_map(|row| &row[guess.first..guess.first + wanted]);
        Some(part.copied().collect())
    }

    /// One number for the descent: the mean deviation in units of the spread, and a little of the largest.
    pub fn distance(&self, guess: &Guess) -> f64 {
        let Some(values) = self.features(guess) else { return f64::INFINITY };
        let (mut sum, mut largest) = (0.0f64, 0.0f32);
        for ((value, wanted), unit) in values.iter().zip(&self.reading.full).zip(&self.units) {
            let off = ((value - wanted).abs() / unit).min(1.0);
            if off.is_nan() {
                return f64::INFINITY;
            }
            sum += f64::from(off);
            largest = largest.max(off);
        }
        sum / values.len() as f64 + 1e-3 * f64::from(largest)
    }

    /// How little the features are a line of the candidate's, of one slope and intercept, or of one for each row where
    /// rows were normalized: 0 for a line, 1 for nothing alike.
    pub fn unlikeness(&self, guess: &Guess) -> f64 {
        let Some(values) = self.features(guess) else { return f64::INFINITY };
        let reading = self.reading;
        let width = if reading.norm == RowNorm::None { values.len() } else { reading.frames };
        let (mut left, mut all) = (0.0, 0.0);
        for (ours, theirs) in values.chunks_exact(width).zip(reading.full.chunks_exact(width)) {
            let pairs = ours.iter().zip(theirs).map(|(&a, &b)| (f64::from(a), f64::from(b)));
            let (slope, intercept) = statistics::line(pairs.clone());
            let mean = theirs.iter().map(|&value| f64::from(value)).sum::<f64>() / width as f64;
            for (a, b) in pairs {
                left += (b - slope * a - intercept).powi(2);
                all += (b - mean).powi(2);
            }
        }
        let found = (left / all.max(1e-30)).sqrt();
        if found.is_nan() { f64::INFINITY } else { found }
    }

    /// How far single precision may move each of a candidate's values: the transform's rounding is as large in the
    /// weakest band of a frame as in the strongest.
    fn noise(&self, guess: &Guess, values: &[f32]) -> Vec<f32> {
        let (reading, config) = (self.reading, &guess.config);
        let is_plain =
            reading.kind == Kind::Log && reading.norm == RowNorm::None && reading.wrap.is_none();
        if !is_plain || reading.energy.is_some() {
            return vec![0.0; values.len()];
        }
        let per_neper = (config.scale * per_neper(config.log) * config.power) as f32;
        let frames = reading.frames;
        let mut highest = vec![f32::NEG_INFINITY; frames];
        for row in values.chunks_exact(frames) {
            highest.iter_mut().zip(row).for_each(|(highest, value)| *highest = highest.max(*value));
        }
        let noise = |(value, highest): (&f32, &f32)| {
            per_neper * TRANSFORM_NOISE * ((highest - value) / per_neper).clamp(0.0, 15.0).exp()
        };
        values.chunks_exact(frames).flat_map(|row| row.iter().zip(&highest).map(noise)).collect()
    }

    pub fn deviation(&self, guess: &Guess) -> Option<Deviation> {
        let values = self.features(guess)?;
        let noise = self.noise(guess, &values);
        let n = values.len() as f64;
        let mut deviation = Deviation { largest: 0.0, mean: 0.0, unexplained: 0.0, outliers: 0.0 };
        let values = values.iter().zip(&self.reading.full).zip(self.units.iter().zip(&noise));
        for ((&value, &wanted), (&unit, &noise)) in values {
            let off = f64::from((value - wanted).abs());
            let rounding = self.reading.rounding.of(f64::from(wanted)) + f64::from(noise);
            let beyond = (off - rounding).max(0.0) / f64::from(unit);
            deviation.largest = deviation.largest.max(off);
            deviation.mean += off / n;
            deviation.unexplained += beyond.min(1.0) / n;
            deviation.outliers += f64::from(u8::from(beyond > 0.01)) / n;
        }
        Some(deviation)
    }
}
