//! Installs the C library, and the C++ one where there is a compiler for it: shared and static, the
//! headers, and what pkg-config and CMake need.

pub mod cxx;
mod platform;
pub mod shared;

pub use platform::{IMPORT, Platform, System};

use crate::Result;
use crate::workspace::{Workspace, ask, run};
use std::fs;
use std::path::{Path, PathBuf};

/// Installs the C library and the C++ library, their headers, pkg-config files and the CMake package
#[derive(clap::Args)]
pub struct Arguments {
    /// Where `lib` and `include` are, or are made; ~/.local if it is not given
    #[arg(long, value_name = "DIR")]
    prefix: Option<PathBuf>,

    /// Leaves the C++ library out; it is left out too where it can't be built
    #[arg(long)]
    only_c: bool,
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The number of the binary interface, as capi/build.rs puts it into the library.
pub const ABI: u32 = 0;

pub fn run_task(workspace: &Workspace, arguments: &Arguments) -> Result {
    let prefix = match (&arguments.prefix, std::env::home_dir()) {
        (Some(prefix), _) => std::path::absolute(prefix)?,
        (None, Some(home)) => home.join(".local"),
        (None, None) => return Err("there is no home folder: say where with --prefix".into()),
    };
    let mut files = install(workspace, &prefix)?;
    match cxx::compiler(workspace) {
        _ if arguments.only_c => {}
        Some(_) => files.extend(cxx::install(workspace, &prefix)?),
        None => eprintln!("the C++ library is left out: it needs a C++ compiler, and so far Linux"),
    }
    for file in files {
        println!("{}", file.display());
    }
    Ok(())
}

/// Builds the library and installs it below a folder; gives the files.
pub fn install(workspace: &Workspace, prefix: &Path) -> Result<Vec<PathBuf>> {
    let build = ["build", "--locked", "--release", "--package", "mojo-audio-capi"];
    run(workspace.cargo().args(build))?;
    let built = workspace.target().join("release");
    let platform = Platform::HOST;
    let names = platform.shared_names();
    let archive = built.join("libmojo_audio.a");
    let shared = workspace.folder("install")?.join(&names[0]);
    match (platform.system, &names[..]) {
        (System::Windows, _) => return Err("only Unix systems have a prefix to install to".into()),
        (System::Linux, [_, soname, ..]) => link(workspace, &archive, soname, ABI, &shared)?,
        (_, names) => {
            let linked = built.join(names.last().map_or("", String::as_str));
            fs::copy(&linked, &shared).map_err(|error| format!("{}: {error}", linked.display()))?;
        }
    }
    strip(workspace, &shared);
    lay_out(workspace, prefix, &platform, &Built { shared, archive, import: None })
}

/// The libraries of one platform, as they were built and stripped.
pub struct Built {
    pub shared: PathBuf,
    pub archive: PathBuf,
    /// What a linker reads in place of a DLL.
    pub import: Option<PathBuf>,
}

/// Puts the libraries below a folder, with the header and what pkg-config and CMake need; gives the files.
pub fn lay_out(
    workspace: &Workspace,
    prefix: &Path,
    platform: &Platform,
    built: &Built,
) -> Result<Vec<PathBuf>> {
    let lib = prefix.join("lib");
    let names = platform.shared_names();
    let mut files = Vec::new();
    let read = |file: &Path| fs::read(file).map_err(|error| format!("{}: {error}", file.display()));
    let folder = prefix.join(platform.shared_folder());
    put(&mut files, folder.join(&names[0]), &read(&built.shared)?)?;
    put(&mut files, lib.join("libmojo_audio.a"), &read(&built.archive)?)?;
    if let Some(import) = &built.import {
        put(&mut files, lib.join(IMPORT), &read(import)?)?;
    }
    let header = workspace.read("capi/include/mojo_audio.h")?;
    put(&mut files, prefix.join("include/mojo_audio.h"), header.as_bytes())?;
    put(&mut files, lib.join("pkgconfig/mojo_audio.pc"), pkg_config(platform).as_bytes())?;
    let cmake = lib.join("cmake/mojo_audio");
    put(&mut files, cmake.join("mojo_audio-config.cmake"), cmake_config(platform).as_bytes())?;
    put(&mut files, cmake.join("mojo_audio-config-version.cmake"), cmake_version().as_bytes())?;
    link_names(&mut files, &lib, &names)?;
    Ok(files)
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

/// Writes a file, and notes it.
fn put(files: &mut Vec<PathBuf>, file: PathBuf, bytes: &[u8]) -> Result<PathBuf> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    // A new file, not new bytes in the old one: programs that run with that keep it.
    let _ = fs::remove_file(&file);
    fs::write(&file, bytes).map_err(|error| format!("{}: {error}", file.display()))?;
    files.push(file.clone());
    Ok(file)
}

/// Names of functions inside are of no use without the source.
fn strip(workspace: &Workspace, shared: &Path) {
    let mut strip = workspace.command("strip");
    ask(strip.arg(if cfg!(target_os = "macos") { "-x" } else { "--strip-unneeded" }).arg(shared));
}

/// Makes the symbolic links that lead to a shared library: each name after the first to the one before it.
fn link_names(files: &mut Vec<PathBuf>, lib: &Path, names: &[String]) -> Result {
    for (target, name) in names.iter().zip(names.iter().skip(1)) {
        let link = lib.join(name);
        let _ = fs::remove_file(&link);
        symlink(target, &link)?;
        files.push(link);
    }
    Ok(())
}

fn minor_and_patch() -> &'static str {
    VERSION.split_once('.').map_or(VERSION, |(_, rest)| rest)
}

