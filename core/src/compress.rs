//! The logarithm of the mel energies, with what follows it that is linear: one polynomial.

use crate::config::{Log, LogFloorMode, MelConfig, Reference};
use crate::kernels::lane::Lane;

/// ln(1 + x) ≈ x · Σ c[i] x^i for 1 + x in [√½, √2): the polynomial of degree 7 through 0 whose
/// greatest error is least (Remez' exchange), 3.0e-7, or 1.3e-7 in log10.
const LN_COEFFICIENTS: [f64; 7] = [
    1.000_006_519_95,
    -0.500_002_448_383,
    0.332_836_391_417,
    -0.249_442_624_573,
    0.209_382_016_44,
    -0.184_094_442_434,
    0.100_174_073_618,
];

/// y = (log(x) + offset) · scale, with log(2^e · m) = e · log 2 + log m.
#[derive(Clone, Debug)]
pub(crate) struct Compression {
    pub has_log: bool,
    pub adds_floor: bool,
    floor: f32,
    exponent: f32,
    coefficients: [f32; 7],
    constant: f32,
    /// `scale` itself, for where there is no logarithm.
    scale: f32,
    /// `top_db` in units of the result; infinite where nothing is clamped.
    pub range: f32,
    /// The level `reference` of the result, if it is known beforehand.
    pub fixed: Option<f32>,
    /// Whether the reference is the highest value of the result.
    pub measures: bool,
    pub subtracts: bool,
    /// The reference less this is what is subtracted.
    pub zero: f32,
}

impl Compression {
    pub fn new(config: &MelConfig) -> Self {
        // The logarithm's units per unit of the natural one, and per decibel.
        let decadic = core::f64::consts::LOG10_E;
        let (per_ln, per_db) = match config.log {
            Log::None => (1.0, 1.0),
            Log::Ln => (1.0, core::f64::consts::LN_10 / 10.0),
            Log::Log10 => (decadic, 0.1),
            Log::Db => (10.0 * decadic, 1.0),
            Log::DbMagnitude => (20.0 * decadic, 1.0),
        };
        let unit = per_ln * config.scale;
        let constant = config.offset * config.scale;
        let uses_reference = config.top_db.is_some() || config.subtract_reference;
        let fixed = (config.reference_value * config.scale + constant) as f32;
        let range = config.top_db.map_or(f64::INFINITY, |db| db * per_db * config.scale);
        Self {
            has_log: config.log != Log::None,
            adds_floor: config.log_floor_mode == LogFloorMode::Add,
            floor: config.log_floor as f32,
            exponent: (core::f64::consts::LN_2 * unit) as f32,
            coefficients: LN_COEFFICIENTS.map(|c| (c * unit) as f32),
            constant: constant as f32,
            scale: config.scale as f32,
            range: if config.reference == Reference::None { f32::INFINITY } else { range as f32 },
            fixed: (config.reference == Reference::Fixed).then_some(fixed),
            measures: config.reference == Reference::WholeInput && uses_reference,
            subtracts: config.subtract_reference && config.reference != Reference::None,
            zero: constant as f32,
        }
    }

    /// The compressed energies, and what is infinite or not a number where something overflowed: the
    /// logarithm of such an energy is some number. An energy of 0 needs a floor.
    #[inline(always)]
    pub fn apply<V: Lane>(&self, energy: V) -> (V, V) {
        if !self.has_log {
            let value = energy.mul_add(V::splat(self.scale), V::splat(self.constant));
            return (value, value);
        }
        let witness = energy;
        let floor = V::splat(self.floor);
        let energy = if self.adds_floor { energy.add(floor) } else { energy.max(floor) };
        let (exponent, mantissa) = energy.split_exponent();
        let x = mantissa.sub(V::splat(1.0));
        let mut polynomial = V::splat(self.coefficients[6]);
        for &coefficient in self.coefficients[..6].iter().rev() {
            polynomial = polynomial.mul_add(x, V::splat(coefficient));
        }
        let exponent = exponent.mul_add(V::splat(self.exponent), V::splat(self.constant));
        (polynomial.mul_add(x, exponent), witness)
    }

    /// Lowest value and what is subtracted, from the reference's level in units of the result.
    pub fn levels(&self, reference: f32) -> Levels {
        Levels {
            lowest: reference - self.range,
            subtracted: if self.subtracts { reference - self.zero } else { 0.0 },
        }
    }

    /// What may be applied at once where the reference is this or higher: no value gets too high by that.
    pub fn levels_so_far(&self, reference: f32) -> Levels {
        if self.subtracts { Levels::NONE } else { self.levels(reference) }
    }

    /// Those that hold while the reference is not known.
    pub fn levels_beforehand(&self) -> Levels {
        match self.fixed {
            Some(fixed) => self.levels(fixed),
            None => Levels::NONE,
        }
    }
}

/// What `top_db` and `subtract_reference` do to the result: max(y, lowest) − subtracted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Levels {
    pub lowest: f32,
    pub subtracted: f32,
}

impl Levels {
    pub const NONE: Self = Self { lowest: f32::NEG_INFINITY, subtracted: 0.0 };

    /// Whether they change any of the values that are this or higher.
    pub fn change(self, lowest: f32) -> bool {
        self.subtracted != 0.0 || lowest < self.lowest
    }

    #[inline(always)]
    pub fn apply<V: Lane>(self, value: V) -> V {
        value.max(V::splat(self.lowest)).sub(V::splat(self.subtracted))
    }
}
