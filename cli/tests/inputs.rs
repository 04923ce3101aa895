//! Where inputs come from and what they are called: lists, standard input, links, hard names.

mod common;

use common::{data, folder, json, program, read_npy, run, speech, tone, write_wav};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Runs with bytes on standard input.
fn piped(arguments: &[&Path], bytes: &[u8]) -> Output {
    let mut child = program()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_list_is_more_arguments() {
    let root = folder("list");
    for name in ["a.wav", "b c.wav", "d.wav"] {
        write_wav(&root.join(name), 16_000, 1, &tone());
    }
    let out = root.join("out");
    let names = |end: &str| {
        ["a.wav", "b c.wav"].map(|name| format!("{}{end}", root.join(name).display())).concat()
    };
    let list = root.join("list.txt");
    fs::write(&list, format!("\n{}", names("\r\n"))).unwrap();
    let [from, to] = ["--files-from", "--out"].map(Path::new);
    let listed = run([root.join("d.wav").as_path(), from, &list, to, &out]);
    assert_eq!(listed.code, Some(0), "{}", listed.err);
    for name in ["a", "b c", "d"] {
        assert_eq!(read_npy(&out.join(format!("{name}.npy"))).0, [80, 50]);
    }
    for (end, null) in [("\n", None), ("\0", Some(Path::new("-0")))] {
        let arguments: Vec<&Path> =
            [from, Path::new("-"), Path::new("--json")].into_iter().chain(null).collect();
        let output = piped(&arguments, names(end).as_bytes());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);
    }
    let missing = run([from, &root.join("missing.txt")]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.err.contains("--files-from: can't read"), "{}", missing.err);
}

#[test]
fn a_file_comes_from_standard_input() {
    let root = folder("stdin");
    let [whole, piped_npy] = ["whole.npy", "piped.npy"].map(|name| root.join(name));
    for file in [speech(), data("speech.flac")] {
        assert_eq!(run([file.as_path(), Path::new("--out"), &whole]).code, Some(0));
        let bytes = fs::read(&file).unwrap();
        let output = piped(&[Path::new("-"), Path::new("--out"), &piped_npy], &bytes);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(fs::read(&whole).unwrap() == fs::read(&piped_npy).unwrap());
    }
    let output = piped(&[Path::new("-")], b"");
    assert_eq!(output.status.code(), Some(1));
    let both = run(["-", "--files-from", "-"]);
    assert_eq!(both.code, Some(2));
    assert!(both.err.contains("standard input"), "{}", both.err);
}

/// A pipe has its bytes only once, and an MP3 file is looked at twice.
#[cfg(unix)]
#[test]
fn pipes_are_files_too() {
    let root = folder("pipe");
    for name in ["speech.flac", "speech.mp3"] {
        let pipe = root.join(name);
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let bytes = fs::read(data(name)).unwrap();
        let place = pipe.clone();
        let writer = std::thread::spawn(move || fs::write(place, bytes));
        let (run, objects) = json([&pipe]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        writer.join().unwrap().unwrap();
        let whole = json([data(name)]).1;
        assert_eq!(objects[0]["samples"], whole[0]["samples"], "{name}");
        assert_eq!(objects[0]["mean"], whole[0]["mean"], "{name}");
    }
}

#[test]
fn a_file_that_is_named_twice_is_read_once() {
    let (run, objects) = json([speech(), speech()]);
    assert_eq!((run.code, objects.len()), (Some(0), 1));
    assert!(run.err.contains("more than once"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn folders_say_what_they_left_out() {
    use std::os::unix::fs::symlink;
    let root = folder("left-out");
    let elsewhere = folder("left-out-elsewhere");
    for folder in [&root, &elsewhere] {
        write_wav(&folder.join("a.wav"), 16_000, 1, &tone());
    }
    for name in ["b.mkv", "c.MKV", "notes.txt"] {
        fs::write(root.join(name), "").unwrap();
    }
    symlink(root.join("nowhere.wav"), root.join("dangling.wav")).unwrap();
    symlink(&elsewhere, root.join("linked")).unwrap();
    symlink(&root, root.join("up")).unwrap();
    let (run, objects) = json([&root]);
    assert_eq!((run.code, objects.len()), (Some(0), 1));
    for part in ["note: ", "2 .mkv", "1 dangling link", "2 links to folders (--follow"] {
        assert!(run.err.contains(part), "{part:?} in {}", run.err);
    }
    assert!(!run.err.contains("txt"), "{}", run.err);
    let (run, objects) = json([root.as_path(), Path::new("--follow")]);
    assert_eq!((run.code, objects.len()), (Some(0), 2));
    assert!(objects[1]["file"].as_str().unwrap().ends_with("linked/a.wav"));
    assert!(run.err.contains("1 link that leads back"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn names_with_control_characters_are_shown_escaped() {
    let root = folder("control");
    let [good, bad] = ["a\n\x1b[2Jb.wav", "x\ry.wav"].map(|name| root.join(name));
    write_wav(&good, 16_000, 1, &tone());
    fs::write(&bad, "not audio").unwrap();
    for arguments in [vec![root.clone()], vec![good.clone()], vec![bad]] {
        let run = run(arguments);
        assert!(!run.out.contains(['\x1b', '\r']) && !run.err.contains(['\x1b', '\r']), "{run:?}");
        assert!(run.out.contains("a\\n\\u{1b}[2Jb.wav") || run.err.contains("x\\ry.wav"), "{run:?}");
    }
    assert_eq!(json([&good]).1[0]["file"], good.to_str().unwrap());
}

/// Not on every system: macOS refuses to create such names.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8_survive() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let root = folder("not-utf8");
    let path = root.join(OsStr::from_bytes(b"caf\xe9.wav"));
    write_wav(&path, 16_000, 1, &tone());
    let out = root.join("out");
    let (run, objects) = json([root.as_path(), Path::new("--out"), &out]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let bytes = |name: &str| -> PathBuf {
        let bytes: Vec<u8> = serde_json::from_value(objects[0][name].clone()).unwrap();
        PathBuf::from(OsStr::from_bytes(&bytes))
    };
    assert_eq!(bytes("file_bytes"), path);
    assert!(objects[0]["file"].as_str().unwrap().ends_with("caf\u{fffd}.wav"));
    assert_eq!(read_npy(&bytes("out_bytes")).0, [80, 50]);
    let text = common::run([&path]);
    assert!(text.out.contains("caf\\xe9.wav"), "{}", text.out);
}

#[test]
fn shells_and_man_are_served_from_the_same_definition() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let run = run(["--completions", shell]);
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{shell}");
        for option in ["files-from", "shard-size", "completions"] {
            assert!(run.out.contains(option), "{option} for {shell}");
        }
    }
    let page = run(["--man"]);
    assert_eq!(page.code, Some(0));
    assert!(
        page.out.contains(".TH mojo-audio 1") && page.out.contains("\\-\\-files\\-from"),
        "{}",
        page.out
    );
    // A script that a shell refuses is of no use.
    if let Ok(mut bash) = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn() {
        let script = run(["--completions", "bash"]).out;
        bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        assert!(bash.wait().unwrap().success());
    }
}
