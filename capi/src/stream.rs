//! One live signal, with a queue of the frames that nobody has read yet.

use crate::border::{self, Failure, guard, guard_value};
use crate::extractor::{self, MojoMelExtractor};
use crate::status::MojoAudioStatus;
use mojo_audio_core::config::Layout;
use mojo_audio_core::{Error, MelExtractor, MelStream, Sample};
use std::collections::VecDeque;

/// One live signal: push samples in chunks of any size, and read frames as soon as no later sample can change
/// them, with the same bits as from the whole signal.
///
/// Ownership: the caller's; free it with mojo_mel_stream_free(). The extractor it was made with may be freed
/// before.
///
/// Threads: any, one at a time.
pub struct MojoMelStream {
    stream: MelStream,
    layout: Layout,
    /// The engine's output, before it goes into the queue.
    fresh: Vec<f32>,
    /// Frames that have not been read, one after the other.
    queue: VecDeque<f32>,
}

/// Makes a stream with an extractor's options. On success *out_stream is a new stream, on failure NULL.
///
/// Errors: MOJO_AUDIO_ERROR_INVALID_INPUT for NULL or an option that needs the whole input, such as
/// Whisper's reference level (the text of mojo_audio_last_error() names the option and its allowed values:
/// set reference to MOJO_MEL_REFERENCE_FIXED, and reference_value); MOJO_AUDIO_ERROR_ALLOCATION.
///
/// Ownership: the stream is the caller's, who frees it with mojo_mel_stream_free().
///
/// Threads: any, with the same extractor too.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_stream_new(
    extractor: *const MojoMelExtractor,
    out_stream: *mut *mut MojoMelStream,
) -> MojoAudioStatus {
    guard(|| {
        // SAFETY: the caller's promise above.
        let (place, extractor) =
            unsafe { (border::handle_place("out_stream", out_stream)?, extractor::given(extractor)?) };
        *place = border::new_handle(MojoMelStream::new(extractor)?)?;
        Ok(())
    })
}

/// Appends num_samples samples (mono, full scale 1; any number, even 0). The frames that they complete can be
/// read afterwards.
///
/// Errors: MOJO_AUDIO_ERROR_INVALID_INPUT for NULL, a sample that is not a finite number (the text has its
/// index since the stream's start), a stream that was finished and not reset; MOJO_AUDIO_ERROR_ALLOCATION if
/// there is no memory for the frames. An error changes nothing: the same samples can be pushed again.
///
/// Ownership: the samples stay the caller's and are not kept.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointers are NULL or valid: samples for num_samples reads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_stream_push(
    stream: *mut MojoMelStream,
    samples: *const f32,
    num_samples: usize,
) -> MojoAudioStatus {
    // SAFETY: the caller's promise above.
    guard(|| unsafe { push(stream, samples, num_samples) })
}

/// mojo_mel_stream_push() for 16-bit integers: each sample is divided by 32768.
///
/// # Safety
/// The pointers are NULL or valid: samples for num_samples reads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_stream_push_i16(
    stream: *mut MojoMelStream,
    samples: *const i16,
    num_samples: usize,
) -> MojoAudioStatus {
    // SAFETY: the caller's promise above.
    guard(|| unsafe { push(stream, samples, num_samples) })
}

/// Like mojo_mel_stream_push(), but writes the k frames that the samples complete to the start of out_buffer,
/// which has room for buffer_size values: (n_mels, k), row-major, or (k, n_mels) if the option layout is
/// MOJO_MEL_LAYOUT_FRAME_MAJOR. Sets *out_n_frames to k, 0 on failure. Doesn't allocate.
///
///     float frames[80 * 8];                                   // 80 bands, more frames than 10 ms complete
///     size_t k;
///     while (record(chunk, 160)) {
///         if (mojo_mel_stream_push_into(stream, chunk, 160, frames, 80 * 8, &k) != MOJO_AUDIO_SUCCESS) break;
///         use(frames, k);
///     }
///
/// Errors: MOJO_AUDIO_ERROR_BUFFER_SIZE if buffer_size is less than n_mels * mojo_mel_stream_frames_after();
/// MOJO_AUDIO_ERROR_INVALID_INPUT as in mojo_mel_stream_push(), for an out_buffer that overlaps the samples, and if
/// frames of an earlier mojo_mel_stream_push() have not been read. An error changes nothing: the same samples can be
/// pushed again.
///
/// Ownership: the samples and the buffer stay the caller's and are not kept.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointers are NULL or valid: samples for num_samples reads, out_buffer for buffer_size writes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_stream_push_into(
    stream: *mut MojoMelStream,
    samples: *const f32,
    num_samples: usize,
    out_buffer: *mut f32,
    buffer_size: usize,
    out_n_frames: *mut usize,
) -> MojoAudioStatus {
    // SAFETY: the caller's promise above.
    guard(|| unsafe { push_into(stream, samples, num_samples, out_buffer, buffer_size, out_n_frames) })
}

