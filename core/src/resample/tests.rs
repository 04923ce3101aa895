//! The resampler beside the same filters in float64, written the plain way, and what the filters are
//! for: flat where they pass, silent where they stop.

use super::design::{HALF_BAND, Path};
use super::window::{Resampled, Window};
use super::{GAIN, RATES, Resampler};
use crate::signal::Source;
use crate::{Error, InstructionSet};
use alloc::string::ToString;
use alloc::vec::Vec;
use core::f64::consts::{PI, TAU};

/// Pairs of rates of every kind: with and without a short filter, in planes, spread, interpolated;
/// up and down; with odd numbers of phases.
const PAIRS: [(u32, u32); 20] = [
    (48_000, 16_000),
    (44_100, 16_000),
    (96_000, 16_000),
    (64_000, 16_000),
    (80_000, 16_000),
    (32_000, 16_000),
    (24_000, 16_000),
    (22_050, 16_000),
    (16_001, 16_000),
    (47_999, 16_000),
    (191_999, 16_000),
    (192_000, 11_025),
    (8_000, 16_000),
    (11_025, 16_000),
    (12_000, 16_000),
    (15_999, 16_000),
    (8_000, 48_000),
    (8_000, 44_100),
    (16_000, 22_050),
    (1_000, 44_100),
];

fn noise(n: usize) -> Vec<f32> {
    let mut state = 12345_u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / 8_388_608.0 - 1.0
    };
    core::iter::repeat_with(next).take(n).collect()
}

fn tone(hertz: f64, rate: u32, n: usize) -> Vec<f32> {
    (0..n).map(|i| (TAU * hertz * i as f64 / f64::from(rate)).sin() as f32).collect()
}

fn pushed(resampler: &mut Resampler, samples: &[f32], chunk: usize) -> Vec<f32> {
    resampler.reset();
    let mut out = Vec::new();
    for chunk in samples.chunks(chunk) {
        let n = resampler.length_after(chunk.len());
        let before = out.len();
        resampler.push(chunk, &mut out).unwrap();
        assert_eq!(out.len(), before + n);
    }
    let n = resampler.length_at_finish();
    let before = out.len();
    resampler.finish(&mut out).unwrap();
    assert_eq!(out.len(), before + n);
    out
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// The short filter as a function of time, in samples of its input.
struct Short {
    half: f64,
    cut: f64,
    attenuation: f64,
}

impl Short {
    fn at(&self, t: f64) -> f64 {
        let bessel = |x: f64| {
            let (mut sum, mut term) = (1.0, 1.0);
            for k in 1..60 {
                term *= (x / 2.0 / f64::from(k)).powi(2);
                sum += term;
            }
            sum
        };
        let beta = 0.1102 * (self.attenuation - 8.7);
        if t.abs() >= self.half {
            return 0.0;
        }
        let window = bessel(beta * (1.0 - (t / self.half).powi(2)).sqrt()) / bessel(beta);
        let x = 2.0 * self.cut * t;
        2.0 * self.cut * if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) } * window
    }

    /// The signal `x`, silent outside, at time `time` in its samples.
    fn filter(&self, x: &dyn Fn(i64) -> f64, time: f64) -> f64 {
        let middle = time.floor() as i64;
        let reach = self.half as i64 + 1;
        (middle - reach..=middle + reach).map(|i| x(i) * self.at(i as f64 - time)).sum()
    }
}

/// Both filters in float64, by their definition.
fn reference(samples: &[f32], from: u32, to: u32) -> Vec<f64> {
    let x =
        |i: i64| usize::try_from(i).ok().and_then(|i| samples.get(i)).map_or(0.0, |x| f64::from(*x));
    let length = (samples.len() as u64 * u64::from(to)).div_ceil(u64::from(from)) as i64;
    let lower = f64::from(from.min(to));
    let (source, target) = if from > to { (from, 2 * to) } else { (2 * from, to) };
    let per_lower = f64::from(source) / lower;
    let half = ((141.0 - 7.95) / 14.36 * per_lower / 2.0).ceil();
    let attenuation = 7.95 + 14.36 * 2.0 * half / per_lower;
    let short = Short { half, cut: 0.975 / per_lower, attenuation };
    let per_target = f64::from(source) / f64::from(target);
    if from > to {
        let start = -140;
        let mid: Vec<f64> = (start..2 * length + 140)
            .map(|j| if source == target { x(j) } else { short.filter(&x, j as f64 * per_target) })
            .collect();
        let mid = |j: i64| mid[(j - start) as usize];
        let output = |i: i64| {
            let odd = |(k, tap): (i64, &f64)| tap * (mid(2 * i + 2 * k + 1) + mid(2 * i - 2 * k - 1));
            0.5 * mid(2 * i) + (0..).zip(&HALF_BAND).map(odd).sum::<f64>()
        };
        (0..length).map(output).collect()
    } else {
        let start = -200;
        let mid: Vec<f64> = (start..2 * samples.len() as i64 + 200)
            .map(|j| {
                let i = j.div_euclid(2);
                if j % 2 == 0 {
                    return x(i);
                }
                let sums = (0..).zip(&HALF_BAND).map(|(k, tap)| tap * (x(i + 1 + k) + x(i - k)));
                2.0 * sums.sum::<f64>()
            })
            .collect();
        let mid = |j: i64| mid.get((j - start) as usize).copied().unwrap_or(0.0);
        let output = |i: i64| {
            if source == target { mid(i) } else { short.filter(&mid, i as f64 * per_target) }
        };
        (0..length).map(output).collect()
    }
}

