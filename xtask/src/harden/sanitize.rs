//! Sanitizers: Rust's own tests with every access watched.
//!
//! Those of C and C++ are watched whenever they run: `cargo xtask test c cxx` has them under valgrind and with
//! AddressSanitizer, UndefinedBehaviorSanitizer and ThreadSanitizer.

use super::Report;
use crate::Result;
use crate::languages::rust::counts_of;
use crate::table;
use crate::workspace::{Workspace, host, show};
use clap::ValueEnum;
use std::process::Command;

/// Runs the tests of Rust under AddressSanitizer, ThreadSanitizer and valgrind's memcheck
///
/// `cargo xtask test c cxx` does the same to those of C and C++, each time. ThreadSanitizer needs the source of
/// Rust's standard library: `rustup component add rust-src`.
#[derive(clap::Args, Default)]
pub struct Arguments {
    /// The tools; all if none is named
    #[arg(value_name = "TOOL")]
    tools: Vec<Tool>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Tool {
    Address,
    Thread,
    Memcheck,
}

/// The packages whose tests are run: all that have `unsafe` of their own and are linked by no other language.
const PACKAGES: [&str; 3] = ["mojo-audio-core", "mojo-audio-capi", "mojo-audio-cli"];

/// Programs that the tests start are watched too. What is lost for good is an error, and nothing else is said
/// of memory that a program ends with: some tests read what it says.
const VALGRIND: &str = "valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
    --show-leak-kinds=definite --trace-children=yes";

/// Tries of each random property where every instruction takes fifty times as long.
const TRIES_INTERPRETED: &str = "20";

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Self::Address => "AddressSanitizer, with leaks",
            Self::Thread => "ThreadSanitizer",
            Self::Memcheck => "valgrind's memcheck, with leaks",
        }
    }

    /// The tests' command.
    fn command(self, workspace: &Workspace) -> Result<Command> {
        let host = host(workspace)?;
        let mut command = workspace.cargo();
        command.args(["test", "--locked", "--no-fail-fast", "--tests"]);
        command.args(PACKAGES.iter().flat_map(|package| ["--package", package]));
        let sanitizer = match self {
            Self::Address => "address",
            Self::Thread => "thread",
            Self::Memcheck => {
                let host = host.to_uppercase().replace('-', "_");
                command.env(format!("CARGO_TARGET_{host}_RUNNER"), VALGRIND);
                command.env("PROPTEST_CASES", TRIES_INTERPRETED).env("MOJO_AUDIO_HOURS", "none");
                // With the checks of tests, but fewer instructions to interpret.
                command.args(["--config", "profile.dev.opt-level=3", "--target-dir"]);
                command.arg(workspace.folder("sanitize")?.join("memcheck"));
                return Ok(command);
            }
        };
        // Sanitizers are not yet an option of stable compilers.
        command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", format!("-Zsanitizer={sanitizer}"));
        // Some tests ask for more than there can be; without the history of accesses no race is told.
        command.env("ASAN_OPTIONS", "allocator_may_return_null=1:detect_leaks=1");
        command.env("TSAN_OPTIONS", "allocator_may_return_null=1:history_size=7");
        // Named although it is the machine's own, so that build scripts and macros are not watched.
        command.args(["--target", &host, "--target-dir"]);
        command.arg(workspace.folder("sanitize")?.join(sanitizer));
        if matches!(self, Self::Thread) {
            // What the standard library does between threads has to be seen, or all looks like a race.
            command.args(["-Z", "build-std"]);
        }
        Ok(command)
    }
}

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Report> {
    let chosen = &arguments.tools;
    let tools = if chosen.is_empty() { Tool::value_variants() } else { &chosen[..] };
    let mut rows = vec![["tool", "tests passed", "tests failed"].map(String::from)];
    let mut broken = Vec::new();
    for &tool in tools {
        let counts = counts_of(&show(&mut tool.command(workspace)?)?);
        if counts.failed > 0 || counts.passed == 0 {
            broken.push(format!("{}: {} tests failed", tool.name(), counts.failed));
        }
        rows.push([tool.name().into(), counts.passed.to_string(), counts.failed.to_string()]);
    }
    Ok(Report { figures: table::markdown(&rows), broken })
}
