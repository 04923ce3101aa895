//! How long the pipeline takes, against the same recipe over realfft in the same run.
//!
//! ```text
//! cargo bench -p mojo-audio-core                 # all
//! cargo bench -p mojo-audio-core -- whisper/80   # those whose name contains this
//! ```

#[path = "support/audio.rs"]
mod audio;
#[path = "support/baseline.rs"]
mod baseline;

use audio::audio;
use baseline::Baseline;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mojo_audio_core::config::{Layout, Precision, Reference};
use mojo_audio_core::{InstructionSet, MelConfig, MelExtractor, Overrides};
use std::hint::black_box;

fn extractor(config: &MelConfig) -> MelExtractor {
    MelExtractor::new(config).expect("a configuration that is allowed")
}

/// Computes `samples` again and again, to the same memory.
fn whole(c: &mut Criterion, group: &str, name: &str, extractor: &MelExtractor, samples: &[f32]) {
    let mut out = vec![0.0; extractor.n_mels() * extractor.frame_count(samples.len())];
    let mut group = c.benchmark_group(group);
    group.throughput(Throughput::Elements(samples.len() as u64));
    group.bench_function(name, |b| b.iter(|| extractor.compute_into(black_box(samples), &mut out)));
}

fn baseline(c: &mut Criterion, group: &str, n_fft: usize, n_mels: usize, samples: &[f32]) {
    let mut baseline = Baseline::whisper(n_fft, n_mels);
    let mut out = vec![0.0; n_mels * samples.len() / 160];
    let config = MelConfig { n_fft: n_fft as u32, n_mels: n_mels as u32, ..MelConfig::whisper() };
    baseline.compute(samples, &mut out);
    let ours = extractor(&config).compute(samples).expect("finite samples");
    let off = ours.data().iter().zip(&out).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(off < 1e-4, "the baseline is {off} off: it does something else");
    let mut group = c.benchmark_group(group);
    group.throughput(Throughput::Elements(samples.len() as u64));
    group.bench_function("realfft", |b| b.iter(|| baseline.compute(black_box(samples), &mut out)));
}

/// 30 seconds of Whisper's recipe on each instruction set, against the baseline.
fn sizes(c: &mut Criterion) {
    let samples = audio(30);
    for (n_fft, n_mels) in [(400, 80), (400, 128), (480, 80), (512, 80), (1024, 80), (2048, 80)] {
        let group = format!("30s/{n_fft}/{n_mels}");
        baseline(c, &group, n_fft, n_mels, &samples);
        let config = MelConfig { n_fft: n_fft as u32, n_mels: n_mels as u32, ..MelConfig::whisper() };
        let slow = [InstructionSet::Scalar, InstructionSet::ScalarFused];
        for set in InstructionSet::available().filter(|set| !slow.contains(set)) {
            let overrides = Overrides { instruction_set: Some(set), ..Overrides::default() };
            let extractor = MelExtractor::with_overrides(&config, overrides).expect("an available one");
            whole(c, &group, &format!("{set:?}"), &extractor, &samples);
        }
    }
}

/// What other forms of 30 seconds cost.
fn forms(c: &mut Criterion) {
    let samples = audio(30);
    let whisper = MelConfig::whisper();
    let double = MelConfig { precision: Precision::Double, ..whisper.clone() };
    let frame_major = MelConfig { layout: Layout::FrameMajor, ..whisper.clone() };
    let n_512 = MelConfig { n_fft: 512, ..whisper.clone() };
    let recipes = [
        ("whisper", whisper.clone()),
        ("whisper-double", double),
        ("whisper-frame-major", frame_major),
        ("whisper-512", n_512),
        ("kaldi-fbank", MelConfig::kaldi_fbank()),
        ("parakeet", MelConfig::parakeet()),
        ("mfcc", MelConfig { n_mfcc: Some(13), ..MelConfig::kaldi_fbank() }),
    ];
    for (name, config) in recipes {
        whole(c, "form", name, &extractor(&config), &samples);
    }
    let extractor = extractor(&whisper);
    let int16: Vec<i16> = samples.iter().map(|x| (x * 32_767.0) as i16).collect();
    let mut out = vec![0.0; 80 * 3000];
    c.bench_function("form/whisper-int16", |b| {
        b.iter(|| extractor.compute_into(black_box(&int16), &mut out));
    });
}

/// Near-silence, denormals, where the highest value is, and the length of the input are to change nothing.
fn contents(c: &mut Criterion) {
    let extractor = extractor(&MelConfig::whisper());
    let samples = audio(30);
    for (name, factor) in [("speech-like", 1.0), ("near-silence", 1e-9), ("denormal", 1e-38)] {
        let scaled: Vec<f32> = samples.iter().map(|x| x * factor).collect();
        whole(c, "content", name, &extractor, &scaled);
    }
    // All that is low has to be raised at the end.
    let mut late = samples.clone();
    late[..samples.len() / 2].fill(0.0);
    late[samples.len() * 9 / 10..].iter_mut().for_each(|x| *x *= 2.0);
    whole(c, "content", "loudest-last", &extractor, &late);
    for seconds in [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600] {
        whole(c, "length", &format!("{seconds}s"), &extractor, &audio(seconds));
    }
}

/// Plans, single calls and live signals.
fn latency(c: &mut Criterion) {
    let whisper = MelConfig::whisper();
    let second = audio(1);
    c.bench_function("latency/plan", |b| b.iter(|| extractor(black_box(&whisper))));
    c.bench_function("latency/1s-one-shot", |b| {
        b.iter(|| extractor(&whisper).compute(black_box(&second)));
    });
    let planned = extractor(&whisper);
    let mut out = vec![0.0; 80 * 100];
    c.bench_function("latency/1s", |b| {
        b.iter(|| planned.compute_into(black_box(&second), &mut out));
    });
    let live = MelConfig { reference: Reference::Fixed, reference_value: 1.5, ..whisper };
    let mut stream = extractor(&live).stream().expect("a fixed reference");
    let mut chunks = second.chunks_exact(160).cycle();
    c.bench_function("latency/push-160", |b| {
        b.iter(|| stream.push_into(black_box(chunks.next().unwrap_or(&[])), &mut out));
    });
}

/// What turns times into cycles: 1,000 steps of three shifts and three additions without carry, each of
/// which waits a cycle for the one before it.
fn clock(c: &mut Criterion) {
    let steps = |start: u64| {
        (0..1000).fold(start, |mut x, _| {
            x ^= x << 13;
            x ^= x >> 7;
            x ^ x << 17
        })
    };
    c.bench_function("clock/6000-cycles", |b| b.iter(|| steps(black_box(0x9e37_79b9))));
}

/// Several threads.
fn threads(c: &mut Criterion) {
    let extractor = extractor(&MelConfig::whisper());
    let long = audio(600);
    let clips: Vec<Vec<f32>> = (0..64).map(|_| audio(5)).collect();
    let mut group = c.benchmark_group("threads");
    // One thread and two in turn, as a machine that others use changes its mind.
    for n in [1, 2] {
        group.bench_with_input(BenchmarkId::new("600s", n), &n, |b, &n| {
            b.iter(|| extractor.compute_parallel(black_box(&long), n));
        });
    }
    for n in [1, 2] {
        group.bench_with_input(BenchmarkId::new("64x5s", n), &n, |b, &n| {
            b.iter(|| extractor.compute_batch(black_box(&clips), n));
        });
    }
}

criterion_group!(benches, clock, sizes, forms, contents, latency, threads);
criterion_main!(benches);
