//! The options in Python: the constructor, the getters and the presets of `MelConfig`, the keyword
//! arguments of `mel_spectrogram`, and the type stubs.

use super::template::fill;
use super::words::preset_doc;
use crate::Result;
use mojo_audio_core::config::{MelConfig, OptionInfo, OptionKind, PRESET_INFO};
use mojo_audio_core::{ERROR_KINDS, ErrorKind, OPTIONS, PRESETS};
use std::fmt::Write as _;

/// `python/src/options.rs`.
pub fn rust() -> Result<String> {
    let default = MelConfig::default();
    let mut signature = Vec::new();
    for option in OPTIONS {
        signature.push(format!("{}={}", option.name, value(option, &default, '\'')?));
    }
    let signature = signature.join(", ");
    let (mut getters, mut presets) = (String::new(), String::new());
    for option in OPTIONS {
        let OptionInfo { name, doc, .. } = option;
        let (ty, read) = getter(option);
        for line in doc.lines() {
            writeln!(getters, "    ///{line}")?;
        }
        for line in values_doc(option) {
            writeln!(getters, "    ///{line}")?;
        }
        writeln!(
            getters,
            "    #[getter]\n    fn {name}(&self) -> {ty} {{\n        self.config.{read}\n    }}\n"
        )?;
    }
    for info in PRESET_INFO {
        let (preset, method) = (info.name, info.name.replace('-', "_"));
        writeln!(presets, "    /// The preset `{preset}`, with changes.\n    ///")?;
        for line in preset_doc(info).lines() {
            writeln!(presets, "    ///{line}")?;
        }
        presets.push_str("    ///\n");
        let changes = changes(preset)?;
        if changes.is_empty() {
            writeln!(presets, "    /// These are the defaults.")?;
        } else {
            writeln!(presets, "    /// It changes these defaults: `{}`.", changes.join("`, `"))?;
        }
        writeln!(
            presets,
            "    #[classmethod]\n    \
             #[pyo3(signature = (**changes), text_signature = \"(**changes)\")]\n    \
             fn {method}(class: &Bound<'_, PyType>, changes: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {{\n        \
             Self::build(core::MelConfig::{method}(), class.py(), changes)\n    }}\n"
        )?;
    }
    fill(
        "python/src/options.rs",
        &[
            ("signature", signature),
            ("getters", getters),
            ("presets", presets.trim_end().to_string() + "\n"),
        ],
    )
}

/// `python/mojo_audio/_native.pyi`.
pub fn stubs() -> Result<String> {
    let mut choices = String::new();
    for option in OPTIONS {
        if let OptionKind::Choice { name, values } = option.kind {
            let names: Vec<_> = values.iter().map(|choice| format!("\"{}\"", choice.name)).collect();
            let line = format!("_{name}: TypeAlias = Literal[{}]\n", names.join(", "));
            if !choices.contains(&line) {
                choices.push_str(&line);
            }
        }
    }
    let default = MelConfig::default();
    let (mut common, mut rate, mut cepstral) = (String::new(), String::new(), String::new());
    let (mut parameters, mut getters) = (String::new(), String::new());
    for option in OPTIONS {
        let (name, ty) = (option.name, python_type(option));
        let field = format!("    {name}: {ty}\n{}", option_docstring(option, "    "));
        let fields = match name {
            "n_mfcc" => &mut cepstral,
            "sample_rate" => &mut rate,
            _ => &mut common,
        };
        fields.push_str(&field);
        writeln!(parameters, "        {name}: {ty} = {},", value(option, &default, '"')?)?;
        let doc = option_docstring(option, "        ");
        writeln!(getters, "    @property\n    def {name}(self) -> {ty}:\n{}", doc.trim_end())?;
    }
    let mut presets = String::new();
    for info in PRESET_INFO {
        let method = info.name.replace('-', "_");
        let doc = preset_doc(info).trim().replace("\n ", "\n        ");
        writeln!(
            presets,
            "    @classmethod\n    def {method}(cls, **changes: Unpack[_Options]) -> Self:\n        \
             \"\"\"{}\n        \"\"\"",
            doc.replace('"', "'")
        )?;
    }
    let names: Vec<_> = PRESETS.iter().map(|name| format!("\"{name}\"")).collect();
    let lines = |text: String| text.trim_end().to_string();
    fill(
        "python/mojo_audio/_native.pyi",
        &[
            ("preset-names", format!("Literal[{}]", names.join(", "))),
            ("choices", lines(choices)),
            ("typed-dict-of-the-rest", lines(common)),
            ("typed-dict-of-sample_rate", lines(rate)),
            ("typed-dict-of-n_mfcc", lines(cepstral)),
            ("parameters-4", lines(parameters.replace("        ", "    "))),
            ("parameters", lines(parameters)),
            ("presets", lines(presets)),
            ("getters", lines(getters)),
        ],
    )
}

/// `python/mojo_audio/_errors.py`.
pub fn errors() -> Result<String> {
    let mut text = String::new();
    let mut classes = vec!["Error".to_string()];
    for info in ERROR_KINDS {
        let Some((class, bases)) = error_class(info.kind) else { continue };
        writeln!(text, "\n\nclass {class}({bases}):\n{}", docstring(info.doc.lines(), "    "))?;
        writeln!(text, "    code = \"{}\"\n    number = {}", info.kind.code(), info.kind.number())?;
        let is_shape = info.kind == ErrorKind::BufferSize;
        for field in info.fields {
            let ty = match field.name {
                "known" => "list[str]",
                "closest" => "str | None",
                "index" | "bytes" => "int",
                "limit" => "float",
                "value" if info.kind == ErrorKind::Sample => "float",
                // Arrays have shapes.
                "expected" | "actual" if is_shape => "tuple[int, ...]",
                _ => "str",
            };
            let doc = match field.name {
                "expected" if is_shape => "The shape that it must have.",
                "actual" => "The shape that it has.",
                _ => field.doc,
            };
            write!(text, "    {}: {ty}\n{}", field.name, docstring(doc.lines(), "    "))?;
        }
        classes.push(class.to_string());
        if info.kind == ErrorKind::File {
            text.push_str(FILE_REASON);
            text.push_str(MISSING_FILE);
            classes.push("MissingFileError".to_string());
        }
    }
    let names = classes.iter().map(|class| format!("    {class},\n")).collect();
    fill("python/mojo_audio/_errors.py", &[("classes", text), ("names", names)])
}

