//! One frame on its own, as live signals have them: the lanes are inside the frame.
//!
//! ```text
//! window    of the samples, in their order (after the treatment of the frame)
//! first     lanes are neighbouring transforms of the first stage
//! columns   transposed, so that lanes are neighbouring columns
//! powers    one after the other
//! bands     filters a number at a time; logarithms of as many bands as there are lanes
//! ```
//!
//! Transform and logarithm are the functions that blocks are computed by, with other tables, and every number
//! comes from the same operations: so the bits are those of a block.

use super::Recipe;
use super::ahead::Ahead;
use super::bands::{Bands, Energies};
use super::frames::{Frames, Treatment};
use super::pieces::{Piece, Pieces};
use super::spectrum::{Engine, FLOAT, Power, Stages, Transform};
use crate::compress::Levels;
use crate::error::Error;
use crate::fft::{FftPlan, Kind};
use crate::lanes::rows::Rows;
use crate::lanes::{Complex, Lane, Real};
use crate::mel::Tap;
use crate::memory;
use alloc::vec::Vec;

/// Vectors of bands whose logarithms are computed side by side.
const GROUP: usize = 2;

/// The plan for one frame.
pub(crate) struct Single {
    n_fft: usize,
    /// What is done to the frame before the window.
    treatment: Option<Treatment>,
    /// The weight of each sample.
    window: Vec<f32>,
    /// Transforms of the first stage, as many in a vector as it has lanes.
    first: Engine<FftPlan<f32>, f32>,
    /// The passes over vectors of columns.
    columns: Engine<FftPlan<f32>, f32>,
    n1: usize,
    n2: usize,
    /// Vectors of columns.
    vectors: usize,
    /// Twiddles between the stages: for each vector of transforms, cosines and sines of columns 1 and up; empty where
    /// column 0 is packed.
    turns: Vec<f32>,
    /// Whether the passes store powers.
    has_powers: bool,
    /// Elements that hold outputs k and n2 − k of the packed column.
    pairs: Vec<[usize; 2]>,
    power: Power,
    taps: Vec<Tap>,
    /// The matrix of the cepstrum, transposed: rows of whole vectors for each band.
    cepstrum: Vec<f32>,
    n_bands: usize,
    n_rows: usize,
    layout: Layout,
    /// Floats of the scratch, which must be zeros at first.
    pub scratch: usize,
}

/// Pieces of the scratch.
struct Layout {
    treated: Piece,
    windowed: Piece,
    /// Windowed samples as the packed order takes them: those n1 apart are neighbours, twice.
    shuffled: Piece,
    shuffled_stride: usize,
    first: Piece,
    direct: Piece,
    columns: Piece,
    powers: Piece,
    /// Real and imaginary parts of the packed column, in order and reversed, then the powers of both columns.
    packed: [Piece; 4],
    packed_powers: [Piece; 2],
    energies: Piece,
    values: Piece,
}

impl Single {
    /// The transform of a recipe whose frames can be computed alone; none where a block is as good, or where sums
    /// over the frame would be other ones.
    pub fn engine(recipe: &Recipe) -> Option<&Engine<FftPlan<f32>, f32>> {
        let Transform::Lanes(engine) = &recipe.spectrum.transform else { return None };
        let lanes = recipe.spectrum.lanes();
        let fft = &engine.fft;
        let has_stages = [8, 16].contains(&fft.n1);
        let fits = !fft.is_packed || (fft.n1 >= lanes && fft.n2 >= lanes);
        let has_power = recipe.spectrum.power.is_for_single();
        let has_energy = recipe.bands.energy_row.is_some();
        (lanes > 1 && has_stages && fits && has_power && !has_energy).then_some(engine)
    }

