//! How far a whole candidate, with everything in, is from the features.

use crate::engine::{Engine, Guess};
use crate::limits;
use crate::reading::{Kind, Reading, RowNorm};
use crate::scores::Score;
use crate::statistics;
use mojo_audio_core::RowStatistics;

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

/// Rounds of shaken samples that the rounding is estimated from.
const ROUNDS: usize = 6;
/// A value may be off by the first multiple of its estimated rounding, and the mean of all values by the second.
const MOST_NOISE: f64 = 20.0;
const MEAN_NOISE: f64 = 16.0;

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
        let mut values = values;
        if frames != wanted {
            let part =
                values.chunks_exact(frames).flat_map(|row| &row[guess.first..guess.first + wanted]);
            values = part.copied().collect();
        }
        if self.reading.norm == RowNorm::Own {
            for (at, (slope, intercept)) in self.lines_of(&values).into_iter().enumerate() {
                for value in &mut values[at * wanted..(at + 1) * wanted] {
                    *value = (slope * f64::from(*value) + intercept) as f32;
                }
            }
        }
        Some(values)
    }

    /// For each row the line from a candidate's values to the features.
    fn lines_of(&self, values: &[f32]) -> Vec<(f64, f64)> {
        let frames = self.reading.frames;
        let line = |(ours, theirs): (&[f32], &[f32])| {
            let pairs = ours.iter().zip(theirs).map(|(&a, &b)| (f64::from(a), f64::from(b)));
            let (slope, intercept) = statistics::line(pairs.clone());
            if slope > 0.0 {
                return (slope, intercept);
            }
            // A row that is constant, or not this one at all.
            (1.0, pairs.map(|(ours, theirs)| theirs - ours).sum::<f64>() / frames as f64)
        };
        values.chunks_exact(frames).zip(self.reading.full.chunks_exact(frames)).map(line).collect()
    }

    /// For each row the line from the values of a candidate's configuration to the features, if rows have their own.
    pub fn row_lines(&self, guess: &Guess) -> Option<Vec<(f64, f64)>> {
        if self.reading.norm != RowNorm::Own {
            return None;
        }
        let wanted = (self.reading.full_rows, self.reading.frames);
        let (values, _) =
            self.engine.features(&guess.config, |rows, frames| (rows, frames) == wanted)?;
        Some(self.lines_of(&values))
    }

    /// The same as means and scales.
    pub fn row_statistics(&self, guess: &Guess) -> Option<RowStatistics> {
        let lines = self.row_lines(guess)?;
        let mean = lines.iter().map(|&(slope, intercept)| (-intercept / slope) as f32);
        let scale = lines.iter().map(|line| line.0 as f32);
        Some(RowStatistics { mean: mean.collect(), scale: scale.collect() })
    }

    /// One number for the descent: the mean deviation in units of the spread, and a little of the largest.
    pub fn distance(&self, guess: &Guess) -> f64 {
        self.features(guess).map_or(f64::INFINITY, |values| self.distance_of(&values))
    }

    fn distance_of(&self, values: &[f32]) -> f64 {
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
    fn unlikeness_of(&self, values: &[f32]) -> f64 {
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
        (left / all.max(1e-30)).sqrt()
    }

    /// A score of a candidate's features, and the work if that takes some for each value.
    fn score_of(&self, guess: &Guess, of_a_value: u64, score: impl Fn(&[f32]) -> f64) -> (f64, u64) {
        let plan = limits::of_plan(&guess.config);
        match self.features(guess) {
            Some(values) => {
                let frames = limits::of_frames(&guess.config, self.reading.frames);
                (score(&values), plan + frames + of_a_value * values.len() as u64)
            }
            None => (f64::INFINITY, plan),
        }
    }

    /// How far single precision moves each of a candidate's values: as far as samples that are off by a last place or
    /// two do. In a frame with a loud tone that is much for the quiet bands, and for whatever is made of these.
    fn noise(&self, guess: &Guess, values: &[f32]) -> Vec<f32> {
        let mut squares = vec![0.0f32; values.len()];
        for round in 0..ROUNDS {
            let samples = shaken(self.engine.samples, round);
            let engine = Engine::new(&samples, samples.len());
            let shaken = Target { engine: &engine, reading: self.reading, units: Vec::new(), ..*self };
            let Some(others) = shaken.features(guess) else { return vec![0.0; values.len()] };
            for (square, (other, value)) in squares.iter_mut().zip(others.iter().zip(values)) {
                *square += (other - value).powi(2);
            }
        }
        squares.iter().map(|square| (square / ROUNDS as f32).sqrt()).collect()
    }

    /// The largest of each value and its neighbours in time and frequency.
    fn largest_around(&self, values: &[f32]) -> Vec<f32> {
        let (rows, frames) = (self.reading.full_rows, self.reading.frames);
        let mut found = values.to_vec();
        for row in 0..rows {
            for frame in 0..frames {
                for other_row in row.saturating_sub(1)..=(row + 1).min(rows - 1) {
                    for other in frame.saturating_sub(1)..=(frame + 1).min(frames - 1) {
                        let value = values[other_row * frames + other];
                        found[row * frames + frame] = found[row * frames + frame].max(value);
                    }
                }
            }
        }
        found
    }

    pub fn deviation(&self, guess: &Guess) -> Option<Deviation> {
        let values = self.features(guess)?;
        let noise = self.noise(guess, &values);
        // Few rounds may leave a cell alone by chance, but hardly its neighbours, too.
        let most = self.largest_around(&noise);
        let n = values.len() as f64;
        let mut deviation = Deviation { largest: 0.0, mean: 0.0, unexplained: 0.0, outliers: 0.0 };
        let mut on_average = 0.0;
        for (at, (&value, &wanted)) in values.iter().zip(&self.reading.full).enumerate() {
            let unit = f64::from(self.units[at]);
            let off = f64::from((value - wanted).abs());
            let unrounded = (off - self.reading.rounding.of(f64::from(wanted))).max(0.0);
            let beyond = (unrounded - MOST_NOISE * f64::from(most[at])).max(0.0) / unit;
            on_average += (unrounded - MEAN_NOISE * f64::from(noise[at])) / unit / n;
            deviation.largest = deviation.largest.max(off);
            deviation.mean += off / n;
            deviation.unexplained += beyond.min(1.0) / n;
            deviation.outliers += f64::from(u8::from(beyond > 0.01)) / n;
        }
        deviation.unexplained = deviation.unexplained.max(on_average);
        Some(deviation)
    }
}

