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
extern "C" {
    fn mojo_mel_config_default() -> MojoMelConfig;

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

    fn mojo_audio_last_error() -> *const i8;
}

fn main() {
    unsafe {
        // Create audio
        let audio: Vec<f32> = vec![0.0; 480000];

        // Get config
        let config = mojo_mel_config_default();

        // Compute mel
        let mut mel: *mut MojoMelSpectrogram = std::ptr::null_mut();
        let status = mojo_mel_spectrogram_compute(
            audio.as_ptr(),
            audio.len(),
            &config,
            &mut mel,
        );

        if status != 0 {
            let err = CStr::from_ptr(mojo_audio_last_error());
            eprintln!("Error: {:?}", err);
            return;
        }

        // Get shape
        let mut n_mels: usize = 0;
        let mut n_frames: usize = 0;
        mojo_mel_spectrogram_get_shape(mel, &mut n_mels, &mut n_frames);
        println!("Shape: ({}, {})", n_mels, n_frames);

        // Get data
        let size = n_mels * n_frames;
        let mut data = vec![0.0f32; size];
        mojo_mel_spectrogram_get_data(mel, data.as_mut_ptr(), size);

        // Cleanup
        mojo_mel_spectrogram_free(mel);
    }
}
