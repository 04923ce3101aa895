//! The options in Swift: the fields of MelConfig, the types of its choices and the presets.

use super::template::fill;
use super::words::{Quoted, lines, preset_doc};
use crate::Result;
use mojo_audio_core::config::{OptionInfo, OptionKind, PRESET_INFO};
use mojo_audio_core::{ERROR_KINDS, OPTIONS, PRESETS, Spelling};
use std::borrow::Cow;
use std::fmt::Write as _;

/// Swift's own words, which names have to be told from.
const KEYWORDS: &[&str] = &[
    "as", "case", "default", "do", "else", "false", "for", "if", "in", "internal", "is", "repeat",
    "self", "true",
];

/// `uniffi/MojoAudio/Sources/MojoAudio/Options.swift`.
pub fn options() -> Result<String> {
    let (mut options, mut reads, mut writes) = (String::new(), String::new(), String::new());
    for (place, option) in OPTIONS.iter().enumerate() {
        if place > 0 {
            options.push('\n');
        }
        doc(&mut options, option.doc);
        let field = name(option.name);
        writeln!(options, "    public var {field}: {}", swift_type(option))?;
        let read = match (option.kind, option.optional) {
            (OptionKind::U32, false) => "integer",
            (OptionKind::U32, true) => "optionalInteger",
            (OptionKind::U64, false) => "wide",
            (OptionKind::U64, true) => "optionalWide",
            (OptionKind::F64, false) => "number",
            (OptionKind::F64, true) => "optionalNumber",
            (OptionKind::Bool, false) => "truth",
            (OptionKind::Bool, true) => "optionalTruth",
            (OptionKind::Choice { .. }, false) => "choice",
            (OptionKind::Choice { .. }, true) => "optionalChoice",
        };
        writeln!(reads, "        {field} = texts.{read}({:?})", option.name)?;
        writeln!(writes, "        texts.put({:?}, {field})", option.name)?;
    }
    let (mut names, mut presets) = (String::new(), String::new());
    for preset in PRESETS {
        writeln!(names, "        {preset:?},")?;
    }
    for info in PRESET_INFO {
        presets.push('\n');
        doc(&mut presets, &preset_doc(info));
        writeln!(presets, "    public static let {} = known({:?})", name(info.name), info.name)?;
    }
    fill(
        "uniffi/MojoAudio/Sources/MojoAudio/Options.swift",
        &[
            ("options", options),
            ("reads", reads),
            ("writes", writes),
            ("choices", choices()?),
            ("preset-names", names),
            ("presets", presets),
        ],
    )
}

/// `uniffi/MojoAudio/Sources/MojoAudio/ErrorKind.swift`.
pub fn kinds() -> Result<String> {
    let (mut kinds, mut numbers) = (String::new(), String::new());
    for info in ERROR_KINDS {
        let code = info.kind.code();
        for line in info.doc.lines() {
            writeln!(kinds, "        ///{line}")?;
        }
        writeln!(kinds, "        case {} = {code:?}", case(code))?;
        writeln!(numbers, "            case .{}: {}", name(code), info.kind.number())?;
    }
    let places = [("kinds", kinds), ("numbers", numbers)];
    fill("uniffi/MojoAudio/Sources/MojoAudio/ErrorKind.swift", &places)
}

/// The name of a case where it is declared.
fn case(text: &str) -> String {
    let case = name(text);
    if KEYWORDS.contains(&&*case) { format!("`{case}`") } else { case.into() }
}

/// The types of choices and their values.
fn choices() -> Result<String> {
    let (mut text, mut known) = (String::new(), Vec::new());
    for option in OPTIONS {
        let OptionKind::Choice { name: choice, values } = option.kind else { continue };
        if known.contains(&choice) {
            continue;
        }
        if !known.is_empty() {
            text.push('\n');
        }
        known.push(choice);
        writeln!(text, "    /// A value of ``{}``.", name(option.name))?;
        writeln!(text, "    public enum {choice}: String, Sendable, CaseIterable {{")?;
        for value in values {
            for line in documented(value.doc) {
                writeln!(text, "        /// {line}")?;
            }
            writeln!(text, "        case {} = {:?}", case(value.name), value.name)?;
        }
        text.push_str("    }\n");
    }
    Ok(text)
}

fn swift_type(option: &OptionInfo) -> String {
    let ty = match option.kind {
        OptionKind::U32 => "Int",
        OptionKind::U64 => "UInt64",
        OptionKind::F64 => "Double",
        OptionKind::Bool => "Bool",
        OptionKind::Choice { name, .. } => name,
    };
    if option.optional { format!("{ty}?") } else { ty.into() }
}

fn name(rust: &str) -> Cow<'_, str> {
    Spelling::SWIFT.name(rust)
}

fn documented(doc: &str) -> Vec<String> {
    lines(doc, |quoted| match quoted {
        Quoted::Option(option) => format!("``{}``", name(option)),
        Quoted::Value(value) => format!("`{}`", name(value)),
        Quoted::Other(text) => format!("`{text}`"),
    })
}

fn doc(text: &mut String, doc: &str) {
    for line in documented(doc) {
        let _ = writeln!(text, "    /// {line}");
    }
}
