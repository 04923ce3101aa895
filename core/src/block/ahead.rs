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
    at_once: usize,
}

impl Ahead {
    /// Floats of a cache line.
    const LINE: usize = 16;

    /// Nothing to request.
    pub const NONE: Self = Self { next: core::ptr::null(), n_lines: 0, stride: 0, at_once: 0 };

    /// The samples of the next block, if they follow this block's `n_samples`.
    #[inline(always)]
    pub fn samples<V: Lane>(block: &Block<'_>, n_samples: usize) -> Self {
        let len = if block.is_in_place { V::N * block.source_stride } else { 0 };
        let next = block.source.wrapping_add(n_samples);
        Self { next, n_lines: len.div_ceil(Self::LINE), stride: Self::LINE, at_once: 0 }
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
        Self { next, n_lines, stride: block.out_stride, at_once: 0 }
    }

    /// Spreads the requests over `steps` steps.
    #[inline(always)]
    pub fn in_steps(self, steps: usize) -> Self {
        Self { at_once: self.n_lines.div_ceil(steps.max(1)), ..self }
    }

    /// Requests some of them, as long as there are any: as many at each step, without a loop, which compilers would
    /// make of more instructions than the step itself has. A few beyond the last do no harm.
    #[inline(always)]
    pub fn ask<V: Lane>(&mut self) {
        if self.n_lines == 0 {
            return;
        }
        let mut n = 2;
        self.ask_two::<V>();
        if self.at_once > 2 {
            self.ask_two::<V>();
            n = 4;
            if self.at_once > 4 {
                self.ask_two::<V>();
                self.ask_two::<V>();
                n = 8;
                while n < self.at_once {
                    self.ask_two::<V>();
                    self.ask_two::<V>();
                    n += 4;
                }
            }
        }
        self.n_lines = self.n_lines.saturating_sub(n);
    }

    #[inline(always)]
    fn ask_two<V: Lane>(&mut self) {
        V::prefetch(self.next);
        V::prefetch(self.next.wrapping_add(self.stride));
        self.next = self.next.wrapping_add(2 * self.stride);
    }
}
