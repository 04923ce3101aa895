//! Rules of the tree that no compiler checks.

mod dependencies;

use crate::Result;
use crate::generate::{self, NOTICE};
use crate::workspace::{Workspace, ask};
use mojo_audio_core::{MelConfig, OPTIONS, PRESETS};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Where `unsafe` may stand, and why. A folder ends with a slash.
const UNSAFE: &[(&str, &str)] = &[
    ("core/src/kernels.rs", "calls what is compiled for the instruction set that was found"),
    ("core/src/lanes/", "vector instructions, and rows of scratch without bounds checks"),
    ("core/src/lanes.rs", "the traits that they implement"),
    ("core/src/block.rs", "runs the steps of a block on its scratch"),
    ("core/src/block/", "the steps, on rows of scratch without bounds checks"),
    ("core/src/compress.rs", "reads a tile of energies"),
    ("core/src/fft/", "runs on the scratch of a block"),
    ("core/src/scratch.rs", "lends the scratch from a pool that threads share"),
    (
        "core/src/resample/kernels.rs",
        "reads and writes vectors of a signal, within bounds that it asserts",
    ),
    ("core/src/run.rs", "hands the kernels pointers to samples and result"),
    ("core/src/stages.rs", "hands the kernels those of one block, for the benches"),
    ("core/src/sink.rs", "writes frames of a result that threads share"),
    ("core/src/extractor.rs", "writes the result to memory that is not initialised yet"),
    ("core/src/whole.rs", "writes the result to memory that is not initialised yet"),
    ("core/src/stream.rs", "writes the result to memory that is not initialised yet"),
    ("core/src/shared.rs", "counts the owners of a plan, and drops it with the last"),
    ("core/src/once.rs", "lends a table that threads share from when it is made"),
    ("core/tests/", "an allocator that counts or refuses"),
    ("benches/rust/src/bin/counted.rs", "stops at a breakpoint for who counts its instructions"),
    ("core/tests-no-std/", "an allocator and an entry point without the standard library"),
    ("capi/", "the border to C"),
    (
        "python/src/arrow/interface.rs",
        "the border to other libraries' columns, Arrow's C data interface",
    ),
    ("python/src/arrow/column.rs", "reads the buffers that the format of a column says it has"),
    ("node/src/addon/output.rs", "writes results to arrays of V8's"),
    ("node/src/wasm.rs", "the border to WebAssembly's numbers"),
    ("cxx-bindings/src/", "the border to C++"),
    ("benches/peers/rust/src/whisper_cpp.rs", "calls whisper.cpp, and finds the result that it hides"),
    ("fuzz/src/capi/", "calls the C library"),
    ("fuzz/src/one_shot.rs", "calls the C library"),
    ("examples/rust-ffi/", "calls the C library"),
    ("uniffi/src/direct.rs", "pushes samples to a stream of the JVM's, both given as addresses"),
    ("uniffi/src/memory.rs", "reads samples and writes results in memory of Swift's and the JVM's"),
];

/// Rust files that are others' text, letter for letter, and so don't say what they are for.
const VERBATIM: &str = "capi/tests/guide/";

const LARGEST_FILE: u64 = 1 << 20;
const LARGEST_CORPUS: u64 = 8_000_000;
/// Of each preset.
const LEAST_CASES: usize = 4;

/// Marks of what is not finished. In pieces, so that this file does not have them.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("to", "do!"),
    concat!("unimpl", "emented!"),
];

/// Starts of paths that exist on one machine only.
const MACHINE_PATHS: &[&str] =
    &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Use", "rs/")];

/// The name of crates.io in lock files, wherever its packages really come from.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub fn run(workspace: &Workspace) -> Result {
    let files = files(workspace)?;
    let mut faults = Vec::new();
    let mut corpus = 0;
    for path in &files {
        let bytes = fs::read(workspace.path(path))?;
        let size = bytes.len() as u64;
        if size > LARGEST_FILE {
            faults.push(format!("{path}: {size} bytes; a file has at most {LARGEST_FILE}"));
        }
        if path.starts_with("conformance/") {
            corpus += size;
        }
        if let Ok(text) = std::str::from_utf8(&bytes)
            && !bytes.contains(&0)
        {
            check_text(path, text, &mut faults);
        }
    }
    if corpus > LARGEST_CORPUS {
        faults.push(format!("conformance/: {corpus} bytes; it has at most {LARGEST_CORPUS}"));
    }
    for (path, ..) in generate::FILES {
        if !files.iter().any(|file| file == path) {
            faults.push(format!("{path}: missing; make it with `cargo xtask generate`"));
        }
    }
    let cases = serde_json::from_str(&workspace.read("conformance/cases.json")?)?;
    check_cases(&cases, &mut faults);
    dependencies::check(workspace, &files, &mut faults)?;
    if faults.is_empty() {
        println!("{} files are tidy", files.len());
        return Ok(());
    }
    Err(format!("{}\n{} faults", faults.join("\n"), faults.len()).into())
}

