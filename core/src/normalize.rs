//! Mean and deviation of the result, or its minimum and maximum: of each row over its frames, or of all rows.

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
    /// Whether all rows are measured together.
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
                rows.step(kernel, &mut Step::Apply { mean, factor });
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
        if self.kind == Normalize::MinMax {
            let (lowest, highest) = values.extremes();
            return (lowest, self.inverse(highest - lowest, |range| range + self.eps));
        }
        let count = values.kept * values.range.len();
        let mut sums = [0.0; SUMS];
        values.step(kernel, &mut Step::Sum { sums: &mut sums });
        let mean = sums.iter().sum::<f64>() / count.max(1) as f64;
        if self.kind == Normalize::Mean {
            return (mean, 1.0);
        }
        let mut squares = [0.0; SUMS];
        values.step(kernel, &mut Step::Squares { mean, sums: &mut squares });
        let degrees = count.saturating_sub(self.ddof as usize);
        let variance = if degrees == 0 { 0.0 } else { squares.iter().sum::<f64>() / degrees as f64 };
        let factor = self.inverse(variance, |variance| match self.kind {
            Normalize::Variance => libm::sqrt(variance + self.eps),
            _ => libm::sqrt(variance) + self.eps,
        });
        (mean, factor)
    }

    /// What values of this spread are multiplied by. What never changes is 0 whatever eps is: 1 / eps is infinite for the
    /// smallest.
    fn inverse(&self, spread: f64, divisor: impl Fn(f64) -> f64) -> f64 {
        if spread > 0.0 { 1.0 / divisor(spread) } else { 0.0 }
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
    /// Does a step for all values.
    fn step(&mut self, kernel: &Kernel, step: &mut Step<'_>) {
        self.each(|values| kernel.normalize(values, step));
    }

    /// The lowest and the highest value.
    fn extremes(&mut self) -> (f64, f64) {
        // Several of each, as one would wait for each comparison.
        let (mut lowest, mut highest) = ([f32::INFINITY; SUMS], [f32::NEG_INFINITY; SUMS]);
        self.each(|values| {
            let (groups, rest) = values.as_chunks::<SUMS>();
            for group in groups.iter().map(<[f32; SUMS]>::as_slice).chain([rest]) {
                for (i, &value) in group.iter().enumerate() {
                    lowest[i] = if value < lowest[i] { value } else { lowest[i] };
                    highest[i] = if value > highest[i] { value } else { highest[i] };
                }
            }
        });
        let lowest = lowest.into_iter().fold(f32::INFINITY, f32::min);
        let highest = highest.into_iter().fold(f32::NEG_INFINITY, f32::max);
        (f64::from(lowest), f64::from(highest))
    }

    /// Calls `of` with all values, in pieces; in the same order in every layout.
    fn each(&mut self, mut of: impl FnMut(&mut [f32])) {
        for row in self.range.clone() {
            let data = &mut self.data[row * self.step..];
            if self.places.stride == 1 && self.places.stacked == 1 {
                of(&mut data[..self.kept]);
                continue;
            }
            let mut tile = [0.0; TILE];
            for start in (0..self.kept).step_by(TILE) {
                let tile = &mut tile[..TILE.min(self.kept - start)];
                let places = (start..).map(|frame| self.places.of(frame));
                for (value, place) in tile.iter_mut().zip(places.clone()) {
                    *value = data[place];
                }
                of(tile);
                for (value, place) in tile.iter().zip(places) {
                    data[place] = *value;
                }
            }
        }
    }
}
