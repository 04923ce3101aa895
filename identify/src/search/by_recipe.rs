//! Recipes as they are, and what a few changes make of them.

use super::{EXACT, Found, NEAR, Outcome, Search};
use crate::descent::Descent;
use crate::engine::{Engine, Guess};
use crate::fit::{Extent, Fitter, Stage};
use crate::moves;
use crate::polish;
use crate::recipes::{self, Rate};
use crate::rows;
use crate::scores::scores;
use crate::target::Target;

impl Search<'_> {
    /// The recipes alone, with more changes, for inputs on which nothing else is tried.
    pub(crate) fn try_recipes_of_poor(&self, found: &mut Found) {
        self.try_recipes_at(found, true, Rate::Recording);
        if !self.is_settled(found) && found.best() > NEAR {
            self.try_recipes_at(found, true, Rate::Other);
        }
        if !self.is_settled(found) && found.best() > NEAR {
            self.try_usual_sizes(found, true);
        }
    }

    /// Presets, and what a few changes make of them.
    pub(super) fn try_recipes_at(&self, found: &mut Found, poor: bool, rate: Rate) {
        let step = match rate {
            Rate::Recording => "usual recipes",
            Rate::Other => "usual recipes at other rates",
        };
        (self.progress)(step, found.best());
        let mut near: Vec<(f64, Guess, usize)> = Vec::new();
        for (at, reading) in self.readings.iter().enumerate() {
            if self.limits.over() {
                break;
            }
            let target = Target::new(self.engine, reading, false);
            let guesses = recipes::around(&target, self.start, self.sample_rate, rate, self.fixed);
            let limits = self.limits.within(1.0 / 4.0);
            let distances = scores(&guesses, &limits, EXACT, &target);
            near.extend(
                distances.into_iter().zip(guesses).map(|(distance, guess)| (distance, guess, at)),
            );
            if near.iter().any(|known| known.0 <= EXACT) {
                break;
            }
        }
        self.improve(near, poor, found);
    }

    /// Descends from the best of whole configurations, each with its distance and its reading.
    pub(super) fn improve(&self, mut near: Vec<(f64, Guess, usize)>, poor: bool, found: &mut Found) {
        near.retain(|known| known.0.is_finite());
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        if poor {
            self.step(&mut near);
        }
        let limits = self.limits.within(1.0 / 5.0);
        let (n, most) = if poor { (12, f64::INFINITY) } else { (4, 0.4) };
        for (start, guess, reading) in near.into_iter().take(n) {
            let target = Target::new(self.engine, &self.readings[reading], false);
            let mut now = (start, guess);
            // A recipe that is meant is near after a few changes, each of which helps much.
            while now.0 > EXACT && now.0 < most && !limits.over() {
                let descent = Descent { limits, fixed: self.fixed, steps: 1, good: EXACT };
                let next = descent.run(now.1.clone(), now.0, &target, &|g| {
                    let mut changes = polish::changes(g, &target);
                    if poor {
                        changes.extend(moves::changes(g, target.reading, Stage::Whole));
                    }
                    changes
                });
                let helps = next.0 < if poor { 0.98 } else { 0.5 } * now.0;
                now = next;
                if !helps {
                    break;
                }
            }
            found.add(Outcome { distance: now.0, guess: now.1, reading, extent: Extent::All });
            if found.best() <= NEAR || limits.over() {
                break;
            }
        }
    }

    /// One change of each: of an input that tells little, the nearest recipe may be another one.
    fn step(&self, near: &mut [(f64, Guess, usize)]) {
        let limits = self.limits.within(1.0 / 8.0);
        for (distance, guess, reading) in near.iter_mut() {
            if limits.over() {
                break;
            }
            let target = Target::new(self.engine, &self.readings[*reading], false);
            let descent = Descent { limits, fixed: self.fixed, steps: 1, good: EXACT };
            (*distance, *guess) =
                descent.run(guess.clone(), *distance, &target, &|g| polish::changes(g, &target));
            if *distance <= EXACT {
                break;
            }
        }
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
    }

    /// The front ends of the recipes with any back end.
    pub(super) fn try_recipe_fronts(&self, found: &mut Found) {
        let fitters = self.fitters();
        let mut best = self.recipe_fronts(&fitters, Extent::All);
        let is_good = |known: &&(f64, usize, Guess)| known.0 < self.readings[known.1].enough();
        let good: Vec<_> = best.iter().filter(is_good).take(2).cloned().collect();
        if let Some(first) = good.first() {
            found.front = Some(first.0);
            self.complete(&fitters, good, found, 1.0 / 2.0);
            if self.is_settled(found) {
                return;
            }
        }
        if best.first().is_none_or(|first| first.0 > 0.1) {
            self.try_recipe_parts(found);
            if self.is_settled(found) {
                return;
            }
        }
        // A recipe of which a few options were changed.
        let mut seen = Vec::new();
        best.retain(|(residual, at, guess)| {
            let c = &guess.config;
            let key = (*at, c.n_fft, c.hop_length, c.mel_scale, c.center, c.triangle_domain);
            let new = *residual < 0.97 && seen.len() < 6 && !seen.contains(&key);
            if new {
                seen.push(key);
            }
            new
        });
        (self.progress)("recipes with a few changes", found.best());
        let all = self.limits.within(1.0 / 3.0);
        let mut changed: Vec<(f64, usize, Guess)> = Vec::new();
        for (residual, at, guess) in best {
            if all.over() {
                break;
            }
            let fitter = &fitters[at];
            let (mut residual, mut guess) = (residual, guess);
            if residual > 0.1 && !fitter.reading.is_cepstrum() {
                let mut banks = rows::banks(fitter, &guess, &all);
                banks.iter_mut().for_each(|guess| (self.fixed)(guess));
                let residuals = scores(&banks, &all, 3e-6, &fitter.residuals(Stage::Rows));
                for (other, bank) in residuals.into_iter().zip(banks) {
                    if other < residual {
                        (residual, guess) = (other, bank);
                    }
                }
            }
            let descent = Descent { limits: all, fixed: self.fixed, steps: 6, good: 3e-6 };
            let (residual, guess) =
                descent.run(guess, residual, &fitter.residuals(Stage::Rows), &|g| {
                    moves::changes(g, fitter.reading, Stage::Rows)
                });
            changed.push((residual, at, guess));
            if residual < 1e-4 {
                break;
            }
        }
        changed.sort_by(|a, b| a.0.total_cmp(&b.0));
        changed.retain(|known| known.0 < 0.01);
        changed.truncate(2);
        if let Some(first) = changed.first() {
            found.front = Some(found.front.map_or(first.0, |front| front.min(first.0)));
            self.complete(&fitters, changed, found, 1.0 / 2.0);
        }
    }

    /// The residuals of the front ends of the recipes for each reading, the least first.
    fn recipe_fronts(&self, fitters: &[Fitter<'_>], extent: Extent) -> Vec<(f64, usize, Guess)> {
        let is_part = extent == Extent::Part;
        let mut all: Vec<(f64, usize, Guess)> = Vec::new();
        for (at, fitter) in fitters.iter().enumerate() {
            let is_plain = fitter.reading.wrap.is_none();
            if !fitter.reading.is_searched() || is_part && !is_plain || self.limits.over() {
                continue;
            }
            let target = Target::new(self.engine, fitter.reading, is_part);
            let mut fronts = recipes::fronts(&target, self.start, self.sample_rate);
            if !is_part {
                // Frames that stay inside the signal are often a part of those that reach beyond its ends: the whole
                // of a recipe with one option changed is the better answer.
                for at in 0..fronts.len() {
                    let mut inside = fronts[at].clone();
                    inside.config.center = false;
                    if !fronts.contains(&inside) {
                        fronts.push(inside);
                    }
                }
            }
            fronts.iter_mut().for_each(|guess| (self.fixed)(guess));
            let limits = self.limits.within(1.0 / 6.0);
            let residuals = scores(&fronts, &limits, 3e-6, &fitter.residuals(Stage::Rows));
            all.extend(
                residuals.into_iter().zip(fronts).map(|(residual, guess)| (residual, at, guess)),
            );
        }
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        all
    }

    /// The front ends of the recipes for a part of the frames.
    fn try_recipe_parts(&self, found: &mut Found) {
        (self.progress)("parts of usual recipes", found.best());
        let whole = self.whole();
        let fitters: Vec<Fitter<'_>> =
            self.readings.iter().map(|reading| Fitter::new(&whole, reading, Extent::Part)).collect();
        let mut best = self.recipe_fronts(&fitters, Extent::Part);
        best.retain(|known| known.0 < self.readings[known.1].enough());
        best.truncate(2);
        if let Some(first) = best.first() {
            found.front = Some(first.0);
            self.complete(&fitters, best, found, 1.0 / 2.0);
        }
    }

    /// The first minute, in which a part of the frames is looked for.
    pub(super) fn whole(&self) -> Engine<'_> {
        Engine::new(self.engine.samples, 60 * self.sample_rate as usize)
    }
}
