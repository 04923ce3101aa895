//! Another sampling rate: the whole signal, or pushed in pieces, the same bits either way.

pub(crate) mod design;
pub(crate) mod kernels;
mod state;
#[cfg(test)]
mod tests;
pub(crate) mod window;

use crate::error::Error;
use crate::kernels::InstructionSet;
use crate::memory;
use crate::plan::choose_kernel;
use crate::signal::{Sample, check_samples};
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
pub(crate) use design::Design;
pub(crate) use state::State;

/// Rates beyond these are those of broken headers.
pub(crate) const RATES: core::ops::RangeInclusive<u32> = 1_000..=768_000;

/// How much larger than the input's samples the output's may be: the sum of the filters' magnitudes, at any
/// pair of rates.
pub(crate) const GAIN: f32 = 4.0;

/// What neither the output nor a sum on the way to it overflows with.
const LIMIT: f32 = f32::MAX / (2.0 * GAIN);

/// Resamples a mono signal to another sample rate: a whole one, or one that is pushed in pieces.
///
/// Sample i of the output belongs to the time i / `to`, as sample i of the input to i / `from`: there is no
/// delay. Before and after the signal there is silence. `n` samples become `ceil(n · to / from)`.
///
/// The filters are linear-phase. Up to 0.945 of half the lower rate the response is flat within 2.1e-6.
/// Aliases of what is above 1.055 of it are at −110 dB or lower. Half the lower rate itself is at −6 dB:
/// what is just above it folds to just below it, into the topmost 5.5 % of the band.
///
/// The result has the same bits for every division into chunks, and on all instruction sets with a fused
/// multiply-add. Memory does not grow with the signal.
///
/// ```
/// use mojo_audio_core::Resampler;
///
/// let one_second = vec![0.0f32; 44_100];
/// let resampler = Resampler::new(44_100, 16_000)?;
/// assert_eq!(resampler.resample(&one_second)?.len(), 16_000);
///
/// // The same, in pieces.
/// let mut resampler = Resampler::new(44_100, 16_000)?;
/// let mut resampled = Vec::new();
/// for chunk in one_second.chunks(512) {
///     resampler.push(chunk, &mut resampled)?;
/// }
/// resampler.finish(&mut resampled)?;
/// assert_eq!(resampled.len(), 16_000);
/// # Ok::<(), mojo_audio_core::Error>(())
/// ```
pub struct Resampler {
    design: Design,
    state: State,
    received: u64,
    /// Outputs so far.
    emitted: u64,
    is_finished: bool,
}

impl Resampler {
    /// From `from` hertz to `to` hertz, each from 1,000 to 768,000. Between equal rates, samples keep their
    /// values.
    ///
    /// # Errors
    /// [`Error::Config`] naming the rate that is not allowed; [`Error::Allocation`].
    ///
    /// ```
    /// use mojo_audio_core::Resampler;
    ///
    /// assert!(Resampler::new(44_100, 16_000).is_ok());
    /// assert!(Resampler::new(44_100, 16).unwrap_err().to_string().starts_with("to must be "));
    /// ```
    pub fn new(from: u32, to: u32) -> Result<Self, Error> {
        Self::with_instruction_set(from, to, None)
    }

    /// Like [`new`](Self::new), but on a certain instruction set.
    ///
    /// # Errors
    /// Besides those of `new`: [`Error::Config`] if the machine lacks the instruction set.
    ///
    /// ```
    /// # use mojo_audio_core::{InstructionSet, Resampler};
    /// let set = InstructionSet::available().next();
    /// assert!(Resampler::with_instruction_set(48_000, 16_000, set).is_ok());
    /// ```
    pub fn with_instruction_set(
        from: u32,
        to: u32,
        instruction_set: Option<InstructionSet>,
    ) -> Result<Self, Error> {
        for (name, rate) in [("from", from), ("to", to)] {
            if !RATES.contains(&rate) {
                return Err(Error::Config {
                    field: name.into(),
                    value: rate.to_string(),
                    expected: format!("from {} to {} hertz", RATES.start(), RATES.end()).into(),
                });
            }
        }
        let design = Design::new(choose_kernel(instruction_set)?, from, to)?;
        let state = State::new(&design)?;
        Ok(Self { design, state, received: 0, emitted: 0, is_finished: false })
    }

