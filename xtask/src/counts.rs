//! Counts the instructions of core's calls: unlike times they are the same in each run, so that CI can compare them
//! with those that were written down.

mod callgrind;
mod mix;
mod others;

use crate::section::Section;
use crate::workspace::{Workspace, ask, run as run_program};
use crate::{Result, install, table};
use callgrind::Profile;
use others::{Emulator, Stepper};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

/// Counts instructions and the library's bytes, and writes them down
#[derive(clap::Args)]
pub struct Arguments {
    /// Writes nothing, and fails if something has grown by more than 3 %
    #[arg(long)]
    check: bool,
}

const FILE: &str = "benches/counts.txt";
const PAGE: &str = "docs/performance.md";
const COMMAND: &str = "cargo xtask counts";

const HEADING: &str = "\
# Instructions, and bytes of the stripped C library. Written by `cargo xtask counts`; `cargo xtask counts --check`
# fails where one is more than 3 % larger. They depend on the compiler that is named here: with another one the
# comparison is made all the same, and its failure says so. Callgrind counts AVX2 and SSE2; single steps count
# AVX-512 on a tenth of the signal, on machines that have it; QEMU counts NEON, and its loads and stores of vectors on
# the stack.
";

/// The largest ratio of a count to the one in the file.
const MOST: f64 = 1.03;

/// Frames of the cases that compute ten seconds.
const FRAMES: f64 = 1000.0;

const CASES: &[(&str, &[&str])] = &[
    (
        "avx2",
        &[
            "whisper",
            "whisper-large-v3",
            "whisper-n-fft-512",
            "whisper-int16",
            "whisper-frame-major",
            "kaldi-fbank",
            "parakeet",
            "plan",
            "push-160",
            "kaldi-push-160",
        ],
    ),
    ("sse2", &["whisper", "kaldi-fbank"]),
];

/// Counted by single steps, on machines that have it.
const STEPPED: (&str, &[&str]) = ("avx512", &["whisper", "kaldi-fbank", "push-160"]);

/// Counted in QEMU.
const EMULATED: (&str, &[&str]) = ("neon", &["whisper", "kaldi-fbank", "push-160", "kaldi-push-160"]);

/// What is added to the name of a case whose accesses to the stack are counted.
const ON_STACK: &str = ": vectors on the stack";

/// The cases whose stages docs/performance.md shows.
const BY_STAGE: [&str; 2] = ["avx2/whisper", "sse2/whisper"];

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result {
    let mut profiles = BTreeMap::new();
    // The benches' profile is that for release, and has the lines and the inlined functions.
    let build = ["build", "--locked", "--profile", "bench", "--package", "mojo-audio-bench", "--bin"];
    run_program(workspace.cargo().args(build).arg("counted"))?;
    let program = workspace.target().join("release/counted");
    let mut counts = Counts::new(workspace)?;
    for (set, cases) in CASES {
        for case in *cases {
            let profile = callgrind::profile(workspace, &program, set, case)?;
            counts.numbers.insert(format!("{set}/{case}"), profile.total());
            profiles.insert(format!("{set}/{case}"), profile);
        }
    }
    let (set, cases) = EMULATED;
    let emulator = Emulator::new(workspace)?;
    for case in cases {
        let [count, on_stack] = emulator.count(set, case)?;
        counts.numbers.insert(format!("{set}/{case}"), count);
        counts.numbers.insert(format!("{set}/{case}{ON_STACK}"), on_stack);
    }
    let old = Counts::read(&workspace.read(FILE)?);
    let (set, cases) = STEPPED;
    if has_avx512() {
        let stepper = Stepper::new(workspace)?;
        for case in cases {
            counts.numbers.insert(format!("{set}/{case}"), stepper.count(&program, set, case)?);
        }
    } else {
        println!("this machine has no AVX-512: its counts are left as they are");
        let old = old.as_ref().map(|old| old.numbers.clone()).unwrap_or_default();
        counts.numbers.extend(old.into_iter().filter(|(name, _)| name.starts_with(set)));
    }
    let missing = callgrind::missing(profiles.values());
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return Err(format!(
            "no instruction belongs to: {missing}; mend STAGES in counts/callgrind.rs"
        )
        .into());
    }
    print!("{}", counts.text());
    if arguments.check {
        return counts.check(&old?);
    }
    workspace.write(FILE, &format!("{HEADING}{}", counts.text()))?;
    let shown = BY_STAGE.map(|name| &profiles[name]);
    let stages =
        table::markdown(&rows(shown.map(|profile| &profile.stages), shown.map(Profile::total)));
    let mixes = [mix::mix(&program, &shown[0].addresses)?, mix::mix(&program, &shown[1].addresses)?];
    let kinds = table::markdown(&rows(mixes.each_ref(), shown.map(Profile::total)));
    Section::read(workspace, PAGE, COMMAND)?.write(workspace, &format!("{stages}\n{kinds}"))
}

/// Whether core's kernels for AVX-512 run on this machine.
fn has_avx512() -> bool {
    mojo_audio_core::InstructionSet::available()
        .any(|set| format!("{set:?}").eq_ignore_ascii_case(STEPPED.0))
}

