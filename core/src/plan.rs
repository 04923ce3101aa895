//! A checked configuration, with every table that computing it needs.

use crate::cepstrum;
use crate::compress::Compression;
use crate::config::{MelConfig, Precision, PreemphasisMode};
use crate::error::Error;
use crate::fft::FftPlan;
use crate::fft::first::Taps;
#[cfg(feature = "realfft")]
use crate::fft::large_prime::{self, LargePrime};
use crate::frame::Framing;
use crate::kernels::lane::Element;
use crate::kernels::{InstructionSet, Kernel};
use crate::limits;
use crate::mel::Filterbank;
use crate::memory;
use crate::normalize::Normalization;
use crate::signal::Conditioning;
use crate::window;
use alloc::{format, string::String, vec::Vec};

/// Tables of the caller's own, and the choice of the instruction set.
#[derive(Clone, Copy, Debug, Default)]
pub struct Overrides<'a> {
    /// The window: `win_length` values in place of those of the option `window`.
    pub window: Option<&'a [f32]>,
    /// The filterbank: (`n_mels`, `n_fft` / 2 + 1) weights, row-major, in place of the triangles.
    pub filterbank: Option<&'a [f32]>,
    /// The instruction set; unset takes the fastest.
    pub instruction_set: Option<InstructionSet>,
}

/// The plan. It is never changed once made.
#[derive(Debug)]
pub(crate) struct Plan {
    pub kernel: &'static Kernel,
    pub framing: Framing,
    pub conditioning: Conditioning,
    pub transform: Transform,
    pub frame_work: Option<FrameWork>,
    pub n_bins: usize,
    pub power: Power,
    pub filterbank: Filterbank,
    /// Mel bands, before the cepstrum.
    pub n_bands: usize,
    pub compression: Compression,
    /// (n_mfcc, n_mels), if cepstra are wanted.
    pub cepstrum: Option<Vec<f32>>,
    /// Row of the log energy, if it is wanted.
    pub energy_row: Option<usize>,
    energy_floor: f32,
    pub n_rows: usize,
    /// Frames that the result must have, and the value of missing ones.
    pub n_frames: Option<usize>,
    pub missing: f32,
    pub normalization: Normalization,
    pub layout: ArenaLayout,
    /// Samples of at most this magnitude never overflow.
    pub sample_limit: f32,
}

/// The engine of the transform, by `precision`.
#[derive(Debug)]
pub(crate) enum Transform {
    Lanes(Engine<FftPlan<f32>, f32>),
    WideLanes(Engine<FftPlan<f64>, f64>),
    #[cfg(feature = "realfft")]
    LargePrime(Engine<LargePrime<f32>, f32>),
    #[cfg(feature = "realfft")]
    WideLargePrime(Engine<LargePrime<f64>, f64>),
}

/// A transform, where it finds its inputs, and what it multiplies them by.
#[derive(Debug)]
pub(crate) struct Engine<F, E> {
    pub fft: F,
    /// The samples in the order in which the transform takes them.
    order: Vec<u32>,
    /// Where those of each frame of a block lie.
    offsets: Vec<u32>,
    window: Vec<E>,
}

impl<F, E: Element> Engine<F, E> {
    /// Of samples in this order, the offset and the weight of each being given by functions.
    fn new(
        fft: F,
        order: Vec<u32>,
        offset: impl Fn(u32) -> u32,
        weight: impl Fn(u32) -> f64,
    ) -> Result<Self, Error> {
        let mut offsets = memory::with_capacity(order.len())?;
        offsets.extend(order.iter().map(|&sample| offset(sample)));
        let mut window = memory::with_capacity(order.len())?;
        window.extend(order.iter().map(|&sample| E::nearest(weight(sample))));
        Ok(Self { fft, order, offsets, window })
    }

    /// The inputs of the transform, when they lie as a block's or as a single frame's samples do.
    pub fn taps(&self, is_single: bool) -> Taps<'_, E> {
        let offsets = if is_single { &self.order } else { &self.offsets };
        Taps { offsets, window: &self.window }
    }
}

/// What is done to each frame by itself before the transform.
#[derive(Debug)]
pub(crate) struct FrameWork {
    /// Where sample i of the frame lies among the transposed samples.
    pub offsets: Vec<u32>,
    pub removes_mean: bool,
    pub preemphasis: f32,
    pub energy: Option<FrameEnergy>,
}

