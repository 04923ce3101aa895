//! The order of the search: recipes; framings by how rows move; the grid of all readings together; and if nothing fits,
//! what may have been put before and behind the signal, and parts of the frames.

mod by_grid;
mod by_recipe;
mod by_rows;
mod late;
mod own_rows;
mod pcen;
mod still;

use crate::descent::{Descent, Fixed};
use crate::engine::{Engine, Guess};
use crate::fit::{Extent, Fitter};
use crate::limits::Limits;
use crate::polish;
use crate::reading::Reading;
use crate::recipes::Rate;
use crate::target::Target;
use crate::tidy;
use crate::verdict;
use mojo_audio_core::MelConfig;

/// What the search works on.
#[derive(Clone, Copy)]
pub(crate) struct Search<'a> {
    pub engine: &'a Engine<'a>,
    pub sample_rate: u32,
    pub readings: &'a [Reading],
    /// The recipe to start from.
    pub start: Option<&'a MelConfig>,
    pub fixed: Fixed<'a>,
    pub limits: Limits<'a>,
    pub progress: &'a (dyn Fn(&str, f64) + Sync),
}

/// A candidate with everything in.
#[derive(Clone)]
pub(crate) struct Outcome {
    /// As of [`Target::distance`].
    pub distance: f64,
    pub guess: Guess,
    /// Which reading it is of.
    pub reading: usize,
    pub extent: Extent,
}

/// All that was found, the best first.
#[derive(Default)]
pub(crate) struct Found {
    pub outcomes: Vec<Outcome>,
    /// The least residual of a front end: near 1 where the features follow nothing in this signal.
    pub front: Option<f64>,
}

/// A distance that needs no further search.
const EXACT: f64 = 3e-6;
/// Above this, something is still unknown.
pub(crate) const NEAR: f64 = 2e-4;

impl Search<'_> {
    /// For each reading, what fits front ends to all of its frames.
    fn fitters(&self) -> Vec<Fitter<'_>> {
        let fitter = |reading| Fitter::new(self.engine, reading, Extent::All);
        self.readings.iter().map(fitter).collect()
    }

    /// Recipes, and those of which a few options were changed.
    pub fn try_recipes(&self, found: &mut Found) {
        self.try_recipes_at(found, false, Rate::Recording);
        if !self.is_settled(found) {
            self.try_recipe_fronts(found);
        }
        if !self.is_settled(found) {
            self.try_recipes_at(found, false, Rate::Other);
        }
    }

    /// What is no recipe.
    pub fn try_the_rest(&self, found: &mut Found) {
        if !self.is_settled(found) {
            self.try_usual_sizes(found, false);
        }
        if !self.is_settled(found) {
            self.try_other_edges(found);
        }
        if !self.is_settled(found) {
            self.try_pcen(found);
        }
        if found.best() > 0.02 && found.front.is_none_or(|front| front > 0.05) {
            self.try_scaled_pcen(found);
        }
        if !self.is_settled(found) {
            self.try_by_rows(found);
        }
        if !self.is_settled(found) {
            self.try_all(found, Extent::All, 1.0);
        }
        if !self.is_settled(found) {
            self.try_late(found);
        }
        if found.best() > 2e-3 && !self.limits.over() {
            self.try_late_recipes(found);
        }
        if found.best() > 2e-3 && !self.limits.over() {
            self.try_padded(found);
        }
        if found.best() > 0.02 && !self.limits.over() {
            self.try_all(found, Extent::Part, 1.0);
        }
    }

    fn descent(&self, share: f64, steps: usize, good: f64) -> Descent<'_> {
        Descent { limits: self.limits.within(share), fixed: self.fixed, steps, good }
    }

    /// Whether the best is no further off than rounding explains.
    pub fn is_settled(&self, found: &Found) -> bool {
        found.outcomes.first().is_some_and(|best| {
            let deviation = self.target(best).deviation(&best.guess);
            deviation.is_some_and(|deviation| verdict::is_equal(&deviation))
        })
    }

    fn target(&self, outcome: &Outcome) -> Target<'_> {
        Target::new(self.engine, &self.readings[outcome.reading], outcome.extent == Extent::Part)
    }

    /// Puts usual options in the place of others that give the same.
    pub fn tidy(&self, found: &mut Found) {
        (self.progress)("equal options", found.best());
        let Some(best) = found.outcomes.first_mut() else { return };
        let target =
            Target::new(self.engine, &self.readings[best.reading], best.extent == Extent::Part);
        // Whatever was used up before.
        let limits = self.limits.with_another(1.0 / 8.0);
        let descent = Descent { limits, fixed: self.fixed, steps: 4, good: 0.0 };
        if best.distance <= NEAR {
            (best.distance, best.guess) =
                descent.run(best.guess.clone(), best.distance, &target, &|g| polish::usual(g, &target));
        }
        let limits = self.limits.with_another(1.0 / 8.0);
        let descent = Descent { limits, fixed: self.fixed, steps: 1, good: 0.0 };
        let (distance, guess) = tidy::tidy(&best.guess, best.distance, &target, &descent);
        (best.distance, best.guess) = (distance, guess);
    }
}

impl Found {
    pub fn best(&self) -> f64 {
        self.outcomes.first().map_or(f64::INFINITY, |best| best.distance)
    }

    pub fn add(&mut self, outcome: Outcome) {
        if outcome.distance.is_finite()
            && !self.outcomes.iter().any(|known| known.guess.config == outcome.guess.config)
        {
            self.outcomes.push(outcome);
            self.outcomes.sort_by(|a, b| a.distance.total_cmp(&b.distance));
            self.outcomes.truncate(12);
        }
    }
}
