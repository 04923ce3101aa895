//! `identify`, `diff` and `probe`: from a recording and another program's features back to the options.

use crate::audio::{Audio, Slice, as_array, is_raw};
use crate::config::{MelConfig, get, preset, set};
use crate::errors::{OrRaise, input_error, internal_error, raise, tuple};
use crate::files::{self, PATIENCE};
use crate::source::{Source, is_bytes};
use crate::{rate, threads};
use mojo_audio_core::{self as core, OPTIONS};
use mojo_audio_identify::{
    Candidate, Error, Features, Identified, LEAST_PROBE_RATE, MOST_SAMPLE_RATE, OpenOption, Recipe,
    Request, Rounding, difference,
};
use numpy::{
    PyArray1, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyUntypedArray, PyUntypedArrayMethods,
};
use pyo3::IntoPyObjectExt;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Finds the configuration that makes given features of a recording.
///
/// Ends when the features are found, or all that the search tries is done: the result is the same for any number of
/// threads and on a busy machine, unless the time is over before. Runs without the GIL.
///
/// Parameters
/// ----------
/// audio
///     The recording: audio as for `MelExtractor`, of one channel, or a file as for `load`, whose channels are mixed.
/// features
///     What another program made of it: a matrix of floats, or of integers of 8 or 16 bits, with time along either
///     axis. Axes of length 1 in front are dropped.
/// sample_rate
///     The rate that the features were computed at, in hertz. Audio that says its own rate is resampled to this one,
///     or keeps its own by default; samples without a rate must have this one.
/// preset, config
///     A recipe that is suspected, by its name or as a `MelConfig`: the search starts there.
/// seconds
///     Ends the search after this time with the best so far. Describing the result can take another third of
///     it.
/// threads
///     Number of threads; by default that of the environment variable `MOJO_AUDIO_THREADS`, else one for each core of
///     the machine.
/// progress
///     Called now and then with the step of the search, as a string, and the least distance so far: the mean deviation
///     as a part of the features' spread, infinite at first. An exception ends the search.
/// **known
///     Options of `MelConfig` that are known.
///
/// Returns
/// -------
/// Identified, whose `verdict` is "found" or "up_to_rounding" if its `config` makes these features.
///
/// Raises
/// ------
/// InputError
///     `audio` is no recording, its rate is unknown, or a sample is not finite; `features` is no matrix of finite
///     numbers; another argument is not allowed.
/// EmptyInputError
///     There are no samples.
/// ConfigError, UnknownNameError
///     A known option has a value that is not allowed; no option or preset has that name.
/// FileError
///     The file can't be read.
///
/// Examples
/// --------
/// >>> audio = probe(16000)
/// >>> theirs = MelExtractor()(audio).T
/// >>> found = identify(audio, theirs, sample_rate=16000, seconds=60.0)
/// >>> found.verdict, found.code
/// ('found', 'MelConfig.whisper(layout="frame_major")')
#[pyfunction]
#[pyo3(
    signature = (
        audio, features, sample_rate = None, *, preset = None, config = None, seconds = 10.0, threads = None,
        progress = None, **known
    ),
    text_signature = "(audio, features, sample_rate=None, *, preset=None, config=None, seconds=10.0, \
                      threads=None, progress=None, **known)"
)]
#[expect(clippy::too_many_arguments, reason = "Python's keyword arguments")]
pub fn identify<'py>(
    audio: &Bound<'py, PyAny>,
    features: &Bound<'py, PyAny>,
    sample_rate: Option<i64>,
    preset: Option<&str>,
    config: Option<&Bound<'py, MelConfig>>,
    seconds: f64,
    threads: Option<isize>,
    progress: Option<Bound<'py, PyAny>>,
    known: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = audio.py();
    let start = start(py, preset, config)?;
    let fixed = fixed(py, known)?;
    let budget = Duration::try_from_secs_f64(seconds).ok().filter(|budget| !budget.is_zero());
    let budget = budget.ok_or_else(|| {
        let message = format!("seconds must be more than 0, and finite, got {seconds}");
        input_error(py, "seconds", message)
    })?;
    let threads = threads::number(py, threads)?;
    let theirs = Matrix::new(features, "features")?;
    let features = theirs.features(py, "features")?;
    let (samples, rate) = recording(audio, rate::argument(py, sample_rate)?)?;
    let request = Request {
        start: start.as_ref(),
        fixed: &fixed,
        budget,
        threads,
        ..Request::new(&samples, rate, features)
    };
    let identified = search(py, &request, progress)?;
    result(py, &identified)
}

