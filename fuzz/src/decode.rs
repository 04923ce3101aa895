//! The way from an audio file to samples: any bytes give samples at the wanted rate or a
//! sentence, however they are handed over.

use mojo_audio_files::{AudioFile, Error, Source, Warning};
use std::io::{Cursor, Read};

/// The rate of most speech models. Lower than the rates of most files, so that little memory is asked
/// for by a small file that expands to much.
const SAMPLE_RATE: u32 = 16_000;

/// Codes that the documentation of [`Error::code`] lists, less those that no file causes.
const CODES: &[&str] =
    &["not_audio", "unsupported", "corrupt", "truncated", "sample_rate", "empty_input", "allocation"];

/// Runs the target on any bytes.
pub fn run(data: &[u8]) {
    let whole = AudioFile::from_bytes(data.to_vec()).and_then(read);
    check(&whole);
    // As a pipe that gives little at a time.
    let step = 1 + data.len() % 61;
    let pieces =
        AudioFile::from_reader(Pieces { bytes: Cursor::new(data.to_vec()), step }).and_then(read);
    match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => {
            assert_eq!((&whole.source, &whole.warnings), (&pieces.source, &pieces.warnings));
            let bits = |audio: Audio| audio.samples.into_iter().map(f32::to_bits).collect::<Vec<_>>();
            assert!(bits(whole) == bits(pieces), "other samples in pieces of {step} bytes");
        }
        (whole, pieces) => assert_eq!(whole.err(), pieces.err(), "in pieces of {step} bytes"),
    }
}

/// A file that was read to its end.
struct Audio {
    samples: Vec<f32>,
    source: Source,
    warnings: Vec<Warning>,
}

fn read(file: AudioFile) -> Result<Audio, Error> {
    let mut mono = file.mono(SAMPLE_RATE)?;
    let samples = mono.read_to_end()?;
    Ok(Audio { samples, source: mono.source().clone(), warnings: mono.warnings().to_vec() })
}

fn check(read: &Result<Audio, Error>) {
    match read {
        Ok(Audio { samples, source, .. }) => {
            assert!(!samples.is_empty() && source.samples > 0 && source.channels > 0);
            let (from, to) = (u128::from(source.sample_rate), u128::from(SAMPLE_RATE));
            let expected = (2 * u128::from(source.samples) * to + from) / (2 * from);
            assert_eq!(samples.len() as u128, expected, "{source:?}");
        }
        Err(error) => {
            let (code, message) = (error.code(), error.to_string());
            assert!(CODES.contains(&code), "{code}: {message}");
            let is_number = |word: &str| !["NaN", "inf", "-inf"].contains(&word);
            assert!(!message.is_empty() && message.split_whitespace().all(is_number), "{message}");
        }
    }
}

/// Bytes of which each read gives a few.
struct Pieces {
    bytes: Cursor<Vec<u8>>,
    step: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let room = buffer.len().min(self.step);
        self.bytes.read(&mut buffer[..room])
    }
}
