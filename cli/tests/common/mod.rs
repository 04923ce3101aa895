//! Runs the program, and reads and writes the files it works with.

#![allow(dead_code, reason = "each test program uses a part of this")]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The example that the project ships.
pub fn speech() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/speech.wav")
}

/// A file of `tests/data`.
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// An empty folder for one test.
pub fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The program, without the variables of the terminal that runs the tests.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mojo-audio"));
    for variable in ["COLUMNS", "NO_COLOR", "COLORTERM"] {
        command.env_remove(variable);
    }
    command
}

/// What a run gave.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

pub fn run<I: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = I>) -> Run {
    let Output { status, stdout, stderr } = program().args(arguments).output().unwrap();
    let run = Run {
        code: status.code(),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    };
    assert!(!run.err.contains("panicked"), "{}", run.err);
    run
}

/// Runs with `--json` and gives the objects of its lines.
pub fn json<I: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = I>) -> (Run, Vec<Value>) {
    let arguments = arguments.into_iter().map(|argument| argument.as_ref().to_os_string());
    let run = run(arguments.chain(["--json".into()]));
    let objects = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (run, objects)
}

/// Shape and values of a NumPy file, read as its format says.
pub fn read_npy(path: &Path) -> (Vec<usize>, Vec<f32>) {
    let bytes = fs::read(path).unwrap();
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let end = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..end]).unwrap();
    assert!(header.contains("'descr': '<f4'") && header.contains("'fortran_order': False"), "{header}");
    let shape = header.split_once("'shape': (").unwrap().1.split_once(')').unwrap().0;
    let shape: Vec<usize> = shape.split(", ").map(|side| side.parse().unwrap()).collect();
    let values: Vec<f32> = bytes[end..]
        .chunks_exact(4)
        .map(|value| f32::from_le_bytes(value.try_into().unwrap()))
        .collect();
    assert_eq!(values.len(), shape.iter().product::<usize>());
    (shape, values)
}

/// Samples of a 16-bit WAV file with one channel, in the range of -1 to 1.
pub fn read_wav(path: &Path) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).unwrap();
    reader.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_768.0).collect()
}

/// Writes interleaved 16-bit samples.
pub fn write_wav(path: &Path, sample_rate: u32, channels: u16, samples: &[i16]) {
    let format = hound::WavSpec {
        channels,
        sample_rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, format).unwrap();
    for &sample in samples {
        writer.write_sample(sample).unwrap();
    }
    writer.finalize().unwrap();
}

/// Half a second of a quiet tone, 16 kHz.
pub fn tone() -> Vec<i16> {
    (0..8_000).map(|i| ((f64::from(i) * 0.2).sin() * 8_000.0) as i16).collect()
}
