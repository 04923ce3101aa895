//! Makes each allocation fail in turn: every call returns MOJO_AUDIO_ERROR_ALLOCATION, nothing leaks, and
//! functions that should not allocate don't.

use mojo_audio::MojoAudioStatus::{MOJO_AUDIO_ERROR_ALLOCATION, MOJO_AUDIO_SUCCESS};
use mojo_audio::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;
use std::{ptr, slice};

/// Makes one allocation of a thread fail, on request.
struct Refusing;

thread_local! {
    /// Allocations until the one that fails; `None` lets all succeed.
    static UNTIL: Cell<Option<usize>> = const { Cell::new(None) };
    static REQUESTS: Cell<usize> = const { Cell::new(0) };
    /// Allocated blocks that have not been freed.
    static BLOCKS: Cell<isize> = const { Cell::new(0) };
}

fn is_refused() -> bool {
    REQUESTS.set(REQUESTS.get() + 1);
    let until = UNTIL.get();
    UNTIL.set(until.and_then(|until| until.checked_sub(1)));
    until == Some(0)
}

// SAFETY: allocations that succeed are the system allocator's.
unsafe impl GlobalAlloc for Refusing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_refused() {
            return ptr::null_mut();
        }
        BLOCKS.set(BLOCKS.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        BLOCKS.set(BLOCKS.get() - 1);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if is_refused() {
            return ptr::null_mut();
        }
        // SAFETY: the caller's promise.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Refusing = Refusing;

/// Calls `work` with the k-th allocation failing, for every k until there are no more, and counts them. `work`
/// returns the statuses of its calls.
fn refuse_each<const N: usize>(what: &str, mut work: impl FnMut() -> [MojoAudioStatus; N]) -> usize {
    for k in 0.. {
        let before = BLOCKS.get();
        UNTIL.set(Some(k));
        let statuses = work();
        let is_over = UNTIL.take().is_some();
        assert_eq!(BLOCKS.get(), before, "{what}: blocks leak when allocation {k} is refused");
        if is_over {
            assert_eq!(statuses, [MOJO_AUDIO_SUCCESS; N], "{what}");
            return k;
        }
        let failed = statuses.iter().filter(|status| **status != MOJO_AUDIO_SUCCESS).count();
        assert!(failed > 0, "{what}: nobody noticed that allocation {k} was refused");
        let known = [MOJO_AUDIO_SUCCESS, MOJO_AUDIO_ERROR_ALLOCATION];
        assert!(statuses.iter().all(|status| known.contains(status)), "{what}, {k}: {statuses:?}");
        assert!(last_error().contains("memory"), "{what}, {k}: {}", last_error());
    }
    unreachable!()
}

/// The number of allocations that `work` makes.
fn requests<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = REQUESTS.get();
    let value = work();
    (value, REQUESTS.get() - before)
}

fn last_error() -> &'static str {
    // SAFETY: the text ends with a zero byte and is read before the next call.
    unsafe { CStr::from_ptr(mojo_audio_last_error()) }.to_str().expect("UTF-8")
}

fn options(preset: &CStr) -> MojoMelOptions {
    let mut options = MaybeUninit::uninit();
    // SAFETY: the pointers are valid.
    unsafe {
        let size = size_of::<MojoMelOptions>();
        let status = mojo_mel_options_init(options.as_mut_ptr(), size, preset.as_ptr());
        assert_eq!(status, MOJO_AUDIO_SUCCESS);
        options.assume_init()
    }
}

fn extractor(options: &MojoMelOptions) -> *mut MojoMelExtractor {
    let mut extractor = ptr::null_mut();
    // SAFETY: the pointers are valid.
    let status = unsafe { mojo_mel_extractor_new(options, &mut extractor) };
    assert_eq!(status, MOJO_AUDIO_SUCCESS, "{}", last_error());
    extractor
}

fn presets() -> impl Iterator<Item = &'static CStr> {
    // SAFETY: the names are texts that are valid for ever.
    (0..mojo_audio_preset_count()).map(|i| unsafe { CStr::from_ptr(mojo_audio_preset_name(i)) })
}

static SAMPLES: [f32; 16_000] = [0.125; 16_000];