    /// For frames of a recipe, with its transform.
    pub fn new(recipe: &Recipe, engine: &Engine<FftPlan<f32>, f32>) -> Result<Self, Error> {
        let lanes = recipe.spectrum.lanes();
        let fft = &engine.fft;
        let (n1, n2) = (fft.n1, fft.n2);
        let treatment = recipe.frames.as_ref().map(Frames::treatment);
        let n_fft = n1 * n2;
        let groups = n2.div_ceil(lanes);
        let vectors = fft.columns.div_ceil(lanes);
        let bands = &recipe.bands;

        let mut pieces = Pieces::default();
        let shuffled_stride = (2 * n2 + lanes).next_multiple_of(16);
        let coefficients = bands.cepstrum.as_ref().map_or(0, |_| bands.n_rows.next_multiple_of(lanes));
        let padded = |n: usize| n + 2 * lanes;
        // A column that is not packed has rows of its own for the last output, too.
        let first_pitch = if fft.is_packed { n1 + 1 } else { n1 + 3 };
        let power = recipe.spectrum.power;
        let has_powers = !fft.is_packed && matches!(power, Power::Squared);
        let layout = Layout {
            treated: pieces.piece(treatment.map_or(0, |_| padded(n_fft + 1))),
            windowed: pieces.piece(padded(n_fft)),
            shuffled: pieces.piece(if fft.is_packed { n1 * shuffled_stride } else { 0 }),
            shuffled_stride,
            // Transpositions read whole vectors of rows.
            first: pieces.piece((groups * first_pitch + 2 * lanes) * lanes),
            direct: pieces.piece(fft.direct_rows() * lanes),
            columns: pieces.piece(groups * lanes * (2 * vectors + 1) * lanes),
            powers: pieces.piece(if has_powers { 0 } else { padded(n2 * vectors * lanes) }),
            packed: core::array::from_fn(|_| pieces.piece(padded(n2))),
            packed_powers: core::array::from_fn(|_| pieces.piece(padded(n2))),
            energies: pieces.piece(padded(bands.n_bands).next_multiple_of(GROUP * lanes)),
            values: pieces.piece(padded(bands.n_bands).next_multiple_of(GROUP * lanes) + coefficients),
        };

        let mut window = memory::filled(n_fft + lanes, 0.0)?;
        engine.each_weight(|sample, weight| window[sample] = weight);
        if let Some(Treatment { span, .. }) = treatment {
            window[span..].fill(0.0);
        }

        // Input j of transforms b, b + 1 …: neighbours among the windowed samples, or in a row of the shuffled.
        let mut offsets = memory::with_capacity(groups * n1)?;
        for group in 0..groups {
            let b = group * lanes;
            for j in 0..n1 {
                let float = if fft.is_packed {
                    let (row, at) = (n2 * j % n1, n2 * j / n1 % n2);
                    layout.shuffled.start + row * shuffled_stride + at + b
                } else {
                    layout.windowed.start + n2 * j + b
                };
                offsets.push(FLOAT * float as u32);
            }
        }
        let ones = memory::filled(groups * n1, 1.0)?;

        let pitch = 2 * vectors + 1;
        let mut turns = Vec::new();
        if !fft.is_packed {
            let turned = fft.columns - 1;
            turns = memory::filled(groups * turned * 2 * lanes, 0.0)?;
            for (i, &[re, im]) in fft.turns.iter().enumerate() {
                let (b, c) = (i / turned, i % turned);
                let at = (b / lanes * turned + c) * 2 * lanes + b % lanes;
                (turns[at], turns[at + lanes]) = (re, im);
            }
        }
        let mut pairs = memory::with_capacity(fft.pairs.len())?;
        pairs.extend(fft.pairs.iter().map(|pair| pair.map(|row| row as usize / fft.pitch)));

        // From a bin's row in a block to its number here.
        let place = |tap: &Tap| {
            let row = recipe.spectrum.row_of(tap.index() as usize);
            let (element, row) = (row / fft.pitch, row % fft.pitch);
            if fft.is_packed && row < 2 {
                // Element 0 has output 0.
                let output = pairs.iter().position(|pair| pair[0] == element).map_or(0, |k| k + 1);
                layout.packed_powers[row].start + output
            } else if has_powers {
                let column = row / 2;
                let vector = element * pitch + column / lanes * 2;
                layout.columns.start + vector * lanes + column % lanes
            } else {
                layout.powers.start + element * vectors * lanes + row / 2
            }
        };
        let mut taps = memory::with_capacity(bands.filterbank.taps.len())?;
        for tap in &bands.filterbank.taps {
            taps.push(Tap { place: Tap::place(place(tap) as u32, tap.is_last()), ..*tap });
        }
        let kind = if has_powers { Kind::Power } else { Kind::Plain };
        let mut cepstrum = Vec::new();
        if let Some(matrix) = &bands.cepstrum {
            cepstrum = memory::filled(bands.n_bands * coefficients, 0.0)?;
            for (row, weights) in matrix.chunks_exact(bands.n_bands).enumerate() {
                for (mel, weight) in weights.iter().enumerate() {
                    cepstrum[mel * coefficients + row] = *weight;
                }
            }
        }
        Ok(Self {
            n_fft,
            treatment,
            window,
            first: Engine::of(FftPlan::of_first(n1, groups, first_pitch), offsets, ones),
            columns: Engine::of(fft.of_columns(pitch, vectors, kind)?, Vec::new(), Vec::new()),
            n1,
            n2,
            vectors,
            turns,
            has_powers,
            pairs,
            power,
            taps,
            cepstrum,
            n_bands: bands.n_bands,
            n_rows: bands.n_rows,
            layout,
            scratch: pieces.total,
        })
    }

