//! What holds of the arithmetic for any signal, size and preset.
//!
//! Each run tries the same inputs. `PROPTEST_CASES` in the environment sets their number and makes them new each
//! time, as `cargo xtask harden numbers` does.

mod support;

use mojo_audio_core::{MelConfig, MelExtractor, Overrides, PRESETS};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use support::{assert_same_bits, assert_same_frames, config, frames, signals};

fn tries(n: u32) -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return config;
    }
    ProptestConfig { cases: n, rng_seed: RngSeed::Fixed(1), ..config }
}

/// A signal of a kind that is not silent everywhere, and how long it is.
fn sounding() -> impl Strategy<Value = (&'static str, u64)> {
    (0..signals::KINDS.len(), 0..1000u64)
        .prop_map(|(kind, seed)| (signals::KINDS[kind], seed))
        .prop_filter("sounds", |(kind, _)| *kind != "silence")
}

/// Plain energies of a size, with frames that touch each other.
fn energies(n_fft: usize, hop_length: usize, options: &[(&str, &str)]) -> MelConfig {
    MelConfig {
        n_fft: n_fft as u32,
        hop_length: hop_length as u32,
        center: false,
        f_max: None,
        ..config("librosa", options)
    }
}

/// A preset that is not padded to many seconds.
fn short(preset: &str) -> MelConfig {
    let config = config(preset, &[]);
    MelConfig { pad_to: None, n_frames: None, ..config }
}

fn sum_of_primes(mut n: usize) -> usize {
    let (mut prime, mut sum) = (2, 0);
    while prime * prime <= n {
        if n.is_multiple_of(prime) {
            n /= prime;
            sum += prime;
        } else {
            prime += 1;
        }
    }
    sum + n
}

