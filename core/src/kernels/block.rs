//! The pipeline over one block of frames, a frame in each lane:
//!
//! ```text
//! transpose the samples, so that a vector holds sample i of each frame
//! if frames are treated one by one:  take off means, pre-emphasize
//! first stage of the transform       (with the window)
//! passes over its columns            powers of the bins
//! for each filter:  energy = Σ weight · power;  store log(energy)
//! if cepstra are wanted:  a matrix product of the logarithms
//! ```
//!
//! All is vertical but the first step. Constants are broadcast; nothing depends on the number of
//! lanes.

use super::ahead::Ahead;
use super::lane::{Lane, Real, audible, inlined};
use super::rows::Rows;
use crate::compress::Levels;
use crate::fft::columns::{self, PassScratch};
#[cfg(feature = "realfft")]
use crate::fft::large_prime::LargePrimeScratch;
use crate::fft::{FftPlan, first};
use crate::measured::MeasuredLanes;
use crate::mel::Filterbank;
use crate::plan::{self, Arena, FrameWork, Plan, Power, Transform};
use crate::scratch::Scratch;
use core::marker::PhantomData;

/// A block's samples, its place in the result, and what was measured on it.
pub(crate) struct Block<'a> {
    /// Sample 0 of the first frame.
    pub source: *const f32,
    /// Samples between frames.
    pub source_stride: usize,
    /// Whether they lie in the signal, where those of the next block follow.
    pub is_in_place: bool,
    /// Frames that are wanted: lanes past them hold anything.
    pub n_frames: usize,
    /// Row 0 of the first frame's result; a row's frames stand together.
    pub out: *mut f32,
    /// Values between rows.
    pub out_stride: usize,
    pub levels: Levels,
    pub measured: MeasuredLanes,
    /// The plan's [`ArenaLayout`](crate::plan::ArenaLayout).
    pub floats: *mut f32,
    pub scratch: PhantomData<&'a mut Scratch>,
    #[cfg(feature = "realfft")]
    pub large_prime: &'a mut LargePrimeScratch,
}

/// The block's stages, each compiled as a function of its own: together they have more live values
/// than any register file holds, and spilling is cheaper by stage.
pub(crate) struct Stages<V: Lane> {
    pub first: FirstStage<V, V>,
    pub columns: Columns<V, V>,
    /// Those in double precision, where the kernel has them.
    pub wide: Option<WideStages<V>>,
    pub bands: unsafe fn(&Plan, &mut Block<'_>, &V),
}

/// The transform's stages in double precision.
pub(crate) struct WideStages<V: Lane> {
    pub first: FirstStage<V, V::Wide>,
    pub columns: Columns<V, V::Wide>,
}

/// [`first::first_stage`], compiled for an instruction set.
type FirstStage<S, V> = unsafe fn(&Engine<V>, bool, Rows<S>, Rows<V>, Rows<V>, Ahead);
/// [`columns::powers`], compiled for an instruction set.
type Columns<S, V> = unsafe fn(&Engine<V>, Rows<V>, &PassScratch<V>, Rows<S>, Ahead);
/// The engine of the transform over lanes of `V`.
pub(crate) type Engine<V> = plan::Engine<FftPlan<<V as Real>::Element>, <V as Real>::Element>;

/// A vector on the stack that makes compilers align the frame: spilled vectors of 32 and 64 bytes
/// then don't cross cache lines.
#[repr(align(64))]
struct Aligned([f32; 16]);

impl Block<'_> {
    /// Whether there is one frame only, whose samples the transform takes as they lie.
    #[inline(always)]
    fn is_single(&self, plan: &Plan) -> bool {
        self.n_frames == 1 && plan.frame_work.is_none()
    }

    /// What the transform takes: the samples side by side, or as they were treated.
    ///
    /// # Safety
    /// As of `rows`.
    #[inline(always)]
    unsafe fn samples<V: Lane>(&self, plan: &Plan) -> Rows<V> {
        let piece = if plan.frame_work.is_some() { plan.layout.frames } else { plan.layout.samples };
        // SAFETY: the caller's.
        unsafe { self.rows(piece) }
    }

