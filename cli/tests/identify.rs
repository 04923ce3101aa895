//! `identify` and `diff` as a user runs them: the stories of docs/identify.md.

mod common;

use common::{data, folder, json, run, speech};
use std::path::Path;

/// The second of the example's five seconds, so that a test takes little time.
fn second(folder: &Path) -> String {
    let file = folder.join("second.wav").to_str().unwrap().to_string();
    let mut whole = hound::WavReader::open(speech()).unwrap();
    let spec = whole.spec();
    let mut part = hound::WavWriter::create(&file, spec).unwrap();
    for sample in whole.samples::<i16>().skip(16_000).take(16_000) {
        part.write_sample(sample.unwrap()).unwrap();
    }
    part.finalize().unwrap();
    file
}

/// What a program of somebody else's made, played by the command with other options.
fn theirs(folder: &Path, name: &str, options: &[&str]) -> String {
    let file = folder.join(name).to_str().unwrap().to_string();
    let speech = second(folder);
    let mut arguments = vec![speech.as_str(), "--out", &file, "--no-picture"];
    arguments.extend(options);
    let made = run(&arguments);
    assert_eq!(made.code, Some(0), "{}", made.err);
    file
}

fn identified(folder: &Path, arguments: &[&str]) -> (common::Run, serde_json::Value) {
    let speech = second(folder);
    // Much time, because a test program is slow.
    let mut all = vec!["identify", speech.as_str(), "--seconds", "600"];
    all.extend(arguments);
    let (run, mut objects) = json(&all);
    assert_eq!(objects.len(), 1, "{}{}", run.out, run.err);
    (run, objects.remove(0))
}

#[test]
fn a_whisper_port_with_a_symmetric_window() {
    let folder = folder("identify_whisper");
    let file = theirs(&folder, "port.npy", &["--set", "window_periodic=false"]);
    let (run, found) = identified(&folder, &[&file]);
    assert_eq!((run.code, found["verdict"].as_str()), (Some(0), Some("found")), "{found}");
    assert_eq!(found["preset"], "whisper");
    assert_eq!(found["changes"], serde_json::json!({ "window_periodic": "false" }));
}

#[test]
fn a_kaldi_model_fed_without_scaling() {
    let folder = folder("identify_kaldi");
    let options = ["--preset", "kaldi-fbank", "--set", "input_scale=1", "--set", "layout=frame_major"];
    let file = theirs(&folder, "kaldi.npy", &options);
    let (run, found) = identified(&folder, &[&file]);
    assert_eq!((run.code, found["verdict"].as_str()), (Some(0), Some("found")), "{found}");
    assert_eq!(found["preset"], "kaldi-fbank");
    assert_eq!(found["changes"], serde_json::json!({ "input_scale": "1", "layout": "frame_major" }));
}

#[test]
fn a_vocoder_with_another_upper_edge() {
    let folder = folder("identify_vocoder");
    let file = theirs(&folder, "vocoder.npy", &["--preset", "hifigan", "--set", "f_max=7600"]);
    let (run, found) = identified(&folder, &[&file, "--set", "sample_rate=22050"]);
    assert_eq!((run.code, found["verdict"].as_str()), (Some(0), Some("found")), "{found}");
    assert_eq!(found["preset"], "hifigan");
    assert_eq!(found["changes"], serde_json::json!({ "f_max": "7600" }));
}

#[test]
fn means_and_scales_of_rows_are_recovered() {
    let folder = folder("identify_rows");
    let statistics = folder.join("global_cmvn");
    let sums: Vec<f64> = (0..80).map(f64::from).collect();
    let squares: Vec<f64> = sums.iter().map(|sum| sum * (sum / 4.0 + 1.0) + 1.0).collect();
    let text = serde_json::json!({ "mean_stat": sums, "var_stat": squares, "frame_num": 4 });
    std::fs::write(&statistics, text.to_string()).unwrap();
    let options = ["--preset", "kaldi-fbank", "--row-statistics", statistics.to_str().unwrap()];
    let file = theirs(&folder, "cmvn.npy", &options);
    let picture = folder.join("cmvn.png");
    let (run, found) = identified(&folder, &[&file, "--png", picture.to_str().unwrap()]);
    assert_eq!((run.code, found["verdict"].as_str()), (Some(0), Some("found")), "{found}");
    assert_eq!(found["options"]["mel_scale"], "kaldi");
    for vector in ["row_mean", "row_scale"] {
        assert_eq!(found[vector].as_array().unwrap().len(), 80, "{vector}");
    }
    assert!(picture.is_file());
}

#[test]
fn features_of_another_recording_are_not_found() {
    let folder = folder("identify_other");
    let file = theirs(&folder, "whisper.npy", &[]);
    let probe = folder.join("probe.wav");
    let written = run(["identify", "--probe", probe.to_str().unwrap()]);
    assert_eq!(written.code, Some(0), "{}", written.err);
    let absurd = run(["identify", "--probe", "none.wav", "--set", "sample_rate=4000000000"]);
    assert_eq!(absurd.code, Some(1));
    assert!(absurd.err.contains("sample_rate must be from 1000 to 768000"), "{}", absurd.err);
    let unused = run(["identify", "--probe", "none.wav", "--set", "n_fft=512"]);
    assert_eq!(unused.code, Some(1));
    assert!(unused.err.contains("--set must name sample_rate with --probe"), "{}", unused.err);
    let (run, objects) = json(["identify", probe.to_str().unwrap(), file.as_str(), "--seconds", "0.5"]);
    assert_eq!(run.code, Some(1), "{}", run.out);
    assert_ne!(objects[0]["verdict"], "found");
    assert_ne!(objects[0]["verdict"], "up_to_rounding");
}

