//! The recipes that most features are made with: the presets and what is usually done to them, and those of families
//! of models.

use crate::descent::Fixed;
use crate::engine::{Guess, paddings, truncations};
use crate::framing;
use crate::reading::{EnergyRow, Kind};
use crate::target::Target;
use mojo_audio_core::config::{CenterPad, Log, Normalize, PadMode, PadToMode, Reference, StackEdge};
use mojo_audio_core::{MelConfig, MelExtractor, PRESETS, feature_extractor_classes};
use std::sync::LazyLock;

/// Recipes of families that no preset has: the preset that is nearest, and changes. docs/models.md says whose they are.
const FAMILIES: &[(&str, &str)] = &[
    ("kaldi-fbank", "input_scale=1 normalize=mean"),
    ("kaldi-fbank", "n_mels=128 offset=-15.41663 scale=0.0762681098626869"),
    ("vocos", "log_floor=1e-5"),
    ("ast", "offset=4.268 scale=0.1094331363536879"),
    (
        "whisper",
        "n_fft=512 hop_length=128 f_max=8000 drop_last_frame=false log=ln log_floor=1e-10 reference=none top_db=none \
         offset=0 scale=1",
    ),
    (
        "torchaudio",
        "hop_length=160 n_mels=40 window=hamming pad_mode=constant triangle_domain=hz_symmetric log=db \
         reference=whole_input top_db=80",
    ),
    (
        "whisper",
        "sample_rate=32000 n_fft=1024 hop_length=320 n_mels=64 f_min=50 f_max=14000 drop_last_frame=false log=db \
         reference=none top_db=none offset=0 scale=1",
    ),
    (
        "torchaudio",
        "n_fft=2048 win_length=1200 hop_length=300 n_mels=80 log=ln log_floor=1e-5 log_floor_mode=add offset=4 scale=0.25",
    ),
    (
        "torchaudio",
        "sample_rate=22050 n_fft=4096 hop_length=1024 n_mels=80 f_max=8000 mel_norm=slaney log=ln log_floor=1e-5",
    ),
    (
        "torchaudio",
        "sample_rate=22050 n_fft=1024 hop_length=441 f_min=30 f_max=11000 n_mels=128 mel_scale=slaney \
         spectrum_norm=frame_length power=1 log=ln log_floor=0.001 log_floor_mode=add offset=6.907755278982137",
    ),
    ("librosa", "sample_rate=16000 n_fft=400 hop_length=160 n_mels=40"),
    ("parakeet", "normalize_over=all"),
    ("parakeet", "normalize=none"),
    ("hifigan", "sample_rate=24000 n_fft=1920 hop_length=480"),
    (
        "torchaudio",
        "n_fft=512 hop_length=160 n_mels=64 f_max=8000 log=db reference=whole_input top_db=120",
    ),
    (
        "librosa",
        "sample_rate=16000 n_fft=321 hop_length=160 n_mels=120 log=db reference=whole_input subtract_reference=true \
         top_db=80 offset=40 scale=0.025",
    ),
];

/// The recipes of the families above, and of transformers' classes with their defaults.
static OF_MODELS: LazyLock<Vec<MelConfig>> = LazyLock::new(|| {
    let families = FAMILIES.iter().filter_map(|&(preset, changes)| {
        let mut config = MelConfig::preset(preset).ok()?;
        for change in changes.split_whitespace() {
            let (option, value) = change.split_once('=')?;
            config.set(option, value).ok()?;
        }
        Some(config)
    });
    let classes = feature_extractor_classes().filter_map(|class| {
        let json = format!(r#"{{"feature_extractor_type": "{class}"}}"#);
        let config = MelConfig::from_preprocessor_config(&json).ok()?;
        Some(MelConfig { dither: 0.0, ..config })
    });
    families.chain(classes).collect()
});

/// Rows of the result for each band, without energies and cepstra.
fn rows_of_a_band(config: &MelConfig) -> usize {
    config.stack as usize * (1 + config.delta_win_length.map_or(0, |_| config.delta_order as usize))
}

/// Whether a recipe of a model has this number of rows.
pub(crate) fn is_of_model(rows: usize) -> bool {
    OF_MODELS.iter().any(|config| MelExtractor::new(config).is_ok_and(|plan| plan.n_mels() == rows))
}

/// The sample rate that features were computed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rate {
    /// That of the recording.
    Recording,
    /// That of a recipe, to which the recording was resampled. Each candidate resamples anew, which takes its time.
    Other,
}

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
        if recipe.sample_rate != sample_rate {
            // Resampled to the recipe's rate.
            at_rate.push(MelConfig { input_rate: Some(sample_rate), ..recipe });
        }
    }
    at_rate.iter_mut().for_each(|recipe| reading.wrap.apply(recipe, StackEdge::Fill));
    if reading.wrap.stack > 1 {
        let at_edge = |&edge: &StackEdge| {
            at_rate.clone().into_iter().map(move |mut recipe| {
                reading.wrap.apply(&mut recipe, edge);
                recipe
            })
        };
        at_rate = StackEdge::ALL.iter().flat_map(at_edge).collect();
    }
    at_rate
}