    /// # Safety
    /// The scratch was made for the plan, and the rows are used by nobody else.
    #[inline(always)]
    unsafe fn rows<V: Lane>(&self, piece: Arena) -> Rows<V> {
        // SAFETY: pieces lie inside the plan's scratch.
        unsafe { Rows::new(self.floats.add(piece.start), piece.len) }
    }

    /// # Safety
    /// As of `rows`.
    #[inline(always)]
    unsafe fn wide_rows<V: Real<Element = f64>>(&self, piece: Arena) -> Rows<V> {
        // SAFETY: as above; pieces are aligned to cache lines.
        unsafe { Rows::new(self.floats.add(piece.start).cast(), piece.len / 2) }
    }
}

/// Computes one block.
///
/// # Safety
/// The machine has the instruction set of `V`, for which the plan was made; `source` is valid for
/// reads of [`Plan::source_length`] floats for its frames, of which there is one or more; `out` for writes of a vector in each of the
/// plan's rows; the scratch was made for the plan.
#[inline(always)]
pub(crate) unsafe fn compute<V: Lane>(plan: &Plan, block: &mut Block<'_>, stages: &Stages<V>) {
    // SAFETY: the caller's; the plan's pieces have the room that each step says.
    unsafe {
        transpose::<V>(plan, block);
        let energy = match &plan.frame_work {
            Some(work) => treat_frames::<V>(plan, work, block),
            None => V::splat(0.0),
        };
        transform::<V>(plan, block, stages);
        (stages.bands)(plan, block, &energy);
    }
}

/// Computes one stage of a block on what the stages before it left, for the benches.
///
/// # Safety
/// As of [`compute`]; the stages before it were computed with the same scratch and result. The plan is one
/// that [`StageBench`](crate::stages::StageBench) takes.
#[cfg(feature = "stages")]
#[inline(always)]
pub(crate) unsafe fn stage<V: Lane>(
    stage: crate::stages::Stage,
    plan: &Plan,
    block: &mut Block<'_>,
    stages: &Stages<V>,
) {
    use crate::stages::Stage;
    let Transform::Lanes(engine) = &plan.transform else { return };
    // SAFETY: the caller's.
    unsafe {
        match stage {
            Stage::Samples => transpose::<V>(plan, block),
            Stage::First => first_of_block(plan, block, stages, engine),
            Stage::Columns => columns_of_block(plan, block, stages, engine),
            Stage::Filters => {
                let store = rows_after::<V>(block.out, V::N);
                energies(plan, block.rows::<V>(plan.layout.powers), store);
            }
            Stage::Logarithm => {
                let mut store = rows_after::<V>(block.floats.add(plan.layout.tile.start), V::N);
                for mel in 0..plan.n_bands {
                    let (value, _) = plan.compression.apply(V::load(block.out.add(mel * V::N)));
                    store(block.levels.apply(value));
                }
            }
            Stage::Levels => {}
            Stage::Whole => compute(plan, block, stages),
        }
    }
}

/// Lays sample i of the block's frames side by side: it is in row i mod hop, from column i / hop on.
/// So each sample is moved once, though several frames share it. Those of a single frame stay as they
/// are.
///
/// # Safety
/// As of [`compute`].
#[inline(always)]
unsafe fn transpose<V: Lane>(plan: &Plan, block: &Block<'_>) {
    let layout = &plan.layout;
    let (n_rows, row_stride) = (layout.sample_rows, layout.sample_row_stride);
    let n_columns = layout.sample_columns(block.n_frames);
    let n_whole = if layout.last_rows < n_rows { n_columns - 1 } else { n_columns };
    // SAFETY: the piece has `sample_rows` rows of `sample_row_stride` ≥ `columns` floats.
    unsafe {
        let to = block.rows::<V>(layout.samples).as_ptr();
        if block.is_single(plan) {
            // A vector's first lane is the frame's; what the others compute is not wanted.
            let n_fft = plan.framing.n_fft;
            for i in 0..n_fft {
                *to.add(i) = audible(*block.source.add(i));
            }
            to.add(n_fft).write_bytes(0, V::N - 1);
            return;
        }
        let column = |index: usize| block.source.add(index * block.source_stride);
        let mut index = 0;
        while index + V::N <= n_whole && n_rows >= V::N {
            let mut row = 0;
            while row < n_rows {
                // The last step overlaps the one before it.
                let at = row.min(n_rows - V::N);
                V::transpose::<true>(
                    column(index).add(at),
                    block.source_stride,
                    to.add(at * row_stride + index),
                    row_stride,
                );
                row += V::N;
            }
            index += V::N;
        }
        // The last column may be a part of one.
        let rows_of = |index: usize| if index < n_whole { n_rows } else { layout.last_rows };
        while index + 2 <= n_columns {
            let both = rows_of(index + 1);
            V::scatter_pair(column(index), column(index + 1), both, to.add(index), row_stride);
            let rest = to.add(both * row_stride + index);
            V::scatter(column(index).add(both), n_rows - both, rest, row_stride);
            index += 2;
        }
        if index < n_columns {
            V::scatter(column(index), rows_of(index), to.add(index), row_stride);
        }
    }
}

