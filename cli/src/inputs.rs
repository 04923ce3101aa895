//! Which files are meant: arguments as they are, lists read, folders searched for audio.

mod list;
mod names;
mod search;

use crate::failure::Failure;
use crate::report::warn;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

pub use list::read as read_list;
pub use names::{escaped, shown};

/// The argument that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// A file to work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where it is; `-` is standard input.
    pub path: PathBuf,
    /// Its name: relative to the folder that was searched, or the file's own.
    pub name: PathBuf,
    /// What its results are called, without an extension of theirs; different for each input.
    pub stem: PathBuf,
}

impl Input {
    fn new(path: PathBuf, name: PathBuf) -> Self {
        Self { path, name, stem: PathBuf::new() }
    }

    /// Whether it is read from standard input.
    pub fn is_standard_input(&self) -> bool {
        self.path == Path::new(STANDARD_INPUT)
    }
}

/// A file, or a path in whose place nothing can be read.
pub type Entry = Result<Input, (PathBuf, Failure)>;

/// What the arguments stand for, in their order; folders sorted by name.
pub struct Inputs {
    pub entries: Vec<Entry>,
    /// Whether one file was named, so that it is shown in full.
    pub single: bool,
}

impl Inputs {
    /// Searches the folders among the arguments, and names what each input's results are called.
    pub fn expand(arguments: Vec<PathBuf>, follow: bool) -> Self {
        let mut entries = Vec::new();
        let mut searched = false;
        for argument in arguments {
            if !argument.is_dir() || argument.as_os_str() == STANDARD_INPUT {
                let name = if argument.as_os_str() == STANDARD_INPUT {
                    PathBuf::from("stdin")
                } else {
                    argument.file_name().map_or_else(|| argument.clone(), PathBuf::from)
                };
                entries.push(Ok(Input::new(argument, name)));
                continue;
            }
            searched = true;
            search::search(argument, follow, &mut entries);
        }
        drop_repeated(&mut entries);
        names::assign(&mut entries);
        Self { single: entries.len() == 1 && !searched, entries }
    }
}

/// Keeps the first of several inputs with the same path, and says so.
fn drop_repeated(entries: &mut Vec<Entry>) {
    let mut seen = HashSet::with_capacity(entries.len());
    entries.retain(|entry| {
        let Ok(input) = entry else { return true };
        let first = seen.insert(input.path.clone());
        if !first {
            warn(&format!("{} is named more than once; it is read once", shown(&input.path)));
        }
        first
    });
}

/// A part of the work, to be done by one of several machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    /// Reads `I/N`. Parts are counted from 1; 0 is taken for N, so that counting from 0 to N − 1
    /// covers all inputs as well.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split_once('/')
            .and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)))
            .filter(|&(index, count): &(usize, usize)| count > 0 && index <= count)
            .map(|(index, count)| Self { index: index % count, count })
            .ok_or_else(|| "must be I/N with I from 1 to N, as in 1/4".into())
    }

    /// How many parts there are.
    pub fn count(self) -> usize {
        self.count
    }

    /// Whether the `n`th of many things belongs to this part.
    pub fn has(self, n: usize) -> bool {
        (n + 1) % self.count == self.index
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let index = if self.index == 0 { self.count } else { self.index };
        write!(f, "{index}-of-{}", self.count)
    }
}

/// A path's extension in lower case, if it is one that text can tell.
fn extension(path: &Path) -> Option<String> {
    path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_disjoint_and_cover_everything_counted_from_one_or_from_zero() {
        for count in 1..6 {
            for first in [0, 1] {
                let parts: Vec<Shard> = (first..first + count)
                    .map(|index| Shard::parse(&format!("{index}/{count}")).unwrap())
                    .collect();
                for n in 0..20 {
                    assert_eq!(parts.iter().filter(|part| part.has(n)).count(), 1, "{n} of {count}");
                }
            }
        }
        assert!(Shard::parse("1/4").unwrap().has(0));
        for wrong in ["", "1", "5/4", "1/0", "0/0", "-1/4", "a/b", "1/4/2"] {
            assert!(Shard::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
