//! Ogg, FLAC, MP3, Opus and ADPCM: held to what the formats' reference decoders make of the same files.

mod common;

use common::{assert_close, data, pages, read, reference, seal};
use mojo_audio_files::{Error, Warning};

/// Half a step of 16 bits for each channel that was rounded, and for the mean.
const ROUNDED: f32 = 2.0 / 32_768.0;

#[test]
fn vorbis_of_any_coupling() {
    for name in ["vorbis-3", "vorbis-6", "vorbis-uncoupled", "vorbis-clicks"] {
        let read = read(data(&format!("{name}.ogg"))).unwrap();
        assert_close(&read.samples, &reference(&format!("{name}.s16")), ROUNDED);
        assert_eq!(read.warnings, []);
    }
}

#[test]
fn adpcm() {
    for (name, channels) in
        [("adpcm-ms", 1), ("adpcm-ima", 1), ("adpcm-ms-stereo", 2), ("adpcm-ima-stereo", 2)]
    {
        let read = read(data(&format!("{name}.wav"))).unwrap();
        let rounded = if channels == 1 { 0.0 } else { ROUNDED };
        // The header tells how many samples there were before the last block was filled up.
        assert_close(&read.samples, &reference(&format!("{name}.s16"))[..2401], rounded);
        assert_eq!((read.source.channels, read.integers), (channels, channels == 1));
        assert_eq!(read.warnings, []);
    }
}

#[test]
fn adpcm_with_a_wrong_number_of_samples_is_read_to_its_end() {
    let file = data("adpcm-ima-stereo.wav");
    let at = file.windows(4).position(|name| name == b"fact").unwrap() + 8;
    for wrong in [0, 1, 2_000, 4_802, u32::MAX] {
        let mut file = file.clone();
        file[at..at + 4].copy_from_slice(&wrong.to_le_bytes());
        assert_close(&read(file).unwrap().samples, &reference("adpcm-ima-stereo.s16"), ROUNDED);
    }
}

#[test]
fn adpcm_with_predictors_of_its_own_is_refused() {
    let mut file = data("adpcm-ms.wav");
    // The first weight of the second predictor, of 512.
    assert_eq!(file[46..48], 512_i16.to_le_bytes());
    file[46] = 1;
    let error = read(file).unwrap_err();
    assert!(error.to_string().contains("predictors of its own"), "{error}");
}

#[test]
fn vorbis_pages_end_after_any_packet() {
    let mut pages = pages(&data("vorbis-clicks.ogg"));
    let packets = pages.pop().unwrap();
    let count = usize::from(packets[26]);
    let (lengths, body) = packets[27..].split_at(count);
    // Each packet is shorter than 255 bytes, so it has one length.
    assert!(!lengths.contains(&255));
    let (mut at, mut before, mut position) = (0, None, 0_u64);
    for first in 1..count {
        // The block's length, by the packet's second bit: the Vorbis I specification, section 4.3.1.
        let block = if body[at] & 2 == 0 { 256 } else { 2_048 };
        at += usize::from(lengths[first - 1]);
        position += before.map_or(0, |before: u64| (before + block) / 4);
        before = Some(block);
        // A page of these packets, whose position goes to the centre of the last block, and one of the others.
        let mut one = [&packets[..26], &[first as u8], &lengths[..first], &body[..at]].concat();
        let mut other =
            [&packets[..26], &[(count - first) as u8], &lengths[first..], &body[at..]].concat();
        one[5] = 0;
        one[6..14].copy_from_slice(&position.to_le_bytes());
        other[18] += 1;
        seal(&mut one);
        seal(&mut other);
        let read = read([pages.concat(), one, other].concat()).unwrap();
        assert_eq!((read.samples.len(), read.warnings), (12_000, vec![]), "{first} packets");
        assert_close(&read.samples, &reference("vorbis-clicks.s16"), ROUNDED);
    }
}

#[test]
fn opus() {
    for (name, channels) in [("opus", 1), ("opus-6", 6)] {
        let read = read(data(&format!("{name}.opus"))).unwrap();
        assert_eq!((read.source.format(), read.source.channels), ("ogg/opus".into(), channels));
        assert_close(&read.samples, &reference(&format!("{name}.s16")), ROUNDED);
    }
}

#[test]
fn opus_of_short_frames_is_refused() {
    let mut pages = pages(&data("opus.opus"));
    let first = 27 + usize::from(pages[2][26]);
    // Two channels of 5 ms: RFC 6716, section 3.1.
    pages[2][first] = 29 << 3 | 4;
    seal(&mut pages[2]);
    let error = read(pages.concat()).unwrap_err();
    assert!(error.to_string().contains("Opus with frames of 2.5 or 5 ms"), "{error}");
    assert!(error.to_string().contains("ffmpeg"), "{error}");
}

