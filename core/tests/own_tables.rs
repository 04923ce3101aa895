//! Windows and filterbanks that the caller passes.

mod support;

use mojo_audio_core::{Error, InstructionSet, MelConfig, MelExtractor, Overrides, PRESETS};
use support::oracle::{self, Tables};
use support::{assert_same_frames, config, frames, signals};

fn to_f32(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&value| value as f32).collect()
}

fn with(
    config: &MelConfig,
    window: Option<&[f32]>,
    filterbank: Option<&[f32]>,
) -> Result<MelExtractor, Error> {
    MelExtractor::with_overrides(config, Overrides { window, filterbank, ..Overrides::default() })
}

/// Largest deviation from the oracle, relative to the highest value where values are energies.
fn off(extractor: &MelExtractor, samples: &[f32], tables: &Tables) -> f64 {
    let exact: Vec<f64> = samples.iter().map(|&x| f64::from(x)).collect();
    let truth = oracle::mel_spectrogram_with(extractor.config(), &exact, tables);
    let mel = extractor.compute(samples).unwrap();
    assert_eq!((mel.n_mels(), mel.n_frames()), (truth.rows.len(), truth.n_frames));
    let highest = truth.rows.iter().flatten().fold(0.0f64, |highest, y| highest.max(y.abs()));
    let mut worst = 0.0f64;
    for (row, values) in truth.rows.iter().enumerate() {
        for (t, e) in values.iter().enumerate() {
            worst = worst.max((f64::from(mel.get(row, t)) - e).abs() / highest);
        }
    }
    worst
}

#[test]
fn the_built_in_tables_given_back_change_nothing_but_rounding() {
    let samples = signals::make("speech", 1, 16_000, 8_000);
    for preset in PRESETS {
        // In energies, where no logarithm enlarges the rounding of weak bands.
        let config = config(
            preset,
            &[
                ("log_ceiling", "none"),
                ("log", "none"),
                ("top_db", "none"),
                ("reference", "none"),
                ("normalize", "none"),
                ("offset", "0"),
            ],
        );
        let window = to_f32(&oracle::window(&config));
        let rows: Vec<f32> = oracle::filterbank(&config).iter().flat_map(|row| to_f32(row)).collect();
        let built_in = MelExtractor::new(&config).unwrap().compute(&samples).unwrap();
        let highest = built_in.data().iter().copied().fold(0.0, f32::max);
        for (own_window, own_rows) in
            [(Some(&window[..]), None), (None, Some(&rows[..])), (Some(&window[..]), Some(&rows[..]))]
        {
            let own = with(&config, own_window, own_rows).unwrap().compute(&samples).unwrap();
            for (a, b) in own.data().iter().zip(built_in.data()) {
                assert!((a - b).abs() <= 2e-6 * highest, "{preset}: {a} and {b}, highest {highest}");
            }
        }
    }
}

#[test]
fn a_window_of_any_shape() {
    let samples = signals::make("white", 1, 16_000, 4_000);
    for (preset, options) in [
        ("librosa", &[("n_fft", "400"), ("win_length", "301"), ("hop_length", "100")][..]),
        ("librosa", &[("n_fft", "400"), ("win_length", "301"), ("frame_span", "window")]),
        ("librosa", &[("n_fft", "512"), ("spectrum_norm", "window")]),
        ("kaldi-fbank", &[("log", "none")]),
    ] {
        let config = config(preset, options);
        // Not symmetric, partly negative.
        let window: Vec<f32> =
            (0..config.window_length()).map(|i| (i as f32 * 0.37).sin() + 0.001 * i as f32).collect();
        let extractor = with(&config, Some(&window), None).unwrap();
        let exact = window.iter().map(|&w| f64::from(w)).collect();
        let tables = Tables { window: Some(exact), filterbank: None };
        let off = off(&extractor, &samples, &tables);
        assert!(off < 2e-6, "{preset} {options:?}: {off:.2e} of the highest");
    }
}

