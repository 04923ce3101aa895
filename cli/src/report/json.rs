//! One JSON object per input, for `--json` and `--manifest`.

use crate::failure::Failure;
use crate::job::Features;
use crate::settings::Settings;
use serde::Serialize;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// What is said of an input.
pub enum Outcome {
    Done(Box<Features>),
    Failed(Failure),
    /// Its results are there from an earlier run.
    Kept {
        out: Option<PathBuf>,
        png: Option<PathBuf>,
    },
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    file: Name,
    /// `done`, `failed` or `kept`.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Problem<'a>>,
    #[serde(flatten)]
    features: Option<Done<'a>>,
    #[serde(flatten)]
    results: Places,
}

/// A path as text, and as bytes where the text doesn't have them all.
#[derive(Serialize)]
struct Name {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_bytes: Option<Vec<u8>>,
}

#[derive(Serialize)]
struct Problem<'a> {
    code: &'a str,
    message: Cow<'a, str>,
}

/// Where the results are.
#[derive(Default, Serialize)]
struct Places {
    #[serde(skip_serializing_if = "Option::is_none")]
    out: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    out_bytes: Option<Vec<u8>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    png: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    png_bytes: Option<Vec<u8>>,
}

/// Times are in seconds, rates in hertz.
#[derive(Serialize)]
struct Done<'a> {
    preset: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<&'a str>,
    shape: [usize; 2],
    n_frames: usize,
    layout: &'a str,
    min: Option<f32>,
    max: Option<f32>,
    mean: Option<f64>,
    /// What the file holds.
    source: Source,
    /// What is odd about the file, although it was read.
    warnings: Vec<Problem<'a>>,
    /// What the features were computed from.
    sample_rate: u32,
    samples: usize,
    mixed_down: bool,
    resampled: bool,
    audio_seconds: f64,
    read_seconds: f64,
    compute_seconds: f64,
    times_real_time: f64,
}

#[derive(Serialize)]
struct Source {
    format: String,
    sample_rate: u32,
    channels: usize,
    samples: u64,
}

/// The object of one input, with a line feed.
pub fn line(path: &Path, outcome: &Outcome, settings: &Settings) -> String {
    let (file, file_bytes) = texts(Some(path));
    let file = Name { file: file.unwrap_or_default(), file_bytes };
    let line = |status, error, features, results| Line { file, status, error, features, results };
    let line = match outcome {
        Outcome::Failed(Failure { code, message }) => {
            line("failed", Some(Problem { code, message: message.into() }), None, Places::default())
        }
        Outcome::Kept { out, png } => line("kept", None, None, Places::of(out, png)),
        Outcome::Done(features) => {
            let results = Places::of(&features.out, &features.png);
            line("done", None, Some(Done::of(features, settings)), results)
        }
    };
    let mut text = serde_json::to_string(&line).unwrap_or_else(|error| {
        format!("{{\"error\":{{\"code\":\"internal\",\"message\":\"{error}\"}}}}")
    });
    text.push('\n');
    text
}

impl Places {
    fn of(out: &Option<PathBuf>, png: &Option<PathBuf>) -> Self {
        let (out, out_bytes) = texts(out.as_deref());
        let (png, png_bytes) = texts(png.as_deref());
        Self { out, out_bytes, png, png_bytes }
    }
}

impl<'a> Done<'a> {
    fn of(features: &'a Features, settings: &'a Settings) -> Self {
        let source = &features.source;
        let sample_rate = settings.config().sample_rate;
        let truncated = features.truncated(settings.config());
        let truncated = truncated.map(|text| Problem { code: "truncated", message: text.into() });
        Self {
            preset: settings.is_preset.then_some(&settings.recipe),
            config: (!settings.is_preset).then_some(&settings.recipe),
            shape: features.shape,
            n_frames: features.n_frames,
            layout: settings.config().layout.name(),
            min: features.statistics.map(|statistics| statistics.min),
            max: features.statistics.map(|statistics| statistics.max),
            mean: features.statistics.map(|statistics| statistics.mean),
            source: Source {
                format: source.format(),
                sample_rate: source.sample_rate,
                channels: source.channels,
                samples: source.samples,
            },
            warnings: features
                .warnings
                .iter()
                .map(|warning| Problem { code: warning.code(), message: warning.to_string().into() })
                .chain(truncated)
                .collect(),
            sample_rate,
            samples: features.samples,
            mixed_down: source.channels > 1,
            resampled: source.sample_rate != sample_rate,
            audio_seconds: source.seconds(),
            read_seconds: features.read_time.as_secs_f64(),
            compute_seconds: features.compute_time.as_secs_f64(),
            times_real_time: super::text::times_real_time(source.seconds(), features.compute_time),
        }
    }
}

/// A path as text; if it is not UTF-8 with a replacement for what is not, and its bytes.
fn texts(path: Option<&Path>) -> (Option<String>, Option<Vec<u8>>) {
    let Some(path) = path else { return (None, None) };
    let bytes = path.to_str().is_none().then(|| path.as_os_str().as_encoded_bytes().to_vec());
    (Some(path.to_string_lossy().into_owned()), bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_bytes_where_they_need_them() {
        assert_eq!(texts(Some(Path::new("schön.wav"))), (Some("schön.wav".into()), None));
        assert_eq!(texts(None), (None, None));
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_text_keep_their_bytes() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"a\xff.wav"));
        assert_eq!(texts(Some(path)), (Some("a\u{fffd}.wav".into()), Some(b"a\xff.wav".to_vec())));
    }
}
