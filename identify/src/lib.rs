//! Finds the configuration behind features that another program computed.
//!
//! Given samples, their rate and a matrix of features that were made from them, [`identify`] returns the
//! [`MelConfig`] that makes these features, how far it is off, and an honest verdict.
//!
//! ```
//! use mojo_audio_core::{MelConfig, MelExtractor};
//! use mojo_audio_identify::{Features, Request, Verdict, identify};
//!
//! // Noise that fades, and features that some program made of it.
//! let mut state = 1u32;
//! let mut noise = || {
//!     state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
//!     (state >> 8) as f32 / 8_388_608.0 - 1.0
//! };
//! let samples: Vec<f32> = (0..12_000).map(|i| noise() * (-(i as f32) / 2_000.0).exp()).collect();
//! let theirs = MelExtractor::new(&MelConfig::kaldi_fbank())?.compute(&samples)?;
//!
//! let features = Features::new(theirs.data(), [80, theirs.n_frames()])?;
//! let identified = identify(&Request::new(&samples, 16_000, features))?;
//! assert_eq!(identified.verdict, Verdict::Found);
//! assert_eq!(identified.config.unwrap().window, MelConfig::kaldi_fbank().window);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod back;
mod code;
mod descent;
mod difference;
mod engine;
mod features;
mod fit;
mod framing;
mod late;
mod limits;
mod moves;
mod polish;
mod probe;
mod reading;
mod recipes;
mod rows;
mod scores;
mod search;
mod statistics;
mod target;
mod tidy;
mod verdict;
mod wrap;

pub use code::Recipe;
pub use difference::{Difference, difference};
pub use features::{Features, Rounding};
pub use probe::{LEAST_PROBE_RATE, probe};
pub use verdict::{OpenOption, Verdict};

use engine::{Engine, Guess};
use fit::Extent;
use limits::{Limits, Work};
use mojo_audio_core::config::{Layout, PadMode};
use mojo_audio_core::{MelConfig, PRESETS, RowStatistics};
use reading::Reading;
use search::{Found, Outcome, Search};
use std::fmt;
use std::thread;
use std::time::{Duration, Instant};
use target::Target;

/// Whether the search has to stop.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// Takes the name of the step that begins, and the least distance so far.
pub type Progress<'a> = &'a (dyn Fn(&str, f64) + Sync);

/// The highest rate of a recording, in hertz: that of the engine's resampler.
pub const MOST_SAMPLE_RATE: u32 = 768_000;

/// No search takes longer: half a year, which can be added to any time.
const MOST_BUDGET: Duration = Duration::from_secs(1 << 24);

/// What is known, and how long the search may take.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The recording: one channel.
    pub samples: &'a [f32],
    /// Its rate in hertz, up to [`MOST_SAMPLE_RATE`].
    pub sample_rate: u32,
    /// What some program made of it.
    pub features: Features<'a>,
    /// A recipe to start from, if one is suspected.
    pub start: Option<&'a MelConfig>,
    /// Options that are known, with their values as [`MelConfig::set`] takes them. `sample_rate` can only
    /// be that of the recording.
    pub fixed: &'a [(String, String)],
    /// After this time the best so far is returned. A search that ends before has the same result on any
    /// machine and with any number of threads.
    pub budget: Duration,
    /// Threads to use; 0: as many as there are cores.
    pub threads: usize,
    /// Asked now and then whether to stop with the best so far.
    pub stop: Option<Stop<'a>>,
    /// Told what is being searched, and the least distance so far: the mean deviation as a part of the
    /// features' spread, infinite at first.
    pub progress: Option<Progress<'a>>,
}

impl<'a> Request<'a> {
    /// A search without hints, of up to ten seconds on all cores.
    #[must_use]
    pub fn new(samples: &'a [f32], sample_rate: u32, features: Features<'a>) -> Self {
        Self {
            samples,
            sample_rate,
            features,
            start: None,
            fixed: &[],
            budget: Duration::from_secs(10),
            threads: 0,
            stop: None,
            progress: None,
        }
    }
}

/// Why nothing was searched.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    field: &'static str,
    message: String,
    cause: Option<mojo_audio_core::Error>,
}

impl Error {
    fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into(), cause: None }
    }

    /// What is wrong: `samples`, `sample_rate`, `features` or `fixed`.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// The engine's own error, if that refused the samples or a hint.
    #[must_use]
    pub fn cause(&self) -> Option<&mojo_audio_core::Error> {
        self.cause.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<mojo_audio_core::Error> for Error {
    fn from(error: mojo_audio_core::Error) -> Self {
        let field = if error == mojo_audio_core::Error::EmptyInput { "samples" } else { "fixed" };
        Self { cause: Some(error.clone()), ..Self::new(field, error.to_string()) }
    }
}

/// One configuration, and how far its features are from those given.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The configuration, with the layout of the features.
    pub config: MelConfig,
    /// Largest deviation of a value, in the features' units.
    pub largest: f64,
    /// Mean deviation of the values, in the features' units.
    pub mean: f64,
    /// The frame of this configuration that is the first of the features, where those are a part.
    pub first_frame: Option<usize>,
}

