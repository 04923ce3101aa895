//! Options as core's texts, by name: so no type of an option is written down here again.

use crate::errors::{Language, NativeError};
use mojo_audio_core::{Error, MelConfig, OPTIONS};
use std::collections::HashMap;

/// Every option of a configuration, or those that are to differ from the default.
pub type Options = HashMap<String, String>;

/// The configuration that the texts describe. Its values are not checked against each other.
pub fn read(options: &Options) -> Result<MelConfig, Error> {
    let mut config = MelConfig::default();
    // In core's order, so that of several faults the same one is named each time.
    let unknown =
        options.keys().filter(|name| OPTIONS.iter().all(|option| option.name != **name)).min();
    for name in OPTIONS.iter().map(|option| option.name).chain(unknown.map(String::as_str)) {
        if let Some(text) = options.get(name) {
            config.set(name, text)?;
        }
    }
    Ok(config)
}

fn written(config: &MelConfig) -> Result<Options, NativeError> {
    OPTIONS.iter().map(|option| Ok((option.name.into(), config.get(option.name)?))).collect()
}

/// The defaults.
#[uniffi::export]
fn default_options() -> Result<Options, NativeError> {
    written(&MelConfig::default())
}

/// The options of a preset.
#[uniffi::export]
fn preset_options(name: &str) -> Result<Options, NativeError> {
    written(&MelConfig::preset(name)?)
}

/// The options of a model, from the text of its configuration file.
#[uniffi::export]
fn json_options(json: &str) -> Result<Options, NativeError> {
    written(&MelConfig::from_preprocessor_config(json)?)
}

/// The same options, one of them set to a text.
#[uniffi::export]
fn changed_options(
    options: Options,
    name: &str,
    text: &str,
    language: Language,
) -> Result<Options, NativeError> {
    let mut config = read(&options).map_err(|error| language.spell(error))?;
    config.set(name, text)?;
    written(&config)
}

/// Refuses options that are not allowed.
#[uniffi::export]
fn check_options(options: Options, language: Language) -> Result<(), NativeError> {
    read(&options).and_then(|config| config.check()).map_err(|error| language.spell(error))
}
