//! What a call costs in each language, beside the same call of core: one small file a language.

mod c;
mod cxx;
mod go;
mod kotlin;
mod node;
mod python;
mod rust;
mod swift;

use super::criterion::Times;
use super::process::{Process, like, take_turns};
use super::statistic::Statistic;
use crate::Result;
use crate::workspace::Workspace;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// A call of ours, by a program that answers as benches/README.md says.
pub struct Call {
    /// As it is called in tables.
    pub what: &'static str,
    /// What the program is started with.
    pub argument: &'static str,
    /// Builds the program.
    pub program: fn(&Workspace) -> Result<Command>,
    pub beside: Beside,
    /// So many times the other's time at most.
    pub most: f64,
}

/// What a call is compared with.
pub enum Beside {
    Core,
    CPlanned,
}

impl Beside {
    fn call(&self) -> &'static Call {
        match self {
            Self::Core => CORE,
            Self::CPlanned => C,
        }
    }

    pub fn what(&self) -> &'static str {
        self.call().what
    }

    pub fn key(&self) -> String {
        self.call().key()
    }
}

impl Call {
    /// Its name among the measured times.
    pub fn key(&self) -> String {
        format!("call/{}", self.what)
    }
}

/// Every call but core's.
pub const ALL: &[&Call] = &[
    &c::PLANNED,
    &c::ONE_SHOT,
    &cxx::CALL,
    &go::CALL,
    &python::CALL,
    &node::SYNC,
    &node::INTO,
    &swift::CALL,
    &kotlin::ARRAY,
    &kotlin::DIRECT,
];

/// Those that stand beside other libraries; core's own is what the languages are compared with.
pub const CORE: &Call = &rust::CALL;
pub const C: &Call = &c::PLANNED;
pub const PYTHON: &Call = &python::CALL;

/// The lengths that are measured, and where each starts in the audio, in samples.
pub const CLIPS: [(&str, usize, usize); 2] = [("30s", 0, 480_000), ("1s", 16_000, 16_000)];

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

/// A folder with the measured audio: the example's speech, again and again.
pub fn clips(workspace: &Workspace) -> Result<PathBuf> {
    let wav = fs::read(workspace.path("examples/data/speech.wav"))?;
    let data =
        wav.windows(4).position(|four| four == b"data").ok_or("examples/data/speech.wav: no data")?;
    let speech: Vec<_> = wav[data + 8..]
        .chunks_exact(2)
        .map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0)
        .collect();
    let folder = workspace.folder("bench/clips")?;
    for (name, start, length) in CLIPS {
        let samples = speech.iter().cycle().skip(start).take(length);
        let bytes: Vec<u8> = samples.flat_map(|sample| sample.to_le_bytes()).collect();
        fs::write(folder.join(format!("{name}.f32")), bytes)?;
    }
    Ok(folder)
}
