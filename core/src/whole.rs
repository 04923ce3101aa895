//! A whole input: its frames in ranges, levels that depend on all of them, and what follows.

use crate::affine::Affine;
use crate::compress::Levels;
use crate::error::Error;
use crate::measured::Measured;
use crate::pcen::Pcen;
use crate::plan::Plan;
use crate::ranges::for_ranges;
use crate::reference::RunningReference;
use crate::resample::window::Resampled;
use crate::run::run;
use crate::scratch::{Scratch, ScratchPool};
use crate::signal::{Sample, Standard, WholeSignal, check_samples};
use crate::sink::Sink;
use core::ops::Range;

/// An input to be computed.
pub(crate) struct WholeInput<'a, S> {
    pub plan: &'a Plan,
    pub pool: &'a ScratchPool,
    pub samples: &'a [S],
    /// How many work at once, where there are threads.
    pub threads: usize,
}

impl<S: Sample> WholeInput<'_, S> {
    /// Writes the whole result, or returns an error.
    ///
    /// # Safety
    /// The sink is valid for writes of all its frames, as many as the plan has for this input.
    pub unsafe fn compute(&self, sink: Sink) -> Result<(), Error> {
        if self.samples.is_empty() {
            return Err(Error::EmptyInput);
        }
        self.check()?;
        if self.plan.stacking.deltas.is_some() {
            // Levels change all that is there, and the rows of deltas are written last.
            // SAFETY: the sink has room for them.
            unsafe { sink.for_each_run(0..sink.n_frames, |values| values.fill(0.0)) };
        }
        // SAFETY: the caller's.
        let measured = unsafe { self.compute_frames(sink)? };
        if !measured.is_finite {
            return Err(self.overflow());
        }
        let Plan { normalization, kernel, framing, pcen, .. } = self.plan;
        if let Some(pcen) = pcen {
            // SAFETY: every frame has been written.
            unsafe { self.divide_by_averages(pcen, sink)? };
        }
        let length = usize::try_from(self.plan.signal_length(self.samples.len() as u64));
        let whole_hops = length.unwrap_or(usize::MAX) / framing.hop;
        // SAFETY: every frame has been written.
        let data =
            unsafe { core::slice::from_raw_parts_mut(sink.start, sink.n_frames * self.plan.n_rows) };
        normalization.apply(kernel, data, &sink, whole_hops);
        if let Some(deltas) = sink.stacking.deltas {
            deltas.apply(data, &sink);
        }
        if let Some(affine) = &self.plan.affine {
            affine.apply(data, sink.layout);
        }
        Ok(())
    }

    /// Turns the energies of all frames into the values of `log` `pcen`.
    ///
    /// # Safety
    /// The sink is valid for reads and writes of all frames.
    unsafe fn divide_by_averages(&self, pcen: &Pcen, sink: Sink) -> Result<(), Error> {
        let mut is_finite = true;
        for row in 0..sink.n_rows {
            let mut before = pcen.start();
            // SAFETY: the caller's.
            unsafe {
                sink.for_each_in_row(row, 0..sink.n_stacked, |value| {
                    *value = pcen.next(*value, &mut before);
                    is_finite &= value.is_finite();
                });
            }
        }
        if is_finite { Ok(()) } else { Err(self.overflow()) }
    }

    /// Writes all frames, those past the input's end too.
    ///
    /// # Safety
    /// As of `compute`.
    unsafe fn compute_frames(&self, sink: Sink) -> Result<Measured, Error> {
        let Self { plan, pool, samples, threads } = *self;
        let frames = 0..plan.framing.count(plan.signal_length(samples.len() as u64));
        let standard = if plan.conditioning.normalize {
            pool.with(plan, |scratch| self.standard(scratch))?
        } else {
            Standard::NONE
        };
        let compute = |range, sink, levels| {
            // SAFETY: the caller's; each range is computed once.
            pool.with(plan, |scratch| unsafe { self.run(standard, scratch, range, sink, levels) })
        };
        let pass =
            |sink, levels| for_ranges(frames.clone(), threads, |range| compute(range, sink, levels));
        let compression = &plan.compression;
        let measured = if !compression.measures {
            pass(Some(sink), compression.levels_beforehand())?
        } else if plan.recipe.bands.mixes() {
            // Made of bands that have their final level: the reference has to be known before, and a pass
            // of its own measures it.
            let levels = compression.levels(pass(None, Levels::NONE)?.highest);
            pass(Some(sink), levels)?
        } else {
            let compute = |range, levels| compute(range, Some(sink), levels);
            // SAFETY: the caller's.
            unsafe { self.compute_and_raise(frames.clone(), sink, compute)? }
        };
        if plan.stacking.is_none() {
            // SAFETY: the sink has room for them.
            unsafe {
                sink.for_each_run(frames.end..sink.n_frames, |values| values.fill(plan.missing));
            }
        }
        // SAFETY: as above. Levels may have changed what was filled before.
        unsafe { sink.fill_edge() };
        Ok(measured)
    }

    /// Computes some frames.
    ///
    /// # Safety
    /// As of [`run`].
    unsafe fn run(
        &self,
        standard: Standard,
        scratch: &mut Scratch,
        frames: Range<usize>,
        sink: Option<Sink>,
        levels: Levels,
    ) -> Result<Measured, Error> {
        let Self { plan, samples, .. } = *self;
        let Plan { conditioning, framing, .. } = plan;
        let Some(design) = &plan.resampling else {
            let signal = WholeSignal::new(self.truncated(), *conditioning, framing, standard);
            // SAFETY: the caller's.
            return Ok(unsafe { run(plan, scratch, &signal, frames, sink, levels) });
        };
        let mut window = scratch.take_window(plan, design)?;
        let source = Resampled::new(design, samples, &mut window, plan.max_length);
        let signal = WholeSignal::new(source, *conditioning, framing, standard);
        // SAFETY: the caller's.
        let measured = unsafe { run(plan, scratch, &signal, frames, sink, levels) };
        scratch.window = Some(window);
        Ok(measured)
    }

    /// The samples up to `max_length`, where they are not resampled.
    fn truncated(&self) -> &[S] {
        let most = usize::try_from(self.plan.max_length).unwrap_or(usize::MAX);
        &self.samples[..self.samples.len().min(most)]
    }

    /// Mean and deviation of the input at the frames' rate.
    fn standard(&self, scratch: &mut Scratch) -> Result<Standard, Error> {
        let Self { plan, samples, .. } = *self;
        let Some(design) = &plan.resampling else {
            return Ok(Standard::of(&self.truncated(), plan.kernel));
        };
        let mut window = scratch.take_window(plan, design)?;
        let source = Resampled::new(design, samples, &mut window, plan.max_length);
        let standard = Standard::of(&source, plan.kernel);
        scratch.window = Some(window);
        Ok(standard)
    }

    /// Computes frames by ranges, with levels that depend on the highest value of all.
    ///
    /// # Safety
    /// `compute` writes the range's frames to the sink.
    unsafe fn compute_and_raise(
        &self,
        frames: Range<usize>,
        sink: Sink,
        compute: impl Fn(Range<usize>, Levels) -> Result<Measured, Error> + Sync,
    ) -> Result<Measured, Error> {
        let Plan { compression, kernel, .. } = self.plan;
        let reference = RunningReference::new();
        let measured = for_ranges(frames.clone(), self.threads, |range| {
            let levels = compression.levels_so_far(reference.begin(&range));
            let measured = compute(range, levels)?;
            reference.end(measured.highest);
            Ok(measured)
        })?;
        let levels = compression.levels(measured.highest);
        if levels.change(measured.lowest) {
            let end = if compression.subtracts { frames.end } else { reference.unsettled() };
            // SAFETY: the sink has room for them.
            unsafe { sink.fill_edge() };
            let end = self.plan.stacking.touched(end, sink.n_frames);
            for_ranges(0..end, self.threads, |range| {
                // SAFETY: these frames have been written.
                unsafe { sink.for_each_run(range, |values| kernel.apply_levels(values, levels)) };
                Ok(Measured::NOTHING)
            })?;
        }
        Ok(measured)
    }

    /// Checks the samples that no frame reads. Before resampling it checks all, as the filters would spread
    /// what is not finite, and before rows are multiplied by what could make them infinite.
    fn check(&self) -> Result<(), Error> {
        let Self { plan, samples, .. } = *self;
        let Plan { framing, sample_limit, resampling, affine, .. } = plan;
        if resampling.is_some() || affine.as_ref().is_some_and(Affine::is_limiting) {
            return check_samples(samples, *sample_limit, 0);
        }
        let n_frames = framing.count(self.truncated().len() as u64);
        let read = if framing.hop > framing.span || n_frames == 0 {
            0
        } else {
            let end = framing.start(n_frames - 1) + framing.span as i64;
            usize::try_from(end).unwrap_or(0).min(self.truncated().len())
        };
        // If there is a bad one, the first of all is named.
        check_samples(&samples[read..], *sample_limit, read as u64)
            .or_else(|_| check_samples(samples, *sample_limit, 0))
    }

    /// The error for a result that is not finite.
    fn overflow(&self) -> Error {
        let limit = self.plan.sample_limit;
        match check_samples(self.samples, limit, 0) {
            Err(error) => error,
            // The limit is such that this can't be.
            Ok(()) => Error::Sample { index: 0, value: self.samples[0].to_f32(), limit },
        }
    }
}
