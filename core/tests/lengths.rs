//! The options `max_length`, `pad_start` and `pad_to_multiple_of`: the bits of samples that were truncated or padded
//! before. And how many frames are not padding.

mod support;

use mojo_audio_core::{Error, MelExtractor};
use support::streams::{Chunks, streamed};
use support::{assert_same_frames, config, extractor, frames, signals};

type Options = &'static [(&'static str, &'static str)];

const CHUNKS: Chunks = Chunks::Random(700);

fn noise(n: usize) -> Vec<f32> {
    signals::make("speech", 3, 16_000, n)
}

/// Compares the result with that of other samples without these options.
#[track_caller]
fn same(preset: &str, plain: &[(&str, &str)], own: Options, samples: &[f32], changed: &[f32]) {
    let what = format!("{preset} {plain:?} {own:?}, {} samples", samples.len());
    let with = extractor(preset, &[plain, own].concat());
    let expected = extractor(preset, plain).compute(changed).unwrap();
    let mel = with.compute(samples).unwrap();
    assert_eq!(with.frame_count(samples.len()), mel.n_frames(), "{what}");
    assert_same_frames(&frames(&mel), &frames(&expected), &what);
    #[cfg(feature = "std")]
    {
        let threads = with.compute_parallel(samples, 2).unwrap();
        assert_same_frames(&frames(&threads), &frames(&expected), &what);
    }
    if with.stream().is_ok() {
        assert_same_frames(&streamed(&with, samples, CHUNKS, &what), &frames(&expected), &what);
    }
}

/// Samples, frames, and how many of them are real.
type Counts = &'static [(usize, usize, usize)];

/// The counts of transformers' attention masks, by the lines of each class that make them.
#[test]
fn valid_frames_are_those_of_the_masks() {
    let cases: &[(&str, Options, Counts)] = &[
        // Every hop-th value of the mask of the samples: ceil(n / hop).
        (
            "whisper",
            &[("pad_to", "480000"), ("max_length", "480000")],
            &[(0, 0, 0), (1, 3000, 1), (160, 3000, 1), (161, 3000, 2), (16_000, 3000, 100)],
        ),
        (
            "whisper",
            &[("pad_to", "480000"), ("max_length", "480000")],
            &[
                (479_840, 3000, 2999),
                (479_841, 3000, 3000),
                (480_000, 3000, 3000),
                (600_000, 3000, 3000),
            ],
        ),
        ("whisper", &[], &[(159, 0, 0), (160, 1, 1), (16_159, 100, 100)]),
        // floor(n / hop).
        ("parakeet", &[], &[(159, 1, 0), (160, 2, 1), (16_000, 101, 100), (16_159, 101, 100)]),
        ("parakeet", &[("pad_to", "32000")], &[(16_000, 201, 100), (40_000, 251, 250)]),
        ("parakeet", &[("normalize", "none")], &[(16_000, 101, 100)]),
        // All frames.
        ("kaldi-fbank", &[], &[(399, 0, 0), (400, 1, 1), (16_000, 98, 98)]),
        ("speecht5", &[], &[(16_000, 63, 63), (16_128, 64, 64)]),
        // The second frame of each pair.
        (
            "kaldi-fbank",
            &[("stack", "2"), ("stack_fill", "1")],
            &[(400, 1, 0), (560, 1, 1), (720, 2, 1), (16_000, 49, 49)],
        ),
        // Each stack of low frame rate.
        (
            "kaldi-fbank",
            &[("stack", "7"), ("stack_stride", "6"), ("stack_edge", "repeat")],
            &[(400, 1, 1), (16_000, 17, 17)],
        ),
        // Zeros that every signal gets: Xcodec2.
        (
            "kaldi-fbank",
            &[("pad_start", "160"), ("pad_end", "161"), ("pad_to_multiple_of", "320"), ("stack", "2")],
            &[(16_000, 51, 51), (15_999, 50, 50)],
        ),
        ("ast", &[], &[(16_000, 1024, 98), (480_000, 1024, 1024)]),
        ("clap", &[], &[(48_000, 1001, 1001)]),
        ("clap", &[("pad_to_mode", "zeros")], &[(48_000, 1001, 100)]),
        ("whisper", &[("pad_to", "480000"), ("input_rate", "48000")], &[(48_000, 3000, 100)]),
    ];
    for (preset, options, counts) in cases {
        let extractor = extractor(preset, options);
        for &(n, n_frames, n_valid) in *counts {
            let what = format!("{preset} {options:?}, {n} samples");
            assert_eq!(
                (extractor.frame_count(n), extractor.valid_frames(n)),
                (n_frames, n_valid),
                "{what}"
            );
        }
    }
}

