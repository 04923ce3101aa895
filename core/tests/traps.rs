//! Mistakes that implementations of mel spectrograms made, each with a test that fails if it is made.

mod support;

use mojo_audio_core::config::{Layout, MelScale, PadMode};
use mojo_audio_core::{InstructionSet, MelConfig, MelExtractor, Overrides};
use std::f64::consts::{PI, TAU};
use support::{assert_same_bits, assert_same_frames, config, extractor, frames, oracle, signals};

/// Powers of single bins, one frame from the first sample on.
fn powers(options: &[(&str, &str)], samples: &[f32]) -> Vec<f64> {
    let mut config =
        config("librosa", &[("center", "false"), ("precision", "single"), ("hop_length", "100000")]);
    for (option, value) in options {
        config.set(option, value).unwrap();
    }
    let n_bins = config.n_fft as usize / 2 + 1;
    config.n_mels = n_bins as u32;
    let mut identity = vec![0.0f32; n_bins * n_bins];
    (0..n_bins).for_each(|bin| identity[bin * n_bins + bin] = 1.0);
    let overrides = Overrides { filterbank: Some(&identity), ..Overrides::default() };
    let mel = MelExtractor::with_overrides(&config, overrides).unwrap().compute(samples).unwrap();
    assert_eq!(mel.n_frames(), 1);
    mel.data().iter().map(|&power| f64::from(power)).collect()
}

#[track_caller]
fn assert_near(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{actual}, expected {expected}");
}

const PLAIN_400: [(&str, &str); 2] = [("n_fft", "400"), ("window", "rectangular")];

/// 400 samples in a transform of 512 points: a tone on a bin of 400 would be smeared over all.
#[test]
fn a_transform_of_400_has_400_points() {
    for bin in [1, 7, 100, 199] {
        let tone: Vec<f32> =
            (0..400).map(|i| (TAU * f64::from(bin * i % 400) / 400.0).cos() as f32).collect();
        let powers = powers(&PLAIN_400, &tone);
        assert_eq!(powers.len(), 201);
        for (k, power) in powers.iter().enumerate() {
            // (n / 2)², and not doubled for the mirrored half.
            let expected = if k == bin as usize { 40_000.0 } else { 0.0 };
            assert_near(*power, expected, 0.05);
        }
    }
}

/// The bin at half the sample rate is dropped, or doubled with the inner ones.
#[test]
fn the_highest_bin_is_there_and_counts_once() {
    let alternating: Vec<f32> = (0..400).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let powers_at_nyquist = powers(&PLAIN_400, &alternating);
    assert_near(powers_at_nyquist[200], 160_000.0, 0.1);
    let constant = powers(&PLAIN_400, &[1.0; 400]);
    assert_near(constant[0], 160_000.0, 0.1);
    assert!(powers_at_nyquist[..200].iter().chain(&constant[1..]).all(|power| *power < 1e-3));
}

/// What the window is at a sample, seen through an impulse there: its power is the same in every bin.
fn window_at(options: &[(&str, &str)], n: usize, sample: usize) -> f64 {
    let mut impulse = vec![0.0f32; n];
    impulse[sample] = 1.0;
    powers(options, &impulse)[3].sqrt()
}

/// A symmetric Hann window where the model wants a periodic one: its last value would be 0, and its
/// middle not 1.
#[test]
fn whispers_window_is_periodic() {
    let options = [("n_fft", "400")];
    for i in [0, 1, 100, 200, 399] {
        let expected = (PI * i as f64 / 400.0).sin().powi(2);
        assert_near(window_at(&options, 400, i), expected, 1e-6);
    }
    assert!(MelConfig::whisper().window_periodic);
    let symmetric = [("n_fft", "400"), ("window_periodic", "false")];
    assert_near(window_at(&symmetric, 400, 399), 0.0, 1e-6);
    assert_near(window_at(&symmetric, 400, 100), (PI * 100.0 / 399.0).sin().powi(2), 1e-6);
}

/// A window shorter than the transform at the left where it belongs in the middle, or the reverse.
#[test]
fn a_short_window_lies_where_the_recipe_has_it() {
    let centred = [("n_fft", "512"), ("win_length", "400")];
    assert_near(window_at(&centred, 512, 56 + 200), 1.0, 1e-6);
    assert_near(window_at(&centred, 512, 40), 0.0, 1e-9);
    assert_near(window_at(&centred, 512, 56 + 100), 0.5, 1e-6);
    let left = [("n_fft", "512"), ("win_length", "400"), ("frame_span", "window")];
    assert_near(window_at(&left, 512, 200), 1.0, 1e-6);
    assert_near(window_at(&left, 512, 100), 0.5, 1e-6);
    assert_near(window_at(&left, 512, 450), 0.0, 1e-9);
}

