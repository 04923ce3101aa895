//! Miri: an interpreter of Rust that checks each access against the rules of the language.

use super::Report;
use crate::Result;
use crate::languages::rust::counts_of;
use crate::table;
use crate::workspace::{Workspace, ask, show};

/// Runs the portable kernels and the border of C in Miri, an interpreter that checks every access
///
/// Miri comes with nightly Rust: `rustup toolchain install nightly --component miri`.
#[derive(clap::Args, Default)]
pub struct Arguments {}

/// Tests that are small enough, of the packages `mojo-audio-core` and `mojo-audio-capi`.
const TESTS: [&str; 2] = ["portable", "life"];

pub fn run(workspace: &Workspace, _: &Arguments) -> Result<Report> {
    let nightly = || {
        let mut command = workspace.command("cargo");
        // This program's own cargo has told it which toolchain it is of.
        command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO").args(["+nightly", "miri"]);
        command
    };
    let version = ask(nightly().arg("--version"))
        .ok_or("no Miri: `rustup toolchain install nightly --component miri` brings it")?;
    let mut command = nightly();
    command.args(["test", "--locked", "--package", "mojo-audio-core", "--package", "mojo-audio-capi"]);
    command.args(TESTS.iter().flat_map(|test| ["--test", test]));
    // The others of libm's functions are assembly, which Miri does not read.
    command.args(["--features", "libm/force-soft-floats"]);
    command.arg("--target-dir").arg(workspace.folder("miri")?);
    // Tests ask for the number of cores, and the clock.
    command.env("MIRIFLAGS", "-Zmiri-disable-isolation");
    let counts = counts_of(&show(&mut command)?);
    let mut broken = Vec::new();
    if counts.failed > 0 || counts.passed == 0 {
        broken.push(format!("{} tests failed, {} passed", counts.failed, counts.passed));
    }
    let row = [TESTS.join(", "), counts.passed.to_string(), counts.failed.to_string()];
    let rows = [["tests", "passed", "failed"].map(String::from), row];
    let figures = format!("{}\n\n{}", version.trim(), table::markdown(&rows));
    Ok(Report { figures, broken })
}
