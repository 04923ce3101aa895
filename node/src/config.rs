//! Options as one text, and their names in JavaScript.
//!
//! The text is `name\0value\0name\0value`, with names in camel case. The first name may be `preset`, which the
//! other options then change. Values go out as `MelConfig::get` writes them, and come in as
//! `MelConfig::set_bits` reads them.

use mojo_audio_core::config::OPTIONS;
use mojo_audio_core::{Error, MelConfig};

/// Names the preset to start from.
const PRESET: &str = "preset";

const SEPARATOR: char = '\0';

/// The configuration that a text describes. Options are not checked against each other yet.
pub fn read(text: &str) -> Result<MelConfig, Error> {
    let mut config = MelConfig::default();
    let mut words = text.split(SEPARATOR);
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        if name == PRESET {
            config = MelConfig::preset(value)?;
        } else {
            config.set_bits(option(name)?, value)?;
        }
    }
    Ok(config)
}

/// Every option and its value.
pub fn write(config: &MelConfig) -> Result<String, Error> {
    let mut text = String::new();
    for option in OPTIONS {
        for word in [camel_case(option.name), config.get(option.name)?] {
            if !text.is_empty() {
                text.push(SEPARATOR);
            }
            text.push_str(&word);
        }
    }
    Ok(text)
}

/// The error for an option, or `preset`, whose value has the wrong type; `shown` is that value.
pub fn wrong_type(name: &str, shown: &str) -> Error {
    let (field, wanted) = match option(name) {
        Err(_) if name == PRESET => (PRESET, "the name of a preset".into()),
        Err(unknown) => return unknown,
        // A text that no option accepts: core says what it may be.
        Ok(option) => match MelConfig::default().set_bits(option, "\0") {
            Err(Error::Config { wanted, .. }) => (option, wanted),
            _ => (option, "of another type".into()),
        },
    };
    Error::Config { field: field.into(), value: shown.into(), wanted }
}

/// Core's name of an option.
fn option(name: &str) -> Result<&'static str, Error> {
    // Core's own spelling is unknown here, except where both are the same.
    let known = OPTIONS.iter().find(|option| camel_case(option.name) == name);
    known.map(|option| option.name).ok_or_else(|| {
        let known = OPTIONS.iter().map(|option| option.name.into()).collect();
        Error::UnknownName { what: "option", name: name.into(), known }
    })
}

/// `n_fft` is `nFft`.
pub fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_string();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(rest);
    }
    camel
}

/// A text in which options have their names in JavaScript.
pub fn in_camel_case(text: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if OPTIONS.iter().any(|option| option.name == word) {
            result.push_str(&camel_case(word));
        } else {
            result.push_str(word);
        }
        let start = after.find(is_part).unwrap_or(after.len());
        result.push_str(&after[..start]);
        rest = &after[start..];
    }
    result
}
