//! One call at a time, and the handles that the calls leave behind.

use super::memory::{Options, Text, bend, count, is_good, is_huge, succeeded};
use crate::input;
use arbitrary::{Arbitrary, Result, Unstructured};
use mojo_audio::*;
use std::ffi::CStr;
use std::ptr;

/// Places for handles of a kind; one more is always NULL.
const SLOTS: usize = 3;
/// Samples times bins that a single call may take.
const WORK: usize = 1 << 18;
/// As many frames as no memory has room for.
const TOO_MANY_FRAMES: usize = 1 << 46;
/// The most samples of a signal.
const LONGEST: usize = 3000;

/// A handle, and what is known of its cost.
struct Handle<T> {
    pointer: *mut T,
    n_fft: usize,
    /// Whether the longest signal is quickly computed, or too much for any memory.
    may_compute: bool,
}

impl<T> Default for Handle<T> {
    fn default() -> Self {
        Self { pointer: ptr::null_mut(), n_fft: 0, may_compute: true }
    }
}

/// All that is alive.
#[derive(Default)]
pub struct Machine {
    options: [Options; SLOTS],
    extractors: [Handle<MojoMelExtractor>; SLOTS + 1],
    streams: [Handle<MojoMelStream>; SLOTS + 1],
    mels: [Handle<MojoMelSpectrogram>; SLOTS + 1],
}

impl Machine {
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes one call of the fuzzer's choice.
    pub fn call(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        match u.int_in_range(0..=19)? {
            0 => self.options_init(u),
            1 | 2 => self.options_set(u),
            3 => self.options[u.choose_index(SLOTS)?].poke(u),
            4 | 5 => self.extractor_new(u),
            6 => self.extractor_ask(u),
            7 | 8 => self.compute(u),
            9 | 10 => self.compute_into(u),
            11 => self.compute_batch(u),
            12 => self.spectrogram_read(u),
            13 => self.stream_new(u),
            14 | 15 => self.stream_push(u),
            16 => self.stream_read(u),
            17 => self.stream_finish(u),
            18 => self.free(u),
            _ => Self::names(u),
        }
    }

    fn options_init(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let (slot, preset) = (u.choose_index(SLOTS)?, Text::preset(u)?);
        let mut options = Options::new(u)?;
        let size = if u.ratio(1, 16)? {
            *u.choose(&[0, 7, 8, 12, 65_544, usize::MAX, usize::MAX - 7])?
        } else {
            options.size()
        };
        let pointer = bend(u, options.pointer())?;
        // SAFETY: the options have that size, or it is one that is refused.
        let status = unsafe { mojo_mel_options_init(pointer, size, preset.pointer()) };
        let is_done = succeeded(status, false);
        assert!(!is_done || (is_good(pointer) && size == options.size()));
        self.options[slot] = options;
        Ok(())
    }

    fn options_set(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let options = &mut self.options[u.choose_index(SLOTS)?];
        let [name, value] = Text::option(u)?;
        let pointer = bend(u, options.pointer())?;
        // SAFETY: the options say how long they are, and the texts live.
        succeeded(unsafe { mojo_mel_options_set(pointer, name.pointer(), value.pointer()) }, false);
        Ok(())
    }

