//! One lane, for every machine, and the reference that the vectors are compared with.

use super::{Lane, MANTISSA_BITS, ONE_BITS, arithmetic};

/// A float whose multiplications and additions are rounded twice, which is fast everywhere.
#[derive(Clone, Copy)]
pub(crate) struct Scalar(f32);

#[derive(Clone, Copy)]
pub(crate) struct ScalarWide(f64);

/// A float whose multiply-adds are rounded once, as those of most vectors are; slow where the machine
/// has no instruction for it.
#[cfg(debug_assertions)]
#[derive(Clone, Copy)]
pub(crate) struct Fused(f32);

#[cfg(debug_assertions)]
#[derive(Clone, Copy)]
pub(crate) struct FusedWide(f64);

macro_rules! scalar {
    ($type:ty, $element:ty, $mul_add:expr) => {
        arithmetic! {
            $type, $element, parts: [0], part: $type, each: 1, row: 1,
            splat: |value| value,
            load: |from: *const $element| *from,
            store: |to: *mut $element, x| *to = x,
            load_f32: |from: *const f32| <$element>::from(*from),
            store_f32: |to: *mut f32, x| *to = x as f32,
            add: |x, y| x + y, sub: |x, y| x - y, mul: |x, y| x * y,
            mul_add: $mul_add,
            neg_mul_add: |x: $element, by, from| $mul_add(-x, by, from),
        }
    };
}

scalar!(Scalar, f32, |x, by, plus| x * by + plus);
scalar!(ScalarWide, f64, |x, by, plus| x * by + plus);
#[cfg(debug_assertions)]
scalar!(Fused, f32, libm::fmaf);
#[cfg(debug_assertions)]
scalar!(FusedWide, f64, libm::fma);

macro_rules! scalar_lane {
    ($type:ty, $wide:ty) => {
        impl Lane for $type {
            type Wide = $wide;
            type Narrow = Self;

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
            fn audible(self) -> Self {
                Self(super::audible(self.0))
            }
            #[inline(always)]
            fn split_exponent(self) -> (Self, Self) {
                let bits = self.0.to_bits() as i32;
                let mantissa = bits & MANTISSA_BITS | ONE_BITS;
                let exponent = bits.wrapping_sub(ONE_BITS) >> 23;
                (Self(exponent as f32), Self(f32::from_bits(mantissa as u32)))
            }
        }
    };
}

scalar_lane!(Scalar, ScalarWide);
#[cfg(debug_assertions)]
scalar_lane!(Fused, FusedWide);
