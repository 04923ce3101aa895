//! What was made lately, to be used again.

use std::sync::{Arc, Mutex, PoisonError};

/// Number of values that are kept.
const KEPT: usize = 8;

/// The values used most recently, the latest at the end. The lock is held only for a look-up or a push.
pub struct Recent<T>(Mutex<Vec<Arc<T>>>);

impl<T> Recent<T> {
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// The value that fits, made if none of those that are kept does.
    pub fn get<E>(
        &self,
        fits: impl Fn(&T) -> bool,
        make: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let take = || {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let at = kept.iter().position(|value| fits(value))?;
            let value = kept.remove(at);
            kept.push(Arc::clone(&value));
            Some(value)
        };
        if let Some(value) = take() {
            return Ok(value);
        }
        let value = Arc::new(make()?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push(Arc::clone(&value));
        Ok(value)
    }
}
