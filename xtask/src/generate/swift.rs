//! The options in Swift: the fields of MelConfig, the types of its choices and the presets.

use super::words::{Quoted, capital, lines, preset_doc};
use crate::Result;
use mojo_audio_core::config::{OptionInfo, OptionKind, PRESET_INFO};
use mojo_audio_core::{ERROR_KINDS, OPTIONS, PRESETS};
use std::fmt::Write as _;

const HEAD: &str = "
/// Every option of the pipeline. ``init()`` has the defaults, which are Whisper's log-mel with 80 bands.
///
/// Take a preset and change options:
///
/// ```swift
/// var config = MelConfig.kaldiFbank
/// config.nMels = 40
/// ```
///
/// ``MelExtractor`` and ``check()`` check the values.
public struct MelConfig: Sendable, Hashable {
";

const PRESETS_HEAD: &str = "
extension MelConfig {
    /// The names that ``init(preset:)`` knows.
    public static let presets = [
";

/// Words that Swift writes in capitals, but at the start of a name.
const INITIALISMS: &[&str] = &["db", "dc", "fft", "mfcc"];

/// Swift's own words, which names have to be told from.
const KEYWORDS: &[&str] = &[
    "as", "case", "default", "do", "else", "false", "for", "if", "in", "internal", "is", "repeat",
    "self", "true",
];

/// `uniffi/MojoAudio/Sources/MojoAudio/Options.swift`.
pub fn options() -> Result<String> {
    let mut text = HEAD.to_string();
    for (place, option) in OPTIONS.iter().enumerate() {
        if place > 0 {
            text.push('\n');
        }
        doc(&mut text, option.doc);
        writeln!(text, "    public var {}: {}", name(option.name), swift_type(option))?;
    }
    text.push_str("\n    init(texts: OptionTexts) {\n");
    for option in OPTIONS {
        let optional = if option.optional { "optional" } else { "" };
        let read = match option.kind {
            OptionKind::U32 => "integer",
            OptionKind::U64 => "wide",
            OptionKind::F64 => "number",
            OptionKind::Bool => "truth",
            OptionKind::Choice { .. } => "choice",
        };
        let read = if option.optional { capital(read) } else { read.into() };
        writeln!(text, "        {} = texts.{optional}{read}({:?})", name(option.name), option.name)?;
    }
    text.push_str("    }\n\n    var texts: OptionTexts {\n        var texts = OptionTexts()\n");
    for option in OPTIONS {
        writeln!(text, "        texts.put({:?}, {})", option.name, name(option.name))?;
    }
    text.push_str("        return texts\n    }\n}\n");
    choices(&mut text)?;
    text.push_str(PRESETS_HEAD);
    for preset in PRESETS {
        writeln!(text, "        {preset:?},")?;
    }
    text.push_str("    ]\n");
    for info in PRESET_INFO {
        text.push('\n');
        doc(&mut text, &preset_doc(info));
        writeln!(text, "    public static let {} = known({:?})", name(info.name), info.name)?;
    }
    text.push_str("}\n");
    Ok(text)
}

/// `uniffi/MojoAudio/Sources/MojoAudio/ErrorKind.swift`.
pub fn kinds() -> Result<String> {
    let mut text = KINDS.to_string();
    for info in ERROR_KINDS {
        let code = info.kind.code();
        for line in info.doc.lines() {
            writeln!(text, "        ///{line}")?;
        }
        writeln!(text, "        case {} = {code:?}", case(code))?;
    }
    text.push_str(
        "\n        /// Its number, the same in every version and language.\n        \
         public var number: Int {\n            switch self {\n",
    );
    for info in ERROR_KINDS {
        writeln!(text, "            case .{}: {}", name(info.kind.code()), info.kind.number())?;
    }
    text.push_str("            }\n        }\n    }\n}\n");
    Ok(text)
}

const KINDS: &str = "
extension MelError {
    /// The kind of a ``MelError``. Its raw value is the name that it has in every version and language. Some kinds
    /// occur only in other languages.
    public enum Kind: String, Sendable, CaseIterable {
";

/// The name of a case where it is declared.
fn case(text: &str) -> String {
    let case = name(text);
    if KEYWORDS.contains(&&*case) { format!("`{case}`") } else { case }
}

/// The types of choices and their values.
fn choices(text: &mut String) -> Result {
    let mut known = Vec::new();
    text.push_str("\nextension MelConfig {\n");
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
    text.push_str("}\n");
    Ok(())
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
