//! The part of the command that strangers' files pass through first: from an audio file to samples. A
//! library for the fuzzing of it; nothing else is promised of it.

pub mod audio;
pub mod failure;
