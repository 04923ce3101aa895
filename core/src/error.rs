//! What can be wrong with a configuration, an input or a buffer: each error has its parts and a text made of them.

mod kinds;
mod spelling;

pub use kinds::{ERROR_KINDS, ErrorField, ErrorKind, ErrorKindInfo};
pub use spelling::{Expected, Spelled, Spelling};

use crate::config::{OPTIONS, OptionKind};
use crate::names;
use crate::number;
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
        expected: Expected,
    },
    /// No option, no preset and no setting of a model's class has that name.
    UnknownName {
        /// What was looked up: `option`, `preset` or `setting`.
        what: &'static str,
        /// The name that was not found.
        name: String,
        /// The known names. [`Error::closest_name`] is the one most like `name`.
        known: Vec<Cow<'static, str>>,
    },
    /// The input has no samples.
    EmptyInput,
    /// A sample is not finite, or so large that its power can't be represented. A stream rejects every sample above
    /// `limit`, and so does a whole input that `input_rate` resamples; any other whole input is rejected only if its
    /// result would overflow.
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
    /// Its kind, an entry of [`ERROR_KINDS`].
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Config { .. } => ErrorKind::Config,
            Self::UnknownName { .. } => ErrorKind::UnknownName,
            Self::EmptyInput => ErrorKind::EmptyInput,
            Self::Sample { .. } => ErrorKind::Sample,
            Self::BufferSize { .. } => ErrorKind::BufferSize,
            Self::Allocation { .. } => ErrorKind::Allocation,
            Self::Finished => ErrorKind::Finished,
        }
    }

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
        self.kind().code()
    }

    /// Name of the option or the buffer that is wrong; for an unknown name, `option`, `preset` or `setting`.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let error = MelConfig { n_mels: 0, ..MelConfig::whisper() }.check().unwrap_err();
    /// assert_eq!(error.field(), Some("n_mels"));
    /// ```
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Config { field, .. } => Some(field),
            Self::UnknownName { what, .. } | Self::BufferSize { what, .. } => Some(what),
            _ => None,
        }
    }

    /// What was given: the option's value, the name, the sample, the length, or the bytes that could not be
    /// allocated. It is empty for errors without one.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let error = MelConfig { n_mels: 0, ..MelConfig::whisper() }.check().unwrap_err();
    /// assert_eq!(error.given().to_string(), "0");
    /// assert_eq!(error.expected().to_string(), "from 1 to 4096");
    /// ```
    #[must_use]
    pub fn given(&self) -> impl fmt::Display {
        self.part_given(Spelling::PLAIN)
    }

    /// What is allowed: the option's values, the length, or the largest magnitude of a sample that is always
    /// accepted. It is empty for errors without one; [`known_names`](Self::known_names) has those of a name.
    #[must_use]
    pub fn expected(&self) -> impl fmt::Display {
        self.part_expected(Spelling::PLAIN)
    }

    /// The names to choose from, if a name was not known: of options, of presets, of an option's choices, or of a model's
    /// settings and classes.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let error = MelConfig::whisper().set("mel_scale", "htc").unwrap_err();
    /// assert!(error.known_names().any(|name| name == "htk"));
    /// assert_eq!(error.closest_name(), Some("htk"));
    /// ```
    pub fn known_names(&self) -> impl Iterator<Item = &str> {
        let names = match self {
            Self::UnknownName { known, .. } => known.as_slice(),
            _ => &[],
        };
        let choices = match self {
            Self::Config { field, value, .. } => choices(field, value),
            _ => &[],
        };
        let choices = choices.iter().map(|choice| choice.name);
        names.iter().map(AsRef::as_ref).chain(choices).chain(self.known_classes())
    }

    /// The names of the classes that can be read, if a model's file has another.
    #[cfg(feature = "recipes")]
    fn known_classes(&self) -> impl Iterator<Item = &str> {
        let is_unknown = self.unknown_class().is_some();
        crate::recipes::mel_classes().filter(move |_| is_unknown).map(|class| class.name)
    }

    #[cfg(not(feature = "recipes"))]
    fn known_classes(&self) -> impl Iterator<Item = &str> {
        core::iter::empty()
    }

    /// The class of a model's file, if it is unknown.
    #[cfg(feature = "recipes")]
    fn unknown_class(&self) -> Option<&str> {
        match self {
            Self::Config { field, value, .. }
                if field == crate::recipes::CLASS && crate::recipes::is_unknown_class(value) =>
            {
                Some(value)
            }
            _ => None,
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
        #[cfg(feature = "recipes")]
        if let Some(class) = self.unknown_class() {
            return crate::recipes::closest_class(class);
        }
        match self {
            Self::UnknownName { name: unknown, .. } | Self::Config { value: unknown, .. } => {
                names::closest(unknown, self.known_names())
            }
            _ => None,
        }
    }

    /// The error with names as another language writes them.
    ///
    /// ```
    /// use mojo_audio_core::{MelConfig, Spelling};
    ///
    /// let error = MelConfig { win_length: Some(500), ..MelConfig::whisper() }.check().unwrap_err();
    /// assert_eq!(error.to_string(), "win_length must be from 1 to n_fft, 400, got 500");
    /// let error = error.spelled(Spelling::JAVASCRIPT);
    /// assert_eq!(error.to_string(), "winLength must be from 1 to nFft, 400, got 500");
    /// ```
    #[must_use]
    pub fn spelled(&self, spelling: Spelling) -> Spelled<'_> {
        Spelled { error: self, spelling }
    }

    fn part_given(&self, spelling: Spelling) -> Part<'_> {
        match self {
            Self::Config { field, value, .. } => Part::of_value(field, value, spelling),
            Self::UnknownName { name, .. } => Part::Text(name),
            Self::Sample { value, .. } => Part::Sample(*value, spelling),
            Self::BufferSize { actual, .. } => Part::Count(*actual),
            Self::Allocation { bytes } if *bytes < usize::MAX => Part::Count(*bytes),
            _ => Part::Text(""),
        }
    }

    fn part_expected(&self, spelling: Spelling) -> Part<'_> {
        match self {
            Self::Config { expected, .. } => Part::Expected(expected, spelling),
            Self::Sample { limit, .. } => Part::Limit(*limit),
            Self::BufferSize { expected, .. } => Part::Count(*expected),
            _ => Part::Text(""),
        }
    }
}

