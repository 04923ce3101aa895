//! Builds a library by cargo, and learns from cargo where the files are: settings of the user's may put them anywhere.

use super::{Platform, shared};
use crate::Result;
use crate::workspace::{Workspace, output};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::{Path, PathBuf};

/// What cargo has built.
pub struct Build {
    /// What rustc calls the system that it is for.
    pub triple: String,
    pub platform: Platform,
    /// Cargo's messages.
    messages: Vec<Value>,
}

impl Build {
    /// Builds a package's static library, and on macOS its shared one, in cargo's profile for releases.
    pub fn run(
        workspace: &Workspace,
        package: &str,
        target: Option<&str>,
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        let mut cargo = workspace.cargo();
        // Where the compiler links the shared library from the archive, rustc needs no linker for the target; and
        // without the Rust library rustc optimizes across crates.
        let kinds = if cfg!(target_os = "macos") { "cdylib,staticlib" } else { "staticlib" };
        cargo.args(["rustc", "--locked", "--release", "--package", package, "--lib"]);
        cargo.args(["--crate-type", kinds, "--message-format", "json-render-diagnostics"]);
        if let Some(target) = target {
            cargo.args(["--target", target]);
        }
        cargo.envs(environment.iter().copied());
        hide_folders(workspace, &mut cargo)?;
        let messages = output(&mut cargo)?;
        let messages = messages.lines().map(serde_json::from_str);
        let messages = messages.collect::<std::result::Result<Vec<Value>, _>>()?;
        let triple = triple(&messages)?;
        let platform = Platform::of(&triple)
            .ok_or_else(|| format!("{triple}: how libraries are laid out there is not known"))?;
        Ok(Self { triple, platform, messages })
    }

    /// A file that cargo has built, by its name.
    pub fn file(&self, name: &str) -> Result<PathBuf> {
        let names = self.artifacts().flat_map(|artifact| strings(&artifact["filenames"]));
        let mut found = names.map(Path::new).filter(|path| path.file_name() == Some(name.as_ref()));
        match found.next() {
            Some(file) => Ok(file.into()),
            None => Err(format!("cargo builds no {name} for {}", self.triple).into()),
        }
    }

    /// The folders of the crates from elsewhere that cargo has compiled, by `name version`.
    pub fn folders(&self) -> BTreeMap<String, PathBuf> {
        let folders = self.artifacts().filter_map(|artifact| {
            let (_, package) = artifact["package_id"].as_str()?.rsplit_once('#')?;
            let (name, version) = package.split_once('@')?;
            let folder = Path::new(artifact["manifest_path"].as_str()?).parent()?;
            Some((format!("{name} {version}"), folder.into()))
        });
        folders.collect()
    }

    /// A compiler that links for the system: the one that a variable names, or the usual one.
    pub fn compiler(&self, workspace: &Workspace, variable: &str, usual: &str) -> Option<String> {
        if self.is_for_host(workspace) {
            return shared::compiler(workspace, variable, usual);
        }
        let triple = &self.triple;
        let names = [
            format!("{variable}_{triple}"),
            format!("{variable}_{}", triple.replace('-', "_")),
            format!("TARGET_{variable}"),
            variable.into(),
        ];
        let named = names.into_iter().find_map(|name| env::var(name).ok());
        // GNU's names have no vendor.
        let gnu = || {
            let (machine, rest) = triple.split_once('-')?;
            let (_, system) = rest.split_once('-')?;
            let kind = if variable == "CXX" { "g++" } else { "gcc" };
            Some(format!("{machine}-{system}-{kind}"))
        };
        shared::found(workspace, &named.or_else(gnu)?)
    }

    /// The variable by which build scripts are told of a compiler for the system.
    pub fn variable(&self, workspace: &Workspace, name: &str) -> String {
        if self.is_for_host(workspace) {
            return name.into();
        }
        format!("{name}_{}", self.triple.replace('-', "_"))
    }

    fn is_for_host(&self, workspace: &Workspace) -> bool {
        crate::workspace::host(workspace).is_ok_and(|host| host == self.triple)
    }

