//! Licences of what a package is linked from: our own, those of the crates, and those of Rust's standard library.

use crate::Result;
use crate::workspace::{Workspace, ask};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const OWN: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];
const CRATES: &str = "THIRD-PARTY.txt";
const STANDARD_LIBRARY: &str = "RUST-STANDARD-LIBRARY.html";

/// The files that [`write()`] writes.
pub const FILES: &[&str] = &[OWN[0], OWN[1], CRATES, STANDARD_LIBRARY];

/// Writes all licences into a folder.
pub fn write(workspace: &Workspace, triples: &[&str], package: &str, folder: &Path) -> Result {
    write_crates(workspace, triples, package, &folders(workspace)?, folder)?;
    write_standard_library(workspace, folder)
}

/// Writes our own licences and those of the crates, whose folders are known by `name version`.
pub fn write_crates(
    workspace: &Workspace,
    triples: &[&str],
    package: &str,
    folders: &BTreeMap<String, PathBuf>,
    folder: &Path,
) -> Result {
    fs::create_dir_all(folder)?;
    for name in OWN {
        fs::copy(workspace.path(name), folder.join(name))?;
    }
    Ok(fs::write(folder.join(CRATES), third_party(workspace, triples, package, folders)?)?)
}

/// Writes the notices that Rust's standard library comes with.
pub fn write_standard_library(workspace: &Workspace, folder: &Path) -> Result {
    let sysroot = ask(workspace.command("rustc").args(["--print", "sysroot"]));
    let sysroot = PathBuf::from(sysroot.ok_or("`rustc --print sysroot` fails")?.trim());
    let library = sysroot.join("share/doc/rust/COPYRIGHT-library.html");
    fs::copy(&library, folder.join(STANDARD_LIBRARY))
        .map_err(|error| format!("{}: {error}", library.display()))?;
    Ok(())
}

/// The crates that a package is linked from, with the texts of their licences, each text once.
fn third_party(
    workspace: &Workspace,
    triples: &[&str],
    package: &str,
    folders: &BTreeMap<String, PathBuf>,
) -> Result<String> {
    let mut text = String::from(
        "This package contains code of the crates below, and Rust's standard library, whose notices are in\n\
         RUST-STANDARD-LIBRARY.html. The source of each is at https://crates.io/crates/NAME/VERSION.\n\n",
    );
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, license) in crates(workspace, triples, package)? {
        let _ = writeln!(text, "{name}: {license}");
        let folder =
            folders.get(&name).ok_or_else(|| format!("cargo does not tell where {name} is"))?;
        let mut found = licenses(folder)?;
        if found.is_empty() {
            found.push(
                said(workspace, folder, &license)
                    .ok_or_else(|| format!("{name} ({license}) ships no text of its licence"))?,
            );
        }
        for found in found {
            texts.entry(found).or_default().push(name.clone());
        }
    }
    // By the crates, not by the text.
    let mut texts: Vec<_> = texts.into_iter().map(|(text, crates)| (crates, text)).collect();
    texts.sort();
    for (crates, license) in texts {
        let _ = write!(text, "\n{}\n{}\n\n{}\n", "=".repeat(80), crates.join(", "), license.trim_end());
    }
    Ok(text)
}

/// The notice for a crate that ships no text of its licence. MIT: our copy of the terms, with the crate's authors.
/// Apache 2.0: what its README says, and a pointer to our copy. MPL 2.0: the address that the licence itself names.
fn said(workspace: &Workspace, folder: &Path, license: &str) -> Option<String> {
    if license == "MPL-2.0" {
        return Some(
            "Taken under the Mozilla Public License 2.0, https://mozilla.org/MPL/2.0/.".into(),
        );
    }
    if license == "MIT" {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
        let authors = manifest.split("\nauthors = [").nth(1)?.split(']').next()?;
        let authors: Vec<_> = authors.split('"').skip(1).step_by(2).collect();
        let text = workspace.read(OWN[1]).ok()?;
        let (_, terms) = text.split_once("\nPermission ")?;
        return Some(format!("MIT License\n\nCopyright {}\n\nPermission {terms}", authors.join(", ")));
    }
    let readme = fs::read_to_string(folder.join("README.md")).ok()?;
    let said = readme.split("\n## License\n").nth(1).filter(|_| license.contains("Apache-2.0"))?;
    Some(format!("Taken under the Apache License 2.0, the text of LICENSE-APACHE.\n{said}"))
}

/// The crates from elsewhere whose code ends up in a package, as `name version`, and their licences.
pub fn crates(
    workspace: &Workspace,
    triples: &[&str],
    package: &str,
) -> Result<BTreeSet<(String, String)>> {
    let mut found = BTreeSet::new();
    for triple in triples {
        let mut cargo = workspace.cargo();
        cargo.args(["tree", "--locked", "--quiet", "--package", package, "--target", triple]);
        cargo.args(["--edges", "normal,no-proc-macro", "--prefix", "none", "--no-dedupe"]);
        let list = ask(cargo.args(["--format", "{p}|{l}"])).ok_or("`cargo tree` fails")?;
        for line in list.lines() {
            let (name, license) = line.split_once('|').unwrap_or((line, ""));
            // Ours are followed by their folder.
            if let [name, version] = name.split(' ').collect::<Vec<_>>()[..] {
                found.insert((format!("{name} {}", version.trim_start_matches('v')), license.into()));
            }
        }
    }
    Ok(found)
}

/// The folders of all crates, by `name version`.
fn folders(workspace: &Workspace) -> Result<BTreeMap<String, PathBuf>> {
    let mut cargo = workspace.cargo();
    let output = cargo.args(["metadata", "--locked", "--quiet", "--format-version", "1"]).output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let folders = packages.filter_map(|package| {
        let name = format!("{} {}", package["name"].as_str()?, package["version"].as_str()?);
        Some((name, Path::new(package["manifest_path"].as_str()?).parent()?.to_path_buf()))
    });
    Ok(folders.collect())
}

/// The texts of a crate's licences and notices.
fn licenses(folder: &Path) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        let starts = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];
        if path.is_file() && starts.iter().any(|start| name.starts_with(start)) {
            texts.push(fs::read_to_string(&path)?.replace("\r\n", "\n"));
        }
    }
    texts.sort();
    Ok(texts)
}
