//! What is remembered of a run, so that `--resume` knows which results are its own: a small file beside
//! the place of the results, `.NAME.mojo-audio`.
//!
//! It has the options. A result in a folder counts as done if the options are the same, it is no older
//! than this file (which is written anew when options change, before the first result), newer than its
//! input, and made from the input as it is now: a second file, `.NAME.inputs.mojo-audio`, has a line for
//! each result with the path, size and time of its input. Otherwise a file that is put in the place of
//! another, or has the same name in another folder, would pass for done. Of an archive the first file
//! has the shards, too, that have the results of all their inputs.

use crate::inputs::{Input, shown};
use crate::report::warn;
use crate::sinks::Temporary;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Longer than the steps in which file systems count time, so that what was written before the options
/// changed is older than the file that says so.
const STEP: Duration = Duration::from_millis(20);

/// What the file has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Contents {
    recipe: Map<String, Value>,
    /// A hash of the names of an archive's inputs, in their order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inputs: Option<String>,
    /// The complete shards of an archive, with their times in nanoseconds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    shards: BTreeMap<String, u64>,
}

impl Contents {
    fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    fn write(&self, path: &Path, folders: bool) -> io::Result<()> {
        let temporary = Temporary::create(path, folders)?;
        let mut text = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        text.push('\n');
        temporary.file().write_all(text.as_bytes())?;
        temporary.keep()
    }
}

/// An input as it was at some time: its path, its size in bytes, and when it was written, in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp(String, u64, u64);

impl Stamp {
    /// `None` for standard input, and for what is not there.
    pub fn of(input: &Input) -> Option<Self> {
        if input.is_standard_input() {
            return None;
        }
        let metadata = fs::metadata(&input.path).ok()?;
        let path = std::path::absolute(&input.path).ok()?;
        Some(Self(shown(&path), metadata.len(), nanoseconds(metadata.modified().ok()?)))
    }
}

/// A line of the file of inputs: what the result is called, and what it was made from.
type Line = (String, Stamp);

/// The results of a folder, or the one file of a single input.
pub struct Results {
    root: PathBuf,
    /// Since when the results that are there were made with the options of this run.
    since: Option<SystemTime>,
    /// What they were made from.
    made_from: HashMap<String, Stamp>,
    /// Results that were made from other files than those that this run has for them.
    from_others: Cell<usize>,
    /// Where lines are added.
    lines: Option<File>,
}

impl Results {
    /// Reads what an earlier run has left, and writes what this one does. `folders` is whether the
    /// folders that the results are in may be created.
    pub fn of(root: &Path, recipe: &Map<String, Value>, resume: bool, folders: bool) -> Self {
        let mut results = Self {
            root: root.into(),
            since: None,
            made_from: HashMap::new(),
            from_others: Cell::new(0),
            lines: None,
        };
        let (Some(path), Some(inputs)) = (path(root, ""), path(root, "inputs")) else { return results };
        let before = Contents::read(&path);
        let mut written = Ok(());
        if before.as_ref().is_some_and(|before| before.recipe == *recipe) {
            results.since = modified(&path);
            if resume {
                results.made_from = read_lines(&inputs);
            }
        } else {
            written = replace(&path, &inputs, root, before.as_ref(), recipe, resume, folders);
        }
        let lines = || File::options().append(true).create(true).open(&inputs);
        match written.and_then(|()| lines()) {
            Ok(file) => results.lines = Some(file),
            Err(error) if resume => warn(&format!(
                "can't write {}: {error}; the next run can't resume this one",
                shown(&path)
            )),
            Err(_) => {}
        }
        results
    }

    /// Whether a result is done: no older than the options, newer than its input, and made from it.
    pub fn has(&self, result: &Path, input: &Input) -> bool {
        let (Some(since), Some(time), Some(stamp)) = (self.since, modified(result), Stamp::of(input))
        else {
            return false;
        };
        let Some(made_from) = self.made_from.get(&shown(&input.stem)) else { return false };
        if made_from.0 != stamp.0 {
            self.from_others.set(self.from_others.get() + 1);
        }
        time >= since && is_newer(nanoseconds(time), stamp.2) && *made_from == stamp
    }

    /// Says how many results there are that other files were made to.
    pub fn tell_of_others(&self) {
        let n = self.from_others.get();
        if n > 0 {
            let results = if n == 1 { "1 result" } else { &format!("{n} results") };
            let root = shown(&self.root);
            warn(&format!("{results} in {root} were made from files in other places; made again"));
        }
    }

