//! Times each stage of a block alone, on the results of the stages before it.
//!
//! ```text
//! cargo bench -p mojo-audio-core --features stages --bench stages
//! ```

#[path = "support/audio.rs"]
mod audio;

use audio::audio;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mojo_audio_core::stages::{Stage, StageBench};
use mojo_audio_core::{InstructionSet, MelConfig, Overrides};

/// Whisper's stages on each instruction set; an element is a frame.
fn stages(c: &mut Criterion) {
    let samples = audio(1);
    let slow = [InstructionSet::Scalar, InstructionSet::ScalarFused];
    for set in InstructionSet::available().filter(|set| !slow.contains(set)) {
        let overrides = Overrides { instruction_set: Some(set), ..Overrides::default() };
        let mut bench = StageBench::new(&MelConfig::whisper(), &overrides, &samples)
            .expect("a configuration with these stages");
        let mut group = c.benchmark_group(format!("stage/{set:?}"));
        group.throughput(Throughput::Elements(bench.n_frames() as u64));
        for stage in Stage::ALL {
            // Each begins where those before it leave off, and not where another was repeated.
            for before in Stage::ALL.into_iter().take_while(|before| *before != stage) {
                bench.run(before);
            }
            group.bench_function(format!("{stage:?}"), |b| b.iter(|| bench.run(stage)));
        }
    }
}

criterion_group!(benches, stages);
criterion_main!(benches);
