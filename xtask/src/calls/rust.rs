//! Rust: core itself.

use super::{Against, Call};
use crate::Result;
use crate::workspace::{Workspace, run};
use std::process::Command;

pub const CALL: Call =
    Call { what: "Rust", argument: "whisper", program, against: Against::Core, most: 1.0 };

pub fn program(workspace: &Workspace) -> Result<Command> {
    let build = ["build", "--locked", "--release", "--package", "mojo-audio-bench", "--bin", "call"];
    run(workspace.cargo().args(build))?;
    Ok(workspace.command(workspace.target().join("release/call")))
}
