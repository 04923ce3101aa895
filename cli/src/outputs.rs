//! Where the results of each input go.

use crate::inputs::Input;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The argument of `--out` or `--png`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// This very file: the path ends in the extension of what is written.
    File(PathBuf),
    /// A folder that gets one file per input.
    Folder(PathBuf, &'static str),
}

impl Target {
    pub fn new(path: PathBuf, extension: &'static str) -> Self {
        match path.extension() {
            Some(given) if given.eq_ignore_ascii_case(extension) => Self::File(path),
            _ => Self::Folder(path, extension),
        }
    }

    /// The file for one input: the input's name with the extension replaced.
    pub fn path(&self, input: &Input) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Folder(folder, extension) => folder.join(input.name.with_extension(extension)),
        }
    }

    /// Checks that no two inputs write the same file.
    ///
    /// # Errors
    /// A sentence that names the option and both inputs.
    pub fn check<'a>(
        &self,
        option: &str,
        inputs: impl ExactSizeIterator<Item = &'a Input>,
        single: bool,
    ) -> Result<(), String> {
        if let (Self::File(path), false) = (self, single) {
            return Err(format!(
                "{option} {}: several inputs need a folder, not one file",
                path.display()
            ));
        }
        let mut taken = HashMap::with_capacity(inputs.len());
        for input in inputs {
            let path = self.path(input);
            if let Some(other) = taken.insert(path.clone(), &input.path) {
                return Err(format!(
                    "{option}: {} and {} would both be saved as {}",
                    other.display(),
                    input.path.display(),
                    path.display()
                ));
            }
        }
        Ok(())
    }

    /// Creates the file for one input and lets `write` fill it. Folders below the target's are
    /// created. A file that could not be written to its end is removed.
    pub fn save(
        &self,
        input: &Input,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<PathBuf, (PathBuf, io::Error)> {
        let path = self.path(input);
        match self.try_save(&path, write) {
            Ok(()) => Ok(path),
            Err(error) => Err((path, error)),
        }
    }

    fn try_save(
        &self,
        path: &Path,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> io::Result<()> {
        if let (Self::Folder(..), Some(folder)) = (self, path.parent()) {
            fs::create_dir_all(folder)?;
        }
        let mut file = BufWriter::new(File::create(path)?);
        let written = write(&mut file).and_then(|()| file.flush());
        if written.is_err() && path.is_file() {
            // The first error is the one to tell; that the half file stays is visible anyway.
            let _ = fs::remove_file(path);
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(path: &str, name: &str) -> Input {
        Input { path: path.into(), name: name.into() }
    }

    #[test]
    fn the_extension_tells_a_file_from_a_folder() {
        assert_eq!(Target::new("x.NPY".into(), "npy"), Target::File("x.NPY".into()));
        let folder = Target::new("features".into(), "npy");
        assert_eq!(
            folder.path(&input("in/a/b.c.wav", "a/b.c.wav")),
            PathBuf::from("features/a/b.c.npy")
        );
    }

    #[test]
    fn inputs_that_would_overwrite_each_other_are_refused() {
        let folder = Target::new("features".into(), "npy");
        let inputs = [input("x/a.wav", "a.wav"), input("y/a.mp3", "a.mp3")];
        let message = folder.check("--out", inputs.iter(), false).unwrap_err();
        for part in ["--out", "x/a.wav", "y/a.mp3", "a.npy"] {
            assert!(message.contains(part), "{message}");
        }
        assert!(folder.check("--out", inputs[..1].iter(), true).is_ok());
        let file = Target::new("x.npy".into(), "npy");
        assert!(file.check("--out", inputs.iter(), false).is_err());
        assert!(file.check("--out", inputs[..1].iter(), true).is_ok());
    }
}
