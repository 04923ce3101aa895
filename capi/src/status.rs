//! How calls end, and the version.

use crate::border;
use crate::generated::{
    CODE_NAMES, MOJO_AUDIO_VERSION_MAJOR, MOJO_AUDIO_VERSION_MINOR, MOJO_AUDIO_VERSION_PATCH,
};
use crate::last_error::{self, TextPart};
use std::ffi::{CStr, c_char};

/// How a call ended. A number keeps its meaning for ever.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MojoAudioStatus {
    /// The call succeeded.
    MOJO_AUDIO_SUCCESS = 0,
    /// An argument, an option or a sample is not allowed: NULL where a pointer is needed, an option out of
    /// range, no samples, a sample that is not a finite number, a call out of order.
    MOJO_AUDIO_ERROR_INVALID_INPUT = -1,
    /// An allocation failed.
    MOJO_AUDIO_ERROR_ALLOCATION = -2,
    /// The library itself failed. That is a bug: please report it with the text of the error.
    MOJO_AUDIO_ERROR_PROCESSING = -3,
    /// The caller's buffer is too small, or the caller's table has the wrong length.
    MOJO_AUDIO_ERROR_BUFFER_SIZE = -4,
}

impl MojoAudioStatus {
    const ALL: [(Self, &'static CStr); 5] = [
        (Self::MOJO_AUDIO_SUCCESS, c"MOJO_AUDIO_SUCCESS"),
        (Self::MOJO_AUDIO_ERROR_INVALID_INPUT, c"MOJO_AUDIO_ERROR_INVALID_INPUT"),
        (Self::MOJO_AUDIO_ERROR_ALLOCATION, c"MOJO_AUDIO_ERROR_ALLOCATION"),
        (Self::MOJO_AUDIO_ERROR_PROCESSING, c"MOJO_AUDIO_ERROR_PROCESSING"),
        (Self::MOJO_AUDIO_ERROR_BUFFER_SIZE, c"MOJO_AUDIO_ERROR_BUFFER_SIZE"),
    ];
}

/// The version of the running library. MOJO_AUDIO_VERSION_MAJOR, _MINOR and _PATCH are the version of the
/// header. Any pointer may be NULL.
///
/// Threads: any.
///
/// # Safety
/// The pointers are NULL or valid for writes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_audio_version(major: *mut i32, minor: *mut i32, patch: *mut i32) {
    // SAFETY: the caller's promise above.
    unsafe {
        border::give(major, MOJO_AUDIO_VERSION_MAJOR);
        border::give(minor, MOJO_AUDIO_VERSION_MINOR);
        border::give(patch, MOJO_AUDIO_VERSION_PATCH);
    }
}

/// The error of the last failed call on this thread: which argument, option or sample was wrong, what it
/// was, and what is allowed. In English, UTF-8, at most 2047 bytes; "" if no call has failed. Never NULL.
/// Calls that succeed don't change it.
///
/// Ownership: the library's; don't free it. Valid until the thread's next call of a function of this library
/// that isn't one of mojo_audio_last_error...(), or the thread's end.
///
/// Threads: each has its own text.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_audio_last_error() -> *const c_char {
    last_error::text(TextPart::Text)
}

/// Chooses how the errors of this thread's further calls write the names of options, for bindings to other languages:
/// "c" (the default), where an unset option is 0, as in MojoMelOptions; "go" (HopLength); "julia", where it is nothing.
/// In C, errors of mojo_mel_options_set() say "none" for it, as that function takes it.
///
/// Errors: MOJO_AUDIO_ERROR_INVALID_INPUT for NULL or another language. Then nothing changes.
///
/// Threads: each has its own choice.
///
/// # Safety
/// The pointer is NULL or a text that ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_audio_spell_errors(language: *const c_char) -> MojoAudioStatus {
    border::guard(|| {
        // SAFETY: the caller's promise above.
        Ok(last_error::spell(unsafe { border::text("language", language, "the name of a language")? })?)
    })
}

