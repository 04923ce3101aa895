//! The filter bank from the data: which bin of the transform each row follows over time.
//!
//! A row's energy moves as that of the bins under its filter do. The best correlated bin is near the row's
//! centre, centres are evenly spaced on the mel scale, and a straight line through them has the bank's
//! edges at its ends. For narrow bands and noise the residual over the edges is a needle, which no search
//! along them finds.

use crate::engine::{Energies, Guess};
use crate::fit::{Fitter, Stage};
use crate::framing::Bank;
use crate::limits::{self, Limits};
use crate::reading::Reading;
use crate::scores::Score;
use crate::statistics::{self, moments};
use mojo_audio_core::MelConfig;
use mojo_audio_core::config::{MelNorm, MelScale, TriangleDomain, Window};

/// The longest transform whose bins are compared: they are read through an identity of 67 MB, which grows
/// with the square of the length.
const LONGEST: u32 = 8_192;
/// Frames and rows that an agreement is taken over.
const MOST_FRAMES: usize = 128;
const SOME_ROWS: usize = 24;

/// The candidate with the banks that the rows suggest.
pub(crate) fn banks(fitter: &Fitter<'_>, guess: &Guess, limits: &Limits<'_>) -> Vec<Guess> {
    let reading = fitter.reading;
    if guess.config.n_fft > LONGEST {
        return Vec::new();
    }
    let config = MelConfig {
        window: Window::Hann,
        preemphasis: 0.0,
        remove_dc_offset: false,
        power: 2.0,
        ..guess.config.clone()
    };
    let Some(spectrum) = fitter.engine.spectrum(&config) else { return Vec::new() };
    limits.count(work_of_banks(&config, &spectrum, reading.rows));
    let Some(lead) = fitter.fit(guess, Stage::Rows).map(|fit| fit.first) else { return Vec::new() };
    let frames = (spectrum.frames - lead).min(reading.valid);
    let (first, end) = fitter.span(guess, frames, lead, Stage::Rows);
    if end < first + 8 {
        return Vec::new();
    }
    let loudest = spectrum.ln.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b));
    let bins: Vec<Vec<f32>> = (0..spectrum.rows)
        .map(|bin| {
            let ln = &spectrum.ln[bin * spectrum.frames..][lead + first..lead + end];
            unit(ln.iter().map(|&ln| f64::from(ln.max(loudest - 20.0))))
        })
        .collect();
    let top = reading.z.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    let depth = 5.0 * reading.spread_of_z();
    let rows: Vec<(usize, f32)> = (0..reading.rows)
        .map(|row| {
            let z = &reading.z[row * reading.valid..][first..end];
            let z = unit(z.iter().map(|&z| z.max(top - depth)));
            let agreement = |bin: &Vec<f32>| bin.iter().zip(&z).map(|(b, z)| b * z).sum::<f32>();
            let agreements = bins.iter().map(agreement).enumerate();
            agreements.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
        })
        .collect();
    let bin_hz = f64::from(config.sample_rate) / f64::from(config.n_fft);
    let mut found = Vec::new();
    for scale in [MelScale::Slaney, MelScale::Htk] {
        if let Some((low, high)) = edges(&rows, bin_hz, scale) {
            found.extend(candidates(guess, scale, low, high, bin_hz));
        }
    }
    found
}

fn work_of_banks(config: &MelConfig, spectrum: &Energies, rows: usize) -> u64 {
    let (bins, cells) = (spectrum.rows as u64, spectrum.ln.len() as u64);
    let frames = limits::of_frames(config, spectrum.frames);
    limits::of_plan(config) + frames + bins * bins + (10 + rows as u64) * cells
}

/// How little rows follow the narrow bands of a candidate's framing.
pub(crate) struct Disagreement<'a>(pub &'a Fitter<'a>);

impl Score for Disagreement<'_> {
    fn score(&self, guess: &Guess) -> (f64, u64) {
        let config = narrow(self.0.reading, guess);
        let (agreement, cells) = agreement(self.0, guess, &config);
        let frames = self.0.reading.valid;
        let work = limits::of_plan(&config) + limits::of_frames(&config, frames);
        (1.0 - agreement, work + (10 + SOME_ROWS as u64) * cells as u64)
    }
}

/// The candidate's framing with narrow bands.
fn narrow(reading: &Reading, guess: &Guess) -> MelConfig {
    MelConfig {
        n_mels: (4 * reading.rows as u32).clamp(64, 256),
        f_min: 0.0,
        f_max: None,
        mel_scale: MelScale::Htk,
        mel_norm: MelNorm::None,
        triangle_domain: TriangleDomain::Hz,
        power: 2.0,
        ..guess.config.clone()
    }
}

/// How well each row follows its best narrow band of the candidate's framing, on average: 0 by chance, 1 exactly. The
/// filters don't matter. And how many values that compares.
fn agreement(fitter: &Fitter<'_>, guess: &Guess, config: &MelConfig) -> (f64, usize) {
    let reading = fitter.reading;
    let Some(bands) = fitter.engine.energies(config) else { return (0.0, 0) };
    let frames = bands.frames.min(reading.valid);
    let (first, end) = fitter.span(guess, frames, 0, Stage::Rows);
    let end = end.min(first + MOST_FRAMES);
    if bands.frames.abs_diff(reading.valid) > 1 || end < first + 8 {
        return (0.0, 0);
    }
    let loudest = bands.ln.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b));
    let narrow: Vec<Vec<f32>> = bands
        .ln
        .chunks_exact(bands.frames)
        .map(|ln| unit(ln[first..end].iter().map(|&ln| f64::from(ln.max(loudest - 20.0)))))
        .collect();
    let top = reading.z.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    let depth = 5.0 * reading.spread_of_z();
    let step = (reading.rows / SOME_ROWS).max(1);
    let of_row = |z: &[f64]| {
        let z = unit(z[first..end].iter().map(|&z| z.max(top - depth)));
        let with = |band: &Vec<f32>| band.iter().zip(&z).map(|(b, z)| b * z).sum::<f32>();
        narrow.iter().map(with).fold(0.0, f32::max)
    };
    let rows = reading.z.chunks_exact(reading.valid).skip(step / 2).step_by(step);
    let found = rows.clone().map(|z| f64::from(of_row(z))).sum::<f64>() / rows.len() as f64;
    // What the best of that many bands of noise would reach.
    let chance = (2.0 * (narrow.len() as f64).ln() / (end - first) as f64).sqrt().min(0.9);
    ((found - chance) / (1.0 - chance), narrow.len() * (end - first))
}

