//! The thread's last error. Its size is fixed, so that it can report a failed allocation.

use crate::border::{FailedClip, Failure};
use mojo_audio_core::ErrorKind;
use std::cell::UnsafeCell;
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

struct LastError {
    text: Text<2048>,
    field: Text<64>,
    /// Number of the kind, 0 before the first error.
    code: u8,
    index: i64,
    clip: i64,
}

thread_local! {
    static LAST_ERROR: UnsafeCell<LastError> = const {
        UnsafeCell::new(LastError { text: Text::EMPTY, field: Text::EMPTY, code: 0, index: -1, clip: -1 })
    };
}

/// Stores why a call failed.
pub(crate) fn set(failure: &Failure, clip: Option<FailedClip>) {
    let place = |index: Option<usize>| index.map_or(-1, |index| index as i64);
    let (kind, index) = (failure.kind(), place(failure.index()));
    let place = place(clip.map(|clip| clip.index));
    store(kind, failure.field(), index, place, |text| {
        if let Some(FailedClip { index, failed, n_clips }) = clip {
            write!(text, "clip {index} ({failed} of {n_clips} failed): ")?;
        }
        write!(text, "{failure}")
    });
}

/// Stores that the library itself failed.
pub(crate) fn set_internal(panic: &str) {
    store(ErrorKind::Internal, "", -1, -1, |text| {
        write!(text, "internal error, please report it: {panic}")
    });
}

fn store(
    kind: ErrorKind,
    field: &str,
    index: i64,
    clip: i64,
    write: impl FnOnce(&mut dyn Write) -> fmt::Result,
) {
    // In a thread that is ending the value may be gone.
    let _ = LAST_ERROR.try_with(|last| {
        // SAFETY: the value is this thread's, and no other reference to it is alive: formatting a text
        // doesn't call this function.
        let last = unsafe { &mut *last.get() };
        (last.code, last.index, last.clip) = (kind.number(), index, clip);
        last.field.clear();
        last.text.clear();
        // What is too long is cut.
        let _ = last.field.write_str(field);
        let _ = write(&mut last.text);
    });
}

fn read<T>(otherwise: T, read: impl FnOnce(*const LastError) -> T) -> T {
    LAST_ERROR.try_with(|last| read(last.get())).unwrap_or(otherwise)
}

pub(crate) fn text() -> *const c_char {
    // SAFETY: only the address is taken.
    read(c"".as_ptr(), |last| unsafe { (&raw const (*last).text.bytes).cast() })
}

pub(crate) fn field() -> *const c_char {
    // SAFETY: only the address is taken.
    read(c"".as_ptr(), |last| unsafe { (&raw const (*last).field.bytes).cast() })
}

pub(crate) fn code() -> u8 {
    // SAFETY: the value is this thread's, and nobody is writing to it.
    read(0, |last| unsafe { (*last).code })
}

/// Place of the sample and of the clip, -1 if the error is about none.
pub(crate) fn places() -> (i64, i64) {
    // SAFETY: as in `code`.
    read((-1, -1), |last| unsafe { ((*last).index, (*last).clip) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mojo_audio_core::Error;
    use std::ffi::CStr;

    fn shown(text: *const c_char) -> String {
        // SAFETY: the text is this thread's and ends with a zero byte.
        unsafe { CStr::from_ptr(text) }.to_str().expect("UTF-8").to_owned()
    }

    #[test]
    fn long_texts_end_at_a_whole_character() {
        let error =
            |field: String| Error::Config { field: field.into(), value: "".into(), wanted: "".into() };
        set(&error("ä".repeat(3000)).into(), None);
        assert_eq!((shown(text()), shown(field())), ("ä".repeat(1023), "ä".repeat(31)));
        set(&error("n_mels".into()).into(), None);
        assert_eq!((shown(text()), shown(field())), ("n_mels must be , got ".into(), "n_mels".into()));
    }

    #[test]
    fn threads_have_errors_of_their_own() {
        let sample = Error::Sample { index: 7, value: 0.0, limit: 0.0 };
        set(&sample.into(), Some(FailedClip { index: 3, failed: 1, n_clips: 4 }));
        std::thread::spawn(|| {
            assert_eq!(
                (shown(text()), shown(field()), code(), places()),
                ("".into(), "".into(), 0, (-1, -1))
            );
        })
        .join()
        .expect("no panic");
        assert_eq!((code(), places()), (4, (7, 3)));
        set_internal("row 4");
        assert_eq!(shown(text()), "internal error, please report it: row 4");
        assert_eq!((code(), places()), (9, (-1, -1)));
    }
}
