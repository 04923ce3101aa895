//! What can be wrong with a configuration, an input or a buffer: each error has its parts and a text made of them.

use crate::names;
use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt;

/// Why something was refused. The text says which option, argument or sample is wrong, what it must be
/// and what it is: "hop_length must be at least 1, got 0".
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// An option's value is not allowed, alone or together with another option.
    Config {
        /// Name of the option.
        field: Cow<'static, str>,
        /// Its value, as text.
        value: String,
        /// What it may be.
        wanted: String,
    },
    /// No option or preset has that name.
    UnknownName {
        /// What was looked up: `option` or `preset`.
        what: &'static str,
        /// The name that was not found.
        name: String,
        /// The known names. [`Error::closest_name`] is the one most like `name`.
        known: Vec<Cow<'static, str>>,
    },
    /// The input has no samples.
    EmptyInput,
    /// A sample is not a number, infinite, or so large that its power can't be represented. Samples
    /// above `limit` are refused by a stream always, in a whole input where they have that effect, or
    /// where the option `input_rate` resamples it.
    Sample {
        /// Its place in the input (in a stream: since its start), from 0.
        index: usize,
        /// The sample.
        value: f32,
        /// Largest magnitude that is always taken with this configuration.
        limit: f32,
    },
    /// A buffer has the wrong length.
    BufferSize {
        /// Which buffer.
        what: &'static str,
        /// The length it must have, in values.
        expected: usize,
        /// The length it has.
        actual: usize,
    },
    /// An allocation failed.
    Allocation {
        /// How many bytes it asked for; `usize::MAX` if more than can be counted.
        bytes: usize,
    },
    /// The stream was finished and not reset.
    Finished,
}

impl Error {
    /// A short name of the kind of error, the same in every version and language.
    ///
    /// ```
    /// use mojo_audio_core::{MelConfig, MelExtractor};
    ///
    /// let error = MelExtractor::new(&MelConfig::whisper())?.compute::<f32>(&[]).unwrap_err();
    /// assert_eq!(error.code(), "empty_input");
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Config { .. } => "config",
            Self::UnknownName { .. } => "unknown_name",
            Self::EmptyInput => "empty_input",
            Self::Sample { .. } => "sample",
            Self::BufferSize { .. } => "buffer_size",
            Self::Allocation { .. } => "allocation",
            Self::Finished => "finished",
        }
    }

    /// The known name that is most like an unknown one, if any is much like it.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let error = MelConfig::preset("wisper").unwrap_err();
    /// assert_eq!(error.closest_name(), Some("whisper"));
    /// assert_eq!(error.to_string(), r#"unknown preset "wisper"; did you mean "whisper"?"#);
    /// ```
    #[must_use]
    pub fn closest_name(&self) -> Option<&str> {
        match self {
            Self::UnknownName { name, known, .. } => names::closest(name, known),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config { field, value, wanted } => write!(f, "{field} must be {wanted}, got {value}"),
            Self::UnknownName { what, name, known } => {
                write!(f, "unknown {what} {name:?}; ")?;
                match names::closest(name, known) {
                    Some(closest) => write!(f, "did you mean {closest:?}?"),
                    None => write!(f, "known are {}", names::List(known)),
                }
            }
            Self::EmptyInput => write!(f, "samples must not be empty"),
            Self::Sample { index, value, limit } => {
                write!(
                    f,
                    "sample {index} must be finite and at most {limit:e} in magnitude, got {value:?}"
                )
            }
            Self::BufferSize { what, expected, actual } => {
                write!(f, "{what} must have {expected} values, got {actual}")
            }
            Self::Allocation { bytes: usize::MAX } => {
                write!(f, "the result needs more memory than can be addressed")
            }
            Self::Allocation { bytes } => write!(f, "could not allocate {bytes} bytes of memory"),
            Self::Finished => {
                write!(f, "the stream is finished; reset it before it takes more samples")
            }
        }
    }
}

impl core::error::Error for Error {}