/// The same filters in float64, the edges of the signal included.
#[test]
fn float64_agrees() {
    for (from, to) in PAIRS {
        let n = (from.max(to) / 80).clamp(300, from) as usize;
        let mut impulses = alloc::vec![0.0; n];
        for at in [0, 1, 150, n - 2, n - 1] {
            impulses[at] = 0.9;
        }
        for (name, samples) in
            [("noise", noise(n)), ("step", alloc::vec![0.9; n]), ("impulses", impulses)]
        {
            let expected = reference(&samples, from, to);
            for set in InstructionSet::available() {
                let resampler = Resampler::with_instruction_set(from, to, Some(set)).unwrap();
                let got = resampler.resample(&samples).unwrap();
                assert_eq!(got.len(), expected.len(), "{from} to {to}");
                let off = got.iter().zip(&expected).map(|(a, b)| (f64::from(*a) - b).abs());
                let off = off.fold(0.0, f64::max);
                assert!(off <= 1.6e-6, "{from} to {to}, {name}, {set:?}: {off:e}");
            }
        }
    }
}

/// Amplitude of the tone in `samples`, and of what is left without it (the largest).
fn fit(samples: &[f32], hertz: f64, rate: u32) -> (f64, f64) {
    let angle = |i: usize| TAU * hertz * i as f64 / f64::from(rate);
    let (mut cc, mut cs, mut ss, mut xc, mut xs) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (i, x) in samples.iter().enumerate() {
        let ((sin, cos), x) = (angle(i).sin_cos(), f64::from(*x));
        (cc, cs, ss, xc, xs) =
            (cc + cos * cos, cs + cos * sin, ss + sin * sin, xc + x * cos, xs + x * sin);
    }
    let determinant = cc * ss - cs * cs;
    let (a, b) = ((xc * ss - xs * cs) / determinant, (xs * cc - xc * cs) / determinant);
    let rest = samples.iter().enumerate().map(|(i, x)| {
        let (sin, cos) = angle(i).sin_cos();
        (f64::from(*x) - a * cos - b * sin).abs()
    });
    (a.hypot(b), rest.fold(0.0, f64::max))
}

/// Flat within 2.1e-6 up to 0.945 of half the lower rate, and nothing else there but the tone.
#[test]
fn the_response_is_flat_where_it_passes() {
    for (from, to) in PAIRS {
        let resampler = Resampler::new(from, to).unwrap();
        let half = f64::from(from.min(to)) / 2.0;
        for part in [0.01, 0.2, 0.5, 0.8, 0.9, 0.944] {
            let hertz = part * half;
            // The edges are an abrupt start and end: 90 periods of the lower rate away from them.
            let n = (600.0 * f64::from(from) / (2.0 * half)) as usize;
            let got = resampler.resample(&tone(hertz, from, n)).unwrap();
            let edge = (90.0 * f64::from(to) / (2.0 * half)) as usize;
            let (gain, rest) = fit(&got[edge..got.len() - edge], hertz, to);
            assert!((gain - 1.0).abs() < 2.1e-6, "{from} to {to}, {hertz} Hz: {gain}");
            let decibels = 20.0 * rest.log10();
            assert!(decibels < -110.0, "{from} to {to}, {hertz} Hz: {decibels} dB besides the tone");
        }
    }
}

/// What would be mirrored is at −110 dB or lower, wherever it is in the input's band: all that a tone
/// leaves, in power.
#[test]
fn aliases_are_silent() {
    let down = PAIRS.into_iter().filter(|(from, to)| from > to);
    for (from, to) in
        down.chain([(48_000, 8_000), (768_000, 1_000), (44_100, 22_050), (705_600, 16_000)])
    {
        let resampler = Resampler::new(from, to).unwrap();
        let half = f64::from(to) / 2.0;
        let top = f64::from(from) / 2.0 / half;
        if top <= 1.056 {
            continue;
        }
        for step in 0..=16 {
            let part = 1.056 + (top - 1.056) * f64::from(step) / 16.5;
            let n = (500.0 * f64::from(from) / f64::from(to)) as usize;
            let got = resampler.resample(&tone(part * half, from, n)).unwrap();
            let middle = &got[100..got.len() - 100];
            let power = middle.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / middle.len() as f64;
            let decibels = 10.0 * (power / 0.5).log10();
            assert!(decibels < -110.0, "{from} to {to}, {} Hz: {decibels} dB", part * half);
        }
    }
}

