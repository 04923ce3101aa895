//! The Rust half of the C++ classes in `include/mojo_audio.hpp`.
//!
//! Nothing here is for Rust programs, which have [`mojo_audio_core`]. The header shows types of C++'s
//! standard library only; its classes call the functions of `src/border.cc`, which check pointers and
//! call the bridge, whose every function stops panics (`border::guard`) and writes the text of an error
//! to memory of the caller's.

#[cfg(test)]
mod allocation;
mod border;
mod bridge;
mod options;
