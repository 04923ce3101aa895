//! The `preprocessor` section of NeMo's `model_config.yaml`.

use super::recipe::Recipe;
use super::rest;
use super::settings::{Allowed, Settings, rejected, text};
use crate::config::{Log, LogFloorMode, MelConfig, MelNorm, Normalize, NormalizeOver, Window};
use crate::error::Error;
use alloc::{format, string::String};
use serde_json::{Map, Value};

const CLASS: &str = "AudioToMelSpectrogramPreprocessor";

/// What names the class, now and in old files.
const TARGETS: [&str; 2] = ["_target_", "cls"];

const RECIPE: Recipe = Recipe {
    base: || MelConfig { n_mels: 64, ..MelConfig::parakeet() },
    options: &[
        ("sample_rate", "sample_rate"),
        ("features", "n_mels"),
        ("lowfreq", "f_min"),
        ("mag_power", "power"),
    ],
    derived: &[
        ("window_size", "win_length"),
        ("window_stride", "hop_length"),
        ("n_fft", "n_fft"),
        ("preemph", "preemphasis"),
        ("highfreq", "f_max"),
        ("log_zero_guard_value", "log_floor"),
    ],
    only: &[
        ("frame_splicing", &[Allowed::Number(1.0)]),
        ("exact_pad", &[Allowed::Flag(false)]),
        ("use_grads", &[Allowed::Flag(false)]),
        ("use_torchaudio", &[Allowed::Flag(false)]),
    ],
    // Noise and masks of the training, frames that the padding of a batch appends, and what the class no longer reads.
    unused: &[
        "_target_",
        "cls",
        "dither",
        "nb_augmentation_prob",
        "nb_max_freq",
        "pad_to",
        "pad_value",
        "rng",
        "stft_conv",
        "stft_exact_pad",
    ],
    rest: settings,
};

/// The section of a file, if it has one: at the top, as models are saved, or under `model`, as they are trained; or the
/// file is the section itself.
pub(super) fn section(file: &Map<String, Value>) -> Option<&Map<String, Value>> {
    let inside = |group: &Map<String, Value>| group.get("preprocessor").is_some_and(Value::is_object);
    let model = file.get("model").and_then(Value::as_object);
    let group = [Some(file), model].into_iter().flatten().find(|group| inside(group));
    match group {
        Some(group) => group["preprocessor"].as_object(),
        None => TARGETS.iter().any(|name| file.contains_key(*name)).then_some(file),
    }
}

/// Reads a section of a file.
pub(super) fn read(
    section: &Map<String, Value>,
    file: &Map<String, Value>,
) -> Result<MelConfig, Error> {
    let named = TARGETS.iter().find_map(|name| section.get(*name).map(|value| (*name, value)));
    let Some((name, class)) = named else {
        return Err(rejected("_target_", "none", CLASS));
    };
    if class.as_str().and_then(|path| path.rsplit('.').next()) != Some(CLASS) {
        return Err(rejected(name, text(class), CLASS));
    }
    let mut settings = section.clone();
    // Old files have the arguments in a group of their own.
    match settings.remove("params") {
        None => {}
        Some(Value::Object(arguments)) => settings.extend(arguments),
        Some(other) => return Err(rejected("params", text(&other), "a group of settings")),
    }
    for (setting, value) in &mut settings {
        // A value may refer to one that refers to another; a few times, not for ever.
        for _ in 0..8 {
            let Some(path) = value.as_str().and_then(reference) else { break };
            let Some(other) = referred(path, file) else {
                return Err(rejected(
                    setting,
                    text(value),
                    format!("a value, or the name of one that the file has: it has no {path}"),
                ));
            };
            *value = other.clone();
        }
    }
    RECIPE.read(Settings::new(settings))
}

/// What `${name}` or `${group.name}` names.
fn reference(value: &str) -> Option<&str> {
    Some(value.strip_prefix("${")?.strip_suffix('}')?.trim())
}

fn referred<'a>(path: &str, file: &'a Map<String, Value>) -> Option<&'a Value> {
    let mut names = path.split('.');
    let first = file.get(names.next()?)?;
    names.try_fold(first, |group, name| group.get(name))
}

