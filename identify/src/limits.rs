//! How much a search may do: counted work, so that the result depends neither on the machine nor on its load, and as
//! the outer bound the caller's time.
//!
//! Work is counted in nanoseconds of one core as of 2023, estimated from the sizes of what is computed. Each stage has
//! a share of the whole.

use crate::Stop;
use mojo_audio_core::MelConfig;
use mojo_audio_core::config::Precision;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The work of a whole search without its verdict: two cores do it in well under ten seconds.
const ALL: u64 = 12_000_000_000;

/// The work that was done.
#[derive(Debug, Default)]
pub(crate) struct Work(AtomicU64);

/// When the search has to stop, and what it may use until then.
#[derive(Clone, Copy)]
pub(crate) struct Limits<'a> {
    /// When the caller's time is over.
    end: Instant,
    pub threads: usize,
    stop: Option<Stop<'a>>,
    work: &'a Work,
    /// The work after which the stage ends.
    until: u64,
}

impl<'a> Limits<'a> {
    pub fn new(end: Instant, threads: usize, stop: Option<Stop<'a>>, work: &'a Work) -> Self {
        Self { end, threads, stop, work, until: ALL }
    }

    /// When the caller's time is over.
    pub fn end(&self) -> Instant {
        self.end
    }

    /// Whether the stage has to end.
    pub fn over(&self) -> bool {
        self.left() == 0 || self.late()
    }

    /// Whether the time is over, or the caller has had enough.
    pub fn late(&self) -> bool {
        Instant::now() >= self.end || self.stop.is_some_and(|stop| stop())
    }

    /// The work that is left.
    pub fn left(&self) -> u64 {
        self.until.saturating_sub(self.work.0.load(Ordering::Relaxed))
    }

    /// Counts work that was done.
    pub fn count(&self, work: u64) {
        self.work.0.fetch_add(work, Ordering::Relaxed);
    }

    /// The same for a stage that may use a share of all work.
    pub fn within(self, share: f64) -> Self {
        Self { until: self.until.min(self.beyond(share)), ..self }
    }

    /// The same for a share that is added to what the search may use.
    pub fn with_another(self, share: f64) -> Self {
        Self { until: self.beyond(share), ..self }
    }

    /// The same, but with an end this much later than now.
    pub fn ending_after(self, time: Duration) -> Self {
        Self { end: Instant::now() + time, ..self }
    }

    fn beyond(&self, share: f64) -> u64 {
        self.work.0.load(Ordering::Relaxed) + (share * ALL as f64) as u64
    }
}

/// Work of preparing a configuration.
pub(crate) fn of_plan(config: &MelConfig) -> u64 {
    let n_fft = u64::from(config.n_fft);
    let twiddles = if largest_factor(config.n_fft) > MOST_FACTOR { 110 * n_fft } else { 7 * n_fft };
    2_000 + twiddles + 10 * u64::from(config.n_mels)
}

/// Work of computing frames of a configuration.
pub(crate) fn of_frames(config: &MelConfig, frames: usize) -> u64 {
    let factor = largest_factor(config.n_fft);
    let for_a_sample = match factor {
        0..=7 => 0.3,
        8..=MOST_FACTOR => 0.3 + 0.02 * f64::from(factor),
        _ => 3.7,
    };
    let wide = if config.precision == Precision::Double { 2.0 } else { 1.0 };
    let of_a_frame = f64::from(config.n_fft) * for_a_sample * wide + 0.2 * f64::from(config.n_mels);
    // Several are transformed at once.
    (frames.next_multiple_of(8) as f64 * of_a_frame) as u64
}

/// Larger prime factors of a length take another algorithm.
const MOST_FACTOR: u32 = 31;

fn largest_factor(mut n: u32) -> u32 {
    let mut factor = 2;
    while factor * factor <= n {
        if n.is_multiple_of(factor) { n /= factor } else { factor += 1 }
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_ends_with_its_share_of_the_work() {
        let work = Work::default();
        let all = Limits::new(Instant::now() + Duration::from_secs(3_600), 1, None, &work);
        let stage = all.within(0.25);
        stage.count(ALL / 4 - 1);
        assert!(!stage.over());
        stage.count(1);
        assert!(stage.over() && !all.over());
        assert_eq!(all.within(1.0).left(), ALL - ALL / 4);
        assert_eq!(all.with_another(1.0).left(), ALL);
        assert!(all.ending_after(Duration::ZERO).over());
    }

    #[test]
    fn lengths_with_a_large_prime_factor_are_more_work() {
        assert_eq!([1, 2, 400, 551, 1_103].map(largest_factor), [1, 2, 5, 29, 1_103]);
        let of = |n_fft| of_frames(&MelConfig { n_fft, ..MelConfig::whisper() }, 100);
        assert!(of(1_103) > 5 * of(1_024));
    }
}
