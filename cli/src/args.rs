//! The command line: its options, their help and the texts that they take.

use crate::identify::{DiffArgs, IdentifyArgs};
use crate::inputs::Shard;
use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use mojo_audio_core::PRESETS;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  mojo-audio speech.wav                             Whisper's log-mel, shown
  mojo-audio speech.mp3 --out mel.npy --png mel.png saved as well
  mojo-audio recordings/ --out features/            every audio file below a folder
  mojo-audio speech.wav --config models/whisper     the features of a model in this folder
  mojo-audio recordings/ --out features/ --resume   what is missing or outdated of that
  mojo-audio --files-from list.txt --out feats.parquet --manifest feats.jsonl
  mojo-audio corpus/ --out feats.tar --shard-size 1000 --shard 1/4
  mojo-audio corpus/ --preset kaldi-fbank --out ark,scp:feats.ark,feats.scp
  mojo-audio speech.wav --preset kaldi-fbank --set dither=1 --mfcc 13
  mojo-audio *.flac --json | jq .shape              one JSON object per line
  mojo-audio identify speech.wav theirs.npy         the options that make another program's features
  mojo-audio diff ours.npy theirs.npy               what differs between two files of features

Exit code: 0 done, 1 a file failed (the others are done), 2 wrong usage (nothing is done), 130
interrupted (what is done stays).";

/// Mel spectrograms of audio files: Whisper's log-mel and the features of other models.
///
/// Reads WAV, FLAC, MP3, Ogg Vorbis and Opus, other formats through ffmpeg if that is installed; mixes
/// all channels down to one, resamples to the rate of the preset, and computes the features. One file is shown in full with a picture; several
/// give a line each.
#[derive(Debug, Parser)]
#[command(name = "mojo-audio", version, after_help = EXAMPLES, max_term_width = 100,
          args_conflicts_with_subcommands = true, subcommand_negates_reqs = true,
          disable_help_subcommand = true)]
pub struct Args {
    #[command(subcommand)]
    pub tool: Option<Tool>,

    /// Audio files, folders that are searched for them (*.wav, *.flac, *.mp3, *.opus, …), or - for one
    /// file from standard input
    #[arg(value_name = "FILE|FOLDER", value_hint = clap::ValueHint::AnyPath,
          required_unless_present_any = ["list", "files_from", "completions", "man"])]
    pub inputs: Vec<PathBuf>,

    /// Reads further inputs from a file, one per line; - is standard input
    #[arg(long, value_name = "LIST", value_hint = clap::ValueHint::FilePath)]
    pub files_from: Option<PathBuf>,

    /// The names in that file end with a NUL character, as `find -print0` writes them
    #[arg(short = '0', long, requires = "files_from")]
    pub null: bool,

    /// Searches folders behind symbolic links, too
    #[arg(long)]
    pub follow: bool,

    /// Takes only part I of N of the inputs, to split them over N machines: 1/4 to 4/4
    #[arg(long, value_name = "I/N", value_parser = Shard::parse)]
    pub shard: Option<Shard>,

    /// The recipe to start from
    #[arg(short, long, value_name = "NAME", default_value = "whisper",
          value_parser = PossibleValuesParser::new(PRESETS.iter().copied()))]
    pub preset: String,

    /// Takes the recipe from a model instead: its preprocessor_config.json or NeMo's model_config.yaml, or the folder that
    /// has it, or Kaldi's fbank.conf
    #[arg(short, long, value_name = "FILE|FOLDER", conflicts_with = "preset")]
    pub config: Option<PathBuf>,

    /// Subtracts a mean from each row and multiplies it by a scale: FunASR's am.mvn, WeNet's global_cmvn, or
    /// statistics of Kaldi as text
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub row_statistics: Option<PathBuf>,

    /// Changes an option of the recipe, as in n_mels=128; repeatable, --list shows all
    #[arg(short, long, value_name = "OPTION=VALUE", value_parser = assignment)]
    pub set: Vec<Assignment>,

    /// Gives this many cepstral coefficients instead of the bands (n_mfcc)
    #[arg(long, value_name = "COUNT")]
    pub mfcc: Option<u32>,

    /// Pads shorter input with silence to this length: 30s, 500ms, or 480000 samples (pad_to)
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    pub pad_to: Option<Length>,

    /// Saves the features: in a folder as one NumPy file per input (a/b.wav of a searched folder
    /// becomes FOLDER/a/b.npy), in one file that ends in .npy, or all of them in an archive:
    /// FILE.parquet, FILE.arrow (Arrow IPC), FILE.tar (WebDataset) or Kaldi's
    /// ark,scp:FILE.ark,FILE.scp
    #[arg(short, long, value_name = "FOLDER|FILE", value_hint = clap::ValueHint::AnyPath)]
    pub out: Option<OsString>,

    /// Type of the saved numbers
    #[arg(long, value_enum, value_name = "TYPE", default_value_t = Dtype::Float32, requires = "out")]
    pub dtype: Dtype,

    /// Splits an archive into FILE-00000.tar, FILE-00001.tar and so on, this many inputs each
    #[arg(long, value_name = "COUNT", requires = "out")]
    pub shard_size: Option<NonZeroUsize>,

    /// Leaves alone what an earlier run with the same options has saved, where it is newer than its
    /// input; in an archive whole shards
    #[arg(long)]
    pub resume: bool,

    /// Writes a line of JSON for each input to this file, as soon as the input is done
    #[arg(long, value_name = "FILE.jsonl", value_hint = clap::ValueHint::FilePath)]
    pub manifest: Option<PathBuf>,

    /// Saves a picture: to a file if this ends in .png, otherwise into this folder, as --out does
    #[arg(long, value_name = "FILE.png|FOLDER", value_hint = clap::ValueHint::AnyPath)]
    pub png: Option<PathBuf>,

    /// Size of that picture in pixels
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "1200x600", value_parser = size)]
    pub png_size: Size,

    /// Prints one JSON object per input and line; a failed one has "error" with "code" and "message",
    /// and what is odd about a file that was read is in "warnings"
    #[arg(long)]
    pub json: bool,

    /// Leaves out the picture in the terminal
    #[arg(long)]
    pub no_picture: bool,

    /// When to use colour
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,

    /// How many files are worked on at once; as many as there are cores if not given
    #[arg(short, long, value_name = "COUNT")]
    pub jobs: Option<NonZeroUsize>,

    /// Shows every preset and every option with its default, and exits
    #[arg(long, conflicts_with_all = ["json", "out", "png"])]
    pub list: bool,

    /// Prints a script that completes this command in a shell, and exits
    #[arg(long, value_enum, value_name = "SHELL")]
    pub completions: Option<Shell>,

    /// Prints the manual page, and exits
    #[arg(long)]
    pub man: bool,
}

