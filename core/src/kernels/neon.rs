//! Four lanes: NEON, which every 64-bit Arm has.

use super::lane::{Lane, SQRT_HALF_BITS};
use core::arch::aarch64::*;

#[derive(Clone, Copy)]
pub(crate) struct Neon(float32x4_t);

impl Lane for Neon {
    const N: usize = 4;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(vdupq_n_f32(value)) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's.
        unsafe { Self(vld1q_f32(from)) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's.
        unsafe { vst1q_f32(to, self.0) }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(vaddq_f32(self.0, other.0)) }
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(vsubq_f32(self.0, other.0)) }
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(vmulq_f32(self.0, other.0)) }
    }
    #[inline(always)]
    fn mul_add(self, by: Self, plus: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(vfmaq_f32(plus.0, self.0, by.0)) }
    }
    #[inline(always)]
    fn neg_mul_add(self, by: Self, from: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(vfmsq_f32(from.0, self.0, by.0)) }
    }
    #[inline(always)]
    fn mul_sub(self, by: Self, minus: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(vfmaq_f32(vnegq_f32(minus.0), self.0, by.0)) }
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // A comparison, as NEON's own maximum treats what is not a number in another way.
        // SAFETY: as for every method of the trait.
        unsafe { Self(vbslq_f32(vcgtq_f32(self.0, other.0), self.0, other.0)) }
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
            let border = vdupq_n_s32(SQRT_HALF_BITS);
            let above = vsubq_s32(vreinterpretq_s32_f32(self.0), border);
            let exponent = vshrq_n_s32::<23>(above);
            let mantissa = vaddq_s32(vandq_s32(above, vdupq_n_s32(0x7f_ffff)), border);
            (Self(vcvtq_f32_s32(exponent)), Self(vreinterpretq_f32_s32(mantissa)))
        }
    }
    #[inline(always)]
    unsafe fn transpose(from: *const f32, from_stride: usize, to: *mut f32, to_stride: usize) {
        // SAFETY: the caller's.
        unsafe {
            let a = vld1q_f32(from);
            let b = vld1q_f32(from.add(from_stride));
            let c = vld1q_f32(from.add(2 * from_stride));
            let d = vld1q_f32(from.add(3 * from_stride));
            let ab = vtrnq_f32(a, b);
            let cd = vtrnq_f32(c, d);
            vst1q_f32(to, vcombine_f32(vget_low_f32(ab.0), vget_low_f32(cd.0)));
            vst1q_f32(to.add(to_stride), vcombine_f32(vget_low_f32(ab.1), vget_low_f32(cd.1)));
            vst1q_f32(to.add(2 * to_stride), vcombine_f32(vget_high_f32(ab.0), vget_high_f32(cd.0)));
            vst1q_f32(to.add(3 * to_stride), vcombine_f32(vget_high_f32(ab.1), vget_high_f32(cd.1)));
        }
    }
}
