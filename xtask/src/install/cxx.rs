//! Installs the C++ library: the classes and the C functions over one engine.

use super::build::cxx_flags;
use super::files::{Files, Kind};
use super::shared::{self, Interface};
use super::{ABI, Build, Places, Platform, System, VERSION, minor_and_patch, packages, strip};
use crate::Result;
use crate::workspace::Workspace;
use std::fs;
use std::path::Path;

/// The folder of its source, which a release of the C library's source does not have.
pub const FOLDER: &str = "cxx-bindings";

pub const PACKAGE: &str = "mojo-audio-cxx-library";

/// What the classes are made of, as a linker's script names it.
const CLASSES: &str = "extern \"C++\" { mojo_audio::detail::*; };";

/// The C++ compiler for the system that the C library was built for, if there is one. None but for Linux: how the
/// shared library is linked elsewhere has not been tried.
pub fn compiler(workspace: &Workspace, build: &Build) -> Option<String> {
    if build.platform.system != System::Linux {
        return None;
    }
    build.compiler(workspace, "CXX", "c++")
}

/// The C++ compiler for this machine.
pub fn own_compiler(workspace: &Workspace) -> Option<String> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    shared::compiler(workspace, "CXX", "c++")
}

/// Builds the library and installs it below a folder in which the C library is.
pub fn install_below(workspace: &Workspace, prefix: &Path, c: &Build) -> Result {
    install(workspace, &mut Files::below(None), &Places::below(prefix), None, c).map(drop)
}

/// Builds the library and installs it where the C library, which was built before, is.
pub fn install(
    workspace: &Workspace,
    files: &mut Files,
    places: &Places,
    target: Option<&str>,
    c: &Build,
) -> Result<Build> {
    let compiler =
        compiler(workspace, c).ok_or("there is no C++ compiler, or the system is not Linux")?;
    let (variable, flags) = (c.variable(workspace, "CXX"), cxx_flags(workspace)?);
    let environment = [(variable.as_str(), compiler.as_str()), ("CXXFLAGS", &flags)];
    let build = Build::run(workspace, PACKAGE, target, &environment)?;
    let archive = build.file("libmojo_audio_cxx_library.a")?;
    files.put(&places.lib.join("libmojo_audio_cxx.a"), &fs::read(&archive)?, Kind::Data)?;
    for header in headers(workspace)? {
        let text = workspace.read(&format!("cxx-bindings/include/{header}"))?;
        files.put(&places.include.join(header), text.as_bytes(), Kind::Data)?;
    }
    let package = pkg_config(places, &build.platform);
    files.put(&places.lib.join("pkgconfig/mojo_audio_cxx.pc"), package.as_bytes(), Kind::Data)?;

    let names = shared_names();
    let [real, soname, _] = &names;
    let shared = workspace.folder("install")?.join(real);
    // The C functions have the version that they have in the C library: they are the same.
    let (c, classes) = (shared::version(ABI), format!("MOJO_AUDIO_CXX_{}", series()));
    let versions = [(c.as_str(), shared::C_FUNCTIONS), (classes.as_str(), CLASSES)];
    let interface = Interface { soname, versions: &versions, system: build.platform.libraries };
    shared::link(workspace, &compiler, &archive, &interface, &shared)?;
    strip(workspace, &compiler, &shared);
    files.put(&places.lib.join(real), &fs::read(shared)?, Kind::Shared)?;
    files.link(&places.lib, &names)?;
    let targets = cmake_targets(&build.platform, real, soname);
    files.put(&places.cmake().join("mojo_audio-cxx.cmake"), targets.as_bytes(), Kind::Data)?;
    Ok(build)
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

fn pkg_config(places: &Places, platform: &Platform) -> String {
    let about = "Mel spectrograms in C++; has the functions of mojo_audio too";
    let private = format!("-lstdc++ {}", platform.libraries);
    packages::pkg_config_file(places, "mojo_audio_cxx", about, &private)
}

fn cmake_targets(platform: &Platform, real: &str, soname: &str) -> String {
    format!(
        "# Targets of the component cxx. mojo_audio-config.cmake includes this and knows the folders.
if(NOT TARGET mojo_audio::cxx)
  add_library(mojo_audio::cxx SHARED IMPORTED)
  set_target_properties(mojo_audio::cxx PROPERTIES
    IMPORTED_LOCATION \"${{_mojo_audio_lib}}/{real}\"
    IMPORTED_SONAME \"{soname}\"
    INTERFACE_COMPILE_FEATURES cxx_std_17
    INTERFACE_INCLUDE_DIRECTORIES \"${{_mojo_audio_include}}\")
  add_library(mojo_audio::cxx_static STATIC IMPORTED)
  set_target_properties(mojo_audio::cxx_static PROPERTIES
    IMPORTED_LOCATION \"${{_mojo_audio_lib}}/libmojo_audio_cxx.a\"
    IMPORTED_LINK_INTERFACE_LANGUAGES CXX
    INTERFACE_COMPILE_FEATURES cxx_std_17
    INTERFACE_INCLUDE_DIRECTORIES \"${{_mojo_audio_include}}\"
    INTERFACE_LINK_LIBRARIES \"{}\")
endif()
",
        platform.cmake_libraries()
    )
}
