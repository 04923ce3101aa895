//! Sixteen lanes: AVX-512 (F, BW, DQ, VL).

use super::lane::{AUDIBLE_BITS, Lane, SQRT_HALF_BITS, arithmetic};
use core::arch::x86_64::*;

#[derive(Clone, Copy)]
pub(crate) struct Avx512(__m512);

#[derive(Clone, Copy)]
pub(crate) struct Avx512Wide(__m512d, __m512d);

#[rustfmt::skip]
arithmetic! {
    Avx512, f32, parts: [0], each: 16,
    splat: _mm512_set1_ps, load: _mm512_loadu_ps, store: _mm512_storeu_ps,
    load_f32: _mm512_loadu_ps,
    store_f32: _mm512_storeu_ps,
    add: _mm512_add_ps, sub: _mm512_sub_ps, mul: _mm512_mul_ps,
    mul_add: _mm512_fmadd_ps, neg_mul_add: _mm512_fnmadd_ps, mul_sub: _mm512_fmsub_ps,
}

#[rustfmt::skip]
arithmetic! {
    Avx512Wide, f64, parts: [0, 1], each: 8,
    splat: _mm512_set1_pd, load: _mm512_loadu_pd, store: _mm512_storeu_pd,
    load_f32: |from| _mm512_cvtps_pd(_mm256_loadu_ps(from)),
    store_f32: |to, x| _mm256_storeu_ps(to, _mm512_cvtpd_ps(x)),
    add: _mm512_add_pd, sub: _mm512_sub_pd, mul: _mm512_mul_pd,
    mul_add: _mm512_fmadd_pd, neg_mul_add: _mm512_fnmadd_pd, mul_sub: _mm512_fmsub_pd,
}

impl Lane for Avx512 {
    type Wide = Avx512Wide;

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(_mm512_max_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(_mm512_min_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(_mm512_sqrt_ps(self.0)) }
    }
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        // SAFETY: as for every method of the trait.
        unsafe {
            let border = _mm512_set1_epi32(SQRT_HALF_BITS);
            let above = _mm512_sub_epi32(_mm512_castps_si512(self.0), border);
            let exponent = _mm512_srai_epi32::<23>(above);
            let mantissa = _mm512_and_si512(above, _mm512_set1_epi32(0x7f_ffff));
            let mantissa = _mm512_add_epi32(mantissa, border);
            (Self(_mm512_cvtepi32_ps(exponent)), Self(_mm512_castsi512_ps(mantissa)))
        }
    }
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
            for quad in 0..4 {
                let from = from.add(4 * quad);
                let to = to.add(4 * quad * to_stride);
                let a = load_rows::<SAMPLES>(from, from_stride);
                let b = load_rows::<SAMPLES>(from.add(from_stride), from_stride);
                let c = load_rows::<SAMPLES>(from.add(2 * from_stride), from_stride);
                let d = load_rows::<SAMPLES>(from.add(3 * from_stride), from_stride);
                let ab_low = _mm512_unpacklo_ps(a, b);
                let ab_high = _mm512_unpackhi_ps(a, b);
                let cd_low = _mm512_unpacklo_ps(c, d);
                let cd_high = _mm512_unpackhi_ps(c, d);
                _mm512_storeu_ps(to, _mm512_shuffle_ps::<0x44>(ab_low, cd_low));
                _mm512_storeu_ps(to.add(to_stride), _mm512_shuffle_ps::<0xee>(ab_low, cd_low));
                _mm512_storeu_ps(to.add(2 * to_stride), _mm512_shuffle_ps::<0x44>(ab_high, cd_high));
                _mm512_storeu_ps(to.add(3 * to_stride), _mm512_shuffle_ps::<0xee>(ab_high, cd_high));
            }
        }
    }
    #[inline(always)]
    unsafe fn scatter_pair(a: *const f32, b: *const f32, n: usize, to: *mut f32, to_stride: usize) {
        // SAFETY: the caller's.
        unsafe { super::sse2::scatter_pair(a, b, n, to, to_stride) }
    }
}

/// Four floats of rows 0, 4, 8 and 12, those below [`AUDIBLE_BITS`] as 0 if they are samples.
///
/// # Safety
/// `from` is valid for reads of four floats there; the CPU has AVX-512.
#[inline(always)]
unsafe fn load_rows<const SAMPLES: bool>(from: *const f32, stride: usize) -> __m512 {
    // SAFETY: the caller's.
    unsafe {
        let rows = _mm512_castps128_ps512(_mm_loadu_ps(from));
        let rows = _mm512_insertf32x4::<1>(rows, _mm_loadu_ps(from.add(4 * stride)));
        let rows = _mm512_insertf32x4::<2>(rows, _mm_loadu_ps(from.add(8 * stride)));
        let rows = _mm512_insertf32x4::<3>(rows, _mm_loadu_ps(from.add(12 * stride)));
        if !SAMPLES {
            return rows;
        }
        let bits = _mm512_castps_si512(rows);
        _mm512_maskz_mov_ps(_mm512_test_epi32_mask(bits, _mm512_set1_epi32(AUDIBLE_BITS)), rows)
    }
}
