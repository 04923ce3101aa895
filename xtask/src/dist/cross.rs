//! Builds for other systems from one machine: zig links for Linux and macOS, mingw-w64 for Windows.

use super::standard_library::Source;
use super::targets::{Machine, Oldest, Target};
use crate::Result;
use crate::install::{System, cargo_home};
use crate::languages::python;
use crate::workspace::{Workspace, ask, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The profile of Cargo.toml.
pub const PROFILE: &str = "prebuilt";

const REQUIREMENTS: &str = "xtask/src/dist/requirements.txt";

/// Compiles C and links for Windows.
pub const MINGW: &str = "x86_64-w64-mingw32-gcc";

/// The tools that build for other systems, installed.
pub struct Cross<'a> {
    pub workspace: &'a Workspace,
    /// The interpreter that has them.
    pub python: PathBuf,
    folder: PathBuf,
}

/// The flag for rustc that makes panics name files of crates as on any machine.
pub fn remap() -> Result<String> {
    Ok(format!("--remap-path-prefix={}=/cargo", cargo_home()?.display()))
}

/// Adds flags for rustc to a build by cargo, in place of those of the environment.
pub fn add_flags(cargo: &mut Command, flags: &[String]) {
    const VARIABLE: &str = "CARGO_ENCODED_RUSTFLAGS";
    let set = cargo.get_envs().find(|(name, _)| *name == VARIABLE).and_then(|(_, value)| value);
    let mut all: Vec<_> = set.map(|set| set.to_string_lossy().into_owned()).into_iter().collect();
    all.extend_from_slice(flags);
    // Not RUSTFLAGS, where a space in a path would end the flag.
    cargo.env_remove("RUSTFLAGS").env(VARIABLE, all.join("\x1f"));
}

/// Removes symbols from a library or an archive of any system; `what` is an option of objcopy.
pub fn strip(workspace: &Workspace, what: &str, from: &Path, to: &Path) -> Result {
    let ask_rustc = |what: &str| {
        let answer = ask(workspace.command("rustc").args(["--print", what]));
        let answer = answer.ok_or_else(|| format!("`rustc --print {what}` fails"))?;
        Ok::<_, Box<dyn std::error::Error>>(PathBuf::from(answer.trim()))
    };
    // rustc's own, which reads what rustc writes, with the libraries that rustc has.
    let objcopy = ask_rustc("target-libdir")?.with_file_name("bin").join("rust-objcopy");
    let libraries = ask_rustc("sysroot")?.join("lib");
    let mut objcopy = workspace.command(objcopy);
    objcopy.env("LD_LIBRARY_PATH", &libraries).env("DYLD_FALLBACK_LIBRARY_PATH", libraries);
    run(objcopy.arg(what).args([from, to])).map(drop)
}

/// Gets Rust's standard library for a target, unless it is there.
pub fn add_target(workspace: &Workspace, triple: &str) -> Result {
    let mut rustc = workspace.command("rustc");
    let folder = ask(rustc.args(["--print", "target-libdir", "--target", triple]));
    if !folder.is_some_and(|folder| Path::new(folder.trim()).is_dir()) {
        run(workspace.command("rustup").args(["target", "add", triple]))?;
    }
    Ok(())
}

/// Whether a build's C library is a part of what it makes: for musl that can be chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Libc {
    Inside,
    Outside,
}

impl<'a> Cross<'a> {
    /// Installs zig, cargo-zigbuild and the tools for wheels from PyPI, below the target folder.
    pub fn new(workspace: &'a Workspace) -> Result<Self> {
        if !cfg!(unix) {
            return Err("dist --target: only Linux and macOS can build for other systems".into());
        }
        let pinned = ["maturin", "twine", "wheel"].map(|name| python::pinned(workspace, name));
        let [maturin, twine, wheel] = pinned;
        let packages: &[&str] = &["-r", REQUIREMENTS, &maturin?, &twine?, &wheel?];
        let python = python::environment_with(workspace, "dist", &[packages])?;
        let folder = workspace.folder("dist")?;
        Ok(Self { workspace, python, folder })
    }

