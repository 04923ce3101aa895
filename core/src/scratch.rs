//! Working memory of one computation, kept by the extractor for the next.

use crate::error::Error;
use crate::memory::{self, AlignedBuffer};
use crate::plan::Plan;
use crate::resample::Design;
use crate::resample::window::Window;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, Ordering};

/// What a block needs besides its samples and its result.
pub(crate) struct Scratch {
    pub floats: AlignedBuffer,
    /// For frames that come one at a time.
    pub single: Option<AlignedBuffer>,
    /// For a whole input at another rate.
    pub window: Option<Window>,
}

impl Scratch {
    pub fn new(plan: &Plan) -> Result<Self, Error> {
        let window = plan.resampling.as_ref().map(|design| make_window(plan, design)).transpose()?;
        Ok(Self { window, ..Self::for_blocks(plan)? })
    }

    fn for_blocks(plan: &Plan) -> Result<Self, Error> {
        Ok(Self {
            floats: AlignedBuffer::uninitialised(plan.recipe.scratch)?,
            single: None,
            window: None,
        })
    }

    /// For a live signal, whose frames come one at a time.
    pub fn for_stream(plan: &Plan) -> Result<Self, Error> {
        let single = plan.recipe.make_single()?;
        let single = single.map(|single| AlignedBuffer::zeroed(single.scratch)).transpose()?;
        Ok(Self { single, ..Self::for_blocks(plan)? })
    }

    /// Bytes that it takes, but for a stream's.
    pub fn bytes(&self) -> usize {
        self.floats.bytes() + self.window.as_ref().map_or(0, Window::bytes)
    }

    /// The window, which is to be put back. A panic may have kept the last one.
    pub fn take_window(&mut self, plan: &Plan, design: &Design) -> Result<Window, Error> {
        self.window.take().map_or_else(|| make_window(plan, design), Ok)
    }
}

fn make_window(plan: &Plan, design: &Design) -> Result<Window, Error> {
    // Neighbouring blocks share less than a frame, and pre-emphasis reads one sample before.
    Window::new(design, plan.framing.n_fft + 1)
}

/// Scratches for as many computations at once. No thread waits for another: when all are in use, one
/// is made for the computation only.
pub(crate) struct ScratchPool {
    slots: Vec<Slot>,
    /// Bytes that each scratch takes.
    pub bytes: usize,
}

/// Computations at once that find kept working memory.
const SLOTS: usize = 16;

struct Slot {
    is_used: AtomicBool,
    scratch: UnsafeCell<Option<Scratch>>,
}

impl Slot {
    fn new(scratch: Option<Scratch>) -> Self {
        Self { is_used: AtomicBool::new(false), scratch: UnsafeCell::new(scratch) }
    }
}

// SAFETY: the scratch of a slot is touched only by the thread that turned `is_used` from false to
// true, until it turns it back.
unsafe impl Sync for Slot {}

impl ScratchPool {
    /// A pool that has one scratch, so that computing one thing at a time never allocates.
    pub fn new(plan: &Plan) -> Result<Self, Error> {
        let scratch = Scratch::new(plan)?;
        let bytes = scratch.bytes();
        let mut slots = memory::with_capacity(SLOTS)?;
        slots.push(Slot::new(Some(scratch)));
        slots.resize_with(SLOTS, || Slot::new(None));
        Ok(Self { slots, bytes })
    }

    /// Calls `work` with a scratch.
    pub fn with<T>(
        &self,
        plan: &Plan,
        work: impl FnOnce(&mut Scratch) -> Result<T, Error>,
    ) -> Result<T, Error> {
        for slot in &self.slots {
            let take = slot.is_used.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed);
            if take.is_err() {
                continue;
            }
            let guard = Guard(slot);
            // SAFETY: this thread has just turned `is_used` to true.
            let scratch = unsafe { &mut *guard.0.scratch.get() };
            let scratch = match scratch {
                Some(scratch) => scratch,
                None => scratch.insert(Scratch::new(plan)?),
            };
            return work(scratch);
        }
        work(&mut Scratch::new(plan)?)
    }
}

/// Gives the slot back, also when the work panics.
struct Guard<'a>(&'a Slot);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.is_used.store(false, Ordering::Release);
    }
}
