//! Runs the tests of every language, and prints one table of what became of them.

use crate::languages::{self, Counts, Language};
use crate::table;
use crate::workspace::{self, Workspace};
use clap::builder::PossibleValuesParser;
use std::panic::resume_unwind;
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

/// Runs the tests of every language
///
/// What a package registry has is installed into target/; compilers are taken from the machine. The
/// last line is the sum of what the languages' own test runners count.
#[derive(clap::Args)]
pub struct Arguments {
    /// The languages to test; all if none is named
    #[arg(value_name = "LANGUAGE",
          value_parser = PossibleValuesParser::new(languages::all().map(|language| language.name())))]
    languages: Vec<String>,

    /// Counts what is skipped as failed
    #[arg(long)]
    all: bool,
}

/// What became of a language's tests.
struct Row {
    language: &'static str,
    counts: Counts,
    /// What it took, beside the other lane.
    seconds: u64,
    remark: String,
}

pub fn run(workspace: &Workspace, arguments: &Arguments) -> ExitCode {
    let is_chosen = |language: &&&dyn Language| {
        arguments.languages.is_empty() || arguments.languages.iter().any(|name| name == language.name())
    };
    let test_lane = |lane: &[&dyn Language]| -> Vec<Row> {
        lane.iter().filter(is_chosen).map(|language| test(workspace, *language)).collect()
    };
    let mut rows: Vec<Row> = thread::scope(|scope| {
        let lanes: Vec<_> =
            languages::LANES.iter().map(|lane| scope.spawn(move || test_lane(lane))).collect();
        // A panic of a lane is one of this program.
        lanes
            .into_iter()
            .flat_map(|lane| lane.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    if arguments.all {
        for Row { counts, .. } in &mut rows {
            counts.failed += std::mem::take(&mut counts.skipped);
        }
    }
    report(&rows)
}

fn test(workspace: &Workspace, language: &dyn Language) -> Row {
    let start = Instant::now();
    let row = |counts, remark| {
        let seconds = start.elapsed().as_secs();
        Row { language: language.name(), counts, seconds, remark }
    };
    if let Some(reason) = language.missing() {
        return row(Counts { skipped: 1, ..Counts::default() }, format!("skipped: {reason}"));
    }
    workspace::label(language.name());
    eprintln!("\n== {} ==", language.name());
    match language.prepare(workspace).and_then(|()| language.run(workspace)) {
        Ok(counts) if counts == Counts::default() => row(Counts::one(false), "no test ran".into()),
        Ok(counts) => row(counts, String::new()),
        Err(error) => row(Counts::one(false), error.to_string()),
    }
}

fn report(rows: &[Row]) -> ExitCode {
    let mut cells = vec![["language", "passed", "failed", "skipped", "seconds", ""].map(String::from)];
    let mut sum = Counts::default();
    for Row { language, counts, seconds, remark } in rows {
        let Counts { passed, failed, skipped } = *counts;
        cells.push([
            language.to_string(),
            passed.to_string(),
            failed.to_string(),
            skipped.to_string(),
            seconds.to_string(),
            remark.clone(),
        ]);
        sum += *counts;
    }
    println!("\n{}", table::columns(&cells));
    println!("{} passed, {} failed, {} skipped", sum.passed, sum.failed, sum.skipped);
    if sum.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
