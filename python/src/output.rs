//! Results as NumPy arrays: core's memory handed over, or the caller's array filled.

use crate::audio::Slice;
use crate::errors::{OrRaise, input_error, shape_error};
use mojo_audio_core::config::Layout;
use mojo_audio_core::{Error, MelExtractor, MelSpectrogram};
use numpy::ndarray::{ArrayD, IxDyn};
use numpy::{PyArrayDyn, PyArrayMethods, PyReadwriteArrayDyn, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// (n_mels, n_frames) or (n_frames, n_mels), depending on the option `layout`.
pub fn shape(extractor: &MelExtractor, n_frames: usize) -> [usize; 2] {
    match extractor.config().layout {
        Layout::MelMajor => [extractor.n_mels(), n_frames],
        Layout::FrameMajor => [n_frames, extractor.n_mels()],
    }
}

/// An array that takes over core's memory.
pub fn array(py: Python<'_>, mel: MelSpectrogram) -> PyResult<Bound<'_, PyAny>> {
    let shape = match mel.layout() {
        Layout::MelMajor => [mel.n_mels(), mel.n_frames()],
        Layout::FrameMajor => [mel.n_frames(), mel.n_mels()],
    };
    array_of(py, &shape, mel.into_data())
}

/// An array that takes over the values.
pub fn array_of<'py>(
    py: Python<'py>,
    shape: &[usize],
    values: Vec<f32>,
) -> PyResult<Bound<'py, PyAny>> {
    let array = ArrayD::from_shape_vec(IxDyn(shape), values)
        .map_err(|error| input_error(py, "out", format!("out: {error}")))?;
    Ok(PyArrayDyn::from_owned_array(py, array).into_any())
}

/// Zeros, or the error for a failed allocation.
pub fn zeros(py: Python<'_>, shape: &[usize]) -> PyResult<Vec<f32>> {
    let len = shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
    let refused = |len: usize| Error::Allocation { bytes: len.saturating_mul(size_of::<f32>()) };
    let len = len.ok_or_else(|| refused(usize::MAX)).or_raise(py)?;
    let mut values = Vec::new();
    values.try_reserve_exact(len).map_err(|_| refused(len)).or_raise(py)?;
    values.resize(len, 0.0);
    Ok(values)
}

/// The shape of each clip's place in the caller's array of several, which may have room for more frames.
pub fn room(
    out: &Bound<'_, PyAny>,
    extractor: &MelExtractor,
    n_clips: usize,
    most: usize,
) -> PyResult<[usize; 2]> {
    let axis = usize::from(extractor.config().layout == Layout::MelMajor);
    let mut room = shape(extractor, most);
    // Any other fault is found as in an array for one result.
    if let Ok(array) = out.cast::<PyUntypedArray>()
        && let &[clips, rows, columns] = array.shape()
        && clips == n_clips
    {
        room[axis] = room[axis].max([rows, columns][axis]);
    }
    Ok(room)
}

/// The caller's array for a result.
pub struct Out<'py>(PyReadwriteArrayDyn<'py, f32>);

impl<'py> Out<'py> {
    /// Checks that it is a writable, contiguous float32 array of that shape that nobody else is using now.
    pub fn new(out: &Bound<'py, PyAny>, shape: &[usize]) -> PyResult<Self> {
        let py = out.py();
        let refused = |got: String| {
            input_error(
                py,
                "out",
                format!("out must be a writable, C-contiguous float32 array, got {got}"),
            )
        };
        let array = out.cast::<PyUntypedArray>().map_err(|_| refused(out.get_type().to_string()))?;
        let floats = out
            .cast::<PyArrayDyn<f32>>()
            .map_err(|_| refused(format!("an array of {}", array.dtype())))?;
        if array.shape() != shape {
            return Err(shape_error(py, "out", shape, array.shape()));
        }
        if !array.is_c_contiguous() || !array.is_aligned() {
            return Err(refused("an array that is not C-contiguous".into()));
        }
        match floats.try_readwrite() {
            Ok(array) => Ok(Self(array)),
            Err(numpy::BorrowError::NotWriteable) => Err(refused("a read-only array".into())),
            Err(_) => Err(input_error(
                py,
                "out",
                "out must not be in use, as audio of this call or by another call".into(),
            )),
        }
    }

    /// Its values, if it doesn't overlap the audio.
    pub fn values(&mut self, py: Python<'_>, audio: Slice<'_>) -> PyResult<&mut [f32]> {
        let values =
            self.0.as_slice_mut().map_err(|error| input_error(py, "out", format!("out: {error}")))?;
        if audio.overlaps(values) {
            return Err(input_error(py, "out", "out must not share memory with the audio".into()));
        }
        Ok(values)
    }

    /// Its values, for calls without audio.
    pub fn all_values(&mut self, py: Python<'_>) -> PyResult<&mut [f32]> {
        self.values(py, Slice::Floats(&[]))
    }
}
