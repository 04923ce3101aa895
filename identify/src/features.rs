//! Features that another program made, and the steps that their values were rounded to.

use crate::Error;
use crate::statistics::extremes;
use mojo_audio_core::config::Layout;

/// A matrix of features, row-major: (rows, frames) or (frames, rows), which the search finds out.
#[derive(Clone, Copy, Debug)]
pub struct Features<'a> {
    values: &'a [f32],
    shape: [usize; 2],
}

/// What the other program rounded the values to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rounding {
    /// Nothing less than float32.
    None,
    /// IEEE half precision.
    Float16,
    /// Multiples of a step, as 8-bit quantization has them.
    Steps(f64),
}

impl<'a> Features<'a> {
    /// Features of a shape, whose values follow each other along the last axis.
    ///
    /// # Errors
    /// [`Error`] if there are no values, not as many as the shape says, or one that is not finite.
    ///
    /// ```
    /// use mojo_audio_identify::Features;
    ///
    /// assert_eq!(Features::new(&[0.0; 6], [2, 3]).unwrap().shape(), [2, 3]);
    /// let error = Features::new(&[0.0; 6], [2, 4]).unwrap_err();
    /// assert_eq!(error.to_string(), "features must have 8 values for the shape (2, 4), got 6");
    /// ```
    pub fn new(values: &'a [f32], shape: [usize; 2]) -> Result<Self, Error> {
        let [first, second] = shape;
        let expected = first.checked_mul(second).ok_or_else(|| {
            Error::new(
                "features",
                format!("the shape ({first}, {second}) has more values than can be addressed"),
            )
        })?;
        if values.len() != expected {
            return Err(Error::new(
                "features",
                format!(
                    "features must have {expected} values for the shape ({first}, {second}), got {}",
                    values.len()
                ),
            ));
        }
        if values.is_empty() {
            return Err(Error::new(
                "features",
                format!("features must not be empty, got the shape ({first}, {second})"),
            ));
        }
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            return Err(Error::new(
                "features",
                format!(
                    "features must be finite, got {} at row {}, column {}",
                    values[index],
                    index / second,
                    index % second
                ),
            ));
        }
        Ok(Self { values, shape })
    }

    /// The values.
    #[must_use]
    pub fn values(&self) -> &'a [f32] {
        self.values
    }

    /// Lengths of both axes.
    #[must_use]
    pub fn shape(&self) -> [usize; 2] {
        self.shape
    }

    /// The values row after row, and the numbers of rows and frames, with the axes that `layout` says.
    pub(crate) fn mel_major(&self, layout: Layout) -> (Vec<f32>, usize, usize) {
        let [first, second] = self.shape;
        match layout {
            Layout::MelMajor => (self.values.to_vec(), first, second),
            Layout::FrameMajor => {
                let turned =
                    (0..second).flat_map(|row| (0..first).map(move |frame| frame * second + row));
                (turned.map(|at| self.values[at]).collect(), second, first)
            }
        }
    }

    /// Whether all values are the same, up to what rounding could do.
    pub(crate) fn is_constant(&self) -> bool {
        let (low, high) = extremes(self.values);
        f64::from(high) - f64::from(low) <= 1e-5 * f64::from(high.abs().max(low.abs()))
    }

    /// What the values were rounded to.
    #[must_use]
    pub fn rounding(&self) -> Rounding {
        // A half has 10 bits of fraction of a float's 23; below 2^-14 it has steps of 2^-24.
        let is_half = |value: &f32| {
            let steps = f64::from(*value) * f64::from(1 << 24);
            value.abs() <= 65_504.0
                && (value.to_bits() & 0x1fff == 0 || value.abs() < 6.2e-5 && steps.fract() == 0.0)
        };
        // Few values are on a grid by chance.
        if self.values.len() < 64 {
            return Rounding::None;
        }
        let mut distinct = self.values.to_vec();
        distinct.sort_by(f32::total_cmp);
        distinct.dedup();
        // Or there are few because the signal has no more.
        if distinct.len() < 3 {
            return Rounding::None;
        }
        let is_all_half = self.values.iter().all(is_half);
        let high = self.values.iter().fold(0.0f32, |high, value| high.max(value.abs()));
        // Halves that all exceed some magnitude are multiples of the spacing there, too. But from 2,048 such steps on,
        // halves are further apart.
        let is_between_halves = |step: f64| !is_all_half || f64::from(high) < 2_048.0 * step;
        match steps(&distinct, self.values.len()) {
            Some(step) if is_between_halves(step) => Rounding::Steps(step),
            _ if is_all_half => Rounding::Float16,
            _ => Rounding::None,
        }
    }
}

/// The largest step of which all differences are multiples, if values are few enough to suspect one.
fn steps(distinct: &[f32], n_values: usize) -> Option<f64> {
    if distinct.len() > 1 << 12 || n_values < 3 * distinct.len() {
        return None;
    }
    let low = f64::from(distinct[0]);
    let range = f64::from(distinct[distinct.len() - 1]) - low;
    let differences = distinct.windows(2).map(|pair| f64::from(pair[1]) - f64::from(pair[0]));
    let least = differences.fold(f64::INFINITY, f64::min);
    let levels = (range / least).round();
    if !(2.0..=65_536.0).contains(&levels) {
        return None;
    }
    let step = range / levels;
    let slack = 0.02 + 2e-7 * f64::from(distinct[distinct.len() - 1].abs()).max(low.abs()) / step;
    let fits = |value: &f32| {
        let at = (f64::from(*value) - low) / step;
        (at - at.round()).abs() <= slack
    };
    (slack < 0.1 && distinct.iter().all(fits)).then_some(step)
}

impl Rounding {
    /// How far a value may have moved.
    pub(crate) fn of(self, value: f64) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Float16 => (value.abs() / 2048.0).max(3e-8),
            Self::Steps(step) => step / 2.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_recognised_from_the_values() {
        let values: Vec<f32> = (0..400).map(|i| (i as f32 * 0.37).sin() * 3.0 + 0.1).collect();
        let rounding = |values: &[f32]| Features::new(values, [20, 20]).unwrap().rounding();
        assert_eq!(rounding(&values), Rounding::None);
        let halved = |value: f32| f32::from_bits((value.to_bits() + 0x1000) & !0x1fff);
        let half: Vec<f32> = values.iter().map(|value| halved(*value)).collect();
        assert_eq!(rounding(&half), Rounding::Float16);
        // On a grid too, as none is small.
        let half: Vec<f32> = values.iter().map(|value| halved(value + 5.2)).collect();
        assert_eq!(rounding(&half), Rounding::Float16);
        let quantized: Vec<f32> = values.iter().map(|value| (value * 16.0).round() / 16.0).collect();
        assert_eq!(rounding(&quantized), Rounding::Steps(0.0625));
        let step = 6.2f32 / 63.0;
        let quantized: Vec<f32> =
            values.iter().map(|value| ((value + 3.0) / step).round() * step - 3.0).collect();
        let Rounding::Steps(found) = rounding(&quantized) else { panic!("no steps") };
        assert!((found / f64::from(step) - 1.0).abs() < 1e-3, "{found} instead of {step}");
    }

    #[test]
    fn both_orders_have_the_same_rows() {
        let features = Features::new(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [3, 2]).unwrap();
        let (values, rows, frames) = features.mel_major(Layout::FrameMajor);
        assert_eq!((values, rows, frames), (vec![0.0, 2.0, 4.0, 1.0, 3.0, 5.0], 2, 3));
    }
}
