//! Swift: the tests of the package MojoAudio, and the example.

use super::c::CARGO;
use super::checks::Checks;
use super::{Counts, Language, Source, Tool, examples, uniffi};
use crate::workspace::{Printed, Workspace, run, show};
use crate::{Result, dist};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

pub struct Swift;

pub const PACKAGE: &str = "uniffi/MojoAudio";
const EXAMPLE: &str = "examples/swift";

impl Language for Swift {
    fn name(&self) -> &'static str {
        "swift"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[
                CARGO,
                Tool {
                    name: "Swift 6",
                    probe: &["swift", "--version"],
                    source: Source::Other(
                        "https://swift.org/install, or on Debian 12: PATH=$(bash .ci/debian-13):$PATH",
                    ),
                },
            ]
        }
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let library = uniffi::build(workspace)?;
        let mut checks = Checks::new();
        checks.check(
            "uniffi/README.md",
            uniffi::shown_is_tested(
                workspace,
                "swift",
                "uniffi/MojoAudio/Tests/MojoAudioTests/ReadmeTests.swift",
            ),
        );
        // Its frameworks are Apple's, so that no other machine can compile it.
        let mut parse = workspace.command("swift");
        parse.args(["-frontend", "-parse", "uniffi/apps/Microphone.swift"]);
        checks.check("uniffi/apps/Microphone.swift, its syntax", run(&mut parse));
        let build = workspace.folder("swift/package")?;
        let mut counts = tests(&mut command(workspace, PACKAGE, "test", &library, &build))?;

        // The example, from a folder in which the package has its released form.
        let released = workspace.folder("swift/released")?;
        checks.check("the released package", release(workspace, &library, &released));
        let build = workspace.folder("swift/example")?;
        examples::check(workspace, &mut checks, "examples/swift", || {
            let mut example = workspace.command("swift");
            example.current_dir(released.join(EXAMPLE)).arg("run").arg("--scratch-path").arg(&build);
            // Linked as a user's program would, without the checkout's folder in its manifest.
            example.env_remove("MOJO_AUDIO_LIBRARY");
            example.args(["-Xlinker", &format!("-L{}", released.join("lib").display()), "mel"]);
            Ok(example)
        })?;
        counts += checks.counts();
        Ok(counts)
    }
}

/// Lays the released package out in an empty folder, with the example and the library for Linux.
fn release(workspace: &Workspace, library: &Path, folder: &Path) -> Result {
    fs::remove_dir_all(folder)?;
    dist::swift::check_layout(workspace, &folder.join(PACKAGE))?;
    fs::create_dir_all(folder.join(EXAMPLE))?;
    for file in ["Package.swift", "main.swift"] {
        fs::copy(workspace.path(EXAMPLE).join(file), folder.join(EXAMPLE).join(file))?;
    }
    // Without the shared library, which the linker would prefer.
    let name = "libmojo_audio_uniffi.a";
    fs::create_dir_all(folder.join("lib"))?;
    fs::copy(library.join(name), folder.join("lib").join(name))?;
    Ok(())
}

/// Swift on the package in a folder, with the folder that the library is in and one to build in.
pub fn command(
    workspace: &Workspace,
    folder: &str,
    action: &str,
    library: &Path,
    build: &Path,
) -> Command {
    let mut swift = workspace.command("swift");
    swift.current_dir(workspace.path(folder)).env("MOJO_AUDIO_LIBRARY", library);
    swift.arg(action).arg("--scratch-path").arg(build);
    swift
}

fn tests(swift: &mut Command) -> Result<Counts> {
    let Printed { status, text } = show(swift)?;
    let mut counts = swift_counts(&text);
    if !status.success() && counts.failed == 0 {
        // It did not compile, or crashed.
        counts.failed = 1;
    }
    Ok(counts)
}

/// Counts lines like `✔ Test name() passed after 0.1 seconds.`; of a test that has arguments, the
/// arguments, which are announced by `◇ Passing 1 argument item → NAME to name(_:)` and fail by
/// `✘ Test name(_:) recorded an issue with 1 argument item → NAME at …`.
fn swift_counts(text: &str) -> Counts {
    let mut counts = Counts::default();
    let mut failed = BTreeSet::new();
    for line in text.lines() {
        let words: Vec<_> = line.split(' ').collect();
        match words.as_slice() {
            [_, "Passing", "1", "argument", _, "→", _, "to", _] => counts.passed += 1,
            [_, "Test", test, "recorded", "an", "issue", "with", "1", "argument", _, "→", item, ..] =>
            {
                failed.insert((*test, *item));
            }
            [_, "Test", test, "passed", ..] if test.ends_with("()") => counts.passed += 1,
            [_, "Test", test, "failed", ..] if test.ends_with("()") => counts.failed += 1,
            [_, "Test", _, "skipped", ..] | [_, "Test", _, "skipped."] => counts.skipped += 1,
            _ => {}
        }
    }
    let items = failed.len() as u64;
    counts.failed += items;
    counts.passed = counts.passed.saturating_sub(items);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_counted() {
        let text = "◇ Test a() started.\n◇ Passing 1 argument item → one to b(_:)\n\
            ◇ Passing 1 argument item → two to b(_:)\n✔ Test a() passed after 0.001 seconds.\n\
            ✘ Test b(_:) recorded an issue with 1 argument item → two at B.swift:1:9: Expectation failed\n\
            ✘ Test b(_:) recorded an issue with 1 argument item → two at B.swift:2:9: Expectation failed\n\
            ✘ Test b(_:) failed after 0.1 seconds with 2 issues.\n\
            ✘ Test c() failed after 0.1 seconds with 1 issue.\n\
            ✘ Test run with 3 tests failed after 5.966 seconds with 2 issues.\n";
        assert_eq!(swift_counts(text), Counts { passed: 2, failed: 2, skipped: 0 });
    }
}
