//! `MelExtractor`: a plan that threads share, called with audio.

use crate::audio::{Audio, with_samples};
use crate::batch::{self, Clips};
use crate::config::MelConfig;
use crate::errors::{OrRaise, input_error, raise_about, shape_error};
use crate::output::{self, Out};
use crate::stream::MelStream;
use mojo_audio_core as core;
use mojo_audio_core::Overrides;
use numpy::{PyArray1, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::Arc;

/// Computes mel spectrograms with one configuration. It is checked and planned once, and any number of threads
/// can use it at once. Computing releases the GIL.
///
/// Parameters
/// ----------
/// config
///     The options; by default Whisper's log-mel with 80 bands.
/// window
///     `win_length` values instead of those of the option `window`.
/// filterbank
///     (n_mels, n_fft // 2 + 1) weights instead of the triangles.
///
/// Raises
/// ------
/// BufferSizeError
///     The window or the filterbank has the wrong shape.
/// ConfigError
///     One of them has a value that is not finite.
///
/// Examples
/// --------
/// >>> import numpy
/// >>> extractor = MelExtractor(MelConfig.whisper())
/// >>> extractor(numpy.zeros(16000, numpy.float32)).shape
/// (80, 100)
#[pyclass(frozen, module = "mojo_audio")]
pub struct MelExtractor {
    pub extractor: Arc<core::MelExtractor>,
    config: Py<MelConfig>,
    window: Option<Vec<f32>>,
    filterbank: Option<Vec<f32>>,
}

#[pymethods]
impl MelExtractor {
    #[new]
    #[pyo3(signature = (config = None, *, window = None, filterbank = None))]
    fn new(
        py: Python<'_>,
        config: Option<Py<MelConfig>>,
        window: Option<&Bound<'_, PyAny>>,
        filterbank: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let config = match config {
            Some(config) => config,
            None => Py::new(py, MelConfig { config: core::MelConfig::default() })?,
        };
        let options = &config.get().config;
        let window = window.map(|window| table(window, "window", &[options.window_length() as usize]));
        let filterbank = filterbank.map(|filterbank| {
            let shape = [options.n_mels as usize, options.n_fft as usize / 2 + 1];
            table(filterbank, "filterbank", &shape)
        });
        let (window, filterbank) = (window.transpose()?, filterbank.transpose()?);
        let extractor = py
            .detach(|| {
                let overrides = Overrides {
                    window: window.as_deref(),
                    filterbank: filterbank.as_deref(),
                    instruction_set: None,
                };
                core::MelExtractor::with_overrides(options, overrides)
            })
            .or_raise(py)?;
        Ok(Self { extractor: Arc::new(extractor), config, window, filterbank })
    }

    /// The mel spectrogram of one signal.
    ///
    /// Parameters
    /// ----------
    /// audio
    ///     One sample or more. float32 (full scale is 1) and int16 (divided by 32768) are read without a copy
    ///     if they are contiguous. float64, sequences of floats, strided views and objects with the buffer
    ///     protocol, `__array__` or DLPack are converted once.
    /// out
    ///     A writable, C-contiguous float32 array of the result's shape, to fill and return.
    /// axis
    ///     The time axis, for arrays of several signals. Each signal is computed separately.
    ///
    /// Returns
    /// -------
    /// float32 array, (n_mels, n_frames), or (n_frames, n_mels) if the option `layout` is `frame_major`. With
    /// `axis` the other axes of `audio` come first.
    ///
    /// Raises
    /// ------
    /// InputError
    ///     `audio` is not an array of samples, or has several axes and no `axis` is set; `out` is not
    ///     writable.
    /// EmptyInputError, SampleError
    ///     There are no samples; a sample is not finite, or so large that its power can't be represented.
    /// BufferSizeError
    ///     `out` has the wrong shape.
    #[pyo3(signature = (audio, out = None, *, axis = None))]
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        audio: &Bound<'py, PyAny>,
        out: Option<Bound<'py, PyAny>>,
        axis: Option<isize>,
    ) -> PyResult<Bound<'py, PyAny>> {
        compute(py, &self.extractor, audio, out, axis)
    }

    /// The mel spectrograms of many signals of any lengths, on several threads, each with the same bits as
    /// from a call.
    ///
    /// Parameters
    /// ----------
    /// clips
    ///     An iterable of audio as for a call, or one array (n_clips, n_samples) with a clip in each row.
    /// threads
    ///     Number of threads; by default one for each core of the machine.
    /// lengths
    ///     With an array: how many samples of each row belong to the clip. The rest is padding, and not
    ///     read.
    /// padded
    ///     Whether to return one array instead of a list.
    ///
    /// Returns
    /// -------
    /// A list of float32 arrays, each as from a call. With `padded`, one float32 array (n_clips, n_mels, most
    /// frames), padded with zeros, and an int64 array of the clips' frame counts.
    ///
    /// Raises
    /// ------
    /// The errors of a call, for the first failed clip. The message starts with its index.
    #[pyo3(signature = (clips, threads = None, *, lengths = None, padded = false))]
    fn batch<'py>(
        &self,
        py: Python<'py>,
        clips: &Bound<'py, PyAny>,
        threads: Option<isize>,
        lengths: Option<&Bound<'py, PyAny>>,
        padded: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let threads = match threads {
            None => 0,
            Some(threads) if threads >= 1 => threads as usize,
            Some(threads) => {
                let message = format!("threads must be at least 1, or None, got {threads}");
                return Err(input_error(py, "threads", message));
            }
        };
        let clips = Clips::new(clips, lengths)?;
        let mels = batch::compute(py, &self.extractor, &clips, threads)?;
        if padded { batch::padded(py, &self.extractor, mels) } else { batch::list(py, mels) }
    }

    /// A stream for one live signal.
    ///
    /// Raises
    /// ------
    /// ConfigError
    ///     `field` names an option that needs the whole input, such as `reference`: "whole_input".
    fn stream(&self, py: Python<'_>) -> PyResult<MelStream> {
        MelStream::new(py, Arc::clone(&self.extractor))
    }

    /// Number of frames of the result for `n_samples` samples; 0 if they are too few for one.
    #[pyo3(signature = (n_samples, /))]
    fn frame_count(&self, py: Python<'_>, n_samples: i64) -> PyResult<usize> {
        Ok(self.extractor.frame_count(count(py, n_samples)?))
    }

    /// The bands whose filter is so narrow that it contains no bin of the transform. Their values are always
    /// the floor. Use a larger `n_fft` or fewer `n_mels`.
    fn empty_filters(&self) -> Vec<usize> {
        self.extractor.empty_filters()
    }

    /// The configuration.
    #[getter]
    fn config(&self, py: Python<'_>) -> Py<MelConfig> {
        self.config.clone_ref(py)
    }

    /// Number of rows of a result: mel bands, cepstral coefficients, or the bands and the energy.
    #[getter]
    fn n_mels(&self) -> usize {
        self.extractor.n_mels()
    }

    /// Bytes of working memory that a computation uses, apart from its result.
    #[getter]
    fn working_memory(&self) -> usize {
        self.extractor.working_memory()
    }

    /// The instruction set in use.
    #[getter]
    fn instruction_set(&self) -> String {
        format!("{:?}", self.extractor.instruction_set())
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let tables = [("window", &self.window), ("filterbank", &self.filterbank)];
        let own: String = tables
            .iter()
            .filter(|(_, table)| table.is_some())
            .map(|(name, _)| format!(", {name}=..."))
            .collect();
        Ok(format!("MelExtractor({}{own})", self.config.bind(py).repr()?))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let restore = py.import("mojo_audio._native")?.getattr("unpickle_extractor")?;
        let table =
            |values: &Option<Vec<f32>>| values.as_ref().map(|values| PyArray1::from_slice(py, values));
        let arguments = (&self.config, table(&self.window), table(&self.filterbank));
        (restore, arguments).into_pyobject(py)
    }
}