/// The files of the checkout: those that git knows, and new ones that it does not ignore.
pub fn files(workspace: &Workspace) -> Result<BTreeSet<String>> {
    let mut git = workspace.command("git");
    // A checkout may belong to another user, in a container for example.
    git.args(["-c", "safe.directory=*", "-c", "core.quotePath=false", "ls-files"]);
    git.args(["--cached", "--others", "--exclude-standard"]);
    let list = ask(&mut git).ok_or("`git ls-files` fails: this is to be run in a git checkout")?;
    let files: BTreeSet<_> =
        list.lines().filter(|path| workspace.path(path).is_file()).map(String::from).collect();
    if files.is_empty() {
        return Err("git knows no file here".into());
    }
    Ok(files)
}

fn check_text(path: &str, text: &str, faults: &mut Vec<String>) {
    let mut fault = |number: usize, what: &str| faults.push(format!("{path}:{}: {what}", number + 1));
    let first = text.lines().next().unwrap_or_default();
    if path.ends_with(".rs") && !path.starts_with(VERBATIM) && !first.starts_with("//! ") {
        fault(0, "a Rust file starts with a line `//! ` that says what it is for");
    }
    let is_generated = generate::FILES.iter().any(|(file, ..)| *file == path);
    if is_generated && !generate::marker(path).is_ok_and(|marker| marker == first) {
        fault(
            0,
            "the line that says that this file is generated is missing; `cargo xtask generate` mends it",
        );
    } else if !is_generated && first.contains(NOTICE) {
        fault(0, "says that it is generated, but `cargo xtask generate` does not know it");
    }
    let may_be_unsafe = UNSAFE
        .iter()
        .any(|(place, _)| if place.ends_with('/') { path.starts_with(place) } else { path == *place });
    let is_lock_file = is_lock_file(path);
    for (number, line) in text.lines().enumerate() {
        if let Some(mark) = UNFINISHED.iter().find(|mark| has_word(line, mark)) {
            fault(number, &format!("{mark}: finish it, or leave it out"));
        }
        if let Some(start) = MACHINE_PATHS.iter().find(|start| has_path(line, start)) {
            fault(number, &format!("{start} is a path of one machine"));
        }
        if is_lock_file && names_host(line) {
            fault(number, "a lock file names no host: leave out \"resolved\" and npm's \"funding\"");
        }
        if path.ends_with(".rs") && !may_be_unsafe && has_unsafe(line) {
            fault(number, "unsafe code has its places; they are listed in xtask/src/tidy.rs");
        }
    }
}

fn is_lock_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".lock")
        || matches!(name, "package-lock.json" | "npm-shrinkwrap.json" | "pnpm-lock.yaml" | "go.sum")
        || (name.starts_with("requirements") && name.ends_with(".txt"))
}

/// Sponsors' pages count, too: they say nothing that a build needs, and any address may be one to download from.
fn names_host(line: &str) -> bool {
    line.replace(CRATES_IO, "").contains("://")
}

/// Whether the word stands in the line, not as a part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(is_letter) && !line[at + word.len()..].starts_with(is_letter)
    })
}

/// Whether an absolute path begins so in the line: what stands before is no part of a path.
fn has_path(line: &str, start: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || "._-~*})/".contains(letter);
    line.match_indices(start).any(|(at, _)| !line[..at].ends_with(is_part))
}

/// Whether the line opens an unsafe block or declares something unsafe.
fn has_unsafe(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or(line);
    ["{", "fn ", "impl ", "impl<", "extern ", "trait ", "("].iter().any(|follows| {
        code.match_indices("unsafe").any(|(at, word)| {
            let after = &code[at + word.len()..];
            let quoted = code[..at].ends_with(['"', '`', '_']);
            !quoted && after.trim_start().starts_with(follows)
        })
    })
}

