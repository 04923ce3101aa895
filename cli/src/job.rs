//! The work on one file: read it, compute its features, measure and save them.

mod long;
mod source;
mod statistics;

use crate::failure::Failure;
use crate::inputs::Input;
use crate::interrupt;
use crate::picture::{self, Grid, Overview, View};
use crate::settings::Settings;
use crate::sinks::{Matrix, Sink};
use long::{Results, Times};
use mojo_audio_core::{MelConfig, MelExtractor};
use mojo_audio_files::{Source, Warning};
use source::{Origin, Samples, with_samples};
use statistics::Tally;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub use statistics::Statistics;

/// Inputs of more samples are read twice, in place of being held whole.
const MOST: usize = 1 << 22;

/// Features of one file.
pub struct Features {
    pub source: Source,
    /// What the file's owner should know.
    pub warnings: Vec<Warning>,
    /// Samples that the features were computed from, after mixing and resampling.
    pub samples: usize,
    pub n_frames: usize,
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

impl Features {
    /// What to say if the end of the file is not in the features, as the option `max_length` has it.
    pub fn truncated(&self, config: &MelConfig) -> Option<String> {
        let most = config.max_length.filter(|&most| (self.samples as u64) > most)?;
        let seconds = |samples: u64| samples as f64 / f64::from(config.sample_rate);
        Some(format!(
            "only the first {:.1} of {:.1} s are computed (max_length; --set max_length=none for all)",
            seconds(most),
            seconds(self.samples as u64)
        ))
    }
}

/// Size in characters that a picture in the terminal may have.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    pub columns: usize,
    pub lines: usize,
}

/// Works on one input after the other, in memory that is kept.
pub struct Worker<'a> {
    settings: &'a Settings,
    sink: Option<&'a dyn Sink>,
    /// The size of the picture for the terminal, if there is to be one.
    room: Option<Room>,
    /// `None` where the features of a long input need all of it in memory.
    long: Option<long::Plan>,
    samples: Samples,
    values: Vec<f32>,
}

impl<'a> Worker<'a> {
    pub fn new(settings: &'a Settings, sink: Option<&'a dyn Sink>, room: Option<Room>) -> Self {
        Self {
            settings,
            sink,
            room,
            long: long::Plan::new(&settings.extractor),
            samples: Samples::default(),
            values: Vec::new(),
        }
    }

    /// Does all that the settings ask for with one input, the `turn`th of the run.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the file or with saving its features. A panic in a
    /// decoder is such a failure as well, so that one broken file never ends the run.
    pub fn run(&mut self, turn: usize, input: &Input) -> Result<Features, Failure> {
        let work = AssertUnwindSafe(|| self.compute(turn, input));
        let result = panic::catch_unwind(work).unwrap_or_else(|payload| {
            let reason = payload
                .downcast_ref::<&str>()
                .copied()
                .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
                .unwrap_or("unknown");
            Err(Failure::new("internal", format!("the file could not be processed: {reason}")))
        });
        if result.is_err() {
            self.pass(turn);
        }
        if self.values.len() > MOST {
            self.values = Vec::new();
        }
        result
    }

    /// Says that nothing comes for a turn.
    pub fn pass(&self, turn: usize) {
        if let Some(sink) = self.sink {
            sink.pass(turn);
        }
    }

    fn compute(&mut self, turn: usize, input: &Input) -> Result<Features, Failure> {
        let extractor = &self.settings.extractor;
        let origin = Origin::of(input)?;
        let started = Instant::now();
        let mut samples = std::mem::take(&mut self.samples);
        samples.clear(MOST);
        let mut mono = origin.open()?.mono(extractor.config().sample_rate)?;
        let mut ended = samples.fill(&mut mono, MOST)?;
        if let (false, Some(plan)) = (ended, &self.long) {
            drop(mono);
            return self.compute_long(turn, input, &origin, plan, samples);
        }
        while !ended {
            if interrupt::requested() {
                return Err(Failure::new("interrupted", "interrupted"));
            }
            let more = samples.len() + MOST;
            ended = samples.fill(&mut mono, more)?;
        }
        let read = started.elapsed();
        let warnings = mono.warnings().to_vec();

        let started = Instant::now();
        let n_samples = samples.len();
        let n_frames = extractor.frame_count(n_samples);
        let n_values = n_frames.saturating_mul(extractor.n_mels());
        if n_values > self.values.len() {
            self.values.try_reserve(n_values - self.values.len()).map_err(|_| {
                Failure::new("allocation", format!("no memory for the values of {n_frames} frames"))
            })?;
            self.values.resize(n_values, 0.0);
        }
        with_samples!(samples, slice => extractor.compute_into(slice, &mut self.values)?);
        self.samples = samples;
        let values = &self.values[..n_values];
        let times = Times { read, compute: started.elapsed() };

        let matrix = matrix(extractor, n_frames, mono.source());
        let mut results = self.results(turn, input, &matrix, None, times)?;
        results.add(values, 0..n_frames)?;
        let grid = Grid { values, n_rows: matrix.n_rows, n_columns: n_frames, layout: matrix.layout };
        self.finish(
            input,
            results,
            matrix,
            Some(grid),
            Read { source: mono.source().clone(), warnings, n_samples },
        )
    }

