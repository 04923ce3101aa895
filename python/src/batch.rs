//! Many clips at once.

use crate::audio::{Audio, Slice};
use crate::errors::{input_error, raise_about, tuple};
use crate::output;
use mojo_audio_core::config::Layout;
use mojo_audio_core::{Error, MelExtractor, MelSpectrogram};
use numpy::{PyArray1, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyList;

/// The clips: separate arrays, or the rows of one array.
pub enum Clips<'py> {
    List(Vec<Audio<'py>>),
    Rows { audio: Audio<'py>, lengths: Vec<usize> },
}

impl<'py> Clips<'py> {
    pub fn new(clips: &Bound<'py, PyAny>, lengths: Option<&Bound<'py, PyAny>>) -> PyResult<Self> {
        let py = clips.py();
        if is_one_array(clips)? {
            return Self::rows(clips, lengths);
        }
        if lengths.is_some() {
            let message = "lengths: clips is no array; each clip of a list has a length of its own";
            return Err(input_error(py, "lengths", message.into()));
        }
        let list = clips.try_iter()?.map(|clip| Audio::signal(&clip?));
        Ok(Self::List(list.collect::<PyResult<_>>()?))
    }

    fn rows(clips: &Bound<'py, PyAny>, lengths: Option<&Bound<'py, PyAny>>) -> PyResult<Self> {
        let py = clips.py();
        let audio = Audio::signals(clips, -1)?;
        let &[n_clips] = audio.outer.as_slice() else {
            let mut shape = audio.outer.clone();
            shape.push(audio.n_samples);
            let shape = tuple(py, &shape)?;
            let message = format!(
                "clips must be a list of signals, or an array (n_clips, n_samples), got an array of \
                 shape {shape}"
            );
            return Err(input_error(py, "clips", message));
        };
        let n_samples = audio.n_samples;
        let lengths = match lengths {
            None => vec![n_samples; n_clips],
            Some(lengths) => lengths
                .try_iter()?
                .map(|length| {
                    let length = length?.extract::<i64>()?;
                    usize::try_from(length).ok().filter(|&length| length <= n_samples).ok_or_else(
                        || {
                            let wanted = format!("from 0 to {n_samples}, the length of the rows");
                            input_error(
                                py,
                                "lengths",
                                format!("lengths must be {wanted}, got {length}"),
                            )
                        },
                    )
                })
                .collect::<PyResult<_>>()?,
        };
        if lengths.len() != n_clips {
            let message =
                format!("lengths must have one value a row, {n_clips}, got {}", lengths.len());
            return Err(input_error(py, "lengths", message));
        }
        Ok(Self::Rows { audio, lengths })
    }

    fn slices(&self) -> Vec<Slice<'_>> {
        match self {
            Self::List(clips) => clips.iter().map(Audio::slice).collect(),
            Self::Rows { audio, lengths } => lengths
                .iter()
                .enumerate()
                .map(|(row, &length)| audio.slice().range(row * audio.n_samples, length))
                .collect(),
        }
    }
}

/// Whether it is one array, from NumPy or from a library that exports its arrays, and not a sequence of them.
fn is_one_array(clips: &Bound<'_, PyAny>) -> PyResult<bool> {
    if let Ok(array) = clips.cast::<PyUntypedArray>() {
        // An array of objects is a sequence of clips.
        return Ok(numpy::PyArrayDescrMethods::kind(&array.dtype()) != b'O');
    }
    Ok(clips.hasattr("__array__")? || clips.hasattr("__dlpack__")?)
}

/// The result of each clip, computed without the GIL.
pub fn compute(
    py: Python<'_>,
    extractor: &MelExtractor,
    clips: &Clips<'_>,
    threads: usize,
) -> PyResult<Vec<MelSpectrogram>> {
    let slices = clips.slices();
    let mut floats = Vec::new();
    let mut integers = Vec::new();
    for (place, slice) in slices.iter().enumerate() {
        match slice {
            Slice::Floats(samples) => floats.push((place, *samples)),
            Slice::Integers(samples) => integers.push((place, *samples)),
        }
    }
    let results = py.detach(|| {
        let mut results = Vec::with_capacity(slices.len());
        run(extractor, &floats, threads, &mut results);
        run(extractor, &integers, threads, &mut results);
        results.sort_unstable_by_key(|(place, _)| *place);
        results
    });
    let raise = |(place, result): (usize, Result<_, _>)| {
        result.map_err(|error| raise_about(py, "clip", place, &error))
    };
    results.into_iter().map(raise).collect()
}

type Placed<T> = (usize, T);

fn run<S: mojo_audio_core::Sample>(
    extractor: &MelExtractor,
    clips: &[Placed<&[S]>],
    threads: usize,
    results: &mut Vec<Placed<Result<MelSpectrogram, Error>>>,
) {
    let samples: Vec<&[S]> = clips.iter().map(|(_, samples)| *samples).collect();
    let computed = extractor.compute_batch(&samples, threads);
    results.extend(clips.iter().map(|(place, _)| *place).zip(computed));
}

/// A list of arrays.
pub fn list<'py>(py: Python<'py>, mels: Vec<MelSpectrogram>) -> PyResult<Bound<'py, PyAny>> {
    let arrays = mels.into_iter().map(|mel| output::array(py, mel)).collect::<PyResult<Vec<_>>>()?;
    Ok(PyList::new(py, arrays)?.into_any())
}

/// One array and the frame counts.
pub fn padded<'py>(
    py: Python<'py>,
    extractor: &MelExtractor,
    mels: Vec<MelSpectrogram>,
) -> PyResult<Bound<'py, PyAny>> {
    let most = mels.iter().map(MelSpectrogram::n_frames).max().unwrap_or(0);
    let [rows, columns] = output::shape(extractor, most);
    let shape = [mels.len(), rows, columns];
    let mut values = output::zeros(py, &shape)?;
    for (mel, to) in mels.iter().zip(values.chunks_mut((rows * columns).max(1))) {
        match mel.layout() {
            Layout::FrameMajor => to[..mel.data().len()].copy_from_slice(mel.data()),
            Layout::MelMajor if mel.n_frames() > 0 => {
                let bands = mel.data().chunks(mel.n_frames());
                for (from, to) in bands.zip(to.chunks_mut(columns)) {
                    to[..from.len()].copy_from_slice(from);
                }
            }
            Layout::MelMajor => {}
        }
    }
    let counts: Vec<i64> = mels.iter().map(|mel| mel.n_frames() as i64).collect();
    (output::array_of(py, &shape, values)?, PyArray1::from_vec(py, counts)).into_bound_py_any(py)
}
