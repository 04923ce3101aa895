//! The guide's pattern for Whisper, unchanged, in a program: the test puts it in the place of the line
//! `WHISPER_PATTERN;`. What the pattern leaves to the reader is here: loading audio, the safe wrapper over
//! the C calls, and a tensor.

use std::ffi::CStr;

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
    fn mojo_mel_spectrogram_compute(
        audio: *const f32,
        num_samples: usize,
        config: *const MojoMelConfig,
        out_result: *mut *mut MojoMelSpectrogram,
    ) -> i32;
    fn mojo_mel_spectrogram_get_shape(
        mel: *const MojoMelSpectrogram,
        out_n_mels: *mut usize,
        out_n_frames: *mut usize,
    );
    fn mojo_mel_spectrogram_get_data(
        mel: *const MojoMelSpectrogram,
        buffer: *mut f32,
        buffer_size: usize,
    ) -> i32;
    fn mojo_mel_spectrogram_free(mel: *mut MojoMelSpectrogram);
    fn mojo_audio_last_error() -> *const std::ffi::c_char;
}

struct Mel(*mut MojoMelSpectrogram);

impl Mel {
    fn shape(&self) -> (usize, usize) {
        let mut shape = (0, 0);
        // SAFETY: the handle and the places are valid.
        unsafe { mojo_mel_spectrogram_get_shape(self.0, &mut shape.0, &mut shape.1) };
        shape
    }

    fn to_vec(&self) -> Result<Vec<f32>, String> {
        let (n_mels, n_frames) = self.shape();
        let mut values = vec![0.0; n_mels * n_frames];
        // SAFETY: there is room for all values.
        check(unsafe { mojo_mel_spectrogram_get_data(self.0, values.as_mut_ptr(), values.len()) })?;
        Ok(values)
    }
}

impl Drop for Mel {
    fn drop(&mut self) {
        // SAFETY: the handle is freed once.
        unsafe { mojo_mel_spectrogram_free(self.0) };
    }
}

fn check(status: i32) -> Result<(), String> {
    if status == 0 {
        return Ok(());
    }
    // SAFETY: the text is never null and read before the next call.
    Err(unsafe { CStr::from_ptr(mojo_audio_last_error()) }.to_string_lossy().into_owned())
}

fn compute_mel_spectrogram(samples: &[f32], config: &MojoMelConfig) -> Result<Mel, String> {
    let mut mel = std::ptr::null_mut();
    // SAFETY: the samples and the configuration are valid, and so is the place.
    check(unsafe { mojo_mel_spectrogram_compute(samples.as_ptr(), samples.len(), config, &mut mel) })?;
    Ok(Mel(mel))
}

fn load_audio() -> Vec<f32> {
    vec![0.0; 480_000]
}

struct Tensor {
    values: Vec<f32>,
    shape: (usize, usize),
}

impl Tensor {
    fn from_vec(values: Vec<f32>, shape: (usize, usize), _: &()) -> Result<Self, String> {
        if values.len() != shape.0 * shape.1 {
            return Err(format!("{} values for a shape of {shape:?}", values.len()));
        }
        Ok(Self { values, shape })
    }
}

fn whisper() -> Result<Tensor, String> {
    let device = ();
    WHISPER_PATTERN;
    Ok(tensor)
}

fn main() -> Result<(), String> {
    let tensor = whisper()?;
    assert_eq!(tensor.shape, (80, 3000));
    // Silence: (log10(1e-10) + 4) / 4.
    assert!(tensor.values.iter().all(|value| (value + 1.5).abs() < 1e-6));
    println!("patterns: {:?}", tensor.shape);
    Ok(())
}
