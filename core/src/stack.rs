//! Stacks: frames of the result that are several frames of the signal, one after the other. Which frames a stack has,
//! and what it has before the first frame of the signal and after the last.
//!
//! A *place* counts frames with their copies at the edges: stack j has the places j · `stride` … + `size`.

use crate::config::{Layout, MelConfig, StackEdge};
use crate::deltas::Deltas;
use crate::error::Error;
use crate::memory;
use alloc::vec::Vec;
use core::ops::Range;

/// Stack j has the frames j · `stride` − `lead` … + `size` of the signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stacking {
    pub size: usize,
    pub stride: usize,
    /// Copies of the first frame before it.
    lead: usize,
    edge: StackEdge,
    /// The value of missing frames.
    pub fill: f32,
    /// What is appended to each frame, from the frames around it.
    pub deltas: Option<Deltas>,
}

impl Stacking {
    /// Each frame is its own stack.
    pub const NONE: Self =
        Self { size: 1, stride: 1, lead: 0, edge: StackEdge::Drop, fill: 0.0, deltas: None };

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
            deltas: Deltas::new(config),
        }
    }

    /// Whether frames of the result are those of the signal.
    pub fn is_none(&self) -> bool {
        self.size == 1 && self.stride == 1 && self.deltas.is_none()
    }

    /// Whether a frame-major result has the frames of the signal once each and in order.
    pub fn is_flat(&self) -> bool {
        self.size == self.stride && self.edge != StackEdge::Repeat && self.deltas.is_none()
    }

    /// Rows of a frame of so many rows, with its deltas.
    pub fn rows(&self, n_rows: usize) -> usize {
        n_rows * (1 + self.deltas.map_or(0, |deltas| deltas.order))
    }

    /// Where the values of a row are, in a result that has every frame of the signal once.
    pub fn places(&self, layout: Layout, n_rows: usize, count: usize) -> Places {
        let rows = self.rows(n_rows);
        match layout {
            Layout::MelMajor => Places { stride: 1, stacked: self.size, side: rows * count },
            Layout::FrameMajor => Places { stride: rows, stacked: 1, side: 0 },
        }
    }

    /// How many frames before and after one its deltas are made of.
    fn context(&self) -> usize {
        self.deltas.map_or(0, Deltas::context)
    }

    /// Stacks of `n` frames.
    pub fn count(&self, n: usize) -> usize {
        match self.edge {
            StackEdge::Drop => self.whole(n),
            StackEdge::Fill | StackEdge::Repeat => n.div_ceil(self.stride),
        }
    }

    /// Stacks of `n` frames that have no missing ones.
    pub fn valid(&self, n: usize) -> usize {
        match self.edge {
            StackEdge::Repeat => self.count(n),
            StackEdge::Fill | StackEdge::Drop => self.whole(n),
        }
    }

    /// Stacks that need no frames but the first `n`, whatever comes after them.
    pub fn complete(&self, n: usize) -> usize {
        self.whole(n.saturating_sub(self.context()))
    }

    /// Stacks that have no frames but the first `n`.
    fn whole(&self, n: usize) -> usize {
        let whole = n.saturating_add(self.lead).checked_sub(self.size);
        whole.filter(|_| n > 0).map_or(0, |rest| 1 + rest / self.stride)
    }

    /// Stacks, of `count`, that have any of the first `n` frames.
    pub fn touched(&self, n: usize, count: usize) -> usize {
        n.saturating_add(self.lead).div_ceil(self.stride).min(count)
    }

    /// The places of a frame, where there are `n` frames and `count` stacks.
    pub fn places_of(&self, frame: usize, n: usize, count: usize) -> Range<usize> {
        let start = if frame == 0 { 0 } else { frame + self.lead };
        let repeats = self.edge == StackEdge::Repeat && frame + 1 == n;
        let end = if repeats { self.end(count) } else { frame + self.lead + 1 };
        start..end
    }

    /// The place after the last one of `count` stacks.
    pub fn end(&self, count: usize) -> usize {
        if count == 0 { 0 } else { (count - 1) * self.stride + self.size }
    }

    /// Like [`end`](Self::end) if missing frames are filled; otherwise 0.
    pub fn edge_end(&self, count: usize) -> usize {
        if self.edge == StackEdge::Fill && !self.is_none() { self.end(count) } else { 0 }
    }

    /// The stacks, of `count`, that have a place, with the number of places before it in each.
    pub fn stacks_at(&self, place: usize, count: usize) -> impl Iterator<Item = (usize, usize)> {
        let first = (place + 1).saturating_sub(self.size).div_ceil(self.stride);
        let end = (place / self.stride + 1).min(count);
        let stride = self.stride;
        (first..end).map(move |stack| (stack, place - stack * stride))
    }
}

/// The latest frames of a live signal, kept until the stacks that have them are complete.
pub(crate) struct Recent {
    /// Frame-major; its capacity never changes.
    frames: Vec<f32>,
    /// The first of them.
    first: usize,
    /// The deltas of these frames, if others are made of them; only those of frames before `sloped` are known.
    slopes: Vec<f32>,
    sloped: usize,
    n_rows: usize,
}

