//! Sizes with a large prime factor: realfft, a frame at a time.

use super::first::Taps;
use super::smallest_prime_factor;
use crate::error::Error;
use crate::lanes::rows::Rows;
use crate::lanes::{Element, Real};
use crate::memory;
use alloc::sync::Arc;
use alloc::vec::Vec;
use realfft::num_complex::Complex;
use realfft::{FftNum, RealFftPlanner, RealToComplex};

/// The prime factor from which on this is faster than a direct transform. Measured with 16 lanes: direct
/// ones take 0.3 times as long at 127, 0.7 times at 251, and twice as long at 509.
const FASTER_FROM: usize = 300;

/// A transform by realfft.
pub(crate) struct LargePrime<E> {
    fft: Arc<dyn RealToComplex<E>>,
}

/// Its buffers; empty where another engine is used.
pub(crate) struct LargePrimeBuffers<E> {
    input: Vec<E>,
    output: Vec<Complex<E>>,
    scratch: Vec<Complex<E>>,
}

/// Whether a transform of size `n` is faster this way.
pub(crate) fn is_faster(mut n: usize) -> bool {
    while n > 1 {
        let factor = smallest_prime_factor(n);
        if factor >= FASTER_FROM {
            return true;
        }
        n /= factor;
    }
    false
}

impl<E: FftNum + Element + Into<f64>> LargePrime<E> {
    pub fn new(n: usize) -> Self {
        Self { fft: RealFftPlanner::new().plan_fft_forward(n) }
    }

    /// The powers of the bins of each lane's frame.
    ///
    /// # Safety
    /// As of [`first_stage`](super::first::first_stage); `powers` has a row for each bin.
    pub unsafe fn powers<S: Real<Element = f32>>(
        &self,
        taps: Taps<'_, E>,
        samples: Rows<S>,
        powers: Rows<S>,
        buffers: &mut LargePrimeBuffers<E>,
    ) {
        let n = self.fft.len();
        for lane in 0..S::N {
            let frame = &mut buffers.input[lane * n..(lane + 1) * n];
            for ((to, &offset), &weight) in frame.iter_mut().zip(taps.offsets).zip(taps.window) {
                // SAFETY: every offset is at least a vector's width before the end.
                let sample = unsafe { *samples.at(offset as usize).add(lane) };
                *to = E::nearest(f64::from(sample)) * weight;
            }
        }
        for lane in 0..S::N {
            let frame = &mut buffers.input[lane * n..(lane + 1) * n];
            let done = self.fft.process_with_scratch(frame, &mut buffers.output, &mut buffers.scratch);
            debug_assert!(done.is_ok(), "the buffers have the lengths of the plan");
            for (bin, value) in buffers.output.iter().enumerate() {
                // SAFETY: there is a row for each bin.
                unsafe { *powers.at(bin * S::N).add(lane) = value.norm_sqr().into() as f32 };
            }
        }
    }

    pub fn buffers(&self) -> Result<LargePrimeBuffers<E>, Error> {
        let zero = Complex::new(E::nearest(0.0), E::nearest(0.0));
        let n = self.fft.len();
        Ok(LargePrimeBuffers {
            // A frame for each lane of the widest vectors.
            input: memory::filled(16 * n, zero.re)?,
            output: memory::filled(n / 2 + 1, zero)?,
            scratch: memory::filled(self.fft.get_scratch_len(), zero)?,
        })
    }
}

impl<E> LargePrimeBuffers<E> {
    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        size_of_val(&self.input[..]) + size_of_val(&self.output[..]) + size_of_val(&self.scratch[..])
    }
}

impl<E> core::fmt::Debug for LargePrime<E> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "LargePrime({})", self.fft.len())
    }
}
