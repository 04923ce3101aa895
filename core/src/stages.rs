//! The stages of one block on their own, for the benches: each can be repeated on what the ones before it
//! left.

use crate::block::Block;
use crate::compress::Levels;
use crate::config::{MelConfig, Precision};
use crate::error::Error;
use crate::measured::MeasuredLanes;
use crate::memory;
use crate::plan::{Overrides, Plan};
use crate::scratch::Scratch;
use alloc::vec::Vec;
use core::marker::PhantomData;

/// A step of the pipeline over a block of frames, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Samples side by side.
    Samples,
    /// Window and first stage of the transform.
    First,
    /// The transform's columns, and the powers of the bins.
    Columns,
    /// The mel filters and their logarithms.
    Bands,
    /// The maximum less a range, over the result.
    Levels,
    /// All but the levels, as the pipeline runs them.
    Whole,
}

impl Stage {
    /// All, in order.
    pub const ALL: [Self; 6] =
        [Self::Samples, Self::First, Self::Columns, Self::Bands, Self::Levels, Self::Whole];
}

/// A block of frames as wide as the instruction set's vectors.
pub struct StageBench {
    plan: Plan,
    scratch: Scratch,
    samples: Vec<f32>,
    out: Vec<f32>,
}

impl StageBench {
    /// For the first block of `samples`.
    ///
    /// # Errors
    /// As of [`MelExtractor::with_overrides`](crate::MelExtractor::with_overrides). A configuration other
    /// than of single precision, whose frames are transformed as they are, and samples that are too few,
    /// are refused too.
    pub fn new(config: &MelConfig, overrides: &Overrides<'_>, samples: &[f32]) -> Result<Self, Error> {
        let plan = Plan::new(config, overrides)?;
        let refused = |field: &'static str, expected: &'static str| {
            Err(Error::Config { field: field.into(), value: "this".into(), expected: expected.into() })
        };
        if config.precision != Precision::Single
            || plan.recipe.frames.is_some()
            || plan.recipe.bands.cepstrum.is_some()
            || plan.resampling.is_some()
        {
            return refused(
                "config",
                "single precision, frames as they are, no cepstrum, no input rate",
            );
        }
        let needed = plan.source_length(2 * plan.kernel.lanes, plan.framing.hop);
        if samples.len() < needed {
            return refused("samples", "two blocks of frames");
        }
        let scratch = Scratch::new(&plan)?;
        let mut out = memory::with_capacity(plan.n_rows * plan.kernel.lanes)?;
        out.resize(plan.n_rows * plan.kernel.lanes, 0.0);
        Ok(Self { plan, scratch, samples: samples[..needed].to_vec(), out })
    }

    /// How many frames a block has.
    pub fn n_frames(&self) -> usize {
        self.plan.kernel.lanes
    }

    /// Runs a stage once more.
    pub fn run(&mut self, stage: Stage) {
        let plan = &self.plan;
        let lanes = plan.kernel.lanes;
        let levels = Levels { lowest: -1.5, subtracted: 0.0 };
        if stage == Stage::Levels {
            return plan.kernel.apply_levels(&mut self.out, levels);
        }
        let mut block = Block {
            source: self.samples.as_ptr(),
            source_stride: plan.framing.hop,
            is_in_place: true,
            out: self.out.as_mut_ptr(),
            out_stride: lanes,
            levels,
            measured: MeasuredLanes::NOTHING,
            floats: self.scratch.floats.as_mut_ptr(),
            n_floats: plan.recipe.scratch,
            scratch: PhantomData,
        };
        // SAFETY: there are samples of a block, room for a vector in each row, and the plan's scratch.
        unsafe { plan.kernel.stage(stage, &plan.recipe, &mut block) }
    }
}
