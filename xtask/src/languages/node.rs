//! Node: the npm package in a folder of its own, with what its tests need from the registry; the tests
//! also install its tarballs as users do.

mod javascript;

pub use javascript::{WASM, esbuild, without_vectors};

use super::{Counts, Language, Source, Tool, c};
use crate::dist::notices;
use crate::workspace::{Printed, Workspace, host, output, run, show};
use crate::{Result, contents};
use serde_json::{Value, json};
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::{env, fs};

pub struct Node;

/// Where programs and their WASI run.
pub const NODE: Tool = Tool {
    name: "Node 20 or later",
    probe: &[
        "node",
        "-e",
        "if (parseInt(process.versions.node) < 20) process.exit(1); console.log(process.version)",
    ],
    source: Source::Other("https://nodejs.org, or on Debian 12: PATH=$(bash .ci/node):$PATH"),
};

pub const NPM: Tool = Tool { name: "npm", probe: &["npm", "--version"], source: Source::Debian("npm") };

/// The versions of Node that the package is tested on, beside the one that is there.
const VERSIONS: &[&str] = &["20", "22", "24"];

/// The tests that run on all of them.
const ON_EVERY_VERSION: &[&str] = &["api.test.mjs", "conformance.test.mjs", "package.test.mjs"];

/// What of `node/` is not a part of the package or its tests.
const OF_THE_CRATE: &[&str] = &["Cargo.toml", "build.rs", "src", "typings", ".gitignore"];

const LICENSES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// The crate of the addon.
pub const PACKAGE: &str = "mojo-audio-node";

impl Language for Node {
    fn name(&self) -> &'static str {
        "node"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[c::CARGO, WASM, NODE, NPM] }
    }

    fn prepare(&self, workspace: &Workspace) -> Result {
        package(workspace)?;
        others(workspace).map(drop)
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let package = package(workspace)?;
        let platform = Platform::of_this_machine(workspace)?;
        let addon = build(workspace, &[])?;
        put_addon(&addon, &platform, &package)?;
        let tarballs = workspace.folder("node/tarballs")?;
        fs::remove_dir_all(&tarballs)?;
        pack(workspace, &package, &platform, &addon, &tarballs)?;
        let mut counts = test(workspace, &package, &tarballs, &test_files(&package)?)?;
        let files = ON_EVERY_VERSION.iter().map(|file| package.join("tests").join(file));
        let files = files.collect::<Vec<_>>();
        for bin in others(workspace)? {
            counts += test_by(Some(&bin), workspace, &package, &tarballs, &files)?;
        }
        Ok(counts)
    }
}

/// The folders of the versions of Node that are not the one that is there.
fn others(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let version = NODE.version().ok_or("no Node")?;
    let is_there = |other: &str| version.starts_with(&format!("v{other}."));
    let others = VERSIONS.iter().filter(|other| !is_there(other));
    if !cfg!(target_os = "linux") {
        eprintln!("Node {version} alone is tested: .ci/node has the others for Linux");
        return Ok(Vec::new());
    }
    let bin = |other: &&str| output(workspace.command("bash").args([".ci/node", other]));
    others.map(|other| Ok(PathBuf::from(bin(other)?.trim()))).collect()
}

/// One of those that the package knows.
pub struct Platform {
    fields: Value,
}

impl Platform {
    pub fn of_this_machine(workspace: &Workspace) -> Result<Self> {
        Self::of(workspace, &host(workspace)?)
    }

    /// The one of a target, which is named as rustc does.
    pub fn of(workspace: &Workspace, target: &str) -> Result<Self> {
        let mut all = Self::all(workspace)?.into_iter();
        let found = all.find(|platform| platform.fields["target"] == *target);
        Ok(found.ok_or_else(|| format!("node/platforms.json does not have {target}"))?)
    }

    pub fn all(workspace: &Workspace) -> Result<Vec<Self>> {
        let all: Vec<Value> = serde_json::from_str(&workspace.read("node/platforms.json")?)?;
        Ok(all.into_iter().map(|fields| Self { fields }).collect())
    }

    /// The tarball of its addon, as npm names it.
    pub fn tarball(&self) -> String {
        tarball(&format!("mojo-audio-{}", self.name()))
    }

    fn name(&self) -> &str {
        self.fields["name"].as_str().unwrap_or_default()
    }

    /// What rustc calls it.
    fn target(&self) -> &str {
        self.fields["target"].as_str().unwrap_or_default()
    }

    /// The npm package of its addon.
    pub fn package(&self) -> String {
        format!("@mojo-audio/{}", self.name())
    }

    /// The addon's file.
    fn file(&self) -> String {
        format!("mojo-audio.{}.node", self.name())
    }

