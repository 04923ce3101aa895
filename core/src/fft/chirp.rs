//! Sizes with a large prime factor, by the chirp of Bluestein ("A linear filtering approach to the computation of
//! discrete Fourier transform", 1970).
//!
//! As 2jk = j² + k² − (k − j)², a transform of n is a convolution with c(j) = exp(πi j² / n):
//!
//! ```text
//! X[k] = conj c(k) · Σ_j x[j] conj c(j) · c(k − j)
//! ```
//!
//! Powers don't need the factor in front. The convolution is cyclic in m ≥ 2n − 1 numbers, whose transforms have
//! codelets for all their passes. The inverse transform is a forward one of conjugates, as powers are those of the
//! conjugate, too.

use super::{FftPlan, circle, smallest_prime_factor};
use crate::error::Error;
use crate::lanes::rows::Rows;
use crate::lanes::{Complex, Element, Real};
use crate::memory;
use alloc::vec::Vec;

/// The prime factors from which on this is faster than direct transforms, in single and in double precision.
const FASTER_FROM: usize = 200;
const FASTER_FROM_DOUBLE: usize = 400;

/// Everything about such a transform that depends on its size only.
#[derive(Debug)]
pub(crate) struct Chirp<E> {
    pub n: usize,
    /// The numbers that are convolved.
    pub m: usize,
    /// The spectrum of c, divided by m.
    filter: Vec<[E; 2]>,
    /// The complex row in which the passes leave each output.
    places: Vec<u32>,
}

/// Whether a transform of size `n` is faster this way.
pub(crate) fn is_faster(mut n: usize, is_double: bool) -> bool {
    let least = if is_double { FASTER_FROM_DOUBLE } else { FASTER_FROM };
    while n > 1 {
        let factor = smallest_prime_factor(n);
        if factor >= least {
            return true;
        }
        n /= factor;
    }
    false
}

impl<E: Element> Chirp<E> {
    /// The plan, and that of the passes over its complex rows.
    pub fn new(n: usize) -> Result<(Self, FftPlan<E>), Error> {
        let m = (2 * n - 1..).find(|&m| has_codelets(m)).unwrap_or(2 * n);
        let (passes, places) = FftPlan::of_complex(m)?;
        let mut chirp = memory::filled(m, [0.0; 2])?;
        for (j, turn) in turns(n)?.enumerate() {
            chirp[j] = turn;
            chirp[(m - j) % m] = turn;
        }
        let mut spectrum = memory::filled(m, [0.0; 2])?;
        transform(&chirp, 1, &circle(m)?, &mut spectrum);
        let mut filter = memory::with_capacity(m)?;
        filter.extend(spectrum.iter().map(|value| value.map(|part| E::nearest(part / m as f64))));
        Ok((Self { n, m, filter, places }, passes))
    }

    /// The factors of windowed samples: each weight times conj c(j).
    pub fn factors(&self, weights: &[f64]) -> Result<Vec<[E; 2]>, Error> {
        let mut factors = memory::with_capacity(self.n)?;
        factors.extend(
            turns(self.n)?
                .zip(weights)
                .map(|([re, im], weight)| [E::nearest(weight * re), E::nearest(-weight * im)]),
        );
        Ok(factors)
    }

    /// Rows of the two transforms, one after the other.
    pub fn rows(&self) -> usize {
        4 * self.m
    }

    /// The rows of the inverse transform.
    ///
    /// # Safety
    /// `rows` has [`rows`](Self::rows).
    #[inline(always)]
    pub unsafe fn back<V: Real<Element = E>>(&self, rows: Rows<V>) -> Rows<V> {
        // SAFETY: the caller's.
        unsafe { rows.from(2 * self.m) }
    }

