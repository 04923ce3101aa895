//! The fuzzer's kept inputs, through its targets without a fuzzer.

use super::c::CARGO;
use super::rust::counts_of;
use super::{Counts, Language, Tool};
use crate::Result;
use crate::workspace::{Workspace, show};

pub struct Fuzz;

impl Language for Fuzz {
    fn name(&self) -> &'static str {
        "fuzz"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[CARGO] }
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let mut command = workspace.cargo();
        command.args(["test", "--locked", "--no-fail-fast", "--manifest-path", "fuzz/Cargo.toml"]);
        command.arg("--target-dir").arg(workspace.folder("fuzz")?.join("replay"));
        Ok(counts_of(&show(&mut command)?))
    }
}
