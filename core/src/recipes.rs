//! Options from the configuration file that comes with a model.
//!
//! The file names a feature extractor class of transformers and its settings. [`classes`] is the table of
//! those classes: which options each starts from, and what each of its settings means. [`nemo`] and [`kaldi`]
//! have the same for the files of these. A setting that changes the features is turned into an option or
//! rejected, never ignored.

mod classes;
mod kaldi;
mod nemo;
mod recipe;
mod rest;
mod settings;
mod statistics;

use crate::config::MelConfig;
use crate::error::Error;
use crate::names;
use alloc::{borrow::ToOwned, format, string::String};
use classes::{CLASSES, Class, Features};
use serde_json::{Map, Value};
use settings::{Settings, rejected, text};
pub use statistics::RowStatistics;

/// The files of a model's folder that can have the settings of its features: transformers', in the order in
/// which it prefers them, then NeMo's.
pub const MODEL_FILES: [&str; 3] =
    ["processor_config.json", "preprocessor_config.json", "model_config.yaml"];

/// The setting that names the class.
pub(crate) const CLASS: &str = "feature_extractor_type";

/// How the names of classes end.
const SUFFIX: &str = "FeatureExtractor";

/// What an error about a whole text is about, unless the text is a file's.
const TEXT: &str = "json";

/// Names of the classes of transformers whose settings [`MelConfig::from_preprocessor_config`] reads.
///
/// ```
/// assert!(mojo_audio_core::feature_extractor_classes().any(|class| class == "WhisperFeatureExtractor"));
/// ```
pub fn feature_extractor_classes() -> impl Iterator<Item = &'static str> {
    mel_classes().map(|class| class.name)
}

/// The classes whose settings are read.
pub(crate) fn mel_classes() -> impl Iterator<Item = &'static Class> {
    CLASSES.iter().filter(|class| matches!(class.features, Features::Mel(_)))
}

/// Whether a value of the setting [`CLASS`], as an error shows it, is no class that is known here.
pub(crate) fn is_unknown_class(shown: &str) -> bool {
    let name = shown.trim_matches('"');
    CLASSES.iter().all(|class| class.name != name)
}

/// The class that an unknown one was probably meant to be. The end that all have in common says nothing of that.
pub(crate) fn closest_class(shown: &str) -> Option<&'static str> {
    let name = shown.trim_matches('"');
    let Some(start) = name.strip_suffix(SUFFIX) else {
        return names::closest(name, feature_extractor_classes());
    };
    let starts = feature_extractor_classes().filter_map(|class| class.strip_suffix(SUFFIX));
    let closest = names::closest(start, starts)?;
    feature_extractor_classes().find(|class| class.strip_suffix(SUFFIX) == Some(closest))
}

