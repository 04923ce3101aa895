//! The order of the search: usual recipes; the grid of all readings together; descents from the best;
//! the back end; and if nothing fits, what may have been put behind the signal, and parts of the frames.

mod by_rows;
mod still;

use crate::back;
use crate::descent::{Descent, Fixed};
use crate::engine::{Engine, Guess};
use crate::fit::{Extent, Fitter, Stage};
use crate::framing;
use crate::late;
use crate::limits::Limits;
use crate::moves;
use crate::polish;
use crate::reading::{Kind, Reading};
use crate::recipes::{self, Rate};
use crate::rows;
use crate::scores::{score, scores};
use crate::target::{Target, Unlikeness};
use crate::verdict;
use mojo_audio_core::config::{FrameSpan, PadMode, PreemphasisMode, Window};
use mojo_audio_core::{MelConfig, MelExtractor};
use std::collections::BTreeSet;

/// What the search works on.
pub(crate) struct Search<'a> {
    pub engine: &'a Engine<'a>,
    pub sample_rate: u32,
    pub readings: &'a [Reading],
    /// The recipe to start from.
    pub start: Option<&'a MelConfig>,
    pub fixed: Fixed<'a>,
    pub limits: Limits<'a>,
    pub progress: &'a (dyn Fn(&str, f64) + Sync),
}

/// A candidate with everything in.
#[derive(Clone)]
pub(crate) struct Outcome {
    /// As of [`Target::distance`].
    pub distance: f64,
    pub guess: Guess,
    /// Which reading it is of.
    pub reading: usize,
    pub extent: Extent,
}

/// All that was found, the best first.
#[derive(Default)]
pub(crate) struct Found {
    pub outcomes: Vec<Outcome>,
    /// The least residual of a front end: near 1 where the features follow nothing in this signal.
    pub front: Option<f64>,
}

/// A distance that needs no further search.
const EXACT: f64 = 3e-6;
/// Above this, something is still unknown.
pub(crate) const NEAR: f64 = 2e-4;

