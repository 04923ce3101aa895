//! A live signal whose frames stay where they are until the caller drops them: the frame store of
//! kaldi-native-fbank.

use crate::border::{self, Failure, guard};
use crate::extractor::{self, MojoMelExtractor};
use crate::status::MojoAudioStatus;
use crate::stream::MojoMelStream;
use mojo_audio_core::Sample;

/// One live signal and its frames, for programs that look at frames by their number, as with kaldi-native-fbank:
/// push samples in chunks of any size, look at any frame that is ready, as often as you like, and pop frames that
/// are no longer needed. A frame keeps its number, whatever is popped.
///
///     while (record(chunk, 160)) {
///         mojo_mel_frames_push(frames, chunk, 160);
///         for (; i < mojo_mel_frames_n_frames_ready(frames); ++i) {
///             use(mojo_mel_frames_get_frame(frames, i));       // n_mels values
///         }
///         mojo_mel_frames_pop(frames, i - mojo_mel_frames_n_frames_popped(frames));
///     }
///
/// The frames have the same bits as from the whole signal, and memory grows with those that are not popped. For
/// frames that are used once, in order, MojoMelStream needs less.
///
/// Ownership: the caller's; free it with mojo_mel_frames_free(). The extractor it was made with may be freed before.
///
/// Threads: any, one at a time.
pub struct MojoMelFrames {
    /// Its queue has the frames that were not popped.
    stream: MojoMelStream,
    popped: usize,
    is_finished: bool,
}

/// Makes a frame store with an extractor's options; the option layout has no meaning for it. On success *out_frames
/// is a new store, on failure NULL.
///
/// Errors: those of mojo_mel_stream_new().
///
/// Ownership: the store is the caller's, who frees it with mojo_mel_frames_free().
///
/// Threads: any, with the same extractor too.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_frames_new(
    extractor: *const MojoMelExtractor,
    out_frames: *mut *mut MojoMelFrames,
) -> MojoAudioStatus {
    guard(|| {
        // SAFETY: the caller's promise above.
        let (place, extractor) =
            unsafe { (border::handle_place("out_frames", out_frames)?, extractor::given(extractor)?) };
        let stream = MojoMelStream::new(extractor)?;
        *place = border::new_handle(MojoMelFrames { stream, popped: 0, is_finished: false })?;
        Ok(())
    })
}

/// Appends num_samples samples (mono, full scale 1; any number, even 0).
///
/// Errors: those of mojo_mel_stream_push(). An error changes nothing: the same samples can be pushed again.
///
/// Ownership: the samples stay the caller's and are not kept.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointers are NULL or valid: samples for num_samples reads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_frames_push(
    frames: *mut MojoMelFrames,
    samples: *const f32,
    num_samples: usize,
) -> MojoAudioStatus {
    // SAFETY: the caller's promise above.
    guard(|| unsafe { push(frames, samples, num_samples) })
}

/// mojo_mel_frames_push() for 16-bit integers: each sample is divided by 32768.
///
/// # Safety
/// The pointers are NULL or valid: samples for num_samples reads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_frames_push_i16(
    frames: *mut MojoMelFrames,
    samples: *const i16,
    num_samples: usize,
) -> MojoAudioStatus {
    // SAFETY: the caller's promise above.
    guard(|| unsafe { push(frames, samples, num_samples) })
}

/// Ends the signal: the frames that reach beyond its end are ready afterwards, and no sample can be pushed until
/// mojo_mel_frames_reset().
///
/// Errors: those of mojo_mel_stream_finish().
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_frames_finish(frames: *mut MojoMelFrames) -> MojoAudioStatus {
    guard(|| {
        // SAFETY: the caller's promise above.
        let frames = unsafe { given(frames)? };
        frames.stream.finish()?;
        frames.stream.in_one_piece();
        frames.is_finished = true;
        Ok(())
    })
}

/// Number of values of each frame; 0 for NULL.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_frames_n_mels(frames: *const MojoMelFrames) -> usize {
    // SAFETY: the caller's promise above.
    unsafe { frames.as_ref() }.map_or(0, |frames| frames.stream.n_mels())
}

