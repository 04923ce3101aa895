//! Go: formatting and vet; the tests of the package with the static library under the race detector, and
//! with the installed one; the example.

use super::c::{self, CARGO, find_library, same};
use super::checks::Checks;
use super::{Counts, Language, Source, Tool, examples};
use crate::workspace::{Printed, Workspace, ask, run, show};
use crate::{Result, install};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Go;

/// The oldest minor version of Go 1 that the package is for, as capi/go/go.mod says.
const OLDEST: u32 = 24;

/// What an older one fetches from the module proxy.
const TOOLCHAIN: &str = "go1.26.8";

pub const PACKAGE: &str = "capi/go";
const EXAMPLE: &str = "examples/go";

impl Language for Go {
    fn name(&self) -> &'static str {
        "go"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[
                CARGO,
                Tool { name: "Go", probe: &["go", "version"], source: Source::Debian("golang-go") },
                Tool { name: "gcc", probe: &["gcc", "--version"], source: Source::Debian("gcc") },
                Tool {
                    name: "pkg-config",
                    probe: &["pkg-config", "--version"],
                    source: Source::Debian("pkg-config"),
                },
            ]
        }
    }

    fn prepare(&self, workspace: &Workspace) -> Result {
        if !is_new_enough(workspace) {
            let works = ask(workspace.command(fetched(workspace)?).env_remove("GOROOT").arg("version"));
            if works.is_none() {
                fetch(workspace)?;
            }
        }
        install::install(workspace, &workspace.path(PACKAGE)).map(drop)
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let session = Session { workspace, program: program(workspace)? };
        let mut checks = Checks::new();
        checks.check("gofmt", session.formatted());
        for folder in [PACKAGE, EXAMPLE] {
            let vetted = run(session.go(folder).args(["vet", "./..."]));
            checks.check(&format!("go vet in {folder}"), vetted);
        }
        let mut counts = session.tests(session.go(PACKAGE).args(["test", "-race"]))?;

        // What the build tag finds: the installed library.
        let prefix = c::prefix(workspace)?;
        let mut installed = session.go(PACKAGE);
        find_library(&mut installed, &prefix);
        counts += session.tests(installed.args(["test", "-tags=mojo_audio_system"]))?;

        let folder = workspace.folder("go")?;
        // The example, in an empty folder and not in the checkout.
        let example = session.copy_example(&folder)?;
        for (what, file, prints) in [
            (
                "examples/go by the command that it shows",
                "go/mel.go",
                examples::prints as fn(&_, &_) -> _,
            ),
            (
                "examples/go/stream by the command that it shows",
                "go/stream/stream.go",
                examples::prints_stream,
            ),
        ] {
            // The first lines install the library and go to the folder.
            let commands = examples::commands(workspace, file)?;
            let command = commands.last().and_then(|line| line.strip_prefix("go "));
            let arguments = command.ok_or_else(|| format!("examples/{file} shows no call of Go"))?;
            let printed = show(session.go_in(&example).args(arguments.split(' ')));
            checks.check(what, printed.and_then(|printed| prints(workspace, &printed)));
        }
        let (static_program, program) = (folder.join("mel"), folder.join("mel-system"));
        for (what, program, prefix) in [
            ("examples/go", &static_program, None),
            ("examples/go with mojo_audio_system", &program, Some(&prefix)),
        ] {
            session.build_example(&example, program, prefix)?;
            examples::check(workspace, &mut checks, what, || {
                let mut command = workspace.command(program);
                if let Some(prefix) = prefix {
                    find_library(&mut command, prefix);
                }
                Ok(command)
            })?;
        }
        checks.check("README's program", session.readme());
        checks.check("README's program with a vendor folder", session.vendored());
        if cfg!(target_os = "linux") {
            let ran = session.all_static(&example, &folder.join("mel-static"));
            checks.check("examples/go without any shared library", ran);
        }
        checks.check("without cgo the compiler says what is missing", session.without_cgo());
        counts += checks.counts();
        Ok(counts)
    }
}

struct Session<'a> {
    workspace: &'a Workspace,
    program: OsString,
}

