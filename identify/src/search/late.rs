//! Zeros in front of the signal.

use super::{Found, Outcome, Search};
use crate::descent::Descent;
use crate::engine::Guess;
use crate::fit::{Extent, Stage};
use crate::late;
use crate::polish;
use crate::scores::scores;
use mojo_audio_core::MelExtractor;
use mojo_audio_core::config::PadMode;

impl Search<'_> {
    /// Zeros in front of the signal, if that explains why it is late.
    pub(super) fn try_late(&self, found: &mut Found) {
        let Some(best) = found.outcomes.first().filter(|best| best.distance < 0.4).cloned() else {
            return;
        };
        if best.extent != Extent::All || best.guess.config.n_frames.is_some() {
            return;
        }
        (self.progress)("zeros in front", found.best());
        let limits = self.limits.within(1.0 / 5.0);
        let reading = &self.readings[best.reading];
        let late = late::samples(self.engine.samples, reading, &best, &limits);
        let Some(late) = late.filter(|&late| late > 0) else { return };
        let target = self.target(&best);
        let mut guesses = Vec::new();
        for (dropped, counted) in [(false, false), (true, false), (false, true)] {
            let mut guess = best.guess.clone();
            let config = &mut guess.config;
            config.pad_start = late.cast_unsigned();
            if config.center || !config.snip_edges {
                config.pad_mode = PadMode::Constant;
            }
            config.drop_last_frame = dropped;
            config.n_frames = counted.then_some(reading.frames as u32);
            (self.fixed)(&mut guess);
            guesses.push(guess);
        }
        let distances = scores(&guesses, &limits, 0.0, &target);
        let first = (0..guesses.len()).min_by(|&a, &b| distances[a].total_cmp(&distances[b]));
        if let Some(first) = first.filter(|&first| distances[first] < best.distance) {
            let descent = self.descent(1.0 / 4.0, 8, 1e-9);
            let (distance, guess) =
                descent.run(guesses[first].clone(), distances[first], &target, &|g| {
                    polish::changes(g, &target)
                });
            found.add(Outcome { distance, guess, ..best });
        }
    }

    /// Recipes with zeros in front, which make more frames than the signal alone.
    pub(super) fn try_late_recipes(&self, found: &mut Found) {
        (self.progress)("recipes with zeros in front", found.best());
        let limits = self.limits.within(1.0 / 6.0);
        let n = self.engine.samples.len();
        let fitters = self.fitters();
        let mut best: Vec<(f64, usize, Guess)> = Vec::new();
        for (at, fitter) in fitters.iter().enumerate() {
            let reading = fitter.reading;
            let is_plain = reading.wrap.is_none() && !reading.is_cepstrum();
            if !reading.is_searched() || !is_plain || limits.over() {
                continue;
            }
            let mut guesses: Vec<Guess> = Vec::new();
            for style in self.styles(fitter).into_iter().filter(|style| style.config.pad_start == 0) {
                for late in self.leads(&style, reading.valid, n) {
                    let mut guess = style.clone();
                    let config = &mut guess.config;
                    config.pad_start = late;
                    if config.center || !config.snip_edges {
                        config.pad_mode = PadMode::Constant;
                    }
                    (self.fixed)(&mut guess);
                    guesses.push(guess);
                }
            }
            let residuals = scores(&guesses, &limits, 3e-6, &fitter.residuals(Stage::Rows));
            best.extend(residuals.into_iter().zip(guesses).map(|(residual, g)| (residual, at, g)));
        }
        best.sort_by(|a, b| a.0.total_cmp(&b.0));
        best.retain(|known| known.0 < 0.5);
        best.truncate(3);
        for known in &mut best {
            let fitter = &fitters[known.1];
            let descent = Descent { limits, fixed: self.fixed, steps: 8, good: 3e-6 };
            (known.0, known.2) =
                descent.run(known.2.clone(), known.0, &fitter.residuals(Stage::Rows), &|g| {
                    polish::leads(&g.config)
                });
        }
        best.sort_by(|a, b| a.0.total_cmp(&b.0));
        best.retain(|known| known.0 < 0.1);
        best.truncate(2);
        if let Some(first) = best.first() {
            found.front = Some(found.front.map_or(first.0, |front| front.min(first.0)));
            self.complete(&fitters, best, found, 1.0 / 3.0);
        }
    }

    /// Numbers of zeros with which a front end makes this many frames: round ones, and some of the others.
    fn leads(&self, guess: &Guess, frames: usize, n: usize) -> Vec<u64> {
        let Ok(extractor) = MelExtractor::new(&guess.config) else { return Vec::new() };
        let count = |late: u64| extractor.frame_count(n + late as usize);
        let hop = u64::from(guess.config.hop_length);
        let most = hop * (frames as u64 + 2);
        if count(0) > frames || count(most) < frames {
            return Vec::new();
        }
        let first = (0..=most / hop).map(|k| k * hop).find(|&late| count(late) >= frames).unwrap_or(0);
        let range = first.saturating_sub(hop)..first + 2 * hop;
        let step = (hop / 12).max(1);
        let fits = |late: &u64| *late > 0 && (frames..=frames + 1).contains(&count(*late));
        range.filter(|late| late % 100 == 0 || late % step == 0).filter(fits).collect()
    }
}
