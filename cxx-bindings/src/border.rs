//! The border itself: panics stop here, errors become a code and a text, values become handles and back.

use crate::bridge::ffi::Report;
pub(crate) use crate::guard::new_handle;
use crate::guard::{self, catch};
use mojo_audio_core::{Error, ErrorKind, Spelled, Spelling};
use std::fmt::{self, Write};

impl Report {
    pub(crate) const SUCCESS: Self = Self {
        code: 0,
        has_index: false,
        index: 0,
        length: 0,
        field: 0,
        value: 0,
        expected: 0,
        known: 0,
        closest: 0,
    };

    /// Whether the call ended with this kind of error.
    pub(crate) fn is(&self, kind: ErrorKind) -> bool {
        self.code == kind.number()
    }
}

/// Runs the body of a function of the bridge: its error, or its panic, becomes a code and a text.
pub(crate) fn guard(text: &mut [u8], body: impl FnOnce() -> Result<(), Error>) -> Report {
    guard_spelled(Spelling::CXX, text, body)
}

/// Like [`guard`], for what the caller gives as text: an option by its name, or a file. Errors name that, and not the
/// fields of classes.
pub(crate) fn guard_named(text: &mut [u8], body: impl FnOnce() -> Result<(), Error>) -> Report {
    guard_spelled(Spelling::PLAIN, text, body)
}

fn guard_spelled(
    spelling: Spelling,
    text: &mut [u8],
    body: impl FnOnce() -> Result<(), Error>,
) -> Report {
    let ended = catch(
        || Ok(body()),
        |panic| Err(write(text, &format_args!("internal error, please report it: {panic}"))),
    );
    match ended {
        Ok(Ok(())) => Report::SUCCESS,
        Ok(Err(error)) => report(&error.spelled(spelling), &error, text),
        Err(length) => Report { code: ErrorKind::Internal.number(), length, ..Report::SUCCESS },
    }
}

/// Writes an error's text, and after it those of its parts that are texts.
fn report(spelled: &Spelled<'_>, error: &Error, text: &mut [u8]) -> Report {
    let mut written = 0;
    let mut put = |part: &dyn fmt::Display| {
        let length = write(&mut text[written..], part);
        written += length;
        length
    };
    let length = put(spelled);
    let field = put(&spelled.field().unwrap_or_default());
    let (value, expected) = (put(&spelled.given()), put(&spelled.expected()));
    let known = error.known_names().map(|name| put(&format_args!("{name}\n"))).sum();
    let closest = put(&error.closest_name().unwrap_or_default());
    let place = match error {
        Error::Sample { index, .. } => Some(*index),
        _ => None,
    };
    Report {
        code: error.kind().number(),
        has_index: place.is_some(),
        index: place.unwrap_or_default(),
        length,
        field,
        value,
        expected,
        known,
        closest,
    }
}

/// Like [`guard`], for functions that can't fail: `otherwise` after a panic.
pub(crate) fn guard_value<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    catch(body, |_| otherwise)
}

/// Writes as many whole characters of a text as fit, without an allocation, so that it can report a failed
/// one. Returns the number of bytes.
pub(crate) fn write(room: &mut [u8], text: &dyn fmt::Display) -> usize {
    struct Place<'a> {
        room: &'a mut [u8],
        length: usize,
    }

    impl Write for Place<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let mut taken = text.len().min(self.room.len() - self.length);
            while !text.is_char_boundary(taken) {
                taken -= 1;
            }
            self.room[self.length..self.length + taken].copy_from_slice(&text.as_bytes()[..taken]);
            self.length += taken;
            if taken == text.len() { Ok(()) } else { Err(fmt::Error) }
        }
    }

    let mut place = Place { room, length: 0 };
    // A text that is too long is cut.
    let _ = write!(place, "{text}");
    place.length
}

/// Drops a handle. Does nothing with NULL.
///
/// # Safety
/// The handle is NULL or from [`new_handle`], and is not used again.
pub(crate) unsafe fn free_handle<T>(handle: *mut T) {
    // SAFETY: the caller's promise.
    unsafe { guard::free_handle(handle, |_| ()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_become_a_code_and_a_text() {
        let mut text = [0; 64];
        let report = guard(&mut text, || panic!("row {} of 3", 4));
        assert!(report.is(ErrorKind::Internal));
        assert_eq!(&text[..report.length], b"internal error, please report it: row 4 of 3");
        let report = guard(&mut text, || std::panic::panic_any(7_u8));
        assert_eq!(&text[..report.length], b"internal error, please report it: a panic without a text");
        assert_eq!(guard_value(7, || panic!("no value")), 7);
        assert_eq!(guard(&mut text, || Ok(())).code, 0);
    }

    #[test]
    fn what_panics_when_dropped_is_stopped_too() {
        struct Bomb(#[allow(dead_code)] u8);
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("again");
            }
        }
        let mut text = [0; 64];
        assert!(guard(&mut text, || std::panic::panic_any(Bomb(1))).is(ErrorKind::Internal));
        let handle = new_handle(Bomb(2)).expect("memory");
        // SAFETY: the handle is new.
        unsafe { free_handle(handle) };
    }

    #[test]
    fn the_parts_of_an_error_follow_its_text() {
        let mut text = [0; 128];
        let mut shown = |error: Error| {
            let report = guard(&mut text, || Err(error));
            let mut parts = Vec::new();
            let mut at = 0;
            let Report { length, field, value, expected, known, closest, .. } = report;
            for length in [length, field, value, expected, known, closest] {
                parts.push(String::from_utf8(text[at..at + length].to_vec()).expect("UTF-8"));
                at += length;
            }
            (report.code, report.has_index.then_some(report.index), parts.join("|"))
        };
        let config =
            Error::Config { field: "power".into(), value: "0".into(), expected: "more than 0".into() };
        assert_eq!(
            shown(config),
            (1, None, "power must be more than 0, got 0|power|0|more than 0||".into())
        );
        let sample = Error::Sample { index: 7, value: f32::NAN, limit: 1e9 };
        let expected = "sample 7 must be finite and at most 1e9 in magnitude, got nan||nan|1e9||";
        assert_eq!(shown(sample), (4, Some(7), expected.into()));
        let known = vec!["hann".into(), "hamming".into()];
        let unknown = Error::UnknownName { what: "preset", name: "han".into(), known };
        let expected =
            "unknown preset \"han\"; did you mean \"hann\"?|preset|han||hann\nhamming\n|hann";
        assert_eq!(shown(unknown), (2, None, expected.into()));
        // What doesn't fit is cut.
        let long =
            Error::Config { field: "x".repeat(200).into(), value: "0".into(), expected: "".into() };
        assert_eq!(shown(long), (1, None, "x".repeat(128) + "|||||"));
    }

    #[test]
    fn long_texts_end_at_a_whole_character() {
        let mut room = [0; 5];
        assert_eq!(write(&mut room, &"ääää"), 4);
        assert_eq!(&room[..4], "ää".as_bytes());
        assert_eq!(write(&mut [], &"text"), 0);
    }
}
