//! The extractor: a plan of any options, shared by any number of threads.

use crate::border::{self, BatchFailure, FailedClip, Failure, guard, guard_batch, guard_value};
use crate::generated::MojoMelOptions;
use crate::options;
use crate::spectrogram::{self, MojoMelSpectrogram};
use crate::status::MojoAudioStatus;
use mojo_audio_core::{Error, MelExtractor, MelSpectrogram, Overrides, Sample};

/// A checked plan of options that computes any number of inputs. It never changes.
///
/// Ownership: the caller's; free it with mojo_mel_extractor_free().
///
/// Threads: any number may compute with the same one at once, without waiting for each other.
pub struct MojoMelExtractor(MelExtractor);

impl MojoMelExtractor {
    pub(crate) fn engine(&self) -> &MelExtractor {
        &self.0
    }
}

/// Checks and plans options. On success *out_extractor is a new extractor, on failure NULL.
///
/// Errors: MOJO_AUDIO_ERROR_INVALID_INPUT for NULL or an option that is not allowed (the text of
/// mojo_audio_last_error() starts with its name); MOJO_AUDIO_ERROR_ALLOCATION.
///
/// Ownership: the options stay the caller's and are not kept; the extractor is the caller's, who frees it
/// with mojo_mel_extractor_free().
///
/// Threads: any.
///
/// # Safety
/// The pointers are NULL or valid: options for the number of bytes in its size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_new(
    options: *const MojoMelOptions,
    out_extractor: *mut *mut MojoMelExtractor,
) -> MojoAudioStatus {
    // SAFETY: the caller's promise above.
    guard(|| unsafe { new(options, Overrides::default(), out_extractor) })
}

/// Like mojo_mel_extractor_new(), with the caller's own window or filterbank. NULL with a length of 0 means
/// the one that the options describe.
///
/// window: win_length values (n_fft if win_length is 0), instead of the option window.
/// filterbank: (n_mels, n_fft / 2 + 1) weights, row-major, instead of the triangles.
///
/// Errors, in addition to those of mojo_mel_extractor_new(): MOJO_AUDIO_ERROR_BUFFER_SIZE if a table's length
/// doesn't fit the options; MOJO_AUDIO_ERROR_INVALID_INPUT if it has a value that is not finite.
///
/// Ownership: the tables stay the caller's and are copied.
///
/// Threads: any.
///
/// # Safety
/// The pointers are NULL or valid, the tables for reads of their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_new_with_tables(
    options: *const MojoMelOptions,
    window: *const f32,
    window_length: usize,
    filterbank: *const f32,
    filterbank_length: usize,
    out_extractor: *mut *mut MojoMelExtractor,
) -> MojoAudioStatus {
    let (window, filterbank) = ((window, window_length), (filterbank, filterbank_length));
    // SAFETY: the caller's promise above.
    guard(|| unsafe { with_tables(options, window, filterbank, NO_TABLE, NO_TABLE, out_extractor) })
}

/// Like mojo_mel_extractor_new_with_tables(), and with a mean and a factor for each row of the result, such as those
/// of global CMVN: the last step is y = (x - row_mean) * row_scale. NULL with a length of 0 means none; then the mean
/// is 0, or the factor 1.
///
/// row_mean, row_scale: mojo_mel_extractor_n_mels() values each, which are those of a whole stack if frames are
/// stacked. A row's factor is 1 divided by its deviation.
///
///     MojoMelExtractor* extractor = NULL;
///     MojoAudioStatus status = mojo_mel_extractor_new_with_rows(
///         &options, NULL, 0, NULL, 0, mean, 80, inverse_deviation, 80, &extractor);
///
/// Errors, in addition to those of mojo_mel_extractor_new_with_tables(): MOJO_AUDIO_ERROR_INVALID_INPUT if a mean or
/// a factor is above 1e18 in magnitude.
///
/// Ownership: the tables stay the caller's and are copied.
///
/// Threads: any.
///
/// # Safety
/// The pointers are NULL or valid, the tables for reads of their lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_new_with_rows(
    options: *const MojoMelOptions,
    window: *const f32,
    window_length: usize,
    filterbank: *const f32,
    filterbank_length: usize,
    row_mean: *const f32,
    row_mean_length: usize,
    row_scale: *const f32,
    row_scale_length: usize,
    out_extractor: *mut *mut MojoMelExtractor,
) -> MojoAudioStatus {
    let (window, filterbank) = ((window, window_length), (filterbank, filterbank_length));
    let (mean, scale) = ((row_mean, row_mean_length), (row_scale, row_scale_length));
    // SAFETY: the caller's promise above.
    guard(|| unsafe { with_tables(options, window, filterbank, mean, scale, out_extractor) })
}

