//! Framings by how the rows move, before anything is known of the filters.
//!
//! With the wrong filters the right framing fits no better than any other one, and no grid has all filters. But each
//! row moves as some narrow band of the right framing does.

use super::{Found, Search};
use crate::descent::Descent;
use crate::engine::Guess;
use crate::fit::{Extent, Fitter, Stage};
use crate::framing;
use crate::moves;
use crate::rows::{self, Disagreement};
use crate::scores::scores;
use mojo_audio_core::config::MelScale;
use std::collections::{BTreeMap, BTreeSet};

/// Framings of one reading whose filters are looked for, and of these with one size.
const FRAMINGS: usize = 24;
const OF_ONE_SIZE: usize = 3;

impl Search<'_> {
    /// Front ends from the framings that agree with the rows best.
    pub(super) fn try_by_rows(&self, found: &mut Found) {
        (self.progress)("framing by rows", found.best());
        let fitters = self.fitters();
        let limits = self.limits.within(1.0 / 3.0);
        let n = self.engine.samples.len();
        let start = framing::plain(self.sample_rate);
        // Readings of the same rows agree with the same framings.
        let rows_of = |at: usize| (self.readings[at].layout, self.readings[at].wrap);
        let is_tried = |at: usize| self.readings[at].is_searched() && !self.readings[at].is_cepstrum();
        let mut leading: Vec<usize> = Vec::new();
        for at in (0..fitters.len()).filter(|&at| is_tried(at) && self.readings[at].energy.is_none()) {
            if !leading.iter().any(|&known| rows_of(known) == rows_of(at)) {
                leading.push(at);
            }
        }
        let mut framings: Vec<(f64, usize, Guess)> = Vec::new();
        for rare in [false, true] {
            for &at in &leading {
                let fitter = &fitters[at];
                let mut grid = framing::grid(fitter.reading, Extent::All, n, &start, rare);
                grid.retain(|guess| guess.config.mel_scale == MelScale::Slaney);
                grid.iter_mut().for_each(|guess| (self.fixed)(guess));
                let missing = scores(&grid, &limits, 0.0, &Disagreement(fitter));
                framings
                    .extend(missing.into_iter().zip(grid).map(|(missing, guess)| (missing, at, guess)));
            }
            framings.sort_by(|a, b| a.0.total_cmp(&b.0));
            let least = framings.first().map_or(1.0, |first| first.0);
            let best = |at: usize| framings.iter().find(|framing| framing.1 == at).map_or(1.0, |f| f.0);
            leading.retain(|&at| best(at) < least + 0.1);
        }
        let usual = framing::usual_hops(self.sample_rate);
        let (mut of_reading, mut of_size) = (BTreeMap::new(), BTreeMap::new());
        let mut with_usual_hop = BTreeSet::new();
        framings.retain(|(_, at, guess)| {
            let c = &guess.config;
            let size = (*at, c.n_fft, c.window_length());
            let of_size = of_size.entry(size).or_insert(0);
            let of_reading = of_reading.entry(*at).or_insert(0);
            let is_best = *of_size < OF_ONE_SIZE && *of_reading < FRAMINGS;
            (*of_size, *of_reading) = (*of_size + 1, *of_reading + usize::from(is_best));
            let is_usual = c.n_fft <= 2_048 && usual.contains(&i64::from(c.hop_length));
            is_best || is_usual && with_usual_hop.insert(size)
        });
        let mut fronts: Vec<(f64, usize, Guess)> = Vec::new();
        for (_, leading, guess) in framings {
            let mut banks = rows::banks(&fitters[leading], &guess, &limits);
            banks.push(guess);
            for at in (0..fitters.len()).filter(|&at| is_tried(at) && rows_of(at) == rows_of(leading)) {
                let n_mels = self.readings[at].rows as u32;
                banks.iter_mut().for_each(|guess| {
                    guess.config.n_mels = n_mels;
                    (self.fixed)(guess);
                });
                let fitter = &fitters[at];
                let residuals = scores(&banks, &limits, 3e-6, &fitter.residuals(Stage::Rows));
                let best = (0..banks.len()).min_by(|&a, &b| residuals[a].total_cmp(&residuals[b]));
                fronts.extend(best.map(|best| (residuals[best], at, banks[best].clone())));
            }
        }
        fronts.sort_by(|a, b| a.0.total_cmp(&b.0));
        fronts.retain(|front| front.0 < 0.9);
        fronts.truncate(3);
        self.descend(&fitters, &mut fronts);
        // Of a sweep, a longer hop and wider edges make up for each other: usual sizes near such a front are better.
        let mut usual: Vec<(f64, usize, Guess)> = Vec::new();
        for (residual, at, front) in fronts.iter().filter(|front| front.0 > 1e-3) {
            let fitter = &fitters[*at];
            for guess in framing::usual_near(front, fitter.reading, n) {
                let mut banks = rows::banks(fitter, &guess, &limits);
                banks.push(guess);
                banks.iter_mut().for_each(|guess| (self.fixed)(guess));
                let residuals = scores(&banks, &limits, 3e-6, &fitter.residuals(Stage::Rows));
                let best = (0..banks.len()).min_by(|&a, &b| residuals[a].total_cmp(&residuals[b]));
                let best = best.filter(|&best| residuals[best] < (4.0 * residual).max(0.3));
                usual.extend(best.map(|best| (residuals[best], *at, banks[best].clone())));
            }
        }
        usual.sort_by(|a, b| a.0.total_cmp(&b.0));
        usual.truncate(4);
        self.descend(&fitters, &mut usual);
        fronts.extend(usual);
        fronts.sort_by(|a, b| a.0.total_cmp(&b.0));
        fronts.retain(|front| front.0 < 5.0 * self.readings[front.1].enough());
        if let Some(first) = fronts.first() {
            found.front = Some(found.front.map_or(first.0, |front| front.min(first.0)));
            self.complete(&fitters, fronts, found, 1.0 / 2.0);
        }
    }

    /// Descends from each front until one is right.
    pub(super) fn descend(&self, fitters: &[Fitter<'_>], fronts: &mut [(f64, usize, Guess)]) {
        let limits = self.limits.within(1.0 / 4.0);
        for front in fronts {
            let fitter = &fitters[front.1];
            let descent = Descent { limits, fixed: self.fixed, steps: 12, good: 3e-6 };
            (front.0, front.2) =
                descent.run(front.2.clone(), front.0, &fitter.residuals(Stage::Rows), &|g| {
                    moves::changes(g, fitter.reading, Stage::Rows)
                });
            if front.0 < 1e-4 || limits.over() {
                break;
            }
        }
    }
}
