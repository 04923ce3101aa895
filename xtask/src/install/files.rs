//! Writes the files of an installation, and a list of them by which they are removed again.

use crate::Result;
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// The list of what was installed, below the prefix. A line is a path below the prefix, or a whole one outside of it;
/// folders, which end in `/`, are those that were made.
const RECORD: &str = "share/mojo-audio/installed-files.txt";

/// What a file is, which its permissions follow from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Data,
    Shared,
    Folder,
}

/// Files that are being installed.
pub struct Files {
    /// The folder that stands for the root of the system.
    root: Option<PathBuf>,
    written: Vec<PathBuf>,
    /// Folders that were not there before.
    made: Vec<PathBuf>,
}

impl Files {
    /// No file yet, below a folder that stands for the root of the system if there is one.
    pub fn below(root: Option<PathBuf>) -> Self {
        Self { root, written: Vec::new(), made: Vec::new() }
    }

    /// Whether neither a file nor a folder was made.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.made.is_empty()
    }

    /// The files and links, each with its place on this machine.
    pub fn written(&self) -> &[PathBuf] {
        &self.written
    }

    /// Writes a file.
    pub fn put(&mut self, file: &Path, bytes: &[u8], kind: Kind) -> Result {
        let file = self.place(file)?;
        // Before it is written: a file that was cut off by a full disk is to be removed, too.
        self.written.push(file.clone());
        // A new file, not new bytes in the old one: programs that run with that keep it.
        let _ = fs::remove_file(&file);
        let fault = |error| format!("{}: {error}", file.display());
        fs::write(&file, bytes).map_err(fault)?;
        Ok(set_mode(&file, kind).map_err(fault)?)
    }

    /// Makes the symbolic links that lead to a shared library: each name after the first to the one before it.
    pub fn link(&mut self, folder: &Path, names: &[String]) -> Result {
        for (target, name) in names.iter().zip(names.iter().skip(1)) {
            let link = self.place(&folder.join(name))?;
            let _ = fs::remove_file(&link);
            symlink(target, &link)?;
            self.written.push(link);
        }
        Ok(())
    }

    /// Where a file is written, in a folder that exists.
    fn place(&mut self, file: &Path) -> Result<PathBuf> {
        let place = match &self.root {
            Some(root) => root.join(file.strip_prefix("/").unwrap_or(file)),
            None => file.into(),
        };
        let missing = place.ancestors().skip(1).take_while(|folder| !folder.exists());
        let mut missing: Vec<_> = missing.map(Path::to_path_buf).collect();
        missing.reverse();
        for folder in missing {
            // `..` of a folder that was just made.
            if folder.exists() {
                continue;
            }
            let fault = |error| format!("{}: {error}", folder.display());
            fs::create_dir(&folder).map_err(fault)?;
            set_mode(&folder, Kind::Folder).map_err(fault)?;
            self.made.push(folder);
        }
        Ok(place)
    }

    /// Writes the list of what was installed, with what an earlier one has.
    pub fn record(&mut self, prefix: &Path) -> Result {
        let record = prefix.join(RECORD);
        let earlier = match fs::read_to_string(&record) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            earlier => earlier.map_err(|error| format!("{}: {error}", record.display()))?,
        };
        let mut lines: BTreeSet<String> = earlier.lines().map(String::from).collect();
        self.put(&record, b"", Kind::Data)?;
        let named = |path: &PathBuf| {
            let below = path.strip_prefix(prefix).unwrap_or(path);
            let name = if below.as_os_str().is_empty() { Some(".") } else { below.to_str() };
            name.map(String::from)
                .ok_or_else(|| format!("{}: the list of installed files must be UTF-8", path.display()))
        };
        for file in &self.written {
            lines.insert(named(file)?);
        }
        for folder in &self.made {
            lines.insert(format!("{}/", named(folder)?));
        }
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        Ok(fs::write(&record, text).map_err(|error| format!("{}: {error}", record.display()))?)
    }
}

/// Removes what a list below the prefix names, and the folders that were made for it if nothing else is in them; gives
/// the files.
pub fn remove(prefix: &Path) -> Result<Vec<PathBuf>> {
    let record = prefix.join(RECORD);
    let lines = fs::read_to_string(&record).map_err(|error| {
        format!(
            "nothing is known to be installed below {}: {}: {error}",
            prefix.display(),
            record.display()
        )
    })?;
    let (folders, files): (Vec<_>, Vec<_>) = lines.lines().partition(|line| line.ends_with('/'));
    if let Some(foreign) = files.iter().find(|file| !is_ours(file)) {
        let record = record.display();
        return Err(format!(
            "{record}: {foreign:?} is no file that install writes; nothing was removed"
        )
        .into());
    }
    let mut removed = Vec::new();
    // The list is removed last, so that it is still there after an error.
    let (list, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| *file == RECORD);
    for file in others.into_iter().chain(list) {
        let file = prefix.join(file);
        match fs::remove_file(&file) {
            Ok(()) => removed.push(file),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(format!("{}: {error}", file.display()).into()),
        }
    }
    // Those inside before those around them. A folder that is not empty has something of others.
    let mut folders: Vec<PathBuf> =
        folders.into_iter().map(|folder| prefix.join(folder).components().collect()).collect();
    folders.sort_by_key(|folder| std::cmp::Reverse(folder.components().count()));
    for folder in folders {
        let _ = fs::remove_dir(folder);
    }
    Ok(removed)
}

