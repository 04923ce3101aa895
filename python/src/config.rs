//! `MelConfig`: core's options, checked in the constructor and immutable.

use crate::errors::{OrRaise, file_error, input_error, raise};
use mojo_audio_core::config::{OPTIONS, OptionInfo, OptionKind, PRESETS};
use mojo_audio_core::{self as core, Error, MODEL_FILES};
use numpy::PyArray1;
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyFileNotFoundError, PyOSError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString, PyTuple, PyType};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// Every option of a mel spectrogram, as keyword arguments. The defaults are Whisper's log-mel with 80 bands.
///
/// A configuration is checked in the constructor and never changes; `replace` returns a new one. It can be
/// compared, hashed, copied and pickled, and its repr is valid code.
///
/// Raises
/// ------
/// ConfigError
///     An option's value is not allowed, alone or together with another option.
/// UnknownNameError
///     No option has that name.
///
/// Examples
/// --------
/// >>> MelConfig(n_mels=128) == MelConfig.whisper_large_v3()
/// True
/// >>> MelConfig.kaldi_fbank(n_mels=40)
/// MelConfig.preset('kaldi-fbank', n_mels=40)
#[pyclass(frozen, module = "mojo_audio")]
pub struct MelConfig {
    pub config: core::MelConfig,
}

impl MelConfig {
    /// Changes options of a configuration, and checks the result.
    pub fn build(
        mut config: core::MelConfig,
        py: Python<'_>,
        changes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        for (name, value) in changes.into_iter().flatten() {
            set(&mut config, &name.extract::<String>()?, &value)?;
        }
        config.check().or_raise(py)?;
        Ok(Self { config })
    }
}

/// The names and the texts of a model's configuration files: of one file, of those in a folder, or of a mapping.
fn model_files(source: &Bound<'_, PyAny>) -> PyResult<Vec<(String, String)>> {
    const ARGUMENT: &str = "source";
    let py = source.py();
    if source.is_instance(&py.import("collections.abc")?.getattr("Mapping")?)? {
        let settings = py.get_type::<PyDict>().call1((source,))?;
        let text = py.import("json")?.call_method1("dumps", (settings,));
        let text =
            text.map_err(|error| unusable(py, ARGUMENT, "settings that JSON can express", error));
        return Ok(vec![(ARGUMENT.into(), text?.extract()?)]);
    }
    let path = path(source, ARGUMENT)?;
    if !path.call_method0("is_dir")?.is_truthy()? {
        return Ok(vec![(path.to_string(), text(&path, ARGUMENT)?)]);
    }
    let mut files = Vec::new();
    for name in MODEL_FILES {
        let file = path.call_method1("joinpath", (name,))?;
        if file.call_method0("is_file")?.is_truthy()? {
            files.push((file.to_string(), text(&file, ARGUMENT)?));
        }
    }
    if files.is_empty() {
        let missing = format!("{path}: the folder has no {}", MODEL_FILES.join(" or "));
        return Err(file_error(py, &path.to_string(), true, missing));
    }
    Ok(files)
}

/// An argument as a path; `field` is its name.
fn path<'py>(argument: &Bound<'py, PyAny>, field: &str) -> PyResult<Bound<'py, PyAny>> {
    let py = argument.py();
    let path = py.import("pathlib")?.getattr("Path")?.call1((argument,));
    path.map_err(|error| unusable(py, field, "a path", error))
}

/// The error of an argument for what Python says of it; what is not about the argument, such as Ctrl-C, is left as it is.
fn unusable(py: Python<'_>, field: &str, expected: &str, error: PyErr) -> PyErr {
    if !error.is_instance_of::<PyTypeError>(py) && !error.is_instance_of::<PyValueError>(py) {
        return error;
    }
    let refusal = input_error(py, field, format!("{field} must be {expected}: {}", error.value(py)));
    refusal.set_cause(py, Some(error));
    refusal
}

