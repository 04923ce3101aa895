//! The Rust crates to compare mojo-audio with. Plans and filterbanks are made beforehand, and the steps of
//! Whisper's features that a crate lacks are added to its call.

mod candle;
mod mel_spec;
mod spectrograms;
mod whisper_cpp;

use mojo_audio_bench::{Arguments, Result};

const N_FFT: usize = 400;
const HOP_LENGTH: usize = 160;
const N_MELS: usize = 80;

fn main() -> Result {
    let arguments = Arguments::read()?;
    match arguments.name.as_str() {
        "candle" => candle::serve(&arguments),
        "mel_spec" => mel_spec::serve(&arguments),
        "mel_spec-batch" => mel_spec::serve_batch(&arguments),
        "mel_spec-kaldi" => mel_spec::serve_kaldi(&arguments),
        "spectrograms" => spectrograms::serve(&arguments),
        "whisper.cpp" => whisper_cpp::serve(&arguments),
        name => Err(format!("no such library: {name}").into()),
    }
}

/// Version of a dependency in the lock file.
fn version(package: &str) -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let after = lock.split_once(&format!("\nname = \"{package}\"\nversion = \"")).map(|(_, rest)| rest);
    after.and_then(|rest| rest.split('"').next()).unwrap_or("?")
}

/// The samples with their mirror image at both ends, as Whisper needs; some crates pad only with zeros.
fn reflected(samples: &[f32]) -> Vec<f32> {
    let pad = N_FFT / 2;
    let mut padded = Vec::with_capacity(samples.len() + 2 * pad);
    padded.extend(samples[1..=pad].iter().rev());
    padded.extend_from_slice(samples);
    padded.extend(samples[samples.len() - pad - 1..samples.len() - 1].iter().rev());
    padded
}

/// Whisper's last steps on logarithms.
fn level(values: &mut [f32]) {
    let lowest = values.iter().copied().fold(f32::MIN, f32::max) - 8.0;
    for value in values {
        *value = (value.max(lowest) + 4.0) * 0.25;
    }
}

/// Slaney's filters, (bands, bins), for the libraries that read them from a model's file.
fn filters() -> Vec<f32> {
    let filters = ::mel_spec::mel::mel(16_000.0, N_FFT, N_MELS, None, None, false, true);
    filters.iter().map(|&weight| weight as f32).collect()
}