/// Number of frames that are complete since the signal's start, those that were popped included; 0 for NULL.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_frames_n_frames_ready(frames: *const MojoMelFrames) -> usize {
    // SAFETY: the caller's promise above.
    unsafe { frames.as_ref() }.map_or(0, MojoMelFrames::ready)
}

/// Number of frames that were popped since the signal's start; 0 for NULL.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_frames_n_frames_popped(frames: *const MojoMelFrames) -> usize {
    // SAFETY: the caller's promise above.
    unsafe { frames.as_ref() }.map_or(0, |frames| frames.popped)
}

/// 1 if the signal has ended and the frame with that number, from 0, is its last; 0 otherwise and for NULL.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_frames_is_last_frame(
    frames: *const MojoMelFrames,
    frame: usize,
) -> i32 {
    // SAFETY: the caller's promise above.
    let frames = unsafe { frames.as_ref() };
    let last =
        frames.filter(|frames| frames.is_finished).and_then(|frames| frames.ready().checked_sub(1));
    i32::from(last == Some(frame))
}

/// The n_mels values of the frame with that number, counted from 0 at the signal's start; NULL if it is not ready
/// yet or was popped, and for NULL.
///
/// Ownership: the store's; don't write to them or free them. Valid until the next call that pushes, pops, finishes,
/// resets or frees.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_frames_get_frame(
    frames: *const MojoMelFrames,
    frame: usize,
) -> *const f32 {
    // SAFETY: the caller's promise above.
    let values = unsafe { frames.as_ref() }.and_then(|frames| frames.frame(frame));
    values.map_or(std::ptr::null(), <[f32]>::as_ptr)
}

/// Drops the oldest n_frames frames that were not popped yet.
///
/// Errors: MOJO_AUDIO_ERROR_INVALID_INPUT for NULL, or if fewer are there (n_frames is then the field of the error);
/// then nothing is dropped.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_frames_pop(
    frames: *mut MojoMelFrames,
    n_frames: usize,
) -> MojoAudioStatus {
    guard(|| {
        // SAFETY: the caller's promise above.
        let frames = unsafe { given(frames)? };
        let there = frames.stream.available();
        if n_frames > there {
            return Err(Failure::TooLarge { argument: "n_frames", value: n_frames, most: there });
        }
        frames.stream.drop_frames(n_frames);
        frames.popped += n_frames;
        Ok(())
    })
}

/// Drops all frames and starts again with an empty signal; frames count from 0 again. Does nothing with NULL.
///
/// Threads: any, one at a time.
///
/// # Safety
/// The pointer is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_frames_reset(frames: *mut MojoMelFrames) {
    guard(|| {
        // SAFETY: the caller's promise above.
        if let Some(frames) = unsafe { frames.as_mut() } {
            frames.stream.reset();
            (frames.popped, frames.is_finished) = (0, false);
        }
        Ok(())
    });
}

/// Frees a frame store. Does nothing with NULL.
///
/// Threads: any, but the store must not be in use.
///
/// # Safety
/// The pointer is NULL or a frame store that is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_frames_free(frames: *mut MojoMelFrames) {
    // SAFETY: the caller's promise above.
    unsafe { border::free_handle(frames) };
}

/// # Safety
/// The pointer is NULL or valid while the reference lives, and nobody else uses the store.
unsafe fn given<'a>(frames: *mut MojoMelFrames) -> Result<&'a mut MojoMelFrames, Failure> {
    // SAFETY: the caller's promise.
    unsafe { border::exclusive("frames", frames, "a MojoMelFrames") }
}

/// # Safety
/// That of the exported functions of the same name.
unsafe fn push<S: Sample>(
    frames: *mut MojoMelFrames,
    samples: *const S,
    num_samples: usize,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    let (frames, samples) =
        unsafe { (given(frames)?, border::slice("samples", samples, num_samples)?) };
    frames.stream.push(samples)?;
    frames.stream.in_one_piece();
    Ok(())
}

impl MojoMelFrames {
    fn ready(&self) -> usize {
        self.popped + self.stream.available()
    }

    fn frame(&self, frame: usize) -> Option<&[f32]> {
        let place = frame.checked_sub(self.popped)?;
        self.stream.queued().chunks_exact(self.stream.n_mels()).nth(place)
    }
}
