//! The C interface: the mirror of core's options, the header, and the list of all that a compiled
//! program relies on.
//!
//! That list, `capi/abi/interface.txt`, only grows: the order of the fields of MojoMelOptions and every
//! number are read from it, and generating fails where something in it would change or go.

use super::template::fill;
use super::words::preset_doc;
use crate::Result;
use crate::workspace::Workspace;
use mojo_audio_core::config::{Choice, OptionInfo, OptionKind, PRESET_INFO};
use mojo_audio_core::{ERROR_KINDS, OPTIONS, PRESETS};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

pub const INTERFACE: &str = "capi/abi/interface.txt";
pub const HEADER: &str = "capi/include/mojo_audio.h";

/// The sources of the header, in the order in which it shows their functions.
const SOURCES: &[&str] = &[
    "generated.rs",
    "status.rs",
    "config.rs",
    "spectrogram.rs",
    "options.rs",
    "statistics.rs",
    "extractor.rs",
    "stream.rs",
    "frames.rs",
];

/// A field of MojoMelOptions.
pub struct Field {
    pub name: String,
    pub c_type: &'static str,
    offset: usize,
    /// The option; none for the fields before the options and for reserved ones.
    pub option: Option<&'static OptionInfo>,
}

impl Field {
    fn width(&self) -> usize {
        if matches!(self.c_type, "double" | "uint64_t") { 8 } else { 4 }
    }

    fn rust_type(&self) -> &'static str {
        match self.c_type {
            "double" => "f64",
            "uint64_t" => "u64",
            "int32_t" => "i32",
            _ => "u32",
        }
    }
}

fn c_type(kind: &OptionKind) -> &'static str {
    match kind {
        OptionKind::U32 => "uint32_t",
        OptionKind::U64 => "uint64_t",
        OptionKind::F64 => "double",
        OptionKind::Bool | OptionKind::Choice { .. } => "int32_t",
    }
}

/// The C name of a type of choices: `Window` is MojoMelWindow, `MelScale` is MojoMelScale.
pub fn c_choice(name: &str) -> String {
    format!("MojoMel{}", name.strip_prefix("Mel").unwrap_or(name))
}

/// The C name of a choice: MOJO_MEL_WINDOW_HANN.
pub fn c_constant(choice: &str, value: &str) -> String {
    let mut name = String::new();
    for letter in c_choice(choice).chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    format!("{name}_{}", value.to_ascii_uppercase())
}

/// Every type of choices, once.
pub fn choices() -> Vec<(&'static str, &'static [Choice], &'static str)> {
    let mut choices: Vec<(_, _, _)> = Vec::new();
    for option in OPTIONS {
        if let OptionKind::Choice { name, values } = option.kind
            && choices.iter().all(|(known, _, _)| *known != name)
        {
            choices.push((name, values, option.name));
        }
    }
    choices
}

/// The fields of MojoMelOptions: those that are written down, in their order, then new options. New ones
/// of four bytes come first, filled up to eight, so that no version of the structure ends within padding.
pub fn fields() -> Result<Vec<Field>> {
    let written = Workspace::new().read(INTERFACE).unwrap_or_default();
    let mut fields: Vec<Field> = Vec::new();
    let mut push = |name: &str, c_type: &str| -> Result {
        let option = OPTIONS.iter().find(|option| option.name == name);
        let now = match (option, name) {
            (Some(option), _) => self::c_type(&option.kind),
            (None, "size") => "uint64_t",
            (None, _) if name == "preset" || name.starts_with("reserved_") => "uint32_t",
            _ => return Err(format!("{INTERFACE}: there is no option {name} any more").into()),
        };
        if now != c_type {
            return Err(format!("{INTERFACE}: {name} was {c_type} and is now {now}").into());
        }
        let offset = fields.last().map_or(0, |last| last.offset + last.width());
        fields.push(Field { name: name.into(), c_type: now, offset, option });
        Ok(())
    };
    let mut known = vec!["size".to_string(), "preset".to_string()];
    let old: Vec<_> =
        written.lines().filter_map(|line| line.strip_prefix("field MojoMelOptions ")).collect();
    let mut narrow = 0;
    if old.is_empty() {
        push("size", "uint64_t")?;
        push("preset", "uint32_t")?;
        narrow += 1;
    }
    for line in old {
        let [name, c_type, _] = line.split(' ').collect::<Vec<_>>()[..] else {
            return Err(format!("{INTERFACE}: a field has a name, a type and an offset: {line}").into());
        };
        push(name, c_type)?;
        known.push(name.into());
    }
    let new: Vec<_> =
        OPTIONS.iter().filter(|option| !known.iter().any(|name| name == option.name)).collect();
    let is_narrow = |option: &&&OptionInfo| !matches!(option.kind, OptionKind::U64 | OptionKind::F64);
    for option in new.iter().filter(is_narrow) {
        push(option.name, c_type(&option.kind))?;
        narrow += 1;
    }
    if narrow % 2 == 1 {
        let reserved = known.iter().filter(|name| name.starts_with("reserved_")).count();
        push(&format!("reserved_{reserved}"), "uint32_t")?;
    }
    for option in new.iter().filter(|option| !is_narrow(option)) {
        push(option.name, c_type(&option.kind))?;
    }
    Ok(fields)
}

