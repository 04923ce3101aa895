//! The engine behind Node-API. Each result is written to an array that the package's JavaScript has made, so
//! that it is V8's own memory.

mod cancel;
mod errors;
mod extractor;
mod files;
mod output;
mod samples;
mod stream;
mod tasks;

use crate::refusal::Refusal;
use cancel::Cancel;
use errors::{OrThrow, thrown};
use files::{FileTask, Source};
use mojo_audio_core::{Error, MODEL_FILES, MelConfig, RowStatistics};
use napi::bindgen_prelude::{AsyncTask, Either, Env, Float32Array, Uint8Array};
use napi_derive::napi;

/// The package's version.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Throws the error for a result that memory has no room for.
#[napi]
pub fn refuse_memory(env: &Env, bytes: f64) -> napi::Result<()> {
    Err(Error::Allocation { bytes: bytes as usize }).or_throw(env)
}

/// Throws the error for an option whose value has the wrong type.
#[napi]
pub fn refuse_type(env: &Env, name: String, shown: String) -> napi::Result<()> {
    Err(thrown(env, Refusal::of_wrong_type(crate::config::wrong_type(&name, &shown))))
}

/// The files of a model's folder that can have the settings of its feature extractor. The first that has them
/// counts.
#[napi]
pub fn model_files() -> Vec<&'static str> {
    MODEL_FILES.to_vec()
}

/// Every option and its value, of the model whose files have these names and texts.
#[napi]
pub fn model_options(env: &Env, names: Vec<String>, texts: Vec<String>) -> napi::Result<String> {
    let files: Vec<_> = names.into_iter().zip(texts).collect();
    let config =
        MelConfig::from_model_files(&files).map_err(|error| thrown(env, Refusal::of_file(error)))?;
    crate::config::write(&config).or_throw(env)
}

/// The mean and the scale of each row, in a text that has them.
#[napi]
pub fn row_statistics(env: &Env, text: String) -> napi::Result<Vec<Float32Array>> {
    let rows = RowStatistics::from_text(&text).or_throw(env)?;
    Ok(vec![Float32Array::new(rows.mean), Float32Array::new(rows.scale)])
}

/// Reads a path, or a copy of a file's bytes, as one channel at `sample_rate`, that of the default
/// configuration unless given.
#[napi(catch_unwind)]
pub fn read_file(
    source: Either<String, Uint8Array>,
    sample_rate: Option<u32>,
    ffmpeg: bool,
    cancel: Option<&Cancel>,
) -> AsyncTask<FileTask> {
    let source = match source {
        Either::A(path) => Source::Path(path),
        Either::B(bytes) => Source::Bytes(bytes.to_vec()),
    };
    let sample_rate = sample_rate.unwrap_or_else(|| MelConfig::default().sample_rate);
    AsyncTask::new(FileTask { source, sample_rate, ffmpeg, cancel: cancel.cloned() })
}
