//! Mean and deviation of each row of the result, over its frames.

use crate::block::slices::{SUMS, Step};
use crate::config::{Layout, MelConfig, Normalize};
use crate::kernels::Kernel;
use crate::sink::Sink;

/// How each row is normalized.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Normalization {
    kind: Normalize,
    ddof: u32,
    eps: f64,
    mask_tail: bool,
}

impl Normalization {
    pub fn new(config: &MelConfig) -> Self {
        Self {
            kind: config.normalize,
            ddof: config.normalize_ddof,
            eps: config.normalize_eps,
            mask_tail: config.mask_tail,
        }
    }

    /// Normalizes a result in place, as it is in the sink. `whole_hops` is the number of whole hops in the
    /// input: the frames that `mask_tail` keeps.
    pub fn apply(&self, kernel: &Kernel, data: &mut [f32], sink: &Sink, whole_hops: usize) {
        let Sink { n_rows, stacking, .. } = *sink;
        let n_frames = if stacking.is_none() { sink.n_frames } else { sink.n_stacked };
        let kept = if self.mask_tail { whole_hops.min(n_frames) } else { n_frames };
        if n_frames == 0 || (self.kind == Normalize::None && kept == n_frames) {
            return;
        }
        for row in 0..n_rows {
            let mut values = match sink.layout {
                Layout::MelMajor => {
                    let side = n_rows * sink.n_frames;
                    let places = Places { stride: 1, stacked: stacking.size, side };
                    Row { data: &mut data[row * sink.n_frames..], places, kept }
                }
                Layout::FrameMajor => {
                    let places = Places { stride: n_rows, stacked: 1, side: 0 };
                    Row { data: &mut data[row..], places, kept }
                }
            };
            if self.kind != Normalize::None {
                let (mean, factor) = self.mean_and_factor(kernel, &mut values);
                values.each(kernel, &mut Step::Apply { mean, factor });
            }
            for frame in kept..n_frames {
                values.data[values.places.of(frame)] = 0.0;
            }
        }
    }

    /// What is subtracted from a row's values, then what they are multiplied by.
    fn mean_and_factor(&self, kernel: &Kernel, values: &mut Row<'_>) -> (f64, f64) {
        let mut sums = [0.0; SUMS];
        values.each(kernel, &mut Step::Sum { sums: &mut sums });
        let mean = sums.iter().sum::<f64>() / values.kept.max(1) as f64;
        if self.kind == Normalize::Mean {
            return (mean, 1.0);
        }
        let mut squares = [0.0; SUMS];
        values.each(kernel, &mut Step::Squares { mean, sums: &mut squares });
        let degrees = values.kept.saturating_sub(self.ddof as usize);
        let variance = if degrees == 0 { 0.0 } else { squares.iter().sum::<f64>() / degrees as f64 };
        let divisor = match self.kind {
            Normalize::Variance => libm::sqrt(variance + self.eps),
            _ => libm::sqrt(variance) + self.eps,
        };
        // A row that never changes is 0 whatever eps is: 1 / eps is infinite for the smallest.
        (mean, if variance > 0.0 { 1.0 / divisor } else { 0.0 })
    }
}

/// Values that are treated at once, where they do not stand together: a multiple of [`SUMS`].
const TILE: usize = 256;

/// Where the values of a row are: those of neighbouring frames `stride` apart, but those of `stacked` frames side
/// by side `side` apart.
#[derive(Clone, Copy)]
struct Places {
    stride: usize,
    stacked: usize,
    side: usize,
}

impl Places {
    fn of(self, frame: usize) -> usize {
        if self.stacked == 1 {
            return frame * self.stride;
        }
        frame / self.stacked * self.stride + frame % self.stacked * self.side
    }
}

/// One row of a frame's values, of which `kept` count.
struct Row<'a> {
    data: &'a mut [f32],
    places: Places,
    kept: usize,
}

impl Row<'_> {
    /// Does a step for all values; in the same order in every layout.
    fn each(&mut self, kernel: &Kernel, step: &mut Step<'_>) {
        if self.places.stride == 1 && self.places.stacked == 1 {
            kernel.normalize(&mut self.data[..self.kept], step);
            return;
        }
        let mut tile = [0.0; TILE];
        for start in (0..self.kept).step_by(TILE) {
            let tile = &mut tile[..TILE.min(self.kept - start)];
            let places = (start..).map(|frame| self.places.of(frame));
            for (value, place) in tile.iter_mut().zip(places.clone()) {
                *value = self.data[place];
            }
            kernel.normalize(tile, step);
            for (value, place) in tile.iter().zip(places) {
                self.data[place] = *value;
            }
        }
    }
}
