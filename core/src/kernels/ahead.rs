//! Memory that is wanted soon.

use super::block::Block;
use super::lane::Lane;
use crate::plan::Plan;

/// Cache lines that are asked for, some at each step of a stage of the transform.
///
/// Long inputs and results lie in main memory, and no CPU guesses the order in which a block is read and
/// stored. A store that waits for its line holds up all stores after it; and of lines asked for all at once
/// there are more than a core waits for without standing still.
pub(crate) struct Ahead {
    next: *const f32,
    end: *const f32,
    /// Floats from one line to the next.
    stride: usize,
    at_once: usize,
}

impl Ahead {
    /// Floats of a cache line.
    const LINE: usize = 16;

    /// The samples of the next block, where they follow this one's.
    #[inline(always)]
    pub fn samples<V: Lane>(plan: &Plan, block: &Block<'_>, steps: usize) -> Self {
        let has_next = block.is_in_place && block.n_frames == V::N;
        let len = if has_next { V::N * plan.layout.sample_rows } else { 0 };
        let next = block.source.wrapping_add(V::N * block.source_stride);
        Self::new(next, len.div_ceil(Self::LINE), Self::LINE, steps)
    }

    /// The lines of the result in which the next frames end, as many frames as a line holds, asked for
    /// once for all blocks of them. The lines in which they begin are there since the frames before.
    #[inline(always)]
    pub fn result<V: Lane>(plan: &Plan, block: &Block<'_>, steps: usize) -> Self {
        let blocks_before = block.out.addr() / size_of::<V>();
        let is_due = blocks_before.is_multiple_of(Self::LINE / V::N);
        // The rows of a tile, which is in cache, are as short as a vector.
        let n_rows = if is_due && block.out_stride > V::N { plan.n_rows } else { 0 };
        Self::new(block.out.wrapping_add(Self::LINE - 1), n_rows, block.out_stride, steps)
    }

    #[inline(always)]
    fn new(next: *const f32, n_lines: usize, stride: usize, steps: usize) -> Self {
        let end = next.wrapping_add(n_lines * stride);
        Self { next, end, stride, at_once: n_lines.div_ceil(steps) }
    }

    /// Asks for some of them, of which there may be none.
    #[inline(always)]
    pub fn ask<V: Lane>(&mut self) {
        if self.next < self.end {
            for _ in 0..self.at_once {
                V::prefetch(self.next);
                self.next = self.next.wrapping_add(self.stride);
            }
        }
    }
}
