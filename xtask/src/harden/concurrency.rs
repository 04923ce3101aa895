//! Concurrency: runs the tests in which threads share an extractor for as long as the caller likes.
//!
//! Each language has them among its tests, where they are short; here the variable `MOJO_AUDIO_SECONDS` makes
//! them long. They print what they compared.

use super::Report;
use crate::Result;
use crate::calls;
use crate::languages::{Language, go, kotlin, node, python, swift, uniffi};
use crate::table;
use crate::workspace::{Printed, Workspace, show};
use std::process::Command;

/// Lets 64 threads share an extractor, and the threads of every language
#[derive(clap::Args)]
pub struct Arguments {
    /// The languages; all if none is named
    #[arg(value_name = "LANGUAGE", value_parser = LANGUAGES.map(|(name, _)| name))]
    languages: Vec<String>,

    /// Seconds for each test
    #[arg(long, default_value_t = SECONDS, value_parser = clap::value_parser!(u32).range(1..=500))]
    seconds: u32,
}

const SECONDS: u32 = 60;

impl Default for Arguments {
    fn default() -> Self {
        Self { languages: Vec::new(), seconds: SECONDS }
    }
}

/// Makes the commands that run a language's tests.
type Tests = fn(&Workspace) -> Result<Vec<Command>>;

const LANGUAGES: [(&str, Tests); 6] = [
    ("rust", rust_tests),
    ("go", go_tests),
    ("python", python_tests),
    ("node", node_tests),
    ("swift", swift_tests),
    ("kotlin", kotlin_tests),
];

/// What stands before the figures in a line of what a test prints.
const MARK: &str = "concurrency: ";

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Report> {
    let mut rows =
        vec![["language", "who shares an extractor", "seconds", "compared"].map(String::from)];
    let mut broken = Vec::new();
    for (language, tests) in LANGUAGES {
        if !arguments.languages.is_empty() && !arguments.languages.iter().any(|name| name == language) {
            continue;
        }
        match tests(workspace).and_then(|commands| compared(commands, arguments.seconds)) {
            Ok(found) => rows.extend(
                found
                    .into_iter()
                    .map(|[who, what]| [language.into(), who, arguments.seconds.to_string(), what]),
            ),
            Err(error) => broken.push(format!("{language}: {error}")),
        }
    }
    let mut figures = table::markdown(&rows);
    if python::free_threaded(workspace).next().is_none() {
        let names = python::FREE_THREADED.join(" or ");
        figures
            .push_str(&format!("\nNot run: Python without the GIL, as the machine has no {names}.\n"));
    }
    Ok(Report { figures, broken })
}

/// Runs tests; gives who shared an extractor, and what was compared.
fn compared(commands: Vec<Command>, seconds: u32) -> Result<Vec<[String; 2]>> {
    let mut all = Vec::new();
    for mut command in commands {
        let Printed { status, text } = show(command.env("MOJO_AUDIO_SECONDS", seconds.to_string()))?;
        if !status.success() {
            return Err(status.to_string().into());
        }
        all.extend(figures(&text)?);
    }
    Ok(all)
}

/// The lines that tests have printed for this, such as `concurrency: 64 threads: 1234 results`.
fn figures(text: &str) -> Result<Vec<[String; 2]>> {
    let marked = text.lines().filter_map(|line| line.split_once(MARK)?.1.trim_end().rsplit_once(": "));
    let figures: Vec<_> = marked.map(|(who, what)| [who.to_string(), what.to_string()]).collect();
    if figures.is_empty() { Err("no test has said what it compared".into()) } else { Ok(figures) }
}

/// Why a language's tests can't run is an error here: what did not run held nothing.
fn needed(language: &dyn Language) -> Result {
    language.missing().map_or(Ok(()), |missing| Err(missing.into()))
}

fn rust_tests(workspace: &Workspace) -> Result<Vec<Command>> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--locked", "--release", "--package", "mojo-audio-core", "--test", "threads"]);
    cargo.args(["--", "--nocapture"]);
    Ok(vec![cargo])
}

/// Under the race detector.
fn go_tests(workspace: &Workspace) -> Result<Vec<Command>> {
    needed(&go::Go)?;
    go::Go.prepare(workspace)?;
    let mut go = go::command(workspace, go::PACKAGE)?;
    go.args(["test", "-race", "-count=1", "-timeout=30m", "-v"]);
    go.args(["-run", "^(TestGoroutines|TestErrorsOfGoroutines|TestCloseDuringCalls)$", "./..."]);
    Ok(vec![go])
}

fn python_tests(workspace: &Workspace) -> Result<Vec<Command>> {
    needed(&python::Python)?;
    let steps: &[&[&str]] = &[&["-r", calls::PYTHON_REQUIREMENTS], &["pytest"]];
    let python = python::environment_with(workspace, "harden/python", steps)?;
    let wheel = workspace.folder("harden/python")?.join("wheel");
    let wheel = python::build(workspace, &python, &python, &wheel)?;
    python::install(workspace, &python, &wheel)?;
    let mut interpreters = vec![python.clone()];
    for interpreter in python::free_threaded(workspace) {
        interpreters.push(python::free_threaded_environment(workspace, &python, interpreter)?);
    }
    let tests = |python| {
        let mut command = python::pytest_command(workspace, python)?;
        // With what tests print.
        command.args(["-s", "python/tests/test_threads.py"]);
        Ok(command)
    };
    interpreters.iter().map(|python| tests(python)).collect()
}

fn node_tests(workspace: &Workspace) -> Result<Vec<Command>> {
    needed(&node::Node)?;
    let addon = node::build(workspace, &[])?;
    let package = workspace.folder("harden/node")?;
    node::copy_package(workspace, &addon, &package)?;
    let mut node = workspace.command("node");
    node.args(["--test", "--test-reporter=tap", "tests/threads.test.mjs"]).current_dir(package);
    node.env("MOJO_AUDIO_CHECKOUT", workspace.path(""));
    Ok(vec![node])
}

fn swift_tests(workspace: &Workspace) -> Result<Vec<Command>> {
    needed(&swift::Swift)?;
    let library = uniffi::build(workspace)?;
    let build = workspace.folder("swift/package")?;
    let mut swift = swift::command(workspace, swift::PACKAGE, "test", &library, &build);
    swift.args(["--filter", "tasksShareOneExtractor"]);
    Ok(vec![swift])
}

fn kotlin_tests(workspace: &Workspace) -> Result<Vec<Command>> {
    needed(&kotlin::Kotlin)?;
    kotlin::native(workspace)?;
    let mut maven = kotlin::maven(workspace, "uniffi/pom.xml")?;
    maven.args(["--projects", ":mojo-audio", "test", "-Dtest=ConcurrencyTest"]);
    Ok(vec![maven])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read() {
        let text = "running 1 test\n    api_test.go:399: concurrency: 64 goroutines: 1234 results\n\
            # concurrency: 4 workers, of Node: 5 results\nok\n";
        let found = figures(text).unwrap();
        assert_eq!(found[0], ["64 goroutines", "1234 results"]);
        assert_eq!(found[1], ["4 workers, of Node", "5 results"]);
        assert!(figures("ok\n").is_err());
    }
}
