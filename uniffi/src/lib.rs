//! Core's engine for Swift and Kotlin, through UniFFI.
//!
//! Samples are passed as `&[u8]`, which UniFFI lends without a copy. Results are written straight to the
//! caller's memory, whose address is an argument: UniFFI would write a `Vec<u8>` byte by byte and copy it three
//! times more. People use the types of the packages in `MojoAudio/` and `kotlin/`, which are built on these.

#![expect(
    clippy::result_large_err,
    reason = "UniFFI writes an error's fields one by one, which a box would hide"
)]

mod direct;
mod errors;
mod extractor;
mod memory;
mod options;
mod statistics;
mod stream;

uniffi::setup_scaffolding!("mojo_audio");
