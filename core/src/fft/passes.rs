//! The complex passes over the columns, in place, the last of which stores powers.

use super::codelets::{dft2, dft3, dft4, dft5, dft8};
use super::{FftPlan, Kind, Step, direct};
use crate::lanes::rows::Rows;
use crate::lanes::{Complex, Real, inlined};

/// Transforms the columns of the first stage. The power of a bin is stored as 32-bit floats at the start of the
/// row that [`FftPlan::new`] names. `meanwhile` is called at each of the last pass's transforms.
///
/// # Safety
/// `rows` has [`FftPlan::rows`] rows, `scratch` [`FftPlan::direct_rows`].
#[inline(always)]
pub(crate) unsafe fn powers<V: Real>(
    plan: &FftPlan<V::Element>,
    rows: Rows<V>,
    scratch: Rows<V>,
    meanwhile: impl FnMut(),
) {
    // SAFETY: the caller's; the plan's steps are inside its rows.
    unsafe {
        run_steps(plan, &plan.steps, rows, scratch, meanwhile);
        if plan.is_packed {
            unpack(plan, rows);
        }
    }
}

/// Takes column 0 apart, which holds two real columns: their spectra are (Z[k] ± conj Z[−k]) / 2. The powers of
/// the first go to row 0 of the transforms, those of the second to row 1.
///
/// # Safety
/// As of [`powers`], whose steps were run.
#[inline(always)]
unsafe fn unpack<V: Real>(plan: &FftPlan<V::Element>, rows: Rows<V>) {
    let quarter = V::Part::constant(0.25);
    // SAFETY: the caller's; pairs are rows of the plan.
    unsafe {
        for part in 0..V::PARTS {
            let z = rows.part(part).load_complex(0);
            rows.store_f32_at(0, part, z.re.mul(z.re));
            rows.store_f32_at(V::ROW, part, z.im.mul(z.im));
        }
        for &[one, other] in &plan.pairs {
            let (one, other) = (rows.from(one as usize), rows.from(other as usize));
            for part in 0..V::PARTS {
                let (a, b) = (one.part(part).load_complex(0), other.part(part).load_complex(0));
                let sum = Complex::new(a.re.add(b.re), a.im.sub(b.im));
                let difference = Complex::new(a.im.add(b.im), b.re.sub(a.re));
                one.store_f32_at(0, part, sum.power().mul(quarter));
                one.store_f32_at(V::ROW, part, difference.power().mul(quarter));
            }
        }
    }
}

/// Runs the steps, in their order.
///
/// # Safety
/// The steps' rows are inside `rows`, their tables inside the plan's; `scratch` as of [`powers`].
#[inline(always)]
pub(crate) unsafe fn run_steps<V: Real>(
    plan: &FftPlan<V::Element>,
    steps: &[Step],
    rows: Rows<V>,
    scratch: Rows<V>,
    mut meanwhile: impl FnMut(),
) {
    for &step in steps {
        // Elements from one to the next.
        let stride = step.stride * V::ROW;
        // SAFETY: the caller's.
        let twiddles = unsafe { plan.twiddles.get_unchecked(step.twiddles..) }.as_ptr();
        // For every transform of a group: `at` are the rows from its first element on.
        macro_rules! each {
            ($group:expr, |$at:ident| $body:expr) => {
                for block in 0..step.blocks {
                    let row = step.start + $group * step.group_step + block * step.block_step;
                    // SAFETY: the caller's.
                    unsafe {
                        let mut $at = rows.from(row);
                        for _ in 0..step.columns {
                            $body
                            $at = $at.past(2);
                        }
                    }
                }
            };
        }
        // The radix is chosen outside the loops, and elements are named one by one, as a function that fills an
        // array is not always inlined.
        macro_rules! codelet {
            ($dft:ident, $($j:literal)+) => {{
                let load = inlined(
                    #[inline(always)]
                    |at: Rows<V::Part>, j: usize| {
                        // SAFETY: elements of a step's transform are inside the rows.
                        unsafe { at.load_complex_at(j * stride) }
                    },
                );
                match step.kind {
                    Kind::Plain => each!(0, |at| {
                        for part in 0..V::PARTS {
                            let at = at.part(part);
                            let y = $dft([$(load(at, $j)),+]);
                            $(at.store_complex_at($j * stride, y[$j]);)+
                        }
                    }),
                    Kind::Turned => for group in 0..step.groups {
                        // SAFETY: a step that turns has radix − 1 twiddles for each group.
                        let turns = unsafe { twiddles.add(group * (step.radix - 1)) };
                        let turns = [$(
                            if $j == 0 { [V::Part::constant(1.0), V::Part::constant(0.0)] } else {
                                // SAFETY: as above.
                                let [re, im] = unsafe { *turns.add($j - 1) };
                                [V::Part::splat(re), V::Part::splat(im)]
                            }
                        ),+];
                        each!(group, |at| {
                            for part in 0..V::PARTS {
                                let at = at.part(part);
                                let y = $dft([$(load(at, $j)),+]);
                                $(
                                    let turned =
                                        if $j == 0 { y[$j] } else { y[$j].mul(turns[$j][0], turns[$j][1]) };
                                    at.store_complex_at($j * stride, turned);
                                )+
                            }
                        });
                    },
                    Kind::Power => each!(0, |at| {
                        meanwhile();
                        for part in 0..V::PARTS {
                            let y = $dft([$(load(at.part(part), $j)),+]);
                            $(at.store_f32_at($j * stride, part, y[$j].power());)+
                        }
                    }),
                }
            }};
        }
        match step.radix {
            8 => codelet!(dft8, 0 1 2 3 4 5 6 7),
            5 => codelet!(dft5, 0 1 2 3 4),
            4 => codelet!(dft4, 0 1 2 3),
            3 => codelet!(dft3, 0 1 2),
            2 => codelet!(dft2, 0 1),
            1 => each!(0, |at| for part in 0..V::PARTS {
                at.store_f32_at(0, part, at.part(part).load_complex(0).power());
            }),
            radix => {
                // SAFETY: the caller's.
                let circle = unsafe { plan.circles.get_unchecked(step.circle..step.circle + radix) };
                for group in 0..step.groups {
                    each!(group, |at| for part in 0..V::PARTS {
                        let parts = at.part(part);
                        let load = inlined(
                            #[inline(always)]
                            |j: usize| parts.load_complex_at(j * stride),
                        );
                        let store = inlined(
                            #[inline(always)]
                            |k: usize, value: Complex<V::Part>| match step.kind {
                                Kind::Turned if k > 0 => {
                                    let [re, im] = *twiddles.add(group * (radix - 1) + k - 1);
                                    let value = value.mul(V::Part::splat(re), V::Part::splat(im));
                                    parts.store_complex_at(k * stride, value);
                                }
                                Kind::Power => at.store_f32_at(k * stride, part, value.power()),
                                _ => parts.store_complex_at(k * stride, value),
                            },
                        );
                        direct::complex(circle, scratch.part(part), load, store);
                    });
                }
            }
        }
    }
}
