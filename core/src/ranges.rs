//! Frames in ranges: one after the other, or on several threads.

use crate::error::Error;
use crate::measured::Measured;
use core::ops::Range;

/// Frames after which a computation looks at what was measured: whole blocks of any kernel.
const RANGE: usize = 256;

/// Does the work for ranges of `frames`, one after the other.
fn in_order(
    frames: Range<usize>,
    work: impl Fn(Range<usize>) -> Result<Measured, Error>,
) -> Result<Measured, Error> {
    let mut measured = Measured::NOTHING;
    for start in frames.clone().step_by(RANGE) {
        measured = measured.and(work(start..frames.end.min(start + RANGE))?);
    }
    Ok(measured)
}

#[cfg(not(feature = "std"))]
pub(crate) use alone::for_ranges;
#[cfg(feature = "std")]
pub(crate) use threads::{at_once, for_ranges, on_threads};

/// Without threads.
#[cfg(not(feature = "std"))]
mod alone {
    use super::*;

    /// Does the work for ranges of `frames`.
    pub(crate) fn for_ranges(
        frames: Range<usize>,
        _threads: usize,
        work: impl Fn(Range<usize>) -> Result<Measured, Error>,
    ) -> Result<Measured, Error> {
        in_order(frames, work)
    }
}

#[cfg(feature = "std")]
mod threads {
    use super::*;
    use alloc::vec::Vec;
    use core::num::NonZero;
    use core::sync::atomic::{AtomicUsize, Ordering};

    /// Fewer frames than this are not worth a thread: starting one takes as long as some hundred frames.
    const FRAMES_PER_THREAD: usize = 512;

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
        // Many ranges per thread, so that one slow thread doesn't hold up the rest; but large ones, because
        // threads that fault in the same fresh pages contend.
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

    /// Threads to work at once: as many as the machine has cores for 0.
    pub(crate) fn at_once(threads: usize) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
        if threads == 0 { cores() } else { threads }
    }

    /// Calls `work` on this thread and on others, as far as they can be started.
    pub(crate) fn on_threads<T: Send>(threads: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
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
}
