//! The complex passes over the columns, the last of which gives powers.

use super::codelets::{
    RealInput, RealOutput, dft2, dft3, dft4, dft5, dft8, dft16, real_dft2, real_dft3, real_dft4,
    real_dft5, real_dft8, real_dft16,
};
use super::{FftPlan, Pass, direct};
use crate::kernels::lane::{Complex, Real, inlined};
use crate::kernels::rows::Rows;

/// Scratch of the passes.
#[derive(Clone, Copy)]
pub(crate) struct PassScratch<V: Real> {
    /// Two buffers of [`FftPlan::pass_rows`] rows.
    pub buffers: [Rows<V>; 2],
    /// [`FftPlan::direct_rows`] rows.
    pub direct: Rows<V>,
}

/// Transforms the columns of the first stage into the power of each bin. `meanwhile` is called once for each
/// column, but for the first where that is a real transform.
///
/// # Safety
/// `columns` has [`FftPlan::stage_rows`] rows, `powers` a row for each of the n / 2 + 1 bins.
#[inline(always)]
pub(crate) unsafe fn powers<S: Real<Element = f32>, V: Real>(
    plan: &FftPlan<V::Element>,
    columns: Rows<V>,
    scratch: PassScratch<V>,
    powers: Rows<S>,
    mut meanwhile: impl FnMut(),
) {
    let n2 = plan.n2;
    // SAFETY: the first column and its bins are there; so the caller says of the rest.
    let first = usize::from(unsafe { real_column(plan, columns, powers) });
    for column in first..plan.outputs.len() {
        meanwhile();
        // SAFETY: each column has its rows, n2 bins, and scratch for a column of n2.
        unsafe {
            let mut from = columns.from(column * plan.column_rows());
            let bins = plan.bins.get_unchecked(column * n2..(column + 1) * n2);
            let [mut to, mut other] = scratch.buffers;
            let (last, earlier) = plan.passes.split_last().unwrap_unchecked();
            for pass in earlier {
                earlier_pass(pass, from, to, scratch.direct);
                from = to;
                core::mem::swap(&mut to, &mut other);
            }
            last_pass(last, from, bins, powers, scratch.direct);
        }
    }
}

/// The first column is real: a real transform of it is half the work, if one pass can do it.
/// Whether it was done.
///
/// # Safety
/// As of [`powers`].
#[inline(always)]
unsafe fn real_column<S: Real<Element = f32>, V: Real>(
    plan: &FftPlan<V::Element>,
    column: Rows<V>,
    powers: Rows<S>,
) -> bool {
    let out = &mut Powers { bins: &plan.bins, powers };
    let x = &RealColumn(column);
    match plan.n2 {
        16 => real_dft16(x, out),
        8 => real_dft8(x, out),
        5 => real_dft5(x, out),
        4 => real_dft4(x, out),
        3 => real_dft3(x, out),
        2 => real_dft2(x, out),
        1 => out.real(0, x.at(0)),
        _ => return false,
    }
    true
}

/// The real parts of a column.
struct RealColumn<V: Real>(Rows<V>);

impl<V: Real> RealInput<V> for RealColumn<V> {
    #[inline(always)]
    fn at(&self, j: usize) -> V {
        // SAFETY: a column has two rows for each number.
        unsafe { self.0.load(2 * j) }
    }

    #[inline(always)]
    fn pair(&self, i: usize, j: usize) -> (V, V) {
        (self.at(i).add(self.at(j)), self.at(i).sub(self.at(j)))
    }
}

/// Stores the power of output k in the row of its bin.
struct Powers<'a, S: Real> {
    bins: &'a [u32],
    powers: Rows<S>,
}

impl<S: Real<Element = f32>, V: Real> RealOutput<V> for Powers<'_, S> {
    #[inline(always)]
    fn real(&mut self, k: usize, value: V) {
        // SAFETY: every output has a bin, and every bin a row.
        unsafe { self.powers.store_power(*self.bins.get_unchecked(k), value.mul(value)) };
    }

    #[inline(always)]
    fn complex(&mut self, k: usize, value: Complex<V>) {
        // SAFETY: as above.
        unsafe { self.powers.store_power(*self.bins.get_unchecked(k), value.power()) };
    }
}

