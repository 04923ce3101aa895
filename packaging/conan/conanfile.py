"""Conan's recipe of the C library, at the root of a source release: `conan create .`"""

import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.env import Environment
from conan.tools.files import copy, load


class MojoAudio(ConanFile):
    name = "mojo-audio"
    description = "Mel spectrograms equal to those that speech models are trained with"
    license = "MIT OR Apache-2.0"
    topics = ("audio", "mel", "spectrogram", "speech", "whisper")
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False]}
    default_options = {"shared": False}
    package_type = "library"
    exports = "Cargo.toml"
    # Not "*", which would take what was built in the folder.
    exports_sources = ".cargo/*", "Cargo.*", "LICENSE-*", "capi/*", "core/*", "vendor/*", "xtask/*"

    def set_version(self):
        manifest = load(self, os.path.join(self.recipe_folder, "Cargo.toml"))
        self.version = re.search(r'^version = "(.+)"$', manifest, re.MULTILINE).group(1)

    def configure(self):
        # The library has no C++.
        self.settings.rm_safe("compiler.libcxx")
        self.settings.rm_safe("compiler.cppstd")

    def validate(self):
        if self.settings.os not in ("Linux", "Macos"):
            raise ConanInvalidConfiguration("the installer is for Linux and macOS")
        if self.settings_build.os != self.settings.os or self.settings_build.arch != self.settings.arch:
            raise ConanInvalidConfiguration("this recipe builds for its own machine only")

    def package_id(self):
        # Cargo's profile for releases builds it, whatever the type of the program that uses it.
        del self.info.settings.build_type

    @property
    def _installed(self):
        return os.path.join(self.build_folder, "installed")

    def build(self):
        environment = Environment()
        environment.define("DESTDIR", self._installed)
        with environment.vars(self).apply():
            self.run("cargo xtask install --prefix /", cwd=self.source_folder)

    def package(self):
        lib = os.path.join(self._installed, "lib")
        for pattern in ("*.so*", "*.dylib") if self.options.shared else ("*.a",):
            copy(self, pattern, lib, os.path.join(self.package_folder, "lib"))
        copy(self, "*.h", os.path.join(self._installed, "include"), os.path.join(self.package_folder, "include"))
        documents = os.path.join(self._installed, "share", "doc", "mojo-audio")
        copy(self, "*", documents, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "mojo_audio")
        self.cpp_info.set_property("pkg_config_name", "mojo_audio")
        self.cpp_info.set_property("cmake_target_name", "mojo_audio::mojo_audio")
        self.cpp_info.libs = ["mojo_audio"]
        if self.settings.os == "Linux" and not self.options.shared:
            self.cpp_info.system_libs = ["pthread", "m", "dl"]
