//! Files that appear under their name only once they are whole.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What the names begin and end with. A search for recordings leaves out names with a dot in front.
const PREFIX: &str = ".mojo-audio.";
const SUFFIX: &str = ".part";

/// A file beside its target, which it replaces when it is kept. Dropped before, it is removed; a
/// program that is killed leaves it, and [`sweep`] removes it in the next run.
pub struct Temporary {
    file: Option<File>,
    path: PathBuf,
    target: PathBuf,
}

impl Temporary {
    /// Creates the file for a target. With `folders`, those that the target is in are created too.
    pub fn create(target: &Path, folders: bool) -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut name = OsString::from(stem(target));
        name.push(format!("{}-{count}{SUFFIX}", std::process::id()));
        let path = target.with_file_name(name);
        let open = || OpenOptions::new().read(true).write(true).create_new(true).open(&path);
        let file = match (open(), target.parent()) {
            (Err(error), Some(folder)) if folders && error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(folder)?;
                open()
            }
            // Another machine had the same process number and was killed.
            (Err(error), _) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_file(&path)?;
                open()
            }
            (file, _) => file,
        }?;
        Ok(Self { file: Some(file), path, target: target.to_path_buf() })
    }

    /// The open file.
    pub fn file(&self) -> &File {
        self.file.as_ref().expect("the file is open until it is kept")
    }

    /// Where the file will be.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Replaces the target by the file.
    pub fn keep(mut self) -> io::Result<()> {
        // Closed first, as Windows does not rename open files. That the values reached the disk before
        // a power cut is left to the system, as everywhere else in a run of thousands of files.
        self.file = None;
        fs::rename(&self.path, &self.target)?;
        self.path = PathBuf::new();
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            self.file = None;
            // The error that led here is the one to tell.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes what earlier runs that were killed left for these targets. Files of other targets may
/// belong to a run on another machine and stay.
pub fn sweep<'a>(targets: impl Iterator<Item = &'a Path>) {
    let mut folders: HashMap<&Path, HashSet<String>> = HashMap::new();
    for target in targets {
        let folder = target.parent().unwrap_or(Path::new(""));
        folders.entry(folder).or_default().insert(stem(target));
    }
    for (folder, stems) in folders {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        // A folder that is not there yet has nothing to remove.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
            let Some((hash, rest)) = rest.split_once('.') else { continue };
            if rest.ends_with(SUFFIX) && stems.contains(&format!("{PREFIX}{hash}.")) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// The start of the names of a target's temporary files: a hash (FNV-1a), so that they are short where
/// the target's name is as long as the system allows.
fn stem(target: &Path) -> String {
    let name = target.file_name().unwrap_or_default().as_encoded_bytes();
    let hash = name.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{PREFIX}{hash:016x}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_target_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("deep/x.npy");
        assert!(Temporary::create(&target, false).is_err());
        let dropped = Temporary::create(&target, true).unwrap();
        drop(dropped);
        assert!(names(target.parent().unwrap()).is_empty());
        let kept = Temporary::create(&target, true).unwrap();
        kept.file().write_all(b"whole").unwrap();
        assert!(!target.exists());
        kept.keep().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"whole");
        assert_eq!(names(target.parent().unwrap()), ["x.npy"]);
    }

    #[test]
    fn what_a_killed_run_left_is_removed_for_its_own_targets_only() {
        let folder = tempfile::tempdir().unwrap();
        let [mine, other] = ["mine.npy", "other.npy"].map(|name| folder.path().join(name));
        for target in [&mine, &other] {
            std::mem::forget(Temporary::create(target, false).unwrap());
        }
        assert_eq!(names(folder.path()).len(), 2);
        sweep([mine.as_path()].into_iter());
        let left = names(folder.path());
        assert!(left.len() == 1 && left[0].starts_with(&stem(&other)), "{left:?}");
    }

    #[test]
    fn the_longest_names_have_a_temporary_one() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x".repeat(255));
        Temporary::create(&target, false).unwrap().keep().unwrap();
        assert!(target.is_file());
    }
}
