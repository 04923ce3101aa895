//! How well a candidate's energies explain a reading, whatever the logarithm, the gain and the offsets.
//!
//! `z ≈ slope · ln(energy) + intercept`. With an intercept for each row the residual is blind to the kind
//! of logarithm, scale, offset, gain, the norms of filters and spectrum, and nearly to pre-emphasis. Inside
//! the signal it is blind to padding as well. So those options drop out of the search for the framing.

use crate::engine::{Energies, Engine, Guess};
use crate::limits;
use crate::reading::{Kind, Reading, RowNorm};
use crate::scores::Score;
use crate::statistics;
use std::collections::HashMap;
use std::f64::consts::{LN_10, PI};
use std::sync::{Arc, Mutex};

/// What a residual is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// An intercept for each row; frames inside the signal.
    Rows,
    /// One intercept; all frames.
    Whole,
}

/// A fit: its residual as a part of the spread, and its line.
#[derive(Clone, Debug)]
pub(crate) struct Fit {
    pub residual: f64,
    pub slope: f64,
    pub intercept: f64,
    /// Of a cepstrum: the slope of each coefficient from the second on, which is the lifter's.
    pub slopes: Vec<f64>,
    /// The candidate's frame that is the reading's first.
    pub first: usize,
}

/// Cells at most this many nepers below the loudest of their frame, and of all, take part.
const DEPTH: [(f64, f64); 2] = [(10.0, 16.0), (16.0, 25.0)];

/// How the frames of a reading belong to those of the signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// They are all.
    All,
    /// They go on after the signal, over what it was padded with.
    Padded,
    /// They are a part.
    Part,
}

/// Fits candidates to one reading.
pub(crate) struct Fitter<'a> {
    pub engine: &'a Engine<'a>,
    pub reading: &'a Reading,
    pub extent: Extent,
    transforms: Mutex<HashMap<usize, Arc<Vec<f64>>>>,
}

impl<'a> Fitter<'a> {
    pub fn new(engine: &'a Engine<'a>, reading: &'a Reading, extent: Extent) -> Self {
        Self { engine, reading, extent, transforms: Mutex::default() }
    }