/// What differs between two matrices of features, in words.
///
/// Parameters
/// ----------
/// a, b
///     Matrices of floats, or of integers of 8 or 16 bits: (n_mels, n_frames). Axes of length 1 in front are dropped.
/// layout
///     "mel_major", or "frame_major": (n_frames, n_mels).
///
/// Returns
/// -------
/// Difference, of `b` from `a`.
///
/// Raises
/// ------
/// InputError
///     `a` or `b` is no matrix of finite numbers.
/// ConfigError
///     `layout` is neither.
///
/// Examples
/// --------
/// >>> mel = mel_spectrogram(probe(16000))
/// >>> diff(mel, mel + 0.5).words
/// ("the second's values are 0.5 higher",)
#[pyfunction]
#[pyo3(signature = (a, b, *, layout = "mel_major"))]
pub fn diff<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    layout: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let py = a.py();
    let mut config = core::MelConfig::default();
    config.set("layout", layout).or_raise(py)?;
    let (first, second) = (Matrix::new(a, "a")?, Matrix::new(b, "b")?);
    let (first, second) = (first.features(py, "a")?, second.features(py, "b")?);
    let found = py.detach(|| difference(first, second, config.layout));
    let fields = PyDict::new(py);
    fields.set_item("same", found.same)?;
    fields.set_item("largest", found.largest)?;
    fields.set_item("mean", found.mean)?;
    fields.set_item("words", PyTuple::new(py, found.words)?)?;
    make(py, "Difference", &fields)
}

