//! The planned real Fourier transform, of any size, in place.
//!
//! ```text
//! n = n1 · n2
//! first   for each b < n2: a real transform of n1 windowed samples; as samples are real, outputs 0 to n1 / 2
//! passes  for each radix r of n2: complex transforms of r over all columns (output k of every b is a column)
//!         the last pass stores powers
//! ```
//!
//! - A codelet holds its values in registers: first stages of 16 or 8 real numbers, passes of radix 8 and less.
//! - No step computes an address but `base + k · stride`. All permutations (that of Good and Thomas, and the
//!   digits that a transform in place reverses) are in two tables: which sample each first transform takes
//!   ([`FftPlan::order`]), and where each bin's power is stored.
//! - Neighbouring calls of a codelet are independent: a pass goes over all columns before the next begins.
//!
//! Where n1 and n2 have no common factor, samples and bins are ordered after Good and Thomas, which needs no
//! twiddles between the two stages: 400 = 16 · 25. Outputs 0 and n1 / 2, which are real, then form one complex
//! column, taken apart at the end. Otherwise twiddles are applied as the first stage stores.

pub(crate) mod chirp;
pub(crate) mod codelets;
pub(crate) mod direct;
pub(crate) mod first;
pub(crate) mod passes;

use crate::error::Error;
use crate::lanes::Element;
use crate::memory;
use alloc::vec::Vec;

/// Sizes of the real transforms that the first stage has codelets for, in the order in which they are
/// preferred. Longer first stages leave shorter columns, of which half the work is saved.
const FIRST_SIZES: [usize; 6] = [16, 8, 5, 4, 3, 2];
/// The least size of a first stage that is ordered after Good and Thomas.
const LEAST_COPRIME: usize = 8;
/// Radices of the complex passes that have codelets; others are odd primes.
const RADICES: [usize; 6] = [8, 5, 4, 3, 2, 1];

/// Everything about a transform that depends on its size only.
#[derive(Debug)]
pub(crate) struct FftPlan<E> {
    pub n1: usize,
    pub n2: usize,
    /// Columns of complex numbers. Column c of transform b is in rows 2c and 2c + 1 of the transform's.
    pub columns: usize,
    /// Whether column 0 holds outputs 0 and n1 / 2 of each first transform.
    pub is_packed: bool,
    /// Rows from one transform of the first stage to the next: one more than it has, or two, as rows a power of
    /// two apart would share their place in the cache.
    pub pitch: usize,
    /// Radices of the passes, in their order.
    radices: Vec<usize>,
    /// cos and −sin between the stages for transform b and column c > 0, at b · (columns − 1) + c − 1; empty
    /// where there are none.
    pub turns: Vec<[E; 2]>,
    pub steps: Vec<Step>,
    /// Those of the steps that turn their outputs.
    pub twiddles: Vec<[E; 2]>,
    /// cos and sin of 2π k / n1 for a first stage of an odd prime size.
    pub first_circle: Vec<[E; 2]>,
    /// The same for radices without a codelet, one after the other.
    pub circles: Vec<[E; 2]>,
    /// Rows of outputs k and n2 − k of the packed column, for k up to n2 / 2.
    pub pairs: Vec<[u32; 2]>,
}

/// Complex transforms of one radix, in place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub radix: usize,
    pub kind: Kind,
    /// Row of the first element, and rows from one element of a transform to the next.
    pub start: usize,
    pub stride: usize,
    /// Groups whose twiddles differ, and rows between them.
    pub groups: usize,
    pub group_step: usize,
    /// Blocks with the same twiddles, and rows between them.
    pub blocks: usize,
    pub block_step: usize,
    /// Neighbouring columns.
    pub columns: usize,
    /// Where its tables begin: radix − 1 twiddles for each group; the circle.
    pub twiddles: usize,
    pub circle: usize,
}

/// What a step stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    /// Outputs k > 0 times their twiddles.
    Turned,
    /// Powers.
    Power,
}

