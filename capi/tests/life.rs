//! Handles from creation to release, on inputs small enough for an interpreter of Rust: `cargo xtask harden miri`
//! runs these and checks each access against the rules of the language.

use mojo_audio::MojoAudioStatus::{
    MOJO_AUDIO_ERROR_BUFFER_SIZE, MOJO_AUDIO_ERROR_INVALID_INPUT, MOJO_AUDIO_SUCCESS,
};
use mojo_audio::*;
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::ptr;

/// 8 bands of a transform of 50, whose results hold for streams too.
fn extractor() -> *mut MojoMelExtractor {
    let mut options = MaybeUninit::uninit();
    let mut extractor = ptr::null_mut();
    // SAFETY: the pointers are valid, and the options are written by the first call.
    unsafe {
        let to = options.as_mut_ptr();
        let init = mojo_mel_options_init(to, size_of::<MojoMelOptions>(), c"whisper".as_ptr());
        assert_eq!(init, MOJO_AUDIO_SUCCESS);
        for (name, value) in
            [(c"n_fft", c"50"), (c"hop_length", c"20"), (c"n_mels", c"8"), (c"reference", c"fixed")]
        {
            assert_eq!(mojo_mel_options_set(to, name.as_ptr(), value.as_ptr()), MOJO_AUDIO_SUCCESS);
        }
        assert_eq!(mojo_mel_extractor_new(to, &mut extractor), MOJO_AUDIO_SUCCESS);
    }
    extractor
}

fn samples() -> Vec<f32> {
    (0..170).map(|i| ((i * 37 % 101) as f32 - 50.0) / 64.0).collect()
}

/// Copies a spectrogram's values and frees it.
unsafe fn take(mel: *mut MojoMelSpectrogram) -> Vec<f32> {
    // SAFETY: the caller's handle is valid, and has the number of values that it returns.
    unsafe {
        let (mut n_mels, mut n_frames) = (0, 0);
        mojo_mel_spectrogram_get_shape(mel, &mut n_mels, &mut n_frames);
        let size = mojo_mel_spectrogram_get_size(mel);
        assert_eq!(size, n_mels * n_frames);
        let values = std::slice::from_raw_parts(mojo_mel_spectrogram_get_data_ptr(mel), size).to_vec();
        mojo_mel_spectrogram_free(mel);
        values
    }
}

#[test]
fn results_outlive_their_extractor() {
    let (extractor, samples) = (extractor(), samples());
    let mut mel = ptr::null_mut();
    // SAFETY: the pointers are valid; the extractor is not used after it is freed.
    unsafe {
        let status = mojo_mel_extractor_compute(extractor, samples.as_ptr(), 170, &mut mel);
        assert_eq!(status, MOJO_AUDIO_SUCCESS);
        let n_frames = mojo_mel_extractor_frame_count(extractor, 170);
        let n_mels = mojo_mel_extractor_n_mels(extractor);
        let mut into = vec![0.0; n_mels * n_frames];
        let mut came = 0;
        let (from, to) = (samples.as_ptr(), into.as_mut_ptr());
        let status = mojo_mel_extractor_compute_into(extractor, from, 170, to, into.len(), &mut came);
        assert_eq!((status, came), (MOJO_AUDIO_SUCCESS, n_frames));
        mojo_mel_extractor_free(extractor);
        assert_eq!(take(mel), into);
    }
}

#[test]
fn batches_and_integers() {
    let (extractor, samples) = (extractor(), samples());
    let integers: Vec<i16> = samples.iter().map(|x| (x * 32_768.0) as i16).collect();
    let mut results = [ptr::null_mut(); 3];
    let mut alone = ptr::null_mut();
    // SAFETY: the pointers are valid.
    unsafe {
        let clips = [integers.as_ptr(), integers[60..].as_ptr(), integers.as_ptr()];
        let lengths = [170, 110, 170];
        let (clips, lengths) = (clips.as_ptr(), lengths.as_ptr());
        let to = results.as_mut_ptr();
        let status = mojo_mel_extractor_compute_batch_i16(extractor, clips, lengths, 3, 2, to);
        assert_eq!(status, MOJO_AUDIO_SUCCESS);
        let status = mojo_mel_extractor_compute_i16(extractor, integers.as_ptr(), 170, &mut alone);
        assert_eq!(status, MOJO_AUDIO_SUCCESS);
        let [first, second, third] = results.map(|mel| take(mel));
        let alone = take(alone);
        // The signal is multiples of 1/64, which both formats can represent.
        let mut float = ptr::null_mut();
        let status = mojo_mel_extractor_compute(extractor, samples.as_ptr(), 170, &mut float);
        assert_eq!(status, MOJO_AUDIO_SUCCESS);
        assert_eq!(take(float), alone);
        assert!(first == alone && third == alone && second.len() < alone.len());
        mojo_mel_extractor_free(extractor);
    }
}

