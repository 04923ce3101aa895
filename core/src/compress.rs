//! The logarithm of the mel energies, with what follows it that is linear: one polynomial; and the levels that
//! limit it.

use crate::config::{Log, LogFloorMode, MelConfig, Reference};
use crate::lanes::Lane;
use crate::measured::Measured;

/// ln(1.5 + x) for 1 ≤ 1.5 + x < 2: coefficients 0 to 7 of the polynomial whose greatest error is least (Remez'
/// exchange), 1.9e-7, or 8.3e-8 in log10.
const LN_COEFFICIENTS: [f64; 8] = [
    0.405_465_291_576_452_5,
    0.666_665_755_506_248_3,
    -0.222_245_401_438_768_56,
    0.098_804_890_501_222_83,
    -0.048_928_991_504_680_61,
    0.025_862_212_841_687_517,
    -0.017_414_192_996_966_293,
    0.010_484_104_050_291_489,
];

/// y = (log(x) + offset) · scale, with log(2^e · m) = e · log 2 + log m, or x · scale + offset · scale.
#[derive(Clone, Debug)]
pub(crate) struct Logarithm {
    is_log: bool,
    adds_floor: bool,
    floor: f32,
    /// What is subtracted from a mantissa for the polynomial.
    center: f32,
    exponent: f32,
    constant: f32,
    /// Coefficients 1 to 7.
    coefficients: [f32; 7],
    /// `scale` itself, for where there is no logarithm.
    scale: f32,
}

impl Logarithm {
    pub fn new(config: &MelConfig) -> Self {
        let (per_ln, _) = units(config.log);
        let unit = per_ln * config.scale;
        let offset = config.offset * config.scale;
        let is_log = config.log.is_logarithm();
        let (center, constant) = if is_log { center(unit, offset) } else { (1.5, offset) };
        // The polynomial around the center, which is so near to 1.5 that first order is enough.
        let shift = f64::from(center) - 1.5;
        let coefficients = core::array::from_fn(|i| {
            let next = LN_COEFFICIENTS.get(i + 2).map_or(0.0, |next| (i + 2) as f64 * next);
            ((LN_COEFFICIENTS[i + 1] + next * shift) * unit) as f32
        });
        Self {
            is_log,
            adds_floor: config.log_floor_mode == LogFloorMode::Add,
            floor: config.log_floor as f32,
            center,
            exponent: (core::f64::consts::LN_2 * unit) as f32,
            constant: constant as f32,
            coefficients,
            scale: config.scale as f32,
        }
    }

    /// The energies of a tile, with what the floor adds to them; none if there is no logarithm.
    ///
    /// # Safety
    /// `tile` is valid for reads and writes of `G` vectors.
    #[inline(always)]
    pub unsafe fn energies<V: Lane, const G: usize>(&self, tile: *mut f32) -> Option<[V; G]> {
        if !self.is_log {
            return None;
        }
        let floor = V::splat(self.floor);
        // SAFETY: the caller's.
        unsafe {
            if self.adds_floor {
                for i in 0..G {
                    V::load(tile.add(i * V::N)).add(floor).store(tile.add(i * V::N));
                }
            }
            let mut energies = [floor; G];
            for (i, energy) in energies.iter_mut().enumerate() {
                *energy = V::load(tile.add(i * V::N));
            }
            Some(energies)
        }
    }

    /// Logarithms side by side. Those of what is infinite or not a number are some numbers.
    #[inline(always)]
    pub fn of<V: Lane, const G: usize>(&self, energies: [V; G]) -> [V; G] {
        let (mut exponents, mut x) = (energies, energies);
        for i in 0..G {
            let (exponent, mantissa) = energies[i].max(V::splat(self.floor)).split_exponent();
            exponents[i] = exponent;
            x[i] = mantissa.sub(V::splat(self.center));
        }
        for exponent in &mut exponents {
            *exponent = exponent.mul_add(V::splat(self.exponent), V::splat(self.constant));
        }
        let mut values = [V::splat(self.coefficients[6]); G];
        for &coefficient in self.coefficients[..6].iter().rev() {
            for i in 0..G {
                values[i] = values[i].mul_add(x[i], V::splat(coefficient));
            }
        }
        for i in 0..G {
            values[i] = values[i].mul_add(x[i], exponents[i]);
        }
        values
    }

