//! What the benches compute.

const RATE: usize = 16_000;

/// A sine that wanders under noise: no silence, no clean bands.
pub fn audio(seconds: usize) -> Vec<f32> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut noise = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / 8_388_608.0 - 1.0
    };
    let sample = |i: usize| {
        let t = i as f32 / RATE as f32;
        0.3 * (2000.0 * t + 300.0 * (0.7 * t).sin()).sin() + 0.05 * noise()
    };
    (0..seconds * RATE).map(sample).collect()
}