#[test]
fn planning_may_be_refused_memory() {
    for preset in presets() {
        let mut options = options(preset);
        for n_mfcc in [0, 13] {
            options.n_mfcc = n_mfcc;
            if n_mfcc > 0 {
                // They don't go together.
                (options.n_frames, options.log_ceiling) = (0, 0.0);
            }
            let n = refuse_each("mojo_mel_extractor_new", || {
                let mut extractor = ptr::null_mut();
                // SAFETY: the pointers are valid.
                unsafe {
                    let status = mojo_mel_extractor_new(&options, &mut extractor);
                    assert_eq!(extractor.is_null(), status != MOJO_AUDIO_SUCCESS);
                    mojo_mel_extractor_free(extractor);
                    [status]
                }
            });
            assert!(n > 3, "a plan has tables");
        }
    }
}

#[test]
fn own_tables_may_be_refused_memory() {
    let options = options(c"whisper");
    refuse_each("mojo_mel_extractor_new_with_tables", || {
        let mut extractor = ptr::null_mut();
        let table = SAMPLES.as_ptr();
        // SAFETY: the pointers are valid.
        unsafe {
            let status = mojo_mel_extractor_new_with_tables(
                &options,
                table,
                400,
                [0.5; 80 * 201].as_ptr(),
                80 * 201,
                &mut extractor,
            );
            mojo_mel_extractor_free(extractor);
            [status]
        }
    });
}

#[test]
fn rows_and_filters_may_be_refused_memory() {
    let options = options(c"whisper");
    refuse_each("mojo_mel_extractor_new_with_rows", || {
        let mut extractor = ptr::null_mut();
        let (none, table) = (ptr::null(), SAMPLES.as_ptr());
        // SAFETY: the pointers are NULL or valid.
        unsafe {
            let status = mojo_mel_extractor_new_with_rows(
                &options,
                none,
                0,
                none,
                0,
                table,
                80,
                table,
                80,
                &mut extractor,
            );
            mojo_mel_extractor_free(extractor);
            [status]
        }
    });
    let extractor = extractor(&options);
    refuse_each("mojo_mel_extractor_filterbank", || {
        let mut weights = [0.0; 80 * 201];
        // SAFETY: the pointers are valid.
        unsafe { [mojo_mel_extractor_filterbank(extractor, weights.as_mut_ptr(), weights.len())] }
    });
    // SAFETY: it is not used again.
    unsafe { mojo_mel_extractor_free(extractor) };
}

#[test]
fn computing_may_be_refused_memory() {
    for preset in presets() {
        let extractor = extractor(&options(preset));
        let n = refuse_each("mojo_mel_extractor_compute", || {
            let mut mel = ptr::null_mut();
            // SAFETY: the pointers are valid.
            unsafe {
                let status = mojo_mel_extractor_compute(extractor, SAMPLES.as_ptr(), 16_000, &mut mel);
                assert_eq!(mel.is_null(), status != MOJO_AUDIO_SUCCESS);
                mojo_mel_spectrogram_free(mel);
                [status]
            }
        });
        assert_eq!(n, 2, "the values and the handle");
        let n = refuse_each("mojo_mel_extractor_compute_i16", || {
            let mut mel = ptr::null_mut();
            // SAFETY: the pointers are valid.
            unsafe {
                let status =
                    mojo_mel_extractor_compute_i16(extractor, [9; 600].as_ptr(), 600, &mut mel);
                mojo_mel_spectrogram_free(mel);
                [status]
            }
        });
        assert_eq!(n, 2, "the values and the handle");

        // SAFETY: the pointers are valid.
        unsafe {
            let n_values = mojo_mel_extractor_n_mels(extractor)
                * mojo_mel_extractor_frame_count(extractor, 16_000);
            let mut out = vec![0.0; n_values];
            let (status, n) = requests(|| {
                let (samples, out) = (SAMPLES.as_ptr(), out.as_mut_ptr());
                mojo_mel_extractor_compute_into(
                    extractor,
                    samples,
                    16_000,
                    out,
                    n_values,
                    ptr::null_mut(),
                )
            });
            assert_eq!((status, n), (MOJO_AUDIO_SUCCESS, 0), "compute_into allocates nothing");
            mojo_mel_extractor_free(extractor);
        }
    }
}

