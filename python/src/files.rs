//! `load`, and the iterator over the features of many files.

use crate::errors::{About, input_error, internal_error, of_data, raise_fault};
use crate::output;
use crate::rate;
use crate::source::{Fault, Source, is_bytes};
use crate::warn;
use mojo_audio_core::{MelExtractor, MelSpectrogram};
use numpy::PyArray1;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyString};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{process, thread};

/// How long a signal of the operating system, such as Ctrl-C, may wait.
pub const PATIENCE: Duration = Duration::from_millis(50);

/// The samples of an audio file: one channel, the mean of all, at the rate asked for.
///
/// WAV, FLAC, MP3, Ogg Vorbis and Opus are decoded here; other formats through the program ffmpeg, if it is on
/// the PATH. Runs without the GIL. A file is read right or refused: one that ends early or doesn't match its
/// own checksums is an error.
///
/// Parameters
/// ----------
/// source
///     A path, the bytes of a file, an open binary file, or `{"bytes": ..., "path": ...}` as in data sets of
///     Hugging Face.
/// sample_rate
///     The rate to resample to, in hertz, from 1,000 to 768,000. None: the file's own.
///
/// Returns
/// -------
/// float32 array (n_samples,), full scale 1. With `sample_rate=None`, `(samples, sample_rate)`, a pair that
/// is accepted where audio is.
///
/// Raises
/// ------
/// FileError
///     The file can't be read: `path` is its name, and `reason` says why.
/// InputError
///     `source` is no file; `sample_rate` is less than 1.
///
/// Warns
/// -----
/// UserWarning
///     The file was read, but isn't as its header says: its recording was never closed, for example.
///
/// Examples
/// --------
/// >>> import io, numpy, wave
/// >>> file = io.BytesIO()
/// >>> with wave.open(file, "wb") as writer:
/// ...     writer.setparams((2, 2, 48000, 0, "NONE", ""))
/// ...     writer.writeframes(numpy.zeros((48000, 2), "<i2").tobytes())
/// >>> load(file.getvalue()).shape
/// (16000,)
/// >>> samples, rate = load(file.getvalue(), sample_rate=None)
/// >>> samples.shape, rate
/// ((48000,), 48000)
#[pyfunction]
#[pyo3(signature = (source, sample_rate = Some(16_000)), text_signature = "(source, sample_rate=16000)")]
pub fn load<'py>(
    py: Python<'py>,
    source: &Bound<'py, PyAny>,
    sample_rate: Option<i64>,
) -> PyResult<Bound<'py, PyAny>> {
    let wanted = rate::argument(py, sample_rate)?;
    let (samples, rate) = read(py, Source::new(source)?, wanted)?;
    let samples = PyArray1::from_vec(py, samples);
    match wanted {
        Some(_) => Ok(samples.into_any()),
        None => (samples, rate).into_bound_py_any(py),
    }
}

/// The samples of a file, as one channel, and their rate: the one asked for, or the file's own. Tells what the file's
/// owner should know.
pub fn read(py: Python<'_>, source: Source, wanted: Option<u32>) -> PyResult<(Vec<f32>, u32)> {
    let about = About { clip: None, path: source.path() };
    let mut interrupted = None;
    let mut asked = Instant::now();
    let read = py.detach(|| {
        let is_wanted = || {
            if asked.elapsed() > PATIENCE {
                asked = Instant::now();
                interrupted = Python::attach(|py| py.check_signals()).err();
            }
            interrupted.is_none()
        };
        let decoded = source.read(wanted, true, is_wanted)?;
        let (rate, warnings) = (decoded.rate, decoded.warnings.clone());
        Ok((decoded.into_floats()?, rate, warnings))
    });
    if let Some(interrupted) = interrupted {
        return Err(interrupted);
    }
    let (samples, rate, warnings) = read.map_err(|fault| raise_fault(py, &about, &fault))?;
    warn(py, &about, &warnings)?;
    Ok((samples, rate))
}

