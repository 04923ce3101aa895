//! Columns of Arrow in and out: a row of audio becomes a row of features, without Python's objects.

mod column;
mod interface;

use crate::errors::{About, OrRaise, fault_text, input_error, raise_fault};
use crate::extractor::{MelExtractor, returns};
use crate::rate::{self, conversion};
use crate::source::{Fault, Source};
use crate::threads;
use crate::warn;
use column::Row;
use interface::{Buffer, Node, Refusal};
use mojo_audio_core::{self as core, MelSpectrogram, Resampler};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use std::ffi::CString;
use std::path::PathBuf;
use std::sync::Arc;

/// The features of a column of audio, as a column of structs.
///
/// A row of the column is a clip. Rows are computed by threads without the GIL, and samples are read where they
/// are, without a copy. The column and the result cross Arrow's C data interface, so that any library that has
/// it fits (pyarrow, polars, DuckDB), and none is needed.
///
/// Parameters
/// ----------
/// extractor
///     The `MelExtractor`.
/// column
///     An object with `__arrow_c_array__` or `__arrow_c_stream__`, such as pyarrow's `Array` and `ChunkedArray`.
///     Its rows are samples, lists (list, large_list, fixed_size_list) of float32, full scale 1, or of int16; or
///     audio files, their bytes as binary or large_binary, their paths as string or large_string; or structs of
///     `bytes` and `path`, of which `bytes` come first, as in data sets of Hugging Face.
/// sample_rate
///     The rate of samples in lists, in hertz. None: the configuration's.
/// resample
///     Whether to resample what has another rate than the configuration's. Otherwise that is an error.
/// threads
///     Number of threads; by default that of the environment variable `MOJO_AUDIO_THREADS`, else one for each
///     core of the machine.
/// errors
///     "return": a row that fails is null, and its `error` says why. "raise": the first such error is raised.
///
/// Returns
/// -------
/// Features, a column with as many rows as `column`, of the type `struct<features:
/// list<fixed_size_list<float>[n_mels]>, n_frames: int64, error: string>`. `features` has a list for each frame,
/// whatever the option `layout`: its values in order are those of a C-contiguous array (n_frames, n_mels). All
/// parts of a row are null if the row of `column` is.
///
/// `pyarrow.array(features)` and `polars.Series(features)` take it over without a copy.
///
/// Raises
/// ------
/// InputError
///     `column` has no Arrow interface or another type; an argument is not allowed.
/// FileError, EmptyInputError, SampleError
///     With `errors="raise"`: a row can't be computed; `clip` is its place.
///
/// Warns
/// -----
/// UserWarning
///     A file was read, but isn't as its header says.
///
/// Examples
/// --------
/// >>> import pyarrow
/// >>> column = pyarrow.array([[0.0] * 16000, [], None], pyarrow.list_(pyarrow.float32()))
/// >>> table = pyarrow.array(compute(MelExtractor(), column))
/// >>> table.field("n_frames").to_pylist()
/// [100, None, None]
/// >>> table.field("error").to_pylist()
/// [None, 'samples must not be empty', None]
#[pyfunction]
#[pyo3(
    name = "compute_column",
    signature = (
        extractor, column, *, sample_rate = None, resample = true, threads = None, errors = "return"
    )
)]
pub fn compute_column(
    py: Python<'_>,
    extractor: &Bound<'_, MelExtractor>,
    column: &Bound<'_, PyAny>,
    sample_rate: Option<i64>,
    resample: bool,
    threads: Option<isize>,
    errors: &str,
) -> PyResult<Features> {
    let (returns_errors, threads) = (returns(py, errors)?, threads::number(py, threads)?);
    let extractor = extractor.get().frame_major().or_raise(py)?;
    let rate = rate::argument(py, sample_rate)?;
    let resampler = conversion(py, rate, &extractor, resample)?;
    let imported = interface::import(column).map_err(|refusal| match refusal {
        Refusal::Python(error) => error,
        Refusal::NoArrow => {
            let kind = column.get_type().to_string();
            let message =
                format!("column must have __arrow_c_array__ or __arrow_c_stream__, got {kind}");
            input_error(py, "column", message)
        }
        Refusal::Unreadable(reason) => {
            input_error(py, "column", format!("column can't be read: {reason}"))
        }
    })?;
    let rows = column::rows(&imported).map_err(|message| input_error(py, "column", message))?;
    let mut results = py.detach(|| {
        threads::map(rows.len(), threads, |row| {
            compute(&extractor, &rows[row], row, resampler.as_deref(), resample)
        })
    });
    if !returns_errors {
        for (row, Computed { result, .. }) in results.iter().enumerate() {
            if let Err((path, fault)) = result {
                return Err(raise_fault(py, &About { clip: Some(row), path: path.clone() }, fault));
            }
        }
    }
    for Computed { warnings, .. } in &mut results {
        std::mem::take(warnings).into_iter().try_for_each(|text| warn::of(py, text))?;
    }
    let node = py.detach(|| collect(results, extractor.n_mels())).or_raise(py)?;
    Ok(Features { node: Arc::new(node) })
}

/// What became of a row.
struct Computed {
    /// The features, none if the row is null; or the name of its file and what is wrong.
    result: Result<Option<MelSpectrogram>, (Option<String>, Fault)>,
    /// What the owner of its file should know.
    warnings: Vec<String>,
}