/// Numbers by name, and what made them.
struct Counts {
    compiler: String,
    numbers: BTreeMap<String, u64>,
}

impl Counts {
    /// With the size of the library only.
    fn new(workspace: &Workspace) -> Result<Self> {
        let compiler = ask(Command::new("rustc").arg("--version")).ok_or("`rustc --version` fails")?;
        let prefix = workspace.folder("counts/prefix")?;
        install::install(workspace, &prefix)?;
        let library = prefix.join("lib/libmojo_audio.so");
        let size =
            fs::metadata(&library).map_err(|error| format!("{}: {error}", library.display()))?.len();
        let numbers = BTreeMap::from([("libmojo_audio.so".to_string(), size)]);
        Ok(Self { compiler: compiler.trim().to_string(), numbers })
    }

    fn text(&self) -> String {
        let mut text = format!("{}\n", self.compiler);
        for (name, number) in &self.numbers {
            let _ = writeln!(text, "{name} {number}");
        }
        text
    }

    fn read(text: &str) -> Result<Self> {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let compiler =
            lines.next().ok_or(format!("{FILE}: empty; write it with `{COMMAND}`"))?.to_string();
        let number = |line: &str| {
            let (name, number) = line.rsplit_once(' ')?;
            Some((name.to_string(), number.parse().ok()?))
        };
        let numbers = lines
            .map(|line| number(line).ok_or(format!("{FILE}: {line}")))
            .collect::<std::result::Result<_, _>>()?;
        Ok(Self { compiler, numbers })
    }

    /// Compares with what was written down.
    fn check(&self, old: &Self) -> Result {
        let mut faults = Vec::new();
        for (name, &number) in &self.numbers {
            match old.numbers.get(name) {
                None => faults.push(format!("{name} is not in it")),
                Some(&before) => {
                    let ratio = number as f64 / before as f64;
                    let change = (ratio - 1.0) * 100.0;
                    if ratio > MOST {
                        faults.push(format!(
                            "{name} has grown by {change:.1} %, from {before} to {number}"
                        ));
                    } else if ratio < 1.0 / MOST {
                        println!(
                            "{name} has shrunk by {:.1} %: write that down with `{COMMAND}`",
                            -change
                        );
                    }
                }
            }
        }
        for name in old.numbers.keys().filter(|name| !self.numbers.contains_key(*name)) {
            faults.push(format!("{name} is no longer counted"));
        }
        if faults.is_empty() {
            return Ok(());
        }
        let mut text = format!("{FILE}: {}", faults.join("; "));
        if self.compiler != old.compiler {
            write!(
                text,
                "; it was written with {}, this is {}: if the same commit counts so with the new compiler, \
                 that is the reason",
                old.compiler, self.compiler
            )?;
        }
        Err(format!("{text}. If it is meant to be so, write it down with `{COMMAND}`").into())
    }
}

/// A heading, and parts with their instructions for each frame in both cases, the largest first.
fn rows(cases: [&BTreeMap<&'static str, u64>; 2], totals: [u64; 2]) -> Vec<[String; 5]> {
    let mut parts: Vec<_> = cases[0].iter().collect();
    parts.sort_by(|a, b| b.1.cmp(a.1));
    let [first, second] = BY_STAGE.map(String::from);
    let mut rows =
        vec![["a frame's instructions".into(), first, "share".into(), second, "share".into()]];
    let mut row = |name: &str, counts: [u64; 2]| {
        let [first, second] = counts.map(|count| format!("{:.0}", count as f64 / FRAMES));
        let [one, two] =
            [0, 1].map(|i| format!("{:.1} %", counts[i] as f64 / totals[i] as f64 * 100.0));
        rows.push([name.into(), first, one, second, two]);
    };
    for (name, _) in parts {
        row(name, cases.map(|case| case.get(name).copied().unwrap_or(0)));
    }
    row("all", totals);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(compiler: &str, number: u64) -> Counts {
        Counts::read(&format!("# comment\nrustc {compiler}\navx2/whisper {number}\n")).unwrap()
    }

    #[test]
    fn what_grows_is_found() {
        assert!(counts("1.0.0", 1030).check(&counts("1.0.0", 1000)).is_ok());
        let error = counts("1.0.0", 1031).check(&counts("1.0.0", 1000)).unwrap_err().to_string();
        assert!(
            error.contains("avx2/whisper has grown by 3.1 %") && !error.contains("rustc"),
            "{error}"
        );
        let error = counts("1.1.0", 1031).check(&counts("1.0.0", 1000)).unwrap_err().to_string();
        assert!(error.contains("written with rustc 1.0.0, this is rustc 1.1.0"), "{error}");
        assert!(counts("1.1.0", 1000).check(&counts("1.0.0", 1000)).is_ok());
    }

    #[test]
    fn what_comes_and_goes_is_found() {
        let empty = Counts { compiler: "rustc".into(), numbers: BTreeMap::new() };
        assert!(counts("1", 1).check(&empty).is_err());
        assert!(empty.check(&counts("1", 1)).is_err());
        assert_eq!(counts("1.0.0", 7).text(), "rustc 1.0.0\navx2/whisper 7\n");
    }
}