/// The samples around a signal by hand, then framed without any padding.
fn padded_by_hand(config: &MelConfig, samples: &[f32], pad: i64) -> Vec<f32> {
    let n = samples.len() as i64;
    (-pad..n + pad)
        .map(|mut place| {
            while !(0..n).contains(&place) {
                place = match config.pad_mode {
                    PadMode::Constant => return 0.0,
                    PadMode::Replicate => place.clamp(0, n - 1),
                    PadMode::Reflect => {
                        if place < 0 {
                            -place
                        } else {
                            2 * (n - 1) - place
                        }
                    }
                    PadMode::Symmetric => {
                        if place < 0 {
                            -1 - place
                        } else {
                            2 * n - 1 - place
                        }
                    }
                    other => panic!("no padding by hand for {other:?}"),
                };
            }
            samples[place as usize]
        })
        .collect()
}

/// Zeros, or the wrong samples mirrored, at the ends; also where one reflection is not enough.
#[test]
fn the_ends_are_padded_as_asked() {
    for pad_mode in ["reflect", "constant", "replicate", "symmetric"] {
        for n in [2, 3, 57, 199, 200, 201, 1_234] {
            let config = config(
                "whisper",
                &[("reference", "none"), ("pad_mode", pad_mode), ("drop_last_frame", "false")],
            );
            let samples = signals::make("speech", 8, 16_000, n);
            let centred = MelExtractor::new(&config).unwrap().compute(&samples).unwrap();
            let by_hand = padded_by_hand(&config, &samples, 200);
            let plain = MelConfig { center: false, ..config };
            let plain = MelExtractor::new(&plain).unwrap().compute(&by_hand).unwrap();
            assert_same_frames(&frames(&centred), &frames(&plain), &format!("{pad_mode}, {n} samples"));
        }
    }
}

/// Reflection before the padding to 30 seconds puts speech where Whisper has silence.
#[test]
fn reflection_comes_after_the_padding() {
    let samples = signals::make("speech", 8, 16_000, 16_000);
    let mut padded = samples.clone();
    padded.resize(480_000, 0.0);
    let by_option = extractor("whisper", &[("pad_to", "480000")]).compute(&samples).unwrap();
    let by_hand = extractor("whisper", &[]).compute(&padded).unwrap();
    assert_eq!((by_option.n_mels(), by_option.n_frames()), (80, 3000));
    assert_eq!(by_option, by_hand);
}

/// Frames 80 samples off, as on Kaldi's grid: an impulse on sample 160 t is loudest in frame t, as loud
/// in the neighbours on both sides.
#[test]
fn whispers_frames_are_centred() {
    let extractor = extractor("whisper", &[("reference", "none"), ("top_db", "none")]);
    for t in [3usize, 4, 10] {
        let mut samples = vec![0.0f32; 3_200];
        samples[160 * t] = 1.0;
        let mel = extractor.compute(&samples).unwrap();
        let level = |frame: usize| f64::from(mel.get(40, frame)) * 4.0;
        assert_near(level(t - 1), level(t + 1), 1e-5);
        // The window is sin² 36° = 0.3455 there, its square 9.23 dB below.
        assert_near(level(t) - level(t - 1), -2.0 * (PI * 40.0 / 400.0).sin().powi(2).log10(), 1e-4);
    }
}

/// Kaldi's frames start at sample 160 t: the same impulse test, around the middle of its frame.
#[test]
fn kaldis_frames_start_on_the_grid() {
    let options = [
        ("preemphasis", "0"),
        ("remove_dc_offset", "false"),
        ("window", "hann"),
        ("window_periodic", "true"),
    ];
    let extractor = extractor("kaldi-fbank", &options);
    let mut samples = vec![0.0f32; 3_200];
    samples[160 * 5 + 200] = 1.0;
    let mel = extractor.compute(&samples).unwrap();
    assert_eq!(mel.n_frames(), 18);
    assert_near(f64::from(mel.get(40, 4)), f64::from(mel.get(40, 6)), 1e-4);
    assert!(mel.get(40, 5) > mel.get(40, 4) + 1.0);
}

