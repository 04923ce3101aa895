//! Counts on instruction sets that valgrind does not know: AVX-512 by single steps on a machine that has it, NEON in
//! QEMU.

use crate::Result;
use crate::languages::foreign::{AARCH64, AARCH64_LINKER, AARCH64_ROOT};
use crate::workspace::{Workspace, run};
use std::fs;
use std::path::{Path, PathBuf};

/// Counts single steps of the program.
pub struct Stepper<'a> {
    workspace: &'a Workspace,
    program: PathBuf,
}

impl<'a> Stepper<'a> {
    pub fn new(workspace: &'a Workspace) -> Result<Self> {
        let program = workspace.folder("counts")?.join("step");
        let mut gcc = workspace.command("gcc");
        gcc.args(["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "benches/count/step.c", "-o"]);
        run(gcc.arg(&program))?;
        Ok(Self { workspace, program })
    }

    pub fn count(&self, counted: &Path, set: &str, case: &str) -> Result<u64> {
        let mut step = self.workspace.command(&self.program);
        let said = run(step.arg(counted).args([set, case, "breakpoints"]))?;
        Ok(said.trim().parse().map_err(|error| format!("step: {said:?}: {error}"))?)
    }
}

/// Counts what QEMU runs.
pub struct Emulator<'a> {
    workspace: &'a Workspace,
    folder: PathBuf,
    program: PathBuf,
}

impl<'a> Emulator<'a> {
    /// Builds the plugin, and the program for 64-bit Arm.
    pub fn new(workspace: &'a Workspace) -> Result<Self> {
        let folder = workspace.folder("counts")?;
        let mut gcc = workspace.command("gcc");
        gcc.args(["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]);
        run(gcc.args(["benches/count/qemu.c", "-o"]).arg(folder.join("qemu.so")))?;
        let mut cargo = workspace.cargo();
        cargo.args(["build", "--locked", "--profile", "bench", "--package", "mojo-audio-bench"]);
        cargo.args(["--bin", "counted", "--target", AARCH64, "--config"]);
        run(cargo.arg(format!("target.{AARCH64}.linker = {AARCH64_LINKER}")))?;
        let program = workspace.target().join(AARCH64).join("release/counted");
        Ok(Self { workspace, folder, program })
    }

    /// Instructions of a case, and those among them that load or store vectors on the stack.
    pub fn count(&self, set: &str, case: &str) -> Result<[u64; 2]> {
        let with = self.run(&[set, case])?;
        let without = self.run(&[set, case, "unmeasured"])?;
        let differ = |at: usize| with[at].checked_sub(without[at]).filter(|_| with[0] > without[0]);
        let counts = differ(0).zip(differ(1)).map(|(count, on_stack)| [count, on_stack]);
        counts.ok_or_else(|| {
            format!("{set}/{case}: {with:?} instructions, {without:?} without it").into()
        })
    }

    fn run(&self, arguments: &[&str]) -> Result<[u64; 2]> {
        let file = self.folder.join("qemu.txt");
        let _ = fs::remove_file(&file);
        let mut qemu = self.workspace.command("qemu-aarch64");
        // Addresses depend on what is in the environment, and instructions on addresses.
        qemu.env_clear().env("COUNT_FILE", &file).args(["-L", AARCH64_ROOT, "-plugin"]);
        run(qemu.arg(self.folder.join("qemu.so")).arg(&self.program).args(arguments))?;
        let text = fs::read_to_string(&file)
            .map_err(|error| format!("{}: {error}: this QEMU takes no such plugin", file.display()))?;
        let numbers: Vec<u64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        numbers.try_into().map_err(|_| format!("qemu.c wrote {text:?}").into())
    }
}
