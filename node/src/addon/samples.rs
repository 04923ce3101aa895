//! Samples as JavaScript hands them over: views of float32 or int16, read where they lie or copied.

use mojo_audio_core::Error;
use napi::bindgen_prelude::{Float32ArraySlice, FromNapiValue, Int16ArraySlice, Unknown};

/// Samples that lie in JavaScript's memory, for as long as a call lasts.
pub enum Samples<'a> {
    Floats(Float32ArraySlice<'a>),
    Integers(Int16ArraySlice<'a>),
}

/// A copy that a thread can take along.
pub enum OwnedSamples {
    Floats(Vec<f32>),
    Integers(Vec<i16>),
}

/// Calls `$body` with `$samples` as a slice of either type.
macro_rules! with_samples {
    ($enum:ident, $value:expr, $samples:ident => $body:expr) => {
        match $value {
            $crate::addon::samples::$enum::Floats($samples) => $body,
            $crate::addon::samples::$enum::Integers($samples) => $body,
        }
    };
}
pub(crate) use with_samples;

impl<'a> Samples<'a> {
    /// The samples of a `Float32Array` or an `Int16Array`.
    pub fn new(value: Unknown<'a>) -> napi::Result<Self> {
        if let Ok(floats) = Float32ArraySlice::from_unknown(value) {
            return Ok(Self::Floats(floats));
        }
        Int16ArraySlice::from_unknown(value).map(Self::Integers)
    }

    pub fn to_owned(&self) -> Result<OwnedSamples, Error> {
        Ok(match self {
            Self::Floats(samples) => OwnedSamples::Floats(copy(samples)?),
            Self::Integers(samples) => OwnedSamples::Integers(copy(samples)?),
        })
    }
}

fn copy<T: Copy>(samples: &[T]) -> Result<Vec<T>, Error> {
    let mut vector = Vec::new();
    vector
        .try_reserve_exact(samples.len())
        .map_err(|_| Error::Allocation { bytes: size_of_val(samples) })?;
    vector.extend_from_slice(samples);
    Ok(vector)
}