/// mojo_mel_stream_push_into() for 16-bit integers: each sample is divided by 32768.
///
/// # Safety
/// The pointers are NULL or valid: samples for num_samples reads, out_buffer for buffer_size writes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_stream_push_into_i16(
    stream: *mut MojoMelStream,
    samples: *const i16,
    num_samples: usize,
    out_buffer: *mut f32,
    buffer_size: usize,
    out_n_frames: *mut usize,
) -> MojoAudioStatus {
    // SAFETY: the caller's promise above.
    guard(|| unsafe { push_into(stream, samples, num_samples, out_buffer, buffer_size, out_n_frames) })
}

/// Like mojo_mel_stream_finish(), but writes the frames that reach beyond the signal's end to out_buffer, as
/// mojo_mel_stream_push_into() does. Doesn't allocate.
///
/// Errors: MOJO_AUDIO_ERROR_BUFFER_SIZE if buffer_size is less than n_mels * mojo_mel_stream_frames_at_finish();
/// MOJO_AUDIO_ERROR_INVALID_INPUT as in mojo_mel_stream_finish(), and if frames of an earlier
/// mojo_mel_stream_push() have not been read. After an error the signal has not ended.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointers are NULL or valid: out_buffer for buffer_size writes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_stream_finish_into(
    stream: *mut MojoMelStream,
    out_buffer: *mut f32,
    buffer_size: usize,
    out_n_frames: *mut usize,
) -> MojoAudioStatus {
    guard(|| {
        // SAFETY: the caller's promise above.
        unsafe {
            border::give(out_n_frames, 0);
            let stream = given(stream)?;
            border::reference("out_n_frames", out_n_frames, "a place for the number of frames")?;
            let n_values = stream.next_values(stream.stream.frames_at_finish())?;
            let out = border::output::<f32>(out_buffer, buffer_size, n_values, &[])?;
            border::give(out_n_frames, stream.stream.finish_into(out)?);
        }
        Ok(())
    })
}

/// Number of frames that a push of num_samples samples will complete; 0 for NULL and once the stream is finished.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_stream_frames_after(
    stream: *const MojoMelStream,
    num_samples: usize,
) -> usize {
    guard_value(0, || {
        // SAFETY: the caller's promise above.
        let stream = unsafe { stream.as_ref() };
        Ok(stream.map_or(0, |stream| stream.stream.frames_after(num_samples)))
    })
}

/// Number of frames that mojo_mel_stream_finish() will complete; 0 for NULL and once the stream is finished.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_stream_frames_at_finish(stream: *const MojoMelStream) -> usize {
    guard_value(0, || {
        // SAFETY: the caller's promise above.
        let stream = unsafe { stream.as_ref() };
        Ok(stream.map_or(0, |stream| stream.stream.frames_at_finish()))
    })
}

/// Number of rows of each frame; 0 for NULL.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_stream_n_mels(stream: *const MojoMelStream) -> usize {
    // SAFETY: the caller's promise above.
    unsafe { stream.as_ref() }.map_or(0, |stream| stream.stream.n_mels())
}

/// Number of frames that can be read now; 0 for NULL.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_stream_available(stream: *const MojoMelStream) -> usize {
    // SAFETY: the caller's promise above.
    unsafe { stream.as_ref() }.map_or(0, MojoMelStream::available)
}