    /// What the energies of a tile become.
    ///
    /// # Safety
    /// As of [`energies`](Self::energies).
    #[inline(always)]
    pub unsafe fn all<V: Lane, const G: usize>(&self, tile: *mut f32) -> [V; G] {
        // SAFETY: the caller's.
        unsafe {
            match self.energies(tile) {
                Some(energies) => self.of(energies),
                None => {
                    let mut values = [V::splat(0.0); G];
                    for (i, value) in values.iter_mut().enumerate() {
                        *value = self.line(V::load(tile.add(i * V::N)));
                    }
                    values
                }
            }
        }
    }

    /// What an energy becomes without a logarithm.
    #[inline(always)]
    pub fn line<V: Lane>(&self, energy: V) -> V {
        energy.mul_add(V::splat(self.scale), V::splat(self.constant))
    }
}

/// A float near 1.5, and offset + unit · ln of it, which is nearly a float: otherwise every result would be off
/// by up to half a unit of its last place.
fn center(unit: f64, offset: f64) -> (f32, f64) {
    let mut best = (f32::INFINITY, 1.5, 0.0);
    for i in 0..32 {
        let center = f32::from_bits(1.5f32.to_bits() + i);
        let x = f64::from(center) - 1.5;
        let value =
            offset + unit * (LN_COEFFICIENTS[0] + LN_COEFFICIENTS[1] * x + LN_COEFFICIENTS[2] * x * x);
        let off = (f64::from(value as f32) - value).abs() as f32;
        if off < best.0 {
            best = (off, center, value);
        }
    }
    (best.1, best.2)
}

/// The logarithm's units per unit of the natural one, and per decibel.
fn units(log: Log) -> (f64, f64) {
    let decadic = core::f64::consts::LOG10_E;
    match log {
        // PCEN follows energies without a logarithm.
        Log::None | Log::Pcen => (1.0, 1.0),
        Log::Ln => (1.0, core::f64::consts::LN_10 / 10.0),
        Log::Log10 => (decadic, 0.1),
        Log::Db => (10.0 * decadic, 1.0),
        Log::DbMagnitude => (20.0 * decadic, 1.0),
    }
}

/// Which levels follow from the options `reference`, `top_db` and `subtract_reference`.
#[derive(Clone, Debug)]
pub(crate) struct Compression {
    /// `top_db` in units of the result; infinite where nothing is clamped.
    range: f32,
    /// The level `reference` of the result, if it is known beforehand.
    fixed: Option<f32>,
    /// Whether the reference is the highest value of the result.
    pub measures: bool,
    pub subtracts: bool,
    /// The reference less this is what is subtracted.
    zero: f32,
    /// The highest value before the levels; infinite where there is no limit.
    ceiling: f32,
}

impl Compression {
    pub fn new(config: &MelConfig) -> Self {
        let (per_ln, per_db) = units(config.log);
        let constant = config.offset * config.scale;
        let uses_reference = config.top_db.is_some() || config.subtract_reference;
        let fixed = (config.reference_value * config.scale + constant) as f32;
        let range = config.top_db.map_or(f64::INFINITY, |db| db * per_db * config.scale);
        Self {
            range: if config.reference == Reference::None { f32::INFINITY } else { range as f32 },
            fixed: (config.reference == Reference::Fixed).then_some(fixed),
            measures: config.reference == Reference::WholeInput && uses_reference,
            subtracts: config.subtract_reference && config.reference != Reference::None,
            zero: constant as f32,
            ceiling: config
                .log_ceiling
                .map_or(f64::INFINITY, |ceiling| libm::log(ceiling) * per_ln * config.scale + constant)
                as f32,
        }
    }

    /// Whether high values are limited.
    pub fn limits(&self) -> bool {
        self.ceiling < f32::INFINITY
    }

    /// What was measured, once values are limited. The levels had been applied.
    pub fn limited(&self, measured: Measured, levels: Levels) -> Measured {
        Measured {
            highest: measured.highest.min(self.ceiling),
            lowest: measured.lowest.min(self.highest(levels)),
            ..measured
        }
    }

    /// The highest value that is left, once levels have been applied.
    pub fn highest(&self, levels: Levels) -> f32 {
        self.ceiling.max(levels.lowest) - levels.subtracted
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
