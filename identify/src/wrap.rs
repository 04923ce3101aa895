//! What was made of the frames after everything else: deltas as further rows, then neighbouring frames side by side.
//!
//! Both can be undone. Deltas and overlapping stacks repeat what the first rows say, so that they are recognised for
//! certain; stacks without overlap are suspected where the rows of two blocks move alike.

use crate::features::Rounding;
use crate::statistics::moments;
use mojo_audio_core::MelConfig;
use mojo_audio_core::config::StackEdge;

/// How rows and frames of a result follow from those of a spectrogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wrap {
    /// Frames side by side, and frames from one stack to the next.
    pub stack: u32,
    pub stride: u32,
    /// What missing frames contain.
    pub fill: f32,
    /// Window of the deltas and how often they are taken.
    pub delta: Option<(u32, u32)>,
}

/// Most frames in a stack without overlap, and in one with it.
const MOST_APART: usize = 8;
const MOST_OVERLAPPING: usize = 11;
/// Windows of deltas that are tried.
const DELTAS: [usize; 9] = [3, 5, 7, 9, 11, 13, 15, 17, 19];
/// How far a delta may be off, as a part of the deltas' spread.
const SLACK: f64 = 1e-3;

impl Wrap {
    pub const NONE: Self = Self { stack: 1, stride: 1, fill: 0.0, delta: None };

    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }

    /// Rows of the result for each row of the spectrogram.
    pub fn times(&self) -> usize {
        self.stack as usize * (1 + self.delta.map_or(0, |delta| delta.1 as usize))
    }

    pub fn apply(&self, config: &mut MelConfig, edge: StackEdge) {
        config.delta_win_length = self.delta.map(|delta| delta.0);
        config.delta_order = self.delta.map_or(1, |delta| delta.1);
        config.stack = self.stack;
        config.stack_stride = (self.stack > 1 && self.stride != self.stack).then_some(self.stride);
        let is_stacked = self.stack > 1;
        config.stack_edge = if is_stacked { edge } else { StackEdge::Fill };
        let has_fill = is_stacked && edge == StackEdge::Fill;
        config.stack_fill = if has_fill { f64::from(self.fill) } else { 0.0 };
    }

    /// The spectrogram, row after row, and its numbers of rows and frames. Frames that were made up at the ends of
    /// stacks are left out.
    pub fn undone(&self, full: &[f32], rows: usize, frames: usize) -> (Vec<f32>, usize, usize) {
        let (values, rows, frames) = self.unstacked(full, rows, frames);
        let order = self.delta.map_or(0, |delta| delta.1 as usize);
        let rows = rows / (1 + order);
        (values[..rows * frames].to_vec(), rows, frames)
    }

    fn unstacked(&self, full: &[f32], rows: usize, frames: usize) -> (Vec<f32>, usize, usize) {
        let (stack, stride) = (self.stack as usize, self.stride as usize);
        if stack == 1 {
            return (full.to_vec(), rows, frames);
        }
        let rows = rows / stack;
        // The block and the stack that have a frame; of overlapping stacks the first ones.
        let of_frame = |at: usize| {
            let t = (at / stride).min(frames - 1);
            (at - t * stride, t)
        };
        let all = (frames - 1) * stride + stack;
        let column = |at: usize| {
            let (block, t) = of_frame(at);
            (0..rows).map(move |row| full[(block * rows + row) * frames + t])
        };
        let (mut first, mut end) = (0, all);
        let equal = |a: usize, b: usize| column(a).eq(column(b));
        if stride < stack {
            // The first and the last frame are repeated at the ends.
            while first + 2 < end && equal(first, first + 1) {
                first += 1;
            }
            while end > first + 2 && equal(end - 1, end - 2) {
                end -= 1;
            }
        }
        while end > first + 2 && column(end - 1).all(|value| value == self.fill) {
            end -= 1;
        }
        let values = (0..rows).flat_map(|row| {
            (first..end).map(move |at| {
                let (block, t) = of_frame(at);
                full[(block * rows + row) * frames + t]
            })
        });
        (values.collect(), rows, end - first)
    }
}

/// What may have been made of a spectrogram that is now this matrix. Only what is certain, if anything is.
pub(crate) fn wraps(full: &[f32], rows: usize, frames: usize, rounding: Rounding) -> Vec<Wrap> {
    if frames < 4 {
        return vec![Wrap::NONE];
    }
    let mut likely = vec![Wrap::NONE];
    for stack in 1..=MOST_APART {
        if !rows.is_multiple_of(stack) || rows / stack < 2 {
            continue;
        }
        let last = full[(rows - 1) * frames + frames - 1];
        let is_fill = (rows - rows / stack..rows).all(|row| full[row * frames + frames - 1] == last);
        let fill = if stack > 1 && is_fill { last } else { 0.0 };
        let wrap = Wrap { stack: stack as u32, stride: stack as u32, fill, delta: None };
        let (values, base, n) = wrap.unstacked(full, rows, frames);
        if let Some(delta) = delta(&values, base, n, rounding) {
            return vec![Wrap { delta: Some(delta), ..wrap }];
        }
        if (2..=4).contains(&stack) && base >= 8 && moves_alike(full, base, frames, stack) {
            likely.push(wrap);
        }
    }
    for stack in (2..=MOST_OVERLAPPING).filter(|&stack| rows.is_multiple_of(stack) && rows / stack > 1)
    {
        for stride in 1..stack {
            if overlaps(full, rows, frames, stack, stride) {
                let wrap = Wrap { stack: stack as u32, stride: stride as u32, ..Wrap::NONE };
                let (values, base, n) = wrap.unstacked(full, rows, frames);
                return vec![Wrap { delta: delta(&values, base, n, rounding), ..wrap }];
            }
        }
    }
    likely
}

