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

/// Computes mel spectrograms of one configuration: checked and planned once, used any number of times,
/// by any number of threads at once. The GIL is released while computing.
///
/// Parameters
/// ----------
/// config
///     The options; Whisper's log-mel with 80 bands if left out.
/// window
///     `win_length` values in place of those of the option `window`.
/// filterbank
///     (n_mels, n_fft // 2 + 1) weights in place of the triangles.
///
/// Raises
/// ------
/// BufferSizeError
///     The window or the filterbank has another shape.
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
    ///     One sample or more: float32 (full scale is 1) or int16 (a sample counts as value / 32768),
    ///     read without a copy where they are contiguous; float64, sequences of floats, strided views,
    ///     and what offers the buffer protocol, `__array__` or DLPack are converted once.
    /// out
    ///     A writable, C-contiguous float32 array of the result's shape, which is filled and returned.
    /// axis
    ///     The axis along which time runs, for arrays of several signals: each is computed by itself.
    ///
    /// Returns
    /// -------
    /// float32 array, (n_mels, n_frames), or (n_frames, n_mels) where the option `layout` is
    /// `frame_major`; with `axis` the other axes of `audio` stand before these.
    ///
    /// Raises
    /// ------
    /// InputError
    ///     `audio` is no array of samples, or has several axes and `axis` is not given; `out` can't be
    ///     written to.
    /// EmptyInputError, SampleError
    ///     There is no sample; one is not finite, or so large that its power can't be represented.
    /// BufferSizeError
    ///     `out` has another shape.
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

    /// The mel spectrograms of many signals, of any lengths, on several threads; each has the bits that
    /// it has by itself.
    ///
    /// Parameters
    /// ----------
    /// clips
    ///     An iterable of what a call takes, or one array (n_clips, n_samples) with a clip in each row.
    /// threads
    ///     How many work at once; as many as the machine has cores if left out.
    /// lengths
    ///     With an array: the samples of each row that belong to the clip; the rest is padding, and not
    ///     read.
    /// padded
    ///     Whether to return one array instead of a list.
    ///
    /// Returns
    /// -------
    /// A list of float32 arrays, each as a call returns it; with `padded` one float32 array
    /// (n_clips, n_mels, most frames), zero where a clip has fewer, and the int64 array of the clips'
    /// frame counts.
    ///
    /// Raises
    /// ------
    /// Those of a call, for the first clip at fault; the message begins with its place.
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
                let message = format!("threads: {threads} came; at least 1, or None, is wanted");
                return Err(input_error(py, message));
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

    /// Frames of the result for an input of `n_samples` samples; 0 if it is too short for one.
    #[pyo3(signature = (n_samples, /))]
    fn frame_count(&self, py: Python<'_>, n_samples: i64) -> PyResult<usize> {
        Ok(self.extractor.frame_count(count(py, n_samples)?))
    }

    /// The bands whose filter is so narrow that no bin of the transform falls into it: they are always
    /// at the floor. A larger `n_fft` or fewer `n_mels` mends that.
    fn empty_filters(&self) -> Vec<usize> {
        self.extractor.empty_filters()
    }

    /// The configuration.
    #[getter]
    fn config(&self, py: Python<'_>) -> Py<MelConfig> {
        self.config.clone_ref(py)
    }

    /// Rows of a result: mel bands, cepstral coefficients, or the bands and the energy.
    #[getter]
    fn n_mels(&self) -> usize {
        self.extractor.n_mels()
    }

    /// Bytes of working memory that a computation uses besides its result.
    #[getter]
    fn working_memory(&self) -> usize {
        self.extractor.working_memory()
    }

    /// The processor's instructions that were chosen.
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

/// The extractor of its parts: what pickles call.
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
    usize::try_from(n_samples)
        .map_err(|_| input_error(py, format!("n_samples: {n_samples} came; at least 0 is wanted")))
}

/// A table of the caller's in 32 bits, row-major.
fn table(values: &Bound<'_, PyAny>, what: &str, shape: &[usize]) -> PyResult<Vec<f32>> {
    let py = values.py();
    let array = py.import("numpy")?.call_method1("ascontiguousarray", (values, "float32"))?;
    let array: PyReadonlyArrayDyn<'_, f32> = array.extract()?;
    if array.shape() != shape {
        return Err(shape_error(py, what, shape, array.shape()));
    }
    Ok(array.as_slice()?.to_vec())
}

/// One signal, or all along an axis; to `out` if that is given.
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
        .map_err(|(signal, error)| raise_about(py, &format!("signal {signal}: "), &error))
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