    /// Stores samples times their factors to the rows of the forward transform.
    ///
    /// # Safety
    /// `rows` has [`rows`](Self::rows); every offset is inside `samples`, a vector's width before its end. There are
    /// n offsets and factors.
    #[inline(always)]
    pub unsafe fn load<S: Real<Element = f32>, V: Real<Element = E>>(
        &self,
        offsets: &[u32],
        factors: &[[E; 2]],
        samples: Rows<S>,
        rows: Rows<V>,
    ) {
        // SAFETY: the caller's; n is less than m.
        unsafe {
            for (j, (&offset, &[re, im])) in offsets.iter().zip(factors).enumerate() {
                let sample = V::load_f32(samples.at(offset as usize));
                let value = Complex::new(sample.mul(V::splat(re)), sample.mul(V::splat(im)));
                rows.store_complex(j, value);
            }
            let zero = V::constant(0.0);
            for j in self.n..self.m {
                rows.store_complex(j, Complex::new(zero, zero));
            }
        }
    }

    /// Multiplies the spectrum by that of c, and stores the conjugates to the rows of the inverse transform.
    ///
    /// # Safety
    /// `rows` has [`rows`](Self::rows), and the passes were run over those of the forward transform.
    #[inline(always)]
    pub unsafe fn convolve<V: Real<Element = E>>(&self, rows: Rows<V>) {
        // SAFETY: the caller's; places are below m.
        unsafe {
            let back = self.back(rows);
            let zero = V::constant(0.0);
            for (k, (&place, &[re, im])) in self.places.iter().zip(&self.filter).enumerate() {
                let value = rows.load_complex(place as usize).mul(V::splat(re), V::splat(im));
                back.store_complex(k, Complex::new(value.re, zero.sub(value.im)));
            }
        }
    }

    /// Stores the power of bin k as 32-bit floats at the start of row k.
    ///
    /// # Safety
    /// `rows` has [`rows`](Self::rows), and the passes were run over those of the inverse transform.
    #[inline(always)]
    pub unsafe fn store_powers<V: Real<Element = E>>(&self, rows: Rows<V>) {
        // SAFETY: the caller's; there are fewer bins than rows of the forward transform.
        unsafe {
            let back = self.back(rows);
            for (k, &place) in self.places.iter().take(self.n / 2 + 1).enumerate() {
                back.load_complex(place as usize).power().store_f32(rows.row(k));
            }
        }
    }
}

/// Whether all passes over `n` numbers have codelets.
fn has_codelets(mut n: usize) -> bool {
    for radix in [2, 3, 5] {
        while n.is_multiple_of(radix) {
            n /= radix;
        }
    }
    n == 1
}

/// c(j) for j below n. j² is taken modulo 2n before it is an angle.
fn turns(n: usize) -> Result<impl Iterator<Item = [f64; 2]>, Error> {
    let circle = circle::<f64>(2 * n)?;
    Ok((0..n as u64).map(move |j| circle[(j * j % (2 * n as u64)) as usize]))
}

/// The transform of every `stride`-th value: `out.len()` of them, with prime factors up to 5.
fn transform(values: &[[f64; 2]], stride: usize, circle: &[[f64; 2]], out: &mut [[f64; 2]]) {
    let n = out.len();
    if n == 1 {
        out[0] = values[0];
        return;
    }
    let radix = smallest_prime_factor(n);
    let inner = n / radix;
    for (q, part) in out.chunks_exact_mut(inner).enumerate() {
        transform(&values[q * stride..], stride * radix, circle, part);
    }
    for k in 0..inner {
        let mut sums = [[0.0; 2]; 5];
        for q in 0..radix {
            let [re, im] = out[q * inner + k];
            for (p, sum) in sums[..radix].iter_mut().enumerate() {
                let [cos, sin] = circle[q * (k + p * inner) % n * stride];
                sum[0] += re * cos + im * sin;
                sum[1] += im * cos - re * sin;
            }
        }
        for (p, sum) in sums[..radix].iter().enumerate() {
            out[p * inner + k] = *sum;
        }
    }
}