/// Tells what the owner of a file should know.
pub fn warn(py: Python<'_>, about: &About, warnings: &[String]) -> PyResult<()> {
    warnings.iter().try_for_each(|warning| warn::of(py, about.of_file(warning)))
}

/// Iterator over the features of files, in order; made by `MelExtractor.files`.
#[pyclass(frozen, module = "mojo_audio")]
pub struct MelFiles {
    state: Mutex<State>,
}

enum State {
    Ready(Box<Run>),
    /// A thread is in `__next__`. The lock isn't held meanwhile, as that runs Python's code.
    Busy,
    Ended,
}

/// What runs as long as someone iterates.
struct Run {
    sources: Option<Py<PyIterator>>,
    /// The files that are being computed, in order.
    pending: VecDeque<Pending>,
    jobs: Option<Sender<Job>>,
    queue: Arc<Mutex<Receiver<Job>>>,
    work: Arc<Work>,
    workers: usize,
    threads: usize,
    /// Whether a file's error is an item.
    returns_errors: bool,
    /// Number of sources so far.
    taken: usize,
    /// Threads don't survive in a fork.
    process: u32,
}

/// What the workers share.
struct Work {
    extractor: Arc<MelExtractor>,
    resample: bool,
    is_over: AtomicBool,
}

struct Job {
    source: Source,
    done: Sender<Done>,
}

type Done = Result<(MelSpectrogram, Vec<String>), Fault>;

enum Pending {
    Running(About, Receiver<Done>),
    /// No source.
    Refused(PyErr),
    /// The iterator over the sources failed.
    Broken(PyErr),
}

impl Drop for Run {
    fn drop(&mut self) {
        self.work.is_over.store(true, Ordering::Relaxed);
    }
}

impl MelFiles {
    pub fn new(
        extractor: Arc<MelExtractor>,
        sources: &Bound<'_, PyAny>,
        threads: usize,
        returns_errors: bool,
        resample: bool,
    ) -> PyResult<Self> {
        if is_bytes(sources)
            || sources.is_instance_of::<PyString>()
            || sources.is_instance_of::<PyDict>()
        {
            // Its letters, bytes or keys would be taken for files.
            let kind = sources.get_type().to_string();
            let message =
                format!("sources must be an iterable of files, got one {kind}: pass [source]");
            return Err(input_error(sources.py(), "sources", message));
        }
        let (jobs, queue) = channel();
        let run = Run {
            sources: Some(sources.try_iter()?.unbind()),
            pending: VecDeque::new(),
            jobs: Some(jobs),
            queue: Arc::new(Mutex::new(queue)),
            work: Arc::new(Work { extractor, resample, is_over: AtomicBool::new(false) }),
            workers: 0,
            threads,
            returns_errors,
            taken: 0,
            process: process::id(),
        };
        Ok(Self { state: Mutex::new(State::Ready(Box::new(run))) })
    }

    fn replace(&self, state: State) -> State {
        std::mem::replace(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner), state)
    }
}

impl Run {
    /// Starts the next files, until twice as many are under way as there are threads.
    fn fill(&mut self, py: Python<'_>) -> PyResult<()> {
        while self.pending.len() < 2 * self.threads {
            let Some(sources) = &self.sources else { return Ok(()) };
            let mut sources = sources.bind(py).clone();
            let next = match sources.next() {
                None => {
                    self.sources = None;
                    // The workers end with the last job.
                    self.jobs = None;
                    return Ok(());
                }
                Some(Err(error)) => {
                    let error = of_data(py, error)?;
                    self.sources = None;
                    self.pending.push_back(Pending::Broken(error));
                    return Ok(());
                }
                Some(Ok(next)) => next,
            };
            let clip = self.taken;
            self.taken += 1;
            let pending = match Source::new(&next) {
                Ok(source) => self.start(py, clip, source)?,
                Err(error) => {
                    let error = of_data(py, error)?;
                    error.value(py).setattr("clip", clip)?;
                    Pending::Refused(error)
                }
            };
            self.pending.push_back(pending);
        }
        Ok(())
    }

