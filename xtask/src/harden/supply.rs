//! What comes from elsewhere, and what goes out: licences, duplicates and sources of every lock file by
//! cargo-deny, and the files of the crates that are published.

use super::Report;
use crate::Result;
use crate::contents;
use crate::table;
use crate::tidy;
use crate::workspace::{Workspace, ask, run as run_program, show};
use std::fs;
use std::path::PathBuf;

/// Holds every Cargo.lock to deny.toml, and the published crates to the lists of their files
///
/// Installs cargo-deny into target/ unless the PATH has the right version. `cargo xtask test` and `cargo xtask
/// dist` make the other packages, and compare their files.
#[derive(clap::Args, Default)]
pub struct Arguments {
    /// Asks the list of known vulnerabilities, too; needs a network
    #[arg(long)]
    advisories: bool,
}

const DENY: &str = "0.20.2";

/// Folders whose lock files may have a crate in two versions: nothing of them is shipped, and what they
/// are for brings its own.
const MAY_DUPLICATE: &[&str] = &["benches/peers/", "examples/"];

/// What one lock file leaves unused of a policy for all is no fault.
const UNUSED: [&str; 6] = [
    "-A",
    "license-exception-not-encountered",
    "-A",
    "license-not-encountered",
    "-A",
    "unmatched-skip",
];

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Report> {
    let deny = cargo_deny(workspace)?;
    let mut rows = vec![["what", "held to", "packages"].map(String::from)];
    let mut broken = Vec::new();
    let files = tidy::files(workspace)?;
    for lock in files.iter().filter(|path| path.rsplit('/').next() == Some("Cargo.lock")) {
        let folder = lock.strip_suffix("Cargo.lock").unwrap_or_default();
        let mut command = workspace.command(&deny);
        command.args(["--locked", "--manifest-path", &format!("{folder}Cargo.toml")]);
        command.args(["--config", "deny.toml", "check", "--hide-inclusion-graph"]).args(UNUSED);
        let may_duplicate = MAY_DUPLICATE.iter().any(|start| lock.starts_with(start));
        if may_duplicate {
            command.args(["-A", "duplicate"]);
        }
        command.args(["licenses", "sources", "bans"]);
        if arguments.advisories {
            command.arg("advisories");
        }
        if !show(&mut command)?.status.success() {
            broken.push(format!("{lock} is not as deny.toml wants it"));
            continue;
        }
        let packages = workspace.read(lock)?.lines().filter(|line| *line == "[[package]]").count();
        let held = if may_duplicate { "licences, sources" } else { "licences, sources, duplicates" };
        rows.push([format!("`{lock}`"), held.into(), packages.to_string()]);
    }
    for (name, list) in contents::CRATES {
        let names = contents::of_crate(workspace, name)?;
        match contents::compare(workspace, list, &names) {
            Ok(()) => rows.push([
                format!("the crate `{name}`"),
                format!("`xtask/contents/{list}.txt`"),
                format!("{} files", names.len()),
            ]),
            Err(error) => broken.push(error.to_string()),
        }
    }
    Ok(Report { figures: table::markdown(&rows), broken })
}

/// cargo-deny in the version that the policy is written for.
fn cargo_deny(workspace: &Workspace) -> Result<PathBuf> {
    let is_wanted = |program: &PathBuf| {
        let said = ask(workspace.command(program).arg("--version"));
        said.is_some_and(|said| said.trim().ends_with(&format!(" {DENY}")))
    };
    let folder = workspace.folder("supply")?;
    let installed = folder.join("bin/cargo-deny");
    if let Some(there) = [PathBuf::from("cargo-deny"), installed.clone()].into_iter().find(is_wanted) {
        return Ok(there);
    }
    let mut cargo = workspace.cargo();
    // Optimized it is built in three times the time, and runs for a second either way.
    cargo.args(["install", "cargo-deny", "--version", DENY, "--locked", "--debug", "--root"]);
    let target = folder.join("target");
    cargo.arg(&folder).arg("--target-dir").arg(&target);
    run_program(cargo.env("CARGO_PROFILE_DEV_DEBUG", "0"))?;
    fs::remove_dir_all(target)?;
    Ok(installed)
}
