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
    let file = std::fs::read(path)?;
    if file.get(..4) != Some(b"RIFF") || file.get(8..12) != Some(b"WAVE") {
        return Err(format!("{path} is not a WAV file").into());
    }
    let mut is_readable = false;
    // Programs write other chunks, too: ffmpeg puts one named LIST in front of the data.
    let mut rest = &file[12..];
    while let Some((&[a, b, c, d, s0, s1, s2, s3], chunks)) = rest.split_first_chunk() {
        let (name, size) = ([a, b, c, d], u32::from_le_bytes([s0, s1, s2, s3]) as usize);
        let Some(chunk) = chunks.get(..size) else {
            return Err(format!("{path} ends before its {} chunk does", name.escape_ascii()).into());
        };
        match &name {
            b"fmt " => {
                // PCM, one channel, 16,000 Hz; then bytes per second and per sample; 16 bits.
                let rate = 16_000u32.to_le_bytes();
                is_readable = chunk.get(..4) == Some(&[1, 0, 1, 0])
                    && chunk.get(4..8) == Some(&rate)
                    && chunk.get(14..16) == Some(&[16, 0]);
            }
            b"data" if is_readable => {
                let (pairs, _) = chunk.as_chunks();
                let sample = |pair: &[u8; 2]| f32::from(i16::from_le_bytes(*pair)) / 32_768.0;
                return Ok(pairs.iter().map(sample).collect());
            }
            b"data" => return Err(format!("{path} is not 16-bit mono PCM at 16000 Hz").into()),
            _ => {}
        }
        // A chunk of odd length is followed by a pad byte.
        rest = chunks.get(size + size % 2..).unwrap_or_default();
    }
    Err(format!("{path} has no data chunk").into())
}
