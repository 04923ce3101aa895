//! The C library: `libmojo_audio` and `mojo_audio.h`.
//!
//! `cargo xtask generate` makes the header from the comments here. Every exported function is three lines
//! over `border::guard`, which stops panics and keeps the error's text. Only `border` turns pointers into
//! references and back.

// The comments are for C, where brackets are elements and not links; so is the code in them.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_rust_codeblocks)]

mod border;
mod config;
mod extractor;
mod frames;
mod generated;
mod guard;
mod last_error;
mod options;
mod plans;
mod spectrogram;
mod statistics;
mod status;
mod stream;

pub use config::*;
pub use extractor::*;
pub use frames::*;
pub use generated::*;
pub use options::*;
pub use spectrogram::*;
pub use statistics::*;
pub use status::*;
pub use stream::*;
