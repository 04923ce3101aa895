//! Sizes with a large prime factor: realfft, a frame at a time.

use super::first::Taps;
use super::smallest_prime_factor;
use crate::error::Error;
use crate::kernels::lane::Lane;
use crate::kernels::rows::Rows;
use crate::memory;
use crate::plan::Transform;
use alloc::sync::Arc;
use alloc::vec::Vec;
use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

/// The smallest prime factor from which on this is faster than direct transforms.
const FASTER_FROM: usize = 61;

/// A transform by realfft.
pub(crate) struct LargePrime {
    fft: Arc<dyn RealToComplex<f32>>,
}

/// Its buffers; empty where another engine is used.
pub(crate) struct LargePrimeScratch {
    input: Vec<f32>,
    output: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl LargePrime {
    /// Whether a transform of size `n` is faster this way.
    pub fn is_faster(mut n: usize) -> bool {
        while n > 1 {
            let factor = smallest_prime_factor(n);
            if factor >= FASTER_FROM {
                return true;
            }
            n /= factor;
        }
        false
    }

    pub fn new(n: usize) -> Self {
        Self { fft: RealFftPlanner::new().plan_fft_forward(n) }
    }

    /// The powers of the bins of each lane's frame.
    ///
    /// # Safety
    /// As of [`first_stage`](super::first::first_stage); `powers` has a row for each bin.
    pub unsafe fn powers<V: Lane>(
        &self,
        taps: Taps<'_>,
        samples: Rows<V>,
        powers: Rows<V>,
        buffers: &mut LargePrimeScratch,
    ) {
        // Powers may lie where the samples are: all frames are read before the first is stored.
        let n = self.fft.len();
        for lane in 0..V::N {
            let frame = &mut buffers.input[lane * n..(lane + 1) * n];
            for ((to, &offset), &weight) in frame.iter_mut().zip(taps.offsets).zip(taps.window) {
                // SAFETY: every offset lies a vector's width before the end.
                *to = unsafe { *samples.as_ptr().add(offset as usize + lane) } * weight;
            }
        }
        for lane in 0..V::N {
            let frame = &mut buffers.input[lane * n..(lane + 1) * n];
            let done = self.fft.process_with_scratch(frame, &mut buffers.output, &mut buffers.scratch);
            debug_assert!(done.is_ok(), "the buffers have the lengths of the plan");
            for (bin, value) in buffers.output.iter().enumerate() {
                // SAFETY: there is a row for each bin.
                unsafe { *powers.as_ptr().add(bin * V::N + lane) = value.norm_sqr() };
            }
        }
    }
}

impl LargePrimeScratch {
    pub fn new(transform: &Transform) -> Result<Self, Error> {
        let zero = Complex32::new(0.0, 0.0);
        match transform {
            Transform::LargePrime(LargePrime { fft }) => Ok(Self {
                input: memory::filled(16 * fft.len(), 0.0)?,
                output: memory::filled(fft.len() / 2 + 1, zero)?,
                scratch: memory::filled(fft.get_scratch_len(), zero)?,
            }),
            Transform::Lanes(_) => {
                Ok(Self { input: Vec::new(), output: Vec::new(), scratch: Vec::new() })
            }
        }
    }
}

impl core::fmt::Debug for LargePrime {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "LargePrime({})", self.fft.len())
    }
}
