//! A measured program: started once, then asked for times. benches/README.md describes the lines.

use crate::Result;
use crate::workspace::ask;
use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::available_parallelism;

pub struct Process {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// What the program says of its version.
    pub version: String,
}

/// In bytes, of the whole process.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    pub before: u64,
    pub peak: u64,
}

impl Process {
    /// Starts a program that may use `threads` threads, and waits until it is ready.
    pub fn start(mut command: Command, name: &str, clips: &Path, threads: usize) -> Result<Self> {
        command.arg(name).arg(clips).arg(threads.to_string());
        let mut command = pinned(&command, threads);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", command.get_program().to_string_lossy()))?;
        let input = child.stdin.take().ok_or("no input")?;
        let output = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let mut process = Self { child, input, output, version: String::new() };
        let line = process.line()?;
        let version = line.strip_prefix("ready ").ok_or(format!("{name}: {line}"))?;
        process.version = version.to_string();
        Ok(process)
    }

    /// Nanoseconds of `n` calls.
    pub fn time(&mut self, clip: &str, n: usize) -> Result<Vec<f64>> {
        let line = self.ask(&format!("time {clip} {n}"))?;
        let times =
            line.split_whitespace().map(str::parse).collect::<std::result::Result<Vec<f64>, _>>();
        match times {
            Ok(times) if times.len() == n => Ok(times),
            _ => Err(format!("wanted {n} times, got: {line}").into()),
        }
    }

    /// Lets the result of a clip be written to a file; gives bands and frames.
    pub fn save(&mut self, clip: &str, file: &Path) -> Result<[usize; 2]> {
        let line = self.ask(&format!("save {clip} {}", file.display()))?;
        let shape = line.split_whitespace().filter_map(|word| word.parse().ok()).collect::<Vec<_>>();
        shape.try_into().map_err(|_| format!("wanted bands and frames, got: {line}").into())
    }

    /// Does something, and tells how much memory it took, where the system says that.
    pub fn memory_of<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<(T, Option<Memory>)> {
        let folder = format!("/proc/{}", self.child.id());
        // From here on the peak is a new one.
        let is_reset = fs::write(format!("{folder}/clear_refs"), "5").is_ok();
        let status = || fs::read_to_string(format!("{folder}/status")).unwrap_or_default();
        let before = field(&status(), "VmRSS:");
        let done = work(self)?;
        let peak = field(&status(), "VmHWM:").filter(|_| is_reset);
        Ok((done, before.zip(peak).map(|(before, peak)| Memory { before, peak })))
    }

    /// Memory of the process and of those that it has started which no file backs, in bytes.
    pub fn private_memory(&self) -> Result<u64> {
        let mut sum = 0;
        let mut processes = vec![self.child.id().to_string()];
        while let Some(id) = processes.pop() {
            let read = |file: &str| fs::read_to_string(format!("/proc/{id}/{file}"));
            // What has ended has none.
            let Ok(status) = read("status") else { continue };
            sum += field(&status, "RssAnon:").unwrap_or(0);
            let children = read(&format!("task/{id}/children")).unwrap_or_default();
            processes.extend(children.split_whitespace().map(String::from));
        }
        if sum == 0 {
            Err("the system does not tell how much memory a process has".into())
        } else {
            Ok(sum)
        }
    }

    fn ask(&mut self, line: &str) -> Result<String> {
        writeln!(self.input, "{line}")?;
        self.input.flush()?;
        self.line()
    }

    fn line(&mut self) -> Result<String> {
        match self.output.next() {
            Some(line) => Ok(line?),
            None => Err(format!("the program has ended: {}", self.child.wait()?).into()),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It would end when its input does, but nobody needs what it still computes.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command, held to as many cores as it may use threads, where the system can.
fn pinned(command: &Command, threads: usize) -> Command {
    let cores = available_parallelism().map_or(1, usize::from);
    let threads = threads.min(cores);
    if ask(Command::new("taskset").arg("--version")).is_none() {
        return like(command, Command::new(command.get_program()));
    }
    let mut taskset = Command::new("taskset");
    // The last ones: the first has the interrupts, as a rule.
    taskset.args(["-c", &format!("{}-{}", cores - threads, cores - 1)]).arg(command.get_program());
    like(command, taskset)
}

/// A new command, with the arguments, the environment and the folder of another.
pub fn like(command: &Command, mut new: Command) -> Command {
    new.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => new.env(name, value),
            None => new.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        new.current_dir(folder);
    }
    new
}

/// Bytes of a line like `VmHWM:     4242 kB`.
fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// Nanoseconds that a program is measured for in each round, at least one call.
const TURN: f64 = 1.5e8;

/// Lets processes take turns, so that what disturbs the machine disturbs them all; gives each one's times,
/// or why there are none.
pub fn take_turns(processes: &mut [Process], clip: &str, rounds: u32) -> Vec<Result<Vec<f64>>> {
    let mut times: Vec<Result<Vec<f64>>> = Vec::new();
    let mut calls = Vec::new();
    for process in &mut *processes {
        // Two to get warm, the second of which says how many calls fill a turn.
        let warm = process.time(clip, 2);
        let once = warm.as_ref().map_or(TURN, |times| times[1].max(1.0));
        calls.push((TURN / once).clamp(1.0, 1000.0) as usize);
        times.push(warm.map(|_| Vec::new()));
    }
    for round in 0..rounds as usize {
        for place in 0..processes.len() {
            // Each has every place in the order once.
            let place = (place + round) % processes.len();
            if let Ok(all) = &mut times[place] {
                match processes[place].time(clip, calls[place]) {
                    Ok(more) => all.extend(more),
                    Err(error) => times[place] = Err(error),
                }
            }
        }
    }
    times
}
