//! Python: the package, built for release, in an environment of its own.

use super::{Beside, Call};
use crate::Result;
use crate::languages::python;
use crate::workspace::Workspace;
use std::process::Command;

pub const CALL: Call =
    Call { what: "Python", argument: "whisper", program, beside: Beside::Core, most: 1.15 };

/// What builds the package, and what it needs.
pub const REQUIREMENTS: &str = "benches/python/requirements.txt";

fn program(workspace: &Workspace) -> Result<Command> {
    let steps: &[&[&str]] = &[&["-r", REQUIREMENTS]];
    let python = python::environment_with(workspace, "bench/python", steps)?;
    let folder = workspace.folder("bench/python")?.join("wheel");
    let wheel = python::build(workspace, &python, &python, &folder)?;
    python::install(workspace, &python, &wheel)?;
    let mut command = workspace.command(python);
    command.arg("benches/python/call.py").env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command)
}
