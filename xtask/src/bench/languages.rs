//! What a call costs in each language, against the same call of core.

use super::criterion::Times;
use super::statistic::Statistic;
use crate::Result;
use crate::calls::process::{Process, like, take_turns};
use crate::calls::{ALL, CORE, clips};
use crate::workspace::Workspace;
use std::process::Command;

/// Measures all of them; gives why some are not.
pub fn run(workspace: &Workspace, rounds: u32, times: &mut Times) -> Result<Vec<String>> {
    let clips = clips(workspace)?;
    let (mut keys, mut processes, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    let calls = [&[CORE][..], ALL].concat();
    // Calls of one program stand side by side: it is built once.
    for calls in calls.chunk_by(|a, b| std::ptr::fn_addr_eq(a.program, b.program)) {
        let program = (calls[0].program)(workspace);
        for call in calls {
            let started = match &program {
                Ok(program) => {
                    let command = like(program, Command::new(program.get_program()));
                    Process::start(command, call.argument, &clips, 1)
                }
                Err(error) => Err(error.to_string().into()),
            };
            match started {
                Ok(process) => {
                    keys.push(call.key());
                    processes.push(process);
                }
                Err(error) => missing.push(format!("{}: {error}", call.what)),
            }
        }
    }
    for (key, all) in keys.into_iter().zip(take_turns(&mut processes, "30s", rounds)) {
        match all {
            Ok(all) => times.extend(Statistic::of(all).map(|statistic| (key, statistic))),
            Err(error) => missing.push(format!("{key}: {error}")),
        }
    }
    Ok(missing)
}
