//! The steps from samples to a result over one block of frames, a frame in each lane:
//!
//! ```text
//! samples   side by side, so that a vector holds sample i of each frame
//! frames    if frames are treated one by one: take off means, pre-emphasize
//! spectrum  window, Fourier transform, powers of the bins
//! bands     for each filter: energy = Σ weight · power; store log(energy)
//!           if the result is cepstra: a matrix product of the logarithms
//! ```
//!
//! All is vertical but the first step. Constants are broadcast; nothing depends on the number of lanes. Each step
//! has a room of its own, with its part of the [`Recipe`].

pub(crate) mod ahead;
pub(crate) mod bands;
pub(crate) mod frames;
pub(crate) mod pieces;
pub(crate) mod samples;
pub(crate) mod single;
pub(crate) mod slices;
pub(crate) mod spectrum;

use crate::compress::Levels;
use crate::config::MelConfig;
use crate::error::Error;
use crate::frame::Framing;
use crate::lanes::rows::Rows;
use crate::lanes::{Lane, Real};
use crate::measured::MeasuredLanes;
use crate::mel::Filterbank;
use crate::once::Once;
use ahead::Ahead;
use bands::Bands;
use core::marker::PhantomData;
use frames::Frames;
use pieces::{Piece, Pieces};
use samples::Samples;
use single::Single;
use spectrum::{Spectrum, Stages};

/// What a block is computed by: the parts of its steps, and the pieces of its scratch.
#[derive(Debug)]
pub(crate) struct Recipe {
    pub samples: Samples,
    pub frames: Option<Frames>,
    pub spectrum: Spectrum,
    pub bands: Bands,
    /// For frames that come one at a time: made for the first stream.
    single: Once<Single>,
    /// Room for the samples of a block, gathered where they can't be read in place.
    pub gathered: Piece,
    /// Room for the rows of a block, where they can't be stored in place.
    pub tile: Piece,
    /// Floats of the scratch.
    pub scratch: usize,
}

/// A window of a frame: the weights of its first samples, multiplied by `input_scale` and divided by `norm`.
pub(crate) struct Weights<'a> {
    /// A weight for each sample of the transform.
    pub of: &'a [f64],
    pub norm: f64,
}

impl Recipe {
    /// A recipe for blocks of `lanes` frames. Blocks that expand are whole cache lines.
    pub fn new(
        config: &MelConfig,
        framing: &Framing,
        (lanes, expands): (usize, bool),
        weights: &Weights<'_>,
        filterbank: Filterbank,
    ) -> Result<Self, Error> {
        let mut pieces = Pieces::default();
        let (mut spectrum, bins) = Spectrum::new(config, lanes, &mut pieces)?;
        let mut samples = Samples::new(framing, lanes);
        let mut bands = Bands::new(config, filterbank, bins)?;

        // Pieces that are never in use together share their place: gathered samples and the transform's rows,
        // unless it takes the samples there; samples side by side and what is made of the bands.
        let treats_frames = Frames::are_treated(config);
        let is_single = matches!(spectrum.transform, spectrum::Transform::Lanes(_));
        let places = if expands && !treats_frames && is_single && samples.can_expand(lanes) {
            spectrum.take_in_rows(weights.of)?
        } else {
            None
        };
        let gathered = samples.gathered(lanes);
        let cepstrum = bands.cepstrum_room(lanes).next_multiple_of(16);
        let rows = bands.n_rows * lanes;
        let (gathered, shared) = if places.is_some() {
            let piece = pieces.piece(gathered.max(cepstrum + rows));
            (Piece { len: gathered, ..piece }, piece)
        } else {
            let own = gathered > spectrum.rows().len;
            let at = if own { pieces.piece(gathered) } else { spectrum.rows() };
            (Piece { len: gathered, ..at }, pieces.piece(samples.room().max(cepstrum + rows)))
        };
        bands.cepstrum_tile = Piece { start: shared.start, len: cepstrum };
        let tile = Piece { start: shared.start + cepstrum, len: rows };

        let mut frames = None;
        if let Some(places) = places {
            samples.use_places(places);
        } else {
            let offsets = samples.use_rows(shared)?;
            if treats_frames {
                frames =
                    Some(Self::treated(config, framing, &mut spectrum, &mut pieces, offsets, weights)?);
            } else {
                spectrum.take(|sample| offsets[sample], weights.of)?;
            }
        }
        let single = Once::new();
        Ok(Self { samples, frames, spectrum, bands, single, gathered, tile, scratch: pieces.total })
    }

    /// What frames are computed by that come one at a time, if they can be; makes it if it has not been made.
    pub fn make_single(&self) -> Result<Option<&Single>, Error> {
        let Some(engine) = Single::engine(self) else { return Ok(None) };
        self.single.get_or_make(|| Single::new(self, engine)).map(Some)
    }

    /// The same, if it has been made.
    pub fn single(&self) -> Option<&Single> {
        self.single.get()
    }

