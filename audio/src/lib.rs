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

mod checksum;
mod decode;
mod error;
mod ffmpeg;
mod flac;
mod input;
mod mono;
mod mp3;
mod ogg;
mod opus;
mod position;
mod probe;
mod source;
mod vorbis;
mod wav;

pub use error::{Error, Warning};
pub use mono::{Block, Mono};
pub use probe::EXTENSIONS;
pub use source::Source;

use decode::{Decode, State};
use flac::Flac;
use input::Input;
use ogg::{Codec, FlacPackets, Ogg};
use probe::{Kind, Other};
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::{Arc, Mutex};
use wav::Wav;

/// An open audio file: its header is read, its samples are not.
pub struct AudioFile {
    decoder: Box<dyn Decode>,
    state: State,
}

/// How files are opened.
#[derive(Clone, Copy, Debug)]
pub struct OpenOptions {
    ffmpeg: bool,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { ffmpeg: true }
    }
}

impl OpenOptions {
    /// Those of [`AudioFile::open`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether formats that are not decoded here are read through the program ffmpeg, if it is on the
    /// PATH. True unless set.
    #[must_use]
    pub fn ffmpeg(mut self, ffmpeg: bool) -> Self {
        self.ffmpeg = ffmpeg;
        self
    }

    /// Opens a file.
    ///
    /// # Errors
    /// [`Error::Io`] if it can't be read; otherwise why it can't be decoded.
    pub fn open(self, path: impl AsRef<Path>) -> Result<AudioFile, Error> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|error| Error::io(&error))?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(Error::Io { reason: "this is a folder".into() });
        }
        self.open_input(Input::new(file), Some(path))
    }

    /// Reads a file that is in memory.
    ///
    /// # Errors
    /// Why it can't be decoded.
    pub fn from_bytes(
        self,
        bytes: impl AsRef<[u8]> + Send + Sync + 'static,
    ) -> Result<AudioFile, Error> {
        self.from_reader(Cursor::new(bytes))
    }

    /// Reads a file from anything that yields its bytes in order, such as a pipe.
    ///
    /// # Errors
    /// [`Error::Io`] if it can't be read; otherwise why it can't be decoded.
    pub fn from_reader(self, reader: impl Read + Send + Sync + 'static) -> Result<AudioFile, Error> {
        self.open_input(Input::new(reader), None)
    }

    fn open_input(self, mut input: Input, path: Option<&Path>) -> Result<AudioFile, Error> {
        let mut state = State::default();
        let decoder: Box<dyn Decode> = match probe::probe(&mut input)? {
            Kind::Wav => match Wav::header(&mut input, &mut state) {
                Ok(head) => {
                    input.commit();
                    Box::new(Wav::new(input, head))
                }
                Err(Error::Unsupported { reason, .. }) => {
                    self.through_ffmpeg(input, path, &reason, Some("wav"), &mut state)?
                }
                Err(error) => return Err(error),
            },
            Kind::Flac => {
                state.source.container = "flac".into();
                input.commit();
                Box::new(Flac::open(input, &mut state)?)
            }
            Kind::Ogg => {
                state.source.container = "ogg".into();
                self.ogg(input, path, &mut state)?
            }
            Kind::Mp3(_) if self.ffmpeg && path.is_some_and(|path| !is_decodable_mp3(path)) => {
                self.through_ffmpeg(input, path, mp3::UNFIT, Some("mp3"), &mut state)?
            }
            Kind::Mp3(junk) => {
                input.commit();
                Box::new(mp3::Mp3::open(input, junk, &mut state)?)
            }
            Kind::Other(Other { name, ffmpeg }) => {
                self.through_ffmpeg(input, path, name, ffmpeg, &mut state)?
            }
        };
        Ok(AudioFile { decoder, state })
    }

    fn ogg(
        self,
        input: Input,
        path: Option<&Path>,
        state: &mut State,
    ) -> Result<Box<dyn Decode>, Error> {
        let mut ogg = Ogg::new(input);
        Ok(match ogg.codec(state)? {
            Codec::Vorbis => Box::new(vorbis::Vorbis::open(ogg, state)?),
            Codec::Opus => match opus::Start::read(&mut ogg, state)? {
                Some(start) => Box::new(opus::Opus::new(ogg, start)),
                None => {
                    let input = ogg.into_input();
                    self.through_ffmpeg(input, path, opus::SHORT_FRAMES, Some("ogg"), state)?
                }
            },
            Codec::Flac => {
                let warnings = Arc::new(Mutex::new(Vec::new()));
                let packets = Input::new(FlacPackets::new(ogg, Arc::clone(&warnings)));
                Box::new(Flac::open(packets, state)?.with_warnings(warnings))
            }
            Codec::Other(name) => {
                let reason = format!("Ogg with {name}");
                self.through_ffmpeg(ogg.into_input(), path, &reason, Some("ogg"), state)?
            }
        })
    }

    /// Reads what is not decoded here through ffmpeg, which calls the format `format`.
    fn through_ffmpeg(
        self,
        mut input: Input,
        path: Option<&Path>,
        reason: &str,
        format: Option<&str>,
        state: &mut State,
    ) -> Result<Box<dyn Decode>, Error> {
        let start = path.is_some() || input.rewind();
        if let (Some(format), true, true) = (format, self.ffmpeg, start)
            && let Some(decoder) = ffmpeg::Ffmpeg::open(path, input, format, state)?
        {
            return Ok(Box::new(decoder));
        }
        Err(Error::Unsupported { reason: reason.into(), ffmpeg: format.is_some() })
    }
}

impl AudioFile {
    /// Opens a file.
    ///
    /// # Errors
    /// [`Error::Io`] if it can't be read; otherwise why it can't be decoded.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        OpenOptions::new().open(path)
    }

    /// Reads a file that is in memory.
    ///
    /// # Errors
    /// Why it can't be decoded.
    pub fn from_bytes(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self, Error> {
        OpenOptions::new().from_bytes(bytes)
    }

    /// Reads a file from anything that yields its bytes in order, such as a pipe.
    ///
    /// # Errors
    /// [`Error::Io`] if it can't be read; otherwise why it can't be decoded.
    pub fn from_reader(reader: impl Read + Send + Sync + 'static) -> Result<Self, Error> {
        OpenOptions::new().from_reader(reader)
    }

    /// What the header says. `samples` is 0 until blocks are read.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.state.source
    }

    /// Reads the file as one channel, the mean of all, at `sample_rate` hertz.
    ///
    /// # Errors
    /// [`Error::SampleRate`] if the rate of the file or `sample_rate` is outside 1,000 to 768,000 Hz
    /// and the two differ, or if one is 0.
    pub fn mono(self, sample_rate: u32) -> Result<Mono, Error> {
        Mono::new(self.decoder, self.state, sample_rate)
    }
}

/// Whether an MP3 file is one that is decoded right here. True if that can't be found out.
fn is_decodable_mp3(path: &Path) -> bool {
    let decodable = || {
        let mut input = Input::new(File::open(path).map_err(|error| Error::io(&error))?);
        let Kind::Mp3(junk) = probe::probe(&mut input)? else { return Ok(true) };
        input.commit();
        mp3::Mp3::open(input, junk, &mut State::default())?.decodable()
    };
    decodable().unwrap_or(true)
}
