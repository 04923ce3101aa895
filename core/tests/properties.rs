//! What holds for every configuration and input, tried on random ones.

mod support;

use mojo_audio_core::config::{Log, Normalize, OptionKind, Precision};
use mojo_audio_core::{
    Error, Expected, MelConfig, MelExtractor, OPTIONS, Overrides, PRESETS, Sample, Spelling,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use support::{assert_same_frames, config, frames, oracle, signals};

/// One option and a value for it, of whatever kind it is.
#[derive(Clone, Copy, Debug)]
struct Change {
    option: usize,
    /// Chooses among the values worth trying.
    pick: usize,
    /// A number for those that have a range.
    part: f64,
}

/// Integers that matter to some option: small, around the presets' sizes, of awkward factors.
const INTEGERS: [u64; 28] = [
    0, 1, 2, 3, 4, 5, 7, 8, 13, 16, 23, 31, 40, 64, 80, 97, 100, 128, 160, 199, 200, 256, 257, 400,
    401, 509, 800, 1024,
];
const NUMBERS: [f64; 20] = [
    0.0, 1e-10, 1e-5, 0.01, 0.5, 0.85, 0.97, 1.0, 1.5, 2.0, 3.0, 4.0, 10.0, 22.0, 80.0, 100.0, 1000.0,
    4000.0, 32768.0, -1.0,
];

impl Change {
    fn value(&self) -> String {
        let option = &OPTIONS[self.option];
        let pick = self.pick;
        if option.optional && pick.is_multiple_of(4) {
            return "none".into();
        }
        match option.kind {
            OptionKind::U32 | OptionKind::U64 => match option.name {
                "sample_rate" => {
                    [8_000, 11_025, 16_000, 22_050, 44_101, 48_000, 1, 0][pick % 8].to_string()
                }
                _ => INTEGERS[pick % INTEGERS.len()].to_string(),
            },
            // A power of 22 of a loud sound is no number that a float32 holds.
            OptionKind::F64 if option.name == "power" => {
                [0.5, 1.0, 1.5, 2.0, 3.0][pick % 5].to_string()
            }
            OptionKind::F64 if pick.is_multiple_of(3) => {
                (self.part * NUMBERS[pick % NUMBERS.len()]).to_string()
            }
            OptionKind::F64 => NUMBERS[pick % NUMBERS.len()].to_string(),
            OptionKind::Bool => pick.is_multiple_of(2).to_string(),
            OptionKind::Choice { values, .. } => values[pick % values.len()].name.into(),
        }
    }
}

prop_compose! {
    fn change()(option in 0..OPTIONS.len(), pick in 0..10_000usize, part in 0.0..1.0f64) -> Change {
        Change { option, pick, part }
    }
}

prop_compose! {
    /// A preset with some options changed; the sizes are kept such that a case takes milliseconds.
    fn any_config()(
        preset in 0..PRESETS.len(),
        changes in proptest::collection::vec(change(), 0..14),
    ) -> Configured {
        let mut config = MelConfig::preset(PRESETS[preset]).unwrap();
        // Their own are ten seconds.
        config.pad_to = config.pad_to.map(|_| 3_000);
        config.n_frames = config.n_frames.map(|_| 20);
        for change in changes {
            config.set(OPTIONS[change.option].name, &change.value()).unwrap();
        }
        Configured(config)
    }
}

/// Numbers at the ends of what options can hold, in float64 and as the float32 they become.
const EXTREMES: [f64; 16] = [
    5e-324,
    1e-310,
    f64::MIN_POSITIVE,
    1e-160,
    7e-46,
    1e-45,
    1e-39,
    f32::MIN_POSITIVE as f64,
    1e-19,
    f64::EPSILON,
    1e9,
    1.8e19,
    1e30,
    8.5e37,
    1e38,
    f32::MAX as f64,
];

prop_compose! {
    /// A preset with some choices changed, and some numbers extreme.
    fn extreme_config()(
        preset in 0..PRESETS.len(),
        changes in proptest::collection::vec((change(), -45..39i32), 0..16),
        narrow in proptest::bool::weighted(0.1),
        bin in 0..201u32,
    ) -> Configured {
        let mut config = MelConfig::preset(PRESETS[preset]).unwrap();
        config.pad_to = None;
        config.n_frames = None;
        for (change, exponent) in changes {
            let option = &OPTIONS[change.option];
            let value = match option.kind {
                OptionKind::F64 => match change.pick % 4 {
                    0 => EXTREMES[change.pick / 4 % EXTREMES.len()],
                    1 => 10f64.powi(exponent),
                    // A neighbour of what is there.
                    2 => config.get(option.name).unwrap().parse().unwrap_or(4000f64).next_up(),
                    _ => NUMBERS[change.pick / 4 % NUMBERS.len()],
                }
                .to_string(),
                OptionKind::Bool | OptionKind::Choice { .. } => change.value(),
                OptionKind::U32 | OptionKind::U64 => continue,
            };
            config.set(option.name, &value).unwrap();
        }
        // The narrowest bank there can be, around a bin.
        if narrow {
            config.f_min = 40.0 * f64::from(bin);
            config.f_max = Some(config.f_min.next_up().next_up());
            config.n_mels = 1 + bin % 3;
        }
        Configured(config)
    }
}

/// 1, or what turns samples and weights of about 1 into very small or large ones.
fn extreme_factor() -> impl Strategy<Value = f32> {
    prop_oneof![Just(1.0f32), (-46..39i32).prop_map(|exponent| 10f32.powi(exponent))]
}

/// A configuration that shows only what makes it another than Whisper's.
#[derive(Clone)]
struct Configured(MelConfig);

impl std::fmt::Debug for Configured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let whisper = MelConfig::whisper();
        let value = |config: &MelConfig, name| config.get(name).unwrap();
        let changed = OPTIONS.iter().map(|option| option.name);
        let changed = changed.filter(|name| value(&self.0, name) != value(&whisper, name));
        f.debug_map().entries(changed.map(|name| (name, value(&self.0, name)))).finish()
    }
}

