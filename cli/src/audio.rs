//! An audio file as the extractor takes it: one channel at the wanted sample rate.

mod decode;
mod resample;

use crate::failure::Failure;
use decode::Decoder;
use resample::Resampler;
use std::io::Read;
use std::path::Path;
use symphonia::core::formats::probe::Hint;

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Container and codec, as in `wave/pcm_s16le` or `flac`.
    pub format: String,
    /// In hertz.
    pub sample_rate: u32,
    /// The most channels that a part of it has.
    pub channels: usize,
    /// Samples of each channel.
    pub samples: u64,
}

impl Source {
    /// How long it is.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.samples as f64 / f64::from(self.sample_rate)
    }
}

/// One channel at the wanted sample rate, and where it came from.
pub struct Audio {
    /// The channel, full scale 1.
    pub samples: Vec<f32>,
    /// What the file holds.
    pub source: Source,
}

/// Reads a file: decodes it, mixes its channels down to their mean, resamples. Each block goes
/// through all of that before the next is decoded, so that only the result is held whole.
///
/// # Errors
/// A sentence that says what is wrong with the file.
pub fn read(path: &Path, sample_rate: u32) -> Result<Audio, Failure> {
    collect(Decoder::open(path)?, sample_rate)
}

/// Like [`read`], from bytes that have no name.
///
/// # Errors
/// Those of `read`.
pub fn read_from(bytes: impl Read + Send + Sync + 'static, sample_rate: u32) -> Result<Audio, Failure> {
    collect(Decoder::new(bytes, &Hint::new())?, sample_rate)
}

fn collect(mut decoder: Decoder, sample_rate: u32) -> Result<Audio, Failure> {
    let mut samples = Vec::new();
    let mut resampler = None;
    while let Some(block) = decoder.next_block()? {
        if block.sample_rate == sample_rate {
            append(&mut samples, block.mono)?;
            continue;
        }
        let resampler = match &mut resampler {
            Some(resampler) => resampler,
            empty => empty.insert(Resampler::new(block.sample_rate, sample_rate)?),
        };
        resampler.push(block.mono, &mut samples)?;
    }
    if let Some(resampler) = resampler {
        resampler.finish(&mut samples)?;
    }
    let source = decoder.into_source()?;
    if samples.is_empty() {
        return Err(Failure::new(
            "empty_input",
            match source.samples {
                0 => "the file has no samples".into(),
                n => {
                    format!("its {n} samples at {} Hz are none at {sample_rate} Hz", source.sample_rate)
                }
            },
        ));
    }
    Ok(Audio { samples, source })
}

/// Appends without an abort where memory runs out.
fn append(samples: &mut Vec<f32>, block: &[f32]) -> Result<(), Failure> {
    samples.try_reserve(block.len()).map_err(|_| {
        Failure::new("allocation", format!("no memory for more than {} samples", samples.len()))
    })?;
    samples.extend_from_slice(block);
    Ok(())
}
