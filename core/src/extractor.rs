//! The extractor: a configuration, checked and planned once, that computes any number of inputs.

use crate::compress::Levels;
use crate::config::{Layout, MelConfig};
use crate::error::Error;
use crate::kernels::InstructionSet;
use crate::measured::Measured;
use crate::memory;
#[cfg(feature = "std")]
use crate::parallel::for_ranges;
use crate::plan::{Overrides, Plan};
use crate::reference::RunningReference;
use crate::run::{Sink, run};
use crate::scratch::ScratchPool;
use crate::signal::{Sample, WholeSignal, check_samples};
use crate::spectrogram::MelSpectrogram;
use crate::stream::MelStream;
use alloc::vec::Vec;
use core::ops::Range;

/// Computes mel spectrograms of one configuration.
///
/// Nothing in it changes once it is made, so threads can share it; computations at the same time take
/// working memory of their own, which is kept for the next.
///
/// ```
/// use mojo_audio_core::{MelConfig, MelExtractor};
///
/// let extractor = MelExtractor::new(&MelConfig::whisper())?;
/// let mel = extractor.compute(&vec![0.0f32; 480_000])?;
/// assert_eq!((mel.n_mels(), mel.n_frames()), (80, 3000));
/// # Ok::<(), mojo_audio_core::Error>(())
/// ```
pub struct MelExtractor {
    config: MelConfig,
    plan: Plan,
    pool: ScratchPool,
    own_window: Option<Vec<f32>>,
    own_filterbank: Option<Vec<f32>>,
}

impl MelExtractor {
    /// Checks and plans a configuration.
    ///
    /// # Errors
    /// [`Error::Config`] with the option at fault; [`Error::Allocation`].
    pub fn new(config: &MelConfig) -> Result<Self, Error> {
        Self::with_overrides(config, Overrides::default())
    }