    /// The rate of the input, in hertz.
    ///
    /// ```
    /// # use mojo_audio_core::Resampler;
    /// assert_eq!(Resampler::new(48_000, 16_000)?.from_rate(), 48_000);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn from_rate(&self) -> u32 {
        self.design.from
    }

    /// The rate of the output, in hertz.
    ///
    /// ```
    /// # use mojo_audio_core::Resampler;
    /// assert_eq!(Resampler::new(48_000, 16_000)?.to_rate(), 16_000);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn to_rate(&self) -> u32 {
        self.design.to
    }

    /// How far the filters reach beyond an output's own time, in samples of the input, rounded up: an
    /// output is returned once this many samples after it have been pushed. 205 from 48 to 16 kHz, which
    /// is 4.3 ms.
    ///
    /// ```
    /// # use mojo_audio_core::Resampler;
    /// assert_eq!(Resampler::new(48_000, 16_000)?.latency(), 205);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn latency(&self) -> usize {
        self.design.latency() as usize
    }

    /// Length of the output for a whole signal of `n_samples` samples.
    ///
    /// ```
    /// # use mojo_audio_core::Resampler;
    /// assert_eq!(Resampler::new(48_000, 16_000)?.output_length(1000), 334);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn output_length(&self, n_samples: usize) -> usize {
        usize::try_from(self.design.output_length(n_samples as u64)).unwrap_or(usize::MAX)
    }

    /// Outputs that a [`push`](Self::push) of `n_samples` samples will add; none once the signal is finished.
    ///
    /// ```
    /// # use mojo_audio_core::Resampler;
    /// let resampler = Resampler::new(48_000, 16_000)?;
    /// assert_eq!((resampler.length_after(200), resampler.length_after(206)), (0, 1));
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn length_after(&self, n_samples: usize) -> usize {
        if self.is_finished {
            return 0;
        }
        let received = self.received.saturating_add(n_samples as u64);
        let certain = self.design.certain(received).max(self.emitted);
        usize::try_from(certain - self.emitted).unwrap_or(usize::MAX)
    }

    /// Outputs that [`finish`](Self::finish) would add now.
    ///
    /// ```
    /// # use mojo_audio_core::Resampler;
    /// let mut resampler = Resampler::new(48_000, 16_000)?;
    /// let mut out = Vec::new();
    /// resampler.push(&[0.1f32; 480], &mut out)?;
    /// assert_eq!(out.len() + resampler.length_at_finish(), 160);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn length_at_finish(&self) -> usize {
        if self.is_finished {
            return 0;
        }
        usize::try_from(self.design.output_length(self.received) - self.emitted).unwrap_or(usize::MAX)
    }

    /// A whole signal at the other rate, independent of what has been pushed. Samples are `f32` (those
    /// below 2^−95 count as 0) or `i16` (each counts as value / 32,768).
    ///
    /// # Errors
    /// [`Error::Sample`] for the first sample that is not finite, or above an eighth of the largest
    /// float; [`Error::Allocation`].
    ///
    /// ```
    /// # use mojo_audio_core::Resampler;
    /// let resampler = Resampler::new(8_000, 16_000)?;
    /// assert_eq!(resampler.resample(&[1_000i16; 80])?.len(), 160);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn resample<S: Sample>(&self, samples: &[S]) -> Result<Vec<f32>, Error> {
        let mut out = memory::filled(self.output_length(samples.len()), 0.0)?;
        self.resample_into(samples, &mut out)?;
        Ok(out)
    }

    /// Like [`resample`](Self::resample), but writes the first `output_length(samples.len())` values of
    /// `out`, and returns their number. Allocates working memory only.
    ///
    /// # Errors
    /// Those of `resample`, and [`Error::BufferSize`] if `out` is shorter. After an error `out` holds
    /// anything.
    ///
    /// ```
    /// # use mojo_audio_core::Resampler;
    /// let resampler = Resampler::new(48_000, 16_000)?;
    /// let mut out = [0.0; 160];
    /// assert_eq!(resampler.resample_into(&[0.1f32; 480], &mut out)?, 160);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn resample_into<S: Sample>(&self, samples: &[S], out: &mut [f32]) -> Result<usize, Error> {
        let length = self.output_length(samples.len());
        let out = check_room(out, length)?;
        let mut state = State::new(&self.design)?;
        match state.push(&self.design, samples, LIMIT, out) {
            Ok(written) => state.finish(&self.design, &mut out[written..]),
            Err(from) => check_samples(&samples[from..], LIMIT, from as u64)?,
        }
        Ok(length)
    }

    /// Takes any number of samples and appends the outputs that they make certain to `out`; often none.
    ///
    /// # Errors
    /// [`Error::Sample`] with the sample's place since the start, [`Error::Allocation`],
    /// [`Error::Finished`]. After an error nothing has been taken.
    ///
    /// ```
    /// # use mojo_audio_core::Resampler;
    /// let mut resampler = Resampler::new(48_000, 16_000)?;
    /// let mut out = Vec::new();
    /// resampler.push(&[0.1f32; 480], &mut out)?;
    /// assert_eq!(out.len(), 92); // 205 samples later than the input
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn push<S: Sample>(&mut self, samples: &[S], out: &mut Vec<f32>) -> Result<(), Error> {
        let n = self.length_after(samples.len());
        append(out, n, |out| self.push_into(samples, out))
    }

    /// Like [`push`](Self::push), but writes the first `length_after(samples.len())` values of `out`,
    /// and returns their number. Doesn't allocate.
    ///
    /// # Errors
    /// Those of `push`, and [`Error::BufferSize`] if `out` is shorter. After an error nothing has been
    /// taken.
    ///
    /// ```
    /// # use mojo_audio_core::Resampler;
    /// let mut resampler = Resampler::new(48_000, 16_000)?;
    /// let mut out = [0.0; 160];
    /// assert_eq!(resampler.push_into(&[0.1f32; 480], &mut out)?, 92);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn push_into<S: Sample>(&mut self, samples: &[S], out: &mut [f32]) -> Result<usize, Error> {
        if self.is_finished {
            return Err(Error::Finished);
        }
        let n = self.length_after(samples.len());
        let out = check_room(out, n)?;
        check_samples(samples, LIMIT, self.received)?;
        // They fit: an error there is one here.
        let written = self.state.push(&self.design, samples, LIMIT, out);
        debug_assert_eq!(written, Ok(n));
        self.received += samples.len() as u64;
        self.emitted += n as u64;
        Ok(n)
    }

    /// Ends the signal and appends the outputs that reach over its end.
    ///
    /// # Errors
    /// [`Error::Allocation`], [`Error::Finished`].
    ///
    /// ```
    /// # use mojo_audio_core::Resampler;
    /// let mut resampler = Resampler::new(48_000, 16_000)?;
    /// let mut out = Vec::new();
    /// resampler.push(&[0.1f32; 480], &mut out)?;
    /// resampler.finish(&mut out)?;
    /// assert_eq!(out.len(), 160);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn finish(&mut self, out: &mut Vec<f32>) -> Result<(), Error> {
        let n = self.length_at_finish();
        append(out, n, |out| self.finish_into(out))
    }

    /// Like [`finish`](Self::finish), but writes the first `length_at_finish()` values of `out`, and
    /// returns their number. Doesn't allocate.
    ///
    /// # Errors
    /// [`Error::Finished`], and [`Error::BufferSize`] if `out` is shorter; then the signal goes on.
    ///
    /// ```
    /// # use mojo_audio_core::Resampler;
    /// let mut resampler = Resampler::new(48_000, 16_000)?;
    /// let mut out = [0.0; 160];
    /// let n = resampler.push_into(&[0.1f32; 480], &mut out)?;
    /// assert_eq!(n + resampler.finish_into(&mut out[n..])?, 160);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn finish_into(&mut self, out: &mut [f32]) -> Result<usize, Error> {
        if self.is_finished {
            return Err(Error::Finished);
        }
        let n = self.length_at_finish();
        self.state.finish(&self.design, check_room(out, n)?);
        self.emitted += n as u64;
        self.is_finished = true;
        Ok(n)
    }

    /// Starts again with an empty signal, also after [`finish`](Self::finish).
    ///
    /// ```
    /// # use mojo_audio_core::Resampler;
    /// let mut resampler = Resampler::new(48_000, 16_000)?;
    /// let (mut first, mut second) = (Vec::new(), Vec::new());
    /// resampler.push(&[0.1f32; 480], &mut first)?;
    /// resampler.reset();
    /// resampler.push(&[0.1f32; 480], &mut second)?;
    /// assert_eq!(first, second);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn reset(&mut self) {
        self.state.start(&self.design, 0);
        (self.received, self.emitted, self.is_finished) = (0, 0, false);
    }
}

impl core::fmt::Debug for Resampler {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Resampler")
            .field("from", &self.design.from)
            .field("to", &self.design.to)
            .field("received", &self.received)
            .field("emitted", &self.emitted)
            .field("is_finished", &self.is_finished)
            .finish_non_exhaustive()
    }
}

fn check_room(out: &mut [f32], n: usize) -> Result<&mut [f32], Error> {
    let actual = out.len();
    out.get_mut(..n).ok_or(Error::BufferSize { what: "out", expected: n, actual })
}

/// Appends `n` values that `fill` writes; after an error none.
fn append(
    out: &mut Vec<f32>,
    n: usize,
    fill: impl FnOnce(&mut [f32]) -> Result<usize, Error>,
) -> Result<(), Error> {
    let before = out.len();
    // Not exactly as many: there may be many small chunks.
    out.try_reserve(n).map_err(|_| Error::Allocation { bytes: n.saturating_mul(size_of::<f32>()) })?;
    out.resize(before + n, 0.0);
    fill(&mut out[before..]).map(drop).inspect_err(|_| out.truncate(before))
}
