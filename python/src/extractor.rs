//! `MelExtractor`: a plan that threads share, called with audio.

use crate::audio::{Audio, refuse_masked};
use crate::batch::{self, Clips};
use crate::config::MelConfig;
use crate::errors::{OrRaise, input_error, raise_about_signal, shape_error};
use crate::files::MelFiles;
use crate::output::{self, Out};
use crate::rate::{self, conversion};
use crate::silence::Fill;
use crate::stream::MelStream;
use crate::threads;
use crate::warn;
use mojo_audio_core as core;
use mojo_audio_core::config::Layout;
use mojo_audio_core::{Overrides, Resampler};
use numpy::{PyArray1, PyArrayDescrMethods, PyReadonlyArrayDyn, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::{Arc, OnceLock};

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
/// row_mean
///     What is subtracted from each row of the result, last of all: a value for each of the extractor's `n_mels`
///     rows, which are those of a whole stack if frames are stacked (the mean of global CMVN).
/// row_scale
///     What each row is multiplied by after that: as many values (1 / deviation of global CMVN).
///
/// Raises
/// ------
/// BufferSizeError
///     One of these tables has the wrong shape.
/// ConfigError
///     One of them has a value that is not finite, or in `row_mean` and `row_scale` above 1e18 in magnitude.
///
/// Warns
/// -----
/// UserWarning
///     Bands are so narrow that no bin of the transform falls into them: `n_fft` is too small for that many
///     `n_mels`. Not if `filterbank` is set, or if a preset has the same bands, as `torchaudio` and `ast` have, whose
///     originals contain such bands.
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
    tables: Tables,
    /// The same with frames one after the other, for columns of Arrow.
    frame_major: OnceLock<Arc<core::MelExtractor>>,
}

/// The caller's own tables.
struct Tables {
    window: Option<Vec<f32>>,
    filterbank: Option<Vec<f32>>,
    row_mean: Option<Vec<f32>>,
    row_scale: Option<Vec<f32>>,
}

impl Tables {
    fn overrides(&self) -> Overrides<'_> {
        Overrides {
            window: self.window.as_deref(),
            filterbank: self.filterbank.as_deref(),
            row_mean: self.row_mean.as_deref(),
            row_scale: self.row_scale.as_deref(),
            ..Overrides::default()
        }
    }

    /// The arguments of the constructor, in its order.
    fn named(&self) -> [(&'static str, &Option<Vec<f32>>); 4] {
        [
            ("window", &self.window),
            ("filterbank", &self.filterbank),
            ("row_mean", &self.row_mean),
            ("row_scale", &self.row_scale),
        ]
    }
}

