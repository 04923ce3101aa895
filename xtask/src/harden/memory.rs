//! Memory: a flat line over a million calls in every language, and what a computation needs besides its
//! result.

use super::Report;
use crate::Result;
use crate::calls::process::{Process, like};
use crate::calls::{self, Call, SHORT, STREAM};
use crate::table;
use crate::workspace::{Workspace, run as run_program};
use std::process::Command;

/// Makes a million calls in every language, and sees whether memory grows
///
/// Each program of benches/ computes a tenth of a second of audio again and again, and then pushes it to
/// one stream. Further figures are those of the allocator that counts in core's tests.
#[derive(clap::Args)]
pub struct Arguments {
    /// The languages, such as Rust or \"C++\"; all if none is named
    #[arg(value_name = "LANGUAGE")]
    languages: Vec<String>,

    /// Calls of each kind
    #[arg(long, default_value_t = CALLS, value_parser = clap::value_parser!(u32).range(1_000..))]
    calls: u32,
}

const CALLS: u32 = 1_000_000;

impl Default for Arguments {
    fn default() -> Self {
        Self { languages: Vec::new(), calls: CALLS }
    }
}

/// Portions that the calls are divided into. In the first, pools, caches and compiled code grow to their size.
const PORTIONS: usize = 10;

/// Calls that are asked for at once: their times are kept meanwhile.
const AT_ONCE: usize = 250;

/// Bytes that a process may have grown by in the second half of its calls: less than 3 for each call of a
/// million, where the smallest block that an allocator gives is 16.
const MOST: u64 = 1 << 20;

/// The JVM's heap has all its memory from the start, and so little that objects of 16 bytes, one for each
/// of a million calls, would not fit.
const ENVIRONMENT: [(&str, &str); 1] =
    [("JDK_JAVA_OPTIONS", "-Xms20m -Xmx20m -XX:+UseSerialGC -XX:+AlwaysPreTouch")];

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Report> {
    let mut broken = Vec::new();
    let calls = calls_made(workspace, arguments, &mut broken)?;
    let figures = if arguments.languages.is_empty() {
        format!("{calls}\n{}", working_memory(workspace)?)
    } else {
        calls
    };
    Ok(Report { figures, broken })
}

/// A table of what became of each process.
fn calls_made(
    workspace: &Workspace,
    arguments: &Arguments,
    broken: &mut Vec<String>,
) -> Result<String> {
    let heading =
        ["KiB of the process", "after a tenth", "after half", "after all", "more in the second half"];
    let mut rows = vec![heading.map(String::from)];
    let clips = calls::clips(workspace)?;
    let all = [&[calls::CORE][..], calls::ALL].concat();
    for calls in all.chunk_by(|a, b| std::ptr::fn_addr_eq(a.program, b.program)) {
        let language = language(calls[0]);
        if !arguments.languages.is_empty() && !arguments.languages.iter().any(|name| name == language) {
            continue;
        }
        let program = match (calls[0].program)(workspace) {
            Ok(program) => program,
            Err(error) => {
                broken.push(format!("{language}: {error}"));
                continue;
            }
        };
        let stream = (format!("{language}, stream"), STREAM);
        let calls = calls.iter().map(|call| (call.what.to_string(), call.argument)).chain([stream]);
        for (what, argument) in calls {
            let mut command = like(&program, Command::new(program.get_program()));
            command.envs(ENVIRONMENT);
            eprintln!("{what}: {} calls", arguments.calls);
            let series = Process::start(command, argument, &clips, 1)
                .and_then(|process| series(process, arguments.calls as usize));
            match series {
                Ok(series) => {
                    eprintln!("{what}: {series:?}");
                    rows.push(row(&what, &series));
                    broken.extend(judge(&series).err().map(|why| format!("{what}: {why}")));
                }
                Err(error) => broken.push(format!("{what}: {error}")),
            }
        }
    }
    Ok(format!("{} calls each.\n\n{}", arguments.calls, table::markdown(&rows)))
}

/// The language of a call, without what kind of call it is.
fn language(call: &Call) -> &str {
    call.what.split(',').next().unwrap_or(call.what)
}

/// Memory after each portion: the least of several readings, as garbage that waits to be collected is
/// none.
fn series(mut process: Process, calls: usize) -> Result<Vec<u64>> {
    let mut series = Vec::new();
    let portion = calls / PORTIONS;
    for _ in 0..PORTIONS {
        let mut least = u64::MAX;
        let mut left = portion;
        while left > 0 {
            let n = left.min(AT_ONCE);
            process.time(SHORT.0, n)?;
            left -= n;
            // Of a portion's second half.
            if left <= portion / 2 {
                least = least.min(process.private_memory()?);
            }
        }
        series.push(least);
    }
    Ok(series)
}

