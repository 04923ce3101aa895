//! What the command line asks for, checked: a usable extractor and where everything goes.

use crate::args::{Args, Color, Length, Size};
use crate::outputs::Target;
use clap::CommandFactory;
use clap::error::{Error as UsageError, ErrorKind};
use mojo_audio_core::{MelConfig, MelExtractor};
use std::io::IsTerminal;
use std::num::NonZeroUsize;

/// Everything that the work on each file needs.
pub struct Settings {
    /// The preset's name, or the path that --config names.
    pub recipe: String,
    pub is_preset: bool,
    pub extractor: MelExtractor,
    pub out: Option<Target>,
    pub png: Option<Target>,
    pub png_size: Size,
    pub json: bool,
    pub picture: bool,
    pub palette: Palette,
    pub jobs: Option<NonZeroUsize>,
}

/// The colours that the output can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    /// None: plain characters.
    Plain,
    /// The 256 indexed colours of xterm.
    Indexed,
    /// 24 bits.
    True,
}

impl Settings {
    /// # Errors
    /// A usage error, ready to be shown, that names the option and what is wrong with it.
    pub fn new(args: &Args) -> Result<Self, UsageError> {
        let config = config(args)?;
        let extractor = MelExtractor::new(&config).map_err(wrong)?;
        let empty = extractor.empty_filters();
        if !empty.is_empty() {
            let bands: Vec<String> = empty.iter().map(ToString::to_string).collect();
            crate::report::warn(&format!(
                "no frequency of the transform falls into these mel bands, which stay empty: {}; \
                 a larger n_fft or a smaller n_mels fills them",
                bands.join(", ")
            ));
        }
        Ok(Self {
            recipe: match &args.config {
                None => args.preset.clone(),
                Some(path) => path.display().to_string(),
            },
            is_preset: args.config.is_none(),
            extractor,
            out: args.out.clone().map(|path| Target::new(path, "npy")),
            png: args.png.clone().map(|path| Target::new(path, "png")),
            png_size: args.png_size,
            json: args.json,
            picture: !args.no_picture && !args.json,
            palette: palette(args.color),
            jobs: args.jobs,
        })
    }

    pub fn config(&self) -> &MelConfig {
        self.extractor.config()
    }

    /// Whether anything is written besides the report.
    pub fn saves(&self) -> bool {
        self.out.is_some() || self.png.is_some()
    }
}

/// An error of usage: it goes to standard error with the way to help, and the exit code is 2.
pub fn usage_error(message: String) -> UsageError {
    Args::command().error(ErrorKind::ValueValidation, message)
}

fn wrong(error: mojo_audio_core::Error) -> UsageError {
    usage_error(error.to_string())
}

fn config(args: &Args) -> Result<MelConfig, UsageError> {
    let mut config = match &args.config {
        None => MelConfig::preset(&args.preset).map_err(wrong)?,
        Some(path) => {
            crate::model::config(path).map_err(|error| usage_error(format!("--config {error}")))?
        }
    };
    for assignment in &args.set {
        config.set(&assignment.option, &assignment.value).map_err(|error| {
            usage_error(format!("--set {}={}: {error}", assignment.option, assignment.value))
        })?;
    }
    if args.mfcc.is_some() {
        config.n_mfcc = args.mfcc;
    }
    match args.pad_to {
        None => {}
        Some(Length::Samples(samples)) => config.pad_to = Some(samples),
        Some(Length::Seconds(seconds)) => {
            // Beyond 2^53 a float no longer counts single samples, nor could memory hold them.
            let samples = (seconds * f64::from(config.sample_rate)).round();
            if samples > 9_007_199_254_740_992.0 {
                return Err(usage_error(format!("--pad-to: {seconds} s is too long")));
            }
            config.pad_to = Some(samples as u64);
        }
    }
    config.check().map_err(wrong)?;
    Ok(config)
}

fn palette(color: Color) -> Palette {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let wanted = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            std::io::stdout().is_terminal()
                && variable("NO_COLOR").is_empty()
                && variable("TERM") != "dumb"
        }
    };
    if !wanted {
        Palette::Plain
    } else if ["truecolor", "24bit"].contains(&variable("COLORTERM").as_str()) || cfg!(windows) {
        Palette::True
    } else {
        Palette::Indexed
    }
}
