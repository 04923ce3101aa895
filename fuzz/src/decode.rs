//! The way from an audio file to samples: any bytes give samples at the wanted rate or a
//! sentence, however they are handed over.

use mojo_audio_files::{AudioFile, Error, OpenOptions, Source, Warning};
use std::io::{Cursor, Read};
use std::panic;

/// The rate of most speech models. Lower than the rates of most files, so that little memory is asked
/// for by a small file that expands to much.
const SAMPLE_RATE: u32 = 16_000;

/// Codes that the documentation of [`Error::code`] lists, less those that no file causes.
const CODES: &[&str] =
    &["not_audio", "unsupported", "corrupt", "truncated", "sample_rate", "empty_input", "allocation"];

/// Crates of decoders, whose panics are errors of a file.
const DECODERS: &[&str] = &["lewton-", "opus-rs-", "nanomp3-core-"];

/// Lets decoders panic without a word: the fuzzer ends at every panic, whoever catches it.
pub fn forgive_decoders() {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let file = info.location().map_or("", |location| location.file());
        if !DECODERS.iter().any(|name| file.contains(name)) {
            hook(info);
        }
    }));
}

/// Runs the target on any bytes: as they are, and with the checksums that pages of Ogg must have, without
/// which no change to a packet would reach its decoder.
pub fn run(data: &[u8]) {
    read_twice(data);
    let mut sealed = data.to_vec();
    seal(&mut sealed);
    if sealed != data {
        read_twice(&sealed);
    }
}

/// Gives each page of Ogg the checksum of what it holds (RFC 3533).
fn seal(file: &mut [u8]) {
    let mut rest = file;
    while rest.starts_with(b"OggS") && rest.len() > 26 {
        let segments = usize::from(rest[26]);
        let table = rest.get(27..27 + segments).unwrap_or_default();
        let body: usize = table.iter().map(|&length| usize::from(length)).sum();
        let Some((page, after)) = rest.split_at_mut_checked(27 + segments + body) else { return };
        page[22..26].fill(0);
        let checksum = page.iter().fold(0_u32, |checksum, &byte| {
            (0..8).fold(checksum ^ (u32::from(byte) << 24), |checksum, _| {
                (checksum << 1) ^ if checksum >> 31 == 1 { 0x04c1_1db7 } else { 0 }
            })
        });
        page[22..26].copy_from_slice(&checksum.to_le_bytes());
        rest = after;
    }
}

fn read_twice(data: &[u8]) {
    let whole = OpenOptions::new().ffmpeg(false).from_bytes(data.to_vec()).and_then(read);
    check(&whole);
    // As a pipe that gives little at a time.
    let step = 1 + data.len() % 61;
    let pieces = OpenOptions::new()
        .ffmpeg(false)
        .from_reader(Pieces { bytes: Cursor::new(data.to_vec()), step })
        .and_then(read);
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
            let expected = (u128::from(source.samples) * to).div_ceil(from);
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
