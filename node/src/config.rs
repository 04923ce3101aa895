//! Options as one text, and their names in JavaScript.
//!
//! The text is `name\0value\0name\0value`, with names in camel case. The first name may be `preset`, which the
//! other options then change. Values go out as `MelConfig::get` writes them, and come in as
//! `MelConfig::set_bits` reads them.

use alloc::string::String;
use mojo_audio_core::config::OPTIONS;
use mojo_audio_core::{Error, MelConfig, Spelling};

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
        for word in [Spelling::JAVASCRIPT.name(option.name).into_owned(), config.get(option.name)?] {
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
    let (field, expected) = match option(name) {
        Err(_) if name == PRESET => (PRESET, "the name of a preset".into()),
        Err(unknown) => return unknown,
        // A text that no option accepts: core says what it may be.
        Ok(option) => match MelConfig::default().set_bits(option, "\0") {
            Err(Error::Config { expected, .. }) => (option, expected),
            _ => (option, "of another type".into()),
        },
    };
    Error::Config { field: field.into(), value: shown.into(), expected }
}

/// Core's name of an option.
fn option(name: &str) -> Result<&'static str, Error> {
    // Core's own spelling is unknown here, except where both are the same.
    let known = OPTIONS.iter().find(|option| Spelling::JAVASCRIPT.name(option.name) == name);
    known.map(|option| option.name).ok_or_else(|| {
        let known = OPTIONS.iter().map(|option| option.name.into()).collect();
        Error::UnknownName { what: "option", name: name.into(), known }
    })
}
