//! The engine behind Node-API. Each result is written to an array that the package's JavaScript has made, so
//! that it is V8's own memory.

mod cancel;
mod errors;
mod extractor;
mod output;
mod samples;
mod stream;
mod tasks;

use crate::refusal::Refusal;
use errors::{OrThrow, thrown};
use mojo_audio_core::Error;
use napi::bindgen_prelude::Env;
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