/// The recipes and the one to start from, with each padding, cut and input scale that makes as many frames
/// as the features have.
pub(crate) fn around(
    target: &Target<'_>,
    start: Option<&MelConfig>,
    sample_rate: u32,
    rate: Rate,
    fixed: Fixed<'_>,
) -> Vec<Guess> {
    let reading = target.reading;
    let n = target.engine.samples.len();
    let is_plain = !reading.is_cepstrum() && reading.energy.is_none();
    let starts = start.into_iter().cloned().flat_map(|start| {
        let input_rate = (start.sample_rate != sample_rate).then_some(sample_rate);
        let resampled = MelConfig { input_rate, ..start.clone() };
        [resampled, MelConfig { n_mels: reading.rows as u32, sample_rate, input_rate: None, ..start }]
    });
    // As they are, and with as many bands as the features have.
    let of_models = OF_MODELS.iter().filter(|_| is_plain).map(|config| {
        let n_mels = reading.full_rows / rows_of_a_band(config);
        let input_rate = (config.sample_rate != sample_rate).then_some(sample_rate);
        MelConfig { n_mels: n_mels as u32, input_rate, ..config.clone() }
    });
    // The most usual first: the work may be done before all are tried.
    let mut found: Vec<(usize, Guess)> = Vec::new();
    let presets = recipes(target, sample_rate);
    // As librosa and torchaudio with `center=False`.
    let is_movable = |recipe: &&MelConfig| {
        rate == Rate::Recording && recipe.center && recipe.center_pad == CenterPad::HalfFrame
    };
    let inside = presets.iter().filter(is_movable);
    let inside: Vec<_> = inside.map(|recipe| MelConfig { center: false, ..recipe.clone() }).collect();
    for recipe in starts.chain(presets).chain(of_models).chain(inside) {
        let mut recipe = Guess::new(recipe);
        fixed(&mut recipe);
        let own = recipe.config.sample_rate;
        if (rate == Rate::Other) != (own != sample_rate) || recipe.config.rate_of_input() != sample_rate
        {
            continue;
        }
        let plain =
            MelConfig { pad_to: None, drop_last_frame: false, n_frames: None, ..recipe.config.clone() };
        let Ok(extractor) = MelExtractor::new(&plain) else { continue };
        if extractor.n_mels() != reading.full_rows {
            continue;
        }
        // As it is, with padding of its own, or in forms that make the right number of frames.
        let mut forms = vec![recipe.config.clone()];
        for dropped in [false, true] {
            let wanted = reading.frames + usize::from(dropped);
            let form = MelConfig { drop_last_frame: dropped, ..plain.clone() };
            let seconds = |seconds: u64| Some(seconds * u64::from(plain.sample_rate));
            let mut lengths = vec![recipe.config.pad_to, seconds(1), seconds(10), seconds(30)];
            lengths.push(Some(n as u64 + 4_000));
            if rate == Rate::Recording {
                lengths.extend(paddings(&plain, n, wanted).into_iter().map(Some));
            }
            lengths.sort_unstable();
            lengths.dedup();
            if extractor.frame_count(n) == wanted {
                forms.push(form.clone());
            }
            if rate == Rate::Other {
                continue;
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
        if cut && rate == Rate::Recording {
            for (length, drop_last_frame) in truncations(&plain, reading.frames) {
                forms.push(MelConfig { max_length: Some(length), drop_last_frame, ..plain.clone() });
            }
            // Some of the frames only.
            for stride in (2..=8).filter(|_| plain.stack == 1) {
                let sparse = MelConfig { stack_stride: Some(stride), ..recipe.config.clone() };
                if MelExtractor::new(&sparse).is_ok_and(|of| of.frame_count(n) == reading.frames) {
                    forms.push(sparse);
                }
            }
        }
        for (at, form) in forms.into_iter().enumerate() {
            let other = if form.input_scale == 1.0 { 32_768.0 } else { 1.0 };
            let scales: &[f64] =
                if rate == Rate::Other { &[form.input_scale] } else { &[form.input_scale, other] };
            for (changed, &input_scale) in scales.iter().enumerate() {
                let mut guess = Guess::new(MelConfig { input_scale, ..form.clone() });
                fixed(&mut guess);
                if !found.iter().any(|known| known.1 == guess) {
                    found.push((usize::from(at > 0) + changed, guess));
                }
            }
        }
    }
    found.sort_by_key(|known| known.0);
    found.into_iter().map(|known| known.1).collect()
}

/// The recipes at the recording's rate with all usual sizes, one for each result.
pub(crate) fn with_usual_sizes(
    target: &Target<'_>,
    start: Option<&MelConfig>,
    sample_rate: u32,
    fixed: Fixed<'_>,
) -> Vec<Guess> {
    let reading = target.reading;
    let n = target.engine.samples.len();
    let is_plain = !reading.is_cepstrum() && reading.energy.is_none();
    let of_models = OF_MODELS.iter().filter(|_| is_plain).map(|config| {
        let n_mels = reading.full_rows / rows_of_a_band(config);
        MelConfig { n_mels: n_mels as u32, ..config.clone() }
    });
    let mut styles: Vec<Guess> = Vec::new();
    for recipe in start.into_iter().cloned().chain(recipes(target, sample_rate)).chain(of_models) {
        // Sizes are those of the last.
        let style = Guess::new(MelConfig {
            n_fft: 512,
            win_length: None,
            hop_length: 128,
            pad_to: None,
            n_frames: None,
            drop_last_frame: false,
            ..recipe
        });
        let c = &style.config;
        if c.sample_rate == sample_rate && c.rate_of_input() == sample_rate && !styles.contains(&style)
        {
            styles.push(style);
        }
    }
    let mut found = Vec::new();
    for style in styles {
        for mut guess in framing::usual_sizes(&style, reading, n) {
            // What is beyond the ends decides most of a few frames.
            let own = [guess.config.pad_mode];
            for &pad_mode in if reading.valid <= 4 { PadMode::ALL } else { &own } {
                guess.config.pad_mode = pad_mode;
                fixed(&mut guess);
                found.push(guess.clone());
            }
        }
    }
    found
}

/// Recipes with PCEN in the place of a logarithm: those of librosa, and `with_fronts` with the sizes that presets have.
pub(crate) fn pcen(
    target: &Target<'_>,
    start: Option<&MelConfig>,
    sample_rate: u32,
    with_fronts: bool,
    fixed: Fixed<'_>,
) -> Vec<Guess> {
    let reading = target.reading;
    let n = target.engine.samples.len();
    let mut found: Vec<Guess> = Vec::new();
    // librosa's function, with the sizes that it is called with.
    let of_librosa = |n_fft: u32, hop_length: u32| MelConfig {
        sample_rate,
        n_fft,
        hop_length,
        n_mels: reading.rows as u32,
        ..MelConfig::librosa()
    };
    let sizes = [(2_048, 512), (512, 160), (400, 160), (1_024, 256)];
    let compressions = [
        (0.98, 2.0, 0.5),
        (1.0, 2.0, 0.5),
        (0.8, 2.0, 0.5),
        (0.8, 10.0, 0.25),
        (0.0, 2.0, 0.5),
        (1.0, 2.0, 1.0),
        (0.98, 0.0, 0.5),
        (0.98, 2.0, 0.0),
    ];
    let librosa = sizes.into_iter().flat_map(|(n_fft, hop_length)| {
        compressions.into_iter().flat_map(move |(gain, bias, power)| {
            [0.4, 0.06].map(|seconds| {
                Guess::new(MelConfig {
                    pcen_gain: gain,
                    pcen_bias: bias,
                    pcen_power: power,
                    pcen_time_constant: seconds,
                    ..of_librosa(n_fft, hop_length)
                })
            })
        })
    });
    let fronts = if with_fronts { fronts(target, start, sample_rate) } else { Vec::new() };
    for front in librosa.chain(fronts) {
        // 2^15.5 and 2^31 make of a power, and of a magnitude, 2^31 times as much.
        for (input_scale, power) in [
            (46_340.950_011_841_58, 2.0),
            (2_147_483_648.0, 1.0),
            (1.0, 2.0),
            (1.0, 1.0),
            (32_768.0, 2.0),
            (32_768.0, 1.0),
        ] {
            let config = MelConfig {
                log: Log::Pcen,
                log_ceiling: None,
                reference: Reference::None,
                top_db: None,
                subtract_reference: false,
                offset: 0.0,
                scale: 1.0,
                n_mfcc: None,
                use_energy: false,
                normalize: Normalize::None,
                mask_tail: false,
                input_scale,
                power,
                ..front.config.clone()
            };
            let mut guess = Guess::new(config);
            fixed(&mut guess);
            let frames = MelExtractor::new(&guess.config).map_or(0, |plan| plan.frame_count(n));
            guess.config.drop_last_frame = frames == reading.frames + 1;
            fixed(&mut guess);
            if (reading.frames..=reading.frames + 1).contains(&frames) && !found.contains(&guess) {
                found.push(guess);
            }
        }
    }
    found
}

/// The front ends of the recipes that differ in more than their sizes.
pub(crate) fn styles(target: &Target<'_>, start: Option<&MelConfig>, sample_rate: u32) -> Vec<Guess> {
    let (mut found, mut seen) = (Vec::new(), Vec::new());
    let with_padding = OF_MODELS
        .iter()
        .filter(|config| config.pad_start > 0 && config.sample_rate == sample_rate)
        .map(|config| MelConfig { n_mels: target.reading.rows as u32, ..config.clone() });
    let all = fronts(target, start, sample_rate);
    for style in all.into_iter().chain(with_padding.map(Guess::new)) {
        let c = &style.config;
        let key = (
            (c.window, c.window_periodic, c.power as u64, c.pad_start > 0),
            (c.center, c.center_pad, c.snip_edges, c.frame_span, c.pad_mode),
            (c.mel_scale, c.triangle_domain, c.f_min as u64, c.f_max.map(|f_max| f_max as u64)),
            (c.preemphasis > 0.0, c.preemphasis_mode, c.remove_dc_offset),
        );
        if !seen.contains(&key) {
            seen.push(key);
            found.push(style);
        }
    }
    found
}

/// The front ends of the recipes.
pub(crate) fn fronts(target: &Target<'_>, start: Option<&MelConfig>, sample_rate: u32) -> Vec<Guess> {
    let start = start.map(|start| MelConfig { sample_rate, ..start.clone() });
    let is_plain = !target.reading.is_cepstrum() && target.reading.energy.is_none();
    let of_models = OF_MODELS.iter().filter(|config| {
        is_plain && config.sample_rate == sample_rate && config.n_mfcc.is_none() && !config.use_energy
    });
    let of_models = of_models.map(|config| MelConfig {
        n_mels: target.reading.rows as u32,
        pad_start: 0,
        ..config.clone()
    });
    let recipes = start
        .into_iter()
        .chain(recipes(target, sample_rate))
        .filter(|recipe| recipe.sample_rate == sample_rate)
        .chain(of_models);
    let mut found: Vec<Guess> = Vec::new();
    for recipe in recipes {
        let config = MelConfig {
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

#[cfg(test)]
mod tests {
    use super::*;
    use mojo_audio_core::OPTIONS;

    /// The rows of docs/models.md's second table that name a preset and changes.
    #[test]
    fn families_are_those_of_the_page() {
        let page = include_str!("../../docs/models.md");
        let (_, families) = page.split_once("\n## Other families\n").unwrap();
        let mut n = 0;
        for row in families.lines().filter(|line| line.starts_with("| ")) {
            let recipe = row.split(" | ").nth(1).unwrap();
            let parts: Vec<_> = recipe.split('`').collect();
            let (Some(preset), Some(changes)) = (parts.get(1), parts.get(3)) else { continue };
            let is_changes = |word: &str| {
                word.split_once('=').is_some_and(|(name, _)| OPTIONS.iter().any(|o| o.name == name))
            };
            if !changes.split(' ').all(is_changes) || recipe.contains("with its sizes") {
                continue;
            }
            let is_it = |known: &&(&str, &str)| known.0 == *preset && known.1 == *changes;
            assert!(FAMILIES.iter().any(|known| is_it(&known)), "{row}");
            n += 1;
        }
        assert_eq!(n, FAMILIES.len());
        // Each is a recipe that the engine takes.
        assert_eq!(OF_MODELS.len(), FAMILIES.len() + feature_extractor_classes().count());
        for config in OF_MODELS.iter() {
            config.check().unwrap();
        }
    }
}
