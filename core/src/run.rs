//! Runs the kernels over a range of frames, block by block.

use crate::block::Block;
use crate::block::single::Single;
use crate::compress::Levels;
use crate::measured::{Measured, MeasuredLanes};
use crate::memory::AlignedBuffer;
use crate::plan::Plan;
use crate::scratch::Scratch;
use crate::signal::Signal;
use crate::sink::{Sink, Tile};
use core::marker::PhantomData;
use core::ops::Range;

/// Computes `frames` of the signal; without a sink, only to measure them.
///
/// All frames of silence have the same samples, so the same bits: one is computed and then repeated.
///
/// # Safety
/// The sink is valid for writes of these frames; the scratch was made for the plan.
pub(crate) unsafe fn run(
    plan: &Plan,
    scratch: &mut Scratch,
    signal: &impl Signal,
    frames: Range<usize>,
    sink: Option<Sink>,
    levels: Levels,
) -> Measured {
    let silent = signal.silent_frames(&plan.framing);
    let from = silent.start.clamp(frames.start, frames.end);
    let to = silent.end.clamp(from, frames.end);
    let block = Block {
        source: core::ptr::null(),
        source_stride: 0,
        is_in_place: false,
        out: core::ptr::null_mut(),
        out_stride: 0,
        levels,
        measured: MeasuredLanes::NOTHING,
        floats: scratch.floats.as_mut_ptr(),
        n_floats: plan.recipe.scratch,
        scratch: PhantomData,
    };
    let floats = scratch.single.as_mut().map(AlignedBuffer::as_mut_ptr);
    let single = plan.recipe.single().zip(floats);
    let mut pass = Pass { plan, signal, sink, single, block, measured: Measured::NOTHING };
    // SAFETY: the caller's.
    unsafe {
        if from < to {
            pass.compute(frames.start..from);
            pass.repeat(from..to);
            pass.compute(to..frames.end);
        } else {
            pass.compute(frames);
        }
    }
    if plan.compression.limits() {
        return plan.compression.limited(pass.measured, levels);
    }
    pass.measured
}

/// One pass over some frames.
struct Pass<'a, S> {
    plan: &'a Plan,
    signal: &'a S,
    sink: Option<Sink>,
    /// What frames are computed by that come one at a time, and its scratch.
    single: Option<(&'a Single, *mut f32)>,
    block: Block<'a>,
    measured: Measured,
}

