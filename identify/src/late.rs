//! Whether features are near because the other program's signal started earlier or later.

use crate::engine::Engine;
use crate::fit::Extent;
use crate::reading::Reading;
use crate::search::Outcome;
use crate::target::Target;

/// How much a shift has to help to be called the reason.
const EXPLAINS: f64 = 0.3;

/// By how many samples the signal was late, if that explains most of a candidate's deviation.
pub(crate) fn samples(signal: &[f32], reading: &Reading, best: &Outcome) -> Option<i64> {
    let hop = i64::from(best.guess.config.hop_length);
    if hop as usize >= signal.len() / 2 || signal.len() > 4_000_000 {
        return None;
    }
    let distance = |late: i64| {
        let n = late.unsigned_abs() as usize;
        // Of the same length, so that the number of frames stays.
        let moved: Vec<f32> = if late >= 0 {
            std::iter::repeat_n(0.0, n).chain(signal[..signal.len() - n].iter().copied()).collect()
        } else {
            signal[n..].iter().copied().chain(std::iter::repeat_n(0.0, n)).collect()
        };
        let engine = Engine::new(&moved, moved.len());
        Target::new(&engine, reading, best.extent == Extent::Part).distance(&best.guess)
    };
    let mut step = (hop / 24).max(1);
    let nearest = |candidates: &mut dyn Iterator<Item = i64>| {
        candidates.map(|late| (distance(late), late)).min_by(|a, b| a.0.total_cmp(&b.0))
    };
    let (mut found, mut late) = nearest(&mut (-24..=24).map(|k| k * step))?;
    while step > 1 {
        step = (step / 2).max(1);
        let (better, at) = nearest(&mut [late - step, late, late + step].into_iter())?;
        (found, late) = (better, at);
    }
    (late != 0 && found < EXPLAINS * best.distance).then_some(late)
}
