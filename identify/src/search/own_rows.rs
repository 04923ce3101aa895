//! Rows that have a mean and a scale each, as global CMVN makes them.

use super::{Found, NEAR, Outcome, Search};
use crate::fit::{Extent, Stage};
use crate::polish;
use crate::reading::Reading;
use crate::scores::score;
use crate::target::Target;

/// Whether two readings are of the same values.
fn is_of(reading: &Reading, other: &Reading) -> bool {
    (reading.layout, reading.kind, reading.wrap) == (other.layout, other.kind, other.wrap)
}

impl Search<'_> {
    /// In a search whose readings have rows of their own: the front ends that were found for the same values without,
    /// and framings by how rows move.
    pub fn try_fronts_of(&self, known: &[Outcome], readings: &[Reading], found: &mut Found) {
        let fitters = self.fitters();
        for outcome in known.iter().filter(|outcome| outcome.extent == Extent::All).take(3) {
            let of = &readings[outcome.reading];
            let Some(at) = self.readings.iter().position(|reading| is_of(reading, of)) else {
                continue;
            };
            let residual = score(&outcome.guess, &self.limits, &fitters[at].residuals(Stage::Rows));
            if residual < 5.0 * self.readings[at].enough() {
                let front = (residual, at, outcome.guess.clone());
                self.complete(&fitters, vec![front], found, 1.0 / 4.0);
            }
            if self.is_settled(found) || self.limits.over() {
                return;
            }
        }
        self.try_by_rows(found);
    }
}

impl Search<'_> {
    /// In a search whose readings have no rows of their own: whether what was found with these has the same line for
    /// all rows, which an offset or normalized values explain.
    pub fn try_common_line(&self, of_own: &Found, own: &Self, found: &mut Found) {
        let Some(outcome) = of_own.outcomes.first() else { return };
        let with_own = &own.readings[outcome.reading];
        let lines = own.target(outcome).row_lines(&outcome.guess);
        let (Some(at), Some(lines)) =
            (self.readings.iter().position(|reading| is_of(reading, with_own)), lines)
        else {
            return;
        };
        let config = &outcome.guess.config;
        let target = Target::new(self.engine, &self.readings[at], false);
        let mut slopes: Vec<f64> = lines.iter().map(|line| line.0).collect();
        slopes.sort_by(f64::total_cmp);
        let slope = slopes[slopes.len() / 2];
        let mut intercepts: Vec<f64> = lines.iter().map(|line| line.1).collect();
        intercepts.sort_by(f64::total_cmp);
        let scale = slope * config.scale;
        let offset = config.offset + intercepts[intercepts.len() / 2] / scale;
        let mut guess = outcome.guess.clone();
        (guess.config.scale, guess.config.offset) = (scale, offset);
        (self.fixed)(&mut guess);
        let distance = score(&guess, &self.limits, &target);
        if distance < NEAR {
            let descent = self.descent(1.0 / 8.0, 8, 1e-9);
            let (distance, guess) =
                descent.run(guess, distance, &target, &|g| polish::changes(g, &target));
            found.add(Outcome { distance, guess, reading: at, extent: Extent::All });
        }
    }
}

impl Found {
    /// Takes what another search found, whose readings follow `n` others.
    pub fn take(&mut self, other: Self, n: usize) {
        for outcome in other.outcomes {
            // The same options without the lines of the rows are another answer, and a worse one.
            let is_same = |known: &Outcome| known.guess.config == outcome.guess.config;
            self.outcomes.retain(|known| !is_same(known) || known.distance <= outcome.distance);
            self.add(Outcome { reading: outcome.reading + n, ..outcome });
        }
    }
}