    /// The manifest of the addon's package.
    fn manifest(&self, main: &Value) -> Value {
        let mut manifest = json!({
            "name": self.package(),
            "version": main["version"],
            "description": format!("The addon of mojo-audio for {}", self.name()),
            "license": main["license"],
            "engines": main["engines"],
            "main": self.file(),
            "files": Vec::from_iter([&*self.file()].iter().chain(notices::FILES)),
            "os": [self.fields["os"]],
            "cpu": [self.fields["cpu"]],
        });
        if let Some(libc) = self.fields.get("libc") {
            manifest["libc"] = json!([libc]);
        }
        // npm publishes without a key only from the repository that is named here.
        if let Some(repository) = main.get("repository") {
            manifest["repository"] = repository.clone();
        }
        manifest
    }
}

/// The tarball of a package of this version, as npm names it.
fn tarball(name: &str) -> String {
    format!("{name}-{}.tgz", env!("CARGO_PKG_VERSION"))
}

/// A copy of the package and its tests, with what `package-lock.json` names installed, and what is made of other
/// files.
pub fn package(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.folder("node/package")?;
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.ends_with("node_modules") {
            continue;
        }
        if path.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
    }
    copy_files(workspace, &folder)?;
    let wanted = ["package.json", "package-lock.json"].map(|file| format!("node/{file}"));
    let wanted = workspace.read(&wanted[0])? + &workspace.read(&wanted[1])?;
    let stamp = workspace.folder("node")?.join("installed.json");
    let is_installed = fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted);
    if !is_installed || !folder.join("node_modules").is_dir() {
        // Scripts of the libraries would fetch what the tests do not need.
        run(workspace.command("npm").args(["ci", "--ignore-scripts"]).current_dir(&folder))?;
        fs::write(stamp, wanted)?;
    }
    javascript::make(workspace, &folder)?;
    Ok(folder)
}

/// Copies the package and its tests to a folder, with an addon, ready to be loaded.
pub fn copy_package(workspace: &Workspace, addon: &Path, folder: &Path) -> Result {
    let package = package(workspace)?;
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(&package)? {
        let from = entry?.path();
        if !from.ends_with("node_modules") {
            copy(&from, &folder.join(from.file_name().unwrap_or_default()))?;
        }
    }
    put_addon(addon, &Platform::of_this_machine(workspace)?, folder)
}

/// Installs an addon below a copy of the package.
pub fn put_addon(addon: &Path, platform: &Platform, package: &Path) -> Result {
    let folder = package.join("node_modules").join(platform.package());
    fs::create_dir_all(&folder)?;
    let file = folder.join(platform.file());
    // A new file, not new bytes in the old one: programs that run with that keep it.
    let _ = fs::remove_file(&file);
    copy(addon, &file)?;
    write(&folder, &platform.manifest(&manifest_in(package)?))
}

fn manifest_in(folder: &Path) -> Result<Value> {
    Ok(serde_json::from_str(&fs::read_to_string(folder.join("package.json"))?)?)
}

