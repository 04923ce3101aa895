//! The filters between two rates: made once, shared by any number of signals.
//!
//! Every conversion goes by way of twice the lower rate:
//!
//! ```text
//! down:  input --short--> twice the output's rate --half-band, every second--> output
//! up:    input --half-band, between all samples--> twice the input's rate --short--> output
//! ```
//!
//! The half-band filter does the steep part. It is the same at every rate. The short filter may take
//! all the lower rate for its transition, as the half-band filter removes what is left there, so that
//! a few taps per output do even between rates with no small ratio. It is a sinc under a Kaiser window
//! (J. F. Kaiser and R. W. Schafer, 1980), known at every instant.

use crate::error::Error;
use crate::kernels::{InstructionSet, Kernel};
use crate::memory;
use alloc::vec::Vec;
use core::f64::consts::PI;

/// Taps of the half-band filter on either side, at odd distances. Those at even distances are 0, the
/// middle is 1/2.
pub(super) const HALF_BAND_SIDE: usize = 64;

/// Least stop band of the short filter, in decibels: so much that its ripple, a twentieth of the half-band
/// filter's, does not count.
const ATTENUATION: f64 = 141.0;

/// The middle of the short filter's transition, in units of the lower rate.
const CUT: f64 = 0.975;

/// Larger tables of the short filter are interpolated from a few phases, and those of more phases.
const LARGEST_TABLE: u64 = 1 << 19;
const MOST_PHASES: i64 = 1280;

/// Phases of an interpolated table, over half the filter: the longer it is in samples, the smoother from
/// one to the next. Cubic interpolation between them changes the response by less than −118 dB.
const PHASES: f64 = 448.0;

/// Outputs of a group whose first phase is interpolated: the same on every instruction set.
pub(super) const GROUP: usize = 16;

/// The filters from one rate to another.
pub(crate) struct Design {
    pub kernel: &'static Kernel,
    /// Deals the input to planes: AVX2 in place of AVX-512, for which LLVM shuffles a stride of three
    /// with far more instructions.
    pub dealer: &'static Kernel,
    pub from: u32,
    pub to: u32,
    pub path: Path,
    /// The half-band filter without its middle: tap k belongs to the odd sample k − 64 of an output.
    pub half_band: [f32; 2 * HALF_BAND_SIDE],
}

pub(crate) enum Path {
    /// Both rates are the same.
    Same,
    /// To a lower rate; without a short filter where the input has twice the rate already.
    Down(Option<Short>),
    /// To a higher rate; without a short filter where the output has twice the rate.
    Up(Option<Short>),
}

impl core::fmt::Debug for Design {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { from, to, .. } = self;
        f.debug_struct("Design").field("from", from).field("to", to).finish_non_exhaustive()
    }
}

impl Design {
    pub fn new(kernel: &'static Kernel, from: u32, to: u32) -> Result<Self, Error> {
        let lower = f64::from(from.min(to));
        let (source, target) = if from > to {
            (u64::from(from), 2 * u64::from(to))
        } else {
            (2 * u64::from(from), to.into())
        };
        let short = if source == target || from == to {
            None
        } else {
            Some(Short::new(source, target, lower, from > to, kernel.lanes)?)
        };
        let path = match from.cmp(&to) {
            core::cmp::Ordering::Equal => Path::Same,
            core::cmp::Ordering::Greater => Path::Down(short),
            core::cmp::Ordering::Less => Path::Up(short),
        };
        // On the way up half of the samples are zeros that are not there, which takes twice the gain.
        let gain = if from > to { 1.0 } else { 2.0 };
        let half_band = core::array::from_fn(|k| {
            let distance = if k < HALF_BAND_SIDE { HALF_BAND_SIDE - 1 - k } else { k - HALF_BAND_SIDE };
            (HALF_BAND[distance] * gain) as f32
        });
        let dealer = match kernel.set {
            InstructionSet::Avx512 => Kernel::choose(Some(InstructionSet::Avx2)).unwrap_or(kernel),
            _ => kernel,
        };
        Ok(Self { kernel, dealer, from, to, path, half_band })
    }

