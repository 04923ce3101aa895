//! The command: one program for each system, which needs nothing else.

use super::cross::{Cross, Libc};
use super::targets::{Oldest, Target};
use super::trial::{Trial, speaks};
use super::{notices, oldest, pack, sbom, universal};
use crate::install::System;
use crate::workspace::{Workspace, run, show};
use crate::{Result, contents};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const PACKAGE: &str = "mojo-audio-cli";

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Whether the command is built for a target: on Linux for musl, whose programs run on every Linux.
pub fn serves(target: &Target) -> bool {
    !matches!(target.oldest, Oldest::Glibc(..))
}

/// Builds the archive of a target into a folder; gives it and the list of what it is linked from.
pub fn make(cross: &Cross<'_>, target: &Target, folder: &Path) -> Result<Vec<PathBuf>> {
    cross.prepare(target)?;
    let file = format!("mojo-audio{}", target.program_suffix());
    let mut programs = Vec::new();
    for machine in target.machines {
        let arguments = ["--package", PACKAGE, "--bin", "mojo-audio"];
        let built = cross.build(target, machine, Libc::Inside, &arguments)?;
        programs.push((machine.triple, built.join(&file)));
    }
    let bytes = match programs.as_slice() {
        [(_, only)] => fs::read(only)?,
        all => universal::join(all)?,
    };
    let found = oldest::check(target, &bytes, &[]).map_err(|error| format!("{file}: {error}"))?;
    eprintln!("ok: the command for {} needs: {found}", target.name);

    // Any Linux.
    let system = target.name.trim_end_matches("-musl");
    let name = format!("mojo-audio-{VERSION}-{system}");
    let root = cross.stage("command")?.join(&name);
    fs::create_dir_all(&root)?;
    let program = root.join(&file);
    fs::write(&program, bytes)?;
    run(cross.workspace.command("chmod").arg("755").arg(&program))?;
    notices::write(cross.workspace, &target.triples(), PACKAGE, &root)?;
    fs::copy(cross.workspace.path("docs/command.md"), root.join("README.md"))?;
    let archive = folder.join(format!("{name}.{}", target.archive()));
    pack::archive(cross.workspace, &cross.python, &root, &archive)?;
    let list = if target.platform.system == System::Windows { "command-windows" } else { "command" };
    contents::compare(
        cross.workspace,
        list,
        &contents::of_archive(cross.workspace, &cross.python, &archive)?,
    )?;
    let list = sbom::write(cross.workspace, &target.triples(), PACKAGE, &archive)?;
    Ok(vec![archive, list])
}

/// Unpacks an archive in an empty folder and computes the features of the example's audio.
pub fn test<'a>(cross: &Cross<'_>, target: &'a Target, archive: &Path) -> Result<Trial<'a>> {
    let workspace = cross.workspace;
    let folder = cross.stage("command-test")?;
    let root = pack::unpack(workspace, &cross.python, archive, &folder.join("package"))?;
    let program = root.join(format!("mojo-audio{}", target.program_suffix()));
    let mut trial = Trial::new(target);
    let Some(command) = trial.command(cross, &program, &root)? else {
        trial.leave("the program", "nothing here runs it");
        return Ok(trial);
    };
    computes(workspace, &cross.python, command, &folder)?;
    trial.ran("the program");
    Ok(trial)
}

/// Fails unless the command computes the features of the example's audio, in a folder.
pub fn computes(workspace: &Workspace, python: &Path, mut command: Command, folder: &Path) -> Result {
    fs::copy(workspace.path("examples/data/speech.wav"), folder.join("speech.wav"))?;
    command.current_dir(folder).args(["speech.wav", "--out", "speech.npy"]);
    let printed = show(&mut command)?;
    if !printed.status.success() {
        return Err(format!("mojo-audio: {}", printed.status).into());
    }
    // The numbers of the line of examples/speech.txt, from the file that was written.
    let program = "import struct, sys\n\
        data = open('speech.npy', 'rb').read()\n\
        start = 10 + struct.unpack('<H', data[8:10])[0]\n\
        header = eval(data[10:start])\n\
        values = struct.unpack(f'<{(len(data) - start) // 4}f', data[start:])\n\
        rows, columns = header['shape'][-2:]\n\
        mean = sum(values) / len(values)\n\
        assert len(values) == rows * columns and header['descr'] == '<f4'\n\
        print(f'speech.wav: {rows} x {columns} mel frames, mean {mean:.4f}, max {max(values):.4f}')\n";
    let mut python = workspace.command(python);
    speaks(workspace, python.current_dir(folder).args(["-I", "-c", program]))
}