/// Frees an extractor. Does nothing with NULL. Spectrograms and streams made with it stay valid.
///
/// Threads: any, but the extractor must not be in use.
///
/// # Safety
/// The pointer is NULL or an extractor that is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_free(extractor: *mut MojoMelExtractor) {
    // SAFETY: the caller's promise above.
    unsafe { border::free_handle(extractor) };
}

/// Number of rows of a result: the mel bands, the cepstral coefficients (n_mfcc), or the bands and the
/// energy (use_energy). 0 for NULL.
///
/// Threads: any.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_n_mels(extractor: *const MojoMelExtractor) -> usize {
    // SAFETY: the caller's promise above.
    unsafe { extractor.as_ref() }.map_or(0, |extractor| extractor.0.n_mels())
}

/// Number of frames of the result for num_samples samples: 0 if they are too few for one, and for NULL.
///
/// Threads: any.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_frame_count(
    extractor: *const MojoMelExtractor,
    num_samples: usize,
) -> usize {
    guard_value(0, || {
        // SAFETY: the caller's promise above.
        let extractor = unsafe { extractor.as_ref() };
        Ok(extractor.map_or(0, |extractor| extractor.0.frame_count(num_samples)))
    })
}

/// Number of frames of the result for num_samples samples that are not padding, as the attention masks of transformers
/// count them: at most mojo_mel_extractor_frame_count(). 0 for NULL.
///
/// Threads: any.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_valid_frames(
    extractor: *const MojoMelExtractor,
    num_samples: usize,
) -> usize {
    guard_value(0, || {
        // SAFETY: the caller's promise above.
        let extractor = unsafe { extractor.as_ref() };
        Ok(extractor.map_or(0, |extractor| extractor.0.valid_frames(num_samples)))
    })
}

/// Stores the indices of the bands whose filter is so narrow that it contains no bin of the transform, in ascending
/// order, as many as fit into out_bands, which has room for n_bands, and returns how many there are. Their values
/// are always the floor: use a larger n_fft or fewer n_mels. There are never more than the option n_mels, but there
/// may be more than mojo_mel_extractor_n_mels(), which counts coefficients if the option n_mfcc is set. 0 for a NULL
/// extractor; out_bands may be NULL to learn the number only.
///
///     size_t bands[128];
///     size_t n = mojo_mel_extractor_empty_filters(extractor, bands, 128);
///     if (n > 0) fprintf(stderr, "%zu bands are empty, the first is %zu\n", n, bands[0]);
///
/// Threads: any, with the same extractor too.
///
/// # Safety
/// The pointers are NULL or valid, out_bands for n_bands writes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_empty_filters(
    extractor: *const MojoMelExtractor,
    out_bands: *mut usize,
    n_bands: usize,
) -> usize {
    guard_value(0, || {
        // SAFETY: the caller's promise above.
        let Some(extractor) = (unsafe { extractor.as_ref() }) else { return Ok(0) };
        let most = extractor.0.config().n_mels as usize;
        let out = if out_bands.is_null() {
            &mut []
        } else {
            // SAFETY: the caller's promise above.
            unsafe { border::buffer("out_bands", out_bands, n_bands.min(most))? }
        };
        Ok(extractor.0.empty_filters_into(out))
    })
}

/// Writes the weights of the filters that the extractor uses to the first n_mels * (n_fft / 2 + 1) values of
/// out_buffer, which has room for buffer_size values: row-major, a row for each of the bands that the option n_mels
/// counts. Those of the options are the triangles of librosa's filters.mel, torchaudio's melscale_fbanks or Kaldi's
/// MelBanks, computed in float64 and rounded; the caller's own are written as they were passed.
///
/// Errors: MOJO_AUDIO_ERROR_BUFFER_SIZE if buffer_size is less; MOJO_AUDIO_ERROR_INVALID_INPUT for NULL;
/// MOJO_AUDIO_ERROR_ALLOCATION.
///
/// Threads: any, with the same extractor too.
///
/// # Safety
/// The pointers are NULL or valid, out_buffer for buffer_size writes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_filterbank(
    extractor: *const MojoMelExtractor,
    out_buffer: *mut f32,
    buffer_size: usize,
) -> MojoAudioStatus {
    guard(|| {
        // SAFETY: the caller's promise above.
        unsafe {
            let extractor = given(extractor)?;
            let config = extractor.config();
            let n_weights = config.n_mels as usize * (config.n_fft as usize / 2 + 1);
            let out = border::output::<f32>(out_buffer, buffer_size, n_weights, &[])?;
            extractor.filterbank_into(out)?;
        }
        Ok(())
    })
}

