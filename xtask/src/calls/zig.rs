//! Zig: the package.

use super::{Against, Call};
use crate::Result;
use crate::languages::c::{find_library, prefix};
use crate::languages::{Language, zig};
use crate::workspace::Workspace;
use std::process::Command;

pub const CALL: Call =
    Call { what: "Zig", argument: "whisper", program, against: Against::Core, most: 1.15 };

fn program(workspace: &Workspace) -> Result<Command> {
    if let Some(missing) = zig::Zig.missing() {
        return Err(missing.into());
    }
    zig::Zig.prepare(workspace)?;
    let prefix = prefix(workspace)?;
    let program = workspace.folder("bench")?.join("call-zig");
    zig::build(workspace, &prefix, "benches/zig/call.zig", &program, &["-OReleaseFast"])?;
    let mut command = workspace.command(program);
    find_library(&mut command, &prefix);
    Ok(command)
}