#[test]
fn pages_without_a_position_lose_nothing() {
    let mut pages = pages(&data("opus.opus"));
    let whole = read(pages.concat()).unwrap();
    let last = pages.len() - 1;
    for page in &mut pages[2..last] {
        page[6..14].fill(0xff);
        seal(page);
    }
    assert_eq!(read(pages.concat()).unwrap().samples, whole.samples);
}

#[test]
fn pages_that_are_damaged_or_missing_are_noticed() {
    for name in ["vorbis-6.ogg", "opus.opus"] {
        let pages = pages(&data(name));
        for index in 0..pages.len() {
            let mut damaged = pages.clone();
            let end = damaged[index].len() - 3;
            damaged[index][end] ^= 16;
            let error = read(damaged.concat()).unwrap_err();
            assert!(error.to_string().contains("checksum"), "{name}, page {index}: {error}");
            let mut missing = pages.clone();
            missing.remove(index);
            match read(missing.concat()) {
                Err(error) => {
                    let codes = ["corrupt", "truncated", "empty_input"];
                    assert!(codes.contains(&error.code()), "{error}");
                }
                // Nothing but its absence tells of the last page.
                Ok(read) => {
                    assert_eq!(index, pages.len() - 1, "{name}");
                    assert!(matches!(read.warnings[..], [Warning::NeverClosed { .. }]), "{name}");
                }
            }
        }
    }
}

#[test]
fn streams_one_after_another_are_one_recording() {
    let once = data("vorbis-3.ogg");
    let mut second = pages(&once);
    for page in &mut second {
        page[14..18].copy_from_slice(&7_u32.to_le_bytes());
        seal(page);
    }
    let expected = read(&once[..]).unwrap().samples.repeat(2);
    assert_eq!(read([once, second.concat()].concat()).unwrap().samples, expected);
}

/// The header's block STREAMINFO starts at byte 8: 10 bytes of sizes, then rate, channels, depth and the
/// number of samples, then the MD5.
const SAMPLES: usize = 8 + 14;
const MD5: usize = 8 + 18;

#[test]
fn flac_of_32_bits_with_and_without_md5() {
    let integers = data("flac-32.s32");
    let expected: Vec<f32> = integers
        .as_chunks::<8>()
        .0
        .iter()
        .map(|frame| {
            let channel = |at: usize| {
                f64::from(i32::from_le_bytes([frame[at], frame[at + 1], frame[at + 2], frame[at + 3]]))
            };
            ((channel(0) + channel(4)) / 2_f64.powi(32)) as f32
        })
        .collect();
    let mut file = data("flac-32.flac");
    assert_close(&read(&file[..]).unwrap().samples, &expected, 1e-7);
    file[MD5..MD5 + 16].fill(0);
    assert_close(&read(&file[..]).unwrap().samples, &expected, 1e-7);
}

#[test]
fn flac_with_a_wrong_number_of_samples() {
    let file = data("flac-32.flac");
    for (samples, md5, code) in [
        (0_u32, true, "ok"),
        (0, false, "ok"),
        (600, true, "count"),
        (600, false, "count"),
        (800, true, "count"),
        (800, false, "truncated"),
    ] {
        let mut file = file.clone();
        file[SAMPLES..SAMPLES + 4].copy_from_slice(&samples.to_be_bytes());
        if !md5 {
            file[MD5..MD5 + 16].fill(0);
        }
        let result = match read(file) {
            Ok(read) => {
                assert_eq!(read.samples.len(), 700);
                read.warnings.first().map_or("ok", Warning::code)
            }
            Err(error) => error.code(),
        };
        assert_eq!(result, code, "{samples} samples, MD5 {md5}");
    }
}

#[test]
fn what_is_no_sound_in_flac_does_not_matter() {
    let file = data("flac-32.flac");
    let whole = read(&file[..]).unwrap().samples;
    // The streaminfo is the last block here if its highest bit is set.
    let (head, rest) = file.split_at(42);
    let mut picture = vec![0x06, 0, 0, 11];
    picture.extend([0, 0, 0, 3, 0, 0, 0, 5, b'a', b'b', b'c']);
    let mut first = head.to_vec();
    if first[4] & 0x80 != 0 {
        first[4] &= 0x7f;
        picture[0] |= 0x80;
    }
    let tag = [&b"TAG"[..], &[0; 125]].concat();
    let id3 = b"ID3\x04\0\0\0\0\0\x02\0\0".to_vec();
    for file in
        [[&first[..], &picture, rest].concat(), [&file[..], &tag].concat(), [&id3[..], &file].concat()]
    {
        assert_eq!(read(file).unwrap().samples, whole);
    }
    assert_eq!(read(file.repeat(2)).unwrap_err().code(), "corrupt");
}

