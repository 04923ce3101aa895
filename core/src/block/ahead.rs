//! Memory that will be used soon.

use super::Block;
use crate::lanes::Lane;

/// Cache lines that are requested, some at each step of a stage of the transform.
///
/// Long inputs and results are in main memory, and no CPU guesses the order in which a block is read and stored. A
/// store that waits for its line holds up all stores after it; and lines requested all at once are more than a core
/// waits for without standing still.
pub(crate) struct Ahead {
    next: *const f32,
    n_lines: usize,
    /// Floats from one line to the next.
    stride: usize,
    /// Steps that request lines, and how many times four each does.
    steps: usize,
    fours: usize,
}

impl Ahead {
    /// Floats of a cache line.
    const LINE: usize = 16;

    /// Nothing to request.
    pub const NONE: Self = Self { next: core::ptr::null(), n_lines: 0, stride: 0, steps: 0, fours: 0 };

    /// The samples of the next block, if they follow this block's `n_samples`.
    #[inline(always)]
    pub fn samples<V: Lane>(block: &Block<'_>, n_samples: usize) -> Self {
        let len = if block.is_in_place { V::N * block.source_stride } else { 0 };
        let next = block.source.wrapping_add(n_samples);
        Self { next, n_lines: len.div_ceil(Self::LINE), stride: Self::LINE, ..Self::NONE }
    }

    /// The lines of the result in which the next frames end, as many frames as a line holds, requested once for
    /// all blocks of them. The lines in which they begin are there since the frames before.
    #[inline(always)]
    pub fn result<V: Lane>(block: &Block<'_>, n_rows: usize) -> Self {
        let blocks_before = block.out.addr() / size_of::<V>();
        let is_due = blocks_before.is_multiple_of(Self::LINE / V::N);
        // The rows of a tile, which is in cache, are as short as a vector.
        let n_lines = if is_due && block.out_stride > V::N { n_rows } else { 0 };
        let next = block.out.wrapping_add(Self::LINE - 1);
        Self { next, n_lines, stride: block.out_stride, ..Self::NONE }
    }

    /// Spreads the requests over at most `steps` steps.
    #[inline(always)]
    pub fn in_steps(self, steps: usize) -> Self {
        let fours = self.n_lines.div_ceil(4 * steps.max(1));
        Self { steps: self.n_lines.div_ceil(4 * fours.max(1)), fours, ..self }
    }

    /// Requests some of them, as long as there are any: as many at each step. A few beyond the last do no harm.
    #[inline(always)]
    pub fn ask<V: Lane>(&mut self) {
        if !V::PREFETCHES || self.steps == 0 {
            return;
        }
        self.steps -= 1;
        self.ask_four::<V>();
        // Compilers would make more instructions of a loop than the step itself has.
        if self.fours > 1 {
            self.ask_four::<V>();
            for _ in 2..self.fours {
                self.ask_four::<V>();
            }
        }
    }

    #[inline(always)]
    fn ask_four<V: Lane>(&mut self) {
        for _ in 0..4 {
            V::prefetch(self.next);
            self.next = self.next.wrapping_add(self.stride);
        }
    }
}