/// The text of a file; `field` is what an error is about.
fn text(path: &Bound<'_, PyAny>, field: &'static str) -> PyResult<String> {
    let py = path.py();
    let bytes = path.call_method0("read_bytes").map_err(|error| {
        if !error.is_instance_of::<PyOSError>(py) {
            return unusable(py, field, "a path", error);
        }
        let is_missing = error.is_instance_of::<PyFileNotFoundError>(py);
        let why =
            error.value(py).getattr("strerror").map_or_else(|_| String::new(), |why| why.to_string());
        let refusal = file_error(py, &path.to_string(), is_missing, format!("{path}: {why}"));
        refusal.set_cause(py, Some(error));
        refusal
    })?;
    String::from_utf8(bytes.extract()?).map_err(|error| {
        let value = path.to_string();
        let expected = format!("a file in UTF-8 ({error})").into();
        raise(py, &Error::Config { field: field.into(), value, expected })
    })
}

type Vector<'py> = Bound<'py, PyArray1<f32>>;

/// The mean and the scale of each row in a model's file: FunASR's `am.mvn`, WeNet's `global_cmvn` (JSON), or
/// statistics of Kaldi as text.
///
/// Sums over frames become means and 1 / deviations.
///
/// Parameters
/// ----------
/// path
///     The file.
///
/// Returns
/// -------
/// (row_mean, row_scale)
///     Two arrays of float32, as `MelExtractor` takes them: y = (x - row_mean) * row_scale.
///
/// Raises
/// ------
/// ConfigError
///     The file is none of these.
/// MissingFileError, FileError
///     There is no such file (also a `FileNotFoundError`); it can't be read.
///
/// Examples
/// --------
/// >>> import json, pathlib, tempfile, mojo_audio
/// >>> path = pathlib.Path(tempfile.mkdtemp(), "global_cmvn")
/// >>> _ = path.write_text(json.dumps({"mean_stat": [40.0] * 80, "var_stat": [500.0] * 80, "frame_num": 4}))
/// >>> mean, scale = mojo_audio.row_statistics(path)
/// >>> mean[0], scale[0]
/// (np.float32(10.0), np.float32(0.2))
/// >>> extractor = mojo_audio.MelExtractor(mojo_audio.MelConfig.kaldi_fbank(), row_mean=mean, row_scale=scale)
#[pyfunction]
#[pyo3(signature = (path, /))]
pub fn row_statistics<'py>(path: &Bound<'py, PyAny>) -> PyResult<(Vector<'py>, Vector<'py>)> {
    let py = path.py();
    let path = self::path(path, "path")?;
    let rows = core::RowStatistics::from_text(&text(&path, "path")?).or_raise(py)?;
    Ok((PyArray1::from_vec(py, rows.mean), PyArray1::from_vec(py, rows.scale)))
}

/// The preset with that name.
pub fn preset(py: Python<'_>, name: &str) -> PyResult<core::MelConfig> {
    core::MelConfig::preset(name).or_raise(py)
}

/// Sets an option. For a value of the wrong type it raises core's error for a text that can't be read.
pub fn set(config: &mut core::MelConfig, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = value.py();
    let kind = OPTIONS.iter().find(|option| option.name == name).map(|option| option.kind);
    let text = match kind {
        // Core makes the error for an unknown name.
        None => Some(String::new()),
        // What no option accepts is shown as Python has it.
        Some(_) if value.is_none() => is_set_by_none(name).then(|| "none".into()),
        Some(OptionKind::Bool) => truth(value)?.map(|value| value.to_string()),
        Some(OptionKind::U32 | OptionKind::U64) => integer(value)?,
        Some(OptionKind::F64) => number(value)?,
        Some(OptionKind::Choice { .. }) => {
            value.cast::<PyString>().ok().map(|text| text.extract()).transpose()?
        }
    };
    match text {
        Some(text) => config.set(name, &text).or_raise(py),
        // A text that no option accepts, and that shows the value.
        None => match config.set(name, "\0") {
            Err(Error::Config { field, expected, .. }) => {
                let value = value.repr()?.to_string();
                Err(raise(py, &Error::Config { field, value, expected }))
            }
            other => other.or_raise(py),
        },
    }
}

