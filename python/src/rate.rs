//! Audio at a rate that is not the configuration's: resampled if the caller asks for it, else refused.

use crate::audio::{Slice, with_samples};
use crate::errors::input_error;
use mojo_audio_core::{Error, MelExtractor, MelSpectrogram, Resampler};
use pyo3::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// Number of resamplers that are kept.
const KEPT: usize = 8;

/// The resamplers used most recently, the latest at the end. The lock is held only for a look-up or a push.
static RESAMPLERS: Mutex<Vec<Arc<Resampler>>> = Mutex::new(Vec::new());

/// The resampler between two rates, an earlier one if there is one.
pub fn resampler(from: u32, to: u32) -> Result<Arc<Resampler>, Error> {
    let take = || {
        let mut kept = RESAMPLERS.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|one| (one.from_rate(), one.to_rate()) == (from, to))?;
        let one = kept.remove(at);
        kept.push(Arc::clone(&one));
        Some(one)
    };
    if let Some(one) = take() {
        return Ok(one);
    }
    let one = Arc::new(Resampler::new(from, to)?);
    let mut kept = RESAMPLERS.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() == KEPT {
        kept.remove(0);
    }
    kept.push(Arc::clone(&one));
    Ok(one)
}

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
        Some(rate) => py
            .detach(|| resampler(rate, wanted))
            .map(Some)
            .map_err(|error| input_error(py, "audio", format!("audio can't be resampled: {error}"))),
    }
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

fn resampled(samples: Slice<'_>, resampler: &Resampler) -> Result<Vec<f32>, Error> {
    with_samples!(samples, samples => resampler.resample(samples))
}