/// `capi/src/generated.rs`.
pub fn mirror() -> Result<String> {
    let mut versions = String::new();
    for (part, number) in ["MAJOR", "MINOR", "PATCH"].iter().zip(env!("CARGO_PKG_VERSION").split('.')) {
        write!(
            versions,
            "\n/// The {} version of this header; mojo_audio_version() returns that of the library.\n\
             pub const MOJO_AUDIO_VERSION_{part}: i32 = {number};\n",
            part.to_lowercase()
        )?;
    }
    let mut types = String::new();
    for (name, values, option) in choices() {
        write!(
            types,
            "\n/// Values of the option {option}.\n#[repr(C)]\n#[allow(non_camel_case_types)]\n\
             #[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub enum {} {{\n",
            c_choice(name)
        )?;
        for (number, value) in values.iter().enumerate() {
            doc(&mut types, value.doc);
            writeln!(types, "{} = {number},", c_constant(name, value.name))?;
        }
        types.push_str("}\n");
    }
    let (codes, code_names) = codes()?;
    let fields = fields()?;
    let reserved = fields.iter().filter(|field| field.option.is_none()).skip(2);
    let reserved: String = reserved
        .map(|field| format!("choice(\"{0}\", &[()], self.{0} as i32, \"0\")?;\n", field.name))
        .collect();
    let text = fill(
        "capi/src/generated.rs",
        &[
            ("versions", versions),
            ("choices", types),
            ("codes", codes),
            ("code-names", code_names),
            ("fields", declared(&fields)?),
            ("preset-names", PRESETS.iter().map(|preset| format!("c{preset:?}, ")).collect()),
            ("from-config", from_config(&fields)?),
            ("reserved", reserved),
            ("to-config", to_config()?),
        ],
    )?;
    formatted(&text)
}

/// The fields of the structure.
fn declared(fields: &[Field]) -> Result<String> {
    let mut text = String::new();
    for field in fields {
        match (field.option, field.name.as_str()) {
            (Some(option), _) => option_doc(&mut text, option)?,
            (None, "size") => text.push_str("/// sizeof(MojoMelOptions) in the caller's header.\n"),
            (None, "preset") => text.push_str(
                "/// Preset that supplies options newer than the caller's header. Don't change it:\n\
                 /// mojo_mel_options_init() sets it.\n",
            ),
            _ => text.push_str("/// Always 0.\n"),
        }
        writeln!(text, "pub {}: {},", field.name, field.rust_type())?;
    }
    Ok(text)
}

/// The fields of the structure, from a configuration.
fn from_config(fields: &[Field]) -> Result<String> {
    let mut text = String::new();
    for field in fields {
        let name = &field.name;
        match field.option {
            None if name == "size" || name == "preset" => writeln!(text, "{name},")?,
            None => writeln!(text, "{name}: 0,")?,
            Some(OptionInfo { optional: true, .. }) => {
                writeln!(text, "{name}: config.{name}.unwrap_or_default(),")?;
            }
            Some(OptionInfo { kind: OptionKind::Choice { .. }, .. }) => {
                writeln!(text, "{name}: config.{name} as i32,")?;
            }
            Some(OptionInfo { kind: OptionKind::Bool, .. }) => {
                writeln!(text, "{name}: config.{name}.into(),")?;
            }
            Some(_) => writeln!(text, "{name}: config.{name},")?,
        }
    }
    Ok(text)
}

