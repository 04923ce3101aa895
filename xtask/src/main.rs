//! `cargo xtask`: everything that is done to the whole project, one task a file.

mod bench;
mod calls;
mod cases;
mod conformance;
mod contents;
mod counts;
mod dist;
mod doctor;
mod elf;
mod generate;
mod harden;
mod install;
mod languages;
mod page;
mod release;
mod scale;
mod section;
mod table;
mod test;
mod tidy;
mod torch;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use workspace::Workspace;

/// What a task gives: an error's text says what is wrong and how to mend it.
type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Tests, generates and checks mojo-audio in every language.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    Test(test::Arguments),
    Generate(generate::Arguments),
    Conformance(conformance::Arguments),
    Bench(bench::Arguments),
    Counts(counts::Arguments),
    Install(install::Arguments),
    Uninstall(install::Removal),
    Dist(dist::Arguments),
    Release(release::Arguments),
    Harden(harden::Arguments),
    Scale(scale::Arguments),
    Torch(torch::Arguments),
    Web(page::Arguments),
    Doctor(doctor::Arguments),
    Tidy,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let workspace = Workspace::new();
    let done = match arguments.task {
        Task::Test(arguments) => return test::run(&workspace, &arguments),
        Task::Generate(arguments) => generate::run(&workspace, &arguments),
        Task::Conformance(arguments) => conformance::run(&workspace, &arguments),
        Task::Bench(arguments) => bench::run(&workspace, &arguments),
        Task::Counts(arguments) => counts::run(&workspace, &arguments),
        Task::Install(arguments) => install::run_task(&workspace, &arguments),
        Task::Uninstall(arguments) => install::remove(&arguments),
        Task::Dist(arguments) => dist::run(&workspace, &arguments),
        Task::Release(arguments) => release::run(&workspace, &arguments),
        Task::Harden(arguments) => harden::run(&workspace, &arguments),
        Task::Scale(arguments) => scale::run(&workspace, &arguments),
        Task::Torch(arguments) => torch::run(&workspace, &arguments),
        Task::Web(arguments) => page::run_task(&workspace, &arguments),
        Task::Doctor(arguments) => doctor::run(&arguments),
        Task::Tidy => tidy::run(&workspace),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
