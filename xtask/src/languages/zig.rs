//! Zig: the package's tests, the conformance cases and the example, and a project that depends on the package.

use super::c::{self, CARGO, find_library};
use super::checks::Checks;
use super::{Counts, Language, Source, Tool, examples, python};
use crate::Result;
use crate::workspace::{Workspace, ask, run, show};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Zig;

/// The minor version that the programs are written in: the next one reads other programs.
const SERIES: &str = "0.17.";

/// What is installed where the machine has none of the series.
const COMPILER: &str = "ziglang==0.17.1";

pub const PACKAGE: &str = "capi/zig";

/// A user's project with two programs.
const MANIFEST: &str = r#".{
    .name = .project,
    .version = "0.0.0",
    .fingerprint = 0x2fb3d0ee01b76ef0,
    .dependencies = .{DEPENDENCY},
    .paths = .{"."},
}
"#;
const BUILD: &str = r#"const std = @import("std");

pub fn build(b: *std.Build) void {
    const target = b.standardTargetOptions(.{});
    const prefix = b.option([]const u8, "mojo-audio", "Folder of the C library");
    const mojo_audio = if (prefix) |folder|
        b.dependency("mojo_audio", .{ .target = target, .prefix = folder })
    else
        b.dependency("mojo_audio", .{ .target = target });
    for ([_][]const u8{ "mel", "readme" }) |name| {
        const module = b.createModule(.{ .root_source_file = b.path(b.fmt("src/{s}.zig", .{name})), .target = target });
        module.addImport("mojo_audio", mojo_audio.module("mojo_audio"));
        b.installArtifact(b.addExecutable(.{ .name = name, .root_module = module }));
    }
}
"#;

impl Language for Zig {
    fn name(&self) -> &'static str {
        "zig"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[
                CARGO,
                Tool {
                    name: "Python with venv",
                    probe: &["python3", "-c", "import sys, ensurepip; print(sys.version)"],
                    source: Source::Debian("python3-venv"),
                },
            ]
        }
    }

    fn prepare(&self, workspace: &Workspace) -> Result {
        let is_series = |command: &mut Command| {
            ask(command.arg("version")).is_some_and(|version| version.starts_with(SERIES))
        };
        let environment = environment(workspace)?;
        if is_series(&mut zig(workspace)?) {
            return Ok(());
        }
        let interpreter = python::create(workspace, "python3", &environment)?;
        python::pip(workspace, &interpreter, &[COMPILER])
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let prefix = c::prefix(workspace)?;
        let folder = workspace.folder("zig")?;
        let mut checks = Checks::new();
        let lib = format!("-Dprefix={}", prefix.display());
        let tested =
            run(zig(workspace)?.current_dir(workspace.path(PACKAGE)).args(["build", "test", &lib]));
        checks.check("the package's tests", tested);
        for (what, is_prefix) in [("pkg-config", false), ("a folder", true)] {
            let ran = project(workspace, &prefix, is_prefix);
            checks.check(&format!("a project that depends on the package, with {what}"), ran);
        }
        checks.check(
            "zig fmt",
            run(zig(workspace)?.args(["fmt", "--check", PACKAGE, "examples/zig", "benches/zig"])),
        );

        let program = build(
            workspace,
            &prefix,
            "examples/zig/conformance.zig",
            &folder.join("conformance"),
            &[],
        )?;
        let mut command = workspace.command(program);
        let corpus = workspace.path("conformance");
        checks.runner("conformance", find_library(&mut command, &prefix), &[corpus])?;

        let program = build(workspace, &prefix, "examples/zig/mel.zig", &folder.join("mel"), &[])?;
        examples::check(workspace, &mut checks, "examples/zig", || {
            let mut command = workspace.command(&program);
            find_library(&mut command, &prefix);
            Ok(command)
        })?;
        Ok(checks.counts())
    }
}

fn environment(workspace: &Workspace) -> Result<PathBuf> {
    Ok(workspace.folder("zig")?.join("venv"))
}

/// The machine's Zig if it is of the series, else the one that was installed.
pub fn zig(workspace: &Workspace) -> Result<Command> {
    let said = ask(workspace.command("zig").arg("version"));
    let mut command = if said.is_some_and(|version| version.starts_with(SERIES)) {
        workspace.command("zig")
    } else {
        let mut python = workspace.command(environment(workspace)?.join("bin/python"));
        python.args(["-m", "ziglang"]);
        python
    };
    let cache = workspace.folder("zig/cache")?;
    command.env("ZIG_LOCAL_CACHE_DIR", cache.join("local")).env("ZIG_GLOBAL_CACHE_DIR", cache);
    Ok(command)
}

/// Builds a program with the package and the installed library; gives its path.
pub fn build(
    workspace: &Workspace,
    prefix: &Path,
    source: &str,
    program: &Path,
    options: &[&str],
) -> Result<PathBuf> {
    let mut command = zig(workspace)?;
    command
        .arg("build-exe")
        .args(options)
        .args(["--dep", "mojo_audio"])
        .arg(format!("-Mroot={source}"));
    command.arg(format!("-Mmojo_audio={PACKAGE}/src/mojo_audio.zig"));
    command.args(["-lc", "-lmojo_audio", "-L"]).arg(prefix.join("lib"));
    run(command.arg(format!("-femit-bin={}", program.display())))?;
    Ok(program.into())
}

/// Makes a project that depends on the package, with the example and README's program, and runs both. One has a copy of
/// the package, and is told where the library is; the other has the package's path, and pkg-config finds the library.
fn project(workspace: &Workspace, prefix: &Path, is_prefix: bool) -> Result {
    let folder = workspace.folder("zig/project")?;
    fs::remove_dir_all(&folder)?;
    fs::create_dir_all(folder.join("src"))?;
    // Paths of dependencies are relative to the project.
    std::os::unix::fs::symlink(workspace.path(PACKAGE), folder.join("mojo-audio"))?;
    let dependency = if is_prefix { "" } else { " .mojo_audio = .{ .path = \"mojo-audio\" } " };
    fs::write(folder.join("build.zig.zon"), MANIFEST.replace("DEPENDENCY", dependency))?;
    fs::write(folder.join("build.zig"), BUILD)?;
    if is_prefix {
        let mut fetch = zig(workspace)?;
        run(fetch.current_dir(&folder).args(["fetch", "--save"]).arg(workspace.path(PACKAGE)))?;
    }
    fs::write(folder.join("src/readme.zig"), examples::readme(workspace, "zig")?)?;
    fs::copy(workspace.path("examples/zig/mel.zig"), folder.join("src/mel.zig"))?;
    let mut command = zig(workspace)?;
    command.current_dir(&folder).arg("build");
    if is_prefix {
        command.arg(format!("-Dmojo-audio={}", prefix.display()));
    } else {
        find_library(&mut command, prefix);
    }
    run(&mut command)?;
    let start = |name: &str| {
        let mut program = workspace.command(folder.join("zig-out/bin").join(name));
        if !is_prefix {
            find_library(&mut program, prefix);
        }
        program
    };
    examples::prints(workspace, &show(start("mel").arg(workspace.path("examples/data/speech.wav")))?)?;
    // It prints to the standard error.
    let printed = show(&mut start("readme"))?;
    if printed.text.trim() == "80 3000" {
        Ok(())
    } else {
        Err("README's program prints something else".into())
    }
}
