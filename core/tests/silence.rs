//! Padding is silence: the same as if the zeros had been in the input, by every way to compute.

mod support;

use mojo_audio_core::{MelExtractor, Sample};
use support::{assert_same_bits, assert_same_frames, extractor, frames, signals};

/// Recipes in which zeros of the input are what padding is: no dither, no level that a longer input changes.
const RECIPES: &[(&str, &[(&str, &str)])] = &[
    ("whisper", &[]),
    ("whisper", &[("layout", "frame_major")]),
    ("whisper", &[("n_mfcc", "13")]),
    ("whisper", &[("subtract_reference", "true")]),
    ("whisper", &[("pad_mode", "constant"), ("drop_last_frame", "false")]),
    ("librosa", &[("log", "db"), ("top_db", "80"), ("reference", "whole_input")]),
    ("kaldi-fbank", &[("use_energy", "true")]),
    ("kaldi-fbank", &[("snip_edges", "false"), ("layout", "frame_major")]),
    ("parakeet", &[("preemphasis", "0"), ("mask_tail", "false")]),
    ("hifigan", &[("layout", "frame_major")]),
];

const SPOKEN: usize = 20_000;
const PADDED: usize = 160_000;

fn check<S: Sample>(plain: &MelExtractor, padding: &MelExtractor, spoken: &[S], zero: S) {
    let mut samples = spoken.to_vec();
    samples.resize(PADDED, zero);
    let what = format!("{:?}", padding.config());
    let expected = plain.compute(&samples).unwrap();
    assert_same_bits(padding.compute(spoken).unwrap().data(), expected.data(), &what);
    let mut out = vec![f32::NAN; expected.data().len()];
    padding.compute_into(spoken, &mut out).unwrap();
    assert_same_bits(&out, expected.data(), &what);
    #[cfg(feature = "std")]
    for threads in [2, 5] {
        let mel = padding.compute_parallel(spoken, threads).unwrap();
        assert_same_bits(mel.data(), expected.data(), &what);
    }
    #[cfg(feature = "std")]
    for mel in padding.compute_batch(&[spoken, spoken, spoken], 2) {
        assert_same_bits(mel.unwrap().data(), expected.data(), &what);
    }
}

#[test]
fn padding_is_the_same_as_zeros() {
    let floats = signals::make("speech", 1, 16_000, SPOKEN);
    let integers = signals::to_int16(&floats);
    for (preset, options) in RECIPES {
        let plain = extractor(preset, options);
        let to = PADDED.to_string();
        let more = (PADDED - SPOKEN).to_string();
        for padding in [("pad_to", &*to), ("pad_end", &*more)] {
            let mut options = options.to_vec();
            options.push(padding);
            let padding = extractor(preset, &options);
            check(&plain, &padding, &floats, 0.0);
            check(&plain, &padding, &integers, 0);
        }
    }
}

#[test]
fn a_stream_is_padded_when_it_ends() {
    let spoken = signals::make("speech", 1, 16_000, SPOKEN);
    for (preset, options) in RECIPES {
        let mut options = options.to_vec();
        options.extend([("reference", "none"), ("normalize", "none"), ("pad_to", "160000")]);
        let extractor = extractor(preset, &options);
        let expected = frames(&extractor.compute(&spoken).unwrap());
        let mut stream = extractor.stream().unwrap();
        for size in [777, SPOKEN] {
            stream.reset();
            let mut all = Vec::new();
            for chunk in spoken.chunks(size) {
                all.extend(frames(&stream.push(chunk).unwrap()));
            }
            all.extend(frames(&stream.finish().unwrap()));
            assert_same_frames(&all, &expected, &format!("{:?}", extractor.config()));
        }
    }
}