/// How the energy of a frame is taken.
#[derive(Debug)]
pub(crate) struct FrameEnergy {
    /// Of the windowed samples, if there is a window; of those before pre-emphasis else.
    pub window: Option<Vec<f32>>,
    /// What the sum of squares is multiplied by, to be that of the scaled input.
    pub scale: f32,
}

/// From squared magnitudes to what the filters weigh.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Power {
    Squared,
    Magnitude { eps: f32 },
    Other { half_exponent: f32, eps: f32 },
}

/// A piece of the scratch memory, in floats.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Arena {
    pub start: usize,
    pub len: usize,
}

/// The pieces of a block's scratch. Those that are never alive together share their place: the gathered
/// samples, the columns and the tiles of the result; the transposed samples and the powers.
#[derive(Debug, Default)]
pub(crate) struct ArenaLayout {
    pub total: usize,
    /// Samples of a block, gathered where they can't be read in place.
    pub gathered: Arena,
    pub samples: Arena,
    pub sample_rows: usize,
    /// Columns that a frame reaches into besides its own.
    sample_tail: usize,
    /// Rows of the last of them that it reads.
    pub last_rows: usize,
    pub sample_row_stride: usize,
    /// Frames that were treated one by one, a row of the widest kernel's lanes for each sample.
    pub frames: Arena,
    pub columns: Arena,
    pub passes: [Arena; 2],
    pub direct: Arena,
    pub powers: Arena,
    pub cepstrum: Arena,
    pub tile: Arena,
}

impl Plan {
    pub fn new(config: &MelConfig, overrides: &Overrides<'_>) -> Result<Self, Error> {
        config.check()?;
        let kernel = choose_kernel(overrides.instruction_set)?;
        let n_fft = config.n_fft as usize;
        let n_bins = n_fft / 2 + 1;
        let n_rows = config.n_rows() as usize;
        let framing = Framing::new(config);

        let mut shape = match overrides.window {
            None => window::shape(config)?,
            Some(values) => own_window(config, values)?,
        };
        let gain = window::gain(config, &shape)?;
        shape.iter_mut().for_each(|value| *value *= gain);
        if overrides.window.is_some() {
            limits::check_scaled(&shape)?;
        }
        let filterbank = match overrides.filterbank {
            None => Filterbank::triangles(config)?,
            Some(rows) => own_filterbank(config, rows)?,
        };

        let treats_frames = treats_frames(config);
        let (fft, needs) = Fft::new(config)?;
        let layout = ArenaLayout::new(config, &framing, kernel.lanes, &needs, treats_frames);
        // The window lies in the middle of the transform, or at the start of the frame's span.
        let lead = (framing.span - shape.len()) / 2;
        let (rows, row_stride) = (layout.sample_rows as u32, layout.sample_row_stride as u32);
        let place = |sample: u32| (sample % rows) * row_stride + sample / rows;
        let weight = |sample: u32| {
            let at = (sample as usize).checked_sub(lead).and_then(|at| shape.get(at));
            at.copied().unwrap_or(0.0)
        };
        let (frame_work, transform) = if treats_frames {
            let mut offsets = memory::with_capacity(framing.span)?;
            offsets.extend((0..framing.span as u32).map(place));
            let energy = config.use_energy.then(|| frame_energy(config, gain, framing.span, weight));
            let work = FrameWork {
                offsets,
                removes_mean: config.remove_dc_offset,
                preemphasis: if emphasizes_frames(config) { config.preemphasis as f32 } else { 0.0 },
                energy: energy.transpose()?,
            };
            // A row for each sample of the span, and a row of zeros for those after it.
            let row = |sample: u32| sample.min(framing.span as u32) * kernel.lanes as u32;
            (Some(work), fft.transform(row, weight)?)
        } else {
            (None, fft.transform(place, weight)?)
        };

        let cepstrum = config.n_mfcc.map(|n| cepstrum::matrix(config, n as usize)).transpose()?;
        let sample_limit =
            limits::sample_limit(config, &shape, &filterbank, cepstrum.as_deref(), treats_frames)?;
        limits::check_dither(config, sample_limit)?;
        let compression = Compression::new(config);
        Ok(Self {
            kernel,
            framing,
            conditioning: Conditioning::new(config),
            sample_limit,
            transform,
            frame_work,
            n_bins,
            power: power(config),
            filterbank,
            n_bands: config.n_mels as usize,
            missing: (config.offset * config.scale) as f32,
            compression,
            cepstrum,
            energy_row: config.use_energy.then(|| cepstrum::energy_row(config, n_rows)),
            energy_floor: config.energy_floor as f32,
            n_rows,
            n_frames: config.n_frames.map(|n| n as usize),
            normalization: Normalization::new(config),
            layout,
        })
    }