    /// The program that compiles C and links for a machine.
    pub fn linker(&self, machine: &Machine) -> Result<PathBuf> {
        let Some(zig) = machine.zig else {
            if ask(Command::new(MINGW).arg("--version")).is_none() {
                return Err(format!("no {MINGW}: apt-get install gcc-mingw-w64-x86-64").into());
            }
            return Ok(MINGW.into());
        };
        let folder = self.folder.join("linkers");
        fs::create_dir_all(&folder)?;
        let script = folder.join(machine.triple);
        let python = self.python.display();
        let zigbuild = self.python.with_file_name("cargo-zigbuild");
        // cargo-zigbuild translates what rustc says to linkers that zig doesn't know. It is not called in cargo's
        // place, so that maturin and it find each other's work.
        let text = format!(
            "#!/bin/sh\nexport CARGO_ZIGBUILD_ZIG_COMMAND='{python}'\nexport CARGO_ZIGBUILD_ZIG_COMMAND_ARGS='-m ziglang'\n\
             exec '{}' zig cc -- -target {zig} \"$@\"\n",
            zigbuild.display()
        );
        if fs::read_to_string(&script).is_ok_and(|there| there == text) {
            return Ok(script);
        }
        fs::write(&script, text)?;
        run(self.workspace.command("chmod").arg("+x").arg(&script))?;
        Ok(script)
    }

    /// Gets what rustup has for a target.
    pub fn prepare(&self, target: &Target) -> Result {
        target.machines.iter().try_for_each(|machine| add_target(self.workspace, machine.triple))
    }

    /// Lets cargo, or what calls it, build for a target.
    pub fn configure(&self, command: &mut Command, target: &Target, libc: Libc) -> Result {
        for machine in target.machines {
            let name = machine.triple.replace('-', "_").to_uppercase();
            command.env(format!("CARGO_TARGET_{name}_LINKER"), self.linker(machine)?);
        }
        let mut flags = vec![remap()?];
        if target.oldest == Oldest::Musl && libc == Libc::Outside {
            // Without it cargo leaves a shared library out and says nothing.
            flags.extend(["-C", "target-feature=-crt-static"].map(String::from));
        }
        add_flags(command, &flags);
        command.env("CARGO_INCREMENTAL", "0");
        if let Oldest::MacOs(major, minor) = target.oldest {
            command.env("MACOSX_DEPLOYMENT_TARGET", format!("{major}.{minor}"));
        }
        if target.platform.system == System::Windows {
            command.env("LIBNODE_PATH", self.no_node()?);
        }
        self.cache(command);
        Ok(())
    }

    /// A folder with a library of Node that has no functions. napi-build links one where MSVC does not, which nobody ships;
    /// the addon looks up Node's functions when it is loaded.
    fn no_node(&self) -> Result<PathBuf> {
        let folder = self.folder.join("no-node");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("libnode.dll"), "")?;
        // As GCC's linker and as zig's look for it.
        for name in ["libnode.dll.a", "libnode.a"] {
            fs::write(folder.join(name), "!<arch>\n")?;
        }
        Ok(folder)
    }

    /// zig keeps what it compiles below the target folder.
    pub fn cache(&self, command: &mut Command) {
        for name in ["ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"] {
            command.env(name, self.folder.join("zig"));
        }
    }

    /// Builds for one machine of a target, by `cargo rustc` with these arguments; gives the folder of the results.
    pub fn build(
        &self,
        target: &Target,
        machine: &Machine,
        libc: Libc,
        arguments: &[&str],
    ) -> Result<PathBuf> {
        self.build_with(None, target, machine, libc, arguments)
    }

    /// The same with the standard library from its source, if there is one.
    pub fn build_with(
        &self,
        source: Option<&Source>,
        target: &Target,
        machine: &Machine,
        libc: Libc,
        arguments: &[&str],
    ) -> Result<PathBuf> {
        let mut cargo = self.workspace.cargo();
        cargo.args(["rustc", "--locked", "--profile", PROFILE, "--target", machine.triple]);
        cargo.args(arguments);
        self.configure(&mut cargo, target, libc)?;
        if let Some(source) = source {
            source.build_with(&mut cargo);
        }
        run(&mut cargo)?;
        Ok(self.workspace.target().join(machine.triple).join(PROFILE))
    }

    /// A folder for what is between building and packing, empty.
    pub fn stage(&self, name: &str) -> Result<PathBuf> {
        let folder = self.workspace.folder(&format!("dist/stage/{name}"))?;
        fs::remove_dir_all(&folder)?;
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}