#[pymethods]
impl MelExtractor {
    #[new]
    #[pyo3(signature = (
        config = None, *, window = None, filterbank = None, row_mean = None, row_scale = None
    ))]
    fn new(
        py: Python<'_>,
        config: Option<Py<MelConfig>>,
        window: Option<&Bound<'_, PyAny>>,
        filterbank: Option<&Bound<'_, PyAny>>,
        row_mean: Option<&Bound<'_, PyAny>>,
        row_scale: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let config = match config {
            Some(config) => config,
            None => Py::new(py, MelConfig { config: core::MelConfig::default() })?,
        };
        let made = Self::make(py, config, window, filterbank, row_mean, row_scale)?;
        if made.tables.filterbank.is_none() {
            warn::of_empty_filters(py, &made.extractor)?;
        }
        Ok(made)
    }

    /// The mel spectrogram of one signal. A call of the extractor itself does the same.
    ///
    /// Parameters
    /// ----------
    /// audio
    ///     One sample or more. float32 (full scale is 1) and int16 (divided by 32768) are read without a copy
    ///     if they are contiguous. float64, sequences of floats, strided views and objects with the buffer
    ///     protocol, `__array__` or DLPack are converted once. Audio may say its sample rate: `(samples,
    ///     rate)`, where samples may also be the bytes of little-endian int16; `{"array": samples,
    ///     "sampling_rate": rate}`; an object with `data` and `sample_rate`, such as torchcodec's.
    /// out
    ///     A writable, C-contiguous float32 array of the result's shape, to fill and return.
    /// axis
    ///     The time axis, for arrays of several signals. Each signal is computed separately.
    /// resample
    ///     Whether to resample audio whose rate is not the configuration's (`input_rate`, or `sample_rate` if
    ///     that is unset). Otherwise such a rate is an error.
    ///
    /// Returns
    /// -------
    /// float32 array, (n_mels, n_frames), or (n_frames, n_mels) if the option `layout` is `frame_major`. With
    /// `axis` the other axes of `audio` come first.
    ///
    /// Raises
    /// ------
    /// InputError
    ///     `audio` is not an array of samples, or has several axes and no `axis` is set; its rate is another
    ///     than the configuration's; `out` is not writable.
    /// EmptyInputError, SampleError
    ///     There are no samples; a sample is not finite, or so large that its power can't be represented.
    /// BufferSizeError
    ///     `out` has the wrong shape.
    ///
    /// Examples
    /// --------
    /// >>> import numpy
    /// >>> extractor = MelExtractor()
    /// >>> extractor((numpy.zeros(48000, numpy.float32), 48000), resample=True).shape
    /// (80, 100)
    #[pyo3(signature = (audio, out = None, *, axis = None, resample = false))]
    fn compute<'py>(
        &self,
        py: Python<'py>,
        audio: &Bound<'py, PyAny>,
        out: Option<Bound<'py, PyAny>>,
        axis: Option<isize>,
        resample: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        compute(py, &self.extractor, audio, out, axis, resample)
    }

    /// The mel spectrograms of many signals of any lengths, on several threads, each with the same bits as
    /// from a call.
    ///
    /// Parameters
    /// ----------
    /// clips
    ///     An iterable of audio as for a call, or one array (n_clips, n_samples) with a clip in each row.
    /// threads
    ///     Number of threads; by default that of the environment variable `MOJO_AUDIO_THREADS`, else one for
    ///     each core of the machine.
    /// lengths
    ///     With an array: how many samples of each row belong to the clip. The rest is padding, and not
    ///     read.
    /// padded
    ///     Whether to return one array instead of a list.
    /// errors
    ///     "raise", or "return": a clip that fails doesn't spoil the rest, and its exception takes its place.
    /// fill
    ///     With `padded`: the value after each clip's last frame. By default silence: what each row of a frame of
    ///     zeros behind the clip is, with Whisper's preset the clip's lowest possible level. 0 where a step
    ///     needs the whole signal, as normalized rows, whose mean is 0: NeMo fills with 0, too.
    /// out
    ///     With `padded`: a writable, C-contiguous float32 array to fill and return, of the result's shape or
    ///     with room for more frames.
    /// resample
    ///     Whether to resample clips that say another rate than the configuration's.
    ///
    /// Returns
    /// -------
    /// A list of float32 arrays, each as from a call, and exceptions with `errors="return"`. With `padded`, one
    /// float32 array (n_clips, n_mels, most frames), and an int64 array of the clips' frame counts; with
    /// `errors="return"` also a list with each clip's exception or None.
    ///
    /// Raises
    /// ------
    /// The errors of a call, for the first failed clip; `clip` is its index, with which the message starts.
    /// InputError
    ///     An argument is not allowed; `MOJO_AUDIO_THREADS` is no number.
    ///
    /// Examples
    /// --------
    /// >>> import numpy
    /// >>> extractor = MelExtractor(MelConfig.kaldi_fbank())
    /// >>> clips = [numpy.zeros(16000, numpy.float32), numpy.zeros(8000, numpy.float32)]
    /// >>> mels, frame_counts = extractor.batch(clips, padded=True)
    /// >>> mels.shape, frame_counts.tolist()
    /// ((2, 80, 98), [98, 48])
    #[pyo3(signature = (
        clips, threads = None, *, lengths = None, padded = false, errors = "raise", fill = None, out = None,
        resample = false
    ))]
    #[expect(clippy::too_many_arguments, reason = "Python's keyword arguments")]
    fn batch<'py>(
        &self,
        py: Python<'py>,
        clips: &Bound<'py, PyAny>,
        threads: Option<isize>,
        lengths: Option<&Bound<'py, PyAny>>,
        padded: bool,
        errors: &str,
        fill: Option<f32>,
        out: Option<Bound<'py, PyAny>>,
        resample: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        for (name, is_set) in [("fill", fill.is_some()), ("out", out.is_some())] {
            if is_set && !padded {
                let message = format!("{name} must be None unless padded is True");
                return Err(input_error(py, name, message));
            }
        }
        let returns_errors = returns(py, errors)?;
        let threads = threads::number(py, threads)?;
        let clips = Clips::new(clips, lengths)?;
        let mels = batch::compute(py, &self.extractor, &clips, threads, resample, returns_errors)?;
        if !padded {
            return batch::list(py, mels);
        }
        let fill = match fill {
            Some(value) => Fill::Same(vec![value; self.extractor.n_mels()]),
            None => self.silence(py, &clips, &mels, threads, resample)?,
        };
        batch::padded(py, &self.extractor, mels, &fill, out, returns_errors)
    }

    /// The mel spectrograms of audio files, in order: decoded, mixed to one channel, resampled and computed by
    /// threads without the GIL.
    ///
    /// At most `2 * threads` files are read ahead, so that a data set needs no more memory than a few clips.
    /// The threads end with the iterator: at its end, when it is closed or dropped, and on Ctrl-C.
    ///
    /// Parameters
    /// ----------
    /// sources
    ///     An iterable of paths, of the bytes of files, of open binary files, or of `{"bytes": ..., "path":
    ///     ...}` as in data sets of Hugging Face. It is read as the results are.
    /// threads
    ///     Number of threads; by default that of the environment variable `MOJO_AUDIO_THREADS`, else one for
    ///     each core of the machine.
    /// errors
    ///     "raise", which ends the iterator; or "return": the exception takes the place of the result, and the
    ///     next file follows.
    /// resample
    ///     Whether to resample files whose rate is not the configuration's. Otherwise such a file is an error.
    ///
    /// Returns
    /// -------
    /// An iterator over float32 arrays, (n_mels, n_frames) each, or (n_frames, n_mels) if the option `layout`
    /// is `frame_major`: the bits of `extractor(load(source, sample_rate))`.
    ///
    /// Raises
    /// ------
    /// FileError
    ///     While iterating: a file can't be read. `path` is its name, `clip` its place, `reason` says why.
    /// EmptyInputError, SampleError
    ///     While iterating: a file has samples that can't be computed. `path` and `clip` are set, too.
    /// InputError
    ///     An argument is not allowed; while iterating: a source is no file, or has another rate.
    ///
    /// Warns
    /// -----
    /// UserWarning
    ///     A file was read, but isn't as its header says.
    ///
    /// Examples
    /// --------
    /// >>> extractor = MelExtractor()
    /// >>> [str(error) for error in extractor.files(["missing.wav"], errors="return")]
    /// ['missing.wav: No such file or directory']
    #[pyo3(signature = (sources, threads = None, *, errors = "raise", resample = true))]
    fn files(
        &self,
        py: Python<'_>,
        sources: &Bound<'_, PyAny>,
        threads: Option<isize>,
        errors: &str,
        resample: bool,
    ) -> PyResult<MelFiles> {
        let (threads, returns_errors) = (threads::number(py, threads)?, returns(py, errors)?);
        MelFiles::new(Arc::clone(&self.extractor), sources, threads, returns_errors, resample)
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

    /// Number of frames of the result for `n_samples` samples that are not padding, as the attention masks of
    /// transformers count them; at most `frame_count(n_samples)`.
    ///
    /// Examples
    /// --------
    /// >>> extractor = MelExtractor(MelConfig(pad_to=480000))
    /// >>> extractor.frame_count(16000), extractor.valid_frames(16000)
    /// (3000, 100)
    #[pyo3(signature = (n_samples, /))]
    fn valid_frames(&self, py: Python<'_>, n_samples: i64) -> PyResult<usize> {
        Ok(self.extractor.valid_frames(count(py, n_samples)?))
    }

    /// The bands whose filter is so narrow that it contains no bin of the transform. Their values are always
    /// the floor. Use a larger `n_fft` or fewer `n_mels`.
    fn empty_filters(&self) -> Vec<usize> {
        self.extractor.empty_filters()
    }

    /// The weights of the filters that the extractor uses. Those of the configured triangles are the ones of
    /// librosa's `filters.mel`, torchaudio's `melscale_fbanks` or Kaldi's `MelBanks`, computed in float64 and rounded;
    /// your own are returned as they were passed.
    ///
    /// Returns
    /// -------
    /// float32 array, (n_mels, n_fft // 2 + 1), where n_mels is the option
    ///
    /// Examples
    /// --------
    /// >>> MelExtractor().filterbank().shape
    /// (80, 201)
    fn filterbank<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let weights = py.detach(|| self.extractor.filterbank()).or_raise(py)?;
        let options = self.extractor.config();
        let shape = [options.n_mels as usize, options.n_fft as usize / 2 + 1];
        output::array_of(py, &shape, weights)
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
        let tables = self.tables.named();
        let given = tables.iter().filter(|(_, table)| table.is_some());
        let own: String = given.map(|(name, _)| format!(", {name}=...")).collect();
        Ok(format!("MelExtractor({}{own})", self.config.bind(py).repr()?))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let restore = py.import("mojo_audio._native")?.getattr("quiet_extractor")?;
        let table =
            |values: &Option<Vec<f32>>| values.as_ref().map(|values| PyArray1::from_slice(py, values));
        let [window, filterbank, row_mean, row_scale] =
            self.tables.named().map(|(_, values)| table(values));
        (restore, (&self.config, window, filterbank, row_mean, row_scale)).into_pyobject(py)
    }
}

