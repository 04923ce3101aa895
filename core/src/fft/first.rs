//! The first stage: real transforms of windowed samples, stored as columns.

use super::codelets::{
    RealInput, RealOutput, real_dft2, real_dft3, real_dft4, real_dft5, real_dft8, real_dft16,
    real_dft25,
};
use super::{FftPlan, direct};
use crate::kernels::lane::{Complex, Real};
use crate::kernels::rows::Rows;
use core::marker::PhantomData;

/// Where the samples of a block of frames lie: sample i of each frame, side by side, at float
/// `offsets[…]`, in the order of [`FftPlan::order`], to be multiplied by `window[…]`.
#[derive(Clone, Copy)]
pub(crate) struct Taps<'a, E> {
    pub offsets: &'a [u32],
    pub window: &'a [E],
}

/// Transforms `samples` to columns. `meanwhile` is called once for each of the n2 transforms.
///
/// # Safety
/// Every offset lies within `samples`, a vector's width before its end; `columns` has
/// [`FftPlan::stage_rows`] rows, `scratch` [`FftPlan::direct_rows`]; `taps` has n1 · n2 entries.
#[inline(always)]
pub(crate) unsafe fn first_stage<S: Real<Element = f32>, V: Real>(
    plan: &FftPlan<V::Element>,
    taps: Taps<'_, V::Element>,
    samples: Rows<S>,
    columns: Rows<V>,
    scratch: Rows<V>,
    mut meanwhile: impl FnMut(),
) {
    let n1 = plan.n1;
    let twiddles_per_row = if plan.twiddles.is_empty() { 0 } else { plan.outputs.len() - 1 };
    for b in 0..plan.n2 {
        meanwhile();
        // SAFETY: the tables have n1 · n2 entries; offsets and rows as the caller says.
        unsafe {
            let x = &Windowed {
                offsets: taps.offsets.get_unchecked(b * n1..),
                window: taps.window.get_unchecked(b * n1..),
                samples,
                lane: PhantomData::<V>,
            };
            let out = &mut Columns {
                columns: columns.from(2 * b),
                column_rows: plan.column_rows(),
                twiddles: plan.twiddles.get_unchecked(b * twiddles_per_row..),
            };
            match n1 {
                25 => real_dft25(x, out),
                16 => real_dft16(x, out),
                8 => real_dft8(x, out),
                5 => real_dft5(x, out),
                4 => real_dft4(x, out),
                3 => real_dft3(x, out),
                2 => real_dft2(x, out),
                _ => direct::real(&plan.first_circle, scratch, x, out),
            }
        }
    }
}

/// The samples of one real transform, times the window.
struct Windowed<'a, S: Real, V: Real> {
    offsets: &'a [u32],
    window: &'a [V::Element],
    samples: Rows<S>,
    lane: PhantomData<V>,
}

impl<S: Real<Element = f32>, V: Real> Windowed<'_, S, V> {
    /// Sample and weight of input j.
    #[inline(always)]
    fn factors(&self, j: usize) -> (V, V) {
        // SAFETY: `first_stage` has an offset and a weight for each input, and its caller sees to it
        // that the offsets lie inside.
        unsafe {
            let offset = *self.offsets.get_unchecked(j) as usize;
            let sample = V::load_f32(self.samples.at(offset));
            (sample, V::splat(*self.window.get_unchecked(j)))
        }
    }
}

impl<S: Real<Element = f32>, V: Real> RealInput<V> for Windowed<'_, S, V> {
    #[inline(always)]
    fn at(&self, j: usize) -> V {
        let (sample, weight) = self.factors(j);
        sample.mul(weight)
    }

    #[inline(always)]
    fn pair(&self, i: usize, j: usize) -> (V, V) {
        let first = self.at(i);
        let (sample, weight) = self.factors(j);
        (sample.mul_add(weight, first), sample.neg_mul_add(weight, first))
    }
}

/// Stores output k in row b of column k, turned by its twiddle.
struct Columns<'a, V: Real> {
    columns: Rows<V>,
    column_rows: usize,
    /// Those of this b; empty where there are none.
    twiddles: &'a [[V::Element; 2]],
}

impl<V: Real> RealOutput<V> for Columns<'_, V> {
    #[inline(always)]
    fn real(&mut self, k: usize, value: V) {
        let row = k * self.column_rows;
        // SAFETY: `first_stage` has the room for every column and the twiddles for every k > 0.
        unsafe {
            if k == 0 || self.twiddles.is_empty() {
                self.columns.store(row, value);
                self.columns.store(row + 1, V::constant(0.0));
            } else {
                let [re, im] = *self.twiddles.get_unchecked(k - 1);
                self.columns.store(row, value.mul(V::splat(re)));
                self.columns.store(row + 1, value.mul(V::splat(im)));
            }
        }
    }

    #[inline(always)]
    fn complex(&mut self, k: usize, value: Complex<V>) {
        let row = k * self.column_rows;
        // SAFETY: as above.
        unsafe {
            let value = if self.twiddles.is_empty() {
                value
            } else {
                let [re, im] = *self.twiddles.get_unchecked(k - 1);
                value.mul(V::splat(re), V::splat(im))
            };
            self.columns.store(row, value.re);
            self.columns.store(row + 1, value.im);
        }
    }
}
