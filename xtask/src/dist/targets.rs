//! The systems that packages are built for, each a line of one table.

use crate::install::{Platform, System};

/// A system that packages are built for.
pub struct Target {
    /// On the command line and in the names of archives.
    pub name: &'static str,
    /// What rustc calls its machines: two on macOS, whose files hold code for both.
    pub machines: &'static [Machine],
    /// How its C library is laid out.
    pub platform: Platform,
    /// The oldest system that it runs on.
    pub oldest: Oldest,
    /// What maturin calls that, where it is to be told.
    pub wheel: Option<&'static str>,
    /// How its programs run on Linux on x86-64.
    pub runs: Runs,
}

/// One kind of processor under one system.
pub struct Machine {
    pub triple: &'static str,
    /// What zig calls it, which is the linker then; none where mingw-w64 links.
    pub zig: Option<&'static str>,
}

/// The oldest system that something runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oldest {
    Glibc(u32, u32),
    /// musl names no versions in its files.
    Musl,
    MacOs(u32, u32),
    /// Windows names none either: what is checked are the libraries, all of which Windows 10 has.
    Windows,
}

/// How programs for a target run on Linux on x86-64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    Natively,
    /// In QEMU's user mode. Debian has the C library of glibc's targets for it, and not that of musl's, so of
    /// those only static programs run.
    InQemu,
    InWine,
    /// Nothing here runs them.
    Nowhere,
}

pub const TARGETS: &[Target] = &[
    Target {
        name: "linux-x64-gnu",
        machines: &[Machine { triple: "x86_64-unknown-linux-gnu", zig: Some("x86_64-linux-gnu.2.17") }],
        platform: Platform::GLIBC,
        oldest: Oldest::Glibc(2, 17),
        wheel: Some("manylinux2014"),
        runs: Runs::Natively,
    },
    Target {
        name: "linux-arm64-gnu",
        machines: &[Machine {
            triple: "aarch64-unknown-linux-gnu",
            zig: Some("aarch64-linux-gnu.2.17"),
        }],
        platform: Platform::GLIBC,
        oldest: Oldest::Glibc(2, 17),
        wheel: Some("manylinux2014"),
        runs: Runs::InQemu,
    },
    Target {
        name: "linux-x64-musl",
        machines: &[Machine { triple: "x86_64-unknown-linux-musl", zig: Some("x86_64-linux-musl") }],
        platform: Platform::MUSL,
        oldest: Oldest::Musl,
        wheel: Some("musllinux_1_2"),
        runs: Runs::Natively,
    },
    Target {
        name: "linux-arm64-musl",
        machines: &[Machine { triple: "aarch64-unknown-linux-musl", zig: Some("aarch64-linux-musl") }],
        platform: Platform::MUSL,
        oldest: Oldest::Musl,
        wheel: Some("musllinux_1_2"),
        runs: Runs::InQemu,
    },
    Target {
        name: "macos",
        machines: &[
            Machine { triple: "aarch64-apple-darwin", zig: Some("aarch64-macos.11.0-none") },
            Machine { triple: "x86_64-apple-darwin", zig: Some("x86_64-macos.11.0-none") },
        ],
        platform: Platform::MAC_OS,
        oldest: Oldest::MacOs(11, 0),
        wheel: None,
        runs: Runs::Nowhere,
    },
    Target {
        name: "windows-x64",
        machines: &[Machine { triple: "x86_64-pc-windows-gnu", zig: None }],
        platform: Platform::WINDOWS,
        oldest: Oldest::Windows,
        wheel: None,
        runs: Runs::InWine,
    },
    Target {
        name: "windows-arm64",
        // Debian's mingw-w64 has no compiler for Arm.
        machines: &[Machine { triple: "aarch64-pc-windows-gnullvm", zig: Some("aarch64-windows-gnu") }],
        platform: Platform::WINDOWS_LLVM,
        oldest: Oldest::Windows,
        wheel: None,
        runs: Runs::Nowhere,
    },
];

impl Target {
    /// Its first machine, the only one but on macOS.
    pub fn machine(&self) -> &'static Machine {
        &self.machines[0]
    }

    /// What rustc calls its machines.
    pub fn triples(&self) -> Vec<&'static str> {
        self.machines.iter().map(|machine| machine.triple).collect()
    }

    /// Whether programs for it run on a machine, which is named as rustc does. Those for musl run on every Linux.
    pub fn is_for(&self, host: &str) -> bool {
        self.machines
            .iter()
            .any(|machine| machine.triple == host || machine.triple.replace("-musl", "-gnu") == host)
    }

    /// Whether it has the C library of this machine, whose programs can then load what is built for it.
    pub fn is_own_libc(&self) -> bool {
        match self.oldest {
            Oldest::Glibc(..) => cfg!(target_env = "gnu"),
            Oldest::Musl => cfg!(target_env = "musl"),
            Oldest::MacOs(..) | Oldest::Windows => false,
        }
    }

    /// What npm's packages call a machine of it: Node itself is built by MSVC on Windows, and loads what others link
    /// too.
    pub fn npm(&self, machine: &Machine) -> String {
        machine.triple.replace("windows-gnullvm", "windows-msvc").replace("windows-gnu", "windows-msvc")
    }

    /// How the names of its programs end.
    pub fn program_suffix(&self) -> &'static str {
        if self.platform.system == System::Windows { ".exe" } else { "" }
    }

    /// How its archives end: as people on that system expect it.
    pub fn archive(&self) -> &'static str {
        if self.platform.system == System::Windows { "zip" } else { "tar.gz" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn npm_knows_every_machine() {
        let list = Workspace::new().read("node/platforms.json").unwrap();
        for target in TARGETS {
            for machine in target.machines {
                let triple = target.npm(machine);
                assert!(list.contains(&format!("\"target\": \"{triple}\"")), "{triple}");
            }
        }
    }

    #[test]
    fn names_are_unique() {
        for (place, target) in TARGETS.iter().enumerate() {
            assert!(TARGETS[..place].iter().all(|other| other.name != target.name));
        }
    }
}
