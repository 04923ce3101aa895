//! What a file holds.

/// What a file holds: by its header, and as far as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// The file format, as in `wav`, `flac` or `ogg`.
    pub container: String,
    /// What the samples are coded as, as in `pcm_s16le`, `flac` or `vorbis`.
    pub codec: String,
    /// In hertz.
    pub sample_rate: u32,
    /// The number of channels; where it changes, the highest so far.
    pub channels: usize,
    /// Bits per sample, where the format has a number of bits.
    pub bits: Option<u32>,
    /// Samples per channel that the header promises, if it does.
    pub promised: Option<u64>,
    /// Samples per channel that were read so far.
    pub samples: u64,
}

impl Source {
    /// Container and codec, as in `wav/pcm_s16le`; only one of them where both are the same, as in
    /// `flac`.
    #[must_use]
    pub fn format(&self) -> String {
        if self.container == self.codec {
            return self.codec.clone();
        }
        format!("{}/{}", self.container, self.codec)
    }

    /// The length of what was read so far.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.seconds_of(self.samples)
    }

    pub(crate) fn seconds_of(&self, samples: u64) -> f64 {
        if self.sample_rate == 0 { 0.0 } else { samples as f64 / f64::from(self.sample_rate) }
    }
}