/// The extractor from its parts. Pickles call it.
#[pyfunction]
#[pyo3(signature = (config, window, filterbank, /))]
pub fn unpickle_extractor(
    py: Python<'_>,
    config: Py<MelConfig>,
    window: Option<&Bound<'_, PyAny>>,
    filterbank: Option<&Bound<'_, PyAny>>,
) -> PyResult<MelExtractor> {
    let n_bins = config.get().config.n_fft as usize / 2 + 1;
    let filterbank = filterbank.map(|values| values.call_method1("reshape", (-1, n_bins)));
    MelExtractor::new(py, Some(config), window, filterbank.transpose()?.as_ref())
}

/// A number of samples.
pub fn count(py: Python<'_>, n_samples: i64) -> PyResult<usize> {
    usize::try_from(n_samples).map_err(|_| {
        input_error(py, "n_samples", format!("n_samples must be at least 0, got {n_samples}"))
    })
}

/// The caller's table in 32 bits, row-major.
fn table(values: &Bound<'_, PyAny>, what: &str, shape: &[usize]) -> PyResult<Vec<f32>> {
    let py = values.py();
    let array = py.import("numpy")?.call_method1("ascontiguousarray", (values, "float32"));
    let array = array.map_err(|error| {
        let refusal = input_error(py, what, format!("{what} must be numbers: {}", error.value(py)));
        refusal.set_cause(py, Some(error));
        refusal
    })?;
    let array: PyReadonlyArrayDyn<'_, f32> = array.extract()?;
    if array.shape() != shape {
        return Err(shape_error(py, what, shape, array.shape()));
    }
    Ok(array.as_slice()?.to_vec())
}