    /// Outputs of a whole signal of `n` samples: all whose time is before its end.
    pub fn output_length(&self, n: u64) -> u64 {
        // n · to / from, rounded up, without a product that overflows where the length doesn't.
        let (from, to) = (u64::from(self.from), u64::from(self.to));
        let whole = (n / from).saturating_mul(to);
        whole.saturating_add((n % from * to).div_ceil(from))
    }

    /// How many outputs the first `n` samples make certain.
    pub fn certain(&self, n: u64) -> u64 {
        let side = HALF_BAND_SIDE as i64;
        let n = i64::try_from(n).unwrap_or(i64::MAX);
        let certain = match &self.path {
            Path::Same => n,
            Path::Down(short) => certain(short.as_ref(), n).div_euclid(2) - (side - 1),
            Path::Up(short) => certain(short.as_ref(), (n - side).saturating_mul(2)),
        };
        certain.max(0) as u64
    }

    /// How far the filters reach beyond an output's own time, in samples of the input, rounded up.
    pub fn latency(&self) -> u32 {
        let side = HALF_BAND_SIDE as u64;
        let (from, to) = (u64::from(self.from), u64::from(self.to));
        let half = |short: &Option<Short>| short.as_ref().map_or(0, |short| short.half as u64);
        let latency = match &self.path {
            Path::Same => 0,
            Path::Down(short) => half(short) + ((2 * side - 1) * from).div_ceil(2 * to),
            Path::Up(short) => side + half(short).div_ceil(2),
        };
        latency as u32
    }
}

/// The short filter: output j is at place j · m / l of its input.
pub(crate) struct Short {
    pub l: i64,
    pub m: i64,
    /// Inputs on either side of an output's place that it reads.
    pub half: i64,
    pub table: Table,
}

/// The taps, in the order in which vectors read them.
pub(crate) enum Table {
    /// Each pair of outputs (even, odd) is a whole number of inputs after the last: lanes are pairs.
    /// The taps of a pair are for the inputs from `first(0)` on; the input is dealt to `planes` planes,
    /// so that the inputs of neighbouring pairs are neighbours.
    Planes { planes: usize, taps: Vec<[f32; 2]> },
    /// Lanes are neighbouring outputs, in groups of as many as there are lanes. Row k of a group is
    /// multiplied by the one input `base + k` and added to all of them; an output that does not reach
    /// that input has the tap 0.
    Spread { lanes: usize, span: usize, bases: Vec<i64>, taps: Vec<f32> },
    /// As `Spread`, but for groups of 16 whose first output is at the phase (p − 1) / phases past an
    /// input, p = 0 .. phases + 2: a group is interpolated from the four around it.
    Interpolated { phases: i64, span: usize, taps: Vec<f32> },
}

impl Short {
    /// From `source` hertz to `target` hertz.
    fn new(source: u64, target: u64, lower: f64, in_pairs: bool, lanes: usize) -> Result<Self, Error> {
        let divisor = greatest_common_divisor(source, target);
        let (l, m) = ((target / divisor) as i64, (source / divisor) as i64);
        let sinc = Sinc::new(source as f64, lower);
        let half = sinc.half as i64;
        let exact = Self { l, m, half, table: Table::Planes { planes: 0, taps: Vec::new() } };
        let table = if in_pairs && 2 % l == 0 {
            exact.planes(&sinc)?
        } else {
            // As if there were 16 lanes, so that every instruction set does the same.
            let group = GROUP as i64;
            let n_groups = (l / greatest_common_divisor(l as u64, GROUP as u64) as i64) as u64;
            let span = (2 * half + group * m / l + 1) as u64;
            if l > MOST_PHASES || n_groups * span * GROUP as u64 > LARGEST_TABLE {
                return Self::interpolated(l, m, &sinc);
            }
            exact.spread(&sinc, lanes as i64)?
        };
        Ok(Self { table, ..exact })
    }

    /// The first input that output `j` reads.
    pub fn first(&self, j: i64) -> i64 {
        let (turns, phase) = (j.div_euclid(self.l), j.rem_euclid(self.l));
        turns * self.m + phase * self.m / self.l - self.half + 1
    }

    /// Tap k of output `j`: the one for input `first(j) + k`.
    fn tap(&self, sinc: &Sinc, j: i64, k: i64) -> f64 {
        // The distance from the output, in units of 1 / l of an input; the phase of j alone matters.
        let phase = (j * self.m).rem_euclid(self.l);
        sinc.at(((k - self.half + 1) * self.l - phase) as f64 / self.l as f64)
    }