/// The result of a search.
#[derive(Clone, Debug, PartialEq)]
pub struct Identified {
    /// The verdict on the best configuration.
    pub verdict: Verdict,
    /// The best configuration; `None` where none has features of this shape, or none is similar.
    pub config: Option<MelConfig>,
    /// Largest deviation of its features, in the features' units.
    pub largest: f64,
    /// Mean deviation, in the features' units.
    pub mean: f64,
    /// What the features were rounded to.
    pub rounding: Rounding,
    /// The frame of the configuration that is the first of the features, where those are a part.
    pub first_frame: Option<usize>,
    /// The mean and the scale of each row, y = (x − mean) · scale, where rows have their own, as global CMVN makes them;
    /// recovered from the features.
    pub row_statistics: Option<RowStatistics>,
    /// Options that this recording leaves open.
    pub open: Vec<OpenOption>,
    /// The best configurations, the best first.
    pub candidates: Vec<Candidate>,
    /// What differs where the configuration is only near, or why nothing was searched, each a sentence.
    pub words: Vec<String>,
    /// Whether the time was over before the search was.
    pub out_of_time: bool,
}

/// Finds the configuration that makes the features.
///
/// # Errors
/// [`Error`] if there are no samples, one is not finite, the sample rate is 0 or too high, or a hint is
/// not an option's value, contradicts another one, or names another sample rate.
pub fn identify(request: &Request<'_>) -> Result<Identified, Error> {
    let samples = request.samples;
    if samples.is_empty() {
        return Err(mojo_audio_core::Error::EmptyInput.into());
    }
    if let Some(index) = samples.iter().position(|sample| !sample.is_finite()) {
        let message = format!("sample {index} must be finite, got {}", samples[index]);
        return Err(Error::new("samples", message));
    }
    if !(1..=MOST_SAMPLE_RATE).contains(&request.sample_rate) {
        let message =
            format!("sample_rate must be from 1 to {MOST_SAMPLE_RATE}, got {}", request.sample_rate);
        return Err(Error::new("sample_rate", message));
    }
    let request = &Request { budget: request.budget.min(MOST_BUDGET), ..*request };
    let layout = check_fixed(request)?;
    let fixed = |guess: &mut Guess| {
        for (option, value) in request.fixed {
            // Each was set by `check_fixed`.
            let _ = guess.config.set(option, value);
        }
    };
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    let threads = if request.threads == 0 { cores() } else { request.threads };
    let work = Work::default();
    // The rest of the time is for what is said of the result.
    let limits = Limits::new(Instant::now() + request.budget * 3 / 4, threads, request.stop, &work);
    let engine = Engine::new(samples, front_length(samples.len(), request.sample_rate));
    let rounding = request.features.rounding();
    let mut readings =
        reading::readings(&request.features, rounding, samples.len(), layout, recipes::is_of_model);
    let poor = verdict::is_poor(samples, &request.features, &readings);
    let n_readings = readings.len();
    let with_own_rows: Vec<Reading> = readings.iter().filter_map(Reading::with_own_rows).collect();
    readings.extend(with_own_rows);
    let ignore = |_: &str, _: f64| {};
    let search = Search {
        engine: &engine,
        sample_rate: request.sample_rate,
        readings: &readings,
        start: request.start,
        fixed: &fixed,
        limits,
        progress: request.progress.unwrap_or(&ignore),
    };
    let plain = Search { readings: &readings[..n_readings], ..search };
    let own = Search { readings: &readings[n_readings..], ..search };
    let mut found = Found::default();
    if poor {
        plain.try_recipes_of_poor(&mut found);
        plain.tidy(&mut found);
    } else {
        plain.try_recipes(&mut found);
        // What rows of their own take is not taken from the rest.
        let more = Work::default();
        let limits = Limits::new(limits.end(), threads, request.stop, &more);
        let own_within = |share: f64| Search { limits: limits.with_another(share), ..own };
        let mut of_own = Found::default();
        if !plain.is_settled(&found) {
            own_within(1.0 / 4.0).try_recipes(&mut of_own);
        }
        if !own.is_settled(&of_own) {
            plain.try_the_rest(&mut found);
        }
        if !own.is_settled(&of_own) && found.best() > search::NEAR {
            own_within(1.0 / 4.0).try_fronts_of(&found.outcomes, plain.readings, &mut of_own);
        }
        if own.is_settled(&of_own) {
            let plain = Search { limits: limits.with_another(1.0 / 8.0), ..plain };
            plain.try_common_line(&of_own, &own, &mut found);
        }
        if own.is_settled(&of_own) && !plain.is_settled(&found) {
            own.tidy(&mut of_own);
            found.take(of_own, n_readings);
        } else {
            plain.tidy(&mut found);
        }
    }
    // Where only recipes of models were tried, another one may make the features.
    let is_searched = readings.is_empty() || readings.iter().any(Reading::is_searched);
    let poor = poor || !is_searched && found.best() > search::NEAR;
    let out_of_time = limits.late();
    let concluded = conclude(request, &search, &found, rounding, poor);
    Ok(Identified { out_of_time: out_of_time || concluded.out_of_time, ..concluded })
}

