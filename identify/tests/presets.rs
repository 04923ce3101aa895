//! The probe finds every preset, in each orientation and in float16; what is rounded is called so.

#[cfg(not(debug_assertions))]
use mojo_audio_core::Overrides;
use mojo_audio_core::config::Layout;
use mojo_audio_core::{MelConfig, MelExtractor, PRESETS, feature_extractor_classes};
use mojo_audio_identify::{Features, Identified, Recipe, Request, Verdict, identify, probe};
use std::time::Duration;

/// To float16 and back, to the nearest.
fn halved(value: f32) -> f32 {
    let bits = value.to_bits();
    if value.abs() < 6.2e-5 {
        let steps = 16_777_216.0;
        return (value * steps).round_ties_even() / steps;
    }
    f32::from_bits((bits + 0xfff + (bits >> 13 & 1)) & !0x1fff)
}

/// The probe at a rate, as samples.
fn samples(sample_rate: u32) -> Vec<f32> {
    probe(sample_rate).iter().map(|&sample| f32::from(sample) / 32_768.0).collect()
}

/// What is found for features of the probe.
fn search(samples: &[f32], sample_rate: u32, values: &[f32], shape: [usize; 2]) -> Identified {
    // Much time, because a test program is slow.
    let budget = Duration::from_secs(120);
    let features = Features::new(values, shape).unwrap();
    identify(&Request { budget, ..Request::new(samples, sample_rate, features) }).unwrap()
}

