//! The C library in Zig: its functions with their documentation, numbers and structures.

use super::capi;
use super::functions::Library;
use super::template::fill;
use super::words::preset_doc;
use crate::Result;
use crate::languages::c::interface::Parameter;
use mojo_audio_core::ERROR_KINDS;
use mojo_audio_core::config::{OptionKind, PRESET_INFO};
use std::fmt::Write as _;

/// Parameters that point to several values, which their type doesn't say.
const ARRAYS: &[&str] = &["out_results", "out_bands", "lengths"];

/// `capi/zig/src/c.zig`.
pub fn library() -> Result<String> {
    let library = Library::read()?;
    let mut statuses = String::new();
    for (name, number) in library.numbers() {
        let status = name.strip_prefix("MOJO_AUDIO_").filter(|name| !name.starts_with("CODE_"));
        if let Some(name) = status {
            let name = name.strip_prefix("ERROR_").unwrap_or(name).to_ascii_lowercase();
            writeln!(statuses, "    {name} = {number},")?;
        }
    }
    let mut codes = String::new();
    for info in ERROR_KINDS {
        doc(&mut codes, "    ", info.doc);
        writeln!(codes, "    {} = {},", info.kind.code(), info.kind.number())?;
    }
    let mut types = String::new();
    for (name, values, option) in capi::choices() {
        write!(types, "\n/// A value of the option {option}.\npub const {name} = enum(i32) {{\n")?;
        for (number, value) in values.iter().enumerate() {
            doc(&mut types, "    ", value.doc);
            writeln!(types, "    {} = {number},", value.name)?;
        }
        types.push_str("    _,\n};\n");
    }
    let mut presets = String::new();
    for info in PRESET_INFO {
        doc(&mut presets, "    ", &preset_doc(info));
        writeln!(presets, "    pub const {} = {:?};", info.name.replace('-', "_"), info.name)?;
    }
    let mut config = String::new();
    for (name, kind) in library.fields("MojoMelConfig") {
        writeln!(config, "    {name}: {},", zig_type(&Parameter { kind, name })?)?;
    }
    fill(
        "capi/zig/src/c.zig",
        &[
            ("statuses", statuses),
            ("codes", codes),
            ("choices", types),
            ("presets", presets),
            ("config", config),
            ("options", options()?),
            ("functions", functions(&library)?),
        ],
    )
}

/// The fields of the structure of options.
fn options() -> Result<String> {
    let mut text = String::new();
    for field in capi::fields()? {
        let name = field.name.as_str();
        match field.option {
            Some(option) => doc(&mut text, "    ", option.doc),
            None if name == "size" => text.push_str("    /// The size of this structure.\n"),
            None if name == "preset" => {
                text.push_str("    /// The preset that supplies options of a newer library.\n");
            }
            None => text.push_str("    /// Always 0.\n"),
        }
        if field.option.is_some_and(|option| option.optional) {
            text.push_str("    /// 0 means unset.\n");
        }
        let kind = match field.option.map(|option| option.kind) {
            Some(OptionKind::Choice { name, .. }) => name,
            Some(OptionKind::Bool) => "Bool",
            _ => zig_type(&Parameter { kind: field.c_type, name })?,
        };
        writeln!(text, "    {name}: {kind},")?;
    }
    Ok(text)
}

fn functions(library: &Library) -> Result<String> {
    let mut text = String::new();
    for (function, lines) in library.functions()? {
        let mut parameters = Vec::new();
        for parameter in &function.parameters {
            parameters.push(format!("{}: {}", parameter.name, zig_type(parameter)?));
        }
        let gives = match function.gives {
            "const char *" => "?[*:0]const u8",
            kind => zig_type(&Parameter { kind, name: "" })?,
        };
        text.push('\n');
        for line in lines {
            writeln!(text, "{}", format!("/// {line}").trim_end())?;
        }
        writeln!(text, "pub extern fn {}({}) {gives};", function.name, parameters.join(", "))?;
    }
    Ok(text)
}

/// A C type in Zig.
fn zig_type(parameter: &Parameter<'_>) -> Result<&'static str> {
    let is_array = ARRAYS.contains(&parameter.name);
    Ok(match parameter.kind {
        "void" => "void",
        "double" => "f64",
        "int32_t" => "i32",
        "int64_t" => "i64",
        "uint32_t" => "u32",
        "uint64_t" => "u64",
        "size_t" => "usize",
        "MojoAudioStatus" => "Status",
        "MojoMelConfig" => "MelConfig",
        "char *" => "?[*]u8",
        "const char *" => "[*:0]const u8",
        "float *" => "?[*]f32",
        "const float *" => "?[*]const f32",
        "const int16_t *" => "?[*]const i16",
        "const float *const *" => "[*]const [*]const f32",
        "const int16_t *const *" => "[*]const [*]const i16",
        "double *" => "?*f64",
        "int32_t *" => "?*i32",
        "size_t *" if is_array => "?[*]usize",
        "size_t *" => "?*usize",
        "const size_t *" if is_array => "[*]const usize",
        "const MojoMelConfig *" => "*const MelConfig",
        "MojoMelOptions *" => "*Options",
        "const MojoMelOptions *" => "*const Options",
        "const MojoMelExtractor *" => "?*const Extractor",
        "MojoMelExtractor *" => "?*Extractor",
        "MojoMelExtractor **" => "*?*Extractor",
        "const MojoMelSpectrogram *" => "?*const Spectrogram",
        "MojoMelSpectrogram *" => "?*Spectrogram",
        "MojoMelSpectrogram **" if is_array => "[*]?*Spectrogram",
        "MojoMelSpectrogram **" => "*?*Spectrogram",
        "const MojoMelStream *" => "?*const Stream",
        "MojoMelStream *" => "?*Stream",
        "MojoMelStream **" => "*?*Stream",
        "const MojoMelFrames *" => "?*const Frames",
        "MojoMelFrames *" => "?*Frames",
        "MojoMelFrames **" => "*?*Frames",
        kind => return Err(format!("Zig: what is `{kind}`?").into()),
    })
}

/// A documentation comment.
fn doc(text: &mut String, indent: &str, doc: &str) {
    for line in doc.lines() {
        let _ = writeln!(text, "{indent}///{line}");
    }
}
