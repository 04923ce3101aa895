//! Sixty-four threads on one extractor, each of which calls whatever there is: the bits of one thread.
#![cfg(not(target_family = "wasm"))]

mod support;

use mojo_audio_core::{Error, MelExtractor, MelSpectrogram};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use support::{Random, assert_same_bits, extractor, frames, signals};

const THREADS: usize = 64;

/// How many seconds it goes on after the first round of each thread: `cargo xtask harden concurrency` asks
/// for a minute.
const SECONDS: &str = "MOJO_AUDIO_SECONDS";

/// A signal, and what one thread makes of it.
struct Clip {
    samples: Vec<f32>,
    integers: Vec<i16>,
    mel: MelSpectrogram,
    of_integers: MelSpectrogram,
    /// Of the extractor that streams.
    frames: Vec<Vec<f32>>,
}

struct Shared {
    extractor: MelExtractor,
    streaming: MelExtractor,
    clips: Vec<Clip>,
    /// So long that several threads share it.
    #[cfg(feature = "std")]
    long: Clip,
}

impl Shared {
    fn new() -> Self {
        let extractor = extractor("whisper", &[]);
        let streaming = support::extractor("whisper", &[("reference", "none")]);
        let clip = |kind, seed, n| {
            let samples = signals::make(kind, seed, 16_000, n);
            let integers = signals::to_int16(&samples);
            Clip {
                mel: extractor.compute(&samples).unwrap(),
                of_integers: extractor.compute(&integers).unwrap(),
                frames: frames(&streaming.compute(&samples).unwrap()),
                samples,
                integers,
            }
        };
        let kinds = ["speech", "white", "chirp", "clipped", "quiet"];
        let clips = (0..24).map(|i| clip(kinds[i % 5], i as u64, 1 + 397 * i)).collect();
        Self {
            clips,
            #[cfg(feature = "std")]
            long: clip("speech", 99, 12 * 16_000),
            extractor,
            streaming,
        }
    }

    /// Every kind of call, each with a clip at random; gives how many results were compared.
    fn round(&self, random: &mut Random) -> u64 {
        let mut any = || &self.clips[random.below(self.clips.len())];
        let mut compared = 0;
        let mut same = |data: &[f32], mel: &MelSpectrogram, what: &str| {
            assert_same_bits(data, mel.data(), what);
            compared += 1;
        };

        let clip = any();
        same(self.extractor.compute(&clip.samples).unwrap().data(), &clip.mel, "compute");
        let clip = any();
        same(self.extractor.compute(&clip.integers).unwrap().data(), &clip.of_integers, "int16");

        let clip = any();
        let mut out = vec![f32::NAN; clip.mel.data().len()];
        self.extractor.compute_into(&clip.samples, &mut out).unwrap();
        same(&out, &clip.mel, "compute_into");

        let mut broken = any().samples.clone();
        broken[0] = f32::INFINITY;
        let refused = self.extractor.compute(&broken);
        assert!(matches!(refused, Err(Error::Sample { index: 0, .. })), "{refused:?}");

        #[cfg(feature = "std")]
        {
            let clips = [any(), any(), any()];
            let batch = self.extractor.compute_batch(&clips.map(|clip| &clip.samples[..]), 2);
            for (mel, clip) in batch.into_iter().zip(clips) {
                same(mel.unwrap().data(), &clip.mel, "batch");
            }
            let mel = self.extractor.compute_parallel(&self.long.samples, 3).unwrap();
            same(mel.data(), &self.long.mel, "parallel");
        }

        let clip = any();
        let mut stream = self.streaming.stream().unwrap();
        let mut streamed = Vec::new();
        let mut rest = &clip.samples[..];
        while !rest.is_empty() {
            let (chunk, later) = rest.split_at((1 + random.below(2_000)).min(rest.len()));
            streamed.extend(frames(&stream.push(chunk).unwrap()));
            rest = later;
        }
        streamed.extend(frames(&stream.finish().unwrap()));
        support::assert_same_frames(&streamed, &clip.frames, "stream");
        compared + 1
    }
}

#[test]
fn sixty_four_threads_have_the_bits_of_one() {
    let seconds = std::env::var(SECONDS).map_or(0, |text| text.parse().unwrap());
    let shared = Shared::new();
    let (barrier, compared) = (Barrier::new(THREADS), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (shared, barrier, compared) = (&shared, &barrier, &compared);
            scope.spawn(move || {
                let mut random = Random(1_000 * thread as u64);
                barrier.wait();
                let end = Instant::now() + Duration::from_secs(seconds);
                loop {
                    compared.fetch_add(shared.round(&mut random), Ordering::Relaxed);
                    if Instant::now() >= end {
                        return;
                    }
                }
            });
        }
    });
    println!("concurrency: {THREADS} threads: {} results", compared.into_inner());
}