fn compute(
    extractor: &core::MelExtractor,
    row: &Row<'_>,
    place: usize,
    resampler: Option<&Resampler>,
    resample: bool,
) -> Computed {
    let done = |result| Computed { result, warnings: Vec::new() };
    let source = match row {
        Row::Null => return done(Ok(None)),
        Row::Bad(reason) => return done(Err((None, Fault::Row(reason.clone())))),
        Row::Samples(samples) => {
            let mel = rate::compute(extractor, *samples, resampler);
            return done(mel.map(Some).map_err(|error| (None, Fault::Core(error))));
        }
        Row::Path(path) => Source::Path(PathBuf::from(path)),
        // The reader owns what it reads.
        Row::File(bytes, name) => {
            Source::Bytes { bytes: Box::new(bytes.to_vec()), name: name.map(String::from) }
        }
    };
    let about = About { clip: Some(place), path: source.path() };
    match source.compute(extractor, resample, || true) {
        Ok((mel, warnings)) => {
            let warnings = warnings.iter().map(|warning| about.of_file(warning)).collect();
            Computed { result: Ok(Some(mel)), warnings }
        }
        Err(fault) => done(Err((about.path, fault))),
    }
}

/// The column of results.
fn collect(results: Vec<Computed>, n_rows: usize) -> Result<Node, core::Error> {
    let refused = |bytes: usize| core::Error::Allocation { bytes };
    let count = results.len();
    let mels = results.iter().filter_map(|computed| computed.result.as_ref().ok()?.as_ref());
    let n_values = mels.map(|mel| mel.data().len()).sum::<usize>();
    let n_frames = n_values / n_rows.max(1);
    if i32::try_from(n_frames).is_err() {
        return Err(refused(n_values.saturating_mul(size_of::<f32>())));
    }
    let mut values = Vec::new();
    values.try_reserve_exact(n_values).map_err(|_| refused(n_values * size_of::<f32>()))?;
    let (mut offsets, mut counts) = (vec![0], Vec::with_capacity(count));
    let (mut texts, mut ends) = (Vec::new(), vec![0]);
    let (mut there, mut failed) = (Bits::default(), Bits::default());
    for Computed { result, .. } in results {
        let (mel, error) = match result {
            Ok(mel) => (mel, None),
            Err((path, fault)) => (None, Some(About { clip: None, path }.message(&fault_text(&fault)))),
        };
        there.push(mel.is_some());
        failed.push(error.is_some());
        counts.push(mel.as_ref().map_or(0, |mel| mel.n_frames() as i64));
        values.extend_from_slice(mel.as_ref().map_or(&[], MelSpectrogram::data));
        offsets.push((values.len() / n_rows.max(1)) as i32);
        texts.extend_from_slice(error.unwrap_or_default().as_bytes());
        ends.push(i32::try_from(texts.len()).map_err(|_| refused(texts.len()))?);
    }
    let leaf = |format: &str, name, length, buffers| Node {
        format: text(format),
        name: text(name),
        length,
        null_count: 0,
        validity: None,
        buffers,
        children: Vec::new(),
    };
    let values = leaf("f", "item", values.len(), vec![Buffer::Floats(values)]);
    let frames = Node {
        children: vec![Arc::new(values)],
        ..leaf(&format!("+w:{n_rows}"), "item", n_frames, Vec::new())
    };
    let features = Node {
        null_count: there.zeros,
        validity: Some(there.bytes.clone()),
        children: vec![Arc::new(frames)],
        ..leaf("+l", "features", count, vec![Buffer::Offsets(offsets)])
    };
    let counts = Node {
        null_count: there.zeros,
        validity: Some(there.bytes),
        ..leaf("l", "n_frames", count, vec![Buffer::Integers(counts)])
    };
    let errors = Node {
        null_count: failed.zeros,
        validity: Some(failed.bytes),
        ..leaf("u", "error", count, vec![Buffer::Offsets(ends), Buffer::Bytes(texts)])
    };
    let children = [features, counts, errors].map(Arc::new).into();
    Ok(Node { children, ..leaf("+s", "", count, Vec::new()) })
}

/// Names of this file and of Arrow's, none of which has a zero byte.
fn text(text: &str) -> CString {
    CString::new(text).unwrap_or_default()
}

/// Bits in Arrow's order.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    length: usize,
    zeros: usize,
}

impl Bits {
    fn push(&mut self, is_set: bool) {
        if self.length.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if let Some(byte) = self.bytes.last_mut() {
            *byte |= u8::from(is_set) << (self.length % 8);
        }
        self.length += 1;
        self.zeros += usize::from(!is_set);
    }
}

/// The features of a column, as a column of Arrow; made by `mojo_audio.arrow.compute`.
///
/// `pyarrow.array(features)`, `polars.Series(features)` and everything else that takes `__arrow_c_array__` share
/// its memory.
#[pyclass(frozen, module = "mojo_audio.arrow")]
pub struct Features {
    node: Arc<Node>,
}

#[pymethods]
impl Features {
    /// The type and the values, as capsules of Arrow's C data interface. A `requested_schema` is not followed,
    /// as that interface allows.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
        let _ = requested_schema;
        Ok((interface::schema_capsule(py, &self.node)?, interface::array_capsule(py, &self.node)?))
    }

    /// The type, as a capsule of Arrow's C data interface.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        interface::schema_capsule(py, &self.node)
    }

    fn __len__(&self) -> usize {
        self.node.length
    }

    fn __repr__(&self) -> String {
        format!("<mojo_audio.arrow.Features of {} rows>", self.node.length)
    }
}