    fn start(&mut self, py: Python<'_>, clip: usize, source: Source) -> PyResult<Pending> {
        let about = About { clip: Some(clip), path: source.path() };
        let (done, result) = channel();
        let sent = self.jobs.as_ref().is_some_and(|jobs| jobs.send(Job { source, done }).is_ok());
        if self.workers < self.threads {
            let (queue, work) = (Arc::clone(&self.queue), Arc::clone(&self.work));
            match thread::Builder::new().name("mojo-audio".into()).spawn(move || run(&queue, &work)) {
                Ok(_) => self.workers += 1,
                // Those that are there do the work.
                Err(_) if self.workers > 0 => self.threads = self.workers,
                Err(error) => {
                    return Err(internal_error(py, format!("no thread can be started: {error}")));
                }
            }
        }
        if sent { Ok(Pending::Running(about, result)) } else { Err(internal_error(py, GONE.into())) }
    }

    /// The next result, or the error that takes its place; none after the last.
    fn next<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        if self.process != process::id() {
            let message =
                "files must be iterated in the process that called it: its threads are not in this one";
            return Err(input_error(py, "files", message.into()));
        }
        self.fill(py)?;
        let result = match self.pending.pop_front() {
            None => return Ok(None),
            Some(Pending::Broken(error)) => return Err(error),
            Some(Pending::Refused(error)) => Err(error),
            Some(Pending::Running(about, result)) => match wait(py, result)? {
                Ok((mel, warnings)) => {
                    warn(py, &about, &warnings)?;
                    output::array(py, mel)
                }
                Err(fault) => Err(raise_fault(py, &about, &fault)),
            },
        };
        match result {
            Err(error) if self.returns_errors => {
                Ok(Some(error.into_value(py).into_bound(py).into_any()))
            }
            result => result.map(Some),
        }
    }
}

const GONE: &str = "a thread that computes files has failed";

/// Waits without the GIL, and still lets Ctrl-C through.
fn wait(py: Python<'_>, result: Receiver<Done>) -> PyResult<Done> {
    // A lock, as the receiver may be used by one thread at a time.
    let result = Mutex::new(result);
    loop {
        let done =
            py.detach(|| result.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(PATIENCE));
        match done {
            Ok(done) => return Ok(done),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => return Err(internal_error(py, GONE.into())),
        }
    }
}

/// A worker: one file after the other.
fn run(queue: &Mutex<Receiver<Job>>, work: &Work) {
    let is_wanted = || !work.is_over.load(Ordering::Relaxed);
    while is_wanted() {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { source, done }) = next else { return };
        // Nobody may be left to take it.
        let _ = done.send(source.compute(&work.extractor, work.resample, is_wanted));
    }
}

fn busy(py: Python<'_>) -> PyErr {
    input_error(
        py,
        "files",
        "files must be used by one thread at a time: another thread is in this iterator".into(),
    )
}

#[pymethods]
impl MelFiles {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut run = match self.replace(State::Busy) {
            State::Ready(run) => run,
            State::Busy => return Err(busy(py)),
            State::Ended => {
                self.replace(State::Ended);
                return Ok(None);
            }
        };
        let next = run.next(py);
        match &next {
            Ok(Some(_)) => self.replace(State::Ready(run)),
            // Dropped, it ends its threads.
            _ => self.replace(State::Ended),
        };
        next
    }

    /// Ends the iteration and its threads; further items are not computed. An `InputError` while another thread is in
    /// the iterator.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Busy) {
            return Err(busy(py));
        }
        let run = std::mem::replace(&mut *state, State::Ended);
        // It may drop Python's objects, whose code may come here again.
        drop(state);
        drop(run);
        Ok(())
    }
}
