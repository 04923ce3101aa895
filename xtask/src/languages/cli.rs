//! The command line: the main job of the README, as a user starts it.

use super::{Counts, Language, Source, Tool};
use crate::Result;
use crate::workspace::{Workspace, run, show};
use std::fs;

pub struct Cli;

impl Language for Cli {
    fn name(&self) -> &'static str {
        "cli"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[Tool {
                name: "cargo",
                probe: &["cargo", "--version"],
                source: Source::Other("https://rustup.rs"),
            }]
        }
    }

    fn prepare(&self, workspace: &Workspace) -> Result {
        let build = ["build", "--locked", "--release", "--package", "mojo-audio-cli"];
        run(workspace.cargo().args(build)).map(drop)
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let folder = workspace.folder("cli")?;
        let speech = "examples/data/speech.wav";
        let program = workspace.target().join("release/mojo-audio");
        let mut counts = Counts::default();

        let shown = show(workspace.command(&program).arg(speech))?;
        let parts = ["shape (80, ", "faster than real time"];
        counts +=
            Counts::one(shown.status.success() && parts.iter().all(|part| shown.text.contains(part)));

        let (npy, png) = (folder.join("speech.npy"), folder.join("speech.png"));
        for file in [&npy, &png] {
            let _ = fs::remove_file(file);
        }
        let mut command = workspace.command(&program);
        let saved = show(command.args([speech, "--json", "--out"]).arg(&npy).arg("--png").arg(&png))?;
        counts += Counts::one(saved.status.success());
        counts += Counts::one(starts_with(&npy, b"\x93NUMPY"));
        counts += Counts::one(starts_with(&png, b"\x89PNG\r\n"));
        Ok(counts)
    }
}

fn starts_with(file: &std::path::Path, magic: &[u8]) -> bool {
    fs::read(file).is_ok_and(|bytes| bytes.starts_with(magic))
}
