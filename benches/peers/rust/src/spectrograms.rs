//! spectrograms: a planned mel spectrogram in float32, followed by Whisper's logarithm and levels.

use crate::{HOP_LENGTH, N_FFT, N_MELS, level, version};
use mojo_audio_bench::{Arguments, Result, Rows};
use non_empty_slice::NonEmptySlice;
use spectrograms::{
    MelNorm, MelParams, Power, SpectrogramParams, SpectrogramPlanner, StftParams, WindowType, nzu,
};

pub fn serve(arguments: &Arguments) -> Result {
    let stft = StftParams::new(nzu!(400), nzu!(160), WindowType::Hanning, true)?;
    assert_eq!((stft.n_fft().get(), stft.hop_size().get()), (N_FFT, HOP_LENGTH));
    let params = SpectrogramParams::new(stft, 16_000.0)?;
    let mel = MelParams::with_norm(nzu!(80), 0.0, 8000.0, MelNorm::Slaney)?;
    let mut plan = SpectrogramPlanner::new().mel_plan::<Power, f32>(&params, &mel, None)?;
    let compute = |samples: &[f32]| {
        let samples = NonEmptySlice::new(samples).expect("samples");
        let spectrogram = plan.compute(samples).expect("a clip that is long enough");
        let mut data = spectrogram.data().as_slice().expect("rows that stand together").to_vec();
        for value in &mut data {
            *value = value.max(1e-10).log10();
        }
        level(&mut data);
        data
    };
    let rows = |data: Vec<f32>| Rows { rows: N_MELS, frames: data.len() / N_MELS, data };
    mojo_audio_bench::serve(arguments, version("spectrograms"), compute, rows)
}
