//! Zig: the installed C library.

use super::{Beside, Call};
use crate::Result;
use crate::languages::c::{find_library, prefix};
use crate::languages::{Language, zig};
use crate::workspace::{Workspace, run};
use std::process::Command;

pub const CALL: Call =
    Call { what: "Zig", argument: "whisper", program, beside: Beside::Core, most: 1.15 };

fn program(workspace: &Workspace) -> Result<Command> {
    if let Some(missing) = zig::Zig.missing() {
        return Err(missing.into());
    }
    zig::Zig.prepare(workspace)?;
    let prefix = prefix(workspace)?;
    let program = workspace.folder("bench")?.join("call-zig");
    let mut zig = zig::zig(workspace)?;
    zig.args(["build-exe", "-OReleaseFast", "--dep", "mojo_audio", "-Mroot=benches/zig/call.zig"]);
    zig.args(["-Mmojo_audio=examples/zig/mojo_audio.zig", "-lc", "-lmojo_audio", "-L"]);
    zig.arg(prefix.join("lib"));
    run(zig.arg(format!("-femit-bin={}", program.display())))?;
    let mut command = workspace.command(program);
    find_library(&mut command, &prefix);
    Ok(command)
}
