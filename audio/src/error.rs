//! What can be wrong with a file.

use std::fmt;

/// Why a file can't be read, or not to its end.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    Io {
        /// Its own sentence.
        reason: String,
    },
    /// The bytes are in no audio format that is known here.
    NotAudio,
    /// The format is known, and not read.
    Unsupported {
        /// What is not supported.
        reason: String,
    },
    /// The file contradicts itself.
    Corrupt {
        /// Seconds that were sound.
        after: f64,
        /// What is wrong.
        reason: String,
    },
    /// The file ends before its samples do.
    Truncated {
        /// Seconds that are there.
        found: f64,
        /// Seconds that the header promises, if it does.
        promised: Option<f64>,
    },
    /// A sample rate that can't be converted.
    SampleRate {
        /// The file's, in hertz.
        from: u32,
        /// The one asked for, in hertz.
        to: u32,
    },
    /// The file has no samples, or too few for one at the rate asked for.
    Empty {
        /// Samples per channel of the file.
        samples: u64,
        /// The file's sample rate.
        from: u32,
        /// The one asked for.
        to: u32,
    },
    /// Memory ran out.
    Allocation {
        /// Samples that were read.
        samples: usize,
    },
    /// A fault of this library or of a decoder.
    Internal {
        /// What happened.
        reason: String,
    },
}

/// Sample rates that are converted. Those beyond are of broken headers, and a ratio without bound
/// would ask for any amount of memory.
pub(crate) const RATES: std::ops::RangeInclusive<u32> = 1_000..=768_000;

impl Error {
    /// A short name of the kind, for programs: `io`, `not_audio`, `unsupported`, `corrupt`,
    /// `truncated`, `sample_rate`, `empty_input`, `allocation` or `internal`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "io",
            Self::NotAudio => "not_audio",
            Self::Unsupported { .. } => "unsupported",
            Self::Corrupt { .. } => "corrupt",
            Self::Truncated { .. } => "truncated",
            Self::SampleRate { .. } => "sample_rate",
            Self::Empty { .. } => "empty_input",
            Self::Allocation { .. } => "allocation",
            Self::Internal { .. } => "internal",
        }
    }

    /// The operating system's reason, without the number of the error.
    pub(crate) fn io(error: &std::io::Error) -> Self {
        let text = error.to_string();
        let reason = text.split_once(" (os error").map_or(text.as_str(), |(sentence, _)| sentence);
        Self::Io { reason: reason.into() }
    }

    pub(crate) fn unsupported(reason: impl Into<String>) -> Self {
        Self::Unsupported { reason: reason.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { reason } => f.write_str(reason),
            Self::NotAudio => f.write_str("not a WAV, FLAC, MP3 or Ogg Vorbis file"),
            Self::Unsupported { reason } => write!(f, "not supported: {reason}"),
            Self::Corrupt { after, reason } if *after > 0.0 => {
                write!(f, "corrupt after {after:.2} s: {reason}")
            }
            Self::Corrupt { reason, .. } => write!(f, "corrupt: {reason}"),
            Self::Truncated { found, promised: Some(promised) } => write!(
                f,
                "the file ends after {found:.2} s of the {promised:.2} s that its header promises"
            ),
            Self::Truncated { found, promised: None } if *found > 0.0 => {
                write!(f, "the file ends in the middle of its data, after {found:.2} s")
            }
            Self::Truncated { .. } => f.write_str("the file ends before its first samples"),
            Self::SampleRate { from: 0, .. } => f.write_str("the file's sample rate is 0"),
            Self::SampleRate { from, to } => write!(
                f,
                "can't resample from {from} Hz to {to} Hz; both must be from {} to {} Hz",
                RATES.start(),
                RATES.end()
            ),
            Self::Empty { samples: 0, .. } => f.write_str("the file has no samples"),
            Self::Empty { samples, from, to } => {
                write!(f, "its {samples} samples at {from} Hz are none at {to} Hz")
            }
            Self::Allocation { samples } => write!(f, "no memory for more than {samples} samples"),
            Self::Internal { reason } => f.write_str(reason),
        }
    }
}

impl std::error::Error for Error {}

/// Something about a file that was read in full that its owner should know.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// The recording was never closed: the header tells no length, and what is there was read.
    NeverClosed {
        /// Seconds that are there.
        found: f64,
    },
}

impl Warning {
    /// A short name of the kind, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NeverClosed { .. } => "never_closed",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverClosed { found } => write!(
                f,
                "the recording was never closed: its header tells no length; the {found:.2} s that are \
                 there were read"
            ),
        }
    }
}