/// The fields of a configuration, from the structure.
fn to_config() -> Result<String> {
    let mut text = String::new();
    for option in OPTIONS {
        let name = option.name;
        match (option.kind, option.optional) {
            (OptionKind::Choice { .. } | OptionKind::Bool, true) => {
                return Err(format!("{name}: the C interface has no way yet to unset a choice").into());
            }
            (OptionKind::F64, true) => {
                writeln!(text, "{name}: (self.{name} != 0.0).then_some(self.{name}),")?;
            }
            (_, true) => writeln!(text, "{name}: (self.{name} != 0).then_some(self.{name}),")?,
            (OptionKind::Bool, _) => {
                writeln!(text, "{name}: choice(\"{name}\", &[false, true], self.{name}, \"0 or 1\")?,")?
            }
            (OptionKind::Choice { name: kind, values }, _) => writeln!(
                text,
                "{name}: choice(\"{name}\", config::{kind}::ALL, self.{name}, \"a {}, from 0 to {}\")?,",
                c_choice(kind),
                values.len() - 1
            )?,
            _ => writeln!(text, "{name}: self.{name},")?,
        }
    }
    Ok(text)
}

/// The C name of a kind of error. MOJO_AUDIO_ERROR_ALLOCATION is a status.
pub fn c_code(code: &str) -> String {
    format!("MOJO_AUDIO_CODE_{}", code.to_ascii_uppercase())
}

/// The numbers of the kinds of errors, and their names.
fn codes() -> Result<(String, String)> {
    let (mut codes, mut names) = (String::new(), String::new());
    for (place, info) in ERROR_KINDS.iter().enumerate() {
        if usize::from(info.kind.number()) != place + 1 {
            return Err("CODE_NAMES has a name for each number: kinds of errors can't skip one".into());
        }
        doc(&mut codes, info.doc);
        writeln!(codes, "{} = {},", c_code(info.kind.code()), info.kind.number())?;
        write!(names, "c{:?}, ", info.kind.code())?;
    }
    Ok((codes, names))
}

/// A documentation comment.
fn doc(text: &mut String, doc: &str) {
    for line in doc.lines() {
        // C has no mark for code.
        let _ = writeln!(text, "///{}", line.replace('`', ""));
    }
}

/// `kaldi-fbank` is MOJO_MEL_PRESET_KALDI_FBANK.
fn c_preset(name: &str) -> String {
    format!("MOJO_MEL_PRESET_{}", name.to_ascii_uppercase().replace('-', "_"))
}

/// The names of presets as constants, which cbindgen can't make of texts.
fn preset_constants() -> String {
    let mut text = String::new();
    for info in PRESET_INFO {
        let doc = preset_doc(info).replace('`', "").replace("\n ", "\n * ");
        let _ = write!(text, "\n/**\n *{doc} */\n#define {} {:?}\n", c_preset(info.name), info.name);
    }
    text
}

fn option_doc(text: &mut String, option: &OptionInfo) -> Result {
    doc(text, option.doc);
    match option.kind {
        OptionKind::Choice { name, .. } => writeln!(text, "/// A {}.", c_choice(name))?,
        OptionKind::Bool => text.push_str("/// 0 or 1.\n"),
        _ if option.optional => text.push_str("/// 0 means unset.\n"),
        _ => {}
    }
    Ok(())
}

