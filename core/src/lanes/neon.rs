//! Four lanes: NEON, which every 64-bit Arm has.

use super::{AUDIBLE_BITS, Lane, MANTISSA_BITS, ONE_BITS, arithmetic, scatter_fours};
use core::arch::aarch64::*;

/// The least magnitude that has one of [`AUDIBLE_BITS`].
const LEAST_AUDIBLE: f32 = f32::from_bits(AUDIBLE_BITS as u32 & AUDIBLE_BITS.wrapping_neg() as u32);

#[derive(Clone, Copy)]
pub(crate) struct Neon(float32x4_t);

#[derive(Clone, Copy)]
pub(crate) struct NeonWide(float64x2_t, float64x2_t);

/// Half of those lanes.
#[derive(Clone, Copy)]
pub(crate) struct NeonPart(float64x2_t);

#[rustfmt::skip]
arithmetic! {
    Neon, f32, parts: [0], part: Neon, each: 4, row: 4,
    splat: vdupq_n_f32, load: vld1q_f32, store: vst1q_f32,
    load_f32: vld1q_f32,
    store_f32: vst1q_f32,
    add: vaddq_f32, sub: vsubq_f32, mul: vmulq_f32,
    mul_add: |x, by, plus| vfmaq_f32(plus, x, by),
    neg_mul_add: |x, by, from| vfmsq_f32(from, x, by),
}

#[rustfmt::skip]
arithmetic! {
    NeonWide and NeonPart, each: 2, row: 4,
    splat: vdupq_n_f64, load: vld1q_f64, store: vst1q_f64,
    load_f32: |from| vcvt_f64_f32(vld1_f32(from)),
    store_f32: |to, x| vst1_f32(to, vcvt_f32_f64(x)),
    add: vaddq_f64, sub: vsubq_f64, mul: vmulq_f64,
    mul_add: |x, by, plus| vfmaq_f64(plus, x, by),
    neg_mul_add: |x, by, from| vfmsq_f64(from, x, by),
}

impl Lane for Neon {
    type Wide = NeonWide;
    type Narrow = Self;

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(vmaxnmq_f32(self.0, other.0)) }
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(vminnmq_f32(self.0, other.0)) }
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(vsqrtq_f32(self.0)) }
    }
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        // SAFETY: as for every method of the trait.
        unsafe {
            let (bits, one) = (vreinterpretq_s32_f32(self.0), vdupq_n_s32(ONE_BITS));
            let exponent = vshrq_n_s32::<23>(vsubq_s32(bits, one));
            // Mantissa bits from the number, the others from 1.
            let mask = vdupq_n_u32(MANTISSA_BITS as u32);
            let mantissa = vbslq_f32(mask, self.0, vreinterpretq_f32_s32(one));
            (Self(vcvtq_f32_s32(exponent)), Self(mantissa))
        }
    }
    #[inline(always)]
    fn audible(self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe {
            // What is not a number is not below the least audible magnitude, and stays.
            let silent = vcagtq_f32(vdupq_n_f32(LEAST_AUDIBLE), self.0);
            Self(vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(self.0), silent)))
        }
    }
    #[inline(always)]
    unsafe fn transpose<const SAMPLES: bool>(
        from: *const f32,
        from_stride: usize,
        to: *mut f32,
        to_stride: usize,
    ) {
        // SAFETY: the caller's.
        unsafe {
            let a = load::<SAMPLES>(from);
            let b = load::<SAMPLES>(from.add(from_stride));
            let c = load::<SAMPLES>(from.add(2 * from_stride));
            let d = load::<SAMPLES>(from.add(3 * from_stride));
            // Rows of the halves side by side, twice.
            let (ac_low, bd_low) = (vzip1q_f32(a, c), vzip1q_f32(b, d));
            let (ac_high, bd_high) = (vzip2q_f32(a, c), vzip2q_f32(b, d));
            vst1q_f32(to, vzip1q_f32(ac_low, bd_low));
            vst1q_f32(to.add(to_stride), vzip2q_f32(ac_low, bd_low));
            vst1q_f32(to.add(2 * to_stride), vzip1q_f32(ac_high, bd_high));
            vst1q_f32(to.add(3 * to_stride), vzip2q_f32(ac_high, bd_high));
        }
    }
    #[inline(always)]
    unsafe fn scatter_pair(a: *const f32, b: *const f32, n: usize, to: *mut f32, to_stride: usize) {
        // SAFETY: the caller's.
        unsafe {
            scatter_fours(
                [a, b],
                n,
                to,
                to_stride,
                #[inline(always)]
                |from| load::<true>(from),
                #[inline(always)]
                |[a, b], to| {
                    let (low, high) = (pairs(vzip1q_f32(a, b)), pairs(vzip2q_f32(a, b)));
                    vst1q_lane_f64::<0>(to.cast(), low);
                    vst1q_lane_f64::<1>(to.add(to_stride).cast(), low);
                    vst1q_lane_f64::<0>(to.add(2 * to_stride).cast(), high);
                    vst1q_lane_f64::<1>(to.add(3 * to_stride).cast(), high);
                },
            );
        }
    }
}

/// The same bits as pairs of floats.
#[inline(always)]
fn pairs(x: float32x4_t) -> float64x2_t {
    // SAFETY: every 64-bit Arm has it.
    unsafe { vreinterpretq_f64_f32(x) }
}

/// Four floats, those below [`AUDIBLE_BITS`] as 0 if they are samples.
///
/// # Safety
/// `from` is valid for reads of them.
#[inline(always)]
unsafe fn load<const SAMPLES: bool>(from: *const f32) -> float32x4_t {
    // SAFETY: the caller's.
    unsafe {
        let x = vld1q_f32(from);
        if SAMPLES { Neon(x).audible().0 } else { x }
    }
}
