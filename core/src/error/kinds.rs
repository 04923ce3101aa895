//! Every kind of error, once: its code, its number, its fields and its meaning.
//!
//! The table below is the only place where a kind is written down; the bindings and `docs/errors.md` are
//! generated from it. It also has the kinds that only bindings and the command raise, so that a fault has the
//! same code in every language.

/// One kind of error, as the generated bindings see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorKindInfo {
    /// The kind.
    pub kind: ErrorKind,
    /// Its documentation. Each line starts with a space and ends with a line feed.
    pub doc: &'static str,
    /// What an error of this kind carries besides its text.
    pub fields: &'static [ErrorField],
}

/// A part of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorField {
    /// Its name in every language, in its casing.
    pub name: &'static str,
    /// Its documentation, in the form of [`ErrorKindInfo::doc`].
    pub doc: &'static str,
}

macro_rules! error_kinds {
    ($(
        $(#[doc = $doc:literal])+
        $kind:ident = $number:literal, $code:literal { $( $(#[doc = $field_doc:literal])+ $field:ident, )* }
    )+) => {
        /// The kind of an error: the same code and number in every language.
        ///
        /// ```
        /// use mojo_audio_core::{ErrorKind, MelConfig};
        ///
        /// let error = MelConfig::preset("wisper").unwrap_err();
        /// assert_eq!(error.kind(), ErrorKind::UnknownName);
        /// assert_eq!((error.kind().code(), error.kind().number()), ("unknown_name", 2));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum ErrorKind {
            $( $(#[doc = $doc])+ $kind = $number, )+
        }

        impl ErrorKind {
            /// Its name in every language. It never changes.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $( Self::$kind => $code, )+ }
            }

            /// Its number. It never changes, and no other kind will ever have it.
            #[must_use]
            pub const fn number(self) -> u8 {
                self as u8
            }
        }

        /// Every kind of error, in the order of their numbers.
        pub const ERROR_KINDS: &[ErrorKindInfo] = &[
            $( ErrorKindInfo {
                kind: ErrorKind::$kind,
                doc: concat!($($doc, "\n"),+),
                fields: &[ $( ErrorField {
                    name: stringify!($field),
                    doc: concat!($($field_doc, "\n"),+),
                }, )* ],
            }, )+
        ];
    };
}

error_kinds! {
    /// An option's value is not allowed, alone or together with another option.
    Config = 1, "config" {
        /// Name of the option.
        field,
        /// Its value, as text.
        value,
        /// What it may be.
        expected,
        /// The names to choose from, if the option is a choice, or the setting a class, and the value is none of its
        /// names.
        known,
        /// The name in `known` that is most like the value, if any is.
        closest,
    }
    /// No option, no preset and no setting of a model's class has that name.
    UnknownName = 2, "unknown_name" {
        /// What was looked up: `option`, `preset` or `setting`.
        what,
        /// The name that was not found.
        name,
        /// The known names.
        known,
        /// The known name that is most like it, if any is.
        closest,
    }
    /// The input has no samples.
    EmptyInput = 3, "empty_input" {}
    /// A sample is not finite, or so large that its power can't be represented.
    Sample = 4, "sample" {
        /// Index of the sample in the input (in a stream: since its start), from 0.
        index,
        /// The sample.
        value,
        /// Largest magnitude that this configuration always accepts.
        limit,
    }
    /// A buffer or a table has the wrong length.
    BufferSize = 5, "buffer_size" {
        /// Name of the buffer.
        field,
        /// The length that it must have, in values.
        expected,
        /// The length that it has.
        actual,
    }
    /// An allocation failed.
    Allocation = 6, "allocation" {
        /// Number of bytes requested.
        bytes,
    }
    /// The stream was finished and not reset.
    Finished = 7, "finished" {}
    /// An argument that is not an option has a value, a type, a shape or memory that is not allowed: a number of
    /// threads below 0, an index out of range, a null pointer, an array that isn't audio.
    Argument = 8, "argument" {
        /// Name of the argument.
        field,
    }
    /// The library itself failed. That is a bug: please report it with the text of the error.
    Internal = 9, "internal" {}
    /// The object was closed.
    Closed = 10, "closed" {}
    /// The caller stopped the call before it ended.
    Aborted = 11, "aborted" {}
    /// A file can't be read: it is missing, or no audio that the library knows.
    File = 12, "file" {}
    /// The native library is missing, or does not fit the package.
    Engine = 13, "engine" {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Only grows: a number that was published keeps its meaning.
    const RECORDED: &[(u8, &str)] = &[
        (1, "config"),
        (2, "unknown_name"),
        (3, "empty_input"),
        (4, "sample"),
        (5, "buffer_size"),
        (6, "allocation"),
        (7, "finished"),
        (8, "argument"),
        (9, "internal"),
        (10, "closed"),
        (11, "aborted"),
        (12, "file"),
        (13, "engine"),
    ];

    #[test]
    fn numbers_and_codes_are_those_recorded() {
        let now: Vec<_> =
            ERROR_KINDS.iter().map(|info| (info.kind.number(), info.kind.code())).collect();
        assert_eq!(now, RECORDED);
        for (place, (number, code)) in now.iter().enumerate() {
            assert!(now[..place].iter().all(|(n, c)| n < number && c != code), "{code} is there twice");
            assert!(code.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'_'));
        }
    }
}
