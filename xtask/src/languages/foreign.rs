//! Core's tests on other machines than this one: rustup has their standard libraries.

use super::rust::counts_of;
use super::{Counts, Source, Tool};
use crate::Result;
use crate::workspace::{Workspace, show};

/// The tests that go through the kernels. The others would say the same as on any machine, in many
/// times the time.
const TESTS: [&str; 4] = ["conformance", "exactness", "fft", "traps"];

pub const AARCH64: &str = "aarch64-unknown-linux-gnu";
/// In TOML.
pub const AARCH64_LINKER: &str = "'aarch64-linux-gnu-gcc'";
/// Where Debian has its libraries.
pub const AARCH64_ROOT: &str = "/usr/aarch64-linux-gnu";
pub const WASI: &str = "wasm32-wasip1";

pub const AARCH64_STD: Tool = Tool {
    name: "Rust for 64-bit Arm",
    probe: &[
        "sh",
        "-c",
        "ls $(rustc --print target-libdir --target aarch64-unknown-linux-gnu)/libstd-*",
    ],
    source: Source::Other("rustup target add aarch64-unknown-linux-gnu"),
};
pub const WASI_STD: Tool = Tool {
    name: "Rust for WASI",
    probe: &["sh", "-c", "ls $(rustc --print target-libdir --target wasm32-wasip1)/libstd-*"],
    source: Source::Other("rustup target add wasm32-wasip1"),
};

/// Runs core's tests for a target, with settings of cargo's for it, each a name and a value in TOML.
pub fn test(workspace: &Workspace, target: &str, settings: &[(&str, &str)]) -> Result<Counts> {
    let mut command = workspace.cargo();
    command.args(["test", "--locked", "--no-fail-fast", "--package", "mojo-audio-core"]);
    command.args(["--target", target]);
    for (name, value) in settings {
        command.args(["--config", &format!("target.{target}.{name} = {value}")]);
    }
    command.args(TESTS.iter().flat_map(|test| ["--test", test]));
    Ok(counts_of(&show(&mut command)?))
}