/// Whether None is a value of an option: it unsets it, or stands for its choice `none`.
fn is_set_by_none(name: &str) -> bool {
    let option = OPTIONS.iter().find(|option| option.name == name);
    option.is_some_and(|option| match option.kind {
        OptionKind::Choice { values, .. } => values.iter().any(|choice| choice.name == "none"),
        _ => option.optional,
    })
}

/// `True` and `False`, Python's or NumPy's.
fn truth(value: &Bound<'_, PyAny>) -> PyResult<Option<bool>> {
    if let Ok(value) = value.cast::<PyBool>() {
        return Ok(Some(value.is_true()));
    }
    Ok(if is_numpy_bool(value)? { Some(value.is_truthy()?) } else { None })
}

fn is_numpy_bool(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let class = value.get_type();
    let name = class.name()?;
    Ok(class.module()? == "numpy" && (name == "bool" || name == "bool_"))
}

fn is_bool(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(value.is_instance_of::<PyBool>() || is_numpy_bool(value)?)
}

/// Integers of any library, as decimal text.
fn integer(value: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    if is_bool(value)? || !value.hasattr("__index__")? {
        return Ok(None);
    }
    let value = value.py().import("operator")?.call_method1("index", (value,))?;
    Ok(Some(value.cast::<PyInt>()?.str()?.to_string()))
}

/// Numbers of any library, as text of their float64 value.
fn number(value: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    let is_number = value.is_instance_of::<PyFloat>()
        || value.hasattr("__float__")?
        || value.hasattr("__index__")?;
    if is_bool(value)? || !is_number {
        return Ok(None);
    }
    let value: f64 = value.extract()?;
    Ok(Some(value.to_string()))
}

/// The value of an option as a Python object.
pub fn get<'py>(
    py: Python<'py>,
    config: &core::MelConfig,
    option: &OptionInfo,
) -> PyResult<Bound<'py, PyAny>> {
    let text = config.get(option.name).or_raise(py)?;
    if option.optional && text == "none" {
        return Ok(py.None().into_bound(py));
    }
    match option.kind {
        OptionKind::U32 | OptionKind::U64 => text.parse::<u64>()?.into_bound_py_any(py),
        OptionKind::F64 => text.parse::<f64>()?.into_bound_py_any(py),
        OptionKind::Bool => text.parse::<bool>()?.into_bound_py_any(py),
        OptionKind::Choice { .. } => text.into_bound_py_any(py),
    }
}

/// The options in which two configurations differ.
fn differences<'a>(
    config: &'a core::MelConfig,
    other: &'a core::MelConfig,
) -> impl Iterator<Item = &'static OptionInfo> + 'a {
    OPTIONS.iter().filter(|option| config.get(option.name) != other.get(option.name))
}

#[pymethods]
impl MelConfig {
    /// The preset with the given name, one of `mojo_audio.PRESETS`, with changes.
    ///
    /// Raises
    /// ------
    /// UnknownNameError
    ///     No preset, or no option, has that name.
    /// ConfigError
    ///     An option's value is not allowed.
    ///
    /// Examples
    /// --------
    /// >>> MelConfig.preset("kaldi-fbank", n_mels=40).n_mels
    /// 40
    #[classmethod]
    #[pyo3(signature = (name, /, **changes), text_signature = "(name, /, **changes)")]
    fn preset(
        class: &Bound<'_, PyType>,
        name: &str,
        changes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        Self::build(preset(class.py(), name)?, class.py(), changes)
    }

