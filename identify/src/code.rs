//! A configuration as options of the command and as code: the preset that is most like it, and changes.

use mojo_audio_core::config::OptionKind;
use mojo_audio_core::{MelConfig, OPTIONS, PRESETS};
use std::fmt::Write;

/// A preset and what is changed in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// The preset's name.
    pub preset: &'static str,
    /// Options with their values, as [`MelConfig::set`] takes them.
    pub changes: Vec<(&'static str, String)>,
}

impl Recipe {
    /// The shortest recipe of a configuration.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    /// use mojo_audio_identify::Recipe;
    ///
    /// let config = MelConfig { window_periodic: false, ..MelConfig::whisper() };
    /// let recipe = Recipe::of(&config);
    /// assert_eq!((recipe.preset, recipe.changes), ("whisper", vec![("window_periodic", "false".into())]));
    /// ```
    #[must_use]
    pub fn of(config: &MelConfig) -> Self {
        let recipes = PRESETS.iter().map(|preset| {
            let from = MelConfig::preset(preset).unwrap_or_default();
            Self { preset, changes: Self::between(&from, config) }
        });
        recipes
            .min_by_key(|recipe| recipe.changes.len())
            .unwrap_or(Self { preset: "whisper", changes: Vec::new() })
    }

    /// What has to change in a configuration to become another one: options with their values.
    #[must_use]
    pub fn between(from: &MelConfig, to: &MelConfig) -> Vec<(&'static str, String)> {
        differing(from, to)
            .into_iter()
            .filter_map(|option| Some((option, to.get(option).ok()?)))
            .collect()
    }

    /// As arguments of the command `mojo-audio`.
    #[must_use]
    pub fn arguments(&self) -> String {
        let mut text = format!("--preset {}", self.preset);
        // The command takes the rate of the input from the recording.
        for (option, value) in self.changes.iter().filter(|change| change.0 != "input_rate") {
            let _ = write!(text, " --set {option}={value}");
        }
        text
    }

    /// As code: the name of each language, and an expression or statements that make the configuration.
    #[must_use]
    pub fn code(&self) -> Vec<(&'static str, String)> {
        let Self { preset, changes } = self;
        let function = preset.replace('-', "_");
        let mut python = format!("MelConfig.{function}(");
        let mut rust = String::from("MelConfig { ");
        let mut node = format!("{{ preset: '{preset}'");
        let mut c = format!(
            "MojoMelOptions options; mojo_mel_options_init(&options, sizeof options, \"{preset}\");"
        );
        let mut cxx = format!("auto config = MelConfig::preset(\"{preset}\");");
        let mut go = format!("config, err := mojoaudio.Preset(\"{preset}\")");
        let mut swift = format!("var config = try MelConfig(preset: \"{preset}\")");
        let mut kotlin = format!("MelConfig.preset(\"{preset}\")");
        for (option, value) in changes {
            let form = Form::of(option, value);
            let comma = if python.ends_with('(') { "" } else { ", " };
            let _ = write!(python, "{comma}{option}={}", form.python());
            let _ = write!(rust, "{option}: {}, ", form.rust());
            let _ = write!(node, ", {}: {}", camel(option, false), form.javascript());
            let _ = write!(c, " mojo_mel_options_set(&options, \"{option}\", \"{value}\");");
            let _ = write!(cxx, " config.set(\"{option}\", \"{value}\");");
            let _ = write!(go, "; err = config.Set(\"{option}\", \"{value}\")");
            let _ = write!(swift, "; try config.set(\"{option}\", to: \"{value}\")");
            let builder = if comma.is_empty() { ".toBuilder()" } else { "" };
            let _ = write!(kotlin, "{builder}.set(\"{option}\", \"{value}\")");
        }
        if !changes.is_empty() {
            kotlin.push_str(".build()");
        }
        python.push(')');
        node.push_str(" }");
        let rust = if changes.is_empty() {
            format!("MelConfig::{function}()")
        } else {
            format!("{rust}..MelConfig::{function}() }}")
        };
        vec![
            ("Python", python),
            ("Rust", rust),
            ("JavaScript", node),
            ("C", c),
            ("C++", cxx),
            ("Go", go),
            ("Swift", swift),
            ("Kotlin", kotlin),
        ]
    }
}

