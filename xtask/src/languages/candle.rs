//! Candle: the features go into its Whisper as they come.

use super::c::{CARGO, same};
use super::checks::Checks;
use super::{Counts, Language, Tool};
use crate::Result;
use crate::workspace::{Workspace, run};

pub struct Candle;

impl Language for Candle {
    fn name(&self) -> &'static str {
        "candle"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[CARGO] }
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let mut cargo = workspace.cargo();
        cargo.env("CARGO_TARGET_DIR", workspace.folder("candle")?.join("target"));
        cargo.args(["run", "--quiet", "--locked"]);
        cargo.args(["--manifest-path", "examples/candle/Cargo.toml", "--"]);
        let printed = run(cargo.arg("examples/data/speech.wav"));
        let mut checks = Checks::new();
        let wanted = "features [1, 80, 3000], encoded [1, 1500, 384]";
        checks.check("examples/candle", printed.and_then(|text| same(text.trim_end(), wanted)));
        Ok(checks.counts())
    }
}
