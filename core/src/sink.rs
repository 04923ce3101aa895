//! Where results go: the frames of a result in memory, in either layout.

use crate::config::Layout;
use crate::error::Error;
use crate::kernels::Kernel;
use crate::stack::{Stacking, column};
use core::ops::Range;

/// Memory for a result.
#[derive(Clone, Copy)]
pub(crate) struct Sink {
    /// Place of frame 0, which may precede the memory if that frame is never stored.
    pub start: *mut f32,
    /// Rows of a frame of the signal, without its deltas.
    pub n_rows: usize,
    /// Frames of the result, which are those in a row of a mel-major one.
    pub n_frames: usize,
    pub layout: Layout,
    pub stacking: Stacking,
    /// Frames of the signal, in a whole result.
    pub n_stacked: usize,
}

// SAFETY: threads that share a sink store different frames.
unsafe impl Send for Sink {}
// SAFETY: as above.
unsafe impl Sync for Sink {}

/// The values of some neighbouring frames, row by row.
#[derive(Clone, Copy)]
pub(crate) struct Tile {
    pub start: *mut f32,
    /// Values between rows.
    pub stride: usize,
    pub n_frames: usize,
}

impl Sink {
    /// For frames as they are computed.
    pub fn plain(start: *mut f32, n_rows: usize, n_frames: usize, layout: Layout) -> Self {
        Self { start, n_rows, n_frames, layout, stacking: Stacking::NONE, n_stacked: 0 }
    }

    /// Where the rows of a whole block of frames can be stored without a tile, and the values between
    /// them.
    pub fn in_place(self, frame: usize) -> Option<(*mut f32, usize)> {
        match self.layout {
            _ if !self.stacking.is_none() => None,
            Layout::MelMajor => Some((self.start.wrapping_add(frame), self.n_frames)),
            Layout::FrameMajor => None,
        }
    }

    /// Stores a tile from `frame` on. `kernel` is the one that made it.
    ///
    /// # Safety
    /// The sink is valid for writes of the tile's frames, and the tile for reads of `n_rows` vectors of the
    /// kernel, which its stride is as long as.
    #[inline]
    pub unsafe fn store(self, kernel: &Kernel, frame: usize, tile: Tile) {
        let Self { n_rows, n_frames, layout, stacking, .. } = self;
        let Tile { start, stride, n_frames: count, .. } = tile;
        // SAFETY: the caller's.
        unsafe {
            if !stacking.is_none() {
                return self.store_stacked(kernel, frame, tile);
            }
            match layout {
                Layout::FrameMajor => {
                    let to = self.start.wrapping_add(frame * n_rows);
                    kernel.store_frames(start, n_rows, to, count);
                }
                // Frame by frame, as copies of a few floats would be calls.
                Layout::MelMajor => {
                    for lane in 0..count {
                        let to = self.start.wrapping_add(frame + lane);
                        for row in 0..n_rows {
                            *to.add(row * n_frames) = *start.add(row * stride + lane);
                        }
                    }
                }
            }
        }
    }

    /// Like [`store`](Self::store), for a result of stacks.
    ///
    /// # Safety
    /// As of [`store`](Self::store).
    #[inline(never)]
    unsafe fn store_stacked(self, kernel: &Kernel, frame: usize, tile: Tile) {
        // SAFETY: the caller's.
        unsafe {
            if self.layout == Layout::FrameMajor && self.stacking.is_flat() {
                // The frames that `drop` leaves out have no place.
                let room = self.stacking.end(self.n_frames).saturating_sub(frame);
                let to = self.start.wrapping_add(frame * self.n_rows);
                kernel.store_frames(tile.start, self.n_rows, to, tile.n_frames.min(room));
            } else {
                (0..tile.n_frames).for_each(|lane| self.stack(frame + lane, tile, lane));
            }
        }
    }

    /// Stores the first frame of a tile in each of `frames`.
    ///
    /// # Safety
    /// The sink is valid for writes of these frames, of which there is one or more, and the tile for reads of `n_rows` rows.
    // Streams store one frame at a time: only where that is known here does a row cost two instructions.
    #[inline(always)]
    pub unsafe fn repeat(self, frames: Range<usize>, tile: Tile) {
        // SAFETY: the caller's.
        unsafe {
            if !self.stacking.is_none() {
                return self.repeat_stacked(frames, tile);
            }
            match self.layout {
                Layout::MelMajor => {
                    for row in 0..self.n_rows {
                        let to = self.start.wrapping_add(row * self.n_frames + frames.start);
                        let value = *tile.start.add(row * tile.stride);
                        core::slice::from_raw_parts_mut(to, frames.len()).fill(value);
                    }
                }
                Layout::FrameMajor => {
                    let first = self.start.wrapping_add(frames.start * self.n_rows);
                    for row in 0..self.n_rows {
                        *first.add(row) = *tile.start.add(row * tile.stride);
                    }
                    for frame in 1..frames.len() {
                        let to = first.add(frame * self.n_rows);
                        to.copy_from_nonoverlapping(first, self.n_rows);
                    }
                }
            }
        }
    }

