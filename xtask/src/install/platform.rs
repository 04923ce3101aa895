//! What differs between the systems that libraries are installed for: names, folders, system libraries.

use super::{ABI, VERSION, minor_and_patch};

/// What a linker reads in place of the DLL.
pub const IMPORT: &str = "libmojo_audio.dll.a";

/// A system that libraries are installed for.
#[derive(Clone, Copy)]
pub struct Platform {
    pub system: System,
    /// Libraries of the system that the static library needs, as `rustc --print native-static-libs` says.
    pub libraries: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum System {
    Linux,
    MacOs,
    Windows,
}

impl Platform {
    pub const GLIBC: Self =
        Self { system: System::Linux, libraries: "-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc" };
    /// With GCC's unwinder as an archive, which serves programs without shared libraries too.
    pub const MUSL: Self = Self { system: System::Linux, libraries: "-lgcc_eh -lc" };
    pub const MAC_OS: Self = Self { system: System::MacOs, libraries: "-lSystem -lc -lm" };
    /// For compilers of mingw-w64.
    pub const WINDOWS: Self =
        Self { system: System::Windows, libraries: "-lkernel32 -lntdll -luserenv -lws2_32 -ldbghelp" };

    /// The machine that this program runs on.
    pub const HOST: Self = if cfg!(target_os = "macos") {
        Self::MAC_OS
    } else if cfg!(windows) {
        Self::WINDOWS
    } else if cfg!(target_env = "musl") {
        Self::MUSL
    } else {
        Self::GLIBC
    };

    /// The names of the shared library: the file, then those that lead to it: the one that programs look for, and
    /// the one that linkers do.
    pub fn shared_names(&self) -> Vec<String> {
        match self.system {
            System::Linux => {
                let so = "libmojo_audio.so";
                vec![format!("{so}.{ABI}.{}", minor_and_patch()), format!("{so}.{ABI}"), so.into()]
            }
            System::MacOs => vec![
                format!("libmojo_audio.{VERSION}.dylib"),
                format!("libmojo_audio.{ABI}.dylib"),
                "libmojo_audio.dylib".into(),
            ],
            System::Windows => vec!["mojo_audio.dll".into()],
        }
    }

    /// The folder of the shared library: Windows looks for it where programs are.
    pub fn shared_folder(&self) -> &'static str {
        if self.system == System::Windows { "bin" } else { "lib" }
    }

    /// [`libraries`](Self::libraries), as CMake lists them.
    pub fn cmake_libraries(&self) -> String {
        let names = self.libraries.split(' ').map(|library| library.trim_start_matches("-l"));
        names.collect::<Vec<_>>().join(";")
    }
}
