//! Julia: the package's tests, the conformance cases and the example, and a project that depends on the package.
//!
//! The machine's Julia is used, or else that of Debian 11, the last release that had it: its packages are
//! unpacked into the target folder and run with the machine's own libc.

use super::c::{self, CARGO, find_library};
use super::checks::Checks;
use super::{Counts, Language, Source, Tool, examples};
use crate::workspace::{Printed, Workspace, ask, run, show};
use crate::{Result, cases};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

pub struct Julia;

pub const PACKAGE: &str = "capi/julia";

const RELEASE: &str = "bullseye";

/// A registry without packages. Without any, Julia's package manager would fetch the public one, and our package depends
/// on nothing from there.
const NO_PACKAGES: &str =
    "name = \"Empty\"\nuuid = \"5e4e9b39-8d2c-4f7b-9f5e-2f5b3f1f7a11\"\nrepo = \"\"\n\n[packages]\n";

/// Packages of which the machine has newer ones that its other programs need too.
const OF_THE_MACHINE: &[&str] = &[
    "libc6",
    "libc-bin",
    "libcrypt1",
    "libgcc-s1",
    "libstdc++6",
    "debconf",
    "dpkg",
    "perl-base",
    "tar",
];

impl Language for Julia {
    fn name(&self) -> &'static str {
        "julia"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[
                CARGO,
                Tool {
                    name: "Julia, or Debian's apt-get to fetch it",
                    probe: &[
                        "sh",
                        "-c",
                        "julia --version || { grep -qx ID=debian /etc/os-release && apt-get --version; }",
                    ],
                    source: Source::Other("https://julialang.org/downloads"),
                },
            ]
        }
    }

    fn prepare(&self, workspace: &Workspace) -> Result {
        if on_path(workspace) || unpacked(workspace)?.is_dir() {
            return Ok(());
        }
        unpack(workspace)
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let prefix = c::prefix(workspace)?;
        let list = workspace.folder("julia")?.join("cases.txt");
        fs::write(&list, cases::flat(workspace)?)?;
        let mut checks = Checks::new();
        checks.check("a project that depends on the package", project(workspace, &prefix));
        let mut command = julia(workspace, &prefix)?;
        command.arg("examples/julia/conformance.jl");
        checks.runner("conformance", &mut command, &[list, workspace.path("conformance")])?;

        examples::check(workspace, &mut checks, "examples/julia", || {
            let mut command = julia(workspace, &prefix)?;
            command.arg("examples/julia/mel.jl");
            Ok(command)
        })?;
        Ok(checks.counts())
    }
}

/// Makes an empty project depend on the package, runs the example and README's program there, and the package's own
/// tests.
fn project(workspace: &Workspace, prefix: &Path) -> Result {
    let folder = workspace.folder("julia/project")?;
    fs::remove_dir_all(&folder)?;
    fs::create_dir_all(&folder)?;
    fs::write(workspace.folder("julia/depot/registries/Empty")?.join("Registry.toml"), NO_PACKAGES)?;
    let run_here = |arguments: &[&OsStr]| -> Result<Printed> {
        let mut command = julia(workspace, prefix)?;
        command.current_dir(&folder).env("JULIA_PROJECT", &folder).env("JULIA_NUM_THREADS", "3");
        show(command.args(arguments))
    };
    let path = workspace.path(PACKAGE);
    let depend =
        format!("using Pkg; Pkg.develop(PackageSpec(path = {:?}))", path.display().to_string());
    let done = |printed: &Printed| match printed.status.success() {
        true => Ok(()),
        false => Err(printed.status.to_string()),
    };
    done(&run_here(&["-e".as_ref(), depend.as_ref()])?)?;

    let (example, speech) = ("mel.jl", workspace.path("examples/data/speech.wav"));
    fs::copy(workspace.path("examples/julia/mel.jl"), folder.join(example))?;
    examples::prints(workspace, &run_here(&[example.as_ref(), speech.as_os_str()])?)?;

    let program = examples::readme(workspace, "julia")?;
    let printed = run_here(&["-e".as_ref(), format!("{program}println(size(mel))").as_ref()])?;
    done(&printed)?;
    if !printed.text.contains("(80, 3000)") {
        return Err("README's program makes another size".into());
    }
    done(&run_here(&["-e".as_ref(), "using Pkg; Pkg.test(\"MojoAudio\")".as_ref()])?)?;
    Ok(())
}

