//! Core's errors as exceptions of `mojo_audio`, with their fields as attributes.

use crate::rate::refusal;
use crate::source::Fault;
use mojo_audio_core::{Error, Spelling};
use mojo_audio_files::Error as FileError;
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use std::fmt::Display;
use std::path::Path;

const PYTHON: Spelling = Spelling::PYTHON;

/// What `errno` calls a file that is missing, on every system.
const ENOENT: i32 = 2;

/// The exception for one of core's errors.
pub fn raise(py: Python<'_>, error: &Error) -> PyErr {
    raise_about(py, &About::default(), error)
}

/// Which of many things an error is about.
#[derive(Clone, Default)]
pub struct About {
    /// The place of the clip.
    pub clip: Option<usize>,
    /// Its file.
    pub path: Option<String>,
}

impl About {
    /// The clip of a batch.
    pub fn clip(place: usize) -> Self {
        Self { clip: Some(place), path: None }
    }

    /// A text that starts with its name: the file, else the place.
    pub fn message(&self, text: &dyn Display) -> String {
        match self {
            Self { path: Some(path), .. } => format!("{path}: {text}"),
            Self { clip: Some(clip), .. } => format!("clip {clip}: {text}"),
            Self { .. } => text.to_string(),
        }
    }

    /// The same about a file, which may be bytes without a name.
    pub fn of_file(&self, text: &dyn Display) -> String {
        match self {
            Self { clip: None, path: None } => format!("the file's bytes: {text}"),
            about => about.message(text),
        }
    }

    fn set(&self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Some(clip) = self.clip {
            value.setattr("clip", clip)?;
        }
        if let Some(path) = &self.path {
            value.setattr("path", path)?;
        }
        Ok(())
    }
}

/// The exception for an error about one of many things.
pub fn raise_about(py: Python<'_>, about: &About, error: &Error) -> PyErr {
    exception(py, error, about.message(&error.spelled(PYTHON)), about).unwrap_or_else(|failure| failure)
}

/// The same about one of the signals of an array.
pub fn raise_about_signal(py: Python<'_>, signal: usize, error: &Error) -> PyErr {
    let message = format!("signal {signal}: {}", error.spelled(PYTHON));
    exception(py, error, message, &About::clip(signal)).unwrap_or_else(|failure| failure)
}

/// The exception for what is wrong with a file.
pub fn raise_fault(py: Python<'_>, about: &About, fault: &Fault) -> PyErr {
    let text = about.of_file(&fault_text(fault));
    let build = || {
        let value = match fault {
            Fault::Core(error) => return Ok(raise_about(py, about, error)),
            // Its iterator is over, so nobody is left to get it.
            Fault::Cancelled => return Ok(internal_error(py, text)),
            Fault::File(error) => {
                // The system's refusal is only a text here.
                let path = about.path.as_ref().filter(|_| matches!(error, FileError::Io { .. }));
                let is_missing =
                    path.is_some_and(|path| matches!(Path::new(path).try_exists(), Ok(false)));
                let class = if is_missing { "MissingFileError" } else { "FileError" };
                let value = new(py, class, text)?;
                value.setattr("reason", error.code())?;
                if is_missing {
                    value.setattr("errno", ENOENT)?;
                }
                value
            }
            Fault::Rate(..) | Fault::Row(_) => {
                let value = new(py, "InputError", text)?;
                value.setattr("field", "audio")?;
                value
            }
        };
        about.set(&value)?;
        Ok(PyErr::from_value(value))
    };
    build().unwrap_or_else(|failure: PyErr| failure)
}

/// What is wrong, without the name of the file.
pub fn fault_text(fault: &Fault) -> String {
    match fault {
        Fault::Core(error) => error.spelled(PYTHON).to_string(),
        Fault::File(error) => error.to_string(),
        &Fault::Rate(rate, wanted) => refusal(rate, wanted),
        Fault::Row(reason) => reason.clone(),
        Fault::Cancelled => "the call was ended".into(),
    }
}

/// An error about data, which may take the place of a result. Fails with one that is about the program, such as
/// Ctrl-C.
pub fn of_data(py: Python<'_>, error: PyErr) -> PyResult<PyErr> {
    if error.is_instance_of::<PyException>(py) { Ok(error) } else { Err(error) }
}

/// A fault of this library.
pub fn internal_error(py: Python<'_>, message: String) -> PyErr {
    new(py, "InternalError", message).map_or_else(|failure| failure, PyErr::from_value)
}

fn exception(py: Python<'_>, error: &Error, message: String, about: &About) -> PyResult<PyErr> {
    let spelled = error.spelled(PYTHON);
    let known: Vec<&str> = error.known_names().collect();
    let (class, fields): (_, Vec<(_, Bound<'_, PyAny>)>) = match error {
        Error::Config { field, .. } => (
            "ConfigError",
            vec![
                ("field", field.into_bound_py_any(py)?),
                ("value", spelled.given().to_string().into_bound_py_any(py)?),
                ("expected", spelled.expected().to_string().into_bound_py_any(py)?),
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
        // No kind that this version of core has.
        _ => ("InternalError", vec![]),
    };
    let value = new(py, class, message)?;
    for (name, field) in fields {
        value.setattr(name, field)?;
    }
    about.set(&value)?;
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

/// A file that can't be read, with the reason `io`.
pub fn file_error(py: Python<'_>, path: &str, is_missing: bool, message: String) -> PyErr {
    let build = || {
        let value = new(py, if is_missing { "MissingFileError" } else { "FileError" }, message)?;
        if is_missing {
            value.setattr("errno", ENOENT)?;
        }
        value.setattr("reason", "io")?;
        value.setattr("path", path)?;
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