    fn planes(&self, sinc: &Sinc) -> Result<Table, Error> {
        let planes = 2 / self.l * self.m;
        let shift = self.first(1) - self.first(0);
        let mut taps = memory::filled((2 * self.half + shift) as usize, [0.0; 2])?;
        for k in 0..2 * self.half {
            taps[k as usize][0] = self.tap(sinc, 0, k) as f32;
            taps[(k + shift) as usize][1] = self.tap(sinc, 1, k) as f32;
        }
        Ok(Table::Planes { planes: planes as usize, taps })
    }

    fn spread(&self, sinc: &Sinc, lanes: i64) -> Result<Table, Error> {
        let n_groups = self.l / greatest_common_divisor(self.l as u64, lanes as u64) as i64;
        let first_of = |group: i64| self.first(group * lanes);
        let reach = |group: i64| self.first(group * lanes + lanes - 1) - first_of(group);
        let span = (2 * self.half + (0..n_groups).map(reach).max().unwrap_or(0)) as usize;
        let mut bases = memory::with_capacity(n_groups as usize)?;
        bases.extend((0..n_groups).map(first_of));
        let mut taps = memory::filled(n_groups as usize * span * lanes as usize, 0.0)?;
        for (group, taps) in (0..).zip(taps.chunks_exact_mut(span * lanes as usize)) {
            for lane in 0..lanes {
                let j = group * lanes + lane;
                let row = self.first(j) - first_of(group);
                for k in 0..2 * self.half {
                    taps[((row + k) * lanes + lane) as usize] = self.tap(sinc, j, k) as f32;
                }
            }
        }
        Ok(Table::Spread { lanes: lanes as usize, span, bases, taps })
    }

    fn interpolated(l: i64, m: i64, sinc: &Sinc) -> Result<Self, Error> {
        let phases = (libm::ceil(PHASES / sinc.half) as i64).clamp(4, 128);
        // The neighbours in phase reach one input further.
        let half = sinc.half as i64 + 1;
        let span = (2 * half + (GROUP as i64 - 1) * m / l + 2) as usize;
        let mut taps = memory::filled((phases as usize + 3) * span * GROUP, 0.0)?;
        let rows = taps.chunks_exact_mut(GROUP).enumerate();
        for (index, row) in rows {
            let (p, k) = ((index / span) as i64, (index % span) as i64);
            let from_first = (k - half + 1) as f64 - (p - 1) as f64 / phases as f64;
            for (lane, tap) in (0..).zip(row) {
                *tap = sinc.at(from_first - (lane * m) as f64 / l as f64) as f32;
            }
        }
        Ok(Self { l, m, half, table: Table::Interpolated { phases, span, taps } })
    }

    /// How many outputs the inputs before place `n` make certain; negative where even outputs before
    /// time 0 are not.
    pub fn certain(&self, n: i64) -> i64 {
        let (l, m) = (i128::from(self.l), i128::from(self.m));
        let certain = ((i128::from(n) - i128::from(self.half)) * l + m - 1).div_euclid(m);
        i64::try_from(certain).unwrap_or(i64::MAX)
    }

    /// The first input that is read for the outputs from `j` on, as their group begins there.
    pub fn needed(&self, j: i64) -> i64 {
        self.first(j - j.rem_euclid(self.group()))
    }

    /// Outputs of a group that is computed at once.
    pub fn group(&self) -> i64 {
        match &self.table {
            Table::Planes { .. } => 2,
            Table::Spread { lanes, .. } => *lanes as i64,
            Table::Interpolated { .. } => GROUP as i64,
        }
    }
}

/// How many outputs of the short filter, if there is one, the inputs before place `n` make certain.
pub(super) fn certain(short: Option<&Short>, n: i64) -> i64 {
    short.map_or(n, |short| short.certain(n))
}

/// The first input that is read for the outputs of the short filter, if there is one, from `j` on.
pub(super) fn needed(short: Option<&Short>, j: i64) -> i64 {
    short.map_or(j, |short| short.needed(j))
}