/// Mean and pre-emphasis of each frame by itself, for the transform to window; the energy, if it is wanted.
///
/// # Safety
/// As of [`compute`].
#[inline(always)]
unsafe fn treat_frames<V: Lane>(plan: &Plan, work: &FrameWork, block: &Block<'_>) -> V {
    let span = work.offsets.len();
    let stride = plan.kernel.lanes;
    let zero = V::splat(0.0);
    // SAFETY: there is an offset for each sample of the span; the frames have a row for each and one
    // of zeros after them.
    unsafe {
        let samples = block.rows::<V>(plan.layout.samples);
        let frames = block.rows::<V>(plan.layout.frames);
        let sample = inlined(
            #[inline(always)]
            |i: usize| V::load(samples.at(*work.offsets.get_unchecked(i) as usize)),
        );

        // Four sums, as one would wait for each addition.
        let mut sums = [zero; 4];
        if work.removes_mean {
            for i in 0..span {
                sums[i % 4] = sums[i % 4].add(sample(i));
            }
        }
        let sum = sums[0].add(sums[1]).add(sums[2].add(sums[3]));
        let mean = sum.mul(V::splat(1.0 / span as f32));

        let emphasis = V::splat(work.preemphasis);
        let mut before = sample(0).sub(mean);
        for i in 0..span {
            let value = sample(i).sub(mean);
            before.neg_mul_add(emphasis, value).store(frames.at(i * stride));
            before = value;
        }
        zero.store(frames.at(span * stride));

        let Some(energy) = &work.energy else { return zero };
        let mut sums = [zero; 2];
        for i in 0..span {
            let value = match &energy.window {
                None => sample(i).sub(mean),
                Some(window) => V::load(frames.at(i * stride)).mul(V::splat(*window.get_unchecked(i))),
            };
            sums[i % 2] = value.mul_add(value, sums[i % 2]);
        }
        sums[0].add(sums[1]).mul(V::splat(energy.scale))
    }
}

/// The first stage of the transform, with an aligned stack.
///
/// # Safety
/// As of [`first::first_stage`].
#[inline(always)]
pub(crate) unsafe fn first_stage<S: Lane, V: Real>(
    engine: &Engine<V>,
    is_single: bool,
    samples: Rows<S>,
    columns: Rows<V>,
    direct: Rows<V>,
    mut ahead: Ahead,
) {
    let taps = engine.taps(is_single);
    let aligned = Aligned([0.0; 16]);
    core::hint::black_box(&aligned.0);
    // SAFETY: the caller's.
    unsafe {
        let ask = inlined(
            #[inline(always)]
            || ahead.ask::<S>(),
        );
        first::first_stage(&engine.fft, taps, samples, columns, direct, ask);
    }
}

/// The passes of the transform, with an aligned stack.
///
/// # Safety
/// As of [`columns::powers`].
#[inline(always)]
pub(crate) unsafe fn column_powers<S: Lane, V: Real>(
    engine: &Engine<V>,
    columns: Rows<V>,
    scratch: &PassScratch<V>,
    powers: Rows<S>,
    mut ahead: Ahead,
) {
    let aligned = Aligned([0.0; 16]);
    core::hint::black_box(&aligned.0);
    // SAFETY: the caller's.
    unsafe {
        let ask = inlined(
            #[inline(always)]
            || ahead.ask::<S>(),
        );
        columns::powers(&engine.fft, columns, *scratch, powers, ask);
    }
}

