//! The first stage: real transforms of windowed samples, stored as columns.

use super::codelets::{
    RealOutput, real_dft2, real_dft3, real_dft4, real_dft5, real_dft8, real_dft16, real_dft25,
};
use super::{FftPlan, direct};
use crate::kernels::lane::{Complex, Real, inlined};
use crate::kernels::rows::Rows;

/// Where the samples of a block of frames lie: sample i of each frame, side by side, at float
/// `offsets[…]`, in the order of [`FftPlan::order`], to be multiplied by `window[…]`.
#[derive(Clone, Copy)]
pub(crate) struct Taps<'a, E> {
    pub offsets: &'a [u32],
    pub window: &'a [E],
}

/// Transforms `samples` to columns.
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
) {
    let n1 = plan.n1;
    let twiddles_per_row = if plan.twiddles.is_empty() { 0 } else { plan.outputs.len() - 1 };
    for b in 0..plan.n2 {
        // SAFETY: the tables have n1 · n2 entries; offsets and rows as the caller says.
        unsafe {
            let offsets = taps.offsets.get_unchecked(b * n1..);
            let window = taps.window.get_unchecked(b * n1..);
            let load = inlined(
                #[inline(always)]
                |j: usize| {
                    let offset = *offsets.get_unchecked(j) as usize;
                    V::load_f32(samples.at(offset)).mul(V::splat(*window.get_unchecked(j)))
                },
            );
            let mut out = Columns {
                columns: columns.from(2 * b),
                column_rows: plan.column_rows(),
                twiddles: plan.twiddles.get_unchecked(b * twiddles_per_row..),
            };
            let out = &mut out;
            match n1 {
                25 => real_dft25(load, out),
                16 => real_dft16(load, out),
                8 => real_dft8(
                    [load(0), load(1), load(2), load(3), load(4), load(5), load(6), load(7)],
                    out,
                ),
                5 => real_dft5([load(0), load(1), load(2), load(3), load(4)], out),
                4 => real_dft4([load(0), load(1), load(2), load(3)], out),
                3 => real_dft3([load(0), load(1), load(2)], out),
                2 => real_dft2([load(0), load(1)], out),
                _ => direct::real(&plan.first_circle, scratch, load, out),
            }
        }
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
