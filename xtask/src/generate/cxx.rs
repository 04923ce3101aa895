//! The options in C++: `MelConfig`, its choices and presets; what carries them over the bridge.

use super::capi::formatted;
use super::words::preset_doc;
use crate::Result;
use mojo_audio_core::config::{Choice, MelConfig, OptionInfo, OptionKind, PRESET_INFO};
use mojo_audio_core::{ERROR_KINDS, OPTIONS, PRESETS};
use std::fmt::Write as _;

const HEADER_START: &str = r"
/// @file
/// Every option and preset.

#ifndef MOJO_AUDIO_CONFIG_HPP
#define MOJO_AUDIO_CONFIG_HPP

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <mojo_audio/detail.hpp>
#include <mojo_audio/error.hpp>

namespace mojo_audio {
";

const STRUCT: &str = r"
/// Every option of the pipeline. The default is Whisper's log-mel with 80 bands.
///
/// An aggregate: start from a preset and change members, or name them (C++20).
///
/// @code
/// auto config = mojo_audio::MelConfig::kaldi_fbank();
/// config.n_mels = 40;
/// mojo_audio::MelConfig large{.n_mels = 128};  // C++20
/// @endcode
///
/// The order of the steps is fixed: `normalize_input`, `dither`, `preemphasis` over the signal, padding of the
/// signal, framing, `remove_dc_offset`, raw energy, `preemphasis` in the frame, window, transform, `power`, mel
/// filters, `log`, reference and `top_db`, `offset` and `scale`, cepstrum or energy, `normalize`.
///
/// MelExtractor and check() check the values.
struct MelConfig {
";

const METHODS: &str = r#"
  /// The preset with a name, such as `"whisper-large-v3"`.
  /// @throws Error `unknown_name` if no preset has that name.
  [[nodiscard]] static MelConfig preset(std::string_view name) {
    return detail::unwrap(try_preset(name));
  }

  /// Like preset(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT static Result<MelConfig> try_preset(std::string_view name) {
    MelConfig config;
    detail::Failure failure;
    if (!detail::config_preset(name.data(), name.size(), config, failure)) {
      return detail::refused<MelConfig>(failure);
    }
    return config;
  }

  /// The options of a model, from the text of its configuration file: transformers' `preprocessor_config.json`, or a
  /// `processor_config.json` that has the settings under `feature_extractor`; the `preprocessor` section of NeMo's
  /// `model_config.yaml`, converted to JSON; or Kaldi's `fbank.conf` or `mfcc.conf`. The result equals the features of
  /// the class that the file names, for one signal with the class's defaults. The class's padding is `pad_to`
  /// and its truncation `max_length`: unset both to keep the length of every signal. Longer signals that the class
  /// splits, or takes a random part of, keep their length.
  /// @throws Error `config` if the text is no such file, or for a class or a setting whose features the options can't
  ///   describe; the message names it.
  [[nodiscard]] static MelConfig from_json(std::string_view json) {
    return detail::unwrap(try_from_json(json));
  }

  /// Like from_json(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT static Result<MelConfig> try_from_json(std::string_view json) {
    MelConfig config;
    detail::Failure failure;
    if (!detail::config_from_json(json.data(), json.size(), config, failure)) {
      return detail::refused<MelConfig>(failure);
    }
    return config;
  }

  /// Sets an option from text: a decimal number, `true` or `false`, the name of a choice, or `none` to unset an
  /// optional one.
  /// @throws Error `unknown_name` if no option has that name, `config` if the text is not a value of its type.
  void set(std::string_view option, std::string_view value) {
    detail::unwrap(try_set(option, value));
  }

  /// Like set(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<void> try_set(std::string_view option, std::string_view value) {
    detail::Failure failure;
    if (!detail::config_set(*this, option.data(), option.size(), value.data(), value.size(), failure)) {
      return detail::refused<void>(failure);
    }
    return {};
  }

  /// The value of an option as text, in the form that set() reads.
  /// @throws Error `unknown_name` if no option has that name.
  [[nodiscard]] std::string get(std::string_view option) const {
    return detail::unwrap(try_get(option));
  }

  /// Like get(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<std::string> try_get(std::string_view option) const {
    detail::Failure text;
    if (!detail::config_get(*this, option.data(), option.size(), text)) {
      return detail::refused<std::string>(text);
    }
    return std::string(text.text, text.length);
  }

  /// Checks every option, alone and against the others.
  /// @throws Error `config`; the text starts with the option's name.
  void check() const { detail::unwrap(try_check()); }

  /// Like check(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<void> try_check() const {
    detail::Failure failure;
    if (!detail::config_check(*this, failure)) {
      return detail::refused<void>(failure);
    }
    return {};
  }
