//! Archives whose bytes depend on their files alone, and the list of checksums.

use crate::Result;
use crate::workspace::{Workspace, ask, run};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Packs a folder as the archive's name says, `.tar.gz` or `.zip`; `python` is an interpreter.
pub fn archive(workspace: &Workspace, python: &Path, folder: &Path, archive: &Path) -> Result {
    let (root, name) = folder.parent().zip(folder.file_name()).ok_or("a folder without a name")?;
    pack(workspace, python, root, &[name], archive)
}

/// Packs files and folders of a folder into a jar.
pub fn jar(workspace: &Workspace, folder: &Path, names: &[&str], jar: &Path) -> Result {
    pack(workspace, Path::new("python3"), folder, names, jar)
}

fn pack(
    workspace: &Workspace,
    python: &Path,
    root: &Path,
    names: &[impl AsRef<OsStr>],
    archive: &Path,
) -> Result {
    let mut command = workspace.command(python);
    command.args(["-I", "xtask/src/dist/pack.py"]).args([root, archive]).args(names);
    run(&mut command).map(drop)
}

/// Unpacks an archive into a folder that has nothing else; gives the one folder in it.
pub fn unpack(workspace: &Workspace, python: &Path, archive: &Path, folder: &Path) -> Result<PathBuf> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    if archive.extension().is_some_and(|extension| extension == "zip") {
        run(workspace.command(python).args(["-m", "zipfile", "-e"]).arg(archive).arg(folder))?;
    } else {
        run(workspace.command("tar").arg("-xzf").arg(archive).arg("-C").arg(folder))?;
    }
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    match entries.as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(format!("{}: {} entries, expected 1", archive.display(), entries.len()).into()),
    }
}

/// Writes SHA256SUMS over all other files of a folder, in the form that `sha256sum --check` reads.
pub fn checksums(workspace: &Workspace, python: &Path, folder: &Path) -> Result {
    let program = "import hashlib, pathlib, sys\n\
        for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):\n\
        \x20   if path.is_file() and path.name != 'SHA256SUMS':\n\
        \x20       print(hashlib.sha256(path.read_bytes()).hexdigest(), '', path.name)\n";
    let mut command = workspace.command(python);
    command.args(["-I", "-c", program]).arg(folder);
    let list = ask(&mut command).ok_or("Python can't compute the checksums")?;
    Ok(fs::write(folder.join("SHA256SUMS"), list)?)
}
