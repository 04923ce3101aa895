//! Computes Whisper's log-mel without the standard library and compares it with openai-whisper's own.
//!
//! `cargo run --manifest-path core/tests-no-std/Cargo.toml; echo $?`
//!
//! The allocator is a static arena and the panic handler ends the process. Only the C library's start
//! files and its `memcpy` are linked: no `std`, which the linker would notice as a second panic handler.
//! The exit code says what went wrong:
//!
//! | code | meaning |
//! |---|---|
//! | 0 | every value is within the case's bound, and the stream gives the same bits |
//! | 1 | a value is not |
//! | 2 | a call returned an error |
//! | 3 | the stream gives other bits |
//! | 4 | refused memory is no error |
//! | 101 | a panic |

#![no_std]
#![no_main]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ffi::{c_char, c_int};
use core::panic::PanicInfo;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering};
use mojo_audio_core::config::Reference;
use mojo_audio_core::{Error, MelConfig, MelExtractor};

/// The conformance case `whisper-speech-8000`: its input and openai-whisper's answer, (80, 50).
static INPUT: &[u8] = include_bytes!("../../../conformance/inputs/speech-16000-8000-6.f32");
static EXPECTED: &[u8] = include_bytes!("../../../conformance/expected/whisper-speech-8000.f32");
/// The case's bounds on single values and on their mean.
const ATOL: f32 = 7.98e-5;
const MEAN_ABS: f32 = 5.79e-7;

const N_SAMPLES: usize = 8_000;
const N_MELS: usize = 80;
const N_FRAMES: usize = 50;

/// A quarter of a megabyte is what there is.
const ARENA_BYTES: usize = 256 * 1024;

/// Gives pieces of a static arena, and takes back only the last one given.
struct Arena {
    bytes: UnsafeCell<[u8; ARENA_BYTES]>,
    used: AtomicUsize,
}

// SAFETY: a piece is given to one caller only, by a compare-and-swap of `used`.
unsafe impl Sync for Arena {}

// SAFETY: pieces lie inside the arena, are aligned and do not overlap.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let start = self.bytes.get().cast::<u8>();
        let mut used = self.used.load(Ordering::Relaxed);
        loop {
            // The address has to be aligned, not the place in the arena.
            let padding =
                (start as usize + used).next_multiple_of(layout.align()) - start as usize - used;
            let Some(end) = (used + padding).checked_add(layout.size()) else { return null_mut() };
            if end > ARENA_BYTES {
                return null_mut();
            }
            match self.used.compare_exchange(used, end, Ordering::Relaxed, Ordering::Relaxed) {
                // SAFETY: the piece ends inside the arena.
                Ok(_) => return unsafe { start.add(used + padding) },
                Err(now) => used = now,
            }
        }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        let start = memory as usize - self.bytes.get() as usize;
        let end = start + layout.size();
        // Padding before the piece stays used.
        let _ = self.used.compare_exchange(end, start, Ordering::Relaxed, Ordering::Relaxed);
    }
}

#[global_allocator]
static ARENA: Arena = Arena { bytes: UnsafeCell::new([0; ARENA_BYTES]), used: AtomicUsize::new(0) };

#[link(name = "c")]
unsafe extern "C" {
    fn _exit(code: c_int) -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: ends the process, which is always possible.
    unsafe { _exit(101) }
}

/// The toolchain's `alloc` is compiled for programs that unwind, and names these two. A panic ends this
/// program, so they are never called.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    // SAFETY: as above.
    unsafe { _exit(101) }
}

/// Called by the C library's start files.
#[unsafe(no_mangle)]
extern "C" fn main(_argc: c_int, _argv: *const *const c_char) -> c_int {
    match run() {
        Ok(()) => 0,
        Err(code) => code,
    }
}

fn run() -> Result<(), c_int> {
    let mut samples = [0.0f32; N_SAMPLES];
    for (sample, bytes) in samples.iter_mut().zip(INPUT.chunks_exact(4)) {
        *sample = float(bytes);
    }

    let extractor = MelExtractor::new(&MelConfig::whisper()).map_err(|_| 2)?;
    let mut mel = [0.0f32; N_MELS * N_FRAMES];
    match extractor.compute_into(&samples, &mut mel) {
        Ok(N_FRAMES) => {}
        _ => return Err(2),
    }
    let mut sum = 0.0;
    for (value, bytes) in mel.iter().zip(EXPECTED.chunks_exact(4)) {
        let off = (value - float(bytes)).abs();
        sum += off;
        if off.is_nan() || off > ATOL {
            return Err(1);
        }
    }
    if EXPECTED.len() != 4 * mel.len() || sum > MEAN_ABS * mel.len() as f32 {
        return Err(1);
    }
    drop(extractor);

    stream(&samples)?;

    // More than the arena has.
    let config = MelConfig { n_fft: 65_536, n_mels: 4_096, ..MelConfig::whisper() };
    match MelExtractor::new(&config) {
        Err(Error::Allocation { .. }) => Ok(()),
        _ => Err(4),
    }
}

/// The same bits in pieces of 161 samples.
fn stream(samples: &[f32]) -> Result<(), c_int> {
    let config = MelConfig { reference: Reference::None, ..MelConfig::whisper() };
    let extractor = MelExtractor::new(&config).map_err(|_| 2)?;
    let whole = extractor.compute(samples).map_err(|_| 2)?;
    let mut stream = extractor.stream().map_err(|_| 2)?;
    let mut piece = [0.0f32; N_MELS * N_FRAMES];
    let mut done = 0;
    let mut compare = |piece: &[f32], n_frames: usize| {
        for row in 0..N_MELS {
            for frame in 0..n_frames {
                let streamed = piece[row * n_frames + frame];
                if streamed.to_bits() != whole.get(row, done + frame).to_bits() {
                    return Err(3);
                }
            }
        }
        done += n_frames;
        Ok(())
    };
    for chunk in samples.chunks(161) {
        let n_frames = stream.push_into(chunk, &mut piece).map_err(|_| 2)?;
        compare(&piece, n_frames)?;
    }
    let n_frames = stream.finish_into(&mut piece).map_err(|_| 2)?;
    compare(&piece, n_frames)?;
    if done == whole.n_frames() { Ok(()) } else { Err(3) }
}

fn float(bytes: &[u8]) -> f32 {
    f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}
