//! The settings of a file, crossed off as they are read.

use crate::error::{Error, Expected};
use alloc::collections::BTreeSet;
use alloc::{borrow::ToOwned, format, string::String, string::ToString};
use serde_json::{Map, Value};

/// Settings of transformers' base class, and of the loading of classes, that don't change the features of
/// one signal.
const ANY_CLASS: &[&str] = &[
    super::CLASS,
    "processor_class",
    "auto_map",
    "padding_side",
    "padding_value",
    "return_attention_mask",
    "return_tensors",
    "transformers_version",
    "_name_or_path",
    "_commit_hash",
];

/// Settings of images, videos and tokenizers, which multimodal models keep in the same file.
const OTHER_INPUTS: &[&str] = &[
    "crop_size",
    "data_format",
    "do_center_crop",
    "do_convert_rgb",
    "do_pad",
    "do_rescale",
    "do_resize",
    "do_sample_frames",
    "dynamic_hd",
    "fps",
    "input_data_format",
    "max_frames",
    "max_pixels",
    "merge_size",
    "min_frames",
    "min_pixels",
    "num_frames",
    "patch_size",
    "resample",
    "rescale_factor",
    "size",
    "size_divisor",
    "temporal_patch_size",
    "tokenizer_class",
];

/// How the names of further ones start.
const OTHER_INPUTS_START: &[&str] = &["image_", "video_", "vision_", "tokenizer_"];

/// How many characters of a value an error shows.
const SHOWN: usize = 60;

/// A value that a setting may have.
#[derive(Clone, Copy)]
pub(super) enum Allowed {
    Flag(bool),
    Number(f64),
    Text(&'static str),
}

impl Allowed {
    fn is(self, value: &Value) -> bool {
        match self {
            Self::Flag(flag) => value.as_bool() == Some(flag),
            Self::Number(number) => value.as_f64() == Some(number),
            Self::Text(text) => value.as_str() == Some(text),
        }
    }

    fn shown(self) -> String {
        match self {
            Self::Flag(flag) => flag.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => format!("\"{text}\""),
        }
    }
}

pub(super) struct Settings {
    all: Map<String, Value>,
    unread: BTreeSet<String>,
    /// The names of all settings that were asked for.
    known: BTreeSet<String>,
}

impl Settings {
    pub fn new(all: Map<String, Value>) -> Self {
        let unread = all.keys().cloned().collect();
        Self { all, unread, known: BTreeSet::new() }
    }

    /// The setting, if the file has it.
    pub fn take(&mut self, name: &str) -> Option<&Value> {
        self.unread.remove(name);
        self.known.insert(name.to_owned());
        self.all.get(name)
    }

    /// What the file has for a setting, for an error.
    pub fn shown(&self, name: &str) -> String {
        self.all.get(name).map_or_else(|| "the default".into(), text)
    }

    /// The error of a setting whose value is not allowed.
    pub fn rejected(&self, name: &str, expected: impl Into<Expected>) -> Error {
        rejected(name, self.shown(name), expected)
    }

    pub fn number(&mut self, name: &str, default: f64) -> Result<f64, Error> {
        match self.take(name).map(Value::as_f64) {
            None => Ok(default),
            Some(Some(number)) => Ok(number),
            Some(None) => Err(self.rejected(name, "a number")),
        }
    }

    /// An integer that is at least 1.
    pub fn integer(&mut self, name: &str, default: u64) -> Result<u64, Error> {
        match self.take(name).map(integer) {
            None => Ok(default),
            Some(Some(number)) if number >= 1 => Ok(number),
            Some(_) => Err(self.rejected(name, "an integer that is at least 1")),
        }
    }

    /// A flag; null is the default.
    pub fn flag(&mut self, name: &str, default: bool) -> Result<bool, Error> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(default),
            Some(&Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(self.rejected(name, "true or false")),
        }
    }

    /// One of a list of texts, with what it means.
    pub fn choice<T: Copy>(
        &mut self,
        name: &str,
        choices: &[(&'static str, T)],
        default: T,
    ) -> Result<T, Error> {
        let Some(value) = self.take(name) else { return Ok(default) };
        let found = choices.iter().find(|(text, _)| value.as_str() == Some(text));
        let shown = || choices.iter().map(|&(text, _)| Allowed::Text(text).shown());
        found.map(|&(_, meaning)| meaning).ok_or_else(|| self.rejected(name, any_of(shown())))
    }

    /// A setting that has one of the supported values, or is missing.
    pub fn only(&mut self, name: &str, allowed: &[Allowed]) -> Result<(), Error> {
        match self.take(name) {
            Some(value) if !allowed.iter().any(|allowed| allowed.is(value)) => {
                Err(self.rejected(name, any_of(allowed.iter().map(|allowed| allowed.shown()))))
            }
            _ => Ok(()),
        }
    }

    /// Numbers of rows, which are no option, but an argument of extractors.
    pub fn no_rows(&mut self, name: &str, argument: &str) -> Result<(), Error> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(()),
            Some(_) => Err(self.rejected(name, format!("null (pass {argument} to the extractor)"))),
        }
    }

    /// A setting that the class computes from others before it saves them.
    pub fn follows(&mut self, name: &str, value: u64) -> Result<(), Error> {
        match self.take(name).map(integer) {
            Some(given) if given != Some(value) => {
                Err(self.rejected(name, format!("{value}, to agree with the other settings")))
            }
            _ => Ok(()),
        }
    }

    /// Fails if a setting that could change the features was not read.
    pub fn finish(self) -> Result<(), Error> {
        let ignored = |name: &str| {
            ANY_CLASS.contains(&name)
                || OTHER_INPUTS.contains(&name)
                || OTHER_INPUTS_START.iter().any(|start| name.starts_with(start))
        };
        match self.unread.into_iter().find(|name| !ignored(name)) {
            None => Ok(()),
            Some(name) => Err(Error::UnknownName {
                what: "setting",
                name,
                known: self.known.into_iter().map(Into::into).collect(),
            }),
        }
    }
}

/// An integer, also one that is written as 80.0.
pub(super) fn integer(value: &Value) -> Option<u64> {
    // Beyond 2^53 a float no longer counts single integers.
    let whole = |number: &f64| (0.0..=9_007_199_254_740_992.0).contains(number) && number % 1.0 == 0.0;
    value.as_u64().or_else(|| value.as_f64().filter(whole).map(|number| number as u64))
}

pub(super) fn rejected(
    setting: &str,
    value: impl Into<String>,
    expected: impl Into<Expected>,
) -> Error {
    // A file may have a setting without a name.
    let name = if setting.is_empty() { "\"\"" } else { setting };
    Error::Config { field: name.to_owned().into(), value: value.into(), expected: expected.into() }
}

/// A value as an error shows it.
pub(super) fn text(value: &Value) -> String {
    short(&value.to_string())
}

/// The start of a text, on one line.
pub(super) fn short(text: &str) -> String {
    let text = text.trim();
    let line = text.lines().next().unwrap_or_default();
    let end = line.char_indices().nth(SHOWN).map_or(line.len(), |(end, _)| end);
    if end == text.len() { text.to_owned() } else { format!("{}…", &line[..end]) }
}

fn any_of(values: impl Iterator<Item = String>) -> String {
    let mut list = String::new();
    for value in values {
        if !list.is_empty() {
            list.push_str(" or ");
        }
        list.push_str(&value);
    }
    list
}
