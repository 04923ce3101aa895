//! The report as text: in full for one file, a line for each of several.

use crate::failure::Failure;
use crate::inputs::{escaped, shown};
use crate::job::{Features, Statistics};
use crate::settings::Settings;
use mojo_audio_core::config::Layout;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Everything about one file, and its picture.
pub fn full(path: &Path, features: &Features, settings: &Settings) -> String {
    let source = &features.source;
    let config = settings.config();
    let mut text = format!("{}\n", shown(path));
    let mut row = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<9} {value}");
    };
    row(
        "audio",
        format!(
            "{}, {}, {} Hz, {}, {} samples",
            seconds(source.seconds()),
            source.format(),
            source.sample_rate,
            channels(source.channels),
            source.samples,
        ),
    );
    for step in steps(features, config.sample_rate) {
        row("step", step.full);
    }
    let axes = match config.layout {
        Layout::MelMajor => "rows, frames",
        Layout::FrameMajor => "frames, rows",
    };
    row("features", format!("{}, shape {} ({axes})", settings.recipe, shape(features.shape)));
    row(
        "values",
        match features.statistics {
            Some(Statistics { min, max, mean }) => {
                format!("min {}, max {}, mean {}", number(min.into()), number(max.into()), number(mean))
            }
            None => "none: the input is too short for a single frame".into(),
        },
    );
    row(
        "time",
        format!(
            "{}, {} times faster than real time (reading took {})",
            duration(features.compute_time),
            thousands(times_real_time(source.seconds(), features.compute_time)),
            duration(features.read_time),
        ),
    );
    for path in [&features.out, &features.png].into_iter().flatten() {
        row("saved", shown(path));
    }
    if let Some(picture) = &features.picture {
        text.push('\n');
        text += picture;
    }
    text
}

/// One file in one line.
pub fn line(path: &Path, features: &Features, settings: &Settings, name_width: usize) -> String {
    let name = shown(path);
    let values = match features.statistics {
        Some(Statistics { min, max, mean }) => {
            format!("min {}  max {}  mean {}", number(min.into()), number(max.into()), number(mean))
        }
        None => "too short for a frame".into(),
    };
    let mut text = format!(
        "{name:<name_width$}  {:<12}  {values}  {} in {} ({}x)",
        shape(features.shape),
        seconds(features.source.seconds()),
        duration(features.compute_time),
        thousands(times_real_time(features.source.seconds(), features.compute_time)),
    );
    for step in steps(features, settings.config().sample_rate) {
        let _ = write!(text, ", {}", step.short);
    }
    text.push('\n');
    text
}

/// What a run has done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub total: usize,
    pub done: usize,
    /// Left alone, as an earlier run has done them.
    pub kept: usize,
    pub interrupted: bool,
}

/// The last line of several files.
pub fn summary(counts: Counts, audio: f64, elapsed: Duration) -> String {
    let Counts { total, done, kept, interrupted, .. } = counts;
    if kept > 0 && kept == total && !interrupted {
        return format!("nothing to do: {kept} left alone, as they were done before\n");
    }
    let files = match total - kept {
        1 if done == 1 => "1 file".into(),
        n if done == n => format!("{n} files"),
        n => format!("{done} of {n} files"),
    };
    let interrupted = if interrupted { "interrupted: " } else { "" };
    let mut text = format!(
        "{interrupted}{files}: {} of audio in {}, {} times faster than real time with reading and saving",
        seconds(audio),
        duration(elapsed),
        thousands(times_real_time(audio, elapsed)),
    );
    if kept > 0 {
        let _ = write!(text, "; {kept} left alone, as they were done before");
    }
    text.push('\n');
    text
}

/// The only file, if it is left alone.
pub fn kept(path: &Path, places: &[&Path]) -> String {
    let places: Vec<String> = places.iter().map(|path| shown(path)).collect();
    format!("{}: left alone, as it was done before: {}\n", shown(path), places.join(", "))
}

/// The failures, one line each.
pub fn failures(failed: &[(PathBuf, Failure)], total: usize) -> String {
    let line = |(path, failure): &(PathBuf, Failure)| {
        format!("{}: {}\n", shown(path), escaped(&failure.to_string()))
    };
    if let ([only], 1) = (failed, total) {
        return format!("error: {}", line(only));
    }
    let mut text = format!("error: {} of {total} files failed:\n", failed.len());
    for failed in failed {
        let _ = write!(text, "  {}", line(failed));
    }
    text
}

/// Audio seconds per second of work.
pub fn times_real_time(audio: f64, elapsed: Duration) -> f64 {
    audio / elapsed.as_secs_f64().max(1e-9)
}

/// Columns that a path takes, one per character.
pub fn length(path: &Path) -> usize {
    shown(path).chars().count()
}

/// Something that was done to the audio before its features.
struct Step {
    short: String,
    full: String,
}

fn steps(features: &Features, sample_rate: u32) -> Vec<Step> {
    let source = &features.source;
    let mut steps = Vec::new();
    if source.channels > 1 {
        let short = format!("{} channels mixed down", source.channels);
        steps.push(Step { full: format!("{short} to one"), short });
    }
    if source.sample_rate != sample_rate {
        let short = format!("resampled from {} Hz", source.sample_rate);
        let full = format!("{short} to {sample_rate} Hz, {} samples", features.samples);
        steps.push(Step { short, full });
    }
    steps
}

fn shape([first, second]: [usize; 2]) -> String {
    format!("({first}, {second})")
}

fn channels(count: usize) -> String {
    match count {
        1 => "mono".into(),
        2 => "stereo".into(),
        _ => format!("{count} channels"),
    }
}

fn seconds(seconds: f64) -> String {
    let whole = seconds as u64;
    match whole {
        0..60 => format!("{seconds:.2} s"),
        60..3600 => format!("{} min {:04.1} s", whole / 60, seconds - (whole / 60 * 60) as f64),
        _ => format!("{} h {:02} min {:02} s", whole / 3600, whole / 60 % 60, whole % 60),
    }
}

fn duration(duration: Duration) -> String {
    let milliseconds = duration.as_secs_f64() * 1e3;
    if milliseconds < 1000.0 {
        format!("{milliseconds:.2} ms")
    } else {
        seconds(duration.as_secs_f64())
    }
}

/// A value with four decimals, or as a power of ten where those would not tell it.
fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        1e-3..1e6 => format!("{value:.4}"),
        _ => format!("{value:.4e}"),
    }
}

/// A count without decimals, or with one if it is small, and with commas.
fn thousands(value: f64) -> String {
    if value < 10.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_their_size() {
        assert_eq!(seconds(3.529), "3.53 s");
        assert_eq!(seconds(75.25), "1 min 15.2 s");
        assert_eq!(seconds(3_725.0), "1 h 02 min 05 s");
        assert_eq!(duration(Duration::from_micros(312)), "0.31 ms");
        assert_eq!(duration(Duration::from_millis(2500)), "2.50 s");
    }

    #[test]
    fn values_keep_their_digits() {
        assert_eq!(number(-0.32539606), "-0.3254");
        assert_eq!(number(1.25e-9), "1.2500e-9");
        assert_eq!(number(0.0), "0");
        assert_eq!(number(-2.5e7), "-2.5000e7");
    }

    #[test]
    fn thousands_are_parted() {
        assert_eq!(thousands(7.26), "7.3");
        assert_eq!(thousands(999.6), "1,000");
        assert_eq!(thousands(1_234_567.0), "1,234,567");
    }
}
