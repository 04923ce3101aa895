//! Documentation of options and presets for languages that write names in another way.

use mojo_audio_core::OPTIONS;
use mojo_audio_core::config::{OptionKind, PresetInfo};

/// Widest line of a preset's documentation.
const WIDTH: usize = 100;

/// A preset's documentation, in lines like those of an option's: what it computes, what it is equal to, which models
/// take it, and at which rate.
pub fn preset_doc(info: &PresetInfo) -> String {
    let rate = (info.config)().sample_rate;
    let text = format!(
        "{} Equal to {}. For {}. Sample rate: {},{:03} Hz.",
        info.doc,
        info.reference,
        info.models,
        rate / 1000,
        rate % 1000
    );
    let mut lines = String::new();
    let mut column = WIDTH;
    for word in text.split_whitespace() {
        if column + word.len() >= WIDTH && !lines.is_empty() {
            lines.push('\n');
            column = 0;
        }
        column = if lines.is_empty() { 0 } else { column } + 1 + word.len();
        lines.push(' ');
        lines.push_str(word);
    }
    lines.push('\n');
    lines
}

/// What stands between backticks in documentation.
pub enum Quoted<'a> {
    Option(&'a str),
    Value(&'a str),
    Other(&'a str),
}

/// The lines of an option's documentation, what stands between backticks written anew.
pub fn lines(doc: &str, write: impl Fn(Quoted<'_>) -> String) -> Vec<String> {
    let is_option = |text: &str| OPTIONS.iter().any(|option| option.name == text);
    let is_value = |text: &str| {
        OPTIONS.iter().any(|option| match option.kind {
            OptionKind::Choice { values, .. } => values.iter().any(|value| value.name == text),
            _ => false,
        })
    };
    let line = |line: &str| {
        let mut words = String::new();
        for (place, part) in line.split('`').enumerate() {
            match part {
                part if place % 2 == 0 => words.push_str(part),
                part if is_option(part) => words.push_str(&write(Quoted::Option(part))),
                part if is_value(part) => words.push_str(&write(Quoted::Value(part))),
                part => words.push_str(&write(Quoted::Other(part))),
            }
        }
        words.trim().to_string()
    };
    doc.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mojo_audio_core::Spelling;

    #[test]
    fn presets_say_what_they_are_for() {
        let info = PresetInfo {
            name: "tiny",
            doc: " One `log`.\n",
            reference: "a library whose name is so long that the line must be broken before its end is reached",
            models: "small models",
            config: mojo_audio_core::MelConfig::clap,
        };
        let lines = " One `log`. Equal to a library whose name is so long that the line must be broken before its end is\n \
                     reached. For small models. Sample rate: 48,000 Hz.\n";
        assert_eq!(preset_doc(&info), lines);
    }

    #[test]
    fn what_is_quoted_is_written_anew() {
        let write = |quoted: Quoted<'_>| match quoted {
            Quoted::Option(name) => format!("[{}]", Spelling::KOTLIN.name(name)),
            Quoted::Value(name) => format!("<{name}>"),
            Quoted::Other(text) => format!("'{text}'"),
        };
        let text = lines(" At most `n_fft`; not `whole_input`.\n Or `x`.\n", write);
        assert_eq!(text, ["At most [nFft]; not <whole_input>.", "Or 'x'."]);
    }
}