#[test]
fn one_shot_calls_may_be_refused_memory() {
    // A configuration that no other test uses, so that no plan of it is kept. Kept plans stay allocated, so each
    // round has a new configuration.
    let mut of_plan = 0;
    for k in 0..200 {
        let config = MojoMelConfig { sample_rate: 16_000, n_fft: 300, hop_length: 100 + k, n_mels: 40 };
        let mut mel = ptr::null_mut();
        // SAFETY: the pointers are valid.
        let mut call =
            || unsafe { mojo_mel_spectrogram_compute(SAMPLES.as_ptr(), 1000, &config, &mut mel) };
        let before = BLOCKS.get();
        UNTIL.set(Some(k as usize));
        let status = call();
        if UNTIL.take().is_some() {
            assert_eq!(status, MOJO_AUDIO_SUCCESS);
            // SAFETY: the handle is not used again.
            unsafe { mojo_mel_spectrogram_free(mel) };
            assert!(k > 3, "a plan has tables");
            assert_eq!(of_plan, BLOCKS.get() - before, "blocks leak when the handle is refused");
            return;
        }
        assert_eq!(status, MOJO_AUDIO_ERROR_ALLOCATION, "{k}: {}", last_error());
        let left = BLOCKS.get() - before;
        if left > 0 {
            // Only the handle's allocation failed. The plan remains, kept for the next call.
            assert_eq!(requests(&mut call), (MOJO_AUDIO_SUCCESS, 2), "{k}: {left} blocks leak");
            // SAFETY: the handle is not used again.
            unsafe { mojo_mel_spectrogram_free(mel) };
            of_plan = left;
            continue;
        }
        assert!(mel.is_null());
    }
    panic!("there is no end of allocations");
}

#[test]
fn batches_may_be_refused_memory() {
    let extractor = extractor(&options(c"whisper"));
    let (clips, lengths) = ([SAMPLES.as_ptr(); 3], [16_000, 400, 5]);
    refuse_each("mojo_mel_extractor_compute_batch", || {
        let mut results = [ptr::null_mut(); 3];
        // SAFETY: the pointers are valid.
        unsafe {
            let (clips, lengths) = (clips.as_ptr(), lengths.as_ptr());
            let results = results.as_mut_ptr();
            let status = mojo_mel_extractor_compute_batch(extractor, clips, lengths, 3, 1, results);
            (0..3).for_each(|i| mojo_mel_spectrogram_free(*results.add(i)));
            [status]
        }
    });
    // SAFETY: the handle is not used again.
    unsafe { mojo_mel_extractor_free(extractor) };
}

/// A preset without the options that need the whole input.
fn streaming_options(preset: &CStr) -> MojoMelOptions {
    let mut options = options(preset);
    for (name, value) in [
        (c"reference", c"none"),
        (c"normalize", c"none"),
        (c"mask_tail", c"false"),
        (c"pad_to_mode", c"zeros"),
    ] {
        // SAFETY: the pointers are valid.
        let status = unsafe { mojo_mel_options_set(&mut options, name.as_ptr(), value.as_ptr()) };
        assert_eq!(status, MOJO_AUDIO_SUCCESS, "{}", last_error());
    }
    options
}

/// Whichever allocations fail, and however often: a failed push can be repeated, and the frames are those of the
/// whole.
#[test]
fn streams_lose_nothing_when_refused_memory() {
    let samples: Vec<f32> = (0..4000).map(|i| (i % 77) as f32 / 77.0 - 0.5).collect();
    for preset in presets() {
        let mut options = streaming_options(preset);
        // Frame by frame, so that the pieces are in the order of the whole.
        options.layout = MojoMelLayout::MOJO_MEL_LAYOUT_FRAME_MAJOR as i32;
        stream_refused(&options, &samples);
    }
}

