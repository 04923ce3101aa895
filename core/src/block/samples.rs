//! The samples of a block, side by side: a vector holds sample i of each frame.
//!
//! Frames overlap, so each sample is moved once: sample i of frame f is in row i mod hop, in column f + i / hop,
//! and the vector of sample i is an unaligned load from that row. Vectors of a whole cache line cross lines at nearly
//! every load. Where that holds up what waits for them ([`Lane::expands`]), they are stored for each of their frames'
//! samples instead, where the first stage of the transform takes them.

use super::pieces::Piece;
use crate::error::Error;
use crate::frame::Framing;
use crate::lanes::{Lane, inlined};
use crate::memory;
use alloc::vec::Vec;

/// How samples are laid side by side.
#[derive(Debug)]
pub(crate) struct Samples {
    /// Rows: a hop, or a frame where hops are longer.
    pub rows: usize,
    /// Columns that a frame reaches into besides its own, and rows of the last of them that it reads.
    tail: usize,
    last_rows: usize,
    /// Floats from row to row.
    row_stride: usize,
    to: Place,
}

/// Where they are stored.
#[derive(Debug)]
enum Place {
    /// In rows, from that float of the scratch on.
    Rows { start: usize },
    /// Vectors of each sample of a frame, at these floats.
    Expanded { places: Vec<u32> },
}

impl Samples {
    /// For blocks of `lanes` frames.
    pub fn new(framing: &Framing, lanes: usize) -> Self {
        let rows = framing.hop.min(framing.n_fft);
        let tail = (framing.n_fft - 1) / rows;
        let columns = lanes + tail;
        // Rows of a power of two, up to a cache line: then no vector of them crosses one.
        let row_stride =
            if columns <= 16 { columns.next_power_of_two() } else { columns.next_multiple_of(4) };
        let last_rows = framing.n_fft - tail * rows;
        Self { rows, tail, last_rows, row_stride, to: Place::Rows { start: 0 } }
    }

    /// Whether vectors of `lanes` lanes can be stored by [`Lane::expand`].
    pub fn can_expand(&self, lanes: usize) -> bool {
        self.tail <= 2 && self.rows.is_multiple_of(lanes) && self.last_rows.is_multiple_of(lanes)
    }

    /// Floats that the rows take.
    pub fn room(&self) -> usize {
        self.rows * self.row_stride
    }

    /// Floats of `n_frames` frames that are gathered.
    pub fn gathered(&self, n_frames: usize) -> usize {
        (n_frames + self.tail) * self.rows
    }

    /// Stores to rows in that piece. Returns where the vector of each sample of the frames begins.
    pub fn use_rows(&mut self, piece: Piece) -> Result<Vec<u32>, Error> {
        self.to = Place::Rows { start: piece.start };
        let n_fft = self.tail * self.rows + self.last_rows;
        let mut offsets = memory::with_capacity(n_fft)?;
        for column in 0..=self.tail {
            let rows = if column < self.tail { self.rows } else { self.last_rows };
            let offset = |row: usize| (piece.start + row * self.row_stride + column) as u32;
            offsets.extend((0..rows).map(offset));
        }
        Ok(offsets)
    }

    /// Stores the vector of each sample at these floats.
    pub fn use_places(&mut self, places: Vec<u32>) {
        self.to = Place::Expanded { places };
    }

    /// Lays the samples of a block side by side.
    ///
    /// # Safety
    /// `source` is valid for reads of the samples of as many frames as `V` has lanes, `stride` apart; `scratch` has
    /// the room that was planned.
    #[inline(always)]
    pub unsafe fn lay<V: Lane>(&self, source: *const f32, stride: usize, scratch: *mut f32) {
        // SAFETY: the caller's.
        unsafe {
            match &self.to {
                Place::Rows { start } => self.transpose::<V>(source, stride, scratch.add(*start)),
                Place::Expanded { places } => self.expand::<V>(source, stride, scratch, places),
            }
        }
    }

    /// # Safety
    /// As of [`lay`](Self::lay).
    #[inline(always)]
    unsafe fn transpose<V: Lane>(&self, source: *const f32, stride: usize, to: *mut f32) {
        let (n_rows, row_stride) = (self.rows, self.row_stride);
        let n_columns = V::N + self.tail;
        let n_whole = if self.last_rows < n_rows { n_columns - 1 } else { n_columns };
        // SAFETY: the caller's; each row has the room for its columns.
        unsafe {
            let column = |index: usize| source.add(index * stride);
            let mut index = 0;
            while index + V::N <= n_whole && n_rows >= V::N {
                // Whole steps, and one that overlaps the last of them.
                let rest = usize::from(!n_rows.is_multiple_of(V::N));
                for (steps, row) in [(n_rows / V::N, 0), (rest, n_rows - V::N)] {
                    let mut from = column(index).add(row);
                    let mut to = to.add(row * row_stride + index);
                    for _ in 0..steps {
                        V::transpose::<true>(from, stride, to, row_stride);
                        from = from.wrapping_add(V::N);
                        to = to.wrapping_add(V::N * row_stride);
                    }
                }
                index += V::N;
            }
            // The last column may be a part of one.
            let rows_of = |index: usize| if index < n_whole { n_rows } else { self.last_rows };
            while index + 2 <= n_columns {
                let both = rows_of(index + 1);
                V::scatter_pair(column(index), column(index + 1), both, to.add(index), row_stride);
                // Where the last column has no more rows, nothing reads its place: pairs are faster than single floats.
                let (from, rest) = (column(index).add(both), to.add(both * row_stride + index));
                V::scatter_pair(from, from, n_rows - both, rest, row_stride);
                index += 2;
            }
            if index < n_columns {
                V::scatter(column(index), rows_of(index), to.add(index), row_stride);
            }
        }
    }

    /// # Safety
    /// As of [`lay`](Self::lay).
    #[inline(always)]
    unsafe fn expand<V: Lane>(
        &self,
        source: *const f32,
        stride: usize,
        scratch: *mut f32,
        places: &[u32],
    ) {
        // The first rows are read by frames once more than the others.
        for row in (0..self.rows).step_by(V::N) {
            let columns = self.tail + usize::from(row < self.last_rows);
            let store = inlined(
                #[inline(always)]
                |r: usize, offset: usize, v: V| {
                    // SAFETY: there is a place for each sample, which `can_expand` has made sure are whole vectors.
                    unsafe {
                        let place = *places.get_unchecked(row + r + self.rows * offset);
                        v.store(scratch.add(place as usize));
                    }
                },
            );
            // SAFETY: the caller's.
            unsafe {
                match columns {
                    1 => V::expand::<1>(source, stride, row, store),
                    2 => V::expand::<2>(source, stride, row, store),
                    _ => V::expand::<3>(source, stride, row, store),
                }
            }
        }
    }
}
