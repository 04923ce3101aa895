//! The transform of every size, against realfft in float64.
//!
//! With the identity as filterbank, the bands are the powers of single bins.

mod support;

use mojo_audio_core::config::{Precision, Window};
use mojo_audio_core::{MelConfig, MelExtractor, Overrides};
use realfft::RealFftPlanner;
use support::{config, oracle, signals};

/// Sizes with all kinds of factors: small ones; those of the presets; primes; the squares of primes;
/// products with a large prime factor, and powers of two.
fn sizes() -> impl Iterator<Item = usize> {
    (2..=130).chain([
        169, 361, 400, 441, 480, 509, 512, 551, 600, 800, 961, 1000, 1018, 1024, 1200, 1800, 2018,
        2048, 2187, 3125, 4093, 4096, 4608, 8191,
    ])
}

/// Bins that are looked at in one go: the filterbank is n_bins × this.
const BINS_AT_ONCE: usize = 4096;

/// Frames of different character: noise, a tone that falls between bins, an impulse, a constant,
/// full scale, and faint noise; more than the widest vector has lanes.
fn frames(n: usize) -> Vec<f32> {
    let kinds = ["white", "tone", "impulse", "dc", "square", "quiet", "chirp", "tones", "speech"];
    (0..18).flat_map(|i| signals::make(kinds[i % kinds.len()], i as u64, 16_000, n)).collect()
}

fn plain(n: usize, window: Window, precision: Precision) -> MelConfig {
    MelConfig {
        n_fft: n as u32,
        hop_length: n as u32,
        center: false,
        window,
        precision,
        // The largest deviation there can be from a size's choice of rate.
        sample_rate: 16_000,
        ..config("librosa", &[])
    }
}

/// The largest deviation of a bin's power, relative to the highest power of its frame.
fn deviation(config: &MelConfig) -> f64 {
    let n = config.n_fft as usize;
    let n_bins = n / 2 + 1;
    let samples = frames(n);
    let window = oracle::window(config);

    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(n);
    let mut spectrum = fft.make_output_vec();
    let mut expected = Vec::new();
    for frame in samples.chunks_exact(n) {
        let mut windowed: Vec<f64> =
            frame.iter().zip(&window).map(|(&x, w)| f64::from(x) * w).collect();
        fft.process(&mut windowed, &mut spectrum).unwrap();
        expected.push(spectrum.iter().map(|bin| bin.norm_sqr()).collect::<Vec<f64>>());
    }

    let mut worst = 0.0f64;
    for first in (0..n_bins).step_by(BINS_AT_ONCE) {
        let n_mels = BINS_AT_ONCE.min(n_bins - first);
        let mut identity = vec![0.0f32; n_mels * n_bins];
        for mel in 0..n_mels {
            identity[mel * n_bins + first + mel] = 1.0;
        }
        let config = MelConfig { n_mels: n_mels as u32, ..config.clone() };
        let overrides = Overrides { filterbank: Some(&identity), ..Overrides::default() };
        let mel = MelExtractor::with_overrides(&config, overrides).unwrap().compute(&samples).unwrap();
        assert_eq!((mel.n_mels(), mel.n_frames()), (n_mels, expected.len()));
        for (frame, powers) in expected.iter().enumerate() {
            let peak = powers.iter().copied().fold(0.0, f64::max);
            for (band, power) in powers[first..first + n_mels].iter().enumerate() {
                let actual = f64::from(mel.get(band, frame));
                let off = (actual - power).abs();
                assert!(off.is_finite(), "size {n}, bin {}", first + band);
                if off > 0.0 {
                    worst = worst.max(off / peak.max(f64::from(f32::MIN_POSITIVE)));
                }
            }
        }
    }
    worst
}

#[test]
fn every_size_is_near_float64() {
    let mut failures = Vec::new();
    for n in sizes() {
        for window in [Window::Rectangular, Window::Hann] {
            let off = deviation(&plain(n, window, Precision::Single));
            let allowed = 1e-6 * (n as f64).log2();
            if off > allowed {
                failures.push(format!(
                    "size {n}, {window:?}: {off:.2e} of the peak, {allowed:.2e} allowed"
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_size_in_float64_is_rounded_once() {
    // Only the result is float32.
    let mut failures = Vec::new();
    for n in sizes() {
        let off = deviation(&plain(n, Window::Hann, Precision::Double));
        if off > 1.5e-7 {
            failures.push(format!("size {n}: {off:.2e} of the peak"));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_largest_size() {
    for n in [65_521, 65_535, 65_536] {
        // A tone on bin 1000, seen through three bins.
        let config = MelConfig { n_mels: 3, ..plain(n, Window::Rectangular, Precision::Single) };
        let n_bins = n / 2 + 1;
        let mut filters = vec![0.0f32; 3 * n_bins];
        for (band, bin) in [999, 1000, 1001].into_iter().enumerate() {
            filters[band * n_bins + bin] = 1.0;
        }
        let overrides = Overrides { filterbank: Some(&filters), ..Overrides::default() };
        let extractor = MelExtractor::with_overrides(&config, overrides).unwrap();
        let turn = std::f64::consts::TAU * 1000.0 / n as f64;
        let tone: Vec<f32> = (0..n).map(|i| (turn * i as f64).cos() as f32).collect();
        let mel = extractor.compute(&tone).unwrap();
        let expected = (n as f64 / 2.0) * (n as f64 / 2.0);
        assert!((f64::from(mel.get(1, 0)) / expected - 1.0).abs() < 1e-5, "{n}: {}", mel.get(1, 0));
        for side in [0, 2] {
            assert!(f64::from(mel.get(side, 0)) < expected * 1e-9, "{n}: {}", mel.get(side, 0));
        }
    }
}