    /// Floats that so many frames read from the first one's start on, at `stride` samples a frame.
    pub fn source_length(&self, n_frames: usize, stride: usize) -> usize {
        (n_frames - 1) * stride + self.framing.n_fft
    }

    /// Whether a kernel has to compute in double precision.
    pub fn is_double(&self) -> bool {
        matches!(self.transform, Transform::WideLanes(_))
    }

    /// The logarithm of a frame's energy, as Kaldi limits it.
    pub fn log_energy(&self, energy: f32) -> f32 {
        let log = libm::logf(energy.max(f32::EPSILON));
        if self.energy_floor > 0.0 { log.max(libm::logf(self.energy_floor)) } else { log }
    }
}

/// The plan of the transform alone.
enum Fft {
    Single(FftPlan<f32>),
    Double(FftPlan<f64>),
    #[cfg(feature = "realfft")]
    LargePrime(LargePrime<f32>),
    #[cfg(feature = "realfft")]
    WideLargePrime(LargePrime<f64>),
}

/// Scratch that a transform needs, in floats for each lane.
#[derive(Default)]
struct Needs {
    stage: usize,
    pass: usize,
    direct: usize,
}

impl Needs {
    /// In elements of so many floats.
    fn of<E: Element>(fft: &FftPlan<E>, floats: usize) -> Self {
        Self {
            stage: fft.stage_rows() * floats,
            pass: fft.pass_rows() * floats,
            direct: fft.direct_rows() * floats,
        }
    }
}

impl Fft {
    fn new(config: &MelConfig) -> Result<(Self, Needs), Error> {
        let n = config.n_fft as usize;
        let double = config.precision == Precision::Double;
        #[cfg(feature = "realfft")]
        if large_prime::is_faster(n) {
            let fft = if double {
                Self::WideLargePrime(LargePrime::new(n))
            } else {
                Self::LargePrime(LargePrime::new(n))
            };
            return Ok((fft, Needs::default()));
        }
        if double {
            let fft = FftPlan::new(n)?;
            let needs = Needs::of(&fft, 2);
            Ok((Self::Double(fft), needs))
        } else {
            let fft = FftPlan::new(n)?;
            let needs = Needs::of(&fft, 1);
            Ok((Self::Single(fft), needs))
        }
    }

    fn transform(
        self,
        offset: impl Fn(u32) -> u32,
        weight: impl Fn(u32) -> f64,
    ) -> Result<Transform, Error> {
        Ok(match self {
            Self::Single(mut fft) => {
                let order = core::mem::take(&mut fft.order);
                Transform::Lanes(Engine::new(fft, order, offset, weight)?)
            }
            Self::Double(mut fft) => {
                let order = core::mem::take(&mut fft.order);
                Transform::WideLanes(Engine::new(fft, order, offset, weight)?)
            }
            #[cfg(feature = "realfft")]
            Self::LargePrime(fft) => {
                let order = fft.order()?;
                Transform::LargePrime(Engine::new(fft, order, offset, weight)?)
            }
            #[cfg(feature = "realfft")]
            Self::WideLargePrime(fft) => {
                let order = fft.order()?;
                Transform::WideLargePrime(Engine::new(fft, order, offset, weight)?)
            }
        })
    }
}

impl ArenaLayout {
    /// Columns of the transposed samples of so many frames.
    pub fn sample_columns(&self, n_frames: usize) -> usize {
        n_frames + self.sample_tail
    }

