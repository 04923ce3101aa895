//! Runs every input that was kept through its target, without a fuzzer.

use mojo_audio_fuzz::{Body, TARGETS};
use std::path::{Path, PathBuf};
use std::{fs, panic};

/// The folders of a target's inputs, from the root of the checkout. The files that the tests of the
/// command and of its reader have are where the fuzzing of audio files starts from.
fn folders(target: &str) -> Vec<PathBuf> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![fuzz.join("corpus").join(target), fuzz.join("regressions").join(target)];
    if target == "decode" {
        folders.extend(["cli", "audio"].map(|of| fuzz.join("..").join(of).join("tests/data")));
    }
    folders
}

fn inputs(target: &str) -> Vec<PathBuf> {
    let listed = folders(target).into_iter().filter_map(|folder| fs::read_dir(folder).ok());
    let mut files: Vec<_> = listed
        .flatten()
        .map(|entry| entry.expect("a folder's entry").path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

fn replay(target: &str) {
    let body: Body = TARGETS.iter().find(|(name, _)| *name == target).expect("a target of the list").1;
    let files = inputs(target);
    assert!(!files.is_empty(), "{target} has no input");
    let mut faults = Vec::new();
    for file in files {
        let bytes = fs::read(&file).expect("an input");
        if panic::catch_unwind(|| body(&bytes)).is_err() {
            faults.push(file);
        }
    }
    assert!(faults.is_empty(), "{target} fails on {faults:#?}");
}

macro_rules! replays {
    ($($target:ident)+) => {
        $(#[test]
        fn $target() {
            replay(stringify!($target));
        })+

        #[test]
        fn every_target_is_replayed() {
            assert_eq!(TARGETS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), [$(stringify!($target)),+]);
        }
    };
}

replays! { config one_shot extractor stream capi decode preprocessor }

#[test]
fn no_folder_is_left_over() {
    for kind in ["corpus", "regressions"] {
        let Ok(list) = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(kind)) else { continue };
        for entry in list {
            let name = entry.expect("a folder's entry").file_name();
            let is_known = TARGETS.iter().any(|(target, _)| name == *target);
            assert!(is_known, "{kind}/{}", name.display());
        }
    }
}
