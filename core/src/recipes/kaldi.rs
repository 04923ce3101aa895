//! Configuration files of Kaldi's programs: `conf/fbank.conf` and `conf/mfcc.conf`.

use super::recipe::Recipe;
use super::rest;
use super::settings::{Allowed, Settings, rejected};
use crate::config::{Log, MelConfig, Normalize, Window};
use crate::error::Error;
use alloc::{format, string::String};
use serde_json::{Map, Number, Value};

const RECIPE: Recipe = Recipe {
    // The default of Kaldi's programs, which the files rarely leave.
    base: || MelConfig { n_mels: 23, dither: 1.0, ..MelConfig::kaldi_fbank() },
    options: &[
        ("sample-frequency", "sample_rate"),
        ("num-mel-bins", "n_mels"),
        ("low-freq", "f_min"),
        ("preemphasis-coefficient", "preemphasis"),
        ("dither", "dither"),
        ("energy-floor", "energy_floor"),
    ],
    derived: &[
        ("frame-length", "n_fft"),
        ("frame-length", "win_length"),
        ("frame-shift", "hop_length"),
        ("high-freq", "f_max"),
        ("num-ceps", "n_mfcc"),
        ("cepstral-lifter", "lifter"),
    ],
    only: &[
        ("blackman-coeff", &[Allowed::Number(0.42)]),
        ("vtln-warp", &[Allowed::Number(1.0)]),
        ("channel", &[Allowed::Number(-1.0), Allowed::Number(0.0)]),
    ],
    // Of frequencies that only a warp other than 1 moves, and of the programs' files.
    unused: &[
        "allow-downsample",
        "allow-upsample",
        "debug-mel",
        "max-feature-vectors",
        "min-duration",
        "output-format",
        "print-args",
        "verbose",
        "vtln-high",
        "vtln-low",
        "write-utt2dur",
    ],
    rest: settings,
};

/// Settings that are true or false.
const FLAGS: [&str; 9] = [
    "htk-compat",
    "raw-energy",
    "remove-dc-offset",
    "round-to-power-of-two",
    "snip-edges",
    "subtract-mean",
    "use-energy",
    "use-log-fbank",
    "use-power",
];

/// Settings that make cepstra of the features.
const CEPSTRA: [&str; 2] = ["num-ceps", "cepstral-lifter"];

/// The lines without comments and blank ones.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let content = |line: &'_ str| line.find('#').unwrap_or(line.len());
    text.lines().map(move |line| line[..content(line)].trim()).filter(|line| !line.is_empty())
}

/// Whether the text is such a file: its first setting is `--name`.
pub(super) fn is_file(text: &str) -> bool {
    let name = lines(text).next().and_then(|line| line.strip_prefix("--"));
    name.is_some_and(|name| name.starts_with(|first: char| first.is_ascii_alphabetic()))
}

pub(super) fn read(file: &str) -> Result<MelConfig, Error> {
    let mut all = Map::new();
    for line in lines(file) {
        let Some(setting) = line.strip_prefix("--") else {
            return Err(rejected(
                super::TEXT,
                format!("\"{line}\""),
                "a line of the form --name=value",
            ));
        };
        let (name, value) =
            setting.split_once('=').map_or((setting, "true"), |(name, value)| (name, value));
        // The last one counts, as in Kaldi, which takes either form of a name.
        let name = name.trim_end().to_ascii_lowercase().replace('_', "-");
        let value = typed(&name, value.trim());
        all.insert(name, value);
    }
    RECIPE.read(Settings::new(all))
}

/// The value of a setting, by the forms that Kaldi takes.
fn typed(name: &str, value: &str) -> Value {
    let text = || Value::String(String::from(value));
    if !FLAGS.contains(&name) {
        return value.parse().ok().and_then(Number::from_f64).map_or_else(text, Value::Number);
    }
    match value.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" => Value::Bool(true),
        "false" | "f" | "0" => Value::Bool(false),
        _ => text(),
    }
}

fn settings(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    let win_length = samples(config, settings, "frame-length", 25.0)?;
    config.hop_length = samples(config, settings, "frame-shift", 10.0)?;
    config.win_length = Some(win_length);
    let rounded = settings.flag("round-to-power-of-two", true)?;
    config.n_fft = if rounded { win_length.max(2).next_power_of_two() } else { win_length };
    let windows = [
        ("povey", Window::Povey),
        ("hamming", Window::Hamming),
        ("hanning", Window::Hann),
        ("rectangular", Window::Rectangular),
        ("blackman", Window::Blackman),
    ];
    config.window = settings.choice("window-type", &windows, Window::Povey)?;
    config.remove_dc_offset = settings.flag("remove-dc-offset", true)?;
    config.snip_edges = settings.flag("snip-edges", true)?;
    // 0 is half the rate, and less counts from there.
    config.f_max = Some(settings.number("high-freq", 0.0)?);

    let cepstra = CEPSTRA.iter().any(|name| settings.take(name).is_some());
    config.use_energy = settings.flag("use-energy", cepstra)?;
    config.raw_energy = settings.flag("raw-energy", true)?;
    config.htk_compat = settings.flag("htk-compat", false)?;
    if cepstra {
        config.n_mfcc = Some(u32::try_from(settings.integer("num-ceps", 13)?).unwrap_or(u32::MAX));
        config.lifter = settings.number("cepstral-lifter", 22.0)?;
    } else {
        if !settings.flag("use-power", true)? {
            config.power = 1.0;
        }
        if !settings.flag("use-log-fbank", true)? {
            config.log = Log::None;
            config.log_floor = MelConfig::default().log_floor;
        }
    }
    if settings.flag("subtract-mean", false)? {
        config.normalize = Normalize::Mean;
    }
    Ok(())
}

/// The samples of a time in milliseconds, without the fraction of one.
fn samples(
    config: &MelConfig,
    settings: &mut Settings,
    name: &str,
    default: f64,
) -> Result<u32, Error> {
    let samples = f64::from(config.sample_rate) * 0.001 * settings.number(name, default)?;
    rest::whole(settings, name, samples)
}
