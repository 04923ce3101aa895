//! C++: the installed library.

use super::{Against, Call};
use crate::languages::c::find_library;
use crate::languages::cxx::prefix;
use crate::workspace::{Workspace, run};
use crate::{Result, install};
use std::process::Command;

pub const CALL: Call =
    Call { what: "C++", argument: "whisper", program, against: Against::Core, most: 1.15 };

fn program(workspace: &Workspace) -> Result<Command> {
    let compiler =
        install::cxx::own_compiler(workspace).ok_or("no C++ compiler, or this is not Linux")?;
    let prefix = prefix(workspace)?;
    let program = workspace.folder("bench")?.join("call-cxx");
    let mut compiler = workspace.command(compiler);
    compiler.args(["-std=c++17", "-O2", "-Wall", "-Wextra", "-Werror", "benches/cxx/call.cc"]);
    run(find_library(&mut compiler, &prefix).args(["-lmojo_audio_cxx", "-o"]).arg(&program))?;
    let mut command = workspace.command(program);
    find_library(&mut command, &prefix);
    Ok(command)
}
