//! Rust's standard library, built together with a package: without what finds the names of functions for backtraces,
//! which is most of what it weighs, and for targets that rustup has no built one for.

use super::cross::{Cross, Libc, PROFILE, add_flags};
use super::targets::Target;
use crate::Result;
use crate::workspace::{Workspace, ask, run};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// What is turned on in it: a backtrace has addresses only, and its sorting and number formatting, which no loop of
/// the kernels calls, are small instead of fast. The default is off, and with it `backtrace`, which finds the names.
/// Panics unwind all the same: rustc links `panic_unwind`.
const FEATURES: [&str; 2] = ["backtrace-trace-only", "optimize_for_size"];

/// Lets stable compilers do what is not yet an option of theirs.
const BOOTSTRAP: (&str, &str) = ("RUSTC_BOOTSTRAP", "1");

/// Its source, and that of the crates that it needs, on this machine.
pub struct Source {
    /// The folder `library` of Rust's repository.
    folder: PathBuf,
    /// Those of [`FEATURES`] that this version has.
    features: String,
}

impl Source {
    /// Gets the source: by rustup, unless it is there, and what it needs by cargo.
    fn get(workspace: &Workspace) -> Result<Self> {
        let sysroot = ask(workspace.command("rustc").args(["--print", "sysroot"]));
        let sysroot = PathBuf::from(sysroot.ok_or("`rustc --print sysroot` fails")?.trim());
        let folder = sysroot.join("lib/rustlib/src/rust/library");
        let manifest = folder.join("std/Cargo.toml");
        if !manifest.is_file() {
            run(workspace.command("rustup").args(["component", "add", "rust-src"]))?;
        }
        let text = fs::read_to_string(&manifest)
            .map_err(|error| format!("{}: {error}", manifest.display()))?;
        let mut fetch = workspace.cargo();
        fetch.env(BOOTSTRAP.0, BOOTSTRAP.1).args(["fetch", "--locked", "--manifest-path"]);
        run(fetch.arg(&manifest))?;
        Ok(Self { folder, features: known(&text) })
    }

    /// Lets a build by cargo, whose flags are set, build the standard library, too.
    pub fn build_with(&self, cargo: &mut Command) {
        cargo.env(BOOTSTRAP.0, BOOTSTRAP.1).args(["-Z", "build-std=std,panic_unwind", "-Z"]);
        cargo.arg(format!("build-std-features={}", self.features));
        // Panics name its files, too.
        let library = format!("--remap-path-prefix={}=/rust/library", self.folder.display());
        add_flags(cargo, &[library]);
    }
}

/// The features that the manifest of a version has.
fn known(manifest: &str) -> String {
    let has = |name: &&str| manifest.lines().any(|line| line.starts_with(&format!("{name} = ")));
    FEATURES.into_iter().filter(has).collect::<Vec<_>>().join(",")
}

/// The source, unless it can't be had: then packages are made with the standard library that is installed, which works
/// as well and is larger, and that is said once.
pub fn source(workspace: &Workspace) -> Option<&'static Source> {
    static SOURCE: OnceLock<Option<Source>> = OnceLock::new();
    let get = || match Source::get(workspace) {
        Ok(source) => Some(source),
        Err(error) => {
            eprintln!(
                "Rust's standard library is linked as it is installed, so libraries are up to 180 kB larger: no source \
                 to build it from: {error}"
            );
            None
        }
    };
    SOURCE.get_or_init(get).as_ref()
}

/// Panics, and returns whether that was caught.
const PANICS: &str = "#[no_mangle]\n\
    pub extern \"C\" fn is_caught() -> bool {\n    \
    std::panic::catch_unwind(|| [0u8; 1][std::hint::black_box(1)]).is_err()\n}\n";

/// Fails unless a panic can be caught in a static library that is built for a target with the standard library's source.
/// It runs on this machine.
pub fn check_panics(cross: &Cross<'_>, source: &Source, target: &Target) -> Result {
    let workspace = cross.workspace;
    let folder = cross.stage("panics")?;
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), PANICS)?;
    // The profile of the packages, whose standard library serves here, too.
    let manifest = workspace.read("Cargo.toml")?;
    let profile = |name: &str| {
        let start = format!("[profile.{name}]\n");
        let body = manifest.split(&start).nth(1).map(|rest| rest.split("\n[").next());
        format!("{start}{}\n", body.flatten().unwrap_or_default())
    };
    let text = format!(
        "[package]\nname = \"panics\"\nedition = \"2021\"\n\n[lib]\ncrate-type = [\"staticlib\"]\n\n[workspace]\n\n{}{}",
        profile("release"),
        profile(PROFILE)
    );
    fs::write(folder.join("Cargo.toml"), text)?;
    let triple = target.machine().triple;
    let mut cargo = workspace.cargo();
    cargo.args(["rustc", "--lib", "--profile", PROFILE, "--target", triple, "--target-dir"]);
    cargo.arg(workspace.target()).current_dir(&folder);
    cross.configure(&mut cargo, target, Libc::Outside)?;
    source.build_with(&mut cargo);
    run(&mut cargo)?;
    let main = "#include <stdbool.h>\nbool is_caught(void);\nint main(void) { return !is_caught(); }\n";
    fs::write(folder.join("main.c"), main)?;
    let library = workspace.target().join(triple).join(PROFILE).join("libpanics.a");
    let mut linker = workspace.command(cross.linker(target.machine())?);
    cross.cache(&mut linker);
    linker.current_dir(&folder).arg("main.c").arg(library);
    run(linker.args(["-lunwind", "-lpthread", "-lm", "-ldl", "-o", "main"]))?;
    run(&mut workspace.command(folder.join("main"))).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_features_that_a_version_has_are_asked_for() {
        let manifest = "[features]\noptimize_for_size = [\"core/optimize_for_size\"]\n";
        assert_eq!(known(manifest), "optimize_for_size");
        assert_eq!(known("[features]\nbacktrace = []\n"), "");
        let both = format!("backtrace-trace-only = []\n\n{manifest}");
        assert_eq!(known(&both), "backtrace-trace-only,optimize_for_size");
    }

    #[test]
    fn flags_are_added_to_those_that_are_set() {
        let source = Source { folder: "/a b/library".into(), features: String::new() };
        let mut cargo = Command::new("cargo");
        add_flags(&mut cargo, &["-C".into(), "debuginfo=0".into()]);
        source.build_with(&mut cargo);
        let flags = cargo.get_envs().find(|(name, _)| *name == "CARGO_ENCODED_RUSTFLAGS");
        let flags = flags.and_then(|(_, flags)| flags).unwrap().to_str().unwrap();
        assert_eq!(flags, "-C\x1fdebuginfo=0\x1f--remap-path-prefix=/a b/library=/rust/library");
        assert!(cargo.get_args().any(|argument| argument == "build-std=std,panic_unwind"));
    }
}