/// Rust code in the workspace's style.
pub fn formatted(text: &str) -> Result<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(Workspace::new().path("rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("rustfmt: {error}"))?;
    if let Some(mut input) = rustfmt.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    let output = rustfmt.wait_with_output()?;
    if !output.status.success() {
        return Err("rustfmt can't read the generated code".into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// `capi/include/mojo_audio.h`.
pub fn header() -> Result<String> {
    let workspace = Workspace::new();
    let mut config = cbindgen::Config {
        language: cbindgen::Language::C,
        header: Some(fill("capi/include/mojo_audio.h", &[])?),
        include_guard: Some("MOJO_AUDIO_H".into()),
        no_includes: true,
        sys_includes: vec!["stddef.h".into(), "stdint.h".into()],
        after_includes: Some(preset_constants()),
        cpp_compat: true,
        line_length: 100,
        documentation_style: cbindgen::DocumentationStyle::Doxy,
        style: cbindgen::Style::Type,
        usize_is_size_t: true,
        ..cbindgen::Config::default()
    };
    config.export.include = choices().iter().map(|(name, _, _)| c_choice(name)).collect();
    config.export.include.push("MojoAudioErrorCode".into());
    config.function.args = cbindgen::Layout::Auto;
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(workspace.path("capi/src").join(source));
    }
    let mut bytes = Vec::new();
    builder.generate()?.write(&mut bytes);
    // The rules that Rust needs said are the same that the header's other paragraphs give.
    let text = String::from_utf8(bytes)?;
    let mut kept = String::new();
    let mut skips = false;
    for line in text.lines() {
        if line.trim() == "* # Safety" {
            skips = true;
            let before = kept.trim_end().strip_suffix('*').map(|kept| kept.trim_end().len());
            kept.truncate(before.unwrap_or(kept.len()));
            kept.push('\n');
        } else if skips && line.trim() == "*/" {
            skips = false;
        }
        if !skips {
            kept.push_str(line.trim_end());
            kept.push('\n');
        }
    }
    Ok(kept)
}

/// `capi/abi/interface.txt`: all that a compiled program relies on, one thing a line. Offsets are those
/// of every platform.
pub fn interface() -> Result<String> {
    let mut lines = vec!["struct MojoMelConfig 16".to_string()];
    for (place, name) in ["sample_rate", "n_fft", "hop_length", "n_mels"].iter().enumerate() {
        lines.push(format!("field MojoMelConfig {name} int32_t {}", 4 * place));
    }
    let fields = fields()?;
    let size = fields.last().map_or(0, |last| last.offset + last.width());
    lines.push(format!("struct MojoMelOptions {size}"));
    for Field { name, c_type, offset, .. } in &fields {
        lines.push(format!("field MojoMelOptions {name} {c_type} {offset}"));
    }
    let statuses = ["SUCCESS", "ERROR_INVALID_INPUT", "ERROR_ALLOCATION", "ERROR_PROCESSING"];
    for (number, status) in statuses.iter().chain(&["ERROR_BUFFER_SIZE"]).enumerate() {
        lines.push(format!("constant MOJO_AUDIO_{status} {}", -(number as i32)));
    }
    lines.push("constant MOJO_AUDIO_CODE_NONE 0".into());
    for info in ERROR_KINDS {
        lines.push(format!("constant {} {}", c_code(info.kind.code()), info.kind.number()));
    }
    for (name, values, _) in choices() {
        for (number, value) in values.iter().enumerate() {
            lines.push(format!("constant {} {number}", c_constant(name, value.name)));
        }
    }
    for (number, preset) in PRESETS.iter().enumerate() {
        lines.push(format!("preset {preset} {number}"));
        lines.push(format!("text {} {preset}", c_preset(preset)));
    }
    lines.extend(prototypes()?);
    let old = Workspace::new().read(INTERFACE).unwrap_or_default();
    for line in
        old.lines().filter(|line| !line.starts_with('#') && !line.starts_with("struct MojoMelOptions"))
    {
        if !lines.iter().any(|kept| kept == line) {
            return Err(format!(
                "{INTERFACE}: compiled programs rely on `{line}`, which would go; if that is meant, delete \
                 the line and raise the number of the interface in capi/build.rs"
            )
            .into());
        }
    }
    lines.push(String::new());
    Ok(lines.join("\n"))
}

/// The header's functions, one a line.
fn prototypes() -> Result<Vec<String>> {
    let mut prototypes = Vec::new();
    let header = Workspace::new().read(HEADER)?;
    let code: Vec<_> = header.split("*/").map(|part| part.split("/*").next().unwrap_or("")).collect();
    let code = code.join("\n");
    let code: Vec<_> = code.lines().filter(|line| !line.starts_with(['#', '/', '}'])).collect();
    for statement in code.join("\n").split(';') {
        let words = statement.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.contains(" mojo_") || words.contains("*mojo_") {
            let prototype = words.strip_prefix("extern \"C\" { ").unwrap_or(&words);
            prototypes.push(format!("function {prototype}"));
        }
    }
    Ok(prototypes)
}
