//! WAV: every depth, byte order and header that recorders leave, built here from the numbers expected.

mod common;

use common::{assert_close, read};
use mojo_audio_files::{Error, Warning};

/// How a file is built.
#[derive(Clone)]
struct Wav {
    mark: &'static [u8; 4],
    tag: u16,
    channels: u16,
    bits: u16,
    /// Bytes of a sample.
    container: u16,
    /// What the extensible format says of bits and channels.
    extensible: Option<(u16, u32)>,
    riff: Option<u32>,
    length: Option<u32>,
    before: Vec<u8>,
    after: Vec<u8>,
}

const PLAIN: Wav = Wav {
    mark: b"RIFF",
    tag: 1,
    channels: 1,
    bits: 16,
    container: 2,
    extensible: None,
    riff: None,
    length: None,
    before: Vec::new(),
    after: Vec::new(),
};

impl Wav {
    fn number(&self, value: u64, size: usize) -> Vec<u8> {
        let mut bytes = value.to_le_bytes()[..size].to_vec();
        if self.mark == b"RIFX" {
            bytes.reverse();
        }
        bytes
    }

    fn chunk(&self, name: &[u8; 4], body: &[u8], length: Option<u32>) -> Vec<u8> {
        let length = length.unwrap_or(body.len() as u32);
        let pad = vec![0; body.len() % 2];
        [&name[..], &self.number(length.into(), 4), body, &pad].concat()
    }

    fn build(&self, data: &[u8]) -> Vec<u8> {
        let align = self.channels * self.container;
        let tag = if self.extensible.is_some() { 0xfffe } else { self.tag };
        let mut format = Vec::new();
        for (value, size) in [
            (u64::from(tag), 2),
            (self.channels.into(), 2),
            (16_000, 4),
            (16_000 * u64::from(align), 4),
            (align.into(), 2),
            (self.bits.into(), 2),
        ] {
            format.extend(self.number(value, size));
        }
        if let Some((valid, mask)) = self.extensible {
            for (value, size) in [(22, 2), (valid.into(), 2), (mask.into(), 4), (self.tag.into(), 2)] {
                format.extend(self.number(value, size));
            }
            format.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]);
        }
        let format = self.chunk(b"fmt ", &format, None);
        let data = self.chunk(b"data", data, self.length);
        let body = [b"WAVE", &format[..], &self.before, &data, &self.after].concat();
        let riff = self.riff.unwrap_or(body.len() as u32);
        [&self.mark[..], &self.number(riff.into(), 4), &body].concat()
    }
}

/// 16-bit samples, and what they stand for.
fn tone() -> (Vec<u8>, Vec<f32>) {
    let samples: Vec<i16> = (0..4001).map(|i| ((f64::from(i) * 0.2).sin() * 8_000.0) as i16).collect();
    let bytes = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    (bytes, samples.iter().map(|&sample| f32::from(sample) / 32_768.0).collect())
}

#[track_caller]
fn reads_tone(bytes: &[u8], warnings: &[Warning]) {
    let read = read(bytes).unwrap();
    assert_eq!(read.samples, tone().1);
    assert_eq!(read.warnings, warnings);
}

#[test]
fn every_depth_order_and_number_of_channels() {
    for (mark, container) in
        [b"RIFF", b"RIFX"].into_iter().flat_map(|mark| (1..=8).map(move |c| (mark, c)))
    {
        for channels in [1, 2, 3, 30] {
            for extensible in [None, Some((8 * container, 0x8000_0000))] {
                let wav = Wav { mark, channels, bits: 8 * container, container, extensible, ..PLAIN };
                let (mut data, mut expected) = (Vec::new(), Vec::new());
                for frame in 0..50_i64 {
                    let mut sum = 0.0;
                    for channel in 0..i64::from(channels) {
                        // From the lowest to near the highest of all depths.
                        let value = i64::MIN.wrapping_add(
                            ((frame * 31 + channel * 7) % 50).wrapping_mul(i64::MAX / 25),
                        );
                        let value = value >> (64 - 8 * container);
                        sum += value as f64 / 2_f64.powi(8 * i32::from(container) - 1);
                        let stored = if container == 1 { value + 128 } else { value };
                        data.extend(wav.number(stored as u64, container.into()));
                    }
                    expected.push((sum / f64::from(channels)) as f32);
                }
                let read = read(wav.build(&data)).unwrap();
                assert_close(&read.samples, &expected, 3e-7);
                assert_eq!(read.integers, channels == 1 && container <= 2);
            }
        }
    }
}

#[test]
fn fewer_bits_than_the_container_are_the_upper_ones() {
    for (bits, container) in [(12, 2), (20, 3), (24, 4)] {
        for extensible in [None, Some((bits, 4))] {
            let wav_bits = if extensible.is_some() { 8 * container } else { bits };
            let wav = Wav { bits: wav_bits, container, extensible, ..PLAIN };
            let values: Vec<i64> = (-5..5).map(|i| i << (8 * container - 4)).collect();
            let data: Vec<u8> =
                values.iter().flat_map(|&v| wav.number(v as u64, container.into())).collect();
            let read = read(wav.build(&data)).unwrap();
            let expected: Vec<f32> = (-5..5_i8).map(|i| f32::from(i) / 8.0).collect();
            assert_eq!(read.samples, expected, "{bits} in {container} bytes");
            assert_eq!(read.source.bits, Some(bits.into()));
        }
    }
}