impl Session<'_> {
    /// Go, in a folder of the checkout.
    fn go(&self, folder: &str) -> Command {
        self.go_in(&self.workspace.path(folder))
    }

    /// Go, in any folder.
    fn go_in(&self, folder: &Path) -> Command {
        let mut go = self.workspace.command(&self.program);
        settled(&mut go, folder);
        // Pointers that Go must not pass to C are found.
        go.env("GODEBUG", "cgocheck=1");
        go
    }

    fn formatted(&self) -> Result {
        let root = ask(self.go("").args(["env", "GOROOT"])).ok_or("`go env GOROOT` fails")?;
        let gofmt = Path::new(root.trim()).join("bin/gofmt");
        let files = run(self.workspace.command(gofmt).args(["-l", PACKAGE, EXAMPLE]))?;
        if files.is_empty() {
            return Ok(());
        }
        Err(format!("not formatted: {files}").into())
    }

    fn tests(&self, go: &mut Command) -> Result<Counts> {
        let Printed { status, text } = show(go.args(["-v", "-count=1", "./..."]))?;
        let mut counts = go_counts(&text);
        if !status.success() && counts.failed == 0 {
            // It did not compile, or crashed.
            counts.failed = 1;
        }
        Ok(counts)
    }

    /// Copies the example to an empty folder, and tells the copy where the package is.
    fn copy_example(&self, folder: &Path) -> Result<PathBuf> {
        let files = ["go.mod", "mel.go", "stream/stream.go", "wav/wav.go"];
        let copy = examples::copy(self.workspace, &folder.join("examples"), "go", &files)?;
        let replace = format!("-replace=mojoaudio={}", self.workspace.path(PACKAGE).display());
        run(self.go_in(&copy).args(["mod", "edit", &replace]))?;
        Ok(copy)
    }

    /// Builds the example with the static library or the one below a prefix.
    fn build_example(&self, example: &Path, program: &Path, prefix: Option<&PathBuf>) -> Result {
        // Go does not see that a library has changed.
        let _ = fs::remove_file(program);
        let mut go = self.go_in(example);
        go.args(["build", "-buildvcs=false", "-o"]).arg(program);
        if let Some(prefix) = prefix {
            find_library(go.arg("-tags=mojo_audio_system"), prefix);
        }
        run(&mut go)?;
        let name: &[u8] = b"libmojo_audio.so.";
        let is_shared = fs::read(program)?.windows(name.len()).any(|part| part == name);
        if cfg!(target_os = "linux") && is_shared != prefix.is_some() {
            return Err("the wrong library is linked".into());
        }
        Ok(())
    }

    /// Whether the package can't be compiled without cgo, with one error that names it.
    fn without_cgo(&self) -> Result {
        let Printed { status, text } = show(self.go(PACKAGE).arg("build").env("CGO_ENABLED", "0"))?;
        let errors: Vec<_> = text.lines().filter(|line| line.contains(".go:")).collect();
        match errors[..] {
            [only] if !status.success() && only.contains("needs_cgo") => Ok(()),
            _ => Err(format!("{status}, {} errors", errors.len()).into()),
        }
    }

    /// Runs the program that README shows, in a module of its own that is made as README says.
    fn readme(&self) -> Result {
        let program = examples::readme(self.workspace, "go")?;
        let folder = self.workspace.folder("go/readme")?;
        fs::remove_dir_all(&folder)?;
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("main.go"), program)?;
        let package = self.workspace.path(PACKAGE);
        let replace = format!("-replace=mojoaudio={}", package.display());
        let go = |arguments: &[&str]| run(self.go("").args(arguments).current_dir(&folder));
        go(&["mod", "init", "readme"])?;
        go(&["mod", "edit", "-require=mojoaudio@v0.0.0", &replace])?;
        same(go(&["run", "."])?.trim_end(), "80 3000 240000")
    }

    /// Runs README's program with a copy of the package in its own module, which has the C library too.
    fn vendored(&self) -> Result {
        let folder = self.workspace.folder("go/readme")?;
        let go = |arguments: &[&str]| run(self.go("").args(arguments).current_dir(&folder));
        go(&["mod", "vendor"])?;
        let archive = folder.join("vendor/mojoaudio/lib/libmojo_audio.a");
        fs::metadata(&archive).map_err(|error| format!("{}: {error}", archive.display()))?;
        same(go(&["run", "-mod=vendor", "."])?.trim_end(), "80 3000 240000")
    }

    /// Links the example without any shared library, and runs it.
    fn all_static(&self, example: &Path, program: &Path) -> Result {
        let mut go = self.go_in(example);
        go.args(["build", "-buildvcs=false", "-tags=netgo,osusergo", "-ldflags=-extldflags=-static"]);
        run(go.arg("-o").arg(program))?;
        let sections = ask(self.workspace.command("readelf").arg("-d").arg(program));
        if sections.ok_or("readelf can't read the program")?.contains("NEEDED") {
            return Err("it needs shared libraries".into());
        }
        let mut program = self.workspace.command(program);
        examples::prints(self.workspace, &show(program.arg("examples/data/speech.wav"))?)
    }
}

