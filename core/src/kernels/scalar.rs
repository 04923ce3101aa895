//! One lane, for every machine, and the reference that the vectors are compared with.

use super::lane::{Lane, SQRT_HALF_BITS, arithmetic};

/// A float whose multiplications and additions are rounded twice, which is fast everywhere.
#[derive(Clone, Copy)]
pub(crate) struct Scalar(f32);

#[derive(Clone, Copy)]
pub(crate) struct ScalarWide(f64);

/// A float whose multiply-adds are rounded once, as those of most vectors are; slow where the machine
/// has no instruction for it.
#[derive(Clone, Copy)]
pub(crate) struct Fused(f32);

#[derive(Clone, Copy)]
pub(crate) struct FusedWide(f64);

macro_rules! scalar {
    ($type:ty, $element:ty, $mul_add:expr) => {
        arithmetic! {
            $type, $element, parts: [0], each: 1,
            splat: |value| value,
            load: |from: *const $element| *from,
            store: |to: *mut $element, x| *to = x,
            load_f32: |from: *const f32| <$element>::from(*from),
            store_f32: |to: *mut f32, x| *to = x as f32,
            add: |x, y| x + y, sub: |x, y| x - y, mul: |x, y| x * y,
            mul_add: $mul_add,
            neg_mul_add: |x: $element, by, from| $mul_add(-x, by, from),
            mul_sub: |x, by, minus: $element| $mul_add(x, by, -minus),
        }
    };
}

scalar!(Scalar, f32, |x, by, plus| x * by + plus);
scalar!(ScalarWide, f64, |x, by, plus| x * by + plus);
scalar!(Fused, f32, libm::fmaf);
scalar!(FusedWide, f64, libm::fma);

macro_rules! scalar_lane {
    ($type:ty, $wide:ty) => {
        impl Lane for $type {
            type Wide = $wide;

            #[inline(always)]
            fn max(self, other: Self) -> Self {
                Self(if self.0 > other.0 { self.0 } else { other.0 })
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                Self(if self.0 < other.0 { self.0 } else { other.0 })
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
    };
}

scalar_lane!(Scalar, ScalarWide);
scalar_lane!(Fused, FusedWide);
