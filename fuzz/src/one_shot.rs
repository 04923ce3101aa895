//! C's one-shot call with four numbers: the bits of core's extractor, or a refusal where core refuses.

use crate::input;
use arbitrary::{Result, Unstructured};
use mojo_audio::MojoAudioStatus::{MOJO_AUDIO_ERROR_INVALID_INPUT, MOJO_AUDIO_SUCCESS};
use mojo_audio::{MojoMelConfig, mojo_audio_last_error, mojo_mel_config_validate};
use mojo_audio::{
    mojo_mel_spectrogram_compute, mojo_mel_spectrogram_free, mojo_mel_spectrogram_get_data,
};
use mojo_audio::{mojo_mel_spectrogram_get_shape, mojo_mel_spectrogram_get_size};
use mojo_audio_core::{MelConfig, Spelling};
use std::ffi::CStr;
use std::ptr;

/// Runs the target on any bytes.
pub fn run(data: &[u8]) {
    // Bytes that end early are no fault.
    let _ = compute(&mut Unstructured::new(data));
}

fn compute(u: &mut Unstructured<'_>) -> Result<()> {
    let mut size = |usual: i32, most: i32| -> Result<i32> {
        Ok(match u.int_in_range(0..=3)? {
            0 => usual,
            1 => *u.choose(&[0, -1, 1, 2, i32::MIN, i32::MAX, most, most.saturating_add(1)])?,
            _ => u.int_in_range(1..=most.min(1000))?,
        })
    };
    let config = MojoMelConfig {
        sample_rate: size(16_000, i32::MAX)?,
        n_fft: size(400, 65_536)?,
        hop_length: size(160, i32::MAX)?,
        n_mels: size(80, 4096)?,
    };
    let positive = |value: i32| u32::try_from(value).unwrap_or(0);
    let recipe = MelConfig {
        sample_rate: positive(config.sample_rate),
        n_fft: positive(config.n_fft),
        hop_length: positive(config.hop_length),
        n_mels: positive(config.n_mels),
        ..MelConfig::whisper()
    };
    let samples = input::signal(u)?;
    if u64::from(recipe.n_fft) * u64::from(recipe.n_mels) > 1 << 20 {
        return Ok(());
    }
    let extractor = input::extractor(&recipe);
    if extractor.as_ref().is_some_and(|extractor| !input::is_quick(extractor, samples.len())) {
        return Ok(());
    }
    let mut mel = ptr::dangling_mut();
    // SAFETY: the configuration lives, the samples are as many as is said, there is a place for the
    // result, and the text of an error is read before the next call.
    let (valid, status, text) = unsafe {
        let valid = mojo_mel_config_validate(&config);
        let status = mojo_mel_spectrogram_compute(samples.as_ptr(), samples.len(), &config, &mut mel);
        (valid, status, CStr::from_ptr(mojo_audio_last_error()).to_str().expect("UTF-8"))
    };
    assert_eq!(valid == MOJO_AUDIO_SUCCESS, recipe.check().is_ok());
    match extractor.map(|extractor| extractor.compute(&samples)) {
        Some(Ok(expected)) => {
            assert_eq!(status, MOJO_AUDIO_SUCCESS, "{text}");
            let (mut n_mels, mut n_frames) = (0, 0);
            // SAFETY: the result is valid until it is freed here, and the buffer has its size.
            let values = unsafe {
                mojo_mel_spectrogram_get_shape(mel, &mut n_mels, &mut n_frames);
                let mut values = vec![0.0; mojo_mel_spectrogram_get_size(mel)];
                let copied = mojo_mel_spectrogram_get_data(mel, values.as_mut_ptr(), values.len());
                assert_eq!(copied, MOJO_AUDIO_SUCCESS);
                mojo_mel_spectrogram_free(mel);
                values
            };
            assert_eq!((n_mels, n_frames), (expected.n_mels(), expected.n_frames()));
            input::check_same(&values, expected.data(), "one-shot", &recipe);
        }
        Some(Err(error)) => {
            assert_eq!((status, mel), (MOJO_AUDIO_ERROR_INVALID_INPUT, ptr::null_mut()));
            assert_eq!(text, error.spelled(Spelling::C).to_string());
        }
        None => {
            assert_eq!((status, mel), (MOJO_AUDIO_ERROR_INVALID_INPUT, ptr::null_mut()));
            assert!(!text.is_empty());
        }
    }
    Ok(())
}
