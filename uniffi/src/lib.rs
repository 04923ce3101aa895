//! Core's engine as UniFFI carries it to Swift and Kotlin.
//!
//! Samples come as `&[u8]`: UniFFI lends them where they are. Results go straight to memory of the
//! caller's, whose address comes along: UniFFI writes a `Vec<u8>` byte by byte and copies it three times
//! more. The packages in `MojoAudio/` and `kotlin/` lay the types over this that people use; nothing here is
//! meant for them.

mod errors;
mod extractor;
mod memory;
mod options;
mod stream;

uniffi::setup_scaffolding!("mojo_audio");
