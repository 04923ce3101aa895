//! A signal that is made to tell options apart.

/// Length of the probe in seconds.
const SECONDS: f64 = 1.5;

/// The lowest rate of a probe, in hertz: that of audio.
pub const LEAST_PROBE_RATE: u32 = 1_000;

/// A probe at a sample rate, as 16-bit integers so that any program reads the same samples: noise that
/// fades over 90 dB, a click off centre, half a second of digital silence in the middle, tones, and ends
/// that are not zero.
///
/// ```
/// let probe = mojo_audio_identify::probe(16_000);
/// assert_eq!(probe.len(), 24_000);
/// assert!(probe[0] != 0 && probe[23_999] != 0);
/// assert!(probe[10_000..14_000].iter().all(|&sample| sample == 0));
/// ```
#[must_use]
pub fn probe(sample_rate: u32) -> Vec<i16> {
    let rate = f64::from(sample_rate);
    let n = (SECONDS * rate) as usize;
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    let sample = |i: usize, noise: f64| {
        let second = i as f64 / rate;
        let fade = |from: f64| 10f64.powf(-4.5 * (second - from) / 0.5);
        // Fading noise, silence, then noise that comes back with three tones on top.
        let value = if second < 0.5 {
            24_000.0 * noise * fade(0.0)
        } else if second < 1.0 {
            0.0
        } else {
            let tone = |hz: f64| (std::f64::consts::TAU * hz * second).sin();
            let tones = tone(0.031 * rate) + tone(0.11 * rate) + 0.1 * tone(0.27 * rate);
            4_000.0 * tones + 9_000.0 * noise * 10f64.powf(-4.5 * (1.5 - second) / 0.5)
        };
        value.round().clamp(-32_768.0, 32_767.0) as i16
    };
    let mut samples: Vec<i16> = (0..n).map(|i| sample(i, noise())).collect();
    if let Some(click) = samples.get_mut((0.37 * rate) as usize) {
        *click = 30_000;
    }
    for end in [0, n.saturating_sub(1)] {
        if let Some(end) = samples.get_mut(end) {
            *end = 12_345;
        }
    }
    samples
}
