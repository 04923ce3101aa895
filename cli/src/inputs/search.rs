//! Audio files below a folder, and a word on what was left out.

use super::{Entry, Input, extension};
use crate::failure::Failure;
use crate::report::note;
use mojo_audio_files::EXTENSIONS;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Further extensions of audio, and of films, whose sound is read only where they are named. Files with
/// other names are not taken for recordings.
const NOT_SEARCHED_FOR: &[&str] = &[
    "3gp", "alac", "avi", "dts", "gsm", "mkv", "mov", "mp4", "mpg", "nist", "ogv", "ra", "raw", "shn",
    "vox",
];

/// Adds the audio files below `root`, each folder's in the order of their names. Names that start
/// with a dot are left out, and so are links to folders unless they are to be followed.
pub fn search(root: PathBuf, follow: bool, entries: &mut Vec<Entry>) {
    let mut search = Search { follow, entries, left_out: LeftOut::default(), above: Vec::new() };
    let before = search.entries.len();
    search.folder(&root, Path::new(""));
    if search.entries.len() == before {
        let known = EXTENSIONS.join(", ");
        let message = format!("no audio file in this folder; their names end in {known}");
        search.entries.push(Err((root.clone(), Failure::new("no_audio_files", message))));
    }
    search.left_out.tell(&root);
}

struct Search<'a> {
    follow: bool,
    entries: &'a mut Vec<Entry>,
    left_out: LeftOut,
    /// The folders that are being searched, without links: one that is among them leads back up.
    above: Vec<PathBuf>,
}

impl Search<'_> {
    fn folder(&mut self, folder: &Path, name: &Path) {
        if self.follow {
            let Ok(real) = fs::canonicalize(folder) else { return };
            if self.above.contains(&real) {
                self.left_out.loops += 1;
                return;
            }
            self.above.push(real);
        }
        match children(folder) {
            Ok(children) => {
                for child in children {
                    self.child(folder.join(&child.name), name.join(&child.name), child.kind);
                }
            }
            Err(error) => {
                let failure = Failure::new("io", format!("the folder can't be read: {error}"));
                self.entries.push(Err((folder.to_path_buf(), failure)));
            }
        }
        self.above.pop();
    }

    fn child(&mut self, path: PathBuf, name: PathBuf, kind: fs::FileType) {
        let kind = if kind.is_symlink() {
            match fs::metadata(&path) {
                Ok(target) if target.is_dir() && !self.follow => {
                    self.left_out.links_to_folders += 1;
                    return;
                }
                Ok(target) => target.file_type(),
                Err(_) => {
                    self.left_out.dangling += 1;
                    return;
                }
            }
        } else {
            kind
        };
        if kind.is_dir() {
            return self.folder(&path, &name);
        }
        let Some(extension) = extension(&path) else { return };
        if EXTENSIONS.contains(&extension.as_str()) {
            if kind.is_file() {
                self.entries.push(Ok(Input::new(path, name)));
            }
        } else if NOT_SEARCHED_FOR.contains(&extension.as_str()) {
            *self.left_out.formats.entry(extension).or_default() += 1;
        }
    }
}

struct Child {
    name: PathBuf,
    kind: fs::FileType,
}

fn children(folder: &Path) -> io::Result<Vec<Child>> {
    let mut children = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            children.push(Child { name: entry.file_name().into(), kind: entry.file_type()? });
        }
    }
    children.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(children)
}

/// What a search did not take, by kind.
#[derive(Default)]
struct LeftOut {
    /// Files of formats that are not read, by their extension.
    formats: BTreeMap<String, usize>,
    dangling: usize,
    links_to_folders: usize,
    loops: usize,
}

impl LeftOut {
    fn tell(&self, root: &Path) {
        let kinds = self.kinds();
        if !kinds.is_empty() {
            note(&format!("{}: left out {}", super::shown(root), kinds.join(", ")));
        }
    }

    fn kinds(&self) -> Vec<String> {
        let mut kinds = Vec::new();
        let total: usize = self.formats.values().sum();
        if total > 0 {
            let each: Vec<String> =
                self.formats.iter().map(|(extension, n)| format!("{n} .{extension}")).collect();
            let files = plural(total, "file", "files");
            kinds.push(format!("{files} of formats that are not searched for ({})", each.join(", ")));
        }
        if self.dangling > 0 {
            kinds.push(plural(self.dangling, "dangling link", "dangling links"));
        }
        if self.links_to_folders > 0 {
            let links = plural(self.links_to_folders, "link to a folder", "links to folders");
            kinds.push(format!("{links} (--follow searches them)"));
        }
        if self.loops > 0 {
            let links = plural(self.loops, "link that leads", "links that lead");
            kinds.push(format!("{links} back to a folder above"));
        }
        kinds
    }
}

fn plural(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_counted_by_kind() {
        assert!(LeftOut::default().kinds().is_empty());
        let left_out = LeftOut {
            formats: BTreeMap::from([("mp4".into(), 2), ("mkv".into(), 1)]),
            dangling: 1,
            links_to_folders: 2,
            loops: 0,
        };
        assert_eq!(
            left_out.kinds(),
            [
                "3 files of formats that are not searched for (1 .mkv, 2 .mp4)",
                "1 dangling link",
                "2 links to folders (--follow searches them)"
            ]
        );
    }
}
