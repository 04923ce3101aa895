//! What each decoder does, and what it hands over: the mean of its channels.

use crate::error::{Error, Warning};
use crate::source::Source;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What is known of a file, as far as it was read.
#[derive(Default)]
pub(crate) struct State {
    pub source: Source,
    pub warnings: Vec<Warning>,
}

impl State {
    /// An error that names what was sound before.
    pub fn corrupt(&self, reason: impl Into<String>) -> Error {
        Error::Corrupt { after: self.source.seconds(), reason: reason.into() }
    }

    /// The file ends before its samples do.
    pub fn truncated(&self) -> Error {
        let source = &self.source;
        let promised = source.promised.filter(|&promised| promised > source.samples);
        Error::Truncated {
            found: source.seconds(),
            promised: promised.map(|promised| source.seconds_of(promised)),
        }
    }

    /// Notes the format of samples that were decoded.
    ///
    /// # Errors
    /// The sample rate differs from that before.
    pub fn format(&mut self, sample_rate: u32, channels: usize) -> Result<(), Error> {
        let source = &mut self.source;
        if source.samples > 0 && sample_rate != source.sample_rate {
            return Err(Error::unsupported(format!(
                "the sample rate changes from {} Hz to {sample_rate} Hz after {:.2} s",
                source.sample_rate,
                source.seconds()
            )));
        }
        source.sample_rate = sample_rate;
        source.channels = source.channels.max(channels);
        Ok(())
    }
}

/// Calls a decoder of others' on something of the file, which `what` names.
///
/// They may panic on bytes that no encoder writes: an index out of range, a sum that is too large. Such a
/// file is as corrupt as one that they refuse, and must not end the thread that reads it. What the panic
/// left half-done is not used again: the file has failed.
///
/// # Errors
/// [`Error::Corrupt`] if it panics.
pub(crate) fn guarded<T>(state: &State, what: &str, decode: impl FnOnce() -> T) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(decode)).map_err(|payload| {
        let reason = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("unknown");
        state.corrupt(format!("{what} makes its decoder panic: {reason}"))
    })
}

/// A decoder of an open file.
pub(crate) trait Decode: Send + Sync {
    /// Appends the next stretch to `out`, which is empty; false at the end of a file that was read
    /// whole. A stretch may be empty.
    fn decode(&mut self, state: &mut State, out: &mut Mixed) -> Result<bool, Error>;
}

/// The mean of the channels of a stretch.
#[derive(Default)]
pub(crate) struct Mixed {
    pub integers: Vec<i16>,
    pub floats: Vec<f32>,
    /// Samples of all channels, before they are mixed.
    scratch: Vec<f32>,
}

impl Mixed {
    pub fn clear(&mut self) {
        self.integers.clear();
        self.floats.clear();
    }

    /// Appends frames of integers, channel by channel within each frame. One channel stays integers.
    pub fn i16(&mut self, channels: usize, samples: impl Iterator<Item = i16>) {
        if channels == 1 {
            self.integers.extend(samples);
        } else {
            self.f32(channels, samples.map(|sample| f32::from(sample) * (1.0 / 32_768.0)));
        }
    }

    /// Appends frames of floats, channel by channel within each frame.
    pub fn f32(&mut self, channels: usize, samples: impl Iterator<Item = f32>) {
        if channels == 1 {
            self.floats.extend(samples);
            return;
        }
        self.scratch.clear();
        self.scratch.extend(samples);
        let scale = 1.0 / channels as f32;
        if channels == 2 {
            let (frames, _) = self.scratch.as_chunks::<2>();
            self.floats.extend(frames.iter().map(|[left, right]| (left + right) * scale));
            return;
        }
        let frames = self.scratch.chunks_exact(channels);
        self.floats.extend(frames.map(|frame| frame.iter().sum::<f32>() * scale));
    }

    /// Appends channels that lie apart, all of the same length.
    pub fn planes(&mut self, planes: &[Vec<f32>]) {
        let Some((first, others)) = planes.split_first() else { return };
        let start = self.floats.len();
        self.floats.extend_from_slice(first);
        if others.is_empty() {
            return;
        }
        let sums = &mut self.floats[start..];
        for plane in others {
            for (sum, sample) in sums.iter_mut().zip(plane) {
                *sum += sample;
            }
        }
        let scale = 1.0 / planes.len() as f32;
        for sum in sums {
            *sum *= scale;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_a_decoder_is_an_error_of_its_file() {
        let state = State::default();
        let bytes = [1, 2];
        let at = std::hint::black_box(2);
        let error = guarded(&state, "a packet", || bytes[at]).unwrap_err();
        assert_eq!(error.code(), "corrupt");
        assert!(error.to_string().contains("a packet makes its decoder panic: index"), "{error}");
        assert_eq!(guarded(&state, "a packet", || 7), Ok(7));
    }

    #[test]
    fn the_mix_is_the_mean_of_all_channels() {
        let mut mixed = Mixed::default();
        mixed.planes(&[vec![0.5, -1.0], vec![0.25, 1.0], vec![0.0, 0.75]]);
        mixed.planes(&[vec![0.5, -1.0]]);
        assert_eq!(mixed.floats, [0.25, 0.25, 0.5, -1.0]);
        mixed.clear();
        mixed.f32(3, [0.5, 0.25, 0.0, -1.0, 1.0, 0.75].into_iter());
        mixed.i16(2, [32_767, 1, -32_768, 0].into_iter());
        assert_eq!(mixed.floats, [0.25, 0.25, 0.5, -0.5]);
        assert!(mixed.integers.is_empty());
        mixed.i16(1, [-32_768, 7].into_iter());
        assert_eq!(mixed.integers, [-32_768, 7]);
    }
}