/// A sinc under a Kaiser window, in units of its input's samples. Its gain at 0 Hz is 1 within the
/// window's ripple, on the mean of all phases. Not in each, and they must not be made so: where the
/// input's rate is inside the transition, the phases' sums rightly differ, and equal ones would mirror the
/// signal at −52 dB.
struct Sinc {
    /// Cycles per sample at the middle of the transition.
    cut: f64,
    /// Taps on one side.
    half: f64,
    beta: f64,
    per_bessel: f64,
}

impl Sinc {
    fn new(source: f64, lower: f64) -> Self {
        // Kaiser's formulas: the length for a transition as wide as the lower rate, the attenuation that
        // this whole length reaches, and the shape.
        let taps_per_decibel = source / lower / 14.36;
        let half = libm::ceil((ATTENUATION - 7.95) * taps_per_decibel / 2.0);
        let beta = 0.1102 * (2.0 * half / taps_per_decibel + 7.95 - 8.7);
        Self { cut: CUT * lower / source, half, beta, per_bessel: 1.0 / bessel(beta) }
    }

    /// Its value `t` samples from the middle.
    fn at(&self, t: f64) -> f64 {
        let rest = 1.0 - (t / self.half) * (t / self.half);
        if rest <= 0.0 {
            return 0.0;
        }
        let window = bessel(self.beta * libm::sqrt(rest)) * self.per_bessel;
        let sinc =
            if t == 0.0 { 2.0 * self.cut } else { libm::sin(2.0 * PI * self.cut * t) / (PI * t) };
        sinc * window
    }
}

/// The modified Bessel function of the first kind and order 0, by its power series.
fn bessel(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > 1e-18 * sum {
        term *= quarter / (k * k);
        sum += term;
        k += 1.0;
    }
    sum
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// The half-band filter's taps at the distances 1, 3, 5 … on either side of the middle, which is 1/2.
/// Equiripple: flat within 2e-6 up to 0.945 of half the lower rate, −113.9 dB from 1.055 on. They are not
/// to be scaled so that they sum to 1/4: 0 Hz is at a crest of the ripple, and the stop band would rise to
/// −108 dB. Of SciPy: `remez(128, [0, 0.4725], [1], fs=1, maxiter=400, grid_density=32)[64:] / 2`.
#[rustfmt::skip]
#[allow(clippy::excessive_precision, clippy::unreadable_literal, reason = "as they were printed")]
pub(super) const HALF_BAND: [f64; HALF_BAND_SIDE] = [
    0.31821118357680944,
    -0.10580752487140144,
    0.06317013956506268,
    -0.04478659706894206,
    0.0344894288313945,
    -0.027869775122750795,
    0.02323229579835434,
    -0.01978613334278939,
    0.017112843857577387,
    -0.014970382538478266,
    0.013209072352704465,
    -0.011731434580516314,
    0.010471293754756472,
    -0.009382155375755125,
    0.008430417558129621,
    -0.007591187422821596,
    0.006845625390406743,
    -0.00617921393171908,
    0.005580561306415988,
    -0.005040597867380356,
    0.004552000797120481,
    -0.004108765738357438,
    0.00370592101083686,
    -0.0033392903761795753,
    0.0030053223888545644,
    -0.0027009747857899766,
    0.002423598053217714,
    -0.0021708701199023156,
    0.0019407384786363745,
    -0.0017313595068290631,
    0.001541079334892663,
    -0.0013683932837998646,
    0.0012119208408508646,
    -0.001070401260334114,
    0.0009426610018442513,
    -0.000827613268979812,
    0.0007242503191883503,
    -0.0006316222669485077,
    0.0005488483238887416,
    -0.0004751016829486199,
    0.00040960253699809076,
    -0.00035162962876287163,
    0.00030049929881686,
    -0.00025557427396059374,
    0.0002162643920503172,
    -0.00018201023942214728,
    0.00015229953469840952,
    -0.0001266547137471519,
    0.0001046290829790388,
    -8.581956092879652e-05,
    6.984867723686079e-05,
    -5.637149934778596e-05,
    4.5080128191239764e-05,
    -3.568408795879012e-05,
    2.7930089428607123e-05,
    -2.1587915591845405e-05,
    1.644602198982859e-05,
    -1.2325867504744162e-05,
    9.061496695509043e-06,
    -6.508719789180234e-06,
    4.5472377372865956e-06,
    -3.0634306914208634e-06,
    1.9668213591266217e-06,
    -1.734696731460821e-06,];