/// What the command can do instead of computing features.
#[derive(Debug, Subcommand)]
pub enum Tool {
    /// Finds the configuration that makes given features of a recording
    Identify(IdentifyArgs),
    /// Says what differs between two files of features
    Diff(DiffArgs),
}

/// The type of saved numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Dtype {
    /// 32-bit floats, as they are computed
    Float32,
    /// 16-bit floats, rounded to the nearest; a value above 65,504 is an error
    Float16,
}

impl Dtype {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Float32 => "float32",
            Self::Float16 => "float16",
        }
    }

    /// Bytes of a number.
    pub fn size(self) -> usize {
        match self {
            Self::Float32 => 4,
            Self::Float16 => 2,
        }
    }
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// Where the output is a terminal that has it, and NO_COLOR is not set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `OPTION=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub option: String,
    pub value: String,
}

/// A length of audio, as `--pad-to` takes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    Samples(u64),
    Seconds(f64),
}

/// Size of a picture in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: usize,
    pub height: usize,
}

impl Size {
    /// The least and the most pixels of a side.
    pub const LEAST: usize = 320;
    pub const MOST: usize = 16_384;
}

pub fn parse() -> Args {
    Args::parse()
}

pub fn assignment(text: &str) -> Result<Assignment, String> {
    match text.split_once('=') {
        Some((option, value)) if !option.is_empty() => {
            Ok(Assignment { option: option.into(), value: value.into() })
        }
        _ => Err("expected OPTION=VALUE, as in n_mels=128".into()),
    }
}

fn length(text: &str) -> Result<Length, String> {
    let wanted = "expected seconds as in 30s, milliseconds as in 500ms, or samples as in 480000";
    let seconds = |number: &str, unit: f64| match number.trim().parse::<f64>() {
        Ok(value) if value.is_finite() && value >= 0.0 => Ok(Length::Seconds(value * unit)),
        _ => Err(wanted.to_string()),
    };
    if let Some(number) = text.strip_suffix("ms") {
        seconds(number, 1e-3)
    } else if let Some(number) = text.strip_suffix('s') {
        seconds(number, 1.0)
    } else {
        text.parse().map(Length::Samples).map_err(|_| wanted.into())
    }
}

fn size(text: &str) -> Result<Size, String> {
    let parse = |side: &str| side.parse().ok().filter(|side| (Size::LEAST..=Size::MOST).contains(side));
    match text.split_once('x').map(|(width, height)| (parse(width), parse(height))) {
        Some((Some(width), Some(height))) => Ok(Size { width, height }),
        _ => Err(format!(
            "expected WIDTHxHEIGHT, each from {} to {}, as in 1200x600",
            Size::LEAST,
            Size::MOST
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn lengths_are_seconds_milliseconds_or_samples() {
        assert_eq!(length("30s"), Ok(Length::Seconds(30.0)));
        assert_eq!(length("0.5s"), Ok(Length::Seconds(0.5)));
        assert_eq!(length("500ms"), Ok(Length::Seconds(0.5)));
        assert_eq!(length("480000"), Ok(Length::Samples(480_000)));
        for wrong in ["", "s", "-1s", "infs", "NaNs", "30m", "1.5", "-3", "30 seconds"] {
            assert!(length(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_assignment_splits_at_the_first_equals_sign() {
        let parsed = assignment("window=a=b").unwrap();
        assert_eq!((parsed.option.as_str(), parsed.value.as_str()), ("window", "a=b"));
        assert!(assignment("n_mels").is_err());
        assert!(assignment("=3").is_err());
    }

    #[test]
    fn sizes_are_bounded() {
        assert_eq!(size("1200x600"), Ok(Size { width: 1200, height: 600 }));
        for wrong in ["1200", "0x600", "1200x", "99999x600", "-5x600", "axb"] {
            assert!(size(wrong).is_err(), "{wrong:?}");
        }
    }
}