#[cfg(unix)]
fn symlink(target: &str, link: &Path) -> Result {
    Ok(std::os::unix::fs::symlink(target, link)
        .map_err(|error| format!("{}: {error}", link.display()))?)
}

#[cfg(not(unix))]
fn symlink(_: &str, link: &Path) -> Result {
    Err(format!("{}: no symbolic links here", link.display()).into())
}

fn pkg_config(platform: &Platform) -> String {
    format!(
        "prefix=${{pcfiledir}}/../..
libdir=${{prefix}}/lib
includedir=${{prefix}}/include

Name: mojo_audio
Description: Mel spectrograms equal to those that speech models are trained with
Version: {VERSION}
Cflags: -I${{includedir}}
Libs: -L${{libdir}} -lmojo_audio
Libs.private: {}
",
        platform.libraries
    )
}

fn cmake_config(platform: &Platform) -> String {
    let names = platform.shared_names();
    // The name that programs look for, where it is not the file's own.
    let place = match &names[..] {
        [_, soname, ..] => format!("IMPORTED_SONAME \"{soname}\""),
        _ => format!("IMPORTED_IMPLIB \"${{_mojo_audio_prefix}}/lib/{IMPORT}\""),
    };
    format!(
        "# Targets: mojo_audio::mojo_audio (shared), mojo_audio::mojo_audio_static.
#
# The component cxx adds mojo_audio::cxx (shared) and mojo_audio::cxx_static. These have the C functions
# too, so the C targets lead to them then: what is linked holds one engine.
include(\"${{CMAKE_CURRENT_LIST_DIR}}/mojo_audio-cxx.cmake\" OPTIONAL)
foreach(_mojo_audio_component IN LISTS mojo_audio_FIND_COMPONENTS)
  if(TARGET mojo_audio::${{_mojo_audio_component}})
    set(mojo_audio_${{_mojo_audio_component}}_FOUND TRUE)
  elseif(mojo_audio_FIND_REQUIRED_${{_mojo_audio_component}})
    set(mojo_audio_FOUND FALSE)
    set(mojo_audio_NOT_FOUND_MESSAGE \"mojo_audio was installed without ${{_mojo_audio_component}}\")
    return()
  endif()
endforeach()
unset(_mojo_audio_component)

get_filename_component(_mojo_audio_prefix \"${{CMAKE_CURRENT_LIST_DIR}}/../../..\" ABSOLUTE)

if(NOT TARGET mojo_audio::mojo_audio AND \"cxx\" IN_LIST mojo_audio_FIND_COMPONENTS)
  add_library(mojo_audio::mojo_audio INTERFACE IMPORTED)
  target_link_libraries(mojo_audio::mojo_audio INTERFACE mojo_audio::cxx)
  add_library(mojo_audio::mojo_audio_static INTERFACE IMPORTED)
  target_link_libraries(mojo_audio::mojo_audio_static INTERFACE mojo_audio::cxx_static)
elseif(NOT TARGET mojo_audio::mojo_audio)
  add_library(mojo_audio::mojo_audio SHARED IMPORTED)
  set_target_properties(mojo_audio::mojo_audio PROPERTIES
    IMPORTED_LOCATION \"${{_mojo_audio_prefix}}/{folder}/{real}\"
    {place}
    INTERFACE_INCLUDE_DIRECTORIES \"${{_mojo_audio_prefix}}/include\")
  add_library(mojo_audio::mojo_audio_static STATIC IMPORTED)
  set_target_properties(mojo_audio::mojo_audio_static PROPERTIES
    IMPORTED_LOCATION \"${{_mojo_audio_prefix}}/lib/libmojo_audio.a\"
    INTERFACE_INCLUDE_DIRECTORIES \"${{_mojo_audio_prefix}}/include\"
    INTERFACE_LINK_LIBRARIES \"{}\")
endif()

unset(_mojo_audio_prefix)
",
        platform.cmake_libraries(),
        folder = platform.shared_folder(),
        real = names[0],
    )
}

/// Before 1.0 a minor version may change anything, so only the same one is compatible.
fn cmake_version() -> String {
    format!(
        "set(PACKAGE_VERSION \"{VERSION}\")
set(_mojo_audio_wanted \"${{PACKAGE_FIND_VERSION_MAJOR}}.${{PACKAGE_FIND_VERSION_MINOR}}\")
if(PACKAGE_FIND_VERSION_COUNT LESS 2)
  set(_mojo_audio_wanted \"${{PACKAGE_FIND_VERSION_MAJOR}}.{minor}\")
endif()
if(\"{series}\" STREQUAL _mojo_audio_wanted AND NOT PACKAGE_VERSION VERSION_LESS PACKAGE_FIND_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
else()
  set(PACKAGE_VERSION_COMPATIBLE FALSE)
endif()
if(PACKAGE_VERSION VERSION_EQUAL PACKAGE_FIND_VERSION)
  set(PACKAGE_VERSION_EXACT TRUE)
endif()
unset(_mojo_audio_wanted)
",
        series = VERSION.rsplit_once('.').map_or(VERSION, |(series, _)| series),
        minor = minor_and_patch().split('.').next().unwrap_or("0"),
    )
}
