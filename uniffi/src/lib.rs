//! Core's engine for Swift and Kotlin, through UniFFI.
//!
//! Samples are passed as `&[u8]`, which UniFFI lends without a copy. Results are written straight to the
//! caller's memory, whose address is an argument: UniFFI would write a `Vec<u8>` byte by byte and copy it three
//! times more. People use the types of the packages in `MojoAudio/` and `kotlin/`, which are built on these.

mod errors;
mod extractor;
mod memory;
mod options;
mod stream;

uniffi::setup_scaffolding!("mojo_audio");