/// What is not real is the same whatever the signal is.
#[test]
fn frames_that_are_not_valid_are_constant() {
    let cases: &[(&str, Options)] = &[
        ("parakeet", &[]),
        ("whisper", &[("pad_to", "20000"), ("reference", "none"), ("top_db", "none")]),
        ("ast", &[("n_frames", "120")]),
    ];
    for (preset, options) in cases {
        let extractor = extractor(preset, options);
        for n in [5_000, 8_000, 9_999] {
            let mel = frames(&extractor.compute(&noise(n)).unwrap());
            let n_valid = extractor.valid_frames(n);
            // A centred frame reaches half its length beyond its middle.
            let reach = if *preset == "whisper" { 2 } else { 0 };
            let (real, padding) = mel.split_at(n_valid);
            assert!(
                !padding.is_empty()
                    && padding[reach.min(padding.len())..].windows(2).all(|w| w[0] == w[1])
            );
            assert_ne!(real[n_valid - 1], mel[mel.len() - 1], "{preset}, {n} samples");
        }
    }
}

#[test]
fn longer_signals_are_truncated() {
    let ways: &[(&str, Options)] = &[
        ("whisper", &[]),
        ("whisper", &[("pad_to", "6000"), ("normalize_input", "true")]),
        ("whisper", &[("reference", "none"), ("pad_end", "900")]),
        ("kaldi-fbank", &[("snip_edges", "false")]),
        ("kaldi-fbank", &[("dither", "1"), ("hop_length", "700")]),
        ("parakeet", &[]),
        ("parakeet", &[("normalize", "none"), ("mask_tail", "false")]),
        ("clap", &[("pad_to", "13000")]),
    ];
    for (preset, plain) in ways {
        for n in [1, 3_000, 4_999, 5_000, 5_001, 9_000] {
            let samples = noise(n);
            same(preset, plain, &[("max_length", "5000")], &samples, &samples[..n.min(5_000)]);
        }
    }
}

/// Samples after truncation are checked, too.
#[test]
fn samples_that_are_cut_off_are_checked() {
    let mut samples = noise(6_000);
    samples[5_500] = f32::NAN;
    let extractor = extractor("kaldi-fbank", &[("max_length", "5000")]);
    for error in [
        extractor.compute(&samples).unwrap_err(),
        extractor.stream().unwrap().push(&samples).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Sample { index: 5_500, .. }), "{error:?}");
    }
}

/// The limit counts samples at the rate that the features are computed at.
#[test]
fn truncation_follows_resampling() {
    for (rate, at_once) in [("48000", 3), ("8000", 1)] {
        let options = [("input_rate", rate), ("reference", "none"), ("drop_last_frame", "false")];
        let truncated = extractor("whisper", &[&options[..], &[("max_length", "3200")]].concat());
        let samples = noise(4_000 * at_once);
        let mel = truncated.compute(&samples).unwrap();
        assert_eq!(mel.n_frames(), 21);
        assert_same_frames(&streamed(&truncated, &samples, CHUNKS, rate), &frames(&mel), rate);
        // All but the last frames, which reach over the end, are those of the whole signal.
        let whole = extractor("whisper", &options).compute(&samples).unwrap();
        assert_same_frames(&frames(&mel)[..18], &frames(&whole)[..18], rate);
    }
}

