//! C: the installed library, with the extractor kept and without.

use super::{Against, Call};
use crate::Result;
use crate::languages::c::{find_library, prefix};
use crate::workspace::{Workspace, run};
use std::process::Command;

pub const PLANNED: Call =
    Call { what: "C", argument: "planned", program, against: Against::Core, most: 1.15 };
pub const ONE_SHOT: Call = Call {
    what: "C in one shot",
    argument: "one-shot",
    program,
    against: Against::CPlanned,
    most: 1.03,
};

fn program(workspace: &Workspace) -> Result<Command> {
    let prefix = prefix(workspace)?;
    let program = workspace.folder("bench")?.join("call-c");
    let mut gcc = workspace.command("gcc");
    gcc.args([
        "-std=c11",
        "-O2",
        "-Wall",
        "-Wextra",
        "-Werror",
        "benches/c/call.c",
        "-lmojo_audio",
        "-lm",
        "-o",
    ]);
    run(find_library(&mut gcc, &prefix).arg(&program))?;
    let mut command = workspace.command(program);
    find_library(&mut command, &prefix);
    Ok(command)
}