    /// The residuals of a stage as scores.
    pub fn residuals(&self, stage: Stage) -> Residuals<'_> {
        Residuals { fitter: self, stage }
    }

    /// Frames of the reading that a candidate's are compared with, if those start at its frame `lead`.
    pub fn span(&self, guess: &Guess, frames: usize, lead: usize, stage: Stage) -> (usize, usize) {
        let whole = self.engine.cut == self.engine.samples.len();
        let (n_fft, hop) = (guess.config.n_fft as usize, guess.config.hop_length as usize);
        let inside = (self.engine.cut.saturating_sub(n_fft) / hop).saturating_sub(lead);
        let end = frames.min(inside);
        let skip = ((n_fft / 2).div_ceil(hop) + 1).saturating_sub(lead);
        if stage == Stage::Rows && end >= skip + 6 {
            (skip, end)
        } else if (whole && self.extent == Extent::All) || stage == Stage::Rows {
            (0, frames)
        } else {
            (0, end)
        }
    }

    pub fn fit(&self, guess: &Guess, stage: Stage) -> Option<Fit> {
        self.fit_energies(&*self.engine.energies(&guess.config)?, guess, stage)
    }

    /// The floor of the energies and the range below the highest one, in nepers, that normalized rows have with a front
    /// end: their loud values say which line they are, and that where their lowest value was.
    pub fn floor_of(&self, guess: &Guess) -> Option<(f64, f64)> {
        let reading = self.reading;
        if reading.norm == RowNorm::None || reading.is_cepstrum() || self.extent == Extent::Part {
            return None;
        }
        let energies = self.engine.energies(&guess.config)?;
        if energies.rows != reading.rows {
            return None;
        }
        let (first, end) = self.span(guess, energies.frames.min(reading.valid), 0, Stage::Rows);
        let mut floors = Vec::new();
        for (row, floor) in reading.row_floors.iter().enumerate() {
            let Some(floor) = *floor else { continue };
            let ours = &energies.ln[row * energies.frames..][first..end];
            let theirs = &reading.z[row * reading.valid..][first..end];
            let pairs = ours.iter().zip(theirs).map(|(&ours, &theirs)| (f64::from(ours), theirs));
            let loud: Vec<(f64, f64)> = pairs.filter(|&(_, theirs)| theirs > floor).collect();
            if loud.len() >= 4 {
                let (slope, intercept) = statistics::line(loud.iter().copied());
                floors.push((floor - intercept) / slope);
            }
        }
        floors.retain(|floor| floor.is_finite());
        floors.sort_by(f64::total_cmp);
        let floor = *floors.get(floors.len() / 2)?;
        let top = energies.ln.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b));
        (-80.0..80.0).contains(&floor).then(|| (floor.exp(), f64::from(top) - floor))
    }

    /// Work of a fit.
    fn work(&self, energies: &Energies, stage: Stage) -> u64 {
        let cells = energies.ln.len() as u64;
        let rows = self.reading.rows as u64;
        match stage {
            _ if self.reading.is_cepstrum() => (3 + rows / 2) * cells,
            Stage::Rows => 8 * cells,
            Stage::Whole => 30 * cells,
        }
    }

    fn fit_energies(&self, energies: &Energies, guess: &Guess, stage: Stage) -> Option<Fit> {
        let reading = self.reading;
        let lead = if self.extent == Extent::Part { self.lead(energies)? } else { 0 };
        let frames = (energies.frames - lead).min(reading.valid);
        let surplus = energies.frames.abs_diff(reading.valid);
        let whole = self.engine.cut == self.engine.samples.len();
        let most = match reading.wrap.stack as usize {
            _ if reading.tail.is_some() => 6,
            1 => 1,
            stack => 2 * stack,
        };
        if whole && self.extent == Extent::All && surplus > most {
            return None;
        }
        let (first, end) = self.span(guess, frames, lead, stage);
        if end <= first {
            return None;
        }
        let levels = levels(energies, guess, lead + first, lead + end);
        let fit = if reading.is_cepstrum() {
            self.fit_cepstrum(&levels, energies.rows, first, end, stage)
        } else if energies.rows == reading.rows {
            self.fit_bands(&levels, first, end, stage)
        } else {
            None
        };
        fit.map(|fit| Fit { first: lead, ..fit })
    }

    /// The frame of the candidate from which on its loudness moves as the reading's does.
    fn lead(&self, energies: &Energies) -> Option<usize> {
        let reading = self.reading;
        let width = reading.valid;
        if energies.frames < width || width < 4 || reading.is_cepstrum() {
            return None;
        }
        let top = energies.ln.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b)) - 16.0;
        let mut ours = vec![0.0; energies.frames];
        for row in energies.ln.chunks_exact(energies.frames) {
            ours.iter_mut().zip(row).for_each(|(sum, ln)| *sum += f64::from(ln.max(top)));
        }
        let mut theirs = vec![0.0; width];
        for row in reading.z.chunks_exact(width) {
            theirs.iter_mut().zip(row).for_each(|(sum, z)| *sum += z);
        }
        let mean = theirs.iter().sum::<f64>() / width as f64;
        theirs.iter_mut().for_each(|z| *z -= mean);
        let agreement = |lead: usize| {
            let part = &ours[lead..lead + width];
            let mean = part.iter().sum::<f64>() / width as f64;
            let length: f64 = part.iter().map(|l| (l - mean).powi(2)).sum();
            part.iter().zip(&theirs).map(|(l, z)| (l - mean) * z).sum::<f64>() / (length.sqrt() + 1e-12)
        };
        (0..=energies.frames - width).max_by(|&a, &b| agreement(a).total_cmp(&agreement(b)))
    }

    fn fit_bands(&self, levels: &[f64], first: usize, end: usize, stage: Stage) -> Option<Fit> {
        let reading = self.reading;
        let (rows, width) = (reading.rows, end - first);
        let deep = DEPTH[usize::from(stage == Stage::Whole)];
        let masks = reading.norm == RowNorm::None || stage == Stage::Rows;
        let loudest = loudest(levels, rows, width);
        let all = loudest.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        let weight = |row: usize, t: usize| {
            let level = levels[row * width + t];
            let heard = level > loudest[t] - deep.0 && level > all - deep.1;
            let at_floor = || {
                reading.row_floors[row]
                    .is_some_and(|floor| reading.z[row * reading.valid + first + t] <= floor)
            };
            if masks && (!heard || stage == Stage::Rows && at_floor()) {
                0.0
            } else {
                reading.weight[row * reading.valid + first + t]
            }
        };
        let z = |row: usize, t: usize| reading.z[row * reading.valid + first + t];
        let mut weights = vec![0.0; rows * width];
        let mut n = 0;
        for row in 0..rows {
            for t in 0..width {
                let w = weight(row, t);
                weights[row * width + t] = w;
                n += usize::from(w > 0.0);
            }
        }
        if n < 8 || n < weights.len() / 10 && n < 200 {
            return None;
        }
        if reading.norm == RowNorm::None && stage == Stage::Whole {
            return self.fit_line(levels, &weights, first, end);
        }
        // Sums of each row around its means, and these.
        let sums: Vec<[f64; 5]> = (0..rows)
            .map(|row| {
                let (mut w_sum, mut l_mean, mut z_mean) = (0.0, 0.0, 0.0);
                for t in 0..width {
                    let w = weights[row * width + t];
                    w_sum += w;
                    l_mean += w * levels[row * width + t];
                    z_mean += w * z(row, t);
                }
                if w_sum == 0.0 {
                    return [0.0; 5];
                }
                (l_mean, z_mean) = (l_mean / w_sum, z_mean / w_sum);
                let (mut ll, mut lz, mut zz) = (0.0, 0.0, 0.0);
                for t in 0..width {
                    let w = weights[row * width + t];
                    let (l, z) = (levels[row * width + t] - l_mean, z(row, t) - z_mean);
                    ll += w * l * l;
                    lz += w * l * z;
                    zz += w * z * z;
                }
                [ll, lz, zz, l_mean, z_mean]
            })
            .collect();
        let total = |part: usize| sums.iter().map(|sum| sum[part]).sum::<f64>();
        let (ll, lz, zz) = (total(0), total(1), total(2));
        if zz <= 0.0 || ll <= 0.0 {
            return None;
        }
        // From the sums alone, the residual would be a small difference of large numbers.
        let common = if reading.kind == Kind::Linear { 1.0 } else { (lz / ll).max(1e-30) };
        let mut left = 0.0;
        for (row, &[row_ll, row_lz, _, l_mean, z_mean]) in sums.iter().enumerate() {
            // Rows whose means are 0 may have been divided as well, by more than their deviations.
            let slope = if reading.norm != RowNorm::None { row_lz / (row_ll + 1e-30) } else { common };
            // A row without weights adds nothing.
            for (t, at) in (row * width..(row + 1) * width).enumerate() {
                let off = z(row, t) - z_mean - slope * (levels[at] - l_mean);
                left += weights[at] * off * off;
            }
        }
        Some(Fit {
            residual: (left / zz).sqrt(),
            slope: common,
            intercept: 0.0,
            slopes: Vec::new(),
            first: 0,
        })
    }

    /// One line for all cells, which outliers don't move.
    fn fit_line(&self, levels: &[f64], weights: &[f64], first: usize, end: usize) -> Option<Fit> {
        let reading = self.reading;
        let width = end - first;
        let mut cells: Vec<(f64, f64, f64)> = Vec::with_capacity(levels.len());
        for row in 0..reading.rows {
            for t in 0..width {
                let w = weights[row * width + t];
                if w > 0.0 {
                    cells.push((
                        levels[row * width + t],
                        reading.z[row * reading.valid + first + t],
                        w,
                    ));
                }
            }
        }
        let mut line = line(&cells, reading.kind)?;
        let spread = spread(&cells).max(1e-9);
        let residual_of = |(slope, intercept): (f64, f64)| {
            let off = |&(l, z, w): &(f64, f64, f64)| {
                w * ((z - slope * l - intercept).abs() / spread).min(1.0)
            };
            cells.iter().map(off).sum::<f64>() / cells.iter().map(|cell| cell.2).sum::<f64>()
        };
        let mut offs: Vec<f64> =
            cells.iter().map(|&(l, z, _)| (z - line.0 * l - line.1).abs()).collect();
        let middle = offs.len() / 2;
        let (_, &mut median, _) = offs.select_nth_unstable_by(middle, f64::total_cmp);
        let kept: Vec<_> = cells
            .iter()
            .copied()
            .filter(|&(l, z, _)| (z - line.0 * l - line.1).abs() <= 6.0 * median + 1e-9)
            .collect();
        let mut residual = residual_of(line);
        if kept.len() * 2 >= cells.len()
            && let Some(better) = self::line(&kept, reading.kind)
        {
            let again = residual_of(better);
            if again < residual {
                (line, residual) = (better, again);
            }
        }
        (line.0 > 1e-9).then(|| Fit {
            residual,
            slope: line.0,
            intercept: line.1,
            slopes: Vec::new(),
            first: 0,
        })
    }

    fn fit_cepstrum(
        &self,
        levels: &[f64],
        bands: usize,
        first: usize,
        end: usize,
        stage: Stage,
    ) -> Option<Fit> {
        let reading = self.reading;
        let (rows, width) = (reading.rows, end - first);
        if bands < rows || rows < 2 {
            return None;
        }
        let transform = self.transform(bands);
        let htk = reading.kind == Kind::CepstrumHtk;
        let (mut left, mut all) = (0.0, 0.0);
        let mut slopes = Vec::with_capacity(rows - 1);
        for i in 1..rows {
            let of = &transform[i * bands..][..bands];
            let mut c = vec![0.0; width];
            for (band, factor) in of.iter().enumerate() {
                for (t, c) in c.iter_mut().enumerate() {
                    *c += factor * levels[band * width + t];
                }
            }
            let row = if htk { i - 1 } else { i };
            let mut z: Vec<f64> =
                (0..width).map(|t| reading.z[row * reading.valid + first + t]).collect();
            let z_mean = z.iter().sum::<f64>() / width as f64;
            all += z.iter().map(|z| (z - z_mean).powi(2)).sum::<f64>();
            if stage == Stage::Rows || reading.norm != RowNorm::None {
                let c_mean = c.iter().sum::<f64>() / width as f64;
                c.iter_mut().for_each(|c| *c -= c_mean);
                z.iter_mut().for_each(|z| *z -= z_mean);
            }
            let cc = c.iter().map(|c| c * c).sum::<f64>() + 1e-30;
            let slope = c.iter().zip(&z).map(|(c, z)| c * z).sum::<f64>() / cc;
            left += c.iter().zip(&z).map(|(c, z)| (z - slope * c).powi(2)).sum::<f64>();
            slopes.push(slope);
        }
        let residual = (left / all.max(1e-30)).sqrt();
        Some(Fit { residual, slope: slopes[0], intercept: 0.0, slopes, first: 0 })
    }

    /// The orthonormal cosine transform, (rows, bands).
    fn transform(&self, bands: usize) -> Arc<Vec<f64>> {
        let mut transforms = self.transforms.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let rows = self.reading.rows;
        let make = || {
            let cell = |i: usize, m: usize| {
                let norm = if i == 0 { 1.0 } else { 2.0 } / bands as f64;
                norm.sqrt() * (PI * i as f64 * (2 * m + 1) as f64 / (2 * bands) as f64).cos()
            };
            Arc::new((0..rows).flat_map(|i| (0..bands).map(move |m| cell(i, m))).collect())
        };
        transforms.entry(bands).or_insert_with(make).clone()
    }
}

