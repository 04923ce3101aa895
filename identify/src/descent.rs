//! Steepest descent over single changes, until the work of a stage is done.

use crate::engine::Guess;
use crate::limits::Limits;
use crate::scores::{Score, score, scores};

/// A change of a candidate.
pub(crate) type Change = Box<dyn Fn(&mut Guess) + Send + Sync>;

/// What is known and must not change.
pub(crate) type Fixed<'a> = &'a (dyn Fn(&mut Guess) + Sync);

/// How a descent is done.
pub(crate) struct Descent<'a> {
    pub limits: Limits<'a>,
    pub fixed: Fixed<'a>,
    pub steps: usize,
    /// A residual that needs no improvement.
    pub good: f64,
}

/// A change must win this much: otherwise rounding would move options to which the residual is blind.
const GAIN: f64 = 0.98;

impl Descent<'_> {
    /// From a candidate to the best that single changes lead to.
    pub fn run(
        &self,
        mut guess: Guess,
        mut at: f64,
        of: &dyn Score,
        changes: &dyn Fn(&Guess) -> Vec<Change>,
    ) -> (f64, Guess) {
        for _ in 0..self.steps {
            if at <= self.good || self.limits.over() {
                break;
            }
            let changes = changes(&guess);
            let mut tried = Vec::new();
            let mut applied = Vec::new();
            for change in changes {
                let mut other = guess.clone();
                change(&mut other);
                (self.fixed)(&mut other);
                if other != guess && !tried.contains(&other) {
                    tried.push(other);
                    applied.push(change);
                }
            }
            let found = scores(&tried, &self.limits, self.good, of);
            let mut order: Vec<usize> = (0..tried.len()).filter(|&i| found[i] < at * GAIN).collect();
            order.sort_by(|&a, &b| found[a].total_cmp(&found[b]));
            let Some(&best) = order.first() else { break };
            let before = at;
            (guess, at) = (tried[best].clone(), found[best]);
            // What helps nearly as much may help on top.
            for &other in order.iter().skip(1).take(6) {
                if at <= self.good || self.limits.over() {
                    break;
                }
                let mut both = guess.clone();
                applied[other](&mut both);
                (self.fixed)(&mut both);
                if both == guess || both == tried[other] {
                    continue;
                }
                let found = score(&both, &self.limits, of);
                if found < at * GAIN {
                    (guess, at) = (both, found);
                }
            }
            if at > before * 0.9999 {
                break;
            }
        }
        (at, guess)
    }
}
