//! What the C++ side calls. Each function is a line or two over `border::guard`.

use crate::border::{self, guard, guard_named, guard_value};
use crate::options::ffi::Options;
use ffi::{Report, Values};
use mojo_audio_core::{
    Error, ErrorKind, MelConfig, MelExtractor, MelSpectrogram, MelStream, Overrides, RowStatistics,
    Sample,
};
use std::mem::ManuallyDrop;

#[cxx::bridge(namespace = "mojo_audio::bridge")]
pub(crate) mod ffi {
    /// How a call ended. What it wrote to `text`: the error, and right behind it the error's parts.
    struct Report {
        /// Number of the kind of error; 0 for success.
        code: u8,
        has_index: bool,
        /// Place of the wrong sample.
        index: usize,
        length: usize,
        field: usize,
        value: usize,
        expected: usize,
        /// Of all known names, with a line feed behind each.
        known: usize,
        closest: usize,
    }

    /// A result's memory. Free it with `values_free`.
    struct Values {
        data: *mut f32,
        capacity: usize,
        n_mels: usize,
        n_frames: usize,
    }

    extern "C++" {
        include!("mojo-audio-cxx/src/options.rs.h");
        type Options = crate::options::ffi::Options;
    }

    extern "Rust" {
        type Extractor;
        type Stream;
        type Batch;

        fn config_preset(name: &[u8], options: &mut Options, text: &mut [u8]) -> Report;
        fn config_from_json(json: &[u8], options: &mut Options, text: &mut [u8]) -> Report;
        fn config_set(options: &mut Options, option: &[u8], value: &[u8], text: &mut [u8]) -> Report;
        fn config_get(options: &Options, option: &[u8], text: &mut [u8]) -> Report;
        fn config_check(options: &Options, text: &mut [u8]) -> Report;

        /// Always tells the number of rows of a text that is valid; writes them where both slices have as many values.
        fn row_statistics(
            file: &[u8],
            mean: &mut [f32],
            scale: &mut [f32],
            n_rows: &mut usize,
            text: &mut [u8],
        ) -> Report;

        /// The handle is NULL if the call fails.
        fn extractor_new(
            options: &Options,
            window: &[f32],
            filterbank: &[f32],
            row_mean: &[f32],
            row_scale: &[f32],
            text: &mut [u8],
            report: &mut Report,
        ) -> *mut Extractor;
        unsafe fn extractor_free(extractor: *mut Extractor);
        fn extractor_options(extractor: &Extractor, options: &mut Options, text: &mut [u8]) -> Report;
        fn extractor_n_mels(extractor: &Extractor) -> usize;
        fn extractor_frame_count(extractor: &Extractor, n_samples: usize) -> usize;
        fn extractor_valid_frames(extractor: &Extractor, n_samples: usize) -> usize;
        fn extractor_working_memory(extractor: &Extractor) -> usize;
        fn extractor_empty_filters(extractor: &Extractor, out: &mut [usize]) -> usize;
        fn extractor_filterbank(extractor: &Extractor, out: &mut [f32], text: &mut [u8]) -> Report;
        fn compute_f32(e: &Extractor, samples: &[f32], out: &mut Values, text: &mut [u8]) -> Report;
        fn compute_i16(e: &Extractor, samples: &[i16], out: &mut Values, text: &mut [u8]) -> Report;
        fn compute_into_f32(
            extractor: &Extractor,
            samples: &[f32],
            out: &mut [f32],
            n_frames: &mut usize,
            text: &mut [u8],
        ) -> Report;
        fn compute_into_i16(
            extractor: &Extractor,
            samples: &[i16],
            out: &mut [f32],
            n_frames: &mut usize,
            text: &mut [u8],
        ) -> Report;

        /// # Safety
        /// There is a length for each clip, and each clip of another length than 0 is valid for reads of it.
        unsafe fn batch_f32(
            extractor: &Extractor,
            clips: *const *const f32,
            lengths: &[usize],
            n_threads: usize,
            text: &mut [u8],
            report: &mut Report,
        ) -> *mut Batch;
        /// # Safety
        /// There is a length for each clip, and each clip of another length than 0 is valid for reads of it.
        unsafe fn batch_i16(
            extractor: &Extractor,
            clips: *const *const i16,
            lengths: &[usize],
            n_threads: usize,
            text: &mut [u8],
            report: &mut Report,
        ) -> *mut Batch;
        unsafe fn batch_free(batch: *mut Batch);
        /// The result of the next clip.
        fn batch_next(batch: &mut Batch, out: &mut Values, text: &mut [u8]) -> Report;

        /// The handle is NULL if the call fails.
        fn stream_new(extractor: &Extractor, text: &mut [u8], report: &mut Report) -> *mut Stream;
        unsafe fn stream_free(stream: *mut Stream);
        fn stream_n_mels(stream: &Stream) -> usize;
        fn stream_frames_after(stream: &Stream, n_samples: usize) -> usize;
        fn stream_frames_at_finish(stream: &Stream) -> usize;
        fn push_f32(s: &mut Stream, samples: &[f32], out: &mut Values, text: &mut [u8]) -> Report;
        fn push_i16(s: &mut Stream, samples: &[i16], out: &mut Values, text: &mut [u8]) -> Report;
        fn push_into_f32(
            stream: &mut Stream,
            samples: &[f32],
            out: &mut [f32],
            n_frames: &mut usize,
            text: &mut [u8],
        ) -> Report;
        fn push_into_i16(
            stream: &mut Stream,
            samples: &[i16],
            out: &mut [f32],
            n_frames: &mut usize,
            text: &mut [u8],
        ) -> Report;
        fn stream_finish(stream: &mut Stream, out: &mut Values, text: &mut [u8]) -> Report;
        fn stream_finish_into(
            stream: &mut Stream,
            out: &mut [f32],
            n_frames: &mut usize,
            text: &mut [u8],
        ) -> Report;
        fn stream_reset(stream: &mut Stream);

        /// # Safety
        /// Data and capacity are from one `Values`, which is not used again.
        unsafe fn values_free(data: *mut f32, capacity: usize);
    }
}