/// Checks the options that are known; the layout, if it is one of them.
fn check_fixed(request: &Request<'_>) -> Result<Option<Layout>, Error> {
    let set = |mut config: MelConfig| -> Result<MelConfig, mojo_audio_core::Error> {
        for (option, value) in request.fixed {
            config.set(option, value)?;
        }
        Ok(config)
    };
    let sample_rate = request.sample_rate;
    // Sizes and places among which known values of other options find room.
    let roomy = set(MelConfig {
        sample_rate,
        n_fft: 65_536,
        n_mels: 4_096,
        center: false,
        pad_mode: PadMode::Constant,
        ..MelConfig::default()
    })?;
    if roomy.sample_rate != sample_rate || roomy.rate_of_input() != sample_rate {
        let message = format!(
            "sample_rate and input_rate must be the rate of the samples, {sample_rate}, got {} and {}",
            roomy.sample_rate,
            roomy.rate_of_input()
        );
        return Err(Error::new("fixed", message));
    }
    if let Err(error) = roomy.check() {
        let presets = PRESETS.iter().filter_map(|name| MelConfig::preset(name).ok());
        let mut with_hints = presets.filter_map(|preset| set(preset).ok());
        if !with_hints.any(|config| MelConfig { sample_rate, ..config }.check().is_ok()) {
            return Err(error.into());
        }
    }
    let is_known = request.fixed.iter().any(|(option, _)| option == "layout");
    Ok(is_known.then_some(roomy.layout))
}

/// Samples that the front end is looked for in: the first seconds of a long recording.
fn front_length(n: usize, sample_rate: u32) -> usize {
    let rate = sample_rate as usize;
    if n > 5 * rate { 4 * rate } else { n }
}

/// The result, as if the search was over before its time.
fn conclude(
    request: &Request<'_>,
    search: &Search<'_>,
    found: &Found,
    rounding: Rounding,
    poor: bool,
) -> Identified {
    let target = |outcome: &Outcome| {
        Target::new(search.engine, &search.readings[outcome.reading], outcome.extent == Extent::Part)
    };
    let in_layout = |outcome: &Outcome| MelConfig {
        layout: search.readings[outcome.reading].layout,
        ..outcome.guess.config.clone()
    };
    let first_frame =
        |outcome: &Outcome| (outcome.extent == Extent::Part).then_some(outcome.guess.first);
    let best = found.outcomes.first();
    let deviation = best.and_then(|best| target(best).deviation(&best.guess));
    let mut open = Vec::new();
    let mut out_of_time = false;
    if let Some(best) = best
        && found.best() < 1e-3
    {
        let limits = search.limits.with_another(0.1).ending_after(request.budget / 10);
        open = verdict::open_options(&best.guess, best.distance, &target(best), search.fixed, &limits);
        out_of_time = limits.late();
    }
    let verdict = verdict::judge(deviation.as_ref(), found, rounding, poor, &open);
    let shown = best.filter(|best| match verdict {
        Verdict::NotOfSignal => false,
        Verdict::Open => best.distance < 1e-2,
        _ => true,
    });
    let candidates = found.outcomes.iter().filter_map(|outcome| {
        let deviation = target(outcome).deviation(&outcome.guess)?;
        Some(Candidate {
            config: in_layout(outcome),
            largest: deviation.largest,
            mean: deviation.mean,
            first_frame: first_frame(outcome),
        })
    });
    let limits = search.limits.with_another(0.125).ending_after(request.budget / 8);
    let words = words_of(request, verdict, best, search, &limits);
    Identified {
        verdict,
        config: shown.map(in_layout),
        largest: deviation.map_or(f64::INFINITY, |deviation| deviation.largest),
        mean: deviation.map_or(f64::INFINITY, |deviation| deviation.mean),
        rounding,
        first_frame: shown.and_then(first_frame),
        row_statistics: shown.and_then(|shown| target(shown).row_statistics(&shown.guess)),
        open,
        candidates: candidates.take(5).collect(),
        words,
        out_of_time: out_of_time || limits.late(),
    }
}

