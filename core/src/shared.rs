//! A value with several owners: `Arc`, but for memory that is refused, which is an error here.

use crate::error::Error;
use crate::memory;
use alloc::boxed::Box;
use core::marker::PhantomData;
use core::ops::Deref;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicUsize, Ordering};

/// One owner of a value that nobody changes. The last one drops it.
pub(crate) struct Shared<T> {
    /// An array of one, as that is what a vector can be made without another allocation.
    counted: NonNull<[Counted<T>; 1]>,
    owns: PhantomData<Counted<T>>,
}

struct Counted<T> {
    owners: AtomicUsize,
    value: T,
}

// SAFETY: owners only read the value, on any thread, and the last one drops it, on any thread.
unsafe impl<T: Send + Sync> Send for Shared<T> {}
// SAFETY: as above; a shared owner can be cloned.
unsafe impl<T: Send + Sync> Sync for Shared<T> {}

impl<T> Shared<T> {
    pub fn new(value: T) -> Result<Self, Error> {
        let counted = memory::boxed(Counted { owners: AtomicUsize::new(1), value })?;
        Ok(Self { counted: NonNull::from(Box::leak(counted)), owns: PhantomData })
    }

    fn counted(&self) -> &Counted<T> {
        // SAFETY: the memory is freed by the last owner, and this is one.
        let [counted] = unsafe { self.counted.as_ref() };
        counted
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        // Whoever clones is an owner already: nothing has to be ordered. The count can't wrap, as each
        // owner takes memory of its own.
        self.counted().owners.fetch_add(1, Ordering::Relaxed);
        Self { counted: self.counted, owns: PhantomData }
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.counted().value
    }
}

impl<T> Drop for Shared<T> {
    fn drop(&mut self) {
        // What other owners did happens before the last one drops the value. Not by a fence in that one:
        // ThreadSanitizer doesn't know fences, and would report a race.
        if self.counted().owners.fetch_sub(1, Ordering::AcqRel) == 1 {
            // SAFETY: it is from `Box::leak`, and there is no other owner any more.
            drop(unsafe { Box::from_raw(self.counted.as_ptr()) });
        }
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    #[test]
    fn the_last_owner_drops_the_value() {
        struct Witness<'a>(&'a AtomicUsize);
        impl Drop for Witness<'_> {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let dropped = AtomicUsize::new(0);
        let first = Shared::new(Witness(&dropped)).unwrap();
        let second = first.clone();
        drop(first);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let third = second.clone();
                scope.spawn(move || {
                    for _ in 0..100 {
                        assert_eq!(third.clone().0.load(Ordering::Relaxed), 0);
                    }
                });
            }
        });
        assert_eq!(dropped.load(Ordering::Relaxed), 0);
        drop(second);
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    }
}
