//! How long resampling 30 seconds takes, on each instruction set.
//!
//! ```text
//! cargo bench -p mojo-audio-core --bench resample
//! ```

#[path = "support/audio.rs"]
mod audio;

use audio::audio;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mojo_audio_core::{InstructionSet, Resampler};
use std::hint::black_box;
use std::time::Duration;

/// 30 seconds to 16 kHz, whole.
fn whole(c: &mut Criterion) {
    for rate in [48_000, 44_100, 22_050, 47_999, 96_000, 8_000] {
        let samples: Vec<f32> = audio(180).into_iter().take(30 * rate as usize).collect();
        let mut group = c.benchmark_group(format!("resample/{rate}"));
        group.throughput(Throughput::Elements(samples.len() as u64));
        let slow = [InstructionSet::Scalar, InstructionSet::ScalarFused];
        for set in InstructionSet::available().filter(|set| !slow.contains(set)) {
            let resampler = Resampler::with_instruction_set(rate, 16_000, Some(set))
                .expect("rates that are allowed");
            let mut out = vec![0.0; resampler.output_length(samples.len())];
            group.bench_function(format!("{set:?}"), |b| {
                b.iter(|| resampler.resample_into(black_box(&samples), &mut out));
            });
        }
    }
}

/// The same from 48 kHz, in the pushes of a browser's audio thread.
fn pushed(c: &mut Criterion) {
    let samples = audio(90);
    let mut resampler = Resampler::new(48_000, 16_000).expect("rates that are allowed");
    let mut out = Vec::with_capacity(480_000);
    c.bench_function("resample/48000/pushes of 128", |b| {
        b.iter(|| {
            out.clear();
            resampler.reset();
            for chunk in black_box(&samples).chunks(128) {
                resampler.push(chunk, &mut out).expect("finite samples");
            }
            resampler.finish(&mut out).expect("not finished");
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500));
    targets = whole, pushed
}
criterion_main!(benches);
