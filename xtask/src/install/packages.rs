//! What pkg-config and CMake read of an installed library.
//!
//! Paths are relative to the file itself, so that the whole folder can be moved; and the libraries are found when only
//! their folder is, as distributions do that have one for each kind of processor, such as `lib/x86_64-linux-gnu`.

use super::{IMPORT, Places, Platform, VERSION, minor_and_patch};

/// A pkg-config file: a library's name for linkers, what it is, and the libraries that its archive needs.
pub fn pkg_config_file(places: &Places, name: &str, about: &str, private: &str) -> String {
    format!(
        "prefix={prefix}
libdir=${{pcfiledir}}/..
includedir={include}

Name: {name}
Description: {about}
Version: {VERSION}
Cflags: -I${{includedir}}
Libs: -L${{libdir}} -l{name}
Libs.private: {private}
",
        prefix = places.seen_from_lib("${pcfiledir}/..", &places.prefix),
        include = places.seen_from_lib("${pcfiledir}/..", &places.include),
    )
}

pub fn pkg_config(places: &Places, platform: &Platform) -> String {
    let about = "Mel spectrograms equal to those that speech models are trained with";
    pkg_config_file(places, "mojo_audio", about, platform.libraries)
}

pub fn cmake_config(places: &Places, platform: &Platform) -> String {
    const LIB: &str = "${_mojo_audio_lib}";
    let names = platform.shared_names();
    let real = format!("{}/{}", places.seen_from_lib(LIB, &places.shared(platform)), names[0]);
    let below = format!("{LIB}/..");
    // The name that programs look for, where it is not the file's own.
    let place = match &names[..] {
        [_, soname, ..] => format!("IMPORTED_SONAME \"{soname}\""),
        _ => format!("IMPORTED_IMPLIB \"${{_mojo_audio_lib}}/{IMPORT}\""),
    };
    format!(
        "# Targets: mojo_audio::mojo_audio (shared), mojo_audio::mojo_audio_static.
#
# The component cxx adds mojo_audio::cxx (shared) and mojo_audio::cxx_static. These have the C functions
# too, so the C targets lead to them then: what is linked holds one engine.
get_filename_component(_mojo_audio_lib \"${{CMAKE_CURRENT_LIST_DIR}}/../..\" REALPATH)
get_filename_component(_mojo_audio_include \"{include}\" ABSOLUTE)
if(NOT EXISTS \"${{_mojo_audio_include}}/mojo_audio.h\")
  # The libraries were moved one folder down, such as to lib/x86_64-linux-gnu.
  get_filename_component(_mojo_audio_include \"{moved}\" ABSOLUTE)
endif()
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

if(NOT TARGET mojo_audio::mojo_audio AND \"cxx\" IN_LIST mojo_audio_FIND_COMPONENTS)
  add_library(mojo_audio::mojo_audio INTERFACE IMPORTED)
  target_link_libraries(mojo_audio::mojo_audio INTERFACE mojo_audio::cxx)
  add_library(mojo_audio::mojo_audio_static INTERFACE IMPORTED)
  target_link_libraries(mojo_audio::mojo_audio_static INTERFACE mojo_audio::cxx_static)
elseif(NOT TARGET mojo_audio::mojo_audio)
  add_library(mojo_audio::mojo_audio SHARED IMPORTED)
  set_target_properties(mojo_audio::mojo_audio PROPERTIES
    IMPORTED_LOCATION \"{real}\"
    {place}
    INTERFACE_INCLUDE_DIRECTORIES \"${{_mojo_audio_include}}\")
  add_library(mojo_audio::mojo_audio_static STATIC IMPORTED)
  set_target_properties(mojo_audio::mojo_audio_static PROPERTIES
    IMPORTED_LOCATION \"${{_mojo_audio_lib}}/libmojo_audio.a\"
    INTERFACE_INCLUDE_DIRECTORIES \"${{_mojo_audio_include}}\"
    INTERFACE_LINK_LIBRARIES \"{}\")
endif()

unset(_mojo_audio_include)
unset(_mojo_audio_lib)
",
        platform.cmake_libraries(),
        include = places.seen_from_lib(LIB, &places.include),
        moved = places.seen_from_lib(&below, &places.include),
    )
}

/// Before 1.0 a minor version may change anything, so only the same one is compatible.
pub fn cmake_version() -> String {
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
