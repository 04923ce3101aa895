//! The options in Go: the structure MelConfig, the types of its choices, the presets, and the way to and
//! from the C structure.

use super::words::preset_doc;
use crate::Result;
use mojo_audio_core::config::{OptionInfo, OptionKind, PRESET_INFO};
use mojo_audio_core::{ERROR_KINDS, OPTIONS, PRESETS};
use std::fmt::Write as _;

const HEAD: &str = r#"
package mojoaudio

// #include <mojo_audio.h>
import "C"

import "math"
"#;

const CONFIG: &str = "
// MelConfig has every option of the pipeline. Take a preset and change fields:
//
//	config := mojoaudio.KaldiFbank()
//	config.NMels = 40
//
// If an option may be unset, 0 means unset. [NewMelExtractor] checks the values; the zero MelConfig is not
// valid. Two configurations can be compared with ==.
type MelConfig struct {
\t// The preset that supplies options of a library newer than this package.
\tpreset uint32
";

/// Words that Go writes in capitals.
const INITIALISMS: &[&str] = &["db", "dc", "ddof", "fft", "htk", "mfcc", "pcen", "ast", "clap"];

/// `capi/go/options.go`.
pub fn mirror() -> Result<String> {
    let mut text = HEAD.to_string();
    choices(&mut text)?;
    text.push_str(CONFIG);
    for option in OPTIONS {
        text.push('\n');
        doc(&mut text, "\t", option.doc);
        if option.optional {
            text.push_str("\t// 0 is unset.\n");
        }
        writeln!(text, "\t{} {}", go_name(option.name), go_type(option)?)?;
    }
    text.push_str("}\n\n// Presets are the names that [Preset] knows.\nvar Presets = []string{\n");
    for preset in PRESETS {
        writeln!(text, "\t{preset:?},")?;
    }
    text.push_str("}\n");
    for info in PRESET_INFO {
        let (preset, function) = (info.name, go_name(info.name));
        writeln!(text, "\n// {function} is the preset {preset:?}:")?;
        doc(&mut text, "", &preset_doc(info));
        writeln!(text, "func {function}() MelConfig {{ return preset({preset:?}) }}")?;
    }
    from_c(&mut text)?;
    to_c(&mut text)?;
    Ok(text)
}

/// `capi/go/codes.go`.
pub fn codes() -> Result<String> {
    let mut text = CODES.to_string();
    for (place, info) in ERROR_KINDS.iter().enumerate() {
        if place > 0 {
            text.push('\n');
        }
        doc(&mut text, "\t", info.doc);
        let name = go_name(info.kind.code());
        writeln!(text, "\tCode{name} ErrorCode = {}", info.kind.number())?;
    }
    text.push_str(
        ")\n\n// String is the name of the kind in every language, such as \"buffer_size\".\n\
         func (c ErrorCode) String() string {\n\tswitch c {\n",
    );
    for info in ERROR_KINDS {
        let code = info.kind.code();
        writeln!(text, "\tcase Code{}:\n\t\treturn {code:?}", go_name(code))?;
    }
    text.push_str("\t}\n\treturn \"unknown\"\n}\n");
    Ok(text)
}

const CODES: &str = "
package mojoaudio

// ErrorCode is the kind of an [Error]. Its names are the same in every language, and a number keeps its meaning for
// ever. Some kinds occur only in other languages than Go.
type ErrorCode int

// The kinds of errors.
const (
";

/// The types of choices and their values.
fn choices(text: &mut String) -> Result {
    let mut known = Vec::new();
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
            doc(text, "\t", value.doc);
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
    Ok(())
}

fn from_c(text: &mut String) -> Result {
    text.push_str(
        "\n// configOf is what a filled C structure says.\nfunc configOf(o *C.MojoMelOptions) MelConfig {\n\
         \tvar c MelConfig\n\tc.preset = uint32(o.preset)\n",
    );
    for option in OPTIONS {
        let (c, go) = (c_name(option.name), go_name(option.name));
        match option.kind {
            OptionKind::Bool => writeln!(text, "\tc.{go} = o.{c} != 0")?,
            _ => writeln!(text, "\tc.{go} = {}(o.{c})", go_type(option)?)?,
        }
    }
    text.push_str("\treturn c\n}\n");
    Ok(())
}

fn to_c(text: &mut String) -> Result {
    text.push_str(
        "\n// options is the C structure of a configuration. A number that it has no room for is an error.\n\
         func (c *MelConfig) options() (o C.MojoMelOptions, err error) {\n\
         \to.size = C.sizeof_MojoMelOptions\n\to.preset = C.uint32_t(c.preset)\n",
    );
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
    text.push_str("\treturn o, nil\n}\n");
    Ok(())
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

/// `n_fft` is NFFT, `kaldi-fbank` is KaldiFbank.
fn go_name(name: &str) -> String {
    let capital = |word: &str| {
        if INITIALISMS.contains(&word) {
            return word.to_ascii_uppercase();
        }
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    };
    name.split(['_', '-']).map(capital).collect()
}

/// A documentation comment; options in it have their Go names.
fn doc(text: &mut String, indent: &str, doc: &str) {
    for line in doc.lines() {
        let mut words = String::new();
        for (place, part) in line.split('`').enumerate() {
            let is_option = place % 2 == 1 && OPTIONS.iter().any(|option| option.name == part);
            words.push_str(&if is_option { go_name(part) } else { part.to_string() });
        }
        let _ = writeln!(text, "{indent}//{words}");
    }
}
