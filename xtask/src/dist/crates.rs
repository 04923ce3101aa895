//! The crates, as crates.io takes them.

use super::command::{self, PACKAGE};
use super::{pack, sbom};
use crate::Result;
use crate::contents::{self, CRATES};
use crate::workspace::{Workspace, host, run};
use std::fs;
use std::path::{Path, PathBuf};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Packs each crate, and builds and runs the command from the packed ones alone.
pub fn make(workspace: &Workspace, folder: &Path) -> Result<Vec<PathBuf>> {
    let built = workspace.target().join("dist-crates");
    let mut cargo = workspace.cargo();
    // What is not committed counts too, as in every package. They are built below, all at once.
    cargo.args(["package", "--locked", "--allow-dirty", "--no-verify", "--target-dir"]).arg(&built);
    for (name, _) in CRATES {
        cargo.args(["--package", name]);
    }
    run(&mut cargo)?;
    let (host, python) = (host(workspace)?, Path::new("python3"));
    let stage = workspace.folder("dist/stage/crates")?;
    fs::remove_dir_all(&stage)?;
    let (mut files, mut lists) = (Vec::new(), Vec::new());
    let mut together = String::from(
        "[workspace]\nresolver = \"3\"\nmembers = [\"*/mojo-audio-*\"]\n\n[patch.crates-io]\n",
    );
    for (name, list) in CRATES {
        let packed = format!("{name}-{VERSION}.crate");
        let file = folder.join(&packed);
        fs::copy(built.join("package").join(&packed), &file)?;
        // Made by cargo, where there is git.
        let mut names = contents::of_archive(workspace, python, &file)?;
        names.retain(|name| name != ".cargo_vcs_info.json");
        contents::compare(workspace, list, &names)?;
        lists.push(sbom::write(workspace, &[&host], name, &file)?);
        pack::unpack(workspace, python, &file, &stage.join(list))?;
        together.push_str(&format!("{name}.path = \"{list}/{name}-{VERSION}\"\n"));
        files.push(file);
    }
    files.append(&mut lists);

    // None of them is on crates.io yet in this version, so they are made to find each other.
    fs::write(stage.join("Cargo.toml"), together)?;
    fs::copy(workspace.path("Cargo.lock"), stage.join("Cargo.lock"))?;
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--package", PACKAGE, "--target-dir"]).arg(&built).current_dir(&stage);
    run(&mut cargo)?;
    let program = built.join(format!("debug/mojo-audio{}", std::env::consts::EXE_SUFFIX));
    command::computes(workspace, python, workspace.command(program), &stage)?;
    Ok(files)
}
