//! Go: the package, with the static library.

use super::{Against, Call};
use crate::Result;
use crate::languages::{Language, go};
use crate::workspace::{Workspace, run};
use std::fs;
use std::process::Command;

pub const CALL: Call =
    Call { what: "Go", argument: "whisper", program, against: Against::Core, most: 1.15 };

fn program(workspace: &Workspace) -> Result<Command> {
    if let Some(missing) = go::Go.missing() {
        return Err(missing.into());
    }
    go::Go.prepare(workspace)?;
    let program = workspace.folder("bench")?.join("call-go");
    // Go does not see that a library has changed.
    let _ = fs::remove_file(&program);
    run(go::command(workspace, "benches/go")?.args(["build", "-buildvcs=false", "-o"]).arg(&program))?;
    Ok(workspace.command(program))
}