/// A recording that is made to tell options apart: run it through the program in question, and give `identify` what
/// that makes of it.
///
/// Parameters
/// ----------
/// sample_rate
///     Its rate in hertz, from 1,000 to 768,000.
///
/// Returns
/// -------
/// int16 array (n_samples,), of 1.5 seconds.
///
/// Raises
/// ------
/// InputError
///     `sample_rate` is out of range.
///
/// Examples
/// --------
/// >>> probe(16000).shape
/// (24000,)
#[pyfunction]
#[pyo3(signature = (sample_rate = 16_000), text_signature = "(sample_rate=16000)")]
pub fn probe(py: Python<'_>, sample_rate: i64) -> PyResult<Bound<'_, PyArray1<i16>>> {
    let rates = LEAST_PROBE_RATE..=MOST_SAMPLE_RATE;
    let rate = u32::try_from(sample_rate).ok().filter(|rate| rates.contains(rate)).ok_or_else(|| {
        let message = format!(
            "sample_rate must be from {LEAST_PROBE_RATE} to {MOST_SAMPLE_RATE} for a probe, got {sample_rate}"
        );
        input_error(py, "sample_rate", message)
    })?;
    Ok(PyArray1::from_vec(py, mojo_audio_identify::probe(rate)))
}

/// The recipe to start from.
fn start(
    py: Python<'_>,
    name: Option<&str>,
    config: Option<&Bound<'_, MelConfig>>,
) -> PyResult<Option<core::MelConfig>> {
    match (name, config) {
        (Some(_), Some(_)) => {
            let message = "config must not be passed with preset: both say where to start".into();
            Err(input_error(py, "config", message))
        }
        (Some(name), None) => preset(py, name).map(Some),
        (None, config) => Ok(config.map(|config| config.get().config.clone())),
    }
}

/// The options that are known, as texts.
fn fixed(py: Python<'_>, known: Option<&Bound<'_, PyDict>>) -> PyResult<Vec<(String, String)>> {
    let mut config = core::MelConfig::default();
    let mut fixed = Vec::new();
    for (name, value) in known.into_iter().flatten() {
        let name = name.extract::<String>()?;
        set(&mut config, &name, &value)?;
        let text = config.get(&name).or_raise(py)?;
        fixed.push((name, text));
    }
    Ok(fixed)
}

/// The recording as floats, and its rate.
fn recording(audio: &Bound<'_, PyAny>, wanted: Option<u32>) -> PyResult<(Vec<f32>, u32)> {
    let py = audio.py();
    if is_file(audio)? {
        return files::read(py, Source::new(audio)?, wanted);
    }
    let audio = Audio::signal(audio)?;
    let samples = audio.slice();
    let rate = wanted.or(audio.rate).ok_or_else(|| {
        let message = "sample_rate must be set, as the audio does not say its rate".into();
        input_error(py, "sample_rate", message)
    })?;
    let samples = match audio.rate {
        Some(own) if own != rate => {
            let resampler = rate::resampler(py, own, rate)?;
            py.detach(|| rate::resampled(samples, &resampler)).or_raise(py)?
        }
        _ => match samples {
            Slice::Floats(samples) => samples.to_vec(),
            Slice::Integers(samples) => {
                samples.iter().map(|&sample| f32::from(sample) / 32_768.0).collect()
            }
        },
    };
    Ok((samples, rate))
}

/// Whether it is a file, as `load` takes it, and not samples.
fn is_file(audio: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = audio.py();
    if let Ok(fields) = audio.cast::<PyDict>() {
        return Ok(!fields.contains(intern!(py, "array"))?);
    }
    Ok(audio.is_instance_of::<PyString>()
        || is_bytes(audio) && is_raw(audio)?
        || audio.hasattr(intern!(py, "__fspath__"))?
        || audio.hasattr(intern!(py, "read"))?)
}

/// Features in memory of our own.
struct Matrix {
    values: Vec<f32>,
    shape: [usize; 2],
}

impl Matrix {
    /// A matrix of floats or of small integers; errors call it `field`.
    fn new(value: &Bound<'_, PyAny>, field: &str) -> PyResult<Self> {
        let py = value.py();
        let mut array = as_array(value, field)?;
        while array.ndim() > 2 && array.shape()[0] == 1 {
            array = array.get_item(0)?.cast_into()?;
        }
        let &[first, second] = array.shape() else {
            let shape = tuple(py, array.shape())?;
            let message = format!("{field} must be a matrix, got an array of shape {shape}");
            return Err(input_error(py, field, message));
        };
        let element = array.dtype();
        if !matches!((element.kind(), element.itemsize()), (b'f', _) | (b'i' | b'u', 1 | 2)) {
            let message = format!("{field} must be floats, or integers of 8 or 16 bits, got {element}");
            return Err(input_error(py, field, message));
        }
        let floats = floats(&array)?;
        let floats = floats.cast::<PyArrayDyn<f32>>()?.readonly();
        // It was made contiguous.
        Ok(Self { values: floats.as_slice()?.to_vec(), shape: [first, second] })
    }

    fn features(&self, py: Python<'_>, field: &str) -> PyResult<Features<'_>> {
        // Of two matrices, the error says which.
        let named = |error: &Error| match field {
            "features" => error.to_string(),
            field => format!("{field}: {error}"),
        };
        Features::new(&self.values, self.shape).map_err(|error| input_error(py, field, named(&error)))
    }
}

/// A contiguous copy as float32; what is too large becomes infinite, which is an error later.
fn floats<'py>(array: &Bound<'py, PyUntypedArray>) -> PyResult<Bound<'py, PyAny>> {
    let py = array.py();
    let numpy = py.import(intern!(py, "numpy"))?;
    let options = PyDict::new(py);
    options.set_item("over", "ignore")?;
    let quiet = numpy.call_method(intern!(py, "errstate"), (), Some(&options))?;
    quiet.call_method0(intern!(py, "__enter__"))?;
    let floats = array.call_method1(intern!(py, "astype"), ("<f4", "C"));
    quiet.call_method1(intern!(py, "__exit__"), (py.None(), py.None(), py.None()))?;
    floats
}