#[test]
fn filters_that_are_no_triangles() {
    let samples = signals::make("white", 1, 16_000, 4_000);
    let config = config("librosa", &[("n_fft", "400"), ("hop_length", "160"), ("n_mels", "5")]);
    let n_bins = 201;
    let mut rows = vec![vec![0.0f64; n_bins]; 5];
    rows[0].fill(1.0);
    rows[1][0] = 2.5;
    rows[2][200] = 1.0;
    // Row 3 has nothing; row 4 has gaps and negative weights.
    for bin in (10..150).step_by(7) {
        rows[4][bin] = if bin % 2 == 0 { -0.5 } else { 1.25 };
    }
    let flat: Vec<f32> = rows.iter().flat_map(|row| to_f32(row)).collect();
    let extractor = with(&config, None, Some(&flat)).unwrap();
    assert_eq!(extractor.empty_filters(), [3]);
    let off = off(&extractor, &samples, &Tables { window: None, filterbank: Some(rows) });
    assert!(off < 2e-6, "{off:.2e} of the highest");
}

#[test]
fn filters_that_no_bin_falls_into_are_named() {
    // 128 bands of 64 bins: the narrow ones at the bottom get none. Which, the oracle says.
    for options in [
        &[("n_fft", "128"), ("n_mels", "128")][..],
        &[("n_fft", "128"), ("n_mels", "128"), ("mel_scale", "htk"), ("f_min", "100")],
        &[("n_fft", "512"), ("n_mels", "80")],
        &[("n_fft", "64"), ("n_mels", "300"), ("triangle_domain", "mel"), ("mel_scale", "kaldi")],
    ] {
        let config = config("librosa", options);
        let is_empty = |row: &Vec<f64>| row.iter().all(|&weight| weight == 0.0);
        let rows = oracle::filterbank(&config);
        let expected: Vec<usize> =
            rows.iter().enumerate().filter(|(_, row)| is_empty(row)).map(|(mel, _)| mel).collect();
        assert_eq!(MelExtractor::new(&config).unwrap().empty_filters(), expected, "{options:?}");
    }
}

#[test]
fn the_weights_of_the_filters_are_told() {
    let sizes: &[&[(&str, &str)]] = &[
        &[],
        &[("n_mels", "3"), ("n_mfcc", "2")],
        &[("n_fft", "511"), ("win_length", "400"), ("hop_length", "100"), ("precision", "double")],
        &[("n_fft", "2038"), ("hop_length", "100")], // 2 · 1019, a large prime
        &[("n_mels", "300"), ("power", "1"), ("magnitude_eps", "1e-9")],
    ];
    for preset in PRESETS {
        for options in sizes {
            let fixed = [("n_frames", "none"), ("f_max", "none"), ("pad_start", "0")];
            let config = config(preset, &[options, &fixed[..]].concat());
            let Ok(extractor) = MelExtractor::new(&config) else { continue };
            let exact = oracle::filterbank(&config);
            let weights = extractor.filterbank().unwrap();
            assert_eq!(weights.len(), exact.len() * exact[0].len(), "{preset} {options:?}");
            let highest = exact.iter().flatten().fold(0.0f64, |highest, &weight| highest.max(weight));
            assert!(highest > 0.0);
            for (at, (weight, exact)) in weights.iter().zip(exact.iter().flatten()).enumerate() {
                let off = (f64::from(*weight) - exact).abs();
                assert!(off <= 1e-7 * highest, "{preset} {options:?}: {weight}, not {exact}, at {at}");
            }
        }
    }
}

