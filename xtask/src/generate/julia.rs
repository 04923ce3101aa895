//! The C library in Julia: its functions, numbers and structures, and the table of options.

use super::capi;
use super::functions::{Library, first_sentence};
use super::template::fill;
use super::words::{Quoted, lines, preset_doc};
use crate::Result;
use crate::languages::c::interface::Function;
use mojo_audio_core::config::{OptionInfo, OptionKind, PRESET_INFO};
use mojo_audio_core::{ERROR_KINDS, OPTIONS};
use std::fmt::Write as _;

/// Julia stores columns one after the other, so what is said of memory in other languages is not true here.
const LAYOUT: &str = "- `layout`: Axes of a result.
    - `:mel_major`: (n_mels, n_frames): a column is a frame.
    - `:frame_major`: (n_frames, n_mels): a column is a band.
";

/// `capi/julia/src/library.jl`.
pub fn library() -> Result<String> {
    let library = Library::read()?;
    let numbers = library.numbers().map(|(name, number)| format!("const {name} = Int32({number})\n"));
    let texts = library.texts().map(|(name, text)| format!("const {name} = {text:?}\n"));
    let mut codes = String::new();
    for info in ERROR_KINDS {
        let sentence = first_sentence(&[info.doc.trim()]).replace('\n', "");
        writeln!(codes, "    :{}, # {sentence}", info.kind.code())?;
    }
    let mut config = String::new();
    for (name, kind) in library.fields("MojoMelConfig") {
        writeln!(config, "    {name}::{}", julia_type(kind)?)?;
    }
    let mut fields = String::new();
    for field in capi::fields()? {
        writeln!(fields, "    {}::{}", field.name, julia_type(field.c_type)?)?;
    }
    let (mut options, mut options_doc) = (String::new(), String::new());
    for option in OPTIONS {
        writeln!(options, "    {} = {},", option.name, option_type(option)?)?;
        options_doc.push_str(&documented(option)?);
    }
    let presets =
        PRESET_INFO.iter().map(|info| format!("- `\"{}\"`: {}\n", info.name, words(&preset_doc(info))));
    let functions = library.functions()?;
    fill(
        "capi/julia/src/library.jl",
        &[
            ("numbers", numbers.collect()),
            ("texts", texts.collect()),
            ("codes", codes),
            ("config", config),
            ("fields", fields),
            ("options", options),
            ("options-doc", options_doc),
            ("presets-doc", presets.collect()),
            ("n-functions", functions.len().to_string()),
            ("functions", called(&functions)?),
        ],
    )
}

/// What MelConfig's documentation says about an option.
fn documented(option: &OptionInfo) -> Result<String> {
    if option.name == "layout" {
        return Ok(LAYOUT.into());
    }
    let mut text = format!("- `{}`: {}\n", option.name, words(option.doc));
    if let OptionKind::Choice { values, .. } = option.kind {
        for value in values {
            writeln!(text, "    - `:{}`: {}", value.name, words(value.doc))?;
        }
    }
    Ok(text)
}

/// The functions that call those of C.
fn called(functions: &[(Function<'_>, Vec<&str>)]) -> Result<String> {
    let mut text = String::new();
    for (place, (function, doc)) in functions.iter().enumerate() {
        let names: Vec<_> = function.parameters.iter().map(|parameter| parameter.name).collect();
        let mut types = Vec::new();
        for parameter in &function.parameters {
            types.push(julia_type(parameter.kind)?);
        }
        // A tuple of one has a comma.
        let comma = if types.len() == 1 { "," } else { "" };
        let arguments: String = names.iter().map(|name| format!(", {name}")).collect();
        write!(
            text,
            "\n{:?}\n{name}({}) =\n    ccall(address({}, :{name}), {}, ({}{comma}){arguments})\n",
            first_sentence(doc),
            names.join(", "),
            place + 1,
            julia_type(function.gives)?,
            types.join(", "),
            name = function.name,
        )?;
    }
    Ok(text)
}

/// A C type in Julia.
fn julia_type(kind: &str) -> Result<String> {
    let plain = kind.replace("const", "").replace(' ', "");
    let (base, stars) = plain.split_at(plain.find('*').unwrap_or(plain.len()));
    let base = match base {
        "char" if kind == "const char *" => return Ok("Cstring".into()),
        "void" => "Cvoid",
        "char" => "UInt8",
        "float" => "Float32",
        "double" => "Float64",
        "int16_t" => "Int16",
        "int32_t" | "MojoAudioStatus" => "Int32",
        "int64_t" => "Int64",
        "uint32_t" => "UInt32",
        "uint64_t" => "UInt64",
        "size_t" => "Csize_t",
        "MojoMelOptions" | "MojoMelConfig" => base,
        // A handle.
        _ if base.starts_with("MojoMel") && !stars.is_empty() => "Cvoid",
        _ => return Err(format!("Julia: what is `{kind}`?").into()),
    };
    Ok(stars.chars().fold(base.into(), |kind, _| format!("Ptr{{{kind}}}")))
}

fn option_type(option: &OptionInfo) -> Result<String> {
    let kind = match option.kind {
        OptionKind::Choice { .. } | OptionKind::Bool if option.optional => {
            return Err(format!("{}: Julia has no way yet to unset a choice", option.name).into());
        }
        OptionKind::U32 | OptionKind::U64 => "Int",
        OptionKind::F64 => "Float64",
        OptionKind::Bool => "Bool",
        OptionKind::Choice { values, .. } => {
            let names: Vec<_> = values.iter().map(|value| format!(":{}", value.name)).collect();
            return Ok(format!("({},)", names.join(", ")));
        }
    };
    Ok(if option.optional { format!("Union{{Nothing,{kind}}}") } else { kind.into() })
}

/// Documentation in one line; names of choices are symbols.
fn words(doc: &str) -> String {
    let lines = lines(doc, |quoted| match quoted {
        Quoted::Value(name) => format!("`:{name}`"),
        Quoted::Option(text) | Quoted::Other(text) => format!("`{text}`"),
    });
    lines.join(" ")
}

#[cfg(test)]
mod tests {
    use super::julia_type;

    #[test]
    fn types_are_translated() {
        for (c, julia) in [
            ("const char *", "Cstring"),
            ("char *", "Ptr{UInt8}"),
            ("const float *const *", "Ptr{Ptr{Float32}}"),
            ("MojoMelStream **", "Ptr{Ptr{Cvoid}}"),
            ("const MojoMelOptions *", "Ptr{MojoMelOptions}"),
            ("MojoMelConfig", "MojoMelConfig"),
        ] {
            assert_eq!(julia_type(c).unwrap(), julia);
        }
        assert!(julia_type("long").is_err());
    }
}