/// Samples that show how they are made.
#[derive(Clone)]
struct Samples {
    kind: &'static str,
    seed: u64,
    values: Vec<f32>,
}

impl std::fmt::Debug for Samples {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "make({:?}, {}, 16_000, {})", self.kind, self.seed, self.values.len())
    }
}

fn some_samples() -> impl Strategy<Value = Samples> {
    let length = prop_oneof![1..20usize, 1..500usize, 300..3_000usize];
    (0..signals::KINDS.len(), 0..100u64, length).prop_map(|(kind, seed, n)| {
        let kind = signals::KINDS[kind];
        Samples { kind, seed, values: signals::make(kind, seed, 16_000, n) }
    })
}

/// Checks that what an option may be names other options as parts of their own.
fn check_expected(expected: &Expected) {
    let (plain, camel) = (expected.to_string(), expected.spelled(Spelling::JAVASCRIPT).to_string());
    assert!(!plain.is_empty() && !plain.contains('`'), "{plain}");
    let names = OPTIONS.iter().map(|option| option.name).filter(|name| name.contains('_'));
    let is_word = |name: &str| {
        camel.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == name)
    };
    for name in names {
        assert!(!is_word(name), "{name} is no part of its own: {camel}");
    }
    assert!(!camel.ends_with(", or none"), "none is no part of its own: {camel}");
}

/// The extractor, or nothing if the configuration is refused with an option that there is.
fn accepted(config: &MelConfig) -> Option<MelExtractor> {
    match (config.check(), MelExtractor::new(config)) {
        (Ok(()), Ok(extractor)) => Some(extractor),
        (Err(Error::Config { field, value, expected }), Err(Error::Config { field: again, .. })) => {
            assert_eq!(field, again);
            assert!(OPTIONS.iter().any(|option| option.name == field), "there is no {field}");
            assert_eq!(config.get(&field), Ok(value));
            check_expected(&expected);
            None
        }
        // How much of these is too much, and whether there is a window to divide by, depends on the window
        // and the filters, which only the plan has.
        (Ok(()), Err(Error::Config { field, .. }))
            if ["dither", "f_max", "magnitude_eps", "normalize_input", "spectrum_norm"]
                .contains(&&*field) =>
        {
            None
        }
        (check, new) => panic!("check says {check:?}, new says {new:?}"),
    }
}

