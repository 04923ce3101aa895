//! `mojo-audio identify`: which configuration makes these features of this recording?

mod matrix;
mod npz;
mod picture;
mod report;

use crate::args::{Assignment, assignment};
use crate::failure::Failure;
use crate::inputs::shown;
use crate::{interrupt, model};
use clap::builder::PossibleValuesParser;
use indicatif::{ProgressBar, ProgressStyle};
use matrix::{Form, Matrix};
use mojo_audio_core::config::Layout;
use mojo_audio_core::{MelConfig, PRESETS};
use mojo_audio_files::{AudioFile, Block};
use mojo_audio_identify::{
    Features, LEAST_PROBE_RATE, MOST_SAMPLE_RATE, Request, difference, identify,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The rate of a probe for which none is named, in hertz.
const PROBE_RATE: u32 = 16_000;

/// Finds the configuration that makes given features of a recording.
///
/// Reads the recording (mixed down to one channel, at its own rate) and features that another program made
/// of it, in either orientation: NumPy's .npy or .npz, or raw float32 with --shape. Prints the options, code, how far
/// off they are, and what this recording leaves open.
#[derive(Debug, clap::Args)]
pub struct IdentifyArgs {
    /// The recording
    #[arg(value_hint = clap::ValueHint::FilePath, required_unless_present = "probe")]
    audio: Option<PathBuf>,

    /// What the other program made of it: FILE.npy, FILE.npz, or raw little-endian float32 with --shape
    #[arg(value_hint = clap::ValueHint::FilePath, required_unless_present = "probe")]
    features: Option<PathBuf>,

    #[command(flatten)]
    form: Form,

    /// A recipe that is suspected: the search starts there
    #[arg(short, long, value_name = "NAME", value_parser = PossibleValuesParser::new(PRESETS.iter().copied()))]
    preset: Option<String>,

    /// A model's recipe that is suspected: its preprocessor_config.json or NeMo's model_config.yaml, or the folder that
    /// has it, or Kaldi's fbank.conf
    #[arg(short, long, value_name = "FILE|FOLDER", conflicts_with = "preset")]
    config: Option<PathBuf>,

    /// An option that is known, as in n_fft=512; repeatable. sample_rate resamples the recording first
    #[arg(short, long, value_name = "OPTION=VALUE", value_parser = assignment)]
    set: Vec<Assignment>,

    /// Ends the search after this many seconds with the best so far
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = seconds)]
    seconds: f64,

    /// Prints one JSON object
    #[arg(long)]
    json: bool,

    /// Saves a picture of the features, of those of the best configuration, and of how far they are apart
    #[arg(long, value_name = "FILE.png", value_hint = clap::ValueHint::FilePath)]
    png: Option<PathBuf>,

    /// Writes a recording that is made to tell options apart (WAV, 16 bits; at 16,000 Hz unless --set
    /// sample_rate=… is given), and exits: run it through the program in question
    #[arg(long, value_name = "FILE.wav",
          conflicts_with_all = ["audio", "features", "shape", "array", "preset", "config", "seconds", "json", "png"])]
    probe: Option<PathBuf>,
}

/// Says what differs between two files of features.
#[derive(Debug, clap::Args)]
pub struct DiffArgs {
    /// Features: FILE.npy, FILE.npz, or raw little-endian float32 with --shape
    #[arg(value_hint = clap::ValueHint::FilePath)]
    first: PathBuf,

    /// Features to compare with them
    #[arg(value_hint = clap::ValueHint::FilePath)]
    second: PathBuf,

    #[command(flatten)]
    form: Form,

    /// Frames are the first axis
    #[arg(long)]
    frame_major: bool,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds: &f64| (0.1..=86_400.0).contains(seconds));
    seconds.ok_or_else(|| "expected seconds, from 0.1 to 86400".into())
}

/// 0: found. 1: not found, or a file that can't be read. 130: interrupted.
pub fn run(args: &IdentifyArgs) -> ExitCode {
    finish(search(args))
}

/// 0: the same up to rounding. 1: not, or a file that can't be read.
pub fn diff(args: &DiffArgs) -> ExitCode {
    finish(compare(args))
}

fn finish(result: Result<ExitCode, Failure>) -> ExitCode {
    result.unwrap_or_else(|failure| {
        crate::report::complain(&format!("error: {failure}\n"));
        ExitCode::FAILURE
    })
}

fn compare(args: &DiffArgs) -> Result<ExitCode, Failure> {
    let first = Matrix::read(&args.first, &args.form)?;
    let second = Matrix::read(&args.second, &args.form)?;
    args.form.check(&[&first, &second])?;
    let layout = if args.frame_major { Layout::FrameMajor } else { Layout::MelMajor };
    let found = difference(features(&args.first, &first)?, features(&args.second, &second)?, layout);
    let printed = crate::report::print_all(report::difference(&found).as_bytes());
    Ok(if found.same { printed } else { ExitCode::FAILURE })
}

fn features<'a>(path: &Path, matrix: &'a Matrix) -> Result<Features<'a>, Failure> {
    Features::new(&matrix.values, matrix.shape)
        .map_err(|error| Failure::new("features", format!("{}: {error}", shown(path))))
}