impl<E: Element> FftPlan<E> {
    /// The plan, and the row that holds the power of each bin.
    ///
    /// Plans are made for single calls too: tables and steps that wrap around are several times cheaper than sines
    /// and divisions.
    pub fn new(n: usize) -> Result<(Self, Vec<u32>), Error> {
        let n1 = first_size(n);
        let n2 = n / n1;
        let is_packed = n1 >= LEAST_COPRIME && n1.is_multiple_of(2) && gcd(n1, n2) == 1;
        let columns = if is_packed { n1 / 2 } else { n1 / 2 + 1 };
        let mut plan = Self {
            n1,
            n2,
            columns,
            is_packed,
            pitch: 2 * columns + 1,
            turns: Vec::new(),
            steps: Vec::new(),
            twiddles: Vec::new(),
            first_circle: if FIRST_SIZES.contains(&n1) { Vec::new() } else { circle(n1)? },
            circles: Vec::new(),
            pairs: Vec::new(),
            radices: radices(n2)?,
        };
        // Without twiddles between the stages only the roots of the passes are needed.
        let roots = circle(if is_packed { n2 } else { n })?;
        if !is_packed {
            plan.turns = memory::with_capacity(n2 * (columns - 1))?;
            for b in 0..n2 {
                plan.turns.extend(powers_of(&roots, b).take(columns - 1));
            }
        }
        plan.add_twiddles(&roots)?;
        plan.steps = plan.steps(plan.pitch, columns, is_packed)?;
        let positions = plan.positions()?;
        if is_packed {
            plan.pairs = memory::with_capacity(n2 / 2)?;
            let row = |output: usize| positions[output] * plan.pitch as u32;
            plan.pairs.extend((1..=n2 / 2).map(|k| [row(k), row(n2 - k)]));
        }
        let rows = plan.rows_of_bins(&positions)?;
        Ok((plan, rows))
    }

    /// The first stage alone: `transforms` transforms of `n1` points, an even number.
    pub fn of_first(n1: usize, transforms: usize, pitch: usize) -> Self {
        Self {
            n1,
            n2: transforms,
            columns: n1 / 2,
            is_packed: true,
            pitch,
            radices: Vec::new(),
            turns: Vec::new(),
            steps: Vec::new(),
            twiddles: Vec::new(),
            first_circle: Vec::new(),
            circles: Vec::new(),
            pairs: Vec::new(),
        }
    }

    /// The passes alone, over other columns, which are left as complex numbers or as powers.
    pub fn of_columns(&self, pitch: usize, columns: usize, kind: Kind) -> Result<Self, Error> {
        let mut plan = Self { is_packed: false, ..Self::of_first(self.n1, self.n2, pitch) };
        memory::extend(&mut plan.twiddles, &self.twiddles)?;
        memory::extend(&mut plan.circles, &self.circles)?;
        plan.steps = match kind {
            Kind::Power => self.steps(pitch, columns, false)?,
            Kind::Plain | Kind::Turned => self.complex_steps(pitch, columns)?,
        };
        Ok(plan)
    }

    /// The passes alone of a transform of `n` complex numbers, one after the other, and the place of each output.
    pub fn of_complex(n: usize) -> Result<(Self, Vec<u32>), Error> {
        // One column of two rows.
        let mut plan = Self { is_packed: false, ..Self::of_first(2, n, 2) };
        plan.radices = radices(n)?;
        plan.add_twiddles(&circle(n)?)?;
        plan.steps = plan.complex_steps(plan.pitch, 1)?;
        let places = plan.positions()?;
        Ok((plan, places))
    }

    /// The passes over columns that are left as complex numbers.
    fn complex_steps(&self, pitch: usize, columns: usize) -> Result<Vec<Step>, Error> {
        let mut steps = self.steps(pitch, columns, false)?;
        match steps.last_mut() {
            Some(last) if last.radix > 1 => last.kind = Kind::Plain,
            _ => steps.clear(),
        }
        Ok(steps)
    }