#[test]
fn chunks_and_instruction_sets_do_not_matter() {
    for (from, to) in PAIRS {
        // Longer than a piece, so that the lines move on.
        let long = if from > 1_000 { 9_000 } else { 500 };
        for n in [1, 3, 500, long] {
            let samples = noise(n);
            let mut expected = [None, None];
            for set in InstructionSet::available() {
                let is_slow = matches!(set, InstructionSet::Scalar | InstructionSet::ScalarFused);
                if is_slow && n > 1_000 {
                    continue;
                }
                let mut resampler = Resampler::with_instruction_set(from, to, Some(set)).unwrap();
                let whole = bits(&resampler.resample(&samples).unwrap());
                assert_eq!(whole.len(), (n as u64 * u64::from(to)).div_ceil(u64::from(from)) as usize);
                let chunks: &[usize] = if is_slow { &[77] } else { &[1, 7, 128, 1_000, 4_096, 20_000] };
                for chunk in chunks {
                    let chunked = bits(&pushed(&mut resampler, &samples, *chunk));
                    assert!(chunked == whole, "{from} to {to}, {n} samples by {chunk}, {set:?}");
                }
                let kind = matches!(
                    set,
                    InstructionSet::Sse2 | InstructionSet::Simd128 | InstructionSet::Scalar
                );
                let expected = expected[usize::from(kind)].get_or_insert_with(|| whole.clone());
                assert!(*expected == whole, "{from} to {to}, {n} samples: {set:?} has other bits");
            }
        }
    }
}

#[test]
fn integers_are_as_the_floats_they_stand_for() {
    for (from, to) in [(48_000, 16_000), (44_100, 16_000), (8_000, 16_000), (16_000, 16_000)] {
        let integers: Vec<i16> = noise(3_000).iter().map(|x| (x * 32_767.0) as i16).collect();
        let floats: Vec<f32> = integers.iter().map(|x| f32::from(*x) / 32_768.0).collect();
        let resampler = Resampler::new(from, to).unwrap();
        assert_eq!(resampler.resample(&integers).unwrap(), resampler.resample(&floats).unwrap());
    }
}

/// Lengths and the latency, by their definition.
#[test]
fn an_output_is_there_once_the_latency_has_passed() {
    for (from, to) in PAIRS {
        let resampler = Resampler::new(from, to).unwrap();
        // Outputs whose time is before or at sample n − 1 − latency.
        let due = |n: u64, latency: u64| match n.checked_sub(1 + latency) {
            Some(time) => time * u64::from(to) / u64::from(from) + 1,
            None => 0,
        };
        let latency = resampler.latency() as u64;
        let mut is_least = false;
        for n in 0..5_000 {
            let there = resampler.design.certain(n);
            assert!(there >= due(n, latency), "{from} to {to}: {there} of {n}");
            // Rounded up, from what may be half a sample.
            is_least |= there < due(n, latency - 2);
        }
        assert!(is_least, "{from} to {to}: {latency}");
    }
    for (from, latency) in [
        (48_000, 205),
        (44_100, 189),
        (32_000, 127),
        (22_050, 95),
        (11_025, 69),
        (8_000, 64),
        (96_000, 409),
    ] {
        assert_eq!(Resampler::new(from, 16_000).unwrap().latency(), latency, "{from}");
    }
    assert_eq!(Resampler::new(16_000, 16_000).unwrap().latency(), 0);
}

#[test]
fn the_same_rate_changes_nothing() {
    let samples = noise(10_000);
    let mut resampler = Resampler::new(16_000, 16_000).unwrap();
    assert!(matches!(resampler.design.path, Path::Same));
    assert_eq!(resampler.resample(&samples).unwrap(), samples);
    assert_eq!(pushed(&mut resampler, &samples, 333), samples);
}

