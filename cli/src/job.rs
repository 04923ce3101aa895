//! The work on one file: read it, compute its features, measure and save them.

use crate::failure::Failure;
use crate::inputs::Input;
use crate::npy;
use crate::outputs::Target;
use crate::picture::{self, View};
use crate::settings::Settings;
use mojo_audio_core::MelSpectrogram;
use mojo_audio_core::config::Layout;
use mojo_audio_files::{AudioFile, Source, Warning};
use std::fs::File;
use std::io::{self, BufWriter};
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Features of one file.
pub struct Features {
    pub source: Source,
    /// What the file's owner should know.
    pub warnings: Vec<Warning>,
    /// Samples that the features were computed from, after mixing and resampling.
    pub samples: usize,
    /// (n_mels, n_frames), or the other way round where the layout says so.
    pub shape: [usize; 2],
    /// `None` if there is no frame.
    pub statistics: Option<Statistics>,
    pub read_time: Duration,
    /// Time of the features alone, without reading.
    pub compute_time: Duration,
    pub out: Option<PathBuf>,
    pub png: Option<PathBuf>,
    /// The picture for the terminal, if it was asked for.
    pub picture: Option<String>,
}

/// Lowest, highest and mean value of a result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    pub min: f32,
    pub max: f32,
    pub mean: f64,
}

/// Size in characters that a picture in the terminal may have.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    pub columns: usize,
    pub lines: usize,
}

/// Does all that the settings ask for with one file; with `room`, draws the picture for the terminal
/// too.
///
/// # Errors
/// A sentence that says what is wrong with the file or with saving its features. A panic in a
/// decoder is such a failure as well, so that one broken file never ends the run.
pub fn run(input: &Input, settings: &Settings, room: Option<Room>) -> Result<Features, Failure> {
    panic::catch_unwind(AssertUnwindSafe(|| compute(input, settings, room))).unwrap_or_else(|payload| {
        let reason = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("unknown");
        Err(Failure::new("internal", format!("the file could not be processed: {reason}")))
    })
}

fn compute(input: &Input, settings: &Settings, room: Option<Room>) -> Result<Features, Failure> {
    let config = settings.config();
    let started = Instant::now();
    let mut audio = AudioFile::open(&input.path)?.mono(config.sample_rate)?;
    let samples = audio.read_to_end()?;
    let read_time = started.elapsed();

    let started = Instant::now();
    let spectrogram = settings.extractor.compute(&samples)?;
    let compute_time = started.elapsed();
    let n_samples = samples.len();
    drop(samples);

    let shape = match config.layout {
        Layout::MelMajor => [spectrogram.n_mels(), spectrogram.n_frames()],
        Layout::FrameMajor => [spectrogram.n_frames(), spectrogram.n_mels()],
    };
    let out = save(settings.out.as_ref(), input, |file| npy::write(file, spectrogram.data(), shape))?;
    let view = View::new(&spectrogram, config);
    let png = match (&settings.png, &view) {
        (None, _) => None,
        (Some(_), None) => {
            return Err(Failure::new("no_frames", "too short for a single frame: nothing to draw"));
        }
        (target, Some(view)) => {
            let title = format!("{}  ({})", input.name.display(), settings.recipe);
            let size = settings.png_size;
            save(target.as_ref(), input, |file| picture::png::write(file, view, &title, size))?
        }
    };
    let picture = view
        .as_ref()
        .zip(room)
        .map(|(view, room)| picture::terminal::draw(view, room.columns, room.lines, settings.palette));
    Ok(Features {
        source: audio.source().clone(),
        warnings: audio.warnings().to_vec(),
        samples: n_samples,
        shape,
        statistics: statistics(&spectrogram),
        read_time,
        compute_time,
        out,
        png,
        picture,
    })
}

fn save(
    target: Option<&Target>,
    input: &Input,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<Option<PathBuf>, Failure> {
    let Some(target) = target else { return Ok(None) };
    match target.save(input, write) {
        Ok(path) => Ok(Some(path)),
        Err((path, error)) => {
            Err(Failure::new("output", format!("can't write {}: {error}", path.display())))
        }
    }
}

fn statistics(spectrogram: &MelSpectrogram) -> Option<Statistics> {
    let data = spectrogram.data();
    let sum: f64 = data.iter().copied().map(f64::from).sum();
    Some(Statistics {
        min: data.iter().copied().reduce(f32::min)?,
        max: data.iter().copied().reduce(f32::max)?,
        mean: sum / data.len() as f64,
    })
}