/// A pass that other passes follow: group q's outputs are turned by their twiddles.
///
/// # Safety
/// `from` and `to` hold radix · groups · stride complex numbers; `direct` as of [`transforms`].
#[inline(always)]
unsafe fn earlier_pass<V: Real>(pass: &Pass<V::Element>, from: Rows<V>, to: Rows<V>, direct: Rows<V>) {
    let &Pass { radix, stride, .. } = pass;
    let store = inlined(
        #[inline(always)]
        |q: usize, r: usize, k: usize, value: Complex<V>| {
            // SAFETY: (radix − 1) twiddles for each group; places below radix · groups · stride.
            unsafe {
                let value = if k == 0 {
                    value
                } else {
                    let [re, im] = *pass.twiddles.get_unchecked(q * (radix - 1) + k - 1);
                    value.mul(V::splat(re), V::splat(im))
                };
                to.store_complex(r + stride * (radix * q + k), value);
            }
        },
    );
    // SAFETY: the caller's.
    unsafe { transforms(pass, from, direct, store) }
}

/// The last pass: powers, each in the row of its bin.
///
/// # Safety
/// `from` holds radix · stride complex numbers; `bins` is as long, and each has a row; `direct` as of
/// [`transforms`].
#[inline(always)]
unsafe fn last_pass<S: Real<Element = f32>, V: Real>(
    pass: &Pass<V::Element>,
    from: Rows<V>,
    bins: &[u32],
    powers: Rows<S>,
    direct: Rows<V>,
) {
    let stride = pass.stride;
    let store = inlined(
        #[inline(always)]
        |_, r: usize, k: usize, value: Complex<V>| {
            // SAFETY: the caller's.
            unsafe { powers.store_power(*bins.get_unchecked(r + stride * k), value.power()) };
        },
    );
    // SAFETY: the caller's.
    unsafe { transforms(pass, from, direct, store) }
}

/// All transforms of a pass: of group q and number r, output k goes to `store(q, r, k, …)`.
///
/// # Safety
/// `from` holds radix · groups · stride complex numbers; `direct` has the rows for a radix without a
/// codelet.
#[inline(always)]
unsafe fn transforms<V: Real>(
    pass: &Pass<V::Element>,
    from: Rows<V>,
    direct: Rows<V>,
    mut store: impl FnMut(usize, usize, usize, Complex<V>),
) {
    let &Pass { radix, groups, stride, .. } = pass;
    // The radix is chosen outside the loops, and inputs are named one by one, as a function that
    // fills an array is not always inlined.
    macro_rules! each {
        (|$q:ident, $r:ident, $load:ident| $body:expr) => {
            for $q in 0..groups {
                for $r in 0..stride {
                    let $load = inlined(
                        #[inline(always)]
                        // SAFETY: below radix · groups · stride.
                        |j: usize| unsafe { from.load_complex($r + stride * ($q + groups * j)) },
                    );
                    $body
                }
            }
        };
    }
    macro_rules! codelet {
        ($dft:ident, $($j:literal)+) => {
            each!(|q, r, load| {
                let values = $dft([$(load($j)),+]);
                $(store(q, r, $j, values[$j]);)+
            })
        };
    }
    match radix {
        16 => each!(|q, r, load| dft16(
            load,
            #[inline(always)]
            |k, value| store(q, r, k, value)
        )),
        8 => codelet!(dft8, 0 1 2 3 4 5 6 7),
        5 => codelet!(dft5, 0 1 2 3 4),
        4 => codelet!(dft4, 0 1 2 3),
        3 => codelet!(dft3, 0 1 2),
        2 => codelet!(dft2, 0 1),
        1 => each!(|q, r, load| store(q, r, 0, load(0))),
        _ => each!(|q, r, load| {
            let store = inlined(
                #[inline(always)]
                |k, value| store(q, r, k, value),
            );
            // SAFETY: the caller's.
            unsafe { direct::complex(&pass.circle, direct, load, store) }
        }),
    }
}
