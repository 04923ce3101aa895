//! What is told of the measured libraries: a row each, and notes below.

use super::Row;
use crate::Result;
use crate::bench::statistic::{milliseconds, none, rounded};
use std::fmt::Write as _;

/// How far a result is from the exact one.
#[derive(Debug, PartialEq)]
pub struct Deviation {
    largest: f64,
    mean: f64,
    /// Frames that the library gives besides those that there should be.
    more_frames: i64,
}

impl Deviation {
    /// Of float32 and float64 values in little-endian order, each (bands, frames); the frames that both
    /// have are compared.
    pub fn between(values: &[u8], shape: [usize; 2], truth: &[u8], wanted: [usize; 2]) -> Result<Self> {
        let ([rows, frames], [wanted_rows, wanted_frames]) = (shape, wanted);
        if rows != wanted_rows
            || values.len() != rows * frames * 4
            || truth.len() != rows * wanted_frames * 8
        {
            return Err(format!(
                "a result of {rows} bands, {frames} frames and {} bytes",
                values.len()
            )
            .into());
        }
        let (mut largest, mut sum) = (0.0f64, 0.0);
        let common = frames.min(wanted_frames);
        for (row, wanted) in values.chunks_exact(frames * 4).zip(truth.chunks_exact(wanted_frames * 8))
        {
            let pairs = row.chunks_exact(4).zip(wanted.chunks_exact(8)).take(common);
            for (value, wanted) in pairs {
                let value = f32::from_le_bytes(value.try_into()?);
                let off = (f64::from(value) - f64::from_le_bytes(wanted.try_into()?)).abs();
                if !off.is_finite() {
                    return Err(format!("a result with the value {value}").into());
                }
                largest = largest.max(off);
                sum += off;
            }
        }
        let mean = sum / (rows * common) as f64;
        Ok(Self { largest, mean, more_frames: frames as i64 - wanted_frames as i64 })
    }
}

/// The table; its first row is ours, which the times are compared with.
pub fn cells(rows: &[&Row<'_>]) -> Vec<[String; 9]> {
    let heading = [
        "library",
        "version",
        "30 s, one thread, ms",
        "times ours",
        "two threads, ms",
        "1 s, ms",
        "memory of the call (process), MB",
        "largest deviation",
        "mean deviation",
    ];
    let mut cells = vec![heading.map(String::from)];
    let ours = rows.first().and_then(|row| row.times[0]);
    for row in rows {
        let [one, two, short] = row.times.map(milliseconds);
        let times = row.times[0]
            .zip(ours)
            .map_or_else(none, |(theirs, ours)| rounded(theirs.over(ours).median));
        cells.push([
            row.peer.name.into(),
            row.version.clone(),
            one,
            times,
            two,
            short,
            row.memory.map_or_else(none, |memory| {
                let mega = |bytes: u64| rounded(bytes as f64 / 1e6);
                format!("{} ({})", mega(memory.peak.saturating_sub(memory.before)), mega(memory.peak))
            }),
            format!("{:.1e}", row.deviation.largest),
            format!("{:.1e}", row.deviation.mean),
        ]);
    }
    cells
}

/// What has to be known to compare the rows, as a list.
pub fn notes(rows: &[&Row<'_>]) -> String {
    let mut notes = String::new();
    for row in rows {
        let mut parts: Vec<String> = Vec::new();
        if !row.peer.note.is_empty() {
            parts.push(row.peer.note.into());
        }
        match row.deviation.more_frames {
            0 => {}
            1 => parts.push("returns one frame more".into()),
            more @ 2.. => parts.push(format!("returns {more} frames more")),
            less => parts.push(format!("frames that are missing: {}", -less)),
        }
        if !parts.is_empty() {
            let _ = writeln!(notes, "- {}: {}.", row.peer.name, parts.join("; "));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_are_those_of_common_frames() {
        let values: Vec<u8> =
            [1.0f32, 2.0, 9.0, 3.0, 4.0, 9.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        let truth: Vec<u8> = [1.0f64, 2.5, 3.0, 4.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        let deviation = Deviation::between(&values, [2, 3], &truth, [2, 2]).unwrap();
        assert_eq!(deviation, Deviation { largest: 0.5, mean: 0.125, more_frames: 1 });
        assert!(Deviation::between(&values, [3, 2], &truth, [2, 2]).is_err());
        let nan: Vec<u8> = [f32::NAN; 4].iter().flat_map(|x| x.to_le_bytes()).collect();
        assert!(Deviation::between(&nan, [2, 2], &truth, [2, 2]).is_err());
    }
}