#[test]
fn damage_in_flac_is_noticed_without_md5() {
    let mut file = data("flac-32.flac");
    file[MD5..MD5 + 16].fill(0);
    for at in (file.len() - 3_000..file.len()).step_by(97) {
        let mut file = file.clone();
        file[at] ^= 4;
        assert!(read(file).is_err(), "byte {at}");
    }
    for cut in [1, 2, 100] {
        assert_eq!(read(&file[..file.len() - cut]).unwrap_err().code(), "truncated");
    }
}

/// The frames of an MP3 file of the fixtures' kind: MPEG-2, layer III, 24 kHz, 64 kbit/s.
fn frames(file: &[u8]) -> Vec<&[u8]> {
    let frames: Vec<_> = file.chunks(192).collect();
    assert!(frames.iter().all(|frame| frame.len() == 192 && frame[..2] == [0xff, 0xf3]));
    frames
}

/// LAME's number of frames: behind `Info` or `Xing` and four bytes of flags.
fn count_at(file: &[u8]) -> usize {
    file.windows(4).position(|name| name == b"Info" || name == b"Xing").unwrap() + 8
}

#[test]
fn mp3_of_the_right_length() {
    let read = read(data("mp3-joint.mp3")).unwrap();
    assert_eq!((read.samples.len(), read.source.promised), (12_000, Some(12_000)));
    assert_close(&read.samples, &reference("mp3-joint.s16")[..12_000], ROUNDED);
}

#[test]
fn mp3_whose_header_counts_wrong() {
    let file = data("mp3-joint.mp3");
    let whole = read(&file[..]).unwrap().samples;
    let at = count_at(&file);
    let count = u32::from_be_bytes([file[at], file[at + 1], file[at + 2], file[at + 3]]);
    let with = |count: u32| {
        let mut file = file.clone();
        file[at..at + 4].copy_from_slice(&count.to_be_bytes());
        read(file)
    };
    let fewer = with(count - 8).unwrap();
    assert_eq!(fewer.samples, whole);
    assert!(matches!(fewer.warnings[..], [Warning::Count { .. }]));
    assert_eq!(with(count + 2).unwrap_err().code(), "truncated");
}

#[test]
fn mp3_with_something_between_its_frames() {
    let file = data("mp3-joint.mp3");
    let whole = read(&file[..]).unwrap();
    let frames = frames(&file);
    let junk = [b"not a frame of anything", &[0xff, 0xfb, 0x12][..]].concat();
    let (head, tail) = (frames[..9].concat(), frames[9..].concat());
    let read_junk = read([&head[..], &junk, &tail].concat()).unwrap();
    assert_eq!(read_junk.samples, whole.samples);
    assert!(matches!(read_junk.warnings[..], [Warning::Skipped { .. }]), "{:?}", read_junk.warnings);
    // Tags are no junk, wherever they are.
    let ape = [
        b"APETAGEX",
        &2000_u32.to_le_bytes()[..],
        &32_u32.to_le_bytes(),
        &[0; 4],
        &0x2000_0000_u32.to_le_bytes(),
        &[0; 8],
    ];
    let ape = [&ape.concat()[..], &[0; 32]].concat();
    let id3v1 = [&b"TAG"[..], &[b'x'; 125]].concat();
    let id3v2 = [&b"ID3\x03\0\0\0\0\x01\x00"[..], &[0xff; 128]].concat();
    for file in [
        [&id3v2[..], &file].concat(),
        [&file[..], &ape, &id3v1].concat(),
        [&head[..], &id3v2, &tail].concat(),
    ] {
        let read = read(file).unwrap();
        assert_eq!((read.samples.len(), read.warnings), (whole.samples.len(), vec![]));
    }
    // A frame too few is noticed, as is a part of one.
    let fewer = read([&head[..], &frames[10..].concat()].concat()).unwrap_err();
    assert!(["corrupt", "truncated"].contains(&fewer.code()), "{fewer}");
    assert_eq!(read(&file[..file.len() - 50]).unwrap_err().code(), "truncated");
}

#[test]
fn two_mp3_files_in_one() {
    let error = read(data("mp3-joint.mp3").repeat(2)).unwrap_err();
    assert!(error.to_string().contains("another MP3 file starts there"), "{error}");
}

#[test]
fn other_formats_are_named() {
    for (start, name) in [
        (&b"\0\0\0\x20ftypM4A "[..], "M4A"),
        (b"\x1a\x45\xdf\xa3 webm", "WebM"),
        (b"FORM\0\0\0\x20AIFF", "AIFF"),
        (b"#!AMR\n", "AMR"),
    ] {
        match read([start, &[0; 600]].concat()) {
            Err(Error::Unsupported { reason, ffmpeg: true }) => {
                assert!(reason.contains(name), "{reason}")
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    for bytes in [vec![], b"This is a text and not a recording. ".repeat(500), vec![0xff; 9000]] {
        assert_eq!(read(bytes).unwrap_err(), Error::NotAudio);
    }
}
