//! Core's tests in WebAssembly, run by Node's WASI: the vectors of simd128.

use super::foreign::{self, WASI, WASI_STD};
use super::node::NODE;
use super::{Counts, Language, Tool};
use crate::Result;
use crate::workspace::Workspace;

pub struct Wasm;

/// Runs one program.
pub const RUNNER: &str = "core/tests/support/wasi.mjs";

impl Language for Wasm {
    fn name(&self) -> &'static str {
        "wasm"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[WASI_STD, NODE] }
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        // Tests run in the folder of their package.
        let runner = format!("['node', '--no-warnings', '{}']", workspace.path(RUNNER).display());
        let settings = [("rustflags", "['-Ctarget-feature=+simd128']"), ("runner", &*runner)];
        foreign::test(workspace, WASI, &settings)
    }
}
