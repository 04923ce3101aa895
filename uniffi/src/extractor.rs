//! A plan that threads share.

use crate::errors::{Language, NativeError};
use crate::memory::{Sample, output, samples};
use crate::options::{self, Options};
use crate::stream::NativeStream;
use mojo_audio_core::{MelExtractor, Overrides};
use std::sync::Arc;

#[derive(uniffi::Object)]
pub struct NativeExtractor {
    plan: MelExtractor,
    language: Language,
}

#[uniffi::export]
impl NativeExtractor {
    /// Checks and plans options, with the caller's own window, filterbank, row means and row factors: float32, one
    /// after the other, and the length of each that is given.
    #[uniffi::constructor]
    fn new(
        options: Options,
        tables: &[u8],
        lengths: Vec<Option<u64>>,
        language: Language,
    ) -> Result<Self, NativeError> {
        let values = samples(tables);
        let mut rest = &*values;
        let mut lengths = lengths.into_iter();
        let mut next = || {
            let length = lengths.next()??.min(rest.len() as u64) as usize;
            let (table, others) = rest.split_at(length);
            rest = others;
            Some(table)
        };
        let overrides = Overrides {
            window: next(),
            filterbank: next(),
            row_mean: next(),
            row_scale: next(),
            ..Overrides::default()
        };
        let plan = options::read(&options)
            .and_then(|config| MelExtractor::with_overrides(&config, overrides))
            .map_err(|error| language.spell(error))?;
        Ok(Self { plan, language })
    }

    /// Rows of a result.
    fn n_mels(&self) -> u64 {
        self.plan.n_mels() as u64
    }

    /// Frames of the result for so many samples.
    fn frame_count(&self, n_samples: u64) -> u64 {
        self.plan.frame_count(usize::try_from(n_samples).unwrap_or(usize::MAX)) as u64
    }

    /// Frames that are not padding.
    fn valid_frames(&self, n_samples: u64) -> u64 {
        self.plan.valid_frames(usize::try_from(n_samples).unwrap_or(usize::MAX)) as u64
    }

    /// Writes the weights of the filters into `length` values at `address`.
    fn filterbank(&self, address: u64, length: u64) -> Result<(), NativeError> {
        Ok(self.plan.filterbank_into(output(address, length, &[])?)?)
    }

    /// The bands whose filter no bin falls into.
    fn empty_filters(&self) -> Vec<u32> {
        self.plan.empty_filters().into_iter().map(|band| band as u32).collect()
    }

    /// Computes the spectrogram of float32 samples into `length` values at `address`; gives the number of
    /// frames.
    fn compute(&self, bytes: &[u8], address: u64, length: u64) -> Result<u64, NativeError> {
        self.compute_as::<f32>(bytes, address, length)
    }

    /// The same for int16.
    fn compute_int16(&self, bytes: &[u8], address: u64, length: u64) -> Result<u64, NativeError> {
        self.compute_as::<i16>(bytes, address, length)
    }

    /// A stream of the same options.
    fn stream(&self) -> Result<Arc<NativeStream>, NativeError> {
        let stream = self.plan.stream().map_err(|error| self.language.spell(error))?;
        Ok(Arc::new(NativeStream::new(stream, self.language)))
    }
}

impl NativeExtractor {
    fn compute_as<S: Sample>(
        &self,
        bytes: &[u8],
        address: u64,
        length: u64,
    ) -> Result<u64, NativeError> {
        let out = output(address, length, bytes)?;
        let n_frames = self.plan.compute_into(&samples::<S>(bytes), out);
        Ok(n_frames.map_err(|error| self.language.spell(error))? as u64)
    }
}