impl MelExtractor {
    /// A new extractor, without a warning.
    fn make(
        py: Python<'_>,
        config: Py<MelConfig>,
        window: Option<&Bound<'_, PyAny>>,
        filterbank: Option<&Bound<'_, PyAny>>,
        row_mean: Option<&Bound<'_, PyAny>>,
        row_scale: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let options = &config.get().config;
        let n_rows = [options.n_rows() as usize];
        let filters = [options.n_mels as usize, options.n_fft as usize / 2 + 1];
        let read = |values: Option<&Bound<'_, PyAny>>, what, shape: &[usize]| {
            values.map(|values| table(values, what, shape)).transpose()
        };
        let tables = Tables {
            window: read(window, "window", &[options.window_length() as usize])?,
            filterbank: read(filterbank, "filterbank", &filters)?,
            row_mean: read(row_mean, "row_mean", &n_rows)?,
            row_scale: read(row_scale, "row_scale", &n_rows)?,
        };
        let extractor = py
            .detach(|| core::MelExtractor::with_overrides(options, tables.overrides()))
            .or_raise(py)?;
        Ok(Self { extractor: Arc::new(extractor), config, tables, frame_major: OnceLock::new() })
    }

    /// The caller's own tables.
    pub fn overrides(&self) -> Overrides<'_> {
        self.tables.overrides()
    }

    /// Another configuration with the same tables.
    pub fn with_config(&self, config: &core::MelConfig) -> Result<core::MelExtractor, core::Error> {
        core::MelExtractor::with_overrides(config, self.overrides())
    }

    /// The extractor with the layout that columns of Arrow have.
    pub fn frame_major(&self) -> Result<Arc<core::MelExtractor>, core::Error> {
        let config = self.extractor.config();
        if config.layout == Layout::FrameMajor {
            return Ok(Arc::clone(&self.extractor));
        }
        if let Some(kept) = self.frame_major.get() {
            return Ok(Arc::clone(kept));
        }
        let config = core::MelConfig { layout: Layout::FrameMajor, ..config.clone() };
        let made = Arc::new(self.with_config(&config)?);
        Ok(Arc::clone(self.frame_major.get_or_init(|| made)))
    }
}

