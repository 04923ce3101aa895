//! What a table says of settings, and how it is read.

use super::settings::{Allowed, Settings, integer};
use crate::config::{MelConfig, OPTIONS, OptionKind};
use crate::error::Error;
use alloc::{format, string::ToString};

/// How the settings of a file become options.
#[derive(Clone, Copy)]
pub(super) struct Recipe {
    /// The features where no setting is given.
    pub base: fn() -> MelConfig,
    /// Settings that are an option by another name, or the same.
    pub options: &'static [(&'static str, &'static str)],
    /// Settings from which `rest` computes an option.
    pub derived: &'static [(&'static str, &'static str)],
    /// Settings that have only one value, or few, that the engine can do.
    pub only: &'static [(&'static str, &'static [Allowed])],
    /// Settings that don't change the features of one signal.
    pub unused: &'static [&'static str],
    /// Reads the other settings.
    pub rest: fn(&mut MelConfig, &mut Settings) -> Result<(), Error>,
}

impl Recipe {
    pub fn read(&self, mut settings: Settings) -> Result<MelConfig, Error> {
        let mut config = (self.base)();
        for &(setting, option) in self.options {
            set(&mut config, option, &mut settings, setting)?;
        }
        for &(setting, allowed) in self.only {
            settings.only(setting, allowed)?;
        }
        for setting in self.unused {
            settings.take(setting);
        }
        (self.rest)(&mut config, &mut settings)?;
        config.check().map_err(|error| self.blame(error, &config, &settings))?;
        settings.finish()?;
        Ok(config)
    }

    /// Names the setting of the file instead of the option.
    fn blame(&self, error: Error, config: &MelConfig, settings: &Settings) -> Error {
        let Error::Config { field: option, value, expected } = error else { return error };
        let setting = |list: &[(&'static str, &'static str)]| {
            list.iter().find(|(_, name)| *name == option).map(|(setting, _)| *setting)
        };
        let expected = expected.renamed(|name| {
            self.options.iter().find(|(_, option)| *option == name).map(|(setting, _)| *setting)
        });
        if let Some(setting) = setting(self.options) {
            return settings.rejected(setting, expected);
        }
        if let Some(setting) = setting(self.derived) {
            return settings.rejected(setting, expected.for_option(&option, &value));
        }
        if option == "f_max" {
            let least = 2.0 * config.upper_frequency();
            return settings
                .rejected("sampling_rate", format!("at least {least}, twice the highest frequency"));
        }
        Error::Config { field: option, value, expected }
    }
}

/// Sets an option to what a setting has.
fn set(
    config: &mut MelConfig,
    option: &str,
    settings: &mut Settings,
    setting: &str,
) -> Result<(), Error> {
    let Some(value) = settings.take(setting) else { return Ok(()) };
    let is_number = OPTIONS.iter().any(|o| o.name == option && o.kind == OptionKind::F64);
    let text = if is_number {
        value.as_f64().map(|number| number.to_string())
    } else {
        integer(value).map(|number| number.to_string())
    };
    let expected = if is_number { "a number" } else { "an integer that is at least 0" };
    let Some(text) = text else { return Err(settings.rejected(setting, expected)) };
    config.set(option, &text).map_err(|error| match error {
        Error::Config { expected, .. } => settings.rejected(setting, expected),
        other => other,
    })
}
