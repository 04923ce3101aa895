//! Inputs that are too long for the memory: read twice, computed in blocks.
//!
//! The first pass counts the samples, and where levels depend on the highest value of the whole input
//! it measures that; then the reference is known, and the second pass is a stream that has the bits of
//! the whole.

use super::source::{Origin, Samples, with_samples};
use super::statistics::Tally;
use crate::failure::Failure;
use crate::interrupt;
use crate::picture::Overview;
use crate::sinks::Writer;
use mojo_audio_core::config::Reference;
use mojo_audio_core::{MelConfig, MelExtractor, MelStream};
use mojo_audio_files::{Source, Warning};
use std::ops::Range;
use std::time::{Duration, Instant};

/// Samples that are read before they are computed.
const BLOCK: usize = 1 << 19;

/// How features are computed in blocks.
pub struct Plan {
    /// Measures the reference, where there is one to be measured.
    measure: Option<MelExtractor>,
}

impl Plan {
    /// `None` where an option needs the whole input in another way than by its highest value.
    pub fn new(extractor: &MelExtractor) -> Option<Self> {
        if extractor.stream().is_ok() {
            return Some(Self { measure: None });
        }
        let config = extractor.config();
        // Frames that are filled up are no part of what is measured.
        if config.reference != Reference::WholeInput || config.n_frames.is_some() || config.scale == 0.0
        {
            return None;
        }
        // The levels are those of the bands, whatever is made of them.
        let measure = MelConfig {
            reference: Reference::None,
            n_mfcc: None,
            use_energy: false,
            stack: 1,
            stack_stride: None,
            delta_win_length: None,
            delta_order: 1,
            ..config.clone()
        };
        let measure = MelExtractor::new(&measure).ok()?;
        measure.stream().is_ok().then_some(Self { measure: Some(measure) })
    }
}

/// What the first pass has found.
pub struct Survey {
    pub n_samples: usize,
    pub source: Source,
    pub times: Times,
    highest: Option<f32>,
}

/// Time of reading, and of computing.
#[derive(Clone, Copy, Default)]
pub struct Times {
    pub read: Duration,
    pub compute: Duration,
}

/// Reads the whole input for the first time.
pub fn survey(
    plan: &Plan,
    origin: &Origin<'_>,
    sample_rate: u32,
    samples: &mut Samples,
) -> Result<Survey, Failure> {
    let mut highest = f32::NEG_INFINITY;
    let mut measure = |values: &[f32], _| {
        let mut tally = Tally::new();
        tally.add(values);
        if let Some(statistics) = tally.statistics() {
            highest = highest.max(statistics.max);
        }
        Ok(())
    };
    let stream = plan.measure.as_ref().map(MelExtractor::stream).transpose()?;
    let Pass { n_samples, source, times, .. } =
        pass(origin, sample_rate, samples, stream, &mut measure)?;
    Ok(Survey { n_samples, source, times, highest: plan.measure.is_some().then_some(highest) })
}

/// Computes the features of an input that was surveyed, and writes them.
pub fn compute(
    extractor: &MelExtractor,
    survey: &Survey,
    origin: &Origin<'_>,
    samples: &mut Samples,
    results: &mut Results<'_>,
) -> Result<Vec<Warning>, Failure> {
    let config = extractor.config();
    let stream = match survey.highest {
        None => extractor.stream()?,
        // The level is a value of the result, y = (level + offset) · scale; the option is the level
        // itself. In float64 the way back has no error that float32 would show.
        Some(highest) => MelExtractor::new(&MelConfig {
            reference: Reference::Fixed,
            reference_value: f64::from(highest) / config.scale - config.offset,
            ..config.clone()
        })?
        .stream()?,
    };
    let mut add = |values: &[f32], frames| results.add(values, frames);
    let pass = pass(origin, config.sample_rate, samples, Some(stream), &mut add)?;
    if pass.n_samples != survey.n_samples {
        return Err(Failure::new("io", "the file changed while it was read"));
    }
    results.times.read += pass.times.read;
    results.times.compute += pass.times.compute;
    Ok(pass.warnings)
}

/// Where the values of a result go, block by block.
pub struct Results<'a> {
    pub writer: Option<Box<dyn Writer + 'a>>,
    pub tally: Tally,
    pub overview: Option<Overview>,
    pub times: Times,
}

impl Results<'_> {
    /// Takes the values of the next frames, in the layout of the result.
    pub fn add(&mut self, values: &[f32], frames: Range<usize>) -> Result<(), Failure> {
        self.tally.add(values);
        if let Some(overview) = &mut self.overview {
            overview.add(values, frames.len());
        }
        match &mut self.writer {
            Some(writer) => writer.write(frames, values),
            None => Ok(()),
        }
    }
}

struct Pass {
    n_samples: usize,
    source: Source,
    warnings: Vec<Warning>,
    times: Times,
}

/// Takes the values of the next frames, and which they are.
type Each<'a> = dyn FnMut(&[f32], Range<usize>) -> Result<(), Failure> + 'a;

/// Reads the input once; with a stream, calls `each` with the values of all frames, in blocks.
fn pass(
    origin: &Origin<'_>,
    sample_rate: u32,
    samples: &mut Samples,
    mut stream: Option<MelStream>,
    each: &mut Each<'_>,
) -> Result<Pass, Failure> {
    let mut mono = origin.open()?.mono(sample_rate)?;
    let mut times = Times::default();
    let mut values = Vec::new();
    let (mut n_samples, mut n_frames) = (0, 0);
    let mut ended = false;
    while !ended {
        if interrupt::requested() {
            return Err(Failure::new("interrupted", "interrupted"));
        }
        samples.clear(2 * BLOCK);
        let started = Instant::now();
        ended = samples.fill(&mut mono, BLOCK)?;
        times.read += started.elapsed();
        n_samples += samples.len();
        let Some(stream) = &mut stream else { continue };
        let started = Instant::now();
        let count = with_samples!(samples, slice => {
            values.resize(stream.frames_after(slice.len()) * stream.n_mels(), 0.0);
            stream.push_into(slice, &mut values)?
        });
        times.compute += started.elapsed();
        each(&values, n_frames..n_frames + count)?;
        n_frames += count;
    }
    if let Some(stream) = &mut stream {
        values.resize(stream.frames_at_finish() * stream.n_mels(), 0.0);
        let count = stream.finish_into(&mut values)?;
        each(&values, n_frames..n_frames + count)?;
    }
    let warnings = mono.warnings().to_vec();
    Ok(Pass { n_samples, source: mono.source().clone(), warnings, times })
}
