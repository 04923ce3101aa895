//! The stream behind `MelStream`.

use super::errors::OrThrow;
use super::output::values;
use super::samples::{Samples, with_samples};
use mojo_audio_core::{MelExtractor, MelStream};
use napi::bindgen_prelude::{Env, Float32ArraySlice, ObjectFinalize, Unknown};
use napi_derive::napi;

/// A stream of core's, and what V8 was told of its memory.
#[napi(custom_finalize)]
pub struct Stream {
    stream: MelStream,
    bytes: i64,
}

impl ObjectFinalize for Stream {
    fn finalize(self, env: Env) -> napi::Result<()> {
        env.adjust_external_memory(-self.bytes).map(drop)
    }
}

#[napi]
impl Stream {
    pub(crate) fn new(env: &Env, extractor: &MelExtractor) -> napi::Result<Self> {
        let stream = extractor.stream().or_throw(env)?;
        let bytes = extractor.working_memory() as i64;
        env.adjust_external_memory(bytes)?;
        Ok(Self { stream, bytes })
    }

    #[napi]
    pub fn frames_after(&self, n_samples: f64) -> f64 {
        self.stream.frames_after(n_samples as usize) as f64
    }

    #[napi]
    pub fn frames_at_finish(&self) -> f64 {
        self.stream.frames_at_finish() as f64
    }

    /// Writes the frames that became certain to the first values of `out`; gives their number.
    #[napi(catch_unwind)]
    pub fn push_into(
        &mut self,
        env: &Env,
        samples: Unknown<'_>,
        mut out: Float32ArraySlice<'_>,
    ) -> napi::Result<f64> {
        let (samples, out) = (Samples::new(samples)?, values(&mut out));
        let n_frames = with_samples!(Samples, &samples, samples => self.stream.push_into(samples, out));
        Ok(n_frames.or_throw(env)? as f64)
    }

    /// Writes the last frames.
    #[napi(catch_unwind)]
    pub fn finish_into(&mut self, env: &Env, mut out: Float32ArraySlice<'_>) -> napi::Result<f64> {
        Ok(self.stream.finish_into(values(&mut out)).or_throw(env)? as f64)
    }

    #[napi]
    pub fn reset(&mut self) {
        self.stream.reset();
    }
}
