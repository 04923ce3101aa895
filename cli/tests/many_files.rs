//! Several files and folders: order, names of results, failures that do not stop the rest.

mod common;

use common::{data, folder, json, read_npy, run, tone, write_wav};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder with audio at two depths, other files among it.
fn library(test: &str) -> PathBuf {
    let root = folder(test);
    fs::create_dir_all(root.join("b/deep")).unwrap();
    for name in ["c.WAV", "a.wav", "b/deep/x.wav", "b/y.wav"] {
        write_wav(&root.join(name), 16_000, 1, &tone());
    }
    fs::copy(data("speech.flac"), root.join("b/z.flac")).unwrap();
    fs::write(root.join("notes.txt"), "not audio").unwrap();
    fs::write(root.join(".hidden.wav"), "not audio either").unwrap();
    root
}

#[test]
fn a_folder_is_searched_in_the_order_of_names() {
    let root = library("library");
    let (run, objects) = json([&root]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let files: Vec<_> = objects.iter().map(|object| object["file"].as_str().unwrap()).collect();
    let expected =
        ["a.wav", "b/deep/x.wav", "b/y.wav", "b/z.flac", "c.WAV"].map(|name| root.join(name));
    assert_eq!(files, expected.map(|path| path.to_str().unwrap().to_string()));
}

#[test]
fn results_of_a_folder_keep_its_structure() {
    let root = library("structure");
    let (features, pictures) = (root.join("out/features"), root.join("out/pictures"));
    let arguments = [&root.join("b"), Path::new("--out"), &features, Path::new("--png"), &pictures];
    let run = run(arguments);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert_eq!(read_npy(&features.join("deep/x.npy")).0, [80, 50]);
    assert_eq!(read_npy(&features.join("z.npy")).0, [80, 100]);
    assert!(pictures.join("y.png").is_file());
    assert!(run.out.lines().last().unwrap().starts_with("3 files: 2.00 s of audio"), "{}", run.out);
}

#[test]
fn one_bad_file_among_many_is_named_and_the_others_are_done() {
    let root = folder("one-bad");
    for i in 0..99 {
        write_wav(&root.join(format!("{i:02}.wav")), 16_000, 1, &tone());
    }
    fs::write(root.join("57-bad.wav"), "RIFF, but not really").unwrap();
    let out = root.join("features");
    let run = run([&root, Path::new("--out"), &out, Path::new("--jobs"), Path::new("4")]);
    assert_eq!(run.code, Some(1));
    let failures: Vec<&str> = run.err.lines().collect();
    assert_eq!(failures[0], "error: 1 of 100 files failed:");
    assert!(failures.len() == 2 && failures[1].contains("57-bad.wav: "), "{}", run.err);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 99);
    assert!(run.out.lines().last().unwrap().starts_with("99 of 100 files: 49.50 s"), "{}", run.out);

    let (run, objects) = json([&root]);
    assert_eq!((run.code, objects.len()), (Some(1), 100));
    let failed: Vec<_> = objects.iter().filter(|object| !object["error"].is_null()).collect();
    assert_eq!(failed.len(), 1);
    assert!(failed[0]["file"].as_str().unwrap().ends_with("57-bad.wav"));
    assert!(failed[0]["error"]["code"].is_string() && failed[0]["error"]["message"].is_string());
}

#[test]
fn any_number_of_jobs_gives_the_same_report() {
    let root = library("jobs");
    let report = |jobs: &str| {
        let (_, mut objects) = json([root.to_str().unwrap(), "--jobs", jobs]);
        for object in &mut objects {
            for time in ["read_seconds", "compute_seconds", "times_real_time"] {
                object.as_object_mut().unwrap().remove(time);
            }
        }
        objects
    };
    assert_eq!(report("1"), report("8"));
}

#[test]
fn several_inputs_need_a_folder_for_their_results() {
    let root = library("refused");
    let refused = |arguments: &[&Path], parts: &[&str]| {
        let run = run(arguments);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
        assert!(parts.iter().all(|part| run.err.contains(part)), "{}", run.err);
    };
    refused(&[&root, Path::new("--out"), Path::new("x.npy")], &["--out x.npy", "folder"]);
}

#[test]
fn names_that_would_clash_keep_their_extension() {
    let root = library("clash");
    fs::copy(data("speech.mp3"), root.join("a.mp3")).unwrap();
    let out = root.join("features");
    let run = run([&root, Path::new("--out"), &out]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    for (name, n_frames) in [("a.wav", 50), ("a.mp3", 100), ("c", 50), ("b/y", 50)] {
        let path = out.join(format!("{name}.npy"));
        assert_eq!(read_npy(&path).0[1], n_frames, "{name}");
    }
    assert!(!out.join("a.npy").exists());
}

#[test]
fn equal_names_of_several_folders_keep_these() {
    let root = folder("same-names");
    for sub in ["x", "y"] {
        fs::create_dir(root.join(sub)).unwrap();
        write_wav(&root.join(sub).join("a.wav"), 16_000, 1, &tone());
    }
    let out = root.join("out");
    let arguments = [root.join("x/a.wav"), root.join("y/a.wav"), "--out".into(), out.clone()];
    let run = run(arguments);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let relative = root.strip_prefix("/").unwrap_or(&root);
    for sub in ["x", "y"] {
        assert!(out.join(relative).join(sub).join("a.wav.npy").is_file());
    }
}

#[test]
fn a_folder_without_audio_is_a_failure_of_its_own() {
    let root = library("without");
    let empty = root.join("empty");
    fs::create_dir(&empty).unwrap();
    let run = run([&root.join("a.wav"), &empty]);
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("empty: no audio file in this folder"), "{}", run.err);
    assert!(run.out.contains("a.wav"), "{}", run.out);
}

#[cfg(unix)]
#[test]
fn links_that_lead_back_up_do_not_loop() {
    let root = library("links");
    std::os::unix::fs::symlink(&root, root.join("b/up")).unwrap();
    std::os::unix::fs::symlink(root.join("a.wav"), root.join("linked.wav")).unwrap();
    assert_eq!(json([&root]).1.len(), 6);
}
