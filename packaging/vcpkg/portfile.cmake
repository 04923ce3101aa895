# A port of the C library. Not built by our tests: vcpkg is in no registry that they use.
#
# SOURCE_PATH is the unpacked source release. A registry that serves it by an address names the address here, in
# vcpkg_download_distfile, and its SHA512.
if(NOT DEFINED ENV{MOJO_AUDIO_SOURCE})
  message(FATAL_ERROR "set MOJO_AUDIO_SOURCE to the unpacked source release")
endif()
set(SOURCE_PATH "$ENV{MOJO_AUDIO_SOURCE}")
find_program(CARGO cargo REQUIRED)

vcpkg_execute_required_process(
  COMMAND "${CARGO}" xtask install --prefix "${CURRENT_PACKAGES_DIR}"
  WORKING_DIRECTORY "${SOURCE_PATH}"
  LOGNAME install-${TARGET_TRIPLET})
# One linkage in a triplet, and the installer's list of files is vcpkg's business here.
if(VCPKG_LIBRARY_LINKAGE STREQUAL "static")
  file(GLOB _other "${CURRENT_PACKAGES_DIR}/lib/libmojo_audio.so*" "${CURRENT_PACKAGES_DIR}/lib/*.dylib")
  file(REMOVE ${_other})
else()
  file(REMOVE "${CURRENT_PACKAGES_DIR}/lib/libmojo_audio.a")
endif()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/mojo-audio/installed-files.txt")
file(COPY "${CURRENT_PACKAGES_DIR}/lib" DESTINATION "${CURRENT_PACKAGES_DIR}/debug")
vcpkg_cmake_config_fixup(PACKAGE_NAME mojo_audio CONFIG_PATH lib/cmake/mojo_audio)
vcpkg_fixup_pkgconfig()
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE-MIT" "${SOURCE_PATH}/LICENSE-APACHE")