/// The trap is a maximum for each frame: it raises a quiet part to its own "maximum − 8". With one maximum for
/// the whole input the quiet part is flat, at the floor.
#[test]
fn the_reference_is_the_whole_inputs() {
    let mut samples = signals::make("white", 1, 16_000, 16_000);
    samples[8_000..].iter_mut().for_each(|x| *x *= 1e-6);
    let mel = extractor("whisper", &[]).compute(&samples).unwrap();
    let highest = mel.data().iter().copied().fold(f32::MIN, f32::max);
    for frame in 60..100 {
        for band in 0..80 {
            assert_near(f64::from(mel.get(band, frame)), f64::from(highest) - 2.0, 1e-6);
        }
    }
}

/// The maximum taken over the frame that is dropped: the loudest sample is the last one, which only
/// that frame sees in full.
#[test]
fn the_dropped_frame_is_not_measured() {
    let mut samples = vec![0.0f32; 1_600];
    samples[1_599] = 1_000.0;
    let mel = extractor("whisper", &[]).compute(&samples).unwrap();
    assert_eq!(mel.n_frames(), 10);
    let highest = mel.data().iter().copied().fold(f32::MIN, f32::max);
    let lowest = mel.data().iter().copied().fold(f32::MAX, f32::min);
    assert_near(f64::from(lowest), f64::from(highest) - 2.0, 1e-6);
    // The last frame kept sees it at 359 of 400, and mirrored at 361 ... of the window.
    let truth = oracle::mel_spectrogram(&MelConfig::whisper(), &samples);
    let expected = truth.rows.iter().flatten().copied().fold(f64::MIN, f64::max);
    assert_near(f64::from(highest), expected, 1e-5);
}

/// A guard added to the energy where the model limits it, and the reverse: they differ by a factor of 2
/// where the energy equals the guard.
#[test]
fn guards_are_added_or_limit_as_asked() {
    // The power of a constant a in bin 0 is (400 a)².
    let guard = 1e-4f64;
    let constant = vec![(guard.sqrt() / 400.0) as f32; 400];
    for (mode, expected) in [("clamp", guard.log10()), ("add", (2.0 * guard).log10())] {
        let options = [
            PLAIN_400[0],
            PLAIN_400[1],
            ("log", "log10"),
            ("log_floor", "1e-4"),
            ("log_floor_mode", mode),
        ];
        assert_near(powers(&options, &constant)[0], expected, 1e-5);
    }
    // Silence: log10(1e-10) for Whisper, ln 2⁻²⁴ for NeMo.
    let silence = vec![0.0f32; 4_000];
    for value in extractor("whisper", &[]).compute(&silence).unwrap().data() {
        assert_near(f64::from(*value), -1.5, 1e-6);
    }
    let nemo = extractor("parakeet", &[("normalize", "none"), ("mask_tail", "false")]);
    for value in nemo.compute(&silence).unwrap().data() {
        assert_near(f64::from(*value), -24.0 * 2f64.ln(), 3e-6);
    }
}

/// HTK's scale where the model has Slaney's. The frequencies are those that librosa's documentation
/// gives for `mel_frequencies(n_mels=40)`, fmin 0 and fmax 11025.
#[test]
fn slaneys_scale_is_slaneys() {
    const LIBROSA: [f64; 40] = [
        0.0, 85.317, 170.635, 255.952, 341.269, 426.586, 511.904, 597.221, 682.538, 767.855, 853.173,
        938.49, 1024.856, 1119.114, 1222.042, 1334.436, 1457.167, 1591.187, 1737.532, 1897.337,
        2071.84, 2262.393, 2470.47, 2697.686, 2945.799, 3216.731, 3512.582, 3835.643, 4188.417,
        4573.636, 4994.285, 5453.621, 5955.205, 6502.92, 7101.009, 7754.107, 8467.272, 9246.028,
        10096.408, 11025.0,
    ];
    // 38 bands have these as their corners: each is loudest for a tone at its middle, and its
    // neighbours hear nothing of it but the window's width.
    let extractor = extractor("librosa", &[("n_fft", "8192"), ("n_mels", "38"), ("mel_norm", "none")]);
    for (band, hertz) in LIBROSA[1..39].iter().enumerate() {
        let tone: Vec<f32> =
            (0..16_384).map(|i| (TAU * hertz * i as f64 / 22_050.0).sin() as f32).collect();
        let mel = extractor.compute(&tone).unwrap();
        let middle = mel.n_frames() / 2;
        let level = |band: usize| f64::from(mel.get(band, middle));
        if band > 0 {
            assert!(level(band - 1) < 0.06 * level(band), "band {} at {hertz} Hz", band - 1);
        }
        if band < 37 {
            assert!(level(band + 1) < 0.06 * level(band), "band {} at {hertz} Hz", band + 1);
        }
    }
    // HTK: 1000 Hz are 1000 mel, by its making.
    assert_near(oracle::to_mel(MelScale::Htk, 1000.0), 1000.0, 0.02);
}

