//! The options in Swift: the fields of MelConfig, the types of its choices and the presets.

use super::template::fill;
use super::words::{Quoted, capital, lines, preset_doc};
use crate::Result;
use mojo_audio_core::config::{OptionInfo, OptionKind, PRESET_INFO};
use mojo_audio_core::{ERROR_KINDS, OPTIONS, PRESETS};
use std::fmt::Write as _;

/// Words that Swift writes in capitals, but at the start of a name.
const INITIALISMS: &[&str] = &["db", "dc", "fft", "mfcc"];

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
        let optional = if option.optional { "optional" } else { "" };
        let read = match option.kind {
            OptionKind::U32 => "integer",
            OptionKind::U64 => "wide",
            OptionKind::F64 => "number",
            OptionKind::Bool => "truth",
            OptionKind::Choice { .. } => "choice",
        };
        let read = if option.optional { capital(read) } else { read.into() };
        writeln!(reads, "        {field} = texts.{optional}{read}({:?})", option.name)?;
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
    if KEYWORDS.contains(&&*case) { format!("`{case}`") } else { case }
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

/// `n_fft` is nFFT.
fn name(option: &str) -> String {
    let mut words = option.split(['_', '-']);
    let first = words.next().unwrap_or_default().to_string();
    words.fold(first, |name, word| {
        let is_initialism = INITIALISMS.contains(&word);
        name + &if is_initialism { word.to_ascii_uppercase() } else { capital(word) }
    })
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
