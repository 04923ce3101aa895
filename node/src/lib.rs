//! The addon of the npm package mojo-audio: core's engine behind Node-API. The package's own JavaScript,
//! in `lib/`, is what users see; it checks the types of arguments and makes the arrays for results, so
//! that each is V8's own memory.

mod cancel;
mod config;
mod errors;
mod extractor;
mod output;
mod samples;
mod stream;
mod tasks;

use errors::OrThrow;
use mojo_audio_core::Error;
use napi::bindgen_prelude::Env;
use napi_derive::napi;

/// The presets' names.
#[napi]
pub fn presets() -> Vec<&'static str> {
    mojo_audio_core::PRESETS.to_vec()
}

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
