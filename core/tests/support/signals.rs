//! Test signals from a seed, by the same arithmetic, in the same order, as `conformance/make/signals.py`:
//! the bits are the same. What each kind is for is said there.

/// The kinds of signal that there are.
pub const KINDS: [&str; 11] = [
    "speech", "white", "chirp", "impulse", "silence", "dc", "clipped", "quiet", "tone", "tones",
    "square",
];

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
const HARMONICS: u32 = 40;

/// A signal as float32.
pub fn make(kind: &str, seed: u64, rate: u32, n: usize) -> Vec<f32> {
    let signal = Signal { seed, rate: f64::from(rate), n };
    let sample: fn(&Signal, usize) -> f64 = match kind {
        "speech" => Signal::speech,
        "white" => |s, i| 0.5 * noise(s.seed, i),
        "chirp" => Signal::chirp,
        "impulse" => Signal::impulse,
        "silence" => |_, _| 0.0,
        "dc" => |_, _| 0.25,
        "clipped" => |s, i| (8.0 * s.speech(i)).clamp(-1.0, 1.0),
        "quiet" => |s, i| 1e-5 * noise(s.seed, i),
        "tone" => |s, i| 0.5 * sine((440.0 + 31.7 * s.seed as f64) * s.time(i)),
        "tones" => Signal::tones,
        "square" => |_, i| if (i / 25) % 2 == 0 { 1.0 } else { -1.0 },
        _ => panic!("there is no signal {kind}"),
    };
    (0..n).map(|i| sample(&signal, i) as f32).collect()
}

/// float32 samples as 16-bit integers.
pub fn to_int16(samples: &[f32]) -> Vec<i16> {
    samples.iter().map(|&x| (f64::from(x) * 32767.0 + 0.5).floor() as i16).collect()
}

/// Word `i` of the SplitMix64 sequence of `seed`.
pub fn splitmix64(seed: u64, i: u64) -> u64 {
    let z = seed.wrapping_add(i.wrapping_add(1).wrapping_mul(GAMMA));
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// White noise in [-1, 1).
fn noise(seed: u64, i: usize) -> f64 {
    (splitmix64(seed, i as u64) >> 11) as f64 * (2.0 / 9_007_199_254_740_992.0) - 1.0
}

/// Sine of an angle in turns.
fn sine(turns: f64) -> f64 {
    let mut r = turns - (turns + 0.5).floor();
    if r > 0.25 {
        r = 0.5 - r;
    }
    if r < -0.25 {
        r = -0.5 - r;
    }
    let x = r * std::f64::consts::TAU;
    let x2 = x * x;
    let mut series = -1.0 / 121_645_100_408_832_000.0;
    for factorial in [
        355_687_428_096_000.0,
        -1_307_674_368_000.0,
        6_227_020_800.0,
        -39_916_800.0,
        362_880.0,
        -5040.0,
        120.0,
        -6.0,
    ] {
        series = series * x2 + 1.0 / factorial;
    }
    x + x * (x2 * series)
}

struct Signal {
    seed: u64,
    rate: f64,
    n: usize,
}

impl Signal {
    fn time(&self, i: usize) -> f64 {
        i as f64 / self.rate
    }

    fn speech(&self, i: usize) -> f64 {
        let t = self.time(i);
        let pitch = 110.0 + 20.0 * (self.seed % 5) as f64;
        let phase = pitch * (t - 0.1 * (sine(0.6 * t + 0.25) - 1.0) / 3.769_911_184_307_751_7);
        let syllable = sine(1.7 * t + 0.05);
        let voiced = if syllable > 0.0 { syllable } else { 0.0 };
        let hiss = if syllable < -0.6 { -0.6 - syllable } else { 0.0 };
        let first = 500.0 + 250.0 * sine(0.9 * t);
        let second = 1500.0 + 600.0 * sine(0.7 * t + 0.3);
        let third = 2600.0 + 200.0 * sine(0.5 * t + 0.6);
        let mut tone = 0.0;
        for k in 1..=HARMONICS {
            let k = f64::from(k);
            let frequency = k * pitch;
            if frequency * 1.1 >= 0.5 * self.rate {
                break;
            }
            let a = (frequency - first) / 90.0;
            let b = (frequency - second) / 120.0;
            let c = (frequency - third) / 160.0;
            let weight = 1.0 / (1.0 + a * a) + 0.5 / (1.0 + b * b) + 0.25 / (1.0 + c * c) + 0.01;
            tone += weight * sine(k * phase);
        }
        let white = noise(self.seed, i);
        0.25 * (voiced * tone) + 0.2 * (hiss * white) + 0.0005 * noise(self.seed + 1, i)
    }

    fn chirp(&self, i: usize) -> f64 {
        let t = self.time(i);
        let start = 50.0 + self.seed as f64;
        let sweep = (0.45 * self.rate - start) * (t * t) / (2.0 * (self.n as f64 / self.rate));
        0.7 * sine(start * t + sweep)
    }

    fn impulse(&self, i: usize) -> f64 {
        let up = if i == self.n / 3 { 0.9 } else { 0.0 };
        let down = if i == 2 * self.n / 3 { -0.5 } else { 0.0 };
        up + down
    }

    fn tones(&self, i: usize) -> f64 {
        let t = self.time(i);
        0.5 * sine(440.0 * t)
            + 0.05 * sine(1234.5 * t)
            + 0.0005 * sine(3210.0 * t)
            + 1e-6 * noise(self.seed, i)
    }
}
