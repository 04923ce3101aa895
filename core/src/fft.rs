//! The planned real Fourier transform, of any size.
//!
//! n = n1 · n2. First n2 real transforms of n1 inputs each, which take the samples with their window;
//! as the samples are real, only n1 / 2 + 1 of the n1 outputs are needed. Each of these is a column
//! of n2 complex numbers, which complex passes transform in cache (Stockham's order: no permutation
//! of their own), the last of them storing powers at once. Each bin comes out where it belongs, so no
//! step is needed after it.
//!
//! Where n1 and n2 have no common factor, samples and bins are ordered after Good and Thomas, which
//! leaves no twiddles between the two stages: 400 = 25 · 16. Else twiddles are applied as the first
//! stage stores.

pub(crate) mod codelets;
pub(crate) mod columns;
pub(crate) mod direct;
pub(crate) mod first;
#[cfg(feature = "realfft")]
pub(crate) mod large_prime;

use crate::error::Error;
use crate::kernels::lane::Element;
use crate::memory::{self, turn};
use alloc::vec::Vec;

/// Sizes of the real transforms that the first stage has codelets for, in the order in which they
/// are preferred. Longer first stages leave shorter columns, of which half the work is saved.
const FIRST_SIZES: [usize; 6] = [16, 8, 5, 4, 3, 2];
/// Radices of the complex passes that have codelets; others are odd primes.
const RADICES: [usize; 7] = [16, 8, 5, 4, 3, 2, 1];
/// Gap after a column, in complex vectors: columns of a power of two would all start at the same
/// place of the cache.
const COLUMN_GAP: usize = 1;

/// Everything about a transform that depends on its size only.
#[derive(Debug)]
pub(crate) struct FftPlan<E> {
    pub n1: usize,
    pub n2: usize,
    /// Outputs k1 of the first stage, one for each column.
    pub outputs: Vec<usize>,
    /// Sample j of real transform b, at b · n1 + j.
    pub order: Vec<u32>,
    /// cos and −sin between the stages for transform b and output k > 0, at b · (columns − 1) + k − 1;
    /// empty where there are none.
    pub twiddles: Vec<[E; 2]>,
    /// Bin of each output of each column, at column · n2 + k2.
    pub bins: Vec<u32>,
    pub passes: Vec<Pass<E>>,
    /// cos and sin of 2π k / n1 for a first stage of an odd prime size.
    pub first_circle: Vec<[E; 2]>,
}

/// One complex pass over a column.
#[derive(Debug)]
pub(crate) struct Pass<E> {
    pub radix: usize,
    /// Groups whose twiddles differ; 1 in the last pass.
    pub groups: usize,
    /// Numbers that share their twiddles.
    pub stride: usize,
    /// cos and −sin for group q and output k > 0, at q · (radix − 1) + k − 1; of the last pass none.
    pub twiddles: Vec<[E; 2]>,
    /// cos and sin of 2π k / radix for a radix without a codelet.
    pub circle: Vec<[E; 2]>,
}

impl<E: Element> FftPlan<E> {
    pub fn new(n: usize) -> Result<Self, Error> {
        let n1 = first_size(n);
        let n2 = n / n1;
        let coprime = gcd(n1, n2) == 1;
        let mut outputs = memory::with_capacity(n1 / 2 + 1)?;
        match n1 {
            25 => outputs.extend(codelets::REAL_25_OUTPUTS),
            _ => outputs.extend(0..=n1 / 2),
        }

        // Plans are made for single calls too: steps that wrap around are several times cheaper than
        // divisions.
        let mut order = memory::with_capacity(n)?;
        for b in 0..n2 {
            let mut sample = if coprime { n1 * b } else { b };
            for _ in 0..n1 {
                order.push(sample as u32);
                sample = wrapped(sample + n2, n);
            }
        }

        let mut twiddles = Vec::new();
        if !coprime {
            twiddles = memory::with_capacity(n2 * (outputs.len() - 1))?;
            for b in 0..n2 {
                twiddles.extend(outputs[1..].iter().map(|&k1| root(b * k1, n)));
            }
        }

        // Output k2 of the column of k1 is bin k with k mod n1 = k1 and k mod n2 = k2, or k1 + n1 k2.
        let column_step = if coprime { multiple_with_remainder_1(n2, n1) } else { 1 };
        let step = if coprime { multiple_with_remainder_1(n1, n2) } else { n1 };
        let mut bins = memory::with_capacity(outputs.len() * n2)?;
        for k1 in &outputs {
            let mut k = k1 * column_step % n;
            for _ in 0..n2 {
                bins.push(k.min(n - k) as u32);
                k = wrapped(k + step, n);
            }
        }

        let radices = radices(n2)?;
        let mut passes = memory::with_capacity(radices.len())?;
        let mut groups = n2;
        let mut stride = 1;
        for radix in radices {
            groups /= radix;
            let mut twiddles = Vec::new();
            if groups > 1 {
                twiddles = memory::with_capacity(groups * (radix - 1))?;
                for q in 0..groups {
                    twiddles.extend((1..radix).map(|k| root(q * k * stride, n2)));
                }
            }
            let circle = if RADICES.contains(&radix) { Vec::new() } else { circle(radix)? };
            passes.push(Pass { radix, groups, stride, twiddles, circle });
            stride *= radix;
        }
        let has_codelet = n1 == 25 || FIRST_SIZES.contains(&n1);
        let first_circle = if has_codelet { Vec::new() } else { circle(n1)? };
        Ok(Self { n1, n2, outputs, order, twiddles, bins, passes, first_circle })
    }