    /// Computes the rows of one frame.
    ///
    /// # Safety
    /// The machine has the instruction set of `V`, for which this was made; `source` is valid for reads of the
    /// samples of a frame, `out` for writes of its rows; `bands` are those of the recipe; `floats` are the scratch,
    /// which nobody else uses now.
    #[inline(always)]
    pub unsafe fn compute<V: Lane>(
        &self,
        bands: &Bands,
        floats: *mut f32,
        source: *const f32,
        out: *mut f32,
        levels: Levels,
        stages: &Stages<V>,
    ) {
        // SAFETY: the caller's; pieces have the room that each step says.
        unsafe {
            let rows = |piece: Piece| Rows::<V>::new(floats.add(piece.start), piece.len);
            let direct = rows(self.layout.direct);
            self.window::<V>(source, floats);
            let all = Rows::<V>::new(floats, self.layout.values.start + self.layout.values.len);
            (stages.first)(&self.first, all, rows(self.layout.first), direct, Ahead::NONE);
            self.transpose::<V>(floats);
            (stages.columns)(&self.columns, rows(self.layout.columns), direct, Ahead::NONE);
            if !self.has_powers {
                self.powers::<V>(floats);
            }
            self.bands::<V>(bands, floats, out, levels);
        }
    }

    /// Treats and windows the samples.
    ///
    /// # Safety
    /// As of [`compute`](Self::compute).
    #[inline(always)]
    unsafe fn window<V: Lane>(&self, source: *const f32, floats: *mut f32) {
        let layout = &self.layout;
        // SAFETY: the caller's; the window has a vector more than there are samples.
        unsafe {
            let windowed = floats.add(layout.windowed.start);
            if let Some(Treatment { span, removes_mean, preemphasis }) = self.treatment {
                let treated = floats.add(layout.treated.start);
                // The sums of a block: of every fourth sample.
                let mut sums = V::Narrow::splat(0.0);
                copy_audible::<V>(
                    source,
                    treated.add(1),
                    span,
                    #[inline(always)]
                    |at, samples| {
                        samples.store(treated.add(1 + at));
                        let mut part = 0;
                        while part < V::N {
                            sums = sums.add(V::Narrow::load(treated.add(1 + at + part)));
                            part += V::Narrow::N;
                        }
                        samples
                    },
                );
                const { assert!(V::Narrow::N <= 4) };
                let mut lanes = [0.0f32; 4];
                sums.store(lanes.as_mut_ptr());
                let sum = lanes[0] + lanes[1] + (lanes[2] + lanes[3]);
                let mean = if removes_mean { sum * (1.0 / span as f32) } else { 0.0 };
                let (mean, emphasis) = (V::splat(mean), V::splat(preemphasis));
                *treated = *treated.add(1);
                // Weights after the span are 0, as what was windowed before the first frame.
                each_vector::<V>(
                    span,
                    #[inline(always)]
                    |at| {
                        let before = V::load(treated.add(at)).sub(mean);
                        let value = V::load(treated.add(at + 1)).sub(mean);
                        let value = before.neg_mul_add(emphasis, value);
                        value.mul(V::load(self.window.as_ptr().add(at))).store(windowed.add(at));
                    },
                );
            } else {
                copy_audible::<V>(
                    source,
                    windowed,
                    self.n_fft,
                    #[inline(always)]
                    |at, samples| samples.mul(V::load(self.window.as_ptr().add(at))),
                );
            }
            if self.turns.is_empty() {
                self.shuffle::<V>(windowed, floats.add(layout.shuffled.start));
            }
        }
    }

