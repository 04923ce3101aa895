//! Links a shared library from an archive, with a version on each symbol that it exports.
//!
//! Not rustc's own way: that hides the symbols of C++, and takes no versions. With versions two libraries
//! that have the same functions can be in one program: each caller gets those that it was linked with.

use crate::Result;
use crate::workspace::{Workspace, ask, run};
use std::env;
use std::fs;
use std::path::Path;

/// The C functions, as a linker's script names them.
pub const C_FUNCTIONS: &str = "mojo_mel_*; mojo_audio_*;";

/// What a shared library is called, and what it exports.
pub struct Interface<'a> {
    /// The name that programs look for.
    pub soname: &'a str,
    /// Names of versions, each with the symbols that have it.
    pub versions: &'a [(&'a str, &'a str)],
    /// Libraries of the system that it needs, as a linker takes them.
    pub system: &'a str,
}

/// The version of the C functions, for a number of the binary interface.
pub fn version(abi: u32) -> String {
    format!("MOJO_AUDIO_{abi}")
}

/// A compiler of the machine, which links: the one that the variable names, or the usual one. Its whole
/// path, as CMake gives it to cargo.
pub fn compiler(workspace: &Workspace, variable: &str, usual: &str) -> Option<String> {
    found(workspace, &env::var(variable).unwrap_or_else(|_| usual.into()))
}

/// The whole path of a program, if it is there.
pub fn found(workspace: &Workspace, program: &str) -> Option<String> {
    let path = ask(workspace.command("sh").args(["-c", "command -v \"$0\"", program]))?;
    Some(path.trim().to_string())
}

/// Links an archive to a shared library.
pub fn link(
    workspace: &Workspace,
    compiler: &str,
    archive: &Path,
    interface: &Interface<'_>,
    shared: &Path,
) -> Result {
    let script = shared.with_extension("map");
    fs::write(&script, exports(interface.versions))?;
    let mut command = workspace.command(compiler);
    command.args(["-shared", "-Wl,-O1", "-Wl,--gc-sections", "-Wl,--no-undefined", "-Wl,--as-needed"]);
    // No function's address can be written over, as in what rustc links.
    command.args(["-Wl,-z,relro", "-Wl,-z,now"]);
    command.arg(format!("-Wl,-soname,{}", interface.soname));
    command.arg(format!("-Wl,--version-script,{}", script.display()));
    command.arg("-Wl,--whole-archive").arg(archive).arg("-Wl,--no-whole-archive");
    run(command.args(interface.system.split(' ')).arg("-o").arg(shared)).map(drop)
}

fn exports(versions: &[(&str, &str)]) -> String {
    let mut script = String::new();
    for (place, (version, symbols)) in versions.iter().enumerate() {
        let rest = if place == 0 { " local: *;" } else { "" };
        script.push_str(&format!("{version} {{ global: {symbols}{rest} }};\n"));
    }
    script
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::c::interface;

    #[test]
    fn every_function_is_exported() {
        let interface = Workspace::new().read("capi/abi/interface.txt").unwrap();
        let starts: Vec<_> =
            C_FUNCTIONS.split("*;").map(str::trim).filter(|start| !start.is_empty()).collect();
        for function in interface::functions(&interface).unwrap() {
            let is_exported = starts.iter().any(|start| function.name.starts_with(start));
            assert!(is_exported, "{}", function.name);
        }
    }
}
