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
        } else if text.contains('[') {
            matrix(text)
        } else {
            Err(
                "the text of an am.mvn, of a global_cmvn in JSON, or of one matrix of Kaldi's statistics",
            )
        };
        let is_usable = |rows: &Self| {
            let mut all = rows.mean.iter().chain(&rows.scale);
            // Numbers of float64 can be beyond float32.
            !rows.mean.is_empty() && rows.mean.len() == rows.scale.len() && all.all(|x| x.is_finite())
        };
        found
            .and_then(|rows| {
                if is_usable(&rows) {
                    Ok(rows)
                } else {
                    Err("a file with at least one mean and as many variances, all within float32")
                }
            })
            .map_err(|expected| rejected("row_mean", format!("\"{}\"", short(text)), expected))
    }
}

/// What is read, or what it must be.
type Read<T> = Result<T, &'static str>;

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
fn network(text: &str) -> Read<RowStatistics> {
    let parts = text.split('<').skip(1).map(|part| part.split('>').next().unwrap_or_default());
    let layers: Vec<_> = parts.filter(|part| !OTHER_PARTS.contains(part)).collect();
    if layers != ["AddShift", "Rescale"] {
        return Err(
            "a network with one <AddShift>, then one <Rescale>, and no other layer that changes values",
        );
    }
    let whole =
        "a network with exactly as many finite numbers in <AddShift> and <Rescale> as their sizes say";
    let shifts = layer(text, "<AddShift>").ok_or(whole)?;
    let scales = layer(text, "<Rescale>").ok_or(whole)?;
    Ok(rows(shifts.iter().map(|shift| -shift), scales.iter().copied()))
}

/// The vector of a layer, whose name is followed by the number of its outputs and its inputs.
fn layer(text: &str, name: &str) -> Option<Vec<f64>> {
    let (_, rest) = text.split_once(name)?;
    let mut sizes = rest.split_whitespace().map(str::parse::<usize>);
    let (n_out, n_in) = (sizes.next()?.ok()?, sizes.next()?.ok()?);
    let (values, _) = brackets(rest)?;
    (values.len() == n_out && n_in == n_out).then_some(values)
}

fn json(text: &str) -> Read<RowStatistics> {
    let file: Value = serde_json::from_str(text).map_err(|_| "valid JSON")?;
    let list = |name| file.get(name)?.as_array()?.iter().map(Value::as_f64).collect::<Option<Vec<_>>>();
    let lists = "JSON with mean_stat and var_stat as lists of numbers, and frame_num as a number";
    let n_frames = file.get("frame_num").and_then(Value::as_f64).ok_or(lists)?;
    sums(&list("mean_stat").ok_or(lists)?, &list("var_stat").ok_or(lists)?, n_frames)
}

/// One matrix of Kaldi's, a line for each row: not one of several, whose first would be taken for all.
fn matrix(text: &str) -> Read<RowStatistics> {
    let lines =
        "one matrix of two lines of finite numbers in brackets, after a key of one word at most";
    let (key, inside) = text.split_once('[').ok_or(lines)?;
    let (inside, rest) = inside.split_once(']').ok_or(lines)?;
    let rows = inside.lines().filter(|line| !line.trim().is_empty()).map(numbers);
    let rows = rows.collect::<Option<Vec<_>>>().ok_or(lines)?;
    let [first, second] = rows.as_slice() else { return Err(lines) };
    if key.split_whitespace().count() > 1 || !rest.trim().is_empty() {
        return Err(lines);
    }
    match (first.split_last(), second.split_last()) {
        (Some((&count, first)), Some((&0.0, second))) => sums(first, second, count),
        _ => Err(
            "a matrix with the sums and their count in the first line, the sums of squares and 0 in the second",
        ),
    }
}

/// From the sums of values and of squares over frames.
fn sums(values: &[f64], squares: &[f64], n_frames: f64) -> Read<RowStatistics> {
    // No recording has as many frames as a float64 can't count.
    if !(1.0..9e15).contains(&n_frames) {
        return Err("a file with a number of frames from 1 to 9e15");
    }
    if values.len() != squares.len() {
        return Err("a file with as many sums as sums of squares");
    }
    let mean = |sum: &f64| sum / n_frames;
    // A variance may be below 0 by the rounding of the sums, which have six digits at least.
    let is_variance = |(value, square): (&f64, &f64)| {
        square / n_frames - mean(value) * mean(value) >= -1e-5 * mean(value) * mean(value)
    };
    if !values.iter().zip(squares).all(is_variance) {
        return Err("a file without negative variances");
    }
    let scale = |(value, square): (&f64, &f64)| {
        let mean = mean(value);
        1.0 / libm::sqrt((square / n_frames - mean * mean).max(LEAST_VARIANCE))
    };
    Ok(rows(values.iter().map(mean), values.iter().zip(squares).map(scale)))
}
