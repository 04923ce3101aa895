//! What packagers rely on: the folders that they choose, a folder that stands for the root, a target that cargo is set
//! to, and that what was installed can be moved and removed. And the source tree in a project that has only C.

use super::super::checks::Checks;
use super::{Session, same};
use crate::workspace::{Workspace, ask, host, run, show};
use crate::{Result, install};
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders of Debian and of a packager with a mind of their own.
const LIB: &str = "lib/x86_64-linux-gnu";
const INCLUDE: &str = "include/mojo-audio-0";

const SHAPE: &str = "Shape: (80, 3000)";

pub(super) fn check(session: &Session<'_>, checks: &mut Checks) -> Result {
    let staged = session.folder.join("staged");
    checks.check(
        "install honours CARGO_BUILD_TARGET, DESTDIR, --libdir and --includedir",
        stage(session, &staged).and_then(|()| same_files(&staged, STAGED)),
    );
    let prefix = staged.join("opt/mojo");
    checks.check("others can read what was installed", modes(&prefix));
    let include = prefix.join(INCLUDE);
    checks.check("pkg-config in other folders", by_pkg_config(session, &prefix, &include));
    checks.check("CMake in other folders", by_cmake(session, &prefix));

    let moved = session.folder.join("multiarch");
    checks.check("the libraries are moved as Debian does", move_libraries(session, &moved));
    checks.check(
        "pkg-config in a multiarch folder",
        by_pkg_config(session, &moved, &moved.join("include")),
    );
    checks.check("CMake in a multiarch folder", by_cmake(session, &moved));

    checks.check("uninstall removes what was installed, and nothing else", removal(session));
    checks.check("cc -static with pkg-config", all_static(session));
    let libraries =
        ["libmojo_audio.a", "libmojo_audio.so"].map(|name| session.prefix.join("lib").join(name));
    checks.check(
        "the libraries name no folder of this machine",
        name_no_folder(session.workspace, &libraries),
    );
    let own = name_no_folder(session.workspace, &[env::current_exe()?]);
    checks.check(
        "a program that names one is found",
        if own.is_err() { Ok(()) } else { Err("this program names its source".into()) },
    );
    for way in ["subdirectory", "fetch"] {
        checks.check(&format!("CMake from source in a project in C, {way}"), from_source(session, way));
    }
    Ok(())
}

/// What is below DESTDIR. The notices of the standard library are not with every distribution's Rust.
const STAGED: &[&str] = &[
    "opt/mojo/include/mojo-audio-0/mojo_audio.h",
    "opt/mojo/lib/x86_64-linux-gnu/cmake/mojo_audio/mojo_audio-config-version.cmake",
    "opt/mojo/lib/x86_64-linux-gnu/cmake/mojo_audio/mojo_audio-config.cmake",
    "opt/mojo/lib/x86_64-linux-gnu/libmojo_audio.a",
    "opt/mojo/lib/x86_64-linux-gnu/libmojo_audio.so",
    "opt/mojo/lib/x86_64-linux-gnu/libmojo_audio.so.0",
    concat!("opt/mojo/lib/x86_64-linux-gnu/libmojo_audio.so.", env!("CARGO_PKG_VERSION")),
    "opt/mojo/lib/x86_64-linux-gnu/pkgconfig/mojo_audio.pc",
    "opt/mojo/share/doc/mojo-audio/LICENSE-APACHE",
    "opt/mojo/share/doc/mojo-audio/LICENSE-MIT",
    "opt/mojo/share/doc/mojo-audio/THIRD-PARTY.txt",
];

/// `cargo xtask`, as a user runs it.
fn xtask(session: &Session<'_>, arguments: &[&str]) -> Result<Command> {
    let mut command = session.workspace.command(env::current_exe()?);
    command.args(arguments);
    Ok(command)
}

/// Installs below a folder that stands for the root, with a mask that hides files from others, while cargo is set to a
/// target and an old library is where it builds without one.
fn stage(session: &Session<'_>, staged: &Path) -> Result {
    let target = session.folder.join("named-target");
    fs::create_dir_all(target.join("release"))?;
    fs::write(target.join("release/libmojo_audio.a"), "old")?;
    let _ = fs::remove_dir_all(staged);
    let mut command = session.workspace.command("sh");
    command.args(["-c", "umask 077; exec \"$0\" \"$@\""]).arg(env::current_exe()?);
    command.args(["install", "--only-c", "--prefix", "/opt/mojo"]);
    command.args(["--libdir", LIB, "--includedir", INCLUDE]);
    command.env("DESTDIR", staged).env("CARGO_BUILD_TARGET", host(session.workspace)?);
    command.env("CARGO_TARGET_DIR", &target);
    // How fast it computes is no matter here.
    command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").env("CARGO_PROFILE_RELEASE_LTO", "off");
    run(&mut command).map(drop)
}