/// The kind of the error that mojo_audio_last_error() describes: a MojoAudioErrorCode, and
/// MOJO_AUDIO_CODE_NONE (0) if no call has failed on this thread. A newer library may have kinds that this
/// header doesn't know.
///
/// Threads: each has its own error.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_audio_last_error_code() -> i32 {
    last_error::code().into()
}

/// The name of mojo_audio_last_error_code(), the same in every language, such as "buffer_size"; "" if no call
/// has failed on this thread. Never NULL.
///
/// Ownership: the library's, valid for ever. Threads: each has its own error.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_audio_last_error_name() -> *const c_char {
    CODE_NAMES.get(usize::from(last_error::code())).map_or(c"", |name| *name).as_ptr()
}

/// Name of the option, argument or buffer that the error is about, at most 63 bytes; "option" or "preset" for
/// an unknown name, "" if the error is about none of them. Never NULL.
///
/// Ownership and validity: those of mojo_audio_last_error(). Threads: each has its own error.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_audio_last_error_field() -> *const c_char {
    last_error::text(TextPart::Field)
}

/// What was given, as text, at most 255 bytes: the option's value, the unknown name, the sample, the number of
/// values that the buffer has, the bytes that could not be allocated, or "NULL". "" if the error has none. Never
/// NULL.
///
/// Ownership and validity: those of mojo_audio_last_error(). Threads: each has its own error.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_audio_last_error_value() -> *const c_char {
    last_error::text(TextPart::Value)
}

/// What is allowed, as text, at most 1023 bytes: the option's values ("at least 1"), the number of values that the
/// buffer must have, for a sample the largest magnitude that is always accepted, for NULL what the pointer must
/// point to. "" if the error has none. Never NULL. For an unknown name see mojo_audio_last_error_known().
///
///     fprintf(stderr, "%s: %s is not %s\n", mojo_audio_last_error_field(),
///             mojo_audio_last_error_value(), mojo_audio_last_error_expected());
///
/// Ownership and validity: those of mojo_audio_last_error(). Threads: each has its own error.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_audio_last_error_expected() -> *const c_char {
    last_error::text(TextPart::Expected)
}

/// Number of names that mojo_audio_last_error_known() has: those of options, of presets or of the choices of an
/// option, if the error is about a name that is none of them; 0 otherwise.
///
/// Threads: each has its own error.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_audio_last_error_known_count() -> usize {
    last_error::known_count()
}

/// The known name with that index, from 0; NULL if index is not less than mojo_audio_last_error_known_count().
///
/// Ownership and validity: those of mojo_audio_last_error(). Threads: each has its own error.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_audio_last_error_known(index: usize) -> *const c_char {
    last_error::known(index)
}

/// The known name that is most like the unknown one, at most 63 bytes: "whisper" for the preset "wisper". "" if
/// none is much like it. Never NULL.
///
/// Ownership and validity: those of mojo_audio_last_error(). Threads: each has its own error.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_audio_last_error_closest() -> *const c_char {
    last_error::text(TextPart::Closest)
}

/// Index of the wrong sample in the input (in a stream: since its start), from 0; -1 if the error is not about
/// a sample.
///
/// Threads: each has its own error.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_audio_last_error_index() -> i64 {
    last_error::places().0
}

/// Index of the first clip of a batch that failed, from 0; -1 if the error is not about one clip of a batch.
///
/// Threads: each has its own error.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_audio_last_error_clip() -> i64 {
    last_error::places().1
}

/// The name of a status, such as "MOJO_AUDIO_ERROR_BUFFER_SIZE"; "unknown status" for any other number.
/// Never NULL.
///
/// Ownership: the library's, valid for ever. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_audio_status_name(status: i32) -> *const c_char {
    let known = MojoAudioStatus::ALL.iter().find(|(known, _)| *known as i32 == status);
    known.map_or(c"unknown status", |(_, name)| *name).as_ptr()
}