/// `n` tries, the same in each run. `PROPTEST_CASES` in the environment sets their number and makes them new
/// each time.
fn tries(n: u32) -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return config;
    }
    ProptestConfig { cases: n, rng_seed: RngSeed::Fixed(1), ..config }
}

proptest! {
    #![proptest_config(tries(1_500))]

    #[test]
    fn a_configuration_is_refused_or_gives_finite_values(
        Configured(config) in any_config(),
        Samples { values: samples, .. } in some_samples(),
    ) {
        let Some(extractor) = accepted(&config) else { return Ok(()) };
        let mel = extractor.compute(&samples).unwrap();
        prop_assert_eq!(mel.n_mels(), config.n_rows() as usize);
        prop_assert_eq!(mel.n_mels(), extractor.n_mels());
        prop_assert_eq!(mel.n_frames(), extractor.frame_count(samples.len()));
        prop_assert_eq!(mel.data().len(), mel.n_mels() * mel.n_frames());
        prop_assert_eq!(mel.layout(), config.layout);
        for (at, value) in mel.data().iter().enumerate() {
            prop_assert!(value.is_finite(), "value {} is {}", at, value);
        }
        let integers = signals::to_int16(&samples);
        for value in extractor.compute(&integers).unwrap().data() {
            prop_assert!(value.is_finite());
        }
    }

    #[test]
    fn a_stream_gives_the_whole(
        Configured(config) in any_config(),
        Samples { values: samples, .. } in some_samples(),
        sizes in proptest::collection::vec(0..700usize, 1..20),
    ) {
        let Some(extractor) = accepted(&config) else { return Ok(()) };
        let Ok(mut stream) = extractor.stream() else { return Ok(()) };
        let whole = frames(&extractor.compute(&samples).unwrap());
        let mut rest = &samples[..];
        let mut all = Vec::new();
        for size in sizes {
            let (chunk, later) = rest.split_at(size.min(rest.len()));
            let promised = stream.frames_after(chunk.len());
            let mel = stream.push(chunk).unwrap();
            prop_assert_eq!(mel.n_frames(), promised);
            all.extend(frames(&mel));
            rest = later;
        }
        all.extend(frames(&stream.push(rest).unwrap()));
        prop_assert_eq!(stream.frames_at_finish(), whole.len() - all.len());
        all.extend(frames(&stream.finish().unwrap()));
        assert_same_frames(&all, &whole, "stream");
    }

    #[test]
    fn the_first_bad_sample_is_named(
        Configured(config) in any_config(),
        Samples { values: samples, .. } in some_samples(),
        place in 0.0..1.0f64,
        second in 0.0..1.0f64,
        kind in 0..3usize,
    ) {
        let Some(extractor) = accepted(&config) else { return Ok(()) };
        let bad = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
        let at = (place * samples.len() as f64) as usize;
        let mut samples = samples;
        let later = at + (second * (samples.len() - at) as f64) as usize;
        samples[later] = f32::NAN;
        samples[at] = bad[kind];
        let error = extractor.compute(&samples).unwrap_err();
        match error {
            Error::Sample { index, value, limit } => {
                prop_assert_eq!(index, at);
                prop_assert_eq!(value.to_bits(), bad[kind].to_bits());
                prop_assert!(limit > 0.0 && limit.is_finite());
            }
            error => prop_assert!(false, "{error:?}"),
        }
        if let Ok(mut stream) = extractor.stream() {
            let error = stream.push(&samples).unwrap_err();
            prop_assert!(matches!(error, Error::Sample { index, .. } if index == at), "{:?}", error);
        }
    }

    #[test]
    fn a_configuration_survives_as_text(Configured(config) in any_config()) {
        let mut copy = MelConfig::whisper();
        for option in OPTIONS {
            copy.set(option.name, &config.get(option.name).unwrap()).unwrap();
        }
        prop_assert_eq!(copy, config);
    }
}

