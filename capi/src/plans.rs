//! Plans of recent one-shot calls, so that calling in a loop costs what an extractor costs.
//!
//! A slot has a plan and a lock. Calls that compute with the plan hold the lock for reading, so any number of
//! threads share it. Nothing waits: a call passes over a slot that is being written to, and replaces a plan
//! only if nobody is using it, the least recently used one first.

use crate::border::Failure;
use crate::config::MojoMelConfig;
use mojo_audio_core::{Error, MelExtractor};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{RwLock, TryLockError};

/// Number of plans that are kept.
const SLOTS: usize = 8;

struct Slot {
    plan: RwLock<Option<(MojoMelConfig, MelExtractor)>>,
    /// Number of the last call that used it.
    used: AtomicU64,
}

struct Plans {
    slots: [Slot; SLOTS],
    calls: AtomicU64,
}

static PLANS: Plans = Plans::new();

/// Frees the plans when the library is unloaded or the program ends; unloading would leak them otherwise. On
/// other systems they stay.
#[cfg(all(unix, not(target_vendor = "apple")))]
#[used]
// SAFETY: the section is a list of functions without arguments, which the loader calls before it unmaps the
// library.
#[unsafe(link_section = ".fini_array")]
static AT_THE_END: extern "C" fn() = {
    extern "C" fn free_plans() {
        PLANS.clear();
    }
    free_plans
};

/// Calls `work` with the extractor of a configuration, a new one or one kept from an earlier call.
pub(crate) fn with_extractor<T>(
    config: &MojoMelConfig,
    work: impl FnOnce(&MelExtractor) -> Result<T, Error>,
) -> Result<T, Failure> {
    Ok(PLANS.with(config, work)?)
}

impl Plans {
    const fn new() -> Self {
        let slots = [const { Slot { plan: RwLock::new(None), used: AtomicU64::new(0) } }; SLOTS];
        Self { slots, calls: AtomicU64::new(0) }
    }

    fn with<T>(
        &self,
        config: &MojoMelConfig,
        work: impl FnOnce(&MelExtractor) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        for slot in &self.slots {
            let Some(kept) = available(slot.plan.try_read()) else { continue };
            if let Some((_, extractor)) = kept.as_ref().filter(|(known, _)| known == config) {
                slot.used.store(call, Ordering::Relaxed);
                return work(extractor);
            }
        }
        let extractor = MelExtractor::new(&config.recipe()?)?;
        let result = work(&extractor)?;
        self.keep(*config, extractor, call);
        Ok(result)
    }

    /// Frees every plan that no thread is using: threads may still run while the program ends.
    #[cfg_attr(not(all(unix, not(target_vendor = "apple"))), allow(dead_code))]
    fn clear(&self) {
        for slot in &self.slots {
            if let Some(mut place) = available(slot.plan.try_write()) {
                *place = None;
            }
        }
    }

    /// Replaces the least recently used plan that nobody is using.
    fn keep(&self, config: MojoMelConfig, extractor: MelExtractor, call: u64) {
        let mut oldest = None;
        for slot in &self.slots {
            let Some(place) = available(slot.plan.try_write()) else { continue };
            if place.as_ref().is_some_and(|(known, _)| *known == config) {
                return; // another thread was here first
            }
            let used = slot.used.load(Ordering::Relaxed);
            // Only the best place so far stays locked.
            if oldest.as_ref().is_none_or(|(least, _, _)| used < *least) {
                oldest = Some((used, slot, place));
            }
        }
        if let Some((_, slot, mut place)) = oldest {
            *place = Some((config, extractor));
            slot.used.store(call, Ordering::Relaxed);
        }
    }
}

/// The lock, if it is free. A lock poisoned by a panic is fine: a slot always has a whole plan.
fn available<T>(lock: Result<T, TryLockError<T>>) -> Option<T> {
    match lock {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn config(n_mels: i32) -> MojoMelConfig {
        MojoMelConfig { n_mels, ..crate::config::mojo_mel_config_default() }
    }

    fn address(plans: &Plans, n_mels: i32) -> usize {
        let address = |extractor: &MelExtractor| Ok(std::ptr::from_ref(extractor).addr());
        plans.with(&config(n_mels), address).expect("a plan")
    }

    fn kept(plans: &Plans) -> Vec<i32> {
        let n_mels =
            |slot: &Slot| slot.plan.read().expect("no panic").as_ref().map(|plan| plan.0.n_mels);
        plans.slots.iter().filter_map(n_mels).collect()
    }

    #[test]
    fn a_plan_is_kept() {
        let plans = Plans::new();
        address(&plans, 80);
        assert_eq!(kept(&plans), [80]);
        assert_eq!(address(&plans, 80), address(&plans, 80), "the same plan");
    }

    #[test]
    fn the_least_recently_used_goes() {
        let plans = Plans::new();
        (1..=8).for_each(|n_mels| _ = address(&plans, n_mels));
        address(&plans, 1);
        address(&plans, 9);
        assert_eq!(kept(&plans), [1, 9, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn a_plan_in_use_stays_and_is_shared() {
        let plans = Plans::new();
        let result = plans.with(&config(80), |_| Ok(()));
        assert!(result.is_ok());
        let inner = plans.with(&config(80), |outer| {
            (1..=20).for_each(|n_mels| _ = address(&plans, n_mels));
            Ok(std::ptr::from_ref(outer).addr() == address(&plans, 80))
        });
        assert_eq!(inner, Ok(true));
    }

    #[test]
    fn what_nobody_uses_is_freed() {
        let plans = Plans::new();
        address(&plans, 40);
        plans.clear();
        assert_eq!(kept(&plans), [0; 0]);
        address(&plans, 80);
        let inner = plans.with(&config(80), |_| {
            plans.clear();
            Ok(kept(&plans))
        });
        assert_eq!(inner, Ok(vec![80]), "in use");
    }

    #[test]
    fn a_panic_spoils_nothing() {
        let plans = Plans::new();
        address(&plans, 80);
        let panics = || plans.with(&config(80), |_| -> Result<(), Error> { panic!("in the work") });
        assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
        let poison = || {
            let _place = plans.slots[0].plan.write();
            panic!("with the lock");
        };
        assert!(catch_unwind(AssertUnwindSafe(poison)).is_err());
        assert!(plans.slots[0].plan.is_poisoned());
        assert_eq!(address(&plans, 80), address(&plans, 80));
    }

    #[test]
    fn what_is_refused_is_not_kept() {
        let plans = Plans::new();
        assert!(plans.with(&config(0), |_| Ok(())).is_err());
        assert!(plans.with(&config(80), |_| Err::<(), _>(Error::EmptyInput)).is_err());
        assert_eq!(kept(&plans), [0; 0]);
    }
}
