//! Memory that may be refused, aligned scratch, and tables of roots of unity.

use crate::error::Error;
use alloc::{boxed::Box, vec::Vec};
use core::mem::MaybeUninit;

/// An empty vector with room for `n` values.
pub(crate) fn with_capacity<T>(n: usize) -> Result<Vec<T>, Error> {
    let mut vector = Vec::new();
    reserve(&mut vector, n)?;
    Ok(vector)
}

/// A vector of `n` equal values.
pub(crate) fn filled<T: Clone>(n: usize, value: T) -> Result<Vec<T>, Error> {
    let mut vector = with_capacity(n)?;
    vector.resize(n, value);
    Ok(vector)
}

/// A value in memory of its own.
pub(crate) fn boxed<T>(value: T) -> Result<Box<[T; 1]>, Error> {
    let mut vector = with_capacity(1)?;
    vector.push(value);
    Box::try_from(vector).map_err(|_| Error::Allocation { bytes: size_of::<T>() })
}

/// Appends `values`.
pub(crate) fn extend<T: Copy>(vector: &mut Vec<T>, values: &[T]) -> Result<(), Error> {
    reserve(vector, values.len())?;
    vector.extend_from_slice(values);
    Ok(())
}

/// Makes room for `n` more values.
pub(crate) fn reserve<T>(vector: &mut Vec<T>, n: usize) -> Result<(), Error> {
    vector
        .try_reserve_exact(n)
        .map_err(|_| Error::Allocation { bytes: n.saturating_mul(size_of::<T>()) })
}

/// One cache line, and one vector of the widest instruction set.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; 16]);

/// Floats that start on a cache line.
pub(crate) struct AlignedBuffer {
    lines: Vec<MaybeUninit<Line>>,
}

impl AlignedBuffer {
    pub fn zeroed(n: usize) -> Result<Self, Error> {
        Ok(Self { lines: filled(n.div_ceil(16), MaybeUninit::new(Line([0.0; 16])))? })
    }

    /// To be written before it is read: filling it would be a tenth of a plan for Whisper.
    pub fn uninitialised(n: usize) -> Result<Self, Error> {
        let mut lines = with_capacity(n.div_ceil(16))?;
        lines.resize_with(n.div_ceil(16), MaybeUninit::uninit);
        Ok(Self { lines })
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        size_of_val(&self.lines[..])
    }

    pub fn as_mut_ptr(&mut self) -> *mut f32 {
        self.lines.as_mut_ptr().cast()
    }
}

/// cos and sin of 2π k / n for k = 0, 1, 2 …
///
/// By rotation, which is cheaper than a sine and a cosine for each, started afresh at every 32nd step so
/// that its errors don't add up.
pub(crate) struct Turns {
    n: usize,
    k: usize,
    step: (f64, f64),
    at: (f64, f64),
}

impl Turns {
    pub fn new(n: usize) -> Self {
        Self { n, k: 0, step: turn(1, n), at: (1.0, 0.0) }
    }
}

impl Iterator for Turns {
    type Item = (f64, f64);

    fn next(&mut self) -> Option<(f64, f64)> {
        if self.k.is_multiple_of(32) {
            self.at = turn(self.k % self.n, self.n);
        }
        let (cos, sin) = self.at;
        self.at = (cos * self.step.0 - sin * self.step.1, cos * self.step.1 + sin * self.step.0);
        self.k += 1;
        Some((cos, sin))
    }
}

/// cos and sin of 2π k / n, for k < n.
pub(crate) fn turn(k: usize, n: usize) -> (f64, f64) {
    let angle = core::f64::consts::TAU * (k as f64 / n as f64);
    (libm::cos(angle), libm::sin(angle))
}
