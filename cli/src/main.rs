//! The command `mojo-audio`: audio files in, mel spectrograms as numbers and pictures out.

mod args;
mod batch;
mod failure;
mod inputs;
mod job;
mod model;
mod npy;
mod outputs;
mod picture;
mod report;
mod settings;

use std::process::ExitCode;

/// 0: done. 1: at least one file failed. 2: wrong usage, and nothing was done.
fn main() -> ExitCode {
    let args = args::parse();
    if args.list {
        return report::list::print();
    }
    match settings::Settings::new(&args) {
        Ok(settings) => batch::run(&args.inputs, &settings),
        Err(usage) => usage.exit(),
    }
}
