//! Tries to break the library: `cargo xtask harden PART`, one file a part below this one.

mod fuzz;

use crate::Result;
use crate::workspace::Workspace;
use clap::Subcommand;

/// Tries to break the library, and keeps what does
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    part: Part,
}

#[derive(Subcommand)]
enum Part {
    Fuzz(fuzz::Arguments),
}

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result {
    match &arguments.part {
        Part::Fuzz(arguments) => fuzz::run(workspace, arguments),
    }
}
