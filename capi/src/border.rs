//! The border itself: panics stop here, errors become a status and the thread's last error, pointers become
//! references, values become handles and back. Only the handles are allocated here, and that may fail.

pub(crate) use crate::guard::new_handle;
use crate::guard::{self, catch};
use crate::last_error;
use crate::status::MojoAudioStatus;
use mojo_audio_core::{Error, ErrorKind, Spelling};
use std::borrow::Cow;
use std::ffi::{CStr, c_char};
use std::fmt;

/// Why a call failed. Its text is written straight to the thread's buffer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An error of the engine.
    Engine(Error),
    /// The same about what the caller named in text: an option by its name, or a setting of a file.
    Named(Error),
    /// A pointer is NULL and must not be.
    Null { argument: &'static str, wanted: &'static str },
    /// A pointer is not a multiple of its type's alignment.
    Misaligned { argument: &'static str, alignment: usize },
    /// More elements than fit into the address space.
    TooMany { argument: &'static str, elements: usize, most: usize },
    /// A text is not UTF-8.
    NotText { argument: &'static str },
    /// An output buffer overlaps the input.
    Overlap { written: &'static str, read: &'static str },
    /// The caller's buffer is too small.
    BufferSize { argument: &'static str, actual: usize, wanted: usize },
    /// A number is larger than it may be now.
    TooLarge { argument: &'static str, value: usize, most: usize },
    /// A stream has frames that must be read first.
    Unread { frames: usize },
    /// A number that is not allowed.
    Number { field: &'static str, value: i64, wanted: &'static str },
    /// A size of an option structure that no version of the library has.
    OptionsSize { size: usize, smallest: usize, largest: usize },
    /// Set bytes beyond the options that this version knows.
    UnknownOptions { offset: usize, known: usize },
}

/// Which clip of a batch failed first, and how many did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FailedClip {
    pub index: usize,
    pub failed: usize,
    pub n_clips: usize,
}

/// Why a call for a batch failed: one clip, or none if the call itself did.
pub(crate) struct BatchFailure {
    pub failure: Failure,
    pub clip: Option<FailedClip>,
}

impl From<Failure> for BatchFailure {
    fn from(failure: Failure) -> Self {
        Self { failure, clip: None }
    }
}

impl From<Error> for BatchFailure {
    fn from(error: Error) -> Self {
        Failure::from(error).into()
    }
}

impl Failure {
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Engine(error) | Self::Named(error) => error.kind(),
            Self::BufferSize { .. } => ErrorKind::BufferSize,
            Self::Number { .. } => ErrorKind::Config,
            _ => ErrorKind::Argument,
        }
    }

    /// The error of the engine, if it is one.
    pub(crate) fn error(&self) -> Option<&Error> {
        match self {
            Self::Engine(error) | Self::Named(error) => Some(error),
            _ => None,
        }
    }

    /// Name of the option, argument or buffer.
    pub(crate) fn field(&self, spelling: Spelling) -> Cow<'_, str> {
        let argument = match self {
            Self::Engine(error) | Self::Named(error) => {
                return error.spelled(spelling).field().unwrap_or_default();
            }
            Self::Number { field, .. } => return spelling.name(field),
            Self::Overlap { written: name, .. }
            | Self::Null { argument: name, .. }
            | Self::Misaligned { argument: name, .. }
            | Self::TooMany { argument: name, .. }
            | Self::TooLarge { argument: name, .. }
            | Self::NotText { argument: name }
            | Self::BufferSize { argument: name, .. } => name,
            Self::Unread { .. } => "stream",
            Self::OptionsSize { .. } => "size",
            Self::UnknownOptions { .. } => "options",
        };
        argument.into()
    }

    /// The place of the wrong sample.
    pub(crate) fn index(&self) -> Option<usize> {
        match self {
            Self::Engine(Error::Sample { index, .. }) => Some(*index),
            _ => None,
        }
    }

    /// What was given, as a part of the text.
    pub(crate) fn write_given(&self, to: &mut dyn fmt::Write, spelling: Spelling) -> fmt::Result {
        match self {
            Self::Engine(error) | Self::Named(error) => {
                write!(to, "{}", error.spelled(spelling).given())
            }
            Self::Null { .. } => to.write_str("NULL"),
            Self::TooMany { elements: count, .. }
            | Self::BufferSize { actual: count, .. }
            | Self::TooLarge { value: count, .. }
            | Self::Unread { frames: count }
            | Self::OptionsSize { size: count, .. } => write!(to, "{count}"),
            Self::Number { value, .. } => write!(to, "{value}"),
            Self::Misaligned { .. }
            | Self::NotText { .. }
            | Self::Overlap { .. }
            | Self::UnknownOptions { .. } => Ok(()),
        }
    }

    /// What is allowed, as a part of the text.
    pub(crate) fn write_expected(&self, to: &mut dyn fmt::Write, spelling: Spelling) -> fmt::Result {
        match self {
            Self::Engine(error) | Self::Named(error) => {
                write!(to, "{}", error.spelled(spelling).expected())
            }
            Self::BufferSize { wanted, .. } => write!(to, "{wanted}"),
            Self::Number { wanted, .. } => to.write_str(wanted),
            Self::TooMany { most, .. } => write!(to, "at most {most} elements"),
            Self::TooLarge { most, .. } => write!(to, "at most {most}"),
            Self::Unread { .. } => to.write_str("0"),
            Self::OptionsSize { smallest, largest, .. } => {
                write!(to, "a multiple of 8 from {smallest} to {largest}")
            }
            Self::NotText { .. } => to.write_str("UTF-8"),
            Self::Null { wanted, .. } => to.write_str(wanted),
            Self::Misaligned { .. } | Self::Overlap { .. } | Self::UnknownOptions { .. } => Ok(()),
        }
    }

    /// The text.
    pub(crate) fn write_text(&self, to: &mut dyn fmt::Write, spelling: Spelling) -> fmt::Result {
        match self {
            Self::Engine(error) | Self::Named(error) => write!(to, "{}", error.spelled(spelling)),
            Self::Null { argument, wanted } => {
                write!(to, "{argument} must point to {wanted}, got NULL")
            }
            Self::Misaligned { argument, alignment } => {
                write!(to, "{argument} must be aligned to {alignment} bytes")
            }
            Self::TooMany { argument, elements, most } => {
                write!(to, "{argument} must have at most {most} elements, got {elements}")
            }
            Self::NotText { argument } => write!(to, "{argument} must be UTF-8"),
            Self::Overlap { written, read } => {
                write!(to, "{written} must not overlap {read}")
            }
            Self::BufferSize { argument, actual, wanted } => {
                write!(to, "{argument} must be at least {wanted}, got {actual}")
            }
            Self::TooLarge { argument, value, most } => {
                write!(to, "{argument} must be at most {most}, got {value}")
            }
            Self::Unread { frames } => write!(
                to,
                "stream must have no unread frames, which would be out of order, got {frames}: read them first"
            ),
            Self::Number { field, value, wanted } => {
                let field = spelling.name(field);
                write!(to, "{field} must be {wanted}, got {value}")
            }
            Self::OptionsSize { size, smallest, largest } => write!(
                to,
                "size must be that of a MojoMelOptions, a multiple of 8 from {smallest} to {largest}, got {size}"
            ),
            Self::UnknownOptions { offset, known } => write!(
                to,
                "the options set the byte at {offset}, but this version of the library knows only the first {known} bytes: use a newer version"
            ),
        }
    }
    fn status(&self) -> MojoAudioStatus {
        match self.kind() {
            ErrorKind::Allocation => MojoAudioStatus::MOJO_AUDIO_ERROR_ALLOCATION,
            ErrorKind::BufferSize => MojoAudioStatus::MOJO_AUDIO_ERROR_BUFFER_SIZE,
            _ => MojoAudioStatus::MOJO_AUDIO_ERROR_INVALID_INPUT,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

/// Runs the body of an exported function: its failure, or its panic, becomes the status and the thread's last
/// error.
pub(crate) fn guard(body: impl FnOnce() -> Result<(), Failure>) -> MojoAudioStatus {
    guard_batch(|| Ok(body()?))
}

/// Like [`guard`], for batches.
pub(crate) fn guard_batch(body: impl FnOnce() -> Result<(), BatchFailure>) -> MojoAudioStatus {
    let ended = catch(
        || Some(body()),
        |panic| {
            last_error::set_internal(panic);
            None
        },
    );
    match ended {
        Some(Ok(())) => MojoAudioStatus::MOJO_AUDIO_SUCCESS,
        Some(Err(BatchFailure { failure, clip })) => {
            last_error::set(&failure, clip);
            failure.status()
        }
        None => MojoAudioStatus::MOJO_AUDIO_ERROR_PROCESSING,
    }
}

/// Like [`guard`], for functions that return a value: `otherwise` if they fail.
pub(crate) fn guard_value<T: Copy>(otherwise: T, body: impl FnOnce() -> Result<T, Failure>) -> T {
    let mut value = otherwise;
    guard(|| {
        value = body()?;
        Ok(())
    });
    value
}

/// The object that a pointer points to.
///
/// # Safety
/// The pointer is NULL, misaligned, or valid for reads while the reference lives, and nobody writes to
/// the object.
pub(crate) unsafe fn reference<'a, T>(
    argument: &'static str,
    pointer: *const T,
    wanted: &'static str,
) -> Result<&'a T, Failure> {
    check_pointer(argument, pointer, wanted)?;
    // SAFETY: the caller's promise, and the checks above.
    Ok(unsafe { &*pointer })
}

/// Like [`reference`], but mutable.
///
/// # Safety
/// The pointer is NULL, misaligned, or valid for reads and writes while the reference lives, and nobody
/// else uses the object.
pub(crate) unsafe fn exclusive<'a, T>(
    argument: &'static str,
    pointer: *mut T,
    wanted: &'static str,
) -> Result<&'a mut T, Failure> {
    check_pointer(argument, pointer, wanted)?;
    // SAFETY: the caller's promise, and the checks above.
    Ok(unsafe { &mut *pointer })
}

