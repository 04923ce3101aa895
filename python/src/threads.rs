//! How many threads work at once, and a task for each of many things.

use crate::errors::input_error;
use pyo3::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{panic, thread};

/// Sets the number of threads of the calls that don't say it.
const VARIABLE: &str = "MOJO_AUDIO_THREADS";

/// The number of threads of a call: its argument, else the environment variable's, else one per core.
pub fn number(py: Python<'_>, threads: Option<isize>) -> PyResult<usize> {
    if let Some(threads) = threads {
        return usize::try_from(threads).ok().filter(|&threads| threads > 0).ok_or_else(|| {
            let message = format!("threads must be at least 1, or None, got {threads}");
            input_error(py, "threads", message)
        });
    }
    // Reading the environment of the process itself would race with other threads that change it.
    let set = py.import("os")?.getattr("environ")?.call_method1("get", (VARIABLE,))?;
    let Some(set) = set.extract::<Option<String>>()?.filter(|text| !text.is_empty()) else {
        return Ok(thread::available_parallelism().map_or(1, usize::from));
    };
    set.trim().parse().ok().filter(|&threads: &usize| threads > 0).ok_or_else(|| {
        let message = format!(
            "the environment variable {VARIABLE} must be a whole number, at least 1, got '{set}'"
        );
        input_error(py, "threads", message)
    })
}

/// The results of `task` for 0, 1, … `count`, in order, computed on several threads.
pub fn map<T: Send>(count: usize, threads: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return done;
            }
            done.push((index, task(index)));
        }
    };
    let mut results = thread::scope(|scope| {
        let others = 1..threads.min(count);
        // Fewer threads than asked for do the same work.
        let others: Vec<_> =
            others.map_while(|_| thread::Builder::new().spawn_scoped(scope, work).ok()).collect();
        let mut results = work();
        for other in others {
            match other.join() {
                Ok(done) => results.extend(done),
                Err(panic) => panic::resume_unwind(panic),
            }
        }
        results
    });
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