proptest! {
    #![proptest_config(tries(500))]

    #[test]
    fn random_configurations_agree_with_the_oracle(
        Configured(config) in any_config(),
        Samples { values: samples, .. } in some_samples(),
    ) {
        let mut config = config;
        config.dither = 0.0;
        // Deviations and cepstra mix strong bands with weak ones, of which single precision knows little.
        config.precision = Precision::Double;
        let Some(extractor) = accepted(&config) else { return Ok(()) };
        let mel = extractor.compute(&samples).unwrap();
        let truth = oracle::mel_spectrogram(&config, &samples);
        prop_assert_eq!(mel.n_frames(), truth.n_frames);
        prop_assert_eq!(mel.n_mels(), truth.rows.len());
        // Rounding is relative to the offset, too, which may cancel the logarithm, and to the reference.
        let smallest = (config.offset * config.scale).abs().max(1e-12);
        // And the logarithm of 1 is 0 but for rounding.
        let smallest = if config.log == Log::None { smallest } else { smallest.max(0.1 * config.scale.abs()) };
        let highest_of = |truth: &oracle::Truth| {
            truth.rows.iter().flatten().fold(smallest, |highest, y| highest.max(y.abs()))
        };
        let mut highest = highest_of(&truth);
        if config.subtract_reference {
            let unshifted = MelConfig { subtract_reference: false, ..config.clone() };
            highest = highest.max(highest_of(&oracle::mel_spectrogram(&unshifted, &samples)));
        }
        // Where a row hardly changes, its normalization magnifies rounding without limit.
        if config.normalize != Normalize::None {
            return Ok(());
        }
        let n_mels = config.n_mels as usize;
        for t in 0..truth.n_frames {
            // Weak bands of clean signals hold nothing but rounding, and a coefficient is made of all.
            let all_are_known = (0..n_mels).all(|band| truth.is_known(band, t));
            // Deltas are of several frames.
            let parts = 1 + config.delta_win_length.map_or(0, |_| config.delta_order as usize);
            let plain_rows = truth.rows.len() / config.stack as usize / parts;
            let is_delta = |row: usize| !(row / plain_rows).is_multiple_of(parts);
            let is_known = |row: usize| !is_delta(row) && match (config.n_mfcc, config.use_energy, config.htk_compat) {
                (Some(_), _, _) => all_are_known,
                (None, true, false) => row == 0 || truth.is_known(row - 1, t),
                (None, _, _) => row == n_mels || truth.is_known(row, t),
            };
            for (row, values) in truth.rows.iter().enumerate().filter(|(row, _)| is_known(*row)) {
                let (y, e) = (f64::from(mel.get(row, t)), values[t]);
                prop_assert!((y - e).abs() <= 1e-4 * highest, "({row}, {t}) is {y}, expected {e}, highest {highest}");
            }
        }
    }

}

proptest! {
    #![proptest_config(tries(1_000))]

    #[test]
    fn extreme_numbers_are_refused_or_give_finite_values(
        Configured(config) in extreme_config(),
        Samples { values: samples, .. } in some_samples(),
        loudness in extreme_factor(),
    ) {
        let Some(extractor) = accepted(&config) else { return Ok(()) };
        let samples: Vec<f32> = samples.iter().map(|sample| sample * loudness).collect();
        finite_or_refused(&extractor, &samples)?;
    }

    #[test]
    fn extreme_tables_are_refused_or_give_finite_values(
        Configured(config) in extreme_config(),
        Samples { values: samples, .. } in some_samples(),
        [heaviest, steepest] in proptest::array::uniform2(extreme_factor()),
    ) {
        let window: Vec<f32> =
            (0..config.window_length()).map(|i| heaviest / (1 + i % 3) as f32).collect();
        let weights = config.n_mels as usize * (config.n_fft as usize / 2 + 1);
        let filterbank: Vec<f32> = (0..weights).map(|i| steepest / (1 + i % 5) as f32).collect();
        let rows: Vec<f32> = (0..config.n_rows()).map(|row| heaviest / (1 + row % 3) as f32).collect();
        let overrides = Overrides {
            window: Some(&window),
            filterbank: Some(&filterbank),
            row_mean: Some(&rows[..]).filter(|_| config.n_mels.is_multiple_of(2)),
            row_scale: Some(&rows),
            ..Overrides::default()
        };
        match MelExtractor::with_overrides(&config, overrides) {
            Ok(extractor) => finite_or_refused(&extractor, &samples)?,
            Err(error) => prop_assert!(matches!(error, Error::Config { .. }), "{:?}", error),
        }
    }
}

