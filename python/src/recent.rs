//! What was made lately, to be used again.

use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

/// Number of values that are kept.
const KEPT: usize = 8;

/// The values used most recently, the latest at the end. The lock is held only for a look-up or a push, and nobody waits
/// for it: in the child of a fork, the thread that held it may not exist.
pub struct Recent<T>(Mutex<Vec<Arc<T>>>);

impl<T> Recent<T> {
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// The value that fits, made if none of those that are kept does, or if another thread is looking at them.
    pub fn get<E>(
        &self,
        fits: impl Fn(&T) -> bool,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let take = || {
            let mut kept = self.kept()?;
            let at = kept.iter().position(|value| fits(value))?;
            let value = kept.remove(at);
            kept.push(Arc::clone(&value));
            Some(value)
        };
        if let Some(value) = take() {
            return Ok(value);
        }
        let value = Arc::new(make()?);
        if let Some(mut kept) = self.kept() {
            // Another thread may have made it, too.
            kept.retain(|value| !fits(value));
            if kept.len() == KEPT {
                kept.remove(0);
            }
            kept.push(Arc::clone(&value));
        }
        Ok(value)
    }

    /// The values, unless the lock is taken.
    fn kept(&self) -> Option<MutexGuard<'_, Vec<Arc<T>>>> {
        match self.0.try_lock() {
            Ok(kept) => Some(kept),
            Err(TryLockError::Poisoned(kept)) => Some(kept.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}