/// Lowest and highest frequency of a bank whose rows follow these bins.
fn edges(rows: &[(usize, f32)], bin_hz: f64, scale: MelScale) -> Option<(f64, f64)> {
    let n = rows.len() as f64 + 1.0;
    let mut sorted: Vec<f32> = rows.iter().map(|row| row.1).collect();
    sorted.sort_by(f32::total_cmp);
    let least = sorted[sorted.len() * 3 / 10];
    let points: Vec<(f64, f64)> = rows
        .iter()
        .enumerate()
        .map(|(row, &(bin, _))| ((row as f64 + 1.0) / n, to_mel(bin as f64 * bin_hz, scale)))
        .collect();
    let mut kept: Vec<bool> = rows.iter().map(|row| row.1 >= least).collect();
    let mut line = (0.0, 0.0);
    for _ in 0..6 {
        let used: Vec<(f64, f64)> =
            points.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(point, _)| *point).collect();
        if used.len() < 4 {
            return None;
        }
        line = statistics::line(used.iter().copied());
        let off = |point: &(f64, f64)| (point.1 - line.0 * point.0 - line.1).abs();
        let mut offs: Vec<f64> = used.iter().map(off).collect();
        offs.sort_by(f64::total_cmp);
        let most = 2.5 * offs[offs.len() / 2] + 1e-9;
        kept = points.iter().map(|point| off(point) <= most).collect();
    }
    let (low, high) = (to_hz(line.1, scale), to_hz(line.0 + line.1, scale));
    (high >= 100.0 && high > low).then_some((low, high))
}

fn candidates(guess: &Guess, scale: MelScale, low: f64, high: f64, bin_hz: f64) -> Vec<Guess> {
    let nyquist = f64::from(guess.config.sample_rate) / 2.0;
    let mut lows = vec![low.max(0.0).round()];
    lows.extend(
        [0.0, 20.0, 30.0, 50.0, 60.0, 80.0, 125.0].iter().filter(|&f| (f - low).abs() < 1.5 * bin_hz),
    );
    let mut highs = vec![((high / 100.0).round() * 100.0).min(nyquist)];
    highs.extend(
        [nyquist, 7_600.0, 8_000.0, 14_000.0, 16_000.0, 20_000.0]
            .iter()
            .filter(|&f| (f / high - 1.0).abs() < 0.05),
    );
    let mut found = Vec::new();
    for bank in Bank::ALL {
        if (bank == Bank::Slaney) != (scale == MelScale::Slaney) {
            continue;
        }
        for &f_min in &lows {
            for &f_max in highs.iter().filter(|&&f_max| f_max <= nyquist && f_min < f_max) {
                let mut better = guess.clone();
                better.config.f_min = f_min;
                better.config.f_max = (f_max != nyquist).then_some(f_max);
                found.extend(bank.on(&better));
            }
        }
    }
    found
}

/// A row minus its mean, of length 1.
fn unit(values: impl ExactSizeIterator<Item = f64> + Clone) -> Vec<f32> {
    let (mean, deviation) = moments(values.clone());
    let length = deviation * (values.len() as f64).sqrt() + 1e-12;
    values.map(|value| ((value - mean) / length) as f32).collect()
}

/// Mel of a frequency; the scales of HTK and Kaldi differ by a factor only.
fn to_mel(hz: f64, scale: MelScale) -> f64 {
    match scale {
        MelScale::Slaney if hz < 1_000.0 => hz * 3.0 / 200.0,
        MelScale::Slaney => 15.0 + (hz / 1_000.0).ln() * 27.0 / 6.4f64.ln(),
        _ => 2_595.0 * (1.0 + hz / 700.0).log10(),
    }
}

fn to_hz(mel: f64, scale: MelScale) -> f64 {
    match scale {
        MelScale::Slaney if mel < 15.0 => mel * 200.0 / 3.0,
        MelScale::Slaney => 1_000.0 * ((mel - 15.0) * 6.4f64.ln() / 27.0).exp(),
        _ => 700.0 * (10f64.powf(mel / 2_595.0) - 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_read_from_the_centres_of_rows() {
        for scale in [MelScale::Slaney, MelScale::Htk] {
            let (low, high) = (to_mel(60.0, scale), to_mel(7_600.0, scale));
            let rows: Vec<(usize, f32)> = (1..=80)
                .map(|row| to_hz(low + (high - low) * f64::from(row) / 81.0, scale))
                .map(|hz| ((hz / 31.25).round() as usize, 0.9))
                .collect();
            let (low, high) = edges(&rows, 31.25, scale).unwrap();
            assert!((low - 60.0).abs() < 20.0 && (high - 7_600.0).abs() < 60.0, "{low} to {high}");
        }
    }
}