/// Checks that the whole and a stream have finite values, or name a sample that is too large.
fn finite_or_refused(extractor: &MelExtractor, samples: &[f32]) -> Result<(), TestCaseError> {
    let stream = extractor.stream().ok().map(|mut stream| stream.push(samples));
    for result in [Some(extractor.compute(samples)), stream].into_iter().flatten() {
        match result {
            Ok(mel) => {
                let bad = mel.data().iter().position(|value| !value.is_finite());
                prop_assert_eq!(bad, None);
            }
            Err(Error::Sample { value, limit, .. }) => {
                prop_assert!(value.abs() > limit, "{} is not above {}", value, limit);
            }
            Err(error) => prop_assert!(false, "{:?}", error),
        }
    }
    Ok(())
}

/// Ten times the amplitude is twice a decade of power: + 2 in log10, + 20 in decibels.
#[test]
fn a_louder_signal_is_the_same_but_louder() {
    let samples: Vec<f32> = signals::make("white", 5, 16_000, 8_000);
    let louder: Vec<f32> = samples.iter().map(|x| x * 10.0).collect();
    for (log, step) in [("log10", 2.0), ("db", 20.0), ("ln", 2.0 * std::f64::consts::LN_10)] {
        // Log floors that the noise is far above.
        let options = [("log", log), ("log_floor", "1e-30"), ("drop_last_frame", "true")];
        let extractor = MelExtractor::new(&config("torchaudio", &options)).unwrap();
        let (a, b) = (extractor.compute(&samples).unwrap(), extractor.compute(&louder).unwrap());
        for (a, b) in a.data().iter().zip(b.data()) {
            // Bands that no bin falls into stay at the floor.
            if *a > -25.0 * step as f32 / 2.0 {
                assert!((f64::from(b - a) - step).abs() < 1e-5 * step, "{log}: {a} and {b}");
            }
        }
    }
}

#[test]
fn sizes_from_end_to_end() {
    let samples = signals::make("white", 1, 16_000, 2_000);
    let gives = |options: &[(&str, &str)]| {
        let config = config("librosa", &[options, &[("f_max", "none")]].concat());
        let extractor =
            MelExtractor::new(&config).unwrap_or_else(|error| panic!("{options:?}: {error}"));
        let mel = extractor.compute(&samples).unwrap();
        assert!(mel.data().iter().all(|value| value.is_finite() && *value >= 0.0), "{options:?}");
        assert!(mel.n_frames() > 0, "{options:?}");
    };
    for rate in ["1", "2", "3", "7", "999", "8000", "11025", "192000", "4294967294", "4294967295"] {
        for scale in ["slaney", "htk", "kaldi"] {
            for bins in ["exact", "linspace"] {
                for domain in ["hz", "mel"] {
                    gives(&[
                        ("sample_rate", rate),
                        ("mel_scale", scale),
                        ("bin_frequencies", bins),
                        ("triangle_domain", domain),
                        ("n_fft", "256"),
                    ]);
                }
            }
        }
    }
    for n_fft in ["2", "3", "16381", "32768", "44100", "65521", "65536"] {
        gives(&[("n_fft", n_fft), ("hop_length", "1999")]);
    }
    for n_mels in ["1", "2", "3", "1000", "4095", "4096"] {
        gives(&[("n_mels", n_mels), ("n_fft", "64")]);
        gives(&[("n_mels", n_mels), ("n_fft", "2"), ("hop_length", "100")]);
    }
    for hop in ["1", "2049", "1000000", "4294967295"] {
        gives(&[("hop_length", hop), ("n_fft", "64")]);
    }
}

#[test]
fn samples_up_to_the_limit_are_taken() {
    for preset in PRESETS {
        for options in
            [&[][..], &[("use_energy", "true"), ("window", "rectangular"), ("n_frames", "none")]]
        {
            let extractor = MelExtractor::new(&config(preset, options)).unwrap();
            let limit = match extractor.compute(&[f32::NAN]).unwrap_err() {
                Error::Sample { limit, .. } => limit,
                error => panic!("{error:?}"),
            };
            // Enough for every 24-bit integer.
            assert!(limit > 16_777_216.0, "{preset}: {limit}");
            for sign in [[1.0, 1.0], [1.0, -1.0]] {
                let samples: Vec<f32> = (0..5_000).map(|i| limit * sign[i % 2]).collect();
                let mel = extractor.compute(&samples).unwrap();
                assert!(mel.data().iter().all(|value| value.is_finite()), "{preset} {options:?}");
            }
        }
    }
}