/// The elements that a pointer and a count describe. If the count is 0 the pointer may be anything.
///
/// # Safety
/// The pointer is NULL, misaligned, or valid for reads of that number of elements while the slice lives,
/// and nobody writes to them.
pub(crate) unsafe fn slice<'a, T>(
    argument: &'static str,
    pointer: *const T,
    elements: usize,
) -> Result<&'a [T], Failure> {
    if elements == 0 {
        return Ok(&[]);
    }
    check_elements(argument, pointer, elements)?;
    // SAFETY: the caller's promise, and the checks above.
    Ok(unsafe { std::slice::from_raw_parts(pointer, elements) })
}

/// Like [`slice`], but mutable. NULL is an error even if the count is 0.
///
/// # Safety
/// The pointer is NULL, misaligned, or valid for reads and writes of that number of elements while the
/// slice lives, and nobody else uses them.
pub(crate) unsafe fn buffer<'a, T>(
    argument: &'static str,
    pointer: *mut T,
    elements: usize,
) -> Result<&'a mut [T], Failure> {
    check_elements(argument, pointer, elements)?;
    // SAFETY: the caller's promise, and the checks above.
    Ok(unsafe { std::slice::from_raw_parts_mut(pointer, elements) })
}

/// The first `wanted` values of an output buffer that has room for `buffer_size` and must not overlap the samples.
/// Only they are borrowed.
///
/// # Safety
/// The pointer is NULL, misaligned, or valid for reads and writes of `buffer_size` values while the slice lives,
/// and nobody else uses them.
pub(crate) unsafe fn output<'a, S>(
    pointer: *mut f32,
    buffer_size: usize,
    wanted: usize,
    samples: &[S],
) -> Result<&'a mut [f32], Failure> {
    if buffer_size < wanted {
        return Err(Failure::BufferSize { argument: "buffer_size", actual: buffer_size, wanted });
    }
    check_elements("out_buffer", pointer, wanted)?;
    let written = ("out_buffer", pointer.cast_const(), wanted);
    check_apart(written, ("the samples", samples.as_ptr(), samples.len()))?;
    // SAFETY: the caller's promise, and the checks above.
    Ok(unsafe { std::slice::from_raw_parts_mut(pointer, wanted) })
}

