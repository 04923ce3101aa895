//! The thread's last error. Its size is fixed, so that it can report a failed allocation.

use crate::border::{FailedClip, Failure};
use mojo_audio_core::{Error, ErrorKind, Spelling};
use std::cell::{Cell, UnsafeCell};
use std::ffi::c_char;
use std::fmt::{self, Write};

/// A text that is cut where its room ends, and that always ends with a zero byte.
struct Text<const ROOM: usize> {
    bytes: [u8; ROOM],
    len: usize,
}

impl<const ROOM: usize> Text<ROOM> {
    const EMPTY: Self = Self { bytes: [0; ROOM], len: 0 };

    fn clear(&mut self) {
        self.len = 0;
        self.bytes[0] = 0;
    }
}

impl<const ROOM: usize> Write for Text<ROOM> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = ROOM - 1 - self.len;
        let mut taken = text.len().min(room);
        while !text.is_char_boundary(taken) {
            taken -= 1;
        }
        self.bytes[self.len..self.len + taken].copy_from_slice(&text.as_bytes()[..taken]);
        self.len += taken;
        self.bytes[self.len] = 0;
        if taken == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

/// Its parts have room for what core says today: every option's name, and the longest list of allowed values. A
/// test holds them to that.
struct LastError {
    text: Text<2048>,
    field: Text<64>,
    value: Text<256>,
    expected: Text<1024>,
    /// The known names, each with a zero byte behind it, and how many there are.
    known: Text<2048>,
    n_known: usize,
    closest: Text<64>,
    /// Number of the kind, 0 before the first error.
    code: u8,
    /// The places plus 1, and 0 for none. With every byte 0 at first, the library's file has none of this.
    index: u64,
    clip: u64,
}

thread_local! {
    static LAST_ERROR: UnsafeCell<LastError> = const {
        UnsafeCell::new(LastError {
            text: Text::EMPTY,
            field: Text::EMPTY,
            value: Text::EMPTY,
            expected: Text::EMPTY,
            known: Text::EMPTY,
            n_known: 0,
            closest: Text::EMPTY,
            code: 0,
            index: 0,
            clip: 0,
        })
    };
}

/// The languages whose spelling errors can have.
const LANGUAGES: [(&str, Spelling); 3] =
    [("c", Spelling::C), ("go", Spelling::GO), ("julia", Spelling::JULIA)];

thread_local! {
    /// The place of the thread's language.
    static LANGUAGE: Cell<u8> = const { Cell::new(0) };
}

/// From now on, this thread's errors write names as a language does.
pub(crate) fn spell(language: &str) -> Result<(), Error> {
    let Some(place) = LANGUAGES.iter().position(|(known, _)| *known == language) else {
        let known = LANGUAGES.iter().map(|(known, _)| (*known).into()).collect();
        return Err(Error::UnknownName { what: "language", name: language.into(), known });
    };
    let _ = LANGUAGE.try_with(|of_thread| of_thread.set(place as u8));
    Ok(())
}

fn spelling(failure: &Failure) -> Spelling {
    match (LANGUAGE.try_with(Cell::get).unwrap_or(0), failure) {
        // The fields of structures are not what a text says.
        (0, Failure::Named(_)) => Spelling::PLAIN,
        (place, _) => LANGUAGES[usize::from(place)].1,
    }
}

/// Stores why a call failed.
pub(crate) fn set(failure: &Failure, clip: Option<FailedClip>) {
    let spelling = spelling(failure);
    let place = |index: Option<usize>| index.map_or(0, |index| index as u64 + 1);
    store(|last| {
        last.code = failure.kind().number();
        (last.index, last.clip) = (place(failure.index()), place(clip.map(|clip| clip.index)));
        // What is too long is cut, here and below.
        let _ = last.field.write_str(&failure.field(spelling));
        let _ = failure.write_given(&mut last.value, spelling);
        let _ = failure.write_expected(&mut last.expected, spelling);
        if let Some(error) = failure.error() {
            last.know(error, spelling);
        }
        if let Some(FailedClip { index, failed, n_clips }) = clip {
            let _ = write!(last.text, "clip {index} ({failed} of {n_clips} failed): ");
        }
        let _ = failure.write_text(&mut last.text, spelling);
    });
}

/// Stores that the library itself failed.
pub(crate) fn set_internal(panic: &str) {
    store(|last| {
        last.code = ErrorKind::Internal.number();
        let _ = write!(last.text, "internal error, please report it: {panic}");
    });
}

