//! What `cargo xtask` starts: the installer, which soon compiles. It starts the program of the other tasks for them;
//! a source release has the installer alone.

// The tests of its files are the other program's.
#![cfg(not(test))]
// The files are those of the whole project, in which other tasks call more of their functions.
#![allow(dead_code, unused_imports)]

mod dist {
    pub mod notices;
    pub mod targets;
}
mod install;
mod workspace;

use clap::{Parser, Subcommand};
use std::env;
use std::process::ExitCode;
use workspace::Workspace;

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

/// The file of the other tasks' program.
const OTHERS: &str = "xtask/src/main.rs";

fn main() -> ExitCode {
    let workspace = Workspace::new();
    let task = env::args().nth(1);
    let is_ours = task.is_some_and(|task| ["install", "uninstall"].contains(&task.as_str()));
    if !is_ours && workspace.path(OTHERS).exists() {
        return other(&workspace);
    }
    let done = match Arguments::parse().task {
        Task::Install(arguments) => install::run_task(&workspace, &arguments),
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

/// Builds and runs the program of the other tasks, with the same arguments.
fn other(workspace: &Workspace) -> ExitCode {
    let mut cargo = workspace.cargo();
    cargo.args([
        "run",
        "--quiet",
        "--profile",
        "xtask",
        "--package",
        "xtask",
        "--bin",
        "xtask-all",
        "--",
    ]);
    match cargo.args(env::args_os().skip(1)).status() {
        Ok(status) => status.code().map_or(ExitCode::FAILURE, |code| ExitCode::from(code as u8)),
        Err(error) => {
            eprintln!("cargo: {error}");
            ExitCode::FAILURE
        }
    }
}