    /// The tables of the passes, in the order in which [`steps`](Self::steps) finds them; `roots` are those of n, or
    /// of n2.
    fn add_twiddles(&mut self, roots: &[[E; 2]]) -> Result<(), Error> {
        let mut size = self.n2;
        for &radix in &self.radices {
            let inner = size / radix;
            let step = roots.len() / size;
            memory::reserve(&mut self.twiddles, (inner - 1) * (radix - 1))?;
            for q in 1..inner {
                self.twiddles.extend(powers_of(roots, q * step).take(radix - 1));
            }
            if !RADICES.contains(&radix) {
                memory::extend(&mut self.circles, &circle(radix)?)?;
            }
            size = inner;
        }
        Ok(())
    }

    /// For each output of a column, the transform of the first stage in whose rows it is: its digits reversed.
    fn positions(&self) -> Result<Vec<u32>, Error> {
        let mut positions = memory::with_capacity(self.n2)?;
        positions.push(0);
        let mut inner = self.n2;
        for &radix in &self.radices {
            inner /= radix;
            let known = positions.len();
            for digit in 1..radix {
                for at in 0..known {
                    positions.push(positions[at] + (digit * inner) as u32);
                }
            }
        }
        Ok(positions)
    }

    /// The row that holds the power of each bin.
    fn rows_of_bins(&self, positions: &[u32]) -> Result<Vec<u32>, Error> {
        let (n1, n2) = (self.n1, self.n2);
        let n = n1 * n2;
        let mut rows = memory::filled(n / 2 + 1, 0)?;
        // Output k2 of column k1 is bin k with k mod n1 = k1 and k mod n2 = k2, or k1 + n1 k2.
        let (column_step, step) = if self.is_packed {
            (multiple_with_remainder_1(n2, n1), multiple_with_remainder_1(n1, n2))
        } else {
            (1, n1)
        };
        let mut first = 0;
        for column in 0..=n1 / 2 {
            let row = |position: u32| position * self.pitch as u32 + 2 * column as u32;
            let mut k = first;
            // A column that is real, or half a turn from it, has each bin and its conjugate.
            if column == 0 || 2 * column == n1 {
                for k2 in 0..n2 {
                    if k <= n / 2 {
                        rows[k] = match self.is_packed {
                            // Both such columns are in column 0.
                            true => {
                                positions[k2.min(n2 - k2)] * self.pitch as u32 + u32::from(column > 0)
                            }
                            false => row(positions[k2]),
                        };
                    }
                    k = wrapped(k + step, n);
                }
            } else {
                for &position in positions {
                    rows[k.min(n - k)] = row(position);
                    k = wrapped(k + step, n);
                }
            }
            first = wrapped(first + column_step, n);
        }
        Ok(rows)
    }

    /// The passes over `columns` columns of transforms that are `pitch` rows apart. Column 0, if it is packed, is
    /// left as complex numbers.
    ///
    /// A pass of radix r over blocks of `size` elements, `inner` = size / r: elements q, q + inner, q + 2 inner …
    /// of each block are transformed, and output k is turned by exp(−2πi q k / size).
    pub fn steps(&self, pitch: usize, columns: usize, is_packed: bool) -> Result<Vec<Step>, Error> {
        // A pass has two steps: the groups without twiddles, and the others; or the packed column, and the others.
        let mut steps = memory::with_capacity(2 * self.radices.len())?;
        let (mut size, mut twiddles, mut circle) = (self.n2, 0, 0);
        for &radix in &self.radices {
            let inner = size / radix;
            let step = Step {
                radix,
                kind: Kind::Plain,
                start: 0,
                stride: inner * pitch,
                groups: 1,
                group_step: pitch,
                blocks: self.n2 / size,
                block_step: size * pitch,
                columns,
                twiddles,
                circle,
            };
            if inner > 1 {
                steps.push(step);
                steps.push(Step { kind: Kind::Turned, start: pitch, groups: inner - 1, ..step });
            } else {
                let left = usize::from(is_packed);
                if is_packed && radix > 1 {
                    steps.push(Step { columns: left, ..step });
                }
                steps.push(Step {
                    kind: Kind::Power,
                    start: 2 * left,
                    columns: columns - left,
                    ..step
                });
            }
            twiddles += (inner - 1) * (radix - 1);
            circle += if RADICES.contains(&radix) { 0 } else { radix };
            size = inner;
        }
        Ok(steps)
    }

