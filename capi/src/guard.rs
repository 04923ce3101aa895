//! What the borders to C and to C++ share: panics stop here, and values become handles and back. Both libraries
//! compile this file, so that neither exports the other's functions.

use mojo_audio_core::Error;
use std::alloc::{Layout, alloc};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a body; a panic becomes what `otherwise` makes of its text.
///
/// A panic must leave nothing half-done that can be seen later: extractors don't change, streams have a flag for it, and
/// results are handed over last.
pub(crate) fn catch<T>(body: impl FnOnce() -> T, otherwise: impl FnOnce(&str) -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        let result = otherwise(panic_text(&*panic));
        discard(panic);
        result
    })
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "a panic without a text",
    }
}

/// Drops a panic's payload. If that panics too, the second payload is dropped only if it is text, and leaked
/// otherwise.
fn discard(panic: Box<dyn Any + Send>) {
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        if again.is::<&str>() || again.is::<String>() {
            drop(again);
        } else {
            std::mem::forget(again);
        }
    }
}

/// Moves a value to newly allocated memory. The allocation may fail.
pub(crate) fn new_handle<T>(value: T) -> Result<*mut T, Error> {
    const { assert!(size_of::<T>() > 0) };
    let layout = Layout::new::<T>();
    // SAFETY: the size is not 0.
    let place = unsafe { alloc(layout) }.cast::<T>();
    if place.is_null() {
        return Err(Error::Allocation { bytes: layout.size() });
    }
    // SAFETY: the memory is of this type's layout.
    unsafe { place.write(value) };
    Ok(place)
}

/// Drops a handle; `otherwise` is told the text of a panic. Does nothing with NULL.
///
/// # Safety
/// The handle is NULL or from [`new_handle`], and is not used again.
pub(crate) unsafe fn free_handle<T>(handle: *mut T, otherwise: impl FnOnce(&str)) {
    let free = || {
        if !handle.is_null() {
            // SAFETY: the memory is from the global allocator, with this type's layout, like a box's.
            drop(unsafe { Box::from_raw(handle) });
        }
    };
    catch(free, otherwise);
}
