//! The installed library and the source tree, in every way of linking; and that a program holds one engine.

use super::Session;
use crate::Result;
use crate::languages::c::borders::Borders;
use crate::languages::c::{installing, same};
use crate::languages::checks::Checks;
use crate::workspace::{ask, run};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// A program that calls C++ and C is larger than one that calls C++ by no more than this. The engine is
/// six times as large.
const LARGEST_C_PART: u64 = 100 * 1024;

/// Stripped, the shared library is smaller than this: the C library, and 250 kB of classes.
const LARGEST: u64 = 1750 * 1000;

pub fn check(session: &Session<'_>, checks: &mut Checks) -> Result {
    interface(session, checks)?;
    null(session, checks)?;
    pkg_config(session, checks)?;
    one_engine(session, checks)?;
    packaging(session, checks)?;
    cmake(session, checks)
}

/// The library exports the C functions and what the classes call, and nothing of what it is made of.
fn interface(session: &Session<'_>, checks: &mut Checks) -> Result {
    let shared = session.prefix.join("lib/libmojo_audio_cxx.so");
    let exported = |library: &Path| -> Result<Vec<String>> {
        let mut nm = session.workspace.command("nm");
        nm.args(["-DC", "--defined-only", "--format=posix"]).arg(library);
        let symbols = ask(&mut nm).ok_or("nm can't read the library")?;
        Ok(symbols.lines().map(str::to_string).collect())
    };
    let name = |symbol: &String| symbol.split([' ', '(']).next().unwrap_or_default().to_string();
    // The versions themselves are symbols, too.
    let is_version = |name: &String| name.starts_with("MOJO_AUDIO_CXX_");
    let (cxx, c): (Vec<_>, Vec<_>) = exported(&shared)?
        .iter()
        .map(name)
        .filter(|name| !is_version(name))
        .partition(|name| name.starts_with("mojo_audio::detail::"));
    let library = session.prefix.join("lib/libmojo_audio.so");
    let of_c: Vec<_> = exported(&library)?.iter().map(name).collect();
    checks.check(
        "the library exports the C functions, and besides only what the classes call",
        if c == of_c && !cxx.is_empty() { Ok(()) } else { Err(format!("{c:?}").into()) },
    );
    let size = fs::metadata(&shared)?.len();
    let c_size = fs::metadata(&library)?.len();
    eprintln!("{}: {size} bytes; {}: {c_size} bytes", shared.display(), library.display());
    checks.check(
        "the stripped library is small",
        if size < LARGEST { Ok(()) } else { Err(format!("{size} bytes").into()) },
    );
    Ok(())
}

/// What packagers rely on, as in C: other folders, and no trace of this machine.
fn packaging(session: &Session<'_>, checks: &mut Checks) -> Result {
    let libraries = ["libmojo_audio_cxx.a", "libmojo_audio_cxx.so"];
    let libraries = libraries.map(|name| session.prefix.join("lib").join(name));
    checks.check(
        "the libraries name no folder of this machine",
        installing::name_no_folder(session.workspace, &libraries),
    );
    let prefix = session.folder.join("multiarch");
    let _ = fs::remove_dir_all(&prefix);
    let lib = prefix.join("lib/x86_64-linux-gnu");
    let mut install = session.workspace.command(env::current_exe()?);
    install.args(["install", "--libdir", "lib/x86_64-linux-gnu", "--prefix"]).arg(&prefix);
    let built = run(&mut install).and_then(|_| {
        let build = session.folder.join("cmake-multiarch");
        let _ = fs::remove_dir_all(&build);
        let mut configure = session.workspace.command("cmake");
        configure.arg("-S").arg(session.tests("cmake")).arg("-B").arg(&build).arg("-DWAY=package");
        let package = lib.join("cmake/mojo_audio");
        run(configure.arg(format!("-Dmojo_audio_DIR={}", package.display())))?;
        run(session.workspace.command("cmake").arg("--build").arg(&build))?;
        ran(session, &build.join("both"), true)
    });
    checks.check("installed to a multiarch folder, by CMake", built);
    let mut pkg_config = session.workspace.command("pkg-config");
    pkg_config.args(["--cflags", "--libs", "--static", "mojo_audio_cxx"]);
    pkg_config.env("PKG_CONFIG_PATH", lib.join("pkgconfig"));
    let flags = ask(&mut pkg_config).ok_or("pkg-config does not find mojo_audio_cxx")?;
    let flags: Vec<_> =
        ["-static"].into_iter().chain(flags.split_whitespace()).map(String::from).collect();
    checks.check("c++ -static with pkg-config", build(session, "both-all-static", true, &flags, true));
    Ok(())
}

/// The C functions of this library refuse NULL as those of the C library do.
fn null(session: &Session<'_>, checks: &mut Checks) -> Result {
    let Session { workspace, folder, prefix } = session;
    let borders = Borders { workspace, folder, prefix };
    checks.runner("null", &mut borders.null("", &["-lmojo_audio_cxx".as_ref()])?, &[]).map(drop)
}

fn flags(session: &Session<'_>, arguments: &[&str]) -> Result<Vec<String>> {
    let flags = ask(session.command("pkg-config").args(arguments).arg("mojo_audio_cxx"))
        .ok_or("pkg-config does not find mojo_audio_cxx")?;
    Ok(flags.split_whitespace().map(str::to_string).collect())
}

