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

/// Runs the tests of Rust under AddressSanitizer and ThreadSanitizer
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
}

/// The packages whose tests are run: all that have `unsafe` of their own and are linked by no other language.
const PACKAGES: [&str; 3] = ["mojo-audio-core", "mojo-audio-capi", "mojo-audio-cli"];

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Self::Address => "AddressSanitizer, with leaks",
            Self::Thread => "ThreadSanitizer",
        }
    }

    /// Where its programs are built.
    fn folder(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Thread => "thread",
        }
    }

    fn flags(self) -> &'static str {
        match self {
            Self::Address => "-Zsanitizer=address",
            Self::Thread => "-Zsanitizer=thread",
        }
    }
}

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Report> {
    let chosen = &arguments.tools;
    let tools = if chosen.is_empty() { Tool::value_variants() } else { &chosen[..] };
    let mut rows = vec![["tool", "tests passed", "tests failed"].map(String::from)];
    let mut broken = Vec::new();
    for &tool in tools {
        let host = host(workspace)?;
        let mut command = workspace.cargo();
        // Sanitizers are not yet an option of stable compilers.
        command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", tool.flags());
        // Some tests ask for more than there can be; without the history of accesses no race is told.
        command.env("ASAN_OPTIONS", "allocator_may_return_null=1:detect_leaks=1");
        command.env("TSAN_OPTIONS", "allocator_may_return_null=1:history_size=7");
        // Named although it is the machine's own, so that build scripts and macros are not watched.
        command.args(["test", "--locked", "--no-fail-fast", "--tests", "--target", &host]);
        command.args(PACKAGES.iter().flat_map(|package| ["--package", package]));
        command.arg("--target-dir").arg(workspace.folder("sanitize")?.join(tool.folder()));
        if matches!(tool, Tool::Thread) {
            // What the standard library does between threads has to be seen, or all looks like a race.
            command.args(["-Z", "build-std"]);
        }
        let counts = counts_of(&show(&mut command)?);
        if counts.failed > 0 || counts.passed == 0 {
            broken.push(format!("{}: {} tests failed", tool.name(), counts.failed));
        }
        rows.push([tool.name().into(), counts.passed.to_string(), counts.failed.to_string()]);
    }
    Ok(Report { figures: table::markdown(&rows), broken })
}
