//! Work on libuv's threads.

use super::cancel::Cancel;
use super::errors::thrown;
use super::output::values_of_task;
use super::samples::{OwnedSamples, with_samples};
use crate::refusal::Refusal;
use mojo_audio_core::{Error, MelExtractor, MelSpectrogram, Sample};
use napi::bindgen_prelude::{Env, Float32Array, Task};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// How work ended that was not cancelled.
pub type Outcome<E> = Result<(), E>;

/// One signal.
pub struct ComputeTask {
    pub extractor: Arc<MelExtractor>,
    pub samples: Arc<OwnedSamples>,
    pub out: Float32Array,
    pub cancel: Option<Cancel>,
}

/// Many clips.
pub struct BatchTask {
    pub extractor: Arc<MelExtractor>,
    pub clips: Vec<OwnedSamples>,
    pub outs: Vec<Float32Array>,
    pub threads: u32,
    pub cancel: Option<Cancel>,
}

/// An error of core's, and the clip that it is about.
pub type ClipError = (usize, Error);

impl Task for ComputeTask {
    type Output = Outcome<Error>;
    type JsValue = ();

    fn compute(&mut self) -> napi::Result<Self::Output> {
        run(self.cancel.as_ref(), || {
            let out = values_of_task(&mut self.out);
            with_samples!(OwnedSamples, &*self.samples, samples => {
                self.extractor.compute_into(samples, out)
            })
            .map(drop)
        })
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> napi::Result<()> {
        output.map_err(|error| thrown(&env, Refusal::of(error)))
    }
}

impl Task for BatchTask {
    type Output = Outcome<ClipError>;
    type JsValue = ();

    fn compute(&mut self) -> napi::Result<Self::Output> {
        run(self.cancel.as_ref(), || {
            let (mut floats, mut integers) = (Vec::new(), Vec::new());
            for (place, clip) in self.clips.iter().enumerate() {
                match clip {
                    OwnedSamples::Floats(samples) => floats.push((place, samples.as_slice())),
                    OwnedSamples::Integers(samples) => integers.push((place, samples.as_slice())),
                }
            }
            compute_batch(&self.extractor, &floats, &integers, &mut self.outs, self.threads)
        })
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> napi::Result<()> {
        output.map_err(|(clip, error)| thrown(&env, Refusal::of_clip(clip, error)))
    }
}

/// Does the work, unless it was cancelled. A panic is an error: the thread is libuv's.
pub fn run<T, E>(
    cancel: Option<&Cancel>,
    work: impl FnOnce() -> Result<T, E>,
) -> napi::Result<Result<T, E>> {
    if cancel.is_some_and(Cancel::is_cancelled) {
        // The caller's promise is rejected already, with the signal's reason.
        return Err(napi::Error::new(napi::Status::Cancelled, "cancelled"));
    }
    catch_unwind(AssertUnwindSafe(work)).map_err(napi::bindgen_prelude::panic_to_error)
}

/// Computes all clips, which are sorted by the type of their samples, each with its place, and writes
/// them to their `outs`. Fails with the first clip at fault.
pub fn compute_batch(
    extractor: &MelExtractor,
    floats: &[(usize, &[f32])],
    integers: &[(usize, &[i16])],
    outs: &mut [Float32Array],
    threads: u32,
) -> Outcome<ClipError> {
    let mut results = compute_clips(extractor, floats, threads);
    results.extend(compute_clips(extractor, integers, threads));
    results.sort_unstable_by_key(|(place, _)| *place);
    for ((place, result), out) in results.into_iter().zip(outs) {
        let mel = result.map_err(|error| (place, error))?;
        let (out, actual) = (values_of_task(out), mel.data().len());
        if out.len() != actual {
            let expected = out.len();
            return Err((place, Error::BufferSize { what: "out", expected, actual }));
        }
        out.copy_from_slice(mel.data());
    }
    Ok(())
}

fn compute_clips<S: Sample>(
    extractor: &MelExtractor,
    clips: &[(usize, &[S])],
    threads: u32,
) -> Vec<(usize, Result<MelSpectrogram, Error>)> {
    let samples: Vec<&[S]> = clips.iter().map(|(_, samples)| *samples).collect();
    let computed = extractor.compute_batch(&samples, threads as usize);
    clips.iter().map(|(place, _)| *place).zip(computed).collect()
}