/// The text that a pointer points to.
///
/// # Safety
/// The pointer is NULL, or points to a text that ends with a zero byte and that nobody changes.
pub(crate) unsafe fn text<'a>(
    argument: &'static str,
    pointer: *const c_char,
    wanted: &'static str,
) -> Result<&'a str, Failure> {
    if pointer.is_null() {
        return Err(Failure::Null { argument, wanted });
    }
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str().map_err(|_| Failure::NotText { argument })
}

fn check_pointer<T>(
    argument: &'static str,
    pointer: *const T,
    wanted: &'static str,
) -> Result<(), Failure> {
    if pointer.is_null() {
        return Err(Failure::Null { argument, wanted });
    }
    if !pointer.is_aligned() {
        return Err(Failure::Misaligned { argument, alignment: align_of::<T>() });
    }
    Ok(())
}

pub(crate) fn check_elements<T>(
    argument: &'static str,
    pointer: *const T,
    elements: usize,
) -> Result<(), Failure> {
    check_pointer(argument, pointer, "an array")?;
    let most = isize::MAX as usize / size_of::<T>();
    // They must also end within the address space.
    let behind = elements.checked_mul(size_of::<T>()).and_then(|n| n.checked_add(pointer.addr()));
    if elements > most || behind.is_none() {
        return Err(Failure::TooMany { argument, elements, most });
    }
    Ok(())
}

