//! The grid of all readings together, descents from its best, and what follows a front end.

use super::{Found, Outcome, Search};
use crate::back;
use crate::descent::Descent;
use crate::engine::Guess;
use crate::fit::{Extent, Fitter, Stage, per_decibel};
use crate::framing;
use crate::limits::Limits;
use crate::moves;
use crate::polish;
use crate::recipes;
use crate::rows;
use crate::scores::{score, scores};
use crate::target::Target;
use mojo_audio_core::config::{FrameSpan, PreemphasisMode, Window};
use std::collections::BTreeSet;

impl Search<'_> {
    /// Grid, descents and back end for all readings.
    pub(super) fn try_all(&self, found: &mut Found, extent: Extent, share: f64) {
        let whole = self.whole();
        let engine = if extent == Extent::Part { &whole } else { self.engine };
        let fitters: Vec<Fitter<'_>> =
            self.readings.iter().map(|reading| Fitter::new(engine, reading, extent)).collect();
        let beam = self.beam(&fitters, share, found);
        let Some(least) = beam.first().map(|first| first.0) else { return };
        if self.limits.over() {
            return;
        }
        found.front = Some(found.front.map_or(least, |front| front.min(least)));
        (self.progress)("the front end", found.best());
        let all = self.limits.within(share / 2.0);
        let mut fronts: Vec<(f64, usize, Guess)> = Vec::new();
        for (residual, at, guess) in beam {
            let fitter = &fitters[at];
            let descent =
                Descent { limits: all.within(share / 3.0), fixed: self.fixed, steps: 12, good: 3e-6 };
            let (residual, guess) =
                descent.run(guess, residual, &fitter.residuals(Stage::Rows), &|g| {
                    moves::changes(g, fitter.reading, Stage::Rows)
                });
            fronts.push((residual, at, guess));
            if residual < 1e-4 || all.over() {
                break;
            }
        }
        fronts.sort_by(|a, b| a.0.total_cmp(&b.0));
        found.front = found.front.map(|front| front.min(fronts[0].0));
        self.complete(&fitters, fronts, found, share);
    }

    /// From front ends, the best first, to whole configurations.
    pub(super) fn complete(
        &self,
        fitters: &[Fitter<'_>],
        fronts: Vec<(f64, usize, Guess)>,
        found: &mut Found,
        share: f64,
    ) {
        (self.progress)("levels", found.best());
        let mut wholes: Vec<(f64, usize, Guess)> = Vec::new();
        for (_, at, guess) in fronts.into_iter().take(3) {
            let fitter = &fitters[at];
            let descent = self.descent(share / 3.0, 20, 1e-6);
            let residuals = fitter.residuals(Stage::Whole);
            let mut guess = guess;
            let mut residual = score(&guess, &descent.limits, &residuals);
            if let Some((floor, range)) = fitter.floor_of(&guess) {
                let top_db = range / per_decibel(&guess);
                let with_floor = Guess { floor, adds: false, top_db, ..guess.clone() };
                let found = score(&with_floor, &descent.limits, &residuals);
                if found <= residual {
                    (residual, guess) = (found, with_floor);
                }
            }
            let (residual, guess) = descent
                .run(guess, residual, &residuals, &|g| moves::changes(g, fitter.reading, Stage::Whole));
            wholes.push((residual, at, guess));
            if residual < 1e-5 || self.limits.over() {
                break;
            }
        }
        wholes.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (_, at, guess) in wholes.into_iter().take(2) {
            if let Some(outcome) = self.finish(&fitters[at], at, &guess, share) {
                found.add(outcome);
            }
            if found.best() <= 1e-5 {
                break;
            }
        }
    }

    /// The best of the grid, of different readings, framings and banks.
    fn beam(&self, fitters: &[Fitter<'_>], share: f64, found: &Found) -> Vec<(f64, usize, Guess)> {
        let n = self.engine.samples.len();
        let start = framing::plain(self.sample_rate);
        let mut pools: Vec<Vec<(f64, Guess)>> = fitters.iter().map(|_| Vec::new()).collect();
        let mut active: Vec<usize> =
            (0..fitters.len()).filter(|&at| fitters[at].reading.is_searched()).collect();
        for rare in [false, true] {
            let limits = self.limits.within(share / 3.0);
            for &at in &active {
                if self.limits.over() {
                    break;
                }
                (self.progress)("framing and filters", found.best());
                let fitter = &fitters[at];
                let mut grid = framing::grid(fitter.reading, fitter.extent, n, &start, rare);
                if !rare && fitter.extent == Extent::All && !fitter.reading.is_cepstrum() {
                    grid.extend(framing::resized_grid(fitter.reading, n, &self.styles(fitter)));
                    if fitter.reading.is_flat() {
                        grid.extend(framing::tiny_windows(fitter.reading, n, &start));
                    }
                }
                if !rare && fitter.extent == Extent::All {
                    grid.extend(
                        found.outcomes.iter().filter(|o| o.reading == at).map(|o| o.guess.clone()),
                    );
                }
                grid.iter_mut().for_each(|guess| (self.fixed)(guess));
                let residuals = scores(&grid, &limits, 3e-6, &fitter.residuals(Stage::Rows));
                let pool = &mut pools[at];
                pool.extend(
                    residuals.into_iter().zip(grid).filter(|(residual, _)| residual.is_finite()),
                );
                pool.sort_by(|a, b| a.0.total_cmp(&b.0));
                pool.truncate(200);
            }
            let best = |at: usize| least(&pools[at]);
            let low = active.iter().map(|&at| best(at)).fold(f64::INFINITY, f64::min);
            active.retain(|&at| best(at) < (3.0 * low).max(low + 0.15));
            if low < 0.02 {
                break;
            }
        }
        active.sort_by(|&a, &b| least(&pools[a]).total_cmp(&least(&pools[b])));
        let mut all: Vec<(f64, usize, Guess)> = Vec::new();
        for at in active.into_iter().take(4).filter(|_| !self.limits.over()) {
            let limits = self.limits.within(share / 4.0);
            let pool = self.around(&fitters[at], std::mem::take(&mut pools[at]), &limits);
            all.extend(pool.into_iter().map(|(residual, guess)| (residual, at, guess)));
        }
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut seen = Vec::new();
        all.retain(|(_, at, guess)| {
            let c = &guess.config;
            let key = (*at, c.n_fft, c.hop_length, c.center, c.mel_scale);
            let new = seen.len() < 10 && !seen.contains(&key);
            if new {
                seen.push(key);
            }
            new
        });
        all
    }

    /// What recipes have besides their sizes.
    pub(super) fn styles(&self, fitter: &Fitter<'_>) -> Vec<Guess> {
        let target = Target::new(fitter.engine, fitter.reading, false);
        recipes::styles(&target, self.start, self.sample_rate)
    }

    /// The pool with the banks that the rows suggest, and other windows, powers and pre-emphases.
    fn around(
        &self,
        fitter: &Fitter<'_>,
        mut pool: Vec<(f64, Guess)>,
        limits: &Limits<'_>,
    ) -> Vec<(f64, Guess)> {
        let enough = 1e-3;
        let best = |pool: &[(f64, Guess)]| pool.first().map_or(0.0, |first| first.0);
        let extend = |pool: &mut Vec<(f64, Guess)>, mut more: Vec<Guess>| {
            more.iter_mut().for_each(|guess| (self.fixed)(guess));
            let residuals = scores(&more, limits, 3e-6, &fitter.residuals(Stage::Rows));
            pool.extend(residuals.into_iter().zip(more).filter(|(residual, _)| residual.is_finite()));
            pool.sort_by(|a, b| a.0.total_cmp(&b.0));
        };
        if !fitter.reading.is_cepstrum() && best(&pool) > enough {
            let styles = self.styles(fitter);
            let mut sizes = Vec::new();
            for (_, guess) in &pool {
                let c = &guess.config;
                let size = (c.n_fft, c.window_length(), c.hop_length);
                if sizes.len() < 10 && !sizes.contains(&size) {
                    sizes.push(size);
                }
            }
            let of_size = |&(n_fft, window, hop): &(u32, u32, u32)| {
                styles.iter().map(move |style| framing::resized(style, n_fft, window, hop))
            };
            extend(&mut pool, sizes.iter().flat_map(of_size).collect());
            let mut seen = BTreeSet::new();
            let mut more = Vec::new();
            for (_, guess) in &pool {
                let c = &guess.config;
                let span = c.frame_span == FrameSpan::Fft;
                let key = (
                    c.n_fft,
                    c.win_length,
                    c.hop_length,
                    c.center,
                    c.center_pad as u8,
                    span,
                    c.snip_edges,
                );
                if seen.len() < 10 && seen.insert(key) && !limits.over() {
                    more.extend(rows::banks(fitter, guess, limits));
                }
            }
            extend(&mut pool, more);
        }
        if best(&pool) > enough {
            let mut more = Vec::new();
            for (_, guess) in pool.iter().take(12) {
                for (coefficient, mode) in [
                    (0.0, PreemphasisMode::Signal),
                    (0.97, PreemphasisMode::Frame),
                    (0.97, PreemphasisMode::Signal),
                ] {
                    for &window in Window::ALL {
                        for power in [2.0, 1.0] {
                            let mut guess = guess.clone();
                            let c = &mut guess.config;
                            (c.preemphasis, c.preemphasis_mode, c.power) = (coefficient, mode, power);
                            c.remove_dc_offset = mode == PreemphasisMode::Frame;
                            c.window = window;
                            c.window_periodic = window == Window::Hann && coefficient == 0.0;
                            more.push(guess);
                        }
                    }
                }
            }
            extend(&mut pool, more);
        }
        pool
    }

    /// The back end of a front end, and the last descent.
    fn finish(
        &self,
        fitter: &Fitter<'_>,
        reading: usize,
        guess: &Guess,
        share: f64,
    ) -> Option<Outcome> {
        let fit = fitter.fit(guess, Stage::Whole)?;
        let target = Target::new(self.engine, fitter.reading, fitter.extent == Extent::Part);
        let mut backs = back::backs(guess, &fit, fitter);
        backs.iter_mut().for_each(|guess| (self.fixed)(guess));
        let descent = self.descent(share / 2.0, 8, 1e-9);
        let distances = scores(&backs, &descent.limits, 1e-9, &target);
        let best = (0..backs.len()).min_by(|&a, &b| distances[a].total_cmp(&distances[b]))?;
        if !distances[best].is_finite() {
            return None;
        }
        let (distance, guess) = descent
            .run(backs[best].clone(), distances[best], &target, &|g| polish::changes(g, &target));
        Some(Outcome { distance, guess, reading, extent: fitter.extent })
    }

    /// Front ends of a signal that was padded at its end.
    pub(super) fn try_padded(&self, found: &mut Found) {
        let constant_end = self.readings.iter().any(|reading| reading.tail.is_some());
        if found.front.is_none_or(|front| front > 0.3) || constant_end {
            self.try_all(found, Extent::Padded, 1.0);
        }
    }
}

/// The least residual of a pool, whose best is first.
fn least(pool: &[(f64, Guess)]) -> f64 {
    pool.first().map_or(f64::INFINITY, |first| first.0)
}
