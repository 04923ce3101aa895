//! One file: what is said of it, the files that are saved, the pictures.

mod common;

use common::{data, folder, json, program, read_npy, read_wav, run, speech};
use mojo_audio_core::{MelConfig, MelExtractor};
use std::fs::File;
use std::path::Path;

#[test]
fn a_file_is_shown_with_its_numbers_and_its_picture() {
    let run = run([speech()]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    let frames = read_wav(&speech()).len() / 160;
    let shape = format!("shape (80, {frames})");
    for part in [&shape, "min ", "max ", "mean ", "  time ", " than real time (reading took "] {
        assert!(run.out.contains(part), "{part:?} in {}", run.out);
    }
    assert!(run.out.contains("(log10 power + 4) × 0.25") && run.out.contains("  Hz\n"), "{}", run.out);
    // Piped: no escape sequence, nothing wider than 80 columns, and speech leaves ink.
    assert!(!run.out.contains('\x1b'));
    assert!(run.out.lines().all(|line| line.chars().count() <= 80), "{}", run.out);
    let ink = run.out.chars().filter(|&letter| letter == '#' || letter == '%').count();
    assert!(ink > 20, "{}", run.out);
}

#[test]
fn colour_comes_when_asked_for_and_fits_the_width() {
    for (colors, start) in [("truecolor", "\x1b[38;2;"), ("", "\x1b[38;5;")] {
        let output = program()
            .args(["--color", "always"])
            .arg(speech())
            .env("COLUMNS", "60")
            .env("COLORTERM", colors)
            .output()
            .unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        assert!(out.contains(start), "{out}");
        let widest = out.lines().filter(|line| line.contains('▀')).map(visible).max().unwrap();
        assert_eq!(widest, 60);
    }
}

/// Characters of a line without its escape sequences.
fn visible(line: &str) -> usize {
    line.split('\x1b')
        .enumerate()
        .map(|(i, part)| {
            let shown = if i == 0 { part } else { part.split_once('m').unwrap().1 };
            shown.chars().count()
        })
        .sum()
}

#[test]
fn the_picture_can_be_left_out() {
    let run = run([speech(), "--no-picture".into()]);
    assert!(!run.out.contains(" Hz\n") && run.out.contains("shape"), "{}", run.out);
}

#[test]
fn features_are_saved_as_the_core_computes_them() {
    let path = folder("saved").join("x.npy");
    let run = run([speech(), "--out".into(), path.clone()]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let (shape, values) = read_npy(&path);
    let extractor = MelExtractor::new(&MelConfig::whisper()).unwrap();
    let expected = extractor.compute(&read_wav(&speech())).unwrap();
    assert_eq!(shape, [expected.n_mels(), expected.n_frames()]);
    assert_eq!(values, expected.data());
}

#[test]
fn the_picture_file_has_its_size_and_shows_speech() {
    let folder = folder("picture");
    let path = folder.join("x.png");
    for (arguments, size) in [(&[][..], (1200, 600)), (&["--png-size", "640x400"], (640, 400))] {
        let arguments = arguments
            .iter()
            .map(Path::new)
            .chain([&*speech(), Path::new("--png"), &path])
            .map(Path::to_path_buf)
            .collect::<Vec<_>>();
        let run = run(arguments);
        assert_eq!(run.code, Some(0), "{}", run.err);
        let mut reader =
            png::Decoder::new(std::io::BufReader::new(File::open(&path).unwrap())).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), size);
        let colors: std::collections::HashSet<_> = pixels.chunks_exact(3).collect();
        assert!(colors.len() > 100, "{} colours", colors.len());
    }
}

#[test]
fn json_has_every_number() {
    let (run, objects) = json([speech()]);
    assert_eq!((run.code, objects.len()), (Some(0), 1));
    let object = &objects[0];
    let samples = read_wav(&speech());
    let expected = MelExtractor::new(&MelConfig::whisper()).unwrap().compute(&samples).unwrap();
    let data = expected.data();
    assert_eq!(object["shape"], serde_json::json!([80, samples.len() / 160]));
    assert_eq!(object["samples"], samples.len());
    assert_eq!(object["source"]["sample_rate"], 16_000);
    assert_eq!(object["source"]["channels"], 1);
    assert_eq!((&object["mixed_down"], &object["resampled"]), (&false.into(), &false.into()));
    let number = |name: &str| object[name].as_f64().unwrap();
    let close = |a: f64, b: f64| (a - b).abs() < 1e-6;
    assert!(close(number("min"), data.iter().copied().fold(f32::MAX, f32::min).into()));
    assert!(close(number("max"), data.iter().copied().fold(f32::MIN, f32::max).into()));
    assert!(close(number("mean"), data.iter().map(|&x| f64::from(x)).sum::<f64>() / data.len() as f64));
    assert!(close(number("audio_seconds"), samples.len() as f64 / 16_000.0));
    let speed = number("audio_seconds") / number("compute_seconds");
    assert!((number("times_real_time") / speed - 1.0).abs() < 1e-6);
}

#[test]
fn a_file_too_short_for_a_frame_is_told_so() {
    let folder = folder("short");
    let path = folder.join("short.wav");
    common::write_wav(&path, 16_000, 1, &common::tone()[..100]);
    let preset = || ["--preset".into(), "kaldi-fbank".into(), path.clone()];
    let (run, objects) = json(preset());
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert_eq!(objects[0]["shape"], serde_json::json!([80, 0]));
    assert!(objects[0]["mean"].is_null());
    let shown = common::run(preset());
    assert!(shown.out.contains("too short for a single frame"), "{}", shown.out);
    let drawn = common::run(preset().into_iter().chain(["--png".into(), folder.join("x.png")]));
    assert_eq!(drawn.code, Some(1));
    assert!(drawn.err.contains("too short") && !folder.join("x.png").exists(), "{}", drawn.err);
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_quietly() {
    use std::process::Stdio;
    for arguments in [&["--list"][..], &["--help"], &[data("speech.flac").to_str().unwrap()]] {
        // `true` reads nothing, so that the pipe is closed before or while it is written to.
        let mut reader = std::process::Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
        let pipe = reader.stdin.take().unwrap();
        reader.wait().unwrap();
        let output = program().args(arguments).stdout(pipe).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
        assert!(output.status.success(), "{arguments:?}: {:?}", output.status);
    }
}
