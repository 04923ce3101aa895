//! Python: the wheels and the source distribution for PyPI.

use crate::Result;
use crate::languages::python::{self, ENGINE_TESTS};
use crate::workspace::{Workspace, ask, run};
use std::fs;
use std::path::{Path, PathBuf};

/// What a wheel may need besides NumPy: nothing.
const LIBRARIES: &[&str] = &["numpy", "mojo-audio", "pip", "setuptools"];

pub fn make(workspace: &Workspace, folder: &Path) -> Result<Vec<PathBuf>> {
    let tools = python::environment(workspace)?;
    let mut files = Vec::new();
    // One wheel for all interpreters with the GIL, one for each free-threaded one that is here. maturin
    // names the oldest manylinux that the module's symbols allow, and refuses libraries outside it.
    let mut interpreters = vec![tools.clone()];
    interpreters.extend(python::free_threaded(workspace).map(PathBuf::from));
    for (place, interpreter) in interpreters.iter().enumerate() {
        let built = workspace.folder("dist-python")?.join(place.to_string());
        let wheel = python::build(workspace, &tools, interpreter, "release", &built)?;
        files.push(copy(&wheel, folder)?);
    }
    let built = workspace.folder("dist-python")?.join("source");
    let _ = fs::remove_dir_all(&built);
    files.push(copy(&python::source(workspace, &tools, &built)?, folder)?);
    run(workspace.command(&tools).args(["-m", "twine", "check", "--strict"]).args(&files))?;

    let environment = workspace.folder("dist-python")?.join("venv");
    let python = python::create(workspace, "python3", &environment)?;
    test(workspace, &python, &files[0])?;
    Ok(files)
}

/// Installs the wheel as users do, looks what came with it, and runs the example and the tests.
fn test(workspace: &Workspace, python: &Path, wheel: &Path) -> Result {
    python::pip(workspace, python, &[&wheel.to_string_lossy()])?;
    let list = "from importlib.metadata import distributions as d\nprint(*{x.name for x in d()})";
    let installed = ask(workspace.command(python).args(["-I", "-c", list])).unwrap_or_default();
    if let Some(other) = installed.split_whitespace().find(|name| !LIBRARIES.contains(name)) {
        return Err(format!("the wheel brought {other}; NumPy alone is wanted").into());
    }
    let mut example = workspace.command(python);
    let line = run(example.args(["-I", "examples/python/mel.py", "examples/data/speech.wav"]))?;
    let wanted = workspace.read("examples/speech.txt")?;
    if line != wanted {
        return Err(format!("the example printed {line:?}; {wanted:?} is wanted").into());
    }
    python::pip(workspace, python, &["pytest", "hypothesis"])?;
    let counts = python::pytest(workspace, python, ENGINE_TESTS)?;
    if counts.failed > 0 || counts.passed == 0 {
        return Err(
            format!("the installed wheel: {} failed, {} passed", counts.failed, counts.passed).into()
        );
    }
    Ok(())
}

fn copy(file: &Path, folder: &Path) -> Result<PathBuf> {
    let to = folder.join(file.file_name().unwrap_or_default());
    fs::copy(file, &to)?;
    Ok(to)
}
