//! One JSON object per input.

use crate::failure::Failure;
use crate::job::Features;
use crate::settings::Settings;
use serde::Serialize;
use std::borrow::Cow;
use std::path::Path;

#[derive(Serialize)]
#[serde(untagged)]
enum Line<'a> {
    Done(Box<Done<'a>>),
    Failed { file: String, error: Problem<'a> },
}

#[derive(Serialize)]
struct Problem<'a> {
    code: &'a str,
    message: Cow<'a, str>,
}

/// Times are in seconds, rates in hertz.
#[derive(Serialize)]
struct Done<'a> {
    file: String,
    preset: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<&'a str>,
    shape: [usize; 2],
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
    #[serde(skip_serializing_if = "Option::is_none")]
    out: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    png: Option<String>,
}

#[derive(Serialize)]
struct Source {
    format: String,
    sample_rate: u32,
    channels: usize,
    samples: u64,
}

/// The object of one input, with a line feed.
pub fn line(path: &Path, result: &Result<Features, Failure>, settings: &Settings) -> String {
    let file = path.display().to_string();
    let line = match result {
        Err(Failure { code, message }) => {
            Line::Failed { file, error: Problem { code, message: message.into() } }
        }
        Ok(features) => {
            let source = &features.source;
            let sample_rate = settings.config().sample_rate;
            Line::Done(Box::new(Done {
                file,
                preset: settings.is_preset.then_some(&settings.recipe),
                config: (!settings.is_preset).then_some(&settings.recipe),
                shape: features.shape,
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
                    .map(|warning| Problem {
                        code: warning.code(),
                        message: warning.to_string().into(),
                    })
                    .collect(),
                sample_rate,
                samples: features.samples,
                mixed_down: source.channels > 1,
                resampled: source.sample_rate != sample_rate,
                audio_seconds: source.seconds(),
                read_seconds: features.read_time.as_secs_f64(),
                compute_seconds: features.compute_time.as_secs_f64(),
                times_real_time: super::text::times_real_time(source.seconds(), features.compute_time),
                out: features.out.as_ref().map(|path| path.display().to_string()),
                png: features.png.as_ref().map(|path| path.display().to_string()),
            }))
        }
    };
    let mut text = serde_json::to_string(&line).unwrap_or_else(|error| {
        format!("{{\"error\":{{\"code\":\"internal\",\"message\":\"{error}\"}}}}")
    });
    text.push('\n');
    text
}
