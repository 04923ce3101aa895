//! Single changes of a candidate's front end, from the values that recipes have and by small steps.

use crate::descent::Change;
use crate::engine::Guess;
use crate::fit::Stage;
use crate::framing::{Bank, Place, samples_of};
use crate::reading::{Kind, Reading, RowNorm};
use mojo_audio_core::MelConfig;
use mojo_audio_core::config::{
    BinFrequencies, MelNorm, MelScale, PadMode, Precision, PreemphasisMode, TriangleDomain, Window,
};

/// Steps of lengths: they may not be round, and the residual is smooth for some way around them.
const STEPS: [i64; 11] = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144];
/// Upper edges that recipes have.
pub(crate) const UPPER_EDGES: [f64; 14] = [
    8_000.0, 7_600.0, 7_690.0, 7_000.0, 7_500.0, 6_000.0, 4_000.0, 3_800.0, 3_400.0, 14_000.0,
    16_000.0, 20_000.0, 11_025.0, 12_000.0,
];
/// Lower edges that recipes have.
pub(crate) const LOWER_EDGES: [f64; 14] =
    [0.0, 20.0, 27.5, 30.0, 40.0, 50.0, 60.0, 64.0, 80.0, 100.0, 125.0, 133.3333, 200.0, 300.0];
/// Both edges together, as recipes for speech have them.
const EDGES: [(f64, f64); 5] =
    [(125.0, 7_500.0), (80.0, 7_600.0), (60.0, 7_600.0), (50.0, 7_600.0), (125.0, 3_800.0)];
/// Coefficients of pre-emphasis that recipes have.
pub(crate) const PREEMPHASES: [f64; 5] = [0.0, 0.97, 0.95, 0.9, 0.5];

/// A change of the configuration alone.
pub(crate) fn option(change: impl Fn(&mut MelConfig) + Send + Sync + 'static) -> Change {
    Box::new(move |guess| change(&mut guess.config))
}

/// Every shape of window, periodic and symmetric.
pub(crate) fn windows() -> impl Iterator<Item = (Window, bool)> {
    Window::ALL.iter().flat_map(|&window| [(window, true), (window, false)])
}

/// The ways to read a magnitude off a spectrum.
pub(crate) const POWERS: [(f64, f64); 7] =
    [(2.0, 0.0), (1.0, 0.0), (1.0, 1e-9), (1.0, 1e-6), (1.5, 0.0), (3.0, 0.0), (0.5, 0.0)];

/// All single changes that a stage can judge.
pub(crate) fn changes(guess: &Guess, reading: &Reading, stage: Stage) -> Vec<Change> {
    let config = &guess.config;
    let mut all = Vec::new();
    banks(&mut all, config);
    edges(&mut all, config);
    lengths(&mut all, config);
    for (window, periodic) in windows() {
        all.push(option(move |c| (c.window, c.window_periodic) = (window, periodic)));
    }
    for place in Place::ALL {
        all.push(option(move |c| place.apply(c)));
    }
    for step in [-8i64, -4, -2, -1, 1, 2, 4, 8] {
        if let Some(hop) = config.hop_length.checked_add_signed(step as i32).filter(|&hop| hop > 0) {
            all.push(option(move |c| c.hop_length = hop));
        }
    }
    preemphasis(&mut all);
    for (power, eps) in POWERS {
        all.push(option(move |c| (c.power, c.magnitude_eps) = (power, eps)));
    }
    // Its mean is heard in the lowest bands.
    for normalize in [false, true] {
        all.push(option(move |c| c.normalize_input = normalize));
    }
    if reading.is_cepstrum() {
        cepstrum(&mut all, config, reading);
    } else if reading.kind == Kind::Log {
        floors(&mut all, reading, stage);
    }
    if stage == Stage::Whole {
        ends(&mut all, config);
    }
    all
}