/// Bytes of working memory that a computation uses besides its result and the extractor's tables. They depend on the
/// options, not on the length of the input; computations that run at the same time take as much each. 0 for NULL.
///
/// Threads: any.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_working_memory(
    extractor: *const MojoMelExtractor,
) -> usize {
    // SAFETY: the caller's promise above.
    unsafe { extractor.as_ref() }.map_or(0, |extractor| extractor.0.working_memory())
}

/// Computes the mel spectrogram of num_samples samples (mono, full scale 1). On success *out_result is a
/// new spectrogram, on failure NULL.
///
/// Errors: MOJO_AUDIO_ERROR_INVALID_INPUT for NULL, no samples, a sample that is not a finite number;
/// MOJO_AUDIO_ERROR_ALLOCATION; MOJO_AUDIO_ERROR_PROCESSING.
///
/// Ownership: the samples stay the caller's and are not kept; the spectrogram is the caller's, who frees it
/// with mojo_mel_spectrogram_free().
///
/// Threads: any, with the same extractor too.
///
/// # Safety
/// The pointers are NULL or valid: samples for num_samples reads, out_result for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_compute(
    extractor: *const MojoMelExtractor,
    samples: *const f32,
    num_samples: usize,
    out_result: *mut *mut MojoMelSpectrogram,
) -> MojoAudioStatus {
    // SAFETY: the caller's promise above.
    guard(|| unsafe { compute(extractor, samples, num_samples, out_result) })
}

/// mojo_mel_extractor_compute() for 16-bit integers: each sample is divided by 32768.
///
/// # Safety
/// The pointers are NULL or valid: samples for num_samples reads, out_result for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_compute_i16(
    extractor: *const MojoMelExtractor,
    samples: *const i16,
    num_samples: usize,
    out_result: *mut *mut MojoMelSpectrogram,
) -> MojoAudioStatus {
    // SAFETY: the caller's promise above.
    guard(|| unsafe { compute(extractor, samples, num_samples, out_result) })
}

/// Like mojo_mel_extractor_compute(), but writes the result to the first n_mels * n_frames values of
/// out_buffer, which has room for buffer_size values. Doesn't allocate, except that the first concurrent
/// calls each allocate a scratch buffer.
///
/// Sets *out_n_frames to the number of frames, 0 on failure. out_n_frames may be NULL.
///
/// Errors: MOJO_AUDIO_ERROR_BUFFER_SIZE if buffer_size is less than n_mels *
/// mojo_mel_extractor_frame_count(); MOJO_AUDIO_ERROR_INVALID_INPUT for NULL, no samples, a sample that
/// is not a finite number, an out_buffer that overlaps the samples; MOJO_AUDIO_ERROR_PROCESSING. After an
/// error the content of out_buffer is undefined.
///
/// Threads: any, with the same extractor too.
///
/// # Safety
/// The pointers are NULL or valid: samples for num_samples reads, out_buffer for buffer_size writes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_compute_into(
    extractor: *const MojoMelExtractor,
    samples: *const f32,
    num_samples: usize,
    out_buffer: *mut f32,
    buffer_size: usize,
    out_n_frames: *mut usize,
) -> MojoAudioStatus {
    // SAFETY: the caller's promise above.
    guard(|| unsafe {
        compute_into(extractor, samples, num_samples, out_buffer, buffer_size, out_n_frames)
    })
}

/// mojo_mel_extractor_compute_into() for 16-bit integers: each sample is divided by 32768.
///
/// # Safety
/// The pointers are NULL or valid: samples for num_samples reads, out_buffer for buffer_size writes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_compute_into_i16(
    extractor: *const MojoMelExtractor,
    samples: *const i16,
    num_samples: usize,
    out_buffer: *mut f32,
    buffer_size: usize,
    out_n_frames: *mut usize,
) -> MojoAudioStatus {
    // SAFETY: the caller's promise above.
    guard(|| unsafe {
        compute_into(extractor, samples, num_samples, out_buffer, buffer_size, out_n_frames)
    })
}

