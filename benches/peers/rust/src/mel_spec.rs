//! mel_spec: its form for Whisper, which levels each frame separately; its batch form, for NeMo; its Kaldi
//! features.

use crate::{HOP_LENGTH, N_FFT, N_MELS, level, reflected, version};
use mel_spec::fbank::{Fbank, FbankConfig};
use mel_spec::prelude::{BatchLogMelConfig, BatchLogMelOutput, BatchLogMelSpectrogram, Spectrogram};
use mojo_audio_bench::{Arguments, Result, Rows};

pub fn serve(arguments: &Arguments) -> Result {
    let compute = |samples: &[f32]| {
        let padded = reflected(samples);
        Spectrogram::compute_mel_spectrogram_cpu(&padded, N_FFT, HOP_LENGTH, N_MELS, 16_000.0)
    };
    let rows = |frames: Vec<Vec<f32>>| Rows::from_frames(N_MELS, &frames.concat());
    mojo_audio_bench::serve(arguments, version("mel_spec"), compute, rows)
}

pub fn serve_batch(arguments: &Arguments) -> Result {
    let config =
        BatchLogMelConfig { n_fft: N_FFT, log_zero_guard: 1e-10, ..BatchLogMelConfig::default() };
    let extractor = BatchLogMelSpectrogram::new(config)?;
    let mut scratch = extractor.scratch();
    let compute = |samples: &[f32]| {
        let mut mel = extractor.compute_flat_with_scratch(samples, &mut scratch).expect("samples");
        for value in &mut mel.data {
            *value *= std::f32::consts::LOG10_E;
        }
        level(&mut mel.data);
        mel
    };
    let rows = |mel: BatchLogMelOutput| Rows { rows: mel.rows, frames: mel.cols, data: mel.data };
    mojo_audio_bench::serve(arguments, version("mel_spec"), compute, rows)
}

pub fn serve_kaldi(arguments: &Arguments) -> Result {
    let extractor = Fbank::new(FbankConfig { apply_cmn: false, ..FbankConfig::default() });
    // Kaldi's samples are 16-bit integers.
    let compute = |samples: &[f32]| {
        let scaled: Vec<_> = samples.iter().map(|sample| sample * 32_768.0).collect();
        extractor.compute(&scaled)
    };
    mojo_audio_bench::serve(arguments, version("mel_spec"), compute, |frames| {
        Rows::from_frames(N_MELS, frames.as_slice().expect("frames that stand together"))
    })
}
