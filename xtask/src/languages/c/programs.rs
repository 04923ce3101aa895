//! The test programs of capi/tests/c, compiled and run for one system.

use super::WARNINGS;
use crate::languages::checks::Checks;
use crate::workspace::{Workspace, run, show};
use crate::{Result, cases};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs that need nothing but the library, and threads.
pub const PROGRAMS: [&str; 5] = ["conformance", "api", "errors", "frames", "threads"];

/// The arguments of every program: the list of the conformance cases, which is written to a folder, and the folder
/// that its files are in.
pub fn arguments(workspace: &Workspace, folder: &Path) -> Result<[PathBuf; 2]> {
    let list = folder.join("cases.txt");
    fs::write(&list, cases::flat(workspace)?)?;
    Ok([list, workspace.path("conformance")])
}

/// A compiler with the flags of every program, and the program's source.
pub fn compile<'a>(compiler: &'a mut Command, workspace: &Workspace, name: &str) -> &'a mut Command {
    compiler.args(["-std=c11", "-g", "-O1", "-D_POSIX_C_SOURCE=200809L"]).args(WARNINGS);
    compiler.arg(workspace.path(&format!("capi/tests/c/{name}.c")))
}

/// How programs of another system are compiled and run.
pub struct System<'a> {
    /// What the checks call it.
    pub name: &'a str,
    /// What its programs' names end with.
    pub suffix: &'a str,
    /// The compiler.
    pub compiler: &'a dyn Fn() -> Result<Command>,
    /// What links the library, behind the source.
    pub library: &'a [String],
    /// Runs a program.
    pub start: &'a dyn Fn(&Path) -> Result<Command>,
}

/// Compiles every program for another system in a folder, and runs it. Every conformance case has to pass, and without
/// the cases' files the program has to fail.
pub fn run_for(
    workspace: &Workspace,
    system: &System<'_>,
    folder: &Path,
    checks: &mut Checks,
) -> Result {
    let arguments = arguments(workspace, folder)?;
    for name in PROGRAMS {
        let program = folder.join(format!("{name}{}", system.suffix));
        let mut compiler = (system.compiler)()?;
        compile(&mut compiler, workspace, name).args(system.library);
        run(compiler.args(["-lm", "-lpthread", "-o"]).arg(&program))?;
        let what = format!("{name}, {}", system.name);
        let passed = checks.runner(&what, &mut (system.start)(&program)?, &arguments)?.passed;
        if name == "conformance" {
            let cases = fs::read_to_string(&arguments[0])?;
            let cases = cases.lines().filter(|line| *line == "end").count() as u64;
            let all = match passed == cases {
                true => Ok(()),
                false => Err(format!("{passed} of {cases} passed").into()),
            };
            checks.check(&format!("every conformance case, {}", system.name), all);
            let elsewhere = folder.join("no-cases");
            let printed = show((system.start)(&program)?.arg(&arguments[0]).arg(elsewhere))?;
            let refused = match printed.status.success() || !printed.text.contains("can't be read") {
                true => Err(printed.status.to_string().into()),
                false => Ok(()),
            };
            checks.check::<()>(&format!("a missing conformance file fails, {}", system.name), refused);
        }
    }
    Ok(())
}