/// Moves the oldest available frames to the start of out_buffer, as many as fit into buffer_size values. Sets
/// *out_n_frames to their number k, 0 if none are available. They are stored as (n_mels, k), row-major, or as
/// (k, n_mels) if the option layout is MOJO_MEL_LAYOUT_FRAME_MAJOR.
///
/// Errors: MOJO_AUDIO_ERROR_BUFFER_SIZE if a frame is available and buffer_size is less than n_mels;
/// MOJO_AUDIO_ERROR_INVALID_INPUT for NULL. An error moves nothing.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointers are NULL or valid: out_buffer for buffer_size writes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_stream_read(
    stream: *mut MojoMelStream,
    out_buffer: *mut f32,
    buffer_size: usize,
    out_n_frames: *mut usize,
) -> MojoAudioStatus {
    guard(|| {
        // SAFETY: the caller's promise above. Only the part of the buffer that is written to is borrowed.
        unsafe {
            border::give(out_n_frames, 0);
            let stream = given(stream)?;
            border::reference("out_n_frames", out_n_frames, "a place for the number of frames")?;
            let n_frames = stream.readable(buffer_size)?;
            let n_values = n_frames * stream.stream.n_mels();
            stream.read(border::buffer("out_buffer", out_buffer, n_values)?, n_frames);
            border::give(out_n_frames, n_frames);
        }
        Ok(())
    })
}

/// Ends the signal: the frames that reach beyond its end can be read afterwards, and no sample can be pushed
/// until mojo_mel_stream_reset().
///
/// Errors: MOJO_AUDIO_ERROR_INVALID_INPUT for NULL, if no sample was pushed, or if the stream is already
/// finished; MOJO_AUDIO_ERROR_ALLOCATION (then the signal has not ended).
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_stream_finish(stream: *mut MojoMelStream) -> MojoAudioStatus {
    guard(|| {
        // SAFETY: the caller's promise above.
        unsafe { given(stream)? }.finish()
    })
}

/// Resets the stream to its start and drops frames that were not read. Does nothing with NULL.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_stream_reset(stream: *mut MojoMelStream) {
    guard(|| {
        // SAFETY: the caller's promise above.
        if let Some(stream) = unsafe { stream.as_mut() } {
            stream.reset();
        }
        Ok(())
    });
}

/// Frees a stream. Does nothing with NULL.
///
/// Threads: any, but the stream must not be in use.
///
/// # Safety
/// The pointer is NULL or a stream that is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_stream_free(stream: *mut MojoMelStream) {
    // SAFETY: the caller's promise above.
    unsafe { border::free_handle(stream) };
}

/// The stream that a pointer points to.
///
/// # Safety
/// The pointer is NULL or valid while the reference lives, and nobody else uses the stream.
unsafe fn given<'a>(stream: *mut MojoMelStream) -> Result<&'a mut MojoMelStream, Failure> {
    // SAFETY: the caller's promise.
    unsafe { border::exclusive("stream", stream, "a MojoMelStream") }
}

/// # Safety
/// That of the exported functions of the same name.
unsafe fn push<S: Sample>(
    stream: *mut MojoMelStream,
    samples: *const S,
    num_samples: usize,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    let (stream, samples) =
        unsafe { (given(stream)?, border::slice("samples", samples, num_samples)?) };
    stream.push(samples)
}

/// # Safety
/// That of the exported functions of the same name.
unsafe fn push_into<S: Sample>(
    stream: *mut MojoMelStream,
    samples: *const S,
    num_samples: usize,
    out_buffer: *mut f32,
    buffer_size: usize,
    out_n_frames: *mut usize,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    unsafe {
        border::give(out_n_frames, 0);
        let stream = given(stream)?;
        border::reference("out_n_frames", out_n_frames, "a place for the number of frames")?;
        let samples = border::slice("samples", samples, num_samples)?;
        let n_values = stream.next_values(stream.stream.frames_after(samples.len()))?;
        let out = border::output(out_buffer, buffer_size, n_values, samples)?;
        border::give(out_n_frames, stream.stream.push_into(samples, out)?);
    }
    Ok(())
}

