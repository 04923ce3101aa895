//! Audio files, from a path or in memory: decoded, mixed to one channel and resampled.

use crate::audio::Slice;
use crate::errors::input_error;
use crate::rate;
use mojo_audio_core::{self as core, MelExtractor, MelSpectrogram};
use mojo_audio_files::{AudioFile, Block, Error};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyMemoryView};
use std::path::PathBuf;

/// Where a file is.
pub enum Source {
    Path(PathBuf),
    Bytes {
        bytes: Box<dyn AsRef<[u8]> + Send + Sync>,
        /// Where the bytes are from, if that is known.
        name: Option<String>,
    },
}

/// Lets a box of bytes be what the decoders read.
struct Boxed(Box<dyn AsRef<[u8]> + Send + Sync>);

impl AsRef<[u8]> for Boxed {
    fn as_ref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}

/// What a file has.
pub struct Decoded {
    samples: Samples,
    pub rate: u32,
    /// What its owner should know.
    pub warnings: Vec<String>,
}

enum Samples {
    Floats(Vec<f32>),
    Integers(Vec<i16>),
}

/// Why there is nothing of a file.
pub enum Fault {
    File(Error),
    /// Its rate, which may not be converted.
    Rate(u32, u32),
    Core(core::Error),
    /// A row of a column is neither samples nor a file.
    Row(String),
    /// Nobody waits for it.
    Cancelled,
}

impl Source {
    /// A path, the bytes of a file, an open binary file, or Hugging Face's `{"bytes": …, "path": …}`.
    pub fn new(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = value.py();
        if let Ok(fields) = value.cast::<PyDict>() {
            let field = |name| Ok::<_, PyErr>(fields.get_item(name)?.filter(|field| !field.is_none()));
            let (bytes, path) = (field("bytes")?, field("path")?);
            return match (bytes, path) {
                (Some(bytes), path) => {
                    let name = path.map(|path| path.extract::<String>()).transpose()?;
                    Ok(Self::Bytes { bytes: backed(&bytes)?, name })
                }
                (None, Some(path)) => Self::new(&path),
                (None, None) => {
                    let message = "a dictionary must have the bytes of an audio file as \"bytes\", or its \
                                   path as \"path\"";
                    Err(input_error(py, "source", message.into()))
                }
            };
        }
        if is_bytes(value) {
            return Ok(Self::Bytes { bytes: backed(value)?, name: None });
        }
        if value.hasattr(intern!(py, "read"))? {
            let name = value.getattr(intern!(py, "name")).ok();
            let name = name.and_then(|name| name.extract::<String>().ok());
            let bytes = value.call_method0(intern!(py, "read"))?;
            return Ok(Self::Bytes { bytes: backed(&bytes)?, name });
        }
        value.extract().map(Self::Path).map_err(|error| {
            let kind = value.get_type().to_string();
            let message = format!("source must be a path, or the bytes of an audio file, got {kind}");
            let refusal = input_error(py, "source", message);
            refusal.set_cause(py, Some(error));
            refusal
        })
    }

    /// What errors call it.
    pub fn path(&self) -> Option<String> {
        match self {
            Self::Path(path) => Some(path.display().to_string()),
            Self::Bytes { name, .. } => name.clone(),
        }
    }

    /// Reads the file as one channel, the mean of all: at a rate, or at its own. `is_wanted` is asked after
    /// every block.
    pub fn read(
        self,
        wanted: Option<u32>,
        resample: bool,
        mut is_wanted: impl FnMut() -> bool,
    ) -> Result<Decoded, Fault> {
        let file = match self {
            Self::Path(path) => AudioFile::open(path)?,
            Self::Bytes { bytes, .. } => AudioFile::from_bytes(Boxed(bytes))?,
        };
        let own = file.source().sample_rate;
        let rate = match wanted {
            Some(wanted) if wanted != own && !resample => return Err(Fault::Rate(own, wanted)),
            Some(wanted) => wanted,
            None => own,
        };
        let mut mono = file.mono(rate)?;
        let (mut integers, mut floats) = (Vec::new(), Vec::new());
        // All blocks are of one type.
        while let Some(block) = mono.next_block()? {
            match block {
                Block::I16(samples) => append(&mut integers, samples)?,
                Block::F32(samples) => append(&mut floats, samples)?,
            }
            if !is_wanted() {
                return Err(Fault::Cancelled);
            }
        }
        let warnings = mono.warnings().iter().map(ToString::to_string).collect();
        let samples =
            if floats.is_empty() { Samples::Integers(integers) } else { Samples::Floats(floats) };
        Ok(Decoded { samples, rate, warnings })
    }

    /// The features of the file.
    pub fn compute(
        self,
        extractor: &MelExtractor,
        resample: bool,
        is_wanted: impl FnMut() -> bool,
    ) -> Result<(MelSpectrogram, Vec<String>), Fault> {
        let wanted = Some(extractor.config().rate_of_input());
        let decoded = self.read(wanted, resample, is_wanted)?;
        let mel = rate::compute(extractor, decoded.slice(), None).map_err(Fault::Core)?;
        Ok((mel, decoded.warnings))
    }
}

impl Decoded {
    fn slice(&self) -> Slice<'_> {
        match &self.samples {
            Samples::Floats(samples) => Slice::Floats(samples),
            Samples::Integers(samples) => Slice::Integers(samples),
        }
    }

    /// As floats with a full scale of 1.
    pub fn into_floats(self) -> Result<Vec<f32>, Fault> {
        let integers = match self.samples {
            Samples::Floats(samples) => return Ok(samples),
            Samples::Integers(integers) => integers,
        };
        let mut floats = Vec::new();
        floats
            .try_reserve_exact(integers.len())
            .map_err(|_| Error::Allocation { samples: integers.len() })?;
        floats.extend(integers.iter().map(|&sample| f32::from(sample) * (1.0 / 32_768.0)));
        Ok(floats)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::File(error)
    }
}

fn append<T: Copy>(samples: &mut Vec<T>, block: &[T]) -> Result<(), Error> {
    let room = samples.try_reserve(block.len());
    room.map_err(|_| Error::Allocation { samples: samples.len() })?;
    samples.extend_from_slice(block);
    Ok(())
}

/// Whether it is bytes, in one of the types that are made for them.
pub fn is_bytes(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PyByteArray>()
        || value.is_instance_of::<PyMemoryView>()
}

/// Bytes that can be used without the interpreter; those that may change are copied.
fn backed(value: &Bound<'_, PyAny>) -> PyResult<Box<dyn AsRef<[u8]> + Send + Sync>> {
    let py = value.py();
    if !is_bytes(value) {
        let kind = value.get_type().to_string();
        let message = format!("source must have the bytes of an audio file, got {kind}");
        return Err(input_error(py, "source", message));
    }
    let bytes = py.get_type::<PyBytes>().call1((value,))?;
    Ok(Box::new(PyBackedBytes::from(bytes.cast_into::<PyBytes>()?)))
}
