//! Steepest descent over single changes, on several threads, until the time is over.

use crate::Stop;
use crate::engine::Guess;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A change of a candidate.
pub(crate) type Change = Box<dyn Fn(&mut Guess) + Send + Sync>;

/// What is known and must not change.
pub(crate) type Fixed<'a> = &'a (dyn Fn(&mut Guess) + Sync);

/// When the search has to stop, and what it may use until then.
#[derive(Clone, Copy)]
pub(crate) struct Limits<'a> {
    pub end: Instant,
    pub threads: usize,
    pub stop: Option<Stop<'a>>,
}

impl Limits<'_> {
    /// Whether the time is over, or the caller has had enough.
    pub fn over(&self) -> bool {
        Instant::now() >= self.end || self.stop.is_some_and(|stop| stop())
    }

    /// The same with an earlier end.
    pub fn within(self, time: Duration) -> Self {
        Self { end: self.end.min(Instant::now() + time), ..self }
    }

    /// The same, but ending this much later than now.
    pub fn ending_after(self, time: Duration) -> Self {
        Self { end: Instant::now() + time, ..self }
    }
}

/// Scores of candidates; infinite for those that were not reached. The rest is skipped once one is at
/// most `enough`.
pub(crate) fn scores(
    guesses: &[Guess],
    limits: &Limits<'_>,
    enough: f64,
    score: &(dyn Fn(&Guess) -> f64 + Sync),
) -> Vec<f64> {
    let next = AtomicUsize::new(0);
    let done = AtomicBool::new(false);
    let results = Mutex::new(vec![f64::INFINITY; guesses.len()]);
    let work = || {
        while !done.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(guess) = guesses.get(at) else { break };
            let found = score(guess);
            let found = if found.is_nan() { f64::INFINITY } else { found };
            if let Ok(mut results) = results.lock() {
                results[at] = found;
            }
            if found <= enough || limits.over() {
                done.store(true, Ordering::Relaxed);
            }
        }
    };
    let threads = limits.threads.clamp(1, guesses.len().max(1));
    if threads == 1 {
        work();
    } else {
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
    }
    results.into_inner().unwrap_or_default()
}

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
        score: &(dyn Fn(&Guess) -> f64 + Sync),
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
            let found = scores(&tried, &self.limits, self.good, score);
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
                let found = score(&both);
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
