//! Rust through the C library: the guide's program and its pattern, and the example.

use super::c::{self, CARGO, find_library};
use super::checks::Checks;
use super::{Counts, Language, Source, Tool, examples};
use crate::Result;
use crate::workspace::{Workspace, run};
use std::fs;

pub struct RustFfi;

impl Language for RustFfi {
    fn name(&self) -> &'static str {
        "rust-ffi"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[
                CARGO,
                Tool {
                    name: "pkg-config",
                    probe: &["pkg-config", "--version"],
                    source: Source::Debian("pkg-config"),
                },
            ]
        }
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let prefix = c::prefix(workspace)?;
        let folder = workspace.folder("rust-ffi")?;
        let guide = |name: &str| workspace.read(&format!("capi/tests/guide/{name}"));
        let package =
            "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n\n";
        let pattern = guide("patterns.rs")?
            .replace("\n    WHISPER_PATTERN;\n", &format!("\n{}", guide("whisper.rs")?));
        let mut checks = Checks::new();
        // The guide offers two ways to name the library; Cargo ignores its first and says so.
        for (name, manifest, build, main, wanted) in [
            ("manifest", guide("Cargo.toml.part")?, None, guide("main.rs")?, "Shape: (80, 3000)"),
            (
                "build-script",
                String::new(),
                Some(guide("build.rs")?),
                guide("main.rs")?,
                "Shape: (80, 3000)",
            ),
            ("patterns", String::new(), None, pattern, "patterns: (80, 3000)"),
        ] {
            let project = folder.join(name);
            fs::create_dir_all(project.join("src"))?;
            fs::write(project.join("Cargo.toml"), format!("{package}{manifest}"))?;
            fs::write(project.join("src/main.rs"), main)?;
            if let Some(build) = build {
                fs::write(project.join("build.rs"), build)?;
            }
            let mut cargo = workspace.cargo();
            find_library(&mut cargo, &prefix);
            cargo.env("CARGO_TARGET_DIR", folder.join("target").join(name)).current_dir(&project);
            let printed = run(cargo.arg("run"));
            checks.check(
                &format!("the guide's Rust program: {name}"),
                printed.and_then(|text| contains_line(&text, wanted)),
            );
        }
        examples::check(workspace, &mut checks, "examples/rust-ffi", || {
            let mut cargo = workspace.cargo();
            find_library(&mut cargo, &prefix).env("CARGO_TARGET_DIR", folder.join("target/example"));
            cargo.args([
                "run",
                "--quiet",
                "--locked",
                "--manifest-path",
                "examples/rust-ffi/Cargo.toml",
            ]);
            cargo.arg("--");
            Ok(cargo)
        })?;
        Ok(checks.counts())
    }
}

/// Cargo prints lines before and after those of the program.
fn contains_line(text: &str, wanted: &str) -> Result {
    if text.lines().any(|line| line == wanted) {
        return Ok(());
    }
    Err(format!("the program did not print the line `{wanted}`").into())
}
