//! What is done to slices of samples or results, compiled for each instruction set.

use crate::compress::Levels;
use crate::lanes::{Lane, inlined};

/// value / 32,768.
#[inline(always)]
pub(crate) fn convert_i16(from: &[i16], to: &mut [f32]) {
    for (from, to) in from.iter().zip(to) {
        *to = f32::from(*from) * (1.0 / 32_768.0);
    }
}

/// x[i] − c · x[i−1], from the end, as each takes the one before it as it was.
#[inline(always)]
pub(crate) fn emphasize(samples: &mut [f32], coefficient: f32, before: f32) {
    for i in (1..samples.len()).rev() {
        samples[i] -= coefficient * samples[i - 1];
    }
    if let Some(first) = samples.first_mut() {
        *first -= coefficient * before;
    }
}

/// max(y, lowest) − subtracted.
#[inline(always)]
pub(crate) fn apply_levels<V: Lane>(values: &mut [f32], levels: Levels) {
    let n = values.len();
    let start = values.as_mut_ptr();
    let whole = n - n % V::N;
    for at in (0..whole).step_by(V::N) {
        // SAFETY: a whole vector is inside.
        unsafe { levels.apply(V::load(start.add(at))).store(start.add(at)) };
    }
    for value in &mut values[whole..] {
        *value = value.max(levels.lowest) - levels.subtracted;
    }
}

/// Sums at once, of every value but 15 of 16: one sum would wait for each addition.
pub(crate) const SUMS: usize = 16;

/// What normalization does to a row's values, in float64.
pub(crate) enum Step<'a> {
    Sum { sums: &'a mut [f64; SUMS] },
    Squares { mean: f64, sums: &'a mut [f64; SUMS] },
    Apply { mean: f64, factor: f64 },
}

/// Does a step for values that stand together.
#[inline(always)]
pub(crate) fn normalize(values: &mut [f32], step: &mut Step<'_>) {
    match step {
        Step::Sum { sums } => add(
            values,
            sums,
            inlined(
                #[inline(always)]
                |value| value,
            ),
        ),
        Step::Squares { mean, sums } => {
            let mean = *mean;
            add(
                values,
                sums,
                inlined(
                    #[inline(always)]
                    |value| (value - mean) * (value - mean),
                ),
            );
        }
        Step::Apply { mean, factor } => {
            for value in values {
                *value = ((f64::from(*value) - *mean) * *factor) as f32;
            }
        }
    }
}

/// Adds a function of value i to sum i mod [`SUMS`].
#[inline(always)]
fn add(values: &[f32], sums: &mut [f64; SUMS], of: impl Fn(f64) -> f64) {
    let (groups, rest) = values.as_chunks::<SUMS>();
    let mut total = *sums;
    for group in groups {
        for (sum, value) in total.iter_mut().zip(group) {
            *sum += of(f64::from(*value));
        }
    }
    for (sum, value) in total.iter_mut().zip(rest) {
        *sum += of(f64::from(*value));
    }
    *sums = total;
}