/// The verdict, and how what is found differs from a configuration.
fn judged(found: &Identified, config: &MelConfig) -> (Verdict, Option<Vec<(&'static str, String)>>) {
    (found.verdict, found.config.as_ref().map(|found| Recipe::between(config, found)))
}

/// Every preset with `MOJO_AUDIO_LONG=1 cargo test --release -p mojo-audio-identify --test presets`, which
/// takes a minute.
#[test]
fn the_probe_finds_presets() {
    match std::env::var_os("MOJO_AUDIO_LONG") {
        Some(_) => find(PRESETS, Layout::ALL),
        None => find(&["whisper", "kaldi-fbank"], &[Layout::FrameMajor]),
    }
}

fn find(presets: &[&str], layouts: &[Layout]) {
    for &name in presets {
        let preset = MelConfig::preset(name).unwrap();
        let samples = samples(preset.sample_rate);
        for &layout in layouts {
            let config = MelConfig { layout, ..preset.clone() };
            let mel = MelExtractor::new(&config).unwrap().compute(&samples).unwrap();
            let shape = match layout {
                Layout::MelMajor => [mel.n_mels(), mel.n_frames()],
                Layout::FrameMajor => [mel.n_frames(), mel.n_mels()],
            };
            let find =
                |values: &[f32]| judged(&search(&samples, config.sample_rate, values, shape), &config);
            let exact = (Verdict::Found, Some(Vec::new()));
            assert_eq!(find(mel.data()), exact, "{name}, {layout:?}");
            let halves: Vec<f32> = mel.data().iter().map(|&value| halved(value)).collect();
            // Energies below half of float16's least are 0 in it; its logarithms are all there.
            if halves.iter().all(|half| half.is_finite() && half.abs() < 65_504.0) {
                let (verdict, differing) = find(&halves);
                assert_eq!(
                    (verdict, differing),
                    (Verdict::UpToRounding, Some(Vec::new())),
                    "{name} in float16"
                );
            }
        }
    }
}

/// Bands, distances and lengths that no recipe has: the framing is found from how the rows move, the bands from it. Not
/// in programs that aren't optimized, where that takes longer than the search is given.
#[cfg(not(debug_assertions))]
#[test]
fn the_probe_finds_unusual_sizes() {
    let config = MelConfig {
        sample_rate: 48_000,
        n_fft: 1_024,
        hop_length: 221,
        n_mels: 80,
        f_max: Some(16_000.0),
        ..MelConfig::librosa()
    };
    let samples = samples(config.sample_rate);
    let mel = MelExtractor::new(&config).unwrap().compute(&samples).unwrap();
    let found = search(&samples, config.sample_rate, mel.data(), [mel.n_mels(), mel.n_frames()]);
    assert_eq!(judged(&found, &config), (Verdict::Found, Some(Vec::new())));
}

/// What global CMVN makes of a recipe: the means and scales that are recovered make the same features. The floor of the
/// recipe is in the silence of the probe.
#[cfg(not(debug_assertions))]
#[test]
fn the_probe_finds_rows_with_means_and_scales_of_their_own() {
    for (config, n_rows, largest_mean) in [
        (MelConfig { n_mels: 40, ..MelConfig::kaldi_fbank() }, 40, 3.0),
        (MelConfig { log_floor: 2e-5, ..MelConfig::vocos() }, 100, 3.0),
        (MelConfig::funasr(), 560, 3.0),
        // Near enough to the recipe itself that this is found without its rows, too, and far off.
        (MelConfig::whisper(), 80, 0.6),
    ] {
        let samples = samples(config.sample_rate);
        let mean: Vec<f32> =
            (0..n_rows).map(|row| ((row * row % 7) as f32 / 3.0 - 1.0) * largest_mean).collect();
        let scale: Vec<f32> = (0..n_rows).map(|row| 0.1 + (row * row % 5) as f32 / 10.0).collect();
        let compute = |config: &MelConfig, mean: &[f32], scale: &[f32]| {
            let (row_mean, row_scale) = (Some(mean), Some(scale));
            let overrides = Overrides { row_mean, row_scale, ..Overrides::default() };
            MelExtractor::with_overrides(config, overrides).unwrap().compute(&samples).unwrap()
        };
        let mel = compute(&config, &mean, &scale);
        let found = search(&samples, config.sample_rate, mel.data(), [n_rows, mel.n_frames()]);
        assert_eq!(found.verdict, Verdict::Found, "{n_rows} rows");
        let rows = found.row_statistics.unwrap();
        let again = compute(&found.config.unwrap(), &rows.mean, &rows.scale);
        let off = again.data().iter().zip(mel.data()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < 1e-4, "{n_rows} rows: {off}");
    }
}

/// One to seven rows, of which bands are wide, and of cepstra few coefficients.
#[cfg(not(debug_assertions))]
#[test]
fn the_probe_finds_few_rows() {
    let cepstrum = MelConfig { n_mfcc: Some(5), n_mels: 23, lifter: 22.0, ..MelConfig::kaldi_fbank() };
    let bands = MelConfig { n_mels: 4, hop_length: 128, ..MelConfig::whisper() };
    for (config, n_rows) in
        [(cepstrum, 5), (bands, 4), (MelConfig { n_mels: 1, ..MelConfig::whisper() }, 1)]
    {
        let samples = samples(config.sample_rate);
        let mel = MelExtractor::new(&config).unwrap().compute(&samples).unwrap();
        let found = search(&samples, config.sample_rate, mel.data(), [n_rows, mel.n_frames()]);
        assert!(matches!(found.verdict, Verdict::Found | Verdict::Open), "{n_rows}: {}", found.verdict);
        assert!(found.largest < 1e-4, "{n_rows} rows: {}", found.largest);
    }
}

/// Whatever is found, and whatever is not: the features are of a window that no option has.
#[cfg(not(debug_assertions))]
#[test]
fn any_number_of_threads_finds_the_same() {
    let config = MelConfig { hop_length: 171, ..MelConfig::kaldi_fbank() };
    let samples = &samples(config.sample_rate)[..12_000];
    let window: Vec<f32> = (0..400).map(|i| 1.0 - (i as f32 / 400.0 - 0.3).abs()).collect();
    let overrides = mojo_audio_core::Overrides { window: Some(&window), ..Default::default() };
    let mel = MelExtractor::with_overrides(&config, overrides).unwrap().compute(samples).unwrap();
    let features = Features::new(mel.data(), [mel.n_mels(), mel.n_frames()]).unwrap();
    let of = |threads| {
        let budget = Duration::from_secs(600);
        identify(&Request { budget, threads, ..Request::new(samples, config.sample_rate, features) })
            .unwrap()
    };
    let one = of(1);
    assert!(!one.out_of_time);
    assert_eq!(one.verdict, Verdict::Near);
    assert_eq!(of(5), one);
}

/// Those of classes of transformers, with more than 300 rows and stacked, deltas and zeros in front among them.
#[test]
fn the_probe_finds_recipes_of_models() {
    let is_long = std::env::var_os("MOJO_AUDIO_LONG").is_some();
    let few = ["FunAsrNano", "Gemma4Audio", "GraniteSpeech5"];
    let of_few = |class: &&str| is_long || few.iter().any(|one| class.starts_with(&format!("{one}F")));
    let mut n = 0;
    for class in feature_extractor_classes().filter(of_few) {
        let json = format!(r#"{{"feature_extractor_type": "{class}"}}"#);
        let config = MelConfig { dither: 0.0, ..MelConfig::from_preprocessor_config(&json).unwrap() };
        let samples = samples(config.sample_rate);
        let mel = MelExtractor::new(&config).unwrap().compute(&samples).unwrap();
        let found = search(&samples, config.sample_rate, mel.data(), [mel.n_mels(), mel.n_frames()]);
        let known = [Verdict::Found, Verdict::Open];
        assert!(known.contains(&found.verdict), "{class}: {}", found.verdict);
        assert!(found.largest < 1e-4, "{class}: {}", found.largest);
        n += 1;
    }
    assert!(n >= few.len(), "{n}");
}