#[test]
fn own_weights_are_told_as_they_were_given() {
    for n_fft in ["2", "30", "401", "512", "2038"] {
        let options = [
            ("n_fft", n_fft),
            ("hop_length", "1"),
            ("n_mels", "7"),
            ("center", "false"),
            ("f_max", "none"),
        ];
        let config = config("librosa", &options);
        let n_bins = config.n_fft as usize / 2 + 1;
        let weight = |i: usize| if i.is_multiple_of(3) { 0.0 } else { (i as f32 * 0.37).sin() * 1e3 };
        let rows: Vec<f32> = (0..7 * n_bins).map(weight).collect();
        for instruction_set in InstructionSet::available() {
            let overrides = Overrides {
                filterbank: Some(&rows),
                instruction_set: Some(instruction_set),
                ..Overrides::default()
            };
            let own = MelExtractor::with_overrides(&config, overrides).unwrap();
            assert_eq!(own.filterbank().unwrap(), rows, "{n_fft} {instruction_set:?}");
            let mut out = vec![77.0; rows.len() + 1];
            own.filterbank_into(&mut out).unwrap();
            assert_eq!((&out[..rows.len()], out[rows.len()]), (&rows[..], 77.0));
            let short = own.filterbank_into(&mut out[..rows.len() - 1]).unwrap_err();
            let (expected, actual) = (rows.len(), rows.len() - 1);
            assert_eq!(short, Error::BufferSize { what: "out", expected, actual });
        }
    }
}

#[test]
fn streams_use_them_too() {
    let config = config("kaldi-fbank", &[("n_mels", "2")]);
    let window: Vec<f32> = (0..400).map(|i| 1.0 - (i as f32 - 199.5).abs() / 200.0).collect();
    let rows: Vec<f32> = (0..2 * 257).map(|i| if i % 3 == 0 { 0.5 } else { 0.25 }).collect();
    let extractor = with(&config, Some(&window), Some(&rows)).unwrap();
    let samples = signals::make("speech", 1, 16_000, 4_000);
    let whole = frames(&extractor.compute(&samples).unwrap());
    let mut stream = extractor.stream().unwrap();
    let mut all = Vec::new();
    for chunk in samples.chunks(300) {
        all.extend(frames(&stream.push(chunk).unwrap()));
    }
    all.extend(frames(&stream.finish().unwrap()));
    assert_same_frames(&all, &whole, "with tables");
}

#[test]
fn tables_of_another_length_are_refused() {
    let config = config("whisper", &[("win_length", "300")]);
    for length in [0, 1, 299, 301, 400] {
        let error = with(&config, Some(&vec![1.0; length]), None).unwrap_err();
        assert_eq!(error, Error::BufferSize { what: "window", expected: 300, actual: length });
    }
    for length in [0, 80, 80 * 200, 80 * 201 - 1, 80 * 201 + 1] {
        let error = with(&config, None, Some(&vec![1.0; length])).unwrap_err();
        assert_eq!(error, Error::BufferSize { what: "filterbank", expected: 80 * 201, actual: length });
    }
}

#[test]
fn tables_with_bad_values_are_refused() {
    let config = config("whisper", &[]);
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut window = vec![1.0; 400];
        window[399] = value;
        let mut rows = vec![0.0; 80 * 201];
        rows[5_000] = value;
        for (table, error) in [
            ("window", with(&config, Some(&window), None).unwrap_err()),
            ("filterbank", with(&config, None, Some(&rows)).unwrap_err()),
        ] {
            let Error::Config { field, .. } = error else { panic!("{error:?}") };
            assert_eq!(field, table);
        }
    }
}

#[test]
fn an_instruction_set_that_is_not_there_is_refused() {
    let others = [InstructionSet::Neon, InstructionSet::Simd128, InstructionSet::Avx512];
    let available: Vec<_> = InstructionSet::available().collect();
    assert!(available.contains(&InstructionSet::Scalar));
    for set in others.into_iter().filter(|set| !available.contains(set)) {
        let overrides = Overrides { instruction_set: Some(set), ..Overrides::default() };
        let error = MelExtractor::with_overrides(&MelConfig::whisper(), overrides).unwrap_err();
        let Error::Config { field, .. } = error else { panic!("{error:?}") };
        assert_eq!(field, "instruction_set");
    }
}

#[test]
fn windows_that_overflow_are_refused() {
    let mut window = vec![1.0f32; 400];
    window[7] = 1e36;
    let scaled = config("kaldi-fbank", &[]);
    let error = with(&scaled, Some(&window), None).unwrap_err();
    assert!(matches!(error, Error::Config { ref field, .. } if field == "window"), "{error}");
}
