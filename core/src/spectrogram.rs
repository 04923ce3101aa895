//! The result.

use crate::config::Layout;
use alloc::vec::Vec;

/// A mel spectrogram, or the cepstrum of one: float32 values of `n_mels` rows and `n_frames` frames.
#[derive(Clone, Debug, PartialEq)]
pub struct MelSpectrogram {
    pub(crate) data: Vec<f32>,
    pub(crate) n_mels: usize,
    pub(crate) n_frames: usize,
    pub(crate) layout: Layout,
}

impl MelSpectrogram {
    /// The values, `n_mels * n_frames` of them, in the order that [`layout`](Self::layout) names.
    #[must_use]
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// The values, without a copy.
    #[must_use]
    pub fn into_data(self) -> Vec<f32> {
        self.data
    }

    /// Rows: the mel bands, the cepstral coefficients, or the bands and the energy.
    #[must_use]
    pub fn n_mels(&self) -> usize {
        self.n_mels
    }

    /// Frames.
    #[must_use]
    pub fn n_frames(&self) -> usize {
        self.n_frames
    }

    /// (n_mels, n_frames) or (n_frames, n_mels), row-major.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The value of a band in a frame.
    ///
    /// # Panics
    /// If `mel` or `frame` is out of range.
    #[must_use]
    pub fn get(&self, mel: usize, frame: usize) -> f32 {
        assert!(mel < self.n_mels && frame < self.n_frames, "no band {mel} in frame {frame}");
        match self.layout {
            Layout::MelMajor => self.data[mel * self.n_frames + frame],
            Layout::FrameMajor => self.data[frame * self.n_mels + mel],
        }
    }
}
