//! The C library in Zig: its functions with their documentation, numbers and structures.

use super::capi;
use super::functions::Library;
use super::words::preset_doc;
use crate::Result;
use crate::languages::c::interface::Parameter;
use mojo_audio_core::ERROR_KINDS;
use mojo_audio_core::config::{OptionKind, PRESET_INFO};
use std::fmt::Write as _;

const STATUS: &str = "
//! The declarations of mojo_audio.h. mojo_audio.zig has types around them.

/// What a function that can fail returns.
pub const Status = enum(i32) {
";

const CODE: &str = "    _,
};

/// The kind of an error, the same in every language. Some kinds occur only in other languages than Zig.
pub const Code = enum(i32) {
    /// No call has failed.
    none = 0,
";

const STRUCTS: &str = "
/// A truth value of an option.
pub const Bool = enum(i32) { false = 0, true = 1, _ };

pub const Extractor = opaque {};
pub const Spectrogram = opaque {};
pub const Stream = opaque {};
pub const Frames = opaque {};

";

const OPTIONS: &str = "};

/// Every option of the pipeline. If an option may be unset, 0 means unset.
pub const Options = extern struct {
";

/// Parameters that point to several values, which their type doesn't say.
const ARRAYS: &[&str] = &["out_results", "out_bands", "lengths"];

/// `capi/zig/src/c.zig`.
pub fn library() -> Result<String> {
    let library = Library::read()?;
    let mut text = STATUS.to_string();
    for (name, number) in library.numbers() {
        let status = name.strip_prefix("MOJO_AUDIO_").filter(|name| !name.starts_with("CODE_"));
        if let Some(name) = status {
            let name = name.strip_prefix("ERROR_").unwrap_or(name).to_ascii_lowercase();
            writeln!(text, "    {name} = {number},")?;
        }
    }
    text.push_str(CODE);
    for info in ERROR_KINDS {
        doc(&mut text, "    ", info.doc);
        writeln!(text, "    {} = {},", info.kind.code(), info.kind.number())?;
    }
    text.push_str("    _,\n};\n");
    for (name, values, option) in capi::choices() {
        write!(text, "\n/// A value of the option {option}.\npub const {name} = enum(i32) {{\n")?;
        for (number, value) in values.iter().enumerate() {
            doc(&mut text, "    ", value.doc);
            writeln!(text, "    {} = {number},", value.name)?;
        }
        text.push_str("    _,\n};\n");
    }
    text.push_str("\n/// The names of the presets.\npub const preset = struct {\n");
    for info in PRESET_INFO {
        doc(&mut text, "    ", &preset_doc(info));
        writeln!(text, "    pub const {} = {:?};", info.name.replace('-', "_"), info.name)?;
    }
    text.push_str("};\n");
    text.push_str(STRUCTS);
    text.push_str("pub const MelConfig = extern struct {\n");
    for (name, kind) in library.fields("MojoMelConfig") {
        writeln!(text, "    {name}: {},", zig_type(&Parameter { kind, name })?)?;
    }
    text.push_str(OPTIONS);
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
    text.push_str("};\n");
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