fn search(args: &IdentifyArgs) -> Result<ExitCode, Failure> {
    let fixed: Vec<(String, String)> =
        args.set.iter().map(|set| (set.option.clone(), set.value.clone())).collect();
    let mut known = MelConfig::default();
    for (option, value) in &fixed {
        known
            .set(option, value)
            .map_err(|error| Failure::new(error.code(), format!("--set {option}={value}: {error}")))?;
    }
    let rate = fixed.iter().any(|(option, _)| option == "sample_rate").then_some(known.sample_rate);
    if let Some(path) = &args.probe {
        let rate = rate.unwrap_or(PROBE_RATE);
        if !(LEAST_PROBE_RATE..=MOST_SAMPLE_RATE).contains(&rate) {
            let text = format!(
                "sample_rate must be from {LEAST_PROBE_RATE} to {MOST_SAMPLE_RATE} for a probe, got {rate}"
            );
            return Err(Failure::new("config", text));
        }
        if let Some((option, _)) = fixed.iter().find(|(option, _)| option != "sample_rate") {
            let text = format!("--set must name sample_rate with --probe, got {option}");
            return Err(Failure::new("config", text));
        }
        let samples = mojo_audio_identify::probe(rate);
        fs::write(path, wav(&samples, rate))
            .map_err(|error| Failure::new("output", format!("can't write {}: {error}", shown(path))))?;
        return Ok(ExitCode::SUCCESS);
    }
    let (Some(audio), Some(path)) = (&args.audio, &args.features) else {
        return Err(Failure::new("internal", "no files were named"));
    };
    let matrix = Matrix::read(path, &args.form)?;
    args.form.check(&[&matrix])?;
    let features = features(path, &matrix)?;
    let input_rate = fixed.iter().find(|(option, _)| option == "input_rate");
    if let Some((_, rate)) = input_rate {
        let text =
            format!("--set input_rate={rate}: must not be set, as the recording says its own rate");
        return Err(Failure::new("config", text));
    }
    let (samples, rate) = read(audio, rate)?;
    let start = match (&args.preset, &args.config) {
        (Some(preset), _) => Some(MelConfig::preset(preset)?),
        (None, Some(path)) => Some(
            model::config(path).map_err(|error| Failure::new("config", format!("--config {error}")))?,
        ),
        (None, None) => None,
    };
    interrupt::listen();
    let progress = progress(args.json);
    let request = Request {
        start: start.as_ref(),
        fixed: &fixed,
        budget: Duration::from_secs_f64(args.seconds),
        stop: Some(&interrupt::requested),
        progress: Some(&|what, distance| {
            let best = if distance.is_finite() {
                format!("; best so far off by {distance:.1e} of the spread")
            } else {
                String::new()
            };
            progress.set_message(format!("{what}{best}"));
        }),
        ..Request::new(&samples, rate, features)
    };
    let started = Instant::now();
    let identified = identify(&request);
    progress.finish_and_clear();
    let identified = identified.map_err(|error| Failure::new("identify", error.to_string()))?;
    let context =
        report::Context { audio, features: path, shape: matrix.shape, seconds: started.elapsed() };
    let text = if args.json {
        report::json(&identified, &context)
    } else {
        report::text(&identified, &context)
    };
    let printed = crate::report::print_all(text.as_bytes());
    if let Some(file) = &args.png {
        picture::save(file, &identified, &matrix, &samples, [path, audio])?;
    }
    Ok(if interrupt::requested() {
        ExitCode::from(interrupt::EXIT_CODE)
    } else if identified.verdict.is_found() {
        printed
    } else {
        ExitCode::FAILURE
    })
}

/// One channel at a rate, or at that of the file.
fn read(path: &Path, rate: Option<u32>) -> Result<(Vec<f32>, u32), Failure> {
    let at = |error: mojo_audio_files::Error| {
        Failure::new(error.code(), format!("{}: {error}", shown(path)))
    };
    let file = AudioFile::open(path).map_err(at)?;
    let rate = rate.unwrap_or(file.source().sample_rate);
    let mut mono = file.mono(rate).map_err(at)?;
    let mut samples = Vec::new();
    while let Some(block) = mono.next_block().map_err(at)? {
        match block {
            Block::I16(block) => {
                samples.extend(block.iter().map(|&sample| f32::from(sample) / 32_768.0))
            }
            Block::F32(block) => samples.extend_from_slice(block),
        }
    }
    for warning in mono.warnings() {
        crate::report::warn(&format!("{}: {warning}", shown(path)));
    }
    Ok((samples, rate))
}

/// A WAV file of one channel of 16-bit integers.
fn wav(samples: &[i16], rate: u32) -> Vec<u8> {
    let size = 2 * samples.len() as u32;
    let mut bytes = Vec::with_capacity(44 + size as usize);
    bytes.extend_from_slice(b"RIFF");
    bytes.extend_from_slice(&(36 + size).to_le_bytes());
    bytes.extend_from_slice(b"WAVEfmt ");
    bytes.extend_from_slice(&16u32.to_le_bytes());
    for half in [1u16, 1] {
        bytes.extend_from_slice(&half.to_le_bytes());
    }
    bytes.extend_from_slice(&rate.to_le_bytes());
    bytes.extend_from_slice(&(2 * rate).to_le_bytes());
    for half in [2u16, 16] {
        bytes.extend_from_slice(&half.to_le_bytes());
    }
    bytes.extend_from_slice(b"data");
    bytes.extend_from_slice(&size.to_le_bytes());
    samples.iter().for_each(|sample| bytes.extend_from_slice(&sample.to_le_bytes()));
    bytes
}

/// A line that says what is searched: on standard error, and only if that is a terminal.
fn progress(is_hidden: bool) -> ProgressBar {
    if is_hidden {
        return ProgressBar::hidden();
    }
    let line = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{elapsed}: {wide_msg}") {
        line.set_style(style);
    }
    line
}
