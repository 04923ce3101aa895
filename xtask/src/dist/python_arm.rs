//! Python for 64-bit Arm, to be run by QEMU: Debian's packages, unpacked below the target folder. Nothing is installed
//! on the machine.

use super::cross::Cross;
use crate::Result;
use crate::workspace::{Workspace, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version in Debian 12.
const VERSION: &str = "3.11";

/// The interpreter and what it is linked with; libstdc++ is for NumPy.
const PACKAGES: &[&str] = &[
    "libc6",
    "libexpat1",
    "libffi8",
    "libgcc-s1",
    "libpython3.11-minimal",
    "libpython3.11-stdlib",
    "libstdc++6",
    "python3.11-minimal",
    "zlib1g",
];

/// What pip calls the systems that Debian 12 runs files of.
const PLATFORMS: &[&str] = &[
    "manylinux_2_17_aarch64",
    "manylinux2014_aarch64",
    "manylinux_2_27_aarch64",
    "manylinux_2_28_aarch64",
];

/// An interpreter that finds a wheel, and what pip installs with it, in a folder; that is empty.
pub fn with(cross: &Cross<'_>, wheel: &Path, folder: &Path) -> Result<Command> {
    let workspace = cross.workspace;
    let root = root(workspace)?;
    // This machine's pip, for the other one.
    let mut pip = workspace.command(&cross.python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip.args(["--only-binary=:all:", "--implementation", "cp", "--python-version", VERSION]);
    for platform in PLATFORMS {
        pip.args(["--platform", platform]);
    }
    run(pip.arg("--target").args([folder, wheel]))?;
    let mut python = workspace.command("qemu-aarch64");
    python.arg("-L").arg(&root).arg("-E");
    // The variable is the program's own.
    python.arg(format!("PYTHONPATH={}", folder.display()));
    python.arg(root.join(format!("usr/bin/python{VERSION}")));
    Ok(python)
}

/// The folder with the unpacked packages, made if it is not there.
fn root(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.folder("dist/python-arm64")?;
    let root = folder.join("root");
    if root.is_dir() {
        return Ok(root);
    }
    // apt with lists and a state of its own: this machine's have its own processor, and need root.
    let (state, archives) = (folder.join("state"), folder.join("archives"));
    fs::create_dir_all(state.join("lists/partial"))?;
    fs::create_dir_all(folder.join("cache/archives/partial"))?;
    fs::create_dir_all(&archives)?;
    fs::write(state.join("status"), "")?;
    let apt = |task: &[&str]| {
        let mut apt = workspace.command("apt-get");
        apt.args(["-o", "APT::Architecture=arm64", "-o", "APT::Architectures=arm64"]);
        for (name, value) in [
            ("Dir::State", state.clone()),
            ("Dir::State::status", state.join("status")),
            ("Dir::Cache", folder.join("cache")),
        ] {
            apt.arg("-o").arg(format!("{name}={}", value.display()));
        }
        // Where root downloads, apt would do so as a user who may not write there.
        apt.args(["-o", "APT::Sandbox::User=root"]).args(task).current_dir(&archives);
        run(&mut apt)
    };
    apt(&["--quiet", "update"])?;
    apt(&[&["--quiet", "download"], PACKAGES].concat())?;
    let part = folder.join("root.part");
    let _ = fs::remove_dir_all(&part);
    for archive in fs::read_dir(&archives)? {
        run(workspace.command("dpkg-deb").arg("--extract").arg(archive?.path()).arg(&part))?;
    }
    fs::rename(&part, &root)?;
    Ok(root)
}