    /// Samples n1 apart side by side, twice, as each input begins at another of them.
    ///
    /// # Safety
    /// As of [`compute`](Self::compute).
    #[inline(always)]
    unsafe fn shuffle<V: Lane>(&self, from: *const f32, to: *mut f32) {
        let (n1, n2, stride) = (self.n1, self.n2, self.layout.shuffled_stride);
        // SAFETY: the caller's; n1 and n2 are a vector or more.
        unsafe {
            let mut q = 0;
            while q < n2 {
                // The last step overlaps the one before it.
                let at = q.min(n2 - V::N);
                let mut i = 0;
                while i < n1 {
                    V::transpose::<false>(from.add(at * n1 + i), n1, to.add(i * stride + at), stride);
                    i += V::N;
                }
                let mut row = to.add(at);
                for _ in 0..n1 {
                    V::load(row).store(row.add(n2));
                    row = row.add(stride);
                }
                q += V::N;
            }
        }
    }

    /// Turns the outputs of the first stage, and transposes vectors of transforms to vectors of columns.
    ///
    /// # Safety
    /// As of [`compute`](Self::compute).
    #[inline(always)]
    unsafe fn transpose<V: Lane>(&self, floats: *mut f32) {
        let layout = &self.layout;
        let element = (2 * self.vectors + 1) * V::N;
        // SAFETY: the caller's; a group has the rows of its first stage, and more rows follow.
        unsafe {
            let (from, to) = (floats.add(layout.first.start), floats.add(layout.columns.start));
            let mut turns = self.turns.as_ptr();
            for group in 0..self.n2.div_ceil(V::N) {
                let from = from.add(group * self.first.fft.pitch * V::N);
                let to = to.add(group * V::N * element);
                if !self.turns.is_empty() {
                    // The last column, which is real, is stored as the imaginary part of the first.
                    let last = Complex::new(V::load(from.add(V::N)), V::splat(0.0));
                    last.im.store(from.add(V::N));
                    let mut at = from;
                    for _ in 1..self.n1 / 2 {
                        at = at.add(2 * V::N);
                        let value = Complex::new(V::load(at), V::load(at.add(V::N)));
                        let value = value.mul(V::load(turns), V::load(turns.add(V::N)));
                        value.re.store(at);
                        value.im.store(at.add(V::N));
                        turns = turns.add(2 * V::N);
                    }
                    at = at.add(2 * V::N);
                    last.re.mul(V::load(turns)).store(at);
                    last.re.mul(V::load(turns.add(V::N))).store(at.add(V::N));
                    turns = turns.add(2 * V::N);
                }
                for vector in 0..self.vectors {
                    let from = from.add(2 * vector * V::N * V::N);
                    let to = to.add(2 * vector * V::N);
                    V::transpose::<false>(from, 2 * V::N, to, element);
                    V::transpose::<false>(from.add(V::N), 2 * V::N, to.add(V::N), element);
                }
            }
        }
    }

    /// Powers of the bins.
    ///
    /// # Safety
    /// As of [`compute`](Self::compute).
    #[inline(always)]
    unsafe fn powers<V: Lane>(&self, floats: *mut f32) {
        let (layout, n2) = (&self.layout, self.n2);
        let element = (2 * self.vectors + 1) * V::N;
        // SAFETY: the caller's.
        unsafe {
            let columns = floats.add(layout.columns.start);
            let mut to = floats.add(layout.powers.start);
            for b in 0..n2 {
                for vector in 0..self.vectors {
                    let at = columns.add(b * element + 2 * vector * V::N);
                    let value = Complex::new(V::load(at), V::load(at.add(V::N)));
                    self.power.of(value.power()).store(to);
                    to = to.add(V::N);
                }
            }
            if !self.turns.is_empty() {
                return;
            }
            let [re, im, reversed_re, reversed_im] = layout.packed.map(|piece| floats.add(piece.start));
            let [one, other] = layout.packed_powers.map(|piece| floats.add(piece.start));
            (*re, *im) = (*columns, *columns.add(V::N));
            for (k, &[a, b]) in self.pairs.iter().enumerate() {
                let (a, b) = (columns.add(a * element), columns.add(b * element));
                (*re.add(k + 1), *im.add(k + 1)) = (*a, *a.add(V::N));
                (*reversed_re.add(k + 1), *reversed_im.add(k + 1)) = (*b, *b.add(V::N));
            }
            let square = |value: V| self.power.of(value.mul(value));
            square(V::load(re)).store(one);
            square(V::load(im)).store(other);
            let quarter = V::splat(0.25);
            let mut k = 1;
            while k <= self.pairs.len() {
                let (a, b) = (
                    Complex::new(V::load(re.add(k)), V::load(im.add(k))),
                    Complex::new(V::load(reversed_re.add(k)), V::load(reversed_im.add(k))),
                );
                let sum = Complex::new(a.re.add(b.re), a.im.sub(b.im));
                let difference = Complex::new(a.im.add(b.im), b.re.sub(a.re));
                self.power.of(sum.power().mul(quarter)).store(one.add(k));
                self.power.of(difference.power().mul(quarter)).store(other.add(k));
                k += V::N;
            }
        }
    }

