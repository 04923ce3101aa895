//! Four lanes: NEON, which every 64-bit Arm has.

use super::{AUDIBLE_BITS, Lane, MANTISSA_BITS, ONE_BITS, arithmetic};
use core::arch::aarch64::*;

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
        // A comparison, as NEON's own maximum treats what is not a number in another way.
        // SAFETY: as for every method of the trait.
        unsafe { Self(vbslq_f32(vcgtq_f32(self.0, other.0), self.0, other.0)) }
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(vbslq_f32(vcltq_f32(self.0, other.0), self.0, other.0)) }
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
            let bits = vreinterpretq_u32_f32(self.0);
            let audible = vtstq_u32(bits, vdupq_n_u32(AUDIBLE_BITS as u32));
            Self(vreinterpretq_f32_u32(vandq_u32(bits, audible)))
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
            let ab = vtrnq_f32(a, b);
            let cd = vtrnq_f32(c, d);
            vst1q_f32(to, vcombine_f32(vget_low_f32(ab.0), vget_low_f32(cd.0)));
            vst1q_f32(to.add(to_stride), vcombine_f32(vget_low_f32(ab.1), vget_low_f32(cd.1)));
            vst1q_f32(to.add(2 * to_stride), vcombine_f32(vget_high_f32(ab.0), vget_high_f32(cd.0)));
            vst1q_f32(to.add(3 * to_stride), vcombine_f32(vget_high_f32(ab.1), vget_high_f32(cd.1)));
        }
    }
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
