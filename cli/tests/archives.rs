//! Archives, read back by parsers of their formats that know nothing of the program. Parquet and Arrow
//! are read by pyarrow in `.ci/nightly`.

mod common;

use common::{data, folder, read_npy, run, tone, write_wav};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Shape and values.
type Features = (Vec<usize>, Vec<f32>);

/// Recordings whose names are hard for one format or the other, and their features by `--out FOLDER`.
fn library(test: &str) -> (PathBuf, BTreeMap<String, Features>) {
    let root = folder(test);
    let input = root.join("in");
    fs::create_dir_all(input.join("a b")).unwrap();
    let long = format!("{}.wav", "long".repeat(40));
    for (i, name) in ["x.wav", "a b/dots.in it.wav", "z.wav", &long].into_iter().enumerate() {
        write_wav(&input.join(name), 16_000, 1, &tone()[..2_000 + 1_000 * i]);
    }
    fs::copy(data("speech.flac"), input.join("z.flac")).unwrap();
    let out = root.join("npy");
    let run = run([&input, Path::new("--out"), &out]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let names = ["x", "a b/dots.in it", "z.wav", "z.flac", long.trim_end_matches(".wav")];
    let all = names.map(|name| (name.to_string(), read_npy(&out.join(format!("{name}.npy")))));
    (input, all.into())
}

/// A (n_mels, n_frames) matrix as frames.
fn turned((shape, values): &Features) -> Vec<f32> {
    (0..values.len()).map(|i| values[i % shape[0] * shape[1] + i / shape[0]]).collect()
}

/// A binary float matrix of Kaldi's at an offset: rows, columns, values, and what follows.
fn kaldi_matrix(bytes: &[u8]) -> (usize, usize, Vec<f32>, &[u8]) {
    assert_eq!(&bytes[..6], b"\0BFM \x04");
    let number = |at: usize| i32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let (rows, columns) = (number(6), number(11));
    assert_eq!(bytes[10], 4);
    let (values, rest) = bytes[15..].split_at(4 * rows * columns);
    let values = values.chunks_exact(4).map(|x| f32::from_le_bytes(x.try_into().unwrap())).collect();
    (rows, columns, values, rest)
}

#[test]
fn kaldi_archives_have_every_matrix_where_the_script_file_says() {
    let (input, expected) = library("kaldi");
    let root = input.parent().unwrap();
    let (ark, scp) = (root.join("deep.er.ark"), root.join("f.scp"));
    let out = format!("ark,scp:{},{}", ark.display(), scp.display());
    let run = run([input.clone(), "--out".into(), out.into()]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let keys: BTreeMap<String, &Features> =
        expected.iter().map(|(name, features)| (name.replace(' ', "_"), features)).collect();
    let bytes = fs::read(&ark).unwrap();

    // In order, as Kaldi reads the archive.
    let mut rest = &bytes[..];
    let mut found = Vec::new();
    while !rest.is_empty() {
        let end = rest.iter().position(|&byte| byte == b' ').unwrap();
        let key = std::str::from_utf8(&rest[..end]).unwrap();
        let (rows, columns, values, after) = kaldi_matrix(&rest[end + 1..]);
        let features = keys[key];
        assert_eq!([columns, rows], features.0[..], "{key}");
        assert_eq!(values, turned(features), "{key}");
        found.push(key);
        rest = after;
    }
    assert_eq!(found.len(), keys.len());

    // By place, as the script file says.
    let lines = fs::read_to_string(&scp).unwrap();
    let mut places = 0;
    for (line, key) in lines.lines().zip(&found) {
        let (name, place) = line.split_once(' ').unwrap();
        let (path, offset) = place.rsplit_once(':').unwrap();
        assert_eq!((name, Path::new(path)), (*key, ark.as_path()));
        let (rows, _, values, _) = kaldi_matrix(&bytes[offset.parse::<usize>().unwrap()..]);
        assert_eq!((rows, values), (keys[name].0[1], turned(keys[name])));
        places += 1;
    }
    assert_eq!(places, found.len());
}

/// The members of a tar archive: POSIX' blocks, with GNU's long names.
fn tar_members(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let text = |field: &[u8]| {
        String::from_utf8(field.iter().copied().take_while(|&byte| byte != 0).collect()).unwrap()
    };
    let mut members = Vec::new();
    let (mut at, mut long_name) = (0, None);
    while bytes[at] != 0 {
        let header = &bytes[at..at + 512];
        let sum: u32 = header
            .iter()
            .enumerate()
            .map(|(i, &byte)| if (148..156).contains(&i) { 32 } else { u32::from(byte) })
            .sum();
        let octal = |range: std::ops::Range<usize>| {
            usize::from_str_radix(text(&header[range]).trim(), 8).unwrap()
        };
        assert_eq!(octal(148..156), sum as usize);
        let size = octal(124..136);
        let content = bytes[at + 512..at + 512 + size].to_vec();
        match header[156] {
            b'L' => long_name = Some(text(&content)),
            _ => members.push((long_name.take().unwrap_or_else(|| text(&header[..100])), content)),
        }
        at += 512 + size.next_multiple_of(512);
    }
    assert!(bytes[at..].len() >= 1024 && bytes[at..].iter().all(|&byte| byte == 0));
    members
}

#[test]
fn tar_archives_have_samples_as_webdataset_groups_them() {
    let (input, expected) = library("tar");
    let root = input.parent().unwrap();
    let tar = root.join("f.tar");
    let run = run([input.clone(), "--out".into(), tar.clone()]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let members = tar_members(&fs::read(&tar).unwrap());
    let mut found = 0;
    for pair in members.chunks(2) {
        // The key is all up to the first dot of the last part; members of a key follow each other.
        let key = |name: &str| {
            let slash = name.rfind('/').map_or(0, |slash| slash + 1);
            let dot = slash + name[slash..].find('.').unwrap();
            (name[..dot].to_string(), name[dot + 1..].to_string())
        };
        let ((a, npy), (b, json)) = (key(&pair[0].0), key(&pair[1].0));
        assert_eq!((&a, npy.as_str(), json.as_str()), (&b, "npy", "json"));
        let original = expected.keys().find(|name| {
            let slash = name.rfind('/').map_or(0, |slash| slash + 1);
            a == format!("{}{}", &name[..slash], name[slash..].replace('.', "_"))
        });
        let features = &expected[original.unwrap()];
        let file = root.join("member.npy");
        fs::write(&file, &pair[0].1).unwrap();
        assert_eq!(read_npy(&file), *features, "{a}");
        let about: Value = serde_json::from_slice(&pair[1].1).unwrap();
        assert_eq!(about["key"], a);
        assert_eq!(about["shape"], serde_json::json!(features.0));
        assert_eq!(about["sample_rate"], 16_000);
        found += 1;
    }
    assert_eq!(found, expected.len());
}

#[test]
fn float16_is_the_nearest_to_float32() {
    let root = folder("float16");
    let [whole, half] = ["whole.npy", "half.npy"].map(|name| root.join(name));
    assert_eq!(run([data("speech.flac"), "--out".into(), whole.clone()]).code, Some(0));
    let arguments =
        [data("speech.flac"), "--out".into(), half.clone(), "--dtype".into(), "float16".into()];
    assert_eq!(run(arguments).code, Some(0));
    let (shape, values) = read_npy(&whole);
    let bytes = fs::read(&half).unwrap();
    let header = std::str::from_utf8(&bytes[10..128]).unwrap();
    assert!(header.contains("'<f2'") && header.contains(&format!("({}, {})", shape[0], shape[1])));
    assert_eq!(bytes.len(), 128 + 2 * values.len());
    for (bytes, value) in bytes[128..].chunks_exact(2).zip(values) {
        // IEEE 754: a sign, 5 bits of exponent less 15, 10 bits of fraction.
        let bits = u16::from_le_bytes([bytes[0], bytes[1]]);
        let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
        let magnitude = match exponent {
            0 => fraction * 2_f64.powi(-24),
            _ => (1024.0 + fraction) * 2_f64.powi(exponent - 25),
        };
        let decoded = if bits >> 15 == 1 { -magnitude } else { magnitude };
        let step = 2_f64.powi(exponent.max(1) - 25);
        assert!((decoded - f64::from(value)).abs() <= step / 2.0, "{value}: {decoded}");
    }
}

#[test]
fn values_that_float16_has_no_room_for_are_refused() {
    let root = folder("float16-refused");
    let loud: Vec<i16> = (0..8_000).map(|i| ((f64::from(i) * 0.2).sin() * 32_000.0) as i16).collect();
    write_wav(&root.join("loud.wav"), 16_000, 1, &loud);
    write_wav(&root.join("quiet.wav"), 16_000, 1, &loud.iter().map(|x| x / 1000).collect::<Vec<_>>());
    for out in ["f.tar", "npy"] {
        let out = root.join(out);
        let mut arguments =
            vec![root.join("loud.wav"), root.join("quiet.wav"), "--out".into(), out.clone()];
        arguments
            .extend(["--preset", "librosa", "--set", "mel_norm=none", "--dtype"].map(PathBuf::from));
        arguments.push("float16".into());
        let run = run(arguments);
        assert_eq!(run.code, Some(1), "{}", run.err);
        assert!(run.err.contains("is too large for --dtype float16"), "{}", run.err);
        assert!(run.err.contains("loud.wav"), "{}", run.err);
        assert!(out.exists());
    }
}

#[test]
fn machines_share_the_shards_of_one_run() {
    let (input, _) = library("machines");
    let root = input.parent().unwrap();
    let write = |folder: &str, more: &[&str]| {
        fs::create_dir_all(root.join(folder)).unwrap();
        let out = root.join(folder).join("f.tar");
        let mut arguments = vec![input.clone(), "--out".into(), out];
        arguments.extend(["--shard-size", "2"].iter().chain(more).map(PathBuf::from));
        let run = run(arguments);
        assert_eq!(run.code, Some(0), "{}", run.err);
    };
    write("one", &[]);
    for part in ["1/2", "2/2"] {
        write("two", &["--shard", part]);
    }
    for n in 0..3 {
        let read = |folder: &str| fs::read(root.join(folder).join(format!("f-0000{n}.tar"))).unwrap();
        assert!(read("one") == read("two"), "shard {n}");
    }
    assert!(!root.join("one/f-00003.tar").exists());
    // A folder is split by inputs.
    let shared = root.join("shared");
    for part in ["0/3", "1/3", "2/3"] {
        let arguments = [input.clone(), "--out".into(), shared.clone(), "--shard".into(), part.into()];
        assert_eq!(run(arguments).code, Some(0));
    }
    let count = |folder: &Path| fs::read_dir(folder).unwrap().count();
    assert_eq!(count(&shared), count(&root.join("npy")));
}

#[test]
fn an_archive_that_cannot_be_written_is_told_of_and_leaves_nothing() {
    let (input, _) = library("unwritable");
    let out = input.parent().unwrap().join("missing/f.tar");
    let run = run([input.clone(), "--out".into(), out.clone()]);
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("can't write") && run.err.contains("f.tar"), "{}", run.err);
    assert!(!out.exists());
}

#[test]
fn keys_that_would_be_equal_are_refused_by_name() {
    let root = folder("keys");
    for name in ["a b.wav", "a_b.wav"] {
        write_wav(&root.join(name), 16_000, 1, &tone());
    }
    let out = format!("ark,scp:{0}/f.ark,{0}/f.scp", root.display());
    let run = run([root.clone(), "--out".into(), out.into()]);
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("a_b.wav: its key in the archive would be a_b"), "{}", run.err);
}

#[test]
fn what_a_format_cannot_have_is_wrong_usage() {
    for (arguments, part) in [
        (&["x.wav", "--out", "ark,scp:f.ark"][..], "ark,scp:FILE.ark,FILE.scp"),
        (&["x.wav", "--out", "ark,scp:a,b", "--dtype", "float16"], "Kaldi"),
        (&["x.wav", "--out", "ark,scp:a,b", "--set", "layout=mel_major"], "frame_major"),
        (&["x.wav", "--out", "features", "--shard-size", "5"], "only an archive has shards"),
        (&["x.wav", "--out", "f.tar", "--shard", "5/4"], "I/N"),
        (&["x.wav", "--resume"], "--resume"),
        (&["x.wav", "--manifest", "-"], "--json prints the same lines"),
        (&["x.wav", "--dtype", "float16"], "--out"),
    ] {
        let run = run(arguments);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(run.err.contains(part), "{arguments:?}: {}", run.err);
    }
    let parquet = folder("parquet").join("f.parquet");
    let run = run([Path::new("x.wav"), Path::new("--out"), &parquet]);
    if cfg!(feature = "columns") {
        assert_eq!(run.code, Some(1), "{}", run.err);
    } else {
        assert_eq!(run.code, Some(2), "{}", run.err);
        assert!(run.err.contains("--features columns"), "{}", run.err);
    }
}
