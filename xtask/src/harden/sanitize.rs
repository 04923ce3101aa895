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
/// `cargo xtask test c cxx` does the same to those of C and C++, each time.
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
            // The standard library is not watched: what it does to memory is no concern here.
            Self::Thread => "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer",
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
        // Some tests ask for more than there can be; lists of threads are long in tests of many.
        command.env("ASAN_OPTIONS", "allocator_may_return_null=1:detect_leaks=1");
        let suppressions = workspace.path("xtask/src/harden/sanitize/thread.supp");
        command.env(
            "TSAN_OPTIONS",
            format!(
                "allocator_may_return_null=1:history_size=7:suppressions={}",
                suppressions.display()
            ),
        );
        // Named although it is the machine's own, so that build scripts and macros are not watched.
        command.args(["test", "--locked", "--no-fail-fast", "--tests", "--target", &host]);
        command.args(PACKAGES.iter().flat_map(|package| ["--package", package]));
        command.arg("--target-dir").arg(workspace.folder("sanitize")?.join(tool.folder()));
        let counts = counts_of(&show(&mut command)?);
        if counts.failed > 0 || counts.passed == 0 {
            broken.push(format!("{}: {} tests failed", tool.name(), counts.failed));
        }
        rows.push([tool.name().into(), counts.passed.to_string(), counts.failed.to_string()]);
    }
    Ok(Report { figures: table::markdown(&rows), broken })
}
