//! Four lanes: SSE2, which every x86-64 has. No fused multiply-add.

use super::{AUDIBLE_BITS, Lane, MANTISSA_BITS, ONE_BITS, arithmetic, scatter_fours};
use core::arch::x86_64::*;

#[derive(Clone, Copy)]
pub(crate) struct Sse2(pub(super) __m128);

#[derive(Clone, Copy)]
pub(crate) struct Sse2Wide(__m128d, __m128d);

/// Half of those lanes.
#[derive(Clone, Copy)]
pub(crate) struct Sse2Part(__m128d);

#[rustfmt::skip]
arithmetic! {
    Sse2, f32, parts: [0], part: Sse2, each: 4, row: 4,
    splat: _mm_set1_ps, load: _mm_loadu_ps, store: _mm_storeu_ps,
    load_f32: _mm_loadu_ps,
    store_f32: _mm_storeu_ps,
    add: _mm_add_ps, sub: _mm_sub_ps, mul: _mm_mul_ps,
    mul_add: |x, by, plus| _mm_add_ps(_mm_mul_ps(x, by), plus),
    neg_mul_add: |x, by, from| _mm_sub_ps(from, _mm_mul_ps(x, by)),
}

#[rustfmt::skip]
arithmetic! {
    Sse2Wide and Sse2Part, each: 2, row: 4,
    splat: _mm_set1_pd, load: _mm_loadu_pd, store: _mm_storeu_pd,
    load_f32: |from: *const f32| _mm_cvtps_pd(_mm_castpd_ps(_mm_load_sd(from.cast()))),
    store_f32: |to: *mut f32, x| _mm_store_sd(to.cast(), _mm_castps_pd(_mm_cvtpd_ps(x))),
    add: _mm_add_pd, sub: _mm_sub_pd, mul: _mm_mul_pd,
    mul_add: |x, by, plus| _mm_add_pd(_mm_mul_pd(x, by), plus),
    neg_mul_add: |x, by, from| _mm_sub_pd(from, _mm_mul_pd(x, by)),
}

impl Lane for Sse2 {
    type Wide = Sse2Wide;
    type Narrow = Self;

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(_mm_max_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(_mm_min_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(_mm_sqrt_ps(self.0)) }
    }
    #[inline(always)]
    fn split_exponent(self) -> (Self, Self) {
        // SAFETY: as for every method of the trait.
        unsafe {
            let (bits, one) = (_mm_castps_si128(self.0), _mm_set1_epi32(ONE_BITS));
            let exponent = _mm_srai_epi32::<23>(_mm_sub_epi32(bits, one));
            let mantissa = _mm_and_si128(bits, _mm_set1_epi32(MANTISSA_BITS));
            let mantissa = _mm_or_si128(mantissa, one);
            (Self(_mm_cvtepi32_ps(exponent)), Self(_mm_castsi128_ps(mantissa)))
        }
    }
    #[inline(always)]
    fn audible(self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe {
            let bits = _mm_and_si128(_mm_castps_si128(self.0), _mm_set1_epi32(AUDIBLE_BITS));
            let silent = _mm_cmpeq_epi32(bits, _mm_setzero_si128());
            Self(_mm_andnot_ps(_mm_castsi128_ps(silent), self.0))
        }
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
        // SAFETY: the caller's.
        unsafe {
            let mut a = load::<SAMPLES>(from);
            let mut b = load::<SAMPLES>(from.add(from_stride));
            let mut c = load::<SAMPLES>(from.add(2 * from_stride));
            let mut d = load::<SAMPLES>(from.add(3 * from_stride));
            _MM_TRANSPOSE4_PS(&mut a, &mut b, &mut c, &mut d);
            _mm_storeu_ps(to, a);
            _mm_storeu_ps(to.add(to_stride), b);
            _mm_storeu_ps(to.add(2 * to_stride), c);
            _mm_storeu_ps(to.add(3 * to_stride), d);
        }
    }
    #[inline(always)]
    unsafe fn scatter_pair(a: *const f32, b: *const f32, n: usize, to: *mut f32, to_stride: usize) {
        // SAFETY: the caller's.
        unsafe { scatter_pair(a, b, n, to, to_stride) }
    }
}

/// [`Lane::scatter_pair`] for all of x86: four rows at a time, each pair in one store.
///
/// # Safety
/// As there.
#[inline(always)]
pub(super) unsafe fn scatter_pair(
    a: *const f32,
    b: *const f32,
    n: usize,
    to: *mut f32,
    to_stride: usize,
) {
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
                let low = _mm_castps_pd(_mm_unpacklo_ps(a, b));
                let high = _mm_castps_pd(_mm_unpackhi_ps(a, b));
                _mm_storel_pd(to.cast(), low);
                _mm_storeh_pd(to.add(to_stride).cast(), low);
                _mm_storel_pd(to.add(2 * to_stride).cast(), high);
                _mm_storeh_pd(to.add(3 * to_stride).cast(), high);
            },
        );
    }
}

/// Four floats, those below [`AUDIBLE_BITS`] as 0 if they are samples.
///
/// # Safety
/// `from` is valid for reads of them.
#[inline(always)]
unsafe fn load<const SAMPLES: bool>(from: *const f32) -> __m128 {
    // SAFETY: the caller's.
    unsafe {
        let x = _mm_loadu_ps(from);
        if SAMPLES { Sse2(x).audible().0 } else { x }
    }
}
