//! Runs core's criterion benches, and reads what criterion writes down.

use super::statistic::Statistic;
use crate::Result;
use crate::workspace::{Workspace, run as run_program};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A time for each name, such as `30s/400/80/Avx2`.
pub type Times = BTreeMap<String, Statistic>;

/// Enough for a median that stays; more is to be asked for by an option.
const SECONDS: [&str; 4] = ["--warm-up-time", "1", "--measurement-time", "3"];

/// The benches of core, and the features that they need.
#[derive(Clone, Copy)]
pub enum Bench {
    /// Whole calls.
    Pipeline,
    /// The stages of a block.
    Stages,
}

pub fn run(workspace: &Workspace, bench: Bench, options: &[String]) -> Result<Times> {
    // A folder of this run alone: nothing older is taken for a result.
    let folder = workspace.folder("bench/criterion")?;
    fs::remove_dir_all(&folder)?;
    let mut command = workspace.cargo();
    command.args(["bench", "--locked", "--package", "mojo-audio-core"]);
    command.args(match bench {
        Bench::Pipeline => &["--bench", "pipeline"][..],
        Bench::Stages => &["--bench", "stages", "--features", "stages"],
    });
    command.arg("--");
    let is_chosen = options.iter().any(|option| option.ends_with("-time") || option == "--quick");
    command.args(if is_chosen { &[] } else { &SECONDS[..] }).args(options);
    run_program(command.env("CRITERION_HOME", &folder))?;
    let mut times = Times::new();
    read(&folder, &mut times)?;
    Ok(times)
}

/// The time of a cycle of the processor's clock.
pub fn cycle(times: &Times) -> Option<Statistic> {
    times.get("clock/6000-cycles").map(|clock| clock.divided(6000.0))
}

/// Every measurement below a folder.
fn read(folder: &Path, times: &mut Times) -> Result {
    for entry in fs::read_dir(folder)? {
        let entry = entry?.path();
        if !entry.is_dir() {
            continue;
        }
        let new = entry.join("new");
        if new.join("benchmark.json").is_file() {
            let json = |name: &str| -> Result<Value> {
                Ok(serde_json::from_str(&fs::read_to_string(new.join(name))?)?)
            };
            let (name, time) =
                measurement(&json("benchmark.json")?, &json("estimates.json")?, &json("sample.json")?)
                    .ok_or(format!("{}: criterion writes otherwise than it did", new.display()))?;
            times.insert(name, time);
        } else {
            read(&entry, times)?;
        }
    }
    Ok(())
}

/// Criterion's own median; the minimum is that of its samples, each the mean of some calls.
fn measurement(benchmark: &Value, estimates: &Value, sample: &Value) -> Option<(String, Statistic)> {
    let name = benchmark["full_id"].as_str()?.to_string();
    let median = estimates["median"]["point_estimate"].as_f64()?;
    let calls = sample["iters"].as_array()?.iter().filter_map(Value::as_f64);
    let means = sample["times"].as_array()?.iter().filter_map(Value::as_f64).zip(calls);
    let minimum = means.map(|(time, calls)| time / calls).min_by(f64::total_cmp)?;
    Some((name, Statistic { median, minimum }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn criterions_files_are_read() {
        let benchmark =
            json!({"group_id": "30s/400/80", "function_id": "Avx2", "full_id": "30s/400/80/Avx2"});
        let estimates = json!({"median": {"point_estimate": 5.0}, "mean": {"point_estimate": 6.0}});
        let sample = json!({"iters": [1.0, 2.0, 4.0], "times": [7.0, 9.0, 40.0]});
        let expected = Statistic { median: 5.0, minimum: 4.5 };
        assert_eq!(
            measurement(&benchmark, &estimates, &sample),
            Some(("30s/400/80/Avx2".into(), expected))
        );
        assert_eq!(measurement(&benchmark, &json!({}), &sample), None);
    }
}
