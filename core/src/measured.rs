//! What is measured while a result is computed.

/// Extrema and finiteness of a range of frames.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    /// The highest value before levels are applied.
    pub highest: f32,
    /// The lowest value after that.
    pub lowest: f32,
    /// Whether every energy was a finite number.
    pub is_finite: bool,
}

impl Measured {
    pub const NOTHING: Self =
        Self { highest: f32::NEG_INFINITY, lowest: f32::INFINITY, is_finite: true };

    pub fn and(self, other: Self) -> Self {
        Self {
            highest: self.highest.max(other.highest),
            lowest: self.lowest.min(other.lowest),
            is_finite: self.is_finite && other.is_finite,
        }
    }
}

/// The same in each lane of a kernel.
pub(crate) struct MeasuredLanes {
    /// Highest value, before the levels.
    pub highest: [f32; 16],
    /// Lowest value, as it was stored.
    pub lowest: [f32; 16],
    /// NaN where something overflowed.
    pub poison: [f32; 16],
}

impl MeasuredLanes {
    pub const NOTHING: Self =
        Self { highest: [f32::NEG_INFINITY; 16], lowest: [f32::INFINITY; 16], poison: [0.0; 16] };

    /// What was found in the first `n` lanes.
    pub fn first(&self, n: usize) -> Measured {
        Measured {
            highest: self.highest[..n].iter().copied().fold(f32::NEG_INFINITY, f32::max),
            lowest: self.lowest[..n].iter().copied().fold(f32::INFINITY, f32::min),
            is_finite: !self.poison[..n].iter().any(|poison| poison.is_nan()),
        }
    }
}