impl<S: Signal> Pass<'_, S> {
    /// Computes `frames`, in blocks as wide as the kernel, or alone if they are few.
    ///
    /// # Safety
    /// As of [`run`].
    unsafe fn compute(&mut self, frames: Range<usize>) {
        let lanes = self.plan.kernel.lanes;
        // A block takes as long as some frames on their own.
        if let (true, Some(sink)) = (self.single.is_some(), self.sink)
            && frames.len() <= (lanes / 4).clamp(1, 3)
        {
            // Nothing is measured of live signals, which can't overflow.
            for frame in frames {
                // SAFETY: the caller's.
                unsafe { self.alone(frame, sink) };
            }
            return;
        }
        let whole = frames.start + frames.len() / lanes * lanes;
        for frame in (frames.start..whole).step_by(lanes) {
            // SAFETY: the caller's.
            unsafe { self.block(frame, lanes, self.sink) };
        }
        self.measure(lanes);
        // Lanes past the end are not to be measured.
        if whole < frames.end {
            // SAFETY: the caller's.
            unsafe { self.block(whole, frames.end - whole, self.sink) };
            self.measure(frames.end - whole);
        }
    }

    /// Computes the first of `frames`, which all have the same samples.
    ///
    /// # Safety
    /// As of [`run`]; there is a frame or more.
    unsafe fn repeat(&mut self, frames: Range<usize>) {
        // SAFETY: the caller's; without a sink, the values stay in the tile.
        unsafe {
            self.block(frames.start, 1, None);
            self.measure(1);
            if let Some(sink) = self.sink {
                sink.repeat(frames, self.tile(self.plan.kernel.lanes, 1));
            }
        }
    }

    /// Takes over what was measured in the first `n` lanes.
    fn measure(&mut self, n: usize) {
        let measured = core::mem::replace(&mut self.block.measured, MeasuredLanes::NOTHING);
        self.measured = self.measured.and(measured.first(n));
    }

    /// Where frames are stored that can't be stored in place.
    fn tile(&self, stride: usize, n_frames: usize) -> Tile {
        let start = self.block.floats.wrapping_add(self.plan.recipe.tile.start);
        Tile { start, stride, n_frames }
    }

    /// Computes `n` frames from `frame` on, at most a block, and stores them in the sink, if any.
    ///
    /// # Safety
    /// As of [`run`].
    unsafe fn block(&mut self, frame: usize, n: usize, sink: Option<Sink>) {
        let plan = self.plan;
        let lanes = plan.kernel.lanes;
        let tile = self.tile(lanes, n);
        let in_place = sink.filter(|_| n == lanes).and_then(|sink| sink.in_place(frame));
        // SAFETY: gathered samples have their own piece of the scratch, and so has a tile, which is
        // written after they were read; a whole block of a mel-major result is stored in place.
        unsafe {
            self.take_source(frame, n, lanes);
            (self.block.out, self.block.out_stride) = in_place.unwrap_or((tile.start, lanes));
            plan.kernel.block(&plan.recipe, &mut self.block);
            if plan.compression.limits() {
                limit(plan, self.block.levels, self.block.out, self.block.out_stride, n);
            }
            if let (Some(sink), None) = (sink, in_place) {
                sink.store(plan.kernel, frame, tile);
            }
        }
    }

    /// Computes one frame on its own and stores it.
    ///
    /// # Safety
    /// As of [`run`].
    unsafe fn alone(&mut self, frame: usize, sink: Sink) {
        let plan = self.plan;
        let tile = self.tile(1, 1);
        // SAFETY: the caller's; a tile has room for the rows of a frame.
        unsafe {
            self.take_source(frame, 1, 1);
            if let Some((single, floats)) = self.single {
                let (bands, source) = (&plan.recipe.bands, self.block.source);
                plan.kernel.single(single, bands, floats, source, tile.start, self.block.levels);
                if plan.compression.limits() {
                    limit(plan, self.block.levels, tile.start, tile.stride, 1);
                }
                sink.repeat(frame..frame + 1, tile);
            }
        }
    }

    /// Finds the samples of `n` frames from `frame` on: in place, or gathered in the scratch, where zeros
    /// follow them up to `room` frames.
    ///
    /// # Safety
    /// As of [`run`].
    unsafe fn take_source(&mut self, frame: usize, n: usize, room: usize) {
        let Self { plan, signal, block, .. } = self;
        let framing = &plan.framing;
        let start = framing.start(frame);
        if let Some(samples) = signal.direct(start, plan.source_length(room, framing.hop)) {
            (block.source, block.source_stride) = (samples.as_ptr(), framing.hop);
            block.is_in_place = true;
            return;
        }
        let piece = plan.recipe.gathered;
        let stride = plan.recipe.samples.rows;
        // SAFETY: the caller's; the piece has room for a whole block, and nobody else uses it now.
        let gathered = unsafe {
            let to = block.floats.add(piece.start);
            let (len, all) = (plan.source_length(n, stride), plan.source_length(room, stride));
            to.add(len).write_bytes(0, all - len);
            core::slice::from_raw_parts_mut(to, len)
        };
        if framing.hop > stride {
            for (index, to) in gathered.chunks_exact_mut(stride).enumerate() {
                signal.fill(plan.kernel, framing.start(frame + index), to);
            }
        } else {
            signal.fill(plan.kernel, start, gathered);
        }
        (block.source, block.source_stride) = (gathered.as_ptr(), stride);
        block.is_in_place = false;
    }
}

