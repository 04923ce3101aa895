//! The level `reference` of a computation while it is still being measured.
//!
//! No value may stay below the highest of the whole input less `top_db`, and that is not known before the
//! end. What is known of it on the way is never too high, though: frames are raised to that at once, and
//! those that began after the highest value was found are done. Only those before need another pass.

use core::ops::Range;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

/// The highest value so far, which threads share that compute ranges of frames.
pub(crate) struct RunningReference {
    /// Bits of the highest value.
    highest: AtomicU32,
    /// End of the last of the ranges that were begun.
    begun: AtomicUsize,
    /// End of the last of those that had been begun when the highest value was found.
    unsettled: AtomicUsize,
}

impl RunningReference {
    pub fn new() -> Self {
        Self {
            highest: AtomicU32::new(f32::NEG_INFINITY.to_bits()),
            begun: AtomicUsize::new(0),
            unsettled: AtomicUsize::new(0),
        }
    }

    /// Begins a range; gives the highest value that was found before.
    pub fn begin(&self, frames: &Range<usize>) -> f32 {
        // In one order for all threads: a range that doesn't see a higher value yet is seen as begun by who
        // has just found that value.
        self.begun.fetch_max(frames.end, Ordering::SeqCst);
        f32::from_bits(self.highest.load(Ordering::SeqCst))
    }

    /// Ends a range whose highest value is this.
    pub fn end(&self, highest: f32) {
        let raised = self.highest.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |bits| {
            (f32::from_bits(bits) < highest).then_some(highest.to_bits())
        });
        if raised.is_ok() {
            self.unsettled.fetch_max(self.begun.load(Ordering::SeqCst), Ordering::SeqCst);
        }
    }

    /// Where the frames end that may have been computed with a lower reference than the final one.
    pub fn unsettled(&self) -> usize {
        self.unsettled.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_began_before_the_highest_is_unsettled() {
        let reference = RunningReference::new();
        assert_eq!(reference.begin(&(0..10)), f32::NEG_INFINITY);
        assert_eq!(reference.begin(&(10..20)), f32::NEG_INFINITY);
        reference.end(-3.0);
        assert_eq!(reference.unsettled(), 20);
        assert_eq!(reference.begin(&(20..30)), -3.0);
        // The other range of the first two.
        reference.end(-5.0);
        assert_eq!(reference.unsettled(), 20);
        assert_eq!(reference.begin(&(30..40)), -3.0);
        reference.end(2.0);
        assert_eq!(reference.unsettled(), 40);
        assert_eq!(reference.begin(&(40..50)), 2.0);
        // As high is not higher.
        reference.end(2.0);
        assert_eq!(reference.unsettled(), 40);
    }
}
