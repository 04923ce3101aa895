//! The powers of a block's bins: window, Fourier transform, and what the option `power` makes of its squares.

use super::Block;
use super::ahead::Ahead;
use super::pieces::{Piece, Pieces};
use crate::config::{MagnitudeEpsMode, MelConfig, Precision};
use crate::error::Error;
use crate::fft::chirp::{self, Chirp};
use crate::fft::first::Taps;
use crate::fft::{FftPlan, first, passes};
use crate::lanes::rows::Rows;
use crate::lanes::{Element, Lane, Real, inlined};
use crate::memory;
use alloc::vec::Vec;

/// How powers are computed.
#[derive(Debug)]
pub(crate) struct Spectrum {
    pub transform: Transform,
    pub power: Power,
    /// Floats of the powers of all bins, for powers other than 2.
    bins: Vec<u32>,
    /// The transform's rows, or those of the powers.
    rows: Piece,
    direct: Piece,
    lanes: usize,
}

/// The engine of the transform, by `precision`.
#[derive(Debug)]
pub(crate) enum Transform {
    Lanes(Engine<FftPlan<f32>, f32>),
    WideLanes(Engine<FftPlan<f64>, f64>),
    Chirp(ChirpEngine<f32>),
    WideChirp(ChirpEngine<f64>),
}

/// Bytes of a float.
pub(super) const FLOAT: u32 = size_of::<f32>() as u32;

/// A transform, where it finds its inputs, and what it multiplies them by.
#[derive(Debug)]
pub(crate) struct Engine<F, E> {
    pub fft: F,
    /// Bytes at which the vectors of the samples begin.
    offsets: Vec<u32>,
    window: Vec<E>,
}

/// The engine of sizes with a large prime factor.
#[derive(Debug)]
pub(crate) struct ChirpEngine<E> {
    chirp: Chirp<E>,
    passes: Engine<FftPlan<E>, E>,
    offsets: Vec<u32>,
    factors: Vec<[E; 2]>,
}

/// The engine of the transform over lanes of `V`.
pub(crate) type LaneEngine<V> = Engine<FftPlan<<V as Real>::Element>, <V as Real>::Element>;

impl<F, E> Engine<F, E> {
    pub fn of(fft: F, offsets: Vec<u32>, window: Vec<E>) -> Self {
        Self { fft, offsets, window }
    }

    fn taps(&self) -> Taps<'_, E> {
        Taps { offsets: &self.offsets, window: &self.window }
    }
}

impl<E: Element> Engine<FftPlan<E>, E> {
    /// The engine, and the row of each bin.
    fn new(n: usize) -> Result<(Self, Vec<u32>), Error> {
        let (fft, rows) = FftPlan::new(n)?;
        Ok((Self { fft, offsets: Vec::new(), window: Vec::new() }, rows))
    }

    /// Where the input of each sample is, as floats, in the rows of the transform that takes it.
    fn places(&self, rows: Piece, lanes: usize) -> Result<Vec<u32>, Error> {
        let mut places = memory::filled(self.fft.n1 * self.fft.n2, 0)?;
        let transform = self.fft.pitch * lanes;
        self.fft.order(|sample, b, j| {
            places[sample] = (rows.start + b * transform + j * lanes) as u32;
        });
        Ok(places)
    }

    /// Calls `each` with every sample and its weight.
    pub fn each_weight(&self, mut each: impl FnMut(usize, E)) {
        let mut weights = self.window.iter();
        self.fft.order(|sample, _, _| {
            if let Some(weight) = weights.next() {
                each(sample, *weight);
            }
        });
    }

    /// Sets the inputs.
    fn take(&mut self, offset: impl Fn(usize) -> u32, weights: &[f64]) -> Result<(), Error> {
        self.offsets = memory::filled(weights.len(), 0)?;
        self.window = memory::filled(weights.len(), E::nearest(0.0))?;
        let mut inputs = self.offsets.iter_mut().zip(&mut self.window);
        self.fft.order(|sample, _, _| {
            if let Some((to, weight)) = inputs.next() {
                (*to, *weight) = (FLOAT * offset(sample), E::nearest(weights[sample]));
            }
        });
        Ok(())
    }