#[test]
fn zeros_precede_the_signal() {
    let ways: &[(&str, Options)] = &[
        ("kaldi-fbank", &[]),
        ("kaldi-fbank", &[("hop_length", "700")]),
        ("kaldi-fbank", &[("snip_edges", "false"), ("pad_mode", "constant")]),
        ("whisper", &[("center", "false")]),
        ("whisper", &[("pad_mode", "constant"), ("pad_to", "7000")]),
        ("whisper", &[("pad_mode", "constant"), ("reference", "none"), ("preemphasis", "0.9")]),
    ];
    for (preset, plain) in ways {
        for n in [1, 159, 3_000] {
            let samples = noise(n);
            let longer = [vec![0.0; 1_000], samples.clone()].concat();
            same(preset, plain, &[("pad_start", "1000")], &samples, &longer);
        }
    }
    // Zeros are neither measured nor counted among the whole hops.
    let samples = noise(3_000);
    let plain = extractor("parakeet", &[("pad_start", "320")]);
    assert_eq!(plain.compute(&samples).unwrap().n_frames(), 3_320 / 160 + 1);
}

#[test]
fn the_end_is_padded_to_a_multiple() {
    let ways: &[(&str, Options)] = &[
        ("kaldi-fbank", &[]),
        ("whisper", &[("pad_end", "100")]),
        ("whisper", &[("reference", "none")]),
        ("whisper", &[("pad_to", "3500")]),
        ("kaldi-fbank", &[("pad_start", "37")]),
    ];
    for (preset, plain) in ways {
        for n in [1, 320, 3_000, 3_199, 3_200, 3_201, 3_700] {
            let samples = noise(n);
            let number = |name: &str| {
                plain.iter().find(|(option, _)| *option == name).map_or(0, |(_, n)| n.parse().unwrap())
            };
            let before: usize = number("pad_start");
            let length = (before + n + number("pad_end")).max(number("pad_to"));
            let mut longer = samples.clone();
            longer.resize(length.next_multiple_of(320) - before, 0.0);
            let others: Vec<_> = plain.iter().copied().filter(|(o, _)| *o == "pad_start").collect();
            let what = format!("{preset} {plain:?}, {n} samples");
            let own = [*plain, &[("pad_to_multiple_of", "320")]].concat();
            let with = extractor(preset, &own);
            let expected = extractor(preset, &others).compute(&longer).unwrap();
            if with.stream().is_ok() {
                let expected = extractor(preset, &[&others[..], &[("reference", "none")]].concat());
                let expected = expected.compute(&longer).unwrap();
                assert_same_frames(
                    &streamed(&with, &samples, CHUNKS, &what),
                    &frames(&expected),
                    &what,
                );
            } else {
                assert_same_frames(
                    &frames(&with.compute(&samples).unwrap()),
                    &frames(&expected),
                    &what,
                );
            }
        }
    }
}

#[test]
fn what_cannot_hold_is_refused() {
    for (preset, options, field) in [
        ("whisper", [("max_length", "0"), ("n_mels", "80")], "max_length"),
        ("whisper", [("pad_start", "1"), ("center", "true")], "pad_start"),
        ("kaldi-fbank", [("pad_start", "1"), ("snip_edges", "false")], "pad_start"),
        ("whisper", [("pad_start", "281474976710657"), ("center", "false")], "pad_start"),
        ("clap", [("pad_start", "1"), ("n_mels", "64")], "pad_start"),
        ("clap", [("pad_to_multiple_of", "2"), ("n_mels", "64")], "pad_to_multiple_of"),
        ("whisper", [("pad_to_multiple_of", "0"), ("n_mels", "80")], "pad_to_multiple_of"),
    ] {
        let error = MelExtractor::new(&config(preset, &options)).unwrap_err();
        assert!(error.to_string().starts_with(field), "{options:?}: {error}");
    }
}

/// Kaldi's `high_freq`.
#[test]
fn an_upper_edge_below_0_counts_from_half_the_rate() {
    let samples = noise(5_000);
    let of = |f_max| extractor("kaldi-fbank", &[("f_max", f_max)]).compute(&samples).unwrap();
    assert_eq!(of("-400"), of("7600"));
    assert_eq!(of("0"), of("none"));
    for (f_max, text) in
        [("-8000", "f_max must be more than -8000"), ("-7990", "f_min must be less than")]
    {
        let error = MelExtractor::new(&config("kaldi-fbank", &[("f_max", f_max)])).unwrap_err();
        assert!(error.to_string().starts_with(text), "{error}");
    }
}
