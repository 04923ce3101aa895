//! `MelStream`: one live signal, and the iterator over its frames.

use crate::audio::{Audio, with_samples};
use crate::errors::{OrRaise, closed_error, input_error};
use crate::extractor::count;
use crate::output::{self, Out};
use mojo_audio_core::{self as core, Error, MelExtractor, MelSpectrogram};
use pyo3::prelude::*;
use pyo3::types::PyIterator;
use std::sync::{Arc, Mutex, PoisonError};

/// One live signal: push samples in chunks of any size, and get frames as soon as no later sample can change
/// them. All frames together have the same bits as from the whole signal.
///
/// Made by `MelExtractor.stream`. As a context manager it frees its memory at the end of the block. Calls from
/// several threads run one after the other.
///
/// Examples
/// --------
/// >>> import numpy
/// >>> config = MelConfig.whisper(reference="fixed", reference_value=1.5)
/// >>> with MelExtractor(config).stream() as stream:
/// ...     mel = stream.push(numpy.zeros(1000, numpy.float32))
/// ...     rest = stream.finish()
/// >>> mel.shape, rest.shape
/// ((80, 6), (80, 0))
#[pyclass(frozen, module = "mojo_audio")]
pub struct MelStream {
    extractor: Arc<MelExtractor>,
    /// None after `close`. The lock is only taken without the GIL, and nothing done under it needs the GIL.
    stream: Mutex<Option<core::MelStream>>,
}

impl MelStream {
    pub fn new(py: Python<'_>, extractor: Arc<MelExtractor>) -> PyResult<Self> {
        let stream = py.detach(|| extractor.stream()).or_raise(py)?;
        Ok(Self { extractor, stream: Mutex::new(Some(stream)) })
    }

    fn with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut Option<core::MelStream>) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        let work = || work(&mut self.stream.lock().unwrap_or_else(PoisonError::into_inner));
        py.detach(work).or_raise(py)
    }

    fn with_open<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut core::MelStream) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        let done = self.with(py, |stream| stream.as_mut().map(work).transpose())?;
        done.ok_or_else(|| closed_error(py))
    }

    /// Samples at the rate of the configuration.
    fn signal<'py>(&self, audio: &Bound<'py, PyAny>) -> PyResult<Audio<'py>> {
        let audio_of = Audio::signal(audio)?;
        let wanted = self.extractor.config().rate_of_input();
        match audio_of.rate {
            Some(rate) if rate != wanted => {
                let message = format!(
                    "audio must have the configuration's sample rate, {wanted} Hz, got {rate} Hz: set \
                     input_rate={rate} in the configuration of a stream"
                );
                Err(input_error(audio.py(), "audio", message))
            }
            _ => Ok(audio_of),
        }
    }

    fn push_frames(&self, audio: &Bound<'_, PyAny>) -> PyResult<MelSpectrogram> {
        let samples = self.signal(audio)?;
        let samples = samples.slice();
        self.with_open(audio.py(), |stream| with_samples!(samples, samples => stream.push(samples)))
    }
}