/// Limits the bands of `n` frames, whose rows start at `start`, `stride` apart. Not generic and never inlined, as it would
/// be in the passes of every kind of signal.
///
/// # Safety
/// These frames have been computed with these levels, and nobody else uses them now.
#[inline(never)]
unsafe fn limit(plan: &Plan, levels: Levels, start: *mut f32, stride: usize, n: usize) {
    let (highest, bands) = (plan.compression.highest(levels), &plan.recipe.bands);
    for row in (0..bands.n_rows).filter(|row| bands.energy_row != Some(*row)) {
        // SAFETY: the caller's.
        let values = unsafe { core::slice::from_raw_parts_mut(start.wrapping_add(row * stride), n) };
        values.iter_mut().for_each(|value| *value = value.min(highest));
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use crate::config::{Layout, MelConfig, PadMode};
    use crate::kernels::{InstructionSet, Kernel};
    use crate::plan::Overrides;
    use crate::signal::{Sample, Source, Standard, WholeSignal};
    use std::vec::Vec;

    /// A signal that doesn't say where it is silent.
    struct Unsaid<S>(WholeSignal<S>);

    impl<S: Source> Signal for Unsaid<S> {
        fn length(&self) -> u64 {
            self.0.length()
        }
        fn silent_from(&self) -> u64 {
            u64::MAX
        }
        fn pad_mode(&self) -> PadMode {
            self.0.pad_mode()
        }
        fn direct(&self, start: i64, len: usize) -> Option<&[f32]> {
            self.0.direct(start, len)
        }
        fn copy(&self, kernel: &Kernel, start: u64, to: &mut [f32]) {
            self.0.copy(kernel, start, to);
        }
    }

    /// All frames and what was measured, in ranges of this length.
    fn compute(
        plan: &Plan,
        layout: Layout,
        signal: &impl Signal,
        n_frames: usize,
        range: usize,
    ) -> (Vec<u32>, Vec<[u32; 3]>) {
        let mut scratch = Scratch::new(plan).unwrap();
        let mut values = std::vec![f32::NAN; n_frames * plan.n_rows];
        let mut measured = Vec::new();
        let levels = [
            plan.compression.levels_beforehand(),
            Levels { lowest: -2.0, subtracted: 0.0 },
            Levels { lowest: f32::NEG_INFINITY, subtracted: 0.25 },
        ];
        for (start, levels) in (0..n_frames).step_by(range).zip(levels.into_iter().cycle()) {
            let frames = start..n_frames.min(start + range);
            let sink = Sink::plain(values.as_mut_ptr(), plan.n_rows, n_frames, layout);
            for sink in [None, Some(sink)] {
                // SAFETY: the sink has room for all frames; the scratch is the plan's.
                let found = unsafe { run(plan, &mut scratch, signal, frames.clone(), sink, levels) };
                let finite = u32::from(found.is_finite);
                measured.push([found.highest.to_bits(), found.lowest.to_bits(), finite]);
            }
        }
        (values.iter().map(|value| value.to_bits()).collect(), measured)
    }

    fn check<S: Sample>(config: &MelConfig, set: InstructionSet, samples: &[S]) {
        let overrides = Overrides { instruction_set: Some(set), ..Overrides::default() };
        let plan = Plan::new(config, &overrides).unwrap();
        let standard = match plan.conditioning.normalize {
            true => Standard::of(&samples, plan.kernel),
            false => Standard::NONE,
        };
        let signal = WholeSignal::new(samples, plan.conditioning, &plan.framing, standard);
        let n_frames = plan.framing.count(samples.len() as u64);
        let silent = signal.silent_frames(&plan.framing);
        assert!(silent.start < n_frames, "{config:?}: there is no silence to be repeated");
        let mut frame = std::vec![f32::NAN; plan.framing.n_fft];
        for silent in silent.clone().take_while(|frame| *frame < n_frames) {
            signal.fill(plan.kernel, plan.framing.start(silent), &mut frame);
            assert!(frame.iter().all(|sample| sample.to_bits() == 0), "{config:?}, frame {silent}");
        }
        let unsaid = Unsaid(WholeSignal::new(samples, plan.conditioning, &plan.framing, standard));
        for layout in [Layout::MelMajor, Layout::FrameMajor] {
            for range in [7, usize::MAX] {
                let said = compute(&plan, layout, &signal, n_frames, range);
                let unsaid = compute(&plan, layout, &unsaid, n_frames, range);
                let what = std::format!("{set:?}, {layout:?}, ranges of {range}: {config:?}");
                let differs = said.0.iter().zip(&unsaid.0).position(|(said, unsaid)| said != unsaid);
                assert_eq!(differs, None, "a value differs, silent {silent:?}, {what}");
                assert_eq!(said.1, unsaid.1, "{what}");
            }
        }
    }

    #[test]
    fn silence_has_the_bits_of_computed_frames() {
        let mut state = 1u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as i16 / 4
        };
        let integers: Vec<i16> = (0..1_700).map(|_| noise()).collect();
        let floats: Vec<f32> = integers.iter().map(|&sample| f32::from(sample) / 30_000.0).collect();
        let padded = ("pad_to", "6000");
        let ways: &[(&str, &[(&str, &str)])] = &[
            ("whisper", &[padded]),
            ("whisper", &[("pad_end", "4000")]),
            ("whisper", &[("pad_end", "900"), ("pad_to", "4001"), ("drop_last_frame", "false")]),
            ("whisper", &[padded, ("pad_mode", "constant"), ("drop_last_frame", "false")]),
            ("whisper", &[padded, ("pad_mode", "replicate"), ("drop_last_frame", "false")]),
            ("whisper", &[padded, ("pad_mode", "symmetric"), ("drop_last_frame", "false")]),
            // So little padding that the last frames show the mirrored sound.
            ("whisper", &[("pad_to", "2120"), ("hop_length", "10"), ("drop_last_frame", "false")]),
            ("whisper", &[padded, ("preemphasis", "0.97")]),
            ("whisper", &[padded, ("preemphasis", "0.97"), ("dither", "0.01")]),
            ("whisper", &[padded, ("normalize_input", "true")]),
            ("whisper", &[padded, ("n_fft", "509"), ("hop_length", "100")]),
            ("whisper", &[padded, ("n_fft", "64"), ("hop_length", "100"), ("n_mels", "8")]),
            ("whisper", &[padded, ("n_mfcc", "13"), ("precision", "double")]),
            ("whisper", &[padded, ("reference", "fixed"), ("subtract_reference", "true")]),
            ("librosa", &[padded]),
            ("librosa", &[("pad_to", "20000"), ("log", "db"), ("power", "1.5"), ("log_floor", "1e-9")]),
            ("torchaudio", &[padded, ("power", "1"), ("magnitude_eps", "1e-6")]),
            ("kaldi-fbank", &[padded, ("snip_edges", "false")]),
            ("kaldi-fbank", &[padded, ("dither", "1"), ("use_energy", "true")]),
            (
                "kaldi-fbank",
                &[padded, ("n_mfcc", "13"), ("use_energy", "true"), ("raw_energy", "false")],
            ),
            ("parakeet", &[padded]),
            ("hifigan", &[("pad_to", "9000")]),
        ];
        for (preset, options) in ways {
            let mut config = MelConfig::preset(preset).unwrap();
            for (option, value) in *options {
                config.set(option, value).unwrap();
            }
            for set in InstructionSet::available() {
                check(&config, set, &floats);
                check(&config, set, &integers);
            }
        }
    }

    #[test]
    fn padding_to_thirty_seconds_is_silence() {
        let config = MelConfig { pad_to: Some(480_000), ..MelConfig::whisper() };
        let plan = Plan::new(&config, &Overrides::default()).unwrap();
        let samples = std::vec![0.5f32; 80_000];
        let signal = WholeSignal::new(&samples[..], plan.conditioning, &plan.framing, Standard::NONE);
        // Frame t reads 400 samples from 160 t − 200 on.
        let silent = signal.silent_frames(&plan.framing);
        assert_eq!((silent.start, silent.end.min(3_000)), (502, 3_000));
    }
}
