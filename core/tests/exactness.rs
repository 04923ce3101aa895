//! The same samples have the same bits as result: alone or in a batch, on any thread, in either layout,
//! as floats or as integers, anywhere in a clip.

mod support;

use mojo_audio_core::{Error, InstructionSet, MelConfig, MelExtractor, Overrides, PRESETS};
use support::{assert_same_bits, assert_same_frames, config, extractor, frames, signals};

fn clips() -> Vec<Vec<f32>> {
    let lengths = [1, 16_000, 160, 4_801, 399, 12_000, 2, 7_777, 400, 3_200, 100];
    let kinds = ["speech", "white", "chirp", "clipped", "quiet"];
    let clip = |(i, &n): (usize, &usize)| signals::make(kinds[i % 5], i as u64, 16_000, n);
    lengths.iter().enumerate().map(clip).collect()
}

#[test]
#[cfg(feature = "std")]
fn a_batch_gives_what_each_alone_gives() {
    let clips = clips();
    for preset in PRESETS {
        let extractor = extractor(preset, &[]);
        let alone: Vec<_> = clips.iter().map(|clip| extractor.compute(clip)).collect();
        for threads in [1, 2, 7] {
            let batch = extractor.compute_batch(&clips, threads);
            assert_eq!(batch.len(), clips.len());
            for (i, (together, alone)) in batch.iter().zip(&alone).enumerate() {
                let (together, alone) = (together.as_ref().unwrap(), alone.as_ref().unwrap());
                assert_eq!(together.n_frames(), alone.n_frames());
                let what = format!("{preset}, clip {i}, {threads} threads");
                assert_same_bits(together.data(), alone.data(), &what);
            }
        }
    }
}

#[test]
#[cfg(feature = "std")]
fn a_bad_clip_leaves_the_others_alone() {
    let mut clips = clips();
    clips[2] = Vec::new();
    clips[5][77] = f32::NAN;
    let extractor = extractor("whisper", &[]);
    for threads in [0, 1, 3, 100] {
        let results = extractor.compute_batch(&clips, threads);
        for (i, result) in results.iter().enumerate() {
            match (i, result) {
                (2, result) => assert_eq!(result, &Err(Error::EmptyInput)),
                (5, result) => {
                    assert!(matches!(result, Err(Error::Sample { index: 77, .. })), "{result:?}");
                }
                (_, result) => assert_eq!(result, &extractor.compute(&clips[i])),
            }
        }
    }
    assert!(extractor.compute_batch::<f32, Vec<f32>>(&[], 4).is_empty());
}

#[test]
fn layouts_are_each_others_transpose() {
    for preset in PRESETS {
        for n in [1, 700, 5_000, 16_000] {
            let samples = signals::make("speech", 2, 16_000, n);
            let mel_major = extractor(preset, &[]).compute(&samples).unwrap();
            let frame_major =
                extractor(preset, &[("layout", "frame_major")]).compute(&samples).unwrap();
            let (rows, n_frames) = (mel_major.n_mels(), mel_major.n_frames());
            assert_eq!((frame_major.n_mels(), frame_major.n_frames()), (rows, n_frames));
            let transposed: Vec<f32> = (0..n_frames)
                .flat_map(|t| (0..rows).map(move |row| (row, t)))
                .map(|(row, t)| mel_major.data()[row * n_frames + t])
                .collect();
            assert_same_bits(frame_major.data(), &transposed, &format!("{preset}, {n} samples"));
            assert_same_frames(&frames(&frame_major), &frames(&mel_major), preset);
        }
    }
}

#[test]
fn integers_count_as_their_value_over_32768() {
    let mut integers = signals::to_int16(&signals::make("clipped", 2, 16_000, 5_000));
    integers[100] = i16::MIN;
    integers[101] = i16::MAX;
    let floats: Vec<f32> = integers.iter().map(|&x| f32::from(x) / 32768.0).collect();
    for preset in PRESETS {
        let extractor = extractor(preset, &[]);
        let from_integers = extractor.compute(&integers).unwrap();
        let from_floats = extractor.compute(&floats).unwrap();
        assert_same_bits(from_integers.data(), from_floats.data(), preset);
    }
}

