//! The source of the C library and of its installer, with the crates that they need: it builds without a network.

use super::{pack, sbom};
use crate::workspace::{Workspace, host, output, run};
use crate::{Result, contents};
use std::fs;
use std::path::{Path, PathBuf};

/// What is built from it.
const PACKAGE: &str = "mojo-audio-capi";

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Files and folders of the checkout that it has as they are.
const COPIED: &[&str] = &[
    "CHANGELOG.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "capi/README.md",
    "capi/build.rs",
    "capi/include",
    "capi/src",
    "core/README.md",
    "core/src",
    "docs/packaging.md",
    "xtask/src/dist/notices.rs",
    "xtask/src/dist/targets.rs",
    "xtask/src/install",
    "xtask/src/install.rs",
    "xtask/src/installer.rs",
    "xtask/src/workspace.rs",
];

/// Files that have another place there.
const MOVED: &[(&str, &str)] = &[
    ("capi/tests/guide/demo.c", "test_package/demo.c"),
    ("packaging/conan/conanfile.py", "conanfile.py"),
    ("packaging/conan/test_package/CMakeLists.txt", "test_package/CMakeLists.txt"),
    ("packaging/conan/test_package/conanfile.py", "test_package/conanfile.py"),
];

/// Sections of manifests that are for tests and benches, which bring most of the crates.
const LEFT_OUT: [&str; 3] = ["[dev-dependencies]", "[[bench]]", "[[test]]"];

/// Packs the source release, and installs the library from it without a network.
pub fn make(workspace: &Workspace, folder: &Path) -> Result<Vec<PathBuf>> {
    let stage = workspace.folder("dist/stage/source")?;
    fs::remove_dir_all(&stage)?;
    let name = format!("mojo-audio-{VERSION}");
    let root = stage.join(&name);
    for path in COPIED {
        copy(&workspace.path(path), &root.join(path))?;
    }
    for (from, to) in MOVED {
        copy(&workspace.path(from), &root.join(to))?;
    }
    let manifests = [
        ("Cargo.toml", whole(&workspace.read("Cargo.toml")?)?),
        ("capi/Cargo.toml", without_tests(&workspace.read("capi/Cargo.toml")?)),
        ("core/Cargo.toml", without_tests(&workspace.read("core/Cargo.toml")?)),
        ("xtask/Cargo.toml", installer(&workspace.read("xtask/Cargo.toml")?)?),
        ("Cargo.lock", workspace.read("Cargo.lock")?),
    ];
    for (file, text) in manifests {
        fs::write(root.join(file), text)?;
    }
    // Cargo removes from Cargo.lock what is not needed, and keeps the versions of the rest.
    let settings = output(workspace.cargo().args(["vendor", "vendor"]).current_dir(&root))?;
    let alias = workspace.read(".cargo/config.toml")?;
    fs::create_dir_all(root.join(".cargo"))?;
    fs::write(root.join(".cargo/config.toml"), format!("{alias}\n{settings}"))?;

    let archive = folder.join(format!("{name}-source.tar.gz"));
    let python = Path::new("python3");
    pack::archive(workspace, python, &root, &archive)?;
    let names = contents::of_tarball(workspace, &archive)?;
    let crates = names.iter().filter_map(|name| name.split("/vendor/").nth(1)?.split('/').next());
    let mut crates: Vec<_> = crates.map(String::from).collect();
    crates.dedup();
    contents::compare(workspace, "source-crates", &crates)?;
    try_out(workspace, python, &archive)?;
    let list = sbom::write(workspace, &[&host(workspace)?], PACKAGE, &archive)?;
    Ok(vec![archive, list])
}

/// Installs the library from the archive, in an empty folder, with a cargo that has no crates and no network.
fn try_out(workspace: &Workspace, python: &Path, archive: &Path) -> Result {
    let folder = workspace.folder("dist/stage/source-test")?;
    let root = pack::unpack(workspace, python, archive, &folder.join("unpacked"))?;
    let prefix = folder.join("prefix");
    let _ = fs::remove_dir_all(&prefix);
    let home = folder.join("cargo-home");
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home)?;
    let mut install = workspace.cargo();
    install.current_dir(&root).args(["xtask", "install", "--prefix"]).arg(&prefix);
    install.env("CARGO_HOME", &home).env("CARGO_NET_OFFLINE", "true");
    install.env_remove("CARGO_TARGET_DIR");
    // How fast it computes is no matter here.
    install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").env("CARGO_PROFILE_RELEASE_LTO", "off");
    run(&mut install)?;
    let program = folder.join("demo");
    let mut compile = workspace.command("cc");
    compile.arg(root.join("test_package/demo.c")).arg("-I").arg(prefix.join("include"));
    compile.arg("-L").arg(prefix.join("lib")).args(["-lmojo_audio", "-o"]).arg(&program);
    run(&mut compile)?;
    let mut program = workspace.command(program);
    let lib = prefix.join("lib");
    let printed = run(program.env("LD_LIBRARY_PATH", &lib).env("DYLD_LIBRARY_PATH", &lib))?;
    match printed.trim_end() {
        "Shape: (80, 3000)" => Ok(()),
        other => Err(format!("the library of the source release computes: {other}").into()),
    }
}

fn copy(from: &Path, to: &Path) -> Result {
    let fault = |error| format!("{}: {error}", from.display());
    if from.is_dir() {
        for entry in fs::read_dir(from).map_err(fault)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).map_err(fault)?;
    Ok(())
}

/// The workspace's manifest, with the crates that are there.
fn whole(manifest: &str) -> Result<String> {
    let (start, rest) = manifest.split_once("members = [").ok_or("Cargo.toml has no members")?;
    let (_, rest) = rest.split_once("]\n").ok_or("Cargo.toml: members have no end")?;
    let text = format!("{start}members = [\"capi\", \"core\", \"xtask\"]\n{rest}");
    let is_elsewhere = |line: &&str| {
        let names = [
            "exclude = ",
            "# A program without the standard",
            "mojo-audio-files",
            "mojo-audio-identify",
        ];
        names.iter().any(|name| line.starts_with(name))
    };
    Ok(text.lines().filter(|line| !is_elsewhere(line)).map(|line| format!("{line}\n")).collect())
}

/// A manifest without what tests and benches need.
fn without_tests(manifest: &str) -> String {
    let mut text = String::new();
    let mut is_kept = true;
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_kept = !LEFT_OUT.contains(&line);
        }
        if is_kept {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// The manifest of the installer, with the versions of ours. Without colours, which would bring Windows' crates.
fn installer(manifest: &str) -> Result<String> {
    let version = |name: &str| -> Result<&str> {
        let line = manifest.lines().find(|line| line.starts_with(&format!("{name} = ")));
        let version = line.and_then(|line| line.split('"').nth(1));
        version.ok_or_else(|| format!("xtask/Cargo.toml has no version of {name}").into())
    };
    let (head, _) =
        manifest.split_once("[lib]\n").ok_or("xtask/Cargo.toml has changed: [lib] is not in it")?;
    Ok(format!(
        "{head}[[bin]]\nname = \"xtask\"\npath = \"src/installer.rs\"\n\n[dependencies]\n\
         clap = {{ version = \"{}\", default-features = false, features = [\"derive\", \"error-context\", \"help\", \
         \"std\", \"usage\"] }}\n\
         serde_json = \"{}\"\n\n[lints]\nworkspace = true\n",
        version("clap")?,
        version("serde_json")?
    ))
}