proptest! {
    #![proptest_config(tries(200))]

    /// Parseval: the powers of all bins of the whole circle sum up to n times the energy of the samples.
    #[test]
    fn energy_is_kept(
        n in 2..1500usize, (kind, seed) in sounding(), precision in prop_oneof!["single", "double"],
    ) {
        // A filter for each bin, as a sum in single precision would round more than the transform does.
        let n_bins = n / 2 + 1;
        let mut weights = vec![0.0f32; n_bins * n_bins];
        weights.iter_mut().step_by(n_bins + 1).for_each(|weight| *weight = 1.0);
        let config = MelConfig {
            n_mels: n_bins as u32,
            ..energies(n, n, &[("window", "rectangular"), ("precision", &precision)])
        };
        let overrides = Overrides { filterbank: Some(&weights), ..Overrides::default() };
        let extractor = MelExtractor::with_overrides(&config, overrides).unwrap();
        let samples = signals::make(kind, seed, 16_000, 3 * n);
        let mel = extractor.compute(&samples).unwrap();
        prop_assert_eq!(mel.n_frames(), 3);
        // Transforms of prime sizes without a codelet add up their inputs one after the other, and each sum
        // is rounded.
        let bound = f64::from(f32::EPSILON) * (20 + 2 * sum_of_primes(n)) as f64;
        for (frame, samples) in samples.chunks_exact(n).enumerate() {
            let energy: f64 = samples.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
            // Those between the first and the middle stand on the circle twice.
            let times = |bin: usize| if bin == 0 || 2 * bin == n { 1.0 } else { 2.0 };
            let sum: f64 = (0..n_bins).map(|bin| times(bin) * f64::from(mel.get(bin, frame))).sum();
            let sum = sum / n as f64;
            prop_assert!((sum - energy).abs() <= bound * energy, "frame {frame}: {sum} and {energy}");
        }
    }

    /// Powers of two change no rounding: twice the amplitude is four times the energy, in every bit.
    #[test]
    fn energies_follow_the_amplitude(
        n_fft in 2..1200usize, (kind, seed) in sounding(), exponent in -20..20i32,
        precision in prop_oneof!["single", "double"],
    ) {
        let config = energies(n_fft, n_fft / 2 + 1, &[("n_mels", "20"), ("precision", &precision)]);
        let extractor = MelExtractor::new(&config).unwrap();
        let samples = signals::make(kind, seed, 16_000, 4 * n_fft);
        let factor = 2f32.powi(exponent);
        let louder: Vec<f32> = samples.iter().map(|x| x * factor).collect();
        // Where neither is below the samples that count as 0, nor any product below the normal numbers.
        let normal = |x: &&f32| x.abs() > 1e-12 || **x == 0.0;
        prop_assume!(samples.iter().all(|x| normal(&x)) && louder.iter().all(|x| normal(&x)));
        let plain = extractor.compute(&samples).unwrap();
        let expected: Vec<f32> = plain.data().iter().map(|y| y * factor * factor).collect();
        let mel = extractor.compute(&louder).unwrap();
        for (a, e) in mel.data().iter().zip(&expected) {
            prop_assert!(a.to_bits() == e.to_bits() || a.abs().max(e.abs()) < 1e-25, "{a:e}, expected {e:e}");
        }
    }

    /// The bands are linear in the powers: a filter that is the sum of others gives the sum of theirs.
    #[test]
    fn bands_add_up(n_fft in 8..600usize, (kind, seed) in sounding(), cut in 0.0..1.0f64) {
        let n_bins = n_fft / 2 + 1;
        let cut = (cut * n_bins as f64) as usize;
        let config = MelConfig { n_mels: 3, ..energies(n_fft, n_fft, &[]) };
        let mut weights = vec![0.0f32; 3 * n_bins];
        weights[..cut].fill(1.0);
        weights[n_bins + cut..2 * n_bins].fill(1.0);
        weights[2 * n_bins..].fill(1.0);
        let overrides = Overrides { filterbank: Some(&weights), ..Overrides::default() };
        let extractor = MelExtractor::with_overrides(&config, overrides).unwrap();
        let mel = extractor.compute(&signals::make(kind, seed, 16_000, 5 * n_fft)).unwrap();
        for frame in 0..mel.n_frames() {
            let [low, high, all] = [0, 1, 2].map(|row| f64::from(mel.get(row, frame)));
            prop_assert!((low + high - all).abs() <= 1e-5 * all, "{low} + {high} and {all}");
        }
    }

    /// A signal that starts a hop later has its frames one earlier.
    #[test]
    fn a_hop_is_a_frame(
        preset in 0..PRESETS.len(), (kind, seed) in sounding(), hops in 1..5usize, hop in 20..300u32,
    ) {
        let plain = [
            ("normalize", "none"), ("reference", "none"), ("center", "false"), ("top_db", "none"), ("snip_edges", "true"),
        ];
        let mut config = config(PRESETS[preset], &plain);
        (config.pad_to, config.pad_to_multiple_of, config.n_frames) = (None, None, None);
        (config.stack, config.stack_stride) = (1, None);
        (config.hop_length, config.preemphasis) = (hop, 0.0);
        let extractor = MelExtractor::new(&config).unwrap();
        let samples = signals::make(kind, seed, config.sample_rate, 8 * config.n_fft as usize);
        let whole = frames(&extractor.compute(&samples).unwrap());
        let later = frames(&extractor.compute(&samples[hops * hop as usize..]).unwrap());
        prop_assert!(!later.is_empty());
        assert_same_frames(&later, &whole[hops..], PRESETS[preset]);
    }

    /// Ten times the amplitude is + 1 in log10 of magnitudes, + 2 of powers.
    #[test]
    fn ten_times_is_a_decade(n_fft in 16..1200usize, seed in 0..1000u64, power in 1..3u32) {
        let power = power.to_string();
        let options = [("log", "log10"), ("log_floor", "1e-30"), ("power", &*power), ("n_mels", "10")];
        let config = energies(n_fft, n_fft, &[&options[..], &[("top_db", "none")]].concat());
        let extractor = MelExtractor::new(&config).unwrap();
        let samples = signals::make("white", seed, 16_000, 4 * n_fft);
        let louder: Vec<f32> = samples.iter().map(|x| x * 10.0).collect();
        let (a, b) = (extractor.compute(&samples).unwrap(), extractor.compute(&louder).unwrap());
        let empty = extractor.empty_filters();
        for row in (0..10).filter(|row| !empty.contains(row)) {
            for frame in 0..a.n_frames() {
                let step = f64::from(b.get(row, frame)) - f64::from(a.get(row, frame));
                let wanted: f64 = power.parse().unwrap();
                prop_assert!((step - wanted).abs() < 2e-5, "row {row}: {step}, expected {wanted}");
            }
        }
    }

    /// Every integer counts as its value over 32,768, the extremes too.
    #[test]
    fn integers_up_to_the_ends(
        preset in 0..PRESETS.len(),
        samples in proptest::collection::vec(
            prop_oneof![Just(i16::MIN), Just(i16::MAX), Just(0), Just(-1), any::<i16>()], 1..3000),
    ) {
        let extractor = MelExtractor::new(&short(PRESETS[preset])).unwrap();
        let floats: Vec<f32> = samples.iter().map(|&x| f32::from(x) / 32_768.0).collect();
        let mel = extractor.compute(&samples).unwrap();
        assert_same_bits(mel.data(), extractor.compute(&floats).unwrap().data(), PRESETS[preset]);
        prop_assert!(mel.data().iter().all(|value| value.is_finite()));
    }

    /// Full scale, of either sign and changing at any place, gives finite values in every preset.
    #[test]
    fn full_scale(preset in 0..PRESETS.len(), period in 1..4000usize, n in 1..6000usize) {
        let extractor = MelExtractor::new(&short(PRESETS[preset])).unwrap();
        let samples: Vec<f32> = (0..n).map(|i| if (i / period) % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let mel = extractor.compute(&samples).unwrap();
        prop_assert!(mel.data().iter().all(|value| value.is_finite()));
    }

    /// Any sample rate, size and number of bands is taken, and filters that no bin falls into are named.
    #[test]
    fn any_rate_and_size(
        sample_rate in prop_oneof![1..=u32::MAX, 1..200_000u32], n_fft in 2..5000u32, n_mels in 1..=4096u32,
    ) {
        let config = MelConfig { sample_rate, n_mels, ..energies(n_fft as usize, 1000, &[]) };
        let extractor = MelExtractor::new(&config).unwrap();
        // Every bin is heard, at any frequency: a filter without bins is one that stays silent.
        let mut samples = vec![0.0f32; n_fft as usize];
        samples[n_fft as usize / 2] = 1.0;
        let mel = extractor.compute(&samples).unwrap();
        let empty = extractor.empty_filters();
        for row in 0..n_mels as usize {
            let value = mel.get(row, 0);
            prop_assert!(value.is_finite() && value >= 0.0);
            prop_assert!(value == 0.0 || !empty.contains(&row), "row {row} has {value}, and is named empty");
        }
    }
}

/// Digital silence is the floor of the logarithm in every band of every frame, where nothing is measured.
#[test]
fn silence_is_the_floor() {
    for preset in PRESETS {
        let mut config = config(
            preset,
            &[("normalize", "none"), ("reference", "none"), ("top_db", "none"), ("mask_tail", "false")],
        );
        // A stack is filled with another value.
        (config.n_frames, config.stack, config.stack_stride) = (None, 1, None);
        let mel = MelExtractor::new(&config).unwrap().compute(&[0.0f32; 20_000]).unwrap();
        let first = mel.data()[0];
        assert!(first.is_finite(), "{preset}: {first}");
        assert!(mel.data().iter().all(|value| value.to_bits() == first.to_bits()), "{preset}: {first}");
    }
}
