//! What is told of the work: text for people or JSON for machines on standard output, failures on
//! standard error.

mod json;
pub mod list;
mod manifest;
mod text;

use crate::failure::Failure;
use crate::inputs::{escaped, shown};
use crate::interrupt;
use crate::job::Room;
use crate::settings::{Palette, Settings};
use manifest::Manifest;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use text::Counts;

pub use json::Outcome;

/// Tells of each input in turn and sums up.
pub struct Reporter<'a> {
    settings: &'a Settings,
    /// Whether one file was named, so that it is shown in full.
    single: bool,
    name_width: usize,
    counts: Counts,
    seconds: f64,
    failed: Vec<(PathBuf, Failure)>,
    manifest: Option<Manifest>,
    /// Why nothing more can be told.
    closed: Option<io::Error>,
}

impl<'a> Reporter<'a> {
    /// Begins to tell of the inputs at `paths` and those that are `kept`.
    ///
    /// # Errors
    /// Why the manifest can't be written.
    pub fn new<'b>(
        settings: &'a Settings,
        single: bool,
        paths: impl ExactSizeIterator<Item = &'b Path>,
        kept: &[(&Path, Outcome)],
    ) -> Result<Self, String> {
        let line = |(path, outcome): &(&Path, Outcome)| json::line(path, outcome, settings);
        let start = |path: &PathBuf| {
            let lines: Vec<String> = kept.iter().map(line).collect();
            Manifest::start(path, &lines)
                .map_err(|error| format!("--manifest: can't write {}: {error}", shown(path)))
        };
        let manifest = settings.manifest.as_ref().map(start).transpose()?;
        let mut reporter = Self {
            settings,
            single,
            counts: Counts { total: paths.len() + kept.len(), kept: kept.len(), ..Counts::default() },
            name_width: paths.map(text::length).max().unwrap_or(0).min(40),
            seconds: 0.0,
            failed: Vec::new(),
            manifest,
            closed: None,
        };
        for kept in kept {
            if settings.json {
                reporter.print(&line(kept));
            } else if let (true, (path, Outcome::Kept { out, png })) = (single, kept) {
                let places: Vec<&Path> =
                    [out, png].into_iter().flatten().map(PathBuf::as_path).collect();
                reporter.print(&text::kept(path, &places));
            }
        }
        Ok(reporter)
    }

    /// The size of the picture of a file that is shown in full: the terminal's width, or 80 columns
    /// (COLUMNS, if that is set) without one; not so high that the numbers scroll away.
    pub fn room(&self) -> Option<Room> {
        self.settings.picture.then(|| {
            let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
            let (columns, lines) = match terminal_size::terminal_size() {
                Some((width, height)) => (width.0.into(), usize::from(height.0)),
                None => (columns().unwrap_or(80), 36),
            };
            // The indexed colours of an old terminal are drawn over two rows per line as well.
            let most = if self.settings.palette == Palette::Plain { 20 } else { 24 };
            Room { columns: columns.clamp(20, 1000), lines: lines.saturating_sub(14).clamp(8, most) }
        })
    }

    /// Writes an input's line of the manifest. Called as soon as the input is done, before its turn.
    pub fn record(&mut self, path: &Path, outcome: &Outcome) {
        let Some(manifest) = &mut self.manifest else { return };
        if let Err(error) = manifest.add(&json::line(path, outcome, self.settings)) {
            let path = self.settings.manifest.clone().unwrap_or_default();
            self.failed.push((path, Failure::new("output", format!("can't be written: {error}"))));
            self.manifest = None;
        }
    }

    /// Tells of an input.
    pub fn add(&mut self, path: &Path, outcome: Outcome) {
        let line = match &outcome {
            _ if self.settings.json => json::line(path, &outcome, self.settings),
            Outcome::Done(features) if self.single => text::full(path, features, self.settings),
            Outcome::Done(features) => text::line(path, features, self.settings, self.name_width),
            Outcome::Failed(_) | Outcome::Kept { .. } => String::new(),
        };
        match outcome {
            Outcome::Done(features) => {
                self.counts.done += 1;
                self.seconds += features.source.seconds();
                for warning in &features.warnings {
                    warn(&format!("{}: {warning}", shown(path)));
                }
                if let Some(warning) = features.truncated(self.settings.config()) {
                    warn(&format!("{}: {warning}", shown(path)));
                }
            }
            Outcome::Failed(failure) => self.fail(path, failure),
            Outcome::Kept { .. } => {}
        }
        self.print(&line);
    }

    /// Remembers a failure, for the end.
    pub fn fail(&mut self, path: &Path, failure: Failure) {
        self.failed.push((path.to_path_buf(), failure));
    }

    /// Whether standard output takes no more.
    pub fn closed(&self) -> bool {
        self.closed.is_some()
    }

    /// Sums up, names the failures, and returns the exit code.
    pub fn finish(mut self, elapsed: Duration) -> ExitCode {
        self.counts.interrupted = interrupt::requested();
        if !self.single && !self.settings.json {
            self.print(&text::summary(self.counts, self.seconds, elapsed));
        } else if self.counts.interrupted && self.settings.json {
            // The objects on standard output leave no place for it.
            complain(&text::summary(self.counts, self.seconds, elapsed));
        }
        let broken = match &self.closed {
            // Whoever read the output has seen enough (`| head`).
            Some(error) if error.kind() == ErrorKind::BrokenPipe => false,
            Some(error) => {
                complain(&format!("error: can't write to standard output: {error}\n"));
                true
            }
            None => false,
        };
        if !self.failed.is_empty() {
            complain(&text::failures(&self.failed, self.counts.total));
        }
        if self.counts.interrupted {
            return ExitCode::from(interrupt::EXIT_CODE);
        }
        if self.failed.is_empty() && !broken { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn print(&mut self, text: &str) {
        if self.closed.is_none() && !text.is_empty() {
            let mut out = io::stdout().lock();
            self.closed = out.write_all(text.as_bytes()).and_then(|()| out.flush()).err();
        }
    }
}

/// Prints something that is no report, all of it.
pub fn print_all(text: &[u8]) -> ExitCode {
    match io::stdout().lock().write_all(text) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            complain(&format!("error: can't write to standard output: {error}\n"));
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Says something that does not stop the work.
pub fn warn(message: &str) {
    complain(&format!("warning: {}\n", escaped(message)));
}

/// Says something that is good to know.
pub fn note(message: &str) {
    complain(&format!("note: {message}\n"));
}

/// Writes to standard error, where there is nobody to tell if that fails.
pub fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
