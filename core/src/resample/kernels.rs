//! The filters' arithmetic, over the lanes.
//!
//! Each output is one chain of multiply-adds over its taps, in an order that does not depend on the
//! number of lanes or on where a piece of the signal begins; lanes never meet. Hence the same bits for
//! every chunking, and on every instruction set that fuses.

#![allow(clippy::needless_range_loop, reason = "counted loops over registers, as in the formulas")]

use super::design::{GROUP, HALF_BAND_SIDE};
use crate::lanes::{Lane, audible};

/// Outputs that lie this far apart read each other's inputs: the half-band filter's taps are taken in
/// the order 0, 32, 64, 96, 1, 33 …
const STRIDE: usize = 32;
const COLUMNS: usize = 2 * HALF_BAND_SIDE / STRIDE;

/// Values that kernels may read, and [`Step::Planes`] and [`Step::Spread`] write, beyond those that
/// are asked for: whole vectors.
pub(super) const SLACK: usize = 64;

/// One piece of work.
pub(crate) enum Step<'a> {
    /// Copies samples, those below 2^−95 as 0; `fits` tells whether all are of magnitude at most
    /// `limit`.
    Take { from: &'a [f32], to: &'a mut [f32], limit: f32, fits: &'a mut bool },
    /// Deals the input to planes, `to[plane · stride + i] = from[i · planes + plane]` for i < n.
    Deal { from: &'a [f32], planes: usize, to: &'a mut [f32], stride: usize, n: usize },
    /// The short filter's pairs of outputs from dealt inputs: `n` and what fills the last vector.
    Planes {
        taps: &'a [[f32; 2]],
        dealt: &'a [f32],
        planes: usize,
        stride: usize,
        n: usize,
        even: &'a mut [f32],
        odd: &'a mut [f32],
    },
    /// Groups of the short filter's outputs: those of `groups`, each of its table and first input.
    Spread { span: usize, groups: &'a [Group<'a>], out: &'a mut [f32] },
    /// A group of 16 of the short filter's outputs, interpolated from four tables.
    Interpolate {
        span: usize,
        taps: [&'a [f32]; 4],
        weights: [f32; 4],
        from: &'a [f32],
        out: &'a mut [f32],
    },
    /// `even[i], odd[i] = from[2 i], from[2 i + 1]`.
    Split { from: &'a [f32], even: &'a mut [f32], odd: &'a mut [f32] },
    /// `to[2 i], to[2 i + 1] = even[i], odd[i]`.
    Join { even: &'a [f32], odd: &'a [f32], to: &'a mut [f32] },
    /// The half-band filter: `out[i] = even[i] / 2 + Σ taps[k] · odd[i + k]`; without `even` the sum
    /// alone.
    HalfBand {
        taps: &'a [f32; 2 * HALF_BAND_SIDE],
        even: Option<&'a [f32]>,
        odd: &'a [f32],
        out: &'a mut [f32],
    },
}

/// A group of outputs of the short filter: its taps, and the inputs from its first one on.
#[derive(Clone, Copy)]
pub(crate) struct Group<'a> {
    pub taps: &'a [f32],
    pub from: &'a [f32],
}

impl Group<'_> {
    pub const NONE: Self = Group { taps: &[], from: &[] };
}

/// Groups at a time: as many chains as hide the latency of a multiply-add.
pub(super) const GROUPS: usize = 8;

/// Does one piece of work.
#[inline(always)]
pub(crate) fn run<V: Lane>(step: Step<'_>) {
    match step {
        Step::Take { from, to, limit, fits } => *fits = take(from, to, limit),
        Step::Deal { from, planes, to, stride, n } => deal(from, planes, to, stride, n),
        Step::Planes { taps, dealt, planes, stride, n, even, odd } => {
            filter_planes::<V>(taps, dealt, planes, stride, n, even, odd);
        }
        Step::Spread { span, groups, out } => spread::<V>(span, groups, out),
        Step::Interpolate { span, taps, weights, from, out } => {
            interpolate::<V>(span, taps, weights, from, out);
        }
        Step::Split { from, even, odd } => {
            for ((pair, even), odd) in from.as_chunks::<2>().0.iter().zip(even).zip(odd) {
                [*even, *odd] = *pair;
            }
        }
        Step::Join { even, odd, to } => {
            for ((pair, even), odd) in to.as_chunks_mut::<2>().0.iter_mut().zip(even).zip(odd) {
                *pair = [*even, *odd];
            }
        }
        Step::HalfBand { taps, even: Some(even), odd, out } => {
            half_band::<V, true>(taps, even, odd, out);
        }
        Step::HalfBand { taps, even: None, odd, out } => half_band::<V, false>(taps, &[], odd, out),
    }
}

#[inline(always)]
fn take(from: &[f32], to: &mut [f32], limit: f32) -> bool {
    let mut fits = true;
    for (from, to) in from.iter().zip(to) {
        // NaN fails the comparison.
        fits &= from.abs() <= limit;
        *to = audible(*from);
    }
    fits
}

#[inline(always)]
fn deal(from: &[f32], planes: usize, to: &mut [f32], stride: usize, n: usize) {
    match planes {
        3 => deal_by::<3>(from, to, stride, n),
        4 => deal_by::<4>(from, to, stride, n),
        6 => deal_by::<6>(from, to, stride, n),
        _ => {
            for (plane, to) in to.chunks_mut(stride).enumerate().take(planes) {
                let from = from[plane..].iter().step_by(planes);
                for (to, from) in to[..n].iter_mut().zip(from) {
                    *to = *from;
                }
            }
        }
    }
}

/// With the number of planes known, compilers find shuffles.
#[inline(always)]
fn deal_by<const PLANES: usize>(from: &[f32], to: &mut [f32], stride: usize, n: usize) {
    let from = &from.as_chunks::<PLANES>().0[..n];
    for (plane, to) in to.chunks_mut(stride).enumerate().take(PLANES) {
        for (to, from) in to[..n].iter_mut().zip(from) {
            *to = from[plane];
        }
    }
}

#[inline(always)]
fn filter_planes<V: Lane>(
    taps: &[[f32; 2]],
    dealt: &[f32],
    planes: usize,
    stride: usize,
    n: usize,
    even: &mut [f32],
    odd: &mut [f32],
) {
    let written = n.next_multiple_of(V::N);
    assert!(even.len() >= written && odd.len() >= written);
    assert!(stride >= written + taps.len().div_ceil(planes) && dealt.len() >= planes * stride);
    let (even, odd, dealt) = (even.as_mut_ptr(), odd.as_mut_ptr(), dealt.as_ptr());
    let mut at = 0;
    // SAFETY: `written` outputs are written, and as many inputs read of each plane from `shift` on, at
    // most `taps.len() / planes` of them further; that they are there was asserted.
    unsafe {
        while at < written {
            let (from, even, odd) = (dealt.add(at), even.add(at), odd.add(at));
            at += match (written - at) / V::N {
                6.. => planes_block::<V, 6>(taps, from, planes, stride, even, odd),
                3.. => planes_block::<V, 3>(taps, from, planes, stride, even, odd),
                _ => planes_block::<V, 1>(taps, from, planes, stride, even, odd),
            };
        }
    }
}

/// `U` vectors of pairs. Returns how many pairs.
///
/// # Safety
/// See [`filter_planes`].
#[inline(always)]
unsafe fn planes_block<V: Lane, const U: usize>(
    taps: &[[f32; 2]],
    dealt: *const f32,
    planes: usize,
    stride: usize,
    even: *mut f32,
    odd: *mut f32,
) -> usize {
    let mut evens = [V::splat(0.0); U];
    let mut odds = evens;
    let (mut plane, mut shift) = (0, 0);
    // SAFETY: the caller's.
    unsafe {
        for pair in taps {
            let from = dealt.add(plane * stride + shift);
            let (for_even, for_odd) = (V::splat(pair[0]), V::splat(pair[1]));
            for u in 0..U {
                let x = V::load(from.add(u * V::N));
                evens[u] = x.mul_add(for_even, evens[u]);
                odds[u] = x.mul_add(for_odd, odds[u]);
            }
            plane += 1;
            if plane == planes {
                (plane, shift) = (0, shift + 1);
            }
        }
        for u in 0..U {
            evens[u].store(even.add(u * V::N));
            odds[u].store(odd.add(u * V::N));
        }
    }
    U * V::N
}

#[inline(always)]
fn spread<V: Lane>(span: usize, groups: &[Group<'_>], out: &mut [f32]) {
    assert!(out.len() >= groups.len() * V::N);
    for group in groups {
        assert!(group.from.len() >= span && group.taps.len() >= span * V::N);
    }
    let out = out.as_mut_ptr();
    // SAFETY: `span` inputs and rows of taps are read of each group, one vector is written for it;
    // that they are there was asserted.
    unsafe {
        if let Ok(groups) = <&[Group<'_>; GROUPS]>::try_from(groups) {
            // One table's rows are loaded once where all groups share it.
            if groups.iter().all(|group| group.taps.as_ptr() == groups[0].taps.as_ptr()) {
                spread_block::<V, GROUPS, true>(span, groups, out);
            } else {
                spread_block::<V, GROUPS, false>(span, groups, out);
            }
        } else {
            for (index, group) in groups.iter().enumerate() {
                spread_block::<V, 1, true>(span, &[*group], out.add(index * V::N));
            }
        }
    }
}

/// # Safety
/// See [`spread`].
#[inline(always)]
unsafe fn spread_block<V: Lane, const U: usize, const SAME: bool>(
    span: usize,
    groups: &[Group<'_>; U],
    out: *mut f32,
) {
    let taps = groups.map(|group| group.taps.as_ptr());
    let from = groups.map(|group| group.from.as_ptr());
    let mut sums = [V::splat(0.0); U];
    // SAFETY: the caller's.
    unsafe {
        for k in 0..span {
            let shared = V::load(taps[0].add(k * V::N));
            for u in 0..U {
                let row = if SAME { shared } else { V::load(taps[u].add(k * V::N)) };
                sums[u] = row.mul_add(V::splat(*from[u].add(k)), sums[u]);
            }
        }
        for u in 0..U {
            sums[u].store(out.add(u * V::N));
        }
    }
}

#[inline(always)]
fn interpolate<V: Lane>(
    span: usize,
    taps: [&[f32]; 4],
    weights: [f32; 4],
    from: &[f32],
    out: &mut [f32],
) {
    assert!(from.len() >= span && out.len() >= GROUP);
    assert!(taps.iter().all(|taps| taps.len() >= span * GROUP));
    // SAFETY: `span` inputs and rows of 16 taps are read, 16 outputs written; that they are there was
    // asserted, and 16 is a multiple of the number of lanes.
    unsafe {
        for part in (0..GROUP).step_by(V::N) {
            let mut sums = [V::splat(0.0); 4];
            for k in 0..span {
                let x = V::splat(*from.as_ptr().add(k));
                for (sum, taps) in sums.iter_mut().zip(taps) {
                    *sum = V::load(taps.as_ptr().add(k * GROUP + part)).mul_add(x, *sum);
                }
            }
            let mut sum = sums[0].mul(V::splat(weights[0]));
            for (part, weight) in sums.into_iter().zip(weights).skip(1) {
                sum = part.mul_add(V::splat(weight), sum);
            }
            sum.store(out.as_mut_ptr().add(part));
        }
    }
}

#[inline(always)]
fn half_band<V: Lane, const MIDDLE: bool>(
    taps: &[f32; 2 * HALF_BAND_SIDE],
    even: &[f32],
    odd: &[f32],
    out: &mut [f32],
) {
    let n = out.len();
    assert!(odd.len() >= n + taps.len() + SLACK && (!MIDDLE || even.len() >= n + SLACK));
    let (even, odd, to) = (even.as_ptr(), odd.as_ptr(), out.as_mut_ptr());
    let mut at = 0;
    let mut last = [0.0; 4 * 16];
    // SAFETY: at most four vectors, `SLACK` values, are read beyond what n outputs need; that they are
    // there was asserted. Blocks that write in place are no longer than the rest.
    unsafe {
        while at < n {
            let (even, odd) = (even.wrapping_add(at), odd.add(at));
            let rest = n - at;
            if rest >= 8 * STRIDE {
                strided_block::<V, 8, MIDDLE>(taps, even, odd, to.add(at));
                at += 8 * STRIDE;
                continue;
            }
            let vectors = if rest >= 8 * V::N { 8 } else { rest.div_ceil(V::N).min(4) };
            let vectors = if vectors == 3 { 4 } else { vectors };
            let is_whole = vectors * V::N <= rest;
            let block = if is_whole { to.add(at) } else { last.as_mut_ptr() };
            match vectors {
                8 => near_block::<V, 8, MIDDLE>(taps, even, odd, block),
                4 => near_block::<V, 4, MIDDLE>(taps, even, odd, block),
                2 => near_block::<V, 2, MIDDLE>(taps, even, odd, block),
                _ => near_block::<V, 1, MIDDLE>(taps, even, odd, block),
            }
            if !is_whole {
                to.add(at).copy_from_nonoverlapping(block, rest);
            }
            at += vectors * V::N;
        }
    }
}

/// `U` · 32 outputs. Vectors that lie 32 apart share their loads: `U` + 3 loads for 4 `U` taps.
///
/// # Safety
/// See [`half_band`].
#[inline(always)]
unsafe fn strided_block<V: Lane, const U: usize, const MIDDLE: bool>(
    taps: &[f32; 2 * HALF_BAND_SIDE],
    even: *const f32,
    odd: *const f32,
    out: *mut f32,
) {
    // SAFETY: the caller's.
    unsafe {
        for part in (0..STRIDE).step_by(V::N) {
            let mut sums = middles::<V, U, MIDDLE>(even.wrapping_add(part), STRIDE);
            for r in 0..STRIDE {
                let mut row = [V::splat(0.0); COLUMNS];
                for q in 0..COLUMNS {
                    row[q] = V::splat(taps[q * STRIDE + r]);
                }
                for block in 0..U + COLUMNS - 1 {
                    let x = V::load(odd.add(part + r + block * STRIDE));
                    for u in 0..U {
                        if u <= block && block - u < COLUMNS {
                            sums[u] = x.mul_add(row[block - u], sums[u]);
                        }
                    }
                }
            }
            for u in 0..U {
                sums[u].store(out.add(u * STRIDE + part));
            }
        }
    }
}

/// `U` neighbouring vectors of outputs, in the same order of taps.
///
/// # Safety
/// See [`half_band`].
#[inline(always)]
unsafe fn near_block<V: Lane, const U: usize, const MIDDLE: bool>(
    taps: &[f32; 2 * HALF_BAND_SIDE],
    even: *const f32,
    odd: *const f32,
    out: *mut f32,
) {
    // SAFETY: the caller's.
    unsafe {
        let mut sums = middles::<V, U, MIDDLE>(even, V::N);
        for r in 0..STRIDE {
            for q in 0..COLUMNS {
                let tap = V::splat(taps[q * STRIDE + r]);
                for u in 0..U {
                    let x = V::load(odd.add(u * V::N + q * STRIDE + r));
                    sums[u] = x.mul_add(tap, sums[u]);
                }
            }
        }
        for u in 0..U {
            sums[u].store(out.add(u * V::N));
        }
    }
}

/// The middle taps of `U` vectors of outputs, `distance` apart.
///
/// # Safety
/// See [`half_band`].
#[inline(always)]
unsafe fn middles<V: Lane, const U: usize, const MIDDLE: bool>(
    even: *const f32,
    distance: usize,
) -> [V; U] {
    let mut sums = [V::splat(0.0); U];
    if MIDDLE {
        for (u, sum) in sums.iter_mut().enumerate() {
            // SAFETY: the caller's.
            *sum = unsafe { V::load(even.add(u * distance)).mul(V::splat(0.5)) };
        }
    }
    sums
}
