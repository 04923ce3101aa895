//! `mel_spectrogram` and `mfcc`: one call, which reuses the plan of an earlier call with the same options.

use crate::config::{MelConfig, preset};
use crate::errors::OrRaise;
use crate::extractor::compute;
use crate::recent::Recent;
use crate::warn;
use mojo_audio_core::MelExtractor;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Default number of coefficients of `mfcc`, Kaldi's.
const COEFFICIENTS: u32 = 13;

static PLANS: Recent<MelExtractor> = Recent::new();

/// The mel spectrogram of one signal, or of each along `axis`, with a preset and changes to it.
pub fn spectrogram<'py>(
    audio: &Bound<'py, PyAny>,
    name: &str,
    axis: Option<isize>,
    resample: bool,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = audio.py();
    let MelConfig { config } = MelConfig::build(preset(py, name)?, py, options)?;
    let extractor = py
        .detach(|| PLANS.get(|plan| plan.config() == &config, || MelExtractor::new(&config)))
        .or_raise(py)?;
    warn::of_empty_filters(py, &extractor)?;
    compute(py, &extractor, audio, None, axis, resample)
}

/// Mel-frequency cepstral coefficients of one signal: the orthonormal DCT-II of a preset's bands.
///
/// Parameters
/// ----------
/// audio
///     As for `mel_spectrogram`.
/// n_mfcc
///     Number of coefficients.
/// preset
///     The preset of the bands. For Kaldi's own MFCC use `n_mels=23, lifter=22.0`; for librosa's
///     `preset="librosa", n_mfcc=20, log="db", reference="whole_input", top_db=80.0`.
/// axis
///     The time axis, for arrays of several signals.
/// resample
///     Whether to resample audio that says another rate than the configuration's.
/// **options
///     Options of `MelConfig` to change in the preset.
///
/// Returns
/// -------
/// float32 array, (n_mfcc, n_frames).
///
/// Raises
/// ------
/// The errors of `mel_spectrogram`, which also warns of the same.
#[pyfunction]
#[pyo3(
    signature = (audio, *, n_mfcc = None, preset = "kaldi-fbank", axis = None, resample = false, **options),
    text_signature = "(audio, *, n_mfcc=13, preset='kaldi-fbank', axis=None, resample=False, **options)"
)]
pub fn mfcc<'py>(
    audio: &Bound<'py, PyAny>,
    n_mfcc: Option<Bound<'py, PyAny>>,
    preset: &str,
    axis: Option<isize>,
    resample: bool,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let all = match options {
        Some(options) => options.copy()?,
        None => PyDict::new(audio.py()),
    };
    match n_mfcc {
        Some(n_mfcc) => all.set_item("n_mfcc", n_mfcc)?,
        None => all.set_item("n_mfcc", COEFFICIENTS)?,
    }
    spectrogram(audio, preset, axis, resample, Some(&all))
}
