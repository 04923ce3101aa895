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

/// Steps of [`turns`] from one that starts afresh to the next.
const TURNS: usize = 32;

/// Calls `each(k, c, s)` with cosine and sine of 2π k / n for every k below `count`, which is at most `n`.
///
/// By rotation, which is cheaper than a sine and a cosine for each, started afresh at every 32nd step so that its
/// errors don't add up. Four such runs are rotated side by side, as each waits for its last rotation: so the calls
/// are not in the order of k.
#[inline(always)]
pub(crate) fn turns(n: usize, count: usize, mut each: impl FnMut(usize, f64, f64)) {
    let (step_cos, step_sin) = turn(1, n);
    for start in (0..count).step_by(4 * TURNS) {
        let (mut cos, mut sin) = ([1.0; 4], [0.0; 4]);
        for run in 0..4 {
            let k = start + run * TURNS;
            if 0 < k && k < count {
                (cos[run], sin[run]) = turn(k, n);
            }
        }
        for i in start..count.min(start + TURNS) {
            if i + 3 * TURNS < count {
                for run in 0..4 {
                    each(i + run * TURNS, cos[run], sin[run]);
                }
            } else {
                for run in 0..3 {
                    if i + run * TURNS < count {
                        each(i + run * TURNS, cos[run], sin[run]);
                    }
                }
            }
            for run in 0..4 {
                let at = (cos[run], sin[run]);
                cos[run] = at.0 * step_cos - at.1 * step_sin;
                sin[run] = at.0 * step_sin + at.1 * step_cos;
            }
        }
    }
}

/// cos and sin of 2π k / n, for k < n.
pub(crate) fn turn(k: usize, n: usize) -> (f64, f64) {
    let angle = core::f64::consts::TAU * (k as f64 / n as f64);
    (libm::cos(angle), libm::sin(angle))
}