/// What the reader of files knows, and core does not.
const FILE_REASON: &str = r#"    reason: str
    """Why, in a word: `io`, `not_audio`, `unsupported`, `corrupt`, `truncated`, `sample_rate`, `empty_input`,
    `allocation` or `internal`."""
"#;

/// A file or a folder that isn't there: also what Python itself raises then.
const MISSING_FILE: &str = r#"

class MissingFileError(FileError, FileNotFoundError):
    """There is no such file or folder, or the folder has no file of that kind."""
"#;

/// The class of a kind of error, and those that it extends; none if the package never raises it.
fn error_class(kind: ErrorKind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        ErrorKind::Config => ("ConfigError", "Error"),
        ErrorKind::UnknownName => ("UnknownNameError", "Error"),
        ErrorKind::EmptyInput => ("EmptyInputError", "Error"),
        ErrorKind::Sample => ("SampleError", "Error"),
        ErrorKind::BufferSize => ("BufferSizeError", "Error"),
        ErrorKind::Allocation => ("AllocationError", "Error, MemoryError"),
        ErrorKind::Finished => ("FinishedError", "Error"),
        ErrorKind::Argument => ("InputError", "Error"),
        ErrorKind::Internal => ("InternalError", "Error"),
        ErrorKind::Closed => ("ClosedError", "FinishedError"),
        ErrorKind::File => ("FileError", "Error, OSError"),
        _ => return None,
    })
}

/// The options of a preset that are not the defaults, as keyword arguments.
fn changes(preset: &str) -> Result<Vec<String>> {
    let (config, default) = (MelConfig::preset(preset)?, MelConfig::default());
    let mut changes = Vec::new();
    for option in OPTIONS {
        if config.get(option.name)? != default.get(option.name)? {
            changes.push(format!("{}={}", option.name, value(option, &config, '\'')?));
        }
    }
    Ok(changes)
}

/// An option's value as Python writes it.
fn value(option: &OptionInfo, config: &MelConfig, quote: char) -> Result<String> {
    let text = config.get(option.name)?;
    if option.optional && text == "none" {
        return Ok("None".into());
    }
    Ok(match option.kind {
        OptionKind::U32 | OptionKind::U64 => text,
        OptionKind::F64 => python_float(text.parse()?),
        OptionKind::Bool => if text == "true" { "True" } else { "False" }.into(),
        OptionKind::Choice { .. } => format!("{quote}{text}{quote}"),
    })
}

/// As Python's `repr` writes it, for the numbers that presets have.
fn python_float(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-4 {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once("e-").unwrap_or((&text, "0"));
        return format!("{digits}e-{exponent:0>2}");
    }
    format!("{value:?}")
}

fn python_type(option: &OptionInfo) -> String {
    let ty = match option.kind {
        OptionKind::U32 | OptionKind::U64 => "int".to_string(),
        OptionKind::F64 => "float".to_string(),
        OptionKind::Bool => "bool".to_string(),
        OptionKind::Choice { name, .. } => format!("_{name}"),
    };
    if option.optional { format!("{ty} | None") } else { ty }
}

/// The Rust type of an option's getter, and how it reads the field.
fn getter(option: &OptionInfo) -> (String, String) {
    let name = option.name;
    let (ty, read) = match option.kind {
        OptionKind::U32 => ("u32", name.to_string()),
        OptionKind::U64 => ("u64", name.to_string()),
        OptionKind::F64 => ("f64", name.to_string()),
        OptionKind::Bool => ("bool", name.to_string()),
        OptionKind::Choice { .. } if option.optional => {
            ("&'static str", format!("{name}.map(|choice| choice.name())"))
        }
        OptionKind::Choice { .. } => ("&'static str", format!("{name}.name()")),
    };
    if option.optional { (format!("Option<{ty}>"), read) } else { (ty.into(), read) }
}

/// The values of a choice, a line each.
fn values_doc(option: &OptionInfo) -> Vec<String> {
    let OptionKind::Choice { values, .. } = option.kind else { return Vec::new() };
    let mut lines = vec![String::new()];
    for choice in values {
        let doc: Vec<_> = choice.doc.lines().map(str::trim).collect();
        lines.push(format!(" - `{}`: {}", choice.name, doc.join(" ")));
    }
    lines
}

fn option_docstring(option: &OptionInfo, indent: &str) -> String {
    let values = values_doc(option);
    docstring(option.doc.lines().chain(values.iter().map(String::as_str)), indent)
}

fn docstring<'a>(lines: impl Iterator<Item = &'a str>, indent: &str) -> String {
    let lines: Vec<_> = lines.map(str::trim).collect();
    if let [line] = lines.as_slice() {
        return format!("{indent}\"\"\"{line}\"\"\"\n");
    }
    let mut text = format!("{indent}\"\"\"");
    for (place, line) in lines.iter().enumerate() {
        let indent = if place == 0 || line.is_empty() { "" } else { indent };
        text.push_str(&format!("{indent}{line}\n"));
    }
    format!("{text}{indent}\"\"\"\n")
}
