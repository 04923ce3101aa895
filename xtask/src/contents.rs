//! What published packages hold, against the lists of their files in `xtask/contents`.

use crate::Result;
use crate::workspace::{Workspace, ask};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// The crates that are published, each before those that need it, and the lists of their files.
pub const CRATES: &[(&str, &str)] = &[
    ("mojo-audio-core", "core"),
    ("mojo-audio-files", "files"),
    ("mojo-audio-identify", "identify"),
    ("mojo-audio-cli", "cli"),
];

/// Fails unless a package holds the files of its list, no more and no less.
pub fn compare(workspace: &Workspace, list: &str, names: &[String]) -> Result {
    let path = format!("xtask/contents/{list}.txt");
    // Which may be empty, for a package that is new.
    let text = workspace.read(&path).unwrap_or_default();
    let wanted: BTreeSet<_> = text.lines().map(str::to_string).collect();
    let came: BTreeSet<_> = names.iter().map(|name| plain(name)).collect();
    let faults = came.difference(&wanted).map(|name| format!("holds {name}, which is not in the list"));
    let faults = faults.chain(wanted.difference(&came).map(|name| format!("lacks {name}")));
    let faults: Vec<_> = faults.map(|fault| format!("the package {list} {fault}")).collect();
    if faults.is_empty() {
        eprintln!("ok: the package {list} holds the {} files of {path}", came.len());
        return Ok(());
    }
    Err(format!("{}\n{path} says what it is to hold", faults.join("\n")).into())
}

/// A name as the lists have it: without the version, the machine and the interpreter.
fn plain(name: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let name = name.strip_prefix("./").unwrap_or(name).replace(version, "VERSION");
    // Windows' ending for Python's modules.
    let name = name.replace("/_native.pyd", "/_native.so");
    // A jar may have the library of several machines, which are one line of its list.
    let systems = ["linux", "darwin", "win32"].iter();
    let machines =
        systems.flat_map(|system| ["x86-64", "aarch64"].map(|word| format!("{system}-{word}")));
    let name = machines.fold(name, |name, word| name.replace(&word, "PLATFORM"));
    let libraries = ["/libmojo_audio_uniffi.dylib", "/mojo_audio_uniffi.dll"];
    let name =
        libraries.iter().fold(name, |name, library| name.replace(library, "/libmojo_audio_uniffi.so"));
    // Node's addons are named for the machine, Python's modules for the interpreter too.
    for (start, end) in [("/mojo-audio.", ".node"), ("/_native.", ".so")] {
        let is_named = |(_, rest): &(&str, &str)| rest.ends_with(end) || *rest == &end[1..];
        if let Some((folder, _)) = name.split_once(start).filter(is_named) {
            return format!("{folder}{start}PLATFORM{end}");
        }
    }
    name
}

/// The files of a tarball.
pub fn of_tarball(workspace: &Workspace, file: &Path) -> Result<Vec<String>> {
    list(workspace.command("tar").arg("-tzf").arg(file))
}

/// The files of a jar; classes within a class count as that one, as compilers make them as they like.
pub fn of_jar(workspace: &Workspace, file: &Path) -> Result<Vec<String>> {
    let names = list(workspace.command("jar").args(["--list", "--file"]).arg(file))?;
    let outer = |name: String| match name.split_once('$') {
        Some((outer, _)) if name.ends_with(".class") => format!("{outer}.class"),
        _ => name,
    };
    Ok(names.into_iter().map(outer).collect())
}

/// The files of a wheel, by a Python interpreter.
pub fn of_wheel(workspace: &Workspace, python: &Path, file: &Path) -> Result<Vec<String>> {
    let program = "import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist(), sep='\\n')";
    list(workspace.command(python).args(["-I", "-c", program]).arg(file))
}

/// The files of an archive that has one folder, without that folder's name; `python` is an interpreter.
pub fn of_archive(workspace: &Workspace, python: &Path, file: &Path) -> Result<Vec<String>> {
    let is_zip = file.extension().is_some_and(|extension| extension == "zip");
    let names = if is_zip { of_wheel(workspace, python, file)? } else { of_tarball(workspace, file)? };
    let inside = |name: String| name.split_once('/').map_or(name.clone(), |(_, rest)| rest.to_string());
    Ok(names.into_iter().map(inside).collect())
}

/// The files of a crate.
pub fn of_crate(workspace: &Workspace, name: &str) -> Result<Vec<String>> {
    let mut cargo = workspace.cargo();
    // What is not committed counts too: it is what is looked at.
    cargo.args(["package", "--list", "--allow-dirty", "--locked", "--quiet", "--package", name]);
    let output = cargo.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    // Made by cargo, where there is git.
    let names = text.lines().filter(|name| *name != ".cargo_vcs_info.json");
    let names: Vec<_> = names.map(String::from).collect();
    if !output.status.success() || names.is_empty() {
        return Err(format!("cargo package {name}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(names)
}

/// The lines that a command prints, without folders.
fn list(command: &mut Command) -> Result<Vec<String>> {
    let text = ask(command).ok_or("the package can't be read")?;
    let names = text.lines().filter(|name| !name.ends_with('/') && !name.is_empty());
    Ok(names.map(String::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_without_version_and_machine() {
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            plain(&format!("mojo_audio-{version}.dist-info/RECORD")),
            "mojo_audio-VERSION.dist-info/RECORD"
        );
        assert_eq!(plain("linux-x86-64/libmojo_audio_uniffi.so"), "PLATFORM/libmojo_audio_uniffi.so");
        assert_eq!(plain("package/mojo-audio.linux-x64-gnu.node"), "package/mojo-audio.PLATFORM.node");
        assert_eq!(
            plain("mojo_audio/_native.cpython-314t-x86_64-linux-gnu.so"),
            "mojo_audio/_native.PLATFORM.so"
        );
        assert_eq!(plain("mojo_audio/_native.pyd"), "mojo_audio/_native.PLATFORM.so");
        assert_eq!(plain("mojo_audio/_native.pyi"), "mojo_audio/_native.pyi");
        assert_eq!(plain("./a/b"), "a/b");
    }

    #[test]
    fn files_too_many_and_too_few_are_found() {
        let workspace = Workspace::new();
        let crate_files = of_crate(&workspace, "mojo-audio-core").unwrap();
        assert!(compare(&workspace, "core", &crate_files).is_ok());
        assert!(compare(&workspace, "core", &crate_files[1..]).is_err());
        let more = [&crate_files[..], &["src/notes.txt".to_string()]].concat();
        let error = compare(&workspace, "core", &more).unwrap_err().to_string();
        assert!(error.contains("holds src/notes.txt"), "{error}");
    }
}
