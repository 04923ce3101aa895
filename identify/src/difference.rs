//! What differs between two matrices of features, in words.

use crate::features::Features;
use crate::statistics::{extremes, line, moments};
use mojo_audio_core::config::Layout;

/// How far two matrices are apart, and what differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Largest deviation of a value in the frames that both have; infinite if the numbers of rows don't match.
    pub largest: f64,
    /// Mean deviation of these values; infinite likewise.
    pub mean: f64,
    /// Whether no value differs by more than a hundred-thousandth of the spread of the first matrix.
    pub same: bool,
    /// What differs, each a sentence.
    pub words: Vec<String>,
}

/// A deviation, as a part of the spread, that is rounding.
const ROUNDING: f64 = 1e-5;
/// How much smaller a deviation has to become to call something the reason.
const EXPLAINS: f64 = 0.1;
/// Frames by which one matrix may be late.
const MOST_LATE: usize = 64;

/// Compares features `b` with `a`, both with rows of one axis and frames of the other, as `layout` says.
///
/// ```
/// use mojo_audio_core::config::Layout;
/// use mojo_audio_identify::{Features, difference};
///
/// let a: Vec<f32> = (0..200).map(|i| (i as f32).sin()).collect();
/// let b: Vec<f32> = a.iter().map(|value| value - 0.5).collect();
/// let features = |values| Features::new(values, [10, 20]).unwrap();
/// let difference = difference(features(&a), features(&b), Layout::MelMajor);
/// assert_eq!(difference.words, ["the second's values are 0.5 lower"]);
/// ```
#[must_use]
pub fn difference(a: Features<'_>, b: Features<'_>, layout: Layout) -> Difference {
    let (ours, rows, frames) = a.mel_major(layout);
    let (theirs, other_rows, other_frames) = b.mel_major(layout);
    if rows != other_rows {
        if (rows, frames) == (other_frames, other_rows) {
            let turned = match layout {
                Layout::MelMajor => Layout::FrameMajor,
                Layout::FrameMajor => Layout::MelMajor,
            };
            let (theirs, ..) = b.mel_major(turned);
            let mut found = compare(&ours, &theirs, rows, frames, BOTH);
            found.words.insert(0, "the second has its axes the other way round".into());
            return Difference { same: false, ..found };
        }
        let words = vec![format!("the second has {other_rows} rows instead of {rows}")];
        return Difference { largest: f64::INFINITY, mean: f64::INFINITY, same: false, words };
    }
    if frames == other_frames {
        return compare(&ours, &theirs, rows, frames, BOTH);
    }
    let is_longer = other_frames > frames;
    let surplus = frames.abs_diff(other_frames);
    let common = frames.min(other_frames);
    let part = |values: &[f32], of: usize, first: usize| -> Vec<f32> {
        values.chunks_exact(of).flat_map(|row| &row[first..first + common]).copied().collect()
    };
    // The shorter one may start anywhere in the longer.
    let at = |lead: usize| {
        let (first, second) = if is_longer { (0, lead) } else { (lead, 0) };
        (part(&ours, frames, first), part(&theirs, other_frames, second))
    };
    let off = |lead: usize| {
        let (ours, theirs) = at(lead);
        moved_off(&ours, &theirs, rows, common, 0)
    };
    let best = (1..=surplus.min(4 * MOST_LATE))
        .map(|lead| (off(lead), lead))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|best| best.0 < 0.5 * off(0));
    let lead = best.map_or(0, |best| best.1);
    let (ours, theirs) = at(lead);
    let found = compare(&ours, &theirs, rows, common, BOTH);
    let more = if is_longer { "more" } else { "fewer" };
    let mut words = vec![format!("the second has {surplus} {more} {}", plural(surplus, "frame"))];
    if lead > 0 && is_longer {
        words.push(format!("it has the first's frames from its frame {lead} on"));
    } else if lead > 0 {
        words.push(format!("it starts at the first's frame {lead}"));
    }
    words.extend(found.words);
    Difference { words, same: false, ..found }
}

/// Whose values two files have.
const BOTH: [&str; 2] = ["the first's", "the second's"];

