//! Calls of core, as in a user's program: with a preset, or "stream".

use mojo_audio_bench::{Arguments, Result, Rows, serve};
use mojo_audio_core::config::Reference;
use mojo_audio_core::{MelConfig, MelExtractor, MelSpectrogram};

fn main() -> Result {
    let arguments = Arguments::read()?;
    let rows = |mel: MelSpectrogram| Rows {
        rows: mel.n_mels(),
        frames: mel.n_frames(),
        data: mel.data().to_vec(),
    };
    let version = env!("CARGO_PKG_VERSION");
    if arguments.name == "stream" {
        let config = MelConfig { reference: Reference::None, ..MelConfig::whisper() };
        let mut stream = MelExtractor::new(&config)?.stream()?;
        let push = |samples: &[f32]| stream.push(samples).expect("finite samples");
        return serve(&arguments, version, push, rows);
    }
    let extractor = MelExtractor::new(&MelConfig::preset(&arguments.name)?)?;
    let compute = |samples: &[f32]| match arguments.threads {
        1 => extractor.compute(samples),
        threads => extractor.compute_parallel(samples, threads),
    };
    let compute = |samples: &[f32]| compute(samples).expect("finite samples");
    serve(&arguments, version, compute, rows)
}
