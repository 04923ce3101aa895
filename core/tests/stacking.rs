//! The options `stack`, `stack_stride`, `stack_edge` and `stack_fill`: the frames of the plain result side by side,
//! bit for bit, however the input is given.

mod support;

use mojo_audio_core::{Error, InstructionSet, MelConfig, MelExtractor, Overrides};
use support::streams::{Chunks, streamed};
use support::{assert_same_frames, config, extractor, frames, signals};

/// How frames are put side by side: `stack`, `stack_stride`, `stack_edge`.
type Way = (usize, usize, &'static str);

const WAYS: &[Way] = &[
    (2, 2, "fill"),
    (2, 2, "drop"),
    (3, 3, "fill"),
    (3, 3, "drop"),
    (2, 2, "repeat"),
    (5, 5, "repeat"),
    // FunASR's models, and its voice activity detector.
    (7, 6, "repeat"),
    (5, 1, "repeat"),
    (7, 6, "fill"),
    (7, 6, "drop"),
    (4, 1, "drop"),
    (2, 5, "fill"),
    (3, 4, "repeat"),
    (1, 3, "drop"),
    (1, 2, "repeat"),
    (40, 40, "fill"),
];

const FILL: f32 = 1.5;

/// The definition, frame by frame.
fn stacked(plain: &[Vec<f32>], n_rows: usize, (size, stride, edge): Way) -> Vec<Vec<f32>> {
    let n = plain.len();
    let mut result = Vec::new();
    for first in (0..n).step_by(stride) {
        if edge == "drop" && first + size > n {
            continue;
        }
        let mut frame = Vec::new();
        for at in first..first + size {
            match edge {
                "repeat" => frame.extend(&plain[at.saturating_sub((size - 1) / 2).min(n - 1)]),
                _ if at < n => frame.extend(&plain[at]),
                _ => frame.extend(vec![FILL; n_rows]),
            }
        }
        result.push(frame);
    }
    result
}

fn with(preset: &str, options: &[(&str, &str)], (size, stride, edge): Way) -> MelConfig {
    let (size, stride, fill) = (size.to_string(), stride.to_string(), FILL.to_string());
    let own =
        [("stack", &*size), ("stack_stride", &*stride), ("stack_edge", edge), ("stack_fill", &*fill)];
    config(preset, &[options, &own].concat())
}

fn noise(n: usize) -> Vec<f32> {
    signals::make("speech", 5, 16_000, n)
}

/// Plain frames with everything that is measured over them: levels, means.
const PLAIN: &[(&str, &[(&str, &str)])] = &[
    ("whisper", &[]),
    ("kaldi-fbank", &[]),
    ("whisper", &[("subtract_reference", "true"), ("pad_to", "9000")]),
    ("kaldi-fbank", &[("n_mfcc", "13"), ("use_energy", "true"), ("window", "hamming")]),
    ("librosa", &[("n_mels", "7"), ("hop_length", "100"), ("n_fft", "254")]),
    ("whisper", &[("input_rate", "44100"), ("drop_last_frame", "false")]),
];

#[test]
fn frames_are_those_of_the_plain_result() {
    for (preset, options) in PLAIN {
        for layout in ["mel_major", "frame_major"] {
            let options = [*options, &[("layout", layout)]].concat();
            let plain = extractor(preset, &options);
            for n in [1, 401, 2_000, 5_003] {
                let samples = noise(n);
                let plain_frames = frames(&plain.compute(&samples).unwrap());
                for way in WAYS {
                    let both = MelExtractor::new(&with(preset, &options, *way)).unwrap();
                    assert_eq!(both.n_mels(), way.0 * plain.n_mels());
                    let what = format!("{preset} {options:?} {way:?}, {n} samples");
                    let expected = stacked(&plain_frames, plain.n_mels(), *way);
                    assert_eq!(both.frame_count(n), expected.len(), "{what}");
                    let mel = both.compute(&samples).unwrap();
                    assert_same_frames(&frames(&mel), &expected, &what);
                }
            }
        }
    }
}

/// Rows are normalized over the plain frames, and what is filled stays as it is.
#[test]
fn normalized_rows_are_put_side_by_side() {
    for (preset, normalize) in
        [("parakeet", "deviation"), ("kaldi-fbank", "variance"), ("kaldi-fbank", "mean")]
    {
        for layout in ["mel_major", "frame_major"] {
            let options = [("normalize", normalize), ("layout", layout)];
            let plain = extractor(preset, &options);
            for size in [2, 3, 4] {
                let way = (size, size, "fill");
                let both = MelExtractor::new(&with(preset, &options, way)).unwrap();
                for n in [401, 5_003, 50_000] {
                    let samples = noise(n);
                    let expected =
                        stacked(&frames(&plain.compute(&samples).unwrap()), plain.n_mels(), way);
                    let what = format!("{preset} {options:?}, {size} of {n} samples");
                    assert_same_frames(&frames(&both.compute(&samples).unwrap()), &expected, &what);
                }
            }
        }
    }
}

#[test]
fn threads_batches_and_instruction_sets_have_the_same_bits() {
    // So long that threads share it; the loudest frame is near the end, so that levels are applied again.
    let mut long = noise(200_000);
    long[190_000..].iter_mut().for_each(|x| *x *= 30.0);
    for (preset, options) in &PLAIN[..3] {
        let plain = extractor(preset, options);
        let plain_frames = frames(&plain.compute(&long).unwrap());
        for way in [(2, 2, "drop"), (3, 3, "fill"), (7, 6, "repeat")] {
            let both = MelExtractor::new(&with(preset, options, way)).unwrap();
            let what = format!("{preset} {options:?} {way:?}");
            let expected = stacked(&plain_frames, plain.n_mels(), way);
            let alone = both.compute(&long).unwrap();
            assert_same_frames(&frames(&alone), &expected, &what);
            #[cfg(feature = "std")]
            {
                let threads = both.compute_parallel(&long, 3).unwrap();
                assert_same_frames(&frames(&threads), &expected, &what);
            }
        }
    }
    for way in WAYS {
        let clips = [noise(5_000), noise(1), vec![]];
        #[cfg(feature = "std")]
        let both = MelExtractor::new(&with("whisper", &[], *way)).unwrap();
        #[cfg(feature = "std")]
        assert_eq!(both.compute_batch(&clips, 2), clips.each_ref().map(|clip| both.compute(clip)));
        for set in InstructionSet::available() {
            let overrides = Overrides { instruction_set: Some(set), ..Overrides::default() };
            let own = |config: &MelConfig| MelExtractor::with_overrides(config, overrides).unwrap();
            let plain = own(&config("kaldi-fbank", &[])).compute(&clips[0]).unwrap();
            let both = own(&with("kaldi-fbank", &[], *way)).compute(&clips[0]).unwrap();
            let expected = stacked(&frames(&plain), plain.n_mels(), *way);
            assert_same_frames(&frames(&both), &expected, &format!("{set:?} {way:?}"));
        }
    }
}

#[test]
fn streams_have_the_bits_of_the_whole() {
    let fixed: &[(&str, &str)] = &[("reference", "fixed"), ("reference_value", "1.5")];
    let presets = [
        ("whisper", fixed),
        ("kaldi-fbank", &[("layout", "frame_major")]),
        ("kaldi-fbank", &[("snip_edges", "false"), ("input_rate", "48000"), ("n_mels", "5")]),
    ];
    for (preset, options) in presets {
        for way in WAYS {
            let both = MelExtractor::new(&with(preset, options, *way)).unwrap();
            for n in [1, 700, 4_500] {
                let samples = noise(n);
                let whole = frames(&both.compute(&samples).unwrap());
                for chunks in
                    [Chunks::Random(900), Chunks::Of(7), Chunks::Of(160), Chunks::Of(usize::MAX)]
                {
                    let what = format!("{preset} {options:?} {way:?}, {n} in {chunks:?}");
                    assert_same_frames(&streamed(&both, &samples, chunks, &what), &whole, &what);
                }
                let integers = signals::to_int16(&samples);
                let whole = frames(&both.compute(&integers).unwrap());
                assert_same_frames(
                    &streamed(&both, &integers, Chunks::Random(900), "integers"),
                    &whole,
                    "integers",
                );
            }
        }
    }
}

#[test]
fn what_cannot_hold_is_refused() {
    let refused = |options: &[(&str, &str)]| match MelExtractor::new(&config("kaldi-fbank", options))
        .unwrap_err()
    {
        Error::Config { field, .. } => field.into_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&[("stack", "0")]), "stack");
    assert_eq!(refused(&[("stack", "257")]), "stack");
    assert_eq!(refused(&[("stack_stride", "0")]), "stack_stride");
    assert_eq!(refused(&[("stack_fill", "inf")]), "stack_fill");
    assert_eq!(refused(&[("stack", "2"), ("n_frames", "20")]), "n_frames");
    let mean = ("normalize", "mean");
    assert_eq!(refused(&[("stack", "2"), ("stack_edge", "drop"), mean]), "normalize");
    assert_eq!(refused(&[("stack", "2"), ("stack_stride", "1"), mean]), "normalize");
    assert_eq!(refused(&[("stack_stride", "2"), ("mask_tail", "true")]), "mask_tail");
    // A stream that needs the whole input is refused as without.
    let error = extractor("kaldi-fbank", &[("stack", "2"), mean]).stream().unwrap_err();
    assert!(error.to_string().starts_with("normalize"), "{error}");
}

#[test]
fn a_stack_of_one_is_the_plain_result() {
    let samples = noise(5_000);
    let way = [("stack", "1"), ("stack_stride", "1"), ("stack_edge", "drop"), ("stack_fill", "3")];
    let (one, plain) = (extractor("whisper", &way), extractor("whisper", &[]));
    assert_eq!(one.compute(&samples), plain.compute(&samples));
    assert_eq!(one.working_memory(), plain.working_memory());
}
