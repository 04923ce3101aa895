//! Audio files in, one channel at the sample rate that a model takes out, in blocks.
//!
//! A file is read right or refused: one that ends early, doesn't match its own checksums or holds a
//! packet that can't be decoded fails as a whole, because features of half a recording look like
//! features of a whole one. Where everything that is there is sound and only the end was never
//! written, the file is read with a [`Warning`].
//!
//! ```no_run
//! use mojo_audio_files::{AudioFile, Block};
//!
//! # fn main() -> Result<(), mojo_audio_files::Error> {
//! let file = AudioFile::open("speech.flac")?;
//! println!("{}, {} Hz", file.source().format(), file.source().sample_rate);
//! let mut mono = file.mono(16_000)?;
//! while let Some(block) = mono.next_block()? {
//!     match block {
//!         Block::I16(samples) => println!("{} integers", samples.len()),
//!         Block::F32(samples) => println!("{} floats", samples.len()),
//!     }
//! }
//! for warning in mono.warnings() {
//!     eprintln!("warning: {warning}");
//! }
//! # Ok(())
//! # }
//! ```

mod error;
mod mono;
mod resample;
mod source;
mod symphonia;

pub use error::{Error, Warning};
pub use mono::{Block, Mono};
pub use source::Source;

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

/// An open audio file: its header is read, its samples are not.
pub struct AudioFile {
    decoder: symphonia::Decoder,
}

impl AudioFile {
    /// Opens a file.
    ///
    /// # Errors
    /// [`Error::Io`] if it can't be read; otherwise why it can't be decoded.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|error| Error::io(&error))?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(Error::Io { reason: "this is a folder".into() });
        }
        Self::from_reader(file)
    }

    /// Reads a file that is in memory.
    ///
    /// # Errors
    /// Why it can't be decoded.
    pub fn from_bytes(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self, Error> {
        Self::from_reader(Cursor::new(bytes))
    }

    /// Reads a file from anything that yields its bytes in order, such as a pipe.
    ///
    /// # Errors
    /// [`Error::Io`] if it can't be read; otherwise why it can't be decoded.
    pub fn from_reader(reader: impl Read + Send + Sync + 'static) -> Result<Self, Error> {
        Ok(Self { decoder: symphonia::Decoder::new(reader)? })
    }

    /// What the header says. `samples` is 0 until blocks are read.
    #[must_use]
    pub fn source(&self) -> &Source {
        self.decoder.source()
    }

    /// Reads the file as one channel, the mean of all, at `sample_rate` hertz.
    ///
    /// # Errors
    /// [`Error::SampleRate`] if the rate of the file or `sample_rate` is outside 1,000 to 768,000 Hz
    /// and the two differ.
    pub fn mono(self, sample_rate: u32) -> Result<Mono, Error> {
        Mono::new(self.decoder, sample_rate)
    }
}
