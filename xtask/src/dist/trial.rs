//! How packages are tried: what ran, in what, and what could not.

use super::cross::{Cross, MINGW};
use super::targets::{Runs, Target};
use crate::Result;
use crate::languages::foreign::AARCH64_ROOT;
use crate::languages::{Counts, examples};
use crate::workspace::{Workspace, ask, run, show};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What became of trying one package.
pub struct Trial<'a> {
    pub target: &'a Target,
    lines: Vec<String>,
    /// What became of the package's tests, if it has any.
    pub tests: Counts,
}

impl<'a> Trial<'a> {
    pub fn new(target: &'a Target) -> Self {
        Self { target, lines: Vec::new(), tests: Counts::default() }
    }

    /// Notes what printed the line of `examples/speech.txt`.
    pub fn ran(&mut self, what: &str) {
        let how = match self.target.runs {
            Runs::Natively => "ran",
            Runs::InQemu => "ran in QEMU",
            Runs::InWine => "ran in Wine",
            Runs::Nowhere => "inspected",
        };
        self.lines.push(format!("{what}: {how}"));
    }

    /// Notes what became of the package's tests.
    pub fn tested(&mut self, counts: Counts) {
        self.lines.push(format!("{} tests passed, {} failed", counts.passed, counts.failed));
        self.tests += counts;
    }

    /// Notes what can't be tried here, and why.
    pub fn leave(&mut self, what: &str, why: &str) {
        self.lines.push(format!("{what}: not run, {why}"));
    }

    pub fn text(&self) -> String {
        self.lines.join("; ")
    }

    /// A program of the target, with a folder of shared libraries; none where nothing runs it.
    pub fn command(
        &self,
        cross: &Cross<'_>,
        program: &Path,
        libraries: &Path,
    ) -> Result<Option<Command>> {
        let workspace = cross.workspace;
        let mut command = match self.target.runs {
            Runs::Natively => workspace.command(program),
            Runs::InQemu => {
                let mut qemu = workspace.command("qemu-aarch64");
                // Its processors have NEON and what came later; the variables are the program's.
                qemu.args(["-L", AARCH64_ROOT, "-E"]);
                let mut variable = OsString::from("LD_LIBRARY_PATH=");
                variable.push(libraries);
                qemu.arg(variable).arg(program);
                return Ok(Some(qemu));
            }
            Runs::InWine => return wine(cross, program, libraries).map(Some),
            Runs::Nowhere => return Ok(None),
        };
        command.env("LD_LIBRARY_PATH", libraries);
        Ok(Some(command))
    }
}

/// Runs a program, and fails unless it prints the line of `examples/speech.txt`.
pub fn speaks(workspace: &Workspace, command: &mut Command) -> Result {
    examples::prints(workspace, &show(command)?)
}

/// Wine, with a library that Windows has and Wine 8 does not: Rust's and Go's random numbers come from it. Go looks for
/// it in Windows' own folder only.
fn wine(cross: &Cross<'_>, program: &Path, libraries: &Path) -> Result<Command> {
    let workspace = cross.workspace;
    let folder = workspace.folder("dist/wine")?;
    let prefix = folder.join("prefix");
    let system = prefix.join("drive_c/windows/system32");
    let library = system.join("bcryptprimitives.dll");
    let source = folder.join("bcryptprimitives.c");
    if !library.exists() {
        fs::create_dir_all(&system)?;
        fs::write(
            &source,
            "#include <windows.h>\nBOOLEAN NTAPI SystemFunction036(PVOID, ULONG);\n\
             __declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T n) { return SystemFunction036(bytes, (ULONG)n); }\n",
        )?;
        let mut compiler = workspace.command(MINGW);
        run(compiler.arg("-shared").arg(&source).arg("-ladvapi32").arg("-o").arg(&library))?;
    }
    let wine = ["wine64", "wine", "/usr/lib/wine/wine64"].map(PathBuf::from);
    let is_there = |wine: &&PathBuf| ask(Command::new(wine).arg("--version")).is_some();
    let wine = wine.iter().find(is_there).ok_or("no Wine: apt-get install wine64")?;
    let mut command = workspace.command(wine);
    command.arg(program).env("WINEPREFIX", &prefix).env("WINEDEBUG", "-all");
    // Without it Wine asks for 32-bit libraries, and says that it has no kernel32.dll.
    command.env("WINEARCH", "win64");
    let mut path = OsString::from("Z:");
    path.push(libraries);
    command.env("WINEPATH", path);
    Ok(command)
}