fn banks(all: &mut Vec<Change>, config: &MelConfig) {
    for bank in Bank::ALL {
        all.push(option(move |c| bank.apply(c)));
    }
    for scale in [MelScale::Slaney, MelScale::Htk] {
        for norm in [MelNorm::Slaney, MelNorm::None] {
            all.push(option(move |c| (c.mel_scale, c.mel_norm) = (scale, norm)));
        }
    }
    for &domain in TriangleDomain::ALL {
        all.push(option(move |c| c.triangle_domain = domain));
    }
    let odd = config.n_fft % 2 == 1 || config.sample_rate % 2 == 1;
    let bins: &[BinFrequencies] =
        if odd { BinFrequencies::ALL } else { std::slice::from_ref(&BinFrequencies::Exact) };
    for &frequencies in bins {
        all.push(option(move |c| c.bin_frequencies = frequencies));
        for bank in Bank::ALL {
            for low in [0.0, 20.0, config.f_min] {
                for high in [None, floor_of_nyquist(config), Some(8_000.0), Some(7_600.0), config.f_max]
                {
                    all.push(option(move |c| {
                        bank.apply(c);
                        c.bin_frequencies = frequencies;
                        (c.f_min, c.f_max) = (low, high);
                    }));
                }
            }
            for (low, high) in EDGES {
                all.push(option(move |c| {
                    bank.apply(c);
                    c.bin_frequencies = frequencies;
                    (c.f_min, c.f_max) = (low, Some(high));
                }));
            }
        }
    }
}

/// Half the sample rate rounded down, where that is something else.
pub(crate) fn floor_of_nyquist(config: &MelConfig) -> Option<f64> {
    (config.sample_rate % 2 == 1).then(|| f64::from(config.sample_rate / 2))
}

fn edges(all: &mut Vec<Change>, config: &MelConfig) {
    let nyquist = f64::from(config.sample_rate) / 2.0;
    let mut high = vec![None, floor_of_nyquist(config)];
    high.extend(
        UPPER_EDGES
            .iter()
            .chain(&[nyquist - 400.0, nyquist - 200.0, nyquist - 100.0])
            .map(|&f| Some(f)),
    );
    let top = config.upper_frequency();
    let steps = [-640.0, -160.0, -40.0, -10.0, -1.0, 1.0, 10.0, 40.0, 160.0, 640.0];
    high.extend(steps.iter().map(|step| Some(round_to(top + step, 1e-3))));
    for f_max in high {
        if f_max.is_none_or(|f_max| f_max > 0.0 && f_max < nyquist) {
            all.push(option(move |c| c.f_max = f_max));
        }
    }
    let steps = [-20.0, -5.0, -1.0, -0.5, 0.5, 1.0, 5.0, 20.0];
    let low = steps.iter().map(|step| round_to(config.f_min + step, 1e-3)).chain(LOWER_EDGES);
    for f_min in low.filter(|&f_min| f_min >= 0.0) {
        all.push(option(move |c| c.f_min = f_min));
    }
}

/// Rounds to a multiple.
pub(crate) fn round_to(value: f64, unit: f64) -> f64 {
    (value / unit).round() * unit
}

fn lengths(all: &mut Vec<Change>, config: &MelConfig) {
    let (n_fft, window) = (i64::from(config.n_fft), i64::from(config.window_length()));
    let mut pairs = Vec::new();
    for step in STEPS.into_iter().flat_map(|step| [-step, step]) {
        pairs.push((n_fft.max(window + step), window + step));
        pairs.push((window + step, window + step));
        pairs.push((n_fft + step, window));
    }
    let power = window.cast_unsigned().next_power_of_two().cast_signed();
    pairs.extend([window, power, 2 * power, 2 * n_fft, n_fft / 2].map(|n| (n, window)));
    pairs.extend([512, 1_024, 2_048, 4_096, power].map(|n| (n, n)));
    for (n_fft, window) in pairs {
        let is_known = window == i64::from(config.window_length());
        if (window > 8 || is_known) && n_fft >= window && n_fft <= 65_536 {
            all.push(option(move |c| (c.n_fft, c.win_length) = (n_fft as u32, Some(window as u32))));
        }
    }
    // A window is much like one of another shape and length.
    let mut nice = vec![n_fft, n_fft * 4 / 5, n_fft * 25 / 32];
    let milliseconds = [16.0, 20.0, 25.0, 30.0, 32.0, 40.0, 50.0];
    nice.extend(milliseconds.map(|milliseconds| samples_of(config.sample_rate, milliseconds)));
    nice.retain(|&length| length > 8 && length <= n_fft);
    for length in nice {
        for (window, periodic) in windows() {
            all.push(option(move |c| {
                (c.window, c.window_periodic, c.win_length) = (window, periodic, Some(length as u32));
            }));
        }
    }
}

