//! Runs the kernels over a range of frames, block by block.

use crate::compress::Levels;
use crate::config::Layout;
use crate::error::Error;
use crate::kernels::block::Block;
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
    let lanes = plan.kernel.lanes;
    let floats = scratch.floats.as_mut_ptr();
    let mut measured = Measured::NOTHING;
    let mut block = Block {
        source: core::ptr::null(),
        source_stride: 0,
        is_in_place: false,
        n_frames: lanes,
        out: core::ptr::null_mut(),
        out_stride: 0,
        levels,
        measured: MeasuredLanes::NOTHING,
        floats,
        scratch: PhantomData,
        #[cfg(feature = "realfft")]
        large_prime: &mut scratch.large_prime,
    };
    for frame in frames.clone().step_by(lanes) {
        let n = lanes.min(frames.end - frame);
        let kernel = plan.kernel.for_frames(n, plan.is_double());
        if n < lanes {
            // Lanes past the end are not to be measured.
            measured = measured.and(block.measured.first(lanes));
            block.measured = MeasuredLanes::NOTHING;
            block.n_frames = n;
        }
        // SAFETY: gathered samples have their own piece of the scratch, and so has a tile, which is
        // written after they were read; a whole block of a mel-major result is stored in place.
        unsafe {
            (block.source, block.source_stride, block.is_in_place) =
                source(plan, signal, frame, n, floats);
            let tile = floats.add(plan.layout.tile.start);
            // A single frame's values stand together.
            let tile_stride = if n == 1 { 1 } else { kernel.lanes };
            (block.out, block.out_stride) = match sink {
                Some(Sink { start, n_frames, layout: Layout::MelMajor }) if n == lanes => {
                    (start.wrapping_add(frame), n_frames)
                }
                _ => (tile, tile_stride),
            };
            kernel.block(plan, &mut block);
            match sink {
                Some(Sink { start, layout: Layout::FrameMajor, .. }) => {
                    let to = start.wrapping_add(frame * plan.n_rows);
                    if n == 1 {
                        to.copy_from_nonoverlapping(tile, plan.n_rows);
                    } else {
                        kernel.store_frames(tile, plan.n_rows, to, n);
                    }
                }
                Some(Sink { start, n_frames, .. }) if n < lanes => {
                    // Frame by frame, as copies of a few floats would be calls.
                    for lane in 0..n {
                        let to = start.wrapping_add(frame + lane);
                        for row in 0..plan.n_rows {
                            *to.add(row * n_frames) = *tile.add(row * tile_stride + lane);
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

/// The samples of a block's frames, those between them, and whether they are in place or gathered.
///
/// # Safety
/// `floats` is the scratch of the plan, whose gathered samples nobody else uses.
unsafe fn source(
    plan: &Plan,
    signal: &impl Signal,
    frame: usize,
    n: usize,
    floats: *mut f32,
) -> (*const f32, usize, bool) {
    let framing = &plan.framing;
    let start = framing.start(frame);
    if let Some(samples) = signal.direct(start, plan.source_length(n, framing.hop)) {
        return (samples.as_ptr(), framing.hop, true);
    }
    let piece = plan.layout.gathered;
    let stride = plan.layout.sample_rows;
    let len = plan.source_length(n, stride);
    // SAFETY: the caller's; the piece has room for a whole block.
    let gathered = unsafe { core::slice::from_raw_parts_mut(floats.add(piece.start), len) };
    if framing.hop > stride {
        for (index, to) in gathered.chunks_exact_mut(stride).enumerate() {
            signal.fill(plan.kernel, framing.start(frame + index), to);
        }
    } else {
        signal.fill(plan.kernel, start, gathered);
    }
    (gathered.as_ptr(), stride, false)
}
