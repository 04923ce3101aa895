//! The caller's audio: contiguous float32 and int16 are read without a copy, everything else is converted
//! once.

use crate::errors::{input_error, raise, tuple};
use mojo_audio_core::Error;
use numpy::{
    Element, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArray,
    PyUntypedArrayMethods, dtype,
};
use pyo3::exceptions::{PyException, PyMemoryError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::IntoPyDict;

/// Samples of one or more signals, contiguous, one signal after another.
pub struct Audio<'py> {
    samples: Samples<'py>,
    /// The shape without the time axis; empty for a single signal.
    pub outer: Vec<usize>,
    /// Number of samples of each signal.
    pub n_samples: usize,
}

enum Samples<'py> {
    Floats(PyReadonlyArrayDyn<'py, f32>),
    Integers(PyReadonlyArrayDyn<'py, i16>),
    Converted(Vec<f32>),
}

/// Samples that can be used without the interpreter.
#[derive(Clone, Copy)]
pub enum Slice<'a> {
    Floats(&'a [f32]),
    Integers(&'a [i16]),
}

/// Evaluates `$body` with `$samples` as a slice of either type.
macro_rules! with_samples {
    ($slice:expr, $samples:ident => $body:expr) => {
        match $slice {
            $crate::audio::Slice::Floats($samples) => $body,
            $crate::audio::Slice::Integers($samples) => $body,
        }
    };
}
pub(crate) use with_samples;

impl<'a> Slice<'a> {
    pub fn len(self) -> usize {
        with_samples!(self, samples => samples.len())
    }

    pub fn range(self, start: usize, len: usize) -> Self {
        match self {
            Self::Floats(samples) => Self::Floats(&samples[start..start + len]),
            Self::Integers(samples) => Self::Integers(&samples[start..start + len]),
        }
    }

    /// Whether it overlaps the other array in memory.
    pub fn overlaps(self, other: &[f32]) -> bool {
        let samples = with_samples!(self, samples => addresses(samples));
        let other = addresses(other);
        samples.start < other.end && other.start < samples.end
    }
}

fn addresses<T>(values: &[T]) -> std::ops::Range<usize> {
    let start = values.as_ptr() as usize;
    start..start + size_of_val(values)
}

impl<'py> Audio<'py> {
    /// One signal.
    pub fn signal(audio: &Bound<'py, PyAny>) -> PyResult<Self> {
        let array = as_array(audio)?;
        let py = audio.py();
        if array.ndim() == 0 {
            let kind = audio.get_type().name()?;
            let message = format!("audio must be an array of samples, got a single {kind}");
            return Err(input_error(py, "audio", message));
        }
        if array.ndim() > 1 {
            let shape = tuple(py, array.shape())?;
            return Err(input_error(
                py,
                "audio",
                format!(
                    "audio must be one signal, got an array of shape {shape}: take one channel (audio[0]), \
                     mix the channels (audio.mean(axis=0)), or name the axis along which time runs \
                     (axis=-1) to compute each signal"
                ),
            ));
        }
        Self::contiguous(&array)
    }

    /// Every signal along an axis.
    pub fn signals(audio: &Bound<'py, PyAny>, axis: isize) -> PyResult<Self> {
        let array = as_array(audio)?;
        let (py, ndim) = (audio.py(), array.ndim() as isize);
        if !(-ndim..ndim).contains(&axis) {
            let shape = tuple(py, array.shape())?;
            return Err(input_error(
                py,
                "axis",
                format!("axis must be one of the shape {shape}, got {axis}"),
            ));
        }
        if axis == -1 || axis == ndim - 1 {
            return Self::contiguous(&array);
        }
        let numpy = py.import(intern!(py, "numpy"))?;
        let moved = numpy.call_method1(intern!(py, "moveaxis"), (array, axis, -1))?;
        Self::contiguous(moved.cast::<PyUntypedArray>()?)
    }

    fn contiguous(array: &Bound<'py, PyUntypedArray>) -> PyResult<Self> {
        let py = array.py();
        let shape = array.shape();
        let (&n_samples, outer) = shape
            .split_last()
            .ok_or_else(|| input_error(py, "audio", "audio: no axis of time".into()))?;
        let (outer, element) = (outer.to_vec(), array.dtype());
        let samples = match (element.kind(), element.itemsize()) {
            (b'f', 8) if element.is_equiv_to(&dtype::<f64>(py)) && array.is_aligned() => {
                Samples::Converted(narrowed(&borrow::<f64>(array)?)?)
            }
            (b'f', _) => Samples::Floats(borrow(&laid_out::<f32>(array)?)?),
            (b'i', 2) => Samples::Integers(borrow(&laid_out::<i16>(array)?)?),
            (b'i' | b'u', _) => {
                return Err(input_error(
                    py,
                    "audio",
                    format!(
                        "audio must be float or int16, got {element}: divide other integers by their full \
                         scale and pass floats (an int16 sample counts as value / 32768)"
                    ),
                ));
            }
            _ => {
                return Err(input_error(
                    py,
                    "audio",
                    format!("audio must be real numbers, best float32 or int16, got {element}"),
                ));
            }
        };
        Ok(Self { samples, outer, n_samples })
    }

    /// Number of signals.
    pub fn n_signals(&self) -> usize {
        self.outer.iter().product()
    }

    /// All samples.
    pub fn slice(&self) -> Slice<'_> {
        match &self.samples {
            // They were made contiguous.
            Samples::Floats(array) => Slice::Floats(array.as_slice().unwrap_or_default()),
            Samples::Integers(array) => Slice::Integers(array.as_slice().unwrap_or_default()),
            Samples::Converted(values) => Slice::Floats(values),
        }
    }
}

/// An object as a NumPy array: through the buffer protocol, `__array__`, DLPack, or as a sequence.
fn as_array<'py>(audio: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyUntypedArray>> {
    if let Ok(array) = audio.cast::<PyUntypedArray>() {
        return Ok(array.clone());
    }
    let py = audio.py();
    let has = |name| audio.hasattr(name);
    let numpy = py.import(intern!(py, "numpy"))?;
    let only_dlpack = has(intern!(py, "__dlpack__"))?
        && !has(intern!(py, "__array__"))?
        && !has(intern!(py, "__array_interface__"))?;
    let convert = if only_dlpack { intern!(py, "from_dlpack") } else { intern!(py, "asarray") };
    let array = numpy.call_method1(convert, (audio,)).map_err(|error| {
        if !error.is_instance_of::<PyException>(py) || error.is_instance_of::<PyMemoryError>(py) {
            return error;
        }
        // Rows of different lengths, tensors that are on a GPU or whose type NumPy doesn't have, and the like.
        let refusal = input_error(py, "audio", format!("audio: {}", error.value(py)));
        refusal.set_cause(py, Some(error));
        refusal
    })?;
    Ok(array.cast_into::<PyUntypedArray>()?)
}

