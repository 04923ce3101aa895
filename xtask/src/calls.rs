//! The programs of `benches/` that make our calls, one small file a language. They are built and driven to
//! measure times, and to see that memory stays as it is.

mod c;
mod cxx;
mod go;
mod julia;
mod kotlin;
mod node;
pub mod process;
pub mod python;
mod rust;
mod swift;
mod zig;

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
    pub against: Against,
    /// So many times the other's time at most.
    pub most: f64,
}

/// What a call is compared with.
pub enum Against {
    Core,
    CPlanned,
}

impl Against {
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
    &zig::CALL,
    &julia::CALL,
];

/// Those that are compared with other libraries; core's own is what the languages are compared with.
pub const CORE: &Call = &rust::CALL;
pub const C: &Call = &c::PLANNED;
pub const PYTHON: &Call = &python::CALL;
pub const PYTHON_REQUIREMENTS: &str = python::REQUIREMENTS;

/// What each program is started with to push the clips to one stream instead.
pub const STREAM: &str = "stream";

/// The lengths that are measured, and where each starts in the audio, in samples.
pub const CLIPS: [(&str, usize, usize); 2] = [("30s", 0, 480_000), ("1s", 16_000, 16_000)];

/// One for calls of which there are to be many.
pub const SHORT: (&str, usize, usize) = ("100ms", 16_000, 1_600);

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
    for (name, start, length) in CLIPS.into_iter().chain([SHORT]) {
        let samples = speech.iter().cycle().skip(start).take(length);
        let bytes: Vec<u8> = samples.flat_map(|sample| sample.to_le_bytes()).collect();
        fs::write(folder.join(format!("{name}.f32")), bytes)?;
    }
    Ok(folder)
}
