//! whisper.cpp's `whisper_pcm_to_mel`. The call needs a model, and whisper.cpp accepts one with filters and
//! without weights. It always pads with 30 seconds of zeros.

use crate::{HOP_LENGTH, N_FFT, N_MELS, filters, version};
use mojo_audio_bench::{Arguments, Result, Rows};
use std::ffi::{c_char, c_int, c_void};
use whisper_rs_sys as sys;

pub fn serve(arguments: &Arguments) -> Result {
    let mut model = model();
    // SAFETY: a callback that does nothing; a model that outlives the call.
    let (context, state) = unsafe {
        sys::whisper_log_set(Some(silent), std::ptr::null_mut());
        let mut parameters = sys::whisper_context_default_params();
        parameters.use_gpu = false;
        let model_bytes = model.as_mut_ptr().cast();
        let context =
            sys::whisper_init_from_buffer_with_params_no_state(model_bytes, model.len(), parameters);
        if context.is_null() {
            return Err("whisper.cpp does not take the model".into());
        }
        (context, sys::whisper_init_state(context))
    };
    if state.is_null() {
        return Err("whisper.cpp has no state".into());
    }
    let threads = c_int::try_from(arguments.threads)?;
    let compute = |samples: &[f32]| {
        let n_samples = c_int::try_from(samples.len()).expect("a clip");
        // SAFETY: both pointers are whisper.cpp's own, the samples are `n_samples`.
        let status = unsafe {
            sys::whisper_pcm_to_mel_with_state(context, state, samples.as_ptr(), n_samples, threads)
        };
        assert_eq!(status, 0, "whisper_pcm_to_mel_with_state");
        samples.len() / HOP_LENGTH
    };
    // SAFETY: the state has a result of N_MELS bands.
    let rows = |frames: usize| unsafe { result(state, frames) };
    mojo_audio_bench::serve(arguments, version("whisper-rs-sys"), compute, rows)
}

unsafe extern "C" fn silent(_: sys::ggml_log_level, _: *const c_char, _: *mut c_void) {}

/// The smallest model file that whisper.cpp reads: its sizes, the filters, no words, no weights.
fn model() -> Vec<u8> {
    const MAGIC: i32 = 0x6767_6d6c;
    // Vocabulary; audio and text: context, state, heads, layers; bands; float32.
    let sizes = [51_864, 1500, 8, 1, 1, 448, 8, 1, 1, N_MELS as i32, 0];
    let shape = [N_MELS as i32, (N_FFT / 2 + 1) as i32];
    let mut bytes: Vec<u8> =
        [&[MAGIC][..], &sizes, &shape].concat().into_iter().flat_map(i32::to_le_bytes).collect();
    bytes.extend(filters().into_iter().flat_map(f32::to_le_bytes));
    bytes.extend(0i32.to_le_bytes());
    bytes
}

/// The result of `whisper_pcm_to_mel`. whisper.cpp has no function for it: its state contains the number of
/// frames, that without padding, the bands, and a vector of the values, which can be found by its length.
///
/// # Safety
/// The state has a result of `N_MELS` bands.
unsafe fn result(state: *mut sys::whisper_state, frames: usize) -> Rows {
    // SAFETY: the state is some thousand bytes long, and the result is in its first part.
    let words = unsafe { std::slice::from_raw_parts(state.cast::<[i32; 2]>(), 200) };
    // SAFETY: the caller's promise.
    let original = unsafe { sys::whisper_n_len_from_state(state) };
    for (at, pair) in words.windows(2).enumerate() {
        let (length, unpadded, bands) = (pair[0][0], pair[0][1], pair[1][0]);
        if (unpadded, bands) != (original, N_MELS as i32) || length < original {
            continue;
        }
        let pointer = |word: [i32; 2]| {
            let [low, high] = word.map(i32::to_ne_bytes);
            usize::from_ne_bytes([low, high].concat().try_into().expect("eight bytes"))
        };
        let (start, end) = (pointer(words[at + 2]), pointer(words[at + 3]));
        let length = length as usize;
        assert_eq!(
            end - start,
            length * N_MELS * size_of::<f32>(),
            "whisper.cpp stores its result otherwise"
        );
        // SAFETY: a vector of floats of just this length.
        let data = unsafe { std::slice::from_raw_parts(start as *const f32, length * N_MELS) };
        let rows = data.chunks_exact(length).flat_map(|row| &row[..frames]).copied().collect();
        return Rows { rows: N_MELS, frames, data: rows };
    }
    panic!("whisper.cpp stores its result otherwise");
}
