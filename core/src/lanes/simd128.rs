//! Four lanes: WebAssembly's simd128. No fused multiply-add.

use super::{AUDIBLE_BITS, Lane, MANTISSA_BITS, ONE_BITS, arithmetic, scatter_fours};
use core::arch::wasm32::*;

#[derive(Clone, Copy)]
pub(crate) struct Simd128(v128);

#[derive(Clone, Copy)]
pub(crate) struct Simd128Wide(v128, v128);

/// Half of those lanes.
#[derive(Clone, Copy)]
pub(crate) struct Simd128Part(v128);

#[rustfmt::skip]
arithmetic! {
    Simd128, f32, parts: [0], part: Simd128, each: 4, row: 4,
    splat: f32x4_splat, load: |from: *const f32| v128_load(from.cast()),
    store: |to: *mut f32, x| v128_store(to.cast(), x),
    load_f32: |from: *const f32| v128_load(from.cast()),
    store_f32: |to: *mut f32, x| v128_store(to.cast(), x),
    add: f32x4_add, sub: f32x4_sub, mul: f32x4_mul,
    mul_add: |x, by, plus| f32x4_add(f32x4_mul(x, by), plus),
    neg_mul_add: |x, by, from| f32x4_sub(from, f32x4_mul(x, by)),
}

#[rustfmt::skip]
arithmetic! {
    Simd128Wide and Simd128Part, each: 2, row: 4,
    splat: f64x2_splat, load: |from: *const f64| v128_load(from.cast()),
    store: |to: *mut f64, x| v128_store(to.cast(), x),
    load_f32: |from: *const f32| f64x2_promote_low_f32x4(v128_load64_zero(from.cast())),
    store_f32: |to: *mut f32, x| v128_store64_lane::<0>(f32x4_demote_f64x2_zero(x), to.cast()),
    add: f64x2_add, sub: f64x2_sub, mul: f64x2_mul,
    mul_add: |x, by, plus| f64x2_add(f64x2_mul(x, by), plus),
    neg_mul_add: |x, by, from| f64x2_sub(from, f64x2_mul(x, by)),
}

impl Lane for Simd128 {
    type Wide = Simd128Wide;
    type Narrow = Self;

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // "Pseudo-maximum" of the swapped pair: other < self ? self : other.
        Self(f32x4_pmax(other.0, self.0))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // self < other ? self : other.
        Self(f32x4_pmin(other.0, self.0))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(f32x4_sqrt(self.0))
    }
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        let one = i32x4_splat(ONE_BITS);
        let exponent = f32x4_convert_i32x4(i32x4_shr(i32x4_sub(self.0, one), 23));
        let mantissa = v128_or(v128_and(self.0, i32x4_splat(MANTISSA_BITS)), one);
        (Self(exponent), Self(mantissa))
    }
    #[inline(always)]
    fn audible(self) -> Self {
        let silent = i32x4_eq(v128_and(self.0, i32x4_splat(AUDIBLE_BITS)), i32x4_splat(0));
        Self(v128_andnot(self.0, silent))
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
                    let low = i32x4_shuffle::<0, 4, 1, 5>(a, b);
                    let high = i32x4_shuffle::<2, 6, 3, 7>(a, b);
                    v128_store64_lane::<0>(low, to.cast());
                    v128_store64_lane::<1>(low, to.add(to_stride).cast());
                    v128_store64_lane::<0>(high, to.add(2 * to_stride).cast());
                    v128_store64_lane::<1>(high, to.add(3 * to_stride).cast());
                },
            );
        }
    }
}

/// Four floats, those below [`AUDIBLE_BITS`] as 0 if they are samples.
///
/// # Safety
/// `from` is valid for reads of them.
#[inline(always)]
unsafe fn load<const SAMPLES: bool>(from: *const f32) -> v128 {
    // SAFETY: the caller's.
    let x = unsafe { v128_load(from.cast()) };
    if SAMPLES { Simd128(x).audible().0 } else { x }
}