/// The array itself if its values are contiguous and of that type, otherwise a copy.
fn laid_out<'py, T: Element>(
    array: &Bound<'py, PyUntypedArray>,
) -> PyResult<Bound<'py, PyUntypedArray>> {
    let py = array.py();
    let wanted = dtype::<T>(py);
    if array.is_c_contiguous() && array.is_aligned() && array.dtype().is_equiv_to(&wanted) {
        return Ok(array.clone());
    }
    let options = [("dtype", wanted.into_any()), ("order", "C".into_pyobject(py)?.into_any())];
    let options = options.into_py_dict(py)?;
    options.set_item("copy", true)?;
    let numpy = py.import(intern!(py, "numpy"))?;
    let copy = numpy.call_method(intern!(py, "array"), (array,), Some(&options))?;
    Ok(copy.cast_into::<PyUntypedArray>()?)
}

fn borrow<'py, T: Element>(array: &Bound<'py, PyUntypedArray>) -> PyResult<PyReadonlyArrayDyn<'py, T>> {
    let typed = array.as_any().cast::<PyArrayDyn<T>>()?;
    typed.try_readonly().map_err(|_| {
        input_error(array.py(), "audio", "audio: another call is writing to this array (out)".into())
    })
}

/// Values in 32 bits. Values that are too large become infinite, which is an error later.
fn narrowed(array: &PyReadonlyArrayDyn<'_, f64>) -> PyResult<Vec<f32>> {
    let view = array.as_array();
    let mut values = Vec::new();
    values.try_reserve_exact(view.len()).map_err(|_| {
        let bytes = view.len().saturating_mul(size_of::<f32>());
        raise(array.py(), &Error::Allocation { bytes })
    })?;
    values.extend(view.iter().map(|&value| value as f32));
    Ok(values)
}