    /// Sets the inputs to their own rows. Returns where that is, as [`places`](Self::places).
    fn take_in_rows(&mut self, rows: Piece, lanes: usize, weights: &[f64]) -> Result<Vec<u32>, Error> {
        let n1 = self.fft.n1;
        let transform = self.fft.pitch * lanes;
        self.offsets = memory::with_capacity(weights.len())?;
        for b in 0..self.fft.n2 {
            self.offsets
                .extend((0..n1).map(|j| FLOAT * (rows.start + b * transform + j * lanes) as u32));
        }
        let mut places = memory::filled(weights.len(), 0)?;
        self.window = memory::filled(weights.len(), E::nearest(0.0))?;
        let weights = &weights[..places.len()];
        let mut inputs = self.offsets.iter().zip(&mut self.window);
        self.fft.order(|sample, _, _| {
            if let Some((at, weight)) = inputs.next() {
                *weight = E::nearest(weights[sample]);
                places[sample] = *at / FLOAT;
            }
        });
        Ok(places)
    }
}

impl<E: Element> ChirpEngine<E> {
    fn new(n: usize) -> Result<Self, Error> {
        let (chirp, passes) = Chirp::new(n)?;
        let passes = Engine::of(passes, Vec::new(), Vec::new());
        Ok(Self { chirp, passes, offsets: Vec::new(), factors: Vec::new() })
    }

    /// Sets the inputs, which are taken in their order.
    fn take(&mut self, offset: impl Fn(usize) -> u32, weights: &[f64]) -> Result<(), Error> {
        self.offsets = memory::with_capacity(weights.len())?;
        self.offsets.extend((0..weights.len()).map(offset));
        self.factors = self.chirp.factors(weights)?;
        Ok(())
    }

    /// The powers of the bins, with the passes as they are compiled for an instruction set.
    ///
    /// # Safety
    /// As of [`Chirp::load`] and [`passes::powers`].
    #[inline(always)]
    unsafe fn powers<S: Lane, V: Real<Element = E>>(
        &self,
        columns: Columns<V>,
        samples: Rows<S>,
        rows: Rows<V>,
        direct: Rows<V>,
    ) {
        // SAFETY: the caller's; no pass is of a prime without a codelet.
        unsafe {
            self.chirp.load(&self.offsets, &self.factors, samples, rows);
            columns(&self.passes, rows, direct, Ahead::NONE);
            self.chirp.convolve(rows);
            columns(&self.passes, self.chirp.back(rows), direct, Ahead::NONE);
            self.chirp.store_powers(rows);
        }
    }
}

/// From squared magnitudes to what the filters weigh.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Power {
    Squared,
    Magnitude {
        eps: f32,
    },
    /// The root of what is at least `floor`.
    Clamped {
        floor: f32,
    },
    Other {
        half_exponent: f32,
        eps: f32,
        floor: f32,
    },
}

impl Power {
    fn new(config: &MelConfig) -> Self {
        let eps = config.magnitude_eps as f32;
        let (eps, floor) = match config.magnitude_eps_mode {
            MagnitudeEpsMode::Add => (eps, 0.0),
            MagnitudeEpsMode::Clamp => (0.0, eps),
        };
        if config.power == 2.0 {
            Self::Squared
        } else if config.power != 1.0 {
            Self::Other { half_exponent: (config.power / 2.0) as f32, eps, floor }
        } else if floor > 0.0 {
            Self::Clamped { floor }
        } else {
            Self::Magnitude { eps }
        }
    }

    /// Whether frames that come one at a time can have it.
    pub fn is_for_single(self) -> bool {
        matches!(self, Self::Squared | Self::Magnitude { .. })
    }

