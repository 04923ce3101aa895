//! Python: the package, built for release, in an environment of its own.

use super::{Against, Call};
use crate::Result;
use crate::languages::python;
use crate::workspace::Workspace;
use std::path::PathBuf;
use std::process::Command;

pub const CALL: Call =
    Call { what: "Python", argument: "whisper", program, against: Against::Core, most: 1.15 };

/// What builds the package, and what it needs.
pub const REQUIREMENTS: &str = "benches/python/requirements.txt";

fn environment(workspace: &Workspace) -> Result<PathBuf> {
    python::environment_with(workspace, "bench/python", &[&["-r", REQUIREMENTS]])
}

/// Builds the package.
pub fn wheel(workspace: &Workspace) -> Result<PathBuf> {
    let python = environment(workspace)?;
    python::build(workspace, &python, &python, &workspace.folder("bench/python")?.join("wheel"))
}

fn program(workspace: &Workspace) -> Result<Command> {
    let python = environment(workspace)?;
    python::install(workspace, &python, &wheel(workspace)?)?;
    let mut command = workspace.command(python);
    command.arg("benches/python/call.py").env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command)
}
