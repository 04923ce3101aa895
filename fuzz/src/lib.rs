//! The bodies of the fuzzer's targets: each takes any bytes, reads a configuration, signals and calls
//! from them, and panics where a promise is broken.
//!
//! `cargo xtask harden fuzz` runs them led by coverage; `cargo test` replays what was kept.

pub mod capi;
pub mod config;
pub mod decode;
pub mod extractor;
mod input;
pub mod one_shot;
pub mod preprocessor;
pub mod stream;

/// A target's body.
pub type Body = fn(&[u8]);

/// Every target with its name, which is also that of its program and of its folders of inputs.
pub const TARGETS: &[(&str, Body)] = &[
    ("config", config::run),
    ("one_shot", one_shot::run),
    ("extractor", extractor::run),
    ("stream", stream::run),
    ("capi", capi::run),
    ("decode", decode::run),
    ("preprocessor", preprocessor::run),
];
