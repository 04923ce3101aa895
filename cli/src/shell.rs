//! What a shell and `man` know of the command: scripts and a page made from its own definition.

use crate::args::Args;
use crate::report;
use clap::CommandFactory;
use clap_complete::Shell;
use std::io;
use std::process::ExitCode;

/// Prints the script that completes the command in a shell.
pub fn completions(shell: Shell) -> ExitCode {
    let mut command = Args::command();
    let name = command.get_name().to_string();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    report::print_all(&script)
}

/// Prints the manual page, in roff.
pub fn man() -> ExitCode {
    let mut page = Vec::new();
    match render(&mut page) {
        Ok(()) => report::print_all(&page),
        Err(error) => {
            report::complain(&format!("error: the manual page can't be made: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

fn render(page: &mut Vec<u8>) -> io::Result<()> {
    clap_mangen::Man::new(Args::command()).render(page)
}
