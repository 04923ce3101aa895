//! How calls end, and the version.

use crate::border;
use crate::generated::{MOJO_AUDIO_VERSION_MAJOR, MOJO_AUDIO_VERSION_MINOR, MOJO_AUDIO_VERSION_PATCH};
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
/// Ownership: the library's; don't free it. Valid until the thread's next call of another function of this
/// library, or the thread's end.
///
/// Threads: each has its own text.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_audio_last_error() -> *const c_char {
    border::last_error()
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