#[test]
fn raw_features_need_their_shape_and_diff_says_what_differs() {
    let folder = folder("identify_diff");
    let ours = theirs(&folder, "ours.npy", &[]);
    let other = theirs(&folder, "other.npy", &["--set", "offset=4.2"]);
    let same = run(["diff", ours.as_str(), ours.as_str()]);
    assert_eq!((same.code, same.out.lines().next()), (Some(0), Some("all values are equal")));
    let differs = run(["diff", ours.as_str(), other.as_str()]);
    assert_eq!(differs.code, Some(1), "{}", differs.out);
    assert!(differs.out.starts_with("the second's values are 0.05 higher\n"), "{}", differs.out);

    let bytes = std::fs::read(&ours).unwrap();
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let raw = folder.join("ours.f32");
    std::fs::write(&raw, &bytes[header..]).unwrap();
    let raw = raw.to_str().unwrap();
    let without = run(["identify", &second(&folder), raw]);
    assert_eq!(without.code, Some(1));
    assert!(without.err.contains("--shape"), "{}", without.err);
    let wrong = run(["diff", ours.as_str(), raw, "--shape", "100x80"]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.err.contains("--shape must be that of the NumPy file, 80x100"), "{}", wrong.err);
    let (with, found) = identified(&folder, &[raw, "--shape", "80x100"]);
    assert_eq!((with.code, &found["preset"]), (Some(0), &serde_json::json!("whisper")), "{found}");
}

/// A picture as its size and colours of its pixels.
fn picture(file: &Path) -> (u32, u32, Vec<[u8; 3]>) {
    let file = std::io::BufReader::new(std::fs::File::open(file).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let pixels = pixels.chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    (info.width, info.height, pixels)
}

#[test]
fn the_picture_shows_both_and_their_difference() {
    let folder = folder("identify_png");
    let file = theirs(&folder, "theirs.npy", &[]);
    // One loud corner that no option explains: the last tenth of the frames, in the upper half of the bands.
    let mut bytes = std::fs::read(&file).unwrap();
    let start = bytes.len() - 80 * 100 * 4;
    let at = |row: usize, frame: usize| start + (row * 100 + frame) * 4;
    for row in 40..80 {
        for frame in 90..100 {
            bytes[at(row, frame)..][..4].copy_from_slice(&1.5f32.to_le_bytes());
        }
    }
    let (changed, png) = (folder.join("changed.npy"), folder.join("both.png"));
    std::fs::write(&changed, bytes).unwrap();
    let hints = ["--preset", "whisper", "--png", png.to_str().unwrap()];
    let arguments: Vec<&str> = [changed.to_str().unwrap()].into_iter().chain(hints).collect();
    let speech = second(&folder);
    let all = ["identify", speech.as_str(), "--seconds", "3"].into_iter().chain(arguments);
    let (run, found) = json(all.collect::<Vec<_>>());
    assert_eq!((run.code, found[0]["verdict"].as_str()), (Some(1), Some("near")), "{found:?}");
    let (width, height, pixels) = picture(&png);
    assert_eq!((width, height), (1200, 1200));
    // A place inside the axes of one of the three parts, as parts of its width and height from the top left.
    let at = |part: usize, x: f64, y: f64| {
        let (x, y) = (80.0 + x * 980.0, (400 * part) as f64 + 64.0 + y * 280.0);
        pixels[y as usize * 1200 + x as usize]
    };
    let brightness = |pixel: [u8; 3]| pixel.iter().map(|&part| u32::from(part)).sum::<u32>();
    let bright = brightness(at(2, 0.97, 0.2));
    for (x, y) in [(0.1, 0.2), (0.5, 0.5), (0.97, 0.8)] {
        assert!(brightness(at(2, x, y)) < 30, "{:?}", at(2, x, y));
        assert_eq!(at(0, x, y), at(1, x, y));
    }
    assert!(bright > 300, "{bright}");
    assert_ne!(at(0, 0.97, 0.2), at(1, 0.97, 0.2));

    let nowhere = run_png(&folder, &file, "missing/both.png");
    assert_eq!(nowhere.code, Some(1), "{}", nowhere.err);
    assert!(nowhere.err.contains("can't write") && nowhere.err.contains("both.png"), "{}", nowhere.err);
}

/// `identify` of features of speech with a picture.
fn run_png(folder: &Path, features: &str, png: &str) -> common::Run {
    let png = folder.join(png);
    run(["identify", &second(folder), features, "--png", png.to_str().unwrap()])
}

#[test]
fn npz_files_of_numpy_are_read() {
    let [stored, compressed] = ["stored.npz", "compressed.npz"].map(data);
    let compared = |array: &[&str]| {
        let files = [stored.to_str().unwrap(), compressed.to_str().unwrap()];
        run(["diff"].iter().chain(&files).chain(array))
    };
    for array in ["mel", "energy"] {
        let same = compared(&["--array", array]);
        assert_eq!(same.code, Some(0), "{}{}", same.out, same.err);
    }
    let npy = theirs(&folder("identify_npz"), "mel.npy", &[]);
    let mixed = run(["diff", stored.to_str().unwrap(), &npy, "--array", "mel"]);
    assert!(mixed.err.is_empty() && mixed.code == Some(1), "{}{}", mixed.out, mixed.err);
    let without = run(["diff", &npy, &npy, "--array", "mel"]);
    assert!(without.err.contains("--array mel names an array of an .npz file"), "{}", without.err);
    let none = compared(&[]);
    assert!(none.err.contains("several arrays: name one with --array: mel, energy"), "{}", none.err);
    let other = compared(&["--array", "mfcc"]);
    assert!(other.err.contains("--array must be one of mel, energy, got mfcc"), "{}", other.err);
}
