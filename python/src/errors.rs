//! Core's errors as exceptions of `mojo_audio`, with their fields as attributes.

use mojo_audio_core::Error;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;

/// The exception for one of core's errors.
pub fn raise(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, error, error.to_string(), None).unwrap_or_else(|failure| failure)
}

/// The same for one of many clips; `what` it is called.
pub fn raise_about(py: Python<'_>, what: &str, place: usize, error: &Error) -> PyErr {
    let message = format!("{what} {place}: {error}");
    exception(py, error, message, Some(place)).unwrap_or_else(|failure| failure)
}

fn exception(py: Python<'_>, error: &Error, message: String, clip: Option<usize>) -> PyResult<PyErr> {
    let known: Vec<&str> = error.known_names().collect();
    let (class, fields): (_, Vec<(_, Bound<'_, PyAny>)>) = match error {
        Error::Config { field, value, wanted } => (
            "ConfigError",
            vec![
                ("field", field.into_bound_py_any(py)?),
                ("value", value.into_bound_py_any(py)?),
                ("wanted", wanted.into_bound_py_any(py)?),
                ("known", known.into_bound_py_any(py)?),
                ("closest", error.closest_name().into_bound_py_any(py)?),
            ],
        ),
        Error::UnknownName { what, name, .. } => (
            "UnknownNameError",
            vec![
                ("what", what.into_bound_py_any(py)?),
                ("name", name.into_bound_py_any(py)?),
                ("known", known.into_bound_py_any(py)?),
                ("closest", error.closest_name().into_bound_py_any(py)?),
            ],
        ),
        Error::EmptyInput => ("EmptyInputError", vec![]),
        Error::Sample { index, value, limit } => (
            "SampleError",
            vec![
                ("index", index.into_bound_py_any(py)?),
                ("value", value.into_bound_py_any(py)?),
                ("limit", limit.into_bound_py_any(py)?),
            ],
        ),
        &Error::BufferSize { what, expected, actual } => (
            "BufferSizeError",
            vec![
                ("field", what.into_bound_py_any(py)?),
                ("expected", (expected,).into_bound_py_any(py)?),
                ("actual", (actual,).into_bound_py_any(py)?),
            ],
        ),
        Error::Allocation { bytes } => {
            ("AllocationError", vec![("bytes", bytes.into_bound_py_any(py)?)])
        }
        Error::Finished => ("FinishedError", vec![]),
        _ => ("Error", vec![]),
    };
    let value = new(py, class, message)?;
    for (name, field) in fields {
        value.setattr(name, field)?;
    }
    if let Some(clip) = clip {
        value.setattr("clip", clip)?;
    }
    Ok(PyErr::from_value(value))
}

/// An argument that is not allowed: no audio, no writable output array, a number out of range.
pub fn input_error(py: Python<'_>, field: &str, message: String) -> PyErr {
    let build = || {
        let value = new(py, "InputError", message)?;
        value.setattr("field", field)?;
        Ok(value)
    };
    build().map_or_else(|failure: PyErr| failure, PyErr::from_value)
}

/// A call of a stream that was closed.
pub fn closed_error(py: Python<'_>) -> PyErr {
    let message = "the stream is closed".into();
    new(py, "ClosedError", message).map_or_else(|failure| failure, PyErr::from_value)
}

/// A buffer of the wrong shape.
pub fn shape_error(py: Python<'_>, what: &str, expected: &[usize], actual: &[usize]) -> PyErr {
    let build = || {
        let (expected, actual) = (tuple(py, expected)?, tuple(py, actual)?);
        let message =
            format!("{what} must have the shape {}, got {}", expected.repr()?, actual.repr()?);
        let value = new(py, "BufferSizeError", message)?;
        value.setattr("field", what)?;
        value.setattr("expected", expected)?;
        value.setattr("actual", actual)?;
        Ok(value)
    };
    build().map_or_else(|failure: PyErr| failure, PyErr::from_value)
}

fn new<'py>(py: Python<'py>, class: &str, message: String) -> PyResult<Bound<'py, PyAny>> {
    py.import("mojo_audio._errors")?.getattr(class)?.call1((message,))
}

/// A shape as Python writes it.
pub fn tuple<'py>(py: Python<'py>, shape: &[usize]) -> PyResult<Bound<'py, pyo3::types::PyTuple>> {
    pyo3::types::PyTuple::new(py, shape)
}

/// Core's results, with Python's exceptions.
pub trait OrRaise<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T> OrRaise<T> for Result<T, Error> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| raise(py, &error))
    }
}