    fn extractor_new(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let options = &mut self.options[u.choose_index(SLOTS)?];
        let (n_fft, n_mels) = options.sizes();
        // What is allowed, but large, is made slowly.
        if (8192..=65_536).contains(&n_fft) || (256..=4096).contains(&n_mels) {
            return Ok(());
        }
        let options = bend(u, options.pointer())?;
        let mut made = ptr::dangling_mut();
        let place = bend(u, &raw mut made)?;
        let status = if u.ratio(1, 4)? {
            let window =
                vec![f32::arbitrary(u)?; if u.ratio(1, 2)? { n_fft.min(9000) as usize } else { 0 }];
            let n = if u.ratio(1, 2)? { n_mels as usize * (n_fft as usize / 2 + 1) } else { 0 };
            let filterbank = vec![f32::arbitrary(u)?; n.min(1 << 21)];
            let (window_at, filterbank_at) =
                (bend(u, window.as_ptr().cast_mut())?, bend(u, filterbank.as_ptr().cast_mut())?);
            let (n_window, n_filterbank) = (count(u, window.len())?, count(u, filterbank.len())?);
            let rows =
                vec![f32::arbitrary(u)?; if u.ratio(1, 2)? { n_mels.min(9000) as usize } else { 0 }];
            let (mean_at, scale_at) =
                (bend(u, rows.as_ptr().cast_mut())?, bend(u, rows.as_ptr().cast_mut())?);
            let (n_mean, n_scale) = (count(u, rows.len())?, count(u, rows.len())?);
            // SAFETY: the tables have as many values as is said, or it is more than is possible.
            unsafe {
                mojo_mel_extractor_new_with_rows(
                    options,
                    window_at,
                    n_window,
                    filterbank_at,
                    n_filterbank,
                    mean_at,
                    n_mean,
                    scale_at,
                    n_scale,
                    place,
                )
            }
        } else {
            // SAFETY: the options say how long they are.
            unsafe { mojo_mel_extractor_new(options, place) }
        };
        if !succeeded(status, false) {
            assert!(!is_good(place) || made.is_null());
            return Ok(());
        }
        // SAFETY: the handle is alive.
        let frames = unsafe { mojo_mel_extractor_frame_count(made, LONGEST) };
        let n_fft = n_fft as usize;
        let may_compute = frames.saturating_mul(n_fft + 256) <= WORK || frames >= TOO_MANY_FRAMES;
        let handle = Handle { pointer: made, n_fft, may_compute };
        let old = std::mem::replace(&mut self.extractors[u.choose_index(SLOTS)?], handle);
        // SAFETY: nothing else has the handle.
        unsafe { mojo_mel_extractor_free(old.pointer) };
        Ok(())
    }

    fn extractor_ask(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let extractor = self.extractors[u.choose_index(SLOTS + 1)?].pointer;
        let n = usize::arbitrary(u)?;
        // SAFETY: the handle is NULL or alive.
        let (rows, none, some) = unsafe {
            (
                mojo_mel_extractor_n_mels(extractor),
                mojo_mel_extractor_frame_count(extractor, 0),
                mojo_mel_extractor_frame_count(extractor, n),
            )
        };
        assert_eq!((rows == 0, none), (extractor.is_null(), 0));
        assert!(!extractor.is_null() || some == 0);
        Ok(())
    }

    fn compute(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let extractor = &self.extractors[u.choose_index(SLOTS + 1)?];
        if !extractor.may_compute {
            return Ok(());
        }
        let mut mel = ptr::dangling_mut();
        let place = bend(u, &raw mut mel)?;
        let status = if bool::arbitrary(u)? {
            let samples = input::signal(u)?;
            let (at, n) = (bend(u, samples.as_ptr().cast_mut())?, count(u, samples.len())?);
            // SAFETY: there are as many samples as is said, or it is more than is possible.
            unsafe { mojo_mel_extractor_compute(extractor.pointer, at, n, place) }
        } else {
            let samples = input::int_signal(u)?;
            let (at, n) = (bend(u, samples.as_ptr().cast_mut())?, count(u, samples.len())?);
            // SAFETY: as above.
            unsafe { mojo_mel_extractor_compute_i16(extractor.pointer, at, n, place) }
        };
        if succeeded(status, true) {
            self.keep(u, mel)?;
        } else {
            assert!(!is_good(place) || mel.is_null());
        }
        Ok(())
    }

    fn compute_into(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let extractor = &self.extractors[u.choose_index(SLOTS + 1)?];
        let mut samples = input::signal(u)?;
        let n = count(u, samples.len())?;
        // SAFETY: the handle is NULL or alive.
        let wanted = unsafe {
            mojo_mel_extractor_frame_count(extractor.pointer, n.min(samples.len()))
                .saturating_mul(mojo_mel_extractor_n_mels(extractor.pointer))
        };
        if !extractor.may_compute || wanted > 1 << 20 {
            return Ok(());
        }
        let mut out = vec![0.0; wanted];
        let room = count(u, wanted)?;
        let mut n_frames = usize::MAX;
        let place = bend(u, &raw mut n_frames)?;
        let shares = u.ratio(1, 16)?;
        let start = samples.as_mut_ptr();
        let (at, out_at) =
            if shares { (start, start) } else { (bend(u, start)?, bend(u, out.as_mut_ptr())?) };
        // SAFETY: there are as many samples as is said, or it is more than is possible; the buffer has
        // room for the whole result or is said to have less, or it is the samples, which is refused.
        let status =
            unsafe { mojo_mel_extractor_compute_into(extractor.pointer, at, n, out_at, room, place) };
        let is_done = succeeded(status, false);
        assert!(is_done || !is_good(place) || n_frames == 0);
        assert!(!is_done || !shares || wanted == 0);
        assert!(!is_done || !is_huge(n));
        Ok(())
    }