#[test]
fn what_a_stream_takes_the_whole_takes() {
    // The whole may take more: samples above the limit that happen to do no harm. A large sample where
    // the window is 0 does none to the bands, but to the frame's energy.
    let plain = [("use_energy", "true"), ("preemphasis", "0"), ("remove_dc_offset", "false")];
    for options in [&[][..], &plain, &[("use_energy", "true")]] {
        let extractor = MelExtractor::new(&config("kaldi-fbank", options)).unwrap();
        for (exponent, place) in (1..39).flat_map(|e| [(e, 0), (e, 160), (e, 500), (e, 999)]) {
            let mut samples = vec![0.0f32; 1_000];
            samples[place] = 10f32.powi(exponent);
            let what = format!("1e{exponent} at {place} with {options:?}");
            let whole = extractor.compute(&samples);
            match extractor.stream().unwrap().push(&samples) {
                Ok(_) => assert!(whole.is_ok(), "{what}: {whole:?}"),
                Err(Error::Sample { index, value, limit }) => {
                    assert_eq!(index, place, "{what}");
                    assert!(value > limit, "{what}");
                }
                Err(error) => panic!("{what}: {error:?}"),
            }
            match whole {
                Ok(mel) => assert!(mel.data().iter().all(|value| value.is_finite()), "{what}"),
                Err(error) => assert!(
                    matches!(error, Error::Sample { index, .. } if index == place),
                    "{what}: {error:?}"
                ),
            }
        }
    }
}

#[test]
fn quiet_is_not_nothing() {
    // Denormal samples, and the smallest there is.
    for preset in PRESETS {
        let extractor = MelExtractor::new(&config(preset, &[])).unwrap();
        for value in [f32::from_bits(1), 1e-40, f32::MIN_POSITIVE, -0.0] {
            let mel = extractor.compute(&vec![value; 3_000]).unwrap();
            assert!(mel.data().iter().all(|value| value.is_finite()), "{preset} of {value:e}");
        }
    }
}

#[test]
fn unread_samples_are_checked_too() {
    // Samples between frames that lie apart, after the last, and of an input too short for any.
    fn place<S: Sample>(extractor: &MelExtractor, samples: &[S]) -> usize {
        match extractor.compute(samples) {
            Err(Error::Sample { index, .. }) => index,
            other => panic!("{other:?}"),
        }
    }
    for (options, n) in [
        (&[("center", "false"), ("hop_length", "1000")][..], 3_500),
        (&[("center", "false"), ("n_frames", "2")], 3_500),
        (&[("center", "false")], 399),
        (&[("center", "false")], 559),
        (&[("n_frames", "1")], 3_500),
        (&[], 100),
    ] {
        let extractor = MelExtractor::new(&config("whisper", options)).unwrap();
        for at in (0..n).step_by(7).chain([n - 1]) {
            let mut samples = vec![0.1f32; n];
            samples[at] = f32::NAN;
            assert_eq!(place(&extractor, &samples), at, "{options:?}");
        }
    }
}

#[test]
fn enormous_scales_do_not_make_infinities() {
    let samples = signals::make("white", 5, 16_000, 2_000);
    for (preset, options) in [
        ("whisper", &[("offset", "1e38")][..]),
        ("whisper", &[("offset", "-1e38"), ("scale", "1e38")]),
        ("kaldi-fbank", &[("scale", "1e38")]),
        ("torchaudio", &[("scale", "1e36")]),
        ("torchaudio", &[("scale", "1e30"), ("input_scale", "1e5")]),
        ("kaldi-fbank", &[("n_mfcc", "13"), ("scale", "1e37")]),
    ] {
        let Some(extractor) = accepted(&config(preset, options)) else { continue };
        if let Ok(mel) = extractor.compute(&samples) {
            let bad = mel.data().iter().find(|value| !value.is_finite());
            assert_eq!(bad, None, "{preset} {options:?}");
        }
    }
}

