//! The caller's audio: contiguous float32 and int16 are read without a copy, everything else is converted
//! once.

use crate::errors::{input_error, raise, tuple};
use crate::source::is_bytes;
use mojo_audio_core::Error;
use numpy::{
    Element, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArray,
    PyUntypedArrayMethods, dtype,
};
use pyo3::exceptions::{PyException, PyMemoryError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyBool, PyMapping, PyMemoryView, PyTuple};

/// Samples of one or more signals, contiguous, one signal after another.
pub struct Audio<'py> {
    samples: Samples<'py>,
    /// The shape without the time axis; empty for a single signal.
    pub outer: Vec<usize>,
    /// Number of samples of each signal.
    pub n_samples: usize,
    /// The sample rate, if the audio says it.
    pub rate: Option<u32>,
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
        let py = audio.py();
        let Described { samples, rate } = described(audio)?;
        let mut array = as_array(&samples, "audio")?;
        if rate.is_some() && array.ndim() == 2 && array.shape()[0] == 1 {
            // One channel, as torchaudio and torchcodec have it.
            array = array.get_item(0)?.cast_into()?;
        }
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
        Self::contiguous(&array, rate)
    }

    /// Every signal along an axis.
    pub fn signals(audio: &Bound<'py, PyAny>, axis: isize) -> PyResult<Self> {
        let Described { samples, rate } = described(audio)?;
        let array = as_array(&samples, "audio")?;
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
            return Self::contiguous(&array, rate);
        }
        let numpy = py.import(intern!(py, "numpy"))?;
        let moved = numpy.call_method1(intern!(py, "moveaxis"), (array, axis, -1))?;
        Self::contiguous(moved.cast::<PyUntypedArray>()?, rate)
    }

    fn contiguous(array: &Bound<'py, PyUntypedArray>, rate: Option<u32>) -> PyResult<Self> {
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
        Ok(Self { samples, outer, n_samples, rate })
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

/// Samples, and their rate if the object says it.
struct Described<'py> {
    samples: Bound<'py, PyAny>,
    rate: Option<u32>,
}

/// Takes audio apart that says its sample rate: a pair `(samples, rate)`, where samples may be the bytes of
/// little-endian int16; a mapping with `array` and `sampling_rate`; an object with `data` and `sample_rate`;
/// a decoder of such an object.
fn described<'py>(audio: &Bound<'py, PyAny>) -> PyResult<Described<'py>> {
    let py = audio.py();
    if audio.is_instance_of::<PyUntypedArray>() {
        return Ok(Described { samples: audio.clone(), rate: None });
    }
    if let Ok(pair) = audio.cast::<PyTuple>() {
        if pair.len() == 2 && is_several(&pair.get_item(0)?)? {
            let (samples, rate) = (pair.get_item(0)?, rate(&pair.get_item(1)?)?);
            let samples = if is_raw(&samples)? { pcm(&samples)? } else { samples };
            return Ok(Described { samples, rate: Some(rate) });
        }
    } else if let Ok(fields) = audio.cast::<PyMapping>() {
        let field = |name| {
            fields.get_item(name).map_err(|error| {
                let message = format!(
                    "audio as a mapping must have the samples as \"array\" and their rate as \
                     \"sampling_rate\"; it has no \"{name}\""
                );
                let refusal = input_error(py, "audio", message);
                refusal.set_cause(py, Some(error));
                refusal
            })
        };
        return Ok(Described { samples: field("array")?, rate: Some(rate(&field("sampling_rate")?)?) });
    } else if audio.hasattr(intern!(py, "sample_rate"))? && audio.hasattr(intern!(py, "data"))? {
        let rate = rate(&audio.getattr(intern!(py, "sample_rate"))?)?;
        return Ok(Described { samples: audio.getattr(intern!(py, "data"))?, rate: Some(rate) });
    } else if audio.hasattr(intern!(py, "get_all_samples"))? {
        return described(&audio.call_method0(intern!(py, "get_all_samples"))?);
    }
    Ok(Described { samples: audio.clone(), rate: None })
}