impl LastError {
    fn clear(&mut self) {
        (self.code, self.index, self.clip, self.n_known) = (0, 0, 0, 0);
        self.text.clear();
        self.field.clear();
        self.value.clear();
        self.expected.clear();
        self.known.clear();
        self.closest.clear();
    }

    /// Keeps the names to choose from, as many as fit, and the closest.
    fn know(&mut self, error: &Error, spelling: Spelling) {
        let spelled = error.spelled(spelling);
        for name in spelled.known_names() {
            let start = self.known.len;
            if write!(self.known, "{name}\0").is_err() {
                self.known.len = start;
                break;
            }
            self.n_known += 1;
        }
        let _ = self.closest.write_str(&spelled.closest_name().unwrap_or_default());
    }
}

fn store(write: impl FnOnce(&mut LastError)) {
    // In a thread that is ending the value may be gone.
    let _ = LAST_ERROR.try_with(|last| {
        // SAFETY: the value is this thread's, and no other reference to it is alive: formatting a text
        // doesn't call this function.
        let last = unsafe { &mut *last.get() };
        last.clear();
        write(last);
    });
}

fn read<T>(otherwise: T, read: impl FnOnce(*const LastError) -> T) -> T {
    LAST_ERROR.try_with(|last| read(last.get())).unwrap_or(otherwise)
}

/// A part that is a text, with a zero byte at its end.
#[derive(Clone, Copy)]
pub(crate) enum TextPart {
    Text,
    Field,
    Value,
    Expected,
    Closest,
}

pub(crate) fn text(part: TextPart) -> *const c_char {
    // SAFETY: only addresses are taken.
    read(c"".as_ptr(), |last| unsafe {
        match part {
            TextPart::Text => (&raw const (*last).text.bytes).cast(),
            TextPart::Field => (&raw const (*last).field.bytes).cast(),
            TextPart::Value => (&raw const (*last).value.bytes).cast(),
            TextPart::Expected => (&raw const (*last).expected.bytes).cast(),
            TextPart::Closest => (&raw const (*last).closest.bytes).cast(),
        }
    })
}

pub(crate) fn known_count() -> usize {
    // SAFETY: as in `code`.
    read(0, |last| unsafe { (*last).n_known })
}

/// The known name with that index, NULL if there is none.
pub(crate) fn known(index: usize) -> *const c_char {
    read(std::ptr::null(), |last| {
        // SAFETY: the value is this thread's, and nobody is writing to it.
        let last = unsafe { &*last };
        if index >= last.n_known {
            return std::ptr::null();
        }
        let mut names = last.known.bytes[..last.known.len].split_inclusive(|byte| *byte == 0);
        names.nth(index).map_or(std::ptr::null(), |name| name.as_ptr().cast())
    })
}

pub(crate) fn code() -> u8 {
    // SAFETY: the value is this thread's, and nobody is writing to it.
    read(0, |last| unsafe { (*last).code })
}

/// Place of the sample and of the clip, -1 if the error is about none.
pub(crate) fn places() -> (i64, i64) {
    // SAFETY: as in `code`.
    let (index, clip) = read((0, 0), |last| unsafe { ((*last).index, (*last).clip) });
    (index as i64 - 1, clip as i64 - 1)
}

#[cfg(test)]
mod tests {
    use super::TextPart::{Closest, Expected, Field, Text, Value};
    use super::*;
    use mojo_audio_core::{MelConfig, OPTIONS, PRESETS};
    use std::ffi::CStr;

    fn shown(part: TextPart) -> String {
        // SAFETY: the text is this thread's and ends with a zero byte.
        unsafe { CStr::from_ptr(text(part)) }.to_str().expect("UTF-8").to_owned()
    }

    fn shown_known() -> Vec<String> {
        let names = (0..known_count()).map(known);
        // SAFETY: the names are this thread's and end with zero bytes.
        names.map(|name| unsafe { CStr::from_ptr(name) }.to_str().expect("UTF-8").to_owned()).collect()
    }

    #[test]
    fn long_texts_end_at_a_whole_character() {
        let error = |field: String| Error::Config {
            field: field.into(),
            value: "".into(),
            expected: "".into(),
        };
        set(&error("ä".repeat(3000)).into(), None);
        assert_eq!((shown(Text), shown(Field)), ("ä".repeat(1023), "ä".repeat(31)));
        set(&error("n_mels".into()).into(), None);
        assert_eq!((shown(Text), shown(Field)), ("n_mels must be , got ".into(), "n_mels".into()));
    }

