//! `--list`: every preset and every option, as the core documents them.

use mojo_audio_core::config::{OptionInfo, OptionKind, PRESET_INFO};
use mojo_audio_core::{MelConfig, OPTIONS};
use std::fmt::Write;
use std::process::ExitCode;

/// Widest that the text gets.
const WIDTH: usize = 100;

/// Prints the list.
pub fn print() -> ExitCode {
    let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
    super::print_all(list(width.clamp(40, WIDTH)).as_bytes())
}

fn list(width: usize) -> String {
    let mut text =
        String::from("Presets (--preset NAME), with the options in which they differ from whisper:\n");
    for info in PRESET_INFO {
        let preset = (info.config)();
        let differences: Vec<String> =
            OPTIONS.iter().filter_map(|option| difference(&preset, option.name)).collect();
        let _ = writeln!(text, "\n  {}", info.name);
        wrap(&mut text, &joined(info.doc), width);
        wrap(&mut text, &joined(&format!("Equal to {}. For {}.", info.reference, info.models)), width);
        if differences.is_empty() {
            wrap(&mut text, "The default.", width);
        }
        wrap(&mut text, &differences.join(", "), width);
    }
    text += "\nOptions (--set OPTION=VALUE), with whisper's value:\n";
    for option in OPTIONS {
        let default = MelConfig::default().get(option.name).unwrap_or_default();
        let _ = writeln!(text, "\n  {} = {default}", option.name);
        wrap(&mut text, &joined(option.doc), width);
        wrap(&mut text, &values(option), width);
    }
    text
}

fn difference(preset: &MelConfig, option: &str) -> Option<String> {
    let value = preset.get(option).ok()?;
    (value != MelConfig::default().get(option).ok()?).then(|| format!("{option}={value}"))
}

/// What the option may be.
fn values(option: &OptionInfo) -> String {
    let kind = match option.kind {
        OptionKind::U32 | OptionKind::U64 => "Integer",
        OptionKind::F64 => "Number",
        OptionKind::Bool => "true or false",
        OptionKind::Choice { values, .. } => {
            let values =
                values.iter().map(|choice| format!("\n{}: {}", choice.name, joined(choice.doc)));
            return values.collect();
        }
    };
    format!("{kind}{}.", if option.optional { ", or none" } else { "" })
}

/// The lines of a documentation as one, without the marks of code.
fn joined(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "")
}

/// Appends paragraphs, indented and broken between words.
fn wrap(text: &mut String, paragraphs: &str, width: usize) {
    const INDENT: &str = "      ";
    for paragraph in paragraphs.lines().filter(|paragraph| !paragraph.is_empty()) {
        let mut column = 0;
        for word in paragraph.split(' ') {
            let length = word.chars().count();
            if column == 0 || column + 1 + length > width {
                if column > 0 {
                    text.push('\n');
                }
                *text += INDENT;
                column = INDENT.len();
            } else {
                text.push(' ');
                column += 1;
            }
            *text += word;
            column += length;
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_listed_and_no_line_is_too_wide() {
        let text = list(80);
        let presets = PRESET_INFO.iter().map(|info| info.name);
        for name in presets.chain(OPTIONS.iter().map(|option| option.name)) {
            assert!(text.lines().any(|line| line.trim_start().starts_with(name)), "{name}");
        }
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        let large = &text[text.find("\n  whisper-large-v3\n").unwrap()..];
        assert!(large.contains("For Whisper large-v3 and turbo,"), "{large}");
        assert!(large.contains("\n      n_mels=128\n"), "{large}");
    }
}
