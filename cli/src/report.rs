//! What is told of the work: text for people or JSON for machines on standard output, failures on
//! standard error.

mod json;
pub mod list;
mod text;

use crate::failure::Failure;
use crate::inputs::Inputs;
use crate::job::{Features, Room};
use crate::settings::{Palette, Settings};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Tells of each input in turn and sums up.
pub struct Reporter<'a> {
    settings: &'a Settings,
    single: bool,
    name_width: usize,
    done: usize,
    seconds: f64,
    failed: Vec<(PathBuf, Failure)>,
    /// Why nothing more can be told.
    closed: Option<io::Error>,
}

impl<'a> Reporter<'a> {
    pub fn new(settings: &'a Settings, inputs: &Inputs) -> Self {
        let lengths = inputs.entries.iter().flatten().map(|input| text::length(&input.path));
        Self {
            settings,
            single: inputs.single,
            name_width: lengths.max().unwrap_or(0).min(40),
            done: 0,
            seconds: 0.0,
            failed: Vec::new(),
            closed: None,
        }
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

    pub fn add(&mut self, path: &Path, result: Result<Features, Failure>) {
        let line = match &result {
            _ if self.settings.json => json::line(path, &result, self.settings),
            Ok(features) if self.single => text::full(path, features, self.settings),
            Ok(features) => text::line(path, features, self.settings, self.name_width),
            Err(_) => String::new(),
        };
        match result {
            Ok(features) => {
                for warning in &features.warnings {
                    warn(&format!("{}: {warning}", path.display()));
                }
                self.done += 1;
                self.seconds += features.source.seconds();
            }
            Err(failure) => self.failed.push((path.to_path_buf(), failure)),
        }
        self.print(&line);
    }

    /// Whether standard output takes no more.
    pub fn closed(&self) -> bool {
        self.closed.is_some()
    }

    /// Sums up, names the failures, and gives the exit code.
    pub fn finish(mut self, elapsed: Duration) -> ExitCode {
        let total = self.done + self.failed.len();
        if !self.single && !self.settings.json {
            self.print(&text::summary(self.done, total, self.seconds, elapsed));
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
            complain(&text::failures(&self.failed, total));
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

/// Says something that does not stop the work.
pub fn warn(message: &str) {
    complain(&format!("warning: {message}\n"));
}

/// Writes to standard error, where there is nobody to tell if that fails.
fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
