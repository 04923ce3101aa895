//! The options in C++: `MelConfig`, its choices and presets; what carries them over the bridge.

use super::capi::formatted;
use super::template::fill;
use super::words::preset_doc;
use crate::Result;
use mojo_audio_core::config::{Choice, MelConfig, OptionInfo, OptionKind, PRESET_INFO};
use mojo_audio_core::{ERROR_KINDS, OPTIONS, PRESETS};
use std::fmt::Write as _;

/// `cxx-bindings/include/mojo_audio/config.hpp`.
pub fn header() -> Result<String> {
    let mut types = String::new();
    for (name, values, option) in choices()? {
        writeln!(types, "\n/// Values of the option MelConfig::{option}.")?;
        writeln!(types, "enum class {name} : std::uint8_t {{")?;
        for value in values {
            doc(&mut types, "  ", value.doc);
            writeln!(types, "  {},", identifier(value.name))?;
        }
        types.push_str("};\n");
    }
    let (mut options, default) = (String::new(), MelConfig::default());
    for option in OPTIONS {
        doc(&mut options, "  ", option.doc);
        let (cxx_type, name) = (cxx_type(option), option.name);
        let value = value(option, &default)?.unwrap_or_else(|| "std::nullopt".into());
        writeln!(options, "  {cxx_type} {name} = {value};")?;
    }
    let mut names = String::new();
    for preset in PRESETS {
        writeln!(names, "        {preset:?},")?;
    }
    let same: Vec<_> = OPTIONS.iter().map(|option| format!("a.{0} == b.{0}", option.name)).collect();
    fill(
        "cxx-bindings/include/mojo_audio/config.hpp",
        &[
            ("choices", types),
            ("options", options),
            ("presets", presets(&default)?),
            ("n-presets", PRESETS.len().to_string()),
            ("preset-names", names),
            ("same", same.join(" &&\n           ")),
        ],
    )
}

fn presets(default: &MelConfig) -> Result<String> {
    let mut text = String::new();
    for info in PRESET_INFO {
        text.push('\n');
        doc(&mut text, "  ", &preset_doc(info));
        let mut changes = String::new();
        let config = (info.config)();
        for option in OPTIONS {
            let (new, old) = (value(option, &config)?, value(option, default)?);
            if new != old {
                let new = new.unwrap_or_else(|| "std::nullopt".into());
                writeln!(text, "  /// {} {} = {new}", bullet(&changes), option.name)?;
                writeln!(changes, "    config.{} = {new};", option.name)?;
            }
        }
        let name = info.name.replace('-', "_");
        writeln!(text, "  [[nodiscard]] static MelConfig {name}() noexcept {{")?;
        if changes.is_empty() {
            text.push_str("    return {};\n  }\n");
        } else {
            writeln!(text, "    MelConfig config{{}};\n{changes}    return config;\n  }}")?;
        }
    }
    Ok(text)
}

/// `cxx-bindings/include/mojo_audio/error_code.hpp`.
pub fn codes() -> Result<String> {
    let (mut codes, mut names) = (String::new(), String::new());
    for info in ERROR_KINDS {
        doc(&mut codes, "  ", info.doc);
        writeln!(codes, "  {} = {},", info.kind.code(), info.kind.number())?;
        writeln!(names, "    case ErrorCode::{0}: return \"{0}\";", info.kind.code())?;
    }
    fill("cxx-bindings/include/mojo_audio/error_code.hpp", &[("codes", codes), ("names", names)])
}

/// The list of a preset's changes starts with a sentence.
fn bullet(before: &str) -> &'static str {
    if before.is_empty() { "It changes these defaults:\n  /// -" } else { "-" }
}

