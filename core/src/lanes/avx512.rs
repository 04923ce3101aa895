//! Sixteen lanes: AVX-512 (F, BW, DQ, VL).

use super::{AUDIBLE_BITS, Lane, MANTISSA_BITS, ONE_BITS, arithmetic, inlined};
use core::arch::x86_64::*;
use core::sync::atomic::{AtomicU8, Ordering};

#[derive(Clone, Copy)]
pub(crate) struct Avx512(__m512);

#[derive(Clone, Copy)]
pub(crate) struct Avx512Wide(__m512d, __m512d);

/// Half of those lanes.
#[derive(Clone, Copy)]
pub(crate) struct Avx512Part(__m512d);

#[rustfmt::skip]
arithmetic! {
    Avx512, f32, parts: [0], part: Avx512, each: 16, row: 16,
    splat: _mm512_set1_ps, load: _mm512_loadu_ps, store: _mm512_storeu_ps,
    load_f32: _mm512_loadu_ps,
    store_f32: _mm512_storeu_ps,
    add: _mm512_add_ps, sub: _mm512_sub_ps, mul: _mm512_mul_ps,
    mul_add: _mm512_fmadd_ps, neg_mul_add: _mm512_fnmadd_ps,
}

#[rustfmt::skip]
arithmetic! {
    Avx512Wide and Avx512Part, each: 8, row: 16,
    splat: _mm512_set1_pd, load: _mm512_loadu_pd, store: _mm512_storeu_pd,
    load_f32: |from| _mm512_cvtps_pd(_mm256_loadu_ps(from)),
    store_f32: |to, x| _mm256_storeu_ps(to, _mm512_cvtpd_ps(x)),
    add: _mm512_add_pd, sub: _mm512_sub_pd, mul: _mm512_mul_pd,
    mul_add: _mm512_fmadd_pd, neg_mul_add: _mm512_fnmadd_pd,
}

impl Lane for Avx512 {
    type Wide = Avx512Wide;
    type Narrow = super::avx2::Avx2Narrow;

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
            // (bits & MANTISSA_BITS) | ONE_BITS in one instruction.
            let mantissa = _mm512_ternarylogic_epi32::<0xf8>(
                _mm512_set1_epi32(ONE_BITS),
                _mm512_castps_si512(self.0),
                _mm512_set1_epi32(MANTISSA_BITS),
            );
            (Self(_mm512_getexp_ps(self.0)), Self(_mm512_castsi512_ps(mantissa)))
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
        // SAFETY: the caller's.
        unsafe {
            for half in 0..2 {
                let rows = columns::<SAMPLES>(from.add(8 * half), from_stride);
                for (i, row) in rows.into_iter().enumerate() {
                    _mm512_storeu_ps(to.add((8 * half + i) * to_stride), row);
                }
            }
        }
    }

    fn expands() -> bool {
        // Asking the CPU takes microseconds in virtual machines.
        static ANSWER: AtomicU8 = AtomicU8::new(0);
        match ANSWER.load(Ordering::Relaxed) {
            0 => {
                let expands = !takes_halves();
                ANSWER.store(1 + u8::from(expands), Ordering::Relaxed);
                expands
            }
            known => known == 2,
        }
    }

    #[inline(always)]
    unsafe fn expand<const OFFSETS: usize>(
        from: *const f32,
        from_stride: usize,
        row: usize,
        mut store: impl FnMut(usize, usize, Self),
    ) {
        // SAFETY: the caller's.
        unsafe {
            let from = from.add(row);
            // The two columns after the sixteen, a pair for each row: those of rows 4q + i are in part q, of i
            // below 2 in the first register.
            let column = inlined(
                #[inline(always)]
                |i: usize| audible(_mm512_loadu_ps(from.add((16 + i) * from_stride))),
            );
            let none = _mm512_setzero_ps();
            let first = if OFFSETS > 1 { column(0) } else { none };
            let second = if OFFSETS > 2 { column(1) } else { none };
            let pairs = [_mm512_unpacklo_ps(first, second), _mm512_unpackhi_ps(first, second)];
            expand_half::<0, OFFSETS>(from, from_stride, pairs, &mut store);
            expand_half::<1, OFFSETS>(from, from_stride, pairs, &mut store);
        }
    }

    #[inline(always)]
    unsafe fn scatter_pair(a: *const f32, b: *const f32, n: usize, to: *mut f32, to_stride: usize) {
        // SAFETY: the caller's.
        unsafe { super::sse2::scatter_pair(a, b, n, to, to_stride) }
    }
}

/// Whether the CPU takes vectors of AVX-512 in two halves, as Zen 4 does (AMD's family 19h): of a load that crosses a
/// cache line only one half does, and each store takes twice as long as on other CPUs.
fn takes_halves() -> bool {
    #[allow(unused_unsafe, reason = "later compilers have it as a safe function")]
    // SAFETY: every CPU with AVX-512 has the instruction, and these two leaves.
    let (vendor, version) = unsafe { (__cpuid(0), __cpuid(1)) };
    let family = (version.eax >> 8 & 0xf) + (version.eax >> 20 & 0xff);
    vendor.ebx == u32::from_le_bytes(*b"Auth") && family == 0x19
}