/// Fails if an output buffer overlaps the input, or another output buffer.
pub(crate) fn check_apart<T, U>(
    (written, pointer, elements): (&'static str, *const T, usize),
    (read, other, others): (&'static str, *const U, usize),
) -> Result<(), Failure> {
    let range = |start: usize, bytes: usize| (start, start.saturating_add(bytes));
    let (start, end) = range(pointer.addr(), elements.saturating_mul(size_of::<T>()));
    let (other_start, other_end) = range(other.addr(), others.saturating_mul(size_of::<U>()));
    if start < other_end && other_start < end {
        return Err(Failure::Overlap { written, read });
    }
    Ok(())
}

/// Writes a value through a pointer, unless that is NULL or misaligned.
///
/// # Safety
/// The pointer is NULL, misaligned, or valid for writes.
pub(crate) unsafe fn give<T>(pointer: *mut T, value: T) {
    if !pointer.is_null() && pointer.is_aligned() {
        // SAFETY: the caller's promise, and the checks above.
        unsafe { pointer.write(value) };
    }
}

/// The place for a new handle, set to NULL.
///
/// # Safety
/// The pointer is NULL, misaligned, or valid for writes while the reference lives.
pub(crate) unsafe fn handle_place<'a, T>(
    argument: &'static str,
    pointer: *mut *mut T,
) -> Result<&'a mut *mut T, Failure> {
    check_pointer(argument, pointer, "a place for the handle")?;
    // SAFETY: the caller's promise, and the checks above; what was there may be uninitialised, so it is written
    // before there is a reference to it.
    unsafe {
        pointer.write(std::ptr::null_mut());
        Ok(&mut *pointer)
    }
}

/// Drops a handle. Does nothing with NULL.
///
/// # Safety
/// The handle is NULL or from [`new_handle`], and is not used again.
pub(crate) unsafe fn free_handle<T>(handle: *mut T) {
    // SAFETY: the caller's promise.
    unsafe { guard::free_handle(handle, last_error::set_internal) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use MojoAudioStatus::*;

    fn last_text() -> String {
        // SAFETY: the text is this thread's and ends with a zero byte.
        unsafe { CStr::from_ptr(last_error::text(last_error::TextPart::Text)) }
            .to_str()
            .expect("UTF-8")
            .to_owned()
    }

    #[test]
    fn panics_become_a_status() {
        assert_eq!(last_text(), "");
        assert_eq!(guard(|| panic!("row {} of 3", 4)), MOJO_AUDIO_ERROR_PROCESSING);
        assert_eq!(last_text(), "internal error, please report it: row 4 of 3");
        assert_eq!(guard(|| std::panic::panic_any(7_u8)), MOJO_AUDIO_ERROR_PROCESSING);
        assert_eq!(last_text(), "internal error, please report it: a panic without a text");
        assert_eq!(guard(|| Ok(())), MOJO_AUDIO_SUCCESS);
        assert_eq!(last_text(), "internal error, please report it: a panic without a text");
        assert_eq!(guard_value(7, || panic!("no value")), 7);
        assert_eq!(last_text(), "internal error, please report it: no value");
    }

    #[test]
    fn a_payload_that_panics_when_dropped_is_stopped_too() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("again");
            }
        }
        assert_eq!(guard(|| std::panic::panic_any(Bomb)), MOJO_AUDIO_ERROR_PROCESSING);
    }

    #[test]
    fn dropping_a_handle_never_unwinds() {
        struct Bomb(#[allow(dead_code)] u8);
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("while it was freed");
            }
        }
        let handle = new_handle(Bomb(1)).expect("memory");
        // SAFETY: the handle is new.
        unsafe { free_handle(handle) };
        assert!(last_text().ends_with("while it was freed"));
    }

    #[test]
    fn shared_memory_is_seen() {
        let values = [0.0_f32; 8];
        let apart = |start: usize, n: usize, other: usize, m: usize| {
            let (at, other) = (&raw const values[start], &raw const values[other]);
            check_apart(("out", at, n), ("samples", other.cast::<i16>(), 2 * m)).is_ok()
        };
        assert!(apart(0, 4, 4, 4) && apart(4, 4, 0, 4) && apart(2, 0, 2, 4));
        assert!(!apart(0, 5, 4, 4) && !apart(3, 4, 0, 4) && !apart(0, 8, 2, 1));
    }
}
