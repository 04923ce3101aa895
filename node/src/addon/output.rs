//! Where results go: arrays that the package's JavaScript has made, which are V8's own memory. (Memory
//! of another allocator is refused by some programs that Node is built into, such as Electron.)

use napi::bindgen_prelude::{Float32Array, Float32ArraySlice, Int16ArraySlice};

/// The values of an array that is written before the call returns.
pub fn values<'a>(out: &'a mut Float32ArraySlice<'_>) -> &'a mut [f32] {
    // SAFETY: JavaScript does not run before the call returns, and `lib/arguments.mjs` has refused an
    // array that shares memory with the samples, or with another thread.
    unsafe { out.as_mut() }
}

/// The values of an array of integers that is written before the call returns.
pub fn integers<'a>(out: &'a mut Int16ArraySlice<'_>) -> &'a mut [i16] {
    // SAFETY: JavaScript does not run before the call returns, and `lib/files.mjs` has just made the array.
    unsafe { out.as_mut() }
}

/// The values of an array that is written on another thread.
pub fn values_of_task(out: &mut Float32Array) -> &mut [f32] {
    // SAFETY: `lib/extractor.mjs` makes the array for the task and gives it to nobody else before the
    // task is done. The task's reference keeps it from being collected.
    unsafe { out.as_mut() }
}
