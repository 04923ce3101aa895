//! One live signal.

use crate::errors::{Language, NativeError};
use crate::memory::{Sample, output, samples};
use mojo_audio_core::MelStream;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(uniffi::Object)]
pub struct NativeStream {
    stream: Mutex<MelStream>,
    language: Language,
}

impl NativeStream {
    pub fn new(stream: MelStream, language: Language) -> Self {
        Self { stream: Mutex::new(stream), language }
    }

    fn push_as<S: Sample>(&self, bytes: &[u8], address: u64, length: u64) -> Result<u64, NativeError> {
        let out = output(address, length, bytes)?;
        let n_frames = self.lock().push_into(&samples::<S>(bytes), out);
        Ok(n_frames.map_err(|error| self.language.spell(error))? as u64)
    }

    pub fn lock(&self) -> MutexGuard<'_, MelStream> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[uniffi::export]
impl NativeStream {
    /// Where the stream is in memory, for the push in `direct.rs`. It stays there.
    fn address(&self) -> u64 {
        // Exposed, because that makes a pointer of the number again.
        std::ptr::from_ref(self).expose_provenance() as u64
    }

    /// Rows of each frame.
    fn n_mels(&self) -> u64 {
        self.lock().n_mels() as u64
    }

    /// Frames that a push of so many samples would give.
    fn frames_after(&self, n_samples: u64) -> u64 {
        self.lock().frames_after(usize::try_from(n_samples).unwrap_or(usize::MAX)) as u64
    }

    /// Frames that `finish` would give now.
    fn frames_at_finish(&self) -> u64 {
        self.lock().frames_at_finish() as u64
    }

    /// Takes float32 samples, and writes the frames that they make certain to `length` values at
    /// `address`; gives their number.
    fn push(&self, bytes: &[u8], address: u64, length: u64) -> Result<u64, NativeError> {
        self.push_as::<f32>(bytes, address, length)
    }

    /// The same for int16.
    fn push_int16(&self, bytes: &[u8], address: u64, length: u64) -> Result<u64, NativeError> {
        self.push_as::<i16>(bytes, address, length)
    }

    /// Ends the signal, and writes the frames that reach over its end; gives their number.
    fn finish(&self, address: u64, length: u64) -> Result<u64, NativeError> {
        let out = output(address, length, &[])?;
        let n_frames = self.lock().finish_into(out);
        Ok(n_frames.map_err(|error| self.language.spell(error))? as u64)
    }

    /// Starts anew.
    fn reset(&self) {
        self.lock().reset();
    }
}
