//! A file for each input, or one for the only input: NumPy's matrices and pictures.

use super::numbers::{Placement, npy_header};
use super::{Matrix, Sink, Temporary, Writer, cannot_write};
use crate::args::Dtype;
use crate::failure::Failure;
use crate::inputs::Input;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The argument of `--out` or `--png`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// This very file: the path ends in the extension of what is written.
    File(PathBuf),
    /// A folder with one file for each input.
    Folder(PathBuf, &'static str),
}

impl Target {
    pub fn new(path: PathBuf, extension: &'static str) -> Self {
        match path.extension() {
            // Behind a link the file that it leads to is replaced, and not the link.
            Some(given) if given.eq_ignore_ascii_case(extension) => match fs::canonicalize(&path) {
                Ok(real) if path.is_symlink() => Self::File(real),
                _ => Self::File(path),
            },
            _ => Self::Folder(path, extension),
        }
    }

    /// What the option was.
    pub fn root(&self) -> &Path {
        match self {
            Self::File(path) | Self::Folder(path, _) => path,
        }
    }

    /// The file for one input.
    pub fn path(&self, input: &Input) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Folder(folder, extension) => {
                let mut path = folder.join(&input.stem).into_os_string();
                path.push(".");
                path.push(extension);
                path.into()
            }
        }
    }

    /// Checks that there are no more inputs than files.
    ///
    /// # Errors
    /// A sentence that names the option.
    pub fn check(&self, option: &str, single: bool) -> Result<(), String> {
        match self {
            Self::File(path) if !single => Err(format!(
                "{option} {}: several inputs need a folder, not one file",
                crate::inputs::shown(path)
            )),
            _ => Ok(()),
        }
    }

    fn create(&self, path: &Path) -> io::Result<Temporary> {
        Temporary::create(path, matches!(self, Self::Folder(..)))
    }

    /// Lets `write` fill the file for one input. It appears under its name once it is whole.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn save(
        &self,
        input: &Input,
        write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
    ) -> Result<PathBuf, Failure> {
        let path = self.path(input);
        let save = || {
            let temporary = self.create(&path)?;
            let mut out = BufWriter::new(temporary.file());
            write(&mut out)?;
            out.flush()?;
            drop(out);
            temporary.keep()
        };
        match save() {
            Ok(()) => Ok(path),
            Err(error) => Err(cannot_write(&path, &error)),
        }
    }
}

/// NumPy's files.
pub struct Files {
    pub target: Target,
    pub dtype: Dtype,
}

impl Sink for Files {
    fn begin<'a>(
        &'a self,
        _turn: usize,
        input: &'a Input,
        matrix: Matrix,
    ) -> Result<Box<dyn Writer + 'a>, Failure> {
        let path = self.target.path(input);
        let header = npy_header(self.dtype, matrix.shape());
        let create = || {
            let temporary = self.target.create(&path)?;
            temporary.file().write_all(&header)?;
            Ok(temporary)
        };
        let temporary = create().map_err(|error| cannot_write(&path, &error))?;
        let placement = Placement::new(matrix, self.dtype, header.len());
        Ok(Box::new(FileWriter { temporary, placement }))
    }
}

struct FileWriter {
    temporary: Temporary,
    placement: Placement,
}

impl Writer for FileWriter {
    fn write(&mut self, frames: Range<usize>, values: &[f32]) -> Result<(), Failure> {
        self.placement
            .write(&mut self.temporary.file(), frames, values)
            .map_err(|error| cannot_write(self.temporary.target(), &error))
    }

    fn finish(self: Box<Self>) -> Result<PathBuf, Failure> {
        let path = self.temporary.target().to_path_buf();
        match self.temporary.keep() {
            Ok(()) => Ok(path),
            Err(error) => Err(cannot_write(&path, &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(stem: &str) -> Input {
        let path = PathBuf::from(format!("in/{stem}.wav"));
        Input { name: path.clone(), path, stem: stem.into() }
    }

    #[test]
    fn the_extension_tells_a_file_from_a_folder() {
        assert_eq!(Target::new("x.NPY".into(), "npy"), Target::File("x.NPY".into()));
        let folder = Target::new("features".into(), "npy");
        assert_eq!(folder.path(&input("a/b.c")), PathBuf::from("features/a/b.c.npy"));
    }

    #[test]
    fn several_inputs_need_a_folder() {
        let file = Target::new("x.npy".into(), "npy");
        assert!(file.check("--out", true).is_ok());
        let message = file.check("--out", false).unwrap_err();
        assert!(message.contains("--out x.npy") && message.contains("folder"), "{message}");
        assert!(Target::new("features".into(), "npy").check("--out", false).is_ok());
    }
}
