//! Installs the C++ library: the classes and the C functions over one engine.

use super::shared::{self, Interface};
use super::{ABI, Platform, VERSION, link_names, minor_and_patch, put, strip};
use crate::Result;
use crate::workspace::{Workspace, run};
use std::fs;
use std::path::{Path, PathBuf};

/// What the classes are made of, as a linker's script names it.
const CLASSES: &str = "extern \"C++\" { mojo_audio::detail::*; };";

/// The C++ compiler, if there is one. None but on Linux: how the shared library is linked elsewhere has
/// not been tried.
pub fn compiler(workspace: &Workspace) -> Option<String> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    shared::compiler(workspace, "CXX", "c++")
}

/// Builds the library and installs it below a folder in which the C library is; gives the files.
pub fn install(workspace: &Workspace, prefix: &Path) -> Result<Vec<PathBuf>> {
    let compiler = compiler(workspace).ok_or("there is no C++ compiler, or this is not Linux")?;
    let build = ["build", "--locked", "--release", "--package", "mojo-audio-cxx-library"];
    run(workspace.cargo().args(build).env("CXX", &compiler))?;
    let archive = workspace.target().join("release/libmojo_audio_cxx_library.a");
    let lib = prefix.join("lib");
    let mut files = Vec::new();
    put(&mut files, lib.join("libmojo_audio_cxx.a"), &fs::read(&archive)?)?;
    for header in headers(workspace)? {
        let text = workspace.read(&format!("cxx-bindings/include/{header}"))?;
        put(&mut files, prefix.join("include").join(header), text.as_bytes())?;
    }
    put(&mut files, lib.join("pkgconfig/mojo_audio_cxx.pc"), pkg_config().as_bytes())?;

    let names = shared_names();
    let [real, soname, _] = &names;
    let shared = workspace.folder("install")?.join(real);
    // The C functions have the version that they have in the C library: they are the same.
    let (c, classes) = (shared::version(ABI), format!("MOJO_AUDIO_CXX_{}", series()));
    let versions = [(c.as_str(), shared::C_FUNCTIONS), (classes.as_str(), CLASSES)];
    let system = Platform::HOST.libraries;
    let interface = Interface { soname, versions: &versions, system };
    shared::link(workspace, &compiler, &archive, &interface, &shared)?;
    let shared = put(&mut files, lib.join(real), &fs::read(shared)?)?;
    strip(workspace, &shared);
    link_names(&mut files, &lib, &names)?;
    let cmake = lib.join("cmake/mojo_audio/mojo_audio-cxx.cmake");
    put(&mut files, cmake, cmake_targets(real, soname).as_bytes())?;
    Ok(files)
}

/// The headers, relative to the folder that programs include from.
pub fn headers(workspace: &Workspace) -> Result<Vec<String>> {
    let mut headers = vec!["mojo_audio.hpp".to_string()];
    for entry in fs::read_dir(workspace.path("cxx-bindings/include/mojo_audio"))? {
        headers.push(format!("mojo_audio/{}", entry?.file_name().to_string_lossy()));
    }
    headers.sort();
    Ok(headers)
}

/// Before 1.0 a minor version may bring options, and so another `MelConfig`: the name that programs look
/// for carries both numbers.
fn shared_names() -> [String; 3] {
    let so = "libmojo_audio_cxx.so";
    [format!("{so}.{VERSION}"), format!("{so}.{}", series()), so.into()]
}

fn series() -> String {
    let (major, minor) = (VERSION.split('.').next(), minor_and_patch().split('.').next());
    format!("{}.{}", major.unwrap_or("0"), minor.unwrap_or("0"))
}

fn pkg_config() -> String {
    format!(
        "prefix=${{pcfiledir}}/../..
libdir=${{prefix}}/lib
includedir=${{prefix}}/include

Name: mojo_audio_cxx
Description: Mel spectrograms in C++; has the functions of mojo_audio too
Version: {VERSION}
Cflags: -I${{includedir}}
Libs: -L${{libdir}} -lmojo_audio_cxx
Libs.private: -lstdc++ {}
",
        Platform::HOST.libraries
    )
}

fn cmake_targets(real: &str, soname: &str) -> String {
    format!(
        "# Targets of the component cxx.
get_filename_component(_mojo_audio_prefix \"${{CMAKE_CURRENT_LIST_DIR}}/../../..\" ABSOLUTE)

if(NOT TARGET mojo_audio::cxx)
  add_library(mojo_audio::cxx SHARED IMPORTED)
  set_target_properties(mojo_audio::cxx PROPERTIES
    IMPORTED_LOCATION \"${{_mojo_audio_prefix}}/lib/{real}\"
    IMPORTED_SONAME \"{soname}\"
    INTERFACE_COMPILE_FEATURES cxx_std_17
    INTERFACE_INCLUDE_DIRECTORIES \"${{_mojo_audio_prefix}}/include\")
  add_library(mojo_audio::cxx_static STATIC IMPORTED)
  set_target_properties(mojo_audio::cxx_static PROPERTIES
    IMPORTED_LOCATION \"${{_mojo_audio_prefix}}/lib/libmojo_audio_cxx.a\"
    IMPORTED_LINK_INTERFACE_LANGUAGES CXX
    INTERFACE_COMPILE_FEATURES cxx_std_17
    INTERFACE_INCLUDE_DIRECTORIES \"${{_mojo_audio_prefix}}/include\"
    INTERFACE_LINK_LIBRARIES \"{}\")
endif()

unset(_mojo_audio_prefix)
",
        Platform::HOST.cmake_libraries()
    )
}
