//! Runs that end early, and runs that go on: whole files only, exactly the right ones, nothing done
//! twice and nothing of other options taken for done.

mod common;

use common::{folder, program, read_npy, run, tone, write_wav};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// A folder with `n` recordings, no two alike, in subfolders of ten.
fn recordings(test: &str, n: usize) -> PathBuf {
    let root = folder(test).join("in");
    for i in 0..n {
        let sub = root.join(format!("{:02}", i / 10));
        fs::create_dir_all(&sub).unwrap();
        let samples: Vec<i16> = tone().iter().map(|x| x / (1 + i as i16 % 100)).collect();
        write_wav(&sub.join(format!("{i:03}.wav")), 16_000, 1, &samples[..4_000 + i]);
    }
    root
}

/// Every file below a folder with its content, by its name relative to that.
fn contents(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_string();
                all.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    all
}

fn manifest(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// How many results a folder and those below it have.
fn results(root: &Path) -> usize {
    let entries = fs::read_dir(root).into_iter().flatten().map(Result::unwrap);
    entries
        .map(|entry| match entry.file_type().unwrap().is_dir() {
            true => results(&entry.path()),
            false => usize::from(!is_temporary(entry.file_name().to_str().unwrap())),
        })
        .sum()
}

fn is_temporary(name: &str) -> bool {
    name.rsplit('/').next().unwrap().starts_with(".mojo-audio.")
}

/// Kills a run over many files `kills` times at random moments, each time with `--resume`, and then
/// lets it go to its end.
fn killed(test: &str, n: usize, kills: usize) {
    let input = recordings(test, n);
    let root = input.parent().unwrap();
    let (expected, out, lines) = (root.join("expected"), root.join("out"), root.join("m.jsonl"));
    let command = |out: &Path| {
        let mut command = program();
        command.arg(&input).arg("--out").arg(out).args(["--jobs", "2"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    assert!(command(&expected).status().unwrap().success());
    let expected = contents(&expected);
    assert_eq!(expected.len(), n);

    let mut random = 1_u64;
    let mut in_the_middle = 0;
    for _ in 0..kills {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // However fast the machine is: a few files later, within the time that another takes. All runs
        // together leave some files to the last.
        let files = results(&out) + (random >> 40) as usize % (n / kills);
        let mut child = command(&out).arg("--resume").arg("--manifest").arg(&lines).spawn().unwrap();
        while results(&out) < files && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_micros((random >> 20) % 10_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let there: Vec<_> =
            contents(&out).into_iter().filter(|(name, _)| !is_temporary(name)).collect();
        for (name, bytes) in &there {
            assert_eq!(expected.get(name), Some(bytes), "{name} is not whole");
        }
        in_the_middle += usize::from(!there.is_empty() && there.len() < n);
    }
    // Where no run was killed between its first and its last file, the test has seen nothing.
    assert!(in_the_middle > 0);
    let last = command(&out).arg("--resume").arg("--manifest").arg(&lines).status().unwrap();
    assert!(last.success());
    assert!(contents(&out) == expected, "other files, or other contents");
    let lines = manifest(&lines);
    assert_eq!(lines.len(), n);
    for line in lines {
        assert!(["done", "kept"].contains(&line["status"].as_str().unwrap()), "{line}");
        assert!(Path::new(line["out"].as_str().unwrap()).is_file(), "{line}");
    }
}

/// A hundred times with `MOJO_AUDIO_LONG=1 cargo test --release -p mojo-audio-cli --test resume`.
#[test]
fn a_run_that_is_killed_leaves_whole_files_and_goes_on() {
    match std::env::var_os("MOJO_AUDIO_LONG") {
        Some(_) => killed("killed", 2_000, 100),
        None => killed("killed", 200, 20),
    }
}

#[test]
fn what_is_done_is_left_alone_and_what_is_not_is_made() {
    let input = recordings("left-alone", 12);
    let root = input.parent().unwrap();
    let (out, lines) = (root.join("out"), root.join("m.jsonl"));
    let again = |more: &[&str]| {
        let mut arguments = vec![input.clone(), "--out".into(), out.clone(), "--manifest".into()];
        arguments.extend([lines.clone(), "--resume".into()]);
        arguments.extend(more.iter().map(PathBuf::from));
        let run = run(arguments);
        assert_eq!(run.code, Some(0), "{}", run.err);
        let count =
            |status: &str| manifest(&lines).iter().filter(|line| line["status"] == status).count();
        (count("done"), count("kept"), run)
    };
    let (done, kept, first) = again(&[]);
    assert_eq!((done, kept, first.err.as_str()), (12, 0, ""));
    let before = manifest(&lines);
    let time = |name: &str| fs::metadata(out.join(name)).unwrap().modified().unwrap();
    let times = [time("00/003.npy"), time("00/004.npy"), time("01/011.npy")];

    let (done, kept, second) = again(&[]);
    assert_eq!((done, kept), (0, 12));
    assert!(second.out.contains("12 left alone"), "{}", second.out);
    assert_eq!([time("00/003.npy"), time("00/004.npy"), time("01/011.npy")], times);
    // What was said of them before is said again.
    let frames = |lines: &[Value]| {
        let mut all: Vec<_> =
            lines.iter().map(|line| (line["file"].to_string(), line["shape"].to_string())).collect();
        all.sort();
        all
    };
    assert_eq!(frames(&manifest(&lines)), frames(&before));

    fs::remove_file(out.join("00/003.npy")).unwrap();
    let later = SystemTime::now() + Duration::from_secs(2);
    fs::File::options()
        .append(true)
        .open(input.join("00/004.wav"))
        .unwrap()
        .set_modified(later)
        .unwrap();
    let (done, kept, _) = again(&[]);
    assert_eq!((done, kept), (2, 10));
    assert!(time("00/004.npy") > times[1]);
    assert_eq!(time("01/011.npy"), times[2]);
}

#[test]
fn results_of_other_options_are_made_again_and_said_to_be() {
    let input = recordings("other-options", 5);
    let root = input.parent().unwrap();
    let out = root.join("out");
    let again = |more: &[&str]| {
        let mut arguments = vec![input.clone(), "--out".into(), out.clone()];
        arguments.extend(more.iter().map(PathBuf::from));
        let run = run(arguments);
        assert_eq!(run.code, Some(0), "{}", run.err);
        run
    };
    again(&[]);
    let run = again(&["--resume", "--set", "n_mels=40"]);
    assert!(run.err.contains("n_mels was 80 and is 40"), "{}", run.err);
    assert_eq!(read_npy(&out.join("00/002.npy")).0[0], 40);
    let run = again(&["--resume", "--set", "n_mels=40"]);
    assert!(run.out.contains("5 left alone") && run.err.is_empty(), "{} {}", run.out, run.err);
    again(&["--resume", "--set", "n_mels=40", "--dtype", "float16"]);
    let run = again(&["--resume", "--set", "n_mels=40"]);
    assert!(run.err.contains("dtype was float16 and is float32"), "{}", run.err);
    assert_eq!(read_npy(&out.join("00/002.npy")).0[0], 40);
}

#[test]
fn results_without_a_record_are_made_again_and_said_to_be() {
    let input = recordings("no-record", 3);
    let out = input.parent().unwrap().join("out");
    let arguments = || [input.clone(), "--out".into(), out.clone(), "--resume".into()];
    run(arguments());
    fs::remove_file(out.parent().unwrap().join(".out.mojo-audio")).unwrap();
    let run = run(arguments());
    assert!(run.err.contains("nothing says which options the results"), "{}", run.err);
    assert!(run.out.starts_with(input.to_str().unwrap()), "{}", run.out);
}

#[test]
fn a_failed_file_is_tried_again() {
    let input = recordings("tried-again", 3);
    let out = input.parent().unwrap().join("out");
    fs::write(input.join("bad.wav"), "not audio").unwrap();
    let arguments = || [input.clone(), "--out".into(), out.clone(), "--resume".into()];
    for _ in 0..2 {
        let run = run(arguments());
        assert_eq!(run.code, Some(1), "{}", run.err);
        assert!(run.err.contains("bad.wav"), "{}", run.err);
    }
    let run = run(arguments());
    assert!(run.out.contains("0 of 1 files") && run.out.contains("3 left alone"), "{}", run.out);
}

#[test]
fn shards_of_an_archive_are_left_alone_as_a_whole() {
    let input = recordings("shards", 10);
    let root = input.parent().unwrap();
    let arguments = |more: &[&str]| {
        let out = format!("ark,scp:{0}/f.ark,{0}/f.scp", root.display());
        let mut arguments = vec![input.clone(), "--out".into(), out.into()];
        arguments.extend(["--shard-size", "4", "--resume"].iter().chain(more).map(PathBuf::from));
        arguments
    };
    assert_eq!(run(arguments(&[])).code, Some(0));
    let ark = |n: usize| root.join(format!("f-0000{n}.ark"));
    let before = [0, 1, 2].map(|n| fs::read(ark(n)).unwrap());
    fs::remove_file(ark(1)).unwrap();
    let run = run(arguments(&[]));
    assert!(run.out.contains("4 files") && run.out.contains("6 left alone"), "{}", run.out);
    assert_eq!([0, 1, 2].map(|n| fs::read(ark(n)).unwrap()), before);
    let run = common::run(arguments(&["--set", "n_mels=40"]));
    assert!(run.out.contains("10 files") && run.err.contains("n_mels was 80"), "{}", run.err);
    // Of other inputs, nothing is sure to be in its shard.
    fs::remove_file(input.join("00/000.wav")).unwrap();
    let run = common::run(arguments(&["--set", "n_mels=40"]));
    assert!(run.out.contains("9 files") && run.err.contains("other inputs"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_ends_with_its_summary() {
    let input = recordings("interrupted", 400);
    let root = input.parent().unwrap();
    let (out, lines) = (root.join("out"), root.join("m.jsonl"));
    let child = program()
        .arg(&input)
        .arg("--out")
        .arg(&out)
        .arg("--manifest")
        .arg(&lines)
        .args(["--jobs", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    // Not before it works, as until then the signal ends it without a word.
    while fs::read_to_string(&lines).unwrap_or_default().lines().count() < 3 {
        assert!(Instant::now() < deadline);
        thread::sleep(Duration::from_millis(1));
    }
    // The shell's own: not every machine has a program of this name.
    let signal = std::process::Command::new("sh")
        .args(["-c", "kill -INT \"$0\"", &child.id().to_string()])
        .status();
    assert!(signal.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let summary = text.lines().last().unwrap();
    assert!(summary.starts_with("interrupted: ") && summary.contains(" of 400 files: "), "{summary}");
    let there = contents(&out);
    assert!(there.keys().all(|name| !is_temporary(name)));
    assert_eq!(manifest(&lines).len(), there.len());
    assert!(there.len() < 400);
}
