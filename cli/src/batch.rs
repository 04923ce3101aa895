//! All inputs, on all cores: results in the order of the inputs, failures named at the end.

use crate::inputs::{Entry, Inputs};
use crate::interrupt;
use crate::job::{Room, Worker};
use crate::report::{Outcome, Reporter, warn};
use crate::settings::{Settings, usage_error};
use crate::sinks::{Out, Sink};
use crate::work::{Work, refuse_equal_keys};
use clap::error::Error as UsageError;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

/// Works on all inputs.
///
/// # Errors
/// An error of usage, before anything is done.
pub fn run(mut inputs: Inputs, settings: &Settings) -> Result<ExitCode, UsageError> {
    // A panic becomes a failure of its file; its message must not tear the report.
    std::panic::set_hook(Box::new(|_| {}));
    let started = Instant::now();
    let files =
        [("--out", settings.out.as_ref().and_then(Out::files)), ("--png", settings.png.as_ref())];
    for (option, target) in files {
        if let Some(target) = target {
            target.check(option, inputs.single).map_err(usage_error)?;
        }
    }
    if let Some(Out::Archive(archived)) = &settings.out {
        refuse_equal_keys(&mut inputs.entries, archived);
    }
    interrupt::listen();
    let work = Work::new(&inputs.entries, settings);
    let paths = work.todo.iter().map(|entry| path(entry));
    let mut reporter =
        Reporter::new(settings, inputs.single, paths, &work.outcomes(settings)).map_err(usage_error)?;
    let sink = work.sink(settings);
    if inputs.single {
        let mut worker = Worker::new(settings, sink.as_deref(), reporter.room());
        for (turn, entry) in work.todo.iter().enumerate() {
            let outcome = outcome(&mut worker, turn, entry);
            note(&work, turn, &outcome, &mut reporter);
            reporter.add(path(entry), outcome);
        }
    } else {
        in_parallel(&work, settings, sink.as_deref(), &mut reporter);
    }
    if let Some(Err(failures)) = sink.map(|sink| sink.finish(interrupt::requested())) {
        for (path, failure) in failures {
            reporter.fail(&path, failure);
        }
    }
    Ok(reporter.finish(started.elapsed()))
}

/// Writes down what has become of an input, as soon as that is known.
fn note(work: &Work<'_>, turn: usize, outcome: &Outcome, reporter: &mut Reporter<'_>) {
    if let Outcome::Done(_) = outcome {
        work.done(turn);
    }
    reporter.record(path(work.todo[turn]), outcome);
}

fn path(entry: &Entry) -> &Path {
    match entry {
        Ok(input) => &input.path,
        Err((path, _)) => path,
    }
}

fn outcome(worker: &mut Worker<'_>, turn: usize, entry: &Entry) -> Outcome {
    let result = match entry {
        Ok(input) => worker.run(turn, input),
        Err((_, failure)) => {
            worker.pass(turn);
            Err(failure.clone())
        }
    };
    match result {
        Ok(features) => Outcome::Done(Box::new(features)),
        Err(failure) => Outcome::Failed(failure),
    }
}

/// Each thread takes the next input that nobody has; results wait until those before them are told.
fn in_parallel(
    work: &Work<'_>,
    settings: &Settings,
    sink: Option<&dyn Sink>,
    reporter: &mut Reporter<'_>,
) {
    let entries = &work.todo;
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
                let mut worker = Worker::new(settings, sink, None::<Room>);
                while !stopped.load(Ordering::Relaxed) && !interrupt::requested() {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    let Some(entry) = entries.get(turn) else { break };
                    if sender.send((turn, outcome(&mut worker, turn, entry))).is_err() {
                        break;
                    }
                }
            }
        };
        let started = (0..threads)
            .filter(|_| thread::Builder::new().spawn_scoped(scope, worker()).is_ok())
            .count();
        if started == 0 && threads > 0 {
            warn("no thread could be started; working without");
            worker()();
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut told = 0;
        for (turn, outcome) in results {
            bar.inc(1);
            note(work, turn, &outcome, reporter);
            waiting.insert(turn, outcome);
            while let Some(outcome) = waiting.remove(&told) {
                bar.suspend(|| reporter.add(path(entries[told]), outcome));
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
