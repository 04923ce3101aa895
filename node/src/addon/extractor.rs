//! The extractor behind `MelExtractor`.

use super::cancel::Cancel;
use super::errors::{OrThrow, thrown};
use super::files::Audio;
use super::output::values;
use super::samples::{Samples, with_samples};
use super::stream::Stream;
use super::tasks::{BatchTask, ComputeTask, compute_batch};
use crate::config;
use crate::refusal::Refusal;
use mojo_audio_core::{MelExtractor, Overrides};
use napi::bindgen_prelude::{AsyncTask, Env, Float32Array, Float32ArraySlice, ObjectFinalize, Unknown};
use napi_derive::napi;
use std::sync::Arc;

/// A plan of core's, and what V8 was told of its memory.
#[napi(custom_finalize)]
pub struct Extractor {
    extractor: Arc<MelExtractor>,
    bytes: i64,
}

impl ObjectFinalize for Extractor {
    fn finalize(self, env: Env) -> napi::Result<()> {
        env.adjust_external_memory(-self.bytes).map(drop)
    }
}

#[napi]
impl Extractor {
    /// `options` is the text that `config` describes.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        env: &Env,
        options: String,
        window: Option<&[f32]>,
        filterbank: Option<&[f32]>,
        row_mean: Option<&[f32]>,
        row_scale: Option<&[f32]>,
    ) -> napi::Result<Self> {
        let config = config::read(&options).or_throw(env)?;
        let overrides = Overrides { window, filterbank, row_mean, row_scale, ..Overrides::default() };
        let extractor = MelExtractor::with_overrides(&config, overrides).or_throw(env)?;
        // V8 collects what it believes to be small too late.
        let bytes = extractor.working_memory() as i64;
        env.adjust_external_memory(bytes)?;
        Ok(Self { extractor: Arc::new(extractor), bytes })
    }

    #[napi(getter, catch_unwind)]
    pub fn config(&self, env: &Env) -> napi::Result<String> {
        config::write(self.extractor.config()).or_throw(env)
    }

    #[napi(getter)]
    pub fn n_mels(&self) -> f64 {
        self.extractor.n_mels() as f64
    }

    #[napi(getter)]
    pub fn working_memory(&self) -> f64 {
        self.extractor.working_memory() as f64
    }

    #[napi(getter)]
    pub fn instruction_set(&self) -> String {
        format!("{:?}", self.extractor.instruction_set())
    }

    #[napi(catch_unwind)]
    pub fn empty_filters(&self) -> Vec<u32> {
        self.extractor.empty_filters().into_iter().map(|band| band as u32).collect()
    }

    /// Writes the weights of the filters to `out`, which has as many values.
    #[napi(catch_unwind)]
    pub fn filterbank(&self, env: &Env, mut out: Float32ArraySlice<'_>) -> napi::Result<()> {
        self.extractor.filterbank_into(values(&mut out)).or_throw(env)
    }

    #[napi]
    pub fn frame_count(&self, n_samples: f64) -> f64 {
        self.extractor.frame_count(n_samples as usize) as f64
    }

    #[napi]
    pub fn valid_frames(&self, n_samples: f64) -> f64 {
        self.extractor.valid_frames(n_samples as usize) as f64
    }

    /// Writes the result to the first values of `out`; gives the number of frames.
    #[napi(catch_unwind)]
    pub fn compute_into(
        &self,
        env: &Env,
        samples: Unknown<'_>,
        mut out: Float32ArraySlice<'_>,
    ) -> napi::Result<f64> {
        let (samples, out) = (Samples::new(samples)?, values(&mut out));
        let n_frames =
            with_samples!(Samples, &samples, samples => self.extractor.compute_into(samples, out));
        Ok(n_frames.or_throw(env)? as f64)
    }

    /// The same on a thread of the pool, of a copy of the samples. Nobody else may have `out` until the
    /// promise is resolved.
    #[napi(catch_unwind)]
    pub fn compute(
        &self,
        env: &Env,
        samples: Unknown<'_>,
        out: Float32Array,
        cancel: Option<&Cancel>,
    ) -> napi::Result<AsyncTask<ComputeTask>> {
        Ok(AsyncTask::new(ComputeTask {
            extractor: Arc::clone(&self.extractor),
            samples: Arc::new(Samples::new(samples)?.to_owned().or_throw(env)?),
            out,
            cancel: cancel.cloned(),
        }))
    }

    /// The same for a file that was read.
    #[napi(catch_unwind)]
    pub fn compute_audio(
        &self,
        audio: &Audio,
        out: Float32Array,
        cancel: Option<&Cancel>,
    ) -> AsyncTask<ComputeTask> {
        AsyncTask::new(ComputeTask {
            extractor: Arc::clone(&self.extractor),
            samples: Arc::clone(&audio.samples),
            out,
            cancel: cancel.cloned(),
        })
    }

    /// Writes the result of each clip to its `out`.
    #[napi(catch_unwind)]
    pub fn compute_batch_into(
        &self,
        env: &Env,
        clips: Vec<Unknown<'_>>,
        mut outs: Vec<Float32Array>,
        threads: u32,
    ) -> napi::Result<()> {
        let clips = clips.into_iter().map(Samples::new).collect::<napi::Result<Vec<_>>>()?;
        let (mut floats, mut integers) = (Vec::new(), Vec::new());
        for (place, clip) in clips.iter().enumerate() {
            match clip {
                Samples::Floats(samples) => floats.push((place, samples.as_ref())),
                Samples::Integers(samples) => integers.push((place, samples.as_ref())),
            }
        }
        compute_batch(&self.extractor, &floats, &integers, &mut outs, threads)
            .map_err(|(clip, error)| thrown(env, Refusal::of_clip(clip, error)))
    }

    /// The same on a thread of the pool and others, of copies of the samples.
    #[napi(catch_unwind)]
    pub fn compute_batch(
        &self,
        env: &Env,
        clips: Vec<Unknown<'_>>,
        outs: Vec<Float32Array>,
        threads: u32,
        cancel: Option<&Cancel>,
    ) -> napi::Result<AsyncTask<BatchTask>> {
        let copy = |clip| Samples::new(clip)?.to_owned().or_throw(env);
        Ok(AsyncTask::new(BatchTask {
            extractor: Arc::clone(&self.extractor),
            clips: clips.into_iter().map(copy).collect::<napi::Result<_>>()?,
            outs,
            threads,
            cancel: cancel.cloned(),
        }))
    }

    #[napi(catch_unwind)]
    pub fn stream(&self, env: &Env) -> napi::Result<Stream> {
        Stream::new(env, &self.extractor)
    }
}
