//! The page of every option, and of what each preset changes.

use crate::Result;
use mojo_audio_core::OPTIONS;
use mojo_audio_core::config::{Choice, MelConfig, OptionInfo, OptionKind, PRESET_INFO};
use std::fmt::Write as _;

const INTRODUCTION: &str = "
# Options

Options have the same names in every language, in its casing. The defaults are Whisper's log-mel with 80 bands.
Values are in the form that `MelConfig::set` and `mojo-audio --set` read; `none` unsets an option.

| option | type | default | meaning |
|---|---|---|---|
";

const PRESETS_HEADING: &str = "
# Presets

| preset | what it computes | equal to | models | hertz |
|---|---|---|---|---|
";

const CHANGES_HEADING: &str = "
What each preset changes; everything else is as above. `whisper` changes nothing.

| option |";

pub fn page() -> Result<String> {
    let mut page = INTRODUCTION.to_string();
    let default = MelConfig::default();
    for option in OPTIONS {
        let value = default.get(option.name)?;
        writeln!(page, "| `{}` | {} | `{value}` | {} |", option.name, kind(option), meaning(option))?;
    }
    page.push_str(PRESETS_HEADING);
    for info in PRESET_INFO {
        let rate = (info.config)().sample_rate;
        let doc = one_line(info.doc);
        writeln!(page, "| `{}` | {doc} | {} | {} | {rate} |", info.name, info.reference, info.models)?;
    }
    page.push_str(CHANGES_HEADING);
    let presets = PRESET_INFO.iter().map(|info| (info.name, (info.config)()));
    let presets: Vec<_> = presets.filter(|(_, config)| *config != default).collect();
    for (name, _) in &presets {
        write!(page, " {name} |")?;
    }
    writeln!(page, "\n|---|{}", "---|".repeat(presets.len()))?;
    for option in OPTIONS {
        let usual = default.get(option.name)?;
        let values = presets.iter().map(|(_, config)| config.get(option.name));
        let values = values.collect::<std::result::Result<Vec<_>, _>>()?;
        if values.iter().all(|value| *value == usual) {
            continue;
        }
        write!(page, "| `{}` |", option.name)?;
        for value in values {
            if value == usual {
                page.push_str(" |");
            } else {
                write!(page, " {value} |")?;
            }
        }
        page.push('\n');
    }
    Ok(page)
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
