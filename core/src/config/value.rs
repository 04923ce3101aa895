//! The types of options, and their form as text.

use super::OPTIONS;
use super::check::range;
use crate::error::{Error, Expected};
use crate::names;
use crate::number;
use alloc::{borrow::Cow, format, string::String, string::ToString, vec::Vec};

/// One option, as the generated bindings and the command line see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OptionInfo {
    /// Name of the field in [`MelConfig`](super::MelConfig).
    pub name: &'static str,
    /// Its documentation, with the feature `docs`. Each line starts with a space and ends with a line feed.
    pub doc: &'static str,
    /// Its type.
    pub kind: OptionKind,
    /// Whether it may be unset.
    pub optional: bool,
}

/// One preset, as the generated bindings and the command line see it.
#[derive(Clone, Copy, Debug)]
pub struct PresetInfo {
    /// Its name in [`MelConfig::preset`](super::MelConfig::preset).
    pub name: &'static str,
    /// What it computes, with the feature `docs`. Each line starts with a space and ends with a line feed.
    pub doc: &'static str,
    /// What it is equal to.
    pub reference: &'static str,
    /// The models that take it.
    pub models: &'static str,
    /// Its options.
    pub config: fn() -> super::MelConfig,
}

/// Type of an option.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OptionKind {
    /// An unsigned integer of 32 bits.
    U32,
    /// An unsigned integer of 64 bits.
    U64,
    /// A floating-point number of 64 bits.
    F64,
    /// True or false.
    Bool,
    /// One of a list of values.
    Choice {
        /// Name of the type.
        name: &'static str,
        /// Its values.
        values: &'static [Choice],
    },
}

/// One value of an option that is a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name in every language.
    pub name: &'static str,
    /// Its documentation, in the form of [`OptionInfo::doc`].
    pub doc: &'static str,
}

impl OptionKind {
    /// Which texts the option can be read from, for error messages.
    fn expected(&self, option: &str) -> String {
        match self {
            Self::U32 | Self::U64 => {
                let allowed = range(option);
                let most = if *self == Self::U32 { u32::MAX.into() } else { u64::MAX };
                format!("an integer from {} to {}", allowed.start(), most.min(*allowed.end()))
            }
            Self::F64 => "a number".into(),
            Self::Bool => "true or false".into(),
            Self::Choice { values, .. } => {
                let names: Vec<_> = values.iter().map(|choice| choice.name).collect();
                format!("one of {}", names::List(&names))
            }
        }
    }
}

/// Documentation as text; empty without the feature `docs`, for programs that have to be small.
macro_rules! documentation {
    ($($line:literal),+) => {
        if cfg!(feature = "docs") { concat!($($line, "\n"),+) } else { "" }
    };
}
pub(super) use documentation;

/// Implemented by every type of an option.
pub(crate) trait OptionValue: Sized {
    const KIND: OptionKind;
    const OPTIONAL: bool = false;
    fn from_text(text: &str) -> Option<Self>;
    /// As of `set_bits`.
    fn from_bits(text: &str) -> Option<Self> {
        Self::from_text(text)
    }
    fn to_text(&self) -> String;
}

macro_rules! plain_values {
    ($( $type:ty: $kind:ident, $to_text:expr $(, $from_bits:ident)?; )+) => { $(
        impl OptionValue for $type {
            const KIND: OptionKind = OptionKind::$kind;
            fn from_text(text: &str) -> Option<Self> {
                text.parse().ok()
            }
            $( fn from_bits(text: &str) -> Option<Self> {
                $from_bits(text)
            } )?
            fn to_text(&self) -> String {
                $to_text(self)
            }
        }
    )+ };
}

plain_values! {
    u32: U32, u32::to_string;
    u64: U64, u64::to_string;
    f64: F64, float_to_text, float_from_bits;
    bool: Bool, bool::to_string;
}

fn float_to_text(value: &f64) -> String {
    number::plain(*value).to_string()
}

fn float_from_bits(text: &str) -> Option<f64> {
    u64::from_str_radix(text, 16).ok().map(f64::from_bits)
}

impl<T: OptionValue> OptionValue for Option<T> {
    const KIND: OptionKind = T::KIND;
    const OPTIONAL: bool = true;

    fn from_text(text: &str) -> Option<Self> {
        if text == "none" { Some(None) } else { T::from_text(text).map(Some) }
    }

    fn from_bits(text: &str) -> Option<Self> {
        if text == "none" { Some(None) } else { T::from_bits(text).map(Some) }
    }

    fn to_text(&self) -> String {
        self.as_ref().map_or_else(|| "none".into(), T::to_text)
    }
}

/// A value that is written as text. Of any type; so are the two traits below. They are apart because a program has
/// every method of a trait of which it has one.
pub(super) trait Written {
    fn text(&self) -> String;
}

impl<T: OptionValue> Written for T {
    fn text(&self) -> String {
        self.to_text()
    }
}

/// A value that is read from text, if that is one of its type.
pub(super) trait ReadFromText {
    fn read(&mut self, text: &str) -> bool;
}

impl<T: OptionValue> ReadFromText for T {
    fn read(&mut self, text: &str) -> bool {
        replace(self, T::from_text(text))
    }
}

/// A value that is read as of `set_bits`.
pub(super) trait ReadFromBits {
    fn read(&mut self, text: &str) -> bool;
}

impl<T: OptionValue> ReadFromBits for T {
    fn read(&mut self, text: &str) -> bool {
        replace(self, T::from_bits(text))
    }
}

fn replace<T>(value: &mut T, other: Option<T>) -> bool {
    other.map(|other| *value = other).is_some()
}

/// The place of an option in [`OPTIONS`].
pub(super) fn place(option: &str) -> Result<usize, Error> {
    OPTIONS.iter().position(|known| known.name == option).ok_or_else(|| unknown_option(option))
}

/// The error for a text that was not read.
pub(super) fn check_read(is_read: bool, place: usize, text: &str) -> Result<(), Error> {
    if is_read {
        return Ok(());
    }
    let OptionInfo { name, kind, optional, .. } = OPTIONS[place];
    let expected = Expected::from(kind.expected(name));
    let expected = if optional { expected.or_none() } else { expected };
    Err(Error::Config { field: Cow::Borrowed(name), value: text.into(), expected })
}

fn unknown_option(name: &str) -> Error {
    Error::UnknownName {
        what: "option",
        name: name.into(),
        known: OPTIONS.iter().map(|option| Cow::Borrowed(option.name)).collect(),
    }
}