#[test]
fn streams_outlive_their_extractor() {
    let (extractor, samples) = (extractor(), samples());
    let mut mel = ptr::null_mut();
    let mut stream = ptr::null_mut();
    // SAFETY: the pointers are valid; the extractor is not used after it is freed.
    unsafe {
        let status = mojo_mel_extractor_compute(extractor, samples.as_ptr(), 170, &mut mel);
        assert_eq!(status, MOJO_AUDIO_SUCCESS);
        assert_eq!(mojo_mel_stream_new(extractor, &mut stream), MOJO_AUDIO_SUCCESS);
        mojo_mel_extractor_free(extractor);
        let whole = take(mel);
        for _ in 0..2 {
            for chunk in samples.chunks(33) {
                let status = mojo_mel_stream_push(stream, chunk.as_ptr(), chunk.len());
                assert_eq!(status, MOJO_AUDIO_SUCCESS);
            }
            assert_eq!(mojo_mel_stream_finish(stream), MOJO_AUDIO_SUCCESS);
            let n_frames = mojo_mel_stream_available(stream);
            assert_eq!(n_frames * mojo_mel_stream_n_mels(stream), whole.len());
            let mut frames = vec![0.0; whole.len()];
            let mut came = 0;
            let to = frames.as_mut_ptr();
            let status = mojo_mel_stream_read(stream, to, frames.len(), &mut came);
            assert_eq!((status, came), (MOJO_AUDIO_SUCCESS, n_frames));
            assert_eq!(frames, whole);
            mojo_mel_stream_reset(stream);
        }
        mojo_mel_stream_free(stream);
    }
}

#[test]
fn refusals_say_why() {
    let extractor = extractor();
    let mut samples = samples();
    samples[3] = f32::INFINITY;
    let mut out = [0.0; 8];
    let mut n_frames = 9;
    // SAFETY: the pointers are valid, and the text is read before the next call.
    unsafe {
        let (from, to) = (samples.as_ptr(), out.as_mut_ptr());
        let status = mojo_mel_extractor_compute_into(extractor, from, 170, to, 8, &mut n_frames);
        assert_eq!(status, MOJO_AUDIO_ERROR_BUFFER_SIZE);
        let mut mel = ptr::null_mut();
        let status = mojo_mel_extractor_compute(extractor, from, 170, &mut mel);
        assert!(status == MOJO_AUDIO_ERROR_INVALID_INPUT && mel.is_null());
        let text = CStr::from_ptr(mojo_audio_last_error()).to_str().expect("UTF-8");
        assert!(text.contains("sample 3"), "{text}");
        mojo_mel_extractor_free(extractor);
    }
}

#[test]
fn frames_by_their_number_and_frames_in_own_memory() {
    let (extractor, samples) = (extractor(), samples());
    let (mut frames, mut stream) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: the pointers are valid; each frame is read before the next call that changes the store.
    unsafe {
        assert_eq!(mojo_mel_frames_new(extractor, &mut frames), MOJO_AUDIO_SUCCESS);
        assert_eq!(mojo_mel_stream_new(extractor, &mut stream), MOJO_AUDIO_SUCCESS);
        mojo_mel_extractor_free(extractor);
        let mut number = 0;
        for chunk in samples.chunks(57) {
            let (from, n) = (chunk.as_ptr(), chunk.len());
            assert_eq!(mojo_mel_frames_push(frames, from, n), MOJO_AUDIO_SUCCESS);
            let mut out = vec![0.0; 8 * mojo_mel_stream_frames_after(stream, n)];
            let (to, room, mut came) = (out.as_mut_ptr(), out.len(), 99);
            let status = mojo_mel_stream_push_into(stream, from, n, to, room, &mut came);
            assert_eq!((status, 8 * came), (MOJO_AUDIO_SUCCESS, room));
            for column in 0..came {
                let frame = mojo_mel_frames_get_frame(frames, number);
                let frame = std::slice::from_raw_parts(frame, 8);
                assert!((0..8).all(|band| frame[band] == out[band * came + column]));
                number += 1;
            }
            assert_eq!(mojo_mel_frames_n_frames_ready(frames), number);
            assert_eq!(mojo_mel_frames_pop(frames, came.min(1)), MOJO_AUDIO_SUCCESS);
            assert!(mojo_mel_frames_get_frame(frames, 0).is_null());
        }
        assert!(number > 5);
        mojo_mel_frames_free(frames);
        mojo_mel_stream_free(stream);
    }
}