    /// The configuration in a model's file: transformers' `preprocessor_config.json`, or a `processor_config.json`
    /// that has the settings under `feature_extractor`; NeMo's `model_config.yaml`, whose `preprocessor` section
    /// counts; or Kaldi's `fbank.conf` or `mfcc.conf`, with the defaults of Kaldi's programs, among them a `dither`
    /// of 1.
    ///
    /// For transformers' files the result equals what the feature extractor class that the file names computes for one
    /// signal by default, up to these differences: longer signals that the class splits, or takes a random part
    /// of, keep their length; `dither` is not the same noise. The class's padding is `pad_to` and its truncation
    /// `max_length`; None for both keeps the length of every signal. Settings of images and tokenizers in the same
    /// file are ignored.
    ///
    /// Parameters
    /// ----------
    /// source
    ///     The file, the model's folder, or the content of the file as a mapping.
    /// **changes
    ///     Options to change.
    ///
    /// Raises
    /// ------
    /// ConfigError
    ///     `field` names the setting that isn't supported: an unknown class, or a value that the options can't
    ///     express. Nothing is guessed.
    /// UnknownNameError
    ///     The class has no setting of that name.
    /// MissingFileError, FileError
    ///     There is no such file, or none of these in the folder (also a `FileNotFoundError`); it can't be read.
    #[classmethod]
    #[pyo3(signature = (source, /, **changes), text_signature = "(source, /, **changes)")]
    fn from_preprocessor_config(
        class: &Bound<'_, PyType>,
        source: &Bound<'_, PyAny>,
        changes: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let py = class.py();
        let config = core::MelConfig::from_model_files(&model_files(source)?).or_raise(py)?;
        Self::build(config, py, changes)
    }

    /// The same configuration with changes.
    #[pyo3(signature = (**changes), text_signature = "($self, /, **changes)")]
    fn replace(&self, py: Python<'_>, changes: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        Self::build(self.config.clone(), py, changes)
    }

    #[pyo3(signature = (**changes), text_signature = "($self, /, **changes)")]
    fn __replace__(&self, py: Python<'_>, changes: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        self.replace(py, changes)
    }

    /// Every option and its value: numbers, strings, booleans and None. `MelConfig(**config.to_dict())` equals
    /// this configuration.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let options = PyDict::new(py);
        for option in OPTIONS {
            options.set_item(option.name, get(py, &self.config, option)?)?;
        }
        Ok(options)
    }

    /// Length of the window in samples: `win_length`, or `n_fft` if that is unset.
    #[getter]
    fn window_length(&self) -> u32 {
        self.config.window_length()
    }

    /// Upper edge of the highest band in hertz: `f_max`, or half the sample rate if that is unset.
    #[getter]
    fn upper_frequency(&self) -> f64 {
        self.config.upper_frequency()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        // The preset with the fewest changes.
        let nearest = PRESETS
            .iter()
            .filter_map(|&name| Some((name, core::MelConfig::preset(name).ok()?)))
            .min_by_key(|(_, preset)| differences(&self.config, preset).count());
        let (name, preset) = nearest.unwrap_or(("", core::MelConfig::default()));
        let mut arguments = Vec::new();
        let is_default = preset == core::MelConfig::default();
        if !is_default {
            arguments.push(format!("'{name}'"));
        }
        for option in differences(&self.config, &preset) {
            let value = get(py, &self.config, option)?;
            arguments.push(format!("{}={}", option.name, value.repr()?));
        }
        let call = if is_default { "MelConfig" } else { "MelConfig.preset" };
        Ok(format!("{call}({})", arguments.join(", ")))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let py = other.py();
        match other.cast::<Self>() {
            Ok(other) => (self.config == other.get().config).into_py_any(py),
            Err(_) => Ok(py.NotImplemented()),
        }
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<u64> {
        let mut hasher = DefaultHasher::new();
        for option in OPTIONS {
            let text = self.config.get(option.name).or_raise(py)?;
            // 0 and −0 are equal, so their hashes must be.
            (if text == "-0" { "0" } else { &text }).hash(&mut hasher);
        }
        Ok(hasher.finish())
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let restore = py.import("mojo_audio._native")?.getattr("unpickle_config")?;
        (restore, (self.to_dict(py)?,)).into_pyobject(py)
    }
}

/// The configuration from a dictionary of options. Pickles call it.
#[pyfunction]
#[pyo3(signature = (options, /))]
pub fn unpickle_config(options: &Bound<'_, PyDict>) -> PyResult<MelConfig> {
    MelConfig::build(core::MelConfig::default(), options.py(), Some(options))
}
