//! Core's errors as JavaScript's: a `TypeError` or `RangeError` with core's `code` and message, and the
//! parts of the message as properties. Options have the names that JavaScript knows them by.

use crate::config::{camel_case, in_camel_case};
use mojo_audio_core::Error;
use napi::bindgen_prelude::{Env, JsValue, Object, Unknown};
use napi::{JsRangeError, JsTypeError};
use std::borrow::Cow;

/// Turns core's errors into those that a function of the addon returns.
pub trait OrThrow<T> {
    fn or_throw(self, env: &Env) -> napi::Result<T>;
}

impl<T> OrThrow<T> for Result<T, Error> {
    fn or_throw(self, env: &Env) -> napi::Result<T> {
        self.map_err(|error| thrown(env, error))
    }
}

/// The error to return, so that it is thrown or rejects a promise.
pub fn thrown(env: &Env, error: Error) -> napi::Error {
    let is_type_error = matches!(error, Error::UnknownName { .. } | Error::Finished);
    build(env, error, "", is_type_error).map_or_else(|failure| failure, raise)
}

/// The error for an option whose value is of a wrong type.
pub fn wrong_type(env: &Env, error: Error) -> napi::Error {
    build(env, error, "", true).map_or_else(|failure| failure, raise)
}

/// The error for one of many clips; the message begins with its place, which is the property `clip`.
pub fn thrown_for_clip(env: &Env, clip: usize, error: Error) -> napi::Error {
    let build = || {
        let mut object = build(env, error, &format!("clip {clip}: "), false)?;
        object.set("clip", clip as f64)?;
        Ok(object)
    };
    build().map_or_else(|failure| failure, raise)
}

fn raise(object: Object<'_>) -> napi::Error {
    object.to_unknown().into()
}

fn build<'a>(
    env: &'a Env,
    error: Error,
    prefix: &str,
    is_type_error: bool,
) -> napi::Result<Object<'a>> {
    let error = for_javascript(error);
    let plain = napi::Error::new(error.code(), format!("{prefix}{error}"));
    let value: Unknown<'a> = if is_type_error {
        JsTypeError::from(plain).into_unknown(*env)
    } else {
        JsRangeError::from(plain).into_unknown(*env)
    };
    let mut object = value.coerce_to_object()?;
    match error {
        Error::Config { field, value, wanted } => {
            object.set("field", field.as_ref())?;
            object.set("value", value)?;
            object.set("wanted", wanted)?;
        }
        Error::UnknownName { what, name, known } => {
            object.set("what", what)?;
            object.set("value", name)?;
            object.set("known", known.split(", ").collect::<Vec<_>>())?;
        }
        Error::Sample { index, value, limit } => {
            object.set("index", index as f64)?;
            object.set("value", f64::from(value))?;
            object.set("limit", f64::from(limit))?;
        }
        Error::BufferSize { expected, actual, .. } => {
            object.set("expected", expected as f64)?;
            object.set("actual", actual as f64)?;
        }
        Error::Allocation { bytes } => object.set("bytes", bytes as f64)?,
        _ => {}
    }
    Ok(object)
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
            Error::UnknownName { what, name, known: in_camel_case(&known) }
        }
        other => other,
    }
}
