//! Writes the files of an installation, and a list of them by which they are removed again.

use crate::Result;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

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

    /// The files and links, each with its place on this machine.
    pub fn written(&self) -> &[PathBuf] {
        &self.written
    }

    /// Writes a file.
    pub fn put(&mut self, file: &Path, bytes: &[u8], kind: Kind) -> Result {
        let file = self.place(file)?;
        // A new file, not new bytes in the old one: programs that run with that keep it.
        let _ = fs::remove_file(&file);
        let fault = |error| format!("{}: {error}", file.display());
        fs::write(&file, bytes).map_err(fault)?;
        set_mode(&file, kind).map_err(fault)?;
        self.written.push(file);
        Ok(())
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
        let mut lines: BTreeSet<String> =
            fs::read_to_string(&record).unwrap_or_default().lines().map(String::from).collect();
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
    let mut removed = Vec::new();
    for file in files {
        let file = prefix.join(file);
        match fs::remove_file(&file) {
            Ok(()) => removed.push(file),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
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
