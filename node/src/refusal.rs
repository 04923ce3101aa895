//! Core's errors as JavaScript shows them: the kind, the message, and the parts of the message. Options have
//! the names that JavaScript knows them by.

use alloc::string::{String, ToString};
use alloc::{vec, vec::Vec};
use mojo_audio_core::{Error, ErrorKind, Spelled, Spelling};

/// What becomes a `TypeError` or a `RangeError`.
pub struct Refusal {
    pub kind: ErrorKind,
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
        Self::spelled(error, Spelling::JAVASCRIPT)
    }

    /// With the names that a model's file has.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn of_file(error: Error) -> Self {
        Self::spelled(error, Spelling::PLAIN)
    }

    fn spelled(error: Error, spelling: Spelling) -> Self {
        let is_type_error = matches!(error, Error::UnknownName { .. } | Error::Finished);
        let spelled = error.spelled(spelling);
        let (kind, message) = (error.kind(), spelled.to_string());
        Self { kind, message, is_type_error, fields: fields(&error, &spelled) }
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

fn fields(error: &Error, spelled: &Spelled<'_>) -> Vec<(&'static str, Field)> {
    use Field::{List, Number, Text};
    let field = spelled.field().unwrap_or_default().into_owned();
    let mut fields = match error {
        Error::Config { .. } => vec![
            ("field", Text(field)),
            ("value", Text(spelled.given().to_string())),
            ("expected", Text(spelled.expected().to_string())),
        ],
        Error::UnknownName { name, .. } => {
            vec![("what", Text(field)), ("value", Text(name.clone()))]
        }
        &Error::Sample { index, value, limit } => vec![
            ("index", Number(index as f64)),
            ("value", Number(value.into())),
            ("limit", Number(limit.into())),
        ],
        &Error::BufferSize { expected, actual, .. } => vec![
            ("field", Text(field)),
            ("expected", Number(expected as f64)),
            ("actual", Number(actual as f64)),
        ],
        &Error::Allocation { bytes } => vec![("bytes", Number(bytes as f64))],
        _ => vec![],
    };
    let known: Vec<_> = spelled.known_names().into_iter().map(String::from).collect();
    if !known.is_empty() {
        fields.push(("known", List(known)));
    }
    fields.extend(spelled.closest_name().map(|name| ("closest", Text(name.into()))));
    fields
}