    fn artifacts(&self) -> impl Iterator<Item = &Value> {
        self.messages.iter().filter(|message| message["reason"] == "compiler-artifact")
    }
}

/// The target of a build, as capi/build.rs tells it.
fn triple(messages: &[Value]) -> Result<String> {
    let scripts = messages.iter().filter(|message| message["reason"] == "build-script-executed");
    let pairs = scripts.flat_map(|script| script["env"].as_array().into_iter().flatten());
    let triples: BTreeSet<&str> = pairs
        .filter(|pair| pair[0] == "MOJO_AUDIO_TARGET")
        .filter_map(|pair| pair[1].as_str())
        .collect();
    let triples: Vec<_> = triples.into_iter().collect();
    match triples[..] {
        [triple] => Ok(triple.into()),
        [] => Err("cargo does not tell what it has built for".into()),
        _ => {
            Err(format!("cargo is set to build for {}: choose with --target", triples.join(", "))
                .into())
        }
    }
}

/// The folder in which cargo keeps the sources of crates.
pub fn cargo_home() -> Result<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    Ok(home.ok_or("there is no home folder: set CARGO_HOME")?)
}

/// Keeps the folders of this machine out of what is built: panics name files of crates. A flag beside the others of
/// cargo's configuration, or of the variable, which would replace them.
fn hide_folders(workspace: &Workspace, cargo: &mut std::process::Command) -> Result {
    let flags = folders(workspace)?
        .map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()));
    let parts = |separator: char| move |text: String| text.split(separator).map(String::from).collect();
    let given: Option<Vec<String>> = match env::var("CARGO_ENCODED_RUSTFLAGS") {
        Ok(flags) => Some(flags).map(parts('\x1f')),
        Err(_) => env::var("RUSTFLAGS").ok().map(parts(' ')),
    };
    match given {
        Some(given) => {
            let all: Vec<_> = given.into_iter().filter(|flag| !flag.is_empty()).chain(flags).collect();
            cargo.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", all.join("\x1f"));
        }
        // JSON's strings are TOML's too.
        None => {
            cargo.arg("--config").arg(format!("build.rustflags={}", serde_json::to_string(&flags)?));
        }
    }
    Ok(())
}

/// The folders that sources are in, and what they are called in what is built.
fn folders(workspace: &Workspace) -> Result<[(PathBuf, &'static str); 2]> {
    let folders = [(cargo_home()?, "/cargo"), (workspace.path("."), "/mojo-audio")];
    Ok(folders.map(|(folder, name)| (folder.components().collect(), name)))
}

/// `CXXFLAGS` with flags that keep these folders out of what is compiled from C++: assertions name files.
pub fn cxx_flags(workspace: &Workspace) -> Result<String> {
    let mut flags: Vec<String> = env::var("CXXFLAGS").into_iter().collect();
    for (folder, name) in folders(workspace)? {
        let flag = format!("-ffile-prefix-map={}={name}", folder.display());
        // What reads the variable splits it there.
        if flag.contains(char::is_whitespace) {
            eprintln!("{} has a space, so that the C++ library will have it in it", folder.display());
        } else {
            flags.push(flag);
        }
    }
    Ok(flags.join(" "))
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn script(name: &str, value: &str) -> Value {
        json!({ "reason": "build-script-executed", "env": [["OTHER", "x"], [name, value]] })
    }

    #[test]
    fn the_target_is_read() {
        let one = [script("MOJO_AUDIO_TARGET", "a-b-c"), script("ELSE", "d")];
        assert_eq!(triple(&one).unwrap(), "a-b-c");
        let none = triple(&[script("ELSE", "d")]).unwrap_err().to_string();
        assert!(none.contains("does not tell"), "{none}");
        let two = [script("MOJO_AUDIO_TARGET", "a"), script("MOJO_AUDIO_TARGET", "b")];
        let two = triple(&two).unwrap_err().to_string();
        assert!(two.contains("a, b: choose with --target"), "{two}");
    }
}
