//! The engine behind WebAssembly's numbers: `lib/wasm.mjs` is its only caller.
//!
//! A text comes back as UTF-16 in the answer, which `answer` and `answer_length` tell until the next call, as
//! an audio worklet has neither TextEncoder nor TextDecoder. A call that fails returns −1 or a null
//! pointer; then the answer is the error as JSON. A panic, or small memory that is refused, stops the
//! instance with a trap, whose stack tells the function. There is no standard library, whose handler of panics
//! weighs 4 KB with brotli.

use crate::config;
use crate::refusal::{Field, Refusal};
use alloc::alloc::{Layout, alloc_zeroed, dealloc};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::fmt::Write as _;
use core::panic::PanicInfo;
use core::ptr::null_mut;
use mojo_audio_core::{Error, MelExtractor, MelStream, Overrides};

/// Of memory for samples and results: a vector.
const ALIGNMENT: usize = 16;

const FAILED: f64 = -1.0;

/// The standard library's own here.
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// A text for JavaScript.
struct Answer(UnsafeCell<Vec<u16>>);

// SAFETY: an instance of the module has one thread.
unsafe impl Sync for Answer {}

static ANSWER: Answer = Answer(UnsafeCell::new(Vec::new()));

fn set_answer(text: &str) {
    // SAFETY: there is one thread, and no function that is called from here reads or sets the answer.
    let answer = unsafe { &mut *ANSWER.0.get() };
    answer.clear();
    answer.extend(text.encode_utf16());
}

/// Where the answer is.
#[unsafe(no_mangle)]
extern "C" fn answer() -> *const u16 {
    // SAFETY: there is one thread, and nothing else runs.
    unsafe { &*ANSWER.0.get() }.as_ptr()
}

/// The UTF-16 units of the answer.
#[unsafe(no_mangle)]
extern "C" fn answer_length() -> usize {
    // SAFETY: as above.
    unsafe { &*ANSWER.0.get() }.len()
}

/// Zeroed memory; null if there is none.
#[unsafe(no_mangle)]
extern "C" fn allocate(bytes: usize) -> *mut u8 {
    match Layout::from_size_align(bytes, ALIGNMENT) {
        // SAFETY: the size is not 0.
        Ok(layout) if bytes > 0 => unsafe { alloc_zeroed(layout) },
        _ => null_mut(),
    }
}

/// Frees what `allocate` returned for the same number of bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn release(memory: *mut u8, bytes: usize) {
    if let Ok(layout) = Layout::from_size_align(bytes, ALIGNMENT) {
        // SAFETY: the caller's.
        unsafe { dealloc(memory, layout) }
    }
}

/// The package's version, as the answer.
#[unsafe(no_mangle)]
extern "C" fn version() {
    set_answer(env!("CARGO_PKG_VERSION"));
}

/// The error for memory that JavaScript was refused.
#[unsafe(no_mangle)]
extern "C" fn refuse_memory(bytes: f64) {
    refuse(Refusal::of(Error::Allocation { bytes: bytes as usize }));
}

/// The error for an option whose value has the wrong type; the texts are UTF-16.
///
/// # Safety
/// As of [`slice`], for both.
#[unsafe(no_mangle)]
unsafe extern "C" fn refuse_type(
    name: *const u16,
    name_length: usize,
    shown: *const u16,
    shown_length: usize,
) {
    // SAFETY: the caller's.
    let (name, shown) = unsafe { (text(name, name_length), text(shown, shown_length)) };
    refuse(Refusal::of_wrong_type(config::wrong_type(&name, &shown)));
}

/// An extractor of options as `config` describes them; null if it fails. Tables that are null are not given.
///
/// # Safety
/// As of [`slice`], for each.
#[unsafe(no_mangle)]
unsafe extern "C" fn extractor_new(
    options: *const u16,
    options_length: usize,
    window: *const f32,
    window_length: usize,
    filterbank: *const f32,
    filterbank_length: usize,
    row_mean: *const f32,
    row_mean_length: usize,
    row_scale: *const f32,
    row_scale_length: usize,
) -> *mut MelExtractor {
    // SAFETY: the caller's.
    let (options, overrides) = unsafe {
        let overrides = Overrides {
            window: table(window, window_length),
            filterbank: table(filterbank, filterbank_length),
            row_mean: table(row_mean, row_mean_length),
            row_scale: table(row_scale, row_scale_length),
            ..Overrides::default()
        };
        (text(options, options_length), overrides)
    };
    boxed(config::read(&options).and_then(|config| MelExtractor::with_overrides(&config, overrides)))
}