    /// Remembers that an input's result is in its place. `stamp` is the input before it was read.
    pub fn add(&self, input: &Input, stamp: &Stamp) {
        let line: Line = (shown(&input.stem), stamp.clone());
        if let (Some(mut file), Ok(mut text)) = (self.lines.as_ref(), serde_json::to_string(&line)) {
            text.push('\n');
            // What is not remembered is made again by the next run: nothing to stop for. One write, as
            // other machines may add lines as well.
            let _ = file.write_all(text.as_bytes());
        }
    }
}

/// Says which options the results will have, in place of what was said before.
fn replace(
    path: &Path,
    inputs: &Path,
    root: &Path,
    before: Option<&Contents>,
    recipe: &Map<String, Value>,
    resume: bool,
    folders: bool,
) -> io::Result<()> {
    let has_results = root.exists();
    if resume && has_results {
        tell(root, before, recipe);
    }
    if has_results {
        std::thread::sleep(STEP);
    }
    let contents = Contents { recipe: recipe.clone(), ..Contents::default() };
    let written = contents.write(path, folders);
    if written.is_err() && before.is_some() {
        // It would vouch for results of other options.
        let _ = fs::remove_file(path);
    }
    // Nothing of it counts any more; a file that can't be removed does no harm, as results have to be
    // newer than the options.
    let _ = fs::remove_file(inputs);
    written
}

/// The last line of each result. Lines that a killed run has not written to their end are left out.
fn read_lines(path: &Path) -> HashMap<String, Stamp> {
    let bytes = fs::read(path).unwrap_or_default();
    bytes
        .split(|&byte| byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Line>(line).ok())
        .collect()
}

/// The shards of an archive.
pub struct Shards {
    path: Option<PathBuf>,
    contents: Mutex<Contents>,
}

impl Shards {
    /// Reads what an earlier run has left; nothing of it counts if the options or the inputs differ,
    /// or if this run doesn't resume.
    pub fn of(
        root: &Path,
        recipe: &Map<String, Value>,
        inputs: String,
        part: &str,
        resume: bool,
    ) -> Self {
        let path = path(root, part);
        let now = Contents { recipe: recipe.clone(), inputs: Some(inputs), shards: BTreeMap::new() };
        let before = path.as_deref().and_then(Contents::read);
        let contents = match before {
            Some(before) if resume && before.recipe == now.recipe && before.inputs == now.inputs => {
                before
            }
            Some(before) if resume && before.recipe != now.recipe => {
                tell(root, Some(&before), recipe);
                now
            }
            Some(_) if resume => {
                warn(&format!("{} was made from other inputs; all of it is made again", shown(root)));
                now
            }
            _ => now,
        };
        let shards = Self { path, contents: Mutex::new(contents) };
        shards.write();
        shards
    }

    /// Whether a shard has the results of all its inputs, and is newer than they are.
    pub fn has<'a>(&self, paths: &[PathBuf], mut inputs: impl Iterator<Item = &'a Input>) -> bool {
        let contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(time) = modified(&paths[0]) else { return false };
        contents.shards.get(&name(paths)) == Some(&nanoseconds(time))
            && paths.iter().all(|path| path.is_file())
            && inputs.all(|input| {
                !input.is_standard_input()
                    && modified(&input.path)
                        .is_some_and(|input| is_newer(nanoseconds(time), nanoseconds(input)))
            })
    }

    /// Remembers a shard that has the results of all its inputs.
    pub fn add(&self, paths: &[PathBuf]) {
        if let Some(time) = modified(&paths[0]) {
            let mut contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
            contents.shards.insert(name(paths), nanoseconds(time));
        }
        self.write();
    }

    /// A shard that can't be remembered is made again by the next run: nothing to stop for.
    fn write(&self) {
        let contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(path) = &self.path {
            let _ = contents.write(path, false);
        }
    }
}

fn name(paths: &[PathBuf]) -> String {
    paths[0].file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn nanoseconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}

