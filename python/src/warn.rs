//! Warnings, which Python shows once for each place in the code that called us, unless it is told otherwise.

use mojo_audio_core::{MelConfig, MelExtractor, PRESETS};
use pyo3::exceptions::PyUserWarning;
use pyo3::prelude::*;
use std::ffi::CString;

/// A warning for the code that called us.
pub fn of(py: Python<'_>, text: String) -> PyResult<()> {
    PyErr::warn(py, &py.get_type::<PyUserWarning>(), &CString::new(text)?, 1)
}

/// Warns of bands whose filter contains no bin, unless a preset has the same bands: models are trained with those,
/// so that nobody is to change them.
pub fn of_empty_filters(py: Python<'_>, extractor: &MelExtractor) -> PyResult<()> {
    let empty = extractor.empty_filters_into(&mut []);
    let config = extractor.config();
    if empty == 0 || PRESETS.iter().any(|name| has_bands_of(config, name)) {
        return Ok(());
    }
    let MelConfig { n_mels, n_fft, .. } = config;
    of(
        py,
        format!(
            "{empty} of {n_mels} mel bands contain no FFT bin, so their values say nothing about the audio \
             (MelExtractor.empty_filters() lists them); unless a model was trained with them, choose n_fft above \
             {n_fft} or n_mels below {n_mels}"
        ),
    )
}

/// Whether a configuration's filters cover the same frequencies and bins as those of a preset.
fn has_bands_of(config: &MelConfig, preset: &str) -> bool {
    let bands = |config: &MelConfig| {
        let edges = (config.f_min.to_bits(), config.upper_frequency().to_bits());
        (config.sample_rate, config.n_fft, config.n_mels, edges, config.mel_scale)
    };
    MelConfig::preset(preset).is_ok_and(|preset| bands(&preset) == bands(config))
}
