//! The portable kernels through every way in, on inputs small enough for an interpreter of Rust:
//! `cargo xtask harden miri` runs these where each access is checked against the rules of the language.

mod support;

use mojo_audio_core::{Error, InstructionSet, MelConfig, MelExtractor, Overrides, Sample};
use support::{assert_same_bits, config, signals};

/// Small transforms of every kind: one pass and several, with twiddles and without, odd primes, frames
/// treated one by one, cepstra, both precisions, both layouts. None needs the whole input.
const CONFIGS: [(&str, &[(&str, &str)]); 7] = [
    ("whisper", &[("n_fft", "50"), ("hop_length", "20"), ("n_mels", "8"), ("reference", "fixed")]),
    ("librosa", &[("n_fft", "64"), ("hop_length", "16"), ("n_mels", "6"), ("reference", "fixed")]),
    (
        "torchaudio",
        &[("n_fft", "144"), ("hop_length", "40"), ("n_mels", "9"), ("layout", "frame_major")],
    ),
    ("hifigan", &[("n_fft", "38"), ("win_length", "38"), ("hop_length", "10"), ("n_mels", "5")]),
    ("kaldi-fbank", &[("n_fft", "32"), ("win_length", "25"), ("hop_length", "10"), ("n_mels", "4")]),
    ("kaldi-fbank", &[("n_fft", "32"), ("win_length", "25"), ("n_mels", "7"), ("n_mfcc", "5")]),
    ("librosa", &[("n_fft", "30"), ("hop_length", "7"), ("n_mels", "4"), ("precision", "single")]),
];

fn portable(config: &MelConfig) -> MelExtractor {
    // Those of one lane are there in builds with debug assertions.
    let set = InstructionSet::available().find(|set| *set == InstructionSet::Scalar);
    let overrides = Overrides { instruction_set: set, ..Overrides::default() };
    MelExtractor::with_overrides(config, overrides).unwrap()
}

#[test]
fn every_way_in_gives_the_same() {
    for (preset, options) in CONFIGS {
        let config = config(preset, options);
        let extractor = portable(&config);
        let samples = signals::make("speech", 1, config.sample_rate, 170);
        let integers: Vec<i16> = samples.iter().map(|&x| (x * 32_767.0) as i16).collect();
        check(&extractor, &samples, &format!("{preset} {options:?}"));
        check(&extractor, &integers, &format!("{preset} {options:?}, int16"));
    }
}

fn check<S: Sample + Send + Sync>(extractor: &MelExtractor, samples: &[S], what: &str) {
    let whole = extractor.compute(samples).unwrap();
    assert_eq!(whole.n_frames(), extractor.frame_count(samples.len()));
    assert!(whole.data().iter().all(|value| value.is_finite()), "{what}");

    let mut into = vec![f32::NAN; whole.data().len()];
    assert_eq!(extractor.compute_into(samples, &mut into).unwrap(), whole.n_frames());
    assert_same_bits(&into, whole.data(), what);

    #[cfg(feature = "std")]
    {
        for part in
            extractor.compute_batch(&[samples, &samples[..120], samples], 2).into_iter().step_by(2)
        {
            assert_same_bits(part.unwrap().data(), whole.data(), what);
        }
        assert_same_bits(extractor.compute_parallel(samples, 2).unwrap().data(), whole.data(), what);
    }

    let mut stream = extractor.stream().unwrap();
    let mut n_frames = 0;
    let mut first = Vec::new();
    for chunk in samples.chunks(33) {
        let mel = stream.push(chunk).unwrap();
        n_frames += mel.n_frames();
        first.extend((0..mel.n_frames()).map(|t| mel.get(0, t)));
    }
    let rest = stream.finish().unwrap();
    n_frames += rest.n_frames();
    first.extend((0..rest.n_frames()).map(|t| rest.get(0, t)));
    assert_eq!(n_frames, whole.n_frames(), "{what}");
    let expected: Vec<f32> = (0..n_frames).map(|t| whole.get(0, t)).collect();
    assert_same_bits(&first, &expected, what);
}

#[test]
fn what_is_refused_is_refused() {
    let (preset, options) = CONFIGS[0];
    let extractor = portable(&config(preset, options));
    assert!(matches!(extractor.compute::<f32>(&[]), Err(Error::EmptyInput)));
    let mut samples = [0.0f32; 60];
    samples[41] = f32::NAN;
    assert!(matches!(extractor.compute(&samples), Err(Error::Sample { index: 41, .. })));
    samples[41] = 1.0;
    assert!(matches!(extractor.compute_into(&samples, &mut [0.0; 7]), Err(Error::BufferSize { .. })));
    let window = [1.0; 49];
    let overrides = Overrides { window: Some(&window), ..Overrides::default() };
    let refused = MelExtractor::with_overrides(&config(preset, options), overrides);
    assert!(matches!(refused, Err(Error::BufferSize { .. })));
}

/// The whole-input steps write the result twice.
#[test]
fn the_steps_over_the_whole_input() {
    for (preset, options) in [
        ("whisper", &[("n_fft", "40"), ("hop_length", "16"), ("n_mels", "6")][..]),
        ("parakeet", &[("n_fft", "32"), ("win_length", "25"), ("hop_length", "10"), ("n_mels", "5")]),
        (
            "parakeet",
            &[("n_fft", "32"), ("win_length", "25"), ("layout", "frame_major"), ("n_mels", "5")],
        ),
    ] {
        let config = config(preset, options);
        let samples = signals::make("white", 1, config.sample_rate, 200);
        let mel = portable(&config).compute(&samples).unwrap();
        assert!(mel.n_frames() > 0 && mel.data().iter().all(|value| value.is_finite()), "{preset}");
    }
}
