//! The Python package: a wheel of it in an environment of its own, with the libraries that it is
//! compared with.

use super::checks::Checks;
use super::{Counts, Language, Source, Tool, c, examples};
use crate::workspace::{Printed, Workspace, ask, run, show};
use crate::{Result, contents};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Python;

/// What the tests need: all of it with its dependencies, and what is installed without.
pub const REQUIREMENTS: [&str; 2] =
    ["python/tests/requirements.txt", "python/tests/requirements-no-deps.txt"];

/// Free-threaded interpreters, which neither Debian nor PyPI have. Those before 3.14 are experiments that PyO3 does not support.
pub const FREE_THREADED: &[&str] = &["python3.14t", "python3.15t"];

pub const PYTHON: Tool = Tool {
    name: "Python 3.10 or later with venv",
    probe: &[
        "python3",
        "-c",
        "import sys, ensurepip; assert sys.version_info >= (3, 10); print(sys.version)",
    ],
    source: Source::Debian("python3-venv"),
};

impl Language for Python {
    fn name(&self) -> &'static str {
        "python"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[c::CARGO, PYTHON] }
    }

    fn prepare(&self, workspace: &Workspace) -> Result {
        environment(workspace).map(drop)
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let python = environment(workspace)?;
        let wheel = wheel(workspace)?;
        // Nothing is compiled for it.
        let sdist = workspace.folder("python/sdist")?;
        fs::remove_dir_all(&sdist)?;
        source(workspace, &python, &sdist)?;
        install(workspace, &python, &wheel)?;
        let mut counts = pytest(pytest_command(workspace, &python)?.arg("python/tests"))?;
        let mut checks = Checks::new();
        examples::check(workspace, &mut checks, "examples/python", || {
            let mut example = workspace.command(&python);
            example.args(["-I", "examples/python/mel.py"]);
            Ok(example)
        })?;
        counts += checks.counts();
        let mut free_threaded = free_threaded(workspace).peekable();
        if free_threaded.peek().is_none() {
            eprintln!("no free-threaded Python ({}): not tested with one", FREE_THREADED.join(", "));
        }
        for interpreter in free_threaded {
            let python = free_threaded_environment(workspace, &python, interpreter)?;
            counts += pytest(pytest_command(workspace, &python)?.args(ENGINE_TESTS))?;
        }
        Ok(counts)
    }
}

/// The free-threaded interpreters of this machine.
pub fn free_threaded(workspace: &Workspace) -> impl Iterator<Item = &'static str> {
    let is_there = |name: &&&str| ask(workspace.command(name).arg("--version")).is_some();
    FREE_THREADED.iter().filter(is_there).copied()
}

/// The package on a free-threaded interpreter, without the other libraries, few of which are made for it;
/// gives the environment's interpreter.
pub fn free_threaded_environment(
    workspace: &Workspace,
    maturin: &Path,
    interpreter: &str,
) -> Result<PathBuf> {
    let folder = workspace.folder("python")?.join(interpreter);
    let python = create(workspace, interpreter, &folder.join("venv"))?;
    pip(workspace, &python, &["numpy", "pytest", "hypothesis"])?;
    let wheel = build(workspace, maturin, &python, &folder.join("wheel"))?;
    install(workspace, &python, &wheel)?;
    Ok(python)
}

/// The tests that need NumPy, pytest and hypothesis only.
pub const ENGINE_TESTS: &[&str] = &[
    "python/tests/test_batch.py",
    "python/tests/test_config.py",
    "python/tests/test_conformance.py",
    "python/tests/test_files.py",
    "python/tests/test_identify.py",
    "python/tests/test_inputs.py",
    "python/tests/test_properties.py",
    "python/tests/test_rates.py",
    "python/tests/test_threads.py",
];

/// The interpreter of an environment with everything in `REQUIREMENTS`, made if it is not there.
pub fn environment(workspace: &Workspace) -> Result<PathBuf> {
    let [all, no_deps] = REQUIREMENTS;
    environment_with(workspace, "python", &[&["-r", all], &["--no-deps", "-r", no_deps]])
}

/// The interpreter of an environment below a folder, made if it is not there or if other things are to be
/// installed than before: each step is a list of pip's arguments, with files of requirements and packages of a
/// version.
pub fn environment_with(workspace: &Workspace, folder: &str, steps: &[&[&str]]) -> Result<PathBuf> {
    let folder = workspace.folder(folder)?;
    let stamp = folder.join("requirements.txt");
    let mut wanted = String::new();
    for argument in steps.iter().copied().flatten() {
        if argument.ends_with(".txt") {
            wanted.push_str(&workspace.read(argument)?);
        } else if argument.contains("==") {
            wanted.push_str(&format!("{argument}\n"));
        }
    }
    let python = executable(&folder.join("venv"));
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted)
        && ask(workspace.command(&python).arg("--version")).is_some()
    {
        return Ok(python);
    }
    let python = create(workspace, "python3", &folder.join("venv"))?;
    for step in steps {
        pip(workspace, &python, step)?;
    }
    fs::write(stamp, wanted)?;
    Ok(python)
}

