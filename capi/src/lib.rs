//! The C library: `libmojo_audio` and `mojo_audio.h`.
//!
//! What C programs see is documented in the header, which is made from the comments here by
//! `cargo xtask generate`. Every exported function is three lines over `border::guard`, which stops
//! panics and keeps the error's text; pointers become references and back in `border` only.

// The comments are C's, where brackets are elements and not links.
#![allow(rustdoc::broken_intra_doc_links)]

mod border;
mod config;
mod extractor;
mod generated;
mod options;
mod plans;
mod spectrogram;
mod status;
mod stream;

pub use config::*;
pub use extractor::*;
pub use generated::*;
pub use options::*;
pub use spectrogram::*;
pub use status::*;
pub use stream::*;
