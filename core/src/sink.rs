//! Where results go: the frames of a result in memory, in either layout.

use crate::config::Layout;
use crate::error::Error;
use crate::kernels::Kernel;
use core::ops::Range;

/// Memory for frames of `n_rows` values.
#[derive(Clone, Copy)]
pub(crate) struct Sink {
    /// Place of frame 0, which may precede the memory if that frame is never stored.
    pub start: *mut f32,
    pub n_rows: usize,
    /// Frames in a row of a mel-major result.
    pub n_frames: usize,
    pub layout: Layout,
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
    /// Where the rows of a whole block of frames can be stored without a tile, and the values between
    /// them.
    pub fn in_place(self, frame: usize) -> Option<(*mut f32, usize)> {
        match self.layout {
            Layout::MelMajor => Some((self.start.wrapping_add(frame), self.n_frames)),
            Layout::FrameMajor => None,
        }
    }

    /// Stores a tile from `frame` on. `kernel` is the one that made it.
    ///
    /// # Safety
    /// The sink is valid for writes of the tile's frames, and the tile for reads of `n_rows` vectors of the
    /// kernel, which its stride is as long as.
    pub unsafe fn store(self, kernel: &Kernel, frame: usize, tile: Tile) {
        // SAFETY: the caller's.
        unsafe {
            match self.layout {
                Layout::FrameMajor => {
                    let to = self.start.wrapping_add(frame * self.n_rows);
                    kernel.store_frames(tile.start, self.n_rows, to, tile.n_frames);
                }
                // Frame by frame, as copies of a few floats would be calls.
                Layout::MelMajor => {
                    for lane in 0..tile.n_frames {
                        let to = self.start.wrapping_add(frame + lane);
                        for row in 0..self.n_rows {
                            *to.add(row * self.n_frames) = *tile.start.add(row * tile.stride + lane);
                        }
                    }
                }
            }
        }
    }

    /// Stores the first frame of a tile in each of `frames`.
    ///
    /// # Safety
    /// The sink is valid for writes of these frames, of which there is one or more, and the tile for reads of `n_rows` rows.
    pub unsafe fn repeat(self, frames: Range<usize>, tile: Tile) {
        // SAFETY: the caller's.
        unsafe {
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

    /// Calls `each` with every run of values that belong to `frames`.
    ///
    /// # Safety
    /// The sink's frames have been written, or are only written to.
    pub unsafe fn for_each_run(self, frames: Range<usize>, mut each: impl FnMut(&mut [f32])) {
        let mut run = |start: usize, len: usize| {
            // SAFETY: the caller's.
            each(unsafe { core::slice::from_raw_parts_mut(self.start.wrapping_add(start), len) });
        };
        if frames.is_empty() {
        } else if self.layout == Layout::FrameMajor {
            run(frames.start * self.n_rows, frames.len() * self.n_rows);
        } else if frames.len() == self.n_frames {
            run(0, self.n_rows * self.n_frames);
        } else {
            for row in 0..self.n_rows {
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
