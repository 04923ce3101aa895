//! What is tried where it tells little how rows move: of few frames, and of frames that are all alike.

use super::{EXACT, Found, Search};
use crate::engine::Guess;
use crate::fit::Stage;
use crate::framing::Bank;
use crate::moves::{self, windows};
use crate::recipes;
use crate::scores::scores;
use crate::target::Target;
use mojo_audio_core::MelConfig;
use mojo_audio_core::config::PadMode;

/// Candidates whose windows and ends are varied.
const SIZES: usize = 40;
/// Framings of recipes whose edges are varied.
const FRAMINGS: usize = 40;

/// What makes a framing.
fn framing(config: &MelConfig) -> impl PartialEq + use<> {
    let c = config;
    let sizes = (c.n_fft, c.window_length(), c.hop_length);
    let place = (c.center, c.center_pad, c.snip_edges, c.frame_span, c.pad_start);
    (sizes, place, (c.window, c.window_periodic, c.preemphasis.to_bits(), c.power.to_bits()))
}

impl Search<'_> {
    /// Recipes with other lengths and distances that are usual.
    pub(super) fn try_usual_sizes(&self, found: &mut Found, poor: bool) {
        (self.progress)("usual recipes in other sizes", found.best());
        let limits = self.limits.within(1.0 / 6.0);
        let mut near: Vec<(f64, Guess, usize)> = Vec::new();
        for (at, reading) in self.readings.iter().enumerate() {
            if !(poor || reading.is_searched() && reading.is_still()) || limits.over() {
                continue;
            }
            let target = Target::new(self.engine, reading, false);
            let guesses = recipes::with_usual_sizes(&target, self.start, self.sample_rate, self.fixed);
            let distances = scores(&guesses, &limits, EXACT, &target);
            near.extend(
                distances.into_iter().zip(guesses).map(|(distance, guess)| (distance, guess, at)),
            );
            near.retain(|known| known.0.is_finite());
            near.sort_by(|a, b| a.0.total_cmp(&b.0));
            // Of one frame, hops make no difference.
            near.dedup_by_key(|known| (known.0.to_bits(), known.2));
            let mut seen = Vec::new();
            near.retain(|(_, guess, at)| {
                let key = (*at, framing(&guess.config), guess.config.pad_mode);
                let new = seen.len() < SIZES && !seen.contains(&key);
                if new {
                    seen.push(key);
                }
                new
            });
        }
        let mut varied = Vec::new();
        for (distance, guess, at) in &near {
            varied.push((*distance, guess.clone(), *at));
            if *distance <= EXACT || limits.over() {
                continue;
            }
            let target = Target::new(self.engine, &self.readings[*at], false);
            let mut others = Vec::new();
            for (window, periodic) in windows() {
                for &pad_mode in PadMode::ALL {
                    let mut other = guess.clone();
                    (other.config.window, other.config.window_periodic) = (window, periodic);
                    other.config.pad_mode = pad_mode;
                    (self.fixed)(&mut other);
                    others.push(other);
                }
            }
            let distances = scores(&others, &limits, EXACT, &target);
            let best = (0..others.len()).min_by(|&a, &b| distances[a].total_cmp(&distances[b]));
            if let Some(best) = best.filter(|&best| distances[best] < *distance) {
                *varied.last_mut().expect("pushed above") =
                    (distances[best], others[best].clone(), *at);
            }
        }
        self.improve(varied, poor, found);
    }

    /// The framings of recipes with other filters: of noise, only the right ones fit at all.
    pub(super) fn try_other_edges(&self, found: &mut Found) {
        (self.progress)("usual recipes with other filters", found.best());
        let limits = self.limits.within(1.0 / 6.0);
        let fitters = self.fitters();
        let mut best: Vec<(f64, usize, Guess)> = Vec::new();
        for (at, fitter) in fitters.iter().enumerate() {
            let reading = fitter.reading;
            let is_tried = reading.is_searched() && reading.is_still() && !reading.is_cepstrum();
            if !is_tried || limits.over() {
                continue;
            }
            let target = Target::new(self.engine, reading, false);
            let (mut fronts, mut seen) = (Vec::new(), Vec::new());
            for front in recipes::fronts(&target, self.start, self.sample_rate) {
                let key = framing(&front.config);
                if !seen.contains(&key) && seen.len() < FRAMINGS {
                    seen.push(key);
                    fronts.push(front);
                }
            }
            for front in fronts {
                let mut others = edges(&front);
                others.iter_mut().for_each(|guess| (self.fixed)(guess));
                let residuals = scores(&others, &limits, 1e-5, &fitter.residuals(Stage::Rows));
                let least = (0..others.len()).min_by(|&a, &b| residuals[a].total_cmp(&residuals[b]));
                best.extend(least.map(|least| (residuals[least], at, others[least].clone())));
            }
        }
        best.retain(|known| known.0 < 0.7);
        best.sort_by(|a, b| a.0.total_cmp(&b.0));
        best.truncate(3);
        self.descend(&fitters, &mut best);
        best.sort_by(|a, b| a.0.total_cmp(&b.0));
        best.retain(|known| known.0 < 5.0 * self.readings[known.1].enough());
        if let Some(first) = best.first() {
            found.front = Some(found.front.map_or(first.0, |front| front.min(first.0)));
            self.complete(&fitters, best, found, 1.0 / 3.0);
        }
    }
}

/// A front end with other filters: usual edges together, and one unusual edge.
fn edges(front: &Guess) -> Vec<Guess> {
    let nyquist = f64::from(front.config.sample_rate) / 2.0;
    let (low, high) = (front.config.f_min, front.config.f_max);
    let tops = moves::UPPER_EDGES.iter().copied().chain([nyquist - 400.0]).filter(|&top| top < nyquist);
    let tops: Vec<Option<f64>> = [None].into_iter().chain(tops.map(Some)).collect();
    let mut pairs: Vec<(f64, Option<f64>)> = Vec::new();
    for low in moves::LOWER_EDGES {
        pairs.extend(tops.iter().map(|&top| (low, top)));
    }
    pairs.extend((0..200).map(|step| (f64::from(step) * 5.0, high)));
    pairs.extend((0..150).map(|step| (low, Some(nyquist * (1.0 - f64::from(step) / 300.0)))));
    let mut found = Vec::new();
    for bank in Bank::ALL {
        for &(f_min, f_max) in pairs.iter().filter(|pair| pair.1.is_none_or(|top| top > pair.0 + 100.0))
        {
            let mut other = front.clone();
            (other.config.f_min, other.config.f_max) = (f_min, f_max);
            found.extend(bank.on(&other));
        }
    }
    found
}
