//! The Python package on Python 3.13, which the newest originals need: librosa 1.0 runs on 3.12 and later.

use super::python::{self, ENGINE_TESTS, PYTHON};
use super::{Counts, Language, Source, Tool, c};
use crate::Result;
use crate::workspace::Workspace;
use std::fs;
use std::path::{Path, PathBuf};

pub struct PythonNewest;

/// A command on the path, of which only the interpreter is needed: the tests' own pip gets its packages.
const INTERPRETER: &str = "python3.13";
const VERSION: &str = "3.13";
const REQUIREMENTS: &str = "python/tests/requirements-newest.txt";

/// The tests with libraries that have wheels for that version.
const MORE_TESTS: &[&str] = &[
    "python/tests/test_arrow.py",
    "python/tests/test_compat_kaldi_native_fbank.py",
    "python/tests/test_compat_librosa.py",
    "python/tests/test_compat_transformers.py",
    "python/tests/test_preprocessor.py",
    "python/tests/test_saved_settings.py",
];

impl Language for PythonNewest {
    fn name(&self) -> &'static str {
        "python-newest"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[
                c::CARGO,
                PYTHON,
                Tool {
                    name: "Python 3.13",
                    probe: &[INTERPRETER, "--version"],
                    source: Source::Other(
                        "https://python.org/downloads, or on Debian 12: PATH=$(bash .ci/debian-13):$PATH",
                    ),
                },
            ]
        }
    }

    fn prepare(&self, workspace: &Workspace) -> Result {
        let stamp = workspace.folder("python-newest")?.join("requirements.txt");
        let wanted = workspace.read(REQUIREMENTS)?;
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        install(workspace, &originals(workspace)?, &["-r", REQUIREMENTS])?;
        Ok(fs::write(stamp, wanted)?)
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let wheel = python::wheel(workspace)?;
        let package = workspace.folder("python-newest")?.join("package");
        install(workspace, &package, &["--no-deps", &wheel.to_string_lossy()])?;
        let mut pytest = python::pytest_command(workspace, Path::new(INTERPRETER))?;
        let path = std::env::join_paths([package, originals(workspace)?])?;
        pytest.env("PYTHONPATH", path).args(ENGINE_TESTS).args(MORE_TESTS);
        python::pytest(&mut pytest)
    }
}

/// The folder with the libraries that the tests need.
fn originals(workspace: &Workspace) -> Result<PathBuf> {
    Ok(workspace.folder("python-newest")?.join("originals"))
}

/// Installs packages for the interpreter into a folder that has nothing else.
fn install(workspace: &Workspace, folder: &Path, packages: &[&str]) -> Result {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let folder = folder.to_string_lossy();
    // pip chooses wheels for that version, but compares what a package requires with its own.
    let place = [
        "--python-version",
        VERSION,
        "--ignore-requires-python",
        "--only-binary",
        ":all:",
        "--target",
        &folder,
    ];
    python::pip(workspace, &python::environment(workspace)?, &[&place, packages].concat())
}
