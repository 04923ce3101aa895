//! What can be wrong with a configuration, an input or a buffer, each with what came and what was wanted.

use alloc::{borrow::Cow, string::String};
use core::fmt;

/// Why something was refused. The text of each says which option, argument or sample it is about,
/// what came and what was wanted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// An option has a value that is not allowed, by itself or together with another.
    Config {
        /// Name of the option.
        field: Cow<'static, str>,
        /// Its value, as text.
        value: String,
        /// What it may be.
        wanted: String,
    },
    /// There is no option or preset of that name.
    UnknownName {
        /// What was looked up: `option` or `preset`.
        what: &'static str,
        /// The name that was not found.
        name: String,
        /// The names there are, with commas between.
        known: String,
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
    /// Memory was refused.
    Allocation {
        /// How many bytes were asked for; `usize::MAX` if more than can be counted.
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
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config { field, value, wanted } => {
                write!(f, "{field}: {value} is not allowed; it must be {wanted}")
            }
            Self::UnknownName { what, name, known } => {
                write!(f, "there is no {what} {name:?}; there are: {known}")
            }
            Self::EmptyInput => write!(f, "samples: the input is empty; at least 1 sample is wanted"),
            Self::Sample { index, value, limit } => write!(
                f,
                "samples: sample {index} is {value:?}; a finite number of magnitude at most {limit:e} is wanted"
            ),
            Self::BufferSize { what, expected, actual } => {
                write!(f, "{what}: {actual} values came; {expected} are wanted")
            }
            Self::Allocation { bytes: usize::MAX } => {
                write!(f, "the result needs more memory than can be addressed")
            }
            Self::Allocation { bytes } => write!(f, "{bytes} bytes of memory were refused"),
            Self::Finished => write!(f, "the stream is finished; reset it before further samples"),
        }
    }
}

impl core::error::Error for Error {}