/// The residuals of one stage.
pub(crate) struct Residuals<'a> {
    fitter: &'a Fitter<'a>,
    stage: Stage,
}

impl Score for Residuals<'_> {
    fn score(&self, guess: &Guess) -> (f64, u64) {
        let Residuals { fitter, stage } = self;
        let plan = limits::of_plan(&guess.config);
        let Some(energies) = fitter.engine.energies(&guess.config) else {
            return (f64::INFINITY, plan);
        };
        let front_end = plan + limits::of_frames(&guess.config, energies.frames);
        match fitter.fit_energies(&energies, guess, *stage) {
            Some(fit) => (fit.residual, front_end + fitter.work(&energies, *stage)),
            None => (f64::INFINITY, front_end),
        }
    }
}

/// Log energies of the frames from `first` to `end`, with the floor and range that the guess assumes.
fn levels(energies: &Energies, guess: &Guess, first: usize, end: usize) -> Vec<f64> {
    let mut levels = Vec::with_capacity(energies.rows * (end - first));
    for row in 0..energies.rows {
        let row = &energies.ln[row * energies.frames..][first..end];
        levels.extend(row.iter().map(|&ln| f64::from(ln)));
    }
    if guess.top_db > 0.0 {
        let per_db = per_decibel(guess);
        let top = energies.ln.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b));
        let least = f64::from(top) - guess.top_db * per_db;
        levels.iter_mut().for_each(|level| *level = level.max(least));
    }
    if guess.floor > 0.0 {
        let floor = guess.floor.ln();
        levels.iter_mut().for_each(|level| {
            *level = if guess.adds { add(*level, floor) } else { level.max(floor) };
        });
    }
    levels
}

