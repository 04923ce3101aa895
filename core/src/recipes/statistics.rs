//! A mean and a scale for each row, from the files in which toolkits keep them.

use super::settings::{rejected, short};
use crate::error::Error;
use alloc::{format, vec::Vec};
use serde_json::Value;

/// Least variance, as in Kaldi, WeNet and FireRedASR.
const LEAST_VARIANCE: f64 = 1e-20;

/// A mean and a scale for each row of a model's features: y = (x − mean) · scale. They are what
/// [`Overrides`](crate::Overrides) have as `row_mean` and `row_scale`.
#[derive(Debug, Clone, PartialEq)]
pub struct RowStatistics {
    /// What is taken from each row.
    pub mean: Vec<f32>,
    /// What each row is then multiplied by.
    pub scale: Vec<f32>,
}

impl RowStatistics {
    /// Reads the text of
    ///
    /// - FunASR's `am.mvn`: the vectors of its `AddShift` and `Rescale`;
    /// - WeNet's `global_cmvn` (JSON): `mean_stat`, `var_stat` and `frame_num`, sums over the frames;
    /// - Kaldi's statistics as text, one matrix of two lines: the sums and their count, the sums of squares and a 0.
    ///
    /// Sums become the mean and 1 / the deviation, whose variance is at least 1e-20.
    ///
    /// ```
    /// use mojo_audio_core::RowStatistics;
    ///
    /// let json = r#"{"mean_stat": [20.0, -8.0], "var_stat": [140.0, 32.0], "frame_num": 4}"#;
    /// let rows = RowStatistics::from_text(json)?;
    /// assert_eq!((rows.mean, rows.scale), (vec![5.0, -2.0], vec![1.0 / 10.0_f32.sqrt(), 0.5]));
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`] if the text is no such file, or its vectors differ in length (`field` is `row_mean`).
    pub fn from_text(text: &str) -> Result<Self, Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let found = if text.contains("<AddShift>") {
            network(text)
        } else if text.trim_start().starts_with('{') {
            json(text)
        } else {
            matrix(text)
        };
        let is_usable = |rows: &Self| {
            let mut all = rows.mean.iter().chain(&rows.scale);
            // Numbers of float64 can be beyond float32.
            !rows.mean.is_empty() && rows.mean.len() == rows.scale.len() && all.all(|x| x.is_finite())
        };
        let found = found.filter(is_usable);
        found.ok_or_else(|| {
            rejected(
                "row_mean",
                format!("\"{}\"", short(text)),
                "the text of an am.mvn, of a global_cmvn in JSON, or of one matrix of Kaldi's statistics, in two lines: \
                 finite numbers, as many means as variances",
            )
        })
    }
}

/// The numbers between the next brackets, and what follows.
fn brackets(text: &str) -> Option<(Vec<f64>, &str)> {
    let (_, inside) = text.split_once('[')?;
    let (inside, rest) = inside.split_once(']')?;
    Some((numbers(inside)?, rest))
}

fn numbers(text: &str) -> Option<Vec<f64>> {
    let finite = |word: &str| word.parse::<f64>().ok().filter(|number| number.is_finite());
    text.split_whitespace().map(finite).collect()
}

fn rows(mean: impl Iterator<Item = f64>, scale: impl Iterator<Item = f64>) -> RowStatistics {
    let single = |value: f64| value as f32;
    RowStatistics { mean: mean.map(single).collect(), scale: scale.map(single).collect() }
}

/// Parts of a network of Kaldi's that change no value.
const OTHER_PARTS: &[&str] = &["Nnet", "/Nnet", "Splice", "LearnRateCoef", "!EndOfComponent"];

/// A network of Kaldi's of two layers, as FunASR writes it: first the shift, then the scale, and no other.
fn network(text: &str) -> Option<RowStatistics> {
    let parts = text.split('<').skip(1).map(|part| part.split('>').next().unwrap_or_default());
    let layers: Vec<_> = parts.filter(|part| !OTHER_PARTS.contains(part)).collect();
    if layers != ["AddShift", "Rescale"] {
        return None;
    }
    let shifts = layer(text, "<AddShift>")?;
    let scales = layer(text, "<Rescale>")?;
    Some(rows(shifts.iter().map(|shift| -shift), scales.iter().copied()))
}

/// The vector of a layer, whose name is followed by the number of its outputs and its inputs.
fn layer(text: &str, name: &str) -> Option<Vec<f64>> {
    let (_, rest) = text.split_once(name)?;
    let mut sizes = rest.split_whitespace().map(str::parse::<usize>);
    let (n_out, n_in) = (sizes.next()?.ok()?, sizes.next()?.ok()?);
    let (values, _) = brackets(rest)?;
    (values.len() == n_out && n_in == n_out).then_some(values)
}

fn json(text: &str) -> Option<RowStatistics> {
    let file: Value = serde_json::from_str(text).ok()?;
    let list = |name| file.get(name)?.as_array()?.iter().map(Value::as_f64).collect::<Option<Vec<_>>>();
    sums(&list("mean_stat")?, &list("var_stat")?, file.get("frame_num")?.as_f64()?)
}

/// One matrix of Kaldi's, a line for each row: not one of several, whose first would be taken for all.
fn matrix(text: &str) -> Option<RowStatistics> {
    let (key, inside) = text.split_once('[')?;
    let (inside, rest) = inside.split_once(']')?;
    if key.split_whitespace().count() > 1 {
        return None;
    }
    let mut lines = inside.lines().filter(|line| !line.trim().is_empty());
    let (first, second) = (numbers(lines.next()?)?, numbers(lines.next()?)?);
    if lines.next().is_some() || !rest.trim().is_empty() {
        return None;
    }
    let (&count, first) = first.split_last()?;
    let (&nothing, second) = second.split_last()?;
    if nothing == 0.0 { sums(first, second, count) } else { None }
}

/// From the sums of values and of squares over frames.
fn sums(values: &[f64], squares: &[f64], n_frames: f64) -> Option<RowStatistics> {
    // No recording has as many frames as a float64 can't count.
    if !(1.0..9e15).contains(&n_frames) || values.len() != squares.len() {
        return None;
    }
    let mean = |sum: &f64| sum / n_frames;
    // A variance may be below 0 by the rounding of the sums, which have six digits at least.
    let is_variance = |(value, square): (&f64, &f64)| {
        square / n_frames - mean(value) * mean(value) >= -1e-5 * mean(value) * mean(value)
    };
    if !values.iter().zip(squares).all(is_variance) {
        return None;
    }
    let scale = |(value, square): (&f64, &f64)| {
        let mean = mean(value);
        1.0 / libm::sqrt((square / n_frames - mean * mean).max(LEAST_VARIANCE))
    };
    Some(rows(values.iter().map(mean), values.iter().zip(squares).map(scale)))
}