    /// Of squared magnitudes, if it is for single frames; the others leave them as they are.
    #[inline(always)]
    pub fn of<V: Lane>(self, squared: V) -> V {
        match self {
            Self::Magnitude { eps } => squared.add(V::splat(eps)).sqrt(),
            Self::Squared | Self::Clamped { .. } | Self::Other { .. } => squared,
        }
    }
}

/// The stages of the transform, each compiled as a function of its own: together they have more live values than
/// any register file holds, and spilling is cheaper by stage.
pub(crate) struct Stages<V: Lane> {
    pub first: First<V, V>,
    pub columns: Columns<V>,
    /// Those in double precision, where the kernel has them.
    pub wide: WideStages<V>,
}

/// The same in double precision.
pub(crate) struct WideStages<V: Lane> {
    pub first: First<V, V::Wide>,
    pub columns: Columns<V::Wide>,
}

/// [`first_stage`], compiled for an instruction set.
type First<S, V> = unsafe fn(&LaneEngine<V>, Rows<S>, Rows<V>, Rows<V>, Ahead);
/// [`column_powers`], compiled for an instruction set.
type Columns<V> = unsafe fn(&LaneEngine<V>, Rows<V>, Rows<V>, Ahead);

/// A vector on the stack that makes compilers align the frame: spilled vectors of 32 and 64 bytes then don't cross
/// cache lines.
#[repr(align(64))]
pub(super) struct Aligned([f32; 16]);

impl Aligned {
    pub const NEW: Self = Self([0.0; 16]);

    #[inline(always)]
    pub fn keep(&self) {
        core::hint::black_box(&self.0);
    }
}

impl Spectrum {
    /// For blocks of `lanes` frames; takes its rows from the next pieces. Also returns where the powers of each bin begin, in floats.
    pub fn new(
        config: &MelConfig,
        lanes: usize,
        pieces: &mut Pieces,
    ) -> Result<(Self, Vec<u32>), Error> {
        let n = config.n_fft as usize;
        let is_double = config.precision == Precision::Double;
        let (transform, mut bins) = Transform::new(n, is_double)?;
        let floats = lanes * if is_double { 2 } else { 1 };
        let (rows, direct, row) = match &transform {
            Transform::Lanes(engine) => (engine.fft.rows(), engine.fft.direct_rows(), floats),
            Transform::WideLanes(engine) => (engine.fft.rows(), engine.fft.direct_rows(), floats),
            Transform::Chirp(engine) => (engine.chirp.rows(), 0, floats),
            Transform::WideChirp(engine) => (engine.chirp.rows(), 0, floats),
        };
        let rows = pieces.piece(rows * row);
        let direct = pieces.piece(direct * row);
        for bin in &mut bins {
            *bin = *bin * row as u32 + rows.start as u32;
        }
        let power = Power::new(config);
        let mut spectrum = Self { transform, power, bins: Vec::new(), rows, direct, lanes };
        if !matches!(power, Power::Squared) {
            memory::extend(&mut spectrum.bins, &bins)?;
        }
        Ok((spectrum, bins))
    }

    /// The row of the transform in which a vector of powers begins, by its float, in single precision.
    pub fn row_of(&self, place: usize) -> usize {
        (place - self.rows.start) / self.lanes
    }

    pub fn lanes(&self) -> usize {
        self.lanes
    }

    /// The rows, which hold nothing before the transform.
    pub fn rows(&self) -> Piece {
        self.rows
    }

    /// The floats at which the transform could take each sample out of its own rows, if it has lanes of one part.
    pub fn places(&self) -> Result<Option<Vec<u32>>, Error> {
        Ok(match &self.transform {
            Transform::Lanes(engine) => Some(engine.places(self.rows, self.lanes)?),
            Transform::WideLanes(_) | Transform::Chirp(_) | Transform::WideChirp(_) => None,
        })
    }

