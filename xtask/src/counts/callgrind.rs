//! Runs the counted program under callgrind, and says which stage of the pipeline each instruction
//! belongs to: by the functions that were inlined there, as the debug information has them.

use crate::Result;
use crate::workspace::{Workspace, run};
use addr2line::Loader;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A stage, its file, and its function; every function of the file where the name is empty. Where several stages
/// match, the innermost call decides.
const STAGES: &[(&str, &str, &str)] = &[
    ("samples side by side", "core/src/block/samples.rs", ""),
    ("frames one by one", "core/src/block/frames.rs", ""),
    ("window and first stage", "core/src/block/spectrum.rs", "first_stage"),
    ("columns and powers", "core/src/block/spectrum.rs", "column_powers"),
    ("mel filters", "core/src/block/bands.rs", ""),
    ("logarithm", "core/src/compress.rs", ""),
    ("levels", "core/src/block/slices.rs", "apply_levels"),
];

/// Everything else: samples fetched and checked, blocks of frames made.
const AROUND: &str = "around the blocks";

/// What was counted of a case.
pub struct Profile {
    /// Instructions of the program by their address; those of libraries have none.
    pub addresses: BTreeMap<Option<u64>, u64>,
    pub stages: BTreeMap<&'static str, u64>,
}

impl Profile {
    pub fn total(&self) -> u64 {
        self.stages.values().sum()
    }
}

/// Counts a case, inside of what the program measures.
pub fn profile(workspace: &Workspace, program: &Path, set: &str, case: &str) -> Result<Profile> {
    let file = workspace.folder("counts")?.join(format!("{set}-{case}.out"));
    let mut valgrind = workspace.command("valgrind");
    valgrind.args(["--quiet", "--tool=callgrind", "--dump-instr=yes"]);
    valgrind.args(["--compress-strings=no", "--compress-pos=no"]);
    // From the call of this function on, and until it returns.
    valgrind.args(["--collect-atstart=no", "--toggle-collect=counted::measured*"]);
    valgrind.arg(format!("--callgrind-out-file={}", file.display()));
    run(valgrind.arg(program).args([set, case]))?;
    let addresses = by_address(&fs::read_to_string(&file)?, program);
    let lines = Loader::new(program).map_err(|error| format!("{}: {error}", program.display()))?;
    let mut stages = BTreeMap::new();
    for (address, count) in &addresses {
        let stage = match address {
            Some(address) => stage(&lines, *address)?,
            None => None,
        };
        *stages.entry(stage.unwrap_or(AROUND)).or_default() += count;
    }
    let profile = Profile { addresses, stages };
    if profile.total() == 0 {
        return Err(format!("{set}/{case}: callgrind has counted nothing").into());
    }
    Ok(profile)
}

/// The stages that none of the profiles has: their functions have other names now.
pub fn missing<'a>(profiles: impl Iterator<Item = &'a Profile>) -> Vec<&'static str> {
    let found: BTreeSet<_> = profiles.flat_map(|profile| profile.stages.keys()).copied().collect();
    STAGES.iter().map(|(stage, ..)| *stage).filter(|stage| !found.contains(stage)).collect()
}

/// Sums the lines `ADDRESS LINE COUNT` of the program; those of libraries have no address. The line after
/// `calls=` is what the called function took, which has lines of its own.
fn by_address(text: &str, program: &Path) -> BTreeMap<Option<u64>, u64> {
    let mut counts = BTreeMap::new();
    let (mut is_call, mut is_program) = (false, false);
    for line in text.lines() {
        if let Some(object) = line.strip_prefix("ob=") {
            is_program = Path::new(object) == program;
        } else if line.starts_with("calls=") {
            is_call = true;
        } else if let Some(rest) = line.strip_prefix("0x") {
            let mut words = rest.split(' ');
            let address = words.next().and_then(|word| u64::from_str_radix(word, 16).ok());
            let count = words.nth(1).and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
            if !std::mem::take(&mut is_call) {
                *counts.entry(address.filter(|_| is_program)).or_default() += count;
            }
        }
    }
    counts
}

/// The stage of an instruction, by the functions that it was inlined into.
fn stage(program: &Loader, address: u64) -> Result<Option<&'static str>> {
    let mut frames = program.find_frames(address)?;
    while let Some(frame) = frames.next()? {
        let name = frame.function.as_ref().map(|function| function.demangle());
        let file = frame.location.and_then(|location| location.file);
        if let (Some(Ok(name)), Some(file)) = (name, file)
            && let Some(stage) = stage_of(&name, file)
        {
            return Ok(Some(stage));
        }
    }
    Ok(None)
}

fn stage_of(function: &str, file: &str) -> Option<&'static str> {
    // Where it was not inlined, a name has its path and no types; where it was, types and no path.
    let name = function.split('<').next().unwrap_or(function);
    let name = name.rsplit("::").next().unwrap_or(name);
    let is_it = |(_, path, wanted): &&(&str, &str, &str)| {
        file.ends_with(path) && (wanted.is_empty() || *wanted == name)
    };
    STAGES.iter().find(is_it).map(|(stage, ..)| *stage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_instructions_are_summed() {
        let text = "version: 1\nevents: Ir\n\nob=/target/counted\nfl=a.rs\nfn=run\n0x10 10 5\nfi=b.rs\n\
            0x14 11 2\ncfn=first\ncalls=3 0x20\n0x18 12 300\n0x18 13 1\n\nfn=first\n0x20 20 300\n\n\
            ob=/lib/libc.so\nfn=memcpy\n0x20 0 9\n\ntotals: 317\n";
        let expected =
            [(None, 9), (Some(0x10), 5), (Some(0x14), 2), (Some(0x18), 1), (Some(0x20), 300)];
        assert_eq!(by_address(text, Path::new("/target/counted")), BTreeMap::from(expected));
    }

    #[test]
    fn a_stage_is_a_function_of_a_file() {
        let first = Some("window and first stage");
        let spectrum = "/somewhere/core/src/block/spectrum.rs";
        assert_eq!(stage_of("first_stage<V, core::ops::Range<usize>>", spectrum), first);
        assert_eq!(stage_of("mojo_audio_core::block::spectrum::first_stage", spectrum), first);
        assert_eq!(stage_of("first_stage<V>", "/somewhere/core/src/kernels.rs"), None);
        assert_eq!(stage_of("anything<V>", "/somewhere/core/src/compress.rs"), Some("logarithm"));
    }

    #[test]
    fn stages_that_are_gone_are_found() {
        let stages = STAGES.iter().map(|(stage, ..)| (*stage, 1)).collect();
        let mut profile = Profile { addresses: BTreeMap::new(), stages };
        assert!(missing([&profile].into_iter()).is_empty());
        profile.stages.remove("logarithm");
        assert_eq!(missing([&profile].into_iter()), ["logarithm"]);
    }
}
