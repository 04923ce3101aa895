//! What Swift and Kotlin have in common: the library, the page that shows both, and how long core takes.

use crate::Result;
use crate::workspace::{Workspace, run};
use std::path::PathBuf;

/// How many times as long as core a language may take for 30 s of audio.
const MOST: f64 = 1.5;

/// Another process can take time from any one run.
const TRIES: usize = 3;

/// Builds the library as users get it; gives the folder that it is in.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    let package = ["--locked", "--release", "--package", "mojo-audio-uniffi"];
    run(workspace.cargo().arg("build").args(package).arg("--lib"))?;
    Ok(workspace.target().join("release"))
}

/// Compares what a language's benchmark prints with what core's does. Both are run in turn.
pub fn keeps_up(workspace: &Workspace, benchmark: impl Fn() -> Result<String>) -> Result {
    let package = ["--quiet", "--locked", "--release", "--package", "mojo-audio-uniffi"];
    let mut slow = String::new();
    for _ in 0..TRIES {
        let mut core = workspace.cargo();
        let printed = run(core.arg("run").args(package).args(["--example", "benchmark"]))?;
        let (_, core) = *times(&printed).first().ok_or("core's benchmark printed no time")?;
        let printed = benchmark()?;
        let times = times(&printed);
        if times.is_empty() {
            return Err("the benchmark printed no time".into());
        }
        let too_slow = times.iter().find(|(_, time)| *time > MOST * core);
        let Some((what, time)) = too_slow else { return Ok(()) };
        slow = format!("{what} takes {time} ms, core {core} ms; at most {MOST} times is wanted");
    }
    Err(slow.into())
}

/// Reads lines like `core: 30 s in 0.300 ms at least, 0.310 ms in the middle`: what, and the least time.
fn times(printed: &str) -> Vec<(&str, f64)> {
    let time = |line| {
        let (what, rest): (&str, &str) = str::split_once(line, ": 30 s in ")?;
        Some((what, rest.split_once(" ms at least")?.0.parse().ok()?))
    };
    printed.lines().filter_map(time).collect()
}

/// Fails unless every line of the code that the page shows stands in the test, in the same order: there it
/// is compiled and run.
pub fn shown_is_tested(workspace: &Workspace, language: &str, test: &str) -> Result {
    let page = workspace.read("uniffi/README.md")?;
    let test_text = workspace.read(test)?;
    let mut rest = test_text.lines().map(str::trim);
    let blocks: Vec<_> = page.split(&format!("\n```{language}\n")).skip(1).collect();
    if blocks.is_empty() {
        return Err(format!("uniffi/README.md shows no {language}").into());
    }
    for line in blocks.iter().flat_map(|block| block.split("```").next().unwrap_or_default().lines()) {
        let line = line.trim();
        if !line.is_empty() && !rest.any(|tested| tested == line) {
            return Err(format!("{test} does not have the line `{line}` of uniffi/README.md").into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        let printed =
            "Build complete!\nSwift, [Float]: 30 s in 0.289 ms at least, 0.303 ms in the middle\n";
        assert_eq!(times(printed), [("Swift, [Float]", 0.289)]);
    }
}
