//! Fuzzing: inputs at random, led by the coverage that they reach, under AddressSanitizer.
//!
//! The sanitizer's runtime and the coverage's counters are in every stable compiler, behind options that
//! are not stable; so no other compiler is needed. The options are those that cargo-fuzz passes.

use super::Report;
use crate::Result;
use crate::table;
use crate::workspace::{Workspace, host, run as run_program, show};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Feeds random input, led by coverage, to every way into the library
///
/// Inputs that break it are kept in target/xtask/fuzz/found, and printed. Inputs that reach new code are
/// kept below target/ too, and the next run starts from them, unless it is a fixed one.
#[derive(clap::Args)]
pub struct Arguments {
    /// The targets; all if none is named
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,

    /// Seconds for each target
    #[arg(long, default_value_t = SECONDS, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,

    /// A fixed number of inputs from a fixed seed, as in CI: a change and not the clock makes it fail
    #[arg(long, conflicts_with = "seconds")]
    fixed: bool,
}

const SECONDS: u32 = 60;

impl Default for Arguments {
    fn default() -> Self {
        Self { targets: Vec::new(), seconds: SECONDS, fixed: false }
    }
}

/// Where each target of Rust has its program.
const PROGRAMS: &str = "fuzz/targets";

/// Inputs of each target in a fixed run: a third of what a minute of one core tries.
const FIXED: &[(&str, u32)] = &[
    ("capi", 900),
    ("config", 2_600),
    ("decode", 4_600),
    ("extractor", 1_500),
    ("one_shot", 1_600),
    ("preprocessor", 50_000),
    ("stream", 650),
];

/// What a fixed run starts from.
const SEED: u32 = 1;

const COVERAGE: &[&str] = &[
    "-Zsanitizer=address",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg",
    "fuzzing",
];

/// Refused memory is an error that the targets expect, and the sanitizer's own limit is a terabyte.
const SANITIZER: &str = "allocator_may_return_null=1:max_allocation_size_mb=1024:detect_leaks=1";

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Report> {
    let all = files(&workspace.path(PROGRAMS));
    let all: Vec<_> = all.iter().filter_map(|file| file.strip_suffix(".rs")).collect();
    if let Some(unknown) = arguments.targets.iter().find(|name| !all.contains(&name.as_str())) {
        return Err(format!("there is no target {unknown}; there are: {}", all.join(", ")).into());
    }
    let chosen: Vec<_> = arguments.targets.iter().map(String::as_str).collect();
    let targets = if chosen.is_empty() { all } else { chosen };
    let programs = build(workspace, &targets)?;
    let mut rows =
        vec![["target", "seconds", "inputs tried", "inputs with code of their own"].map(String::from)];
    let mut broken = Vec::new();
    for target in targets {
        let mut command = workspace.command(programs.join(target));
        command.env("ASAN_OPTIONS", SANITIZER);
        let start = Instant::now();
        let found = fuzz(workspace, command, target, arguments)?;
        let seconds = start.elapsed().as_secs().to_string();
        if let Some(what) = found.broken {
            broken.push(format!("{target}: {what}"));
        }
        rows.push([target.into(), seconds, found.tried, found.corpus]);
    }
    Ok(Report { figures: table::markdown(&rows), broken })
}

/// What became of a target.
struct Found {
    tried: String,
    /// Inputs that reach code which others do not.
    corpus: String,
    /// What broke, if anything did.
    broken: Option<String>,
}

/// Builds the targets' programs; gives their folder.
fn build(workspace: &Workspace, targets: &[&str]) -> Result<PathBuf> {
    let host = host(workspace)?;
    let folder = workspace.folder("fuzz")?.join("target");
    let mut command = workspace.cargo();
    command.env("RUSTC_BOOTSTRAP", "1").env("CARGO_ENCODED_RUSTFLAGS", COVERAGE.join("\u{1f}"));
    command.args(["build", "--locked", "--release", "--manifest-path", "fuzz/Cargo.toml"]);
    // Named although it is the machine's own, so that build scripts and macros are not instrumented.
    command.args(["--features", "fuzzer", "--target", &host, "--target-dir"]).arg(&folder);
    command.args(targets.iter().flat_map(|target| ["--bin", target]));
    run_program(&mut command)?;
    Ok(folder.join(host).join("release"))
}

fn fuzz(
    workspace: &Workspace,
    mut command: Command,
    target: &str,
    arguments: &Arguments,
) -> Result<Found> {
    let corpus = workspace
        .folder(&format!("fuzz/{}/{target}", if arguments.fixed { "fixed" } else { "corpus" }))?;
    if arguments.fixed {
        // What earlier runs found is no part of it.
        fs::remove_dir_all(&corpus)?;
        fs::create_dir_all(&corpus)?;
    }
    let found = workspace.folder(&format!("fuzz/found/{target}"))?;
    let before = files(&found);
    command.arg(&corpus);
    for folder in seeds(workspace, target) {
        command.arg(folder);
    }
    if arguments.fixed {
        let runs = FIXED.iter().find(|(name, _)| *name == target);
        let (_, runs) = runs.ok_or(format!("{target} has no line in FIXED"))?;
        command.arg(format!("-runs={runs}")).arg(format!("-seed={SEED}"));
    } else {
        command.arg(format!("-max_total_time={}", arguments.seconds));
    }
    command.arg(format!("-artifact_prefix={}/", found.display()));
    // An input that takes this long hangs; reports of slower ones than usual would be kept as faults.
    command.args([
        "-timeout=30",
        "-report_slow_units=30",
        "-rss_limit_mb=3072",
        "-print_final_stats=1",
    ]);
    // Long programs from the start: short ones first would be most of a minute.
    command.arg("-len_control=0");
    command.arg(format!("-max_len={}", if target == "decode" { 24_000 } else { 1024 }));
    let printed = show(&mut command)?;
    let kept: Vec<_> = files(&found).difference(&before).map(|file| found.join(file)).collect();
    let tried =
        printed.text.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let tried = tried.map_or("0", str::trim).to_string();
    let broken = if !printed.status.success() {
        Some(format!(
            "{}, kept {kept:?}; fuzz/regressions/{target} is the place for those that were a fault, and \
             `cargo xtask test fuzz` replays them",
            printed.status
        ))
    } else if tried == "0" {
        Some("no input was tried".into())
    } else {
        None
    };
    Ok(Found { tried, corpus: files(&corpus).len().to_string(), broken })
}

/// Folders of inputs to start from.
fn seeds(workspace: &Workspace, target: &str) -> Vec<PathBuf> {
    let mut folders = vec![format!("fuzz/corpus/{target}"), format!("fuzz/regressions/{target}")];
    if target == "decode" {
        folders.extend(["cli", "audio"].map(|of| format!("{of}/tests/data")));
    }
    folders.iter().map(|folder| workspace.path(folder)).filter(|folder| folder.is_dir()).collect()
}

fn files(folder: &Path) -> BTreeSet<String> {
    let list = fs::read_dir(folder).into_iter().flatten().flatten();
    list.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
