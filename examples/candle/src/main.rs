//! Feeds Whisper's features to Candle's Whisper: cargo run --manifest-path examples/candle/Cargo.toml -- speech.wav
//!
//! The encoder has random weights, because this project doesn't include trained ones. Input and output have the
//! real model's shapes.

use candle_core::{DType, Device, Tensor};
use candle_nn::{VarBuilder, VarMap};
use candle_transformers::models::whisper::{Config, model::Whisper};
use mojo_audio_core::{MelConfig, MelExtractor};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: mel-candle speech.wav (16 kHz, mono, 16 bits)")?;
    let wav = hound::WavReader::open(&path)?;
    let spec = wav.spec();
    if (spec.channels, spec.sample_rate, spec.bits_per_sample) != (1, 16_000, 16) {
        return Err(format!("{path} is not 16-bit mono PCM at 16000 Hz").into());
    }
    let samples: Vec<i16> = wav.into_samples().collect::<Result<_, _>>()?;

    // The model takes 30 seconds: (80, 3000), mel-major, like the result.
    let config = MelConfig { pad_to: Some(480_000), ..MelConfig::whisper() };
    let mel = MelExtractor::new(&config)?.compute(&samples)?;
    let (n_mels, n_frames) = (mel.n_mels(), mel.n_frames());
    let features = Tensor::from_vec(mel.into_data(), (1, n_mels, n_frames), &Device::Cpu)?;

    let weights = VarMap::new();
    let random = VarBuilder::from_varmap(&weights, DType::F32, &Device::Cpu);
    let mut whisper = Whisper::load(&random, tiny(n_mels))?;
    let encoded = whisper.encoder.forward(&features, true)?;
    let energy = encoded.sqr()?.mean_all()?.to_scalar::<f32>()?;
    if !energy.is_finite() {
        return Err(format!("the encoder gave {energy}").into());
    }
    println!("features {:?}, encoded {:?}", features.dims(), encoded.dims());
    Ok(())
}

/// The sizes of Whisper tiny, with one layer and a small vocabulary.
fn tiny(num_mel_bins: usize) -> Config {
    Config {
        num_mel_bins,
        max_source_positions: 1500,
        d_model: 384,
        encoder_attention_heads: 6,
        encoder_layers: 1,
        vocab_size: 100,
        max_target_positions: 448,
        decoder_attention_heads: 6,
        decoder_layers: 1,
        suppress_tokens: Vec::new(),
    }
}
