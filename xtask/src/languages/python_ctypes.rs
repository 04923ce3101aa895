//! Python's ctypes on the C library: the guide's program and the example.

use super::c::{self, find_library, same};
use super::checks::Checks;
use super::{Counts, Language, Source, Tool, examples};
use crate::Result;
use crate::workspace::{Workspace, ask, run};
use std::path::PathBuf;

pub struct PythonCtypes;

/// What the guide's program imports.
const NUMPY: &str = "numpy==2.2.6";

impl Language for PythonCtypes {
    fn name(&self) -> &'static str {
        "python-ctypes"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[
                c::CARGO,
                Tool {
                    name: "Python with venv",
                    probe: &["python3", "-c", "import sys, ensurepip; print(sys.version)"],
                    source: Source::Debian("python3-venv"),
                },
            ]
        }
    }

    fn prepare(&self, workspace: &Workspace) -> Result {
        let python = python(workspace)?;
        if ask(workspace.command(&python).args(["-c", "import numpy"])).is_some() {
            return Ok(());
        }
        let environment = workspace.folder("python-ctypes")?.join("venv");
        run(workspace.command("python3").args(["-m", "venv"]).arg(environment))?;
        run(workspace.command(&python).args(["-m", "pip", "install", "--quiet", NUMPY])).map(drop)
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let prefix = c::prefix(workspace)?;
        let python = python(workspace)?;
        let mut checks = Checks::new();
        let mut guide = workspace.command(&python);
        let printed = run(find_library(&mut guide, &prefix).arg("capi/tests/guide/demo.py"));
        let expected = "Shape: (80, 3000)\nMel spectrogram shape: (80, 3000)";
        let result = printed.and_then(|text| same(text.trim_end(), expected));
        checks.check("the guide's Python program", result);
        examples::check(workspace, &mut checks, "examples/python-ctypes", || {
            let mut command = workspace.command(&python);
            find_library(&mut command, &prefix).arg("examples/python-ctypes/mel.py");
            Ok(command)
        })?;
        Ok(checks.counts())
    }
}

fn python(workspace: &Workspace) -> Result<PathBuf> {
    Ok(workspace.folder("python-ctypes")?.join("venv/bin/python"))
}
