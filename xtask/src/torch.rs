//! `cargo xtask torch`: the Python package's tests where torch is, on whose tensors many of them run again.
//! Not among the tests of `cargo xtask test`: on Linux, PyPI's torch is gigabytes.

use crate::Result;
use crate::languages::{Counts, python, python_originals};
use crate::workspace::Workspace;

/// Runs the tests of the Python package with torch, torchaudio, lhotse and openai-whisper, and those libraries' own tests
/// with the drop-ins
///
/// Installs them into target/.
#[derive(clap::Args)]
pub struct Arguments {}

pub fn run(workspace: &Workspace, Arguments {}: &Arguments) -> Result {
    let [all, no_deps] = python::REQUIREMENTS;
    let torch = "python/tests/requirements-torch.txt";
    let steps: [&[&str]; 2] = [&["-r", all, "-r", torch], &["--no-deps", "-r", no_deps]];
    let python = python::environment_with(workspace, "torch", &steps)?;
    let folder = workspace.folder("torch")?.join("wheel");
    let wheel = python::build(workspace, &python, &python, &folder)?;
    python::install(workspace, &python, &wheel)?;
    let mut counts = python::pytest(python::pytest_command(workspace, &python)?.arg("python/tests"))?;
    counts += python_originals::test(workspace, &python)?;
    match counts {
        Counts { passed: 1.., failed: 0, skipped: 0 } => Ok(()),
        Counts { passed, failed, skipped } => {
            Err(format!("{passed} passed, {failed} failed, {skipped} skipped").into())
        }
    }
}