/// Names of the options that have different values.
pub(crate) fn differing(a: &MelConfig, b: &MelConfig) -> Vec<&'static str> {
    OPTIONS.iter().map(|option| option.name).filter(|name| a.get(name) != b.get(name)).collect()
}

/// A value with the type of its option.
struct Form<'a> {
    kind: OptionKind,
    optional: bool,
    text: &'a str,
}

impl<'a> Form<'a> {
    fn of(option: &str, text: &'a str) -> Self {
        let info = OPTIONS.iter().find(|info| info.name == option);
        let (kind, optional) =
            info.map_or((OptionKind::Bool, false), |info| (info.kind, info.optional));
        Self { kind, optional, text }
    }

    fn is_unset(&self) -> bool {
        self.optional && self.text == "none"
    }

    fn number(&self) -> String {
        match self.kind {
            OptionKind::F64 => self.text.parse::<f64>().map_or(self.text.into(), |x| format!("{x:?}")),
            _ => self.text.into(),
        }
    }

    fn python(&self) -> String {
        match self.kind {
            _ if self.is_unset() => "None".into(),
            OptionKind::Bool => camel(self.text, true),
            OptionKind::Choice { .. } => format!("\"{}\"", self.text),
            _ => self.number(),
        }
    }

    fn javascript(&self) -> String {
        match self.kind {
            _ if self.is_unset() => "null".into(),
            OptionKind::Choice { .. } => format!("'{}'", self.text),
            _ => self.number(),
        }
    }

    fn rust(&self) -> String {
        let value = match self.kind {
            _ if self.is_unset() => return "None".into(),
            OptionKind::Choice { name, .. } => format!("{name}::{}", camel(self.text, true)),
            _ => self.number(),
        };
        if self.optional { format!("Some({value})") } else { value }
    }
}

/// `snake_case` as `camelCase`, or as `CamelCase`.
fn camel(name: &str, capital: bool) -> String {
    let mut text = String::new();
    let mut upper = capital;
    for letter in name.chars() {
        match letter {
            '_' => upper = true,
            _ if upper => {
                text.extend(letter.to_uppercase());
                upper = false;
            }
            _ => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use mojo_audio_core::config::Window;

    #[test]
    fn recipes_are_written_in_each_language() {
        let config = MelConfig {
            window: Window::Hamming,
            window_periodic: false,
            f_max: Some(7_600.0),
            top_db: None,
            ..MelConfig::whisper()
        };
        let recipe = Recipe::of(&config);
        assert_eq!(
            recipe.arguments(),
            "--preset whisper --set f_max=7600 --set window=hamming --set window_periodic=false --set top_db=none"
        );
        let code = recipe.code();
        let of = |language| &code.iter().find(|(name, _)| *name == language).unwrap().1;
        assert_eq!(
            of("Python"),
            "MelConfig.whisper(f_max=7600.0, window=\"hamming\", window_periodic=False, top_db=None)"
        );
        assert_eq!(
            of("Rust"),
            "MelConfig { f_max: Some(7600.0), window: Window::Hamming, window_periodic: false, top_db: None, \
             ..MelConfig::whisper() }"
        );
        assert_eq!(
            of("JavaScript"),
            "{ preset: 'whisper', fMax: 7600.0, window: 'hamming', windowPeriodic: false, topDb: null }"
        );
        let recipe = Recipe::of(&MelConfig { window: Window::Hamming, ..MelConfig::ast() });
        let code = recipe.code();
        let of = |language| &code.iter().find(|(name, _)| *name == language).unwrap().1;
        assert_eq!(
            of("C"),
            "MojoMelOptions options; mojo_mel_options_init(&options, sizeof options, \"ast\"); \
             mojo_mel_options_set(&options, \"window\", \"hamming\");"
        );
        assert_eq!(
            of("C++"),
            "auto config = MelConfig::preset(\"ast\"); config.set(\"window\", \"hamming\");"
        );
        assert_eq!(
            of("Go"),
            "config, err := mojoaudio.Preset(\"ast\"); err = config.Set(\"window\", \"hamming\")"
        );
        assert_eq!(
            of("Swift"),
            "var config = try MelConfig(preset: \"ast\"); try config.set(\"window\", to: \"hamming\")"
        );
        assert_eq!(
            of("Kotlin"),
            "MelConfig.preset(\"ast\").toBuilder().set(\"window\", \"hamming\").build()"
        );
    }
}