/// Where what is remembered of a place is; `None` for a place without a name, such as `/`.
pub fn path(root: &Path, part: &str) -> Option<PathBuf> {
    let root = match root.file_name() {
        Some(_) => root.to_path_buf(),
        None => fs::canonicalize(root).ok()?,
    };
    let mut name = OsString::from(".");
    name.push(root.file_name()?);
    if !part.is_empty() {
        name.push(format!(".{part}"));
    }
    name.push(".mojo-audio");
    Some(root.with_file_name(name))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// Equal times say nothing where they are counted in whole seconds; otherwise the two were written
/// within the same step of the clock, and the result may be older than the input.
fn is_newer(result: u64, input: u64) -> bool {
    result > input || (result == input && !result.is_multiple_of(1_000_000_000))
}

/// Says that results are there which don't count, and why.
fn tell(root: &Path, before: Option<&Contents>, recipe: &Map<String, Value>) {
    let root = shown(root);
    let Some(before) = before else {
        warn(&format!("nothing says which options the results in {root} have; they are made again"));
        return;
    };
    let names = recipe.keys().chain(before.recipe.keys().filter(|name| !recipe.contains_key(*name)));
    let differences: Vec<String> = names
        .filter(|name| before.recipe.get(*name) != recipe.get(*name))
        .map(|name| {
            let value = |recipe: &Map<String, Value>| match recipe.get(name) {
                Some(Value::String(text)) => text.clone(),
                Some(value) => value.to_string(),
                None => "none".into(),
            };
            format!("{name} was {} and is {}", value(&before.recipe), value(recipe))
        })
        .collect();
    warn(&format!(
        "the results in {root} have other options, so they are made again: {}",
        differences.join(", ")
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(n_mels: u32) -> Map<String, Value> {
        Map::from_iter([("n_mels".to_string(), n_mels.into())])
    }

    /// As a run that makes the result, and one that looks for it.
    fn make(root: &Path, n_mels: u32, result: &Path, input: &Input) {
        let results = Results::of(root, &recipe(n_mels), false, true);
        let stamp = Stamp::of(input).unwrap();
        fs::write(result, "").unwrap();
        results.add(input, &stamp);
    }

    fn has(root: &Path, n_mels: u32, result: &Path, input: &Input) -> bool {
        Results::of(root, &recipe(n_mels), true, true).has(result, input)
    }

    fn touch(path: &Path, time: SystemTime) {
        let file = fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
        file.set_modified(time).unwrap();
    }

    #[test]
    fn results_of_other_options_do_not_count_even_among_newer_ones() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("features");
        fs::create_dir(&root).unwrap();
        let source = folder.path().join("a.wav");
        touch(&source, UNIX_EPOCH + Duration::from_secs(1_000_000_000));
        let input = Input { path: source, name: "a.wav".into(), stem: "a".into() };
        let result = root.join("a.npy");

        assert!(!has(&root, 80, &result, &input));
        make(&root, 80, &result, &input);
        assert!(has(&root, 80, &result, &input));
        // Two changes: the options are those of the result again, but other results may be there.
        Results::of(&root, &recipe(128), true, true);
        Results::of(&root, &recipe(80), true, true);
        assert!(!has(&root, 80, &result, &input));
        make(&root, 80, &result, &input);
        assert!(has(&root, 80, &result, &input));
        touch(&input.path, SystemTime::now() + Duration::from_secs(5));
        assert!(!has(&root, 80, &result, &input));
    }

    #[test]
    fn results_of_other_inputs_do_not_count_even_if_they_are_newer() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("features");
        fs::create_dir(&root).unwrap();
        let result = root.join("a.npy");
        let old = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let input = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            touch(&path, old);
            Input { path, name: "a.wav".into(), stem: "a".into() }
        };
        let (here, elsewhere) = (input("x/a.wav"), input("y/a.wav"));
        make(&root, 80, &result, &here);
        assert!(has(&root, 80, &result, &here) && !has(&root, 80, &result, &elsewhere));
        make(&root, 80, &result, &elsewhere);
        assert!(!has(&root, 80, &result, &here) && has(&root, 80, &result, &elsewhere));
        // Replaced by a file that is older than the result.
        fs::write(&elsewhere.path, "other").unwrap();
        touch(&elsewhere.path, old);
        assert!(!has(&root, 80, &result, &elsewhere));
        // A run that was killed after its result and before its line.
        make(&root, 80, &result, &here);
        let lines = path(&root, "inputs").unwrap();
        let text = fs::read_to_string(&lines).unwrap();
        fs::write(&lines, &text[..text.len() - 5]).unwrap();
        assert!(!has(&root, 80, &result, &here));
    }

    #[test]
    fn equal_times_count_where_they_have_fractions() {
        let at = |seconds: u64, nanos: u64| seconds * 1_000_000_000 + nanos;
        assert!(is_newer(at(5, 1), at(5, 0)));
        assert!(is_newer(at(5, 1), at(5, 1)));
        assert!(!is_newer(at(5, 0), at(5, 0)));
        assert!(!is_newer(at(5, 1), at(5, 2)));
    }

    #[test]
    fn the_file_is_beside_the_results() {
        assert_eq!(path(Path::new("x/features"), ""), Some("x/.features.mojo-audio".into()));
        assert_eq!(path(Path::new("feats.tar"), "1-of-4"), Some(".feats.tar.1-of-4.mojo-audio".into()));
        assert_eq!(path(Path::new("/"), ""), None);
    }
}
