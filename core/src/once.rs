//! A value made when it is first asked for: `OnceLock`, but without `std`, and for values whose making may fail.

use crate::error::Error;
use crate::memory;
use alloc::boxed::Box;
use core::marker::PhantomData;
use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

/// A value that is made once, and then never changes.
pub(crate) struct Once<T> {
    /// Null until the value is made. An array of one, as [`memory::boxed`] makes it.
    value: AtomicPtr<[T; 1]>,
    owns: PhantomData<T>,
}

// Threads share the value, and one may drop what another has made.
impl<T: Send + Sync> Once<T> {
    pub const fn new() -> Self {
        Self { value: AtomicPtr::new(ptr::null_mut()), owns: PhantomData }
    }

    /// The value, if it has been made.
    pub fn get(&self) -> Option<&T> {
        // SAFETY: the pointer is null or from `Box::into_raw`; the box is dropped with this only, and nobody has
        // an exclusive reference to it.
        let value = unsafe { self.value.load(Ordering::Acquire).as_ref() };
        value.map(|[value]| value)
    }

    /// The value, which `make` makes if there is none. No thread waits for another: where several make one at the
    /// same time, all take the one that is finished first.
    pub fn get_or_make(&self, make: impl FnOnce() -> Result<T, Error>) -> Result<&T, Error> {
        if let Some(value) = self.get() {
            return Ok(value);
        }
        let own = Box::into_raw(memory::boxed(make()?)?);
        let exchange =
            self.value.compare_exchange(ptr::null_mut(), own, Ordering::AcqRel, Ordering::Acquire);
        let kept = match exchange {
            Ok(_) => own,
            Err(first) => {
                // SAFETY: it is from `Box::into_raw`, and no other thread has seen it.
                drop(unsafe { Box::from_raw(own) });
                first
            }
        };
        // SAFETY: as in `get`; it isn't null.
        let [value] = unsafe { &*kept };
        Ok(value)
    }
}

impl<T> Drop for Once<T> {
    fn drop(&mut self) {
        let value = *self.value.get_mut();
        if !value.is_null() {
            // SAFETY: it is from `Box::into_raw`, and its last owner drops it.
            drop(unsafe { Box::from_raw(value) });
        }
    }
}

impl<T> core::fmt::Debug for Once<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Once").finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use core::sync::atomic::AtomicUsize;
    use std::sync::Barrier;
    use std::vec::Vec;

    /// Counts the values that are dropped.
    struct Witness<'a>(&'a AtomicUsize);

    impl Drop for Witness<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn all_threads_have_the_same_value() {
        const THREADS: usize = 4;
        let (made, dropped) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let once = Once::new();
        let barrier = Barrier::new(THREADS);
        let places: Vec<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        let value = once.get_or_make(|| {
                            made.fetch_add(1, Ordering::Relaxed);
                            Ok(Witness(&dropped))
                        });
                        ptr::from_ref(value.unwrap()).addr()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let place = ptr::from_ref(once.get().unwrap()).addr();
        assert_eq!(places, [place; THREADS]);
        let made = made.into_inner();
        assert_eq!(dropped.load(Ordering::Relaxed), made - 1);
        drop(once);
        assert_eq!(dropped.load(Ordering::Relaxed), made);
    }

    #[test]
    fn what_could_not_be_made_is_tried_again() {
        let once = Once::new();
        assert!(once.get().is_none());
        assert_eq!(once.get_or_make(|| Err(Error::Finished)), Err(Error::Finished));
        assert!(once.get().is_none());
        assert_eq!(once.get_or_make(|| Ok(7)), Ok(&7));
        assert_eq!(once.get_or_make(|| Ok(8)), Ok(&7));
        assert_eq!(once.get(), Some(&7));
    }
}
