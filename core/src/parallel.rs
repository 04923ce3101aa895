//! Several threads: for many inputs, or for a long one.

use crate::error::Error;
use crate::extractor::MelExtractor;
use crate::measured::Measured;
use crate::run::{RANGE, in_order};
use crate::signal::Sample;
use crate::spectrogram::MelSpectrogram;
use alloc::vec::Vec;
use core::num::NonZero;
use core::ops::Range;
use core::sync::atomic::{AtomicUsize, Ordering};

/// Fewer frames than this are not worth a thread: it takes as long to start one as to compute some hundred.
const FRAMES_PER_THREAD: usize = 512;

impl MelExtractor {
    /// Like [`compute`](Self::compute), on several threads: the same bits, sooner for inputs of
    /// minutes. `threads` is how many work at once, 0 for as many as the machine has cores.
    ///
    /// # Errors
    /// Those of `compute`.
    pub fn compute_parallel<S: Sample>(
        &self,
        samples: &[S],
        threads: usize,
    ) -> Result<MelSpectrogram, Error> {
        self.compute_on(samples, at_once(threads))
    }

    /// The mel spectrogram of each clip, as [`compute`](Self::compute) gives it, in their order; the
    /// lengths may differ. `threads` is how many work at once, 0 for as many as the machine has cores.
    pub fn compute_batch<S: Sample, C: AsRef<[S]> + Sync>(
        &self,
        clips: &[C],
        threads: usize,
    ) -> Vec<Result<MelSpectrogram, Error>> {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(clip) = clips.get(index) else { return done };
                done.push((index, self.compute(clip.as_ref())));
            }
        };
        let done = on_threads(at_once(threads).min(clips.len()), work);
        let mut results: Vec<_> = done.into_iter().flatten().collect();
        results.sort_unstable_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }
}

/// Does the work for ranges of `frames`, on several threads.
pub(crate) fn for_ranges(
    frames: Range<usize>,
    threads: usize,
    work: impl Fn(Range<usize>) -> Result<Measured, Error> + Sync,
) -> Result<Measured, Error> {
    let threads = threads.min(frames.len() / FRAMES_PER_THREAD);
    if threads <= 1 {
        return in_order(frames, work);
    }
    // Many for each thread, as one thread may be held up by others' work; but long ones, as two threads that
    // store to the same pages of new memory may wait for each other.
    let part = (frames.len() / (16 * threads)).next_multiple_of(RANGE).max(RANGE);
    let next = AtomicUsize::new(0);
    let results = on_threads(threads, || {
        let mut measured = Measured::NOTHING;
        loop {
            let start = frames.start + next.fetch_add(1, Ordering::Relaxed) * part;
            if start >= frames.end {
                return Ok(measured);
            }
            measured = measured.and(work(start..frames.end.min(start + part))?);
        }
    });
    results.into_iter().try_fold(Measured::NOTHING, |all, result| Ok(all.and(result?)))
}

fn at_once(threads: usize) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
    if threads == 0 { cores() } else { threads }
}

/// Calls `work` on this thread and on others, as far as they can be started.
fn on_threads<T: Send>(threads: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
    let work = &work;
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .map_while(|_| std::thread::Builder::new().spawn_scoped(scope, work).ok())
            .collect();
        let mut results = Vec::with_capacity(others.len() + 1);
        results.push(work());
        for thread in others {
            match thread.join() {
                Ok(result) => results.push(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    })
}
