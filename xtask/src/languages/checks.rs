//! Counts checks that are no tests of a language's own runner, and reads runners that print the sum
//! `12 passed, 0 failed`.

use super::Counts;
use crate::Result;
use crate::workspace::{Printed, show};
use std::path::PathBuf;
use std::process::Command;

pub struct Checks {
    counts: Counts,
}

impl Checks {
    pub fn new() -> Self {
        Self { counts: Counts::default() }
    }

    /// Counts one check, and shows why it failed.
    pub fn check<T>(&mut self, what: &str, result: Result<T>) {
        match &result {
            Ok(_) => eprintln!("ok: {what}"),
            Err(error) => eprintln!("FAILED: {what}: {error}"),
        }
        self.counts += Counts::one(result.is_ok());
    }

    /// Runs a test program and adds what it counts; gives that.
    pub fn runner(
        &mut self,
        what: &str,
        command: &mut Command,
        arguments: &[PathBuf],
    ) -> Result<Counts> {
        let Printed { status, text } = show(command.args(arguments))?;
        let counts = text.lines().rev().find_map(sum);
        match counts {
            Some(counts) => self.counts += counts,
            None => self.check::<()>(what, Err(format!("no test was counted, {status}").into())),
        }
        if !status.success() && counts.is_none_or(|counts| counts.failed == 0) {
            self.check::<()>(what, Err(status.to_string().into()));
        }
        Ok(counts.unwrap_or_default())
    }

    /// Adds what a test program has counted.
    pub fn add(&mut self, counts: Counts) {
        self.counts += counts;
    }

    pub fn counts(self) -> Counts {
        self.counts
    }
}

/// Reads a line like `12 passed, 0 failed`.
fn sum(line: &str) -> Option<Counts> {
    let (passed, rest) = line.split_once(" passed, ")?;
    let failed = rest.strip_suffix(" failed")?;
    Some(Counts { passed: passed.parse().ok()?, failed: failed.parse().ok()?, skipped: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read() {
        assert_eq!(sum("12 passed, 3 failed"), Some(Counts { passed: 12, failed: 3, skipped: 0 }));
        assert_eq!(sum("all passed, none failed"), None);
    }
}
