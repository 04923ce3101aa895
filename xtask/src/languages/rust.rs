//! Rust: every crate of the workspace, and core without the standard library.

use super::{Counts, Language, Source, Tool};
use crate::Result;
use crate::workspace::{Printed, Workspace, show};
use std::process::Command;

pub struct Rust;

impl Language for Rust {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[
                Tool {
                    name: "cargo",
                    probe: &["cargo", "--version"],
                    source: Source::Other("https://rustup.rs"),
                },
                Tool {
                    name: "a C compiler, to link",
                    probe: &["cc", "--version"],
                    source: Source::Debian("gcc"),
                },
            ]
        }
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        // With the documentation's and README's examples.
        let mut counts = cargo_test(&mut workspace.cargo(), &["--workspace"])?;
        // What users of core can choose to leave out. Hours of signal would show again what they have shown.
        let mut cargo = workspace.cargo();
        cargo.env("MOJO_AUDIO_HOURS", "none");
        counts += cargo_test(&mut cargo, &["--package", "mojo-audio-core", "--no-default-features"])?;
        counts += Counts::one(runs_without_std(workspace));
        Ok(counts)
    }
}

/// Runs a program that has core, an allocator of its own and no standard library. Its own folder has
/// the linker's options.
fn runs_without_std(workspace: &Workspace) -> bool {
    let mut command = workspace.cargo();
    command.current_dir(workspace.path("core/tests-no-std"));
    command.args(["run", "--locked", "--target-dir"]).arg(workspace.target());
    match show(&mut command) {
        Ok(printed) => printed.status.success(),
        Err(error) => {
            eprintln!("core/tests-no-std: {error}");
            false
        }
    }
}

/// Runs `cargo test`, and sums what its test programs count.
fn cargo_test(cargo: &mut Command, arguments: &[&str]) -> Result<Counts> {
    cargo.args(["test", "--locked", "--no-fail-fast"]).args(arguments);
    Ok(counts_of(&show(cargo)?))
}

/// Sums what the test programs of a run counted.
pub fn counts_of(Printed { status, text }: &Printed) -> Counts {
    let mut counts = libtest_counts(text);
    if !status.success() && counts.failed == 0 {
        // It did not compile, or a test program crashed before it could count.
        counts.failed = 1;
    }
    counts
}

/// Sums lines like `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out`.
fn libtest_counts(text: &str) -> Counts {
    let mut counts = Counts::default();
    for line in text.lines() {
        let Some((_, numbers)) =
            line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            continue;
        };
        for part in numbers.split("; ") {
            match part.split_once(' ') {
                Some((number, "passed")) => counts.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => counts.failed += number.parse().unwrap_or(0),
                Some((number, "ignored")) => counts.skipped += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_program_counts() {
        let text = "running 3 tests\n\
            test result: FAILED. 12 passed; 1 failed; 2 ignored; 0 measured; 5 filtered out; finished in 0.01s\n\
            test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            all doctests ran in 0.20s\n";
        assert_eq!(libtest_counts(text), Counts { passed: 15, failed: 1, skipped: 2 });
    }
}
