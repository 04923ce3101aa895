//! Gaussian noise that depends on its seed and the sample's place only, so that parts of a signal get
//! the noise that the whole would.

/// A value of the standard normal distribution for each place.
pub(crate) fn noise(seed: u64, index: u64) -> f32 {
    let bits = mix(mix(seed).wrapping_add(index));
    // Box and Muller's transform of two uniform numbers of 32 bits, the first in (0, 1].
    let radius = libm::sqrt(-2.0 * libm::log(((bits >> 32) as f64 + 1.0) / 4_294_967_296.0));
    let angle = core::f64::consts::TAU * ((bits & 0xffff_ffff) as f64 / 4_294_967_296.0);
    (radius * libm::cos(angle)) as f32
}

/// One step of SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
/// generators", 2014), which scatters neighbouring numbers.
fn mix(value: u64) -> u64 {
    let z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
