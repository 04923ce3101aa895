//! The option `input_rate`: the features of what [`Resampler`] makes of the input, bit for bit, however the
//! input is given.

mod support;

use mojo_audio_core::{Error, InstructionSet, MelExtractor, Overrides, Resampler};
use support::streams::{Chunks, streamed};
use support::{Random, assert_same_frames, config, extractor, frames, signals};

fn noise(rate: u32, n: usize) -> Vec<f32> {
    signals::make("speech", 5, rate, n)
}

/// An input rate, a preset, and further options.
type Way = (u32, &'static str, &'static [(&'static str, &'static str)]);

/// Rates of every kind, and options of every way to read the signal.
const WAYS: &[Way] = &[
    (48_000, "whisper", &[]),
    (44_100, "whisper", &[("pad_to", "30000")]),
    (8_000, "whisper-large-v3", &[]),
    (47_999, "kaldi-fbank", &[("dither", "1"), ("use_energy", "true")]),
    (44_100, "kaldi-fbank", &[("snip_edges", "false"), ("layout", "frame_major")]),
    (48_000, "parakeet", &[]),
    (16_000, "hifigan", &[]),
    (48_000, "hifigan", &[]),
    (96_000, "librosa", &[]),
    (44_100, "clap", &[("pad_to", "60000")]),
    (44_100, "speecht5", &[("normalize_input", "true")]),
    (22_050, "whisper", &[("preemphasis", "0.97"), ("n_mfcc", "13")]),
    // Frames further apart than they are long, near and far.
    (48_000, "torchaudio", &[("hop_length", "700")]),
    (44_100, "torchaudio", &[("hop_length", "3001")]),
    (32_000, "torchaudio", &[("n_fft", "4096"), ("pad_mode", "symmetric"), ("hop_length", "50")]),
];

fn with_rate(rate: u32, preset: &str, options: &[(&str, &str)]) -> MelExtractor {
    let rate = rate.to_string();
    extractor(preset, &[options, &[("input_rate", rate.as_str())]].concat())
}

#[test]
fn features_are_those_of_the_resampled_input() {
    for (rate, preset, options) in WAYS {
        let what = format!("{preset} {options:?} from {rate} Hz");
        let resamples = with_rate(*rate, preset, options);
        let plain = extractor(preset, options);
        let resampler = Resampler::new(*rate, plain.config().sample_rate).unwrap();
        for n in [3, 1_111, *rate as usize * 3 / 4] {
            let samples = noise(*rate, n);
            let resampled = resampler.resample(&samples).unwrap();
            let what = format!("{what}, {n} samples");
            assert_eq!(resamples.frame_count(n), plain.frame_count(resampled.len()), "{what}");
            let got = resamples.compute(&samples).unwrap();
            assert_same_frames(&frames(&got), &frames(&plain.compute(&resampled).unwrap()), &what);
            #[cfg(feature = "std")]
            {
                let parallel = resamples.compute_parallel(&samples, 3).unwrap();
                assert_same_frames(&frames(&parallel), &frames(&got), &what);
            }
            let integers = signals::to_int16(&samples);
            let resampled = resampler.resample(&integers).unwrap();
            assert_same_frames(
                &frames(&resamples.compute(&integers).unwrap()),
                &frames(&plain.compute(&resampled).unwrap()),
                &what,
            );
        }
    }
}

/// So long that threads share it, each with a window of its own.
#[test]
#[cfg(feature = "std")]
fn threads_and_batches_have_the_same_bits() {
    let extractor = with_rate(44_100, "whisper", &[]);
    let clips = [noise(44_100, 900_000), noise(44_100, 5_000), vec![]];
    let alone = clips.each_ref().map(|clip| extractor.compute(clip));
    assert_eq!(extractor.compute_parallel(&clips[0], 4), alone[0]);
    assert_eq!(extractor.compute_batch(&clips, 2), alone);
    assert_eq!(alone[2], Err(Error::EmptyInput));
}

#[test]
fn instruction_sets_that_fuse_agree() {
    let mut expected = None;
    let samples = noise(44_100, 20_000);
    for set in InstructionSet::available() {
        let plain = [InstructionSet::Sse2, InstructionSet::Simd128, InstructionSet::Scalar];
        if plain.contains(&set) {
            continue;
        }
        let config = config("kaldi-fbank", &[("input_rate", "44100")]);
        let overrides = Overrides { instruction_set: Some(set), ..Overrides::default() };
        let mel = MelExtractor::with_overrides(&config, overrides).unwrap().compute(&samples).unwrap();
        assert_eq!(*expected.get_or_insert_with(|| mel.clone()), mel, "{set:?}");
    }
}

/// The way to make it streamable, if it is not.
fn streamable(preset: &str) -> &'static [(&'static str, &'static str)] {
    match preset {
        "whisper" => &[("reference", "fixed"), ("reference_value", "1.5")],
        "whisper-large-v3" | "granite-speech" | "openwakeword" => &[("reference", "none")],
        "wespeaker" | "seamless-m4t" | "speech2text" => &[("normalize", "none")],
        "parakeet" => &[("normalize", "none"), ("mask_tail", "false")],
        "clap" => &[("pad_to_mode", "zeros")],
        "speecht5" => &[("normalize_input", "false")],
        _ => &[],
    }
}

