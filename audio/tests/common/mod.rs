//! Reads files, and builds them.

#![allow(dead_code, reason = "each test program uses a part of this")]

use mojo_audio_files::{Block, Error, OpenOptions, Source, Warning};
use std::fs;
use std::path::{Path, PathBuf};

/// What reading a file comes to.
#[derive(Debug)]
pub struct Read {
    pub samples: Vec<f32>,
    pub integers: bool,
    pub source: Source,
    pub warnings: Vec<Warning>,
}

/// A file of `tests/data`.
pub fn data(name: &str) -> Vec<u8> {
    fs::read(path(name)).unwrap()
}

pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// Integers of 16 bits, as floats.
pub fn reference(name: &str) -> Vec<f32> {
    let bytes = data(name);
    bytes.as_chunks::<2>().0.iter().map(|&x| f32::from(i16::from_le_bytes(x)) / 32_768.0).collect()
}

/// Reads bytes at their own rate, without ffmpeg.
pub fn read(bytes: impl Into<Vec<u8>>) -> Result<Read, Error> {
    let file = OpenOptions::new().ffmpeg(false).from_bytes(bytes.into())?;
    let rate = file.source().sample_rate;
    let mut mono = file.mono(rate)?;
    let (mut samples, mut integers) = (Vec::new(), false);
    while let Some(block) = mono.next_block()? {
        assert!(!block.is_empty());
        match block {
            Block::I16(block) => {
                integers = true;
                samples.extend(block.iter().map(|&sample| f32::from(sample) / 32_768.0));
            }
            Block::F32(block) => samples.extend_from_slice(block),
        }
    }
    Ok(Read { samples, integers, source: mono.source().clone(), warnings: mono.warnings().to_vec() })
}

/// Fails unless both have the same length and are as close as `bound`.
#[track_caller]
pub fn assert_close(got: &[f32], expected: &[f32], bound: f32) {
    assert_eq!(got.len(), expected.len());
    let worst = got.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= bound, "{worst}");
}

/// The pages of an Ogg file (RFC 3533).
pub fn pages(file: &[u8]) -> Vec<Vec<u8>> {
    let mut pages = Vec::new();
    let mut rest = file;
    while !rest.is_empty() {
        let segments = usize::from(rest[26]);
        let body: usize = rest[27..27 + segments].iter().map(|&length| usize::from(length)).sum();
        let (page, after) = rest.split_at(27 + segments + body);
        pages.push(page.to_vec());
        rest = after;
    }
    pages
}

/// Gives a page the checksum of what it holds now, bit by bit as the format says.
pub fn seal(page: &mut [u8]) {
    page[22..26].fill(0);
    let checksum = page.iter().fold(0_u32, |checksum, &byte| {
        (0..8).fold(checksum ^ (u32::from(byte) << 24), |checksum, _| {
            (checksum << 1) ^ if checksum >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    });
    page[22..26].copy_from_slice(&checksum.to_le_bytes());
}
