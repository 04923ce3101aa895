//! Steepest descent over single changes, until the work of a stage is done.

use crate::engine::Guess;
use crate::limits::Limits;
use crate::scores::{Score, score, scores};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

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

/// Work of a change that is not even computed.
const OF_A_CHANGE: u64 = 500;

/// A number that is the same for equal candidates, and often another one for others.
fn fingerprint(guess: &Guess) -> u64 {
    let c = &guess.config;
    let mut hasher = DefaultHasher::new();
    (c.n_fft, c.win_length, c.hop_length, c.n_mels, c.pad_to, c.max_length, c.pad_start)
        .hash(&mut hasher);
    let kinds =
        [c.window as u8, c.pad_mode as u8, c.log as u8, c.log_floor_mode as u8, c.mel_scale as u8];
    kinds.hash(&mut hasher);
    for number in [c.f_min, c.upper_frequency(), c.preemphasis, c.power, c.log_floor, c.offset, c.scale]
    {
        number.to_bits().hash(&mut hasher);
    }
    (guess.floor.to_bits(), guess.first).hash(&mut hasher);
    hasher.finish()
}

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
            let mut known: HashMap<u64, Vec<usize>> = HashMap::new();
            self.limits.count(changes.len() as u64 * OF_A_CHANGE);
            for change in changes {
                let mut other = guess.clone();
                change(&mut other);
                (self.fixed)(&mut other);
                let alike = known.entry(fingerprint(&other)).or_default();
                if other != guess && !alike.iter().any(|&at| tried[at] == other) {
                    alike.push(tried.len());
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
