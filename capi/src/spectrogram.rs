//! The result as a handle, and the one-shot call.

use crate::border::{self, guard};
use crate::config::{self, MojoMelConfig};
use crate::plans;
use crate::status::MojoAudioStatus;
use mojo_audio_core::{Error, MelSpectrogram};

/// A mel spectrogram: float32 values of n_mels rows and n_frames frames. It never changes.
///
/// Ownership: the caller's; free it with mojo_mel_spectrogram_free().
///
/// Threads: any number may read it at once.
pub struct MojoMelSpectrogram(MelSpectrogram);

/// Computes the mel spectrogram of num_samples samples (mono, full scale 1) for Whisper's models:
/// (n_mels, n_frames), row-major.
///
/// The plans of recent configurations are kept, so that calls in a loop are as fast as with a
/// MojoMelExtractor.
///
/// On success *out_result is a new spectrogram, on failure NULL.
///
/// Errors: MOJO_AUDIO_ERROR_INVALID_INPUT for NULL, an option that is not allowed, no samples, a sample
/// that is not a finite number; MOJO_AUDIO_ERROR_ALLOCATION; MOJO_AUDIO_ERROR_PROCESSING.
///
/// Ownership: the samples stay the caller's and are not kept; the spectrogram is the caller's, who frees it
/// with mojo_mel_spectrogram_free().
///
/// Threads: any.
///
/// # Safety
/// The pointers are NULL or valid: audio_samples for num_samples reads, out_result for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_spectrogram_compute(
    audio_samples: *const f32,
    num_samples: usize,
    config: *const MojoMelConfig,
    out_result: *mut *mut MojoMelSpectrogram,
) -> MojoAudioStatus {
    guard(|| {
        // SAFETY: the caller's promise above.
        let (place, samples, config) = unsafe {
            (
                border::handle_place("out_result", out_result)?,
                border::slice("audio_samples", audio_samples, num_samples)?,
                config::given(config)?,
            )
        };
        let mel = plans::with_extractor(config, |extractor| extractor.compute(samples))?;
        Ok(hand_over(mel, place)?)
    })
}

/// The number of rows and of frames; 0 and 0 if mel is NULL. The other pointers may be NULL.
///
/// Threads: any.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_spectrogram_get_shape(
    mel: *const MojoMelSpectrogram,
    out_n_mels: *mut usize,
    out_n_frames: *mut usize,
) {
    // SAFETY: the caller's promise above.
    unsafe {
        let shape = mel.as_ref().map(|mel| (mel.0.n_mels(), mel.0.n_frames()));
        let (n_mels, n_frames) = shape.unwrap_or((0, 0));
        border::give(out_n_mels, n_mels);
        border::give(out_n_frames, n_frames);
    }
}

/// The number of values, n_mels * n_frames; 0 for NULL.
///
/// Threads: any.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_spectrogram_get_size(mel: *const MojoMelSpectrogram) -> usize {
    // SAFETY: the caller's promise above.
    unsafe { mel.as_ref() }.map_or(0, |mel| mel.0.data().len())
}

/// Copies the values to out_buffer, which has room for buffer_size values: (n_mels, n_frames), row-major,
/// or (n_frames, n_mels) if the option layout says so.
///
/// Errors: MOJO_AUDIO_ERROR_BUFFER_SIZE if buffer_size is less than mojo_mel_spectrogram_get_size()
/// (then nothing is written); MOJO_AUDIO_ERROR_INVALID_INPUT for NULL.
///
/// Threads: any.
///
/// # Safety
/// The pointers are NULL or valid, out_buffer for buffer_size writes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_spectrogram_get_data(
    mel: *const MojoMelSpectrogram,
    out_buffer: *mut f32,
    buffer_size: usize,
) -> MojoAudioStatus {
    guard(|| {
        // SAFETY: the caller's promise above.
        let mel = unsafe { border::reference("mel", mel, "a MojoMelSpectrogram")? };
        let data = mel.0.data();
        // SAFETY: as above.
        unsafe { border::output::<f32>(out_buffer, buffer_size, data.len(), &[])? }
            .copy_from_slice(data);
        Ok(())
    })
}

/// The values themselves, in the order of mojo_mel_spectrogram_get_data(); NULL for NULL.
///
/// Ownership: the spectrogram's; don't write to them or free them. Invalid after
/// mojo_mel_spectrogram_free().
///
/// Threads: any.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_spectrogram_get_data_ptr(
    mel: *const MojoMelSpectrogram,
) -> *const f32 {
    // SAFETY: the caller's promise above.
    unsafe { mel.as_ref() }.map_or(std::ptr::null(), |mel| mel.0.data().as_ptr())
}

/// Frees a spectrogram. Does nothing with NULL.
///
/// Threads: any, but the spectrogram must not be in use.
///
/// # Safety
/// The pointer is NULL or a spectrogram that is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_spectrogram_free(mel: *mut MojoMelSpectrogram) {
    // SAFETY: the caller's promise above.
    unsafe { border::free_handle(mel) };
}

/// Turns a result into a handle for the caller.
pub(crate) fn hand_over(mel: MelSpectrogram, place: &mut *mut MojoMelSpectrogram) -> Result<(), Error> {
    *place = border::new_handle(MojoMelSpectrogram(mel))?;
    Ok(())
}
