//! The decoded channels as one, at the rate asked for.

use crate::error::{Error, Warning};
use crate::resample::Resampler;
use crate::source::Source;
use crate::symphonia::Decoder;

/// A stretch of one channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Block<'a> {
    /// 16-bit integers, full scale 32,768.
    I16(&'a [i16]),
    /// Floats, full scale 1.
    F32(&'a [f32]),
}

impl Block<'_> {
    /// The number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::I16(samples) => samples.len(),
            Self::F32(samples) => samples.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One channel at the rate asked for, block by block. Memory does not grow with the length.
pub struct Mono {
    decoder: Decoder,
    sample_rate: u32,
    resampler: Option<Resampler>,
    resampled: Vec<f32>,
    produced: u64,
    ended: bool,
}

impl Mono {
    pub(crate) fn new(decoder: Decoder, sample_rate: u32) -> Result<Self, Error> {
        Ok(Self {
            decoder,
            sample_rate,
            resampler: None,
            resampled: Vec::new(),
            produced: 0,
            ended: false,
        })
    }

    /// The next block, never an empty one, or `None` at the end of a file that was read whole. All
    /// blocks of a file are of the same variant: [`Block::I16`] where the file holds one channel of
    /// 16-bit integers at the rate asked for, [`Block::F32`] otherwise.
    ///
    /// # Errors
    /// What is wrong with the file. Blocks before it are sound.
    pub fn next_block(&mut self) -> Result<Option<Block<'_>>, Error> {
        if self.ended {
            return Ok(None);
        }
        self.resampled.clear();
        while let Some(block) = self.decoder.next_block()? {
            if block.sample_rate == self.sample_rate {
                self.produced += block.mono.len() as u64;
                // Asked for again, as the first borrow would last to the end of the loop.
                return Ok(Some(Block::F32(self.decoder.mono())));
            }
            let resampler = match &mut self.resampler {
                Some(resampler) => resampler,
                empty => empty.insert(Resampler::new(block.sample_rate, self.sample_rate)?),
            };
            resampler.push(block.mono, &mut self.resampled)?;
            if !self.resampled.is_empty() {
                self.produced += self.resampled.len() as u64;
                return Ok(Some(Block::F32(&self.resampled)));
            }
        }
        self.ended = true;
        if let Some(resampler) = self.resampler.take() {
            resampler.finish(&mut self.resampled)?;
        }
        self.produced += self.resampled.len() as u64;
        let source = self.decoder.source();
        if source.samples > 0 && source.sample_rate == 0 {
            return Err(Error::SampleRate { from: 0, to: self.sample_rate });
        }
        if self.produced == 0 {
            let (samples, from) = (source.samples, source.sample_rate);
            return Err(Error::Empty { samples, from, to: self.sample_rate });
        }
        Ok((!self.resampled.is_empty()).then_some(Block::F32(&self.resampled)))
    }

    /// What the file holds; `samples` grows with each block.
    #[must_use]
    pub fn source(&self) -> &Source {
        self.decoder.source()
    }

    /// What the file's owner should know, complete once [`Mono::next_block`] returned `None`.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &[]
    }

    /// Reads all blocks into one vector of floats.
    ///
    /// # Errors
    /// Those of [`Mono::next_block`], and [`Error::Allocation`].
    pub fn read_to_end(&mut self) -> Result<Vec<f32>, Error> {
        let mut samples = Vec::new();
        while let Some(block) = self.next_block()? {
            let room = samples.try_reserve(block.len());
            room.map_err(|_| Error::Allocation { samples: samples.len() })?;
            match block {
                Block::F32(block) => samples.extend_from_slice(block),
                Block::I16(block) => {
                    samples.extend(block.iter().map(|&sample| f32::from(sample) / 32_768.0));
                }
            }
        }
        Ok(samples)
    }
}
