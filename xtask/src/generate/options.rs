//! The page of every option, and of what each preset changes; the same as Python reads it.

use super::template::fill;
use crate::Result;
use mojo_audio_core::OPTIONS;
use mojo_audio_core::config::{Choice, MelConfig, OptionInfo, OptionKind, PRESET_INFO};
use std::fmt::Write as _;

pub fn page() -> Result<String> {
    let mut options = String::new();
    let default = MelConfig::default();
    for option in OPTIONS {
        let value = default.get(option.name)?;
        writeln!(
            options,
            "| `{}` | {} | `{value}` | {} |",
            option.name,
            kind(option),
            meaning(option)
        )?;
    }
    let mut described = String::new();
    for info in PRESET_INFO {
        let rate = (info.config)().sample_rate;
        let doc = one_line(info.doc);
        writeln!(
            described,
            "| `{}` | {doc} | {} | {} | {rate} |",
            info.name, info.reference, info.models
        )?;
    }
    let mut changes = String::from("| option |");
    let presets = PRESET_INFO.iter().map(|info| (info.name, (info.config)()));
    let presets: Vec<_> = presets.filter(|(_, config)| *config != default).collect();
    for (name, _) in &presets {
        write!(changes, " {name} |")?;
    }
    writeln!(changes, "\n|---|{}", "---|".repeat(presets.len()))?;
    for option in OPTIONS {
        let usual = default.get(option.name)?;
        let values = presets.iter().map(|(_, config)| config.get(option.name));
        let values = values.collect::<std::result::Result<Vec<_>, _>>()?;
        if values.iter().all(|value| *value == usual) {
            continue;
        }
        write!(changes, "| `{}` |", option.name)?;
        for value in values {
            if value == usual {
                changes.push_str(" |");
            } else {
                write!(changes, " {value} |")?;
            }
        }
        changes.push('\n');
    }
    fill("docs/options.md", &[("options", options), ("presets", described), ("changes", changes)])
}

/// For the program that makes the conformance cases.
pub fn python_table() -> Result<String> {
    let default = MelConfig::default();
    let mut table =
        "\n\"\"\"Every option with its default, and what each preset changes.\"\"\"\n\nDEFAULT = {\n"
            .to_string();
    for option in OPTIONS {
        writeln!(table, "    {:?}: {},", option.name, python_value(option, &default)?)?;
    }
    table.push_str("}\n\nPRESETS = {\n");
    for info in PRESET_INFO {
        let config = (info.config)();
        writeln!(table, "    {:?}: {{", info.name)?;
        for option in OPTIONS {
            if config.get(option.name)? != default.get(option.name)? {
                writeln!(table, "        {:?}: {},", option.name, python_value(option, &config)?)?;
            }
        }
        table.push_str("    },\n");
    }
    table.push_str("}\n");
    Ok(table)
}

/// An option's value as Python writes it.
fn python_value(option: &OptionInfo, config: &MelConfig) -> Result<String> {
    let text = config.get(option.name)?;
    Ok(match option.kind {
        _ if option.optional && text == "none" => "None".into(),
        OptionKind::U32 | OptionKind::U64 => text,
        // With a decimal point or an exponent.
        OptionKind::F64 => format!("{:?}", text.parse::<f64>()?),
        OptionKind::Bool => if text == "true" { "True" } else { "False" }.into(),
        OptionKind::Choice { .. } => format!("{text:?}"),
    })
}

fn kind(option: &OptionInfo) -> String {
    let kind = match option.kind {
        OptionKind::U32 | OptionKind::U64 => "integer",
        OptionKind::F64 => "number",
        OptionKind::Bool => "true or false",
        OptionKind::Choice { name, .. } => name,
    };
    if option.optional { format!("{kind}, optional") } else { kind.to_string() }
}

fn meaning(option: &OptionInfo) -> String {
    let mut text = one_line(option.doc);
    if let OptionKind::Choice { values, .. } = option.kind {
        for Choice { name, doc } in values {
            let _ = write!(text, "<br>`{name}`: {}", one_line(doc));
        }
    }
    text
}

/// Documentation as one cell of a table.
pub fn one_line(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
