//! Audio files, read on libuv's threads.

use super::cancel::Cancel;
use super::errors::set_kind;
use super::output;
use super::samples::OwnedSamples;
use super::tasks::run;
use mojo_audio_core::ErrorKind;
use mojo_audio_files::{AudioFile, Block, Error, OpenOptions};
use napi::JsError;
use napi::bindgen_prelude::{
    Either, Env, Float32ArraySlice, Int16ArraySlice, JsValue, ObjectFinalize, Task,
};
use napi_derive::napi;
use std::sync::Arc;

/// Where a file is.
pub enum Source {
    Path(String),
    Bytes(Vec<u8>),
}

/// One file.
pub struct FileTask {
    pub source: Source,
    pub sample_rate: u32,
    pub ffmpeg: bool,
    pub cancel: Option<Cancel>,
}

impl Task for FileTask {
    type Output = Result<Audio, Error>;
    type JsValue = Audio;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let cancel = self.cancel.as_ref();
        run(cancel, || {
            let options = OpenOptions::new().ffmpeg(self.ffmpeg);
            let file = match &mut self.source {
                Source::Path(path) => options.open(path)?,
                Source::Bytes(bytes) => options.from_bytes(std::mem::take(bytes))?,
            };
            read(file, self.sample_rate, cancel)
        })
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> napi::Result<Audio> {
        let audio = output.map_err(|error| self.thrown(&env, &error))?;
        env.adjust_external_memory(audio.bytes())?;
        Ok(audio)
    }
}

impl FileTask {
    /// The error, which names the file.
    fn thrown(&self, env: &Env, error: &Error) -> napi::Error {
        let name = match &self.source {
            Source::Path(path) => path,
            Source::Bytes(_) => "the file's bytes",
        };
        let build = || {
            let plain = napi::Error::new("ERR_MOJO_AUDIO_FILE", format!("{name}: {error}"));
            let mut object = JsError::from(plain).into_unknown(*env).coerce_to_object()?;
            set_kind(&mut object, ErrorKind::File)?;
            object.set("reason", error.code())?;
            Ok(object.to_unknown().into())
        };
        build().unwrap_or_else(|failure: napi::Error| failure)
    }
}

fn read(file: AudioFile, sample_rate: u32, cancel: Option<&Cancel>) -> Result<Audio, Error> {
    let mut mono = file.mono(sample_rate)?;
    let (mut integers, mut floats) = (Vec::new(), Vec::new());
    // All blocks are of one type. Nobody waits for a cancelled file.
    while !cancel.is_some_and(Cancel::is_cancelled)
        && let Some(block) = mono.next_block()?
    {
        match block {
            Block::I16(samples) => append(&mut integers, samples)?,
            Block::F32(samples) => append(&mut floats, samples)?,
        }
    }
    let samples =
        if floats.is_empty() { OwnedSamples::Integers(integers) } else { OwnedSamples::Floats(floats) };
    Ok(Audio {
        samples: Arc::new(samples),
        sample_rate,
        format: mono.source().format(),
        source_sample_rate: mono.source().sample_rate,
        source_channels: mono.source().channels as u32,
        warnings: mono.warnings().iter().map(ToString::to_string).collect(),
    })
}

fn append<T: Copy>(samples: &mut Vec<T>, block: &[T]) -> Result<(), Error> {
    let room = samples.try_reserve(block.len());
    room.map_err(|_| Error::Allocation { samples: samples.len() })?;
    samples.extend_from_slice(block);
    Ok(())
}

/// A file that was read.
#[napi(custom_finalize)]
pub struct Audio {
    pub(super) samples: Arc<OwnedSamples>,
    sample_rate: u32,
    format: String,
    source_sample_rate: u32,
    source_channels: u32,
    warnings: Vec<String>,
}

impl ObjectFinalize for Audio {
    fn finalize(self, env: Env) -> napi::Result<()> {
        env.adjust_external_memory(-self.bytes()).map(drop)
    }
}

impl Audio {
    fn bytes(&self) -> i64 {
        let bytes = match &*self.samples {
            OwnedSamples::Floats(samples) => size_of_val(samples.as_slice()),
            OwnedSamples::Integers(samples) => size_of_val(samples.as_slice()),
        };
        bytes as i64
    }
}

#[napi]
impl Audio {
    #[napi(getter)]
    pub fn length(&self) -> f64 {
        let length = match &*self.samples {
            OwnedSamples::Floats(samples) => samples.len(),
            OwnedSamples::Integers(samples) => samples.len(),
        };
        length as f64
    }

    #[napi(getter)]
    pub fn is_int16(&self) -> bool {
        matches!(&*self.samples, OwnedSamples::Integers(_))
    }

    #[napi(getter)]
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Container and codec of the file.
    #[napi(getter)]
    pub fn format(&self) -> String {
        self.format.clone()
    }

    #[napi(getter)]
    pub fn source_sample_rate(&self) -> u32 {
        self.source_sample_rate
    }

    #[napi(getter)]
    pub fn source_channels(&self) -> u32 {
        self.source_channels
    }

    #[napi(getter)]
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    /// Copies the samples to an array of their type and number.
    #[napi(catch_unwind)]
    pub fn copy_to(&self, out: Either<Float32ArraySlice<'_>, Int16ArraySlice<'_>>) -> napi::Result<()> {
        let fits = match (&*self.samples, out) {
            (OwnedSamples::Floats(samples), Either::A(mut out)) if out.len() == samples.len() => {
                output::values(&mut out).copy_from_slice(samples);
                true
            }
            (OwnedSamples::Integers(samples), Either::B(mut out)) if out.len() == samples.len() => {
                output::integers(&mut out).copy_from_slice(samples);
                true
            }
            _ => false,
        };
        if fits { Ok(()) } else { Err(napi::Error::from_reason("an array of another type or length")) }
    }
}
