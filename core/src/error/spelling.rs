//! How another language writes the names and the numbers in an error's text.

use super::Error;
use crate::config::OPTIONS;
use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt;

/// What an option may be: "from 1 to n_fft, 400". The names of options in it are parts of their own, so that each
/// language writes them in its way: see [`Spelling`].
///
/// It is made from a text that has the names of options between backticks, and "none" likewise where it means
/// that an option is unset (not where it is one of an option's choices).
///
/// ```
/// use mojo_audio_core::{Expected, Spelling};
///
/// let expected = Expected::from("less than `f_max`, 4000, or `none`");
/// assert_eq!(expected.to_string(), "less than f_max, 4000, or none");
/// assert_eq!(expected.spelled(Spelling::JAVASCRIPT).to_string(), "less than fMax, 4000, or null");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected(Cow<'static, str>);

/// How a language writes the names and the numbers in an error's text. The constants are all that there are; the
/// generated bindings name options and their values by them, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spelling {
    case: Case,
    /// Words that are all in capitals, except at the start of a name in camel case.
    initialisms: &'static [&'static str],
    /// What an option has that is unset.
    pub(super) unset: &'static str,
    /// Infinity, and its negative.
    pub(super) infinities: [&'static str; 2],
    pub(super) not_a_number: &'static str,
}

/// How a name is made of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    /// `hop_length`.
    Snake,
    /// `hopLength`.
    Camel,
    /// `HopLength`.
    Pascal,
}

impl Spelling {
    /// Rust's names, which are also those of the command line, of options that are set by their names, and of a
    /// model's files.
    pub const PLAIN: Self = Self {
        case: Case::Snake,
        initialisms: &[],
        unset: "none",
        infinities: ["inf", "-inf"],
        not_a_number: "NaN",
    };

    /// The fields of C's structures, in which 0 is unset. Zig has the same.
    pub const C: Self = Self { unset: "0", not_a_number: "nan", ..Self::PLAIN };

    /// C++, with C's numbers.
    pub const CXX: Self = Self { unset: "std::nullopt", ..Self::C };

    /// Go, with C's numbers.
    pub const GO: Self = Self {
        case: Case::Pascal,
        initialisms: &["ast", "clap", "db", "dc", "ddof", "fft", "htk", "mfcc", "pcen"],
        ..Self::C
    };

    /// JavaScript and TypeScript.
    pub const JAVASCRIPT: Self =
        Self { case: Case::Camel, unset: "null", infinities: ["Infinity", "-Infinity"], ..Self::PLAIN };

    /// Julia, with C's numbers.
    pub const JULIA: Self = Self { unset: "nothing", ..Self::C };

    /// Kotlin and Java.
    pub const KOTLIN: Self = Self::JAVASCRIPT;

    /// Python.
    pub const PYTHON: Self = Self { unset: "None", not_a_number: "nan", ..Self::PLAIN };

    /// Swift.
    pub const SWIFT: Self = Self {
        case: Case::Camel,
        initialisms: &["db", "dc", "fft", "mfcc"],
        unset: "nil",
        not_a_number: "nan",
        ..Self::PLAIN
    };

    /// The name of an option, a buffer, a choice or a preset, whose words have `_` or `-` between them in Rust.
    ///
    /// ```
    /// use mojo_audio_core::Spelling;
    ///
    /// assert_eq!(Spelling::KOTLIN.name("n_fft"), "nFft");
    /// assert_eq!(Spelling::SWIFT.name("n_fft"), "nFFT");
    /// assert_eq!(Spelling::GO.name("hop_length"), "HopLength");
    /// assert_eq!(Spelling::PLAIN.name("n_fft"), "n_fft");
    /// ```
    #[must_use]
    pub fn name(self, name: &str) -> Cow<'_, str> {
        if self.case == Case::Snake {
            return name.into();
        }
        let mut spelled = String::new();
        for word in name.split(['_', '-']) {
            let is_first = spelled.is_empty() && self.case == Case::Camel;
            let mut letters = word.chars();
            if is_first {
                spelled.push_str(word);
            } else if self.initialisms.contains(&word) {
                spelled.extend(letters.map(|letter| letter.to_ascii_uppercase()));
            } else {
                spelled.extend(letters.next().map(|first| first.to_ascii_uppercase()));
                spelled.push_str(letters.as_str());
            }
        }
        spelled.into()
    }
}

impl Expected {
    /// The text with names as a language writes them.
    pub fn spelled(&self, spelling: Spelling) -> impl fmt::Display {
        Text { text: &self.0, spelling }
    }

    /// The same, or none.
    pub(crate) fn or_none(self) -> Self {
        Self(self.0 + ", or `none`")
    }