#[test]
fn memory_of_the_callers_gets_the_same() {
    for preset in PRESETS {
        for options in [&[][..], &[("layout", "frame_major")]] {
            let extractor = extractor(preset, options);
            for n in [1, 1_000, 9_999] {
                let samples = signals::make("speech", 1, 16_000, n);
                let mel = extractor.compute(&samples).unwrap();
                let length = mel.data().len();
                // What was there before has no influence, and nothing after the result is touched.
                let mut out = vec![f32::NAN; length + 5];
                assert_eq!(extractor.compute_into(&samples, &mut out), Ok(mel.n_frames()));
                assert_same_bits(&out[..length], mel.data(), preset);
                assert!(out[length..].iter().all(|value| value.is_nan()));
                if length > 0 {
                    let expected =
                        Error::BufferSize { what: "out", expected: length, actual: length - 1 };
                    let error = extractor.compute_into(&samples, &mut out[..length - 1]);
                    assert_eq!(error, Err(expected));
                }
            }
        }
    }
}

#[cfg(not(target_family = "wasm"))]
#[test]
fn threads_share_one_extractor() {
    for preset in ["whisper", "kaldi-fbank", "parakeet", "clap"] {
        let extractor = extractor(preset, &[]);
        let clips = clips();
        let expected: Vec<_> = clips.iter().map(|clip| extractor.compute(clip).unwrap()).collect();
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (extractor, clips, expected) = (&extractor, &clips, &expected);
                scope.spawn(move || {
                    for round in 0..5 {
                        let i = (thread * 3 + round) % clips.len();
                        let mel = extractor.compute(&clips[i]).unwrap();
                        assert_same_bits(mel.data(), expected[i].data(), preset);
                    }
                });
            }
        });
    }
}

#[cfg(not(target_family = "wasm"))]
#[test]
fn more_threads_than_kept_memory() {
    // All at once, so that more computations are under way than the extractor keeps memory for.
    let extractor = extractor("whisper", &[]);
    let samples = signals::make("speech", 1, 16_000, 48_000);
    let expected = extractor.compute(&samples).unwrap();
    let barrier = std::sync::Barrier::new(40);
    std::thread::scope(|scope| {
        for _ in 0..40 {
            scope.spawn(|| {
                barrier.wait();
                assert_same_bits(
                    extractor.compute(&samples).unwrap().data(),
                    expected.data(),
                    "shared",
                );
            });
        }
    });
}

#[test]
fn the_place_of_a_frame_does_not_matter() {
    // With silence before it the signal stands k hops later, in other lanes and blocks.
    for (preset, options) in [
        ("whisper", &[("reference", "none"), ("center", "false"), ("drop_last_frame", "false")][..]),
        ("kaldi-fbank", &[("use_energy", "true")]),
        ("librosa", &[("center", "false")]),
        ("hifigan", &[("center", "false")]),
        ("whisper", &[("reference", "none"), ("center", "false"), ("n_fft", "509")]),
        ("whisper", &[("reference", "none"), ("center", "false"), ("precision", "double")]),
    ] {
        let config = config(preset, options);
        let hop = config.hop_length as usize;
        let samples = signals::make("speech", 4, 16_000, 12_000);
        for set in InstructionSet::available() {
            let overrides = Overrides { instruction_set: Some(set), ..Overrides::default() };
            let extractor = MelExtractor::with_overrides(&config, overrides).unwrap();
            let expected = frames(&extractor.compute(&samples).unwrap());
            for shift in [1, 2, 5, 8, 15, 16, 17, 31] {
                let mut later = vec![0.0; shift * hop];
                later.extend(&samples);
                let moved = frames(&extractor.compute(&later).unwrap());
                let what = format!("{preset} {options:?} on {set:?}, {shift} hops later");
                assert_same_frames(&moved[shift..], &expected, &what);
            }
        }
    }
}