/// Whether the rows of each block are those of another one a stack earlier.
fn overlaps(full: &[f32], rows: usize, frames: usize, stack: usize, stride: usize) -> bool {
    let shift = stride * (rows / stack);
    let mut moves = false;
    let same = (0..rows - shift).all(|row| {
        let ours = &full[row * frames + 1..(row + 1) * frames];
        let theirs = &full[(row + shift) * frames..(row + shift + 1) * frames - 1];
        moves |= ours[0] != ours[ours.len() - 1];
        ours == theirs
    });
    same && moves
}

/// Window and order of the deltas that the later rows are.
fn delta(values: &[f32], rows: usize, frames: usize, rounding: Rounding) -> Option<(u32, u32)> {
    let is_of = |from: usize, rows: usize, window: usize| {
        let half = (window / 2) as isize;
        let sum = 2.0 * (1..=half).map(|k| (k * k) as f64).sum::<f64>();
        let spread = moments(
            values[(from + rows) * frames..(from + 2 * rows) * frames].iter().map(|&x| f64::from(x)),
        )
        .1;
        let high = values[from * frames..(from + rows) * frames]
            .iter()
            .fold(0.0f64, |high, value| high.max(f64::from(value.abs())));
        let slack = SLACK * spread + 2.0 * rounding.of(high) + 1e-6 * high;
        spread > 1e-4 * high
            && (from..from + rows).all(|row| {
                let row_of = &values[row * frames..][..frames];
                let deltas = &values[(row + rows) * frames..][..frames];
                (0..frames as isize).all(|t| {
                    let at = |t: isize| f64::from(row_of[t.clamp(0, frames as isize - 1) as usize]);
                    let delta =
                        (1..=half).map(|k| k as f64 * (at(t + k) - at(t - k))).sum::<f64>() / sum;
                    (f64::from(deltas[t as usize]) - delta).abs() <= slack
                })
            })
    };
    for window in DELTAS {
        for order in [2, 1] {
            let base = rows / (order + 1);
            if rows.is_multiple_of(order + 1)
                && base > 0
                && is_of(0, base, window)
                && (order == 1 || is_of(base, base, window))
            {
                return Some((window as u32, order as u32));
            }
        }
    }
    None
}

/// Whether rows move more like those of the next block than like the neighbours of these.
fn moves_alike(full: &[f32], base: usize, frames: usize, stack: usize) -> bool {
    if frames < 8 {
        return false;
    }
    let unit = |row: usize| -> Vec<f64> {
        let values = full[row * frames..(row + 1) * frames].iter().map(|&value| f64::from(value));
        let (mean, deviation) = moments(values.clone());
        let length = deviation * (frames as f64).sqrt() + 1e-30;
        values.map(|value| (value - mean) / length).collect()
    };
    let units: Vec<Vec<f64>> = (0..base * stack).map(unit).collect();
    let agreement = |lag: usize| {
        let pairs = units.iter().zip(&units[lag..]);
        let dots = pairs.map(|(a, b)| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>());
        dots.sum::<f64>() / (units.len() - lag) as f64
    };
    let here = agreement(base);
    here > agreement(base - 3).max(agreement(base + 3)) + 0.01
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::probe;
    use mojo_audio_core::MelExtractor;

    #[test]
    fn stacks_and_deltas_are_undone() {
        let samples: Vec<f32> =
            probe(16_000).iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
        let plain = MelConfig { n_mels: 20, drop_last_frame: false, ..MelConfig::whisper() };
        let compute = |config: &MelConfig| {
            let mel = MelExtractor::new(config).unwrap().compute(&samples).unwrap();
            let (rows, frames) = (mel.n_mels(), mel.n_frames());
            (mel.into_data(), rows, frames)
        };
        let (base, rows, frames) = compute(&plain);
        for (stack, stride, delta) in [
            (1, 1, Some((5, 1))),
            (1, 1, Some((9, 2))),
            (2, 2, None),
            (3, 3, Some((3, 2))),
            (7, 6, None),
            (5, 1, None),
        ] {
            let wrap = Wrap { stack, stride, fill: 0.0, delta };
            let mut config = plain.clone();
            let edge = if stride < stack { StackEdge::Repeat } else { StackEdge::Fill };
            wrap.apply(&mut config, edge);
            let (full, full_rows, full_frames) = compute(&config);
            let found = wraps(&full, full_rows, full_frames, Rounding::None);
            assert!(found.contains(&wrap), "{wrap:?} is not in {found:?}");
            assert!(found.len() == 1 || delta.is_none() && stride == stack, "{found:?}");
            let (values, undone_rows, undone) = wrap.undone(&full, full_rows, full_frames);
            assert_eq!(undone_rows, rows);
            let n = undone.min(frames);
            assert!(frames.abs_diff(undone) <= 2 * stack as usize, "{wrap:?}: {undone} of {frames}");
            // Frames of silence repeat each other, so that some of those at the ends may be missing.
            let middle = |values: &[f32], of: usize| values[3 * of + n / 3..][..20].to_vec();
            let lead =
                (0..4).find(|lead| values[3 * undone + n / 3] == base[3 * frames + n / 3 + lead]);
            let lead = lead.unwrap_or(0);
            assert_eq!(middle(&values, undone), base[3 * frames + n / 3 + lead..][..20], "{wrap:?}");
        }
        assert_eq!(wraps(&base, rows, frames, Rounding::None), [Wrap::NONE]);
    }
}