    /// Filters, logarithms and the cepstrum.
    ///
    /// # Safety
    /// As of [`compute`](Self::compute).
    #[inline(always)]
    unsafe fn bands<V: Lane>(&self, bands: &Bands, floats: *mut f32, out: *mut f32, levels: Levels) {
        let layout = &self.layout;
        let zero = V::splat(0.0);
        // SAFETY: the caller's; the list of taps ends with the last band's.
        unsafe {
            let energies = floats.add(layout.energies.start);
            let values = floats.add(layout.values.start);
            // The first lane is the number; what the others hold is overwritten by the bands after it.
            let mut alone = Energies::<V::Narrow>::new(&self.taps, floats);
            let mut to = energies;
            for _ in 0..self.n_bands {
                alone.next().store(to);
                to = to.add(1);
            }
            zero.store(energies.add(self.n_bands));
            let mut at = 0;
            while at < self.n_bands {
                let computed = bands.logarithm.all::<V, GROUP>(energies.add(at));
                for (i, value) in computed.into_iter().enumerate() {
                    levels.apply(value).store(values.add(at + i * V::N));
                }
                at += GROUP * V::N;
            }
            if self.cepstrum.is_empty() {
                return out.copy_from_nonoverlapping(values, self.n_bands);
            }
            let stride = self.cepstrum.len() / self.n_bands;
            let coefficients = values.add(layout.values.len - stride);
            let mut row = 0;
            while row < stride {
                let mut sum = zero;
                for mel in 0..self.n_bands {
                    let weights = V::load(self.cepstrum.as_ptr().add(mel * stride + row));
                    sum = V::splat(*values.add(mel)).mul_add(weights, sum);
                }
                sum.store(coefficients.add(row));
                row += V::N;
            }
            out.copy_from_nonoverlapping(coefficients, self.n_rows);
        }
    }
}

/// Calls `each` with the place of every vector of `n` numbers. Two at a time: of a loop over short vectors, a third is
/// the loop itself.
#[inline(always)]
fn each_vector<V: Lane>(n: usize, mut each: impl FnMut(usize)) {
    let mut at = 0;
    while at + V::N < n {
        each(at);
        each(at + V::N);
        at += 2 * V::N;
    }
    if at < n {
        each(at);
    }
}

/// Writes what `of` makes of `n` samples, those that count as 0 being 0; it gets the number of the first of a vector,
/// too, and zeros after the last of them.
///
/// # Safety
/// `from` is valid for reads of `n` floats, `to` for reads and writes of `n` and a vector, of zeros after the `n`.
#[inline(always)]
unsafe fn copy_audible<V: Lane>(
    from: *const f32,
    to: *mut f32,
    n: usize,
    mut of: impl FnMut(usize, V) -> V,
) {
    // SAFETY: the caller's.
    unsafe {
        let whole = n - n % V::N;
        each_vector::<V>(
            whole,
            #[inline(always)]
            |at| of(at, V::load(from.add(at)).audible()).store(to.add(at)),
        );
        if whole < n {
            for at in whole..n {
                *to.add(at) = crate::lanes::audible(*from.add(at));
            }
            of(whole, V::load(to.add(whole))).store(to.add(whole));
        }
    }
}
