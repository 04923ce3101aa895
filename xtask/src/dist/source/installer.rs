//! `cargo xtask` of a source release: the installer alone.

// The files are those of the whole project, in which other tasks call more of their functions.
#![allow(dead_code, unused_imports)]

mod dist {
    pub mod notices;
    pub mod targets;
}
mod install;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Installs mojo-audio's C library.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    Install(install::Arguments),
    Uninstall(install::Removal),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Install(arguments) => install::run_task(&workspace::Workspace::new(), &arguments),
        Task::Uninstall(arguments) => install::remove(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
