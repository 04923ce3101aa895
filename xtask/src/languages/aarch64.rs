//! Core's tests on 64-bit Arm Linux, emulated by QEMU: the vectors of NEON.

use super::foreign::{self, AARCH64, AARCH64_LINKER, AARCH64_ROOT, AARCH64_STD};
use super::{Counts, Language, Source, Tool};
use crate::Result;
use crate::workspace::Workspace;

pub struct Aarch64;

const QEMU: Tool = Tool {
    name: "qemu-aarch64",
    probe: &["qemu-aarch64", "--version"],
    source: Source::Debian("qemu-user"),
};

impl Language for Aarch64 {
    fn name(&self) -> &'static str {
        "aarch64"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[
                AARCH64_STD,
                QEMU,
                Tool {
                    name: "aarch64-linux-gnu-gcc, to link",
                    probe: &["aarch64-linux-gnu-gcc", "--version"],
                    source: Source::Debian("gcc-aarch64-linux-gnu"),
                },
                Tool {
                    name: "64-bit Arm's C library",
                    probe: &["ls", "/usr/aarch64-linux-gnu/include/stdio.h"],
                    source: Source::Debian("libc6-dev-arm64-cross"),
                },
            ]
        }
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let runner = format!("['qemu-aarch64', '-L', '{AARCH64_ROOT}']");
        let settings = [("linker", AARCH64_LINKER), ("runner", &*runner)];
        foreign::test(workspace, AARCH64, &settings)
    }
}