/// # Safety
/// `extractor_new` returned it, and this is its last use.
#[unsafe(no_mangle)]
unsafe extern "C" fn extractor_free(extractor: *mut MelExtractor) {
    // SAFETY: the caller's.
    drop(unsafe { Box::from_raw(extractor) });
}

/// Every option and its value, as the answer.
#[unsafe(no_mangle)]
extern "C" fn extractor_config(extractor: &MelExtractor) -> f64 {
    match config::write(extractor.config()) {
        Ok(text) => {
            set_answer(&text);
            0.0
        }
        Err(error) => fail(error),
    }
}

#[unsafe(no_mangle)]
extern "C" fn extractor_n_mels(extractor: &MelExtractor) -> usize {
    extractor.n_mels()
}

#[unsafe(no_mangle)]
extern "C" fn extractor_working_memory(extractor: &MelExtractor) -> usize {
    extractor.working_memory()
}

/// The instruction set's name, as the answer.
#[unsafe(no_mangle)]
extern "C" fn extractor_instruction_set(extractor: &MelExtractor) {
    set_answer(&format!("{:?}", extractor.instruction_set()));
}

/// The bands without a bin, with commas between, as the answer.
#[unsafe(no_mangle)]
extern "C" fn extractor_empty_filters(extractor: &MelExtractor) {
    let bands: Vec<_> = extractor.empty_filters().iter().map(ToString::to_string).collect();
    set_answer(&bands.join(","));
}

/// Writes the weights of the filters to `out`; 0.
///
/// # Safety
/// As of [`slice_mut`] for `out`.
#[unsafe(no_mangle)]
unsafe extern "C" fn extractor_filterbank(
    extractor: &MelExtractor,
    out: *mut f32,
    out_length: usize,
) -> f64 {
    // SAFETY: the caller's.
    let out = unsafe { slice_mut(out, out_length) };
    extractor.filterbank_into(out).map_or_else(fail, |()| 0.0)
}

#[unsafe(no_mangle)]
extern "C" fn extractor_frame_count(extractor: &MelExtractor, n_samples: usize) -> f64 {
    extractor.frame_count(n_samples) as f64
}

#[unsafe(no_mangle)]
extern "C" fn extractor_valid_frames(extractor: &MelExtractor, n_samples: usize) -> f64 {
    extractor.valid_frames(n_samples) as f64
}

/// Writes the spectrogram to `out`; the number of frames. The samples are int16 if `is_int16`.
///
/// # Safety
/// As of [`slice`] for the samples, and of [`slice_mut`] for `out`.
#[unsafe(no_mangle)]
unsafe extern "C" fn extractor_compute(
    extractor: &MelExtractor,
    samples: *const u8,
    n_samples: usize,
    is_int16: bool,
    out: *mut f32,
    out_length: usize,
) -> f64 {
    // SAFETY: the caller's.
    let out = unsafe { slice_mut(out, out_length) };
    let n_frames = if is_int16 {
        // SAFETY: the caller's.
        extractor.compute_into(unsafe { slice::<i16>(samples.cast(), n_samples) }, out)
    } else {
        // SAFETY: the caller's.
        extractor.compute_into(unsafe { slice::<f32>(samples.cast(), n_samples) }, out)
    };
    count(n_frames)
}

/// A stream; null if it fails.
#[unsafe(no_mangle)]
extern "C" fn stream_new(extractor: &MelExtractor) -> *mut MelStream {
    boxed(extractor.stream())
}

/// # Safety
/// `stream_new` returned it, and this is its last use.
#[unsafe(no_mangle)]
unsafe extern "C" fn stream_free(stream: *mut MelStream) {
    // SAFETY: the caller's.
    drop(unsafe { Box::from_raw(stream) });
}

#[unsafe(no_mangle)]
extern "C" fn stream_frames_after(stream: &MelStream, n_samples: usize) -> f64 {
    stream.frames_after(n_samples) as f64
}

#[unsafe(no_mangle)]
extern "C" fn stream_frames_at_finish(stream: &MelStream) -> f64 {
    stream.frames_at_finish() as f64
}

