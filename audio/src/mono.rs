//! The decoded channels as one, at the rate asked for.

use crate::decode::{Decode, Mixed, State};
use crate::error::{Error, Warning};
use crate::source::Source;
use mojo_audio_core::{self as core, Resampler};

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
    decoder: Box<dyn Decode>,
    state: State,
    mixed: Mixed,
    resampler: Option<Resampler>,
    resampled: Vec<f32>,
    produced: u64,
    ended: bool,
    /// Why the file can't be read on.
    failed: Option<Error>,
}

impl Mono {
    pub(crate) fn new(decoder: Box<dyn Decode>, state: State, sample_rate: u32) -> Result<Self, Error> {
        let resampler = match state.source.sample_rate {
            from if from == 0 || sample_rate == 0 => {
                return Err(Error::SampleRate { from, to: sample_rate });
            }
            from if from == sample_rate => None,
            from => {
                let refused = |_| Error::SampleRate { from, to: sample_rate };
                Some(Resampler::new(from, sample_rate).map_err(refused)?)
            }
        };
        Ok(Self {
            decoder,
            state,
            mixed: Mixed::default(),
            resampler,
            resampled: Vec::new(),
            produced: 0,
            ended: false,
            failed: None,
        })
    }

    /// The next block, never an empty one, or `None` at the end of a file that was read whole. All
    /// blocks of a file are of the same variant: [`Block::I16`] where the file holds one channel of at
    /// most 16 bits at the rate asked for, [`Block::F32`] otherwise.
    ///
    /// # Errors
    /// What is wrong with the file, from then on with every call. Blocks before it are sound, but the
    /// file as a whole is not.
    pub fn next_block(&mut self) -> Result<Option<Block<'_>>, Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let advanced = self.advance().inspect_err(|error| self.failed = Some(error.clone()))?;
        Ok(advanced.then(|| {
            if self.mixed.floats.is_empty() {
                Block::I16(&self.mixed.integers)
            } else {
                Block::F32(&self.mixed.floats)
            }
        }))
    }

    /// Decodes up to the next block; false at the end.
    fn advance(&mut self) -> Result<bool, Error> {
        while !self.ended {
            self.mixed.clear();
            self.resampled.clear();
            self.ended = !self.decoder.decode(&mut self.state, &mut self.mixed)?;
            let Mixed { integers, floats, .. } = &mut self.mixed;
            if let Some(resampler) = &mut self.resampler {
                // One of the two is empty.
                let out = &mut self.resampled;
                resampler
                    .push(integers, out)
                    .and_then(|()| resampler.push(floats, out))
                    .and_then(|()| if self.ended { resampler.finish(out) } else { Ok(()) })
                    .map_err(|error| not_resampled(error, &self.state.source))?;
                std::mem::swap(floats, &mut self.resampled);
                integers.clear();
            }
            let count = (integers.len() + floats.len()) as u64;
            self.produced += count;
            if self.ended && self.produced == 0 {
                return Err(Error::Empty);
            }
            if count > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What the file holds; `samples` grows with each block.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.state.source
    }

    /// What the file's owner should know, complete once [`Mono::next_block`] returned `None`.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.state.warnings
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
                    samples.extend(block.iter().map(|&sample| f32::from(sample) * (1.0 / 32_768.0)));
                }
            }
        }
        Ok(samples)
    }
}

/// What is wrong with a sample that is refused.
fn unfit(value: f32) -> &'static str {
    if value.is_finite() { "too large" } else { "not a finite number" }
}

/// A file may hold numbers that no filter takes.
fn not_resampled(error: core::Error, source: &Source) -> Error {
    match error {
        core::Error::Sample { index, value, .. } => Error::Corrupt {
            after: index as f64 / f64::from(source.sample_rate),
            reason: format!("sample {index} is {}", unfit(value)),
        },
        core::Error::Allocation { .. } => Error::Allocation { samples: source.samples as usize },
        other => Error::Internal { reason: format!("resampling: {other}") },
    }
}