#[test]
fn enormous_energies_are_refused_or_finite() {
    for (preset, n_mfcc) in [("torchaudio", "none"), ("torchaudio", "37"), ("kaldi-fbank", "13")] {
        let options = [("log", "none"), ("scale", "5953"), ("n_mfcc", n_mfcc)];
        let extractor = MelExtractor::new(&config(preset, &options)).unwrap();
        for exponent in 0..39 {
            let factor = 10f32.powi(exponent);
            let samples = signals::make("white", 1, 16_000, 4_000);
            let samples: Vec<f32> = samples.iter().map(|x| x * factor).collect();
            let what = format!("{preset}, {n_mfcc}, 1e{exponent}");
            match extractor.compute(&samples) {
                Ok(mel) => assert!(mel.data().iter().all(|value| value.is_finite()), "{what}"),
                Err(Error::Sample { value, limit, .. }) => assert!(value.abs() > limit, "{what}"),
                Err(error) => panic!("{what}: {error:?}"),
            }
            if let Ok(mel) = extractor.stream().unwrap().push(&samples) {
                assert!(mel.data().iter().all(|value| value.is_finite()), "{what}, stream");
            }
        }
    }
}

/// The reciprocal of a subnormal number is infinite, and 0 times that is no number.
#[test]
fn rows_that_never_change_are_0_whatever_eps_is() {
    for normalize in ["mean", "variance", "deviation"] {
        for eps in ["0", "5e-324", "1e-310", "2.3e-308", "1e-160", "1e-45", "3e38"] {
            let options = [("normalize", normalize), ("normalize_eps", eps)];
            let extractor = MelExtractor::new(&config("parakeet", &options)).unwrap();
            let mel = extractor.compute(&[0.0f32; 1_751]).unwrap();
            assert_eq!((mel.n_mels(), mel.n_frames()), (80, 11));
            assert!(mel.data().iter().all(|value| *value == 0.0), "{normalize}, {eps}");
        }
    }
}

/// Energies of windowed samples, where the window that has the scale of the input in it is all zeros, and
/// where its norm is so large that its square is no float.
#[test]
fn windowed_energies_do_not_depend_on_the_norm() {
    let samples = signals::make("white", 5, 16_000, 2_000);
    let energies = |options: &[(&str, &str)], window: f32| {
        let options = [options, &[("use_energy", "true"), ("raw_energy", "false")]].concat();
        let config = config("kaldi-fbank", &options);
        let window = vec![window; config.window_length() as usize];
        let overrides = Overrides { window: Some(&window), ..Overrides::default() };
        let mel = MelExtractor::with_overrides(&config, overrides)?.compute(&samples)?;
        Ok::<_, Error>(frames(&mel).iter().map(|frame| frame[0]).collect::<Vec<f32>>())
    };
    let silent = energies(&[("input_scale", "5e-324"), ("spectrum_norm", "window")], 1.0).unwrap();
    assert!(silent.iter().all(|energy| *energy == f32::EPSILON.ln()), "{silent:?}");
    for norm in ["window", "frame_length"] {
        let plain = energies(&[("input_scale", "1"), ("spectrum_norm", "none")], 1e15).unwrap();
        let normed = energies(&[("input_scale", "1"), ("spectrum_norm", norm)], 1e15).unwrap();
        for (plain, normed) in plain.iter().zip(normed) {
            assert!((plain - normed).abs() < 1e-5 * plain, "{plain} and {normed}");
        }
        let error = energies(&[("input_scale", "1"), ("spectrum_norm", norm)], 1e30).unwrap_err();
        let Error::Sample { value, limit, .. } = error else { panic!("{error:?}") };
        assert!(value.abs() > limit, "{value}, {limit}");
    }
}

/// Corners of triangles that are as near as floats can be, and nearer.
#[test]
fn the_narrowest_bands_are_refused_or_have_finite_weights() {
    let samples = signals::make("white", 5, 16_000, 800);
    let mut refused = 0;
    for scale in ["slaney", "htk", "kaldi"] {
        for domain in ["mel", "hz"] {
            for bin in 1..100 {
                let mut config = config("torchaudio", &[("mel_norm", "slaney"), ("mel_scale", scale)]);
                config.set("triangle_domain", domain).unwrap();
                let at = 40.0 * f64::from(bin);
                config.f_min = [at.next_down(), at.next_down().next_down()][bin as usize % 2];
                config.f_max = Some(at);
                config.n_mels = bin % 3 + 1;
                match accepted(&config) {
                    Some(extractor) => finite_or_refused(&extractor, &samples).unwrap(),
                    None => refused += 1,
                }
            }
        }
    }
    assert!(refused > 0);
}