/// Computes the mel spectrograms of n_clips clips of any lengths, each with the same bits as from
/// mojo_mel_extractor_compute(). clips[i] points to lengths[i] samples. n_threads threads compute at once; 0
/// means one for each core of the machine.
///
/// out_results has room for n_clips handles. A failed clip doesn't affect the others: out_results[i] is NULL
/// if clip i failed (a NULL clip fails, too), and a new spectrogram otherwise. The status and the error are those
/// of the first failed clip, which the text and mojo_audio_last_error_clip() name. If the call itself fails, all
/// are NULL. So it is always safe to free all of out_results.
///
/// Errors: those of mojo_mel_extractor_compute(). If n_clips is 0 nothing happens. If several threads are
/// started and their bookkeeping can't be allocated, the program aborts; with n_threads 1 a failed allocation
/// is always MOJO_AUDIO_ERROR_ALLOCATION.
///
/// Ownership: as for mojo_mel_extractor_compute().
///
/// Threads: any, with the same extractor too.
///
/// # Safety
/// The pointers are NULL or valid: clips and lengths for n_clips reads, each clip for reads of its length,
/// out_results for n_clips writes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_compute_batch(
    extractor: *const MojoMelExtractor,
    clips: *const *const f32,
    lengths: *const usize,
    n_clips: usize,
    n_threads: usize,
    out_results: *mut *mut MojoMelSpectrogram,
) -> MojoAudioStatus {
    // SAFETY: the caller's promise above.
    guard_batch(|| unsafe { compute_batch(extractor, clips, lengths, n_clips, n_threads, out_results) })
}

/// mojo_mel_extractor_compute_batch() for 16-bit integers: each sample is divided by 32768.
///
/// # Safety
/// The pointers are NULL or valid: clips and lengths for n_clips reads, each clip for reads of its length,
/// out_results for n_clips writes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_extractor_compute_batch_i16(
    extractor: *const MojoMelExtractor,
    clips: *const *const i16,
    lengths: *const usize,
    n_clips: usize,
    n_threads: usize,
    out_results: *mut *mut MojoMelSpectrogram,
) -> MojoAudioStatus {
    // SAFETY: the caller's promise above.
    guard_batch(|| unsafe { compute_batch(extractor, clips, lengths, n_clips, n_threads, out_results) })
}

/// The extractor that a pointer points to.
///
/// # Safety
/// The pointer is NULL or valid while the reference lives.
pub(crate) unsafe fn given<'a>(
    extractor: *const MojoMelExtractor,
) -> Result<&'a MelExtractor, Failure> {
    // SAFETY: the caller's promise.
    Ok(unsafe { border::reference("extractor", extractor, "a MojoMelExtractor") }?.engine())
}

/// A table that the caller passes: where it is, and its number of values.
type Table = (*const f32, usize);

const NO_TABLE: Table = (std::ptr::null(), 0);

/// # Safety
/// The pointers are NULL or valid, the tables for reads of their lengths.
unsafe fn with_tables(
    options: *const MojoMelOptions,
    window: Table,
    filterbank: Table,
    row_mean: Table,
    row_scale: Table,
    out_extractor: *mut *mut MojoMelExtractor,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    unsafe {
        border::handle_place("out_extractor", out_extractor)?;
        let overrides = Overrides {
            window: table("window", window)?,
            filterbank: table("filterbank", filterbank)?,
            row_mean: table("row_mean", row_mean)?,
            row_scale: table("row_scale", row_scale)?,
            ..Overrides::default()
        };
        new(options, overrides, out_extractor)
    }
}

/// The values of a table; none for NULL with a length of 0.
///
/// # Safety
/// That of [`border::slice`].
unsafe fn table<'a>(
    argument: &'static str,
    (pointer, length): Table,
) -> Result<Option<&'a [f32]>, Failure> {
    if pointer.is_null() && length == 0 {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    unsafe { border::slice(argument, pointer, length) }.map(Some)
}