    /// With other names of options, which are those of a file's settings.
    #[cfg(feature = "recipes")]
    pub(crate) fn renamed(&self, rename: impl Fn(&str) -> Option<&'static str>) -> Self {
        let (mut text, mut rest) = (String::new(), &*self.0);
        while let Some((before, after)) = rest.split_once('`') {
            text.push_str(before);
            let renamed = after.split_once('`').and_then(|(name, after)| Some((rename(name)?, after)));
            let (name, after) = renamed.unwrap_or(("`", after));
            text.push_str(name);
            rest = after;
        }
        (text + rest).into()
    }

    /// For a setting of a file from which an option follows that has another value.
    #[cfg(feature = "recipes")]
    pub(crate) fn for_option(&self, option: &str, value: &str) -> Self {
        alloc::format!("such that `{option}`, {value}, is {}", self.0).into()
    }
}

impl From<&'static str> for Expected {
    fn from(text: &'static str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Expected {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spelled(Spelling::PLAIN).fmt(f)
    }
}

struct Text<'a> {
    text: &'a str,
    spelling: Spelling,
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.text;
        while let Some((before, after)) = rest.split_once('`') {
            f.write_str(before)?;
            let quoted =
                after.split_once('`').and_then(|(name, after)| Some((self.part(name)?, after)));
            // Other backticks are those of a text that someone else wrote, such as a parser's.
            let (part, after) = quoted.unwrap_or(("`".into(), after));
            f.write_str(&part)?;
            rest = after;
        }
        f.write_str(rest)
    }
}

impl<'a> Text<'a> {
    /// A part between backticks, if it is a name.
    fn part(&self, quoted: &'a str) -> Option<Cow<'a, str>> {
        if quoted == "none" {
            return Some(self.spelling.unset.into());
        }
        OPTIONS.iter().any(|option| option.name == quoted).then(|| self.spelling.name(quoted))
    }
}

/// An [`Error`] with names as a language writes them: its text and the parts of it. See [`Error::spelled`].
#[derive(Clone, Copy, Debug)]
pub struct Spelled<'a> {
    pub(super) error: &'a Error,
    pub(super) spelling: Spelling,
}

impl<'a> Spelled<'a> {
    /// As of [`Error::field`]. Only the name of an option or a buffer is spelled: not that of a file, and not the word
    /// that says what was looked up.
    #[must_use]
    pub fn field(&self) -> Option<Cow<'a, str>> {
        let is_name =
            |field: &str| field.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let is_lookup = matches!(self.error, Error::UnknownName { .. });
        let spelled =
            |field| if is_lookup || !is_name(field) { field.into() } else { self.spelling.name(field) };
        self.error.field().map(spelled)
    }

    /// As of [`Error::given`].
    #[must_use]
    pub fn given(&self) -> impl fmt::Display {
        self.error.part_given(self.spelling)
    }

    /// As of [`Error::expected`].
    #[must_use]
    pub fn expected(&self) -> impl fmt::Display {
        self.error.part_expected(self.spelling)
    }

    /// As of [`Error::known_names`].
    #[must_use]
    pub fn known_names(&self) -> Vec<Cow<'a, str>> {
        self.error.known_names().map(|name| self.looked_up(name)).collect()
    }

    /// As of [`Error::closest_name`].
    #[must_use]
    pub fn closest_name(&self) -> Option<Cow<'a, str>> {
        self.error.closest_name().map(|name| self.looked_up(name))
    }

    /// A known name. Only those of options have another form in other languages.
    fn looked_up(&self, name: &'a str) -> Cow<'a, str> {
        if matches!(self.error, Error::UnknownName { what: "option", .. }) {
            self.spelling.name(name)
        } else {
            name.into()
        }
    }
}