fn copy_files(workspace: &Workspace, folder: &Path) -> Result {
    for entry in fs::read_dir(workspace.path("node"))? {
        let from = entry?.path();
        let name = from.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_made = name == "node_modules" || name.ends_with(".node") || name.ends_with(".tgz");
        if !is_made && !OF_THE_CRATE.contains(&name.as_str()) {
            copy(&from, &folder.join(name))?;
        }
    }
    for license in LICENSES {
        copy(&workspace.path(license), &folder.join(license))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result {
    if !from.is_dir() {
        fs::copy(from, to).map_err(|error| format!("{}: {error}", from.display()))?;
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Builds the addon as it is released; gives the file.
pub fn build(workspace: &Workspace, arguments: &[&str]) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--locked", "--release", "--package", PACKAGE]).args(arguments);
    run(&mut cargo)?;
    let file = format!("{DLL_PREFIX}mojo_audio_node{DLL_SUFFIX}");
    Ok(workspace.target().join("release").join(file))
}

/// Makes the tarballs that npm publishes: the package, and the addon of this platform, which is the only one
/// that the package then names.
pub fn pack(
    workspace: &Workspace,
    package: &Path,
    platform: &Platform,
    addon: &Path,
    to: &Path,
) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(to)?;
    let addon = pack_addon(workspace, package, platform, addon, to)?;
    Ok(vec![pack_main(workspace, package, &[platform], to)?, addon])
}

/// Makes the tarball of the package, which names the addons of these platforms and no others: one that nobody has
/// published would make `npm ci` fail. Fails if it holds anything but the files of its list.
pub fn pack_main(
    workspace: &Workspace,
    package: &Path,
    platforms: &[&Platform],
    to: &Path,
) -> Result<PathBuf> {
    let manifest = manifest_in(package)?;
    let version = &manifest["version"];
    if version != env!("CARGO_PKG_VERSION") {
        return Err(format!("node/package.json: version {version}").into());
    }
    let stage = stage(workspace, "mojo-audio")?;
    for file in manifest["files"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        copy(&package.join(file), &stage.join(file))?;
    }
    copy(&package.join("README.md"), &stage.join("README.md"))?;
    notices::write(workspace, &[javascript::TARGET], PACKAGE, &stage)?;
    // By Node, as the order of `exports` counts, which is lost here.
    let program = "const fs = require('fs'); const [from, to, notices, ...addons] = process.argv.slice(1);\
        const { devDependencies, ...manifest } = JSON.parse(fs.readFileSync(from));\
        manifest.files.push(...notices.split(' ').filter((name) => !manifest.files.includes(name)));\
        manifest.optionalDependencies = Object.fromEntries(addons.map((name) => [name, manifest.version]));\
        fs.writeFileSync(to, JSON.stringify(manifest, null, 2) + '\\n')";
    let mut node = workspace.command("node");
    node.args(["-e", program]).arg(package.join("package.json")).arg(stage.join("package.json"));
    node.arg(notices::FILES.join(" "));
    run(node.args(platforms.iter().map(|platform| platform.package())))?;
    npm_pack(workspace, &stage, "node", &tarball("mojo-audio"), to)
}

/// Makes the tarball of a platform's addon. Fails if it holds anything but the files of its list.
pub fn pack_addon(
    workspace: &Workspace,
    package: &Path,
    platform: &Platform,
    addon: &Path,
    to: &Path,
) -> Result<PathBuf> {
    let stage = stage(workspace, &platform.package())?;
    write(&stage, &platform.manifest(&manifest_in(package)?))?;
    copy(addon, &stage.join(platform.file()))?;
    notices::write(workspace, &[platform.target()], PACKAGE, &stage)?;
    let readme = format!("The addon of the package mojo-audio for {}.\n", platform.name());
    fs::write(stage.join("README.md"), readme)?;
    npm_pack(workspace, &stage, "node-addon", &platform.tarball(), to)
}

/// An empty folder for the files of a package.
fn stage(workspace: &Workspace, package: &str) -> Result<PathBuf> {
    let folder = workspace.folder(&format!("node/stage/{package}"))?;
    fs::remove_dir_all(&folder)?;
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Packs a folder, and compares what is in it with a list.
fn npm_pack(workspace: &Workspace, from: &Path, list: &str, name: &str, to: &Path) -> Result<PathBuf> {
    let mut npm = workspace.command("npm");
    npm.args(["pack", "--ignore-scripts", "--pack-destination"]).arg(to).current_dir(from);
    run(&mut npm)?;
    let tarball = to.join(name);
    contents::compare(workspace, list, &contents::of_tarball(workspace, &tarball)?)?;
    Ok(tarball)
}

fn write(folder: &Path, manifest: &Value) -> Result {
    let text = serde_json::to_string_pretty(manifest)? + "\n";
    Ok(fs::write(folder.join("package.json"), text)?)
}

/// The tests of a copy of the package.
fn test_files(package: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(package.join("tests"))? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Runs tests by Node's own runner, and gives what it counts.
pub fn test(
    workspace: &Workspace,
    package: &Path,
    tarballs: &Path,
    files: &[PathBuf],
) -> Result<Counts> {
    test_by(None, workspace, package, tarballs, files)
}

/// Runs tests by the Node in a folder, if one is named.
fn test_by(
    bin: Option<&Path>,
    workspace: &Workspace,
    package: &Path,
    tarballs: &Path,
    files: &[PathBuf],
) -> Result<Counts> {
    let mut node = workspace.command("node");
    if let Some(bin) = bin {
        // Programs that the tests start, such as npm, run by it too.
        let path = env::var_os("PATH").unwrap_or_default();
        node.env("PATH", env::join_paths([bin.into()].into_iter().chain(env::split_paths(&path)))?);
    }
    node.args(["--test", "--test-reporter=tap"]).args(files).current_dir(package);
    node.env("MOJO_AUDIO_CHECKOUT", workspace.path("")).env("MOJO_AUDIO_TARBALLS", tarballs);
    let Printed { status, text } = show(&mut node)?;
    let mut counts = tap_counts(&text);
    if !status.success() && counts.failed == 0 {
        counts.failed = 1;
    }
    Ok(counts)
}

/// Reads the sum at the end of Node's TAP: lines like `# pass 12`.
fn tap_counts(text: &str) -> Counts {
    let mut counts = Counts::default();
    for line in text.lines() {
        let Some((what, number)) = line.strip_prefix("# ").and_then(|line| line.split_once(' ')) else {
            continue;
        };
        let Ok(number) = number.parse::<u64>() else { continue };
        match what {
            "pass" => counts.passed += number,
            "fail" | "cancelled" => counts.failed += number,
            "skipped" | "todo" => counts.skipped += number,
            _ => {}
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tap_sums_are_read() {
        let text = "ok 1 - pass\n# Subtest: pass 3 more\n# tests 9\n# suites 0\n# pass 5\n# fail 1\n\
            # cancelled 1\n# skipped 1\n# todo 1\n# duration_ms 67.2\n";
        assert_eq!(tap_counts(text), Counts { passed: 5, failed: 2, skipped: 2 });
    }
}
