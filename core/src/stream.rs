//! Live signals: samples in pieces of any size, the same bits as from the whole.

use crate::config::Layout;
use crate::error::Error;
use crate::memory;
use crate::plan::Plan;
use crate::resample::State;
use crate::run::run;
use crate::scratch::Scratch;
use crate::shared::Shared;
use crate::signal::{Conditioner, RecentSignal, Sample, check_samples};
use crate::sink::{Sink, check_room};
use crate::spectrogram::MelSpectrogram;
use crate::stack::{Recent, column};
use alloc::vec::Vec;
use core::ops::Range;

/// One live signal.
///
/// Frames come out as soon as no further sample can change them. Together, the results of all pushes and
/// of [`finish`](Self::finish) have the bits of [`MelExtractor::compute`](crate::MelExtractor::compute) for
/// the whole signal. Memory does not grow with the signal.
///
/// ```
/// use mojo_audio_core::{MelConfig, MelExtractor, config::Reference};
///
/// // Whisper's reference is the maximum of the whole input, which a live signal doesn't have yet.
/// let config = MelConfig { reference: Reference::Fixed, reference_value: 1.5, ..MelConfig::whisper() };
/// let mut stream = MelExtractor::new(&config)?.stream()?;
/// let mut n_frames = 0;
/// for chunk in vec![0.0f32; 16_000].chunks(1000) {
///     n_frames += stream.push(chunk)?.n_frames();
/// }
/// n_frames += stream.finish()?.n_frames();
/// assert_eq!(n_frames, 100);
/// # Ok::<(), mojo_audio_core::Error>(())
/// ```
pub struct MelStream {
    plan: Shared<Plan>,
    layout: Layout,
    scratch: Scratch,
    conditioner: Conditioner,
    /// The latest samples, conditioned; its capacity never changes.
    recent: Vec<f32>,
    /// The first of them that frames to come may need, and its place in the signal. Those before it
    /// are dropped when the room runs out, as moving the rest at every push would take longer.
    needed_from: usize,
    origin: u64,
    /// Used only when the hop is longer than a frame: the next frame's samples, saved because the samples
    /// after them are discarded, and the place of the first.
    held: Vec<f32>,
    held_origin: u64,
    /// The resampling of the input, and how many samples of it were pushed; `resampled` counts those after it,
    /// `received` those of them up to `max_length`.
    resampling: Option<State>,
    pushed: u64,
    resampled: u64,
    received: u64,
    /// Frames of the signal that were computed.
    emitted: usize,
    /// Those of them that stacks still need, if there are stacks.
    stacked: Option<Recent>,
    /// What the average of each row adds to that of the next frame, if `log` is `pcen`.
    averages: Vec<f64>,
    /// Frames of the result that were returned.
    returned: usize,
    is_finished: bool,
}

/// The result of one call.
struct Out<'a> {
    values: &'a mut [f32],
    /// Its first frame, counted from the start of the stream, and how many there are.
    first: usize,
    n_frames: usize,
}

impl MelStream {
    pub(crate) fn new(plan: Shared<Plan>, layout: Layout) -> Result<Self, Error> {
        let framing = &plan.framing;
        // What is kept (see `forget`), and room for the samples of a block.
        let n_fft = framing.n_fft;
        let block = plan.kernel.lanes * framing.hop.min(n_fft);
        let resampling = plan.resampling.as_ref();
        // One sample of the input may become several.
        let at_once = resampling.map_or(0, |design| design.to.div_ceil(design.from) as usize + 2);
        let room = 2 * (n_fft + framing.span) + framing.delay().min(n_fft) + block + 2 + at_once;
        let held = if framing.delay() > n_fft { n_fft } else { 0 };
        let stacked = (!plan.stacking.is_none())
            .then(|| Recent::new(&plan.stacking, plan.recipe.bands.n_rows, plan.kernel.lanes));
        let averaged = if plan.pcen.is_some() { plan.recipe.bands.n_rows } else { 0 };
        let start = plan.pcen.map_or(0.0, |pcen| pcen.start());
        let mut averages = memory::with_capacity(averaged)?;
        averages.resize(averaged, start);
        Ok(Self {
            averages,
            stacked: stacked.transpose()?,
            scratch: Scratch::for_stream(&plan)?,
            conditioner: Conditioner::new(plan.conditioning),
            recent: memory::with_capacity(room)?,
            held: memory::with_capacity(held)?,
            resampling: resampling.map(State::new).transpose()?,
            pushed: 0,
            plan,
            layout,
            needed_from: 0,
            origin: 0,
            held_origin: 0,
            resampled: 0,
            received: 0,
            emitted: 0,
            returned: 0,
            is_finished: false,
        })
    }

