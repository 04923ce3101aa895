//! The options in Go: the structure MelConfig, the types of its choices, the presets, and the way to and
//! from the C structure.

use super::template::fill;
use super::words::preset_doc;
use crate::Result;
use mojo_audio_core::config::{OptionInfo, OptionKind, PRESET_INFO};
use mojo_audio_core::{ERROR_KINDS, OPTIONS, PRESETS, Spelling};
use std::borrow::Cow;
use std::fmt::Write as _;

/// `capi/go/options.go`.
pub fn mirror() -> Result<String> {
    let (mut options, mut names, mut presets) = (String::new(), String::new(), String::new());
    for option in OPTIONS {
        options.push('\n');
        doc(&mut options, "\t", option.doc);
        if option.optional {
            options.push_str("\t// 0 is unset.\n");
        }
        writeln!(options, "\t{} {}", go_name(option.name), go_type(option)?)?;
    }
    for preset in PRESETS {
        writeln!(names, "\t{preset:?},")?;
    }
    for info in PRESET_INFO {
        let (preset, function) = (info.name, go_name(info.name));
        writeln!(presets, "\n// {function} is the preset {preset:?}:")?;
        doc(&mut presets, "", &preset_doc(info));
        writeln!(presets, "func {function}() MelConfig {{ return preset({preset:?}) }}")?;
    }
    fill(
        "capi/go/options.go",
        &[
            ("choices", choices()?),
            ("options", options),
            ("preset-names", names),
            ("presets", presets),
            ("from-c", from_c()?),
            ("to-c", to_c()?),
        ],
    )
}

/// `capi/go/codes.go`.
pub fn codes() -> Result<String> {
    let (mut codes, mut names) = (String::new(), String::new());
    for (place, info) in ERROR_KINDS.iter().enumerate() {
        if place > 0 {
            codes.push('\n');
        }
        doc(&mut codes, "\t", info.doc);
        let code = info.kind.code();
        writeln!(codes, "\tCode{} ErrorCode = {}", go_name(code), info.kind.number())?;
        writeln!(names, "\tcase Code{}:\n\t\treturn {code:?}", go_name(code))?;
    }
    fill("capi/go/codes.go", &[("codes", codes), ("names", names)])
}

/// The types of choices and their values.
fn choices() -> Result<String> {
    let (mut text, mut known) = (String::new(), Vec::new());
    for option in OPTIONS {
        let OptionKind::Choice { name, values } = option.kind else { continue };
        if known.contains(&name) {
            continue;
        }
        known.push(name);
        write!(
            text,
            "\n// {name} is a value of the option {}.\ntype {name} int32\n",
            go_name(option.name)
        )?;
        writeln!(text, "\n// Values of the option {}.\nconst (", go_name(option.name))?;
        for (number, value) in values.iter().enumerate() {
            if number > 0 {
                text.push('\n');
            }
            doc(&mut text, "\t", value.doc);
            writeln!(text, "\t{name}{} {name} = {number}", go_name(value.name))?;
        }
        let names: Vec<_> = values.iter().map(|value| format!("{:?}", value.name)).collect();
        write!(
            text,
            ")\n\n// String is the value's name in every language.\n\
             func (v {name}) String() string {{\n\treturn choiceName(int32(v), {})\n}}\n",
            names.join(", ")
        )?;
    }
    Ok(text)
}

/// Reads the fields of the C structure.
fn from_c() -> Result<String> {
    let mut text = String::new();
    for option in OPTIONS {
        let (c, go) = (c_name(option.name), go_name(option.name));
        match option.kind {
            OptionKind::Bool => writeln!(text, "\tc.{go} = o.{c} != 0")?,
            _ => writeln!(text, "\tc.{go} = {}(o.{c})", go_type(option)?)?,
        }
    }
    Ok(text)
}

/// Sets the fields of the C structure.
fn to_c() -> Result<String> {
    let mut text = String::new();
    for option in OPTIONS {
        let (c, go) = (c_name(option.name), go_name(option.name));
        match option.kind {
            OptionKind::Bool => writeln!(text, "\tif c.{go} {{\n\t\to.{c} = 1\n\t}}")?,
            OptionKind::U32 => writeln!(
                text,
                "\tif int64(c.{go}) < 0 || int64(c.{go}) > math.MaxUint32 {{\n\
                 \t\treturn o, outOfRange({:?}, c.{go})\n\t}}\n\to.{c} = C.uint32_t(c.{go})",
                option.name
            )?,
            OptionKind::U64 => writeln!(text, "\to.{c} = C.uint64_t(c.{go})")?,
            OptionKind::F64 => writeln!(text, "\to.{c} = C.double(c.{go})")?,
            OptionKind::Choice { .. } => writeln!(text, "\to.{c} = C.int32_t(c.{go})")?,
        }
    }
    Ok(text)
}

/// A field's name, as cgo has it: Go's own words get a line before them.
fn c_name(option: &str) -> String {
    const KEYWORDS: &[&str] = &["range", "type", "func", "map", "select"];
    if KEYWORDS.contains(&option) { format!("_{option}") } else { option.into() }
}

fn go_type(option: &OptionInfo) -> Result<&'static str> {
    Ok(match option.kind {
        OptionKind::Choice { .. } | OptionKind::Bool if option.optional => {
            return Err(format!("{}: Go has no way yet to unset a choice", option.name).into());
        }
        OptionKind::U32 => "int",
        OptionKind::U64 => "uint64",
        OptionKind::F64 => "float64",
        OptionKind::Bool => "bool",
        OptionKind::Choice { name, .. } => name,
    })
}

fn go_name(name: &str) -> Cow<'_, str> {
    Spelling::GO.name(name)
}

/// A documentation comment; options in it have their Go names.
fn doc(text: &mut String, indent: &str, doc: &str) {
    for line in doc.lines() {
        let mut words = String::new();
        for (place, part) in line.split('`').enumerate() {
            let is_option = place % 2 == 1 && OPTIONS.iter().any(|option| option.name == part);
            words.push_str(&if is_option { go_name(part) } else { part.into() });
        }
        let _ = writeln!(text, "{indent}//{words}");
    }
}
