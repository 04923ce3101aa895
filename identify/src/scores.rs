//! Scores of candidates, computed on several threads.

use crate::engine::Guess;
use crate::limits::Limits;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;

/// How good candidates are: the less, the better.
pub(crate) trait Score: Sync {
    /// A candidate's score, infinite where it has none, and the work that it took.
    fn score(&self, guess: &Guess) -> (f64, u64);
}

/// The score of one candidate.
pub(crate) fn score(guess: &Guess, limits: &Limits<'_>, of: &dyn Score) -> f64 {
    let (found, work) = of.score(guess);
    limits.count(work);
    if found.is_nan() { f64::INFINITY } else { found }
}

/// Scores of candidates in order; infinite for those after the first that is at most `enough`, or that the work was
/// done with. They are the same for any number of threads.
pub(crate) fn scores(guesses: &[Guess], limits: &Limits<'_>, enough: f64, of: &dyn Score) -> Vec<f64> {
    let next = AtomicUsize::new(0);
    let done = AtomicBool::new(false);
    let spent = AtomicU64::new(0);
    let left = limits.left();
    let results = Mutex::new(vec![(f64::INFINITY, 0); guesses.len()]);
    let run = || {
        // What was begun is always completed, so that all before the end is known.
        while !done.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(guess) = guesses.get(at) else { break };
            let (found, work) = of.score(guess);
            let found = if found.is_nan() { f64::INFINITY } else { found };
            if let Ok(mut results) = results.lock() {
                results[at] = (found, work);
            }
            let spent = spent.fetch_add(work, Ordering::Relaxed) + work;
            if found <= enough || spent >= left || limits.late() {
                done.store(true, Ordering::Relaxed);
            }
        }
    };
    let threads = limits.threads.clamp(1, guesses.len().max(1));
    if threads == 1 {
        run();
    } else {
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(run);
            }
            run();
        });
    }
    let results = results.into_inner().unwrap_or_default();
    let mut spent = 0;
    let mut is_over = false;
    let in_order = results.into_iter().map(|(found, work)| {
        if is_over {
            return f64::INFINITY;
        }
        spent += work;
        is_over = found <= enough || spent >= left;
        found
    });
    let in_order = in_order.collect();
    limits.count(spent);
    in_order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Work;
    use mojo_audio_core::MelConfig;
    use std::time::{Duration, Instant};

    /// A second of work for each.
    struct BySize;

    impl Score for BySize {
        fn score(&self, guess: &Guess) -> (f64, u64) {
            // Later ones are done earlier.
            thread::sleep(Duration::from_micros(u64::from(guess.config.hop_length)));
            (f64::from(guess.config.hop_length), 1_000_000_000)
        }
    }

    #[test]
    fn any_number_of_threads_has_the_same_scores() {
        let guess = |hop_length| Guess::new(MelConfig { hop_length, ..MelConfig::whisper() });
        let guesses: Vec<Guess> = (0..32).map(|i| guess(3_200 - 100 * i)).collect();
        for (share, enough) in [(1.0, 0.0), (0.5, 0.0), (1.0, 2_900.0), (0.0, 0.0)] {
            let of = |threads| {
                let work = Work::default();
                let end = Instant::now() + Duration::from_secs(3_600);
                let limits = Limits::new(end, threads, None, &work).within(share);
                let found = scores(&guesses, &limits, enough, &BySize);
                (found, limits.within(1.0).left(), limits.with_another(1.0).left())
            };
            let one = of(1);
            assert!(one.0[0].is_finite() && one.0[31].is_infinite());
            assert_eq!(one, of(4), "{share} {enough}");
        }
    }
}
