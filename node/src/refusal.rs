//! Core's errors as JavaScript shows them: the kind, the message, and the parts of the message. Options have
//! the names that JavaScript knows them by.

use crate::config::{camel_case, in_camel_case};
use mojo_audio_core::Error;
use std::borrow::Cow;

/// What becomes a `TypeError` or a `RangeError`.
pub struct Refusal {
    /// Core's code.
    pub kind: &'static str,
    pub message: String,
    /// Whether it is a `TypeError`.
    pub is_type_error: bool,
    /// The error's further properties.
    pub fields: Vec<(&'static str, Field)>,
}

/// The value of a property.
pub enum Field {
    Text(String),
    Number(f64),
    List(Vec<String>),
}

impl Refusal {
    pub fn of(error: Error) -> Self {
        Self::as_it_is(for_javascript(error))
    }

    /// With core's own names, which are those of a model's file.
    pub fn as_it_is(error: Error) -> Self {
        let is_type_error = matches!(error, Error::UnknownName { .. } | Error::Finished);
        let (kind, message) = (error.code(), error.to_string());
        Self { kind, message, is_type_error, fields: fields(error) }
    }

    /// For a value of the wrong type.
    pub fn of_wrong_type(error: Error) -> Self {
        Self { is_type_error: true, ..Self::of(error) }
    }

    /// For one of many clips: the message begins with its place, which is the property `clip`.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn of_clip(clip: usize, error: Error) -> Self {
        let mut refusal = Self::of(error);
        refusal.message.insert_str(0, &format!("clip {clip}: "));
        refusal.fields.push(("clip", Field::Number(clip as f64)));
        refusal
    }
}

fn fields(error: Error) -> Vec<(&'static str, Field)> {
    use Field::{List, Number, Text};
    let known: Vec<_> = error.known_names().map(str::to_owned).collect();
    let closest = error.closest_name().map(|name| ("closest", Text(name.into())));
    let mut fields = match error {
        Error::Config { field, value, wanted } => {
            vec![("field", Text(field.into())), ("value", Text(value)), ("wanted", Text(wanted))]
        }
        Error::UnknownName { what, name, .. } => {
            vec![("what", Text(what.into())), ("value", Text(name))]
        }
        Error::Sample { index, value, limit } => vec![
            ("index", Number(index as f64)),
            ("value", Number(value.into())),
            ("limit", Number(limit.into())),
        ],
        Error::BufferSize { what, expected, actual } => vec![
            ("field", Text(what.into())),
            ("expected", Number(expected as f64)),
            ("actual", Number(actual as f64)),
        ],
        Error::Allocation { bytes } => vec![("bytes", Number(bytes as f64))],
        _ => vec![],
    };
    if !known.is_empty() {
        fields.push(("known", List(known)));
    }
    fields.extend(closest);
    fields
}

fn for_javascript(error: Error) -> Error {
    match error {
        Error::Config { field, value, wanted } => Error::Config {
            field: Cow::Owned(camel_case(&field)),
            value,
            // Options that can be unset are so by null.
            wanted: match wanted.strip_suffix(", or none") {
                Some(others) => in_camel_case(others) + ", or null",
                None => in_camel_case(&wanted),
            },
        },
        Error::UnknownName { what: what @ "option", name, known } => {
            let known = known.iter().map(|known| camel_case(known).into()).collect();
            Error::UnknownName { what, name, known }
        }
        Error::BufferSize { what: "row_mean", expected, actual } => {
            Error::BufferSize { what: "rowMean", expected, actual }
        }
        Error::BufferSize { what: "row_scale", expected, actual } => {
            Error::BufferSize { what: "rowScale", expected, actual }
        }
        other => other,
    }
}
