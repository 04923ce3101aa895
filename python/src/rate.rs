//! Audio at a rate that is not the configuration's: resampled if the caller asks for it, else refused.

use crate::audio::{Slice, with_samples};
use crate::errors::input_error;
use crate::recent::Recent;
use mojo_audio_core::{Error, MelExtractor, MelSpectrogram, Resampler};
use pyo3::prelude::*;
use std::sync::Arc;

static RESAMPLERS: Recent<Resampler> = Recent::new();

/// What turns audio of a rate (none: not known, so the configuration's) to the rate that the configuration
/// takes; none if nothing does.
pub fn conversion(
    py: Python<'_>,
    rate: Option<u32>,
    extractor: &MelExtractor,
    resample: bool,
) -> PyResult<Option<Arc<Resampler>>> {
    let wanted = extractor.config().rate_of_input();
    match rate {
        None => Ok(None),
        Some(rate) if rate == wanted => Ok(None),
        Some(rate) if !resample => Err(input_error(py, "audio", refusal(rate, wanted))),
        Some(rate) => resampler(py, rate, wanted).map(Some),
    }
}

/// What turns audio of one rate to another.
pub fn resampler(py: Python<'_>, rate: u32, wanted: u32) -> PyResult<Arc<Resampler>> {
    py.detach(|| {
        let fits = |one: &Resampler| (one.from_rate(), one.to_rate()) == (rate, wanted);
        RESAMPLERS.get(fits, || Resampler::new(rate, wanted))
    })
    .map_err(|error| input_error(py, "audio", format!("audio can't be resampled: {error}")))
}

/// The argument `sample_rate` of a call.
pub fn argument(py: Python<'_>, rate: Option<i64>) -> PyResult<Option<u32>> {
    let checked = |rate: i64| {
        u32::try_from(rate).ok().filter(|&rate| rate > 0).ok_or_else(|| {
            let message = format!("sample_rate must be at least 1 Hz, or None, got {rate}");
            input_error(py, "sample_rate", message)
        })
    };
    rate.map(checked).transpose()
}

/// Why audio of another rate is refused.
pub fn refusal(rate: u32, wanted: u32) -> String {
    format!(
        "audio must have the configuration's sample rate, {wanted} Hz, got {rate} Hz: pass resample=True to \
         resample it"
    )
}

/// The result of one signal.
pub fn compute(
    extractor: &MelExtractor,
    samples: Slice<'_>,
    resampler: Option<&Resampler>,
) -> Result<MelSpectrogram, Error> {
    match resampler {
        None => with_samples!(samples, samples => extractor.compute(samples)),
        Some(resampler) => extractor.compute(&resampled(samples, resampler)?),
    }
}

/// The result of one signal, written to `values`.
pub fn compute_into(
    extractor: &MelExtractor,
    samples: Slice<'_>,
    resampler: Option<&Resampler>,
    values: &mut [f32],
) -> Result<usize, Error> {
    match resampler {
        None => with_samples!(samples, samples => extractor.compute_into(samples, values)),
        Some(resampler) => extractor.compute_into(&resampled(samples, resampler)?, values),
    }
}

/// The number of frames of the result of one signal.
pub fn frame_count(extractor: &MelExtractor, n_samples: usize, resampler: Option<&Resampler>) -> usize {
    extractor.frame_count(resampler.map_or(n_samples, |one| one.output_length(n_samples)))
}

pub fn resampled(samples: Slice<'_>, resampler: &Resampler) -> Result<Vec<f32>, Error> {
    with_samples!(samples, samples => resampler.resample(samples))
}