/// The first stage of the transform of a block.
///
/// # Safety
/// As of [`compute`].
#[inline(always)]
unsafe fn first_of_block<V: Lane>(
    plan: &Plan,
    block: &Block<'_>,
    stages: &Stages<V>,
    engine: &Engine<V>,
) {
    // SAFETY: the pieces have the rows that the stage asks for.
    unsafe {
        let columns = block.rows(plan.layout.columns);
        let direct = block.rows(plan.layout.direct);
        (stages.first)(
            engine,
            block.is_single(plan),
            block.samples::<V>(plan),
            columns,
            direct,
            Ahead::samples::<V>(plan, block, engine.fft.n2),
        );
    }
}

/// The passes of the transform of a block.
///
/// # Safety
/// As of [`compute`].
#[inline(always)]
unsafe fn columns_of_block<V: Lane>(
    plan: &Plan,
    block: &Block<'_>,
    stages: &Stages<V>,
    engine: &Engine<V>,
) {
    let layout = &plan.layout;
    // SAFETY: as above.
    unsafe {
        let buffers = [block.rows(layout.passes[0]), block.rows(layout.passes[1])];
        let scratch = PassScratch { buffers, direct: block.rows(layout.direct) };
        (stages.columns)(
            engine,
            block.rows(layout.columns),
            &scratch,
            block.rows::<V>(layout.powers),
            Ahead::result::<V>(plan, block, engine.fft.outputs.len() - 1),
        );
    }
}

/// Powers of the bins.
///
/// # Safety
/// As of [`compute`].
#[inline(always)]
unsafe fn transform<V: Lane>(plan: &Plan, block: &mut Block<'_>, stages: &Stages<V>) {
    let layout = &plan.layout;
    // SAFETY: the pieces have the rows that the stages ask for.
    unsafe {
        let samples = block.samples::<V>(plan);
        let is_single = block.is_single(plan);
        let powers = block.rows::<V>(layout.powers);
        match &plan.transform {
            Transform::Lanes(engine) => {
                first_of_block(plan, block, stages, engine);
                columns_of_block(plan, block, stages, engine);
            }
            Transform::WideLanes(engine) => {
                let columns = block.wide_rows(layout.columns);
                let direct = block.wide_rows(layout.direct);
                let buffers = [block.wide_rows(layout.passes[0]), block.wide_rows(layout.passes[1])];
                debug_assert!(stages.wide.is_some(), "no kernel is chosen that lacks the precision");
                if let Some(wide) = &stages.wide {
                    (wide.first)(
                        engine,
                        is_single,
                        samples,
                        columns,
                        direct,
                        Ahead::samples::<V>(plan, block, engine.fft.n2),
                    );
                    (wide.columns)(
                        engine,
                        columns,
                        &PassScratch { buffers, direct },
                        powers,
                        Ahead::result::<V>(plan, block, engine.fft.outputs.len() - 1),
                    );
                }
            }
            #[cfg(feature = "realfft")]
            Transform::LargePrime(engine) => {
                if let LargePrimeScratch::Single(buffers) = &mut *block.large_prime {
                    engine.fft.powers(engine.taps(is_single), samples, powers, buffers);
                }
            }
            #[cfg(feature = "realfft")]
            Transform::WideLargePrime(engine) => {
                if let LargePrimeScratch::Double(buffers) = &mut *block.large_prime {
                    engine.fft.powers(engine.taps(is_single), samples, powers, buffers);
                }
            }
        }
        match plan.power {
            Power::Squared => {}
            Power::Magnitude { eps } => {
                for bin in 0..plan.n_bins {
                    powers.store(bin, powers.load(bin).add(V::splat(eps)).sqrt());
                }
            }
            Power::Other { half_exponent, eps } => {
                for at in 0..plan.n_bins * V::N {
                    let power = powers.as_ptr().add(at);
                    *power = libm::powf(*power + eps, half_exponent);
                }
            }
        }
    }
}

