//! Core's tests in WebAssembly, run by Node's WASI: the vectors of simd128.

use super::aarch64::TESTS;
use super::node::NODE;
use super::rust::counts_of;
use super::{Counts, Language, Source, Tool};
use crate::Result;
use crate::workspace::{Workspace, run, show};
use std::path::PathBuf;

pub struct Wasm;

/// Runs one program.
const RUNNER: &str = "core/tests/support/wasi.mjs";

impl Language for Wasm {
    fn name(&self) -> &'static str {
        "wasm"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[
                Tool {
                    name: "cargo-wasm",
                    probe: &["cargo-wasm", "--version"],
                    source: Source::Other("export PATH=$(.ci/cross):$PATH makes it on Debian, as root"),
                },
                NODE,
            ]
        }
    }

    fn prepare(&self, workspace: &Workspace) -> Result {
        run(workspace.cargo().args(["fetch", "--locked"])).map(drop)
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let mut counts = Counts::default();
        for program in programs(workspace)? {
            let mut node = workspace.command("node");
            node.args(["--no-warnings", RUNNER]).arg(program);
            counts += counts_of(&show(&mut node)?);
        }
        Ok(counts)
    }
}

/// Builds the test programs; they run on this machine, not where they were built.
fn programs(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut command = workspace.command("cargo-wasm");
    command.env("CARGO_TARGET_DIR", workspace.folder("wasm")?);
    command.env("RUSTFLAGS", "-Ctarget-feature=+simd128");
    command.args(["test", "--locked", "--package", "mojo-audio-core", "--no-run"]);
    command.args(["--message-format", "json-render-diagnostics"]);
    command.args(TESTS.iter().flat_map(|test| ["--test", test]));
    let text = run(&mut command)?;
    let executable = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message["executable"].as_str()?))
    };
    let programs: Vec<_> = text.lines().filter_map(executable).collect();
    if programs.len() == TESTS.len() {
        Ok(programs)
    } else {
        Err(format!("cargo-wasm built {programs:?} for the tests {TESTS:?}").into())
    }
}