pub(crate) fn preemphasis(all: &mut Vec<Change>) {
    for coefficient in PREEMPHASES {
        for mode in [PreemphasisMode::Frame, PreemphasisMode::Signal] {
            for remove in [false, true] {
                all.push(option(move |c| {
                    (c.preemphasis, c.preemphasis_mode, c.remove_dc_offset) =
                        (coefficient, mode, remove);
                }));
            }
        }
    }
}

fn cepstrum(all: &mut Vec<Change>, config: &MelConfig, reading: &Reading) {
    let near = [-2, -1, 1, 2].map(|step| (i64::from(config.n_mels) + step) as usize);
    let usual = [20, 23, 24, 26, 30, 32, 40, 48, 60, 64, 80, 96, 128];
    for n_mels in usual.into_iter().chain(near).filter(|&n| n >= reading.rows) {
        all.push(option(move |c| c.n_mels = n_mels as u32));
    }
    let epsilon = f64::from(f32::EPSILON);
    let kaldi = epsilon / f64::from(1u32 << 30);
    for top_db in [0.0, 80.0] {
        for floor in [0.0, 1e-10, 1e-6, 1e-5, epsilon, kaldi, epsilon / 2.0, 1.0] {
            for adds in [false, true] {
                all.push(Box::new(move |g| (g.top_db, g.floor, g.adds) = (top_db, floor, adds)));
            }
        }
    }
}

fn floors(all: &mut Vec<Change>, reading: &Reading, stage: Stage) {
    let epsilon = f64::from(f32::EPSILON);
    // Rows that were normalized contain their silent cells, so floor and height of filters matter there.
    let modelled = reading.norm != RowNorm::None && stage == Stage::Whole;
    let norms: &[Option<MelNorm>] =
        if modelled { &[Some(MelNorm::None), Some(MelNorm::Slaney)] } else { &[None] };
    let mut push = |floor: f64, adds: bool| {
        for &norm in norms {
            all.push(Box::new(move |g: &mut Guess| {
                (g.floor, g.adds) = (floor, adds);
                if let Some(norm) = norm {
                    g.config.mel_norm = norm;
                }
            }));
        }
    };
    for floor in [0.0, epsilon / 2.0, 1e-10, 1e-6, 1e-5, 1e-8, 1e-7, 1e-3, 1.0] {
        push(floor, true);
    }
    if modelled {
        for floor in [epsilon, epsilon / f64::from(1u32 << 30), 1e-10, 1e-5, 1e-7, 2f64.powi(-30)] {
            push(floor, false);
        }
    }
}

fn ends(all: &mut Vec<Change>, config: &MelConfig) {
    for &mode in PadMode::ALL {
        for preemphasis in [PreemphasisMode::Signal, PreemphasisMode::Frame] {
            all.push(option(move |c| (c.pad_mode, c.preemphasis_mode) = (mode, preemphasis)));
        }
    }
    for &precision in Precision::ALL {
        all.push(option(move |c| c.precision = precision));
    }
    if config.preemphasis > 0.0 {
        for step in [-0.05, -0.01, 0.01, 0.05] {
            let coefficient = round_to(config.preemphasis + step, 1e-4);
            if (0.0..=1.0).contains(&coefficient) {
                all.push(option(move |c| c.preemphasis = coefficient));
            }
        }
    }
}