    fn compute_batch(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let extractor = &self.extractors[u.choose_index(SLOTS + 1)?];
        if !extractor.may_compute {
            return Ok(());
        }
        let clips =
            (0..u.int_in_range(0..=3)?).map(|_| input::signal(u)).collect::<Result<Vec<_>>>()?;
        let mut starts = Vec::new();
        let mut lengths = Vec::new();
        for clip in &clips {
            starts.push(bend(u, clip.as_ptr().cast_mut())?.cast_const());
            lengths.push(count(u, clip.len())?);
        }
        let mut mels = vec![ptr::dangling_mut(); clips.len()];
        let n = count(u, clips.len())?;
        let (starts_at, lengths_at, place) = (
            bend(u, starts.as_mut_ptr())?,
            bend(u, lengths.as_mut_ptr())?,
            bend(u, mels.as_mut_ptr())?,
        );
        let n_threads = *u.choose(&[0, 1, 2, 3, usize::MAX])?;
        // SAFETY: there are as many clips, samples and places as is said, or it is more than is possible.
        let status = unsafe {
            mojo_mel_extractor_compute_batch(
                extractor.pointer,
                starts_at,
                lengths_at,
                n,
                n_threads,
                place,
            )
        };
        let is_done = succeeded(status, true);
        if n <= clips.len() && is_good(place) {
            for mel in mels.into_iter().take(n) {
                assert!(!is_done || !mel.is_null());
                self.keep(u, mel)?;
            }
        } else {
            assert!(!is_done || n == 0);
        }
        Ok(())
    }

    fn spectrogram_read(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let mel = self.mels[u.choose_index(SLOTS + 1)?].pointer;
        let (mut n_mels, mut n_frames) = (usize::MAX, usize::MAX);
        // SAFETY: the handle is NULL or alive.
        let size = unsafe {
            mojo_mel_spectrogram_get_shape(mel, bend(u, &raw mut n_mels)?, bend(u, &raw mut n_frames)?);
            mojo_mel_spectrogram_get_shape(mel, &mut n_mels, &mut n_frames);
            mojo_mel_spectrogram_get_size(mel)
        };
        assert_eq!(size, n_mels * n_frames);
        let mut out = vec![0.0_f32; size];
        let (at, room) = (bend(u, out.as_mut_ptr())?, count(u, size)?);
        // SAFETY: the buffer has room for all values, or is said to have less.
        let (status, values) = unsafe {
            let status = mojo_mel_spectrogram_get_data(mel, at, room);
            (status, mojo_mel_spectrogram_get_data_ptr(mel))
        };
        assert_eq!(values.is_null(), mel.is_null());
        if succeeded(status, false) {
            assert!(room >= size);
            // SAFETY: the values are valid while the spectrogram lives.
            assert_eq!(out, unsafe { std::slice::from_raw_parts(values, size) });
        }
        Ok(())
    }

    fn stream_new(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let extractor = &self.extractors[u.choose_index(SLOTS + 1)?];
        let mut made = ptr::dangling_mut();
        let place = bend(u, &raw mut made)?;
        // SAFETY: the handle is NULL or alive.
        if !succeeded(unsafe { mojo_mel_stream_new(extractor.pointer, place) }, false) {
            assert!(!is_good(place) || made.is_null());
            return Ok(());
        }
        let Handle { n_fft, may_compute, .. } = *extractor;
        let handle = Handle { pointer: made, n_fft, may_compute };
        let old = std::mem::replace(&mut self.streams[u.choose_index(SLOTS)?], handle);
        // SAFETY: nothing else has the handle.
        unsafe { mojo_mel_stream_free(old.pointer) };
        Ok(())
    }

    fn stream_push(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let stream = &self.streams[u.choose_index(SLOTS + 1)?];
        if !stream.may_compute || stream.n_fft > 2048 {
            return Ok(());
        }
        let status = if bool::arbitrary(u)? {
            let samples = input::signal(u)?;
            let (at, n) = (bend(u, samples.as_ptr().cast_mut())?, count(u, samples.len())?);
            // SAFETY: there are as many samples as is said, or it is more than is possible.
            unsafe { mojo_mel_stream_push(stream.pointer, at, n) }
        } else {
            let samples = input::int_signal(u)?;
            let (at, n) = (bend(u, samples.as_ptr().cast_mut())?, count(u, samples.len())?);
            // SAFETY: as above.
            unsafe { mojo_mel_stream_push_i16(stream.pointer, at, n) }
        };
        succeeded(status, false);
        Ok(())
    }

