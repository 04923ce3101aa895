//! The Go module of each system, with the static C library in it: building with it needs Go and a C compiler only.

pub mod modules;

use super::cross::Cross;
use super::targets::{Oldest, Target};
use super::trial::{Trial, speaks};
use super::{c, notices, pack, sbom};
use crate::install::System;
use crate::languages::go;
use crate::workspace::{Workspace, host, run};
use crate::{Result, contents};
use std::fs;
use std::path::{Path, PathBuf};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds the archive of a target into a folder; gives it and the list of what it is linked from.
pub fn make(cross: &Cross<'_>, target: &Target, folder: &Path) -> Result<Vec<PathBuf>> {
    let workspace = cross.workspace;
    let stage = cross.stage("go")?;
    let library = c::static_library(cross, target, &stage)?;
    let root = stage.join(folder_name(target));
    let package = workspace.path(go::PACKAGE);
    for place in ["", "include", "lib"] {
        let to = root.join(place);
        fs::create_dir_all(&to)?;
        for entry in fs::read_dir(package.join(place))? {
            let file = entry?.path();
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name == "go.mod" || (name.ends_with(".go") && !name.ends_with("_test.go")) {
                fs::copy(&file, to.join(name))?;
            }
        }
    }
    fs::copy(workspace.path("capi/include/mojo_audio.h"), root.join("include/mojo_audio.h"))?;
    fs::copy(library, root.join("lib/libmojo_audio.a"))?;
    let link = root.join("link_bundled.go");
    fs::write(&link, linked(&fs::read_to_string(&link)?, target.platform.libraries)?)?;
    notices::write(workspace, &target.triples(), c::PACKAGE, &root)?;
    let archive = folder.join(archive_name(target));
    pack::archive(workspace, &cross.python, &root, &archive)?;
    let files = contents::of_archive(workspace, &cross.python, &archive)?;
    contents::compare(workspace, "go", &files)?;
    let list = sbom::write(workspace, &target.triples(), c::PACKAGE, &archive)?;
    Ok(vec![archive, list])
}

fn folder_name(target: &Target) -> String {
    format!("mojo-audio-go-{VERSION}-{}", target.name)
}

fn archive_name(target: &Target) -> String {
    format!("{}.{}", folder_name(target), target.archive())
}

/// The file that links the library, with what it needs on the one system that it is for.
fn linked(source: &str, libraries: &str) -> Result<String> {
    let line = "// #cgo LDFLAGS: ${SRCDIR}/lib/libmojo_audio.a";
    if !source.lines().any(|it| it == line) {
        return Err(format!("link_bundled.go does not have the line {line}").into());
    }
    let is_of_a_system =
        |it: &&str| it.starts_with("// #cgo ") && it.contains(" LDFLAGS:") && *it != line;
    let mut text = String::new();
    for it in source.lines().filter(|it| !is_of_a_system(it)) {
        text.push_str(it);
        if it == line {
            text.push(' ');
            text.push_str(libraries);
        }
        text.push('\n');
    }
    Ok(text)
}

/// Builds the example in an empty folder with the unpacked module, and runs it where that can be done.
pub fn test<'a>(cross: &Cross<'_>, target: &'a Target, archive: &Path) -> Result<Trial<'a>> {
    let workspace = cross.workspace;
    let folder = cross.stage("go-test")?;
    let module = pack::unpack(workspace, &cross.python, archive, &folder.join("package"))?;
    let mut trial = Trial::new(target);
    let Some((system, processor)) = names(target) else {
        trial.leave("the example", "Go links for macOS with Apple's tools only");
        return Ok(trial);
    };
    let example = folder.join("example");
    copy_example(workspace, &example)?;
    let go = || -> Result<_> {
        let mut go = go::command(workspace, "")?;
        go.current_dir(&example);
        Ok(go)
    };
    let replace = format!("-replace=mojoaudio={}", module.display());
    run(go()?.args(["mod", "edit", &replace]))?;
    let program = example.join(format!("mel{}", target.program_suffix()));
    let mut build = go()?;
    build.args(["build", "-buildvcs=false", "-o"]).arg(&program);
    if target.oldest == Oldest::Musl {
        build.args(["-ldflags", "-linkmode external -extldflags -static"]);
    }
    let compiler = match target.name {
        "linux-x64-gnu" => "gcc".into(),
        "linux-arm64-gnu" => "aarch64-linux-gnu-gcc".into(),
        _ => cross.linker(target.machine())?,
    };
    build.env("GOOS", system).env("GOARCH", processor).env("CC", compiler);
    cross.cache(&mut build);
    run(build.arg("."))?;
    let Some(mut command) = trial.command(cross, &program, &example)? else {
        trial.leave("the example", "only linked");
        return Ok(trial);
    };
    speaks(workspace, command.current_dir(&example).arg("speech.wav"))?;
    trial.ran("the example");
    if target.is_for(&host(workspace)?) && target.oldest != Oldest::Musl {
        modules::test(cross, archive.parent().unwrap_or(archive))?;
        trial.ran("the example after go get");
    }
    Ok(trial)
}

/// Copies the example and its recording into a new folder.
fn copy_example(workspace: &Workspace, to: &Path) -> Result {
    fs::create_dir_all(to.join("wav"))?;
    for file in ["go.mod", "mel.go", "wav/wav.go"] {
        fs::copy(workspace.path("examples/go").join(file), to.join(file))?;
    }
    fs::copy(workspace.path("examples/data/speech.wav"), to.join("speech.wav"))?;
    Ok(())
}

/// What Go calls the system and the processor of a target, where it can link for them from here.
fn names(target: &Target) -> Option<(&'static str, &'static str)> {
    let system = match target.platform.system {
        System::Linux => "linux",
        System::Windows => "windows",
        System::MacOs => return None,
    };
    let is_arm = target.machine().triple.starts_with("aarch64");
    Some((system, if is_arm { "arm64" } else { "amd64" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_linked_with_what_its_system_has() {
        let source = Workspace::new().read("capi/go/link_bundled.go").unwrap();
        let text = linked(&source, "-lone -ltwo").unwrap();
        let flags: Vec<_> = text.lines().filter(|line| line.contains("LDFLAGS")).collect();
        assert_eq!(flags, ["// #cgo LDFLAGS: ${SRCDIR}/lib/libmojo_audio.a -lone -ltwo"]);
        assert!(linked("package mojoaudio\n", "").is_err());
    }
}