    fn compute_long(
        &self,
        turn: usize,
        input: &Input,
        origin: &Origin<'_>,
        plan: &long::Plan,
        mut samples: Samples,
    ) -> Result<Features, Failure> {
        let extractor = &self.settings.extractor;
        let survey = long::survey(plan, origin, extractor.config().sample_rate, &mut samples)?;
        let n_frames = extractor.frame_count(survey.n_samples);
        let matrix = matrix(extractor, n_frames, &survey.source);
        let draws = self.room.is_some() || self.settings.png.is_some();
        let overview = draws.then(|| Overview::new(matrix.n_rows, matrix.layout));
        let mut results = self.results(turn, input, &matrix, overview, survey.times)?;
        let warnings = long::compute(extractor, &survey, origin, &mut samples, &mut results)?;
        let n_samples = survey.n_samples;
        self.finish(input, results, matrix, None, Read { source: survey.source, warnings, n_samples })
    }

    fn results<'b>(
        &'b self,
        turn: usize,
        input: &'b Input,
        matrix: &Matrix,
        overview: Option<Overview>,
        times: Times,
    ) -> Result<Results<'b>, Failure> {
        let writer = self.sink.map(|sink| sink.begin(turn, input, matrix.clone())).transpose()?;
        Ok(Results { writer, tally: Tally::new(), overview, times })
    }

    /// Draws the pictures, and puts everything into its place.
    fn finish(
        &self,
        input: &Input,
        results: Results<'_>,
        matrix: Matrix,
        whole: Option<Grid<'_>>,
        read: Read,
    ) -> Result<Features, Failure> {
        let settings = self.settings;
        let Results { writer, tally, mut overview, times } = results;
        let statistics = tally.statistics();
        let grid = whole.or_else(|| overview.as_mut().map(Overview::grid));
        let view = statistics.zip(grid).map(|(Statistics { min, max, .. }, grid)| {
            View::new(grid, matrix.n_frames, (min, max), settings.config())
        });
        let png = match (&settings.png, &view) {
            (None, _) => None,
            (Some(_), None) => {
                return Err(Failure::new("no_frames", "too short for a single frame: nothing to draw"));
            }
            (Some(target), Some(view)) => {
                let name = crate::inputs::shown(&input.name);
                let title = format!("{name}  ({})", settings.recipe);
                let size = settings.png_size;
                Some(target.save(input, |file| picture::png::write(file, view, &title, size))?)
            }
        };
        let picture = view.as_ref().zip(self.room).map(|(view, room)| {
            picture::terminal::draw(view, room.columns, room.lines, settings.palette)
        });
        let out = writer.map(|writer| writer.finish()).transpose()?;
        Ok(Features {
            source: read.source,
            warnings: read.warnings,
            samples: read.n_samples,
            n_frames: matrix.n_frames,
            shape: matrix.shape(),
            statistics,
            read_time: times.read,
            compute_time: times.compute,
            out,
            png,
            picture,
        })
    }
}

/// What is known of an input once it was read.
struct Read {
    source: Source,
    warnings: Vec<Warning>,
    n_samples: usize,
}

fn matrix(extractor: &MelExtractor, n_frames: usize, source: &Source) -> Matrix {
    let config = extractor.config();
    Matrix {
        n_rows: extractor.n_mels(),
        n_frames,
        layout: config.layout,
        sample_rate: config.sample_rate,
        seconds: source.seconds(),
    }
}
