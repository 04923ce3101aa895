//! Node: the tarballs for npm.

use super::cross::{Cross, Libc};
use super::targets::{Runs, Target};
use super::trial::Trial;
use super::{oldest, sbom};
use crate::Result;
use crate::install::System;
use crate::languages::node::{self, PACKAGE, Platform};
use crate::workspace::Workspace;
use std::fs;
use std::path::{Path, PathBuf};

pub fn make(workspace: &Workspace, folder: &Path) -> Result<Vec<PathBuf>> {
    let package = node::package(workspace)?;
    let platform = Platform::of_this_machine(workspace)?;
    let addon = node::build(workspace, &["--config", "profile.release.strip=true"])?;
    let files = node::pack(workspace, &package, &platform, &addon, folder)?;
    test(workspace, folder)?;
    let tarball = folder.join(platform.tarball());
    eprintln!(
        "npm install takes both tarballs. For yarn 1 put into package.json: \
         \"resolutions\": {{ \"{}\": \"file:{}\" }}",
        platform.package(),
        tarball.display()
    );
    Ok(files)
}

/// Builds the addon of each machine of a target; gives the tarballs, and lists of what they are linked from.
pub fn make_for(cross: &Cross<'_>, target: &Target, folder: &Path) -> Result<Vec<PathBuf>> {
    cross.prepare(target)?;
    let package = node::package(cross.workspace)?;
    let file = match target.platform.system {
        System::Linux => "libmojo_audio_node.so",
        System::MacOs => "libmojo_audio_node.dylib",
        System::Windows => "mojo_audio_node.dll",
    };
    let (mut files, mut lists) = (Vec::new(), Vec::new());
    for machine in target.machines {
        let built = cross.build(target, machine, Libc::Outside, &["--package", PACKAGE, "--lib"])?;
        let addon = built.join(file);
        let found = oldest::check(target, &fs::read(&addon)?, &[])
            .map_err(|error| format!("{file}: {error}"))?;
        eprintln!("ok: the addon for {} needs: {found}", machine.triple);
        let platform = Platform::of(cross.workspace, &target.npm(machine))?;
        let tarball = node::pack_addon(cross.workspace, &package, &platform, &addon, folder)?;
        lists.push(sbom::write(cross.workspace, &target.triples(), PACKAGE, &tarball)?);
        files.push(tarball);
    }
    files.append(&mut lists);
    Ok(files)
}

/// Makes the tarball of the package, which names the addons that a folder has.
pub fn make_main(cross: &Cross<'_>, folder: &Path) -> Result<PathBuf> {
    let package = node::package(cross.workspace)?;
    let all = Platform::all(cross.workspace)?;
    let made: Vec<_> =
        all.iter().filter(|platform| folder.join(platform.tarball()).is_file()).collect();
    node::pack_main(cross.workspace, &package, &made, folder)
}

/// Installs the tarballs of the folder from a registry into an empty project, and uses them there.
pub fn test_for<'a>(cross: &Cross<'_>, target: &'a Target, file: &Path) -> Result<Trial<'a>> {
    let mut trial = Trial::new(target);
    if target.runs != Runs::Natively || !target.is_own_libc() {
        trial.leave("the addon", "there is no Node for it");
        return Ok(trial);
    }
    test(cross.workspace, file.parent().ok_or("a tarball without a folder")?)?;
    trial.ran("the addon");
    Ok(trial)
}

/// Installed as users do, in an empty project.
fn test(workspace: &Workspace, folder: &Path) -> Result {
    let package = node::package(workspace)?;
    let counts = node::test(workspace, &package, folder, &[package.join("tests/package.test.mjs")])?;
    if counts.failed > 0 || counts.passed == 0 {
        let message = format!("the tarballs: {} failed, {} passed", counts.failed, counts.passed);
        return Err(message.into());
    }
    Ok(())
}