/// Every option and every preset has its cases.
fn check_cases(corpus: &Value, faults: &mut Vec<String>) {
    let mut set = BTreeSet::new();
    let mut n_cases: BTreeMap<&str, usize> = BTreeMap::new();
    for case in corpus["cases"].as_array().into_iter().flatten() {
        let Some(preset) = case["preset"].as_str().filter(|_| case["kind"] != "refusal") else {
            continue;
        };
        *n_cases.entry(preset).or_default() += 1;
        let Ok(config) = MelConfig::preset(preset) else { continue };
        for (option, value) in case["options"].as_object().into_iter().flatten() {
            let mut changed = config.clone();
            let value = value.as_str().unwrap_or_default();
            if changed.set(option, value).is_ok() && changed != config {
                set.insert(option.as_str());
            }
        }
    }
    for option in OPTIONS.iter().map(|option| option.name).filter(|name| !set.contains(name)) {
        faults.push(format!(
            "conformance/cases.json: no case gives `{option}` another value than its preset"
        ));
    }
    for preset in PRESETS {
        let n = n_cases.get(preset).copied().unwrap_or(0);
        if n < LEAST_CASES {
            faults.push(format!(
                "conformance/cases.json: {preset} has {n} cases, fewer than {LEAST_CASES}"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(path: &str, text: &str) -> usize {
        let mut faults = Vec::new();
        check_text(path, text, &mut faults);
        faults.len()
    }

    #[test]
    fn a_rust_file_says_what_it_is_for() {
        assert_eq!(faults("a.rs", "//! What it is for.\n"), 0);
        assert_eq!(faults("a.rs", "// What it is for.\n"), 1);
        assert_eq!(faults("a.py", "import numpy\n"), 0);
    }

    #[test]
    fn what_is_not_finished_is_found() {
        for mark in UNFINISHED {
            assert_eq!(faults("a.py", &format!("# {mark} later\n")), 1, "{mark}");
        }
        assert_eq!(faults("a.sh", &format!("mktemp {}XX\n", UNFINISHED[2])), 0);
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        for start in MACHINE_PATHS {
            assert_eq!(faults("a.py", &format!("open('{start}x')\n")), 1, "{start}");
            assert_eq!(faults("a.py", &format!("open('frame{start}x')\n")), 0, "{start}");
        }
    }

    #[test]
    fn lock_files_name_no_host() {
        let crates_io = format!("source = \"{CRATES_IO}\"\n");
        assert_eq!(faults("Cargo.lock", &crates_io), 0);
        assert_eq!(faults("Cargo.lock", "source = \"git+https://example.org/x\"\n"), 1);
        assert_eq!(
            faults("node/package-lock.json", "\"resolved\": \"https://example.org/x.tgz\"\n"),
            1
        );
        assert_eq!(faults("node/package-lock.json", "\"url\": \"https://example.org/sponsor\"\n"), 1);
        assert_eq!(faults("node/package-lock.json", "\"integrity\": \"sha512-ab/cd==\"\n"), 0);
        assert_eq!(faults("python/requirements.txt", "--index-url https://example.org\n"), 1);
    }

    #[test]
    fn unsafe_code_has_its_places() {
        for code in ["{ f() }", "fn f() {}", "impl Send for A {}", "extern \"C\" {}"] {
            let text = format!("//! Text.\n{} {code}\n", concat!("un", "safe"));
            assert_eq!(faults("cli/src/main.rs", &text), 1, "{code}");
            assert_eq!(faults("core/src/lanes/avx2.rs", &text), 0, "{code}");
        }
        assert_eq!(faults("cli/src/main.rs", "//! Has no unsafe code, says \"unsafe\".\n"), 0);
    }

    #[test]
    fn generated_files_and_no_others_say_so() {
        for (path, ..) in generate::FILES.iter().filter(|(path, ..)| path.ends_with(".md")) {
            assert_eq!(faults(path, "# By hand\n"), 1);
            assert_eq!(faults(path, &generate::marker(path).unwrap()), 0);
            assert_eq!(faults("docs/other.md", &generate::marker(path).unwrap()), 1);
        }
    }

    #[test]
    fn options_and_presets_without_cases_are_found() {
        let mut faults = Vec::new();
        check_cases(&serde_json::json!({"cases": []}), &mut faults);
        assert_eq!(faults.len(), OPTIONS.len() + PRESETS.len());
        let case =
            serde_json::json!({"kind": "single", "preset": "whisper", "options": {"n_mels": "128"}});
        let same =
            serde_json::json!({"kind": "single", "preset": "whisper", "options": {"n_fft": "400"}});
        let refusal =
            serde_json::json!({"kind": "refusal", "preset": "clap", "options": {"f_min": "9"}});
        let cases = [case.clone(), case.clone(), case, same, refusal];
        let mut fewer = Vec::new();
        check_cases(&serde_json::json!({ "cases": cases }), &mut fewer);
        assert_eq!(fewer.len(), faults.len() - 2, "n_mels and whisper have theirs");
    }
}
