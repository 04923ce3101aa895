//! Runs the kernels over a range of frames, block by block.

use crate::block::Block;
use crate::compress::Levels;
use crate::config::Layout;
use crate::error::Error;
use crate::measured::{Measured, MeasuredLanes};
use crate::plan::Plan;
use crate::scratch::Scratch;
use crate::signal::Signal;
use core::marker::PhantomData;
use core::ops::Range;

/// Where frames are stored.
#[derive(Clone, Copy)]
pub(crate) struct Sink {
    /// Place of frame 0, which may lie before the memory if that frame is never stored.
    pub start: *mut f32,
    /// Frames in a row of a mel-major result.
    pub n_frames: usize,
    pub layout: Layout,
}

// SAFETY: threads that share a sink store different frames.
unsafe impl Send for Sink {}
// SAFETY: as above.
unsafe impl Sync for Sink {}

/// Frames of a range after which is looked at what was measured: whole blocks of any kernel.
pub(crate) const RANGE: usize = 256;

/// Does the work for ranges of `frames`, one after the other.
pub(crate) fn in_order(
    frames: Range<usize>,
    work: impl Fn(Range<usize>) -> Result<Measured, Error>,
) -> Result<Measured, Error> {
    let mut measured = Measured::NOTHING;
    for start in frames.clone().step_by(RANGE) {
        measured = measured.and(work(start..frames.end.min(start + RANGE))?);
    }
    Ok(measured)
}

/// Computes `frames` of the signal; without a sink, only to measure them.
///
/// # Safety
/// The sink is valid for writes of these frames; the scratch was made for the plan.
pub(crate) unsafe fn run(
    plan: &Plan,
    scratch: &mut Scratch,
    signal: &impl Signal,
    frames: Range<usize>,
    sink: Option<Sink>,
    levels: Levels,
) -> Measured {
    let (lanes, recipe) = (plan.kernel.lanes, &plan.recipe);
    let floats = scratch.floats.as_mut_ptr();
    let mut measured = Measured::NOTHING;
    let mut block = Block {
        source: core::ptr::null(),
        source_stride: 0,
        is_in_place: false,
        out: core::ptr::null_mut(),
        out_stride: 0,
        levels,
        measured: MeasuredLanes::NOTHING,
        floats,
        n_floats: recipe.scratch,
        scratch: PhantomData,
        #[cfg(feature = "realfft")]
        large_prime: &mut scratch.large_prime,
    };
    // A block takes as long as some frames on their own.
    if let (Some(single), Some(sink)) = (&mut scratch.single, sink)
        && frames.len() <= (lanes / 4).clamp(1, 3)
    {
        for frame in frames {
            // SAFETY: the caller's; a tile has room for the rows of a frame.
            unsafe {
                let (source, ..) = source(plan, signal, frame, 1, 1, floats);
                let tile = floats.add(recipe.tile.start);
                plan.kernel.single(single, &recipe.bands, source, tile, levels);
                let (to, stride) = match sink.layout {
                    Layout::MelMajor => (sink.start.wrapping_add(frame), sink.n_frames),
                    Layout::FrameMajor => (sink.start.wrapping_add(frame * plan.n_rows), 1),
                };
                for row in 0..plan.n_rows {
                    *to.add(row * stride) = *tile.add(row);
                }
            }
        }
        // Nothing is measured of live signals, which can't overflow.
        return measured;
    }
    for frame in frames.clone().step_by(lanes) {
        let n = lanes.min(frames.end - frame);
        if n < lanes {
            // Lanes past the end are not to be measured.
            measured = measured.and(block.measured.first(lanes));
            block.measured = MeasuredLanes::NOTHING;
        }
        // SAFETY: gathered samples have their own piece of the scratch, and so has a tile, which is
        // written after they were read; a whole block of a mel-major result is stored in place.
        unsafe {
            (block.source, block.source_stride, block.is_in_place) =
                source(plan, signal, frame, n, lanes, floats);
            let tile = floats.add(recipe.tile.start);
            (block.out, block.out_stride) = match sink {
                Some(Sink { start, n_frames, layout: Layout::MelMajor }) if n == lanes => {
                    (start.wrapping_add(frame), n_frames)
                }
                _ => (tile, lanes),
            };
            plan.kernel.block(recipe, &mut block);
            match sink {
                Some(Sink { start, layout: Layout::FrameMajor, .. }) => {
                    let to = start.wrapping_add(frame * plan.n_rows);
                    plan.kernel.store_frames(tile, plan.n_rows, to, n);
                }
                Some(Sink { start, n_frames, .. }) if n < lanes => {
                    // Frame by frame, as copies of a few floats would be calls.
                    for lane in 0..n {
                        let to = start.wrapping_add(frame + lane);
                        for row in 0..plan.n_rows {
                            *to.add(row * n_frames) = *tile.add(row * lanes + lane);
                        }
                    }
                }
                _ => {}
            }
        }
        if n < lanes {
            return measured.and(block.measured.first(n));
        }
    }
    measured.and(block.measured.first(lanes))
}

/// The samples of `n` frames, those between them, and whether they are in place or gathered. Zeros follow them up to
/// `room` frames.
///
/// # Safety
/// `floats` is the scratch of the plan, whose gathered samples nobody else uses.
unsafe fn source(
    plan: &Plan,
    signal: &impl Signal,
    frame: usize,
    n: usize,
    room: usize,
    floats: *mut f32,
) -> (*const f32, usize, bool) {
    let framing = &plan.framing;
    let start = framing.start(frame);
    if let Some(samples) = signal.direct(start, plan.source_length(room, framing.hop)) {
        return (samples.as_ptr(), framing.hop, true);
    }
    let piece = plan.recipe.gathered;
    let stride = plan.recipe.samples.rows;
    // SAFETY: the caller's; the piece has room for a whole block.
    let gathered = unsafe {
        let to = floats.add(piece.start);
        let (len, all) = (plan.source_length(n, stride), plan.source_length(room, stride));
        to.add(len).write_bytes(0, all - len);
        core::slice::from_raw_parts_mut(to, len)
    };
    if framing.hop > stride {
        for (index, to) in gathered.chunks_exact_mut(stride).enumerate() {
            signal.fill(plan.kernel, framing.start(frame + index), to);
        }
    } else {
        signal.fill(plan.kernel, start, gathered);
    }
    (gathered.as_ptr(), stride, false)
}
