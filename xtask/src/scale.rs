//! `cargo xtask scale`: the programs of `examples/scale` on local clusters of Ray, Spark and Dask, with Hugging Face
//! datasets and on WebDataset.
//! Not among the tests of `cargo xtask test`: what they need is hundreds of megabytes.

use crate::Result;
use crate::languages::{Counts, python};
use crate::workspace::Workspace;

/// Runs the Python programs for Ray, Spark, Dask, Hugging Face datasets and WebDataset on clusters of this machine
///
/// Installs them into target/. Spark needs a JDK, 17 or later.
#[derive(clap::Args)]
pub struct Arguments {}

const TESTS: &str = "examples/scale/tests";

pub fn run(workspace: &Workspace, Arguments {}: &Arguments) -> Result {
    let maturin = python::pinned(workspace, "maturin")?;
    let requirements = format!("{TESTS}/requirements.txt");
    let steps: [&[&str]; 2] = [&[&maturin], &["-r", &requirements]];
    let python = python::environment_with(workspace, "scale", &steps)?;
    let folder = workspace.folder("scale")?.join("wheel");
    let wheel = python::build(workspace, &python, &python, &folder)?;
    python::install(workspace, &python, &wheel)?;
    match python::pytest(python::pytest_command(workspace, &python)?.arg(TESTS))? {
        Counts { passed: 1.., failed: 0, skipped: 0 } => Ok(()),
        Counts { passed, failed, skipped } => {
            Err(format!("{passed} passed, {failed} failed, {skipped} skipped").into())
        }
    }
}