impl MojoMelStream {
    pub(crate) fn new(extractor: &MelExtractor) -> Result<Self, Error> {
        Ok(Self {
            stream: extractor.stream()?,
            layout: extractor.config().layout,
            fresh: Vec::new(),
            queue: VecDeque::new(),
        })
    }

    pub(crate) fn n_mels(&self) -> usize {
        self.stream.n_mels()
    }

    pub(crate) fn push<S: Sample>(&mut self, samples: &[S]) -> Result<(), Failure> {
        let n_frames = self.stream.frames_after(samples.len());
        self.take(n_frames, |engine, fresh| engine.push_into(samples, fresh))
    }

    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        self.take(self.stream.frames_at_finish(), |engine, fresh| engine.finish_into(fresh))
    }

    pub(crate) fn reset(&mut self) {
        self.stream.reset();
        self.queue.clear();
    }

    /// Number of frames in the queue.
    pub(crate) fn available(&self) -> usize {
        self.queue.len() / self.stream.n_mels()
    }

    /// The queue's values in one piece, a frame after the other.
    pub(crate) fn queued(&self) -> &[f32] {
        let (first, rest) = self.queue.as_slices();
        debug_assert!(rest.is_empty(), "the frame store keeps its frames in one piece");
        first
    }

    pub(crate) fn in_one_piece(&mut self) {
        self.queue.make_contiguous();
    }

    /// Drops the oldest frames of the queue.
    pub(crate) fn drop_frames(&mut self, n_frames: usize) {
        self.queue.drain(..n_frames * self.stream.n_mels());
    }

    /// Number of values of the engine's next `n_frames` frames. It fails if frames in the queue come before them.
    fn next_values(&self, n_frames: usize) -> Result<usize, Failure> {
        if !self.queue.is_empty() {
            return Err(Failure::Unread { frames: self.available() });
        }
        Ok(n_frames.saturating_mul(self.stream.n_mels()))
    }

    /// Moves `n_frames` frames from the engine to the queue. It reserves memory for them first, so that a
    /// failed allocation loses nothing.
    fn take(
        &mut self,
        n_frames: usize,
        give: impl FnOnce(&mut MelStream, &mut [f32]) -> Result<usize, Error>,
    ) -> Result<(), Failure> {
        let n_mels = self.stream.n_mels();
        let n_values = n_frames.saturating_mul(n_mels);
        let refused = |_| Error::Allocation { bytes: n_values.saturating_mul(size_of::<f32>()) };
        self.fresh.clear();
        self.fresh.try_reserve(n_values).map_err(refused)?;
        self.queue.try_reserve(n_values).map_err(refused)?;
        self.fresh.resize(n_values, 0.0);
        let n_frames = give(&mut self.stream, &mut self.fresh)?;
        match self.layout {
            Layout::FrameMajor => self.queue.extend(&self.fresh[..n_frames * n_mels]),
            Layout::MelMajor => {
                for frame in 0..n_frames {
                    let column = self.fresh[frame..].iter().step_by(n_frames).take(n_mels);
                    self.queue.extend(column);
                }
            }
        }
        Ok(())
    }

    /// Number of frames that a read to a buffer of `buffer_size` values returns.
    fn readable(&self, buffer_size: usize) -> Result<usize, Failure> {
        let n_mels = self.stream.n_mels();
        let available = self.available();
        let n_frames = available.min(buffer_size / n_mels);
        if available > 0 && n_frames == 0 {
            return Err(Failure::BufferSize {
                argument: "buffer_size",
                actual: buffer_size,
                wanted: n_mels,
            });
        }
        Ok(n_frames)
    }

    /// Moves `n_frames` frames from the queue to `out`, which has exactly their length.
    fn read(&mut self, out: &mut [f32], n_frames: usize) {
        let n_mels = self.stream.n_mels();
        let values = self.queue.drain(..out.len());
        match self.layout {
            Layout::FrameMajor => out.iter_mut().zip(values).for_each(|(to, value)| *to = value),
            Layout::MelMajor => {
                for (place, value) in values.enumerate() {
                    out[place % n_mels * n_frames + place / n_mels] = value;
                }
            }
        }
    }
}
