//! Frames treated one by one before the window: their mean, pre-emphasis and energy, as Kaldi has them.

use super::pieces::Piece;
use super::spectrum::FLOAT;
use crate::config::{MelConfig, PreemphasisMode};
use crate::error::Error;
use crate::lanes::{Lane, inlined};
use crate::memory;
use alloc::vec::Vec;

/// What is done to each frame.
#[derive(Debug)]
pub(crate) struct Frames {
    /// Bytes at which the vector of sample i of the frames begins, and at which it is stored.
    offsets: Vec<u32>,
    places: Vec<u32>,
    /// A row of zeros, for the samples after the frame's span.
    zeros: Piece,
    removes_mean: bool,
    preemphasis: f32,
    energy: Option<Energy>,
}

/// What is done to the samples of a frame, besides its energy.
#[derive(Clone, Copy)]
pub(crate) struct Treatment {
    pub span: usize,
    pub removes_mean: bool,
    pub preemphasis: f32,
}

/// How the energy of a frame is computed.
#[derive(Debug)]
struct Energy {
    /// The window of the samples, if there is one; without, the samples before pre-emphasis count.
    window: Option<Vec<f32>>,
    /// What the sum of squares is multiplied by, to be that of the scaled input.
    scale: f32,
}

impl Frames {
    /// Whether anything is done to each frame.
    pub fn are_treated(config: &MelConfig) -> bool {
        config.remove_dc_offset || Self::preemphasis(config) > 0.0 || config.use_energy
    }

    fn preemphasis(config: &MelConfig) -> f64 {
        if config.preemphasis_mode == PreemphasisMode::Frame { config.preemphasis } else { 0.0 }
    }

    /// Of frames whose samples are at the floats `offsets` and stored at `places`, those of the span; `weights` are those of
    /// the window, which were multiplied by `input_scale` and divided by `norm`, which an energy is not.
    pub fn new(
        config: &MelConfig,
        mut offsets: Vec<u32>,
        mut places: Vec<u32>,
        zeros: Piece,
        norm: f64,
        weights: impl Iterator<Item = f64>,
    ) -> Result<Self, Error> {
        let energy = if !config.use_energy {
            None
        } else if config.raw_energy {
            Some(Energy { window: None, scale: (config.input_scale * config.input_scale) as f32 })
        } else {
            let mut window = memory::with_capacity(offsets.len())?;
            window.extend(weights.map(|weight| (weight * norm) as f32));
            Some(Energy { window: Some(window), scale: 1.0 })
        };
        for float in offsets.iter_mut().chain(&mut places) {
            *float *= FLOAT;
        }
        Ok(Self {
            offsets,
            places,
            zeros,
            removes_mean: config.remove_dc_offset,
            preemphasis: Self::preemphasis(config) as f32,
            energy,
        })
    }

    /// What is done to the samples.
    pub fn treatment(&self) -> Treatment {
        let (removes_mean, preemphasis) = (self.removes_mean, self.preemphasis);
        Treatment { span: self.places.len(), removes_mean, preemphasis }
    }

    /// Treats the frames of a block. Returns their energy, or 0 if it isn't an option.
    ///
    /// # Safety
    /// `scratch` has the room that was planned, with the samples side by side.
    #[inline(always)]
    pub unsafe fn treat<V: Lane>(&self, scratch: *mut f32) -> V {
        let zero = V::splat(0.0);
        // SAFETY: the caller's; all tables have an entry for each sample of the span.
        unsafe {
            let sample = inlined(
                #[inline(always)]
                |offset: u32| V::load(scratch.byte_add(offset as usize)),
            );
            let place = inlined(
                #[inline(always)]
                |place: u32| scratch.byte_add(place as usize),
            );

            // Four sums, as one would wait for each addition.
            let mut sums = [zero; 4];
            if self.removes_mean {
                let (groups, rest) = self.offsets.as_chunks::<4>();
                for &[first, second, third, fourth] in groups {
                    sums[0] = sums[0].add(sample(first));
                    sums[1] = sums[1].add(sample(second));
                    sums[2] = sums[2].add(sample(third));
                    sums[3] = sums[3].add(sample(fourth));
                }
                for (sum, &offset) in sums.iter_mut().zip(rest) {
                    *sum = sum.add(sample(offset));
                }
            }
            let sum = sums[0].add(sums[1]).add(sums[2].add(sums[3]));
            let mean = sum.mul(V::splat(1.0 / self.offsets.len() as f32));

            let emphasis = V::splat(self.preemphasis);
            let mut before = sample(self.offsets[0]).sub(mean);
            for (&offset, &to) in self.offsets.iter().zip(&self.places) {
                let value = sample(offset).sub(mean);
                before.neg_mul_add(emphasis, value).store(place(to));
                before = value;
            }
            zero.store(scratch.add(self.zeros.start));

            let Some(energy) = &self.energy else { return zero };
            let mut sums = [zero; 4];
            for (i, (&offset, &to)) in self.offsets.iter().zip(&self.places).enumerate() {
                let value = match &energy.window {
                    None => sample(offset).sub(mean),
                    Some(window) => V::load(place(to)).mul(V::splat(*window.get_unchecked(i))),
                };
                sums[i % 4] = value.mul_add(value, sums[i % 4]);
            }
            let sum = sums[0].add(sums[1]).add(sums[2].add(sums[3]));
            sum.mul(V::splat(energy.scale))
        }
    }
}
