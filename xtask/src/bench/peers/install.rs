//! Installs the other libraries below the target folder, from their registries, as their lock files say.

use crate::Result;
use crate::calls::Call;
use crate::calls::process::like;
use crate::languages::python;
use crate::workspace::{Workspace, ask, run};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Each kind is installed once, when it is first asked for; a failure is told each time.
pub struct Install<'a> {
    workspace: &'a Workspace,
    python: OnceCell<Installed>,
    rust: OnceCell<Installed>,
    node: OnceCell<Installed>,
    ours: RefCell<BTreeMap<&'static str, Command>>,
}

/// Where something is, or why it is not there.
type Installed = std::result::Result<PathBuf, String>;

impl<'a> Install<'a> {
    pub fn new(workspace: &'a Workspace) -> Self {
        let ours = RefCell::default();
        Self { workspace, python: OnceCell::new(), rust: OnceCell::new(), node: OnceCell::new(), ours }
    }

    /// A program of ours.
    pub fn ours(&self, call: &'static Call) -> Result<Command> {
        let mut ours = self.ours.borrow_mut();
        if !ours.contains_key(call.what) {
            ours.insert(call.what, (call.program)(self.workspace)?);
        }
        let command = &ours[call.what];
        Ok(like(command, Command::new(command.get_program())))
    }

    /// The interpreter that has the Python libraries.
    pub fn interpreter(&self) -> Result<PathBuf> {
        told(&self.python, || {
            // The lock file names more than other systems have: it limits, and asks for nothing.
            let requirements = "benches/peers/python/requirements.txt";
            let lock = "benches/peers/python/requirements-lock.txt";
            let steps: &[&[&str]] = &[&["-r", requirements, "-c", lock]];
            python::environment_with(self.workspace, "bench/peers/python", steps)
        })
    }

    pub fn python(&self) -> Result<Command> {
        let mut command = self.workspace.command(self.interpreter()?);
        command.arg("benches/peers/python/peer.py").env("PYTHONDONTWRITEBYTECODE", "1");
        Ok(command)
    }

    pub fn rust(&self) -> Result<Command> {
        let program = told(&self.rust, || {
            if ask(self.workspace.command("cmake").arg("--version")).is_none() {
                return Err("no CMake (apt-get install cmake), which builds whisper.cpp".into());
            }
            let target = self.workspace.folder("bench/peers/rust")?;
            let mut cargo = self.workspace.cargo();
            // whisper.cpp's own bindings will do: to make them anew takes libclang.
            cargo.env("WHISPER_DONT_GENERATE_BINDINGS", "1");
            cargo.args([
                "build",
                "--locked",
                "--release",
                "--manifest-path",
                "benches/peers/rust/Cargo.toml",
            ]);
            run(cargo.arg("--target-dir").arg(&target))?;
            Ok(target.join("release/peers"))
        })?;
        Ok(self.workspace.command(program))
    }

    /// The folder that has the npm packages.
    pub fn npm(&self) -> Result<PathBuf> {
        told(&self.node, || {
            let folder = self.workspace.folder("bench/peers/node")?;
            let source = self.workspace.path("benches/peers/node");
            for entry in fs::read_dir(&source)? {
                let from = entry?.path();
                // Where somebody ran npm there is a folder.
                if !from.is_file() {
                    continue;
                }
                fs::copy(&from, folder.join(from.file_name().unwrap_or_default()))
                    .map_err(|error| format!("{}: {error}", from.display()))?;
            }
            // Without scripts: those of onnxruntime-node fetch what graphics cards need.
            let mut npm = self.workspace.command("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
            run(npm.current_dir(&folder))?;
            Ok(folder)
        })
    }

    pub fn node(&self) -> Result<Command> {
        let mut command = self.workspace.command("node");
        command.arg(self.npm()?.join("peer.mjs"));
        Ok(command)
    }
}

/// Installs at the first time.
fn told(cell: &OnceCell<Installed>, install: impl FnOnce() -> Result<PathBuf>) -> Result<PathBuf> {
    Ok(cell.get_or_init(|| install().map_err(|error| error.to_string())).clone()?)
}
