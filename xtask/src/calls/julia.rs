//! Julia: the package.

use super::{Against, Call};
use crate::Result;
use crate::languages::c::prefix;
use crate::languages::{Language, julia};
use crate::workspace::Workspace;
use std::process::Command;

pub const CALL: Call =
    Call { what: "Julia", argument: "whisper", program, against: Against::Core, most: 1.15 };

fn program(workspace: &Workspace) -> Result<Command> {
    if let Some(missing) = julia::Julia.missing() {
        return Err(missing.into());
    }
    julia::Julia.prepare(workspace)?;
    let mut command = julia::julia(workspace, &prefix(workspace)?)?;
    command.arg("benches/julia/call.jl");
    Ok(command)
}
