//! Many inputs at once, on several threads.

use crate::error::Error;
use crate::extractor::MelExtractor;
use crate::signal::Sample;
use crate::spectrogram::MelSpectrogram;
use alloc::vec::Vec;
use core::num::NonZero;
use core::sync::atomic::{AtomicUsize, Ordering};

impl MelExtractor {
    /// The mel spectrogram of each clip, as [`compute`](Self::compute) gives it, in their order; the
    /// lengths may differ. `threads` is how many work at once, 0 for as many as the machine has cores.
    pub fn compute_batch<S: Sample, C: AsRef<[S]> + Sync>(
        &self,
        clips: &[C],
        threads: usize,
    ) -> Vec<Result<MelSpectrogram, Error>> {
        let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
        let threads = if threads == 0 { cores() } else { threads }.min(clips.len());
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            while let Some((index, clip)) = {
                let index = next.fetch_add(1, Ordering::Relaxed);
                clips.get(index).map(|clip| (index, clip))
            } {
                done.push((index, self.compute(clip.as_ref())));
            }
            done
        };
        if threads <= 1 {
            return work().into_iter().map(|(_, result)| result).collect();
        }
        let mut results: Vec<(usize, Result<MelSpectrogram, Error>)> = std::thread::scope(|scope| {
            // Threads that can't be started are done without.
            let others: Vec<_> = (1..threads)
                .map_while(|_| std::thread::Builder::new().spawn_scoped(scope, work).ok())
                .collect();
            let mut results = work();
            for thread in others {
                match thread.join() {
                    Ok(done) => results.extend(done),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            results
        });
        results.sort_unstable_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }
}