    fn new(
        config: &MelConfig,
        framing: &Framing,
        lanes: usize,
        needs: &Needs,
        treats_frames: bool,
    ) -> Self {
        let n_fft = framing.n_fft;
        // Sample i of frame f is in row i mod hop, column f + i / hop.
        let sample_rows = framing.hop.min(n_fft);
        let sample_tail = (n_fft - 1) / sample_rows;
        let sample_columns = lanes + sample_tail;
        let sample_row_stride = sample_columns.next_multiple_of(4);
        let &Needs { stage, pass, direct } = needs;
        let cepstrum = if config.n_mfcc.is_some() { config.n_mels as usize * lanes } else { 0 };
        // A row more, as a single frame's values stand together and are stored a vector at a time.
        let tile = (config.n_rows() as usize + 1) * lanes;
        let gathered = sample_columns * sample_rows;

        let mut end = 0;
        let mut piece = |len: usize| {
            let start = end;
            // Each piece starts on a cache line.
            end += len.next_multiple_of(16);
            Arena { start, len }
        };
        let part = |whole: Arena, skip: usize, len: usize| Arena { start: whole.start + skip, len };
        let first = piece((sample_rows * sample_row_stride).max((n_fft / 2 + 1) * lanes));
        let tile_at = cepstrum.next_multiple_of(16);
        let second = piece((stage * lanes).max(gathered).max(tile_at + tile));
        Self {
            samples: first,
            powers: first,
            gathered: part(second, 0, gathered),
            columns: part(second, 0, stage * lanes),
            cepstrum: part(second, 0, cepstrum),
            tile: part(second, tile_at, tile),
            frames: piece(if treats_frames { (framing.span + 1) * lanes } else { 0 }),
            passes: [piece(pass * lanes), piece(pass * lanes)],
            direct: piece(direct * lanes),
            sample_rows,
            sample_tail,
            last_rows: n_fft - sample_tail * sample_rows,
            sample_row_stride,
            total: end,
        }
    }
}

fn choose_kernel(wanted: Option<InstructionSet>) -> Result<&'static Kernel, Error> {
    Kernel::choose(wanted).ok_or_else(|| Error::Config {
        field: "instruction_set".into(),
        value: wanted.map_or_else(String::new, |set| format!("{set:?}")),
        wanted: format!("one of this machine's: {:?}", InstructionSet::available().collect::<Vec<_>>()),
    })
}

fn emphasizes_frames(config: &MelConfig) -> bool {
    config.preemphasis_mode == PreemphasisMode::Frame && config.preemphasis > 0.0
}

/// The energy of frames of `span` samples, whose window has the `gain` of the input and of the spectrum in it.
fn frame_energy(
    config: &MelConfig,
    gain: f64,
    span: usize,
    window: impl Fn(u32) -> f64,
) -> Result<FrameEnergy, Error> {
    if config.raw_energy {
        return Ok(FrameEnergy {
            window: None,
            scale: (config.input_scale * config.input_scale) as f32,
        });
    }
    let mut values = memory::with_capacity(span)?;
    values.extend((0..span as u32).map(|sample| window(sample) as f32));
    let scale = config.input_scale / gain;
    Ok(FrameEnergy { window: Some(values), scale: (scale * scale) as f32 })
}

/// Whether something is done to each frame by itself, before the window.
fn treats_frames(config: &MelConfig) -> bool {
    config.remove_dc_offset || emphasizes_frames(config) || config.use_energy
}

fn power(config: &MelConfig) -> Power {
    let eps = config.magnitude_eps as f32;
    if config.power == 2.0 {
        Power::Squared
    } else if config.power == 1.0 {
        Power::Magnitude { eps }
    } else {
        Power::Other { half_exponent: (config.power / 2.0) as f32, eps }
    }
}

fn own_window(config: &MelConfig, values: &[f32]) -> Result<Vec<f64>, Error> {
    limits::check_table("window", values, config.window_length() as usize)?;
    let mut window = memory::with_capacity(values.len())?;
    window.extend(values.iter().map(|&value| f64::from(value)));
    Ok(window)
}

fn own_filterbank(config: &MelConfig, rows: &[f32]) -> Result<Filterbank, Error> {
    let n_bins = config.n_fft as usize / 2 + 1;
    limits::check_table("filterbank", rows, config.n_mels as usize * n_bins)?;
    Filterbank::from_rows(rows, n_bins)
}
