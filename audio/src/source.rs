//! What a file holds.

/// What a file holds: by its header, and as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// The file format, as in `wave`, `flac` or `ogg`.
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
    /// Whether the program ffmpeg decodes it.
    pub ffmpeg: bool,
}

impl Source {
    /// Container and codec, as in `wave/pcm_s16le`; only one of them where both are the same, as in
    /// `flac`. Says if ffmpeg decodes it, as in `mov/aac through ffmpeg`.
    #[must_use]
    pub fn format(&self) -> String {
        let through = if self.ffmpeg { " through ffmpeg" } else { "" };
        if self.container == self.codec {
            return format!("{}{through}", self.codec);
        }
        format!("{}/{}{through}", self.container, self.codec)
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