/// The energy of each band, in order.
///
/// # Safety
/// As of [`compute`].
#[inline(always)]
unsafe fn energies<V: Lane>(plan: &Plan, powers: Rows<V>, mut store: impl FnMut(V)) {
    let zero = V::splat(0.0);
    // SAFETY: as in `bands`.
    unsafe {
        match &plan.filterbank {
            Filterbank::Triangles { first_bin, taps } => {
                let bins = powers.from(*first_bin);
                let mut tap = taps.as_ptr();
                let mut bin = 0;
                let mut falling = zero;
                for segment in 0..=plan.n_bands {
                    let mut rising = zero;
                    while (*tap).segment == segment as u32 {
                        let power = bins.load(bin);
                        rising = power.mul_add(V::splat((*tap).rising), rising);
                        falling = power.mul_add(V::splat((*tap).falling), falling);
                        bin += 1;
                        tap = tap.add(1);
                    }
                    if segment > 0 {
                        store(falling);
                    }
                    falling = rising;
                }
            }
            Filterbank::Rows { spans, weights } => {
                let mut weights = weights.as_ptr();
                for span in spans {
                    let bins = powers.from(span.start as usize);
                    let mut sum = zero;
                    for bin in 0..span.len as usize {
                        sum = bins.load(bin).mul_add(V::splat(*weights.add(bin)), sum);
                    }
                    weights = weights.add(span.len as usize);
                    store(sum);
                }
            }
        }
    }
}

/// Energies of the bands, their logarithms, and the cepstrum, stored in the result. `energy` is that
/// of the frames.
///
/// # Safety
/// As of [`compute`].
#[inline(always)]
pub(crate) unsafe fn bands<V: Lane>(plan: &Plan, block: &mut Block<'_>, energy: V) {
    let aligned = Aligned([0.0; 16]);
    core::hint::black_box(&aligned.0);
    let layout = &plan.layout;
    // SAFETY: taps and spans lie inside the bins; the last tap belongs to no segment; a span's weights follow
    // those of the one before it. The result has a row for each band (and the energy), or the tile has.
    unsafe {
        let powers = block.rows::<V>(layout.powers);
        let tile = block.rows::<V>(layout.cepstrum);
        let (mut to, stride) = match plan.cepstrum {
            Some(_) => (tile.as_ptr(), V::N),
            None => (block.out, block.out_stride),
        };
        if plan.energy_row == Some(0) && plan.cepstrum.is_none() {
            to = to.add(stride);
        }

        let zero = V::splat(0.0);
        // A single frame has one lane of each vector; its logarithms are taken of as many bands as there
        // are lanes.
        let bands_in_lanes = block.n_frames == 1 && V::N > 1 && plan.cepstrum.is_none();
        let mut highest = V::load(block.measured.highest.as_ptr());
        let mut lowest = V::load(block.measured.lowest.as_ptr());
        let mut poison = V::load(block.measured.poison.as_ptr());
        poison = powers.load(0).mul_add(zero, poison);
        poison = energy.mul_add(zero, poison);
        if bands_in_lanes {
            poison = V::splat(first_lane(poison));
        }
        let levels = block.levels;
        let mut finish = inlined(
            #[inline(always)]
            |energy: V| {
                let (value, witness) = plan.compression.apply(energy);
                poison = witness.mul_add(zero, poison);
                highest = highest.max(value);
                let value = levels.apply(value);
                lowest = lowest.min(value);
                value
            },
        );
        if bands_in_lanes {
            // Each band's vector covers the bands that follow, until they are stored; copies of the last
            // fill the last vector.
            energies(plan, powers, rows_after::<V>(to, 1));
            V::splat(*to.add(plan.n_bands - 1)).store(to.add(plan.n_bands));
            for mel in (0..plan.n_bands).step_by(V::N) {
                finish(V::load(to.add(mel))).store(to.add(mel));
            }
        } else {
            let mut store = rows_after::<V>(to, stride);
            let store = inlined(
                #[inline(always)]
                |energy: V| store(finish(energy)),
            );
            energies(plan, powers, store);
        }
        if let Some(matrix) = &plan.cepstrum {
            for (row, weights) in matrix.chunks_exact(plan.n_bands).enumerate() {
                let mut sum = zero;
                for (mel, &weight) in weights.iter().enumerate() {
                    sum = tile.load(mel).mul_add(V::splat(weight), sum);
                }
                poison = sum.mul_add(zero, poison);
                sum.store(block.out.add(row * block.out_stride));
            }
        }
        highest.store(block.measured.highest.as_mut_ptr());
        lowest.store(block.measured.lowest.as_mut_ptr());
        poison.store(block.measured.poison.as_mut_ptr());
        if bands_in_lanes {
            // The lanes are the frame's bands; it is in the first.
            block.measured.merge_into_first(V::N);
        }

        if let Some(row) = plan.energy_row {
            let mut lanes = [0.0; 16];
            energy.store(lanes.as_mut_ptr());
            let at = block.out.add(row * block.out_stride);
            for (lane, &energy) in lanes[..block.n_frames].iter().enumerate() {
                *at.add(lane) = plan.log_energy(energy);
            }
        }
    }
}