/// A package with the version that the tests' requirements have, as pip takes it.
pub fn pinned(workspace: &Workspace, name: &str) -> Result<String> {
    let [all, _] = REQUIREMENTS;
    let list = workspace.read(all)?;
    let line = list.lines().find(|line| line.split_once("==").is_some_and(|(found, _)| found == name));
    Ok(line.ok_or_else(|| format!("{all}: no version of {name}"))?.into())
}

/// A new, empty environment; gives its interpreter.
pub fn create(workspace: &Workspace, interpreter: &str, folder: &Path) -> Result<PathBuf> {
    run(workspace.command(interpreter).args(["-m", "venv", "--clear"]).arg(folder))?;
    Ok(executable(folder))
}

fn executable(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

/// Installs packages into an interpreter's environment.
pub fn pip(workspace: &Workspace, python: &Path, arguments: &[&str]) -> Result {
    let mut command = workspace.command(python);
    command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    run(command.args(arguments)).map(drop)
}

/// Installs a wheel over another of the same version.
pub fn install(workspace: &Workspace, python: &Path, wheel: &Path) -> Result {
    let wheel = wheel.to_string_lossy();
    pip(workspace, python, &["--force-reinstall", "--no-deps", &wheel])
}

/// The wheel of the tests, for every Python with the GIL.
pub fn wheel(workspace: &Workspace) -> Result<PathBuf> {
    let python = environment(workspace)?;
    build(workspace, &python, &python, &workspace.folder("python")?.join("wheel"))
}

/// Builds the wheel for an interpreter into a folder that has nothing else; `maturin` is the interpreter
/// that has maturin. Fails if it holds anything but the files of its list.
pub fn build(
    workspace: &Workspace,
    maturin: &Path,
    interpreter: &Path,
    folder: &Path,
) -> Result<PathBuf> {
    let _ = fs::remove_dir_all(folder);
    let mut command = workspace.command(maturin);
    command.args(["-m", "maturin", "build", "--locked", "--manifest-path", "python/Cargo.toml"]);
    command.args(["--release", "--interpreter"]).arg(interpreter);
    // Where the wheel of a free-threaded 3.15 serves both kinds of interpreter.
    if interpreter.to_string_lossy().contains("3.15") {
        command.args(["--features", "abi3t"]);
    }
    command.arg("--target-dir").arg(workspace.target()).arg("--out").arg(folder);
    run(&mut command)?;
    let wheel = only_file(folder)?;
    contents::compare(workspace, "python", &contents::of_wheel(workspace, maturin, &wheel)?)?;
    Ok(wheel)
}

/// Makes the source distribution in a folder that has nothing else. Fails if it holds anything but the files
/// of its list.
pub fn source(workspace: &Workspace, maturin: &Path, folder: &Path) -> Result<PathBuf> {
    let mut command = workspace.command(maturin);
    command.args(["-m", "maturin", "sdist", "--manifest-path", "python/Cargo.toml", "--out"]);
    run(command.arg(folder))?;
    let source = only_file(folder)?;
    contents::compare(workspace, "python-source", &contents::of_tarball(workspace, &source)?)?;
    Ok(source)
}

/// The one file of a folder.
pub fn only_file(folder: &Path) -> Result<PathBuf> {
    let files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    match files.as_slice() {
        [file] => Ok(file.clone()),
        _ => Err(format!("{}: {} files; one is wanted", folder.display(), files.len()).into()),
    }
}

/// Runs pytest, and gives what it counts.
pub fn pytest(command: &mut Command) -> Result<Counts> {
    let Printed { status, text } = show(command)?;
    let mut counts = text.lines().rev().find_map(pytest_counts).unwrap_or_default();
    if !status.success() && counts.failed == 0 {
        counts.failed = 1;
    }
    Ok(counts)
}

/// pytest, without the tests.
pub fn pytest_command(workspace: &Workspace, python: &Path) -> Result<Command> {
    let mut command = workspace.command(python);
    command.args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider", "-c", "python/pyproject.toml"]);
    command.args(["--rootdir", "python"]);
    // The checkout stays as it is.
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("HYPOTHESIS_STORAGE_DIRECTORY", workspace.folder("python")?.join("hypothesis"));
    Ok(command)
}

/// Reads a line like `1 failed, 885 passed, 2 skipped, 1 error in 11.67s`.
fn pytest_counts(line: &str) -> Option<Counts> {
    let (parts, _) = line.trim_matches(|c| c == '=' || c == ' ').rsplit_once(" in ")?;
    let mut counts = Counts::default();
    for part in parts.split(", ") {
        let (number, what) = part.split_once(' ')?;
        let number: u64 = number.parse().ok()?;
        match what {
            "passed" | "xpassed" => counts.passed += number,
            "failed" | "error" | "errors" => counts.failed += number,
            "skipped" | "xfailed" | "deselected" => counts.skipped += number,
            "warning" | "warnings" => {}
            _ => return None,
        }
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pytest_sums_are_read() {
        let counts = |passed, failed, skipped| Some(Counts { passed, failed, skipped });
        assert_eq!(pytest_counts("885 passed in 11.67s"), counts(885, 0, 0));
        let line = "== 1 failed, 885 passed, 2 skipped, 3 warnings, 1 error in 71.67s (0:01:11) ==";
        assert_eq!(pytest_counts(line), counts(885, 2, 2));
        assert_eq!(pytest_counts("FAILED test.py - something in it"), None);
    }
}