/// Eight of the sixteen rows that [`Lane::expand`] stores. The half is constant, as every row has its own shuffle.
///
/// # Safety
/// As of [`Lane::expand`], for the rows from `from` on; the CPU has AVX-512.
#[inline(always)]
unsafe fn expand_half<const HALF: usize, const OFFSETS: usize>(
    from: *const f32,
    from_stride: usize,
    pairs: [__m512; 2],
    store: &mut impl FnMut(usize, usize, Avx512),
) {
    // SAFETY: the caller's.
    unsafe {
        let rows = columns::<true>(from.add(8 * HALF), from_stride);
        macro_rules! each {
            ($($i:literal)+) => { $({
                let row = rows[$i];
                store(8 * HALF + $i, 0, Avx512(row));
                if OFFSETS > 1 {
                    // The row's pair to the front, from where it moves into the lanes that become free.
                    let pair = _mm512_castps_si512(pairs[$i % 4 / 2]);
                    let pair = match 4 * HALF + 2 * ($i / 4) + $i % 2 {
                        0 => pair,
                        1 => _mm512_alignr_epi64::<1>(pair, pair),
                        2 => _mm512_alignr_epi64::<2>(pair, pair),
                        3 => _mm512_alignr_epi64::<3>(pair, pair),
                        4 => _mm512_alignr_epi64::<4>(pair, pair),
                        5 => _mm512_alignr_epi64::<5>(pair, pair),
                        6 => _mm512_alignr_epi64::<6>(pair, pair),
                        _ => _mm512_alignr_epi64::<7>(pair, pair),
                    };
                    let row = _mm512_castps_si512(row);
                    let moved = _mm512_castsi512_ps(_mm512_alignr_epi32::<1>(pair, row));
                    store(8 * HALF + $i, 1, Avx512(moved));
                    if OFFSETS > 2 {
                        let moved = _mm512_castsi512_ps(_mm512_alignr_epi32::<2>(pair, row));
                        store(8 * HALF + $i, 2, Avx512(moved));
                    }
                }
            })+ };
        }
        each!(0 1 2 3 4 5 6 7);
    }
}

/// The samples, those below [`AUDIBLE_BITS`] as 0.
///
/// # Safety
/// The CPU has AVX-512.
#[inline(always)]
unsafe fn audible(x: __m512) -> __m512 {
    // SAFETY: the caller's.
    unsafe {
        let bits = _mm512_castps_si512(x);
        _mm512_maskz_mov_ps(_mm512_test_epi32_mask(bits, _mm512_set1_epi32(AUDIBLE_BITS)), x)
    }
}

/// Columns 0 to 7 of sixteen rows, those below [`AUDIBLE_BITS`] as 0 if they are samples.
///
/// Rows i and i + 4 share a register, so that shuffles within 128-bit parts finish half of the job.
///
/// # Safety
/// `from` is valid for reads of eight floats in each row; the CPU has AVX-512.
#[inline(always)]
unsafe fn columns<const SAMPLES: bool>(from: *const f32, stride: usize) -> [__m512; 8] {
    // SAFETY: the caller's.
    unsafe {
        let load = inlined(
            #[inline(always)]
            |i: usize| {
                let low = _mm512_castps256_ps512(_mm256_loadu_ps(from.add(i * stride)));
                let high = _mm256_loadu_ps(from.add((i + 4) * stride));
                let both = _mm512_insertf32x8::<1>(low, high);
                if SAMPLES { audible(both) } else { both }
            },
        );
        // Of eight rows: columns c in the lower and c + 4 in the upper half of their register c.
        let eight = inlined(
            #[inline(always)]
            |at: usize| {
                let (a, b, c, d) = (load(at), load(at + 1), load(at + 2), load(at + 3));
                let (ab_low, ab_high) = (_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
                let (cd_low, cd_high) = (_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
                [
                    _mm512_shuffle_ps::<0x44>(ab_low, cd_low),
                    _mm512_shuffle_ps::<0xee>(ab_low, cd_low),
                    _mm512_shuffle_ps::<0x44>(ab_high, cd_high),
                    _mm512_shuffle_ps::<0xee>(ab_high, cd_high),
                ]
            },
        );
        let (x, y) = (eight(0), eight(8));
        [
            _mm512_shuffle_f32x4::<0x88>(x[0], y[0]),
            _mm512_shuffle_f32x4::<0x88>(x[1], y[1]),
            _mm512_shuffle_f32x4::<0x88>(x[2], y[2]),
            _mm512_shuffle_f32x4::<0x88>(x[3], y[3]),
            _mm512_shuffle_f32x4::<0xdd>(x[0], y[0]),
            _mm512_shuffle_f32x4::<0xdd>(x[1], y[1]),
            _mm512_shuffle_f32x4::<0xdd>(x[2], y[2]),
            _mm512_shuffle_f32x4::<0xdd>(x[3], y[3]),
        ]
    }
}