/// The reference is raised on the way, and frames that were computed before its final value are raised at
/// the end: that gives what a single pass over the unlimited values gives.
#[test]
fn the_place_of_the_highest_value_does_not_matter() {
    // So long that it is computed in several ranges, and by two threads.
    const N: usize = 16_000 * 11;
    let loud = signals::make("speech", 5, 16_000, 8_000);
    let mut rising = signals::make("white", 6, 16_000, N);
    for (i, sample) in rising.iter_mut().enumerate() {
        *sample *= i as f32 / N as f32;
    }
    let mut inputs = vec![("rising".to_string(), rising)];
    // Silence, in which everything is as low as can be, and noise that is seldom so low.
    for (at, amplitude) in [(0, 1e-4), (N / 2, 0.0), (N - 8_000, 0.0), (N - 8_000, 1e-4)] {
        let mut samples = signals::make("white", 7, 16_000, N);
        samples.iter_mut().for_each(|sample| *sample *= amplitude);
        samples[at..at + 8_000].copy_from_slice(&loud);
        inputs.push((format!("noise of {amplitude}, loud at {at}"), samples));
    }
    for (what, samples) in &inputs {
        for (db, layout) in [(20.0f32, "mel_major"), (80.0, "frame_major"), (300.0, "mel_major")] {
            let top_db = db.to_string();
            let options = [("layout", layout), ("top_db", &top_db), ("reference", "none")];
            let unlimited = extractor("whisper", &options).compute(samples).unwrap();
            let highest = unlimited.data().iter().copied().fold(f32::NEG_INFINITY, f32::max);
            // A decade is 10 dB, and a quarter in Whisper's units.
            let lowest = highest - db / 40.0;
            let limited: Vec<_> = unlimited.data().iter().map(|value| value.max(lowest)).collect();
            let extractor = extractor("whisper", &options[..2]);
            let what = format!("{what}, {db} dB, {layout}");
            assert_same_bits(extractor.compute(samples).unwrap().data(), &limited, &what);
            #[cfg(feature = "std")]
            assert_same_bits(
                extractor.compute_parallel(samples, 2).unwrap().data(),
                &limited,
                &format!("{what}, two threads"),
            );
        }
    }
}

#[test]
fn the_end_of_a_clip_does_not_matter_to_frames_before_it() {
    let extractor = extractor("kaldi-fbank", &[]);
    let samples = signals::make("white", 4, 16_000, 16_000);
    let all = frames(&extractor.compute(&samples).unwrap());
    for n in [400, 560, 1_000, 2_959, 2_960, 5_000, 15_999] {
        let part = frames(&extractor.compute(&samples[..n]).unwrap());
        assert_same_frames(&part, &all[..part.len()], &format!("{n} samples"));
    }
}

#[test]
fn two_extractors_of_one_configuration_agree() {
    let samples = signals::make("speech", 4, 16_000, 8_000);
    for preset in PRESETS {
        let config = MelConfig::preset(preset).unwrap();
        let first = MelExtractor::new(&config).unwrap();
        assert_eq!(first.config(), &config);
        let again = MelExtractor::new(&config).unwrap().compute(&samples).unwrap();
        assert_same_bits(first.compute(&samples).unwrap().data(), again.data(), preset);
    }
}

/// The tests are worth nothing where the vectors are not there. WebAssembly is compiled for them or not:
/// `-Ctarget-feature=+simd128`.
#[test]
fn the_machines_vectors_are_used() {
    let fastest = InstructionSet::available().next();
    let all: Vec<_> = InstructionSet::available().collect();
    match std::env::consts::ARCH {
        "x86_64" => assert!(all.contains(&InstructionSet::Sse2), "{all:?}"),
        "aarch64" => assert_eq!(fastest, Some(InstructionSet::Neon)),
        "wasm32" => assert_eq!(fastest, Some(InstructionSet::Simd128)),
        _ => assert_eq!(fastest, Some(InstructionSet::Scalar)),
    }
}

#[test]
fn an_input_too_short_for_a_frame_gives_none() {
    for preset in PRESETS {
        for layout in ["mel_major", "frame_major"] {
            for normalize in ["none", "mean", "deviation", "variance"] {
                let options = [
                    ("layout", layout),
                    ("normalize", normalize),
                    ("center", "false"),
                    ("snip_edges", "true"),
                    ("n_frames", "none"),
                    ("pad_to", "none"),
                ];
                let Ok(extractor) = MelExtractor::new(&config(preset, &options)) else { continue };
                let mel = extractor.compute(&[0.5f32; 9]).unwrap();
                assert_eq!((mel.n_frames(), mel.data().len()), (0, 0), "{preset} {options:?}");
            }
        }
    }
}
