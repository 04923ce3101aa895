//! Energies divided by their average so far, which no line over energies explains.

use super::{EXACT, Found, Outcome, Search};
use crate::back;
use crate::descent::Descent;
use crate::engine::Guess;
use crate::fit::Extent;
use crate::polish;
use crate::reading::Kind;
use crate::recipes;
use crate::scores::scores;
use crate::target::{Target, Unlikeness};

impl Search<'_> {
    /// Energies divided by their average so far, which no line over energies explains.
    pub(super) fn try_pcen(&self, found: &mut Found) {
        (self.progress)("PCEN", found.best());
        let limits = self.limits.within(1.0 / 4.0);
        let mut near: Vec<(f64, Guess, usize)> = Vec::new();
        for (at, reading) in self.readings.iter().enumerate() {
            if reading.is_searched() && reading.kind == Kind::Linear && !self.limits.over() {
                let target = Target::new(self.engine, reading, false);
                let guesses = recipes::pcen(&target, self.start, self.sample_rate, true, self.fixed);
                let distances = scores(&guesses, &limits, EXACT, &target);
                near.extend(
                    distances.into_iter().zip(guesses).map(|(distance, guess)| (distance, guess, at)),
                );
            }
        }
        near.retain(|known| known.0 < 0.6);
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (distance, guess, reading) in near.into_iter().take(2) {
            let target = Target::new(self.engine, &self.readings[reading], false);
            let descent = Descent { limits, fixed: self.fixed, steps: 8, good: EXACT };
            let (distance, guess) =
                descent.run(guess, distance, &target, &|g| polish::changes_of_pcen(g, &target));
            found.add(Outcome { distance, guess, reading, extent: Extent::All });
            if self.is_settled(found) {
                break;
            }
        }
    }

    /// PCEN with an offset and a factor, or with normalized rows: judged by how much like a line it is.
    pub(super) fn try_scaled_pcen(&self, found: &mut Found) {
        (self.progress)("scaled PCEN", found.best());
        let limits = self.limits.within(1.0 / 4.0);
        let mut near: Vec<(f64, Guess, usize)> = Vec::new();
        for (at, reading) in self.readings.iter().enumerate() {
            let is_plain = reading.kind == Kind::Log && reading.energy.is_none();
            let is_free = is_plain && !reading.clamped && !reading.limited;
            if reading.is_searched() && is_free && !limits.over() {
                let target = Target::new(self.engine, reading, false);
                let guesses = recipes::pcen(&target, self.start, self.sample_rate, false, self.fixed);
                let residuals = scores(&guesses, &limits, EXACT, &Unlikeness(&target));
                let known = residuals.into_iter().zip(guesses);
                near.extend(known.map(|(residual, guess)| (residual, guess, at)));
            }
        }
        near.retain(|known| known.0 < 0.3);
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (residual, guess, reading) in near.into_iter().take(2) {
            let target = Target::new(self.engine, &self.readings[reading], false);
            let descent = Descent { limits, fixed: self.fixed, steps: 4, good: EXACT };
            let (_, guess) = descent.run(guess, residual, &Unlikeness(&target), &|_| polish::pcen());
            let backs = back::of_pcen(&guess, target.reading);
            let backs: Vec<Guess> = backs
                .into_iter()
                .map(|mut guess| {
                    let changes = polish::line_of(&guess, &target);
                    changes.iter().for_each(|change| change(&mut guess));
                    (self.fixed)(&mut guess);
                    guess
                })
                .collect();
            let distances = scores(&backs, &limits, EXACT, &target);
            let best = (0..backs.len()).min_by(|&a, &b| distances[a].total_cmp(&distances[b]));
            let Some(best) = best.filter(|&best| distances[best].is_finite()) else { continue };
            let descent = Descent { limits, fixed: self.fixed, steps: 6, good: EXACT };
            let (distance, guess) = descent.run(backs[best].clone(), distances[best], &target, &|g| {
                polish::changes_of_pcen(g, &target)
            });
            found.add(Outcome { distance, guess, reading, extent: Extent::All });
            if self.is_settled(found) {
                break;
            }
        }
    }
}