/// Writes the frames that the samples made certain to `out`; their number.
///
/// # Safety
/// As of [`extractor_compute`].
#[unsafe(no_mangle)]
unsafe extern "C" fn stream_push(
    stream: &mut MelStream,
    samples: *const u8,
    n_samples: usize,
    is_int16: bool,
    out: *mut f32,
    out_length: usize,
) -> f64 {
    // SAFETY: the caller's.
    let out = unsafe { slice_mut(out, out_length) };
    let n_frames = if is_int16 {
        // SAFETY: the caller's.
        stream.push_into(unsafe { slice::<i16>(samples.cast(), n_samples) }, out)
    } else {
        // SAFETY: the caller's.
        stream.push_into(unsafe { slice::<f32>(samples.cast(), n_samples) }, out)
    };
    count(n_frames)
}

/// Writes the last frames to `out`; their number.
///
/// # Safety
/// As of [`slice_mut`] for `out`.
#[unsafe(no_mangle)]
unsafe extern "C" fn stream_finish(stream: &mut MelStream, out: *mut f32, out_length: usize) -> f64 {
    // SAFETY: the caller's.
    count(stream.finish_into(unsafe { slice_mut(out, out_length) }))
}

#[unsafe(no_mangle)]
extern "C" fn stream_reset(stream: &mut MelStream) {
    stream.reset();
}

fn boxed<T>(result: Result<T, Error>) -> *mut T {
    match result {
        Ok(value) => Box::into_raw(Box::new(value)),
        Err(error) => {
            fail(error);
            null_mut()
        }
    }
}

fn count(result: Result<usize, Error>) -> f64 {
    result.map_or_else(fail, |n_frames| n_frames as f64)
}

fn fail(error: Error) -> f64 {
    refuse(Refusal::of(error));
    FAILED
}

/// The refusal as JSON, as the answer.
fn refuse(refusal: Refusal) {
    let mut json = String::from("{\"kind\":");
    write_text(&mut json, refusal.kind.code());
    json.push_str(",\"message\":");
    write_text(&mut json, &refusal.message);
    let _ = write!(json, ",\"isTypeError\":{},\"fields\":{{", refusal.is_type_error);
    for (place, (name, field)) in refusal.fields.iter().enumerate() {
        if place > 0 {
            json.push(',');
        }
        write_text(&mut json, name);
        json.push(':');
        match field {
            Field::Text(text) => write_text(&mut json, text),
            // Its bits, in hexadecimal: writing floats as decimals would need code in the module.
            Field::Number(number) => {
                let _ = write!(json, "{{\"bits\":\"{:016x}\"}}", number.to_bits());
            }
            Field::List(list) => {
                json.push('[');
                for (place, text) in list.iter().enumerate() {
                    if place > 0 {
                        json.push(',');
                    }
                    write_text(&mut json, text);
                }
                json.push(']');
            }
        }
    }
    json.push_str("}}");
    set_answer(&json);
}

/// A string of JSON.
fn write_text(json: &mut String, text: &str) {
    json.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => json.extend(['\\', letter]),
            letter if letter.is_ascii_control() => {
                let _ = write!(json, "\\u{:04x}", u32::from(letter));
            }
            letter => json.push(letter),
        }
    }
    json.push('"');
}

/// # Safety
/// As of [`slice`].
unsafe fn text(start: *const u16, length: usize) -> String {
    // SAFETY: the caller's.
    String::from_utf16_lossy(unsafe { slice(start, length) })
}

/// A table, unless it is null.
///
/// # Safety
/// As of [`slice`].
unsafe fn table<'a>(start: *const f32, length: usize) -> Option<&'a [f32]> {
    // SAFETY: the caller's.
    (!start.is_null()).then(|| unsafe { slice(start, length) })
}

/// # Safety
/// `allocate` returned the memory, and JavaScript has written `length` values to it. JavaScript does not
/// run before the call returns.
unsafe fn slice<'a, T: Copy>(start: *const T, length: usize) -> &'a [T] {
    if length == 0 {
        return &[];
    }
    // SAFETY: the caller's. The memory is aligned for every number.
    unsafe { core::slice::from_raw_parts(start, length) }
}

/// # Safety
/// As of [`slice`]; the memory is no other argument's.
unsafe fn slice_mut<'a>(start: *mut f32, length: usize) -> &'a mut [f32] {
    if length == 0 {
        return &mut [];
    }
    // SAFETY: the caller's.
    unsafe { core::slice::from_raw_parts_mut(start, length) }
}
