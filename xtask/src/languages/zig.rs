//! Zig on the C library: the conformance cases and the example.

use super::c::{self, CARGO, find_library};
use super::checks::Checks;
use super::{Counts, Language, Source, Tool, examples, python};
use crate::Result;
use crate::workspace::{Workspace, ask, run};
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Zig;

/// The minor version that the programs are written in: the next one reads other programs.
const SERIES: &str = "0.17.";

/// What is installed where the machine has none of the series.
const PACKAGE: &str = "ziglang==0.17.1";

impl Language for Zig {
    fn name(&self) -> &'static str {
        "zig"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[
                CARGO,
                Tool {
                    name: "Python with venv",
                    probe: &["python3", "-c", "import sys, ensurepip; print(sys.version)"],
                    source: Source::Debian("python3-venv"),
                },
            ]
        }
    }

    fn prepare(&self, workspace: &Workspace) -> Result {
        let is_series = |command: &mut Command| {
            ask(command.arg("version")).is_some_and(|version| version.starts_with(SERIES))
        };
        let environment = environment(workspace)?;
        if is_series(&mut zig(workspace)?) {
            return Ok(());
        }
        let interpreter = python::create(workspace, "python3", &environment)?;
        python::pip(workspace, &interpreter, &[PACKAGE])
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let prefix = c::prefix(workspace)?;
        let folder = workspace.folder("zig")?;
        let mut checks = Checks::new();
        checks.check(
            "zig fmt",
            run(zig(workspace)?.args(["fmt", "--check", "examples/zig", "benches/zig"])),
        );

        let program = build(workspace, &prefix, "conformance", &folder)?;
        let mut command = workspace.command(program);
        let corpus = workspace.path("conformance");
        checks.runner("conformance", find_library(&mut command, &prefix), &[corpus])?;

        let program = build(workspace, &prefix, "mel", &folder)?;
        examples::check(workspace, &mut checks, "examples/zig", || {
            let mut command = workspace.command(&program);
            find_library(&mut command, &prefix);
            Ok(command)
        })?;
        Ok(checks.counts())
    }
}

fn environment(workspace: &Workspace) -> Result<PathBuf> {
    Ok(workspace.folder("zig")?.join("venv"))
}

/// The machine's Zig if it is of the series, else the one that was installed.
pub fn zig(workspace: &Workspace) -> Result<Command> {
    let said = ask(workspace.command("zig").arg("version"));
    let mut command = if said.is_some_and(|version| version.starts_with(SERIES)) {
        workspace.command("zig")
    } else {
        let mut python = workspace.command(environment(workspace)?.join("bin/python"));
        python.args(["-m", "ziglang"]);
        python
    };
    let cache = workspace.folder("zig/cache")?;
    command.env("ZIG_LOCAL_CACHE_DIR", cache.join("local")).env("ZIG_GLOBAL_CACHE_DIR", cache);
    Ok(command)
}

/// Builds a program of `examples/zig` with the installed library; gives its path.
fn build(workspace: &Workspace, prefix: &Path, name: &str, folder: &Path) -> Result<PathBuf> {
    let program = folder.join(name);
    let mut command = zig(workspace)?;
    command.arg("build-exe").arg(format!("examples/zig/{name}.zig"));
    command.args(["-lc", "-lmojo_audio", "-L"]).arg(prefix.join("lib"));
    run(command.arg(format!("-femit-bin={}", program.display())))?;
    Ok(program)
}
