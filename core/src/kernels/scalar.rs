//! One lane, for every machine, and the reference that the vectors are compared with.

use super::lane::{Lane, SQRT_HALF_BITS};

/// A float; `FUSED` says whether multiplication and addition are rounded once, as the vectors with a
/// fused multiply-add do, or twice, which is faster where the machine has none.
#[derive(Clone, Copy)]
pub(crate) struct Scalar<const FUSED: bool>(f32);

impl<const FUSED: bool> Lane for Scalar<FUSED> {
    const N: usize = 1;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self(value)
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's.
        Self(unsafe { *from })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's.
        unsafe { *to = self.0 };
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0)
    }
    #[inline(always)]
    fn mul_add(self, by: Self, plus: Self) -> Self {
        Self(if FUSED { libm::fmaf(self.0, by.0, plus.0) } else { self.0 * by.0 + plus.0 })
    }
    #[inline(always)]
    fn neg_mul_add(self, by: Self, from: Self) -> Self {
        Self(-self.0).mul_add(by, from)
    }
    #[inline(always)]
    fn mul_sub(self, by: Self, minus: Self) -> Self {
        self.mul_add(by, Self(-minus.0))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(if self.0 > other.0 { self.0 } else { other.0 })
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(libm::sqrtf(self.0))
    }
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        let above = (self.0.to_bits() as i32).wrapping_sub(SQRT_HALF_BITS);
        let mantissa = (above & 0x7f_ffff) + SQRT_HALF_BITS;
        (Self((above >> 23) as f32), Self(f32::from_bits(mantissa as u32)))
    }
}