/// A Go that the package is for, in a folder of the checkout. There is one after `prepare`.
pub fn command(workspace: &Workspace, folder: &str) -> Result<Command> {
    let mut go = workspace.command(program(workspace)?);
    settled(&mut go, &workspace.path(folder));
    Ok(go)
}

fn program(workspace: &Workspace) -> Result<OsString> {
    Ok(if is_new_enough(workspace) { "go".into() } else { fetched(workspace)?.into() })
}

/// This Go, and nothing from around the checkout.
fn settled(go: &mut Command, folder: &Path) {
    go.current_dir(folder).env("GOTOOLCHAIN", "local").env("GOWORK", "off");
    go.env("CGO_ENABLED", "1").env_remove("GOROOT");
}

/// Whether the machine's Go is one that the package is for.
fn is_new_enough(workspace: &Workspace) -> bool {
    let said = ask(workspace.command("go").env("GOTOOLCHAIN", "local").arg("version"));
    said.and_then(|text| minor(&text)).is_some_and(|minor| minor >= OLDEST)
}

/// Reads `go version go1.26.8 linux/amd64`.
fn minor(version: &str) -> Option<u32> {
    let digits = version.split("go1.").nth(1)?;
    let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

/// Where a newer Go is that an older one has fetched.
fn fetched(workspace: &Workspace) -> Result<PathBuf> {
    Ok(toolchain(workspace)?.0.join("bin/go"))
}

/// The folder of a newer Go, and its name on the module proxy.
fn toolchain(workspace: &Workspace) -> Result<(PathBuf, String)> {
    let platform = ask(workspace.command("go").args(["env", "GOHOSTOS", "GOHOSTARCH"]));
    let platform = platform.ok_or("`go env` fails")?.split_whitespace().collect::<Vec<_>>().join("-");
    let module = format!("golang.org/toolchain@v0.0.1-{TOOLCHAIN}.{platform}");
    Ok((workspace.folder("go/modules")?.join(&module), module))
}

fn fetch(workspace: &Workspace) -> Result {
    let (folder, module) = toolchain(workspace)?;
    let mut go = workspace.command("go");
    // Outside of any module; the folder can be removed again.
    go.current_dir(workspace.folder("go")?).env("GOFLAGS", "-modcacherw").env("GO111MODULE", "on");
    go.env("GOMODCACHE", workspace.folder("go/modules")?).env("GOTOOLCHAIN", "local");
    run(go.args(["mod", "download", &module]))?;
    // Modules have no executable files.
    let tools = folder.join("pkg/tool");
    run(workspace.command("chmod").args(["-R", "a+x"]).arg(folder.join("bin")).arg(tools)).map(drop)
}

/// Counts lines like `--- PASS: TestConformance/int16-whisper (0.00s)`; of a test that has parts, the
/// parts.
fn go_counts(text: &str) -> Counts {
    let mut counts = Counts::default();
    let results: Vec<_> = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("--- ")?.split_once(": "))
        .filter_map(|(result, rest)| Some((result, rest.split(' ').next()?)))
        .collect();
    for (result, name) in &results {
        let is_whole = |(_, part): &(&str, &str)| {
            part.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'))
        };
        // A test with subtests can also fail where none of them does.
        let has_parts = results.iter().any(is_whole);
        match *result {
            "FAIL" if !has_parts || !results.iter().any(|it| is_whole(it) && it.0 == "FAIL") => {
                counts.failed += 1;
            }
            "PASS" if !has_parts => counts.passed += 1,
            "SKIP" if !has_parts => counts.skipped += 1,
            _ => {}
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted() {
        let text = "=== RUN   TestA\n--- PASS: TestA (0.00s)\n--- FAIL: TestB (0.10s)\n    \
            --- PASS: TestB/one (0.00s)\n    --- FAIL: TestB/two (0.00s)\n--- PASS: TestC (0.00s)\n    \
            --- SKIP: TestC/one (0.00s)\n--- PASS: Example (0.00s)\n--- FAIL: TestD (0.00s)\n    \
            --- PASS: TestD/one (0.00s)\nFAIL\n";
        assert_eq!(go_counts(text), Counts { passed: 4, failed: 2, skipped: 1 });
    }

    #[test]
    fn versions_are_read() {
        assert_eq!(minor("go version go1.26.8 linux/amd64\n"), Some(26));
        assert_eq!(minor("go version go1.19 linux/amd64"), Some(19));
        assert_eq!(minor("gccgo"), None);
    }
}
