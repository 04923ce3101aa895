//! Four lanes: WebAssembly's simd128. No fused multiply-add.

use super::lane::{Lane, SQRT_HALF_BITS};
use core::arch::wasm32::*;

#[derive(Clone, Copy)]
pub(crate) struct Simd128(v128);

impl Lane for Simd128 {
    const N: usize = 4;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self(f32x4_splat(value))
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's.
        Self(unsafe { v128_load(from.cast()) })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's.
        unsafe { v128_store(to.cast(), self.0) }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(f32x4_add(self.0, other.0))
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(f32x4_sub(self.0, other.0))
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(f32x4_mul(self.0, other.0))
    }
    #[inline(always)]
    fn mul_add(self, by: Self, plus: Self) -> Self {
        self.mul(by).add(plus)
    }
    #[inline(always)]
    fn neg_mul_add(self, by: Self, from: Self) -> Self {
        from.sub(self.mul(by))
    }
    #[inline(always)]
    fn mul_sub(self, by: Self, minus: Self) -> Self {
        self.mul(by).sub(minus)
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // "Pseudo-maximum" of the swapped pair: other < self ? self : other.
        Self(f32x4_pmax(other.0, self.0))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(f32x4_sqrt(self.0))
    }
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        let border = i32x4_splat(SQRT_HALF_BITS);
        let above = i32x4_sub(self.0, border);
        let exponent = f32x4_convert_i32x4(i32x4_shr(above, 23));
        (Self(exponent), Self(i32x4_add(v128_and(above, i32x4_splat(0x7f_ffff)), border)))
    }
    #[inline(always)]
    unsafe fn transpose(from: *const f32, from_stride: usize, to: *mut f32, to_stride: usize) {
        // SAFETY: the caller's.
        unsafe {
            let a = v128_load(from.cast());
            let b = v128_load(from.add(from_stride).cast());
            let c = v128_load(from.add(2 * from_stride).cast());
            let d = v128_load(from.add(3 * from_stride).cast());
            let ab_low = i32x4_shuffle::<0, 4, 1, 5>(a, b);
            let ab_high = i32x4_shuffle::<2, 6, 3, 7>(a, b);
            let cd_low = i32x4_shuffle::<0, 4, 1, 5>(c, d);
            let cd_high = i32x4_shuffle::<2, 6, 3, 7>(c, d);
            v128_store(to.cast(), i32x4_shuffle::<0, 1, 4, 5>(ab_low, cd_low));
            v128_store(to.add(to_stride).cast(), i32x4_shuffle::<2, 3, 6, 7>(ab_low, cd_low));
            v128_store(to.add(2 * to_stride).cast(), i32x4_shuffle::<0, 1, 4, 5>(ab_high, cd_high));
            v128_store(to.add(3 * to_stride).cast(), i32x4_shuffle::<2, 3, 6, 7>(ab_high, cd_high));
        }
    }
}