/// x to the power of 0 would be 1 for silence, too.
#[test]
fn silence_has_no_power() {
    for power in ["5e-324", "1e-45", "1e-39"] {
        let error = config("torchaudio", &[("power", power)]).check().unwrap_err();
        assert!(matches!(error, Error::Config { ref field, .. } if field == "power"), "{error}");
    }
    let extractor = MelExtractor::new(&config("torchaudio", &[("power", "1.2e-38")])).unwrap();
    assert!(extractor.compute(&[0.0f32; 1_000]).unwrap().data().iter().all(|value| *value == 0.0));
}

/// Samples that are scaled to variance 1 may be larger than before.
#[test]
fn normalized_samples_do_not_overflow() {
    let options = [("normalize_input", "true"), ("power", "3e38")];
    let error = MelExtractor::new(&config("whisper", &options)).unwrap_err();
    let Error::Config { field, .. } = &error else { panic!("{error:?}") };
    assert_eq!(field, "normalize_input");
}

#[test]
fn a_small_scale_lets_no_sample_overflow_before_it() {
    for (preset, options) in [
        ("kaldi-fbank", &[("input_scale", "5e-324")][..]),
        ("kaldi-fbank", &[("input_scale", "1e-30"), ("use_energy", "true")]),
        ("whisper", &[("input_scale", "1e-30"), ("preemphasis", "0.97")]),
    ] {
        let extractor = MelExtractor::new(&config(preset, options)).unwrap();
        let samples: Vec<f32> =
            (0..4000).map(|i| if i % 2 == 0 { f32::MAX } else { f32::MIN }).collect();
        let error = extractor.compute(&samples).unwrap_err();
        let Error::Sample { index: 0, value: f32::MAX, limit } = error else { panic!("{error:?}") };
        let most: Vec<f32> = samples.iter().map(|x| limit.copysign(*x)).collect();
        let mel = extractor.compute(&most).unwrap();
        assert!(mel.data().iter().all(|value| value.is_finite()), "{preset} {options:?}");
    }
}

#[test]
fn a_large_scale_is_refused_where_its_square_overflows() {
    let scaled = |use_energy| {
        let options =
            [("input_scale", "1e20"), ("use_energy", use_energy), ("remove_dc_offset", "true")];
        MelExtractor::new(&config("whisper", &options))
    };
    let error = scaled("true").unwrap_err();
    assert!(matches!(error, Error::Config { ref field, .. } if field == "input_scale"), "{error}");
    let mel = scaled("false").unwrap().compute(&[0.0f32; 1000]).unwrap();
    assert!(mel.data().iter().all(|value| value.is_finite()));
}

#[test]
fn what_is_added_to_magnitudes_does_not_overflow() {
    let options = |eps| [("power", "2664"), ("magnitude_eps", eps)];
    let error = MelExtractor::new(&config("torchaudio", &options("27"))).unwrap_err();
    assert!(matches!(error, Error::Config { ref field, .. } if field == "magnitude_eps"), "{error}");
    let extractor = MelExtractor::new(&config("torchaudio", &options("0.5"))).unwrap();
    assert!(extractor.compute(&[0.0f32; 4000]).unwrap().data().iter().all(|value| value.is_finite()));
}

#[test]
fn preemphasis_ends_with_each_repetition() {
    // The signal is filtered, then repeated, as the float64 oracle of the corpus has it.
    let options =
        [("preemphasis", "0.97"), ("pad_to", "3000"), ("n_fft", "512"), ("hop_length", "160")];
    let config = config("clap", &options);
    let samples = signals::make("white", 5, 48_000, 100);
    let truth = oracle::mel_spectrogram(&config, &samples);
    let mel = MelExtractor::new(&config).unwrap().compute(&samples).unwrap();
    for (row, values) in truth.rows.iter().enumerate() {
        for (t, e) in values.iter().enumerate().filter(|(t, _)| truth.is_strong(row, *t)) {
            let y = f64::from(mel.get(row, t));
            assert!((y - e).abs() < 1e-3, "({row}, {t}) is {y}, expected {e}");
        }
    }
}