/// Whether a file has a name of ours, or its folder has: all that are installed do. The list may have been edited, or
/// written by others, and lines outside the prefix are allowed in it.
fn is_ours(file: &str) -> bool {
    let mut parts = Path::new(file).components().rev().map(|part| match part {
        Component::Normal(name) => name.to_str().unwrap_or_default(),
        _ => "",
    });
    let (name, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    ["mojo_audio", "libmojo_audio"].iter().any(|start| name.starts_with(start))
        || !name.is_empty() && ["mojo_audio", "mojo-audio"].contains(&folder)
}

/// Sets permissions whatever the user's mask: others are to read the files, too. Shared libraries are executable as
/// CMake's are: except on Debian and its kin, whose policy forbids it.
#[cfg(unix)]
fn set_mode(file: &Path, kind: Kind) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = match kind {
        Kind::Data => 0o644,
        Kind::Shared if Path::new("/etc/debian_version").exists() => 0o644,
        Kind::Shared | Kind::Folder => 0o755,
    };
    fs::set_permissions(file, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: Kind) -> std::io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn symlink(target: &str, link: &Path) -> Result {
    Ok(std::os::unix::fs::symlink(target, link)
        .map_err(|error| format!("{}: {error}", link.display()))?)
}

#[cfg(not(unix))]
fn symlink(_: &str, link: &Path) -> Result {
    Err(format!("{}: no symbolic links here", link.display()).into())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// An empty folder.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("mojo-audio-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// What an installation with libraries outside the prefix writes.
    fn install(prefix: &Path) -> Result {
        let mut files = Files::below(None);
        let lib = prefix.join("../other/lib");
        files.put(&lib.join("libmojo_audio.so.0.1.0"), b"", Kind::Shared)?;
        files.link(&lib, &["libmojo_audio.so.0.1.0", "libmojo_audio.so.0"].map(String::from))?;
        files.put(&prefix.join("include/mojo_audio/stream.hpp"), b"", Kind::Data)?;
        files.put(&prefix.join("share/doc/mojo-audio/LICENSE-MIT"), b"", Kind::Data)?;
        files.record(prefix)
    }

    #[test]
    fn no_foreign_file_is_removed() {
        let root = folder("foreign");
        let prefix = root.join("prefix");
        let whole = root.join("whole");
        for file in [&whole, &root.join("relative"), &root.join("libmojo_audio.txt")] {
            fs::write(file, "").unwrap();
        }
        for line in [whole.to_str().unwrap(), "../relative", "", "..", "mojo-audio/../../relative"] {
            install(&prefix).unwrap();
            let record = prefix.join(RECORD);
            let list = fs::read_to_string(&record).unwrap();
            fs::write(&record, format!("{line}\n{list}")).unwrap();
            let error = remove(&prefix).unwrap_err().to_string();
            assert!(error.contains(&format!("{line:?} is no file that install writes")), "{error}");
            assert!(whole.exists() && root.join("relative").exists());
            assert!(prefix.join("include/mojo_audio/stream.hpp").exists());
            fs::write(&record, list).unwrap();
            remove(&prefix).unwrap();
            assert!(!prefix.exists() && !root.join("other").exists(), "{line:?}");
        }
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_list_is_kept_until_all_is_removed() {
        let root = folder("kept");
        let prefix = root.join("prefix");
        let mut files = Files::below(None);
        // After the list in the order of names.
        let last = prefix.join("zlib/libmojo_audio.a");
        files.put(&last, b"", Kind::Data).unwrap();
        files.record(&prefix).unwrap();
        fs::remove_file(&last).unwrap();
        fs::create_dir(&last).unwrap();
        assert!(remove(&prefix).is_err());
        fs::remove_dir(&last).unwrap();
        remove(&prefix).unwrap();
        assert!(!prefix.exists());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_list_that_cannot_be_read_is_not_replaced() {
        let root = folder("unread");
        install(&root).unwrap();
        fs::write(root.join(RECORD), b"\xff\n").unwrap();
        assert!(install(&root).unwrap_err().to_string().contains(RECORD));
        assert_eq!(fs::read(root.join(RECORD)).unwrap(), b"\xff\n");
        fs::remove_dir_all(root.with_file_name("other")).unwrap();
        fs::remove_dir_all(root).unwrap();
    }
}
