//! Node: the package, with a result of its own for each call and with the caller's.

use super::{Against, Call};
use crate::Result;
use crate::languages::{Language, node};
use crate::workspace::Workspace;
use std::fs;
use std::process::Command;

pub const SYNC: Call = Call {
    what: "Node, computeSync",
    argument: "computeSync",
    program,
    against: Against::Core,
    most: 1.15,
};
pub const INTO: Call = Call {
    what: "Node, computeInto",
    argument: "computeInto",
    program,
    against: Against::Core,
    most: 1.15,
};

fn program(workspace: &Workspace) -> Result<Command> {
    if let Some(missing) = node::Node.missing() {
        return Err(missing.into());
    }
    let addon = node::build(workspace, &[])?;
    node::copy_package(workspace, &addon, &workspace.folder("bench/node/node_modules/mojo-audio")?)?;
    // As they lie in the checkout, which gets no node_modules.
    let folder = workspace.folder("bench/node")?;
    for file in ["node/call.mjs", "peers/node/serve.mjs"] {
        let to = folder.join(file);
        fs::create_dir_all(to.parent().unwrap_or(&folder))?;
        fs::copy(workspace.path("benches").join(file), to)?;
    }
    let mut command = workspace.command("node");
    command.arg(folder.join("node/call.mjs"));
    Ok(command)
}
