//! The C library: an archive for each system with the shared and the static library, the header, and what
//! pkg-config and CMake need. The C++ classes are not in it: they need the C++ library of the compiler that
//! builds the program, so they are built with it.

use super::cross::{Cross, Libc, strip};
use super::standard_library::Source;
use super::targets::{Oldest, Runs, TARGETS, Target};
use super::trial::{Trial, speaks};
use super::{notices, oldest, pack, sbom, standard_library, universal};
use crate::install::{self, Built, Files, Places, System};
use crate::languages::Counts;
use crate::languages::c::programs;
use crate::languages::checks::Checks;
use crate::workspace::{Workspace, ask, run};
use crate::{Result, contents};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const PACKAGE: &str = "mojo-audio-capi";

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds the archive of a target into a folder; gives it and the list of what it is linked from.
pub fn make(cross: &Cross<'_>, target: &Target, folder: &Path) -> Result<Vec<PathBuf>> {
    let built = build(cross, target)?;
    if let Some(source) = source(cross, target).filter(|_| target.runs == Runs::Natively) {
        standard_library::check_panics(cross, source, target)?;
    }
    let archive = archive(cross, target, &built, folder)?;
    let list = sbom::write(cross.workspace, &target.triples(), PACKAGE, &archive)?;
    Ok(vec![archive, list])
}