/// Whether errors are returned, and not raised.
pub fn returns(py: Python<'_>, errors: &str) -> PyResult<bool> {
    match errors {
        "raise" => Ok(false),
        "return" => Ok(true),
        other => {
            let message = format!("errors must be 'raise' or 'return', got '{other}'");
            Err(input_error(py, "errors", message))
        }
    }
}

/// An extractor without the warning about filters that contain no bin: for pickles, and for drop-ins, which warn where
/// their originals do.
#[pyfunction]
#[pyo3(signature = (config, window = None, filterbank = None, row_mean = None, row_scale = None))]
pub fn quiet_extractor(
    py: Python<'_>,
    config: Py<MelConfig>,
    window: Option<&Bound<'_, PyAny>>,
    filterbank: Option<&Bound<'_, PyAny>>,
    row_mean: Option<&Bound<'_, PyAny>>,
    row_scale: Option<&Bound<'_, PyAny>>,
) -> PyResult<MelExtractor> {
    let n_bins = config.get().config.n_fft as usize / 2 + 1;
    let filterbank = filterbank.map(|values| values.call_method1("reshape", (-1, n_bins)));
    let filterbank = filterbank.transpose()?;
    MelExtractor::make(py, config, window, filterbank.as_ref(), row_mean, row_scale)
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
    refuse_masked(values, what)?;
    let refused = |error: PyErr| {
        let refusal = input_error(py, what, format!("{what} must be numbers: {}", error.value(py)));
        refusal.set_cause(py, Some(error));
        refusal
    };
    let numpy = py.import("numpy")?;
    let array = numpy.call_method1("asarray", (values,)).map_err(refused)?;
    let element = array.cast::<PyUntypedArray>()?.dtype();
    // NumPy would drop imaginary parts, and count seconds since 1970.
    if matches!(element.kind(), b'c' | b'm' | b'M') {
        return Err(input_error(py, what, format!("{what} must be real numbers, got {element}")));
    }
    let array = numpy.call_method1("ascontiguousarray", (array, "float32")).map_err(refused)?;
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
    resample: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let audio = match axis {
        Some(axis) => Audio::signals(audio, axis)?,
        None => Audio::signal(audio)?,
    };
    let resampler = conversion(py, audio.rate, extractor, resample)?;
    let resampler = resampler.as_deref();
    if axis.is_some() {
        return compute_signals(py, extractor, &audio, resampler, out);
    }
    let samples = audio.slice();
    let Some(out) = out else {
        let mel = py.detach(|| rate::compute(extractor, samples, resampler)).or_raise(py)?;
        return output::array(py, mel);
    };
    let n_frames = rate::frame_count(extractor, audio.n_samples, resampler);
    let mut array = Out::new(&out, &output::shape(extractor, n_frames))?;
    let values = array.values(py, samples)?;
    py.detach(|| rate::compute_into(extractor, samples, resampler, values)).or_raise(py)?;
    Ok(out)
}

fn compute_signals<'py>(
    py: Python<'py>,
    extractor: &core::MelExtractor,
    audio: &Audio<'py>,
    resampler: Option<&Resampler>,
    out: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let one = output::shape(extractor, rate::frame_count(extractor, audio.n_samples, resampler));
    let shape: Vec<usize> = audio.outer.iter().chain(&one).copied().collect();
    let (samples, n_samples, n_signals) = (audio.slice(), audio.n_samples, audio.n_signals());
    let fill = |values: &mut [f32]| {
        let len = one[0] * one[1];
        py.detach(|| {
            (0..n_signals).try_for_each(|signal| {
                let values = &mut values[signal * len..][..len];
                let samples = samples.range(signal * n_samples, n_samples);
                rate::compute_into(extractor, samples, resampler, values)
                    .map(drop)
                    .map_err(|error| (signal, error))
            })
        })
        .map_err(|(signal, error)| raise_about_signal(py, signal, &error))
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
