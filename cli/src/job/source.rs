//! An input as an open audio file, as often as it is asked for, and samples that were read from it.

use crate::failure::Failure;
use crate::inputs::Input;
use crate::interrupt;
use mojo_audio_files::{AudioFile, Block, Mono};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::Path;

/// Where an input can be read from more than once.
pub enum Origin<'a> {
    File(&'a Input),
    /// What standard input or a pipe had, in a file without a name.
    Spooled(File),
}

impl<'a> Origin<'a> {
    pub fn of(input: &'a Input) -> Result<Self, Failure> {
        let spooled = if input.is_standard_input() {
            spool(&mut io::stdin().lock())
        } else if is_pipe(&input.path) {
            File::open(&input.path).and_then(|mut pipe| spool(&mut pipe))
        } else {
            return Ok(Self::File(input));
        };
        let failure = |error| Failure::new("io", format!("what it has can't be kept: {error}"));
        spooled.map(Self::Spooled).map_err(failure)
    }

    /// Opens it from its start.
    pub fn open(&self) -> Result<AudioFile, Failure> {
        match self {
            Self::File(input) => Ok(AudioFile::open(&input.path)?),
            Self::Spooled(file) => {
                let from_start = || {
                    let mut file = file.try_clone()?;
                    file.rewind()?;
                    Ok(file)
                };
                let file =
                    from_start().map_err(|error: io::Error| Failure::new("io", error.to_string()))?;
                Ok(AudioFile::from_reader(file)?)
            }
        }
    }
}

/// Whether a path is a pipe, as in `<(sox …)`, whose bytes can be read only once.
fn is_pipe(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo())
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

fn spool(from: &mut impl Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    let mut bytes = vec![0; 1 << 16];
    loop {
        match from.read(&mut bytes) {
            Ok(0) => return Ok(file),
            Ok(n) => file.write_all(&bytes[..n])?,
            Err(error) if error.kind() == ErrorKind::Interrupted && !interrupt::requested() => {}
            Err(error) => return Err(error),
        }
    }
}

/// Samples of one kind, as the file has them. Kept from input to input for its memory.
#[derive(Default)]
pub struct Samples {
    integers: Vec<i16>,
    floats: Vec<f32>,
}

/// Calls a generic function with the samples as they are.
macro_rules! with_samples {
    ($samples:expr, $of:ident => $call:expr) => {
        match $samples.slices() {
            (integers, []) => {
                let $of = integers;
                $call
            }
            (_, floats) => {
                let $of = floats;
                $call
            }
        }
    };
}
pub(super) use with_samples;

impl Samples {
    /// Appends up to `limit` samples, or a few more, and returns whether the input has ended.
    pub fn fill(&mut self, mono: &mut Mono, limit: usize) -> Result<bool, Failure> {
        while self.len() < limit {
            match mono.next_block()? {
                Some(Block::I16(block)) => append(&mut self.integers, block)?,
                Some(Block::F32(block)) => append(&mut self.floats, block)?,
                None => return Ok(true),
            }
        }
        Ok(false)
    }

    /// Integers and floats, of which one is empty.
    pub fn slices(&self) -> (&[i16], &[f32]) {
        (&self.integers, &self.floats)
    }

    pub fn len(&self) -> usize {
        self.integers.len() + self.floats.len()
    }

    /// Empties them, and gives memory back that is more than `keep` samples need.
    pub fn clear(&mut self, keep: usize) {
        self.integers.clear();
        self.floats.clear();
        self.integers.shrink_to(keep);
        self.floats.shrink_to(keep);
    }
}

/// Appends without an abort where memory runs out.
fn append<T: Copy>(samples: &mut Vec<T>, block: &[T]) -> Result<(), Failure> {
    samples.try_reserve(block.len()).map_err(|_| {
        Failure::new("allocation", format!("out of memory after {} samples", samples.len()))
    })?;
    samples.extend_from_slice(block);
    Ok(())
}
