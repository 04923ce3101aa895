//! Python: the wheels and the source distribution for PyPI.

use super::cross::{Cross, Libc, PROFILE};
use super::targets::{Oldest, Runs, Target};
use super::trial::{Trial, speaks};
use super::{notices, oldest, python_arm};
use crate::install::System;
use crate::languages::python::{self, ENGINE_TESTS};
use crate::workspace::{Workspace, ask, host, run};
use crate::{Result, contents};
use std::fs;
use std::path::{Path, PathBuf};

const PACKAGE: &str = "mojo-audio-python";

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
        let wheel = python::build(workspace, &tools, interpreter, &built)?;
        files.push(with_notices(workspace, &tools, &wheel, &[&host(workspace)?], folder)?);
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

/// Builds the wheel of a system, for Python 3.10 and all after it; gives the file.
pub fn make_for(cross: &Cross<'_>, target: &Target, folder: &Path) -> Result<Vec<PathBuf>> {
    cross.prepare(target)?;
    let stage = cross.stage("python")?;
    let mut maturin = cross.workspace.command(&cross.python);
    maturin.args(["-m", "maturin", "build", "--locked", "--manifest-path", "python/Cargo.toml"]);
    let triple = match target.platform.system {
        System::MacOs => "universal2-apple-darwin",
        _ => target.machine().triple,
    };
    maturin.args(["--profile", PROFILE, "--target", triple, "--target-dir"]);
    maturin.arg(cross.workspace.target()).arg("--out").arg(&stage);
    if let Some(oldest) = target.wheel {
        maturin.args(["--compatibility", oldest]);
    }
    cross.configure(&mut maturin, target, Libc::Outside)?;
    run(&mut maturin)?;
    let wheel = python::only_file(&stage)?;
    contents::compare(
        cross.workspace,
        "python",
        &contents::of_wheel(cross.workspace, &cross.python, &wheel)?,
    )?;
    let opened = cross.stage("python-wheel")?;
    let mut unzip = cross.workspace.command(&cross.python);
    run(unzip.args(["-m", "zipfile", "-e"]).args([&wheel, &opened]))?;
    let module = match target.platform.system {
        System::Windows => "mojo_audio/_native.pyd",
        _ => "mojo_audio/_native.abi3.so",
    };
    // The interpreter's own, for all versions of Python 3.
    let found = oldest::check(target, &fs::read(opened.join(module))?, &["python3.dll"])
        .map_err(|error| format!("{module}: {error}"))?;
    eprintln!("ok: the wheel for {} needs: {found}", target.name);
    let wheel = with_notices(cross.workspace, &cross.python, &wheel, &target.triples(), folder)?;
    run(cross.workspace.command(&cross.python).args(["-m", "twine", "check", "--strict"]).arg(&wheel))?;
    Ok(vec![wheel])
}

/// Packs a wheel into a folder with the licences of the crates in it, which maturin only lists; gives the file. `python`
/// has the package `wheel`, which writes the sums of the files anew.
fn with_notices(
    workspace: &Workspace,
    python: &Path,
    wheel: &Path,
    triples: &[&str],
    folder: &Path,
) -> Result<PathBuf> {
    let opened = workspace.folder("dist-python/opened")?;
    fs::remove_dir_all(&opened)?;
    run(workspace.command(python).args(["-m", "wheel", "unpack", "--dest"]).args([&opened, wheel]))?;
    let root = python::only_file(&opened)?;
    let information = root.join(format!("mojo_audio-{}.dist-info", env!("CARGO_PKG_VERSION")));
    notices::write(workspace, triples, PACKAGE, &information.join("licenses"))?;
    let path = information.join("METADATA");
    let text = fs::read_to_string(&path)?;
    let start = text.find("License-File: ").ok_or("the wheel names no licences")?;
    let listed: Vec<_> = notices::FILES.iter().map(|name| format!("License-File: {name}\n")).collect();
    let rest = text[start..].lines().filter(|line| !line.starts_with("License-File: "));
    let rest: String = rest.map(|line| format!("{line}\n")).collect();
    fs::write(&path, format!("{}{}{rest}", &text[..start], listed.concat()))?;
    let packed = workspace.folder("dist-python/packed")?;
    fs::remove_dir_all(&packed)?;
    fs::create_dir_all(&packed)?;
    let mut pack = workspace.command(python);
    // The moment of every file in it: the same files make the same bytes.
    pack.args(["-m", "wheel", "pack", "--dest-dir"]).args([&packed, &root]).env(EPOCH.0, EPOCH.1);
    run(&mut pack)?;
    // It sorts the systems in the name, which stays maturin's.
    let named = folder.join(wheel.file_name().unwrap_or_default());
    fs::copy(python::only_file(&packed)?, &named)?;
    contents::compare(workspace, "python-wheel", &contents::of_wheel(workspace, python, &named)?)?;
    Ok(named)
}

/// 1980-01-01, the first moment that zip knows.
const EPOCH: (&str, &str) = ("SOURCE_DATE_EPOCH", "315532800");

/// Makes the source distribution; gives the file.
pub fn make_source(cross: &Cross<'_>, folder: &Path) -> Result<PathBuf> {
    let source = python::source(cross.workspace, &cross.python, &cross.stage("python-source")?)?;
    run(cross
        .workspace
        .command(&cross.python)
        .args(["-m", "twine", "check", "--strict"])
        .arg(&source))?;
    copy(&source, folder)
}

/// Installs the wheel in an empty environment, and runs the example from an empty folder.
pub fn test_for<'a>(cross: &Cross<'_>, target: &'a Target, wheel: &Path) -> Result<Trial<'a>> {
    let mut trial = Trial::new(target);
    let workspace = cross.workspace;
    let folder = cross.stage("python-test")?;
    let mut example = match (target.runs, target.oldest) {
        (Runs::Natively, _) if target.is_own_libc() => {
            let python = python::create(workspace, "python3", &folder.join("venv"))?;
            python::pip(workspace, &python, &[&wheel.to_string_lossy()])?;
            let mut python = workspace.command(python);
            python.arg("-I");
            python
        }
        (Runs::InQemu, Oldest::Glibc(..)) => python_arm::with(cross, wheel, &folder.join("site"))?,
        _ => {
            trial.leave("the wheel", "there is no Python for it");
            return Ok(trial);
        }
    };
    for file in ["examples/python/mel.py", "examples/data/speech.wav"] {
        fs::copy(workspace.path(file), folder.join(file.rsplit('/').next().unwrap_or(file)))?;
    }
    speaks(workspace, example.current_dir(&folder).args(["mel.py", "speech.wav"]))?;
    trial.ran("the wheel");
    Ok(trial)
}

/// Installs the wheel as users do, looks what came with it, and runs the example and the tests.
fn test(workspace: &Workspace, python: &Path, wheel: &Path) -> Result {
    python::pip(workspace, python, &[&wheel.to_string_lossy()])?;
    let list = "from importlib.metadata import distributions as d\nprint(*{x.name for x in d()})";
    let installed = ask(workspace.command(python).args(["-I", "-c", list])).unwrap_or_default();
    if let Some(other) = installed.split_whitespace().find(|name| !LIBRARIES.contains(name)) {
        return Err(format!("the wheel installs {other}, expected NumPy alone").into());
    }
    let mut example = workspace.command(python);
    speaks(workspace, example.args(["-I", "examples/python/mel.py", "examples/data/speech.wav"]))?;
    python::pip(workspace, python, &["pytest", "hypothesis"])?;
    let counts = python::pytest(python::pytest_command(workspace, python)?.args(ENGINE_TESTS))?;
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