    #[test]
    fn names_that_do_not_fit_are_left_out_whole() {
        let names = vec!["name".repeat(200).into(); 4];
        set(&Error::UnknownName { what: "option", name: "x".into(), known: names }.into(), None);
        assert_eq!(shown_known(), ["name".repeat(200), "name".repeat(200)]);
        set(&Error::EmptyInput.into(), None);
        assert_eq!((known_count(), known(0)), (0, std::ptr::null()));
    }

    #[test]
    fn every_known_name_fits() {
        set(&MelConfig::whisper().set("n_mel", "1").unwrap_err().into(), None);
        assert_eq!(shown_known(), OPTIONS.iter().map(|option| option.name).collect::<Vec<_>>());
        assert_eq!((shown(Field), shown(Closest)), ("option".into(), "n_mels".into()));
        set(&MelConfig::preset("wisper").unwrap_err().into(), None);
        assert_eq!(shown_known(), PRESETS);
        assert_eq!((shown(Value), shown(Closest)), ("wisper".into(), "whisper".into()));
        assert!(known(PRESETS.len()).is_null());
    }

    #[test]
    fn what_every_option_allows_fits() {
        for option in OPTIONS {
            let error = MelConfig::whisper().set(option.name, "neither this nor that").unwrap_err();
            let expected = error.expected().to_string();
            set(&Failure::Named(error), None);
            assert_eq!((shown(Field), shown(Expected)), (option.name.into(), expected));
            assert_eq!(shown(Value), "neither this nor that");
        }
    }

    #[test]
    fn names_are_those_of_the_thread_s_language() {
        let wrong = || {
            let config = MelConfig { win_length: Some(500), ..MelConfig::whisper() };
            Failure::from(config.check().unwrap_err())
        };
        let text = |failure: Failure| {
            set(&failure, None);
            (shown(Text), shown(Field))
        };
        let unset = || {
            let config = MelConfig { delta_order: 2, ..MelConfig::whisper() };
            Failure::from(config.check().unwrap_err())
        };
        let named = || Failure::Named(MelConfig::whisper().set("top_db", "x").unwrap_err());
        let number =
            || Failure::Number { field: "pad_mode", value: 7, wanted: "a MojoMelPadMode, from 0 to 3" };
        for (language, of_wrong, of_unset, of_named, of_number) in [
            (
                "c",
                "win_length must be from 1 to n_fft, 400, got 500",
                "where delta_win_length is 0,",
                "none",
                "pad_mode",
            ),
            (
                "go",
                "WinLength must be from 1 to NFFT, 400, got 500",
                "where DeltaWinLength is 0,",
                "0",
                "PadMode",
            ),
            (
                "julia",
                "win_length must be from 1 to n_fft, 400, got 500",
                "where delta_win_length is nothing,",
                "nothing",
                "pad_mode",
            ),
        ] {
            spell(language).unwrap();
            let (shown_text, field) = text(wrong());
            assert_eq!(shown_text, of_wrong);
            assert!(of_wrong.starts_with(&field));
            assert!(text(unset()).0.contains(of_unset));
            let (shown_text, field) = text(named());
            assert_eq!(shown_text, format!("{field} must be a number, or {of_named}, got x"));
            let (shown_text, field) = text(number());
            assert_eq!(field, of_number);
            assert!(shown_text.starts_with(&format!("{field} must be a MojoMelPadMode")));
            std::thread::spawn(move || assert_eq!(text(wrong()).1, "win_length"))
                .join()
                .expect("no panic");
        }
        set(&spell("rust").unwrap_err().into(), None);
        assert_eq!(shown(Text), "unknown language \"rust\"; known are c, go, julia");
        spell("c").unwrap();
    }

    #[test]
    fn threads_have_errors_of_their_own() {
        let sample = Error::Sample { index: 7, value: 0.0, limit: 0.0 };
        set(&sample.into(), Some(FailedClip { index: 3, failed: 1, n_clips: 4 }));
        std::thread::spawn(|| {
            assert_eq!(
                (shown(Text), shown(Field), code(), places()),
                ("".into(), "".into(), 0, (-1, -1))
            );
        })
        .join()
        .expect("no panic");
        assert_eq!((code(), places()), (4, (7, 3)));
        set_internal("row 4");
        assert_eq!(shown(Text), "internal error, please report it: row 4");
        assert_eq!((code(), places(), shown(Value)), (9, (-1, -1), "".into()));
    }
}
