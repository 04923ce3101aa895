//! Core's tests on 64-bit Arm Linux, emulated by QEMU: the vectors of NEON. And the C library, installed
//! for it: the guide's program and those of capi/tests/c.

use super::c::{programs, same};
use super::checks::Checks;
use super::foreign::{self, AARCH64, AARCH64_LINKER, AARCH64_ROOT, AARCH64_STD};
use super::{Counts, Language, Source, Tool};
use crate::Result;
use crate::workspace::{Workspace, run};
use std::path::Path;
use std::{env, fs};

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
        let mut counts = foreign::test(workspace, AARCH64, &settings)?;
        let mut checks = Checks::new();
        c_library(workspace, &mut checks)?;
        counts += checks.counts();
        Ok(counts)
    }
}

/// Installs the C library for 64-bit Arm, and runs the guide's program and the tests with it.
fn c_library(workspace: &Workspace, checks: &mut Checks) -> Result {
    let folder = workspace.folder("aarch64")?;
    let prefix = folder.join("prefix");
    let _ = fs::remove_dir_all(&prefix);
    let mut install = workspace.command(env::current_exe()?);
    install.args(["install", "--only-c", "--target", AARCH64, "--prefix"]).arg(&prefix);
    // Optimizing more takes longer than it saves, and so does optimizing nothing.
    install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1").env("CARGO_PROFILE_RELEASE_LTO", "off");
    run(install.env("CARGO_TARGET_DIR", folder.join("target")))?;
    let lib = prefix.join("lib");
    let compiler = || workspace.command(AARCH64_LINKER.trim_matches('\''));
    let library = [
        format!("-I{}/include", prefix.display()),
        format!("-L{}", lib.display()),
        "-lmojo_audio".into(),
    ];
    let start = |program: &Path| {
        let mut qemu = workspace.command("qemu-aarch64");
        qemu.args(["-L", AARCH64_ROOT, "-E"]).arg(format!("LD_LIBRARY_PATH={}", lib.display()));
        qemu.arg(program);
        qemu
    };
    let program = folder.join("demo");
    run(compiler().arg("capi/tests/guide/demo.c").args(&library).arg("-o").arg(&program))?;
    let demo = run(&mut start(&program));
    checks.check(
        "install --target, and a C program in QEMU",
        demo.and_then(|text| same(text.trim_end(), "Shape: (80, 3000)")),
    );
    let system = programs::System {
        name: "in QEMU",
        suffix: "",
        compiler: &|| Ok(compiler()),
        library: &library,
        start: &|program| Ok(start(program)),
    };
    programs::run_for(workspace, &system, &folder, checks)
}