fn stream_refused(options: &MojoMelOptions, samples: &[f32]) {
    let extractor = extractor(options);
    // SAFETY: the pointers are valid.
    let (n_mels, n_frames) = unsafe {
        (mojo_mel_extractor_n_mels(extractor), mojo_mel_extractor_frame_count(extractor, samples.len()))
    };
    let mut whole = vec![0.0; n_mels * n_frames];
    // SAFETY: the pointers are valid.
    unsafe {
        let (from, to) = (samples.as_ptr(), whole.as_mut_ptr());
        let (n, size) = (samples.len(), whole.len());
        let status = mojo_mel_extractor_compute_into(extractor, from, n, to, size, ptr::null_mut());
        assert_eq!(status, MOJO_AUDIO_SUCCESS);
        mojo_mel_extractor_free(extractor);
    }
    let mut gathered = vec![0.0; whole.len()];
    let n = refuse_each("mojo_mel_stream", || {
        // An extractor of its own each time, as it keeps the tables that its first stream makes.
        let mut extractor = ptr::null_mut();
        let mut stream = ptr::null_mut();
        let mut n_read = 0;
        gathered.fill(0.0);
        // SAFETY: the pointers are valid.
        unsafe {
            let planned = mojo_mel_extractor_new(options, &mut extractor);
            if planned != MOJO_AUDIO_SUCCESS {
                assert!(extractor.is_null());
                return [planned, MOJO_AUDIO_SUCCESS, MOJO_AUDIO_SUCCESS, MOJO_AUDIO_SUCCESS];
            }
            let created = mojo_mel_stream_new(extractor, &mut stream);
            if created != MOJO_AUDIO_SUCCESS {
                assert!(stream.is_null());
                mojo_mel_extractor_free(extractor);
                return [planned, created, MOJO_AUDIO_SUCCESS, MOJO_AUDIO_SUCCESS];
            }
            let mut pushed = MOJO_AUDIO_SUCCESS;
            for chunk in samples.chunks(1500) {
                let push = || mojo_mel_stream_push(stream, chunk.as_ptr(), chunk.len());
                let status = push();
                if status != MOJO_AUDIO_SUCCESS {
                    pushed = status;
                    assert_eq!(push(), MOJO_AUDIO_SUCCESS, "again");
                }
            }
            let finished = mojo_mel_stream_finish(stream);
            if finished != MOJO_AUDIO_SUCCESS {
                assert_eq!(mojo_mel_stream_finish(stream), MOJO_AUDIO_SUCCESS, "again");
            }
            let (out, size) = (gathered.as_mut_ptr(), gathered.len());
            assert_eq!(mojo_mel_stream_read(stream, out, size, &mut n_read), MOJO_AUDIO_SUCCESS);
            mojo_mel_stream_free(stream);
            mojo_mel_extractor_free(extractor);
            assert_eq!((n_read, &gathered), (n_frames, &whole));
            [planned, created, pushed, finished]
        }
    });
    assert!(n > 5, "a stream has tables and queues");
}

#[test]
fn a_stream_that_is_read_stops_allocating() {
    let extractor = extractor(&streaming_options(c"whisper"));
    let mut stream = ptr::null_mut();
    let mut out = [0.0; 80 * 4];
    let mut n_frames = 0;
    // SAFETY: the pointers are valid.
    unsafe {
        assert_eq!(mojo_mel_stream_new(extractor, &mut stream), MOJO_AUDIO_SUCCESS);
        let mut round = || {
            assert_eq!(mojo_mel_stream_push(stream, SAMPLES.as_ptr(), 400), MOJO_AUDIO_SUCCESS);
            let status = mojo_mel_stream_read(stream, out.as_mut_ptr(), 320, &mut n_frames);
            assert_eq!(status, MOJO_AUDIO_SUCCESS);
        };
        (0..20).for_each(|_| round());
        let ((), n) = requests(|| (0..1000).for_each(|_| round()));
        assert_eq!(n, 0, "allocations in 1000 rounds");
        mojo_mel_stream_free(stream);
        mojo_mel_extractor_free(extractor);
    }
}

#[test]
fn frames_for_own_memory_need_no_other() {
    for preset in presets() {
        let extractor = extractor(&streaming_options(preset));
        let (mut stream, mut n_frames) = (ptr::null_mut(), 0);
        // SAFETY: the pointers are valid.
        unsafe {
            assert_eq!(mojo_mel_stream_new(extractor, &mut stream), MOJO_AUDIO_SUCCESS);
            let n_mels = mojo_mel_stream_n_mels(stream);
            let mut out = vec![0.0; n_mels * mojo_mel_extractor_frame_count(extractor, 16_000)];
            let ((), n) = requests(|| {
                for chunk in SAMPLES.chunks(700) {
                    let (to, size) = (out.as_mut_ptr(), out.len());
                    let (from, n) = (chunk.as_ptr(), chunk.len());
                    let status = mojo_mel_stream_push_into(stream, from, n, to, size, &mut n_frames);
                    assert_eq!(status, MOJO_AUDIO_SUCCESS);
                }
                let (to, size) = (out.as_mut_ptr(), out.len());
                let status = mojo_mel_stream_finish_into(stream, to, size, &mut n_frames);
                assert_eq!(status, MOJO_AUDIO_SUCCESS);
            });
            assert_eq!(n, 0, "{preset:?}");
            mojo_mel_stream_free(stream);
            mojo_mel_extractor_free(extractor);
        }
    }
}