#[pymethods]
impl MelStream {
    /// Appends any number of samples, and returns the frames that they complete, often none.
    ///
    /// Parameters
    /// ----------
    /// audio
    ///     The next samples, of any type that a `MelExtractor` accepts; there may be none.
    /// out
    ///     A writable, C-contiguous float32 array for the `frames_after(len(audio))` frames, to fill and
    ///     return.
    ///
    /// Returns
    /// -------
    /// float32 array, (n_mels, k), or (k, n_mels) if the option `layout` is `frame_major`.
    ///
    /// Raises
    /// ------
    /// SampleError
    ///     A sample is not finite or too large; `index` counts from the stream's start. The stream is
    ///     unchanged.
    /// FinishedError
    ///     The stream is finished, or closed (then it is a `ClosedError`).
    #[pyo3(signature = (audio, out = None))]
    fn push<'py>(
        &self,
        py: Python<'py>,
        audio: &Bound<'py, PyAny>,
        out: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(out) = out else {
            return output::array(py, self.push_frames(audio)?);
        };
        let audio = self.signal(audio)?;
        let samples = audio.slice();
        let n_frames = self.with_open(py, |stream| Ok(stream.frames_after(samples.len())))?;
        let mut array = Out::new(&out, &output::shape(&self.extractor, n_frames))?;
        let values = array.values(py, samples)?;
        self.with_open(
            py,
            |stream| with_samples!(samples, samples => stream.push_into(samples, values)),
        )?;
        Ok(out)
    }

    /// Ends the signal, and returns the frames that reach beyond its end.
    ///
    /// Raises
    /// ------
    /// EmptyInputError
    ///     No sample was pushed.
    /// FinishedError
    ///     The stream is already finished, or closed (then it is a `ClosedError`).
    #[pyo3(signature = (out = None))]
    fn finish<'py>(
        &self,
        py: Python<'py>,
        out: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(out) = out else {
            return output::array(py, self.with_open(py, core::MelStream::finish)?);
        };
        let n_frames = self.with_open(py, |stream| Ok(stream.frames_at_finish()))?;
        let mut array = Out::new(&out, &output::shape(&self.extractor, n_frames))?;
        let values = array.all_values(py)?;
        self.with_open(py, |stream| stream.finish_into(values))?;
        Ok(out)
    }

    /// Pushes each chunk, then finishes. Returns an iterator over the arrays that have frames.
    ///
    /// Examples
    /// --------
    /// >>> import numpy
    /// >>> extractor = MelExtractor(MelConfig.kaldi_fbank())
    /// >>> chunks = (numpy.zeros(400, numpy.float32) for _ in range(3))
    /// >>> [mel.shape for mel in extractor.stream().iterate(chunks)]
    /// [(80, 1), (80, 2), (80, 3)]
    #[pyo3(signature = (chunks, /))]
    fn iterate(slf: Bound<'_, Self>, chunks: &Bound<'_, PyAny>) -> PyResult<MelFrames> {
        let chunks = Mutex::new(Some(chunks.try_iter()?.unbind()));
        Ok(MelFrames { stream: slf.unbind(), chunks })
    }

    /// Number of frames that a push of `n_samples` samples would return.
    #[pyo3(signature = (n_samples, /))]
    fn frames_after(&self, py: Python<'_>, n_samples: i64) -> PyResult<usize> {
        let n_samples = count(py, n_samples)?;
        self.with_open(py, |stream| Ok(stream.frames_after(n_samples)))
    }

    /// Number of frames that `finish` would return now.
    fn frames_at_finish(&self, py: Python<'_>) -> PyResult<usize> {
        self.with_open(py, |stream| Ok(stream.frames_at_finish()))
    }

    /// Resets the stream to its start.
    fn reset(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |stream| {
            match stream {
                Some(stream) => stream.reset(),
                None => *stream = Some(self.extractor.stream()?),
            }
            Ok(())
        })
    }

    /// Frees its memory; `reset` opens it again.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, |stream| {
            *stream = None;
            Ok(())
        })
    }

    /// Number of rows of each frame.
    #[getter]
    fn n_mels(&self) -> usize {
        self.extractor.n_mels()
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) -> PyResult<()> {
        self.close(py)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let is_open = self.with(py, |stream| Ok(stream.is_some()))?;
        let state = if is_open { "open" } else { "closed" };
        Ok(format!("<mojo_audio.MelStream of {} rows, {state}>", self.n_mels()))
    }
}

/// Iterator over the frames of a stream, chunk by chunk; made by `MelStream.iterate`.
#[pyclass(frozen, module = "mojo_audio")]
pub struct MelFrames {
    stream: Py<MelStream>,
    /// None after the last frames.
    chunks: Mutex<Option<Py<PyIterator>>>,
}

#[pymethods]
impl MelFrames {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let stream = self.stream.get();
        loop {
            let chunks = {
                let chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
                chunks.as_ref().map(|chunks| chunks.clone_ref(py))
            };
            let Some(chunks) = chunks else { return Ok(None) };
            let mel = match chunks.bind(py).clone().next() {
                Some(chunk) => stream.push_frames(&chunk?)?,
                None => {
                    *self.chunks.lock().unwrap_or_else(PoisonError::into_inner) = None;
                    stream.with_open(py, core::MelStream::finish)?
                }
            };
            if mel.n_frames() > 0 {
                return output::array(py, mel).map(Some);
            }
        }
    }
}
