//! Eight lanes: AVX2 with FMA.

use super::{AUDIBLE_BITS, Lane, MANTISSA_BITS, ONE_BITS, arithmetic};
use core::arch::x86_64::*;

#[derive(Clone, Copy)]
pub(crate) struct Avx2(__m256);

#[derive(Clone, Copy)]
pub(crate) struct Avx2Wide(__m256d, __m256d);

/// Half of those lanes.
#[derive(Clone, Copy)]
pub(crate) struct Avx2Part(__m256d);

/// Four lanes, fused.
#[derive(Clone, Copy)]
pub(crate) struct Avx2Narrow(__m128);

#[rustfmt::skip]
arithmetic! {
    Avx2, f32, parts: [0], part: Avx2, each: 8, row: 8,
    splat: _mm256_set1_ps, load: _mm256_loadu_ps, store: _mm256_storeu_ps,
    load_f32: _mm256_loadu_ps,
    store_f32: _mm256_storeu_ps,
    add: _mm256_add_ps, sub: _mm256_sub_ps, mul: _mm256_mul_ps,
    mul_add: _mm256_fmadd_ps, neg_mul_add: _mm256_fnmadd_ps,
}

#[rustfmt::skip]
arithmetic! {
    Avx2Wide and Avx2Part, each: 4, row: 8,
    splat: _mm256_set1_pd, load: _mm256_loadu_pd, store: _mm256_storeu_pd,
    load_f32: |from| _mm256_cvtps_pd(_mm_loadu_ps(from)),
    store_f32: |to, x| _mm_storeu_ps(to, _mm256_cvtpd_ps(x)),
    add: _mm256_add_pd, sub: _mm256_sub_pd, mul: _mm256_mul_pd,
    mul_add: _mm256_fmadd_pd, neg_mul_add: _mm256_fnmadd_pd,
}

#[rustfmt::skip]
arithmetic! {
    Avx2Narrow, f32, parts: [0], part: Avx2Narrow, each: 4, row: 4,
    splat: _mm_set1_ps, load: _mm_loadu_ps, store: _mm_storeu_ps,
    load_f32: _mm_loadu_ps, store_f32: _mm_storeu_ps,
    add: _mm_add_ps, sub: _mm_sub_ps, mul: _mm_mul_ps,
    mul_add: _mm_fmadd_ps, neg_mul_add: _mm_fnmadd_ps,
}

impl Lane for Avx2 {
    type Wide = Avx2Wide;
    type Narrow = Avx2Narrow;

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(_mm256_max_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(_mm256_min_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(_mm256_sqrt_ps(self.0)) }
    }
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        // SAFETY: as for every method of the trait.
        unsafe {
            let (bits, one) = (_mm256_castps_si256(self.0), _mm256_set1_epi32(ONE_BITS));
            let exponent = _mm256_srai_epi32::<23>(_mm256_sub_epi32(bits, one));
            let mantissa = _mm256_and_si256(bits, _mm256_set1_epi32(MANTISSA_BITS));
            let mantissa = _mm256_or_si256(mantissa, one);
            (Self(_mm256_cvtepi32_ps(exponent)), Self(_mm256_castsi256_ps(mantissa)))
        }
    }
    #[inline(always)]
    fn audible(self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(audible(self.0)) }
    }
    const PREFETCHES: bool = true;

    #[inline(always)]
    fn prefetch(at: *const f32) {
        // SAFETY: nothing is read.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(at.cast()) };
    }
    #[inline(always)]
    unsafe fn transpose<const SAMPLES: bool>(
        from: *const f32,
        from_stride: usize,
        to: *mut f32,
        to_stride: usize,
    ) {
        // Each quarter of a row stands in a 128-bit part of its own, so that two rounds of shuffles
        // within those parts finish the job.
        // SAFETY: the caller's.
        unsafe {
            for quad in 0..2 {
                let from = from.add(4 * quad);
                let to = to.add(4 * quad * to_stride);
                let a = load_rows::<SAMPLES>(from, from_stride);
                let b = load_rows::<SAMPLES>(from.add(from_stride), from_stride);
                let c = load_rows::<SAMPLES>(from.add(2 * from_stride), from_stride);
                let d = load_rows::<SAMPLES>(from.add(3 * from_stride), from_stride);
                let ab_low = _mm256_unpacklo_ps(a, b);
                let ab_high = _mm256_unpackhi_ps(a, b);
                let cd_low = _mm256_unpacklo_ps(c, d);
                let cd_high = _mm256_unpackhi_ps(c, d);
                _mm256_storeu_ps(to, _mm256_shuffle_ps::<0x44>(ab_low, cd_low));
                _mm256_storeu_ps(to.add(to_stride), _mm256_shuffle_ps::<0xee>(ab_low, cd_low));
                _mm256_storeu_ps(to.add(2 * to_stride), _mm256_shuffle_ps::<0x44>(ab_high, cd_high));
                _mm256_storeu_ps(to.add(3 * to_stride), _mm256_shuffle_ps::<0xee>(ab_high, cd_high));
            }
        }
    }
    #[inline(always)]
    unsafe fn scatter_pair(a: *const f32, b: *const f32, n: usize, to: *mut f32, to_stride: usize) {
        // SAFETY: the caller's.
        unsafe { super::sse2::scatter_pair(a, b, n, to, to_stride) }
    }
}

/// Four floats of row 0 and of row 4, those below [`AUDIBLE_BITS`] as 0 if they are samples.
///
/// # Safety
/// `from` is valid for reads of four floats there; the CPU has AVX.
#[inline(always)]
unsafe fn load_rows<const SAMPLES: bool>(from: *const f32, stride: usize) -> __m256 {
    // SAFETY: the caller's.
    unsafe {
        let low = _mm256_castps128_ps256(_mm_loadu_ps(from));
        let rows = _mm256_insertf128_ps::<1>(low, _mm_loadu_ps(from.add(4 * stride)));
        if SAMPLES { audible(rows) } else { rows }
    }
}

/// The samples, those below [`AUDIBLE_BITS`] as 0.
///
/// # Safety
/// The CPU has AVX2.
#[inline(always)]
unsafe fn audible(x: __m256) -> __m256 {
    // SAFETY: the caller's.
    unsafe {
        let bits = _mm256_and_si256(_mm256_castps_si256(x), _mm256_set1_epi32(AUDIBLE_BITS));
        let silent = _mm256_cmpeq_epi32(bits, _mm256_setzero_si256());
        _mm256_andnot_ps(_mm256_castsi256_ps(silent), x)
    }
}