/// A `MelExtractor` as a type of this crate, which the bridge needs.
pub(crate) struct Extractor(MelExtractor);

/// A `MelStream` that is not used again after it panicked.
pub(crate) struct Stream {
    stream: MelStream,
    is_broken: bool,
}

/// The results of a batch, taken one after the other.
pub(crate) struct Batch(std::vec::IntoIter<Result<MelSpectrogram, Error>>);

impl Values {
    fn take(&mut self, mel: MelSpectrogram) {
        let (n_mels, n_frames) = (mel.n_mels(), mel.n_frames());
        let mut data = ManuallyDrop::new(mel.into_data());
        *self = Self { data: data.as_mut_ptr(), capacity: data.capacity(), n_mels, n_frames };
    }
}

/// # Safety
/// Data and capacity are from one [`Values`], which is not used again.
unsafe fn values_free(data: *mut f32, capacity: usize) {
    // SAFETY: the caller's promise; they are from a vector, in `Values::take`.
    drop(unsafe { Vec::from_raw_parts(data, 0, capacity) });
}

/// Makes a handle, NULL if that fails.
fn handle<T>(text: &mut [u8], report: &mut Report, make: impl FnOnce() -> Result<T, Error>) -> *mut T {
    let mut handle = std::ptr::null_mut();
    *report = guard(text, || {
        handle = border::new_handle(make()?)?;
        Ok(())
    });
    handle
}