    /// Frames that are treated one by one, and stored where the transform takes them.
    fn treated(
        config: &MelConfig,
        framing: &Framing,
        spectrum: &mut Spectrum,
        pieces: &mut Pieces,
        mut offsets: alloc::vec::Vec<u32>,
        weights: &Weights<'_>,
    ) -> Result<Frames, Error> {
        let (span, lanes) = (framing.span, spectrum.lanes());
        let zeros = pieces.piece(lanes);
        let mut places = match spectrum.places()? {
            Some(places) => places,
            None => {
                let piece = pieces.piece(span * lanes);
                let mut places = crate::memory::with_capacity(framing.n_fft)?;
                places.extend((0..framing.n_fft).map(|sample| (piece.start + sample * lanes) as u32));
                places
            }
        };
        let place = |sample: usize| if sample < span { places[sample] } else { zeros.start as u32 };
        spectrum.take(place, weights.of)?;
        offsets.truncate(span);
        places.truncate(span);
        let window = weights.of[..span].iter().copied();
        Frames::new(config, offsets, places, zeros, weights.norm, window)
    }
}

/// A block's samples, its place in the result, and what was measured on it.
pub(crate) struct Block<'a> {
    /// Sample 0 of the first frame.
    pub source: *const f32,
    /// Samples between frames.
    pub source_stride: usize,
    /// Whether they are in the signal, where those of the next block follow.
    pub is_in_place: bool,
    /// Row 0 of the first frame's result; a row's frames are side by side.
    pub out: *mut f32,
    /// Values between rows.
    pub out_stride: usize,
    pub levels: Levels,
    pub measured: MeasuredLanes,
    /// The scratch of the recipe.
    pub floats: *mut f32,
    pub n_floats: usize,
    pub scratch: PhantomData<&'a mut f32>,
}

impl Block<'_> {
    /// # Safety
    /// The scratch was made for the recipe, and the rows are used by nobody else.
    #[inline(always)]
    unsafe fn rows<V: Real<Element = f32>>(&self, piece: Piece) -> Rows<V> {
        // SAFETY: pieces are inside the scratch.
        unsafe { Rows::new(self.floats.add(piece.start), piece.len) }
    }

    /// The whole scratch.
    ///
    /// # Safety
    /// As of `rows`.
    #[inline(always)]
    unsafe fn all<V: Real<Element = f32>>(&self) -> Rows<V> {
        // SAFETY: the caller's.
        unsafe { Rows::new(self.floats, self.n_floats) }
    }
}

/// The stages of a block, compiled for an instruction set.
pub(crate) struct BlockStages<V: Lane> {
    pub spectrum: Stages<V>,
    pub bands: unsafe fn(&Recipe, &mut Block<'_>, &V),
}

/// Computes one block.
///
/// # Safety
/// The machine has the instruction set of `V`, for which the recipe was made; `source` is valid for reads of the
/// samples of as many frames as `V` has lanes; `out` for writes of a vector in each of the rows; the scratch was
/// made for the recipe.
#[inline(always)]
pub(crate) unsafe fn compute<V: Lane>(recipe: &Recipe, block: &mut Block<'_>, stages: &BlockStages<V>) {
    // SAFETY: the caller's; the recipe's pieces have the room that each step says.
    unsafe {
        recipe.samples.lay::<V>(block.source, block.source_stride, block.floats);
        let energy = match &recipe.frames {
            Some(frames) => frames.treat::<V>(block.floats),
            None => V::splat(0.0),
        };
        let (samples, result) = (ahead_samples::<V>(recipe, block), ahead_result::<V>(recipe, block));
        recipe.spectrum.compute(block, &stages.spectrum, samples, result);
        (stages.bands)(recipe, block, &energy);
    }
}

#[inline(always)]
fn ahead_samples<V: Lane>(recipe: &Recipe, block: &Block<'_>) -> Ahead {
    Ahead::samples::<V>(block, recipe.samples.gathered(V::N))
}

#[inline(always)]
fn ahead_result<V: Lane>(recipe: &Recipe, block: &Block<'_>) -> Ahead {
    Ahead::result::<V>(block, recipe.bands.n_rows)
}

/// Computes one stage of a block on what the stages before it left, for the benches.
///
/// # Safety
/// As of [`compute`]; the stages before it were computed with the same scratch and result. The recipe is one that
/// [`StageBench`](crate::stages::StageBench) takes.
#[cfg(feature = "stages")]
#[inline(always)]
pub(crate) unsafe fn stage<V: Lane>(
    stage: crate::stages::Stage,
    recipe: &Recipe,
    block: &mut Block<'_>,
    stages: &BlockStages<V>,
) {
    use crate::stages::Stage;
    let spectrum::Transform::Lanes(engine) = &recipe.spectrum.transform else { return };
    let (samples, result) = (ahead_samples::<V>(recipe, block), ahead_result::<V>(recipe, block));
    // SAFETY: the caller's.
    unsafe {
        match stage {
            Stage::Samples => {
                recipe.samples.lay::<V>(block.source, block.source_stride, block.floats);
            }
            Stage::First => recipe.spectrum.first(block, engine, &stages.spectrum, samples),
            Stage::Columns => recipe.spectrum.columns(block, engine, &stages.spectrum, result),
            Stage::Bands => (stages.bands)(recipe, block, &V::splat(0.0)),
            Stage::Levels => {}
            Stage::Whole => compute(recipe, block, stages),
        }
    }
}