    /// Like [`new`](Self::new), with a window or a filterbank of the caller's own, or on a certain
    /// instruction set.
    ///
    /// # Errors
    /// Besides those of `new`: [`Error::BufferSize`] if a table has another length than its options
    /// say, [`Error::Config`] if it has a value that is not finite or the machine lacks the
    /// instruction set.
    pub fn with_overrides(config: &MelConfig, overrides: Overrides<'_>) -> Result<Self, Error> {
        let plan = Plan::new(config, &overrides)?;
        let pool = ScratchPool::new(&plan)?;
        Ok(Self {
            config: config.clone(),
            plan,
            pool,
            own_window: overrides.window.map(copy).transpose()?,
            own_filterbank: overrides.filterbank.map(copy).transpose()?,
        })
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &MelConfig {
        &self.config
    }

    /// The instruction set that was chosen.
    #[must_use]
    pub fn instruction_set(&self) -> InstructionSet {
        self.plan.kernel.set
    }

    /// Rows of a result: the mel bands, the cepstral coefficients (`n_mfcc`), or the bands and the
    /// energy (`use_energy`).
    #[must_use]
    pub fn n_mels(&self) -> usize {
        self.plan.n_rows
    }

    /// Frames of the result for an input of so many samples; 0 if it is too short for one.
    #[must_use]
    pub fn frame_count(&self, n_samples: usize) -> usize {
        if n_samples == 0 {
            return 0;
        }
        self.plan.n_frames.unwrap_or_else(|| self.plan.framing.count(n_samples as u64))
    }

    /// The bands whose filter is so narrow that no bin of the transform falls into it: they are
    /// always at the floor. A larger `n_fft` or fewer `n_mels` mends that.
    #[must_use]
    pub fn empty_filters(&self) -> Vec<usize> {
        self.plan.recipe.bands.filterbank.empty_filters()
    }

    /// Bytes of working memory that a computation uses besides its result.
    #[must_use]
    pub fn working_memory(&self) -> usize {
        self.pool.bytes
    }

    /// The mel spectrogram of an input of one sample or more: `f32` (full scale is 1), or `i16`, which
    /// counts as value / 32,768.
    ///
    /// # Errors
    /// [`Error::EmptyInput`]; [`Error::Sample`] for the first sample that is no finite number, or so
    /// large that a power can't be represented; [`Error::Allocation`].
    pub fn compute<S: Sample>(&self, samples: &[S]) -> Result<MelSpectrogram, Error> {
        self.compute_on(samples, 1)
    }

    pub(crate) fn compute_on<S: Sample>(
        &self,
        samples: &[S],
        threads: usize,
    ) -> Result<MelSpectrogram, Error> {
        let n_frames = self.frame_count(samples.len());
        let length = self.length(n_frames)?;
        let mut data: Vec<f32> = memory::with_capacity(length)?;
        // SAFETY: there is room for the result, and all of it has been written where it is kept.
        unsafe {
            self.compute_at(samples, data.as_mut_ptr(), n_frames, threads)?;
            data.set_len(length);
        }
        Ok(MelSpectrogram { data, n_mels: self.n_mels(), n_frames, layout: self.config.layout })
    }

    /// Like [`compute`](Self::compute), to memory of the caller's: the first
    /// `n_mels * frame_count(samples.len())` values of `out`, in the order of the option `layout`.
    /// Allocates nothing, unless several threads do so at once for the first time. Returns the number
    /// of frames.
    ///
    /// # Errors
    /// Those of `compute`, and [`Error::BufferSize`] if `out` is shorter. After an error `out` holds
    /// anything.
    pub fn compute_into<S: Sample>(&self, samples: &[S], out: &mut [f32]) -> Result<usize, Error> {
        let n_frames = self.frame_count(samples.len());
        check_room(out, self.length(n_frames)?)?;
        // SAFETY: `out` has room for the result.
        unsafe { self.compute_at(samples, out.as_mut_ptr(), n_frames, 1)? };
        Ok(n_frames)
    }

    /// A stream of this configuration.
    ///
    /// # Errors
    /// [`Error::Config`] naming the option that needs the whole input; [`Error::Allocation`].
    pub fn stream(&self) -> Result<MelStream, Error> {
        self.config.check_stream()?;
        let overrides = Overrides {
            window: self.own_window.as_deref(),
            filterbank: self.own_filterbank.as_deref(),
            instruction_set: Some(self.plan.kernel.set),
        };
        MelStream::new(Plan::new(&self.config, &overrides)?, self.config.layout)
    }

    fn length(&self, n_frames: usize) -> Result<usize, Error> {
        n_frames.checked_mul(self.plan.n_rows).ok_or(Error::Allocation { bytes: usize::MAX })
    }

    /// Writes the whole result, or returns an error.
    ///
    /// # Safety
    /// `out` is valid for writes of `n_mels * n_frames` values.
    unsafe fn compute_at<S: Sample>(
        &self,
        samples: &[S],
        out: *mut f32,
        n_frames: usize,
        threads: usize,
    ) -> Result<(), Error> {
        if samples.is_empty() {
            return Err(Error::EmptyInput);
        }
        self.check_unread(samples)?;
        let plan = &self.plan;
        let sink = Sink { start: out, n_frames, layout: self.config.layout };
        // SAFETY: the caller's.
        let measured = unsafe { self.compute_frames(samples, sink, threads)? };
        if !measured.is_finite {
            return Err(self.overflow(samples));
        }
        // SAFETY: every frame has been written.
        let data = unsafe { core::slice::from_raw_parts_mut(out, n_frames * plan.n_rows) };
        let whole_hops = samples.len() / plan.framing.hop;
        plan.normalization.apply(plan.kernel, data, plan.n_rows, n_frames, whole_hops);
        Ok(())
    }

    /// Writes all frames, those past the input's end too.
    ///
    /// # Safety
    /// The sink is valid for writes of its frames.
    unsafe fn compute_frames<S: Sample>(
        &self,
        samples: &[S],
        sink: Sink,
        threads: usize,
    ) -> Result<Measured, Error> {
        let plan = &self.plan;
        let frames = 0..plan.framing.count(samples.len() as u64);
        let signal = WholeSignal::new(samples, plan.conditioning, &plan.framing);
        let compute = |range, sink, levels| {
            // SAFETY: the caller's; each range is computed once.
            self.pool
                .with(plan, |scratch| unsafe { Ok(run(plan, scratch, &signal, range, sink, levels)) })
        };
        let pass =
            |sink, levels| for_ranges(frames.clone(), threads, |range| compute(range, sink, levels));
        let compression = &plan.compression;
        let measured = if !compression.measures {
            pass(Some(sink), compression.levels_beforehand())?
        } else if plan.recipe.bands.mixes() {
            // Made of bands that have their final level: the reference has to be known before, and is
            // measured by a pass of its own.
            let levels = compression.levels(pass(None, Levels::NONE)?.highest);
            pass(Some(sink), levels)?
        } else {
            let compute = |range, levels| compute(range, Some(sink), levels);
            // SAFETY: the caller's.
            unsafe { self.compute_and_raise(frames.clone(), sink, threads, compute)? }
        };
        // SAFETY: the sink has room for them.
        unsafe {
            for_each_run(sink, plan.n_rows, frames.end..sink.n_frames, |values| {
                values.fill(plan.missing);
            });
        }
        Ok(measured)
    }

    /// Computes frames by ranges, with levels that depend on the highest value of all.
    ///
    /// # Safety
    /// `compute` writes the range's frames to the sink.
    unsafe fn compute_and_raise(
        &self,
        frames: Range<usize>,
        sink: Sink,
        threads: usize,
        compute: impl Fn(Range<usize>, Levels) -> Result<Measured, Error> + Sync,
    ) -> Result<Measured, Error> {
        let Plan { compression, kernel, n_rows, .. } = &self.plan;
        let reference = RunningReference::new();
        let measured = for_ranges(frames.clone(), threads, |range| {
            let levels = compression.levels_so_far(reference.begin(&range));
            let measured = compute(range, levels)?;
            reference.end(measured.highest);
            Ok(measured)
        })?;
        let levels = compression.levels(measured.highest);
        if levels.change(measured.lowest) {
            let end = if compression.subtracts { frames.end } else { reference.unsettled() };
            for_ranges(frames.start..end, threads, |range| {
                // SAFETY: these frames have been written.
                unsafe {
                    for_each_run(sink, *n_rows, range, |values| kernel.apply_levels(values, levels));
                }
                Ok(Measured::NOTHING)
            })?;
        }
        Ok(measured)
    }

    /// Checks the samples that no frame reads.
    fn check_unread<S: Sample>(&self, samples: &[S]) -> Result<(), Error> {
        let framing = &self.plan.framing;
        let n_frames = framing.count(samples.len() as u64);
        let read = if framing.hop > framing.span || n_frames == 0 {
            0
        } else {
            let end = framing.start(n_frames - 1) + framing.span as i64;
            usize::try_from(end).unwrap_or(0).min(samples.len())
        };
        let limit = self.plan.sample_limit;
        // If there is a bad one, the first of all is named.
        check_samples(&samples[read..], limit, read as u64)
            .or_else(|_| check_samples(samples, limit, 0))
    }

    /// The error for a result that is not finite.
    fn overflow<S: Sample>(&self, samples: &[S]) -> Error {
        let limit = self.plan.sample_limit;
        match check_samples(samples, limit, 0) {
            Err(error) => error,
            // The limit is such that this can't be.
            Ok(()) => Error::Sample { index: 0, value: samples[0].to_f32(), limit },
        }
    }
}

impl core::fmt::Debug for MelExtractor {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("MelExtractor")
            .field("config", &self.config)
            .field("instruction_set", &self.instruction_set())
            .finish_non_exhaustive()
    }
}

