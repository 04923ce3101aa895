//! Places that results go to: a folder of files, one file, or an archive.

mod archive;
#[cfg(feature = "columns")]
mod columns;
mod files;
mod formats;
mod kaldi;
mod numbers;
mod tar;
mod temporary;

use crate::failure::Failure;
use crate::inputs::Input;
use mojo_audio_core::config::Layout;
use std::ops::Range;
use std::path::{Path, PathBuf};

pub use archive::key_of;
pub use archive::{Archives, Plan};
pub use files::{Files, Target};
pub use formats::{Archived, Description, Out, WITHOUT_COLUMNS};
pub use temporary::{Temporary, sweep};

/// What the features of one input are, apart from their values.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    pub n_rows: usize,
    pub n_frames: usize,
    /// Order of the values.
    pub layout: Layout,
    /// Rate of the samples that they were computed from, in hertz.
    pub sample_rate: u32,
    /// Length of the input.
    pub seconds: f64,
}

impl Matrix {
    /// (n_rows, n_frames), or the other way round where the layout says so.
    pub fn shape(&self) -> [usize; 2] {
        match self.layout {
            Layout::MelMajor => [self.n_rows, self.n_frames],
            Layout::FrameMajor => [self.n_frames, self.n_rows],
        }
    }
}

/// A place that results go to. Inputs are worked on by several threads at once and end in any order.
pub trait Sink: Sync {
    /// Starts the result of an input. `turn` counts the inputs of the run, from 0.
    ///
    /// # Errors
    /// A sentence that names the place.
    fn begin<'a>(
        &'a self,
        turn: usize,
        input: &'a Input,
        matrix: Matrix,
    ) -> Result<Box<dyn Writer + 'a>, Failure>;

    /// Says that nothing comes for a turn whose result was not finished.
    fn pass(&self, _turn: usize) {}

    /// Ends the run: everything that is whole is under its name then. If the run was `interrupted`,
    /// turns are missing.
    ///
    /// # Errors
    /// What could not be written, with the path.
    fn finish(&self, _interrupted: bool) -> Result<(), Vec<(PathBuf, Failure)>> {
        Ok(())
    }
}

/// The result of one input, on its way to a place. Dropped before its end, it leaves nothing.
pub trait Writer {
    /// Writes the values of some frames, in the layout of the whole. All frames are written once, in
    /// order.
    ///
    /// # Errors
    /// A sentence that names the place.
    fn write(&mut self, frames: Range<usize>, values: &[f32]) -> Result<(), Failure>;

    /// Puts the result into its place, which is returned.
    ///
    /// # Errors
    /// A sentence that names the place.
    fn finish(self: Box<Self>) -> Result<PathBuf, Failure>;
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    let path = crate::inputs::shown(path);
    if error.kind() == std::io::ErrorKind::InvalidData {
        // Said of the values, not of the place.
        return Failure::new("output", format!("not saved as {path}: {error}"));
    }
    Failure::new("output", format!("can't write {path}: {error}"))
}