/// Two matrices of the same shape, row after row, and whose values each has.
pub(crate) fn compare(
    a: &[f32],
    b: &[f32],
    rows: usize,
    frames: usize,
    names: [&str; 2],
) -> Difference {
    let off: Vec<f64> = a.iter().zip(b).map(|(a, b)| f64::from(*b) - f64::from(*a)).collect();
    let n = off.len().max(1) as f64;
    let largest = off.iter().fold(0.0f64, |largest, off| largest.max(off.abs()));
    let mean = off.iter().map(|off| off.abs()).sum::<f64>() / n;
    let spread = moments(a.iter().map(|&value| f64::from(value))).1.max(1e-30);
    let same = largest <= ROUNDING * spread;
    let mut words = Vec::new();
    if largest == 0.0 {
        words.push("all values are equal".into());
    } else if same {
        words.push(format!("no value differs by more than {}: rounding", short(largest)));
    } else {
        words = reasons(a, b, &off, rows, frames, spread, names);
    }
    Difference { largest, mean, same, words }
}

fn reasons(
    a: &[f32],
    b: &[f32],
    off: &[f64],
    rows: usize,
    frames: usize,
    spread: f64,
    [first_name, second_name]: [&str; 2],
) -> Vec<String> {
    let n = off.len() as f64;
    let mean = off.iter().map(|off| off.abs()).sum::<f64>() / n;
    let small = (ROUNDING * spread).max(EXPLAINS * mean);
    // One line for all values.
    let constant = off.iter().sum::<f64>() / n;
    let around = off.iter().map(|off| (off - constant).abs()).sum::<f64>() / n;
    if around <= EXPLAINS * mean {
        return vec![format!("{second_name} values are {}", by(constant))];
    }
    let points = a.iter().zip(b).map(|(&a, &b)| (f64::from(a), f64::from(b)));
    let (slope, intercept) = line(points.clone());
    let left = points.map(|(a, b)| (b - slope * a - intercept).abs()).sum::<f64>() / n;
    if left <= EXPLAINS * mean {
        let plus = if intercept.abs() > 1e-4 * spread {
            format!(", and then {}", by(intercept))
        } else {
            String::new()
        };
        let factor = short(slope);
        return vec![format!("{second_name} values are {factor} times {first_name}{plus}")];
    }
    // Whole frames late.
    let late = (1..MOST_LATE.min(frames / 2)).flat_map(|late| [late as isize, -(late as isize)]);
    let moved = late.map(|late| (moved_off(a, b, rows, frames, late), late));
    if let Some((found, late)) = moved.min_by(|a, b| a.0.total_cmp(&b.0))
        && found <= EXPLAINS * mean
    {
        let direction = if late > 0 { "later" } else { "earlier" };
        let late = late.unsigned_abs();
        return vec![format!("{second_name} frames are {late} {} {direction}", plural(late, "frame"))];
    }
    let mut words = Vec::new();
    let by_frame: Vec<f64> = (0..frames)
        .map(|frame| (0..rows).map(|row| off[row * frames + frame].abs()).sum::<f64>() / rows as f64)
        .collect();
    let by_row: Vec<f64> = off
        .chunks_exact(frames)
        .map(|row| row.iter().map(|off| off.abs()).sum::<f64>() / frames as f64)
        .collect();
    // A few values may be so little of their frame that no frame is above the rounding of all.
    let most = by_frame.iter().copied().fold(0.0, f64::max);
    let small_frame = if most > small { small } else { EXPLAINS * mean };
    let differs = |off: &f64| *off > small_frame;
    let first = by_frame.iter().position(differs).unwrap_or(0);
    let last = by_frame.iter().rposition(differs).unwrap_or(0);
    let (start, end) = (frames / 4, frames - frames / 4);
    let inside = by_frame[start..end].iter().filter(|off| differs(off)).count();
    let some = by_frame.iter().filter(|off| differs(off)).count();
    let up_to = by_frame[..start].iter().rposition(differs);
    let from = by_frame[end..].iter().position(differs).map(|at| end + at);
    // Another padding changes the very first frame, or the last.
    let is_outside = (up_to.is_none() || first == 0) && (from.is_none() || last + 1 == frames);
    if frames >= 8 && inside == 0 && is_outside {
        words.push(match (up_to, from) {
            (Some(up_to), None) => format!("only the start differs, up to frame {up_to}: another padding?"),
            (None, Some(from)) => format!("only the end differs, from frame {from} on: another padding?"),
            _ => format!(
                "only {} at the ends differ: the first up to frame {up_to}, the last from frame {from} on; \
                 another padding?",
                plural_n(some, "frame"),
                up_to = up_to.unwrap_or(first),
                from = from.unwrap_or(last),
            ),
        });
    } else if first > 2 && some as f64 > 0.8 * (frames - first) as f64 {
        let from: Vec<f64> =
            (0..rows).flat_map(|row| off[row * frames + first..(row + 1) * frames].to_vec()).collect();
        let constant = from.iter().sum::<f64>() / from.len() as f64;
        let around = from.iter().map(|off| (off - constant).abs()).sum::<f64>() / from.len() as f64;
        words.push(if around <= 0.2 * constant.abs() {
            format!("{second_name} values are {} from frame {first} on", by(constant))
        } else {
            format!("values differ from frame {first} on")
        });
    } else if some == 1 {
        words.push(format!("only frame {first} of {frames} differs"));
    } else if some * 2 < frames {
        words.push(format!(
            "{} of {frames} differ, between frame {first} and frame {last}",
            plural_n(some, "frame")
        ));
    }
    let rows_off: Vec<usize> = (0..rows).filter(|&row| by_row[row] > small.max(0.5 * mean)).collect();
    let few: Vec<usize> = (0..rows).filter(|&row| by_row[row] > 10.0 * median(&by_row)).collect();
    if let (Some(&low), Some(&high)) = (few.first(), few.last())
        && few.len() <= rows / 4
        && few.len() == high - low + 1
    {
        let question = if high == rows - 1 { ": another resampler, or another f_max?" } else { "" };
        words.push(if low == high {
            format!("mainly row {low} of {rows} differs{question}")
        } else {
            format!("mainly rows {low} to {high} of {rows} differ{question}")
        });
    } else if rows_off.len() <= rows / 4 && !rows_off.is_empty() {
        words.push(format!("mainly {} differ", plural_n(rows_off.len(), "row")));
    }
    let (low, high) = extremes(a);
    let quiet = f64::from(low) + 0.5 * (f64::from(high) - f64::from(low));
    let of_quiet: f64 =
        a.iter().zip(off).filter(|(a, _)| f64::from(**a) < quiet).map(|(_, off)| off.abs()).sum();
    if of_quiet > 0.98 * mean * n {
        words.push("only low values differ: another floor, range or precision?".into());
    }
    if words.is_empty() {
        let equal = off.iter().filter(|off| **off == 0.0).count() as f64 / n;
        words.push(if equal < 0.01 {
            format!(
                "values differ everywhere, by {} on average, which is {} of their spread",
                short(mean),
                short(mean / spread)
            )
        } else {
            let different = mean / (1.0 - equal);
            format!(
                "{} of the values differ, in most frames and rows, by {} on average, which is {} of their spread; \
                 the others are equal",
                percent(1.0 - equal),
                short(different),
                short(different / spread)
            )
        });
    }
    words
}

