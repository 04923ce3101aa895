//! Everything that can be wrong with a file or the command line: a sentence, an exit code, no panic.

mod common;

use common::{data, folder, json, run, speech, tone, write_wav};
use std::fs;
use std::path::Path;

/// Runs on one file that must fail, and holds the code and the message against what is expected.
#[track_caller]
fn fails(path: &Path, code: &str, message: &str) {
    let (run, objects) = json([path]);
    assert_eq!(run.code, Some(1));
    assert_eq!(objects[0]["error"]["code"], code, "{}", run.out);
    let text = objects[0]["error"]["message"].as_str().unwrap();
    assert!(text.contains(message), "{text}");
    let file = path.display().to_string();
    assert!(
        run.err.starts_with("error: ") && run.err.contains(&file) && run.err.contains(text),
        "{}",
        run.err
    );
}

#[test]
fn files_that_are_not_there_or_not_audio() {
    let folder = folder("not-audio");
    fails(&folder.join("missing.wav"), "io", if cfg!(unix) { "No such file" } else { "" });
    let text = folder.join("text.wav");
    fs::write(&text, "This is a text and not a recording. ".repeat(500)).unwrap();
    fails(&text, "not_audio", "not an audio file of a known format");
    let nothing = folder.join("nothing.mp3");
    fs::write(&nothing, "").unwrap();
    fails(&nothing, "not_audio", "not an audio file of a known format");
}

#[test]
fn files_without_samples() {
    let path = folder("no-samples").join("x.wav");
    write_wav(&path, 16_000, 1, &[]);
    fails(&path, "empty_input", "no samples");
}

#[test]
fn files_that_end_early() {
    let folder = folder("truncated");
    for (name, part) in
        [("speech.flac", 2), ("speech.ogg", 2), ("speech.mp3", 2), ("speech-adpcm.wav", 2)]
    {
        let bytes = fs::read(data(name)).unwrap();
        let path = folder.join(name);
        fs::write(&path, &bytes[..bytes.len() / part]).unwrap();
        fails(&path, "truncated", "the file ends");
    }
    let path = folder.join("x.wav");
    write_wav(&path, 16_000, 1, &tone());
    let bytes = fs::read(&path).unwrap();
    // In the middle of a sample as well.
    for cut in [8_000, 8_001] {
        fs::write(&path, &bytes[..44 + cut]).unwrap();
        fails(&path, "truncated", "after 0.25 s of the 0.50 s that its header promises");
    }
    for cut in [12, 20, 40] {
        fs::write(&path, &bytes[..cut]).unwrap();
        fails(&path, "truncated", "the file ends before its first samples");
    }
}

#[test]
fn a_flipped_bit_in_flac_is_noticed() {
    let path = folder("flipped").join("x.flac");
    let mut bytes = fs::read(data("speech.flac")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(&path, &bytes).unwrap();
    let (run, objects) = json([&path]);
    assert_eq!(run.code, Some(1), "{}", run.out);
    let code = objects[0]["error"]["code"].as_str().unwrap();
    assert!(["corrupt", "truncated"].contains(&code), "{code}");
}

#[test]
fn two_mp3_files_glued_together_are_not_cut_silently() {
    let path = folder("glued").join("x.mp3");
    let once = fs::read(data("speech.mp3")).unwrap();
    fs::write(&path, once.repeat(3)).unwrap();
    fails(&path, "corrupt", "the header promises 1.00 s, but");
}

#[test]
fn samples_that_are_no_numbers() {
    let path = folder("nan").join("x.wav");
    let format = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(&path, format).unwrap();
    for i in 0..1000 {
        writer.write_sample(if i == 700 { f32::NAN } else { 0.1 }).unwrap();
    }
    writer.finalize().unwrap();
    fails(&path, "sample", "sample 700 must be finite");
}

#[test]
fn headers_with_impossible_rates() {
    let path = folder("rates").join("x.wav");
    write_wav(&path, 16_000, 1, &tone());
    let bytes = fs::read(&path).unwrap();
    for rate in [1_u32, 999, u32::MAX] {
        let mut bytes = bytes.clone();
        bytes[24..28].copy_from_slice(&rate.to_le_bytes());
        fs::write(&path, &bytes).unwrap();
        fails(&path, "sample_rate", &format!("from {rate} Hz"));
    }
    let mut bytes = bytes.clone();
    bytes[24..28].fill(0);
    fs::write(&path, &bytes).unwrap();
    assert_eq!(run([&path]).code, Some(1));
}

/// Damage anywhere, of any kind: an answer each time. Where a decoder panics, that is its file's
/// failure and nobody else's.
#[test]
fn damaged_files_never_end_the_program() {
    let folder = folder("damaged");
    let mut random = 1_u64;
    let mut next = move |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    for name in ["speech.flac", "speech.ogg", "speech.mp3", "speech-adpcm.wav"] {
        let original = fs::read(data(name)).unwrap();
        for i in 0..60 {
            let mut bytes = original.clone();
            for _ in 0..1 + i % 5 {
                // Half of the damage hits the headers.
                let place = if next(2) == 0 { next(200) } else { next(bytes.len()) };
                bytes[place] = next(256) as u8;
            }
            fs::write(folder.join(format!("{i:02}-{name}")), &bytes).unwrap();
        }
    }
    let (run, objects) = json([&folder]);
    assert!(matches!(run.code, Some(0 | 1)), "{:?}", run.code);
    assert_eq!(objects.len(), 240);
    for object in objects {
        assert!(object["shape"].is_array() || object["error"]["message"].is_string(), "{object}");
    }
}

#[test]
fn places_that_cannot_be_written() {
    let folder = folder("unwritable");
    let missing = folder.join("missing/x.npy");
    let output = run([speech(), "--out".into(), missing.clone()]);
    assert_eq!(output.code, Some(1));
    assert!(output.err.contains(&format!("can't write {}", missing.display())), "{}", output.err);
    // A folder cannot be made where a file stands.
    let file = folder.join("file");
    fs::write(&file, "").unwrap();
    let output = run([speech(), "--png".into(), file.clone()]);
    assert_eq!(output.code, Some(1));
    assert!(output.err.contains("can't write"), "{}", output.err);
}

#[test]
fn wrong_usage_is_exit_code_2_and_says_what_was_wanted() {
    for (arguments, part) in [
        (&[][..], "FILE|FOLDER"),
        (&["x.wav", "--preset", "wisper"], "whisper-large-v3"),
        (&["x.wav", "--set", "n_melz=3"], "n_melz"),
        (&["x.wav", "--set", "n_mels"], "OPTION=VALUE"),
        (&["x.wav", "--set", "n_mels=many"], "an integer"),
        (&["x.wav", "--set", "n_mels=0"], "n_mels must be from 1 to 4096, got 0"),
        (&["x.wav", "--set", "window=kaiser"], "hann"),
        (&["x.wav", "--mfcc", "100"], "n_mfcc"),
        (&["x.wav", "--pad-to", "30m"], "30s"),
        (&["x.wav", "--pad-to", "1e300s"], "--pad-to"),
        (&["x.wav", "--png-size", "10x10"], "320"),
        (&["x.wav", "--jobs", "0"], "--jobs"),
        (&["x.wav", "--unknown"], "--unknown"),
        (&["--list", "--json"], "--json"),
    ] {
        let run = run(arguments);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(run.err.starts_with("error: ") && run.err.contains(part), "{arguments:?}: {}", run.err);
    }
}