#[test]
fn streams_have_the_bits_of_the_whole() {
    for (rate, preset, options) in WAYS {
        let extractor = with_rate(*rate, preset, &[*options, streamable(preset)].concat());
        let samples = noise(*rate, 13_000);
        let whole = frames(&extractor.compute(&samples).unwrap());
        let integers = signals::to_int16(&samples);
        let of_integers = frames(&extractor.compute(&integers).unwrap());
        for (chunks, integers_too) in [
            (Chunks::Random(900), false),
            (Chunks::Of(1), false),
            (Chunks::Of(7), false),
            (Chunks::Of(128), true),
            (Chunks::Of(4_096), true),
            (Chunks::Of(usize::MAX), true),
        ] {
            let what = format!("{preset} {options:?} from {rate} Hz, {chunks:?}");
            assert_same_frames(&streamed(&extractor, &samples, chunks, &what), &whole, &what);
            if integers_too {
                assert_same_frames(
                    &streamed(&extractor, &integers, chunks, &what),
                    &of_integers,
                    &what,
                );
            }
        }
    }
}

/// From the lowest rate to the highest one sample becomes 768.
#[test]
fn the_widest_ratios_stream() {
    for (rate, to) in [(1_000, "768000"), (768_000, "1000")] {
        let options = [("sample_rate", to), ("n_fft", "64"), ("hop_length", "16"), ("n_mels", "4")];
        let extractor = with_rate(rate, "torchaudio", &options);
        let samples = noise(rate, if rate == 1_000 { 40 } else { 60_000 });
        let whole = frames(&extractor.compute(&samples).unwrap());
        assert_same_frames(&streamed(&extractor, &samples, Chunks::Of(11), to), &whole, to);
    }
}

#[test]
fn the_same_rate_changes_nothing() {
    let samples = noise(16_000, 5_000);
    let (same, unset) = (with_rate(16_000, "whisper", &[]), extractor("whisper", &[]));
    assert_eq!(same.compute(&samples), unset.compute(&samples));
    assert_eq!(same.working_memory(), unset.working_memory());
}

#[test]
fn places_of_errors_count_samples_of_the_input() {
    for (at, value) in [(0, f32::NAN), (31_000, f32::INFINITY), (47_999, f32::NAN), (5, 3e38)] {
        let mut samples = noise(48_000, 48_000);
        samples[at] = value;
        let extractor = with_rate(48_000, "kaldi-fbank", &[]);
        let place = |error| match error {
            Error::Sample { index, .. } => index,
            other => panic!("{other:?}"),
        };
        assert_eq!(place(extractor.compute(&samples).unwrap_err()), at);
        let mut stream = extractor.stream().unwrap();
        let before = stream.push(&noise(48_000, 1_000)).unwrap();
        assert_eq!(place(stream.push(&samples).unwrap_err()), 1_000 + at);
        // Nothing of the refused chunk was taken.
        let mut other = extractor.stream().unwrap();
        assert_eq!(other.push(&noise(48_000, 1_000)).unwrap(), before);
        assert_eq!(stream.finish().unwrap(), other.finish().unwrap());
    }
}

/// The loudest samples that are taken don't overflow.
#[test]
fn the_limit_of_samples_allows_for_the_filters() {
    let extractor = with_rate(44_100, "kaldi-fbank", &[("log", "none")]);
    let Err(Error::Sample { limit, .. }) = extractor.compute(&[f32::NAN; 500]) else { panic!() };
    let mut random = Random(1);
    let loudest: Vec<f32> =
        (0..20_000).map(|_| if random.below(2) == 0 { limit } else { -limit }).collect();
    let mel = extractor.compute(&loudest).unwrap();
    assert!(mel.data().iter().all(|value| value.is_finite()));
}

#[test]
fn latency_and_memory_are_told() {
    let latency = |rate| {
        let stream = with_rate(rate, "kaldi-fbank", &[]).stream().unwrap();
        stream.input_latency()
    };
    assert_eq!([48_000, 44_100, 8_000, 16_000].map(latency), [205, 189, 64, 0]);
    let bytes = |rate| with_rate(rate, "kaldi-fbank", &[]).working_memory();
    assert!(bytes(48_000) > bytes(16_000) + 50_000 && bytes(48_000) < bytes(16_000) + 500_000);
}

#[test]
fn rates_that_are_not_allowed_are_refused() {
    for (options, field) in [
        ([("input_rate", "999"), ("sample_rate", "16000")], "input_rate"),
        ([("input_rate", "768001"), ("sample_rate", "16000")], "input_rate"),
        ([("input_rate", "0"), ("sample_rate", "16000")], "input_rate"),
        ([("input_rate", "8000"), ("sample_rate", "900")], "sample_rate"),
    ] {
        let error = MelExtractor::new(&config("whisper", &options)).unwrap_err();
        assert!(
            error.to_string().starts_with(field) && error.to_string().contains("768000"),
            "{error}"
        );
    }
    assert!(config("whisper", &[]).set("input_rate", "44100.5").is_err());
}
