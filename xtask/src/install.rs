//! Installs the C library, and the C++ one where there is a compiler for it: shared and static, the
//! headers, what pkg-config and CMake need, and the licences. Removes what it has installed.

mod build;
pub mod cxx;
mod files;
mod packages;
mod places;
mod platform;
pub mod shared;

pub use build::{Build, cargo_home};
pub use files::Files;
pub use places::Places;
pub use platform::{IMPORT, Platform, System};

use crate::workspace::{Workspace, ask};
use crate::{Result, dist};
use files::Kind;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Installs the C library and the C++ library, their headers, pkg-config files and the CMake package
///
/// The variable DESTDIR is a folder that stands for the root of the system on which the files will be; packagers
/// fill it. `CC` and `CXX` name the compilers that link.
#[derive(clap::Args)]
pub struct Arguments {
    /// Where `lib`, `include` and `share` are, or are made; ~/.local if it is not given
    #[arg(long, value_name = "DIR")]
    prefix: Option<PathBuf>,

    /// The folder of the libraries, below the prefix unless it is a whole path; `lib` if it is not given
    #[arg(long, value_name = "DIR")]
    libdir: Option<PathBuf>,

    /// The folder of the headers, below the prefix unless it is a whole path; `include` if it is not given
    #[arg(long, value_name = "DIR")]
    includedir: Option<PathBuf>,

    /// The system to build for, as rustc names it; without it the one that cargo is set to
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,

    /// Leaves the C++ library out; it is left out too where it can't be built
    #[arg(long)]
    only_c: bool,
}

/// Removes what `install` has put below a prefix, and nothing else
#[derive(clap::Args)]
pub struct Removal {
    /// The prefix that it was installed to; ~/.local if it is not given
    #[arg(long, value_name = "DIR")]
    prefix: Option<PathBuf>,
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What puts the number of the binary interface into the library.
#[path = "../../capi/build.rs"]
#[expect(dead_code, reason = "the rest is the build script's")]
mod library;
pub use library::ABI;

const PACKAGE: &str = "mojo-audio-capi";

/// Where licences are, below the prefix.
const DOCUMENTS: &str = "share/doc/mojo-audio";

pub fn run_task(workspace: &Workspace, arguments: &Arguments) -> Result {
    let prefix = prefix(arguments.prefix.as_deref())?;
    let places = Places::new(&prefix, arguments.libdir.as_deref(), arguments.includedir.as_deref());
    let root = stage();
    let is_staged = root.is_some();
    let mut files = Files::below(root.map(std::path::absolute).transpose()?);
    let installed = install_all(workspace, &mut files, &places, arguments);
    // What was written before an error is to be removed, too. Whoever fills a DESTDIR keeps a list of their own.
    let recorded = if is_staged || files.is_empty() { Ok(()) } else { files.record(&prefix) };
    installed.and(recorded)?;
    for file in files.written() {
        println!("{}", file.display());
    }
    Ok(())
}

fn install_all(
    workspace: &Workspace,
    files: &mut Files,
    places: &Places,
    arguments: &Arguments,
) -> Result {
    let target = arguments.target.as_deref();
    let mut build = install_c(workspace, files, places, target)?;
    let mut package = PACKAGE;
    if !arguments.only_c && !workspace.path(cxx::FOLDER).is_dir() {
        eprintln!("the C++ library is left out: its source is not here");
    } else if !arguments.only_c {
        match cxx::compiler(workspace, &build) {
            Some(_) => {
                build = cxx::install(workspace, files, places, target, &build)?;
                package = cxx::PACKAGE;
            }
            None => eprintln!(
                "the C++ library is left out: it needs a C++ compiler for {}, and so far Linux",
                build.triple
            ),
        }
    }
    let notices = workspace.folder("install/notices")?;
    fs::remove_dir_all(&notices)?;
    let folders = build.folders();
    dist::notices::write_crates(workspace, &[build.triple.as_str()], package, &folders, &notices)?;
    if let Err(error) = dist::notices::write_standard_library(workspace, &notices) {
        eprintln!("the notices of Rust's standard library are left out: {error}");
    }
    for entry in fs::read_dir(&notices)? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default();
        files.put(&places.prefix.join(DOCUMENTS).join(name), &fs::read(&file)?, Kind::Data)?;
    }
    Ok(())
}

pub fn remove(arguments: &Removal) -> Result {
    if let Some(stage) = stage() {
        return Err(format!(
            "DESTDIR must not be set for uninstall, which removes from the system itself, got {}: install keeps no \
             list there",
            stage.display()
        )
        .into());
    }
    for file in files::remove(&prefix(arguments.prefix.as_deref())?)? {
        println!("{}", file.display());
    }
    Ok(())
}

/// The folder that stands for the root of the system, if there is one.
fn stage() -> Option<PathBuf> {
    env::var_os("DESTDIR").filter(|root| !root.is_empty()).map(PathBuf::from)
}

