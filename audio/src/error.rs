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
        /// What is not supported: container and codec.
        reason: String,
        /// Whether it is read if the program ffmpeg is installed.
        ffmpeg: bool,
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
    /// The file has no samples.
    Empty,
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
            Self::Empty => "empty_input",
            Self::Allocation { .. } => "allocation",
            Self::Internal { .. } => "internal",
        }
    }

    /// The operating system's reason, without the number of the error; an error of this crate as it is.
    pub(crate) fn io(error: &std::io::Error) -> Self {
        if let Some(own) = error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            return own.clone();
        }
        let text = error.to_string();
        let reason = text.split_once(" (os error").map_or(text.as_str(), |(sentence, _)| sentence);
        Self::Io { reason: reason.into() }
    }

    pub(crate) fn unsupported(reason: impl Into<String>) -> Self {
        Self::Unsupported { reason: reason.into(), ffmpeg: false }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { reason } => f.write_str(reason),
            Self::NotAudio => f.write_str("not an audio file of a known format"),
            Self::Unsupported { reason, ffmpeg: false } => write!(f, "not supported: {reason}"),
            Self::Unsupported { reason, ffmpeg: true } => write!(
                f,
                "not supported: {reason}; it can be read once ffmpeg is installed and on the PATH"
            ),
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
            Self::Empty => f.write_str("the file has no samples"),
            Self::Allocation { samples } => write!(f, "out of memory after {samples} samples"),
            Self::Internal { reason } => f.write_str(reason),
        }
    }
}

impl std::error::Error for Error {}

/// Something about a file that was read, and that its owner should know.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// The recording was never closed: nothing in the file tells where it ends, and all that is there
    /// was read.
    NeverClosed {
        /// Seconds that are there.
        found: f64,
    },
    /// A few samples are missing at the end.
    Short {
        /// Samples per channel that the header promises and that are not there.
        samples: u64,
    },
    /// The header tells another length than that of the samples, all of which were read.
    Count {
        /// Seconds that the header promises.
        promised: f64,
    },
    /// Bytes follow the samples that belong to no part of the format.
    Trailing {
        /// How many.
        bytes: u64,
    },
    /// Bytes between the frames of an MP3 file are no frames.
    Skipped {
        /// How many.
        bytes: u64,
    },
    /// The start of an MP3 file refers to what was cut off before it, and is silence.
    Silenced {
        /// Samples per channel.
        samples: u64,
    },
    /// ffmpeg, which decoded the file, was not content with it.
    Ffmpeg {
        /// What it said first.
        message: String,
    },
}

impl Warning {
    /// A short name of the kind, for programs: `never_closed`, `short`, `count`, `trailing`, `skipped`,
    /// `silenced` or `ffmpeg`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NeverClosed { .. } => "never_closed",
            Self::Short { .. } => "short",
            Self::Count { .. } => "count",
            Self::Trailing { .. } => "trailing",
            Self::Skipped { .. } => "skipped",
            Self::Silenced { .. } => "silenced",
            Self::Ffmpeg { .. } => "ffmpeg",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverClosed { found } => {
                write!(f, "the file was never finalized; all of its {found:.2} s were read")
            }
            Self::Short { samples } => {
                write!(f, "the last {samples} samples that the header promises are missing")
            }
            Self::Count { promised } => write!(
                f,
                "the header promises {promised:.2} s, which is wrong; all that is there was read"
            ),
            Self::Trailing { bytes } => {
                write!(
                    f,
                    "{bytes} bytes after the samples belong to no part of the file and were ignored"
                )
            }
            Self::Skipped { bytes } => write!(f, "{bytes} bytes between frames were skipped"),
            Self::Silenced { samples } => write!(
                f,
                "the first {samples} samples depend on audio that was cut off, and are silence"
            ),
            Self::Ffmpeg { message } => write!(f, "ffmpeg: {message}"),
        }
    }
}
