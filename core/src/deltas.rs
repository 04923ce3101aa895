//! Deltas: how fast each row of the result changes, as further rows of each frame.

use crate::config::MelConfig;
use crate::sink::Sink;
use crate::stack::column;

/// The slope of a line fitted to the frames around one, as torchaudio's `compute_deltas` has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Deltas {
    /// Frames before and after one.
    pub reach: usize,
    /// How often they are taken: 2 if those of the deltas follow.
    pub order: usize,
    /// 1 / (2 Σ k²).
    unit: f32,
}

impl Deltas {
    pub fn new(config: &MelConfig) -> Option<Self> {
        let reach = config.delta_win_length? / 2;
        let squares: u32 = (1..=reach).map(|k| k * k).sum();
        let unit = 1.0 / (2 * squares) as f32;
        Some(Self { reach: reach as usize, order: config.delta_order as usize, unit })
    }

    /// Frames before and after one that its deltas of all orders are made of.
    pub fn context(self) -> usize {
        self.order * self.reach
    }

    /// The delta of frame `at`, of the values of frames up to `last`.
    pub fn at(self, at: usize, last: usize, value: impl Fn(usize) -> f32) -> f32 {
        let mut sum = 0.0;
        for k in 1..=self.reach {
            let change = value((at + k).min(last)) - value(at.saturating_sub(k));
            sum += k as f32 * self.unit * change;
        }
        sum
    }

    /// Writes the rows of deltas of a result, as it is in the sink; the other rows have been written. Those of the next
    /// order are made of these.
    pub fn apply(self, data: &mut [f32], sink: &Sink) {
        let Sink { n_rows, n_frames, layout, stacking, n_stacked: n, .. } = *sink;
        let places = stacking.places(layout, n_rows, n_frames);
        // From a row to the next.
        let (_, step) = column(layout, 0, 0, n_frames);
        for row in 0..self.order * n_rows {
            let (from, to) = (row * step, (n_rows + row) * step);
            for frame in 0..n {
                let delta = self.at(frame, n - 1, |frame| data[from + places.of(frame)]);
                data[to + places.of(frame)] = delta;
            }
        }
    }
}
