//! All inputs, on all cores: results in the order of the inputs, failures named at the end.

use crate::failure::Failure;
use crate::inputs::{self, Input};
use crate::job::{self, Features};
use crate::report::{Reporter, warn};
use crate::settings::{Settings, usage_error};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

type Entry = Result<Input, (PathBuf, Failure)>;

/// Works on everything that the arguments name.
pub fn run(arguments: &[PathBuf], settings: &Settings) -> ExitCode {
    // A panic becomes a failure of its file; its message must not tear the report.
    std::panic::set_hook(Box::new(|_| {}));
    let inputs = inputs::expand(arguments);
    for (option, target) in [("--out", &settings.out), ("--png", &settings.png)] {
        let Some(target) = target else { continue };
        let files: Vec<&Input> = inputs.entries.iter().flatten().collect();
        if let Err(message) = target.check(option, files.into_iter(), inputs.single) {
            usage_error(message).exit();
        }
    }
    let started = Instant::now();
    let mut reporter = Reporter::new(settings, &inputs);
    if inputs.single {
        let room = reporter.room();
        for entry in &inputs.entries {
            reporter.add(path(entry), work(entry, settings, room));
        }
    } else {
        in_parallel(&inputs.entries, settings, &mut reporter);
    }
    reporter.finish(started.elapsed())
}

fn path(entry: &Entry) -> &Path {
    match entry {
        Ok(input) => &input.path,
        Err((path, _)) => path,
    }
}

fn work(entry: &Entry, settings: &Settings, room: Option<job::Room>) -> Result<Features, Failure> {
    match entry {
        Ok(input) => job::run(input, settings, room),
        Err((_, failure)) => Err(failure.clone()),
    }
}

/// Each thread takes the next input that nobody has; results wait until those before them are told.
fn in_parallel(entries: &[Entry], settings: &Settings, reporter: &mut Reporter<'_>) {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = settings.jobs.map_or(cores, usize::from).min(entries.len());
    let next = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let bar = progress_bar(entries.len());
    thread::scope(|scope| {
        let (sender, results) = mpsc::channel();
        let worker = || {
            let sender = sender.clone();
            let (next, stopped) = (&next, &stopped);
            move || {
                while !stopped.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(entry) = entries.get(index) else { break };
                    if sender.send((index, work(entry, settings, None))).is_err() {
                        break;
                    }
                }
            }
        };
        let started = (0..threads)
            .filter(|_| thread::Builder::new().spawn_scoped(scope, worker()).is_ok())
            .count();
        if started == 0 {
            warn("no thread could be started; working without");
            worker()();
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut told = 0;
        for (index, result) in results {
            bar.inc(1);
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&told) {
                bar.suspend(|| reporter.add(path(&entries[told]), result));
                told += 1;
            }
            if reporter.closed() && !settings.saves() {
                stopped.store(true, Ordering::Relaxed);
            }
        }
    });
    bar.finish_and_clear();
}

/// On standard error, and only if that is a terminal.
fn progress_bar(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length as u64);
    let template = "{wide_bar} {pos} of {len} files, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