    /// Sets where the vector of each sample begins, and its weight.
    pub fn take(&mut self, offset: impl Fn(usize) -> u32, weights: &[f64]) -> Result<(), Error> {
        match &mut self.transform {
            Transform::Lanes(engine) => engine.take(offset, weights),
            Transform::WideLanes(engine) => engine.take(offset, weights),
            Transform::Chirp(engine) => engine.take(offset, weights),
            Transform::WideChirp(engine) => engine.take(offset, weights),
        }
    }

    /// Sets the weights of samples that are laid where [`places`](Self::places) says, and returns these.
    pub fn take_in_rows(&mut self, weights: &[f64]) -> Result<Option<Vec<u32>>, Error> {
        Ok(match &mut self.transform {
            Transform::Lanes(engine) => Some(engine.take_in_rows(self.rows, self.lanes, weights)?),
            Transform::WideLanes(_) | Transform::Chirp(_) | Transform::WideChirp(_) => None,
        })
    }

    /// Runs the transform of a block, whose samples are side by side, and what follows it.
    ///
    /// # Safety
    /// As of [`compute`](super::compute).
    #[inline(always)]
    pub unsafe fn compute<V: Lane>(
        &self,
        block: &mut Block<'_>,
        stages: &Stages<V>,
        samples: Ahead,
        result: Ahead,
    ) {
        // SAFETY: the caller's; the pieces have the rows that the stages ask for.
        unsafe {
            match &self.transform {
                Transform::Lanes(engine) => {
                    self.first(block, engine, stages, samples);
                    self.columns(block, engine, stages, result);
                }
                Transform::WideLanes(engine) => {
                    let (rows, direct) = (self.wide_rows::<V>(block), self.wide_direct::<V>(block));
                    let steps = engine.fft.n2;
                    (stages.wide.first)(engine, block.all(), rows, direct, samples.in_steps(steps));
                    let steps = last_transforms(&engine.fft);
                    (stages.wide.columns)(engine, rows, direct, result.in_steps(steps));
                }
                Transform::Chirp(engine) => {
                    let (rows, direct) = (block.rows(self.rows), block.rows(self.direct));
                    engine.powers(stages.columns, block.all::<V>(), rows, direct);
                }
                Transform::WideChirp(engine) => {
                    let (rows, direct) = (self.wide_rows::<V>(block), self.wide_direct::<V>(block));
                    engine.powers(stages.wide.columns, block.all::<V>(), rows, direct);
                }
            }
            self.raise::<V>(block);
        }
    }

    /// The first stage.
    ///
    /// # Safety
    /// As of [`compute`](super::compute).
    #[inline(always)]
    pub unsafe fn first<V: Lane>(
        &self,
        block: &Block<'_>,
        engine: &LaneEngine<V>,
        stages: &Stages<V>,
        samples: Ahead,
    ) {
        let (rows, direct) = (self.rows, self.direct);
        let ahead = samples.in_steps(engine.fft.n2);
        // SAFETY: the caller's.
        unsafe { (stages.first)(engine, block.all(), block.rows(rows), block.rows(direct), ahead) };
    }

    /// The passes, and powers.
    ///
    /// # Safety
    /// As of [`compute`](super::compute).
    #[inline(always)]
    pub unsafe fn columns<V: Lane>(
        &self,
        block: &Block<'_>,
        engine: &LaneEngine<V>,
        stages: &Stages<V>,
        result: Ahead,
    ) {
        let ahead = result.in_steps(last_transforms(&engine.fft));
        // SAFETY: the caller's.
        unsafe { (stages.columns)(engine, block.rows(self.rows), block.rows(self.direct), ahead) };
    }

    /// # Safety
    /// As of [`Block::rows`].
    #[inline(always)]
    unsafe fn wide_rows<V: Lane>(&self, block: &Block<'_>) -> Rows<V::Wide> {
        // SAFETY: the caller's; pieces are aligned to cache lines.
        unsafe { Rows::new(block.floats.add(self.rows.start).cast(), self.rows.len / 2) }
    }