/// Triangles that start and end at whole bins, bins that stand for other frequencies at odd rates: the
/// sum of each filter's weights says so. An impulse has the power 1 in every bin.
#[test]
fn filters_weigh_what_they_should() {
    for (preset, options) in [
        ("whisper", &[][..]),
        ("whisper-large-v3", &[]),
        ("whisper", &[("sample_rate", "11025"), ("n_fft", "401")]),
        ("torchaudio", &[("sample_rate", "11025"), ("n_fft", "401"), ("f_max", "5512")]),
        (
            "torchaudio",
            &[
                ("sample_rate", "11025"),
                ("n_fft", "401"),
                ("f_max", "5512"),
                ("bin_frequencies", "exact"),
            ],
        ),
        ("kaldi-fbank", &[("n_fft", "400")]),
        ("librosa", &[]),
    ] {
        let mut config = config(preset, options);
        for (option, value) in [
            ("center", "false"),
            ("window", "rectangular"),
            ("log", "none"),
            ("top_db", "none"),
            ("offset", "0"),
            ("scale", "1"),
            ("drop_last_frame", "false"),
            ("preemphasis", "0"),
            ("remove_dc_offset", "false"),
            ("input_scale", "1"),
            ("reference", "none"),
        ] {
            config.set(option, value).unwrap();
        }
        let mut impulse = vec![0.0f32; config.n_fft as usize];
        impulse[0] = 1.0;
        let mel = MelExtractor::new(&config).unwrap().compute(&impulse).unwrap();
        let filters = oracle::filterbank(&config);
        let heaviest = filters.iter().map(|filter| filter.iter().sum()).fold(0.0, f64::max);
        for (band, filter) in filters.iter().enumerate() {
            let expected: f64 = filter.iter().sum();
            assert_near(f64::from(mel.get(band, 0)), expected, 1e-6 * heaviest);
        }
    }
    // The two kinds of bin frequencies do differ at that rate.
    let sums = |bins: &str| {
        let config = config(
            "torchaudio",
            &[("sample_rate", "11025"), ("n_fft", "401"), ("bin_frequencies", bins)],
        );
        oracle::filterbank(&config).concat()
    };
    assert_ne!(sums("exact"), sums("linspace"));
    for preset in ["whisper", "librosa", "kaldi-fbank", "parakeet", "hifigan"] {
        assert_eq!(config(preset, &[]).get("bin_frequencies").unwrap(), "exact", "{preset}");
    }
}

/// Kaldi's pre-emphasis of a frame's first sample from the sample before the frame: on a step that ends
/// there it would leave a spike.
#[test]
fn kaldis_preemphasis_ends_at_the_frame() {
    let options = [
        ("log", "none"),
        ("window", "rectangular"),
        ("remove_dc_offset", "false"),
        ("input_scale", "1"),
        ("n_fft", "400"),
        ("n_mels", "1"),
        ("preemphasis", "0.5"),
    ];
    let config = config("kaldi-fbank", &options);
    let mut samples = vec![0.0f32; 560];
    samples[160..].fill(1.0);
    let mut all_but_dc = vec![1.0f32; 201];
    all_but_dc[0] = 0.0;
    let overrides = Overrides { filterbank: Some(&all_but_dc), ..Overrides::default() };
    let mel = MelExtractor::with_overrides(&config, overrides).unwrap().compute(&samples).unwrap();
    assert_eq!(mel.n_frames(), 2);
    // The second frame is 1 throughout: 0.5 after pre-emphasis, the first sample included.
    assert!(mel.get(0, 1) < 1e-6, "{}", mel.get(0, 1));
    assert!(mel.get(0, 0) > 1.0);
}

