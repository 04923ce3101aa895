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

/// Turns in a run of [`turns`]; each run computes one sine and one cosine.
const RUN: usize = 32;

/// Fills `values` with what is made of cosine and sine of 2π k / n for k = 0, 1 …, at most n of them.
///
/// By rotation, which is cheaper than a sine and a cosine for each. A run of turns is the first run, rotated once; the
/// first one is doubled from a single turn. So errors hardly add up, and no turn waits for the one before it.
#[inline(always)]
pub(crate) fn turns<T>(n: usize, values: &mut [T], of: impl Fn(f64, f64) -> T) {
    let (mut cos, mut sin) = ([1.0; RUN], [0.0; RUN]);
    let (mut by_cos, mut by_sin) = turn(1, n);
    let mut known = 1;
    while known < RUN.min(values.len()) {
        let ((cos, next_cos), (sin, next_sin)) = (cos.split_at_mut(known), sin.split_at_mut(known));
        let next = next_cos.iter_mut().zip(next_sin);
        for ((to_cos, to_sin), (cos, sin)) in next.zip(cos.iter().zip(sin.iter())) {
            *to_cos = cos * by_cos - sin * by_sin;
            *to_sin = cos * by_sin + sin * by_cos;
        }
        (by_cos, by_sin) = (by_cos * by_cos - by_sin * by_sin, 2.0 * by_cos * by_sin);
        known *= 2;
    }
    for (run, values) in values.chunks_mut(RUN).enumerate() {
        let (by_cos, by_sin) = if run == 0 { (1.0, 0.0) } else { turn(run * RUN, n) };
        for (value, (cos, sin)) in values.iter_mut().zip(cos.iter().zip(&sin)) {
            *value = of(cos * by_cos - sin * by_sin, cos * by_sin + sin * by_cos);
        }
    }
}

/// cos and sin of 2π k / n, for k < n.
pub(crate) fn turn(k: usize, n: usize) -> (f64, f64) {
    let angle = core::f64::consts::TAU * (k as f64 / n as f64);
    (libm::cos(angle), libm::sin(angle))
}
