//! Concurrency: the tests that let threads share an extractor, for as long as is wanted.
//!
//! They stand among the tests of their languages, where they are short; here the variable
//! `MOJO_AUDIO_SECONDS` makes them long. What they have compared they print themselves.

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

/// Makes the command that runs a language's tests.
type Tests = fn(&Workspace) -> Result<Command>;

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
        let found = tests(workspace).and_then(|mut command| {
            let Printed { status, text } =
                show(command.env("MOJO_AUDIO_SECONDS", arguments.seconds.to_string()))?;
            if status.success() { figures(&text) } else { Err(status.to_string().into()) }
        });
        match found {
            Ok(found) => rows.extend(
                found
                    .into_iter()
                    .map(|[who, what]| [language.into(), who, arguments.seconds.to_string(), what]),
            ),
            Err(error) => broken.push(format!("{language}: {error}")),
        }
    }
    Ok(Report { figures: table::markdown(&rows), broken })
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

fn rust_tests(workspace: &Workspace) -> Result<Command> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--locked", "--release", "--package", "mojo-audio-core", "--test", "threads"]);
    cargo.args(["--", "--nocapture"]);
    Ok(cargo)
}

/// Under the race detector.
fn go_tests(workspace: &Workspace) -> Result<Command> {
    needed(&go::Go)?;
    go::Go.prepare(workspace)?;
    let mut go = go::command(workspace, go::PACKAGE)?;
    go.args(["test", "-race", "-count=1", "-timeout=30m", "-v"]);
    go.args(["-run", "^(TestGoroutines|TestErrorsOfGoroutines|TestCloseDuringCalls)$", "./..."]);
    Ok(go)
}

fn python_tests(workspace: &Workspace) -> Result<Command> {
    needed(&python::Python)?;
    let steps: &[&[&str]] = &[&["-r", calls::PYTHON_REQUIREMENTS], &["pytest"]];
    let python = python::environment_with(workspace, "harden/python", steps)?;
    let wheel = workspace.folder("harden/python")?.join("wheel");
    let wheel = python::build(workspace, &python, &python, "release", &wheel)?;
    python::install(workspace, &python, &wheel)?;
    // With what tests print.
    let mut command = python::pytest_command(workspace, &python)?;
    command.args(["-s", "python/tests/test_threads.py"]);
    Ok(command)
}

fn node_tests(workspace: &Workspace) -> Result<Command> {
    needed(&node::Node)?;
    let addon = node::build(workspace, &["--release"])?;
    let package = workspace.folder("harden/node")?;
    node::copy_package(workspace, &addon, &package)?;
    let mut node = workspace.command("node");
    node.args(["--test", "--test-reporter=tap", "tests/threads.test.mjs"]).current_dir(package);
    node.env("MOJO_AUDIO_CHECKOUT", workspace.path(""));
    Ok(node)
}

fn swift_tests(workspace: &Workspace) -> Result<Command> {
    needed(&swift::Swift)?;
    let library = uniffi::build(workspace)?;
    let build = workspace.folder("swift/package")?;
    let mut swift = swift::command(workspace, swift::PACKAGE, "test", &library, &build);
    swift.args(["--filter", "tasksShareOneExtractor"]);
    Ok(swift)
}

fn kotlin_tests(workspace: &Workspace) -> Result<Command> {
    needed(&kotlin::Kotlin)?;
    kotlin::native(workspace)?;
    let mut maven = kotlin::maven(workspace, "uniffi/pom.xml")?;
    maven.args(["--projects", ":mojo-audio", "test", "-Dtest=ConcurrencyTest"]);
    Ok(maven)
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