/// Whether it is more than a number, so that a pair of it and a number is not two samples.
fn is_several(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    // Arrays and tensors of no axis have a length that can't be asked for.
    Ok(is_bytes(value) || value.hasattr(intern!(py, "__len__"))? && value.len().is_ok())
}

/// Whether it is bytes, and not a view of samples of another type.
pub fn is_raw(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    if !value.is_instance_of::<PyMemoryView>() {
        return Ok(is_bytes(value));
    }
    value.getattr(intern!(value.py(), "itemsize"))?.eq(1)
}

/// A sample rate: a whole number, of any type.
fn rate(value: &Bound<'_, PyAny>) -> PyResult<u32> {
    let number = value.extract::<f64>().ok().filter(|_| !value.is_instance_of::<PyBool>());
    let whole = number.filter(|rate| rate.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(rate));
    whole.map(|rate| rate as u32).ok_or_else(|| {
        let got = value.repr().map_or_else(|_| "?".into(), |text| text.to_string());
        let message =
            format!("audio: its sample rate must be a whole number, at least 1 Hz, got {got}");
        input_error(value.py(), "audio", message)
    })
}

/// Little-endian int16 samples, not copied.
fn pcm<'py>(bytes: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = bytes.py();
    let numpy = py.import(intern!(py, "numpy"))?;
    numpy.call_method1(intern!(py, "frombuffer"), (bytes, "<i2")).map_err(|error| {
        let message =
            format!("audio as bytes must be little-endian int16 samples: {}", error.value(py));
        let refusal = input_error(py, "audio", message);
        refusal.set_cause(py, Some(error));
        refusal
    })
}

/// An object as a NumPy array: through the buffer protocol, `__array__`, DLPack, or as a sequence. Errors call it
/// `field`.
pub fn as_array<'py>(value: &Bound<'py, PyAny>, field: &str) -> PyResult<Bound<'py, PyUntypedArray>> {
    if let Ok(array) = value.cast::<PyUntypedArray>() {
        refuse_masked(value, field)?;
        return Ok(array.clone());
    }
    let py = value.py();
    let has = |name| value.hasattr(name);
    let numpy = py.import(intern!(py, "numpy"))?;
    let only_dlpack = has(intern!(py, "__dlpack__"))?
        && !has(intern!(py, "__array__"))?
        && !has(intern!(py, "__array_interface__"))?;
    let convert = if only_dlpack { intern!(py, "from_dlpack") } else { intern!(py, "asarray") };
    let array = numpy.call_method1(convert, (value,)).map_err(|error| {
        if !error.is_instance_of::<PyException>(py) || error.is_instance_of::<PyMemoryError>(py) {
            return error;
        }
        // Rows of different lengths, tensors that are on a GPU or whose type NumPy doesn't have, and the like.
        let refusal = input_error(py, field, format!("{field}: {}", error.value(py)));
        refusal.set_cause(py, Some(error));
        refusal
    })?;
    Ok(array.cast_into::<PyUntypedArray>()?)
}

/// Refuses an array with masked values: what is below the mask would be read as if it were valid.
pub fn refuse_masked(value: &Bound<'_, PyAny>, field: &str) -> PyResult<()> {
    let py = value.py();
    // Masked arrays are of a subclass, and plain ones are not held up.
    if !value.is_instance_of::<PyUntypedArray>() || value.is_exact_instance_of::<PyUntypedArray>() {
        return Ok(());
    }
    let masked =
        py.import(intern!(py, "numpy.ma"))?.call_method1(intern!(py, "is_masked"), (value,))?;
    if masked.is_truthy()? {
        let message =
            format!("{field} must have no masked values: fill them, as with {field}.filled(0)");
        return Err(input_error(py, field, message));
    }
    Ok(())
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
