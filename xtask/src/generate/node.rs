//! The options in TypeScript and in JavaScript: `node/types.d.ts`, `node/lib/table.mjs`.

use super::template::fill;
use super::words::preset_doc;
use crate::Result;
use mojo_audio_core::config::{MelConfig, OptionInfo, OptionKind, PRESET_INFO};
use mojo_audio_core::{ERROR_KINDS, ErrorKind, OPTIONS, PRESETS, Spelling};
use std::fmt::Write as _;

/// `node/types.d.ts`.
pub fn types() -> Result<String> {
    let default = MelConfig::default();
    let (mut choices, mut options) = (String::new(), String::new());
    for option in OPTIONS {
        if let OptionKind::Choice { name, values } = option.kind {
            let names: Vec<_> = values.iter().map(|choice| format!("'{}'", choice.name)).collect();
            let line = format!("export type {name} = {};\n", names.join(" | "));
            if !choices.contains(&line) {
                choices.push_str(&line);
            }
        }
        comment(&mut options, option, &default.get(option.name)?)?;
        writeln!(
            options,
            "  {}?: {} | undefined;",
            Spelling::JAVASCRIPT.name(option.name),
            ty(option)
        )?;
    }
    let names: Vec<_> = PRESETS.iter().map(|name| format!("'{name}'")).collect();
    let presets = names.join(" | ");
    let mut meanings = String::new();
    for info in PRESET_INFO {
        let doc = in_camel_case(&preset_doc(info));
        let lines: Vec<_> = doc.lines().map(str::trim).collect();
        writeln!(meanings, " * - `{}`: {}", info.name, lines.join("\n *   "))?;
    }
    let kinds: Vec<_> = error_kinds().map(ErrorKind::code).collect();
    let numbers: Vec<_> = error_kinds().map(|kind| kind.number().to_string()).collect();
    let mut codes = String::new();
    for code in kinds.iter().filter(|code| **code != ErrorKind::Argument.code()) {
        writeln!(codes, "    | 'ERR_MOJO_AUDIO_{}'", code.to_ascii_uppercase())?;
    }
    fill(
        "node/types.d.ts",
        &[
            ("presets", presets),
            ("preset-meanings", meanings),
            ("choices", choices + "\n"),
            ("options", options),
            ("codes", codes),
            ("numbers", numbers.join(" | ")),
            ("kinds", format!("\n    | '{}'", kinds.join("'\n    | '"))),
        ],
    )
}

/// The kinds of error that JavaScript has. Promises are rejected with the signal's own reason; a disposed stream is a
/// finished one.
fn error_kinds() -> impl Iterator<Item = ErrorKind> {
    let unused = [ErrorKind::Aborted, ErrorKind::Closed, ErrorKind::Internal];
    ERROR_KINDS.iter().map(|info| info.kind).filter(move |kind| !unused.contains(kind))
}

/// `node/lib/table.mjs`.
pub fn table() -> Result<String> {
    let mut text = String::from(
        "\n/** Every option's type, and whether null unsets it. */\nexport const OPTIONS = Object.freeze({\n",
    );
    for option in OPTIONS {
        let ty = match option.kind {
            OptionKind::U32 | OptionKind::U64 => "integer",
            OptionKind::F64 => "number",
            OptionKind::Bool => "boolean",
            OptionKind::Choice { .. } => "choice",
        };
        let name = Spelling::JAVASCRIPT.name(option.name);
        writeln!(text, "  {name}: {{ type: '{ty}', isOptional: {} }},", option.optional)?;
    }
    text.push_str("});\n\nexport const PRESETS = Object.freeze([\n");
    for name in PRESETS {
        writeln!(text, "  '{name}',")?;
    }
    text.push_str("]);\n\n/** The number of each kind of error. */\nexport const ERROR_NUMBERS = Object.freeze({\n");
    for kind in error_kinds() {
        writeln!(text, "  {}: {},", kind.code(), kind.number())?;
    }
    writeln!(text, "}});\n\nexport const VERSION = '{}';", env!("CARGO_PKG_VERSION"))?;
    Ok(text)
}

/// An option's documentation, in which options have their names in JavaScript.
fn comment(text: &mut String, option: &OptionInfo, default: &str) -> Result {
    text.push_str("  /**\n");
    for line in option.doc.lines() {
        writeln!(text, "   *{}", in_camel_case(line).trim_end())?;
    }
    if let OptionKind::Choice { values, .. } = option.kind {
        text.push_str("   *\n");
        for choice in values {
            let doc: Vec<_> = choice.doc.lines().map(str::trim).collect();
            writeln!(text, "   * - `{}`: {}", choice.name, in_camel_case(&doc.join(" ")))?;
        }
    }
    let value = match option.kind {
        _ if option.optional && default == "none" => "null".into(),
        OptionKind::Choice { .. } => format!("'{default}'"),
        _ => default.to_string(),
    };
    writeln!(text, "   *\n   * @default {value}\n   */")?;
    Ok(())
}

fn ty(option: &OptionInfo) -> String {
    let ty = match option.kind {
        OptionKind::U32 | OptionKind::F64 => "number",
        OptionKind::U64 => "number | bigint",
        OptionKind::Bool => "boolean",
        OptionKind::Choice { name, .. } => name,
    };
    if option.optional { format!("{ty} | null") } else { ty.into() }
}

/// Names of options between backticks.
fn in_camel_case(doc: &str) -> String {
    let parts = doc.split('`').enumerate().map(|(place, part)| {
        let is_option = place % 2 == 1 && OPTIONS.iter().any(|option| option.name == part);
        if is_option { Spelling::JAVASCRIPT.name(part) } else { part.into() }
    });
    parts.collect::<Vec<_>>().join("`")
}
