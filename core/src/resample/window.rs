//! A whole input at another rate, a stretch at a time, so that memory does not grow with it.

use super::{Design, State};
use crate::error::Error;
use crate::kernels::Kernel;
use crate::memory;
use crate::signal::{Sample, Source};
use alloc::vec::Vec;
use core::cell::RefCell;

/// Values that it takes less time to compute and skip than to start anew behind them.
const SKIPPED: u64 = 1024;

/// The latest stretch of a resampled input.
pub(crate) struct Window {
    state: State,
    values: Vec<f32>,
    /// Place of the first value, and how many there are.
    origin: u64,
    len: usize,
    /// The next input sample that the state takes.
    next_input: u64,
    /// Values that are kept when there is no room for more.
    history: usize,
}

impl Window {
    /// Reads may go back by `history` values at no cost.
    pub fn new(design: &Design, history: usize) -> Result<Self, Error> {
        let state = State::new(design)?;
        let values = memory::filled(history + state.most_outputs(design), 0.0)?;
        Ok(Self { state, values, origin: 0, len: 0, next_input: 0, history })
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        self.state.bytes() + self.values.capacity() * size_of::<f32>()
    }

    /// Starts anew at a place.
    fn start(&mut self, design: &Design, place: u64) {
        self.next_input = self.state.start(design, place);
        (self.origin, self.len) = (place, 0);
    }

    fn end(&self) -> u64 {
        self.origin + self.len as u64
    }

    /// Copies the values from place `from` on, all of which are within the resampled signal.
    fn read<S: Sample>(&mut self, design: &Design, samples: &[S], mut from: u64, mut to: &mut [f32]) {
        while !to.is_empty() {
            if from < self.origin || from > self.end().saturating_add(SKIPPED) {
                self.start(design, from);
            }
            let known = &self.values[..self.len];
            let known = known.get((from - self.origin) as usize..).unwrap_or_default();
            let n = known.len().min(to.len());
            let (now, later) = to.split_at_mut(n);
            now.copy_from_slice(&known[..n]);
            (from, to) = (from + n as u64, later);
            if !to.is_empty() {
                self.extend(design, samples, from + to.len() as u64);
            }
        }
    }

    /// Computes further values, at best all before `end`.
    fn extend<S: Sample>(&mut self, design: &Design, samples: &[S], end: u64) {
        let most = self.state.most_outputs(design);
        if self.len + most > self.values.len() {
            let kept = self.len.min(self.history);
            self.values.copy_within(self.len - kept..self.len, 0);
            self.origin += (self.len - kept) as u64;
            self.len = kept;
        }
        let missing = end - self.end();
        let room = &mut self.values[self.len..][..most];
        let n_samples = samples.len() as u64;
        if self.next_input < n_samples {
            // Not too few at a time, as each piece costs a part of its own.
            let piece = self.state.piece as u64;
            let wanted =
                missing.saturating_mul(u64::from(design.from)).div_ceil(u64::from(design.to)) + 1;
            let n = wanted.clamp(piece.div_ceil(4), piece).min(n_samples - self.next_input);
            let taken = &samples[self.next_input as usize..][..n as usize];
            // The samples have been checked: any number is taken.
            let written = self.state.push(design, taken, f32::INFINITY, room);
            debug_assert!(written.is_ok(), "a sample is not a number");
            self.len += written.unwrap_or(0);
            self.next_input += n;
        } else {
            let rest = design.output_length(n_samples) - self.origin - self.len as u64;
            let n = rest.min(most as u64) as usize;
            self.state.finish(design, &mut room[..n]);
            self.len += n;
        }
    }
}

/// A whole input at the rate that its frames have.
pub(crate) struct Resampled<'a, S> {
    design: &'a Design,
    samples: &'a [S],
    window: RefCell<&'a mut Window>,
    len: usize,
}

impl<'a, S: Sample> Resampled<'a, S> {
    /// At most `max_length` values. The window may have been used for another input.
    pub fn new(design: &'a Design, samples: &'a [S], window: &'a mut Window, max_length: u64) -> Self {
        // Before no place: the first read starts anew.
        (window.origin, window.len) = (u64::MAX, 0);
        let len = design.output_length(samples.len() as u64).min(max_length);
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        Self { design, samples, window: RefCell::new(window), len }
    }
}

impl<S: Sample> Source for Resampled<'_, S> {
    fn len(&self) -> usize {
        self.len
    }

    fn floats(&self) -> Option<&[f32]> {
        None
    }

    fn read(&self, _: &Kernel, from: usize, to: &mut [f32]) {
        self.window.borrow_mut().read(self.design, self.samples, from as u64, to);
    }
}
