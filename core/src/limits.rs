//! Limits: of samples, so that nothing overflows, and of tables that a program brings.

use crate::config::{Log, MelConfig};
use crate::error::Error;
use crate::mel::Filterbank;
use crate::number::{scientific, short};
use alloc::format;

/// Largest sample magnitude that cannot overflow: |X| ≤ Σ |w| · |x|, times 4 for what pre-emphasis and
/// the removal of the mean can add, and the filters' sums of powers are finite. `treats_frames` says
/// whether frames are treated one by one before the window; energies of windowed samples have a window
/// that is `restored_norm` times as large. `plain_scale` multiplies energies without a logarithm.
///
/// Refuses a `magnitude_eps` that could overflow on its own.
pub(crate) fn sample_limit(
    config: &MelConfig,
    plain_scale: f64,
    window: &[f64],
    restored_norm: f64,
    filterbank: &Filterbank,
    cepstrum: Option<&[f32]>,
    treats_frames: bool,
) -> Result<f32, Error> {
    // Four sums, as one would wait for each addition.
    let mut sums = [0.0; 4];
    let (groups, rest) = window.as_chunks::<4>();
    for group in groups {
        for (sum, w) in sums.iter_mut().zip(group) {
            *sum += w.abs();
        }
    }
    for (sum, w) in sums.iter_mut().zip(rest) {
        *sum += w.abs();
    }
    let sum = sums.iter().sum::<f64>() * restored_norm;
    let amplitude = 4.0 * sum.max(config.input_scale * f64::from(config.n_fft));
    let mut scale = 1.0;
    if config.log == Log::None {
        let rows = cepstrum.unwrap_or_default().chunks_exact(config.n_mels as usize);
        let sums = rows.map(|row| row.iter().map(|weight| f64::from(weight.abs())).sum());
        scale = plain_scale.max(1.0) * sums.fold(1.0, f64::max);
    }
    let filters = filterbank.largest_sum.max(1.0) * scale;
    // Both the squares and what `power` makes of them must be finite.
    let most = f64::from(f32::MAX);
    let square = libm::pow(most / 4.0 / filters, 2.0 / config.power).min(most / 4.0);
    let eps = if config.power == 2.0 { 0.0 } else { config.magnitude_eps };
    if eps > square / 2.0 {
        return Err(Error::Config {
            field: "magnitude_eps".into(),
            value: config.get("magnitude_eps")?,
            expected: format!(
                "at most {} with these filters and this `power`",
                scientific(square / 2.0)
            )
            .into(),
        });
    }
    // Before the window, which has a small `input_scale` in it: differences of two samples, and what is
    // summed of frames that are treated one by one, the squares among it.
    let plain = if treats_frames { libm::sqrt(most / f64::from(config.n_fft)) } else { most };
    let limit = (libm::sqrt(square - eps) / amplitude).min(plain / 4.0);
    Ok((limit as f32).max(f32::MIN_POSITIVE))
}

/// Refuses noise that could overflow on its own: its highest value is below eight deviations.
pub(crate) fn check_dither(config: &MelConfig, sample_limit: f32) -> Result<(), Error> {
    let most = f64::from(sample_limit) * config.input_scale / 8.0;
    if config.dither <= most {
        return Ok(());
    }
    Err(Error::Config {
        field: "dither".into(),
        value: config.get("dither")?,
        expected: format!("at most {}", scientific(most)).into(),
    })
}

/// Refuses options with which samples of variance 1 could overflow. None of n such samples is above the
/// root of n: 2^20 is that of a year at 32 kHz.
pub(crate) fn check_normalized(config: &MelConfig, sample_limit: f32) -> Result<(), Error> {
    let least = (1 << 20) as f32;
    if !config.normalize_input || sample_limit >= least {
        return Ok(());
    }
    Err(Error::Config {
        field: "normalize_input".into(),
        value: config.get("normalize_input")?,
        expected: format!("false where samples above {} could overflow", scientific(sample_limit))
            .into(),
    })
}

/// Refuses a window that overflows once `input_scale` and `spectrum_norm` multiply it, or with the norm
/// restored.
pub(crate) fn check_scaled(shape: &[f64], restored_norm: f64) -> Result<(), Error> {
    match shape.iter().position(|value| !((value * restored_norm) as f32).is_finite()) {
        None => Ok(()),
        Some(at) => Err(Error::Config {
            field: "window".into(),
            value: format!("{} at {at}", scientific(shape[at] * restored_norm)),
            expected: "finite numbers once `input_scale` and `spectrum_norm` multiply it".into(),
        }),
    }
}

/// Refuses a table of another length than its options say, or with a value that is not finite.
pub(crate) fn check_table(what: &'static str, values: &[f32], expected: usize) -> Result<(), Error> {
    if values.len() != expected {
        return Err(Error::BufferSize { what, expected, actual: values.len() });
    }
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(at) => Err(Error::Config {
            field: what.into(),
            value: format!("{} at {at}", short(values[at])),
            expected: "finite numbers".into(),
        }),
    }
}
