//! A spectrogram as something to look at: which value has which colour, and what the axes say.

mod axis;
mod colormap;
mod overview;
pub mod png;
pub mod terminal;

use axis::{RowAxis, TimeAxis};
use mojo_audio_core::MelConfig;
use mojo_audio_core::config::{Layout, Log, Normalize, Reference};

pub use overview::Overview;

/// A picture of energies without a logarithm is drawn in decibels down to this one.
const LINEAR_RANGE: f32 = 80.0;

/// The values to draw: rows, and columns of one frame each, or of the mean of several.
#[derive(Clone, Copy)]
pub struct Grid<'a> {
    pub values: &'a [f32],
    pub n_rows: usize,
    pub n_columns: usize,
    pub layout: Layout,
}

impl Grid<'_> {
    fn get(&self, row: usize, column: usize) -> f32 {
        match self.layout {
            Layout::MelMajor => self.values[row * self.n_columns + column],
            Layout::FrameMajor => self.values[column * self.n_rows + row],
        }
    }
}

/// A spectrogram with the scales it is drawn on.
pub struct View<'a> {
    grid: Grid<'a>,
    rows: RowAxis,
    time: TimeAxis,
    values: Values,
}

/// What the colours stand for.
struct Values {
    low: f32,
    high: f32,
    unit: String,
    /// Where energies without a logarithm are drawn in decibels below the highest of them: that
    /// value, and the decibels of a factor of ten.
    decibels: Option<(f32, f32)>,
}

impl<'a> View<'a> {
    /// Of `n_frames` frames, whose lowest and highest values are `low` and `high`.
    pub fn new(grid: Grid<'a>, n_frames: usize, (low, high): (f32, f32), config: &MelConfig) -> Self {
        let linear = config.log == Log::None
            && config.n_mfcc.is_none()
            && config.normalize == Normalize::None
            && (config.offset, config.scale) == (0.0, 1.0)
            && low >= 0.0
            && high > 0.0;
        let values = if linear {
            Values {
                low: -LINEAR_RANGE,
                high: 0.0,
                unit: "dB below the highest".into(),
                decibels: Some((high, (20.0 / config.power) as f32)),
            }
        } else {
            Values { low, high, unit: unit(config), decibels: None }
        };
        Self { grid, rows: RowAxis::new(config), time: TimeAxis::new(config, n_frames), values }
    }

    /// Of how far the values of two grids are apart, of which `grid` has the absolute differences.
    pub fn of_difference(grid: Grid<'a>, n_frames: usize, config: &MelConfig) -> Self {
        let largest = grid.values.iter().copied().fold(0.0, f32::max);
        // Without any difference, all is at the lower end of some scale.
        let high = if largest > 0.0 { largest } else { 1.0 };
        let values = Values { low: 0.0, high, unit: "absolute difference".into(), decibels: None };
        Self { grid, rows: RowAxis::new(config), time: TimeAxis::new(config, n_frames), values }
    }

    /// The same frames, the first of which is this one of the recording.
    pub fn starting_at(mut self, frame: usize) -> Self {
        self.time.move_to(frame);
        self
    }

    /// The spectrogram as an image of the given size, from the top: each cell is the mean of the
    /// values it covers, or the nearest one where it covers less than one, from 0 (lowest) to 1.
    fn image(&self, width: usize, height: usize) -> Vec<f32> {
        let grid = self.grid;
        let mut image = Vec::with_capacity(width * height);
        for y in (0..height).rev() {
            let covered = cell(y, height, grid.n_rows);
            for x in 0..width {
                let covered_columns = cell(x, width, grid.n_columns);
                let count = covered.len() * covered_columns.len();
                let sum: f32 = covered
                    .clone()
                    .flat_map(|row| covered_columns.clone().map(move |column| (row, column)))
                    .map(|(row, column)| self.values.level(grid.get(row, column)))
                    .sum();
                image.push(sum / count as f32);
            }
        }
        image
    }
}