/// NeMo: the population's deviation for the unbiased one, and one frame too many measured.
#[test]
fn nemos_deviation_is_unbiased_and_leaves_out_the_tail() {
    for n in [16_000usize, 16_001, 16_159, 16_160] {
        let samples = signals::make("white", 3, 16_000, n);
        let mel = extractor("parakeet", &[]).compute(&samples).unwrap();
        let valid = n / 160;
        assert_eq!(mel.n_frames(), valid + 1);
        for row in 0..80 {
            let values: Vec<f64> = (0..valid).map(|t| f64::from(mel.get(row, t))).collect();
            let mean = values.iter().sum::<f64>() / valid as f64;
            let variance =
                values.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / (valid - 1) as f64;
            assert_near(mean, 0.0, 1e-5);
            // Divided by deviation + 1e-5.
            assert_near(variance.sqrt(), 1.0, 1e-4);
            assert_eq!(mel.get(row, valid), 0.0);
        }
    }
}

/// Inputs below half a window are read out of bounds, or refused.
#[test]
fn short_inputs_are_taken() {
    for n in [1usize, 2, 100, 159, 160, 161, 200, 201, 319, 320, 399, 400, 401] {
        let samples = signals::make("speech", 4, 16_000, n);
        let mel = extractor("whisper", &[]).compute(&samples).unwrap();
        assert_eq!((mel.n_mels(), mel.n_frames()), (80, n / 160), "{n} samples");
        let all = extractor("whisper", &[("drop_last_frame", "false")]);
        let mel = all.compute(&samples).unwrap();
        assert_eq!(mel.n_frames(), n / 160 + 1);
        let truth = oracle::mel_spectrogram(all.config(), &samples);
        for (band, row) in truth.rows.iter().enumerate() {
            for (t, e) in row.iter().enumerate() {
                assert_near(f64::from(mel.get(band, t)), *e, 1e-4);
            }
        }
    }
}

/// A bound wide enough for the rounding in the weak bands of a clean tone hides errors in the strong.
#[test]
fn strong_bands_of_a_clean_tone_are_exact() {
    let samples = signals::make("tone", 0, 16_000, 16_000);
    for preset in ["whisper", "whisper-large-v3", "kaldi-fbank"] {
        let config = config(preset, &[]);
        let truth = oracle::mel_spectrogram(&config, &samples);
        let mel = MelExtractor::new(&config).unwrap().compute(&samples).unwrap();
        // In units of the logarithm to base 10.
        let unit = if preset == "kaldi-fbank" { std::f64::consts::LOG10_E } else { 4.0 };
        for (band, row) in truth.rows.iter().enumerate() {
            for (t, e) in row.iter().enumerate() {
                if truth.is_strong(band, t) {
                    assert_near(f64::from(mel.get(band, t)) * unit, e * unit, 2e-5);
                }
            }
        }
    }
}

/// Samples before which there are none: pre-emphasis over the signal leaves the first as it is, also
/// in a later chunk, and stops at the padding.
#[test]
fn preemphasis_over_the_signal_leaves_the_first_sample() {
    let options =
        [("preemphasis", "0.9"), ("n_fft", "400"), ("window", "rectangular"), ("pad_to", "500")];
    let constant = vec![1.0f32; 400];
    // 1, then 0.1 three hundred and ninety-nine times.
    let expected = (1.0 + 399.0 * 0.1f64).powi(2);
    assert_near(powers(&options, &constant)[0], expected, 1e-3);
}

/// Numbers below 2^−126 take many CPUs a hundred times as long. Samples whose power is 0 as a float
/// count as 0 from the start, in whole blocks and in those of one or a few frames; the smallest others
/// do not.
#[test]
fn samples_without_power_are_silence() {
    let audible = 2.0f32.powi(-60);
    for preset in ["whisper", "librosa", "kaldi-fbank", "parakeet"] {
        for set in InstructionSet::available() {
            for layout in [Layout::MelMajor, Layout::FrameMajor] {
                let config = MelConfig { layout, ..MelConfig::preset(preset).unwrap() };
                let overrides = Overrides { instruction_set: Some(set), ..Overrides::default() };
                let extractor = MelExtractor::with_overrides(&config, overrides).unwrap();
                for n in [1, 700, 1500, 6000] {
                    let noise = signals::make("white", 11, 16_000, n);
                    let compute = |scale: f32| {
                        let samples: Vec<f32> = noise.iter().map(|x| x * scale).collect();
                        extractor.compute(&samples).unwrap().into_data()
                    };
                    let silence = compute(0.0);
                    for scale in [1e-29, 1e-36, 1e-40, 1e-44] {
                        let what = format!("{preset} on {set:?}, {n} samples of {scale:e}");
                        assert_same_bits(&compute(scale), &silence, &what);
                    }
                    if preset == "librosa" {
                        assert_ne!(compute(audible), silence, "2^-60 on {set:?}");
                    }
                }
            }
        }
    }
}