impl MelConfig {
    /// The options of a model, from the text of its configuration file. It may be
    ///
    /// - transformers' `preprocessor_config.json`, or a `processor_config.json` that has these settings under
    ///   `feature_extractor`, as transformers 5 saves them;
    /// - the `preprocessor` section of NeMo's `model_config.yaml`, or all of that file: as JSON, or with the
    ///   feature `yaml` as it is. Its `dither` is for the training, and ignored;
    /// - Kaldi's `fbank.conf` or `mfcc.conf`, lines of `--name=value`. It is read as that of an MFCC if it has
    ///   `--num-ceps` or `--cepstral-lifter`. Kaldi's defaults count, among them a `dither` of 1.
    ///
    /// For transformers' files the result equals what the feature extractor class of that name in transformers computes for one
    /// signal by default, up to these differences:
    ///
    /// - Padding and truncation to a fixed length, which are the default of some classes
    ///   (`WhisperFeatureExtractor`: 30 s), are `pad_to` and `max_length`. Set them to `None` to keep the
    ///   length of every signal. The classes of Qwen3-ASR, MOSS and dots split longer signals, CLAP takes a
    ///   random part; here they keep their length.
    /// - `SeamlessM4TFeatureExtractor` with a `stride` of 1 appends a frame of `padding_value` if their number
    ///   is odd, and `Dots3NoteFeatureExtractor` drops frames of the padding. Here neither happens.
    /// - `dither` is Gaussian noise of the same deviation, not the same noise.
    ///
    /// Settings of images, videos and tokenizers in the same file are ignored, as are those that affect only
    /// batches or attention masks.
    ///
    /// ```
    /// use mojo_audio_core::{MelConfig, config::BinFrequencies};
    ///
    /// let json = r#"{"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 128}"#;
    /// let config = MelConfig {
    ///     f_max: Some(8_000.0),
    ///     bin_frequencies: BinFrequencies::Linspace,
    ///     pad_to: Some(480_000), // 30 s
    ///     max_length: Some(480_000),
    ///     ..MelConfig::whisper_large_v3()
    /// };
    /// assert_eq!(MelConfig::from_preprocessor_config(json)?, config);
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`] if the text is no such file (`field` is `json`); if the class isn't known, or
    /// needs a step that no option has (`feature_extractor_type`); if a setting has a value that isn't allowed, or
    /// changes the features in a way that no option can (`field` is its name). [`Error::UnknownName`] if the class has no
    /// setting of that name.
    pub fn from_preprocessor_config(json: &str) -> Result<Self, Error> {
        // What Windows' editors write in front.
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        if kaldi::is_file(json) {
            return kaldi::read(json);
        }
        let mut settings = object(json)?;
        if let Some(section) = nemo::section(&settings) {
            return nemo::read(section, &settings);
        }
        // A file of a whole processor; the older name of the group is transformers' own alternative.
        for group in ["feature_extractor", "audio_processor"] {
            if let Some(Value::Object(inner)) = settings.remove(group) {
                settings = inner;
                break;
            }
        }
        let class = class(settings.get(CLASS))?;
        match &class.features {
            Features::Missing(step) => Err(rejected(
                CLASS,
                class.name,
                format!("a class that the options can describe; no option is for this step: {step}"),
            )),
            Features::Other(what) => {
                Err(rejected(CLASS, class.name, format!("a class of mel features, not of {what}")))
            }
            Features::Mel(recipe) => recipe.read(Settings::new(settings)),
        }
    }

    /// The options of a model, from the names and the texts of those of its [`MODEL_FILES`] that exist,
    /// in that order: the first that has the settings of a feature extractor, read as
    /// [`from_preprocessor_config`](Self::from_preprocessor_config) does.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let error = MelConfig::from_model_files(&[("ast/preprocessor_config.json", "[]")]).unwrap_err();
    /// assert_eq!(error.field(), Some("ast/preprocessor_config.json"));
    /// ```
    ///
    /// # Errors
    /// Those of [`from_preprocessor_config`](Self::from_preprocessor_config), where `field` is the name of the file
    /// instead of `json`.
    pub fn from_model_files<N: AsRef<str>, T: AsRef<str>>(files: &[(N, T)]) -> Result<Self, Error> {
        let mut result =
            Err(rejected("files", "none", "those of a model, such as preprocessor_config.json"));
        for (name, text) in files {
            result = Self::from_preprocessor_config(text.as_ref());
            if let Err(Error::Config { field, .. }) = &mut result
                && field == TEXT
            {
                *field = name.as_ref().to_owned().into();
            }
            let is_missing = |error: &Error| matches!(error, Error::Config { field, value, .. } if field == CLASS && value == "none");
            if !result.as_ref().is_err_and(is_missing) {
                break;
            }
        }
        result
    }
}

fn object(json: &str) -> Result<Map<String, Value>, Error> {
    let expected = "a JSON object of settings";
    #[cfg(feature = "yaml")]
    if !json.trim_start().starts_with('{') {
        return yaml(json);
    }
    match serde_json::from_str(json) {
        Ok(Value::Object(settings)) => Ok(settings),
        Ok(other) => Err(rejected(TEXT, text(&other), expected)),
        Err(error) => Err(rejected(
            TEXT,
            format!("\"{}\"", settings::short(json)),
            format!("{expected} ({error})"),
        )),
    }
}

#[cfg(feature = "yaml")]
fn yaml(file: &str) -> Result<Map<String, Value>, Error> {
    let expected = "an object of settings in JSON or YAML";
    match serde_saphyr::from_str(file) {
        Ok(Value::Object(settings)) => Ok(settings),
        Ok(other) => Err(rejected(TEXT, text(&other), expected)),
        Err(error) => Err(rejected(
            TEXT,
            format!("\"{}\"", settings::short(file)),
            format!("{expected} ({})", error.without_snippet()),
        )),
    }
}

fn class(name: Option<&Value>) -> Result<&'static Class, Error> {
    let found = CLASSES.iter().find(|class| name.is_some_and(|name| name == class.name));
    found.ok_or_else(|| {
        let mut known = String::from("one of ");
        for class in mel_classes() {
            if !known.ends_with(' ') {
                known.push_str(", ");
            }
            known.push_str(class.name);
        }
        rejected(CLASS, name.map_or_else(|| "none".into(), text), known)
    })
}
