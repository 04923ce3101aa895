//! Kotlin: the library on the JVM, with its arrays and with memory outside of them.

use super::{Against, Call};
use crate::Result;
use crate::languages::{Language, kotlin};
use crate::workspace::{Workspace, run};
use std::process::Command;

pub const ARRAY: Call =
    Call { what: "Kotlin", argument: "array", program, against: Against::Core, most: 1.5 };
pub const DIRECT: Call = Call {
    what: "Kotlin, direct buffers",
    argument: "direct",
    program,
    against: Against::Core,
    most: 1.5,
};

fn program(workspace: &Workspace) -> Result<Command> {
    if let Some(missing) = kotlin::Kotlin.missing() {
        return Err(missing.into());
    }
    kotlin::native(workspace)?;
    let mut maven = kotlin::maven(workspace, "uniffi/pom.xml")?;
    maven.args(["--quiet", "--projects", ":call", "--also-make", "-DskipTests", "package"]);
    run(&mut maven)?;
    let build = kotlin::folder(workspace)?.join("call");
    let mut command = workspace.command("java");
    let classes = format!("{}:{}", build.join("classes").display(), build.join("lib/*").display());
    command.args(["-classpath", &classes, "CallKt"]);
    Ok(command)
}
