//! The extractor on several threads: for many inputs, or for a long one.

use crate::error::Error;
use crate::extractor::MelExtractor;
use crate::ranges::{at_once, on_threads};
use crate::signal::Sample;
use crate::spectrogram::MelSpectrogram;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};

impl MelExtractor {
    /// Like [`compute`](Self::compute), but on `threads` threads (0: one per core). Same bits, sooner for
    /// inputs of minutes.
    ///
    /// # Errors
    /// Those of `compute`.
    ///
    /// ```
    /// use mojo_audio_core::{MelConfig, MelExtractor};
    ///
    /// let samples = vec![0.0f32; 60 * 16_000]; // a minute
    /// let extractor = MelExtractor::new(&MelConfig::whisper())?;
    /// let mel = extractor.compute_parallel(&samples, 2)?;
    /// assert_eq!(mel, extractor.compute(&samples)?);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn compute_parallel<S: Sample>(
        &self,
        samples: &[S],
        threads: usize,
    ) -> Result<MelSpectrogram, Error> {
        self.compute_on(samples, at_once(threads))
    }

    /// Computes each clip on its own, on `threads` threads (0: one per core). Clips may differ in length;
    /// results are in the order of the clips, each with the bits and the error that
    /// [`compute`](Self::compute) returns for it.
    ///
    /// ```
    /// use mojo_audio_core::{Error, MelConfig, MelExtractor};
    ///
    /// let clips = [vec![0.0f32; 16_000], vec![], vec![0.0f32; 8_000]];
    /// let extractor = MelExtractor::new(&MelConfig::whisper())?;
    /// let results = extractor.compute_batch(&clips, 0);
    /// assert_eq!(results[0].as_ref().map(|mel| mel.n_frames()), Ok(100));
    /// assert_eq!(results[1], Err(Error::EmptyInput)); // one bad clip doesn't spoil the rest
    /// assert_eq!(results[2].as_ref().map(|mel| mel.n_frames()), Ok(50));
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn compute_batch<S: Sample, C: AsRef<[S]> + Sync>(
        &self,
        clips: &[C],
        threads: usize,
    ) -> Vec<Result<MelSpectrogram, Error>> {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(clip) = clips.get(index) else { return done };
                done.push((index, self.compute(clip.as_ref())));
            }
        };
        let done = on_threads(at_once(threads).min(clips.len()), work);
        let mut results: Vec<_> = done.into_iter().flatten().collect();
        results.sort_unstable_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }
}
