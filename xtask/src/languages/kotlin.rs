//! Kotlin: the tests of the library on the JVM, the example, and the layout of the Android archive.

use super::c::{CARGO, example_line, same};
use super::checks::Checks;
use super::{Counts, Language, Source, Tool, uniffi};
use crate::workspace::{Printed, Workspace, ask, show};
use crate::{Result, contents, dist, elf};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

pub struct Kotlin;

/// The library and the programs that use it, built together: nothing has to be installed.
const ALL: &str = "uniffi/pom.xml";

impl Language for Kotlin {
    fn name(&self) -> &'static str {
        "kotlin"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[
                CARGO,
                Tool {
                    name: "a JDK, 11 or later",
                    probe: &["javac", "--release", "11", "--version"],
                    source: Source::Debian("default-jdk-headless"),
                },
                Tool { name: "Maven", probe: &["mvn", "--version"], source: Source::Debian("maven") },
            ]
        }
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let library = native(workspace)?;
        let mut checks = Checks::new();
        let test = "uniffi/kotlin/src/test/kotlin/mojoaudio/ReadmeTest.kt";
        checks.check("uniffi/README.md", uniffi::shown_is_tested(workspace, "kotlin", test));
        if cfg!(target_os = "linux") {
            checks.check("pages of 16 KB", elf::check_alignment(&fs::read(library)?));
        }
        checks.check("layout of the AAR", dist::kotlin::check_layout(workspace));

        let audio = workspace.path("examples/data/speech.wav");
        let mut maven = maven(workspace, ALL)?;
        maven.args(["--projects", ":mel", "--also-make", "package", "exec:java"]);
        let (mut counts, printed) = tests(maven.arg(format!("-Dexec.args={}", audio.display())))?;
        checks.check("files of the jar", check_jar(workspace));
        let line = example_line(workspace)?;
        let printed = match printed.lines().find(|line| line.contains(".wav:")) {
            Some(came) => same(strip_colours(came).trim(), &line),
            None => Err("nothing was printed".into()),
        };
        checks.check("examples/kotlin", printed);
        counts += checks.counts();
        Ok(counts)
    }
}

/// Where Maven builds, each project in a folder of its own.
pub fn folder(workspace: &Workspace) -> Result<PathBuf> {
    workspace.folder("kotlin")
}

/// The jar that Maven has built, which is the one that is published.
pub fn jar(workspace: &Workspace) -> Result<PathBuf> {
    Ok(folder(workspace)?.join(format!("mojo-audio/mojo-audio-{}.jar", env!("CARGO_PKG_VERSION"))))
}

/// Fails if the jar holds anything but the files of its list.
pub fn check_jar(workspace: &Workspace) -> Result {
    contents::compare(workspace, "kotlin", &contents::of_jar(workspace, &jar(workspace)?)?)
}

/// Maven on a project.
pub fn maven(workspace: &Workspace, project: &str) -> Result<Command> {
    let mut maven = workspace.command("mvn");
    maven.args(["--batch-mode", "--file", project]);
    maven.arg(format!("-Dbuild.folder={}", folder(workspace)?.display()));
    maven.arg(format!("-Dnative.folder={}", folder(workspace)?.join("native").display()));
    Ok(maven)
}

/// Builds the library for this machine, and puts it where JNA looks for it in a jar; gives the file.
pub fn native(workspace: &Workspace) -> Result<PathBuf> {
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let name = format!("{prefix}mojo_audio_uniffi{suffix}");
    let built = uniffi::build(workspace)?.join(&name);
    let folder = workspace.folder(&format!("kotlin/native/{}", platform()?))?;
    let file = folder.join(name);
    fs::copy(built, &file)?;
    // Names of functions inside are of no use without the source.
    let strip = if cfg!(target_os = "macos") { "-x" } else { "--strip-unneeded" };
    ask(workspace.command("strip").arg(strip).arg(&file));
    Ok(file)
}

/// This machine, as JNA names it.
fn platform() -> Result<String> {
    let system = match std::env::consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        "windows" => "win32",
        other => return Err(format!("{other}: how does JNA name it?").into()),
    };
    Ok(format!("{system}-{}", std::env::consts::ARCH.replace('_', "-")))
}

/// Runs the tests; gives what was printed, too.
fn tests(maven: &mut Command) -> Result<(Counts, String)> {
    let Printed { status, text } = show(maven)?;
    let mut counts = surefire_counts(&text);
    if !status.success() && counts.failed == 0 {
        // It did not compile, or crashed.
        counts.failed = 1;
    }
    Ok((counts, text))
}

/// Reads the sum of all classes: `[INFO] Tests run: 813, Failures: 0, Errors: 0, Skipped: 0`.
fn surefire_counts(text: &str) -> Counts {
    let mut counts = Counts::default();
    for line in text.lines().filter(|line| !line.contains("Time elapsed")) {
        let line = strip_colours(line);
        let Some((_, numbers)) = line.split_once("Tests run: ") else { continue };
        let numbers: Vec<u64> = numbers
            .split(", ")
            .filter_map(|part| part.rsplit(' ').next()?.trim().parse().ok())
            .collect();
        if let [run, failures, errors, skipped] = numbers[..] {
            let failed = failures + errors;
            counts = Counts { passed: run.saturating_sub(failed + skipped), failed, skipped };
        }
    }
    counts
}

/// Maven colours its lines even where no terminal shows them.
fn strip_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_read() {
        let text = "[INFO] Tests run: 1, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.7 s -- in A\n\
            [\u{1b}[1;34mINFO\u{1b}[m] \u{1b}[1mTests run: 9, Failures: 1, Errors: 2, Skipped: 1\u{1b}[m\n";
        assert_eq!(surefire_counts(text), Counts { passed: 5, failed: 3, skipped: 1 });
        assert_eq!(surefire_counts("BUILD FAILURE\n"), Counts::default());
    }
}