/// The distance is the score.
impl Score for Target<'_> {
    fn score(&self, guess: &Guess) -> (f64, u64) {
        self.score_of(guess, 2, |values| self.distance_of(values))
    }
}

/// [`Target::unlikeness_of`] as the score.
pub(crate) struct Unlikeness<'a>(pub &'a Target<'a>);

impl Score for Unlikeness<'_> {
    fn score(&self, guess: &Guess) -> (f64, u64) {
        self.0.score_of(guess, 6, |values| self.0.unlikeness_of(values))
    }
}

/// Samples that are off by up to two last places, differently in each round.
fn shaken(samples: &[f32], round: usize) -> Vec<f32> {
    let mut state = 0x9e37_79b9u32.wrapping_mul(round as u32 + 1);
    let shake = |&sample: &f32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let places = (state >> 16) % 5;
        // Digital silence is exact.
        if sample.is_normal() { f32::from_bits(sample.to_bits() + places - 2) } else { sample }
    };
    samples.iter().map(shake).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Features, Rounding};
    use crate::reading::readings;
    use crate::verdict::is_equal;
    use mojo_audio_core::config::{Layout, Precision};
    use mojo_audio_core::{MelConfig, MelExtractor};

    /// The cepstrum of a sweep depends on quiet bands, whose values in single precision are mostly rounding.
    #[test]
    fn rounding_in_quiet_bands_is_no_difference() {
        let samples: Vec<f32> = (0..8_000).map(|i| 0.5 * (i as f32 * i as f32 * 1e-4).sin()).collect();
        let single = MelConfig {
            n_mfcc: Some(13),
            lifter: 22.0,
            precision: Precision::Single,
            layout: Layout::MelMajor,
            ..MelConfig::kaldi_fbank()
        };
        let double = MelConfig { precision: Precision::Double, ..single.clone() };
        let theirs = MelExtractor::new(&single).unwrap().compute(&samples).unwrap();
        let features = Features::new(theirs.data(), [13, theirs.n_frames()]).unwrap();
        let all = readings(&features, Rounding::None, samples.len(), Some(Layout::MelMajor), |_| false);
        let reading = all.iter().find(|reading| reading.kind == Kind::Cepstrum).unwrap();
        let engine = Engine::new(&samples, samples.len());
        let target = Target::new(&engine, reading, false);
        let deviation = |config| target.deviation(&Guess::new(config)).unwrap();
        let rounded = deviation(double.clone());
        assert!(rounded.largest > 1e-4, "{rounded:?}");
        assert!(is_equal(&rounded), "{rounded:?}");
        for other in [
            MelConfig { lifter: 23.0, ..double.clone() },
            MelConfig { preemphasis: 0.96, ..double.clone() },
            MelConfig { f_min: 25.0, ..double },
        ] {
            let deviation = deviation(other);
            assert!(!is_equal(&deviation), "{deviation:?}");
        }
    }
}
