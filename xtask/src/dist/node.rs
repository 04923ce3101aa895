//! Node: the tarballs for npm.

use crate::Result;
use crate::languages::node::{self, Platform};
use crate::workspace::Workspace;
use std::path::{Path, PathBuf};

pub fn make(workspace: &Workspace, folder: &Path) -> Result<Vec<PathBuf>> {
    let package = node::package(workspace)?;
    let platform = Platform::of_this_machine(workspace)?;
    let addon = node::build(workspace, &["--release", "--config", "profile.release.strip=true"])?;
    let files = node::pack(workspace, &package, &platform, &addon, folder)?;
    // Installed as users do, in an empty project.
    let tests = [package.join("tests/package.test.mjs")];
    let counts = node::test(workspace, &package, folder, &tests)?;
    if counts.failed > 0 || counts.passed == 0 {
        let message = format!("the tarballs: {} failed, {} passed", counts.failed, counts.passed);
        return Err(message.into());
    }
    Ok(files)
}
