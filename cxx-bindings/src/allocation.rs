//! Tests that calls with the caller's memory don't allocate, and that a failed allocation is an error.

use crate::bridge::ffi::{Report, Values};
use crate::bridge::*;
use crate::options::ffi::Options;
use mojo_audio_core::{ErrorKind, MelConfig, config::Reference};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn counted(work: impl FnOnce()) -> usize {
    let before = COUNT.get();
    work();
    COUNT.get() - before
}

fn extractor(config: &MelConfig) -> *mut Extractor {
    let mut report = Report { code: u8::MAX, ..Report::SUCCESS };
    let options = Options::from_config(config);
    let extractor = extractor_new(&options, &[], &[], &[], &[], &mut [0; 256], &mut report);
    assert!(report.code == 0);
    extractor
}

#[test]
fn the_callers_memory_is_all() {
    let config = MelConfig { reference: Reference::None, ..MelConfig::whisper() };
    let handle = extractor(&config);
    // SAFETY: the handle is new.
    let extractor = unsafe { &*handle };
    let samples = vec![0.25_f32; 16_000];
    let (mut out, mut text, mut n_frames) = (vec![0.0; 80 * 100], [0; 256], 0);
    let mut report = Report { code: u8::MAX, ..Report::SUCCESS };
    let live = stream_new(extractor, &mut text, &mut report);
    // SAFETY: the handle is new.
    let stream = unsafe { &mut *live };
    let mut is_good = true;
    let count = counted(|| {
        is_good &= compute_into(extractor, &samples, &mut out, &mut n_frames, &mut text).code == 0;
        is_good &= push_into(stream, &samples, &mut out, &mut n_frames, &mut text).code == 0;
        is_good &= stream_finish_into(stream, &mut out, &mut n_frames, &mut text).code == 0;
        // Nor does writing an error.
        is_good &=
            stream_finish_into(stream, &mut out, &mut n_frames, &mut text).is(ErrorKind::Finished);
    });
    assert!(is_good);
    assert_eq!(count, 0);
    assert_ne!(counted(|| drop(vec![1; 9])), 0, "nothing is counted");
    // SAFETY: the handles are not used again.
    unsafe {
        stream_free(live);
        extractor_free(handle);
    }
}

#[test]
fn memory_that_is_refused_is_an_error() {
    // More than fits into the address space.
    let config = MelConfig { pad_to: Some(1 << 48), hop_length: 1, ..MelConfig::whisper() };
    let handle = extractor(&config);
    let mut text = [0; 256];
    let mut values = Values { data: std::ptr::null_mut(), capacity: 0, n_mels: 0, n_frames: 0 };
    // SAFETY: the handle is new.
    let report = compute(unsafe { &*handle }, &[0.5_f32], &mut values, &mut text);
    assert!(report.is(ErrorKind::Allocation));
    assert!(text[..report.length].starts_with(b"could not allocate "));
    // SAFETY: the handle is not used again.
    unsafe { extractor_free(handle) };
}