fn name(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn config_preset(preset: &[u8], options: &mut Options, text: &mut [u8]) -> Report {
    guard_named(text, || {
        *options = Options::from_config(&MelConfig::preset(&name(preset))?);
        Ok(())
    })
}

fn config_from_json(json: &[u8], options: &mut Options, text: &mut [u8]) -> Report {
    guard_named(text, || {
        *options = Options::from_config(&MelConfig::from_preprocessor_config(&name(json))?);
        Ok(())
    })
}

fn row_statistics(
    file: &[u8],
    mean: &mut [f32],
    scale: &mut [f32],
    n_rows: &mut usize,
    text: &mut [u8],
) -> Report {
    guard_named(text, || {
        let rows = RowStatistics::from_text(&name(file))?;
        *n_rows = rows.mean.len();
        if (mean.len(), scale.len()) == (rows.mean.len(), rows.scale.len()) {
            mean.copy_from_slice(&rows.mean);
            scale.copy_from_slice(&rows.scale);
        }
        Ok(())
    })
}

fn config_set(options: &mut Options, option: &[u8], value: &[u8], text: &mut [u8]) -> Report {
    guard_named(text, || {
        let mut config = options.config()?;
        config.set(&name(option), &name(value))?;
        *options = Options::from_config(&config);
        Ok(())
    })
}

fn config_get(options: &Options, option: &[u8], text: &mut [u8]) -> Report {
    let mut value = String::new();
    let report = guard_named(text, || {
        value = options.config()?.get(&name(option))?;
        Ok(())
    });
    match report.code {
        0 => Report { length: border::write(text, &value), ..report },
        _ => report,
    }
}

fn config_check(options: &Options, text: &mut [u8]) -> Report {
    guard(text, || options.config()?.check())
}

pub(crate) fn extractor_new(
    options: &Options,
    window: &[f32],
    filterbank: &[f32],
    row_mean: &[f32],
    row_scale: &[f32],
    text: &mut [u8],
    report: &mut Report,
) -> *mut Extractor {
    handle(text, report, || {
        let given = |table| Some(table).filter(|table: &&[f32]| !table.is_empty());
        let overrides = Overrides {
            window: given(window),
            filterbank: given(filterbank),
            row_mean: given(row_mean),
            row_scale: given(row_scale),
            ..Overrides::default()
        };
        MelExtractor::with_overrides(&options.config()?, overrides).map(Extractor)
    })
}

/// # Safety
/// The handle is NULL or from `extractor_new`, and is not used again.
pub(crate) unsafe fn extractor_free(extractor: *mut Extractor) {
    // SAFETY: the caller's promise.
    unsafe { border::free_handle(extractor) };
}

fn extractor_options(extractor: &Extractor, options: &mut Options, text: &mut [u8]) -> Report {
    guard(text, || {
        *options = Options::from_config(extractor.0.config());
        Ok(())
    })
}

fn extractor_n_mels(extractor: &Extractor) -> usize {
    extractor.0.n_mels()
}

fn extractor_frame_count(extractor: &Extractor, n_samples: usize) -> usize {
    guard_value(0, || extractor.0.frame_count(n_samples))
}

fn extractor_valid_frames(extractor: &Extractor, n_samples: usize) -> usize {
    guard_value(0, || extractor.0.valid_frames(n_samples))
}

fn extractor_working_memory(extractor: &Extractor) -> usize {
    extractor.0.working_memory()
}

/// Writes as many indices as fit, and returns how many there are.
fn extractor_empty_filters(extractor: &Extractor, out: &mut [usize]) -> usize {
    guard_value(0, || extractor.0.empty_filters_into(out))
}

fn extractor_filterbank(extractor: &Extractor, out: &mut [f32], text: &mut [u8]) -> Report {
    guard(text, || extractor.0.filterbank_into(out))
}

pub(crate) fn compute<S: Sample>(
    e: &Extractor,
    samples: &[S],
    out: &mut Values,
    text: &mut [u8],
) -> Report {
    guard(text, || {
        out.take(e.0.compute(samples)?);
        Ok(())
    })
}

pub(crate) fn compute_into<S: Sample>(
    extractor: &Extractor,
    samples: &[S],
    out: &mut [f32],
    n_frames: &mut usize,
    text: &mut [u8],
) -> Report {
    guard(text, || {
        *n_frames = extractor.0.compute_into(samples, out)?;
        Ok(())
    })
}

/// # Safety
/// There is a length for each clip, and each clip of another length than 0 is valid for reads of it.
unsafe fn batch<S: Sample>(
    extractor: &Extractor,
    clips: *const *const S,
    lengths: &[usize],
    n_threads: usize,
    text: &mut [u8],
    report: &mut Report,
) -> *mut Batch {
    handle(text, report, || {
        let mut inputs: Vec<&[S]> = room(lengths.len())?;
        for (place, length) in lengths.iter().enumerate() {
            // Without samples the pointer may be NULL.
            inputs.push(if *length == 0 {
                &[]
            } else {
                // SAFETY: the caller's promise.
                unsafe { std::slice::from_raw_parts(*clips.add(place), *length) }
            });
        }
        let results = if n_threads == 1 || inputs.len() == 1 {
            // Threads need memory, and the standard library aborts if it can't have it.
            let mut results = room(inputs.len())?;
            results.extend(inputs.iter().map(|samples| extractor.0.compute(samples)));
            results
        } else {
            extractor.0.compute_batch(&inputs, n_threads)
        };
        Ok(Batch(results.into_iter()))
    })
}

/// An empty vector with capacity. The allocation may fail.
fn room<T>(length: usize) -> Result<Vec<T>, Error> {
    let mut vector = Vec::new();
    let bytes = length.saturating_mul(size_of::<T>());
    vector.try_reserve_exact(length).map_err(|_| Error::Allocation { bytes })?;
    Ok(vector)
}

/// # Safety
/// The handle is NULL or from `batch`, and is not used again.
unsafe fn batch_free(batch: *mut Batch) {
    // SAFETY: the caller's promise.
    unsafe { border::free_handle(batch) };
}

fn batch_next(batch: &mut Batch, out: &mut Values, text: &mut [u8]) -> Report {
    guard(text, || {
        out.take(batch.0.next().expect("no more results than clips")?);
        Ok(())
    })
}

pub(crate) fn stream_new(extractor: &Extractor, text: &mut [u8], report: &mut Report) -> *mut Stream {
    handle(text, report, || Ok(Stream { stream: extractor.0.stream()?, is_broken: false }))
}

/// # Safety
/// The handle is NULL or from `stream_new`, and is not used again.
pub(crate) unsafe fn stream_free(stream: *mut Stream) {
    // SAFETY: the caller's promise.
    unsafe { border::free_handle(stream) };
}

fn stream_n_mels(stream: &Stream) -> usize {
    stream.stream.n_mels()
}

fn stream_frames_after(stream: &Stream, n_samples: usize) -> usize {
    guard_value(0, || stream.stream.frames_after(n_samples))
}

fn stream_frames_at_finish(stream: &Stream) -> usize {
    guard_value(0, || stream.stream.frames_at_finish())
}

/// Changes a stream, which is broken if that panics.
fn change(
    stream: &mut Stream,
    text: &mut [u8],
    body: impl FnOnce(&mut MelStream) -> Result<(), Error>,
) -> Report {
    let report = guard(text, || {
        assert!(!stream.is_broken, "the stream has failed before");
        body(&mut stream.stream)
    });
    stream.is_broken = report.is(ErrorKind::Internal);
    report
}

fn push<S: Sample>(s: &mut Stream, samples: &[S], out: &mut Values, text: &mut [u8]) -> Report {
    change(s, text, |stream| {
        out.take(stream.push(samples)?);
        Ok(())
    })
}

pub(crate) fn push_into<S: Sample>(
    stream: &mut Stream,
    samples: &[S],
    out: &mut [f32],
    n_frames: &mut usize,
    text: &mut [u8],
) -> Report {
    change(stream, text, |stream| {
        *n_frames = stream.push_into(samples, out)?;
        Ok(())
    })
}

fn stream_finish(stream: &mut Stream, out: &mut Values, text: &mut [u8]) -> Report {
    change(stream, text, |stream| {
        out.take(stream.finish()?);
        Ok(())
    })
}

pub(crate) fn stream_finish_into(
    stream: &mut Stream,
    out: &mut [f32],
    n_frames: &mut usize,
    text: &mut [u8],
) -> Report {
    change(stream, text, |stream| {
        *n_frames = stream.finish_into(out)?;
        Ok(())
    })
}

fn stream_reset(stream: &mut Stream) {
    guard_value((), || {
        stream.stream.reset();
        stream.is_broken = false;
    });
}

// The bridge has no generic functions.
use {
    batch as batch_f32, batch as batch_i16, compute as compute_f32, compute as compute_i16,
    compute_into as compute_into_f32, compute_into as compute_into_i16, push as push_f32,
    push as push_i16, push_into as push_into_f32, push_into as push_into_i16,
};
