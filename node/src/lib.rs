//! The engine of the npm package mojo-audio: core as a Node addon, or as a WebAssembly module for
//! everything else that runs JavaScript. The package's JavaScript, in `lib/`, is what users see; it checks
//! the types of arguments, makes the arrays for results, and is the same over both.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[cfg(not(target_arch = "wasm32"))]
pub mod addon;
mod config;
mod refusal;
#[cfg(target_arch = "wasm32")]
mod wasm;
