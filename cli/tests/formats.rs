//! Other formats, sample rates and channels than the one that the features are computed from.

mod common;

use common::{data, folder, json, read_npy, read_wav, run, speech, write_wav};
use std::f64::consts::TAU;
use std::fs;
use std::path::Path;

/// Features of the first second of the example and of a file in another format: the mean of the
/// deviation, and how many frames each has.
fn deviation(name: &str) -> (f32, usize, usize) {
    let folder = folder(&format!("deviation-{name}"));
    let second: Vec<i16> =
        read_wav(&speech())[..16_000].iter().map(|x| (x * 32_768.0) as i16).collect();
    write_wav(&folder.join("wav.wav"), 16_000, 1, &second);
    let features = |path: &Path| {
        let out = folder.join("x.npy");
        let run = run([path, Path::new("--out"), &out]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        read_npy(&out)
    };
    let (wav, expected) = features(&folder.join("wav.wav"));
    let (shape, values) = features(&data(name));
    let frames = wav[1].min(shape[1]);
    let mut sum = 0.0;
    for band in 0..80 {
        for frame in 0..frames {
            sum += (expected[band * wav[1] + frame] - values[band * shape[1] + frame]).abs();
        }
    }
    (sum / (80 * frames) as f32, wav[1], shape[1])
}

#[test]
fn flac_gives_the_same_bits() {
    assert_eq!(deviation("speech.flac"), (0.0, 100, 100));
}

/// The mean deviation is a quarter of that in decades of power: 0.1 is 4 dB, most of it in
/// the quiet bands that these codecs leave out. A shift by one frame alone costs 0.16.
#[test]
fn lossy_formats_are_close_and_as_long() {
    for (name, bound) in [("speech.mp3", 0.06), ("speech.ogg", 0.05), ("speech-adpcm.wav", 0.12)] {
        let (deviation, expected, frames) = deviation(name);
        assert!(deviation < bound, "{name}: {deviation}");
        assert_eq!(frames, expected, "{name}");
    }
}

#[test]
fn an_mp3_that_tells_no_length_is_read_to_its_end() {
    // 16 frames of 576 samples per second at 16 kHz, one more for the encoder's delay, none cut.
    let (_, objects) = json([data("speech-no-header.mp3")]);
    let samples = objects[0]["samples"].as_u64().unwrap();
    assert!(samples >= 16_000 + 529 && samples % 576 == 0, "{samples}");
}

#[test]
fn formats_are_named() {
    for (name, format) in [
        ("speech.flac", "flac"),
        ("speech.mp3", "mp3"),
        ("speech.ogg", "ogg/vorbis"),
        ("speech-adpcm.wav", "wave/adpcm_ms"),
    ] {
        assert_eq!(json([data(name)]).1[0]["source"]["format"], format);
    }
}

/// Two channels at 44.1 kHz, a tone in the left one, its double in phase in the right one.
#[test]
fn stereo_is_mixed_down_and_resampled() {
    let folder = folder("stereo");
    let (path, out) = (folder.join("stereo.wav"), folder.join("x.npy"));
    let hertz = 1_000.0;
    let samples: Vec<i16> = (0..2 * 44_100)
        .flat_map(|i| {
            let tone = (TAU * hertz * f64::from(i) / 44_100.0).sin();
            [tone * 5_000.0, tone * 10_000.0].map(|sample| sample.round() as i16)
        })
        .collect();
    write_wav(&path, 44_100, 2, &samples);
    let text = run([&path]);
    assert!(text.out.contains("2 channels mixed down to one"), "{}", text.out);
    assert!(text.out.contains("resampled from 44100 Hz to 16000 Hz, 32000 samples"), "{}", text.out);

    let (run, objects) = json([path.as_path(), Path::new("--out"), &out]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let object = &objects[0];
    assert_eq!((&object["mixed_down"], &object["resampled"]), (&true.into(), &true.into()));
    assert_eq!((&object["samples"], &object["sample_rate"]), (&32_000.into(), &16_000.into()));
    assert_eq!(object["source"]["samples"], 88_200);

    // The same tone made at 16 kHz, at the height of the mean, must give the same features where
    // neither the ends nor the 80 dB below play a part: in its loudest band.
    let tone: Vec<i16> = (0..32_000)
        .map(|i| ((TAU * hertz * f64::from(i) / 16_000.0).sin() * 7_500.0).round() as i16)
        .collect();
    let (plain, expected) = (folder.join("plain.wav"), folder.join("y.npy"));
    write_wav(&plain, 16_000, 1, &tone);
    assert_eq!(json([plain.as_path(), Path::new("--out"), &expected]).0.code, Some(0));
    let ((shape, got), (_, expected)) = (read_npy(&out), read_npy(&expected));
    assert_eq!(shape, [80, 200]);
    let band = |values: &[f32], frame: usize| {
        (0..80).max_by(|&a, &b| values[a * 200 + frame].total_cmp(&values[b * 200 + frame])).unwrap()
    };
    for frame in 20..180 {
        let loudest = band(&got, frame);
        assert_eq!(loudest, band(&expected, frame));
        let difference = (got[loudest * 200 + frame] - expected[loudest * 200 + frame]).abs();
        assert!(difference < 1e-4, "{difference}");
    }
}

#[test]
fn opposite_channels_cancel() {
    let path = folder("opposite").join("x.wav");
    let samples: Vec<i16> = common::tone().into_iter().flat_map(|sample| [sample, -sample]).collect();
    write_wav(&path, 16_000, 2, &samples);
    let (_, objects) =
        json([path.to_str().unwrap(), "--preset", "librosa", "--set", "sample_rate=16000"]);
    assert_eq!(objects[0]["max"], 0.0);
}

#[test]
fn the_rate_follows_the_preset() {
    let (_, objects) = json([data("speech.flac").to_str().unwrap(), "--preset", "librosa"]);
    assert_eq!((&objects[0]["sample_rate"], &objects[0]["samples"]), (&22_050.into(), &22_050.into()));
}

/// Programs that write WAV into a pipe can't go back to fill in the length.
#[test]
fn wav_of_unknown_length_is_read_to_its_end() {
    let folder = folder("piped");
    let path = folder.join("piped.wav");
    write_wav(&path, 16_000, 1, &common::tone());
    let bytes = fs::read(&path).unwrap();
    for (riff, length) in [(u32::MAX, u32::MAX), (0x7fff_f024, 0x7fff_f000)] {
        let mut bytes = bytes.clone();
        bytes[4..8].copy_from_slice(&riff.to_le_bytes());
        bytes[40..44].copy_from_slice(&length.to_le_bytes());
        fs::write(&path, &bytes).unwrap();
        let (run, objects) = json([&path]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        assert_eq!(objects[0]["samples"], 8_000, "{length:x}");
    }
}

#[test]
fn ogg_streams_one_after_another_are_one_recording() {
    let path = folder("chained").join("x.ogg");
    let once = fs::read(data("speech.ogg")).unwrap();
    // The second stream needs a serial number of its own, and its pages' checksums with it.
    let twice: Vec<u8> = [once.clone(), with_serial(once, 2)].concat();
    fs::write(&path, twice).unwrap();
    let (run, objects) = json([&path]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert_eq!(objects[0]["samples"], 32_000);
}

/// Rewrites the serial number of each page of an Ogg file (RFC 3533).
fn with_serial(mut file: Vec<u8>, serial: u32) -> Vec<u8> {
    let mut start = 0;
    while start < file.len() {
        assert_eq!(&file[start..start + 4], b"OggS");
        let segments = usize::from(file[start + 26]);
        let body: usize =
            file[start + 27..][..segments].iter().map(|&length| usize::from(length)).sum();
        let page = &mut file[start..start + 27 + segments + body];
        page[14..18].copy_from_slice(&serial.to_le_bytes());
        page[22..26].fill(0);
        let checksum = page.iter().fold(0_u32, |checksum, &byte| {
            (0..8).fold(checksum ^ (u32::from(byte) << 24), |checksum, _| {
                (checksum << 1) ^ if checksum >> 31 == 1 { 0x04c1_1db7 } else { 0 }
            })
        });
        page[22..26].copy_from_slice(&checksum.to_le_bytes());
        start += page.len();
    }
    file
}

#[test]
fn what_is_odd_about_a_file_is_said_and_does_not_fail_it() {
    let folder = folder("odd");
    let path = folder.join("open.wav");
    write_wav(&path, 16_000, 1, &common::tone());
    assert_eq!(json([&path]).1[0]["warnings"], serde_json::json!([]));
    // The length of the samples was never written.
    let mut bytes = fs::read(&path).unwrap();
    bytes[40..44].fill(0);
    fs::write(&path, &bytes).unwrap();
    let message = "the file was never finalized; all of its 0.50 s were read";
    let expected = format!("warning: {}: {message}\n", path.display());
    write_wav(&folder.join("whole.wav"), 16_000, 1, &common::tone());
    for input in [&path, &folder] {
        let run = run([input]);
        assert_eq!((run.code, &run.err), (Some(0), &expected));
    }
    let (run, objects) = json([&path]);
    assert_eq!((run.code, run.err), (Some(0), expected));
    assert_eq!(objects[0]["samples"], 8_000);
    assert_eq!(
        objects[0]["warnings"],
        serde_json::json!([{ "code": "never_closed", "message": message }])
    );
}

#[test]
fn folders_are_searched_for_every_format_that_is_read() {
    let folder = folder("extensions");
    let opus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../audio/tests/data/opus.opus");
    fs::copy(opus, folder.join("a.Opus")).unwrap();
    fs::copy(data("speech.flac"), folder.join("b.flac")).unwrap();
    // Not audio, so that the answer is the same with and without ffmpeg.
    fs::write(folder.join("c.m4a"), "not audio").unwrap();
    let (run, objects) = json([&folder]);
    assert_eq!((run.code, objects.len()), (Some(1), 3), "{}", run.err);
    assert_eq!(objects[0]["source"]["format"], "ogg/opus");
    assert_eq!(objects[2]["error"]["code"], "not_audio");
}
