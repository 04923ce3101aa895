//! Of configurations that make the same, the most usual one.

use crate::code::differing;
use crate::descent::Descent;
use crate::engine::Guess;
use crate::features::Rounding;
use crate::scores::score;
use crate::statistics::extremes;
use crate::target::Target;
use mojo_audio_core::config::{Normalize, NormalizeOver};
use mojo_audio_core::{MelConfig, OPTIONS, PRESETS};

/// The same result from more usual options: the values of the preset that is most like it, and round ones.
pub(crate) fn tidy(
    guess: &Guess,
    distance: f64,
    target: &Target<'_>,
    descent: &Descent<'_>,
) -> (f64, Guess) {
    let mut best = (distance, guess.clone());
    let allowed = distance * 1.02 + 2e-8;
    let attempt = |best: &mut (f64, Guess), change: &dyn Fn(&mut MelConfig)| {
        let mut other = best.1.clone();
        change(&mut other.config);
        (descent.fixed)(&mut other);
        if other == best.1 || descent.limits.over() {
            return;
        }
        let found = score(&other, &descent.limits, target);
        if found <= allowed {
            *best = (found, other);
        }
    };
    if guess.config.win_length == Some(guess.config.n_fft) {
        attempt(&mut best, &|c| c.win_length = None);
    }
    // What was fitted as an offset may be an input scale, which is more usual.
    for usual in [0.0, 4.0] {
        for input_scale in [1.0, 32_768.0, 32_767.0] {
            let changed = best.1.config.offset != usual || best.1.config.input_scale != input_scale;
            if changed {
                attempt(&mut best, &|c| (c.offset, c.input_scale) = (usual, input_scale));
            }
        }
    }
    let nearest = nearest_preset(&best.1.config);
    for option in OPTIONS {
        if let Ok(usual) = nearest.get(option.name) {
            attempt(&mut best, &|c| {
                // It is of the same type.
                let _ = c.set(option.name, &usual);
            });
        }
    }
    // A level that was fitted to rounded values is only as exact as they are.
    for name in ["log_floor", "offset", "scale", "normalize_eps"] {
        let number =
            |config: &MelConfig| config.get(name).ok().and_then(|text| text.parse::<f64>().ok());
        if target.reading.rounding != Rounding::None
            && let (Some(usual), Some(found)) = (number(&nearest), number(&best.1.config))
            && usual != found
            && (usual == 0.0 || (found / usual - 1.0).abs() < 0.01)
        {
            let mut other = best.1.clone();
            let _ = nearest.get(name).and_then(|text| other.config.set(name, &text));
            (descent.fixed)(&mut other);
            let unexplained =
                |guess: &Guess| target.deviation(guess).map_or(f64::INFINITY, |d| d.unexplained);
            if unexplained(&other) <= unexplained(&best.1) + 1e-9 {
                best = (target.distance(&other), other);
            }
        }
    }
    // All values from 0 to 1 are so by intention.
    if extremes(&target.reading.full) == (0.0, 1.0) && best.1.config.normalize == Normalize::None {
        attempt(&mut best, &|c| {
            (c.normalize, c.normalize_over, c.normalize_eps) =
                (Normalize::MinMax, NormalizeOver::All, 0.0);
            (c.offset, c.scale) = (0.0, 1.0);
        });
    }
    if let Some(f_max) = best.1.config.f_max
        && f_max == f64::from(best.1.config.sample_rate) / 2.0
        && nearest.f_max != Some(f_max)
    {
        attempt(&mut best, &|c| c.f_max = None);
    }
    for digits in [1, 2, 3, 4, 5, 6] {
        for name in
            ["f_min", "f_max", "log_floor", "top_db", "offset", "scale", "preemphasis", "input_scale"]
        {
            if nearest.get(name) == best.1.config.get(name) {
                continue;
            }
            let rounded = best.1.config.get(name).ok().and_then(|text| text.parse::<f64>().ok());
            let Some(rounded) = rounded.filter(|value| *value != 0.0) else { continue };
            let text = format!("{:.*e}", digits - 1, rounded);
            attempt(&mut best, &|c| {
                let _ = c.set(name, &text);
            });
        }
    }
    best
}

/// The preset, at this rate and with these sizes, that differs in the fewest options.
fn nearest_preset(config: &MelConfig) -> MelConfig {
    let presets = PRESETS.iter().filter_map(|name| MelConfig::preset(name).ok());
    let fitted = presets.map(|preset| MelConfig {
        sample_rate: config.sample_rate,
        n_mels: config.n_mels,
        n_frames: config.n_frames,
        layout: config.layout,
        pad_to: config.pad_to,
        pad_to_mode: config.pad_to_mode,
        ..preset
    });
    fitted.min_by_key(|preset| differing(preset, config).len()).unwrap_or_default()
}