    /// Rows of a column, with the gap after it.
    pub fn column_rows(&self) -> usize {
        2 * (self.n2 + COLUMN_GAP)
    }

    /// Rows that the first stage writes.
    pub fn stage_rows(&self) -> usize {
        self.outputs.len() * self.column_rows()
    }

    /// Rows that passes between the first and the last need, twice.
    pub fn pass_rows(&self) -> usize {
        if self.passes.len() > 1 { 2 * self.n2 } else { 0 }
    }

    /// Rows that transforms of odd prime sizes need for their sums and differences.
    pub fn direct_rows(&self) -> usize {
        let first = if self.first_circle.is_empty() { 0 } else { self.n1 };
        let radices = self.passes.iter().filter(|pass| !pass.circle.is_empty());
        radices.map(|pass| 2 * pass.radix).fold(first, usize::max)
    }
}

/// Size of the first stage.
fn first_size(n: usize) -> usize {
    if n.is_multiple_of(25) && gcd(25, n / 25) == 1 && n > 25 {
        return 25;
    }
    FIRST_SIZES
        .into_iter()
        .find(|&size| n.is_multiple_of(size))
        .unwrap_or_else(|| smallest_prime_factor(n))
}

/// Radices of the passes over a column of `n`, whose product is `n`; a column of one takes a pass too,
/// as the last one stores the powers.
fn radices(mut n: usize) -> Result<Vec<usize>, Error> {
    // No size has more factors than it has binary digits.
    let mut radices = memory::with_capacity(n.ilog2() as usize + 1)?;
    while n.is_multiple_of(8) && n != 16 {
        radices.push(8);
        n /= 8;
    }
    while n > 1 {
        let radix = [16, 4, 5, 3, 2].into_iter().find(|&radix| n.is_multiple_of(radix));
        let radix = radix.unwrap_or_else(|| smallest_prime_factor(n));
        radices.push(radix);
        n /= radix;
    }
    if radices.is_empty() {
        radices.push(1);
    }
    Ok(radices)
}

pub(crate) fn smallest_prime_factor(n: usize) -> usize {
    (2..).take_while(|p| p * p <= n).find(|p| n.is_multiple_of(*p)).unwrap_or(n)
}

/// `at`, which is below 2n, modulo n.
fn wrapped(at: usize, n: usize) -> usize {
    if at < n { at } else { at - n }
}

/// The multiple of `a` below a · b that leaves 1 when divided by `b`, which has no factor in common
/// with it.
fn multiple_with_remainder_1(a: usize, b: usize) -> usize {
    (0..b).map(|times| times * a).find(|multiple| multiple % b == 1 % b).unwrap_or(0)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// exp(−2πi k / n) as cos and −sin.
fn root<E: Element>(k: usize, n: usize) -> [E; 2] {
    let (cos, sin) = turn(k % n, n);
    [E::nearest(cos), E::nearest(-sin)]
}

/// cos and sin of 2π k / n for every k below n.
fn circle<E: Element>(n: usize) -> Result<Vec<[E; 2]>, Error> {
    let mut circle = memory::with_capacity(n)?;
    circle.extend((0..n).map(|k| turn(k, n)).map(|(cos, sin)| [E::nearest(cos), E::nearest(sin)]));
    Ok(circle)
}
