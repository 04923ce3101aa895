//! The four sizes of the one-shot call, and the configuration they describe.

use crate::border::{self, Failure, guard};
use crate::status::MojoAudioStatus;
use mojo_audio_core::{Error, MelConfig};

/// The sizes of a log-mel spectrogram. Every other option is Whisper's; MojoMelOptions has them all. The
/// layout of this structure never changes.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MojoMelConfig {
    /// Sample rate of the audio in hertz (default: 16000).
    pub sample_rate: i32,
    /// Length of the Fourier transform and of its window in samples (default: 400).
    pub n_fft: i32,
    /// Samples between the starts of neighbouring frames (default: 160).
    pub hop_length: i32,
    /// Number of mel bands (default: 80).
    pub n_mels: i32,
}

impl MojoMelConfig {
    /// Whisper's recipe with these sizes, checked.
    pub(crate) fn recipe(&self) -> Result<MelConfig, Error> {
        // None of these options allows 0, so core rejects negative numbers too, and says what is allowed.
        let size = |value: i32| u32::try_from(value).unwrap_or(0);
        let recipe = MelConfig {
            sample_rate: size(self.sample_rate),
            n_fft: size(self.n_fft),
            hop_length: size(self.hop_length),
            n_mels: size(self.n_mels),
            ..MelConfig::whisper()
        };
        match recipe.check() {
            Ok(()) => Ok(recipe),
            Err(Error::Config { field, value, expected }) => {
                let given = match &*field {
                    "sample_rate" => self.sample_rate.to_string(),
                    "n_fft" => self.n_fft.to_string(),
                    "hop_length" => self.hop_length.to_string(),
                    "n_mels" => self.n_mels.to_string(),
                    _ => value,
                };
                Err(Error::Config { field, value: given, expected })
            }
            Err(error) => Err(error),
        }
    }
}

/// Whisper's configuration: 16000 Hz, n_fft 400, hop_length 160, n_mels 80.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mojo_mel_config_default() -> MojoMelConfig {
    let whisper = MelConfig::whisper();
    MojoMelConfig {
        sample_rate: whisper.sample_rate as i32,
        n_fft: whisper.n_fft as i32,
        hop_length: whisper.hop_length as i32,
        n_mels: whisper.n_mels as i32,
    }
}

/// Checks a configuration.
///
/// Returns MOJO_AUDIO_SUCCESS, or MOJO_AUDIO_ERROR_INVALID_INPUT for NULL or a wrong field. The text of
/// mojo_audio_last_error() names the first wrong field and its allowed values.
///
/// Threads: any.
///
/// # Safety
/// The pointer is NULL or valid for reads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_config_validate(config: *const MojoMelConfig) -> MojoAudioStatus {
    guard(|| {
        // SAFETY: the caller's promise above.
        unsafe { given(config) }?.recipe()?;
        Ok(())
    })
}

/// The configuration that a pointer points to.
///
/// # Safety
/// The pointer is NULL or valid for reads while the reference lives.
pub(crate) unsafe fn given<'a>(config: *const MojoMelConfig) -> Result<&'a MojoMelConfig, Failure> {
    // SAFETY: the caller's promise.
    unsafe { border::reference("config", config, "a MojoMelConfig") }
}
