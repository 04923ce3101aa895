//! What is beyond the ends of a signal: zeros, its outermost sample, or its mirror image.

use crate::config::PadMode;

/// A run of places beyond an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub content: Content,
    /// How many places the run has at most.
    pub len: usize,
}

/// What a run consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Zeros,
    /// The sample at this place, over and over.
    Same(u64),
    /// The samples from this place on.
    Forwards(u64),
    /// The samples from this place back.
    Backwards(u64),
}

/// The run that starts at place `index` beyond a signal of `length` samples.
pub(crate) fn run(mode: PadMode, index: i64, length: u64) -> Run {
    let last = length as i64 - 1;
    // Mirrors at both ends make the signal periodic: in a period, it runs forwards once, then backwards
    // from `turn` on.
    let (period, turn) = match mode {
        PadMode::Constant => return Run { content: Content::Zeros, len: usize::MAX },
        PadMode::Replicate => return Run::same(index.clamp(0, last)),
        PadMode::Reflect if last == 0 => return Run::same(0),
        PadMode::Reflect => (2 * last, 2 * last),
        PadMode::Symmetric => (2 * last + 2, 2 * last + 1),
    };
    let place = index.rem_euclid(period);
    if place > last {
        let from = turn - place;
        Run { content: Content::Backwards(from as u64), len: from as usize + 1 }
    } else {
        Run { content: Content::Forwards(place as u64), len: (last - place) as usize + 1 }
    }
}

impl Run {
    fn same(place: i64) -> Self {
        Self { content: Content::Same(place as u64), len: usize::MAX }
    }
}

/// The first place after `silent_from` at which a signal of `length` samples, which are 0 from `silent_from`
/// on, may be something else: its end shows samples from before that.
pub(crate) fn end_of_silence(mode: PadMode, silent_from: u64, length: u64) -> u64 {
    if silent_from >= length {
        return if mode == PadMode::Constant { u64::MAX } else { silent_from };
    }
    match mode {
        PadMode::Constant | PadMode::Replicate => u64::MAX,
        PadMode::Reflect => 2 * length - 1 - silent_from,
        PadMode::Symmetric => 2 * length - silent_from,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample at a place, one step at a time: each mirror is a step back into the signal.
    fn at(mode: PadMode, index: i64, length: i64) -> Option<i64> {
        let mut place = index;
        loop {
            if (0..length).contains(&place) {
                return Some(place);
            }
            place = match mode {
                PadMode::Constant => return None,
                PadMode::Replicate => return Some(if place < 0 { 0 } else { length - 1 }),
                PadMode::Reflect if length == 1 => return Some(0),
                PadMode::Reflect if place < 0 => -place,
                PadMode::Reflect => 2 * (length - 1) - place,
                PadMode::Symmetric if place < 0 => -1 - place,
                PadMode::Symmetric => 2 * length - 1 - place,
            };
        }
    }

    const MODES: [PadMode; 4] =
        [PadMode::Constant, PadMode::Replicate, PadMode::Reflect, PadMode::Symmetric];

    #[test]
    fn runs_are_what_single_places_are() {
        for mode in MODES {
            for length in 1..8i64 {
                for start in (-30..0).chain(length..30) {
                    let run = run(mode, start, length as u64);
                    assert!(run.len > 0);
                    // Up to the signal, or some way.
                    let most = if start < 0 { -start } else { 20 };
                    for step in 0..most.min(i64::try_from(run.len).unwrap_or(i64::MAX)) {
                        let shown = match run.content {
                            Content::Zeros => None,
                            Content::Same(place) => Some(place as i64),
                            Content::Forwards(from) => Some(from as i64 + step),
                            Content::Backwards(from) => Some(from as i64 - step),
                        };
                        let expected = at(mode, start + step, length);
                        assert_eq!(shown, expected, "{mode:?}, {length} from {start}, {step} on");
                    }
                }
            }
        }
    }

    #[test]
    fn silence_ends_before_the_first_place_that_shows_a_sound() {
        for mode in MODES {
            for length in 1..8 {
                for silent_from in 1..=length {
                    let is_silent =
                        |place| at(mode, place, length).is_none_or(|place| place >= silent_from);
                    let end = end_of_silence(mode, silent_from as u64, length as u64);
                    let expected = (silent_from..40).find(|&place| !is_silent(place));
                    let end = i64::try_from(end).ok();
                    assert_eq!(end, expected, "{mode:?}, {length}, silent from {silent_from}");
                }
            }
        }
    }
}