/// What differs between the features and those of a configuration that is near, or why nothing was
/// searched.
fn words_of(
    request: &Request<'_>,
    verdict: Verdict,
    best: Option<&Outcome>,
    search: &Search<'_>,
    limits: &Limits<'_>,
) -> Vec<String> {
    if search.readings.is_empty() {
        let [first, second] = request.features.shape();
        return vec![format!(
            "features must have from {} to {} rows and at most {} frames for this recording, got the shape \
             ({first}, {second})",
            reading::ROWS.start(),
            reading::ROWS.end(),
            reading::most_frames(request.samples.len())
        )];
    }
    let Some(best) = best.filter(|_| verdict == Verdict::Near) else { return Vec::new() };
    let reading = &search.readings[best.reading];
    let target = Target::new(search.engine, reading, best.extent == Extent::Part);
    let Some(ours) = target.features(&best.guess) else { return Vec::new() };
    if let Some(late) = late::samples(search.engine.samples, reading, best, limits) {
        let direction = if late > 0 { "later" } else { "earlier" };
        return vec![format!("the features are those of a signal {} samples {direction}", late.abs())];
    }
    let names = ["the configuration's", "the features'"];
    difference::compare(&ours, &reading.full, reading.full_rows, reading.frames, names).words
}

#[cfg(test)]
mod tests {
    use super::*;
    use mojo_audio_core::MelExtractor;

    fn noise(n: usize) -> Vec<f32> {
        probe(16_000).iter().take(n).map(|&sample| f32::from(sample) / 32_768.0).collect()
    }

    fn hinted(sample_rate: u32, hints: &[(&str, &str)]) -> Result<Identified, Error> {
        let samples = noise(4_000);
        let features = Features::new(&[0.5; 8 * 4], [8, 4])?;
        let fixed: Vec<(String, String)> =
            hints.iter().map(|&(option, value)| (option.into(), value.into())).collect();
        identify(&Request { fixed: &fixed, ..Request::new(&samples, sample_rate, features) })
    }

    #[test]
    fn what_no_configuration_can_have_is_an_error() {
        for (hints, expected) in [
            (&[("n_fft", "0")][..], "n_fft must be from 2 to 65536, got 0"),
            (&[("hop_length", "0")], "hop_length must be at least 1, got 0"),
            (&[("f_max", "9000")], "f_max must be at most half the sample rate, 8000, got 9000"),
            (
                &[("center", "true"), ("snip_edges", "false")],
                "snip_edges must be true where center is true, got false",
            ),
            (
                &[("input_rate", "8000")],
                "sample_rate and input_rate must be the rate of the samples, 16000, got 16000 and 8000",
            ),
            (
                &[("sample_rate", "8000")],
                "sample_rate and input_rate must be the rate of the samples, 16000, got 8000 and 8000",
            ),
        ] {
            assert_eq!(hinted(16_000, hints).unwrap_err().to_string(), expected);
        }
        for rate in [0, 768_001, u32::MAX] {
            let expected = format!("sample_rate must be from 1 to 768000, got {rate}");
            assert_eq!(hinted(rate, &[]).unwrap_err().to_string(), expected);
        }
        for hints in [
            &[("win_length", "5000")][..],
            &[("log", "none")],
            &[("n_frames", "4")],
            &[("n_mfcc", "300")],
            &[("center", "false"), ("snip_edges", "false")],
            &[("top_db", "none"), ("pad_start", "7")],
        ] {
            assert!(hinted(16_000, hints).is_ok(), "{hints:?}");
        }
    }

    #[test]
    fn the_layout_can_be_known_and_the_time_without_limit() {
        let samples = noise(16_000);
        let mel = MelExtractor::new(&MelConfig::whisper()).unwrap().compute(&samples).unwrap();
        let features = Features::new(mel.data(), [80, mel.n_frames()]).unwrap();
        for (layout, verdict) in [("mel_major", Verdict::Found), ("frame_major", Verdict::NotOfSignal)]
        {
            let stopped = || layout == "frame_major";
            let request = Request {
                fixed: &[("layout".into(), layout.into())],
                budget: Duration::MAX,
                stop: Some(&stopped),
                ..Request::new(&samples, 16_000, features)
            };
            assert_eq!(identify(&request).unwrap().verdict, verdict, "{layout}");
        }
    }

    #[test]
    fn features_that_nothing_is_searched_for_are_told() {
        let samples = noise(4_000);
        let features = Features::new(&[0.5; 301 * 400], [301, 400]).unwrap();
        assert_eq!(
            identify(&Request::new(&samples, 16_000, features)).unwrap().words,
            [
                "features must have from 1 to 300 rows and at most 6000 frames for this recording, got the \
              shape (301, 400)"
            ]
        );
    }
}