/// The standard library's source, where only the static library is built by rustc, and the other one linked from it.
fn source(cross: &Cross<'_>, target: &Target) -> Option<&'static Source> {
    let is_linux = target.platform.system == System::Linux;
    is_linux.then(|| standard_library::source(cross.workspace)).flatten()
}

/// Builds the libraries for each machine of a target; gives the folders that they are in.
fn build(cross: &Cross<'_>, target: &Target) -> Result<Vec<PathBuf>> {
    cross.prepare(target)?;
    let arguments = arguments(target);
    let source = source(cross, target);
    let machines = target.machines.iter();
    machines
        .map(|machine| cross.build_with(source, target, machine, Libc::Outside, &arguments))
        .collect()
}

/// What cargo is to build.
fn arguments(target: &Target) -> [&'static str; 5] {
    let kinds = match target.platform.system {
        // The shared library is linked from the static one.
        System::Linux => "staticlib",
        System::MacOs | System::Windows => "cdylib,staticlib",
    };
    ["--package", PACKAGE, "--lib", "--crate-type", kinds]
}

/// Builds the stripped static library of a target into a folder.
pub fn static_library(cross: &Cross<'_>, target: &Target, folder: &Path) -> Result<PathBuf> {
    let built = build(cross, target)?;
    let archive = folder.join("libmojo_audio.a");
    join_archives(cross, target, &built, folder, &archive)?;
    Ok(archive)
}

/// Strips the static library of each machine, and makes one of them.
fn join_archives(
    cross: &Cross<'_>,
    target: &Target,
    built: &[PathBuf],
    folder: &Path,
    archive: &Path,
) -> Result {
    let mut stripped = Vec::new();
    for (place, (built, machine)) in built.iter().zip(target.machines).enumerate() {
        let file = folder.join(format!("{place}.a"));
        let from = built.join("libmojo_audio.a");
        if machine.triple.ends_with("-gnullvm") {
            // It has references to system libraries in a short form that objcopy doesn't read.
            fs::copy(from, &file)?;
        } else {
            // Rust's standard library is shipped with what debuggers read.
            strip(cross.workspace, "--strip-debug", &from, &file)?;
        }
        stripped.push((machine.triple, file));
    }
    match stripped.as_slice() {
        [(_, only)] => Ok(fs::rename(only, archive)?),
        all => Ok(fs::write(archive, universal::join(all)?)?),
    }
}

/// Packs what cargo has built for each machine of a target.
pub fn archive(
    cross: &Cross<'_>,
    target: &Target,
    built: &[PathBuf],
    folder: &Path,
) -> Result<PathBuf> {
    let name = format!("mojo-audio-c-{VERSION}-{}", target.name);
    let stage = cross.stage("c")?;
    let root = stage.join(&name);
    let made = libraries(cross, target, built, &stage)?;
    let found = oldest::check(target, &fs::read(&made.shared)?, &[])
        .map_err(|error| format!("{}: {error}", made.shared.display()))?;
    eprintln!("ok: the C library for {} needs: {found}", target.name);
    let (mut files, places) = (Files::below(None), Places::below(&root));
    install::lay_out(cross.workspace, &mut files, &places, &target.platform, &made)?;
    let share = root.join("share/doc/mojo_audio");
    notices::write(cross.workspace, &target.triples(), PACKAGE, &share)?;
    fs::copy(cross.workspace.path("capi/README.md"), share.join("README.md"))?;
    let archive = folder.join(format!("{name}.{}", target.archive()));
    pack::archive(cross.workspace, &cross.python, &root, &archive)?;
    let list = match target.platform.system {
        System::Linux => "c-linux",
        System::MacOs => "c-macos",
        System::Windows => "c-windows",
    };
    contents::compare(
        cross.workspace,
        list,
        &contents::of_archive(cross.workspace, &cross.python, &archive)?,
    )?;
    Ok(archive)
}

/// The stripped libraries in a folder.
fn libraries(cross: &Cross<'_>, target: &Target, built: &[PathBuf], folder: &Path) -> Result<Built> {
    let names = target.platform.shared_names();
    let (shared, archive) = (folder.join(&names[0]), folder.join("libmojo_audio.a"));
    join_archives(cross, target, built, folder, &archive)?;
    let mut import = None;
    match target.platform.system {
        System::Linux => {
            let linked = folder.join("linked.so");
            link(cross, target, &archive, &linked)?;
            strip(cross.workspace, "--strip-all", &linked, &shared)?;
        }
        System::MacOs => {
            let machines = target.machines.iter().zip(built);
            let files =
                machines.map(|(machine, built)| (machine.triple, built.join("libmojo_audio.dylib")));
            fs::write(&shared, universal::join(&files.collect::<Vec<_>>())?)?;
        }
        System::Windows => {
            fs::copy(built[0].join("mojo_audio.dll"), &shared)?;
            import = Some(built[0].join("libmojo_audio.dll.a"));
        }
    }
    Ok(Built { shared, archive, import })
}

/// Links the shared library for Linux, with a version on each function.
fn link(cross: &Cross<'_>, target: &Target, archive: &Path, shared: &Path) -> Result {
    let linker = cross.linker(target.machine())?;
    let mut platform = target.platform;
    // zig has LLVM's unwinder and not GCC's; it ends up in the library, which then needs neither.
    platform.libraries = match platform.libraries {
        "-lgcc_eh -lc" => "-lunwind -lc",
        _ => "-lunwind -lutil -lrt -lpthread -lm -ldl -lc",
    };
    let linker = linker.to_string_lossy();
    let soname = &platform.shared_names()[1];
    install::link_by(cross.workspace, &linker, &platform, archive, soname, install::ABI, shared)
}

/// Compiles the example and the tests with an archive alone, in an empty folder, and runs them where that can be done.
pub fn test<'a>(cross: &Cross<'_>, target: &'a Target, archive: &Path) -> Result<Trial<'a>> {
    let trial = attempt(cross, target, archive)?;
    match trial.tests.failed {
        0 => Ok(trial),
        failed => Err(format!("the C library for {}: {failed} tests failed", target.name).into()),
    }
}

/// The same, without an error where tests fail.
fn attempt<'a>(cross: &Cross<'_>, target: &'a Target, archive: &Path) -> Result<Trial<'a>> {
    let workspace = cross.workspace;
    let folder = cross.stage("c-test")?;
    let prefix = pack::unpack(workspace, &cross.python, archive, &folder.join("package"))?;
    for file in ["examples/c/mel.c", "examples/c/wav.h", "examples/data/speech.wav"] {
        fs::copy(workspace.path(file), folder.join(file.rsplit('/').next().unwrap_or(file)))?;
    }
    let mut trial = Trial::new(target);
    for kind in ["shared", "static"] {
        let program = folder.join(format!("mel-{kind}{}", target.program_suffix()));
        let Some(mut compiler) = compiler(cross, target, kind)? else {
            trial.leave(kind, "there is no C library to run it with");
            continue;
        };
        let flags = flags(cross, &prefix, kind == "static")?;
        compiler.current_dir(&folder).args(["-std=c99", "-O1", "mel.c"]).args(&flags);
        run(compiler.arg("-o").arg(&program))?;
        let libraries = Places::below(&prefix).shared(&target.platform);
        let Some(mut example) = trial.command(cross, &program, &libraries)? else {
            trial.leave(kind, "only linked");
            continue;
        };
        speaks(workspace, example.current_dir(&folder).arg("speech.wav"))?;
        trial.ran(kind);
        if trial.tests == Counts::default() {
            let counts = tests(cross, &trial, kind, &flags, &libraries)?;
            trial.tested(counts);
        }
    }
    Ok(trial)
}

/// Compiles and runs the programs of capi/tests/c with an unpacked archive.
fn tests(
    cross: &Cross<'_>,
    trial: &Trial<'_>,
    kind: &str,
    flags: &[String],
    libraries: &Path,
) -> Result<Counts> {
    let target = trial.target;
    let mut library = flags.to_vec();
    if target.platform.system == System::Windows {
        // Threads are in a DLL of the compiler's otherwise.
        library.push("-static".into());
    }
    let missing = || format!("nothing compiles or runs C for {}", target.name);
    let system = programs::System {
        name: target.name,
        suffix: target.program_suffix(),
        compiler: &|| Ok(compiler(cross, target, kind)?.ok_or_else(missing)?),
        library: &library,
        start: &|program| Ok(trial.command(cross, program, libraries)?.ok_or_else(missing)?),
    };
    let folder = cross.workspace.folder("dist/stage/c-test/programs")?;
    let mut checks = Checks::new();
    programs::run_for(cross.workspace, &system, &folder, &mut checks)?;
    Ok(checks.counts())
}

/// Packs the library that was built for this machine, on x86-64 Linux, and tries the archive.
pub fn check(workspace: &Workspace, built: &Path) -> Result {
    let cross = Cross::new(workspace)?;
    let target =
        TARGETS.iter().find(|target| target.name == "linux-x64-gnu").ok_or("no such target")?;
    let folder = cross.stage("c-check")?;
    let file = archive(&cross, target, &[built.to_path_buf()], &folder)?;
    let again = archive(&cross, target, &[built.to_path_buf()], &cross.stage("c-check-again")?)?;
    if fs::read(&file)? != fs::read(&again)? {
        return Err("the archive of the same library has other bytes the second time".into());
    }
    test(&cross, target, &file).map(drop)
}

/// Builds the library for another system, packs it, and tries the archive; gives what its tests count.
pub fn check_for(workspace: &Workspace, name: &str) -> Result<Counts> {
    let cross = Cross::new(workspace)?;
    let target = TARGETS.iter().find(|target| target.name == name).ok_or("no such target")?;
    cross.prepare(target)?;
    // Optimizing takes longer than it saves. But musl's threads have 128 KiB of stack, too little for what isn't optimized.
    let level = match target.oldest {
        Oldest::Musl => "profile.prebuilt.opt-level=1",
        _ => "profile.prebuilt.opt-level=0",
    };
    let settings = ["--config", level, "--config", "profile.prebuilt.lto='off'"];
    let arguments = [&arguments(target)[..], &settings].concat();
    let built = cross.build(target, target.machine(), Libc::Outside, &arguments)?;
    let file = archive(&cross, target, &[built], &cross.stage("c-check")?)?;
    Ok(attempt(&cross, target, &file)?.tests)
}

/// The compiler that users of a target have, or zig, which stands in for it; none where nothing could run.
fn compiler(cross: &Cross<'_>, target: &Target, kind: &str) -> Result<Option<Command>> {
    let mut command = match (target.name, kind) {
        ("linux-x64-gnu", _) => cross.workspace.command("gcc"),
        ("linux-arm64-gnu", _) => cross.workspace.command("aarch64-linux-gnu-gcc"),
        // Debian's GCC has glibc's unwinder, which static programs for musl can't use.
        ("linux-x64-musl", "shared") => cross.workspace.command("musl-gcc"),
        ("linux-arm64-musl", "shared") => return Ok(None),
        _ => cross.workspace.command(cross.linker(target.machine())?),
    };
    cross.cache(&mut command);
    Ok(Some(command))
}

/// What pkg-config says to a compiler.
fn flags(cross: &Cross<'_>, prefix: &Path, is_static: bool) -> Result<Vec<String>> {
    let mut command = cross.workspace.command("pkg-config");
    command.args(["--cflags", "--libs", "--dont-define-prefix"]);
    if is_static {
        command.arg("--static");
    }
    command.env("PKG_CONFIG_LIBDIR", prefix.join("lib/pkgconfig")).arg("mojo_audio");
    let flags = ask(&mut command).ok_or("pkg-config does not find mojo_audio")?;
    let library = |name: &str| prefix.join("lib").join(name);
    let archive = library("libmojo_audio.a").display().to_string();
    let import = Some(library("libmojo_audio.dll.a")).filter(|import| import.is_file());
    let flags = flags.split_whitespace().map(|flag| match (flag, &import) {
        ("-lmojo_audio", _) if is_static => archive.clone(),
        // zig would take the archive.
        ("-lmojo_audio", Some(import)) => import.display().to_string(),
        // zig has LLVM's unwinder.
        ("-lgcc_eh", _) => "-lunwind".to_string(),
        _ => flag.to_string(),
    });
    Ok(flags.chain(["-lm".to_string()]).collect())
}
