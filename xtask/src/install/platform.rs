//! What differs between the systems that libraries are installed for: names, folders, system libraries.

use super::{ABI, VERSION, minor_and_patch};

/// What a linker reads in place of the DLL.
pub const IMPORT: &str = "libmojo_audio.dll.a";

/// A system that libraries are installed for.
#[derive(Clone, Copy)]
pub struct Platform {
    pub system: System,
    /// Libraries of the system that the static library needs, as `rustc --print native-static-libs` says. Without
    /// libgcc, which compilers link anyway: shared, or for `cc -static` as an archive of another name.
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
        Self { system: System::Linux, libraries: "-lutil -lrt -lpthread -lm -ldl -lc" };
    /// With GCC's unwinder as an archive, which serves programs without shared libraries too.
    pub const MUSL: Self = Self { system: System::Linux, libraries: "-lgcc_eh -lc" };
    pub const MAC_OS: Self = Self { system: System::MacOs, libraries: "-lSystem -lc -lm" };
    /// For compilers of mingw-w64.
    pub const WINDOWS: Self =
        Self { system: System::Windows, libraries: "-lkernel32 -lntdll -luserenv -lws2_32 -ldbghelp" };

    /// For compilers of llvm-mingw, whose unwinder is LLVM's.
    pub const WINDOWS_LLVM: Self = Self {
        system: System::Windows,
        libraries: "-lunwind -lkernel32 -lntdll -luserenv -lws2_32 -ldbghelp",
    };

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

    /// The platform of a target of rustc's, if there is one that libraries are laid out for.
    pub fn of(triple: &str) -> Option<Self> {
        let platforms = [
            ("-linux-gnu", Self::GLIBC),
            ("-linux-musl", Self::MUSL),
            ("-apple-darwin", Self::MAC_OS),
            ("-windows-gnullvm", Self::WINDOWS_LLVM),
            ("-windows-gnu", Self::WINDOWS),
        ];
        platforms.into_iter().find(|(part, _)| triple.contains(part)).map(|(_, platform)| platform)
    }

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

    /// [`libraries`](Self::libraries), as CMake lists them.
    pub fn cmake_libraries(&self) -> String {
        let names = self.libraries.split(' ').map(|library| library.trim_start_matches("-l"));
        names.collect::<Vec<_>>().join(";")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_have_platforms() {
        let system = |triple| Platform::of(triple).map(|platform| platform.system);
        assert!(system("x86_64-unknown-linux-gnu") == Some(System::Linux));
        assert!(system("armv7-unknown-linux-musleabihf") == Some(System::Linux));
        assert!(system("aarch64-apple-darwin") == Some(System::MacOs));
        assert!(system("x86_64-pc-windows-gnu") == Some(System::Windows));
        assert!(system("aarch64-linux-android").is_none() && system("wasm32-wasip1").is_none());
    }
}
