//! What a border has to stand besides wrong calls: the programs of capi/tests/c that load the library again
//! and again, fork, and hold two versions of it.

use super::{WARNINGS, find_library, null};
use crate::Result;
use crate::install;
use crate::workspace::{Workspace, run};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Programs, built against an installed library.
pub struct Borders<'a> {
    pub workspace: &'a Workspace,
    /// Where they are built.
    pub folder: &'a Path,
    /// Where the library is installed, or at least its header.
    pub prefix: &'a Path,
}

impl Borders<'_> {
    /// The program that calls every function with NULL, linked as the flags say.
    pub fn null(&self, kind: &str, library: &[&OsStr]) -> Result<Command> {
        let source = self.folder.join("null.c");
        fs::write(&source, null::program(&self.workspace.read("capi/abi/interface.txt")?)?)?;
        let tests = self.workspace.path("capi/tests/c");
        let mut gcc = self.gcc(&source);
        gcc.arg("-I").arg(tests).args(library);
        self.link(gcc, &format!("null{kind}"))
    }

    /// The program that loads a shared library and unloads it.
    pub fn loaded(&self, library: &Path, rounds: u32) -> Result<Command> {
        let gcc = self.gcc(&self.workspace.path("capi/tests/c/loaded.c"));
        let mut program = self.link(gcc, "loaded")?;
        program.arg(fs::canonicalize(library)?).arg(rounds.to_string());
        Ok(program)
    }

    /// The program that forks, linked as the flags say.
    pub fn forked(&self, kind: &str, library: &[&OsStr], rounds: u32) -> Result<Command> {
        let mut gcc = self.gcc(&self.workspace.path("capi/tests/c/forked.c"));
        gcc.args(library);
        let mut program = self.link(gcc, &format!("forked{kind}"))?;
        program.arg(rounds.to_string());
        Ok(program)
    }

    /// The program that uses two versions by way of two libraries, linked in either order.
    pub fn versions(&self, archive: &Path) -> Result<[Command; 2]> {
        let folder = self.folder.join("versions");
        fs::create_dir_all(&folder)?;
        for number in [0, 1] {
            let soname = format!("libmojo_audio.so.{number}");
            let library = folder.join(&soname);
            install::link(self.workspace, archive, &soname, number, &library)?;
            let mut gcc = self.gcc(&self.workspace.path("capi/tests/c/user.c"));
            gcc.args(["-shared", "-fPIC", &format!("-DNUMBER={number}")]).arg(&library);
            run(gcc.arg("-o").arg(folder.join(format!("libuser{number}.so"))))?;
        }
        let program = |name: &str, users: [&str; 2]| {
            let mut gcc = self.gcc(&self.workspace.path("capi/tests/c/versions.c"));
            // The users find what they were linked with.
            gcc.arg("-L").arg(&folder).args(users).arg(format!("-Wl,-rpath-link,{}", folder.display()));
            let mut program = self.link(gcc, name)?;
            program.arg(folder.join("libmojo_audio.so.1")).env("LD_LIBRARY_PATH", &folder);
            Ok::<_, Box<dyn std::error::Error>>(program)
        };
        Ok([
            program("versions-0-1", ["-luser0", "-luser1"])?,
            program("versions-1-0", ["-luser1", "-luser0"])?,
        ])
    }

    fn gcc(&self, source: &Path) -> Command {
        let mut gcc = self.workspace.command("gcc");
        find_library(&mut gcc, self.prefix);
        gcc.args(["-std=gnu11", "-g", "-O1"]).args(WARNINGS).arg(source);
        gcc
    }

    /// Links, and gives the program ready to be run.
    fn link(&self, mut gcc: Command, name: &str) -> Result<Command> {
        let program: PathBuf = self.folder.join(name);
        run(gcc.args(["-lm", "-lpthread", "-ldl", "-o"]).arg(&program))?;
        let mut command = self.workspace.command(&program);
        find_library(&mut command, self.prefix);
        Ok(command)
    }
}