fn same_files(folder: &Path, expected: &[&str]) -> Result {
    let mut found = BTreeSet::new();
    list(folder, folder, &mut found)?;
    found.retain(|name| !name.ends_with('/') && !name.ends_with("/RUST-STANDARD-LIBRARY.html"));
    let expected: BTreeSet<_> = expected.iter().map(ToString::to_string).collect();
    if found == expected {
        return Ok(());
    }
    Err(format!("expected {expected:#?}, got {found:#?}").into())
}

/// The names of files and folders, which end in `/`.
fn list(root: &Path, folder: &Path, names: &mut BTreeSet<String>) -> Result {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.strip_prefix(root)?.display().to_string();
        if path.is_dir() && !path.is_symlink() {
            names.insert(format!("{name}/"));
            list(root, &path, names)?;
        } else {
            names.insert(name);
        }
    }
    Ok(())
}

fn modes(prefix: &Path) -> Result {
    let library = format!("{LIB}/libmojo_audio.so.{}", env!("CARGO_PKG_VERSION"));
    // Debian's policy wants no such bit, others' tools do.
    let shared = if Path::new("/etc/debian_version").exists() { "644" } else { "755" };
    let archive = format!("{LIB}/libmojo_audio.a");
    for (file, mode) in [(library.as_str(), shared), (&archive, "644"), (INCLUDE, "755"), ("", "755")] {
        let found = ask(Command::new("stat").args(["-c", "%a"]).arg(prefix.join(file)));
        same(found.unwrap_or_default().trim(), mode).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(())
}

/// Compiles the guide's program by what pkg-config says of the libraries in [`LIB`], and runs it. The compiler finds
/// headers in a folder as it does those of the system.
fn by_pkg_config(session: &Session<'_>, prefix: &Path, include: &Path) -> Result {
    let lib = prefix.join(LIB);
    let mut command = session.workspace.command("pkg-config");
    command.args(["--cflags", "--libs", "mojo_audio"]);
    let flags = ask(command.env("PKG_CONFIG_PATH", lib.join("pkgconfig")));
    let flags = flags.ok_or("pkg-config does not find mojo_audio")?;
    let program = session.folder.join("packaged");
    let _ = fs::remove_file(&program);
    let mut gcc = session.workspace.command("gcc");
    gcc.arg(session.tests("guide/demo.c")).args(flags.split_whitespace()).arg("-o").arg(&program);
    if include.ends_with("include") {
        gcc.env("C_INCLUDE_PATH", include);
    }
    run(&mut gcc)?;
    let mut program = session.workspace.command(&program);
    same(run(program.env("LD_LIBRARY_PATH", lib))?.trim_end(), SHAPE)
}

/// Builds and runs the guide's program by the CMake package in [`LIB`].
fn by_cmake(session: &Session<'_>, prefix: &Path) -> Result {
    let build = session.folder.join("cmake-packaged");
    let _ = fs::remove_dir_all(&build);
    let mut configure = session.workspace.command("cmake");
    configure.arg("-S").arg(session.tests("cmake")).arg("-B").arg(&build);
    let package = prefix.join(LIB).join("cmake/mojo_audio");
    configure.arg(format!("-Dmojo_audio_DIR={}", package.display()));
    run(&mut configure)?;
    run(session.workspace.command("cmake").arg("--build").arg(&build))?;
    for program in ["demo_shared", "demo_static"] {
        same(run(&mut session.workspace.command(build.join(program)))?.trim_end(), SHAPE)?;
    }
    Ok(())
}

/// Moves all libraries of an installation into a folder for one kind of processor.
fn move_libraries(session: &Session<'_>, moved: &Path) -> Result {
    let _ = fs::remove_dir_all(moved);
    run(session.workspace.command("cp").arg("-a").arg(&session.prefix).arg(moved))?;
    fs::rename(moved.join("lib"), moved.join("all"))?;
    fs::create_dir(moved.join("lib"))?;
    Ok(fs::rename(moved.join("all"), moved.join(LIB))?)
}

/// Installs into a folder that has files of others, some of which are put there later, and removes it again.
fn removal(session: &Session<'_>) -> Result {
    let prefix = session.folder.join("removed");
    let _ = fs::remove_dir_all(&prefix);
    for folder in ["lib/cmake", "share/doc"] {
        fs::create_dir_all(prefix.join(folder))?;
    }
    fs::write(prefix.join("lib/libother.so"), "")?;
    let before = names(&prefix)?;
    let named = prefix.display().to_string();
    // No folder can be made in a file; what was written before is removed, too.
    fs::write(prefix.join("taken"), "")?;
    let options = ["install", "--only-c", "--includedir", "taken/include", "--prefix", &named];
    let failed = show(&mut xtask(session, &options)?)?;
    if failed.status.success() || names(&prefix)?.len() < before.len() + 3 {
        return Err(format!("with a file as --includedir: {}", failed.text).into());
    }
    run(&mut xtask(session, &["uninstall", "--prefix", &named])?)?;
    fs::remove_file(prefix.join("taken"))?;
    if names(&prefix)? != before {
        return Err(format!("after an error: {:#?}", names(&prefix)?).into());
    }
    // A second time is what an update does.
    for _ in 0..2 {
        run(&mut xtask(session, &["install", "--only-c", "--prefix", &named])?)?;
    }
    let during = names(&prefix)?;
    if !during.contains("lib/libmojo_audio.so.0") {
        return Err(format!("not installed: {during:#?}").into());
    }
    fs::write(prefix.join("lib/pkgconfig/other.pc"), "")?;
    let staged =
        show(xtask(session, &["uninstall", "--prefix", &named])?.env("DESTDIR", &session.folder))?;
    if staged.status.success() || names(&prefix)?.len() != during.len() + 1 {
        return Err(format!("with DESTDIR: {}", staged.text).into());
    }
    run(&mut xtask(session, &["uninstall", "--prefix", &named])?)?;
    let mut expected = before;
    expected.extend(["lib/pkgconfig/", "lib/pkgconfig/other.pc"].map(String::from));
    let after = names(&prefix)?;
    if after != expected {
        return Err(format!("expected {expected:#?}, got {after:#?}").into());
    }
    let again = show(&mut xtask(session, &["uninstall", "--prefix", &named])?)?;
    if again.status.success() || !again.text.contains("nothing is known to be installed") {
        return Err(format!("a second time: {}", again.text).into());
    }
    Ok(())
}

fn names(folder: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    list(folder, folder, &mut names)?;
    Ok(names)
}

/// A program without any shared library.
fn all_static(session: &Session<'_>) -> Result {
    let flags =
        ask(session.command("pkg-config").args(["--static", "--cflags", "--libs", "mojo_audio"]));
    let flags = flags.ok_or("pkg-config does not find mojo_audio")?;
    let program = session.folder.join("all-static");
    let mut gcc = session.workspace.command("gcc");
    gcc.arg("-static").arg(session.tests("guide/demo.c")).args(flags.split_whitespace());
    run(gcc.arg("-o").arg(&program))?;
    let sections = ask(Command::new("readelf").arg("-d").arg(&program)).unwrap_or_default();
    if sections.contains("NEEDED") {
        return Err(sections.into());
    }
    same(run(&mut session.workspace.command(&program))?.trim_end(), SHAPE)
}

/// Fails if a file has the path of the checkout or of cargo's folder.
pub fn name_no_folder(workspace: &Workspace, files: &[PathBuf]) -> Result {
    let home = install::cargo_home()?;
    for file in files {
        fs::metadata(file).map_err(|error| format!("{}: {error}", file.display()))?;
        for folder in [workspace.path("."), home.clone()] {
            let folder: PathBuf = folder.components().collect();
            let mut grep = Command::new("grep");
            grep.args(["--text", "--only-matching", "--fixed-strings"]).arg(&folder).arg(file);
            if let Some(found) = ask(&mut grep) {
                let times = found.lines().count();
                let (file, folder) = (file.display(), folder.display());
                return Err(format!("{file} has {folder} {times} times").into());
            }
        }
    }
    Ok(())
}

/// Builds the source tree in a project without C++.
fn from_source(session: &Session<'_>, way: &str) -> Result {
    let build = session.folder.join(format!("cmake-{way}"));
    let _ = fs::remove_dir_all(&build);
    let mut configure = session.workspace.command("cmake");
    configure.arg("-S").arg(session.tests("cmake/source")).arg("-B").arg(&build);
    configure.arg(format!("-DWAY={way}"));
    configure.arg(format!("-DSOURCE={}", session.workspace.path("").display()));
    // Where it is built already.
    configure.arg(format!("-DMOJO_AUDIO_TARGET_DIR={}", session.workspace.target().display()));
    run(&mut configure)?;
    run(session.workspace.command("cmake").arg("--build").arg(&build))?;
    same(run(&mut session.workspace.command(build.join("demo")))?.trim_end(), SHAPE)
}