fn on_path(workspace: &Workspace) -> bool {
    ask(workspace.command("julia").arg("--version")).is_some()
}

/// Where Debian's packages are unpacked.
fn unpacked(workspace: &Workspace) -> Result<PathBuf> {
    Ok(workspace.folder("julia")?.join("root"))
}

/// Julia, which finds the package, and the library below a prefix.
pub fn julia(workspace: &Workspace, prefix: &Path) -> Result<Command> {
    let mut command;
    if on_path(workspace) {
        command = workspace.command("julia");
        find_library(&mut command, prefix);
    } else {
        let root = unpacked(workspace)?;
        command = workspace.command(root.join("usr/bin/julia"));
        find_library(&mut command, prefix);
        let mut folders = vec![prefix.join("lib")];
        for lib in [root.join("usr/lib"), root.join("lib")] {
            for entry in fs::read_dir(lib)? {
                let folder = entry?.path();
                if folder.to_string_lossy().ends_with("-linux-gnu") {
                    folders.extend([folder.join("julia"), folder]);
                }
            }
        }
        command.env("LD_LIBRARY_PATH", env::join_paths(folders)?);
    }
    command.env("JULIA_DEPOT_PATH", workspace.folder("julia/depot")?).arg("--startup-file=no");
    command.env("JULIA_PROJECT", workspace.path(PACKAGE));
    Ok(command)
}

/// Fetches Julia and what it needs from the mirror that the machine's apt is set up with, and unpacks it.
/// Neither the machine's packages nor its lists of them are touched.
fn unpack(workspace: &Workspace) -> Result {
    let folder = workspace.folder("julia/apt")?;
    fs::remove_dir_all(&folder)?;
    for part in ["lists/partial", "cache/archives/partial", "root"] {
        fs::create_dir_all(folder.join(part))?;
    }
    let keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
    let source = format!("deb [signed-by={keys}] {} {RELEASE} main\n", mirror(workspace)?);
    fs::write(folder.join("sources.list"), source)?;
    // Nothing is installed, as far as apt knows here: so everything that is needed is fetched.
    fs::write(folder.join("status"), "")?;
    let apt = || {
        let mut apt = workspace.command("apt-get");
        for (option, place) in [
            ("Dir::Etc::sourcelist", folder.join("sources.list")),
            ("Dir::Etc::sourceparts", PathBuf::from("/dev/null")),
            ("Dir::State::lists", folder.join("lists")),
            ("Dir::State::status", folder.join("status")),
            ("Dir::Cache", folder.join("cache")),
        ] {
            apt.arg("-o").arg(format!("{option}={}", place.display()));
        }
        apt.args(["-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none"]);
        apt.args(["-o", "Acquire::Retries=3", "-o", "Debug::NoLocking=1", "-qq"]);
        apt
    };
    run(apt().arg("update"))?;
    run(apt().args(["install", "--yes", "--download-only", "--no-install-recommends", "julia"]))?;
    for entry in fs::read_dir(folder.join("cache/archives"))? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let package = name.split('_').next().unwrap_or_default();
        if file.extension() == Some(OsStr::new("deb")) && !OF_THE_MACHINE.contains(&package) {
            ask(workspace.command("dpkg-deb").arg("-x").arg(&file).arg(folder.join("root")))
                .ok_or_else(|| format!("`dpkg-deb -x {}` fails", file.display()))?;
        }
    }
    fs::rename(folder.join("root"), unpacked(workspace)?)?;
    Ok(fs::remove_dir_all(folder)?)
}

/// Where the machine's apt gets its own release of Debian from.
fn mirror(workspace: &Workspace) -> Result<String> {
    let system = fs::read_to_string("/etc/os-release")?;
    let release = system.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let mut apt = workspace.command("apt-get");
    apt.args(["indextargets", "--format", "$(RELEASE) $(REPO_URI)"]);
    let targets = ask(apt.args(["Created-By: Packages", "Component: main"])).unwrap_or_default();
    let mirror =
        targets.lines().filter_map(|line| line.split_once(' ')).find(|(of, _)| Some(*of) == release);
    Ok(mirror.ok_or("apt knows no mirror of this release of Debian")?.1.into())
}
