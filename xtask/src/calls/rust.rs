//! Rust: core itself.

use super::{Beside, Call};
use crate::Result;
use crate::workspace::{Workspace, run};
use std::process::Command;

pub const CALL: Call =
    Call { what: "Rust", argument: "whisper", program, beside: Beside::Core, most: 1.0 };

pub fn program(workspace: &Workspace) -> Result<Command> {
    let build = ["build", "--locked", "--release", "--package", "mojo-audio-bench", "--bin", "call"];
    run(workspace.cargo().args(build))?;
    Ok(workspace.command(workspace.target().join("release/call")))
}
