//! What `go get` serves: a repository with the package's module, and beside it a module for each system with the C
//! library, of which Go downloads only those that a program is built for.

use super::{VERSION, names};
use crate::Result;
use crate::dist::address::{self, Address};
use crate::dist::cross::Cross;
use crate::dist::targets::{Oldest, TARGETS, Target};
use crate::dist::trial::speaks;
use crate::dist::{notices, pack};
use crate::install::System;
use crate::languages::go;
use crate::release::repository::tags;
use crate::workspace::run;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Packs the repository with the systems whose archives are in a folder; none where the project has no address.
pub fn make(cross: &Cross<'_>, folder: &Path) -> Result<Option<PathBuf>> {
    let Some(address) = Address::of_project(cross.workspace)? else {
        eprintln!("no modules for `go get`: {} must be the project's address", address::VARIABLE);
        return Ok(None);
    };
    let path = module_path(&address);
    let stage = cross.stage("go-modules")?;
    let root = stage.join(format!("mojo-audio-go-{VERSION}-modules"));
    lay_out(cross, folder, &path, &root)?;
    let archive = folder.join(format!("mojo-audio-go-{VERSION}-modules.tar.gz"));
    pack::archive(cross.workspace, &cross.python, &root, &archive)?;
    println!(
        "to publish it: its files become https://{path}, with the tags {}",
        tags(&root, VERSION)?.join(", ")
    );
    Ok(Some(archive))
}

/// The path of the module that programs import: that of a repository beside the project's, of the same owner.
fn module_path(address: &Address) -> String {
    format!("github.com/{}/{}-go", address.owner, address.name)
}

/// Writes the files of the repository, from the archives in a folder.
fn lay_out(cross: &Cross<'_>, folder: &Path, path: &str, root: &Path) -> Result {
    let unpacked = cross.stage("go-unpacked")?;
    let mut served = Vec::new();
    for target in TARGETS {
        let archive = folder.join(super::archive_name(target));
        if archive.is_file() {
            let from =
                pack::unpack(cross.workspace, &cross.python, &archive, &unpacked.join(target.name))?;
            write_library(target, &from, path, &root.join("lib").join(target.name))?;
            served.push((target, from));
        }
    }
    let Some((_, first)) = served.first() else {
        return Err(format!("no archive of a Go module in {}", folder.display()).into());
    };
    fs::create_dir_all(root.join("include"))?;
    for place in ["", "include"] {
        for entry in fs::read_dir(first.join(place))? {
            let file = entry?.path();
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if file.is_file() && !["go.mod", "link_bundled.go"].contains(&&*name) {
                fs::copy(&file, root.join(place).join(name))?;
            }
        }
    }
    for entry in fs::read_dir(root)? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "go") {
            let text = fs::read_to_string(&file)?;
            fs::write(&file, text.replace("\"mojoaudio", &format!("\"{path}")))?;
        }
    }
    let targets: Vec<_> = served.iter().map(|(target, _)| *target).collect();
    write_links(&targets, path, root)?;
    let language = language(first)?;
    let mut module = format!("module {path}\n\n{language}\n\nrequire (\n");
    for target in targets {
        writeln!(module, "\t{path}/lib/{} v{VERSION}", target.name)?;
    }
    fs::write(root.join("go.mod"), module + ")\n")?;
    Ok(())
}

/// The line of a module's description that names the language's version.
fn language(module: &Path) -> Result<String> {
    let text = fs::read_to_string(module.join("go.mod"))?;
    let line = text.lines().find(|line| line.starts_with("go "));
    line.map(String::from).ok_or_else(|| "go.mod names no version".into())
}

/// Writes the module that holds the library of one system.
fn write_library(target: &Target, from: &Path, path: &str, to: &Path) -> Result {
    fs::create_dir_all(to)?;
    fs::copy(from.join("lib/libmojo_audio.a"), to.join("libmojo_audio.a"))?;
    for entry in fs::read_dir(from)? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if notices::FILES.contains(&&*name) {
            fs::copy(&file, to.join(name))?;
        }
    }
    let language = language(from)?;
    fs::write(to.join("go.mod"), format!("module {path}/lib/{}\n\n{language}\n", target.name))?;
    let libraries = target.platform.libraries;
    let text = format!(
        "// Package lib is mojo-audio's C library for {}.\npackage lib\n\n\
         // #cgo LDFLAGS: ${{SRCDIR}}/libmojo_audio.a {libraries}\nimport \"C\"\n",
        target.name
    );
    Ok(fs::write(to.join("lib.go"), text)?)
}

