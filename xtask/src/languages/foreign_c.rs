//! The C library's package on Windows, in Wine, and with musl: the example and the programs of capi/tests/c.

use super::c::{CARGO, GCC, PKG_CONFIG};
use super::python::PYTHON;
use super::{Counts, Language, Source, Tool, absent};
use crate::Result;
use crate::dist;
use crate::workspace::Workspace;

pub const WINDOWS: Package = Package {
    name: "windows",
    target: "windows-x64",
    needs: &[
        CARGO,
        PYTHON,
        PKG_CONFIG,
        Tool {
            name: "Rust for Windows",
            probe: &[
                "sh",
                "-c",
                "ls $(rustc --print target-libdir --target x86_64-pc-windows-gnu)/libstd-*",
            ],
            source: Source::Other("rustup target add x86_64-pc-windows-gnu"),
        },
        Tool {
            name: "mingw-w64",
            probe: &["x86_64-w64-mingw32-gcc", "--version"],
            source: Source::Debian("gcc-mingw-w64-x86-64"),
        },
        Tool {
            name: "Wine",
            probe: &[
                "sh",
                "-c",
                "for wine in wine64 wine /usr/lib/wine/wine64; do $wine --version 2>/dev/null && exit; done; exit 1",
            ],
            source: Source::Debian("wine64"),
        },
    ],
};

pub const MUSL: Package = Package {
    name: "musl",
    target: "linux-x64-musl",
    needs: &[
        CARGO,
        PYTHON,
        PKG_CONFIG,
        GCC,
        Tool {
            name: "Rust for musl",
            probe: &[
                "sh",
                "-c",
                "ls $(rustc --print target-libdir --target x86_64-unknown-linux-musl)/libstd-*",
            ],
            source: Source::Other("rustup target add x86_64-unknown-linux-musl"),
        },
        Tool {
            name: "musl-gcc",
            probe: &["musl-gcc", "--version"],
            source: Source::Debian("musl-tools"),
        },
    ],
};

/// The C library's package for one system.
pub struct Package {
    name: &'static str,
    /// What `cargo xtask dist --target` calls the system.
    target: &'static str,
    needs: &'static [Tool],
}

impl Language for Package {
    fn name(&self) -> &'static str {
        self.name
    }

    fn needs(&self) -> &'static [Tool] {
        self.needs
    }

    fn missing(&self) -> Option<String> {
        if cfg!(not(all(target_os = "linux", target_arch = "x86_64"))) {
            return Some("its programs run on Linux on x86-64 only".into());
        }
        absent(self.needs)
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        dist::check_c_for(workspace, self.target)
    }
}
