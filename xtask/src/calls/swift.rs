//! Swift: the package MojoAudio.

use super::{Against, Call};
use crate::Result;
use crate::languages::{Language, swift, uniffi};
use crate::workspace::{Workspace, run};
use std::process::Command;

pub const CALL: Call =
    Call { what: "Swift", argument: "whisper", program, against: Against::Core, most: 1.5 };

fn program(workspace: &Workspace) -> Result<Command> {
    if let Some(missing) = swift::Swift.missing() {
        return Err(missing.into());
    }
    let library = uniffi::build(workspace)?;
    let build = workspace.folder("bench/swift")?;
    let swift = |action| {
        let mut swift = swift::command(workspace, "benches/swift", action, &library, &build);
        swift.args(["--configuration", "release"]);
        swift
    };
    run(&mut swift("build"))?;
    // Where `swift` runs on another system than this one, the program does too.
    let mut command = swift("run");
    command.args(["--skip-build", "--quiet", "call"]);
    Ok(command)
}
