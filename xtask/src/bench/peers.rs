//! Other libraries against ours, in one run on the same audio.

pub mod install;
mod report;

use super::statistic::Statistic;
use super::{Arguments, PAGE, machine};
use crate::Result;
use crate::calls::process::{Memory, Process, take_turns};
use crate::calls::{self, CLIPS};
use crate::section::Section;
use crate::table;
use crate::workspace::{Workspace, run as run_program};
use install::Install;
use report::Deviation;
use std::path::{Path, PathBuf};

/// A library that is measured.
struct Peer {
    /// As it is called in tables.
    name: &'static str,
    by: By,
    /// What its program is started with.
    argument: &'static str,
    recipe: Recipe,
    /// Whether it can make use of a second thread, for one input.
    has_threads: bool,
    /// What the reader has to know to compare its figures.
    note: &'static str,
}

enum By {
    Ours(&'static calls::Call),
    Python,
    Rust,
    Node,
}

/// The features that a row is about: ours is the preset of the same name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Recipe {
    Whisper,
    Kaldi,
}

impl Recipe {
    fn preset(self) -> &'static str {
        match self {
            Self::Whisper => "whisper",
            Self::Kaldi => "kaldi-fbank",
        }
    }
}

const fn peer(name: &'static str, by: By, argument: &'static str) -> Peer {
    Peer { name, by, argument, recipe: Recipe::Whisper, has_threads: false, note: "" }
}

impl Peer {
    const fn threads(self) -> Self {
        Self { has_threads: true, ..self }
    }

    const fn kaldi(self) -> Self {
        Self { recipe: Recipe::Kaldi, ..self }
    }

    const fn note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }
}

const PEERS: &[Peer] = &[
    peer("mojo-audio, Rust", By::Ours(calls::CORE), "whisper").threads(),
    peer("mojo-audio, C", By::Ours(calls::C), "planned"),
    peer("mojo-audio, Python", By::Ours(calls::PYTHON), "whisper"),
    peer("mel_spec, batch form", By::Rust, "mel_spec-batch")
        .note("made for NeMo: symmetric window, zeros beyond the ends, the guard added"),
    peer("mel_spec, Whisper's form", By::Rust, "mel_spec").note("levels each frame by its own maximum"),
    peer("spectrograms", By::Rust, "spectrograms")
        .note("symmetric window, zeros beyond the ends; logarithm and levels added"),
    peer("Candle", By::Rust, "candle").threads().note("frames start on their sample instead of lying around it; power of inner bins doubled; computes 15 s of silence more"),
    peer("whisper.cpp", By::Rust, "whisper.cpp")
        .threads()
        .note("through whisper-rs-sys; zeros beyond the end; pads with 30 s of silence, whose frames it does not transform"),
    peer("openai-whisper", By::Python, "openai-whisper").threads(),
    peer("torchaudio", By::Python, "torchaudio").threads().note("logarithm and levels added"),
    peer("librosa", By::Python, "librosa").threads().note("filters kept; logarithm and levels added"),
    peer("faster-whisper", By::Python, "faster-whisper").threads(),
    peer("transformers, with torch", By::Python, "transformers-torch").threads(),
    peer("transformers, NumPy", By::Python, "transformers-numpy").threads(),
    peer("kaldi-native-fbank", By::Python, "kaldi-native-fbank-whisper")
        .note("80 samples put in front, as its frames lie on Kaldi's grid; logarithm and levels added"),
    peer("transformers.js", By::Node, "transformers.js"),
    peer("Meyda", By::Node, "meyda").note("frames of 512, filters from bin to bin: not Whisper's"),
    peer("mojo-audio, Rust", By::Ours(calls::CORE), "kaldi-fbank").kaldi().threads(),
    peer("mel_spec", By::Rust, "mel_spec-kaldi").kaldi(),
    peer("kaldi-native-fbank", By::Python, "kaldi-native-fbank").kaldi(),
    peer("torchaudio", By::Python, "torchaudio-kaldi").kaldi().threads(),
];

/// A peer's results.
struct Row<'a> {
    peer: &'a Peer,
    version: String,
    /// 30 s on one thread, on two, 1 s on one.
    times: [Option<Statistic>; 3],
    memory: Option<Memory>,
    deviation: Deviation,
}

