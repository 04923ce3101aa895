//! Mel spectrograms, many frames at a time.
// The front page of the documentation.
#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod affine;
mod block;
mod cepstrum;
mod compress;
pub mod config;
mod deltas;
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
mod names;
mod normalize;
mod number;
mod once;
#[cfg(feature = "std")]
mod parallel;
mod pcen;
mod plan;
mod ranges;
#[cfg(feature = "recipes")]
mod recipes;
mod reference;
mod resample;
mod run;
mod scratch;
mod shared;
mod signal;
mod sink;
mod spectrogram;
mod stack;
#[cfg(feature = "stages")]
#[doc(hidden)]
pub mod stages;
mod stream;
mod whole;
mod window;

pub use config::{MelConfig, OPTIONS, PRESETS};
pub use error::{
    ERROR_KINDS, Error, ErrorField, ErrorKind, ErrorKindInfo, Expected, Spelled, Spelling,
};
pub use extractor::MelExtractor;
pub use kernels::InstructionSet;
pub use plan::Overrides;
#[cfg(feature = "recipes")]
pub use recipes::{MODEL_FILES, RowStatistics, feature_extractor_classes};
pub use resample::Resampler;
pub use signal::Sample;
pub use spectrogram::MelSpectrogram;
pub use stream::MelStream;
