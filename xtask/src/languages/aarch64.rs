//! Core's tests on 64-bit Arm Linux, emulated by QEMU: the vectors of NEON.

use super::rust::counts_of;
use super::{Counts, Language, Source, Tool};
use crate::Result;
use crate::workspace::{Workspace, run, show};

pub struct Aarch64;

/// The tests that go through the kernels. The others would say the same as on any machine, in many
/// times the time.
pub const TESTS: [&str; 4] = ["conformance", "exactness", "fft", "traps"];

impl Language for Aarch64 {
    fn name(&self) -> &'static str {
        "aarch64"
    }

    fn needs(&self) -> &'static [Tool] {
        &[Tool {
            name: "cargo-aarch64",
            probe: &["cargo-aarch64", "--version"],
            source: Source::Other("export PATH=$(.ci/cross):$PATH makes it on Debian, as root"),
        }]
    }

    fn prepare(&self, workspace: &Workspace) -> Result {
        run(workspace.cargo().args(["fetch", "--locked"])).map(drop)
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let mut command = workspace.command("cargo-aarch64");
        command.env("CARGO_TARGET_DIR", workspace.folder("aarch64")?);
        command.args(["test", "--locked", "--package", "mojo-audio-core"]);
        command.args(TESTS.iter().flat_map(|test| ["--test", test]));
        Ok(counts_of(&show(&mut command)?))
    }
}
