//! Native libraries that were built elsewhere, in a folder: `TARGET/FILE`, where the target has Rust's name.

use crate::Result;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder that `--natives` names, if it does.
#[derive(Default)]
pub struct Natives(pub Option<PathBuf>);

impl Natives {
    /// Fails unless the folder has files, and no others than `known`: one with a wrong name would not be packed.
    pub fn new(folder: &Path, known: &[String]) -> Result<Self> {
        let is_hidden = |path: &Path| name(path).starts_with('.');
        let entries = |folder: &Path| -> Result<Vec<PathBuf>> {
            let entries = fs::read_dir(folder)
                .map_err(|error| format!("--natives: {}: {error}", folder.display()))?;
            let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
            Ok(paths.into_iter().filter(|path| !is_hidden(path)).collect())
        };
        let mut found = Vec::new();
        for path in entries(folder)? {
            if path.is_dir() {
                found.extend(
                    entries(&path)?.iter().map(|file| format!("{}/{}", name(&path), name(file))),
                );
            } else {
                found.push(name(&path));
            }
        }
        let list = || known.join("\n  ");
        if found.is_empty() {
            return Err(
                format!("--natives: {} is empty; it may have\n  {}", folder.display(), list()).into()
            );
        }
        match found.iter().find(|file| !known.contains(file)) {
            Some(other) => Err(format!(
                "--natives: no package takes {other} of {}; it may have\n  {}",
                folder.display(),
                list()
            )
            .into()),
            None => Ok(Self(Some(folder.to_path_buf()))),
        }
    }

    /// A target's file, if it is there.
    pub fn find(&self, target: &str, file: &str) -> Option<PathBuf> {
        self.0.as_ref().map(|folder| folder.join(target).join(file)).filter(|path| path.is_file())
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn files_that_no_package_takes_are_refused() {
        let folder = Workspace::new().folder("dist-natives-test").unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let known = ["aarch64-apple-ios/a.a".to_string()];
        let error = || Natives::new(&folder, &known).err().map(|error| error.to_string());
        assert!(error().unwrap().contains("No such file"));
        fs::create_dir_all(folder.join("aarch64-apple-ios")).unwrap();
        assert!(error().unwrap().contains("is empty; it may have\n  aarch64-apple-ios/a.a"));
        fs::write(folder.join("aarch64-apple-ios/a.a"), "").unwrap();
        fs::write(folder.join(".hidden"), "").unwrap();
        assert_eq!(error(), None);
        for wrong in ["a.a", "aarch64-apple-ios/b.a", "aarch64-apple-ios/a.so"] {
            fs::write(folder.join(wrong), "").unwrap();
            assert!(error().unwrap().contains(&format!("no package takes {wrong} of")), "{wrong}");
            fs::remove_file(folder.join(wrong)).unwrap();
        }
    }
}
