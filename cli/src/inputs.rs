//! Which files are meant: arguments as they are, folders searched for audio.

use crate::failure::Failure;
use mojo_audio_files::EXTENSIONS;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file to work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where it is.
    pub path: PathBuf,
    /// Its name for results: relative to the folder that was searched, or the file's own name.
    pub name: PathBuf,
}

/// What the arguments stand for, in their order; folders sorted by name.
pub struct Inputs {
    /// Files, and paths in whose place nothing can be read.
    pub entries: Vec<Result<Input, (PathBuf, Failure)>>,
    /// Whether one file was named, so that it is shown in full.
    pub single: bool,
}

pub fn expand(arguments: &[PathBuf]) -> Inputs {
    let mut entries = Vec::new();
    let mut searched = false;
    for argument in arguments {
        if !argument.is_dir() {
            let name = argument.file_name().map_or_else(|| argument.clone(), PathBuf::from);
            entries.push(Ok(Input { path: argument.clone(), name }));
            continue;
        }
        searched = true;
        let before = entries.len();
        search(argument, Path::new(""), &mut entries);
        if entries.len() == before {
            let known = EXTENSIONS.join(", ");
            entries.push(Err((
                argument.clone(),
                Failure::new(
                    "no_audio_files",
                    format!("no audio file in this folder; their names end in {known}"),
                ),
            )));
        }
    }
    Inputs { single: entries.len() == 1 && !searched, entries }
}

/// Adds the audio files below `folder`, each folder's in the order of their names. Names that start
/// with a dot are left out, and links to folders are not followed (they may lead back up).
fn search(folder: &Path, name: &Path, entries: &mut Vec<Result<Input, (PathBuf, Failure)>>) {
    let children = match children(folder) {
        Ok(children) => children,
        Err(error) => {
            let failure = Failure::new("io", format!("the folder can't be read: {error}"));
            entries.push(Err((folder.to_path_buf(), failure)));
            return;
        }
    };
    for (child, is_folder) in children {
        let path = folder.join(&child);
        let name = name.join(&child);
        if is_folder {
            search(&path, &name, entries);
        } else if is_audio(&path) && path.is_file() {
            entries.push(Ok(Input { path, name }));
        }
    }
}

fn children(folder: &Path) -> io::Result<Vec<(PathBuf, bool)>> {
    let mut children = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            children.push((PathBuf::from(entry.file_name()), entry.file_type()?.is_dir()));
        }
    }
    children.sort();
    Ok(children)
}

fn is_audio(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension)))
}
