//! What Swift and Kotlin have in common: the library, and the page that shows both.

use crate::Result;
use crate::workspace::{Workspace, run};
use std::path::PathBuf;

/// Builds the library as users get it; gives the folder that it is in.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    let package = ["--locked", "--release", "--package", "mojo-audio-uniffi"];
    run(workspace.cargo().arg("build").args(package).arg("--lib"))?;
    Ok(workspace.target().join("release"))
}

/// Fails unless every line of the code that the page shows stands in the test, in the same order: there it
/// is compiled and run.
pub fn shown_is_tested(workspace: &Workspace, language: &str, test: &str) -> Result {
    let page = workspace.read("uniffi/README.md")?;
    let test_text = workspace.read(test)?;
    let mut rest = test_text.lines().map(str::trim);
    let blocks: Vec<_> = page.split(&format!("\n```{language}\n")).skip(1).collect();
    if blocks.is_empty() {
        return Err(format!("uniffi/README.md shows no {language}").into());
    }
    for line in blocks.iter().flat_map(|block| block.split("```").next().unwrap_or_default().lines()) {
        let line = line.trim();
        if !line.is_empty() && !rest.any(|tested| tested == line) {
            return Err(format!("{test} does not have the line `{line}` of uniffi/README.md").into());
        }
    }
    Ok(())
}