impl fmt::Display for Spelled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (given, expected) = (self.given(), self.expected());
        match self.error {
            Error::Config { field, .. } => {
                write!(f, "{} must be {expected}, got {given}", self.spelling.name(field))?;
                match self.closest_name() {
                    Some(closest) => write!(f, "; did you mean {closest}?"),
                    None => Ok(()),
                }
            }
            Error::UnknownName { what, name, .. } => {
                write!(f, "unknown {what} {name:?}; ")?;
                match self.closest_name() {
                    Some(closest) => write!(f, "did you mean {closest:?}?"),
                    None => write!(f, "known are {}", crate::names::List(&self.known_names())),
                }
            }
            Error::EmptyInput => write!(f, "samples must not be empty"),
            Error::Sample { index, .. } => {
                write!(
                    f,
                    "sample {index} must be finite and at most {expected} in magnitude, got {given}"
                )
            }
            Error::BufferSize { what, .. } => {
                write!(f, "{} must have {expected} values, got {given}", self.spelling.name(what))
            }
            Error::Allocation { bytes: usize::MAX } => {
                write!(f, "the result needs more memory than can be addressed")
            }
            Error::Allocation { bytes } => write!(f, "could not allocate {bytes} bytes of memory"),
            Error::Finished => {
                write!(f, "the stream is finished; reset it before it takes more samples")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MelConfig;
    use alloc::string::ToString;

    const SWIFT: Spelling = Spelling::SWIFT;

    #[test]
    fn names_and_unset_options_are_those_of_the_language() {
        let refused = |config: MelConfig| config.check().unwrap_err().spelled(SWIFT).to_string();
        assert_eq!(
            refused(MelConfig { f_min: 9e3, ..MelConfig::whisper() }),
            "fMin must be less than fMax, 8000, got 9000"
        );
        assert_eq!(
            refused(MelConfig {
                log: crate::config::Log::None,
                top_db: Some(8.0),
                ..MelConfig::whisper()
            }),
            "topDB must be nil where log is none, got 8"
        );
        let error = MelConfig::whisper().set("n_mel", "80").unwrap_err();
        assert_eq!(
            error.spelled(SWIFT).to_string(),
            r#"unknown option "n_mel"; did you mean "nMels"?"#
        );
        assert_eq!(error.to_string(), r#"unknown option "n_mel"; did you mean "n_mels"?"#);
        assert!(error.spelled(SWIFT).known_names().contains(&"hopLength".into()));
        let error = Error::BufferSize { what: "row_mean", expected: 8, actual: 7 };
        assert_eq!(error.spelled(SWIFT).to_string(), "rowMean must have 8 values, got 7");
        assert_eq!(error.spelled(SWIFT).field().as_deref(), Some("rowMean"));
    }

    #[test]
    fn an_unset_value_is_shown_as_one() {
        let error = Error::Config { field: "f_max".into(), value: "none".into(), expected: "8".into() };
        assert_eq!(error.spelled(SWIFT).to_string(), "fMax must be 8, got nil");
        assert_eq!(error.spelled(Spelling::CXX).to_string(), "f_max must be 8, got std::nullopt");
        // Here it is one of the choices.
        let error = Error::Config { field: "log".into(), value: "none".into(), expected: "ln".into() };
        assert_eq!(error.spelled(SWIFT).to_string(), "log must be ln, got none");
    }

    #[test]
    fn numbers_are_those_of_the_language() {
        let got = |value: &str, spelling: Spelling| {
            let error =
                Error::Config { field: "f_min".into(), value: value.into(), expected: "".into() };
            error.spelled(spelling).given().to_string()
        };
        for (spelling, infinity, negative, not_a_number) in [
            (Spelling::PLAIN, "inf", "-inf", "NaN"),
            (Spelling::C, "inf", "-inf", "nan"),
            (Spelling::CXX, "inf", "-inf", "nan"),
            (Spelling::JAVASCRIPT, "Infinity", "-Infinity", "NaN"),
            (Spelling::PYTHON, "inf", "-inf", "nan"),
            (Spelling::SWIFT, "inf", "-inf", "nan"),
        ] {
            let texts = ["inf", "-inf", "NaN"].map(|value| got(value, spelling));
            assert_eq!(texts, [infinity, negative, not_a_number]);
            let sample = Error::Sample { index: 1, value: f32::NEG_INFINITY, limit: 1.0 };
            assert_eq!(sample.spelled(spelling).given().to_string(), negative);
        }
        // As every language reads them, and no longer than they have to be.
        for (value, shown) in [
            ("-8000", "-8000"),
            ("0.00001", "1e-5"),
            ("1e300", "1e300"),
            ("0.00000000025", "2.5e-10"),
            ("x", "x"),
        ] {
            assert_eq!(got(value, SWIFT), shown);
        }
    }

    #[test]
    fn backticks_of_other_texts_are_kept() {
        for text in ["an `x` or `y`", "one ` alone", "``", "`n_fft", "`n_mels or `other`"] {
            assert_eq!(Expected::from(text).to_string(), text);
        }
        assert_eq!(Expected::from("`x`n_fft`").to_string(), "`xn_fft");
        assert_eq!(Expected::from("8").or_none().spelled(SWIFT).to_string(), "8, or nil");
    }

    #[cfg(feature = "recipes")]
    #[test]
    fn names_of_options_become_those_of_settings() {
        let rename = |option: &str| (option == "f_max").then_some("high-freq");
        let expected =
            Expected::from("less than `f_max`, where `log` is ln, or `none`").renamed(rename);
        assert_eq!(expected.to_string(), "less than high-freq, where log is ln, or none");
        assert_eq!(Expected::from("a ` and `f_max`").renamed(rename).to_string(), "a ` and high-freq");
    }
}
