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
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let mel = MelExtractor::new(&MelConfig::whisper())?.compute(&[0.1f32; 16_000])?;
    /// let (band, frame) = (3, 99);
    /// assert_eq!(mel.data()[band * mel.n_frames() + frame], mel.get(band, frame));
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// The values, without a copy.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let mel = MelExtractor::new(&MelConfig::whisper())?.compute(&[0.1f32; 16_000])?;
    /// let values: Vec<f32> = mel.into_data();
    /// assert_eq!(values.len(), 80 * 100);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn into_data(self) -> Vec<f32> {
        self.data
    }

    /// Rows: the mel bands, the cepstral coefficients, or the bands and the energy.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let mel = MelExtractor::new(&MelConfig::whisper())?.compute(&[0.1f32; 16_000])?;
    /// assert_eq!(mel.n_mels(), 80);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn n_mels(&self) -> usize {
        self.n_mels
    }

    /// Frames.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let mel = MelExtractor::new(&MelConfig::whisper())?.compute(&[0.1f32; 16_000])?;
    /// assert_eq!(mel.n_frames(), 100);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn n_frames(&self) -> usize {
        self.n_frames
    }

    /// (n_mels, n_frames) or (n_frames, n_mels), row-major.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let mel = MelExtractor::new(&MelConfig::whisper())?.compute(&[0.1f32; 16_000])?;
    /// assert_eq!(mel.layout(), mojo_audio_core::config::Layout::MelMajor);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The value of a band in a frame.
    ///
    /// # Panics
    /// If `mel` or `frame` is out of range.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let mel = MelExtractor::new(&MelConfig::whisper())?.compute(&[0.1f32; 16_000])?;
    /// assert_eq!(mel.get(0, 0), mel.data()[0]);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn get(&self, mel: usize, frame: usize) -> f32 {
        assert!(mel < self.n_mels && frame < self.n_frames, "no band {mel} in frame {frame}");
        match self.layout {
            Layout::MelMajor => self.data[mel * self.n_frames + frame],
            Layout::FrameMajor => self.data[frame * self.n_mels + mel],
        }
    }
}
