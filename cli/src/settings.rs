//! What the command line asks for, checked: a usable extractor and where everything goes.

use crate::args::{Args, Color, Dtype, Length, Size};
use crate::inputs::Shard;
use crate::sinks::{Archived, Description, Out, Target, WITHOUT_COLUMNS};
use clap::CommandFactory;
use clap::error::{Error as UsageError, ErrorKind};
use mojo_audio_core::{MelConfig, MelExtractor, OPTIONS, Overrides, RowStatistics};
use serde_json::{Map, Value};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Everything that the work on each file needs.
pub struct Settings {
    /// The preset's name, or the path that --config names.
    pub recipe: String,
    pub is_preset: bool,
    pub extractor: MelExtractor,
    /// The mean and the scale of each row, if a file has them.
    pub rows: Option<RowStatistics>,
    pub out: Option<Out>,
    pub dtype: Dtype,
    pub shard_size: Option<NonZeroUsize>,
    pub shard: Option<Shard>,
    pub resume: bool,
    pub manifest: Option<PathBuf>,
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
        let out = args.out.clone().map(Out::parse).transpose();
        let out = out.map_err(|message| usage_error(format!("--out {message}")))?;
        let config = config(args, &out)?;
        check(args, &out)?;
        let file = args.row_statistics.as_deref();
        let of_file = |error: String| usage_error(format!("--row-statistics {error}"));
        let rows = file.map(crate::model::row_statistics).transpose().map_err(of_file)?;
        let overrides = Overrides {
            row_mean: rows.as_ref().map(|rows| rows.mean.as_slice()),
            row_scale: rows.as_ref().map(|rows| rows.scale.as_slice()),
            ..Overrides::default()
        };
        let extractor = match MelExtractor::with_overrides(&config, overrides) {
            Ok(extractor) => extractor,
            Err(error) => {
                let is_of_file = [Some("row_mean"), Some("row_scale")].contains(&error.field());
                return Err(match file.filter(|_| is_of_file) {
                    Some(file) => of_file(format!("{}: {error}", crate::inputs::shown(file))),
                    None => wrong(error),
                });
            }
        };
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
                Some(path) => crate::inputs::shown(path),
            },
            is_preset: args.config.is_none(),
            extractor,
            rows,
            out,
            dtype: args.dtype,
            shard_size: args.shard_size,
            shard: args.shard,
            resume: args.resume,
            manifest: args.manifest.clone(),
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
        self.out.is_some() || self.png.is_some() || self.manifest.is_some()
    }

    /// All that the features depend on, as texts by name.
    pub fn options(&self) -> Map<String, Value> {
        let config = self.config();
        let mut recipe = Map::new();
        recipe.insert("mojo_audio".into(), env!("CARGO_PKG_VERSION").into());
        for option in OPTIONS {
            recipe.insert(option.name.into(), config.get(option.name).unwrap_or_default().into());
        }
        recipe.insert("dtype".into(), self.dtype.name().into());
        if let Some(rows) = &self.rows {
            for (name, values) in [("row_mean", &rows.mean), ("row_scale", &rows.scale)] {
                let mut hasher = DefaultHasher::new();
                values.iter().for_each(|value| value.to_bits().hash(&mut hasher));
                recipe.insert(
                    name.into(),
                    format!("{} values, {:016x}", values.len(), hasher.finish()).into(),
                );
            }
        }
        recipe
    }

    /// What all matrices of an archive have in common.
    pub fn description(&self) -> Description {
        Description {
            n_rows: self.extractor.n_mels(),
            dtype: self.dtype,
            recipe: Value::Object(self.options()).to_string(),
        }
    }
}

/// Checks what the options say of the places that results go to.
fn check(args: &Args, out: &Option<Out>) -> Result<(), UsageError> {
    match out {
        Some(Out::Archive(archived)) => {
            if !archived.is_built_in() {
                return Err(usage_error(format!("--out: {WITHOUT_COLUMNS}")));
            }
            let format = archived.format;
            if args.dtype == Dtype::Float16 && !format.float16 {
                return Err(usage_error(format!(
                    "--dtype float16: {} has no such numbers",
                    format.name
                )));
            }
        }
        _ if args.shard_size.is_some() => {
            return Err(usage_error(
                "--shard-size: only an archive has shards: --out FILE.parquet, FILE.arrow, FILE.tar or \
                 ark,scp:FILE.ark,FILE.scp"
                    .into(),
            ));
        }
        _ => {}
    }
    if args.resume && args.out.is_none() && args.png.is_none() {
        return Err(usage_error("--resume: needs results to look for, from --out or --png".into()));
    }
    if args.manifest.as_deref().is_some_and(|path| path.as_os_str() == "-") {
        return Err(usage_error("--manifest -: must be a file; --json prints the same lines".into()));
    }
    let list = args.files_from.as_deref().is_some_and(|list| list.as_os_str() == "-");
    if list && args.inputs.iter().any(|input| input.as_os_str() == "-") {
        return Err(usage_error(
            "--files-from -: standard input can't be an audio file as well".into(),
        ));
    }
    Ok(())
}

/// An error of usage: it goes to standard error with the way to help, and the exit code is 2.
pub fn usage_error(message: String) -> UsageError {
    Args::command().error(ErrorKind::ValueValidation, message)
}

fn wrong(error: mojo_audio_core::Error) -> UsageError {
    usage_error(error.to_string())
}

fn config(args: &Args, out: &Option<Out>) -> Result<MelConfig, UsageError> {
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
    if let Some(Out::Archive(Archived { format, .. })) = out
        && let Some(layout) = format.layout
    {
        // Whoever asks for another one must know that it can't be had.
        let asked = args.set.iter().rev().find(|assignment| assignment.option == "layout");
        if asked.is_some() && config.layout != layout {
            return Err(usage_error(format!(
                "--set layout={}: {} has frames: frame_major",
                config.layout.name(),
                format.name
            )));
        }
        config.layout = layout;
    }
    config.check().map_err(wrong)?;
    if let Some(rate) = config.input_rate {
        return Err(usage_error(format!(
            "--set input_rate={rate}: must not be set, as each file says its own rate"
        )));
    }
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