/// A part of an error's text. Writing it in Rust's names allocates nothing.
enum Part<'a> {
    Text(&'a str),
    Expected(&'a Expected, Spelling),
    Count(usize),
    Number(&'a str),
    Sample(f32, Spelling),
    Limit(f32),
}

impl<'a> Part<'a> {
    /// The value of an option, which is text in an error.
    fn of_value(option: &str, value: &'a str, spelling: Spelling) -> Self {
        match OPTIONS.iter().find(|known| known.name == option) {
            Some(option) if option.optional && value == "none" => Part::Text(spelling.unset),
            Some(option) if option.kind == OptionKind::F64 => match value {
                "inf" => Part::Text(spelling.infinities[0]),
                "-inf" => Part::Text(spelling.infinities[1]),
                "NaN" => Part::Text(spelling.not_a_number),
                number => Part::Number(number),
            },
            _ => Part::Text(value),
        }
    }
}

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Expected(expected, spelling) => expected.spelled(*spelling).fmt(f),
            Self::Count(count) => write!(f, "{count}"),
            Self::Number(number) => number::shortened(number).fmt(f),
            Self::Sample(sample, spelling) => match *sample {
                f32::INFINITY => f.write_str(spelling.infinities[0]),
                f32::NEG_INFINITY => f.write_str(spelling.infinities[1]),
                sample if sample.is_nan() => f.write_str(spelling.not_a_number),
                sample => number::short(sample).fmt(f),
            },
            Self::Limit(limit) => number::scientific(*limit).fmt(f),
        }
    }
}

/// The choices of an option, unless the value is one of them.
fn choices(option: &str, value: &str) -> &'static [crate::config::Choice] {
    let option = OPTIONS.iter().find(|known| known.name == option);
    match option.map(|option| option.kind) {
        Some(OptionKind::Choice { values, .. }) if values.iter().all(|known| known.name != value) => {
            values
        }
        _ => &[],
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spelled(Spelling::PLAIN).fmt(f)
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{string::ToString, vec};

    #[test]
    fn every_error_has_its_entry_in_the_table() {
        let errors = [
            Error::Config { field: "".into(), value: String::new(), expected: "".into() },
            Error::UnknownName { what: "", name: String::new(), known: vec![] },
            Error::EmptyInput,
            Error::Sample { index: 0, value: 0.0, limit: 0.0 },
            Error::BufferSize { what: "", expected: 0, actual: 0 },
            Error::Allocation { bytes: 0 },
            Error::Finished,
        ];
        let kinds: Vec<_> = errors.iter().map(Error::kind).collect();
        let listed: Vec<_> = ERROR_KINDS.iter().map(|info| info.kind).take(errors.len()).collect();
        assert_eq!(kinds, listed);
    }

    #[test]
    fn texts_are_made_of_their_parts() {
        let parts = |error: Error| (error.given().to_string(), error.expected().to_string());
        let texts = |given: &str, expected: &str| (given.to_string(), expected.to_string());
        assert_eq!(
            parts(Error::Sample { index: 3, value: f32::INFINITY, limit: 1.5e10 }),
            texts("inf", "1.5e10")
        );
        assert_eq!(parts(Error::BufferSize { what: "out", expected: 8, actual: 7 }), texts("7", "8"));
        assert_eq!(parts(Error::Allocation { bytes: 12 }), texts("12", ""));
        assert_eq!(parts(Error::Allocation { bytes: usize::MAX }), texts("", ""));
        assert_eq!(parts(crate::MelConfig::preset("wisper").unwrap_err()), texts("wisper", ""));
        assert_eq!(parts(Error::EmptyInput), texts("", ""));
    }

    #[test]
    fn a_choice_that_is_unknown_has_its_names() {
        let mut config = crate::MelConfig::whisper();
        let error = config.set("window", "hanning").unwrap_err();
        assert_eq!(
            error.to_string(),
            "window must be one of hann, hamming, blackman, povey, rectangular, got hanning; did you mean hann?"
        );
        let known: Vec<_> = error.known_names().collect();
        assert_eq!(known, ["hann", "hamming", "blackman", "povey", "rectangular"]);
        let error = config.set("window", "kaiser").unwrap_err();
        assert!(error.to_string().ends_with("got kaiser") && error.closest_name().is_none());
        // A choice that is known and refused for another reason is no slip.
        let error = Error::Config {
            field: "center_pad".into(),
            value: "half_overlap".into(),
            expected: "half_frame".into(),
        };
        assert_eq!(error.known_names().count(), 0);
        assert!(config.set("n_mels", "x").unwrap_err().known_names().next().is_none());
    }
}
