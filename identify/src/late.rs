//! Whether features are near because the other program's signal started earlier or later.

use crate::engine::Engine;
use crate::fit::Extent;
use crate::limits::Limits;
use crate::reading::Reading;
use crate::scores::score;
use crate::search::Outcome;
use crate::target::Target;

/// How much a shift has to help to be called the reason.
const EXPLAINS: f64 = 0.3;

/// By how many samples the signal was late, if that explains most of a candidate's deviation. `None` as
/// well if that can't be said within the limits.
pub(crate) fn samples(
    signal: &[f32],
    reading: &Reading,
    best: &Outcome,
    limits: &Limits<'_>,
) -> Option<i64> {
    let hop = i64::from(best.guess.config.hop_length);
    if hop as usize >= signal.len() / 2 {
        return None;
    }
    let distance = |late: i64| {
        // Steps of one sample reach beyond the shortest signals.
        let n = (late.unsigned_abs() as usize).min(signal.len());
        // Of the same length, so that the number of frames stays.
        let moved: Vec<f32> = if late >= 0 {
            std::iter::repeat_n(0.0, n).chain(signal[..signal.len() - n].iter().copied()).collect()
        } else {
            signal[n..].iter().copied().chain(std::iter::repeat_n(0.0, n)).collect()
        };
        let engine = Engine::new(&moved, moved.len());
        let target = Target::new(&engine, reading, best.extent == Extent::Part);
        score(&best.guess, limits, &target)
    };
    let mut step = (hop / 24).max(1);
    let nearest = |candidates: &mut dyn Iterator<Item = i64>| {
        candidates
            .map(|late| if limits.over() { None } else { Some((distance(late), late)) })
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .min_by(|a, b| a.0.total_cmp(&b.0))
    };
    let (mut found, mut late) = nearest(&mut (-24..=24).map(|k| k * step))?;
    while step > 1 {
        step = (step / 2).max(1);
        let (better, at) = nearest(&mut [late - step, late, late + step].into_iter())?;
        (found, late) = (better, at);
    }
    (late != 0 && found < EXPLAINS * best.distance).then_some(late)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Guess;
    use crate::features::{Features, Rounding};
    use crate::limits::Work;
    use crate::reading::readings;
    use mojo_audio_core::MelConfig;
    use std::time::{Duration, Instant};

    #[test]
    fn signals_shorter_than_the_steps_are_searched() {
        let config =
            MelConfig { n_fft: 16, hop_length: 2, n_mels: 8, center: false, ..MelConfig::whisper() };
        let signal: Vec<f32> = (0..20).map(|i| (i as f32).sin()).collect();
        let values: Vec<f32> = (0..16).map(|i| (i as f32).cos()).collect();
        let features = Features::new(&values, [8, 2]).unwrap();
        let readings = readings(&features, Rounding::None, signal.len(), None, |_| false);
        let best =
            Outcome { distance: 0.1, guess: Guess::new(config), reading: 0, extent: Extent::All };
        let (end, work) = (Instant::now() + Duration::from_secs(60), Work::default());
        let limits = Limits::new(end, 1, None, &work);
        assert_eq!(samples(&signal, &readings[0], &best, &limits), None);
    }
}