/// One signal, or all along an axis, into `out` if that is set.
pub fn compute<'py>(
    py: Python<'py>,
    extractor: &core::MelExtractor,
    audio: &Bound<'py, PyAny>,
    out: Option<Bound<'py, PyAny>>,
    axis: Option<isize>,
) -> PyResult<Bound<'py, PyAny>> {
    if let Some(axis) = axis {
        return compute_signals(py, extractor, &Audio::signals(audio, axis)?, out);
    }
    let audio = Audio::signal(audio)?;
    let samples = audio.slice();
    let Some(out) = out else {
        let mel =
            py.detach(|| with_samples!(samples, samples => extractor.compute(samples))).or_raise(py)?;
        return output::array(py, mel);
    };
    let shape = output::shape(extractor, extractor.frame_count(audio.n_samples));
    let mut array = Out::new(&out, &shape)?;
    let values = array.values(py, samples)?;
    py.detach(|| with_samples!(samples, samples => extractor.compute_into(samples, values)))
        .or_raise(py)?;
    Ok(out)
}

fn compute_signals<'py>(
    py: Python<'py>,
    extractor: &core::MelExtractor,
    audio: &Audio<'py>,
    out: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let one = output::shape(extractor, extractor.frame_count(audio.n_samples));
    let shape: Vec<usize> = audio.outer.iter().chain(&one).copied().collect();
    let (samples, n_samples, n_signals) = (audio.slice(), audio.n_samples, audio.n_signals());
    let fill = |values: &mut [f32]| {
        let len = one[0] * one[1];
        py.detach(|| {
            (0..n_signals).try_for_each(|signal| {
                let values = &mut values[signal * len..][..len];
                let samples = samples.range(signal * n_samples, n_samples);
                with_samples!(samples, samples => extractor.compute_into(samples, values))
                    .map(drop)
                    .map_err(|error| (signal, error))
            })
        })
        .map_err(|(signal, error)| raise_about(py, "signal", signal, &error))
    };
    if let Some(out) = out {
        let mut array = Out::new(&out, &shape)?;
        fill(array.values(py, samples)?)?;
        return Ok(out);
    }
    let mut values = output::zeros(py, &shape)?;
    fill(&mut values)?;
    output::array_of(py, &shape, values)
}
