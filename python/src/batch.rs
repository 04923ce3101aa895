//! Many clips at once.

use crate::audio::{Audio, Slice};
use crate::errors::{About, input_error, internal_error, of_data, raise_about, tuple};
use crate::output::{self, Out};
use crate::rate::{self, conversion};
use crate::silence::Fill;
use crate::threads;
use mojo_audio_core::config::Layout;
use mojo_audio_core::{MelExtractor, MelSpectrogram, Resampler};
use numpy::{PyArray1, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::sync::Arc;

/// The clips: separate arrays, or the rows of one array.
pub enum Clips<'py> {
    List(Vec<PyResult<Audio<'py>>>),
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
        let signal = |(place, clip): (usize, PyResult<_>)| match Audio::signal(&clip?) {
            Ok(audio) => Ok(Ok(audio)),
            Err(error) => Ok(Err(of_clip(py, place, of_data(py, error)?))),
        };
        Ok(Self::List(clips.try_iter()?.enumerate().map(signal).collect::<PyResult<_>>()?))
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

    /// The samples of each clip, and what resamples them; or why it is no clip.
    fn parts<'a>(
        &'a self,
        py: Python<'_>,
        extractor: &MelExtractor,
        resample: bool,
    ) -> PyResult<Vec<PyResult<Part<'a>>>> {
        match self {
            Self::List(clips) => {
                let part = |(place, clip): (usize, &'a PyResult<Audio<'py>>)| {
                    let clip = clip.as_ref().map_err(|error| error.clone_ref(py))?;
                    let resampler = conversion(py, clip.rate, extractor, resample);
                    Ok((clip.slice(), resampler.map_err(|error| of_clip(py, place, error))?))
                };
                Ok(clips.iter().enumerate().map(part).collect())
            }
            Self::Rows { audio, lengths } => {
                let resampler = conversion(py, audio.rate, extractor, resample)?;
                let part = |(row, &length)| {
                    Ok((audio.slice().range(row * audio.n_samples, length), resampler.clone()))
                };
                Ok(lengths.iter().enumerate().map(part).collect())
            }
        }
    }
}

/// A clip's samples, and what resamples them.
type Part<'a> = (Slice<'a>, Option<Arc<Resampler>>);

/// An error about an argument, as one about a clip of it.
fn of_clip(py: Python<'_>, place: usize, error: PyErr) -> PyErr {
    let name = || {
        let value = error.value(py);
        if !value.hasattr("clip")? {
            return Ok(());
        }
        value.setattr("clip", place)?;
        value.setattr("args", (format!("clip {place}: {value}"),))
    };
    match name() {
        Ok(()) => error,
        Err(failure) => failure,
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

/// The result of each clip, computed without the GIL. Fails as a whole unless errors are to be returned.
pub fn compute(
    py: Python<'_>,
    extractor: &MelExtractor,
    clips: &Clips<'_>,
    threads: usize,
    resample: bool,
    returns_errors: bool,
) -> PyResult<Vec<PyResult<MelSpectrogram>>> {
    let mut parts = Vec::new();
    for part in clips.parts(py, extractor, resample)? {
        match part {
            Err(error) if !returns_errors => return Err(error),
            part => parts.push(part),
        }
    }
    let results = py.detach(|| {
        threads::map(parts.len(), threads, |place| {
            let (samples, resampler) = parts[place].as_ref().ok()?;
            Some(rate::compute(extractor, *samples, resampler.as_deref()))
        })
    });
    let raise = |((place, result), part): ((usize, Option<Result<_, _>>), PyResult<_>)| {
        part.and_then(|_| match result {
            Some(Ok(mel)) => Ok(mel),
            Some(Err(error)) => Err(raise_about(py, &About::clip(place), &error)),
            None => Err(internal_error(py, format!("clip {place} was not computed"))),
        })
    };
    let results = results.into_iter().enumerate().zip(parts).map(raise);
    if returns_errors {
        return Ok(results.collect());
    }
    results.map(|result| result.map(Ok)).collect()
}

/// A list of arrays, with an exception in place of each that failed.
pub fn list<'py>(
    py: Python<'py>,
    results: Vec<PyResult<MelSpectrogram>>,
) -> PyResult<Bound<'py, PyAny>> {
    let item = |result: PyResult<_>| match result {
        Ok(mel) => output::array(py, mel),
        Err(error) => error.into_bound_py_any(py),
    };
    let items = results.into_iter().map(item).collect::<PyResult<Vec<_>>>()?;
    Ok(PyList::new(py, items)?.into_any())
}

/// One array and the frame counts, and the errors if they are not raised.
pub fn padded<'py>(
    py: Python<'py>,
    extractor: &MelExtractor,
    results: Vec<PyResult<MelSpectrogram>>,
    fill: &Fill,
    out: Option<Bound<'py, PyAny>>,
    returns_errors: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let mels = || results.iter().map(|result| result.as_ref().ok());
    let counts: Vec<_> = mels().map(|mel| mel.map_or(0, MelSpectrogram::n_frames)).collect();
    let most = counts.iter().max().copied().unwrap_or(0);
    let array = match out {
        Some(out) => {
            let room = output::room(&out, extractor, results.len(), most)?;
            let mut array = Out::new(&out, &[results.len(), room[0], room[1]])?;
            fill_padded(mels(), fill, extractor.config().layout, room, array.all_values(py)?);
            drop(array);
            out
        }
        None => {
            let room = output::shape(extractor, most);
            let shape = [results.len(), room[0], room[1]];
            let mut values = output::zeros(py, &shape)?;
            fill_padded(mels(), fill, extractor.config().layout, room, &mut values);
            output::array_of(py, &shape, values)?
        }
    };
    let counts = PyArray1::from_iter(py, counts.into_iter().map(|count| count as i64));
    if !returns_errors {
        return (array, counts).into_bound_py_any(py);
    }
    let errors: Vec<_> = results.into_iter().map(Result::err).collect();
    (array, counts, errors).into_bound_py_any(py)
}

/// Writes results one after the other, each to a place of `rows` · `columns` values, and fills the rest of each
/// place.
fn fill_padded<'a>(
    mels: impl Iterator<Item = Option<&'a MelSpectrogram>>,
    fill: &Fill,
    layout: Layout,
    [rows, columns]: [usize; 2],
    values: &mut [f32],
) {
    for (clip, (mel, to)) in mels.zip(values.chunks_mut((rows * columns).max(1))).enumerate() {
        let fill = fill.of(clip);
        let from = mel.map_or(&[][..], MelSpectrogram::data);
        match layout {
            Layout::FrameMajor => {
                let (start, rest) = to.split_at_mut(from.len());
                start.copy_from_slice(from);
                rest.chunks_mut(columns.max(1)).for_each(|frame| frame.copy_from_slice(fill));
            }
            Layout::MelMajor => {
                let n_frames = mel.map_or(0, MelSpectrogram::n_frames);
                for (band, to) in to.chunks_mut(columns.max(1)).enumerate() {
                    let (start, rest) = to.split_at_mut(n_frames);
                    start.copy_from_slice(&from[band * n_frames..][..n_frames]);
                    rest.fill(fill[band]);
                }
            }
        }
    }
}