/// By how much a process has grown in the second half of its calls.
fn growth(series: &[u64]) -> u64 {
    let half = series.len().div_ceil(2).checked_sub(1).and_then(|place| series.get(place));
    half.zip(series.last()).map_or(0, |(half, last)| last.saturating_sub(*half))
}

/// Whether the line is flat.
fn judge(series: &[u64]) -> Result {
    let growth = growth(series);
    if growth <= MOST {
        return Ok(());
    }
    Err(format!("{growth} bytes more in the second half of the calls; at most {MOST} are expected")
        .into())
}

fn row(what: &str, series: &[u64]) -> [String; 5] {
    let kib = |bytes: Option<&u64>| bytes.map_or(String::new(), |bytes| (bytes / 1024).to_string());
    let half = series.len().div_ceil(2).saturating_sub(1);
    let more = (growth(series) / 1024).to_string();
    [what.into(), kib(series.first()), kib(series.get(half)), kib(series.last()), more]
}

/// What core's test prints with every length of audio: a table of it.
fn working_memory(workspace: &Workspace) -> Result<String> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--locked", "--release", "--package", "mojo-audio-core", "--test", "memory"]);
    cargo.args(["--", "--exact", "working_memory_is_small_and_constant", "--nocapture"]);
    let text = run_program(cargo.env("MOJO_AUDIO_HOURS", "all"))?;
    working_memory_table(&text)
}

/// Lines like `working memory: whisper, 3600 s, 115200000, 51008`: the result's bytes, and those besides it.
fn working_memory_table(text: &str) -> Result<String> {
    let mut rows: Vec<[String; 4]> = Vec::new();
    for line in text.lines() {
        // The runner's own words may stand before it.
        let Some((_, line)) = line.split_once("working memory: ") else { continue };
        let fields: Vec<_> = line.split(", ").collect();
        let [preset, seconds, _, beside] = fields[..] else { return Err(line.into()) };
        let column = match seconds {
            "1 s" => 1,
            "3600 s" => 2,
            "36000 s" => 3,
            _ => return Err(format!("no column for {seconds}").into()),
        };
        if rows.last().is_none_or(|row| row[0] != format!("`{preset}`")) {
            rows.push([format!("`{preset}`"), String::new(), String::new(), String::new()]);
        }
        if let Some(row) = rows.last_mut() {
            row[column] = format!("{:.1}", beside.parse::<f64>()? / 1024.0);
        }
    }
    if rows.is_empty() {
        return Err("core's test has printed nothing of its memory".into());
    }
    rows.insert(0, ["KiB besides the result", "1 s", "1 h", "10 h"].map(String::from));
    Ok(table::markdown(&rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sizes of a process of 30 MB that loses `bytes` bytes in each of a million calls.
    fn losing(bytes: f64) -> Vec<u64> {
        (1..=10).map(|portion| 30_000_000 + (bytes * 1e5 * f64::from(portion)) as u64).collect()
    }

    #[test]
    fn a_leak_is_seen() {
        assert!(judge(&losing(0.0)).is_ok());
        assert!(judge(&losing(16.0)).is_err(), "the smallest block in each call");
        assert!(judge(&losing(64.0 / 16.0)).is_err(), "a small object in every sixteenth call");
        let series = |mb: [u64; 10]| mb.map(|mb| mb << 20);
        // What the first calls take for good is no leak, nor is memory that is given back.
        assert!(judge(&series([1, 50, 50, 49, 50, 48, 50, 50, 50, 50])).is_ok());
        assert!(judge(&series([60, 50, 40, 30, 30, 30, 30, 30, 30, 30])).is_ok());
        assert!(judge(&series([30, 30, 31, 31, 32, 32, 33, 33, 34, 34])).is_err());
    }

    #[test]
    fn working_memory_is_read() {
        let text = "test working_memory ... working memory: whisper, 1 s, 32000, 51200\n\
            working memory: whisper, 3600 s, 1, 51200\nworking memory: whisper, 36000 s, 1, 51200\n\
            working memory: clap, 1 s, 9, 1536\nok\n";
        let table = working_memory_table(text).unwrap();
        assert_eq!(table.lines().nth(2), Some("| `whisper` | 50.0 | 50.0 | 50.0 |"));
        assert_eq!(table.lines().nth(3), Some("| `clap` | 1.5 |  |  |"));
        assert!(working_memory_table("ok\n").is_err());
    }
}
