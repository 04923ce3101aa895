//! What the tests share: the corpus, the signals, the float64 oracle, and comparisons.

// Each test is a program of its own and uses a part of this.
#![allow(dead_code)]

pub mod corpus;
pub mod oracle;
pub mod signals;
pub mod streams;

use mojo_audio_core::{MelConfig, MelExtractor, MelSpectrogram};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A preset with some options changed.
pub fn config(preset: &str, options: &[(&str, &str)]) -> MelConfig {
    let mut config = MelConfig::preset(preset).unwrap();
    for (option, value) in options {
        config.set(option, value).unwrap_or_else(|error| panic!("{option} = {value}: {error}"));
    }
    config
}

/// An extractor of such a configuration.
pub fn extractor(preset: &str, options: &[(&str, &str)]) -> MelExtractor {
    MelExtractor::new(&config(preset, options)).unwrap()
}

/// Frames of a result, each with its rows: the same for both layouts.
pub fn frames(mel: &MelSpectrogram) -> Vec<Vec<f32>> {
    let frame = |t| (0..mel.n_mels()).map(|row| mel.get(row, t)).collect();
    (0..mel.n_frames()).map(frame).collect()
}

/// Fails at the first value that differs in a bit.
#[track_caller]
pub fn assert_same_bits(actual: &[f32], expected: &[f32], what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}: number of values");
    for (at, (a, e)) in actual.iter().zip(expected).enumerate() {
        assert_eq!(a.to_bits(), e.to_bits(), "{what}: value {at} is {a:?}, expected {e:?}");
    }
}

/// Like [`assert_same_bits`], for frames.
#[track_caller]
pub fn assert_same_frames(actual: &[Vec<f32>], expected: &[Vec<f32>], what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}: number of frames");
    for (t, (a, e)) in actual.iter().zip(expected).enumerate() {
        assert_same_bits(a, e, &format!("{what}, frame {t}"));
    }
}

/// Runs `work` on a thread, and fails if it takes longer than anything here may: a loop without end
/// becomes a failure instead of a test run that never ends. Under valgrind all takes fifty times as long.
#[track_caller]
pub fn must_end(what: &str, work: impl FnOnce() + Send + 'static) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        work();
        let _ = sender.send(());
    });
    match receiver.recv_timeout(Duration::from_secs(120)) {
        Ok(()) | Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
        Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("{what}: does not end"),
    }
}

/// Calls `work` with each item, on every core; results in the order of the items.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let take = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { break };
            let result = work(item);
            results.lock().unwrap().push((index, result));
        }
    };
    std::thread::scope(|scope| {
        // One less than there are cores: machines without threads have one.
        (1..threads).for_each(|_| drop(scope.spawn(take)));
        take();
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Numbers that look random, the same in each run.
pub struct Random(pub u64);

impl Random {
    /// An integer from 0 to `n` - 1.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(1);
        (signals::splitmix64(99, self.0) % n as u64) as usize
    }
}