    fn stream_read(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let stream = self.streams[u.choose_index(SLOTS + 1)?].pointer;
        // SAFETY: the handle is NULL or alive.
        let (available, rows) =
            unsafe { (mojo_mel_stream_available(stream), mojo_mel_stream_n_mels(stream)) };
        let mut out = vec![0.0_f32; available * rows];
        let (at, room) = (bend(u, out.as_mut_ptr())?, count(u, out.len())?);
        let mut n_frames = usize::MAX;
        let place = bend(u, &raw mut n_frames)?;
        // SAFETY: the buffer has room for all that can be read, or is said to have less.
        let is_done = succeeded(unsafe { mojo_mel_stream_read(stream, at, room, place) }, false);
        // SAFETY: the handle is NULL or alive.
        let left = unsafe { mojo_mel_stream_available(stream) };
        if is_done {
            assert_eq!(n_frames, available - left);
            assert_eq!(n_frames, available.min(room / rows));
            assert!(out[..n_frames * rows].iter().all(|value| value.is_finite()));
        } else {
            assert_eq!(left, available);
        }
        Ok(())
    }

    /// Finishes a stream, mostly twice, or starts it anew.
    fn stream_finish(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let Handle { pointer: stream, may_compute, .. } = self.streams[u.choose_index(SLOTS + 1)?];
        if !may_compute {
            return Ok(());
        }
        if u.ratio(1, 3)? {
            // SAFETY: the handle is NULL or alive.
            let left = unsafe {
                mojo_mel_stream_reset(stream);
                mojo_mel_stream_available(stream)
            };
            assert_eq!(left, 0);
            return Ok(());
        }
        // SAFETY: the handle is NULL or alive.
        if succeeded(unsafe { mojo_mel_stream_finish(stream) }, true) && bool::arbitrary(u)? {
            // SAFETY: as above.
            assert!(!succeeded(unsafe { mojo_mel_stream_finish(stream) }, false), "finished twice");
        }
        Ok(())
    }

    fn free(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let slot = u.choose_index(SLOTS + 1)?;
        // SAFETY: the handle is NULL or alive, and is forgotten.
        unsafe {
            match u.int_in_range(0..=2)? {
                0 => mojo_mel_extractor_free(std::mem::take(&mut self.extractors[slot]).pointer),
                1 => mojo_mel_stream_free(std::mem::take(&mut self.streams[slot]).pointer),
                _ => mojo_mel_spectrogram_free(std::mem::take(&mut self.mels[slot]).pointer),
            }
        }
        Ok(())
    }

    fn names(u: &mut Unstructured<'_>) -> Result<()> {
        let status = i32::arbitrary(u)?;
        let (mut major, mut minor, mut patch) = (-1, -1, -1);
        // SAFETY: the places are good or NULL, the name is valid for ever.
        let name = unsafe {
            mojo_audio_version(
                bend(u, &raw mut major)?,
                bend(u, &raw mut minor)?,
                bend(u, &raw mut patch)?,
            );
            CStr::from_ptr(mojo_audio_status_name(status))
        };
        assert!(!name.is_empty());
        Ok(())
    }

    /// Takes a result in the place of another.
    fn keep(&mut self, u: &mut Unstructured<'_>, mel: *mut MojoMelSpectrogram) -> Result<()> {
        let slot = u.choose_index(SLOTS).unwrap_or(0);
        let old = std::mem::replace(&mut self.mels[slot].pointer, mel);
        // SAFETY: nothing else has the handle.
        unsafe { mojo_mel_spectrogram_free(old) };
        Ok(())
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // SAFETY: the handles are NULL or alive, and nothing else has them. Streams need no extractor.
        unsafe {
            self.extractors.iter().for_each(|handle| mojo_mel_extractor_free(handle.pointer));
            self.streams.iter().for_each(|handle| mojo_mel_stream_free(handle.pointer));
            self.mels.iter().for_each(|handle| mojo_mel_spectrogram_free(handle.pointer));
        }
    }
}