impl Search<'_> {
    pub fn run(&self) -> Found {
        let mut found = Found::default();
        self.try_recipes_at(&mut found, false, Rate::Recording);
        if !self.is_settled(&found) {
            self.try_recipe_fronts(&mut found);
        }
        if !self.is_settled(&found) {
            self.try_recipes_at(&mut found, false, Rate::Other);
        }
        if !self.is_settled(&found) {
            self.try_usual_sizes(&mut found, false);
        }
        if !self.is_settled(&found) {
            self.try_other_edges(&mut found);
        }
        if !self.is_settled(&found) {
            self.try_pcen(&mut found);
        }
        if found.best() > 0.02 && found.front.is_none_or(|front| front > 0.05) {
            self.try_scaled_pcen(&mut found);
        }
        if !self.is_settled(&found) {
            self.try_by_rows(&mut found);
        }
        if !self.is_settled(&found) {
            self.try_all(&mut found, Extent::All, 1.0);
        }
        if !self.is_settled(&found) {
            self.try_late(&mut found);
        }
        if found.best() > 2e-3 && !self.limits.over() {
            self.try_late_recipes(&mut found);
        }
        if found.best() > 2e-3 && !self.limits.over() {
            self.try_padded(&mut found);
        }
        if found.best() > 0.02 && !self.limits.over() {
            self.try_all(&mut found, Extent::Part, 1.0);
        }
        self.tidy(&mut found);
        found
    }

    fn descent(&self, share: f64, steps: usize, good: f64) -> Descent<'_> {
        Descent { limits: self.limits.within(share), fixed: self.fixed, steps, good }
    }

    /// Whether the best is no further off than rounding explains.
    fn is_settled(&self, found: &Found) -> bool {
        found.outcomes.first().is_some_and(|best| {
            let deviation = self.target(best).deviation(&best.guess);
            deviation.is_some_and(|deviation| verdict::is_equal(&deviation))
        })
    }

    fn target(&self, outcome: &Outcome) -> Target<'_> {
        Target::new(self.engine, &self.readings[outcome.reading], outcome.extent == Extent::Part)
    }

    /// The recipes alone, with more changes, for inputs on which nothing else is tried.
    pub fn try_recipes_of_poor(&self, found: &mut Found) {
        self.try_recipes_at(found, true, Rate::Recording);
        if !self.is_settled(found) && found.best() > NEAR {
            self.try_recipes_at(found, true, Rate::Other);
        }
        if !self.is_settled(found) && found.best() > NEAR {
            self.try_usual_sizes(found, true);
        }
    }

    /// Presets, and what a few changes make of them.
    fn try_recipes_at(&self, found: &mut Found, poor: bool, rate: Rate) {
        let step = match rate {
            Rate::Recording => "usual recipes",
            Rate::Other => "usual recipes at other rates",
        };
        (self.progress)(step, found.best());
        let mut near: Vec<(f64, Guess, usize)> = Vec::new();
        for (at, reading) in self.readings.iter().enumerate() {
            if self.limits.over() {
                break;
            }
            let target = Target::new(self.engine, reading, false);
            let guesses = recipes::around(&target, self.start, self.sample_rate, rate, self.fixed);
            let limits = self.limits.within(1.0 / 4.0);
            let distances = scores(&guesses, &limits, EXACT, &target);
            near.extend(
                distances.into_iter().zip(guesses).map(|(distance, guess)| (distance, guess, at)),
            );
            if near.iter().any(|known| known.0 <= EXACT) {
                break;
            }
        }
        self.improve(near, poor, found);
    }

    /// Descends from the best of whole configurations, each with its distance and its reading.
    fn improve(&self, mut near: Vec<(f64, Guess, usize)>, poor: bool, found: &mut Found) {
        near.retain(|known| known.0.is_finite());
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        if poor {
            self.step(&mut near);
        }
        let limits = self.limits.within(1.0 / 5.0);
        let (n, most) = if poor { (12, f64::INFINITY) } else { (4, 0.4) };
        for (start, guess, reading) in near.into_iter().take(n) {
            let target = Target::new(self.engine, &self.readings[reading], false);
            let mut now = (start, guess);
            // A recipe that is meant is near after a few changes, each of which helps much.
            while now.0 > EXACT && now.0 < most && !limits.over() {
                let descent = Descent { limits, fixed: self.fixed, steps: 1, good: EXACT };
                let next = descent.run(now.1.clone(), now.0, &target, &|g| {
                    let mut changes = polish::changes(g, &target);
                    if poor {
                        changes.extend(moves::changes(g, target.reading, Stage::Whole));
                    }
                    changes
                });
                let helps = next.0 < if poor { 0.98 } else { 0.5 } * now.0;
                now = next;
                if !helps {
                    break;
                }
            }
            found.add(Outcome { distance: now.0, guess: now.1, reading, extent: Extent::All });
            if found.best() <= NEAR || limits.over() {
                break;
            }
        }
    }

    /// One change of each: of an input that tells little, the nearest recipe may be another one.
    fn step(&self, near: &mut [(f64, Guess, usize)]) {
        let limits = self.limits.within(1.0 / 8.0);
        for (distance, guess, reading) in near.iter_mut() {
            if limits.over() {
                break;
            }
            let target = Target::new(self.engine, &self.readings[*reading], false);
            let descent = Descent { limits, fixed: self.fixed, steps: 1, good: EXACT };
            (*distance, *guess) =
                descent.run(guess.clone(), *distance, &target, &|g| polish::changes(g, &target));
            if *distance <= EXACT {
                break;
            }
        }
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
    }

    /// The front ends of the recipes with any back end.
    fn try_recipe_fronts(&self, found: &mut Found) {
        let fitters: Vec<Fitter<'_>> = self
            .readings
            .iter()
            .map(|reading| Fitter::new(self.engine, reading, Extent::All))
            .collect();
        let mut best = self.recipe_fronts(&fitters, Extent::All);
        let is_good = |known: &&(f64, usize, Guess)| known.0 < self.readings[known.1].enough();
        let good: Vec<_> = best.iter().filter(is_good).take(2).cloned().collect();
        if let Some(first) = good.first() {
            found.front = Some(first.0);
            self.complete(&fitters, good, found, 1.0 / 2.0);
            if self.is_settled(found) {
                return;
            }
        }
        if best.first().is_none_or(|first| first.0 > 0.1) {
            self.try_recipe_parts(found);
            if self.is_settled(found) {
                return;
            }
        }
        // A recipe of which a few options were changed.
        let mut seen = Vec::new();
        best.retain(|(residual, at, guess)| {
            let c = &guess.config;
            let key = (*at, c.n_fft, c.hop_length, c.mel_scale, c.center, c.triangle_domain);
            let new = *residual < 0.97 && seen.len() < 6 && !seen.contains(&key);
            if new {
                seen.push(key);
            }
            new
        });
        (self.progress)("recipes with a few changes", found.best());
        let all = self.limits.within(1.0 / 3.0);
        let mut changed: Vec<(f64, usize, Guess)> = Vec::new();
        for (residual, at, guess) in best {
            if all.over() {
                break;
            }
            let fitter = &fitters[at];
            let (mut residual, mut guess) = (residual, guess);
            if residual > 0.1 && !fitter.reading.is_cepstrum() {
                let mut banks = rows::banks(fitter, &guess, &all);
                banks.iter_mut().for_each(|guess| (self.fixed)(guess));
                let residuals = scores(&banks, &all, 3e-6, &fitter.residuals(Stage::Rows));
                for (other, bank) in residuals.into_iter().zip(banks) {
                    if other < residual {
                        (residual, guess) = (other, bank);
                    }
                }
            }
            let descent = Descent { limits: all, fixed: self.fixed, steps: 6, good: 3e-6 };
            let (residual, guess) =
                descent.run(guess, residual, &fitter.residuals(Stage::Rows), &|g| {
                    moves::changes(g, fitter.reading, Stage::Rows)
                });
            changed.push((residual, at, guess));
            if residual < 1e-4 {
                break;
            }
        }
        changed.sort_by(|a, b| a.0.total_cmp(&b.0));
        changed.retain(|known| known.0 < 0.01);
        changed.truncate(2);
        if let Some(first) = changed.first() {
            found.front = Some(found.front.map_or(first.0, |front| front.min(first.0)));
            self.complete(&fitters, changed, found, 1.0 / 2.0);
        }
    }

    /// The residuals of the front ends of the recipes for each reading, the least first.
    fn recipe_fronts(&self, fitters: &[Fitter<'_>], extent: Extent) -> Vec<(f64, usize, Guess)> {
        let is_part = extent == Extent::Part;
        let mut all: Vec<(f64, usize, Guess)> = Vec::new();
        for (at, fitter) in fitters.iter().enumerate() {
            let is_plain = fitter.reading.wrap.is_none();
            if !fitter.reading.is_searched() || is_part && !is_plain || self.limits.over() {
                continue;
            }
            let target = Target::new(self.engine, fitter.reading, is_part);
            let mut fronts = recipes::fronts(&target, self.start, self.sample_rate);
            if !is_part {
                // Frames that stay inside the signal are often a part of those that reach beyond its ends: the whole
                // of a recipe with one option changed is the better answer.
                for at in 0..fronts.len() {
                    let mut inside = fronts[at].clone();
                    inside.config.center = false;
                    if !fronts.contains(&inside) {
                        fronts.push(inside);
                    }
                }
            }
            fronts.iter_mut().for_each(|guess| (self.fixed)(guess));
            let limits = self.limits.within(1.0 / 6.0);
            let residuals = scores(&fronts, &limits, 3e-6, &fitter.residuals(Stage::Rows));
            all.extend(
                residuals.into_iter().zip(fronts).map(|(residual, guess)| (residual, at, guess)),
            );
        }
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        all
    }

    /// The front ends of the recipes for a part of the frames.
    fn try_recipe_parts(&self, found: &mut Found) {
        (self.progress)("parts of usual recipes", found.best());
        let whole = self.whole();
        let fitters: Vec<Fitter<'_>> =
            self.readings.iter().map(|reading| Fitter::new(&whole, reading, Extent::Part)).collect();
        let mut best = self.recipe_fronts(&fitters, Extent::Part);
        best.retain(|known| known.0 < self.readings[known.1].enough());
        best.truncate(2);
        if let Some(first) = best.first() {
            found.front = Some(first.0);
            self.complete(&fitters, best, found, 1.0 / 2.0);
        }
    }

    /// The first minute, in which a part of the frames is looked for.
    fn whole(&self) -> Engine<'_> {
        Engine::new(self.engine.samples, 60 * self.sample_rate as usize)
    }

    /// Energies divided by their average so far, which no line over energies explains.
    fn try_pcen(&self, found: &mut Found) {
        (self.progress)("PCEN", found.best());
        let limits = self.limits.within(1.0 / 4.0);
        let mut near: Vec<(f64, Guess, usize)> = Vec::new();
        for (at, reading) in self.readings.iter().enumerate() {
            if reading.is_searched() && reading.kind == Kind::Linear && !self.limits.over() {
                let target = Target::new(self.engine, reading, false);
                let guesses = recipes::pcen(&target, self.start, self.sample_rate, true, self.fixed);
                let distances = scores(&guesses, &limits, EXACT, &target);
                near.extend(
                    distances.into_iter().zip(guesses).map(|(distance, guess)| (distance, guess, at)),
                );
            }
        }
        near.retain(|known| known.0 < 0.6);
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (distance, guess, reading) in near.into_iter().take(2) {
            let target = Target::new(self.engine, &self.readings[reading], false);
            let descent = Descent { limits, fixed: self.fixed, steps: 8, good: EXACT };
            let (distance, guess) =
                descent.run(guess, distance, &target, &|g| polish::changes_of_pcen(g, &target));
            found.add(Outcome { distance, guess, reading, extent: Extent::All });
            if self.is_settled(found) {
                break;
            }
        }
    }

    /// Zeros in front of the signal, if that explains why it is late.
    fn try_late(&self, found: &mut Found) {
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
    fn try_late_recipes(&self, found: &mut Found) {
        (self.progress)("recipes with zeros in front", found.best());
        let limits = self.limits.within(1.0 / 6.0);
        let n = self.engine.samples.len();
        let fitters: Vec<Fitter<'_>> = self
            .readings
            .iter()
            .map(|reading| Fitter::new(self.engine, reading, Extent::All))
            .collect();
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

    /// PCEN with an offset and a factor, or with normalized rows: judged by how much like a line it is.
    fn try_scaled_pcen(&self, found: &mut Found) {
        (self.progress)("scaled PCEN", found.best());
        let limits = self.limits.within(1.0 / 4.0);
        let mut near: Vec<(f64, Guess, usize)> = Vec::new();
        for (at, reading) in self.readings.iter().enumerate() {
            let is_plain = reading.kind == Kind::Log && reading.energy.is_none();
            let is_free = is_plain && !reading.clamped && !reading.limited;
            if reading.is_searched() && is_free && !limits.over() {
                let target = Target::new(self.engine, reading, false);
                let guesses = recipes::pcen(&target, self.start, self.sample_rate, false, self.fixed);
                let residuals = scores(&guesses, &limits, EXACT, &Unlikeness(&target));
                let known = residuals.into_iter().zip(guesses);
                near.extend(known.map(|(residual, guess)| (residual, guess, at)));
            }
        }
        near.retain(|known| known.0 < 0.3);
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (residual, guess, reading) in near.into_iter().take(2) {
            let target = Target::new(self.engine, &self.readings[reading], false);
            let descent = Descent { limits, fixed: self.fixed, steps: 4, good: EXACT };
            let (_, guess) = descent.run(guess, residual, &Unlikeness(&target), &|_| polish::pcen());
            let backs = back::of_pcen(&guess, target.reading);
            let backs: Vec<Guess> = backs
                .into_iter()
                .map(|mut guess| {
                    let changes = polish::line_of(&guess, &target);
                    changes.iter().for_each(|change| change(&mut guess));
                    (self.fixed)(&mut guess);
                    guess
                })
                .collect();
            let distances = scores(&backs, &limits, EXACT, &target);
            let best = (0..backs.len()).min_by(|&a, &b| distances[a].total_cmp(&distances[b]));
            let Some(best) = best.filter(|&best| distances[best].is_finite()) else { continue };
            let descent = Descent { limits, fixed: self.fixed, steps: 6, good: EXACT };
            let (distance, guess) = descent.run(backs[best].clone(), distances[best], &target, &|g| {
                polish::changes_of_pcen(g, &target)
            });
            found.add(Outcome { distance, guess, reading, extent: Extent::All });
            if self.is_settled(found) {
                break;
            }
        }
    }

    /// Grid, descents and back end for all readings.
    fn try_all(&self, found: &mut Found, extent: Extent, share: f64) {
        let whole = self.whole();
        let engine = if extent == Extent::Part { &whole } else { self.engine };
        let fitters: Vec<Fitter<'_>> =
            self.readings.iter().map(|reading| Fitter::new(engine, reading, extent)).collect();
        let beam = self.beam(&fitters, share, found);
        let Some(least) = beam.first().map(|first| first.0) else { return };
        if self.limits.over() {
            return;
        }
        found.front = Some(found.front.map_or(least, |front| front.min(least)));
        (self.progress)("the front end", found.best());
        let all = self.limits.within(share / 2.0);
        let mut fronts: Vec<(f64, usize, Guess)> = Vec::new();
        for (residual, at, guess) in beam {
            let fitter = &fitters[at];
            let descent =
                Descent { limits: all.within(share / 3.0), fixed: self.fixed, steps: 12, good: 3e-6 };
            let (residual, guess) =
                descent.run(guess, residual, &fitter.residuals(Stage::Rows), &|g| {
                    moves::changes(g, fitter.reading, Stage::Rows)
                });
            fronts.push((residual, at, guess));
            if residual < 1e-4 || all.over() {
                break;
            }
        }
        fronts.sort_by(|a, b| a.0.total_cmp(&b.0));
        found.front = found.front.map(|front| front.min(fronts[0].0));
        self.complete(&fitters, fronts, found, share);
    }

    /// From front ends, the best first, to whole configurations.
    fn complete(
        &self,
        fitters: &[Fitter<'_>],
        fronts: Vec<(f64, usize, Guess)>,
        found: &mut Found,
        share: f64,
    ) {
        (self.progress)("levels", found.best());
        let mut wholes: Vec<(f64, usize, Guess)> = Vec::new();
        for (_, at, guess) in fronts.into_iter().take(3) {
            let fitter = &fitters[at];
            let descent = self.descent(share / 3.0, 20, 1e-6);
            let residuals = fitter.residuals(Stage::Whole);
            let residual = score(&guess, &descent.limits, &residuals);
            let (residual, guess) = descent
                .run(guess, residual, &residuals, &|g| moves::changes(g, fitter.reading, Stage::Whole));
            wholes.push((residual, at, guess));
            if residual < 1e-5 || self.limits.over() {
                break;
            }
        }
        wholes.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (_, at, guess) in wholes.into_iter().take(2) {
            if let Some(outcome) = self.finish(&fitters[at], at, &guess, share) {
                found.add(outcome);
            }
            if found.best() <= 1e-5 {
                break;
            }
        }
    }

    /// The best of the grid, of different readings, framings and banks.
    fn beam(&self, fitters: &[Fitter<'_>], share: f64, found: &Found) -> Vec<(f64, usize, Guess)> {
        let n = self.engine.samples.len();
        let start = framing::plain(self.sample_rate);
        let mut pools: Vec<Vec<(f64, Guess)>> = fitters.iter().map(|_| Vec::new()).collect();
        let mut active: Vec<usize> =
            (0..fitters.len()).filter(|&at| fitters[at].reading.is_searched()).collect();
        for rare in [false, true] {
            let limits = self.limits.within(share / 3.0);
            for &at in &active {
                if self.limits.over() {
                    break;
                }
                (self.progress)("framing and filters", found.best());
                let fitter = &fitters[at];
                let mut grid = framing::grid(fitter.reading, fitter.extent, n, &start, rare);
                if !rare && fitter.extent == Extent::All && !fitter.reading.is_cepstrum() {
                    grid.extend(framing::resized_grid(fitter.reading, n, &self.styles(fitter)));
                    if fitter.reading.is_flat() {
                        grid.extend(framing::tiny_windows(fitter.reading, n, &start));
                    }
                }
                if !rare && fitter.extent == Extent::All {
                    grid.extend(
                        found.outcomes.iter().filter(|o| o.reading == at).map(|o| o.guess.clone()),
                    );
                }
                grid.iter_mut().for_each(|guess| (self.fixed)(guess));
                let residuals = scores(&grid, &limits, 3e-6, &fitter.residuals(Stage::Rows));
                let pool = &mut pools[at];
                pool.extend(
                    residuals.into_iter().zip(grid).filter(|(residual, _)| residual.is_finite()),
                );
                pool.sort_by(|a, b| a.0.total_cmp(&b.0));
                pool.truncate(200);
            }
            let best = |at: usize| least(&pools[at]);
            let low = active.iter().map(|&at| best(at)).fold(f64::INFINITY, f64::min);
            active.retain(|&at| best(at) < (3.0 * low).max(low + 0.15));
            if low < 0.02 {
                break;
            }
        }
        active.sort_by(|&a, &b| least(&pools[a]).total_cmp(&least(&pools[b])));
        let mut all: Vec<(f64, usize, Guess)> = Vec::new();
        for at in active.into_iter().take(4).filter(|_| !self.limits.over()) {
            let limits = self.limits.within(share / 4.0);
            let pool = self.around(&fitters[at], std::mem::take(&mut pools[at]), &limits);
            all.extend(pool.into_iter().map(|(residual, guess)| (residual, at, guess)));
        }
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut seen = Vec::new();
        all.retain(|(_, at, guess)| {
            let c = &guess.config;
            let key = (*at, c.n_fft, c.hop_length, c.center, c.mel_scale);
            let new = seen.len() < 10 && !seen.contains(&key);
            if new {
                seen.push(key);
            }
            new
        });
        all
    }

    /// What recipes have besides their sizes.
    fn styles(&self, fitter: &Fitter<'_>) -> Vec<Guess> {
        let target = Target::new(fitter.engine, fitter.reading, false);
        recipes::styles(&target, self.start, self.sample_rate)
    }

    /// The pool with the banks that the rows suggest, and other windows, powers and pre-emphases.
    fn around(
        &self,
        fitter: &Fitter<'_>,
        mut pool: Vec<(f64, Guess)>,
        limits: &Limits<'_>,
    ) -> Vec<(f64, Guess)> {
        let enough = 1e-3;
        let best = |pool: &[(f64, Guess)]| pool.first().map_or(0.0, |first| first.0);
        let extend = |pool: &mut Vec<(f64, Guess)>, mut more: Vec<Guess>| {
            more.iter_mut().for_each(|guess| (self.fixed)(guess));
            let residuals = scores(&more, limits, 3e-6, &fitter.residuals(Stage::Rows));
            pool.extend(residuals.into_iter().zip(more).filter(|(residual, _)| residual.is_finite()));
            pool.sort_by(|a, b| a.0.total_cmp(&b.0));
        };
        if !fitter.reading.is_cepstrum() && best(&pool) > enough {
            let styles = self.styles(fitter);
            let mut sizes = Vec::new();
            for (_, guess) in &pool {
                let c = &guess.config;
                let size = (c.n_fft, c.window_length(), c.hop_length);
                if sizes.len() < 10 && !sizes.contains(&size) {
                    sizes.push(size);
                }
            }
            let of_size = |&(n_fft, window, hop): &(u32, u32, u32)| {
                styles.iter().map(move |style| framing::resized(style, n_fft, window, hop))
            };
            extend(&mut pool, sizes.iter().flat_map(of_size).collect());
            let mut seen = BTreeSet::new();
            let mut more = Vec::new();
            for (_, guess) in &pool {
                let c = &guess.config;
                let span = c.frame_span == FrameSpan::Fft;
                let key = (
                    c.n_fft,
                    c.win_length,
                    c.hop_length,
                    c.center,
                    c.center_pad as u8,
                    span,
                    c.snip_edges,
                );
                if seen.len() < 10 && seen.insert(key) && !limits.over() {
                    more.extend(rows::banks(fitter, guess, limits));
                }
            }
            extend(&mut pool, more);
        }
        if best(&pool) > enough {
            let mut more = Vec::new();
            for (_, guess) in pool.iter().take(12) {
                for (coefficient, mode) in [
                    (0.0, PreemphasisMode::Signal),
                    (0.97, PreemphasisMode::Frame),
                    (0.97, PreemphasisMode::Signal),
                ] {
                    for &window in Window::ALL {
                        for power in [2.0, 1.0] {
                            let mut guess = guess.clone();
                            let c = &mut guess.config;
                            (c.preemphasis, c.preemphasis_mode, c.power) = (coefficient, mode, power);
                            c.remove_dc_offset = mode == PreemphasisMode::Frame;
                            c.window = window;
                            c.window_periodic = window == Window::Hann && coefficient == 0.0;
                            more.push(guess);
                        }
                    }
                }
            }
            extend(&mut pool, more);
        }
        pool
    }

    /// The back end of a front end, and the last descent.
    fn finish(
        &self,
        fitter: &Fitter<'_>,
        reading: usize,
        guess: &Guess,
        share: f64,
    ) -> Option<Outcome> {
        let fit = fitter.fit(guess, Stage::Whole)?;
        let target = Target::new(self.engine, fitter.reading, fitter.extent == Extent::Part);
        let mut backs = back::backs(guess, &fit, fitter);
        backs.iter_mut().for_each(|guess| (self.fixed)(guess));
        let descent = self.descent(share / 2.0, 8, 1e-9);
        let distances = scores(&backs, &descent.limits, 1e-9, &target);
        let best = (0..backs.len()).min_by(|&a, &b| distances[a].total_cmp(&distances[b]))?;
        if !distances[best].is_finite() {
            return None;
        }
        let (distance, guess) = descent
            .run(backs[best].clone(), distances[best], &target, &|g| polish::changes(g, &target));
        Some(Outcome { distance, guess, reading, extent: fitter.extent })
    }

    /// Front ends of a signal that was padded at its end.
    fn try_padded(&self, found: &mut Found) {
        let constant_end = self.readings.iter().any(|reading| reading.tail.is_some());
        if found.front.is_none_or(|front| front > 0.3) || constant_end {
            self.try_all(found, Extent::Padded, 1.0);
        }
    }

    /// Puts usual options in the place of others that give the same.
    pub fn tidy(&self, found: &mut Found) {
        (self.progress)("equal options", found.best());
        let Some(best) = found.outcomes.first_mut() else { return };
        let target =
            Target::new(self.engine, &self.readings[best.reading], best.extent == Extent::Part);
        // Whatever was used up before.
        let limits = self.limits.with_another(1.0 / 8.0);
        let descent = Descent { limits, fixed: self.fixed, steps: 4, good: 0.0 };
        if best.distance <= NEAR {
            (best.distance, best.guess) =
                descent.run(best.guess.clone(), best.distance, &target, &|g| polish::usual(g, &target));
        }
        let limits = self.limits.with_another(1.0 / 8.0);
        let descent = Descent { limits, fixed: self.fixed, steps: 1, good: 0.0 };
        let (distance, guess) = polish::tidy(&best.guess, best.distance, &target, &descent);
        (best.distance, best.guess) = (distance, guess);
    }
}

/// The least residual of a pool, whose best is first.
fn least(pool: &[(f64, Guess)]) -> f64 {
    pool.first().map_or(f64::INFINITY, |first| first.0)
}

impl Found {
    pub fn best(&self) -> f64 {
        self.outcomes.first().map_or(f64::INFINITY, |best| best.distance)
    }

    fn add(&mut self, outcome: Outcome) {
        if outcome.distance.is_finite()
            && !self.outcomes.iter().any(|known| known.guess.config == outcome.guess.config)
        {
            self.outcomes.push(outcome);
            self.outcomes.sort_by(|a, b| a.distance.total_cmp(&b.distance));
            self.outcomes.truncate(12);
        }
    }
}