/// Without threads.
#[cfg(not(feature = "std"))]
fn for_ranges(
    frames: Range<usize>,
    _threads: usize,
    work: impl Fn(Range<usize>) -> Result<Measured, Error>,
) -> Result<Measured, Error> {
    crate::run::in_order(frames, work)
}

fn copy(values: &[f32]) -> Result<Vec<f32>, Error> {
    let mut vector = Vec::new();
    memory::extend(&mut vector, values)?;
    Ok(vector)
}

pub(crate) fn check_room(out: &[f32], expected: usize) -> Result<(), Error> {
    if out.len() < expected {
        return Err(Error::BufferSize { what: "out", expected, actual: out.len() });
    }
    Ok(())
}

/// Calls `each` with every run of values that belong to `frames`.
///
/// # Safety
/// The sink's frames have been written, or are only written to.
pub(crate) unsafe fn for_each_run(
    sink: Sink,
    n_rows: usize,
    frames: Range<usize>,
    mut each: impl FnMut(&mut [f32]),
) {
    let mut run = |start: usize, len: usize| {
        // SAFETY: the caller's.
        each(unsafe { core::slice::from_raw_parts_mut(sink.start.add(start), len) });
    };
    if frames.is_empty() {
    } else if sink.layout == Layout::FrameMajor {
        run(frames.start * n_rows, frames.len() * n_rows);
    } else if frames.len() == sink.n_frames {
        run(0, n_rows * sink.n_frames);
    } else {
        for row in 0..n_rows {
            run(row * sink.n_frames + frames.start, frames.len());
        }
    }
}
