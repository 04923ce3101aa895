//! Why a file failed: a short code for machines and a sentence for people.

use std::fmt;

/// What went wrong with one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Kind of failure: one of the codes of the core's and of the files' errors, or
    /// `no_audio_files`, `output`, `no_frames`, `internal`.
    pub code: &'static str,
    /// The whole sentence, without the file's name.
    pub message: String,
}

impl Failure {
    /// A failure of a kind.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<mojo_audio_core::Error> for Failure {
    fn from(error: mojo_audio_core::Error) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<mojo_audio_files::Error> for Failure {
    fn from(error: mojo_audio_files::Error) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