#[test]
fn what_is_not_allowed_is_refused() {
    for (from, to, name) in [
        (0, 16_000, "from"),
        (RATES.start() - 1, 16_000, "from"),
        (16_000, 999, "to"),
        (16_000, u32::MAX, "to"),
    ] {
        let error = Resampler::new(from, to).err().unwrap();
        assert!(error.to_string().contains("1000") && error.to_string().contains("768000"), "{error}");
        assert!(matches!(error, Error::Config { field, .. } if field == name));
    }
    for (from, to) in [(48_000, 16_000), (8_000, 16_000), (16_000, 16_000)] {
        let mut resampler = Resampler::new(from, to).unwrap();
        let good = noise(20_000);
        for (at, value) in [(0, f32::NAN), (19_999, f32::INFINITY), (9_000, 1e38), (8_192, f32::NAN)] {
            let mut bad = good.clone();
            bad[at] = value;
            let found = |error| match error {
                Error::Sample { index, value, .. } => (index, value.to_bits()),
                other => panic!("{other:?}"),
            };
            let error = resampler.resample(&bad).unwrap_err();
            assert_eq!(found(error), (at, value.to_bits()), "{from}");
            // In a stream its place counts from the start, and nothing has been taken.
            resampler.reset();
            let mut out = Vec::new();
            resampler.push(&good, &mut out).unwrap();
            let before = out.clone();
            let error = resampler.push(&bad, &mut out).unwrap_err();
            assert_eq!(found(error), (20_000 + at, value.to_bits()), "{from}");
            assert_eq!(out, before);
            resampler.finish(&mut out).unwrap();
            assert_eq!(out, resampler.resample(&good).unwrap(), "{from}");
        }
        let mut out = Vec::new();
        assert_eq!(resampler.push(&good, &mut out), Err(Error::Finished));
        assert_eq!(resampler.finish(&mut out), Err(Error::Finished));
        assert_eq!((resampler.length_after(9_999), resampler.length_at_finish()), (0, 0));
        let expected = resampler.output_length(good.len());
        let error = resampler.resample_into(&good, &mut alloc::vec![0.0; expected - 1]).unwrap_err();
        assert_eq!(error, Error::BufferSize { what: "out", expected, actual: expected - 1 });
        assert_eq!(resampler.resample::<f32>(&[]).unwrap(), [0.0_f32; 0]);
    }
}

/// Wherever a signal is entered, and however it is read, the bits are those of the whole.
#[test]
fn stretches_have_the_bits_of_the_whole() {
    for (from, to) in PAIRS.into_iter().filter(|(from, to)| from != to) {
        let resampler = Resampler::new(from, to).unwrap();
        let samples = noise((30_000 * u64::from(from) / u64::from(to)).clamp(400, 200_000) as usize);
        let whole = resampler.resample(&samples).unwrap();
        let mut window = Window::new(&resampler.design, 401).unwrap();
        let mut state = 7_u64;
        let mut below = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as usize % n
        };
        for _ in 0..2 {
            let source = Resampled::new(&resampler.design, &samples[..], &mut window, u64::MAX);
            assert_eq!(source.len(), whole.len());
            let mut at = below(whole.len());
            for _ in 0..20 {
                at = match below(4) {
                    0 => below(whole.len()),
                    1 => at.saturating_sub(below(600)),
                    _ => (at + below(1_500)) % whole.len(),
                };
                let n = (1 + below(3_000)).min(whole.len() - at);
                let mut stretch = alloc::vec![f32::NAN; n];
                source.read(resampler.design.kernel, at, &mut stretch);
                assert!(bits(&stretch) == bits(&whole[at..at + n]), "{from} to {to}, {n} at {at}");
                at += n - 1;
            }
        }
    }
}

/// No output is larger than [`GAIN`] times the largest input: the sum of the taps' magnitudes.
#[test]
fn the_gain_holds() {
    let pairs = [(48, 16), (441, 160), (24, 16), (8, 16), (12, 16), (8, 44)];
    for (from, to) in pairs.map(|(from, to)| (1_000 * from, 1_000 * to)) {
        // An impulse at each of many places is each output's taps, one after the other.
        let places = if from > to { 2 * from / to + 2 } else { 2 };
        let n = (400 * u64::from(from) / u64::from(from.min(to))) as usize;
        let per_output = f64::from(from) / f64::from(to);
        let resampler = Resampler::new(from, to).unwrap();
        let mut sums = alloc::vec![0.0_f64; resampler.output_length(n)];
        let middle = (sums.len() / 2, sums.len() / 2 + 8.min(places as usize));
        let reach = resampler.latency() + 2;
        let first = (middle.0 as f64 * per_output) as usize;
        let last = (middle.1 as f64 * per_output) as usize;
        for at in first.saturating_sub(reach)..(last + reach).min(n) {
            let mut impulse = alloc::vec![0.0; n];
            impulse[at] = 1.0;
            for (sum, y) in sums.iter_mut().zip(resampler.resample(&impulse).unwrap()) {
                *sum += f64::from(y.abs());
            }
        }
        let most = sums[middle.0..middle.1].iter().fold(0.0, |most: f64, sum| most.max(*sum));
        assert!(most < f64::from(GAIN) && most > 1.0, "{from} to {to}: {most}");
    }
}
