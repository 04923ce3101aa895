//! A mean and a factor of each row, given by the program: the last step.

use crate::config::{Layout, Log, MelConfig};
use crate::error::Error;
use crate::limits;
use crate::memory;
use crate::number::{scientific, short};
use crate::plan::Overrides;
use alloc::{format, vec::Vec};

/// Largest of them: with it nothing overflows.
const LARGEST: f32 = 1e18;

/// y = (x − mean) · scale.
#[derive(Debug)]
pub(crate) struct Affine {
    /// A mean and a factor for each row of the result.
    rows: Vec<(f32, f32)>,
    /// The largest factor that energies have which are not compressed, or 1: with it they could overflow.
    largest: f32,
}

impl Affine {
    /// None if the program has given neither.
    pub fn new(config: &MelConfig, overrides: &Overrides<'_>) -> Result<Option<Self>, Error> {
        let Overrides { row_mean, row_scale, .. } = *overrides;
        if row_mean.is_none() && row_scale.is_none() {
            return Ok(None);
        }
        let n_rows = config.n_rows() as usize;
        for (what, values) in [("row_mean", row_mean), ("row_scale", row_scale)] {
            let Some(values) = values else { continue };
            limits::check_table(what, values, n_rows)?;
            if let Some(at) = values.iter().position(|value| value.abs() > LARGEST) {
                return Err(Error::Config {
                    field: what.into(),
                    value: format!("{} at {at}", short(values[at])),
                    expected: format!("at most {} in magnitude", scientific(LARGEST)).into(),
                });
            }
        }
        let mut rows = memory::with_capacity(n_rows)?;
        let at = |values: Option<&[f32]>, row: usize, unset| values.map_or(unset, |values| values[row]);
        rows.extend((0..n_rows).map(|row| (at(row_mean, row, 0.0), at(row_scale, row, 1.0))));
        let scales = rows.iter().map(|(_, scale)| scale.abs()).filter(|_| config.log == Log::None);
        let largest = scales.fold(1.0, f32::max);
        Ok(Some(Self { rows, largest }))
    }

    /// Whether samples can overflow after this that don't before.
    pub fn is_limiting(&self) -> bool {
        self.largest > 1.0
    }

    /// The highest sample with which energies that are not compressed don't overflow after this.
    pub fn limit(&self, config: &MelConfig, sample_limit: f32) -> f32 {
        if !self.is_limiting() {
            return sample_limit;
        }
        let factor = libm::pow(f64::from(self.largest), -1.0 / config.power);
        ((f64::from(sample_limit) * factor) as f32).max(f32::MIN_POSITIVE)
    }

    /// Applies it to frames of a result.
    pub fn apply(&self, data: &mut [f32], layout: Layout) {
        let of = |value: &mut f32, (mean, scale): (f32, f32)| *value = (*value - mean) * scale;
        match layout {
            _ if data.is_empty() => {}
            Layout::MelMajor => {
                let n_frames = data.len() / self.rows.len();
                for (values, &row) in data.chunks_exact_mut(n_frames).zip(&self.rows) {
                    values.iter_mut().for_each(|value| of(value, row));
                }
            }
            Layout::FrameMajor => {
                for frame in data.chunks_exact_mut(self.rows.len()) {
                    frame.iter_mut().zip(&self.rows).for_each(|(value, &row)| of(value, row));
                }
            }
        }
    }
}
