//! The tests of other libraries, with this package's drop-ins in their place.

use super::python::{self, PYTHON};
use super::{Counts, Language, Tool, c};
use crate::Result;
use crate::workspace::Workspace;
use std::path::Path;

pub struct PythonOriginals;

const PROGRAM: &str = "python/tests/originals/own.py";

impl Language for PythonOriginals {
    fn name(&self) -> &'static str {
        "python-originals"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[c::CARGO, PYTHON] }
    }

    fn prepare(&self, workspace: &Workspace) -> Result {
        python::environment(workspace).map(drop)
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let python = python::environment(workspace)?;
        python::install(workspace, &python, &python::wheel(workspace)?)?;
        test(workspace, &python)
    }
}

/// Runs the tests of those libraries that the interpreter has, with the package that it has.
pub fn test(workspace: &Workspace, python: &Path) -> Result<Counts> {
    let mut command = workspace.command(python);
    command.arg(PROGRAM).arg(workspace.folder("python-originals")?).env("PYTHONDONTWRITEBYTECODE", "1");
    python::pytest(&mut command)
}
