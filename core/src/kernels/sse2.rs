//! Four lanes: SSE2, which every x86-64 has. No fused multiply-add.

use super::lane::{Lane, SQRT_HALF_BITS};
use core::arch::x86_64::*;

#[derive(Clone, Copy)]
pub(crate) struct Sse2(__m128);

impl Lane for Sse2 {
    const N: usize = 4;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(_mm_set1_ps(value)) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's.
        unsafe { Self(_mm_loadu_ps(from)) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's.
        unsafe { _mm_storeu_ps(to, self.0) }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(_mm_add_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(_mm_sub_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: as for every method of the trait.
        unsafe { Self(_mm_mul_ps(self.0, other.0)) }
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
        // SAFETY: as for every method of the trait.
        unsafe { Self(_mm_max_ps(self.0, other.0)) }
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
            let border = _mm_set1_epi32(SQRT_HALF_BITS);
            let above = _mm_sub_epi32(_mm_castps_si128(self.0), border);
            let exponent = _mm_srai_epi32::<23>(above);
            let mantissa = _mm_and_si128(above, _mm_set1_epi32(0x7f_ffff));
            let mantissa = _mm_add_epi32(mantissa, border);
            (Self(_mm_cvtepi32_ps(exponent)), Self(_mm_castsi128_ps(mantissa)))
        }
    }
    #[inline(always)]
    unsafe fn transpose(from: *const f32, from_stride: usize, to: *mut f32, to_stride: usize) {
        // SAFETY: the caller's.
        unsafe {
            let mut a = _mm_loadu_ps(from);
            let mut b = _mm_loadu_ps(from.add(from_stride));
            let mut c = _mm_loadu_ps(from.add(2 * from_stride));
            let mut d = _mm_loadu_ps(from.add(3 * from_stride));
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
        let whole = n - n % 4;
        for j in (0..whole).step_by(4) {
            let x = _mm_loadu_ps(a.add(j));
            let y = _mm_loadu_ps(b.add(j));
            let low = _mm_castps_pd(_mm_unpacklo_ps(x, y));
            let high = _mm_castps_pd(_mm_unpackhi_ps(x, y));
            let to = to.add(j * to_stride);
            _mm_storel_pd(to.cast(), low);
            _mm_storeh_pd(to.add(to_stride).cast(), low);
            _mm_storel_pd(to.add(2 * to_stride).cast(), high);
            _mm_storeh_pd(to.add(3 * to_stride).cast(), high);
        }
        for j in whole..n {
            *to.add(j * to_stride) = *a.add(j);
            *to.add(j * to_stride + 1) = *b.add(j);
        }
    }
}
