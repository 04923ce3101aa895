//! Core's errors with their fields, as UniFFI carries them.

use mojo_audio_core::{Error, Spelling};
use std::fmt;

/// The language of the package, whose names of options errors have.
#[derive(Clone, Copy, Debug, uniffi::Enum)]
pub enum Language {
    Kotlin,
    Swift,
}

impl Language {
    /// A function's error.
    pub fn spell(self, error: Error) -> NativeError {
        let spelling = match self {
            Self::Kotlin => Spelling::KOTLIN,
            Self::Swift => Spelling::SWIFT,
        };
        NativeError::of(&error, spelling)
    }
}

/// Why something was refused. `text` says which option, argument or sample is wrong, what it must be and
/// what it is.
#[derive(Debug, uniffi::Error)]
pub enum NativeError {
    /// An option has a value that is not allowed.
    Config {
        text: String,
        field: String,
        value: String,
        expected: String,
        known: Vec<String>,
        closest: Option<String>,
    },
    /// No option, no preset and no setting of a model's class has that name.
    UnknownName {
        text: String,
        what: String,
        name: String,
        known: Vec<String>,
        closest: Option<String>,
    },
    /// The input has no samples.
    EmptyInput { text: String },
    /// A sample is no finite number, or too large.
    Sample { text: String, index: u64, value: f32, limit: f32 },
    /// A buffer has the wrong length.
    BufferSize { text: String, field: String, expected: u64, actual: u64 },
    /// An allocation failed.
    Allocation { text: String, bytes: u64 },
    /// The stream was finished and not reset.
    Finished { text: String },
    /// An argument that is not an option is not allowed.
    Argument { text: String, field: String },
    /// Anything else; `code` is core's.
    Other { text: String, code: String },
}

/// With Rust's names: those of a model's file, and of options that the caller set by these names.
impl From<Error> for NativeError {
    fn from(error: Error) -> Self {
        Self::of(&error, Spelling::PLAIN)
    }
}

impl NativeError {
    fn of(error: &Error, spelling: Spelling) -> Self {
        let spelled = error.spelled(spelling);
        let (text, code) = (spelled.to_string(), error.code().to_string());
        let field = spelled.field().unwrap_or_default().into_owned();
        let known = spelled.known_names().into_iter().map(String::from).collect();
        let closest = spelled.closest_name().map(String::from);
        match *error {
            Error::Config { .. } => {
                let (value, expected) = (spelled.given().to_string(), spelled.expected().to_string());
                Self::Config { text, field, value, expected, known, closest }
            }
            Error::UnknownName { ref name, .. } => {
                Self::UnknownName { text, what: field, name: name.clone(), known, closest }
            }
            Error::EmptyInput => Self::EmptyInput { text },
            Error::Sample { index, value, limit } => {
                Self::Sample { text, index: index as u64, value, limit }
            }
            Error::BufferSize { expected, actual, .. } => {
                Self::BufferSize { text, field, expected: expected as u64, actual: actual as u64 }
            }
            Error::Allocation { bytes } => Self::Allocation { text, bytes: bytes as u64 },
            Error::Finished => Self::Finished { text },
            _ => Self::Other { text, code },
        }
    }
}

impl fmt::Display for NativeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config { text, .. }
            | Self::UnknownName { text, .. }
            | Self::EmptyInput { text }
            | Self::Sample { text, .. }
            | Self::BufferSize { text, .. }
            | Self::Allocation { text, .. }
            | Self::Finished { text }
            | Self::Argument { text, .. }
            | Self::Other { text, .. } => f.write_str(text),
        }
    }
}

impl std::error::Error for NativeError {}