fn settings(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    let win_length = samples(config, settings, "n_window_size", "window_size", 0.02)?;
    config.hop_length = samples(config, settings, "n_window_stride", "window_stride", 0.01)?;
    config.win_length = Some(win_length);
    config.n_fft = match settings.take("n_fft") {
        None | Some(Value::Null) => win_length.max(2).next_power_of_two(),
        Some(_) => u32::try_from(settings.integer("n_fft", 1)?).unwrap_or(u32::MAX),
    };
    let windows = [
        ("hann", Window::Hann),
        ("hamming", Window::Hamming),
        ("blackman", Window::Blackman),
        ("none", Window::Rectangular),
    ];
    config.window = match settings.take("window") {
        Some(Value::Null) => Window::Rectangular,
        _ => settings.choice("window", &windows, Window::Hann)?,
    };
    config.preemphasis = match settings.take("preemph") {
        Some(Value::Null) => 0.0,
        _ => settings.number("preemph", config.preemphasis)?,
    };
    config.f_max = match settings.take("highfreq") {
        None | Some(Value::Null) => None,
        Some(_) => Some(settings.number("highfreq", 0.0)?),
    };
    config.mel_norm = match settings.take("mel_norm") {
        Some(Value::Null) => MelNorm::None,
        _ => settings.choice("mel_norm", &[("slaney", MelNorm::Slaney)], MelNorm::Slaney)?,
    };
    normalization(config, settings)?;
    logarithm(config, settings)?;
    rest::even_n_fft(config, settings)
}

/// A length in samples, or else in seconds, of which the class drops the fraction of a sample.
fn samples(
    config: &MelConfig,
    settings: &mut Settings,
    in_samples: &str,
    in_seconds: &str,
    default: f64,
) -> Result<u32, Error> {
    // As Python tells whether something is set.
    let is_set = |value: Option<&Value>| {
        value.is_some_and(|value| !value.is_null() && value.as_bool() != Some(false))
    };
    if is_set(settings.take(in_samples)) {
        // The class takes one or the other.
        if is_set(settings.take(in_seconds)) {
            return Err(settings.rejected(in_samples, format!("null where {in_seconds} is set")));
        }
        return Ok(u32::try_from(settings.integer(in_samples, 1)?).unwrap_or(u32::MAX));
    }
    let samples = match settings.take(in_seconds) {
        Some(Value::Null | Value::Bool(false)) => default,
        _ => settings.number(in_seconds, default)?,
    } * f64::from(config.sample_rate);
    rest::whole(settings, in_seconds, samples)
}

fn normalization(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    if let Some(Value::Object(_)) = settings.take("normalize") {
        let expected =
            "a name (pass fixed_mean as row_mean, and 1 / fixed_std as row_scale, to the extractor)";
        return Err(settings.rejected("normalize", expected));
    }
    let kinds = [
        ("per_feature", (Normalize::Deviation, NormalizeOver::Row)),
        ("all_features", (Normalize::Deviation, NormalizeOver::All)),
        ("NA", (Normalize::None, NormalizeOver::Row)),
    ];
    (config.normalize, config.normalize_over) = match settings.take("normalize") {
        Some(Value::Null) => (Normalize::None, NormalizeOver::Row),
        _ => settings.choice("normalize", &kinds, (Normalize::Deviation, NormalizeOver::Row))?,
    };
    Ok(())
}

fn logarithm(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    let modes = [("add", LogFloorMode::Add), ("clamp", LogFloorMode::Clamp)];
    let mode = settings.choice("log_zero_guard_type", &modes, LogFloorMode::Add)?;
    let floor = match settings.take("log_zero_guard_value").and_then(Value::as_str) {
        Some("tiny") => f64::from(f32::MIN_POSITIVE),
        Some("eps") => f64::from(f32::EPSILON),
        _ => settings.number("log_zero_guard_value", config.log_floor)?,
    };
    if settings.flag("log", true)? {
        (config.log_floor, config.log_floor_mode) = (floor, mode);
    } else {
        let plain = MelConfig::default();
        (config.log, config.log_floor, config.log_floor_mode) =
            (Log::None, plain.log_floor, plain.log_floor_mode);
    }
    Ok(())
}
