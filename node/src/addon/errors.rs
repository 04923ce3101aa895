//! Refusals as JavaScript's errors.

use crate::refusal::{Field, Refusal};
use mojo_audio_core::{Error, ErrorKind};
use napi::bindgen_prelude::{Env, JsValue, Object, Unknown};
use napi::{JsRangeError, JsTypeError};

/// Turns core's errors into those that a function of the addon returns.
pub trait OrThrow<T> {
    fn or_throw(self, env: &Env) -> napi::Result<T>;
}

impl<T> OrThrow<T> for Result<T, Error> {
    fn or_throw(self, env: &Env) -> napi::Result<T> {
        self.map_err(|error| thrown(env, Refusal::of(error)))
    }
}

/// The error to return, so that it is thrown or rejects a promise.
pub fn thrown(env: &Env, refusal: Refusal) -> napi::Error {
    build(env, refusal).map_or_else(|failure| failure, |object| object.to_unknown().into())
}

/// The properties that every error has.
pub fn set_kind(object: &mut Object<'_>, kind: ErrorKind) -> napi::Result<()> {
    object.set("kind", kind.code())?;
    object.set("number", u32::from(kind.number()))
}

fn build(env: &Env, refusal: Refusal) -> napi::Result<Object<'_>> {
    let plain = napi::Error::new(
        format!("ERR_MOJO_AUDIO_{}", refusal.kind.code().to_ascii_uppercase()),
        refusal.message,
    );
    let value: Unknown<'_> = if refusal.is_type_error {
        JsTypeError::from(plain).into_unknown(*env)
    } else {
        JsRangeError::from(plain).into_unknown(*env)
    };
    let mut object = value.coerce_to_object()?;
    set_kind(&mut object, refusal.kind)?;
    for (name, field) in refusal.fields {
        match field {
            Field::Text(text) => object.set(name, text)?,
            Field::Number(number) => object.set(name, number)?,
            Field::List(list) => object.set(name, list)?,
        };
    }
    Ok(object)
}
