//! Per-channel energy normalization: each mel energy is divided by a power of its own recent average, then compressed.
//!
//! Wang et al., "Trainable Frontend for Robust and Far-Field Keyword Spotting", 2017, as `librosa.pcen` computes it:
//!
//! ```text
//! M[t] = (1 − b) · M[t − 1] + b · E[t]      M before the first frame is 1
//! G[t] = E[t] / (eps + M[t])^gain
//! y[t] = (G[t] + bias)^power − bias^power   ln(1 + G[t]) if power is 0
//! ```
//!
//! The average makes each frame depend on all before it, so frames are taken in their order, in float64, after they
//! have been computed and before anything is made of several of them.

use crate::config::{Log, MelConfig};
use crate::error::Error;
use crate::number::short;
use alloc::borrow::Cow;
use alloc::format;

/// What is done to the energies of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pcen {
    /// b, the part of the average that is new.
    new: f64,
    gain: f64,
    eps: f64,
    ln_eps: f64,
    curve: Curve,
    offset: f64,
    scale: f64,
}

/// The compression.
#[derive(Clone, Copy, Debug)]
enum Curve {
    /// ln(1 + G).
    Logarithm,
    /// G^power.
    Power(f64),
    /// (G + bias)^power − bias^power, as bias^power · ((1 + G / bias)^power − 1).
    Biased { power: f64, bias: f64, unit: f64 },
}

impl Pcen {
    /// None if `log` has another value.
    pub fn new(config: &MelConfig) -> Option<Self> {
        if config.log != Log::Pcen {
            return None;
        }
        let frames =
            config.pcen_time_constant * f64::from(config.sample_rate) / f64::from(config.hop_length);
        let (power, bias) = (config.pcen_power, config.pcen_bias);
        Some(Self {
            // librosa's (sqrt(1 + 4 t²) − 1) / 2 t², without its cancellation for small t.
            new: 2.0 / (1.0 + libm::sqrt(1.0 + 4.0 * frames * frames)),
            gain: config.pcen_gain,
            eps: config.pcen_eps,
            ln_eps: libm::log(config.pcen_eps),
            curve: if power == 0.0 {
                Curve::Logarithm
            } else if bias == 0.0 {
                Curve::Power(power)
            } else {
                Curve::Biased { power, bias, unit: libm::pow(bias, power) }
            },
            offset: config.offset,
            scale: config.scale,
        })
    }

    /// What a row's average adds before the first frame.
    pub fn start(&self) -> f64 {
        1.0 - self.new
    }

    /// What the next energy of a row becomes; `before` is what the average adds from the frames before it.
    pub fn next(&self, energy: f32, before: &mut f64) -> f32 {
        let energy = f64::from(energy);
        let average = self.new * energy + *before;
        *before = (1.0 - self.new) * average;
        let ln_gain = -self.gain * (self.ln_eps + libm::log1p(average / self.eps));
        let value = match self.curve {
            Curve::Logarithm => libm::log1p(energy * libm::exp(ln_gain)),
            Curve::Power(power) => libm::exp(power * (libm::log(energy) + ln_gain)),
            Curve::Biased { power, bias, unit } => {
                unit * libm::expm1(power * libm::log1p(energy * libm::exp(ln_gain) / bias))
            }
        };
        ((value + self.offset) * self.scale) as f32
    }
}

/// The options that compute the frames before this step: plain energies.
pub(crate) fn linear(config: &MelConfig) -> Cow<'_, MelConfig> {
    if config.log != Log::Pcen {
        return Cow::Borrowed(config);
    }
    Cow::Owned(MelConfig { log: Log::None, offset: 0.0, scale: 1.0, ..config.clone() })
}

/// Refuses a filterbank of the program that could make negative energies.
pub(crate) fn check_filterbank(config: &MelConfig, weights: &[f32]) -> Result<(), Error> {
    match weights.iter().position(|&weight| weight < 0.0) {
        Some(at) if config.log == Log::Pcen => Err(Error::Config {
            field: "filterbank".into(),
            value: format!("{} at {at}", short(weights[at])),
            expected: "at least 0 where `log` is pcen".into(),
        }),
        _ => Ok(()),
    }
}
