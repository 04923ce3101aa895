//! A push as one call with nothing but numbers, for the JVM.
//!
//! UniFFI's calls cost the JVM two objects with memory outside the heap each, one for the status and one for the
//! samples, and a method costs a second call for its handle. That is nothing for a whole input, but several times
//! the arithmetic for 10 ms of a live signal.

use crate::memory::{Sample, output};
use crate::stream::NativeStream;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The samples or the memory were refused, and nothing was pushed. `NativeStream::push` says why.
const REFUSED: i64 = i64::MIN;

/// The library failed.
const FAILED: i64 = i64::MIN + 1;

/// Pushes `count` samples, and writes the frames that they complete to `length` values at `out`. Returns their
/// number; or `-1 - k`, if there is too little memory for the `k` frames, and nothing was pushed; or one of the
/// constants above.
///
/// # Safety
/// `stream` is [`NativeStream`]'s address and `samples` that of `count` samples, `int16` unless `is_int16` is 0.
/// Nobody frees them or writes to them until the call returns, and nobody else uses the memory at `out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_audio_uniffi_push(
    stream: u64,
    samples: u64,
    count: u64,
    is_int16: i32,
    out: u64,
    length: u64,
) -> i64 {
    let push = || {
        // SAFETY: as the caller promises.
        unsafe {
            if is_int16 == 0 {
                push::<f32>(stream, samples, count, out, length)
            } else {
                push::<i16>(stream, samples, count, out, length)
            }
        }
    };
    catch_unwind(AssertUnwindSafe(push)).unwrap_or(FAILED)
}

/// # Safety
/// As for `mojo_audio_uniffi_push`.
unsafe fn push<S: Sample>(stream: u64, samples: u64, count: u64, out: u64, length: u64) -> i64 {
    let (Ok(stream), Ok(start), Ok(count)) =
        (usize::try_from(stream), usize::try_from(samples), usize::try_from(count))
    else {
        return REFUSED;
    };
    let is_aligned = start != 0 && start.is_multiple_of(align_of::<S>());
    if stream == 0 || (count > 0 && !is_aligned) || count > isize::MAX as usize / size_of::<S>() {
        return REFUSED;
    }
    let (samples, bytes): (&[S], &[u8]) = if count == 0 {
        (&[], &[])
    } else {
        // SAFETY: the caller promises that they are there, they are aligned, and `Sample` is only implemented
        // for numbers, for which every bit pattern is valid.
        unsafe {
            (
                std::slice::from_raw_parts(start as *const S, count),
                std::slice::from_raw_parts(start as *const u8, count * size_of::<S>()),
            )
        }
    };
    // SAFETY: the caller promises that it is there until the call returns; its address is what
    // `NativeStream::address` returned.
    let stream = unsafe { &*(stream as *const NativeStream) };
    let mut stream = stream.lock();
    let n_frames = stream.frames_after(count);
    if n_frames.checked_mul(stream.n_mels()).is_none_or(|values| values as u64 > length) {
        return -1 - n_frames as i64;
    }
    let Ok(out) = output(out, length, bytes) else { return REFUSED };
    stream.push_into(samples, out).map_or(REFUSED, |n_frames| n_frames as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::Language;
    use mojo_audio_core::{MelConfig, MelExtractor};

    #[test]
    fn frames_are_those_of_a_push_and_what_is_refused_changes_nothing() {
        let extractor = MelExtractor::new(&MelConfig::kaldi_fbank()).unwrap();
        let stream = NativeStream::new(extractor.stream().unwrap(), Language::Kotlin);
        let address = std::ptr::from_ref(&stream).expose_provenance() as u64;
        let samples: Vec<f32> = (0..1000).map(|i| (i as f32 * 0.1).sin()).collect();
        let integers: Vec<i16> = (0..1000).map(|i| i * 7).collect();
        let mut out = vec![0f32; 4 * 80];
        let place = |start: *const f32| start.expose_provenance() as u64;
        let (from, to) = (place(samples.as_ptr()), out.as_mut_ptr().expose_provenance() as u64);
        let push = |from, count, is_int16, to, length| {
            // SAFETY: the addresses are those of the vectors above, or are refused before they are used.
            unsafe { mojo_audio_uniffi_push(address, from, count, is_int16, to, length) }
        };
        assert_eq!(push(from, 1000, 0, to, 319), -5);
        assert_eq!(push(from + 1, 999, 0, to, 320), REFUSED);
        assert_eq!(push(0, 1, 0, to, 320), REFUSED);
        assert_eq!(push(from, 1000, 0, to + 1, 320), REFUSED);
        assert_eq!(push(from, 1000, 0, from, 1000), REFUSED);
        assert_eq!(push(from, 399, 0, 0, 0), 0);
        assert_eq!(push(0, 0, 1, 0, 0), 0);
        assert_eq!(push(from + 399 * 4, 601, 0, to, 320), 4);
        assert_eq!(out, extractor.compute(&samples).unwrap().into_data());
        stream.lock().finish().unwrap();
        assert_eq!(push(from, 1000, 0, to, 320), REFUSED);
        stream.lock().reset();
        assert_eq!(push(integers.as_ptr().expose_provenance() as u64, 1000, 1, to, 320), 4);
        assert_eq!(out, extractor.compute(&integers).unwrap().into_data());
        let bad = [f32::NAN; 10];
        assert_eq!(push(place(bad.as_ptr()), 10, 0, to, 320), REFUSED);
    }
}