    /// Rows of each frame.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let stream = MelExtractor::new(&MelConfig::kaldi_fbank())?.stream()?;
    /// assert_eq!(stream.n_mels(), 80);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn n_mels(&self) -> usize {
        self.plan.n_rows
    }

    /// How far the resampling from `input_rate` reaches beyond a sample's own time, in samples of the input,
    /// rounded up: frames come out that much later. 0 without resampling.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let config = MelConfig { input_rate: Some(48_000), ..MelConfig::kaldi_fbank() };
    /// assert_eq!(MelExtractor::new(&config)?.stream()?.input_latency(), 205); // 4.3 ms
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn input_latency(&self) -> usize {
        self.plan.resampling.as_ref().map_or(0, |design| design.latency() as usize)
    }

    /// Frames that a push of `n_samples` samples will return; none once the stream is finished.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let mut stream = MelExtractor::new(&MelConfig::kaldi_fbank())?.stream()?; // frames of 400, hop 160
    /// assert_eq!((stream.frames_after(399), stream.frames_after(400)), (0, 1));
    /// stream.push(&[0.1f32; 400])?;
    /// assert_eq!(stream.frames_after(160), 1);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn frames_after(&self, n_samples: usize) -> usize {
        // Before the first sample there is no signal, not even the zeros of `pad_start`.
        if self.is_finished || (self.pushed == 0 && n_samples == 0) {
            return 0;
        }
        self.certain(self.received_after(n_samples)) - self.returned
    }

    /// Frames that [`finish`](Self::finish) would return now.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let mut stream = MelExtractor::new(&MelConfig::hifigan())?.stream()?;
    /// let pushed = stream.push(&[0.1f32; 4096])?.n_frames();
    /// // The last frames reach over the end of the signal.
    /// assert_eq!((pushed, stream.frames_at_finish()), (14, 2));
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    #[must_use]
    pub fn frames_at_finish(&self) -> usize {
        if self.pushed == 0 || self.is_finished {
            return 0;
        }
        self.plan.frame_count(self.pushed) - self.returned
    }

    /// Takes any number of samples and returns the `k` frames that they make certain, often none:
    /// (`n_mels`, `k`) or (`k`, `n_mels`), as the option `layout` says.
    ///
    /// # Errors
    /// [`Error::Sample`] with the sample's place since the stream's start, [`Error::Allocation`],
    /// [`Error::Finished`]. After an error nothing has been taken.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let mut stream = MelExtractor::new(&MelConfig::kaldi_fbank())?.stream()?; // frames of 400, hop 160
    /// let mel = stream.push(&[0.1f32; 1000])?; // or i16
    /// assert_eq!((mel.n_mels(), mel.n_frames()), (80, 4));
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn push<S: Sample>(&mut self, samples: &[S]) -> Result<MelSpectrogram, Error> {
        let n_frames = self.frames_after(samples.len());
        self.collect(n_frames, |stream, out| stream.push_into(samples, out))
    }

    /// Like [`push`](Self::push), but writes into the first `n_mels * frames_after(samples.len())` values
    /// of `out`. Returns the number of frames. Doesn't allocate.
    ///
    /// # Errors
    /// Those of `push`, and [`Error::BufferSize`] if `out` is shorter. After an error nothing has been
    /// taken.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let mut stream = MelExtractor::new(&MelConfig::kaldi_fbank())?.stream()?; // frames of 400, hop 160
    /// let chunk = [0.1f32; 160]; // 10 ms
    /// let mut out = vec![0.0; stream.n_mels() * 2]; // more frames than a chunk completes
    /// let mut n_frames = 0;
    /// for _ in 0..100 {
    ///     n_frames += stream.push_into(&chunk, &mut out)?;
    /// }
    /// assert_eq!(n_frames, 98);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn push_into<S: Sample>(&mut self, samples: &[S], out: &mut [f32]) -> Result<usize, Error> {
        if self.is_finished {
            return Err(Error::Finished);
        }
        let n_frames = self.frames_after(samples.len());
        check_room(out, n_frames.saturating_mul(self.plan.n_rows))?;
        check_samples(samples, self.plan.sample_limit, self.pushed)?;
        let mut out = Out { values: out, first: self.returned, n_frames };
        let mut rest = samples;
        while !rest.is_empty() {
            let n_values = self.resampled_after(rest.len()) - self.resampled;
            let room = self.make_room(usize::try_from(n_values).unwrap_or(usize::MAX));
            let (taken, later) = rest.split_at(self.fitting(room, rest.len()));
            let n_values = (self.resampled_after(taken.len()) - self.resampled) as usize;
            self.pushed += taken.len() as u64;
            self.take(n_values, &mut out, |plan, state, to| match (&plan.resampling, state) {
                (Some(design), Some(state)) => {
                    // They have been checked.
                    let written = state.push(design, taken, f32::INFINITY, to);
                    debug_assert_eq!(written, Ok(n_values));
                }
                _ => S::convert(plan.kernel, taken, to),
            });
            rest = later;
        }
        self.apply_affine(out);
        Ok(n_frames)
    }

    /// Ends the signal and returns the frames that reach over its end.
    ///
    /// # Errors
    /// [`Error::EmptyInput`] if there was no sample, [`Error::Allocation`], [`Error::Finished`].
    ///
    /// ```
    /// # use mojo_audio_core::{Error, MelConfig, MelExtractor};
    /// let mut stream = MelExtractor::new(&MelConfig::hifigan())?.stream()?;
    /// stream.push(&[0.1f32; 4096])?;
    /// assert_eq!(stream.finish()?.n_frames(), 2);
    /// assert_eq!(stream.push(&[0.1f32; 4096]), Err(Error::Finished));
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn finish(&mut self) -> Result<MelSpectrogram, Error> {
        let n_frames = self.frames_at_finish();
        self.collect(n_frames, |stream, out| stream.finish_into(out))
    }

    /// Like [`finish`](Self::finish), but writes into the first `n_mels * frames_at_finish()` values of
    /// `out`. Returns the number of frames. Doesn't allocate.
    ///
    /// # Errors
    /// Those of `finish`, and [`Error::BufferSize`] if `out` is shorter; then the stream goes on.
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let mut stream = MelExtractor::new(&MelConfig::hifigan())?.stream()?;
    /// stream.push(&[0.1f32; 4096])?;
    /// let mut out = vec![0.0; stream.n_mels() * stream.frames_at_finish()];
    /// assert_eq!(stream.finish_into(&mut out)?, 2);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn finish_into(&mut self, out: &mut [f32]) -> Result<usize, Error> {
        if self.is_finished {
            return Err(Error::Finished);
        }
        if self.pushed == 0 {
            return Err(Error::EmptyInput);
        }
        let n_frames = self.frames_at_finish();
        check_room(out, n_frames.saturating_mul(self.plan.n_rows))?;
        let mut out = Out { values: out, first: self.returned, n_frames };
        self.finish_resampling(&mut out);
        let count = self.plan.framing.count(self.received);
        let length = self.plan.framing.padded_length(self.received);
        self.emit(count, Some(length), &mut out);
        self.return_stacked(self.plan.stacking.count(count), &mut out);
        let missing = self.plan.missing;
        // SAFETY: the sink has room for these frames.
        unsafe {
            let rest = (self.returned - out.first)..n_frames;
            let sink = Sink { start: out.values.as_mut_ptr(), ..self.sink(&mut out) };
            sink.for_each_run(rest, |values| values.fill(missing));
        }
        self.apply_affine(out);
        self.is_finished = true;
        Ok(n_frames)
    }

    /// Starts again with an empty signal, also after [`finish`](Self::finish).
    ///
    /// ```
    /// # use mojo_audio_core::{MelConfig, MelExtractor};
    /// let mut stream = MelExtractor::new(&MelConfig::kaldi_fbank())?.stream()?; // frames of 400, hop 160
    /// let first = stream.push(&[0.1f32; 400])?;
    /// stream.finish()?;
    /// stream.reset();
    /// assert_eq!(stream.push(&[0.1f32; 400])?, first);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn reset(&mut self) {
        self.conditioner = Conditioner::new(self.plan.conditioning);
        self.recent.clear();
        self.needed_from = 0;
        self.origin = 0;
        self.held.clear();
        if let (Some(design), Some(state)) = (&self.plan.resampling, &mut self.resampling) {
            state.start(design, 0);
        }
        self.pushed = 0;
        self.resampled = 0;
        self.received = 0;
        self.emitted = 0;
        if let Some(stacked) = &mut self.stacked {
            stacked.clear();
        }
        if let Some(pcen) = &self.plan.pcen {
            self.averages.fill(pcen.start());
        }
        self.returned = 0;
        self.is_finished = false;
    }

    /// Frames of the signal whose samples are known.
    fn computable(&self, received: u64) -> usize {
        self.plan.framing.certain(received, self.plan.conditioning.pad_mode)
    }

    /// Frames of the result that are certain.
    fn certain(&self, received: u64) -> usize {
        self.plan.stacking.complete(self.computable(received))
    }

    /// Samples of the signal that frames are cut from, once `n_samples` more of the input are pushed.
    fn received_after(&self, n_samples: usize) -> u64 {
        self.resampled_after(n_samples).min(self.plan.max_length)
    }

    /// The same before `max_length`.
    fn resampled_after(&self, n_samples: usize) -> u64 {
        let pushed = self.pushed.saturating_add(n_samples as u64);
        self.plan.resampling.as_ref().map_or(pushed, |design| design.certain(pushed))
    }

    /// How many of `n_samples` samples of the input can be taken with room for `room` values.
    fn fitting(&self, room: usize, n_samples: usize) -> usize {
        let Some(design) = &self.plan.resampling else {
            return room.min(n_samples);
        };
        // Resampling adds at most two to what the rates make of them.
        let room = (room as u64).saturating_sub(2);
        let fitting = room.saturating_mul(design.from.into()) / u64::from(design.to);
        usize::try_from(fitting).unwrap_or(usize::MAX).clamp(1, n_samples)
    }

    /// Drops what is not needed if there is no room for `n` more values. Returns how many there is room for.
    fn make_room(&mut self, n: usize) -> usize {
        if self.recent.len().saturating_add(n) > self.recent.capacity() {
            self.recent.drain(..self.needed_from);
            self.needed_from = 0;
        }
        self.recent.capacity() - self.recent.len()
    }

    /// Takes the next `n` values of the signal, which `fill` writes and for which there is room, and computes
    /// the frames that they make certain.
    fn take(
        &mut self,
        n: usize,
        out: &mut Out<'_>,
        fill: impl FnOnce(&Plan, Option<&mut State>, &mut [f32]),
    ) {
        let at = self.recent.len();
        self.recent.resize(at + n, 0.0);
        fill(&self.plan, self.resampling.as_mut(), &mut self.recent[at..]);
        self.resampled += n as u64;
        let kept = (n as u64).min(self.plan.max_length - self.received);
        self.recent.truncate(at + kept as usize);
        self.conditioner.condition(self.plan.kernel, &mut self.recent[at..]);
        self.received += kept;
        let computable = self.computable(self.received);
        self.emit(computable, None, out);
        self.forget();
    }

    /// Takes what follows the last sample of a resampled input.
    fn finish_resampling(&mut self, out: &mut Out<'_>) {
        let design = self.plan.resampling.as_ref();
        let length = design.map_or(self.pushed, |design| design.output_length(self.pushed));
        while self.resampled < length {
            let missing = usize::try_from(length - self.resampled).unwrap_or(usize::MAX);
            let n = self.make_room(missing).min(missing);
            self.take(n, out, |plan, state, to| {
                if let (Some(design), Some(state)) = (&plan.resampling, state) {
                    state.finish(design, to);
                }
            });
        }
    }

    fn collect(
        &mut self,
        n_frames: usize,
        fill: impl FnOnce(&mut Self, &mut [f32]) -> Result<usize, Error>,
    ) -> Result<MelSpectrogram, Error> {
        let mut data = memory::filled(n_frames.saturating_mul(self.plan.n_rows), 0.0)?;
        let n_frames = fill(self, &mut data)?;
        Ok(MelSpectrogram { data, n_mels: self.plan.n_rows, n_frames, layout: self.layout })
    }

    /// Applies the means and factors of rows to the result of a call.
    fn apply_affine(&self, out: Out<'_>) {
        if let Some(affine) = &self.plan.affine {
            affine.apply(&mut out.values[..out.n_frames * self.plan.n_rows], self.layout);
        }
    }

    /// The memory for frames as they are computed.
    fn sink(&self, out: &mut Out<'_>) -> Sink {
        let before = match self.layout {
            Layout::MelMajor => out.first,
            Layout::FrameMajor => out.first.wrapping_mul(self.plan.n_rows),
        };
        let start = out.values.as_mut_ptr().wrapping_sub(before);
        Sink::plain(start, self.plan.n_rows, out.n_frames, self.layout)
    }

    /// Computes the frames up to `end`; `length` is that of the signal once it is known.
    fn emit(&mut self, end: usize, length: Option<u64>, out: &mut Out<'_>) {
        let end = end.max(self.emitted);
        let stacking = self.plan.stacking;
        while self.emitted < end {
            let Some(stacked) = &mut self.stacked else {
                let sink = self.sink(out);
                self.compute(self.emitted..end, length, sink);
                self.returned = end;
                return;
            };
            let n = (end - self.emitted).min(self.plan.kernel.lanes);
            let n_rows = self.plan.recipe.bands.n_rows;
            let values = stacked.add(&stacking, self.returned, n);
            let start = values.as_mut_ptr().wrapping_sub(self.emitted.wrapping_mul(n_rows));
            let sink = Sink::plain(start, n_rows, n, Layout::FrameMajor);
            self.compute(self.emitted..self.emitted + n, length, sink);
            self.return_stacked(stacking.complete(self.emitted), out);
        }
    }

    /// Writes the stacks before `end`, if there are stacks.
    fn return_stacked(&mut self, end: usize, out: &mut Out<'_>) {
        let Some(stacked) = &mut self.stacked else { return };
        for frame in self.returned..end {
            let place = column(self.layout, frame - out.first, self.plan.n_rows, out.n_frames);
            stacked.write(&self.plan.stacking, frame, out.values, place);
        }
        self.returned = self.returned.max(end);
    }

    /// Computes the next frames.
    fn compute(&mut self, frames: Range<usize>, length: Option<u64>, sink: Sink) {
        let signal = RecentSignal {
            samples: &self.recent[self.needed_from..],
            origin: self.origin,
            held: &self.held,
            held_origin: self.held_origin,
            length,
            pad_mode: self.plan.conditioning.pad_mode,
        };
        let levels = self.plan.compression.levels_beforehand();
        self.emitted = frames.end;
        // SAFETY: `push_into` and `finish_into` have checked that there is room for these frames. As
        // no sample is above the limit, nothing can overflow.
        unsafe { run(&self.plan, &mut self.scratch, &signal, frames.clone(), Some(sink), levels) };
        let Some(pcen) = &self.plan.pcen else { return };
        for (row, before) in self.averages.iter_mut().enumerate() {
            // SAFETY: as above; these frames have been written.
            unsafe {
                sink.for_each_in_row(row, frames.clone(), |value| *value = pcen.next(*value, before));
            }
        }
    }

    /// Lets go the samples that no frame to come reads, nor the mirror at the end of the signal.
    fn forget(&mut self) {
        let framing = &self.plan.framing;
        let next = if framing.is_end(self.emitted) {
            self.received
        } else {
            u64::try_from(framing.start(self.emitted)).unwrap_or(0)
        };
        let mirrored = self.received.saturating_sub((framing.n_fft + framing.span) as u64);
        let mut from = next.min(mirrored).max(self.origin);
        if next.saturating_add(framing.n_fft as u64) <= mirrored {
            // Only this frame is needed of what precedes the mirror: the next one has not begun.
            if next >= self.origin {
                let at = self.needed_from + (next - self.origin) as usize;
                self.held.clear();
                self.held.extend_from_slice(&self.recent[at..at + framing.n_fft]);
                self.held_origin = next;
            }
            from = mirrored;
        }
        self.needed_from += (from - self.origin) as usize;
        self.origin = from;
    }
}

impl core::fmt::Debug for MelStream {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("MelStream")
            .field("received", &self.received)
            .field("emitted", &self.emitted)
            .field("is_finished", &self.is_finished)
            .finish_non_exhaustive()
    }
}
