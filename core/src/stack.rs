//! Frames side by side: which frames of the signal a frame of the result has, and what it has beyond the first
//! and the last.

use crate::config::{Layout, MelConfig, StackEdge};
use crate::error::Error;
use crate::memory;
use alloc::vec::Vec;
use core::ops::Range;

/// Frame j of the result has the frames j · `stride` − `lead` … + `size` of the signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stacking {
    pub size: usize,
    pub stride: usize,
    /// Copies of the first frame before it.
    lead: usize,
    edge: StackEdge,
    /// What is in place of missing frames.
    pub fill: f32,
}

impl Stacking {
    /// Each frame on its own.
    pub const NONE: Self = Self { size: 1, stride: 1, lead: 0, edge: StackEdge::Drop, fill: 0.0 };

    pub fn new(config: &MelConfig) -> Self {
        let size = config.stack as usize;
        let edge = config.stack_edge;
        Self {
            size,
            stride: config.stack_stride.map_or(size, |stride| stride as usize),
            // FunASR, wav_frontend.py, apply_lfr.
            lead: if edge == StackEdge::Repeat { (size - 1) / 2 } else { 0 },
            edge,
            fill: config.stack_fill as f32,
        }
    }

    pub fn is_none(&self) -> bool {
        self.size == 1 && self.stride == 1
    }

    /// Whether the frames of a frame-major result follow each other as those of the signal do.
    pub fn is_flat(&self) -> bool {
        self.size == self.stride && self.edge != StackEdge::Repeat
    }

    /// Frames of the result, of `n` frames of the signal.
    pub fn count(&self, n: usize) -> usize {
        match self.edge {
            StackEdge::Drop => self.complete(n),
            StackEdge::Fill | StackEdge::Repeat => n.div_ceil(self.stride),
        }
    }

    /// Frames of the result that need no further ones than the first `n` of the signal.
    pub fn complete(&self, n: usize) -> usize {
        let whole = n.saturating_add(self.lead).checked_sub(self.size);
        whole.filter(|_| n > 0).map_or(0, |rest| 1 + rest / self.stride)
    }

    /// Frames of the result that have one of the first `n` of the signal, among `count`.
    pub fn touched(&self, n: usize, count: usize) -> usize {
        n.saturating_add(self.lead).div_ceil(self.stride).min(count)
    }

    /// The place of a frame's first copy, counted from the first copy of frame 0, and that after its last, where
    /// the signal has `n` frames and the result `count`.
    pub fn places(&self, frame: usize, n: usize, count: usize) -> Range<usize> {
        let start = if frame == 0 { 0 } else { frame + self.lead };
        let repeats = self.edge == StackEdge::Repeat && frame + 1 == n;
        let end = if repeats { self.end(count) } else { frame + self.lead + 1 };
        start..end
    }

    /// The place after the last that the result has.
    pub fn end(&self, count: usize) -> usize {
        if count == 0 { 0 } else { (count - 1) * self.stride + self.size }
    }

    /// The same if what is beyond the frames of the signal is filled, or 0.
    pub fn edge_end(&self, count: usize) -> usize {
        if self.edge == StackEdge::Fill && !self.is_none() { self.end(count) } else { 0 }
    }

    /// The frames of the result that have a place, with the number of frames before it in each.
    pub fn frames_at(&self, place: usize, count: usize) -> impl Iterator<Item = (usize, usize)> {
        let first = (place + 1).saturating_sub(self.size).div_ceil(self.stride);
        let end = (place / self.stride + 1).min(count);
        let stride = self.stride;
        (first..end).map(move |frame| (frame, place - frame * stride))
    }
}

/// The latest frames of a live signal, until the frames of the result that have them are complete.
pub(crate) struct Recent {
    /// Frame-major; its capacity never changes.
    frames: Vec<f32>,
    /// The first of them.
    first: usize,
    n_rows: usize,
}

impl Recent {
    /// With room for `at_once` frames more.
    pub fn new(stacking: &Stacking, n_rows: usize, at_once: usize) -> Result<Self, Error> {
        let room = stacking.size.checked_add(at_once).and_then(|room| room.checked_mul(n_rows));
        let room = room.ok_or(Error::Allocation { bytes: usize::MAX })?;
        Ok(Self { frames: memory::with_capacity(room)?, first: 0, n_rows })
    }

    pub fn clear(&mut self) {
        self.frames.clear();
        self.first = 0;
    }

    fn end(&self) -> usize {
        self.first + self.frames.len() / self.n_rows
    }

    /// Memory for `n` more frames; those are dropped of which no frame of the result from `next` on is made, but
    /// not the last.
    pub fn add(&mut self, stacking: &Stacking, next: usize, n: usize) -> &mut [f32] {
        let needed = (next * stacking.stride).saturating_sub(stacking.lead);
        let needed = needed.clamp(self.first, self.end().saturating_sub(1).max(self.first));
        self.frames.drain(..(needed - self.first) * self.n_rows);
        self.first = needed;
        let at = self.frames.len();
        self.frames.resize(at + n * self.n_rows, 0.0);
        &mut self.frames[at..]
    }

    /// Writes a frame of the result: values from `to` on, `step` apart. Frames after the last are repeated or
    /// filled.
    pub fn write(
        &self,
        stacking: &Stacking,
        frame: usize,
        out: &mut [f32],
        (to, step): (usize, usize),
    ) {
        let last = self.end() - 1;
        for copy in 0..stacking.size {
            let wanted = (frame * stacking.stride + copy).saturating_sub(stacking.lead);
            let values =
                out[to + copy * self.n_rows * step..].iter_mut().step_by(step).take(self.n_rows);
            if wanted > last && stacking.edge == StackEdge::Fill {
                values.for_each(|value| *value = stacking.fill);
                continue;
            }
            let from = (wanted.min(last) - self.first) * self.n_rows;
            values.zip(&self.frames[from..]).for_each(|(value, from)| *value = *from);
        }
    }
}

/// Where a frame of a result of `count` frames begins, and how far apart its values are.
pub(crate) fn column(layout: Layout, frame: usize, n_rows: usize, count: usize) -> (usize, usize) {
    match layout {
        Layout::MelMajor => (frame, count),
        Layout::FrameMajor => (frame * n_rows, 1),
    }
}