/// Links the program that calls both C++ and C, or C++ only, and runs it.
fn build(
    session: &Session<'_>,
    name: &str,
    has_c: bool,
    flags: &[String],
    is_static: bool,
) -> Result<PathBuf> {
    let program = session.folder.join(name);
    let object = session.folder.join("both-c.o");
    run(session.command("gcc").arg("-c").arg(session.tests("both.c")).arg("-o").arg(&object))?;
    let mut link = session.compiler("g++", "c++17");
    link.args(["-O2", "-Wl,--gc-sections", "-s"]).arg(session.tests("both.cc"));
    if has_c {
        link.arg(&object);
    } else {
        link.arg("-DONLY_CXX");
    }
    run(link.args(flags).arg("-o").arg(&program))?;
    ran(session, &program, is_static)?;
    Ok(program)
}

/// Runs a program; one that is linked statically without the library's folder.
fn ran(session: &Session<'_>, program: &Path, is_static: bool) -> Result {
    let mut command = session.workspace.command(program);
    if !is_static {
        command.env("LD_LIBRARY_PATH", session.prefix.join("lib"));
    }
    same(run(&mut command)?.trim_end(), "3000 3000")
}

/// The archive alone, with what else it needs, as `pkg-config --static` tells.
fn static_flags(session: &Session<'_>) -> Result<Vec<String>> {
    let mut flags = flags(session, &["--cflags", "--libs", "--static"])?;
    for flag in &mut flags {
        if flag == "-lmojo_audio_cxx" {
            *flag = "-l:libmojo_audio_cxx.a".into();
        }
    }
    Ok(flags)
}

fn pkg_config(session: &Session<'_>, checks: &mut Checks) -> Result {
    let version = flags(session, &["--modversion"])?.join(" ");
    checks.check("pkg-config tells the version", same(&version, env!("CARGO_PKG_VERSION")));
    let shared = flags(session, &["--cflags", "--libs"])?;
    checks.check("linked by pkg-config, shared", build(session, "both-shared", true, &shared, false));
    let archive = static_flags(session)?;
    checks.check("linked by pkg-config, static", build(session, "both-static", true, &archive, true));
    Ok(())
}

/// A program that calls the classes and the C functions holds the engine once.
fn one_engine(session: &Session<'_>, checks: &mut Checks) -> Result {
    let archive = static_flags(session)?;
    let size = |name: &str, has_c: bool| -> Result<u64> {
        Ok(fs::metadata(build(session, name, has_c, &archive, true)?)?.len())
    };
    let (one, both) = (size("one-engine-cxx", false)?, size("one-engine-both", true)?);
    eprintln!("static and stripped: {one} bytes with C++, {both} bytes with C++ and C");
    checks.check(
        "C++ and C in one static program share the engine",
        if both < one + LARGEST_C_PART { Ok(()) } else { Err(format!("{one}, {both}").into()) },
    );
    let shared = session.folder.join("both-shared");
    needs_one(session, checks, &shared)
}

/// A program with the shared library looks for that alone.
fn needs_one(session: &Session<'_>, checks: &mut Checks, program: &Path) -> Result {
    let sections = ask(session.workspace.command("objdump").arg("-p").arg(program))
        .ok_or("objdump can't read the program")?;
    let needed: Vec<_> = sections
        .lines()
        .filter_map(|line| line.trim().strip_prefix("NEEDED"))
        .map(str::trim)
        .filter(|name| name.contains("mojo_audio"))
        .collect();
    let program = program.strip_prefix(&session.folder).unwrap_or(program).display();
    checks.check(
        &format!("{program}: C++ and C in one library"),
        same(&needed.join(" "), "libmojo_audio_cxx.so.0.1"),
    );
    Ok(())
}

/// The installed package and the source tree, both by the same project.
fn cmake(session: &Session<'_>, checks: &mut Checks) -> Result {
    for way in ["package", "subdirectory", "fetch"] {
        let build = session.folder.join(format!("cmake-{way}"));
        let _ = fs::remove_dir_all(&build);
        // Without the folders of the installed library: build scripts run again where the variables for them change.
        let mut configure = session.workspace.command("cmake");
        configure.arg("-S").arg(session.tests("cmake")).arg("-B").arg(&build);
        configure.args(["-DCMAKE_BUILD_TYPE=Release", &format!("-DWAY={way}")]);
        configure.arg(format!("-DCMAKE_PREFIX_PATH={}", session.prefix.display()));
        configure.arg(format!("-DSOURCE={}", session.workspace.path("").display()));
        // Where it is built already.
        configure.arg(format!("-DMOJO_AUDIO_TARGET_DIR={}", session.workspace.target().display()));
        let built = run(&mut configure)
            .and_then(|_| run(session.workspace.command("cmake").arg("--build").arg(&build)));
        checks.check(&format!("CMake, {way}"), built);
        for (program, is_static) in [("both", way != "package"), ("both_static", true)] {
            let result = ran(session, &build.join(program), is_static);
            checks.check(&format!("CMake, {way}: {program}"), result);
        }
        if way == "package" {
            needs_one(session, checks, &build.join("both"))?;
        }
    }
    without_component(session, checks)
}

/// A package that was installed without C++ says so.
fn without_component(session: &Session<'_>, checks: &mut Checks) -> Result {
    let prefix = session.folder.join("only-c");
    let _ = fs::remove_dir_all(&prefix);
    let package = "lib/cmake/mojo_audio";
    fs::create_dir_all(prefix.join(package))?;
    let file = format!("{package}/mojo_audio-config.cmake");
    fs::copy(session.prefix.join(&file), prefix.join(&file))?;
    let mut configure = session.command("cmake");
    configure.arg("-S").arg(session.tests("cmake")).arg("-B").arg(session.folder.join("cmake-only-c"));
    configure.args(["--fresh", "-DWAY=package"]);
    configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
    let printed = crate::workspace::show(&mut configure)?;
    checks.check(
        "CMake is told that the component is missing",
        if !printed.status.success() && printed.text.contains("was installed without cxx") {
            Ok(())
        } else {
            Err(printed.text.into())
        },
    );
    Ok(())
}