    /// Like [`repeat`](Self::repeat), for a result of stacks.
    ///
    /// # Safety
    /// As of [`repeat`](Self::repeat).
    #[inline(never)]
    unsafe fn repeat_stacked(self, frames: Range<usize>, tile: Tile) {
        // SAFETY: the caller's.
        frames.for_each(|frame| unsafe { self.stack(frame, tile, 0) });
    }

    /// Stores a frame of the signal, a lane of a tile, in every stack that contains it.
    ///
    /// # Safety
    /// The sink is valid for writes, and the tile for reads of the lane in `n_rows` rows.
    unsafe fn stack(self, frame: usize, tile: Tile, lane: usize) {
        for place in self.stacking.places_of(frame, self.n_stacked, self.n_frames) {
            // SAFETY: the caller's.
            unsafe { self.write(place, self.n_rows, |row| *tile.start.add(row * tile.stride + lane)) };
        }
    }

    /// Fills what the last stacks have beyond the last frame of the signal.
    ///
    /// # Safety
    /// The sink is valid for writes.
    pub unsafe fn fill_edge(self) {
        for place in self.n_stacked..self.stacking.edge_end(self.n_frames) {
            // SAFETY: the caller's.
            unsafe { self.write(place, self.stacking.rows(self.n_rows), |_| self.stacking.fill) };
        }
    }

    /// Writes the value of each of the first `n` rows of a frame to a place, in every stack that has it.
    ///
    /// # Safety
    /// The sink is valid for writes; a frame has `n` rows or more.
    unsafe fn write(self, place: usize, n: usize, value: impl Fn(usize) -> f32) {
        let Self { stacking, n_rows, n_frames, .. } = self;
        let n_rows = stacking.rows(n_rows);
        for (stack, before) in stacking.stacks_at(place, n_frames) {
            let (at, step) = column(self.layout, stack, n_rows * stacking.size, n_frames);
            for row in 0..n {
                // SAFETY: the caller's; `before` is less than the frames of a stack.
                unsafe { *self.start.add(at + (before * n_rows + row) * step) = value(row) };
            }
        }
    }

    /// Calls `each` with the values of a row of the signal's frames, in their order. Every frame has one place.
    ///
    /// # Safety
    /// The sink is valid for reads and writes of these frames, which have been written.
    pub unsafe fn for_each_in_row(
        self,
        row: usize,
        frames: Range<usize>,
        mut each: impl FnMut(&mut f32),
    ) {
        let places = self.stacking.places(self.layout, self.n_rows, self.n_frames);
        let (_, step) = column(self.layout, 0, 0, self.n_frames);
        let start = self.start.wrapping_add(row * step);
        for frame in frames {
            // SAFETY: the caller's; each value is borrowed alone.
            each(unsafe { &mut *start.wrapping_add(places.of(frame)) });
        }
    }

    /// Calls `each` with every run of values that belong to `frames` of the result.
    ///
    /// # Safety
    /// The sink's frames have been written, or are only written to.
    pub unsafe fn for_each_run(self, frames: Range<usize>, mut each: impl FnMut(&mut [f32])) {
        let n_rows = self.stacking.rows(self.n_rows) * self.stacking.size;
        let mut run = |start: usize, len: usize| {
            // SAFETY: the caller's.
            each(unsafe { core::slice::from_raw_parts_mut(self.start.wrapping_add(start), len) });
        };
        if frames.is_empty() {
        } else if self.layout == Layout::FrameMajor {
            run(frames.start * n_rows, frames.len() * n_rows);
        } else if frames.len() == self.n_frames {
            run(0, n_rows * self.n_frames);
        } else {
            for row in 0..n_rows {
                run(row * self.n_frames + frames.start, frames.len());
            }
        }
    }
}

/// Refuses an `out` that is shorter than the result.
pub(crate) fn check_room(out: &[f32], expected: usize) -> Result<(), Error> {
    if out.len() < expected {
        return Err(Error::BufferSize { what: "out", expected, actual: out.len() });
    }
    Ok(())
}