/// # Safety
/// That of the exported functions of the same name.
unsafe fn new(
    options: *const MojoMelOptions,
    overrides: Overrides<'_>,
    out_extractor: *mut *mut MojoMelExtractor,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    let (place, config) =
        unsafe { (border::handle_place("out_extractor", out_extractor)?, options::read(options)?) };
    let extractor = MelExtractor::with_overrides(&config, overrides)?;
    *place = border::new_handle(MojoMelExtractor(extractor))?;
    Ok(())
}

/// # Safety
/// That of the exported functions of the same name.
unsafe fn compute<S: Sample>(
    extractor: *const MojoMelExtractor,
    samples: *const S,
    num_samples: usize,
    out_result: *mut *mut MojoMelSpectrogram,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    let (place, extractor, samples) = unsafe {
        (
            border::handle_place("out_result", out_result)?,
            given(extractor)?,
            border::slice("samples", samples, num_samples)?,
        )
    };
    Ok(spectrogram::hand_over(extractor.compute(samples)?, place)?)
}

/// # Safety
/// That of the exported functions of the same name.
unsafe fn compute_into<S: Sample>(
    extractor: *const MojoMelExtractor,
    samples: *const S,
    num_samples: usize,
    out_buffer: *mut f32,
    buffer_size: usize,
    out_n_frames: *mut usize,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    unsafe {
        border::give(out_n_frames, 0);
        let extractor = given(extractor)?;
        let samples = border::slice("samples", samples, num_samples)?;
        let n_frames = extractor.frame_count(samples.len());
        let n_values = n_frames.saturating_mul(extractor.n_mels());
        let out = border::output(out_buffer, buffer_size, n_values, samples)?;
        border::give(out_n_frames, extractor.compute_into(samples, out)?);
    }
    Ok(())
}

/// Samples of one clip, or what is wrong with its pointer; then the engine gets no samples.
struct Clip<'a, S>(Result<&'a [S], Failure>);

impl<S> AsRef<[S]> for Clip<'_, S> {
    fn as_ref(&self) -> &[S] {
        self.0.as_ref().map_or(&[], |samples| samples)
    }
}

/// # Safety
/// That of the exported functions of the same name.
unsafe fn compute_batch<S: Sample>(
    extractor: *const MojoMelExtractor,
    clips: *const *const S,
    lengths: *const usize,
    n_clips: usize,
    n_threads: usize,
    out_results: *mut *mut MojoMelSpectrogram,
) -> Result<(), BatchFailure> {
    if n_clips == 0 {
        return Ok(());
    }
    // SAFETY: the caller's promise.
    let (places, extractor, starts, lengths) = unsafe {
        let places = border::buffer("out_results", out_results.cast::<usize>(), n_clips)?;
        // The memory may be uninitialised; all bits 0 is NULL.
        places.fill(0);
        (
            border::buffer("out_results", out_results, n_clips)?,
            given(extractor)?,
            border::slice("clips", clips, n_clips)?,
            border::slice("lengths", lengths, n_clips)?,
        )
    };
    let mut inputs: Vec<Clip<'_, S>> = Vec::new();
    inputs
        .try_reserve_exact(n_clips)
        .map_err(|_| Error::Allocation { bytes: n_clips.saturating_mul(size_of::<Clip<'_, S>>()) })?;
    // SAFETY: the caller's promise.
    let clip = |(start, length)| unsafe { border::slice("samples", start, length) };
    inputs.extend(starts.iter().copied().zip(lengths.iter().copied()).map(|input| Clip(clip(input))));
    let mut failed = 0;
    let mut first = None;
    let mut keep = |index: usize, Clip(clip), result: Result<MelSpectrogram, Error>| {
        let kept = clip.and_then(|_| -> Result<(), Failure> {
            Ok(spectrogram::hand_over(result?, &mut places[index])?)
        });
        if let Err(failure) = kept {
            failed += 1;
            first.get_or_insert((index, failure));
        }
    };
    if n_threads == 1 || n_clips == 1 {
        // Threads need memory, and the standard library aborts if it can't have it.
        for (index, clip) in inputs.into_iter().enumerate() {
            let result = extractor.compute(clip.as_ref());
            keep(index, clip, result);
        }
    } else {
        let results = extractor.compute_batch(&inputs, n_threads);
        for (index, (clip, result)) in inputs.into_iter().zip(results).enumerate() {
            keep(index, clip, result);
        }
    }
    match first {
        None => Ok(()),
        Some((index, failure)) => {
            Err(BatchFailure { failure, clip: Some(FailedClip { index, failed, n_clips }) })
        }
    }
}
