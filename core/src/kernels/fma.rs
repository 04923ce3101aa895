//! Four lanes of AVX2 and FMA: the bits of the wider vectors, for blocks of up to four frames.

use super::lane::{Lane, arithmetic};
use super::sse2::{Sse2, scatter_pair};
use core::arch::x86_64::*;

#[derive(Clone, Copy)]
pub(crate) struct Fma(__m128);

#[derive(Clone, Copy)]
pub(crate) struct FmaWide(__m256d);

#[rustfmt::skip]
arithmetic! {
    Fma, f32, parts: [0], each: 4,
    splat: _mm_set1_ps, load: _mm_loadu_ps, store: _mm_storeu_ps,
    load_f32: _mm_loadu_ps,
    store_f32: _mm_storeu_ps,
    add: _mm_add_ps, sub: _mm_sub_ps, mul: _mm_mul_ps,
    mul_add: _mm_fmadd_ps, neg_mul_add: _mm_fnmadd_ps, mul_sub: _mm_fmsub_ps,
}

#[rustfmt::skip]
arithmetic! {
    FmaWide, f64, parts: [0], each: 4,
    splat: _mm256_set1_pd, load: _mm256_loadu_pd, store: _mm256_storeu_pd,
    load_f32: |from| _mm256_cvtps_pd(_mm_loadu_ps(from)),
    store_f32: |to, x| _mm_storeu_ps(to, _mm256_cvtpd_ps(x)),
    add: _mm256_add_pd, sub: _mm256_sub_pd, mul: _mm256_mul_pd,
    mul_add: _mm256_fmadd_pd, neg_mul_add: _mm256_fnmadd_pd, mul_sub: _mm256_fmsub_pd,
}

/// What is not fused is as in SSE2.
impl Lane for Fma {
    type Wide = FmaWide;

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(Sse2(self.0).max(Sse2(other.0)).0)
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(Sse2(self.0).min(Sse2(other.0)).0)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(Sse2(self.0).sqrt().0)
    }
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        let (exponent, mantissa) = Sse2(self.0).split_exponent();
        (Self(exponent.0), Self(mantissa.0))
    }
    #[inline(always)]
    unsafe fn transpose<const SAMPLES: bool>(
        from: *const f32,
        from_stride: usize,
        to: *mut f32,
        to_stride: usize,
    ) {
        // SAFETY: the caller's.
        unsafe { Sse2::transpose::<SAMPLES>(from, from_stride, to, to_stride) }
    }
    #[inline(always)]
    unsafe fn scatter_pair(a: *const f32, b: *const f32, n: usize, to: *mut f32, to_stride: usize) {
        // SAFETY: the caller's.
        unsafe { scatter_pair(a, b, n, to, to_stride) }
    }
}
