//! Swift: the package MojoAudio with its XCFramework inside, which only Apple's own tools make.

use crate::Result;
use crate::workspace::{Workspace, run};
use std::fs;
use std::path::{Path, PathBuf};

const PACKAGE: &str = "uniffi/MojoAudio";
const FRAMEWORK: &str = "CMojoAudio.xcframework";

/// Libraries that the framework has, each for the targets that become one file.
const SLICES: &[(&str, &[&str])] = &[
    ("macos", &["aarch64-apple-darwin", "x86_64-apple-darwin"]),
    ("ios", &["aarch64-apple-ios"]),
    ("ios-simulator", &["aarch64-apple-ios-sim", "x86_64-apple-ios"]),
];

pub fn make(workspace: &Workspace, folder: &Path) -> Result<Vec<PathBuf>> {
    if !cfg!(target_os = "macos") {
        return Err("dist swift: an XCFramework is made by Xcode: run `cargo xtask dist swift` on macOS; \
                    on Linux the package links what `cargo build --release --package mojo-audio-uniffi` \
                    makes"
            .into());
    }
    let headers = workspace.folder("dist-swift/headers")?;
    // Without what an earlier run has left.
    fs::remove_dir_all(&headers)?;
    // Xcode copies the headers of all frameworks into one folder, where only one module map can lie flat.
    let module = workspace.folder("dist-swift/headers/CMojoAudio")?;
    for file in ["CMojoAudio.h", "module.modulemap"] {
        fs::copy(workspace.path(PACKAGE).join("Sources/CMojoAudio").join(file), module.join(file))?;
    }
    let package = folder.join("MojoAudio");
    run(workspace.command("cp").arg("-R").arg(workspace.path(PACKAGE)).arg(&package))?;
    // In the framework now, and of use in a checkout only.
    for part in ["Sources/CMojoAudio", "Tests", ".build"] {
        let _ = fs::remove_dir_all(package.join(part));
    }
    let manifest = fs::read_to_string(package.join("Package.swift"))?;
    let kept = |line: &&str| !line.contains("testTarget");
    let manifest: String = manifest.lines().filter(kept).map(|line| format!("{line}\n")).collect();
    fs::write(package.join("Package.swift"), manifest)?;

    let framework = package.join(FRAMEWORK);
    let mut xcodebuild = workspace.command("xcodebuild");
    xcodebuild.arg("-create-xcframework");
    for (name, targets) in SLICES {
        let library = slice(workspace, name, targets)?;
        xcodebuild.arg("-library").arg(library).arg("-headers").arg(&headers);
    }
    run(xcodebuild.arg("-output").arg(&framework))?;
    run(workspace.command("swift").arg("build").current_dir(&package))?;
    fs::remove_dir_all(package.join(".build"))?;

    let archive = folder.join(format!("{FRAMEWORK}.zip"));
    run(workspace
        .command("ditto")
        .args(["-c", "-k", "--sequesterRsrc", "--keepParent"])
        .args([&framework, &archive]))?;
    Ok(vec![package, archive])
}

/// One static library for all targets of a slice.
fn slice(workspace: &Workspace, name: &str, targets: &[&str]) -> Result<PathBuf> {
    let mut lipo = workspace.command("lipo");
    lipo.arg("-create");
    for target in targets {
        let mut cargo = workspace.cargo();
        cargo.args(["build", "--locked", "--release", "--package", "mojo-audio-uniffi", "--lib"]);
        run(cargo.args(["--target", target])).map_err(|error| {
            format!("{error}\nthe target may be missing: rustup target add {target}")
        })?;
        lipo.arg(workspace.target().join(target).join("release/libmojo_audio_uniffi.a"));
    }
    let library = workspace.folder(&format!("dist-swift/{name}"))?.join("libmojo_audio_uniffi.a");
    run(lipo.arg("-output").arg(&library))?;
    Ok(library)
}