/// `cxx-bindings/src/options.cc`.
pub fn source() -> Result<String> {
    let (mut from, mut to) = (String::new(), String::new());
    for option in OPTIONS {
        let name = option.name;
        match option {
            OptionInfo { optional: true, .. } => {
                writeln!(from, "  options.has_{name} = config.{name}.has_value();")?;
                writeln!(from, "  options.{name} = config.{name}.value_or(0);")?;
                writeln!(
                    to,
                    "  config.{name} = options.has_{name} ? std::make_optional(options.{name}) : std::nullopt;"
                )?;
            }
            OptionInfo { kind: OptionKind::Choice { name: kind, .. }, .. } => {
                writeln!(from, "  options.{name} = static_cast<std::uint8_t>(config.{name});")?;
                writeln!(to, "  config.{name} = static_cast<{kind}>(options.{name});")?;
            }
            _ => {
                writeln!(from, "  options.{name} = config.{name};")?;
                writeln!(to, "  config.{name} = options.{name};")?;
            }
        }
    }
    fill("cxx-bindings/src/options.cc", &[("from-config", from), ("to-config", to)])
}

/// `cxx-bindings/src/options.rs`.
pub fn mirror() -> Result<String> {
    let (mut fields, mut from, mut to) = (String::new(), String::new(), String::new());
    for option in OPTIONS {
        let (name, ty) = (option.name, rust_type(option));
        if option.optional {
            writeln!(fields, "has_{name}: bool,")?;
        }
        writeln!(fields, "{name}: {ty},")?;
        match option {
            OptionInfo { optional: true, .. } => {
                writeln!(from, "has_{name}: config.{name}.is_some(),")?;
                writeln!(from, "{name}: config.{name}.unwrap_or_default(),")?;
                writeln!(to, "{name}: self.has_{name}.then_some(self.{name}),")?;
            }
            OptionInfo { kind: OptionKind::Choice { name: kind, .. }, .. } => {
                writeln!(from, "{name}: config.{name} as u8,")?;
                let values = format!("config::{kind}::ALL, config::{kind}::name");
                writeln!(to, "{name}: choice(\"{name}\", {values}, self.{name})?,")?;
            }
            _ => {
                writeln!(from, "{name}: config.{name},")?;
                writeln!(to, "{name}: self.{name},")?;
            }
        }
    }
    let places = [("fields", fields), ("from-config", from), ("to-config", to)];
    formatted(&fill("cxx-bindings/src/options.rs", &places)?)
}

/// Every type of choices, once.
fn choices() -> Result<Vec<(&'static str, &'static [Choice], &'static str)>> {
    let mut choices: Vec<(_, _, _)> = Vec::new();
    for option in OPTIONS {
        match option.kind {
            OptionKind::Choice { .. } if option.optional => {
                return Err(format!("{}: C++ has no way yet to unset a choice", option.name).into());
            }
            OptionKind::Choice { name, values }
                if choices.iter().all(|(known, _, _)| *known != name) =>
            {
                choices.push((name, values, option.name));
            }
            _ => {}
        }
    }
    Ok(choices)
}

/// The name of a choice, with a line after it where it is a word of C++'s own.
fn identifier(name: &str) -> String {
    const KEYWORDS: &[&str] = &["auto", "default", "double", "float", "int", "long", "short"];
    if KEYWORDS.contains(&name) { format!("{name}_") } else { name.into() }
}

fn cxx_type(option: &OptionInfo) -> String {
    let ty = match option.kind {
        OptionKind::U32 => "std::uint32_t",
        OptionKind::U64 => "std::uint64_t",
        OptionKind::F64 => "double",
        OptionKind::Bool => "bool",
        OptionKind::Choice { name, .. } => name,
    };
    if option.optional { format!("std::optional<{ty}>") } else { ty.into() }
}

fn rust_type(option: &OptionInfo) -> &'static str {
    match option.kind {
        OptionKind::U32 => "u32",
        OptionKind::U64 => "u64",
        OptionKind::F64 => "f64",
        OptionKind::Bool => "bool",
        OptionKind::Choice { .. } => "u8",
    }
}

/// An option's value as C++ writes it; none where it is unset.
fn value(option: &OptionInfo, config: &MelConfig) -> Result<Option<String>> {
    let text = config.get(option.name)?;
    if option.optional && text == "none" {
        return Ok(None);
    }
    Ok(Some(match option.kind {
        OptionKind::F64 => format!("{:?}", text.parse::<f64>()?),
        OptionKind::Choice { name, .. } => format!("{name}::{}", identifier(&text)),
        _ => text,
    }))
}

fn doc(text: &mut String, indent: &str, doc: &str) {
    for line in doc.lines() {
        let _ = writeln!(text, "{indent}///{line}");
    }
}