fn prefix(given: Option<&Path>) -> Result<PathBuf> {
    match (given, env::home_dir()) {
        (Some(prefix), _) => Ok(std::path::absolute(prefix)?),
        (None, Some(home)) => Ok(home.join(".local")),
        (None, None) => Err("there is no home folder: say where with --prefix".into()),
    }
}

/// Builds the C library and installs it below a folder.
pub fn install(workspace: &Workspace, prefix: &Path) -> Result<Build> {
    install_c(workspace, &mut Files::below(None), &Places::below(prefix), None)
}

fn install_c(
    workspace: &Workspace,
    files: &mut Files,
    places: &Places,
    target: Option<&str>,
) -> Result<Build> {
    let build = Build::run(workspace, PACKAGE, target, &[])?;
    let platform = build.platform;
    let names = platform.shared_names();
    let archive = build.file("libmojo_audio.a")?;
    let shared = workspace.folder("install")?.join(&names[0]);
    match (platform.system, &names[..]) {
        (System::Windows, _) => {
            return Err("only Unix systems have a prefix to install to; `cargo xtask dist c --target \
                        windows-x64` makes an archive"
                .into());
        }
        (System::Linux, [_, soname, ..]) => {
            let compiler = build.compiler(workspace, "CC", "cc").ok_or_else(|| {
                format!("no C compiler for {0}: set CC_{0} to one that links", build.triple)
            })?;
            link_by(workspace, &compiler, &platform, &archive, soname, ABI, &shared)?;
            strip(workspace, &compiler, &shared);
        }
        _ => {
            let linked = build.file(names.last().map_or("", String::as_str))?;
            fs::copy(&linked, &shared).map_err(|error| format!("{}: {error}", linked.display()))?;
            ask(workspace.command("strip").arg("-x").arg(&shared));
        }
    }
    lay_out(workspace, files, places, &platform, &Built { shared, archive, import: None })?;
    Ok(build)
}

/// The libraries of one platform, as they were built and stripped.
pub struct Built {
    pub shared: PathBuf,
    pub archive: PathBuf,
    /// What a linker reads in place of a DLL.
    pub import: Option<PathBuf>,
}

/// Installs the libraries, with the header and what pkg-config and CMake need.
pub fn lay_out(
    workspace: &Workspace,
    files: &mut Files,
    places: &Places,
    platform: &Platform,
    built: &Built,
) -> Result {
    let names = platform.shared_names();
    let read = |file: &Path| fs::read(file).map_err(|error| format!("{}: {error}", file.display()));
    let folder = places.shared(platform);
    files.put(&folder.join(&names[0]), &read(&built.shared)?, Kind::Shared)?;
    files.put(&places.lib.join("libmojo_audio.a"), &read(&built.archive)?, Kind::Data)?;
    if let Some(import) = &built.import {
        files.put(&places.lib.join(IMPORT), &read(import)?, Kind::Data)?;
    }
    let header = workspace.read("capi/include/mojo_audio.h")?;
    for (file, text) in [
        (places.include.join("mojo_audio.h"), header),
        (places.lib.join("pkgconfig/mojo_audio.pc"), packages::pkg_config(places, platform)),
        (places.cmake().join("mojo_audio-config.cmake"), packages::cmake_config(places, platform)),
        (places.cmake().join("mojo_audio-config-version.cmake"), packages::cmake_version()),
    ] {
        files.put(&file, text.as_bytes(), Kind::Data)?;
    }
    files.link(&places.lib, &names)
}

/// Links the shared C library by this machine's compiler.
pub fn link(workspace: &Workspace, archive: &Path, soname: &str, abi: u32, shared: &Path) -> Result {
    let compiler =
        shared::compiler(workspace, "CC", "cc").ok_or("there is no C compiler to link with")?;
    link_by(workspace, &compiler, &Platform::HOST, archive, soname, abi, shared)
}

/// Links the shared C library by a compiler for a Linux platform.
pub fn link_by(
    workspace: &Workspace,
    compiler: &str,
    platform: &Platform,
    archive: &Path,
    soname: &str,
    abi: u32,
    shared: &Path,
) -> Result {
    let version = shared::version(abi);
    let versions = [(version.as_str(), shared::C_FUNCTIONS)];
    let interface = shared::Interface { soname, versions: &versions, system: platform.libraries };
    shared::link(workspace, compiler, archive, &interface, shared)
}

/// Names of functions inside are of no use without the source. The compiler knows a `strip` that reads what it links.
fn strip(workspace: &Workspace, compiler: &str, shared: &Path) {
    let strip = ask(workspace.command(compiler).arg("-print-prog-name=strip"));
    let strip = strip.as_deref().map_or("strip", str::trim);
    ask(workspace.command(strip).arg("--strip-unneeded").arg(shared));
}

fn minor_and_patch() -> &'static str {
    VERSION.split_once('.').map_or(VERSION, |(_, rest)| rest)
}
