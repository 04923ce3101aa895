//! The first stage: real transforms of windowed samples, each stored to its own rows.

use super::codelets::{RealOutput, real_dft2, real_dft3, real_dft4, real_dft5, real_dft8, real_dft16};
use super::{FftPlan, direct};
use crate::lanes::rows::Rows;
use crate::lanes::{Complex, Real, inlined};

/// Where the first stage takes its inputs: sample j of transform b of each frame, side by side, at byte
/// `offsets[b · n1 + j]`, to be multiplied by `window[b · n1 + j]`.
#[derive(Clone, Copy)]
pub(crate) struct Taps<'a, E> {
    pub offsets: &'a [u32],
    pub window: &'a [E],
}

/// Transforms samples to columns. `meanwhile` is called once for each of the n2 transforms.
///
/// The product of sample and weight is rounded before it is added. So a frame that was windowed earlier has the
/// same result, and CPUs with separate units for additions use both.
///
/// # Safety
/// Every offset is inside `samples`, a vector's width before its end; `rows` has [`FftPlan::rows`] rows,
/// `scratch` [`FftPlan::direct_rows`]; `taps` has n1 · n2 entries. Samples may be in the rows of the transform
/// that takes them if `V` has one part: outputs of the first would be stored over samples of the next.
#[inline(always)]
pub(crate) unsafe fn first_stage<S: Real<Element = f32>, V: Real>(
    plan: &FftPlan<V::Element>,
    taps: Taps<'_, V::Element>,
    samples: Rows<S>,
    rows: Rows<V>,
    scratch: Rows<V>,
    mut meanwhile: impl FnMut(),
) {
    let (n1, pitch) = (plan.n1, plan.pitch);
    let turns_of = if plan.is_packed { 0 } else { plan.columns - 1 };
    // The size is chosen outside the loop, and so is whether outputs are turned.
    macro_rules! each {
        (|$x:ident, $out:ident: $spread:ident, $scratch:ident| $dft:expr) => {{
            let (mut offsets, mut window) = (taps.offsets.as_ptr(), taps.window.as_ptr());
            let mut turns = plan.turns.as_ptr();
            let mut at = rows;
            for _ in 0..plan.n2 {
                meanwhile();
                // SAFETY: the tables have n1 · n2 entries, n2 · (columns − 1) turns; the rest is the caller's.
                unsafe {
                    for part in 0..V::PARTS {
                        let $x = inlined(
                            #[inline(always)]
                            |j: usize| {
                                let at = samples.at_byte(*offsets.add(j) as usize).add(part * V::Part::N);
                                V::Part::load_f32(at).mul(V::Part::splat(*window.add(j)))
                            },
                        );
                        let $scratch = scratch.part(part);
                        let mut $out = $spread { rows: at.part(part), turns };
                        $dft;
                    }
                    offsets = offsets.add(n1);
                    window = window.add(n1);
                    turns = turns.add(turns_of);
                }
                at = at.past(pitch);
            }
        }};
    }
    match (n1, plan.is_packed) {
        (16, true) => each!(|x, out: Packed, _scratch| real_dft16(x, &mut out)),
        (16, false) => each!(|x, out: Turned, _scratch| real_dft16(x, &mut out)),
        (8, true) => each!(|x, out: Packed, _scratch| real_dft8(x, &mut out)),
        (8, false) => each!(|x, out: Turned, _scratch| real_dft8(x, &mut out)),
        (5, _) => each!(|x, out: Turned, _scratch| real_dft5(x, &mut out)),
        (4, _) => each!(|x, out: Turned, _scratch| real_dft4(x, &mut out)),
        (3, _) => each!(|x, out: Turned, _scratch| real_dft3(x, &mut out)),
        (2, _) => each!(|x, out: Turned, _scratch| real_dft2(x, &mut out)),
        _ => each!(|x, out: Turned, scratch| direct::real(&plan.first_circle, scratch, x, &mut out)),
    }
}

/// Stores output k in column k; the last one, which is real, in column 0 beside the first.
struct Packed<V: Real> {
    rows: Rows<V>,
    #[allow(dead_code, reason = "as of `Turned`")]
    turns: *const [V::Element; 2],
}

impl<V: Real> RealOutput<V> for Packed<V> {
    #[inline(always)]
    fn real(&mut self, k: usize, value: V) {
        // SAFETY: a transform has two rows for each column.
        unsafe { self.rows.store(usize::from(k > 0), value) };
    }

    #[inline(always)]
    fn complex(&mut self, k: usize, value: Complex<V>) {
        // SAFETY: as above.
        unsafe { self.rows.store_complex(k, value) };
    }
}

/// Stores output k in column k, turned by its twiddle.
struct Turned<V: Real> {
    rows: Rows<V>,
    /// Those of columns 1 and up.
    turns: *const [V::Element; 2],
}

impl<V: Real> Turned<V> {
    /// # Safety
    /// `k` is a column past the first.
    #[inline(always)]
    unsafe fn turn(&self, k: usize) -> [V; 2] {
        // SAFETY: the caller's.
        unsafe { *self.turns.add(k - 1) }.map(
            #[inline(always)]
            |part| V::splat(part),
        )
    }
}

impl<V: Real> RealOutput<V> for Turned<V> {
    #[inline(always)]
    fn real(&mut self, k: usize, value: V) {
        // SAFETY: a transform has two rows for each column, and a twiddle for each but the first.
        unsafe {
            if k == 0 {
                return self.rows.store_complex(0, Complex::new(value, V::constant(0.0)));
            }
            let [re, im] = self.turn(k);
            self.rows.store_complex(k, Complex::new(value.mul(re), value.mul(im)));
        }
    }

    #[inline(always)]
    fn complex(&mut self, k: usize, value: Complex<V>) {
        // SAFETY: as above.
        unsafe {
            let [re, im] = self.turn(k);
            self.rows.store_complex(k, value.mul(re, im));
        }
    }
}