/// A process and what it is there for.
struct Job<'a> {
    peer: &'a Peer,
    threads: usize,
}

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result {
    let clips = calls::clips(workspace)?;
    let install = Install::new(workspace);
    let truths = Truths::new(workspace, &install, &clips)?;
    let (mut jobs, mut processes, mut rows, mut missing) = (vec![], vec![], vec![], vec![]);
    for peer in PEERS {
        match start(workspace, &install, &truths, peer, &clips) {
            Ok((row, started)) => {
                rows.push(row);
                for (place, process) in started.into_iter().enumerate() {
                    jobs.push(Job { peer, threads: place + 1 });
                    processes.push(process);
                }
            }
            Err(error) => missing.push(format!("{}: {error}", peer.name)),
        }
    }
    for (clip, ..) in CLIPS {
        let all = take_turns(&mut processes, clip, arguments.rounds);
        for (job, times) in jobs.iter().zip(all) {
            let row = rows.iter_mut().find(|row| std::ptr::eq(row.peer, job.peer));
            let row = row.ok_or("a process without a row")?;
            let place = match (clip, job.threads) {
                ("30s", threads) => threads - 1,
                (_, 1) => 2,
                _ => continue,
            };
            match times {
                Ok(times) => row.times[place] = Statistic::of(times),
                Err(error) => missing.push(format!("{}, {clip}: {error}", job.peer.name)),
            }
        }
    }
    drop(processes);
    let machine = machine::describe(&["rustc", "python3", "node"]);
    println!("{machine}");
    let mut texts = Vec::new();
    for recipe in [Recipe::Whisper, Recipe::Kaldi] {
        let rows: Vec<_> = rows.iter().filter(|row| row.peer.recipe == recipe).collect();
        let cells = report::cells(&rows);
        println!();
        arguments.print(&cells);
        texts.push(format!("{machine}\n\n{}\n{}", table::markdown(&cells), report::notes(&rows)));
    }
    for reason in &missing {
        println!("not measured: {reason}");
        texts[0].push_str(&format!("- Not measured: {reason}\n"));
    }
    if arguments.write {
        const COMMAND: &str = "cargo xtask bench --peers --write";
        for (page, text) in ["README.md", PAGE].into_iter().zip(&texts) {
            Section::read(workspace, page, COMMAND)?.write(workspace, text)?;
        }
    }
    Ok(())
}

/// Starts a peer's program, once for each number of threads, and looks at its first result.
fn start<'a>(
    workspace: &Workspace,
    install: &Install<'_>,
    truths: &Truths,
    peer: &'a Peer,
    clips: &Path,
) -> Result<(Row<'a>, Vec<Process>)> {
    let mut started = Vec::new();
    for threads in 1..=if peer.has_threads { 2 } else { 1 } {
        let command = match peer.by {
            By::Ours(call) => install.ours(call)?,
            By::Python => install.python()?,
            By::Rust => install.rust()?,
            By::Node => install.node()?,
        };
        started.push(Process::start(command, peer.argument, clips, threads)?);
    }
    let file = workspace.folder("bench")?.join("result.f32");
    // The clip is read before, and the result is taken apart after.
    started[0].time("30s", 0)?;
    let (_, memory) = started[0].memory_of(|process| process.time("30s", 1))?;
    let shape = started[0].save("30s", &file)?;
    let deviation = truths.deviation(peer.recipe, &file, shape)?;
    let version = started[0].version.clone();
    Ok((Row { peer, version, times: [None; 3], memory, deviation }, started))
}

/// The float64 results of the long clip.
struct Truths {
    whisper: Truth,
    kaldi: Truth,
}

struct Truth {
    file: PathBuf,
    shape: [usize; 2],
}

impl Truths {
    fn new(workspace: &Workspace, install: &Install<'_>, clips: &Path) -> Result<Self> {
        let python = install.interpreter()?;
        let truth = |recipe: Recipe| -> Result<Truth> {
            let file = clips.join(format!("{}.f64", recipe.preset()));
            let mut command = workspace.command(&python);
            command.arg("benches/peers/python/truth.py").arg(clips.join("30s.f32"));
            command.env("PYTHONDONTWRITEBYTECODE", "1");
            let printed = run_program(command.arg(recipe.preset()).arg(&file))?;
            let shape: Vec<_> =
                printed.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            let shape = shape.try_into().map_err(|_| format!("truth.py printed {printed}"))?;
            Ok(Truth { file, shape })
        };
        Ok(Self { whisper: truth(Recipe::Whisper)?, kaldi: truth(Recipe::Kaldi)? })
    }

    fn deviation(&self, recipe: Recipe, file: &Path, shape: [usize; 2]) -> Result<Deviation> {
        let truth = if recipe == Recipe::Whisper { &self.whisper } else { &self.kaldi };
        Deviation::between(&std::fs::read(file)?, shape, &std::fs::read(&truth.file)?, truth.shape)
    }
}
