//! The command `mojo-audio`: audio files in, mel spectrograms as numbers and pictures out.
//!
//! The rooms lie along the path of a run: `args` and `settings` say what is asked for, `inputs` which
//! files are meant, `work` which of them are left to do, `batch` gives them to threads, `job` works on
//! each, `sinks` are the places that results go to, `report` tells of it. `identify` is a run of its own.

mod args;
mod batch;
mod failure;
mod identify;
mod inputs;
mod interrupt;
mod job;
mod model;
mod picture;
mod record;
mod report;
mod settings;
mod shell;
mod sinks;
mod work;

use args::{Args, Tool};
use clap::error::Error as UsageError;
use inputs::Inputs;
use settings::{Settings, usage_error};
use std::process::ExitCode;

/// 0: done. 1: at least one file failed. 2: wrong usage, and nothing was done. 130: interrupted.
fn main() -> ExitCode {
    let args = args::parse();
    match &args.tool {
        Some(Tool::Identify(args)) => return identify::run(args),
        Some(Tool::Diff(args)) => return identify::diff(args),
        None => {}
    }
    if args.list {
        return report::list::print();
    }
    if args.man {
        return shell::man();
    }
    if let Some(shell) = args.completions {
        return shell::completions(shell);
    }
    run(args).unwrap_or_else(|usage| usage.exit())
}

fn run(args: Args) -> Result<ExitCode, UsageError> {
    let settings = Settings::new(&args)?;
    let mut arguments = args.inputs;
    let listed = args.files_from.is_some();
    if let Some(list) = &args.files_from {
        let names = inputs::read_list(list, args.null).map_err(|error| {
            usage_error(format!("--files-from: can't read {}: {error}", inputs::shown(list)))
        })?;
        arguments.extend(names);
    }
    let mut inputs = Inputs::expand(arguments, args.follow);
    // A list is told of as one even if it has a single name.
    inputs.single &= !listed && args.shard.is_none();
    batch::run(inputs, &settings)
}
