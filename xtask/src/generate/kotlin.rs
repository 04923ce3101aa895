//! The options in Kotlin: MelConfig with its builder, the types of its choices and the presets.

use super::template::fill;
use super::words::{Quoted, lines, preset_doc};
use crate::Result;
use mojo_audio_core::config::{OptionInfo, OptionKind, PRESET_INFO};
use mojo_audio_core::{ERROR_KINDS, OPTIONS, PRESETS, Spelling};
use std::borrow::Cow;
use std::fmt::Write as _;

/// `uniffi/kotlin/src/main/kotlin/mojoaudio/MelErrorKind.kt`.
pub fn kinds() -> Result<String> {
    let mut kinds = String::new();
    for info in ERROR_KINDS {
        let (code, number) = (info.kind.code(), info.kind.number());
        doc(&mut kinds, "    ", info.doc);
        writeln!(kinds, "    {}({code:?}, {number}),", code.to_ascii_uppercase())?;
    }
    fill("uniffi/kotlin/src/main/kotlin/mojoaudio/MelErrorKind.kt", &[("kinds", kinds)])
}

/// `uniffi/kotlin/src/main/kotlin/mojoaudio/MelConfig.kt`.
pub fn options() -> Result<String> {
    let (mut options, mut setters) = (String::new(), String::new());
    let (mut parameters, mut copies) = (String::new(), String::new());
    for option in OPTIONS {
        let (name, field, ty) = (option.name, spelled(option.name), kotlin_type(option));
        options.push('\n');
        doc(&mut options, "    ", option.doc);
        writeln!(options, "    public val {field}: {ty} get() = options.{}", read(option))?;
        writeln!(parameters, "        {field}: {ty} = this.{field},")?;
        writeln!(copies, "        if ({field} != this.{field}) options.put({name:?}, {field})")?;
        write!(
            setters,
            "\n        /** Sets [MelConfig.{field}]. */\n        public fun {field}(value: {ty}): Builder = \
             apply {{ options.put({name:?}, value) }}\n"
        )?;
    }
    let mut names = String::new();
    for preset in PRESETS {
        writeln!(names, "            {preset:?},")?;
    }
    fill(
        "uniffi/kotlin/src/main/kotlin/mojoaudio/MelConfig.kt",
        &[
            ("options", options),
            ("parameters", parameters),
            ("copies", copies),
            ("setters", setters),
            ("choices", choices()?),
            ("preset-names", names),
            ("presets", presets()?),
        ],
    )
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
            "\n    /** A value of [MelConfig.{}]; [text] is its name in every language. */\n    \
             public enum class {name}(public override val text: String) : Choice {{\n",
            spelled(option.name)
        )?;
        for value in values {
            doc(&mut text, "        ", value.doc);
            writeln!(text, "        {}({:?}),", value.name.to_ascii_uppercase(), value.name)?;
        }
        text.push_str("    }\n");
    }
    Ok(text)
}

fn presets() -> Result<String> {
    let mut text = String::new();
    for info in PRESET_INFO {
        text.push('\n');
        doc(&mut text, "        ", &preset_doc(info));
        let (preset, function) = (info.name, spelled(info.name));
        write!(
            text,
            "        @JvmStatic\n        public fun {function}(): MelConfig = preset({preset:?})\n"
        )?;
    }
    Ok(text)
}

fn kotlin_type(option: &OptionInfo) -> String {
    let ty = match option.kind {
        OptionKind::U32 => "Int",
        OptionKind::U64 => "Long",
        OptionKind::F64 => "Double",
        OptionKind::Bool => "Boolean",
        OptionKind::Choice { name, .. } => name,
    };
    if option.optional { format!("{ty}?") } else { ty.into() }
}

/// How an option is read.
fn read(option: &OptionInfo) -> String {
    let end = if option.optional { "OrNull" } else { "" };
    match option.kind {
        OptionKind::U32 => format!("int{end}({:?})", option.name),
        OptionKind::U64 => format!("long{end}({:?})", option.name),
        OptionKind::F64 => format!("double{end}({:?})", option.name),
        OptionKind::Bool => format!("boolean{end}({:?})", option.name),
        OptionKind::Choice { name, .. } => format!("choice{end}({:?}, {name}.entries)", option.name),
    }
}

fn doc(text: &mut String, indent: &str, doc: &str) {
    let lines = lines(doc, |quoted| match quoted {
        Quoted::Option(option) => format!("[{}]", spelled(option)),
        Quoted::Value(value) => format!("`{}`", value.to_ascii_uppercase()),
        Quoted::Other(text) => format!("`{text}`"),
    });
    let _ = match lines.as_slice() {
        [line] => writeln!(text, "{indent}/** {line} */"),
        lines => writeln!(
            text,
            "{indent}/**\n{}{indent} */",
            lines.iter().map(|line| format!("{indent} * {line}\n")).collect::<String>()
        ),
    };
}

fn spelled(name: &str) -> Cow<'_, str> {
    Spelling::KOTLIN.name(name)
}
