//! The Rust half of the C++ classes in `include/mojo_audio.hpp`.
//!
//! Rust programs use [`mojo_audio_core`] instead. The header shows only types of C++'s standard library. Its
//! classes call the functions of `src/border.cc`, which check pointers and call the bridge. Every function of
//! the bridge stops panics (`border::guard`) and writes the text of an error to the caller's memory.

#[cfg(test)]
mod allocation;
mod border;
mod bridge;
#[path = "../../capi/src/guard.rs"]
mod guard;
mod options;
