//! The cepstrum: a cosine transform of the log-mel bands, and its lifter.

use crate::config::{LifterKind, MelConfig};
use crate::error::Error;
use crate::memory::{self, turn};
use alloc::vec::Vec;
use core::f64::consts::{PI, SQRT_2};

/// The orthonormal DCT-II with its lifter, (n_mfcc, n_mels) row-major, in the order of the result.
///
/// C[i, m] = norm(i) · cos(π i (2m + 1) / 2M), norm(0) = sqrt(1 / M), else sqrt(2 / M).
pub(crate) fn matrix(config: &MelConfig, n_mfcc: usize) -> Result<Vec<f32>, Error> {
    let n_mels = config.n_mels as usize;
    let mut matrix = memory::with_capacity(n_mfcc * n_mels)?;
    for row in 0..n_mfcc {
        let i = coefficient(config, n_mfcc, row);
        let norm = libm::sqrt(if i == 0 { 1.0 } else { 2.0 } / n_mels as f64);
        // Kaldi, feature-mfcc.cc: HTK's first coefficient is sqrt 2 times as large.
        let htk = if i == 0 && config.htk_compat && !config.use_energy { SQRT_2 } else { 1.0 };
        let factor = norm * htk * lifter(config, i);
        matrix.extend((0..n_mels).map(|mel| {
            let (cos, _) = turn(i * (2 * mel + 1) % (4 * n_mels), 4 * n_mels);
            (factor * cos) as f32
        }));
    }
    Ok(matrix)
}

/// The coefficient that stands in a row of the result.
fn coefficient(config: &MelConfig, n_mfcc: usize, row: usize) -> usize {
    if config.htk_compat { (row + 1) % n_mfcc } else { row }
}

/// The row in which the frame's energy stands among `n_rows`.
pub(crate) fn energy_row(config: &MelConfig, n_rows: usize) -> usize {
    if config.htk_compat { n_rows - 1 } else { 0 }
}

fn lifter(config: &MelConfig, i: usize) -> f64 {
    let length = config.lifter;
    if length == 0.0 {
        return 1.0;
    }
    let i = match config.lifter_kind {
        LifterKind::Kaldi => i,
        LifterKind::Librosa => i + 1,
    };
    1.0 + length / 2.0 * libm::sin(PI * i as f64 / length)
}
