//! Whisper's mel spectrogram of a 16-bit mono WAV file, through the C library. (Rust programs
//! should use the crate mojo-audio-core, the same engine.)
//!
//!     cargo run -- ../data/speech.wav

use std::error::Error;
use std::ffi::{CStr, c_char};
use std::path::Path;
use std::ptr;

#[repr(C)]
struct MojoMelConfig {
    sample_rate: i32,
    n_fft: i32,
    hop_length: i32,
    n_mels: i32,
}

#[repr(C)]
struct MojoMelSpectrogram {
    _private: [u8; 0],
}

#[link(name = "mojo_audio")]
unsafe extern "C" {
    safe fn mojo_mel_config_default() -> MojoMelConfig;
    fn mojo_mel_spectrogram_compute(
        samples: *const f32,
        num_samples: usize,
        config: *const MojoMelConfig,
        out_result: *mut *mut MojoMelSpectrogram,
    ) -> i32;
    fn mojo_mel_spectrogram_get_shape(
        mel: *const MojoMelSpectrogram,
        out_n_mels: *mut usize,
        out_n_frames: *mut usize,
    );
    fn mojo_mel_spectrogram_get_data_ptr(mel: *const MojoMelSpectrogram) -> *const f32;
    fn mojo_mel_spectrogram_free(mel: *mut MojoMelSpectrogram);
    safe fn mojo_audio_last_error() -> *const c_char;
}

/// A result that frees itself.
struct Mel(*mut MojoMelSpectrogram);

impl Mel {
    fn compute(samples: &[f32], config: &MojoMelConfig) -> Result<Self, String> {
        let mut mel = ptr::null_mut();
        // SAFETY: the slice, the configuration and the pointer for the result are valid.
        let status =
            unsafe { mojo_mel_spectrogram_compute(samples.as_ptr(), samples.len(), config, &mut mel) };
        if status != 0 {
            // SAFETY: the text is never null, and read before this thread's next call.
            let text = unsafe { CStr::from_ptr(mojo_audio_last_error()) };
            return Err(text.to_string_lossy().into_owned());
        }
        Ok(Self(mel))
    }

    fn shape(&self) -> (usize, usize) {
        let (mut n_mels, mut n_frames) = (0, 0);
        // SAFETY: the handle and the pointers are valid.
        unsafe { mojo_mel_spectrogram_get_shape(self.0, &mut n_mels, &mut n_frames) };
        (n_mels, n_frames)
    }

    /// The values, (n_mels, n_frames) row-major, without a copy.
    fn values(&self) -> &[f32] {
        let (n_mels, n_frames) = self.shape();
        // SAFETY: the pointer is to that number of values, which stay valid until the handle is freed.
        unsafe {
            std::slice::from_raw_parts(mojo_mel_spectrogram_get_data_ptr(self.0), n_mels * n_frames)
        }
    }
}

impl Drop for Mel {
    fn drop(&mut self) {
        // SAFETY: the handle is not used again.
        unsafe { mojo_mel_spectrogram_free(self.0) };
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: mel FILE.wav")?;
    let samples = read_wav(&path)?;

    let mel = Mel::compute(&samples, &mojo_mel_config_default())?;
    let (n_mels, n_frames) = mel.shape();
    let mean =
        mel.values().iter().map(|value| f64::from(*value)).sum::<f64>() / (n_mels * n_frames) as f64;
    let max = mel.values().iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let name = Path::new(&path).file_name().unwrap_or_default().display().to_string();
    println!("{name}: {n_mels} x {n_frames} mel frames, mean {mean:.4}, max {max:.4}");
    Ok(())
}

/// The samples of a 16-bit mono WAV file at 16 kHz, from -1 to 1.
fn read_wav(path: &str) -> Result<Vec<f32>, Box<dyn Error>> {
    let wav = hound::WavReader::open(path)?;
    let spec = wav.spec();
    if (spec.channels, spec.sample_rate, spec.bits_per_sample, spec.sample_format)
        != (1, 16_000, 16, hound::SampleFormat::Int)
    {
        return Err(format!("{path} is not 16-bit mono PCM at 16000 Hz").into());
    }
    let samples = wav.into_samples::<i16>().map(|sample| sample.map(|value| f32::from(value) / 32_768.0));
    Ok(samples.collect::<Result<_, _>>()?)
}