    /// # Safety
    /// As of [`Block::rows`].
    #[inline(always)]
    unsafe fn wide_direct<V: Lane>(&self, block: &Block<'_>) -> Rows<V::Wide> {
        // SAFETY: as above.
        unsafe { Rows::new(block.floats.add(self.direct.start).cast(), self.direct.len / 2) }
    }

    /// From squared magnitudes to the configured power.
    ///
    /// # Safety
    /// As of [`compute`](super::compute).
    #[inline(always)]
    unsafe fn raise<V: Lane>(&self, block: &Block<'_>) {
        // SAFETY: the caller's.
        unsafe {
            let all = block.all::<V>();
            match self.power {
                Power::Squared => {}
                Power::Magnitude { .. } => {
                    for &bin in &self.bins {
                        let at = all.at(bin as usize);
                        self.power.of(V::load(at)).store(at);
                    }
                }
                Power::Clamped { floor } => {
                    let (floor, zero) = (V::splat(floor), V::splat(0.0));
                    for &bin in &self.bins {
                        let at = all.at(bin as usize);
                        let power = V::load(at);
                        // What is infinite or not a number is none after this, either.
                        power.max(floor).add(power.mul(zero)).sqrt().store(at);
                    }
                }
                Power::Other { half_exponent, eps, floor } => {
                    for &bin in &self.bins {
                        for lane in 0..V::N {
                            let power = all.at(bin as usize).add(lane);
                            let guarded = *power + eps;
                            let guarded = if guarded < floor { floor } else { guarded };
                            *power = libm::powf(guarded, half_exponent);
                        }
                    }
                }
            }
        }
    }
}

impl Transform {
    /// The engine, and the row of each bin.
    fn new(n: usize, is_double: bool) -> Result<(Self, Vec<u32>), Error> {
        if chirp::is_faster(n, is_double) {
            let mut rows = memory::with_capacity(n / 2 + 1)?;
            rows.extend(0..=n as u32 / 2);
            let engine = if is_double {
                Self::WideChirp(ChirpEngine::new(n)?)
            } else {
                Self::Chirp(ChirpEngine::new(n)?)
            };
            return Ok((engine, rows));
        }
        if is_double {
            let (engine, rows) = Engine::new(n)?;
            Ok((Self::WideLanes(engine), rows))
        } else {
            let (engine, rows) = Engine::new(n)?;
            Ok((Self::Lanes(engine), rows))
        }
    }
}

/// Transforms of the last pass.
fn last_transforms<E>(fft: &FftPlan<E>) -> usize {
    fft.steps.last().map_or(0, |step| step.blocks * step.columns)
}

/// The first stage of the transform, with an aligned stack.
///
/// # Safety
/// As of [`first::first_stage`].
#[inline(always)]
pub(crate) unsafe fn first_stage<S: Lane, V: Real>(
    engine: &LaneEngine<V>,
    samples: Rows<S>,
    rows: Rows<V>,
    direct: Rows<V>,
    ahead: Ahead,
) {
    let aligned = Aligned::NEW;
    aligned.keep();
    // A copy, as what callers pass stays in memory.
    let mut ahead = ahead;
    // SAFETY: the caller's.
    unsafe {
        let ask = inlined(
            #[inline(always)]
            || ahead.ask::<S>(),
        );
        first::first_stage(&engine.fft, engine.taps(), samples, rows, direct, ask);
    }
}

/// The passes of the transform, with an aligned stack.
///
/// # Safety
/// As of [`passes::powers`].
#[inline(always)]
pub(crate) unsafe fn column_powers<S: Lane, V: Real>(
    engine: &LaneEngine<V>,
    rows: Rows<V>,
    direct: Rows<V>,
    ahead: Ahead,
) {
    let aligned = Aligned::NEW;
    aligned.keep();
    // A copy, as what callers pass stays in memory.
    let mut ahead = ahead;
    // SAFETY: the caller's.
    unsafe {
        let ask = inlined(
            #[inline(always)]
            || ahead.ask::<S>(),
        );
        passes::powers(&engine.fft, rows, direct, ask);
    }
}