/// Stores each value a stride after the one before it.
///
/// # Safety
/// From `to` on there is a vector's room in each row that is stored.
#[inline(always)]
unsafe fn rows_after<V: Lane>(mut to: *mut f32, stride: usize) -> impl FnMut(V) {
    inlined(
        #[inline(always)]
        move |value: V| {
            // SAFETY: the caller's.
            unsafe { value.store(to) };
            to = to.wrapping_add(stride);
        },
    )
}

/// The first of the lanes.
#[inline(always)]
fn first_lane<V: Lane>(values: V) -> f32 {
    let mut lanes = [0.0; 16];
    // SAFETY: no vector has more lanes.
    unsafe { values.store(lanes.as_mut_ptr()) };
    lanes[0]
}

/// Copies a tile, a row of one vector for each band, to frames whose bands stand together.
///
/// # Safety
/// The machine has the instruction set of `V`; `tile` is valid for reads of `n_rows` vectors, `to` for
/// writes of `n_frames` · `n_rows` floats; `n_frames` is at most `N`.
#[inline(always)]
pub(crate) unsafe fn store_frames<V: Lane>(
    tile: *const f32,
    n_rows: usize,
    to: *mut f32,
    n_frames: usize,
) {
    // SAFETY: the caller's.
    unsafe {
        if n_frames == V::N && n_rows >= V::N {
            let mut row = 0;
            while row < n_rows {
                // The last step overlaps the one before it.
                let at = row.min(n_rows - V::N);
                V::transpose::<false>(tile.add(at * V::N), V::N, to.add(at), n_rows);
                row += V::N;
            }
        } else {
            for frame in 0..n_frames {
                for row in 0..n_rows {
                    *to.add(frame * n_rows + row) = *tile.add(row * V::N + frame);
                }
            }
        }
    }
}

/// value / 32,768.
#[inline(always)]
pub(crate) fn convert_i16(from: &[i16], to: &mut [f32]) {
    for (from, to) in from.iter().zip(to) {
        *to = f32::from(*from) * (1.0 / 32_768.0);
    }
}

/// x[i] − c · x[i−1], from the end, as each takes the one before it as it was.
#[inline(always)]
pub(crate) fn emphasize(samples: &mut [f32], coefficient: f32, before: f32) {
    for i in (1..samples.len()).rev() {
        samples[i] -= coefficient * samples[i - 1];
    }
    if let Some(first) = samples.first_mut() {
        *first -= coefficient * before;
    }
}

/// max(y, lowest) − subtracted.
#[inline(always)]
pub(crate) fn apply_levels<V: Lane>(values: &mut [f32], levels: Levels) {
    let n = values.len();
    let start = values.as_mut_ptr();
    let whole = n - n % V::N;
    for at in (0..whole).step_by(V::N) {
        // SAFETY: a whole vector lies inside.
        unsafe { levels.apply(V::load(start.add(at))).store(start.add(at)) };
    }
    for value in &mut values[whole..] {
        *value = value.max(levels.lowest) - levels.subtracted;
    }
}