/// Searches in another thread, so that Ctrl-C and the caller's function are served here meanwhile.
fn search(
    py: Python<'_>,
    request: &Request<'_>,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Identified> {
    let is_over = AtomicBool::new(false);
    let step: Mutex<Option<(String, f64)>> = Mutex::new(None);
    let take = || step.lock().unwrap_or_else(PoisonError::into_inner).take();
    let stop = || is_over.load(Ordering::Relaxed);
    let note = |name: &str, distance: f64| {
        *step.lock().unwrap_or_else(PoisonError::into_inner) = Some((name.into(), distance));
    };
    let progress = progress.map(Bound::unbind);
    let serve = || {
        Python::attach(|py| {
            py.check_signals()?;
            let (Some(progress), Some(told)) = (&progress, take()) else { return Ok(()) };
            progress.call1(py, told).map(drop)
        })
    };
    let request = &Request { stop: Some(&stop), progress: Some(&note), ..*request };
    py.detach(|| {
        thread::scope(|scope| {
            let (done, result) = channel();
            let work = move || {
                // After an error of `serve` nobody waits for it.
                let _ = done.send(mojo_audio_identify::identify(request));
            };
            let started = thread::Builder::new().name("mojo-audio".into()).spawn_scoped(scope, work);
            let thread = started.map_err(|error| {
                Python::attach(|py| internal_error(py, format!("no thread can be started: {error}")))
            })?;
            loop {
                let found = result.recv_timeout(PATIENCE);
                if let Err(error) = serve() {
                    is_over.store(true, Ordering::Relaxed);
                    return Err(error);
                }
                match found {
                    Ok(found) => {
                        return found.map_err(|error| Python::attach(|py| refusal(py, &error)));
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => {
                        // The scope would pass on the panic of a thread that wasn't joined.
                        let _ = thread.join();
                        let message = "the thread that searches has failed".into();
                        return Err(Python::attach(|py| internal_error(py, message)));
                    }
                }
            }
        })
    })
}

/// The exception for what is refused before the search.
fn refusal(py: Python<'_>, error: &Error) -> PyErr {
    if let Some(cause) = error.cause() {
        return raise(py, cause);
    }
    let field = match error.field() {
        "samples" => "audio",
        "fixed" => "known",
        field => field,
    };
    input_error(py, field, error.to_string())
}

fn result<'py>(py: Python<'py>, identified: &Identified) -> PyResult<Bound<'py, PyAny>> {
    let config = |config: &core::MelConfig| Py::new(py, MelConfig { config: config.clone() });
    let code = identified.config.as_ref().and_then(|config| {
        let code = Recipe::of(config).code();
        code.into_iter().find(|(language, _)| *language == "Python").map(|(_, code)| code)
    });
    let rounding = match identified.rounding {
        Rounding::None => py.None().into_bound(py),
        Rounding::Float16 => "float16".into_bound_py_any(py)?,
        Rounding::Steps(step) => step.into_bound_py_any(py)?,
    };
    let open = PyDict::new(py);
    for OpenOption { option, values } in &identified.open {
        let values = values.iter().map(|text| value(py, option, text));
        open.set_item(option, PyTuple::new(py, values.collect::<PyResult<Vec<_>>>()?)?)?;
    }
    let candidates = identified.candidates.iter().map(|candidate| {
        let Candidate { largest, mean, first_frame, .. } = candidate;
        let fields = PyDict::new(py);
        fields.set_item("config", config(&candidate.config)?)?;
        fields.set_item("largest", largest)?;
        fields.set_item("mean", mean)?;
        fields.set_item("first_frame", first_frame)?;
        make(py, "Candidate", &fields)
    });
    let fields = PyDict::new(py);
    fields.set_item("verdict", identified.verdict.name())?;
    fields.set_item("found", identified.verdict.is_found())?;
    fields.set_item("config", identified.config.as_ref().map(config).transpose()?)?;
    fields.set_item("code", code)?;
    fields.set_item("largest", identified.largest)?;
    fields.set_item("mean", identified.mean)?;
    fields.set_item("rounding", rounding)?;
    fields.set_item("first_frame", identified.first_frame)?;
    let row_statistics = identified.row_statistics.as_ref().map(|rows| {
        let mean = PyArray1::from_slice(py, &rows.mean);
        (mean, PyArray1::from_slice(py, &rows.scale))
    });
    fields.set_item("row_statistics", row_statistics)?;
    fields.set_item("open", open)?;
    fields.set_item("candidates", PyTuple::new(py, candidates.collect::<PyResult<Vec<_>>>()?)?)?;
    fields.set_item("words", PyTuple::new(py, &identified.words)?)?;
    fields.set_item("complete", !identified.out_of_time)?;
    make(py, "Identified", &fields)
}

/// An option's value as Python has it.
fn value<'py>(py: Python<'py>, name: &str, text: &str) -> PyResult<Bound<'py, PyAny>> {
    let mut config = core::MelConfig::default();
    config.set(name, text).or_raise(py)?;
    match OPTIONS.iter().find(|option| option.name == name) {
        Some(option) => get(py, &config, option),
        None => text.into_bound_py_any(py),
    }
}

/// A result, whose class is Python's.
fn make<'py>(py: Python<'py>, class: &str, fields: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyAny>> {
    py.import("mojo_audio._identified")?.getattr(class)?.call((), Some(fields))
}