/// Whichever allocations fail: a failed push can be repeated, and the store has the frames of the whole.
#[test]
fn frame_stores_lose_nothing_when_refused_memory() {
    let mut options = streaming_options(c"hifigan");
    options.layout = MojoMelLayout::MOJO_MEL_LAYOUT_FRAME_MAJOR as i32;
    let extractor = extractor(&options);
    let mut frames = ptr::null_mut();
    let mut whole = [0.0; 80 * 62];
    // SAFETY: the pointers are valid. Each frame is read before the next call that changes the store.
    unsafe {
        let (from, to, n) = (SAMPLES.as_ptr(), whole.as_mut_ptr(), SAMPLES.len());
        let status =
            mojo_mel_extractor_compute_into(extractor, from, n, to, whole.len(), ptr::null_mut());
        assert_eq!(status, MOJO_AUDIO_SUCCESS);
        // The extractor keeps the tables that its first stream makes.
        assert_eq!(mojo_mel_frames_new(extractor, &mut frames), MOJO_AUDIO_SUCCESS);
        mojo_mel_frames_free(frames);
        let n = refuse_each("mojo_mel_frames", || {
            let created = mojo_mel_frames_new(extractor, &mut frames);
            if created != MOJO_AUDIO_SUCCESS {
                assert!(frames.is_null());
                return [created, MOJO_AUDIO_SUCCESS, MOJO_AUDIO_SUCCESS];
            }
            let mut pushed = MOJO_AUDIO_SUCCESS;
            for chunk in SAMPLES.chunks(1500) {
                let ready = mojo_mel_frames_n_frames_ready(frames);
                let push = || mojo_mel_frames_push(frames, chunk.as_ptr(), chunk.len());
                let status = push();
                if status != MOJO_AUDIO_SUCCESS {
                    pushed = status;
                    assert_eq!(mojo_mel_frames_n_frames_ready(frames), ready);
                    assert_eq!(push(), MOJO_AUDIO_SUCCESS, "again");
                }
            }
            let finished = mojo_mel_frames_finish(frames);
            if finished != MOJO_AUDIO_SUCCESS {
                assert_eq!(mojo_mel_frames_finish(frames), MOJO_AUDIO_SUCCESS, "again");
            }
            assert_eq!(mojo_mel_frames_n_frames_ready(frames), whole.len() / 80);
            for (i, values) in whole.chunks(80).enumerate() {
                let frame = mojo_mel_frames_get_frame(frames, i);
                assert_eq!(slice::from_raw_parts(frame, 80), values, "frame {i}");
            }
            mojo_mel_frames_free(frames);
            [created, pushed, finished]
        });
        assert!(n > 5, "a store has a stream and queues");
        mojo_mel_extractor_free(extractor);
    }
}

/// Errors are written to a fixed buffer: they need no memory except for the sentence.
#[test]
fn freeing_and_asking_need_no_memory() {
    let mut narrow = options(c"whisper");
    narrow.n_mels = 256;
    let extractor = extractor(&narrow);
    let ((), n) = requests(|| {
        let mut stream: *mut MojoMelStream = ptr::null_mut();
        let mut bands = [0; 256];
        // SAFETY: the pointers are NULL or valid.
        unsafe {
            assert_ne!(mojo_mel_stream_new(ptr::null(), &mut stream), MOJO_AUDIO_SUCCESS);
            assert!(last_error().starts_with("extractor must point to "));
            let _: *const c_char = mojo_audio_status_name(-2);
            assert!(mojo_mel_extractor_empty_filters(extractor, bands.as_mut_ptr(), 256) > 3);
            assert!(mojo_mel_extractor_working_memory(extractor) > 1000);
            mojo_mel_extractor_free(extractor);
        }
    });
    assert_eq!(n, 0);
}
