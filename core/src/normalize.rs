//! Mean and deviation of the result: of each row over its frames, or of all rows.

use crate::block::slices::{SUMS, Step};
use crate::config::{MelConfig, Normalize, NormalizeOver};
use crate::kernels::Kernel;
use crate::sink::Sink;
use crate::stack::{Places, column};
use core::ops::Range;

/// How each row is normalized.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Normalization {
    kind: Normalize,
    ddof: u32,
    eps: f64,
    mask_tail: bool,
    /// Whether all rows have one mean and one deviation.
    is_joint: bool,
}

impl Normalization {
    pub fn new(config: &MelConfig) -> Self {
        Self {
            kind: config.normalize,
            ddof: config.normalize_ddof,
            eps: config.normalize_eps,
            mask_tail: config.mask_tail,
            is_joint: config.normalize_over == NormalizeOver::All,
        }
    }

    /// Whether frames from the number of whole hops on are 0.
    pub fn masks_tail(&self) -> bool {
        self.mask_tail
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
        let places = stacking.places(sink.layout, n_rows, sink.n_frames);
        let (_, step) = column(sink.layout, 0, 0, sink.n_frames);
        let mut rows = Rows { data, places, kept, step, range: 0..n_rows };
        if self.kind != Normalize::None {
            for row in 0..if self.is_joint { 1 } else { n_rows } {
                rows.range = if self.is_joint { 0..n_rows } else { row..row + 1 };
                let (mean, factor) = self.mean_and_factor(kernel, &mut rows);
                rows.each(kernel, &mut Step::Apply { mean, factor });
            }
        }
        for row in 0..n_rows {
            for frame in kept..n_frames {
                rows.data[row * step + places.of(frame)] = 0.0;
            }
        }
    }

    /// What is subtracted from the values of some rows, then what they are multiplied by.
    fn mean_and_factor(&self, kernel: &Kernel, values: &mut Rows<'_>) -> (f64, f64) {
        let count = values.kept * values.range.len();
        let mut sums = [0.0; SUMS];
        values.each(kernel, &mut Step::Sum { sums: &mut sums });
        let mean = sums.iter().sum::<f64>() / count.max(1) as f64;
        if self.kind == Normalize::Mean {
            return (mean, 1.0);
        }
        let mut squares = [0.0; SUMS];
        values.each(kernel, &mut Step::Squares { mean, sums: &mut squares });
        let degrees = count.saturating_sub(self.ddof as usize);
        let variance = if degrees == 0 { 0.0 } else { squares.iter().sum::<f64>() / degrees as f64 };
        let divisor = match self.kind {
            Normalize::Variance => libm::sqrt(variance + self.eps),
            _ => libm::sqrt(variance) + self.eps,
        };
        // What never changes is 0 whatever eps is: 1 / eps is infinite for the smallest.
        (mean, if variance > 0.0 { 1.0 / divisor } else { 0.0 })
    }
}

/// Values that are treated at once, where they do not stand together: a multiple of [`SUMS`].
const TILE: usize = 256;

/// Some rows of a result, `step` apart, with the values of the first `kept` frames.
struct Rows<'a> {
    data: &'a mut [f32],
    places: Places,
    kept: usize,
    step: usize,
    range: Range<usize>,
}

impl Rows<'_> {
    /// Does a step for all values; in the same order in every layout.
    fn each(&mut self, kernel: &Kernel, step: &mut Step<'_>) {
        for row in self.range.clone() {
            let data = &mut self.data[row * self.step..];
            if self.places.stride == 1 && self.places.stacked == 1 {
                kernel.normalize(&mut data[..self.kept], step);
                continue;
            }
            let mut tile = [0.0; TILE];
            for start in (0..self.kept).step_by(TILE) {
                let tile = &mut tile[..TILE.min(self.kept - start)];
                let places = (start..).map(|frame| self.places.of(frame));
                for (value, place) in tile.iter_mut().zip(places.clone()) {
                    *value = data[place];
                }
                kernel.normalize(tile, step);
                for (value, place) in tile.iter().zip(places) {
                    data[place] = *value;
                }
            }
        }
    }
}