/// Writes the files that link the library of the system that a program is built for.
fn write_links(targets: &[&Target], path: &str, root: &Path) -> Result {
    let header = "package mojoaudio\n\n// #cgo CFLAGS: -I${SRCDIR}/include\nimport \"C\"\n\n\
                  // The header, which is kept in a vendor folder by this name only.\nimport _ ";
    fs::write(
        root.join("link.go"),
        format!("//go:build !mojo_audio_system\n\n{header}\"{path}/include\"\n"),
    )?;
    let mut served = Vec::new();
    for target in targets {
        let constraint = constraint(target, targets);
        let text = format!(
            "//go:build {constraint} && !mojo_audio_system\n\npackage mojoaudio\n\nimport _ \"{path}/lib/{}\"\n",
            target.name
        );
        // Not linux_amd64.go, whose name would be a constraint of its own.
        fs::write(root.join(format!("link_{}.go", target.name.replace('-', "_"))), text)?;
        served.push(format!("({constraint})"));
    }
    let fault = "mojoaudio_has_no_library_for_this_system_so_install_one_and_build_with_the_tag_mojo_audio_system";
    let text = format!(
        "//go:build cgo && !mojo_audio_system && !({})\n\npackage mojoaudio\n\n\
         // Without a library the linker would name undefined functions only.\nvar _ = {fault}\n",
        served.join(" || ")
    );
    Ok(fs::write(root.join("link_none.go"), text)?)
}

/// When a target's library is linked. Go has no name for musl: programs are built for it with the tag `musl`.
fn constraint(target: &Target, targets: &[&Target]) -> String {
    let Some((system, processor)) = names(target) else { return "darwin".into() };
    let has_twin = targets
        .iter()
        .any(|other| other.name != target.name && names(other) == Some((system, processor)));
    let libc = match (target.platform.system == System::Linux, target.oldest == Oldest::Musl) {
        (true, true) => " && musl",
        (true, false) if has_twin => " && !musl",
        _ => "",
    };
    format!("{system} && {processor}{libc}")
}

/// Gets the modules by `go get` into an empty folder, from a repository with the archives of a folder, and runs the
/// example with them.
pub fn test(cross: &Cross<'_>, folder: &Path) -> Result {
    let workspace = cross.workspace;
    let path = module_path(&Address { owner: "example".into(), name: "mojo-audio".into() });
    let stage = cross.stage("go-get")?;
    let repository = stage.join("repository");
    lay_out(cross, folder, &path, &repository)?;
    let git = |arguments: &[&str]| -> Result {
        let mut git = workspace.command("git");
        git.current_dir(&repository).env("GIT_CONFIG_GLOBAL", "/dev/null");
        for role in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{role}_NAME"), "test")
                .env(format!("GIT_{role}_EMAIL"), "test@localhost");
        }
        run(git.args(arguments)).map(drop)
    };
    git(&["init", "--quiet"])?;
    git(&["add", "."])?;
    git(&["commit", "--quiet", "--message=modules"])?;
    for tag in tags(&repository, VERSION)? {
        git(&["tag", &tag])?;
    }
    let example = stage.join("example");
    super::copy_example(workspace, &example)?;
    let program = fs::read_to_string(example.join("mel.go"))?;
    fs::write(
        example.join("mel.go"),
        program.replace("\"mojoaudio\"", &format!("mojoaudio \"{path}\"")),
    )?;
    fs::write(example.join("go.mod"), "module mel\n\ngo 1.24\n")?;
    let modules = stage.join("modules");
    let go = || -> Result<Command> {
        let mut go = go::command(workspace, "")?;
        go.current_dir(&example).env("GOFLAGS", "-modcacherw").env("GOMODCACHE", &modules);
        // The repository on this machine stands for the one on the server; nothing else is asked.
        go.env("GOPRIVATE", &path).env("GOPROXY", "direct");
        go.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_VALUE_0", format!("https://{path}"));
        go.env("GIT_CONFIG_KEY_0", format!("url.file://{}.insteadOf", repository.display()));
        Ok(go)
    };
    run(go()?.args(["get", &format!("{path}@v{VERSION}")]))?;
    run(go()?.args(["build", "-buildvcs=false", "-o", "mel", "."]))?;
    speaks(workspace, workspace.command(example.join("mel")).current_dir(&example).arg("speech.wav"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_links_one_library() {
        let all: Vec<_> = TARGETS.iter().collect();
        let constraints: Vec<_> = all.iter().map(|target| constraint(target, &all)).collect();
        assert_eq!(
            constraints,
            [
                "linux && amd64 && !musl",
                "linux && arm64 && !musl",
                "linux && amd64 && musl",
                "linux && arm64 && musl",
                "darwin",
                "windows && amd64",
                "windows && arm64",
            ]
        );
        // Alone, it is the one of its system.
        assert_eq!(constraint(all[0], &all[..1]), "linux && amd64");
    }
}