impl Recent {
    /// With room for `at_once` frames more.
    pub fn new(stacking: &Stacking, n_rows: usize, at_once: usize) -> Result<Self, Error> {
        let kept = stacking.size + 2 * stacking.context();
        let room = kept.checked_add(at_once).and_then(|room| room.checked_mul(n_rows));
        let room = room.ok_or(Error::Allocation { bytes: usize::MAX })?;
        let slopes = if stacking.deltas.is_some_and(|deltas| deltas.order > 1) { room } else { 0 };
        let (frames, slopes) = (memory::with_capacity(room)?, memory::with_capacity(slopes)?);
        Ok(Self { frames, first: 0, slopes, sloped: 0, n_rows })
    }

    pub fn clear(&mut self) {
        self.frames.clear();
        self.slopes.clear();
        (self.first, self.sloped) = (0, 0);
    }

    fn end(&self) -> usize {
        self.first + self.frames.len() / self.n_rows
    }

    /// Memory for `n` more frames. Drops the frames that no stack from `next` on is made of, but keeps the last one,
    /// which may be repeated.
    pub fn add(&mut self, stacking: &Stacking, next: usize, n: usize) -> &mut [f32] {
        let needed = (next * stacking.stride).saturating_sub(stacking.lead + stacking.context());
        let needed = needed.clamp(self.first, self.end().saturating_sub(1).max(self.first));
        let dropped = ..(needed - self.first) * self.n_rows;
        self.frames.drain(dropped);
        self.first = needed;
        let at = self.frames.len();
        self.frames.resize(at + n * self.n_rows, 0.0);
        if stacking.deltas.is_some_and(|deltas| deltas.order > 1) {
            self.slopes.drain(dropped);
            self.slopes.resize(self.frames.len(), 0.0);
        }
        &mut self.frames[at..]
    }

    /// Computes the deltas that those of a frame are made of.
    fn slope(&mut self, deltas: Deltas, frame: usize, last: usize) {
        let n_rows = self.n_rows;
        let from = self.sloped.max(frame.saturating_sub(deltas.reach));
        self.sloped = self.sloped.max((frame + deltas.reach).min(last) + 1);
        for frame in from..self.sloped {
            let to = (frame - self.first) * n_rows;
            for (row, slope) in self.slopes[to..][..n_rows].iter_mut().enumerate() {
                *slope = deltas.at(frame, last, |at| self.frames[(at - self.first) * n_rows + row]);
            }
        }
    }

    /// Writes a stack: values from `to` on, `step` apart. After the last frame it is repeated or missing ones are
    /// filled.
    pub fn write(
        &mut self,
        stacking: &Stacking,
        frame: usize,
        out: &mut [f32],
        (to, step): (usize, usize),
    ) {
        let last = self.end() - 1;
        let n_rows = stacking.rows(self.n_rows);
        for copy in 0..stacking.size {
            let wanted = (frame * stacking.stride + copy).saturating_sub(stacking.lead);
            let mut values = out[to + copy * n_rows * step..].iter_mut().step_by(step).take(n_rows);
            if wanted > last && stacking.edge == StackEdge::Fill {
                values.for_each(|value| *value = stacking.fill);
                continue;
            }
            let wanted = wanted.min(last);
            let at = |frame: usize| (frame - self.first) * self.n_rows;
            values
                .by_ref()
                .zip(&self.frames[at(wanted)..][..self.n_rows])
                .for_each(|(value, from)| *value = *from);
            let Some(deltas) = stacking.deltas else { continue };
            for (row, value) in values.by_ref().take(self.n_rows).enumerate() {
                *value = deltas.at(wanted, last, |frame| self.frames[at(frame) + row]);
            }
            if deltas.order > 1 {
                self.slope(deltas, wanted, last);
                let at = |frame: usize| (frame - self.first) * self.n_rows;
                for (row, value) in values.enumerate() {
                    *value = deltas.at(wanted, last, |frame| self.slopes[at(frame) + row]);
                }
            }
        }
    }
}

/// Where the values of a row are: those of neighbouring frames `stride` apart, but those of `stacked` frames side
/// by side `side` apart.
#[derive(Clone, Copy)]
pub(crate) struct Places {
    pub stride: usize,
    pub stacked: usize,
    side: usize,
}

impl Places {
    pub fn of(self, frame: usize) -> usize {
        if self.stacked == 1 {
            return frame * self.stride;
        }
        frame / self.stacked * self.stride + frame % self.stacked * self.side
    }
}

/// Where a frame of a result of `count` frames begins, and how far apart its values are.
pub(crate) fn column(layout: Layout, frame: usize, n_rows: usize, count: usize) -> (usize, usize) {
    match layout {
        Layout::MelMajor => (frame, count),
        Layout::FrameMajor => (frame * n_rows, 1),
    }
}
