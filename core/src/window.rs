//! The analysis window.

use crate::config::{MelConfig, SpectrumNorm, Window};
use crate::error::Error;
use crate::memory;
use alloc::vec::Vec;

/// The `win_length` values of the configured window, in float64.
///
/// Formulas as in scipy's `signal.windows.general_cosine`; Povey's is Hann's to the power of 0.85
/// (Kaldi, `feat/feature-window.cc`). A window of one value is 1.
pub(crate) fn shape(config: &MelConfig) -> Result<Vec<f64>, Error> {
    let length = config.window_length() as usize;
    if length == 1 || config.window == Window::Rectangular {
        return memory::filled(length, 1.0);
    }
    let mut window = memory::filled(length, 0.0)?;
    let period = if config.window_periodic { length } else { length - 1 };
    let (half, mirrored) = window.split_at_mut(period / 2 + 1);
    // The window is chosen outside the loop.
    match config.window {
        Window::Hann => of_cosines(half, period, |cos| 0.5 - 0.5 * cos),
        Window::Hamming => of_cosines(half, period, |cos| 0.54 - 0.46 * cos),
        // cos 2a = 2 cos² a − 1
        Window::Blackman => {
            of_cosines(half, period, |cos| 0.42 - 0.5 * cos + 0.08 * (2.0 * cos * cos - 1.0));
        }
        Window::Povey => {
            of_cosines(half, period, |cos| libm::pow(f64::max(0.5 - 0.5 * cos, 0.0), 0.85));
        }
        Window::Rectangular => {}
    }
    // Value i is also value period − i.
    let upper = period.div_ceil(2);
    for (value, of) in mirrored.iter_mut().zip(half[..upper].iter().rev()) {
        *value = *of;
    }
    Ok(window)
}

/// Fills a window with what is made of the cosines of its places in a period.
#[inline(always)]
fn of_cosines(values: &mut [f64], period: usize, of: impl Fn(f64) -> f64) {
    memory::turns(period, values, |cos, _| of(cos));
}

/// What the spectrum is divided by. As it is linear, the window is divided instead, which costs nothing.
///
/// # Errors
/// [`Error::Config`] where it is 0.
pub(crate) fn norm(config: &MelConfig, window: &[f64]) -> Result<f64, Error> {
    let norm = match config.spectrum_norm {
        SpectrumNorm::None => 1.0,
        SpectrumNorm::Window => libm::sqrt(window.iter().map(|w| w * w).sum()),
        SpectrumNorm::FrameLength => libm::sqrt(f64::from(config.n_fft)),
    };
    if norm > 0.0 {
        return Ok(norm);
    }
    Err(Error::Config {
        field: "spectrum_norm".into(),
        value: config.spectrum_norm.name().into(),
        expected: "none or frame_length, as the window is all zeros".into(),
    })
}
