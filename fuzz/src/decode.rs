//! The command's way from an audio file to samples: any bytes give samples at the wanted rate or a
//! sentence, however they are handed over.

use mojo_audio_cli::audio::{Audio, read_from};
use mojo_audio_cli::failure::Failure;
use std::io::{Cursor, Read};

/// The rate of most speech models. Lower than the rates of most files, so that little memory is asked
/// for by a small file that expands to much.
const SAMPLE_RATE: u32 = 16_000;

/// Codes that the documentation of [`Failure`] lists for reading.
const CODES: &[&str] =
    &["not_audio", "unsupported", "corrupt", "truncated", "sample_rate", "empty_input", "allocation"];

/// Runs the target on any bytes.
pub fn run(data: &[u8]) {
    let whole = read_from(Cursor::new(data.to_vec()), SAMPLE_RATE);
    check(&whole);
    // As a pipe that gives little at a time.
    let step = 1 + data.len() % 61;
    let pieces = read_from(Pieces { bytes: Cursor::new(data.to_vec()), step }, SAMPLE_RATE);
    match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => {
            assert_eq!(whole.source, pieces.source);
            let bits = |audio: Audio| audio.samples.into_iter().map(f32::to_bits).collect::<Vec<_>>();
            assert!(bits(whole) == bits(pieces), "other samples in pieces of {step} bytes");
        }
        (whole, pieces) => assert_eq!(whole.err(), pieces.err(), "in pieces of {step} bytes"),
    }
}

fn check(read: &Result<Audio, Failure>) {
    match read {
        Ok(Audio { samples, source }) => {
            assert!(!samples.is_empty() && source.samples > 0 && source.channels > 0);
            let (from, to) = (u128::from(source.sample_rate), u128::from(SAMPLE_RATE));
            let expected = (2 * u128::from(source.samples) * to + from) / (2 * from);
            assert_eq!(samples.len() as u128, expected, "{source:?}");
        }
        Err(Failure { code, message }) => {
            assert!(CODES.contains(code), "{code}: {message}");
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