impl Values {
    /// Where a value is between the lowest (0) and the highest (1).
    fn level(&self, value: f32) -> f32 {
        let value = match self.decibels {
            Some((reference, per_decade)) => (value / reference).log10() * per_decade,
            None => value,
        };
        if self.high > self.low {
            ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
        } else {
            0.5
        }
    }
}

/// Which of `n` values the cell `i` of `cells` covers.
fn cell(i: usize, cells: usize, n: usize) -> std::ops::Range<usize> {
    let start = i * n / cells;
    start..((i + 1) * n / cells).max(start + 1)
}

/// The unit of the values, spelled out as far as the options tell.
fn unit(config: &MelConfig) -> String {
    let energy = match config.power {
        1.0 => "magnitude",
        2.0 => "power",
        _ => "energy",
    };
    let mut unit = match config.log {
        Log::None => energy.into(),
        Log::Pcen => format!("PCEN of {energy}"),
        Log::Ln => format!("ln {energy}"),
        Log::Log10 => format!("log10 {energy}"),
        Log::Db | Log::DbMagnitude => "dB".into(),
        other => format!("{} of {energy}", other.name()),
    };
    if config.subtract_reference && config.reference != Reference::None {
        unit += " re reference";
    }
    match (config.offset == 0.0, config.scale == 1.0) {
        (true, true) => {}
        (false, true) => unit = format!("{unit} {:+}", config.offset),
        (true, false) => unit = format!("({unit}) × {}", short(config.scale)),
        (false, false) => {
            unit = format!(
                "({unit} {} {}) × {}",
                sign(config.offset),
                short(config.offset.abs()),
                short(config.scale)
            );
        }
    }
    if config.n_mfcc.is_some() {
        unit = format!("cepstrum of {unit}");
    }
    match config.normalize {
        Normalize::None => unit,
        Normalize::Mean => format!("{unit}, less its mean"),
        Normalize::Deviation | Normalize::Variance => format!("{unit}, in deviations"),
        Normalize::MinMax => format!("{unit}, from 0 to 1"),
        other => format!("{unit}, normalized ({})", other.name()),
    }
}

fn sign(value: f64) -> char {
    if value < 0.0 { '-' } else { '+' }
}

/// A number with four significant digits, without needless zeros.
fn short(value: f64) -> String {
    let digits = (3 - value.abs().max(1e-9).log10().floor() as i32).clamp(0, 9) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_cover_all_values_and_none_is_empty() {
        for (cells, n) in [(10, 80), (80, 10), (7, 7), (3, 1), (1, 5), (97, 300)] {
            let covered: Vec<_> = (0..cells).map(|i| cell(i, cells, n)).collect();
            assert!(covered.iter().all(|range| !range.is_empty() && range.end <= n), "{cells} {n}");
            assert!(
                (0..n).all(
                    |value| cells > n || covered.iter().filter(|c| c.contains(&value)).count() == 1
                )
            );
        }
    }

    #[test]
    fn units_tell_what_was_done_to_the_energy() {
        let unit_of = |preset| unit(&MelConfig::preset(preset).unwrap());
        assert_eq!(unit_of("whisper"), "(log10 power + 4) × 0.25");
        assert_eq!(unit_of("librosa"), "power");
        assert_eq!(unit_of("hifigan"), "ln magnitude");
        assert_eq!(unit_of("clap"), "dB");
        assert_eq!(unit_of("parakeet"), "ln power, in deviations");
        let mfcc = MelConfig { n_mfcc: Some(13), ..MelConfig::kaldi_fbank() };
        assert_eq!(unit(&mfcc), "cepstrum of ln power");
    }

    #[test]
    fn short_numbers_have_four_digits() {
        assert_eq!(short(0.25), "0.25");
        assert_eq!(short(4.2677393), "4.268");
        assert_eq!(short(0.109_432_8), "0.1094");
        assert_eq!(short(1500.0), "1500");
    }
}
