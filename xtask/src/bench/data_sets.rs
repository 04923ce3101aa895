//! Hours of audio per second of CPU time where data sets are made: ours against what is used there otherwise.

use super::peers::install::Install;
use super::{Arguments, PAGE, machine};
use crate::Result;
use crate::calls::python::wheel;
use crate::languages::python;
use crate::section::Section;
use crate::table;
use crate::workspace::{Workspace, run as run_program};

const COMMAND: &str = "cargo xtask bench --data-sets --write";

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result {
    let interpreter = Install::new(workspace).interpreter()?;
    python::install(workspace, &interpreter, &wheel(workspace)?)?;
    let mut program = workspace.command(interpreter);
    program
        .args(["benches/data_sets.py", "examples/data/speech.wav"])
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let printed = run_program(program.arg(arguments.rounds.to_string()))?;
    let mut rows = vec![
        ["in `map` of Hugging Face datasets", "features", "library", "hours per CPU second"]
            .map(String::from),
    ];
    for line in printed.lines() {
        let cells: Vec<_> = line.split('\t').map(String::from).collect();
        rows.push(cells.try_into().map_err(|_| format!("data_sets.py printed {line}"))?);
    }
    let machine = machine::describe(&["python3"]);
    println!("{machine}\n");
    arguments.print(&rows);
    if arguments.write {
        let text = format!("{machine}\n\n{}\n", table::markdown(&rows));
        Section::read(workspace, PAGE, COMMAND)?.write(workspace, &text)?;
    }
    Ok(())
}