    /// Calls `each(sample, transform, input)` for every input of the first stage, transform by transform.
    #[inline(always)]
    pub fn order(&self, mut each: impl FnMut(usize, usize, usize)) {
        let n = self.n1 * self.n2;
        for b in 0..self.n2 {
            let first = if self.is_packed { self.n1 * b } else { b };
            for j in 0..self.n1 {
                each(wrapped(first + self.n2 * j, n), b, j);
            }
        }
    }

    /// Rows of the whole transform.
    pub fn rows(&self) -> usize {
        self.n2 * self.pitch
    }

    /// Rows that transforms of odd prime sizes need for their sums and differences.
    pub fn direct_rows(&self) -> usize {
        let first = if self.first_circle.is_empty() { 0 } else { self.n1 };
        let radices = self.radices.iter().filter(|radix| !RADICES.contains(radix));
        radices.map(|radix| 2 * radix).fold(first, usize::max)
    }
}

/// Size of the first stage.
fn first_size(n: usize) -> usize {
    FIRST_SIZES
        .into_iter()
        .find(|&size| n.is_multiple_of(size))
        .unwrap_or_else(|| smallest_prime_factor(n))
}

/// Radices of the passes over a column of `n`, whose product is `n`; a column of one has a pass too, as the
/// last one stores the powers.
fn radices(mut n: usize) -> Result<Vec<usize>, Error> {
    // No size has more factors than it has binary digits.
    let mut radices = memory::with_capacity(n.ilog2() as usize + 1)?;
    // Sixteen is 4 · 4: a 2 would be a pass of its own over all columns.
    while n.is_multiple_of(8) && (n.is_multiple_of(32) || !n.is_multiple_of(16)) {
        radices.push(8);
        n /= 8;
    }
    while n > 1 {
        let radix = [4, 5, 3, 2].into_iter().find(|&radix| n.is_multiple_of(radix));
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

/// `at`, which is below 2n, modulo n: below n, the difference is a huge number.
#[inline(always)]
fn wrapped(at: usize, n: usize) -> usize {
    at.min(at.wrapping_sub(n))
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The multiple of `a` below a · b that leaves 1 when divided by `b`, which has no factor in common
/// with it.
fn multiple_with_remainder_1(a: usize, b: usize) -> usize {
    let step = a % b;
    let mut remainder = 0;
    for times in 0..b {
        if remainder == 1 % b {
            return times * a;
        }
        remainder = wrapped(remainder + step, b);
    }
    0
}

/// exp(−2πi j k / n) for j = 1, 2 … as cos and −sin, from a circle of n; k below n.
fn powers_of<E: Element>(circle: &[[E; 2]], k: usize) -> impl Iterator<Item = [E; 2]> {
    let mut at = 0;
    core::iter::repeat_with(move || {
        at = wrapped(at + k, circle.len());
        let [cos, sin] = circle[at];
        [cos, sin.negative()]
    })
}

/// cos and sin of 2π k / n for every k below n.
fn circle<E: Element>(n: usize) -> Result<Vec<[E; 2]>, Error> {
    let mut circle = memory::filled(n, [E::nearest(0.0); 2])?;
    memory::turns(n, &mut circle, |cos, sin| [E::nearest(cos), E::nearest(sin)]);
    Ok(circle)
}
