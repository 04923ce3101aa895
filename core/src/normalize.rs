//! Mean and deviation of each row of the result, over its frames.

use crate::config::{Layout, MelConfig, Normalize};

/// How each row is normalized.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Normalization {
    kind: Normalize,
    ddof: u32,
    eps: f64,
    mask_tail: bool,
    layout: Layout,
}

impl Normalization {
    pub fn new(config: &MelConfig) -> Self {
        Self {
            kind: config.normalize,
            ddof: config.normalize_ddof,
            eps: config.normalize_eps,
            mask_tail: config.mask_tail,
            layout: config.layout,
        }
    }

    /// Normalizes a result of `n_rows` rows and `n_frames` frames in place. `whole_hops` is the
    /// number of whole hops in the input: the frames that `mask_tail` keeps.
    pub fn apply(&self, data: &mut [f32], n_rows: usize, n_frames: usize, whole_hops: usize) {
        let kept = if self.mask_tail { whole_hops.min(n_frames) } else { n_frames };
        if self.kind == Normalize::None && kept == n_frames {
            return;
        }
        let (row_stride, frame_stride) = match self.layout {
            Layout::MelMajor => (n_frames, 1),
            Layout::FrameMajor => (1, n_rows),
        };
        for row in 0..n_rows {
            let at = |frame: usize| row * row_stride + frame * frame_stride;
            let mean = (0..kept).map(|t| f64::from(data[at(t)])).sum::<f64>() / kept.max(1) as f64;
            let mean = if self.kind == Normalize::None { 0.0 } else { mean };
            let divisor = match self.kind {
                Normalize::None | Normalize::Mean => 1.0,
                Normalize::Deviation => {
                    libm::sqrt(self.variance((0..kept).map(|t| data[at(t)]), mean, kept)) + self.eps
                }
                Normalize::Variance => {
                    libm::sqrt(self.variance((0..kept).map(|t| data[at(t)]), mean, kept) + self.eps)
                }
            };
            // A row that never changes stays at 0 even where eps is 0.
            let factor = if divisor > 0.0 { 1.0 / divisor } else { 0.0 };
            for frame in 0..kept {
                let value = &mut data[at(frame)];
                *value = ((f64::from(*value) - mean) * factor) as f32;
            }
            for frame in kept..n_frames {
                data[at(frame)] = 0.0;
            }
        }
    }

    fn variance(&self, values: impl Iterator<Item = f32>, mean: f64, n: usize) -> f64 {
        let squares: f64 = values.map(|v| f64::from(v) - mean).map(|d| d * d).sum();
        let degrees = n.saturating_sub(self.ddof as usize);
        if degrees == 0 { 0.0 } else { squares / degrees as f64 }
    }
}