/// The mean deviation if b's frames are late.
fn moved_off(a: &[f32], b: &[f32], rows: usize, frames: usize, late: isize) -> f64 {
    let n = frames - late.unsigned_abs();
    let (of_a, of_b) = if late > 0 { (0, late.unsigned_abs()) } else { (late.unsigned_abs(), 0) };
    let mut sum = 0.0;
    for row in 0..rows {
        let (a, b) = (&a[row * frames + of_a..][..n], &b[row * frames + of_b..][..n]);
        sum += a.iter().zip(b).map(|(a, b)| f64::from((a - b).abs())).sum::<f64>();
    }
    sum / (rows * n) as f64
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2].max(1e-30)
}

fn by(constant: f64) -> String {
    format!("{} {}", short(constant.abs()), if constant < 0.0 { "lower" } else { "higher" })
}

fn plural(n: usize, what: &str) -> String {
    if n == 1 { what.into() } else { format!("{what}s") }
}

fn plural_n(n: usize, what: &str) -> String {
    format!("{n} {}", plural(n, what))
}

/// A part as a percentage with two digits, never rounded to nothing or all.
fn percent(part: f64) -> String {
    format!("{} %", short((part * 100.0 * 10.0).round().clamp(1.0, 999.0) / 10.0))
}

/// Three digits.
pub(crate) fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    if !(1e-3..1e5).contains(&value.abs()) {
        return format!("{value:.2e}");
    }
    let decimals = (2 - value.abs().log10().floor() as i32).max(0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: usize = 20;
    const FRAMES: usize = 40;

    fn noise() -> Vec<f32> {
        let mut state = 7u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..ROWS * FRAMES).map(|_| next()).collect()
    }

    fn words(change: impl Fn(usize, usize, &[f32]) -> f32) -> Vec<String> {
        let a = noise();
        let b: Vec<f32> = (0..a.len()).map(|at| change(at / FRAMES, at % FRAMES, &a)).collect();
        compare(&a, &b, ROWS, FRAMES, BOTH).words
    }

    #[test]
    fn what_differs_is_said_in_words() {
        let at = |row: usize, frame: usize, a: &[f32]| a[row * FRAMES + frame];
        assert_eq!(words(at), ["all values are equal"]);
        assert_eq!(words(|r, t, a| 2.0 * at(r, t, a)), ["the second's values are 2 times the first's"]);
        assert_eq!(
            words(|r, t, a| if t < 3 { 9.0 } else { at(r, t - 3, a) }),
            ["the second's frames are 3 frames later"]
        );
        assert_eq!(
            words(|r, t, a| at(r, t, a) - if t >= 12 { 0.5 } else { 0.0 }),
            ["the second's values are 0.5 lower from frame 12 on"]
        );
        assert_eq!(
            words(|r, t, a| at(r, t, a) * if r >= 18 { 0.1 } else { 1.0 }),
            ["mainly rows 18 to 19 of 20 differ: another resampler, or another f_max?"]
        );
        let ends =
            words(|r, t, a| at(r, t, a) + if t < 2 || t == 39 { 0.3 * (r as f32).sin() } else { 0.0 });
        assert_eq!(
            ends,
            [
                "only 3 frames at the ends differ: the first up to frame 1, the last from frame 39 on; another padding?"
            ]
        );
        let start = words(|r, t, a| at(r, t, a) + if t < 2 { 0.3 * (r as f32).sin() } else { 0.0 });
        assert_eq!(start, ["only the start differs, up to frame 1: another padding?"]);
        let end = words(|r, t, a| at(r, t, a) + if t > 37 { 0.3 * (r as f32).sin() } else { 0.0 });
        assert_eq!(end, ["only the end differs, from frame 38 on: another padding?"]);
    }

    #[test]
    fn values_that_are_equal_are_told_from_those_that_differ() {
        let at = |row: usize, frame: usize, a: &[f32]| a[row * FRAMES + frame];
        let some = words(|r, t, a| {
            let off = ((r * FRAMES + t) as f32 * 0.7).sin();
            at(r, t, a) + if (r + 3 * t) % 8 == 0 { 0.1 + 0.02 * off } else { 0.0 }
        });
        assert_eq!(some.len(), 1, "{some:?}");
        assert!(
            some[0].starts_with("12.5 % of the values differ, in most frames and rows, by 0.1"),
            "{some:?}"
        );
        assert!(some[0].ends_with("; the others are equal"), "{some:?}");
        let all = words(|r, t, a| at(r, t, a) + 0.1 * ((r * FRAMES + t) as f32 * 0.7).sin());
        assert!(all[0].starts_with("values differ everywhere, by 0.0"), "{all:?}");
    }

    #[test]
    fn one_value_is_enough_to_differ() {
        let at = |row: usize, frame: usize, a: &[f32]| a[row * FRAMES + frame];
        for frame in [19, 35] {
            for off in [3e-5, 1e-3, 1.0] {
                let one = words(|r, t, a| at(r, t, a) + if (r, t) == (7, frame) { off } else { 0.0 });
                assert_eq!(one[0], format!("only frame {frame} of 40 differs"), "{off}");
                assert_eq!(one[1], "mainly row 7 of 20 differs", "{off}");
            }
        }
    }

    #[test]
    fn the_shorter_matrix_is_found_in_the_longer_if_it_is_there() {
        let values = noise();
        let part: Vec<f32> =
            values.chunks_exact(FRAMES).flat_map(|row| &row[5..FRAMES]).copied().collect();
        let whole = Features::new(&values, [ROWS, FRAMES]).unwrap();
        let part = Features::new(&part, [ROWS, FRAMES - 5]).unwrap();
        let words = |a, b| difference(a, b, Layout::MelMajor).words;
        assert_eq!(
            words(whole, part),
            [
                "the second has 5 fewer frames",
                "it starts at the first's frame 5",
                "all values are equal"
            ]
        );
        assert_eq!(
            words(part, whole)[1..],
            ["it has the first's frames from its frame 5 on", "all values are equal"]
        );
        let other: Vec<f32> = part.values().iter().rev().copied().collect();
        let other = words(whole, Features::new(&other, part.shape()).unwrap());
        assert!(other[1].starts_with("values differ everywhere"), "{other:?}");
    }
}
