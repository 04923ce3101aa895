//! Inputs of any length: the bits of the whole, and memory that does not grow.

mod common;

use common::{folder, read_npy, run, write_wav};
use mojo_audio_core::{MelConfig, MelExtractor};
use std::path::{Path, PathBuf};

/// Six minutes, longer than what is held whole; the loudest part is neither at the start nor at the
/// end, so that levels before and after it depend on it.
fn recording(path: &Path) -> Vec<f32> {
    let samples: Vec<i16> = (0..6 * 60 * 16_000)
        .map(|i| {
            let seconds = f64::from(i) / 16_000.0;
            let loud = if (200.0..201.0).contains(&seconds) { 30_000.0 } else { 20.0 };
            ((seconds * 2_000.0).sin() * loud * (1.0 + (seconds * 3.0).sin()) / 2.0) as i16
        })
        .collect();
    write_wav(path, 16_000, 1, &samples);
    samples.iter().map(|&sample| f32::from(sample) / 32_768.0).collect()
}

#[test]
fn long_inputs_have_the_bits_of_the_whole() {
    let root = folder("long");
    let wav = root.join("x.wav");
    let samples = recording(&wav);
    let out = root.join("x.npy");
    for assignments in [
        &[][..],
        &["layout=frame_major"],
        &["subtract_reference=true"],
        &["n_mfcc=13"],
        // Not in blocks: the deviation needs all frames.
        &["normalize=deviation"],
        &["reference=none"],
    ] {
        let mut config = MelConfig::whisper();
        let mut arguments = vec![wav.clone(), "--out".into(), out.clone()];
        for assignment in assignments {
            let (option, value) = assignment.split_once('=').unwrap();
            config.set(option, value).unwrap();
            arguments.extend(["--set".into(), PathBuf::from(assignment)]);
        }
        let run = run(arguments);
        assert_eq!(run.code, Some(0), "{assignments:?}: {}", run.err);
        assert!(
            run.out.contains("5760000 samples") && run.out.contains("  Hz\n")
                || *assignments == ["n_mfcc=13"]
        );
        let expected = MelExtractor::new(&config).unwrap().compute(&samples).unwrap();
        let (shape, values) = read_npy(&out);
        assert_eq!(shape.iter().product::<usize>(), expected.data().len());
        assert!(values == expected.data(), "{assignments:?}");
    }
}

#[test]
fn long_inputs_go_into_archives_too() {
    let root = folder("long-archive");
    let wav = root.join("x.wav");
    let samples = recording(&wav);
    let expected = MelExtractor::new(&MelConfig::whisper()).unwrap().compute(&samples).unwrap();
    let (n_rows, n_frames) = (expected.n_mels(), expected.n_frames());
    let out = format!("ark,scp:{0}/f.ark,{0}/f.scp", root.display());
    assert_eq!(run([wav.clone(), "--out".into(), out.into()]).code, Some(0));
    let bytes = std::fs::read(root.join("f.ark")).unwrap();
    let values: Vec<f32> = bytes[bytes.len() - 4 * n_rows * n_frames..]
        .chunks_exact(4)
        .map(|value| f32::from_le_bytes(value.try_into().unwrap()))
        .collect();
    assert!((0..n_rows * n_frames).all(|i| values[i] == expected.get(i % n_rows, i / n_rows)));
    let tar = root.join("f.tar");
    assert_eq!(run([wav.clone(), "--out".into(), tar.clone()]).code, Some(0));
    let bytes = std::fs::read(tar).unwrap();
    let npy = root.join("x.npy");
    std::fs::write(&npy, &bytes[512..512 + 128 + 4 * n_rows * n_frames]).unwrap();
    assert!(read_npy(&npy).1 == expected.data());
}

/// Two hours of 16-bit samples are 230 MB, and so are their features: a quarter of that has to be
/// enough for both.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_length() {
    use std::io::{Seek, SeekFrom, Write};
    let root = folder("memory");
    let wav = root.join("x.wav");
    let n = 2 * 3600 * 16_000_u32;
    write_wav(&wav, 16_000, 1, &common::tone());
    let mut file = std::fs::OpenOptions::new().write(true).open(&wav).unwrap();
    for (at, size) in [(4, 36 + 2 * n), (40, 2 * n)] {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(&size.to_le_bytes()).unwrap();
    }
    // Silence that takes no room on the disk.
    file.set_len(44 + 2 * u64::from(n)).unwrap();
    let out = root.join("x.npy");
    let limited = |kilobytes: u32, input: &Path| {
        std::process::Command::new("sh")
            .args(["-c", &format!("ulimit -d {kilobytes} && exec \"$@\""), "sh"])
            .arg(env!("CARGO_BIN_EXE_mojo-audio"))
            .args([input, Path::new("--out"), &out])
            .output()
            .unwrap()
    };
    let output = limited(100_000, &wav);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let size = std::fs::metadata(&out).unwrap().len();
    assert_eq!(size, 128 + 4 * 80 * u64::from(n / 160));
    std::fs::remove_file(&out).unwrap();
    // The limit is one: with little of it not even the start of the program succeeds.
    assert!(!limited(300, &common::speech()).status.success());
}
