//! Mel spectrograms, equal to those of the libraries that speech models are trained with.
//!
//! [`MelConfig`] holds every option, [`MelExtractor`] is a checked plan of one, [`MelStream`] is one
//! live signal, [`MelSpectrogram`] is the result. The default is Whisper's log-mel.
//!
//! ```
//! use mojo_audio_core::{MelConfig, MelExtractor};
//!
//! let samples = vec![0.0f32; 16_000]; // one second, mono, full scale 1
//! let mel = MelExtractor::new(&MelConfig::whisper())?.compute(&samples)?;
//! assert_eq!((mel.n_mels(), mel.n_frames()), (80, 100));
//! # Ok::<(), mojo_audio_core::Error>(())
//! ```
//!
//! Without the feature `std` the crate needs an allocator only; threads
//! ([`compute_batch`](MelExtractor::compute_batch)) and the choice of the instruction set at run time
//! need `std`: without it the one that the program is compiled for is used.

#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod block;
mod cepstrum;
mod compress;
pub mod config;
mod dither;
mod ends;
mod error;
mod extractor;
mod fft;
mod frame;
mod kernels;
mod lanes;
mod limits;
mod measured;
mod mel;
mod memory;
mod normalize;
#[cfg(feature = "std")]
mod parallel;
mod plan;
mod ranges;
mod reference;
mod run;
mod scratch;
mod shared;
mod signal;
mod sink;
mod spectrogram;
#[cfg(feature = "stages")]
#[doc(hidden)]
pub mod stages;
mod stream;
mod whole;
mod window;

pub use config::{MelConfig, OPTIONS, PRESETS};
pub use error::Error;
pub use extractor::MelExtractor;
pub use kernels::InstructionSet;
pub use plan::Overrides;
pub use signal::Sample;
pub use spectrogram::MelSpectrogram;
pub use stream::MelStream;