/// Nepers of energy for each decibel of a guess's range.
pub(crate) fn per_decibel(guess: &Guess) -> f64 {
    if guess.config.power == 2.0 { LN_10 / 10.0 } else { LN_10 / 20.0 }
}

/// ln(e^a + e^b).
fn add(a: f64, b: f64) -> f64 {
    a.max(b) + (-(a - b).abs()).exp().ln_1p()
}

fn loudest(levels: &[f64], rows: usize, width: usize) -> Vec<f64> {
    let mut loudest = vec![f64::NEG_INFINITY; width];
    for row in 0..rows {
        for (loudest, level) in loudest.iter_mut().zip(&levels[row * width..][..width]) {
            *loudest = loudest.max(*level);
        }
    }
    loudest
}

fn spread(cells: &[(f64, f64, f64)]) -> f64 {
    let n: f64 = cells.iter().map(|cell| cell.2).sum();
    let mean = cells.iter().map(|&(_, z, w)| w * z).sum::<f64>() / n;
    (cells.iter().map(|&(_, z, w)| w * (z - mean).powi(2)).sum::<f64>() / n).sqrt()
}

/// The weighted least-squares line; that of energies has the slope 1.
fn line(cells: &[(f64, f64, f64)], kind: Kind) -> Option<(f64, f64)> {
    let n: f64 = cells.iter().map(|cell| cell.2).sum();
    if n <= 0.0 {
        return None;
    }
    if kind == Kind::Linear {
        let mut offs: Vec<f64> =
            cells.iter().filter(|cell| cell.2 > 0.5).map(|&(l, z, _)| z - l).collect();
        if offs.is_empty() {
            return None;
        }
        let middle = offs.len() / 2;
        let (_, &mut median, _) = offs.select_nth_unstable_by(middle, f64::total_cmp);
        return Some((1.0, median));
    }
    let l_mean = cells.iter().map(|&(l, _, w)| w * l).sum::<f64>() / n;
    let z_mean = cells.iter().map(|&(_, z, w)| w * z).sum::<f64>() / n;
    let ll: f64 = cells.iter().map(|&(l, _, w)| w * (l - l_mean).powi(2)).sum();
    let lz: f64 = cells.iter().map(|&(l, z, w)| w * (l - l_mean) * (z - z_mean)).sum();
    let slope = lz / (ll + 1e-30);
    Some((slope, z_mean - slope * l_mean))
}
