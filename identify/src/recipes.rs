//! The recipes that most features are made with: the presets, and what is usually done to them.

use crate::descent::Fixed;
use crate::engine::{Guess, padding_for};
use crate::reading::{EnergyRow, Kind};
use crate::target::Target;
use mojo_audio_core::config::{Log, PadToMode, Reference};
use mojo_audio_core::{MelConfig, MelExtractor, PRESETS};

/// The recipes with as many rows as the reading has.
fn recipes(target: &Target<'_>, sample_rate: u32) -> Vec<MelConfig> {
    let reading = target.reading;
    let rows = reading.rows as u32;
    let presets = PRESETS.iter().filter_map(|name| MelConfig::preset(name).ok());
    let mut all: Vec<MelConfig> = Vec::new();
    for preset in presets {
        let preset = MelConfig { n_frames: None, ..preset };
        let logs: &[Log] = match (preset.log, reading.is_cepstrum()) {
            (Log::None, true) => &[Log::Db],
            (Log::None, false) => &[Log::Db, Log::Ln, Log::Log10],
            _ => &[],
        };
        for &log in logs {
            let plain = MelConfig { log, ..preset.clone() };
            let ranged =
                MelConfig { reference: Reference::WholeInput, top_db: Some(80.0), ..plain.clone() };
            let below = MelConfig { subtract_reference: true, ..ranged.clone() };
            all.extend([plain, ranged]);
            if !reading.is_cepstrum() {
                all.push(below);
            }
        }
        if reading.is_cepstrum() {
            // As Kaldi's compute-mfcc-feats.
            all.push(MelConfig { n_mels: 23, lifter: 22.0, ..preset.clone() });
        }
        all.push(preset);
    }
    let mut at_rate: Vec<MelConfig> = Vec::new();
    for recipe in all {
        let recipe = match reading.kind {
            Kind::Cepstrum | Kind::CepstrumHtk => MelConfig {
                n_mfcc: Some(rows),
                htk_compat: reading.kind == Kind::CepstrumHtk,
                n_mels: recipe.n_mels.max(rows),
                ..recipe
            },
            _ => MelConfig {
                n_mels: rows,
                use_energy: reading.energy.is_some(),
                htk_compat: reading.energy == Some(EnergyRow::Last),
                ..recipe
            },
        };
        let in_samples = MelConfig { sample_rate, ..recipe.clone() };
        let nyquist = f64::from(sample_rate) / 2.0;
        let f_max = recipe.f_max.filter(|&f_max| f_max < nyquist);
        if recipe.sample_rate != sample_rate {
            let scaled = |n: u32| {
                (f64::from(n) * f64::from(sample_rate) / f64::from(recipe.sample_rate)).round().max(1.0)
                    as u32
            };
            let window = scaled(recipe.window_length()).max(2);
            at_rate.push(MelConfig {
                n_fft: if recipe.n_fft.is_power_of_two() { window.next_power_of_two() } else { window },
                win_length: Some(window),
                hop_length: scaled(recipe.hop_length),
                f_max,
                ..in_samples.clone()
            });
        }
        at_rate.push(MelConfig { f_max, ..in_samples });
    }
    at_rate
}

/// The recipes and the one to start from, with each padding, cut and input scale that makes as many frames
/// as the features have.
pub(crate) fn around(
    target: &Target<'_>,
    start: Option<&MelConfig>,
    sample_rate: u32,
    fixed: Fixed<'_>,
) -> Vec<Guess> {
    let reading = target.reading;
    let n = target.engine.samples.len();
    let is_plain = !reading.is_cepstrum() && reading.energy.is_none();
    let starts = start.into_iter().cloned().flat_map(|start| {
        [start.clone(), MelConfig { n_mels: reading.rows as u32, sample_rate, ..start }]
    });
    let mut found: Vec<Guess> = Vec::new();
    for recipe in starts.chain(recipes(target, sample_rate)) {
        let mut recipe = Guess::new(recipe);
        fixed(&mut recipe);
        let plain =
            MelConfig { pad_to: None, drop_last_frame: false, n_frames: None, ..recipe.config.clone() };
        let Ok(extractor) = MelExtractor::new(&plain) else { continue };
        if extractor.n_mels() != reading.full_rows {
            continue;
        }
        let mut forms = Vec::new();
        for dropped in [false, true] {
            let wanted = reading.frames + usize::from(dropped);
            let form = MelConfig { drop_last_frame: dropped, ..plain.clone() };
            let seconds = |seconds: u64| Some(seconds * u64::from(sample_rate));
            let mut lengths = vec![recipe.config.pad_to, seconds(1), seconds(10), seconds(30)];
            lengths.push(Some(n as u64 + 4_000));
            lengths.push(padding_for(&plain, n, wanted));
            lengths.sort_unstable();
            lengths.dedup();
            if extractor.frame_count(n) == wanted {
                forms.push(form.clone());
            }
            for pad_to in lengths.into_iter().flatten().filter(|&length| length > n as u64) {
                if extractor.frame_count(pad_to as usize) == wanted {
                    for &pad_to_mode in PadToMode::ALL {
                        forms.push(MelConfig { pad_to: Some(pad_to), pad_to_mode, ..form.clone() });
                    }
                }
            }
        }
        let cut = extractor.frame_count(n) > reading.frames + 1;
        if is_plain && (cut || reading.tail.is_some()) {
            forms.push(MelConfig { n_frames: Some(reading.frames as u32), ..plain.clone() });
        }
        for form in forms {
            for input_scale in [form.input_scale, if form.input_scale == 1.0 { 32_768.0 } else { 1.0 }]
            {
                let mut guess = Guess::new(MelConfig { input_scale, ..form.clone() });
                fixed(&mut guess);
                if !found.contains(&guess) {
                    found.push(guess);
                }
            }
        }
    }
    found
}

/// The front ends of the recipes.
pub(crate) fn fronts(target: &Target<'_>, start: Option<&MelConfig>, sample_rate: u32) -> Vec<Guess> {
    let recipes = start.cloned().into_iter().chain(recipes(target, sample_rate));
    let mut found: Vec<Guess> = Vec::new();
    for recipe in recipes {
        let config = MelConfig {
            sample_rate,
            win_length: Some(recipe.window_length()),
            drop_last_frame: false,
            pad_to: None,
            n_frames: None,
            ..recipe
        };
        let mut guess = Guess::new(config);
        if target.reading.is_cepstrum() {
            guess.top_db = guess.config.top_db.unwrap_or(0.0);
            guess.floor = guess.config.log_floor / guess.config.input_scale.powf(guess.config.power);
        }
        if !found.contains(&guess) {
            found.push(guess);
        }
    }
    found
}
