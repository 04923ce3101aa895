//! Numbers: what holds for any signal and configuration, tried more often than in the tests.

use super::Report;
use crate::Result;
use crate::bench::criterion::{self, Bench};
use crate::languages::rust::counts_of;
use crate::table;
use crate::workspace::{Workspace, show};

/// Tries properties of the arithmetic with many random configurations and signals, and times faint signals
#[derive(clap::Args)]
pub struct Arguments {
    /// Tries of each property
    #[arg(long, default_value_t = TRIES, value_parser = clap::value_parser!(u32).range(1..))]
    tries: u32,
}

const TRIES: u32 = 3_000;

impl Default for Arguments {
    fn default() -> Self {
        Self { tries: TRIES }
    }
}

/// The most that a faint signal may take of what speech takes.
const MOST: f64 = 1.1;

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Report> {
    let mut broken = Vec::new();
    let mut command = workspace.cargo();
    command.args(["test", "--locked", "--release", "--package", "mojo-audio-core", "--no-fail-fast"]);
    // With what the tests of unoptimised programs check besides.
    command.args(["--config", "profile.release.debug-assertions=true"]);
    command.args(["--test", "numbers", "--test", "properties"]);
    command.arg("--target-dir").arg(workspace.folder("numbers")?);
    command.env("PROPTEST_CASES", arguments.tries.to_string());
    let counts = counts_of(&show(&mut command)?);
    if counts.failed > 0 || counts.passed == 0 {
        broken.push(format!("{} properties failed", counts.failed));
    }

    let times = criterion::run(workspace, Bench::Pipeline, &["--quick".into(), "content/".into()])?;
    let time = |name: &str| {
        let key = format!("content/{name}");
        Ok::<_, String>(times.get(&key).ok_or(format!("{key} was not measured"))?.minimum)
    };
    let speech = time("speech-like")?;
    let mut rows = vec![["30 s of", "time against speech"].map(String::from)];
    for name in ["near-silence", "denormal"] {
        let ratio = time(name)? / speech;
        rows.push([name.into(), format!("{ratio:.2}")]);
        if ratio > MOST {
            broken.push(format!("{name} must take at most {MOST} times as long as speech, took {ratio:.2}"));
        }
    }
    let figures = format!(
        "{} properties held in {} tries each.\n\n{}",
        counts.passed,
        arguments.tries,
        table::markdown(&rows)
    );
    Ok(Report { figures, broken })
}
