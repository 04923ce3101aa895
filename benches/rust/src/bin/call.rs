//! Calls of core, as a Rust program makes them.

use mojo_audio_bench::{Arguments, Result, Rows, serve};
use mojo_audio_core::{MelConfig, MelExtractor, MelSpectrogram};

fn main() -> Result {
    let arguments = Arguments::read()?;
    let extractor = MelExtractor::new(&MelConfig::preset(&arguments.name)?)?;
    let compute = |samples: &[f32]| match arguments.threads {
        1 => extractor.compute(samples),
        threads => extractor.compute_parallel(samples, threads),
    };
    let rows = |mel: MelSpectrogram| Rows {
        rows: mel.n_mels(),
        frames: mel.n_frames(),
        data: mel.data().to_vec(),
    };
    let compute = |samples: &[f32]| compute(samples).expect("finite samples");
    serve(&arguments, env!("CARGO_PKG_VERSION"), compute, rows)
}