#[test]
fn floats() {
    let values = [0.5_f64, -0.25, 1.5, 1e-9];
    for mark in [b"RIFF", b"RIFX"] {
        for (container, extensible) in [(4, None), (8, None), (4, Some((0, 4))), (8, Some((64, 4)))] {
            let wav = Wav { mark, tag: 3, bits: 8 * container, container, extensible, ..PLAIN };
            let bits =
                |x: f64| if container == 4 { u64::from((x as f32).to_bits()) } else { x.to_bits() };
            let data: Vec<u8> =
                values.iter().flat_map(|&x| wav.number(bits(x), container.into())).collect();
            assert_eq!(read(wav.build(&data)).unwrap().samples, values.map(|x| x as f32));
        }
    }
}

/// Values of ITU-T G.711's tables 1a to 2b.
#[test]
fn a_law_and_mu_law() {
    for (tag, codes) in [
        (6, [(0xd5, 8), (0x55, -8), (0xaa, 32_256), (0x2a, -32_256), (0x85, 264 << 1)]),
        (7, [(0xff, 0), (0x7f, 0), (0x80, 32_124), (0x00, -32_124), (0xf0, 120)]),
    ] {
        let wav = Wav { tag, bits: 8, container: 1, ..PLAIN };
        let (bytes, expected): (Vec<u8>, Vec<i32>) = codes.into_iter().unzip();
        let read = read(wav.build(&bytes)).unwrap();
        let got: Vec<i32> = read.samples.iter().map(|x| (x * 32_768.0) as i32).collect();
        assert!(read.integers);
        if tag == 7 {
            assert_eq!(got, expected);
        } else {
            assert_eq!(got[..4], expected[..4]);
        }
    }
}

#[test]
fn chunks_around_the_samples() {
    let (data, _) = tone();
    let list = PLAIN.chunk(b"LIST", b"INFOabcde", None);
    let unpadded = list[..list.len() - 1].to_vec();
    for before in [list.clone(), unpadded, PLAIN.chunk(b"????", &[7; 101], None)] {
        reads_tone(&Wav { before: before.clone(), ..PLAIN }.build(&data), &[]);
        reads_tone(&Wav { before: before.clone(), after: before, ..PLAIN }.build(&data), &[]);
    }
    for after in [b"TAG".to_vec(), vec![0; 5000], b"ID3\x04\0\0\0\0\0\x7f".to_vec()] {
        reads_tone(&Wav { after, ..PLAIN }.build(&data), &[]);
    }
}

#[test]
fn lengths_that_recorders_and_pipes_leave() {
    let (data, _) = tone();
    for riff in [0, 36, 8_037, 0x7fff_ffff, u32::MAX] {
        reads_tone(&Wav { riff: Some(riff), ..PLAIN }.build(&data), &[]);
        for length in [0x7fff_f000 - 36, 0x7fff_ffff, 0x8000_0000 - 44, u32::MAX, u32::MAX - 36] {
            reads_tone(&Wav { riff: Some(riff), length: Some(length), ..PLAIN }.build(&data), &[]);
        }
        let never = Warning::NeverClosed { found: 4001.0 / 16_000.0 };
        reads_tone(&Wav { riff: Some(riff), length: Some(0), ..PLAIN }.build(&data), &[never]);
    }
    // A header that counts itself.
    reads_tone(
        &Wav { length: Some(8_002 + 36), ..PLAIN }.build(&data),
        &[Warning::Short { samples: 18 }],
    );
    // No sound at all is not one that was never closed.
    let empty = Wav { length: Some(0), after: PLAIN.chunk(b"LIST", b"INFO", None), ..PLAIN };
    assert!(matches!(read(empty.build(&[])), Err(Error::Empty)));
}

#[test]
fn lengths_that_hide_sound_are_not_believed() {
    let data = tone().0.repeat(10);
    let wav = Wav { length: Some(8_002), ..PLAIN };
    let error = read(wav.build(&data)).unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    assert!(error.to_string().contains("the header promises 0.25 s, but 2.2"), "{error}");
    let less = read(Wav { length: Some(7_902), ..PLAIN }.build(&tone().0)).unwrap();
    assert_eq!(less.warnings, [Warning::Trailing { bytes: 100 }]);
}

#[test]
fn lengths_of_64_bits() {
    let (data, _) = tone();
    for mark in [b"RF64", b"BW64"] {
        for (length, warnings) in
            [(8_002_u64, &[][..]), (0, &[Warning::NeverClosed { found: 4001.0 / 16_000.0 }])]
        {
            let sizes = [[0; 8], length.to_le_bytes(), [0; 8]].concat();
            let wav = Wav {
                mark,
                riff: Some(u32::MAX),
                length: Some(u32::MAX),
                before: PLAIN.chunk(b"ds64", &[&sizes[..], &[0; 4]].concat(), None),
                ..PLAIN
            };
            reads_tone(&wav.build(&data), warnings);
        }
    }
}

#[test]
fn files_that_end_early() {
    let bytes = PLAIN.build(&tone().0);
    for cut in [3_000, 3_001] {
        let error = read(&bytes[..44 + cut]).unwrap_err();
        let found = 1_500.0 / 16_000.0;
        assert_eq!(error, Error::Truncated { found, promised: Some(4001.0 / 16_000.0) });
    }
    for cut in [12, 20, 40] {
        let error = read(&bytes[..cut]).unwrap_err();
        assert!(["truncated", "corrupt"].contains(&error.code()), "{cut}: {error}");
    }
}

#[test]
fn codecs_that_are_not_decoded_are_named() {
    for (tag, name) in [(0x31, "GSM 6.10"), (0x55, "MP3"), (0xff, "AAC"), (0x1234, "0x1234")] {
        let error = read(Wav { tag, ..PLAIN }.build(&tone().0)).unwrap_err();
        assert_eq!(error.code(), "unsupported");
        assert!(error.to_string().contains(name) && error.to_string().contains("ffmpeg"), "{error}");
    }
}
