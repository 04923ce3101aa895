//! Options from JavaScript's objects, by their names in camel case, and back.

use crate::errors::{OrThrow, wrong_type};
use mojo_audio_core::config::{OPTIONS, OptionInfo, OptionKind};
use mojo_audio_core::{Error, MelConfig};
use napi::ValueType;
use napi::bindgen_prelude::{
    BigInt, Either, Env, FromNapiValue, JsObjectValue, JsValue, Object, Unknown,
};

/// The key of an object of options that names the preset to start from.
const PRESET: &str = "preset";

/// Largest integer that JavaScript's numbers hold exactly, with all below it.
const LARGEST_SAFE: u64 = (1 << 53) - 1;

/// What a caller gives as a configuration: a preset's name, or options.
pub type Options<'a> = Either<String, Object<'a>>;

/// The configuration that a caller describes. Options are not checked against each other yet.
pub fn read(env: &Env, options: Option<Options<'_>>) -> napi::Result<MelConfig> {
    let object = match options {
        None => return Ok(MelConfig::default()),
        Some(Either::A(preset)) => return MelConfig::preset(&preset).or_throw(env),
        Some(Either::B(object)) => object,
    };
    let preset: Unknown<'_> = object.get_named_property(PRESET)?;
    let mut config = match preset.get_type()? {
        ValueType::Undefined => MelConfig::default(),
        ValueType::String => MelConfig::preset(&String::from_unknown(preset)?).or_throw(env)?,
        _ => return Err(wrong_type(env, not_of_type(PRESET, preset, "the name of a preset".into()))),
    };
    for key in Object::keys(&object)? {
        if key != PRESET {
            set(env, &mut config, &key, object.get_named_property(&key)?)?;
        }
    }
    Ok(config)
}

/// Sets an option, unless the value is undefined.
fn set(env: &Env, config: &mut MelConfig, key: &str, value: Unknown<'_>) -> napi::Result<()> {
    let Some(option) = OPTIONS.iter().find(|option| camel_case(option.name) == key) else {
        // Also where core knows it by this name: in JavaScript it has another.
        let known: Vec<_> = OPTIONS.iter().map(|option| option.name).collect();
        let error = Error::UnknownName { what: "option", name: key.into(), known: known.join(", ") };
        return Err(error).or_throw(env);
    };
    let kind = value.get_type()?;
    let text = match (kind, option.kind) {
        (ValueType::Undefined, _) => return Ok(()),
        (ValueType::Null, _) if option.optional => "none".into(),
        (ValueType::Boolean, OptionKind::Bool)
        | (ValueType::BigInt, OptionKind::U32 | OptionKind::U64)
        | (ValueType::String, OptionKind::Choice { .. }) => text(value)?,
        (ValueType::Number, OptionKind::U32 | OptionKind::U64 | OptionKind::F64) => {
            // Zeros of both signs are 0.
            (f64::from_unknown(value)? + 0.0).to_string()
        }
        _ => {
            // A text that no option takes: core says what is wanted.
            let wanted = match config.set(option.name, "\0") {
                Err(Error::Config { wanted, .. }) => wanted,
                other => return other.or_throw(env),
            };
            return Err(wrong_type(env, not_of_type(option.name, value, wanted)));
        }
    };
    config.set(option.name, &text).or_throw(env)
}

fn text(value: Unknown<'_>) -> napi::Result<String> {
    value.coerce_to_string()?.into_utf8()?.into_owned()
}

fn not_of_type(field: &'static str, value: Unknown<'_>, wanted: String) -> Error {
    let kind = value.get_type().unwrap_or(ValueType::Unknown);
    let shown = match kind {
        ValueType::String => text(value).map(|text| format!("{text:?}")),
        ValueType::Boolean | ValueType::Null | ValueType::Number => text(value),
        ValueType::BigInt => text(value).map(|text| text + "n"),
        other => Ok(format!("a value of type {}", other.to_string().to_lowercase())),
    };
    Error::Config { field: field.into(), value: shown.unwrap_or_default(), wanted }
}

/// Every option and its value.
pub fn to_object<'a>(env: &'a Env, config: &MelConfig) -> napi::Result<Object<'a>> {
    let mut object = Object::new(env)?;
    for option in OPTIONS {
        let text = config.get(option.name).or_throw(env)?;
        put(&mut object, option, text)?;
    }
    Ok(object)
}

fn put(object: &mut Object<'_>, option: &OptionInfo, text: String) -> napi::Result<()> {
    let name = camel_case(option.name);
    let unreadable = |_| napi::Error::from_reason(format!("{name}: {text}"));
    if option.optional && text == "none" {
        return object.set(&name, napi::bindgen_prelude::Null);
    }
    match option.kind {
        OptionKind::U32 | OptionKind::U64 => {
            let value: u64 = text.parse().map_err(|_| unreadable(()))?;
            if value > LARGEST_SAFE {
                object.set(&name, BigInt::from(value))
            } else {
                object.set(&name, value as f64)
            }
        }
        OptionKind::F64 => object.set(&name, text.parse::<f64>().map_err(|_| unreadable(()))?),
        OptionKind::Bool => object.set(&name, text == "true"),
        OptionKind::Choice { .. } => object.set(&name, text),
    }
}

/// `n_fft` is `nFft`.
pub fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_string();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(rest);
    }
    camel
}

/// A text in which options have their names in JavaScript.
pub fn in_camel_case(text: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if OPTIONS.iter().any(|option| option.name == word) {
            result.push_str(&camel_case(word));
        } else {
            result.push_str(word);
        }
        let start = after.find(is_part).unwrap_or(after.len());
        result.push_str(&after[..start]);
        rest = &after[start..];
    }
    result
}