"#;

const SOURCE_START: &str = r#"
#include "options.hpp"

namespace mojo_audio::bridge {

"#;

const MIRROR: &str = r#"
use ffi::Options;
use mojo_audio_core::config::{self, MelConfig};
use mojo_audio_core::Error;
use std::borrow::Cow;

#[cxx::bridge(namespace = "mojo_audio::bridge")]
pub(crate) mod ffi {
    /// Every option, as the bridge can carry it.
    struct Options {
"#;

const CHOICE: &str = r#"
/// The value of a number; choices come as numbers, in the order of their values.
fn choice<T: Copy>(
    field: &'static str,
    values: &[T],
    name: fn(T) -> &'static str,
    number: u8,
) -> Result<T, Error> {
    values.get(usize::from(number)).copied().ok_or_else(|| {
        let names: Vec<_> = values.iter().map(|value| name(*value)).collect();
        let expected = format!("one of {}", names.join(", ")).into();
        Error::Config { field: Cow::Borrowed(field), value: number.to_string(), expected }
    })
}
"#;

/// `cxx-bindings/include/mojo_audio/config.hpp`.
pub fn header() -> Result<String> {
    let mut text = HEADER_START.to_string();
    for (name, values, option) in choices()? {
        writeln!(text, "\n/// Values of the option MelConfig::{option}.")?;
        writeln!(text, "enum class {name} : std::uint8_t {{")?;
        for value in values {
            doc(&mut text, "  ", value.doc);
            writeln!(text, "  {},", identifier(value.name))?;
        }
        text.push_str("};\n");
    }
    text.push_str(STRUCT);
    let default = MelConfig::default();
    for option in OPTIONS {
        doc(&mut text, "  ", option.doc);
        let (cxx_type, name) = (cxx_type(option), option.name);
        match value(option, &default)? {
            Some(value) => writeln!(text, "  {cxx_type} {name} = {value};")?,
            None => writeln!(text, "  {cxx_type} {name} = std::nullopt;")?,
        }
    }
    for info in PRESET_INFO {
        text.push('\n');
        doc(&mut text, "  ", &preset_doc(info));
        let mut changes = String::new();
        let config = (info.config)();
        for option in OPTIONS {
            let (new, old) = (value(option, &config)?, value(option, &default)?);
            if new != old {
                let new = new.unwrap_or_else(|| "std::nullopt".into());
                writeln!(text, "  /// {} {} = {new}", bullet(&changes), option.name)?;
                writeln!(changes, "    config.{} = {new};", option.name)?;
            }
        }
        let name = info.name.replace('-', "_");
        writeln!(text, "  [[nodiscard]] static MelConfig {name}() noexcept {{")?;
        if changes.is_empty() {
            text.push_str("    return {};\n  }\n");
        } else {
            writeln!(text, "    MelConfig config{{}};\n{changes}    return config;\n  }}")?;
        }
    }
    text.push_str("\n  /// The names that preset() knows.\n");
    writeln!(
        text,
        "  [[nodiscard]] static constexpr std::array<std::string_view, {}> presets() noexcept {{\n    return {{{{",
        PRESETS.len()
    )?;
    for preset in PRESETS {
        writeln!(text, "        {preset:?},")?;
    }
    text.push_str("    }};\n  }\n");
    text.push_str(METHODS);
    text.push_str("\n  /// Whether every option is the same.\n");
    text.push_str(
        "  friend constexpr bool operator==(const MelConfig& a, const MelConfig& b) noexcept {\n",
    );
    let same: Vec<_> = OPTIONS.iter().map(|option| format!("a.{0} == b.{0}", option.name)).collect();
    writeln!(text, "    return {};\n  }}", same.join(" &&\n           "))?;
    text.push_str(
        "\n  /// Whether an option differs.\n\
         \x20 friend constexpr bool operator!=(const MelConfig& a, const MelConfig& b) noexcept {\n\
         \x20   return !(a == b);\n  }\n};\n\n}  // namespace mojo_audio\n\n#endif\n",
    );
    Ok(text)
}

/// `cxx-bindings/include/mojo_audio/error_code.hpp`.
pub fn codes() -> Result<String> {
    let mut text = CODES_START.to_string();
    for info in ERROR_KINDS {
        doc(&mut text, "  ", info.doc);
        writeln!(text, "  {} = {},", info.kind.code(), info.kind.number())?;
    }
    text.push_str(
        "  /// An older name of `argument`.\n  input = argument,\n};\n\n\
         /// The name of a kind, such as `\"config\"`.\n\
         [[nodiscard]] constexpr const char* to_string(ErrorCode code) noexcept {\n  switch (code) {\n",
    );
    for info in ERROR_KINDS {
        writeln!(text, "    case ErrorCode::{0}: return \"{0}\";", info.kind.code())?;
    }
    text.push_str("  }\n  return \"unknown\";\n}\n\n}  // namespace mojo_audio\n\n#endif\n");
    Ok(text)
}

const CODES_START: &str = r"
/// @file
/// The kinds of errors.

#ifndef MOJO_AUDIO_ERROR_CODE_HPP
#define MOJO_AUDIO_ERROR_CODE_HPP

#include <cstdint>

namespace mojo_audio {

/// The kind of an error. The names are the same in every language; some kinds occur only in others than C++.
/// Numbers are never reused.
enum class ErrorCode : std::uint8_t {
";

/// The list of a preset's changes starts with a sentence.
fn bullet(before: &str) -> &'static str {
    if before.is_empty() { "It changes these defaults:\n  /// -" } else { "-" }
}

/// `cxx-bindings/src/options.cc`.
pub fn source() -> Result<String> {
    let mut text = SOURCE_START.to_string();
    text.push_str("Options from_config(const MelConfig& config) noexcept {\n  Options options{};\n");
    for option in OPTIONS {
        let name = option.name;
        match option {
            OptionInfo { optional: true, .. } => writeln!(
                text,
                "  options.has_{name} = config.{name}.has_value();\n  options.{name} = config.{name}.value_or(0);"
            )?,
            OptionInfo { kind: OptionKind::Choice { .. }, .. } => {
                writeln!(text, "  options.{name} = static_cast<std::uint8_t>(config.{name});")?;
            }
            _ => writeln!(text, "  options.{name} = config.{name};")?,
        }
    }
    text.push_str("  return options;\n}\n\n");
    text.push_str("MelConfig to_config(const Options& options) noexcept {\n  MelConfig config;\n");
    for option in OPTIONS {
        let name = option.name;
        match option {
            OptionInfo { optional: true, .. } => writeln!(
                text,
                "  config.{name} = options.has_{name} ? std::make_optional(options.{name}) : std::nullopt;"
            )?,
            OptionInfo { kind: OptionKind::Choice { name: kind, .. }, .. } => {
                writeln!(text, "  config.{name} = static_cast<{kind}>(options.{name});")?;
            }
            _ => writeln!(text, "  config.{name} = options.{name};")?,
        }
    }
    text.push_str("  return config;\n}\n\n}  // namespace mojo_audio::bridge\n");
    Ok(text)
}

/// `cxx-bindings/src/options.rs`.
pub fn mirror() -> Result<String> {
    let mut text = MIRROR.to_string();
    for option in OPTIONS {
        let (name, ty) = (option.name, rust_type(option));
        if option.optional {
            writeln!(text, "has_{name}: bool,")?;
        }
        writeln!(text, "{name}: {ty},")?;
    }
    text.push_str(
        "}\n}\n\nimpl Options {\n/// The fields of a configuration.\n\
         pub(crate) fn from_config(config: &MelConfig) -> Self {\nSelf {\n",
    );
    for option in OPTIONS {
        let name = option.name;
        match option {
            OptionInfo { optional: true, .. } => writeln!(
                text,
                "has_{name}: config.{name}.is_some(),\n{name}: config.{name}.unwrap_or_default(),"
            )?,
            OptionInfo { kind: OptionKind::Choice { .. }, .. } => {
                writeln!(text, "{name}: config.{name} as u8,")?;
            }
            _ => writeln!(text, "{name}: config.{name},")?,
        }
    }
    text.push_str(
        "}\n}\n\n/// The configuration that the fields describe, unchecked.\n\
         pub(crate) fn config(&self) -> Result<MelConfig, Error> {\nOk(MelConfig {\n",
    );
    for option in OPTIONS {
        let name = option.name;
        match option {
            OptionInfo { optional: true, .. } => {
                writeln!(text, "{name}: self.has_{name}.then_some(self.{name}),")?;
            }
            OptionInfo { kind: OptionKind::Choice { name: kind, .. }, .. } => writeln!(
                text,
                "{name}: choice(\"{name}\", config::{kind}::ALL, config::{kind}::name, self.{name})?,"
            )?,
            _ => writeln!(text, "{name}: self.{name},")?,
        }
    }
    text.push_str("})\n}\n}\n");
    text.push_str(CHOICE);
    formatted(&text)
}

/// Every type of choices, once.
fn choices() -> Result<Vec<(&'static str, &'static [Choice], &'static str)>> {
    let mut choices: Vec<(_, _, _)> = Vec::new();
    for option in OPTIONS {
        match option.kind {
            OptionKind::Choice { .. } if option.optional => {
                return Err(format!("{}: C++ has no way yet to unset a choice", option.name).into());
            }
            OptionKind::Choice { name, values }
                if choices.iter().all(|(known, _, _)| *known != name) =>
            {
                choices.push((name, values, option.name));
            }
            _ => {}
        }
    }
    Ok(choices)
}

/// The name of a choice, with a line after it where it is a word of C++'s own.
fn identifier(name: &str) -> String {
    const KEYWORDS: &[&str] = &["auto", "default", "double", "float", "int", "long", "short"];
    if KEYWORDS.contains(&name) { format!("{name}_") } else { name.into() }
}

fn cxx_type(option: &OptionInfo) -> String {
    let ty = match option.kind {
        OptionKind::U32 => "std::uint32_t",
        OptionKind::U64 => "std::uint64_t",
        OptionKind::F64 => "double",
        OptionKind::Bool => "bool",
        OptionKind::Choice { name, .. } => name,
    };
    if option.optional { format!("std::optional<{ty}>") } else { ty.into() }
}

fn rust_type(option: &OptionInfo) -> &'static str {
    match option.kind {
        OptionKind::U32 => "u32",
        OptionKind::U64 => "u64",
        OptionKind::F64 => "f64",
        OptionKind::Bool => "bool",
        OptionKind::Choice { .. } => "u8",
    }
}

/// An option's value as C++ writes it; none where it is unset.
fn value(option: &OptionInfo, config: &MelConfig) -> Result<Option<String>> {
    let text = config.get(option.name)?;
    if option.optional && text == "none" {
        return Ok(None);
    }
    Ok(Some(match option.kind {
        OptionKind::F64 => format!("{:?}", text.parse::<f64>()?),
        OptionKind::Choice { name, .. } => format!("{name}::{}", identifier(&text)),
        _ => text,
    }))
}

fn doc(text: &mut String, indent: &str, doc: &str) {
    for line in doc.lines() {
        let _ = writeln!(text, "{indent}///{line}");
    }
}
