//! Publishes in README how far each preset is from its reference.

use crate::Result;
use crate::section::Section;
use crate::workspace::{Workspace, run as run_program};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Measures how far each preset is from its reference, and publishes the largest deviations in README
#[derive(clap::Args)]
pub struct Arguments {
    /// Writes nothing, and fails if a deviation is larger than the published one
    #[arg(long)]
    check: bool,
}

const PAGE: &str = "README.md";
const COMMAND: &str = "cargo xtask conformance";

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result {
    let measured = measure(workspace)?;
    let section = Section::read(workspace, PAGE, COMMAND)?;
    if arguments.check {
        return check(&measured, &published(&section.text));
    }
    section.write(workspace, &write_table(&measured, &references(workspace)?)?)
}

/// What core's conformance test says of a preset.
#[derive(Clone, Debug, PartialEq)]
struct Worst {
    preset: String,
    n_cases: u64,
    /// Largest deviation of a value, in units of the result.
    deviation: f64,
    /// Largest part of a case's bound that is used up.
    of_bound: f64,
}

fn measure(workspace: &Workspace) -> Result<Vec<Worst>> {
    let mut command = workspace.cargo();
    command.args(["test", "--locked", "--package", "mojo-audio-core", "--test", "conformance"]);
    command.args(["--", "--nocapture"]).env("MOJO_AUDIO_REPORT", "1");
    let measured: Vec<_> = run_program(&mut command)?.lines().filter_map(worst).collect();
    if measured.is_empty() {
        return Err("core's conformance test has printed no line that starts with `worst`".into());
    }
    Ok(measured)
}

/// Reads `worst <preset> <cases> <deviation> <part of the bound>`, wherever it stands in the line: the
/// test runner may have begun the line with the test's name.
fn worst(line: &str) -> Option<Worst> {
    let mut words = line.split_whitespace().skip_while(|word| *word != "worst").skip(1);
    Some(Worst {
        preset: words.next()?.to_string(),
        n_cases: words.next()?.parse().ok()?,
        deviation: words.next()?.parse().ok()?,
        of_bound: words.next()?.parse().ok()?,
    })
}

/// The libraries, with versions, that answered for each preset.
fn references(workspace: &Workspace) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let corpus: Value = serde_json::from_str(&workspace.read("conformance/cases.json")?)?;
    let mut references: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for case in corpus["cases"].as_array().into_iter().flatten() {
        let reference = &case["reference"];
        if let (Some(preset), Some(library), Some(version)) =
            (case["preset"].as_str(), reference["library"].as_str(), reference["version"].as_str())
        {
            references.entry(preset.to_string()).or_default().insert(format!("{library} {version}"));
        }
    }
    Ok(references)
}

fn write_table(measured: &[Worst], references: &BTreeMap<String, BTreeSet<String>>) -> Result<String> {
    let mut table = "| preset | compared with | cases | largest deviation | of its bound |\n\
        |---|---|---|---|---|\n"
        .to_string();
    for Worst { preset, n_cases, deviation, of_bound } in measured {
        let libraries =
            references.get(preset).ok_or(format!("{preset}: no case names its reference"))?;
        let libraries = libraries.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let deviation = round_up(*deviation);
        let percent = (of_bound * 100.0).ceil();
        writeln!(table, "| `{preset}` | {libraries} | {n_cases} | {deviation:e} | {percent} % |")?;
    }
    Ok(table)
}

/// Rounds up to two digits: what is published holds for what was measured.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let mut digits = format!("{value:.1e}");
    if digits.parse::<f64>().is_ok_and(|rounded| rounded < value) {
        let step = 10f64.powf(value.log10().floor() - 1.0);
        digits = format!("{:.1e}", value + step / 2.0);
    }
    digits.parse().unwrap_or(value)
}

/// Preset, number of cases and deviation of each row.
fn published(table: &str) -> Vec<(&str, u64, f64)> {
    table
        .lines()
        .filter_map(|line| {
            let cells: Vec<_> = line.split('|').map(str::trim).collect();
            let [_, preset, _, n_cases, deviation, ..] = cells[..] else { return None };
            Some((preset.trim_matches('`'), n_cases.parse().ok()?, deviation.parse().ok()?))
        })
        .collect()
}

/// Other instruction sets may round otherwise: what is published must be at least what is measured.
fn check(measured: &[Worst], published: &[(&str, u64, f64)]) -> Result {
    let mut faults = Vec::new();
    for Worst { preset, n_cases, deviation, .. } in measured {
        match published.iter().find(|(name, ..)| name == preset) {
            None => faults.push(format!("{preset} is not there")),
            Some((_, cases, _)) if cases != n_cases => {
                faults.push(format!("{preset} has {n_cases} cases, not {cases}"));
            }
            Some((.., bound)) if deviation > bound => {
                faults.push(format!("{preset} deviates by {deviation:e}, more than {bound:e}"));
            }
            Some(_) => {}
        }
    }
    for (name, ..) in published {
        if !measured.iter().any(|worst| worst.preset == *name) {
            faults.push(format!("{name} is no longer measured"));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    let faults = faults.join("; ");
    Err(format!("{PAGE}: {faults}; mend the table with `cargo xtask conformance`").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whisper(deviation: f64) -> Vec<Worst> {
        let line = format!("test bounds ... worst whisper 51 {deviation:e} 0.31");
        vec![worst(&line).unwrap()]
    }

    #[test]
    fn what_is_published_holds_for_what_was_measured() {
        let references =
            BTreeMap::from([("whisper".into(), BTreeSet::from(["openai-whisper 1".into()]))]);
        for deviation in [2.42e-5, 2.4e-5, 9.96e-6, 1.0, 3.0e-7, 123.4] {
            let table = write_table(&whisper(deviation), &references).unwrap();
            check(&whisper(deviation), &published(&table)).unwrap();
            let error = check(&whisper(deviation * 1.11), &published(&table)).unwrap_err();
            assert!(error.to_string().contains("cargo xtask conformance"), "{error}");
        }
    }

    #[test]
    fn rounding_goes_up_to_two_digits() {
        for (value, rounded) in [(2.42e-5, 2.5e-5), (2.4e-5, 2.4e-5), (9.96e-6, 1e-5), (0.0, 0.0)] {
            assert_eq!(round_up(value), rounded);
        }
    }

    #[test]
    fn presets_that_come_and_go_are_found() {
        assert!(check(&whisper(1.0), &[]).is_err());
        assert!(check(&whisper(1.0), &[("whisper", 51, 1.0), ("old", 4, 1.0)]).is_err());
        assert!(check(&whisper(1.0), &[("whisper", 50, 1.0)]).is_err());
    }
}
