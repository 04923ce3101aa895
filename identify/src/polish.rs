//! Changes of the last descent, with everything in, which the distance of the whole result judges.

use crate::back::{FLOORS, decibels_per_unit, per_neper};
use crate::descent::Change;
use crate::engine::Guess;
use crate::features::Rounding;
use crate::moves::{POWERS, floor_of_nyquist, option, preemphasis, round_to, windows};
use crate::reading::{Kind, Reading, RowNorm};
use crate::statistics::{self, extremes, moments};
use crate::target::Target;
use mojo_audio_core::MelConfig;
use mojo_audio_core::config::{
    BinFrequencies, CenterPad, FrameSpan, Log, LogFloorMode, MelNorm, MelScale, Normalize, PadMode,
    Precision, PreemphasisMode, Reference, SpectrumNorm, TriangleDomain,
};

/// Changes of a whole configuration: to values that recipes have, and to those that the features say.
pub(crate) fn changes(guess: &Guess, target: &Target<'_>) -> Vec<Change> {
    let (config, reading) = (&guess.config, target.reading);
    let mut all = usual(guess, target);
    if reading.rounding != Rounding::None {
        // A value that was fitted would follow the rounding.
        return all;
    }
    if config.stack > 1
        && let Some(&last) = reading.full.last()
    {
        all.push(option(move |c| c.stack_fill = f64::from(last)));
    }
    lowest(&mut all, config, reading);
    if config.reference != Reference::None {
        fixed_reference(&mut all, guess, reading);
    }
    if reading.norm != RowNorm::None {
        epsilon(&mut all, guess, target);
    }
    near_edges(&mut all, config);
    sparse(&mut all, config);
    all
}

/// Some of the frames of a shorter hop, and other lengths of a truncated signal.
fn sparse(all: &mut Vec<Change>, config: &MelConfig) {
    let hop = config.hop_length;
    if config.stack == 1 && config.stack_stride.is_none() {
        for stride in (2..=8).filter(|&stride| hop.is_multiple_of(stride)) {
            all.push(option(move |c| (c.hop_length, c.stack_stride) = (hop / stride, Some(stride))));
        }
    }
    if let Some(length) = config.max_length {
        for step in [1u64, 2, 4, 8, 16, 32, 64, 128] {
            all.push(option(move |c| c.max_length = Some(length + step)));
            if length > step {
                all.push(option(move |c| c.max_length = Some(length - step)));
            }
        }
    }
    all.extend(leads(config));
}

/// Other numbers of zeros in front, where there are any.
pub(crate) fn leads(config: &MelConfig) -> Vec<Change> {
    let mut all = Vec::new();
    let start = config.pad_start;
    for step in [1u64, 2, 4, 8, 16, 32, 64, 128].into_iter().filter(|_| start > 0) {
        all.push(option(move |c| c.pad_start = start + step));
        if start > step {
            all.push(option(move |c| c.pad_start = start - step));
        }
    }
    all
}

/// Changes to values that recipes have.
pub(crate) fn usual(guess: &Guess, target: &Target<'_>) -> Vec<Change> {
    let config = &guess.config;
    let reading = target.reading;
    let mut all = Vec::new();
    if config.log != Log::None {
        for &mode in LogFloorMode::ALL {
            for floor in FLOORS {
                all.push(option(move |c| (c.log_floor, c.log_floor_mode) = (floor, mode)));
            }
        }
        for top_db in [None, Some(80.0), Some(100.0), Some(60.0)] {
            all.push(option(move |c| c.top_db = top_db));
        }
    }
    for &precision in Precision::ALL {
        all.push(option(move |c| c.precision = precision));
    }
    for &mode in PadMode::ALL {
        all.push(option(move |c| c.pad_mode = mode));
        for preemphasis in [PreemphasisMode::Signal, PreemphasisMode::Frame] {
            all.push(option(move |c| (c.pad_mode, c.preemphasis_mode) = (mode, preemphasis)));
        }
    }
    for (window, periodic) in windows() {
        all.push(option(move |c| (c.window, c.window_periodic) = (window, periodic)));
    }
    preemphasis(&mut all);
    for (power, eps) in POWERS {
        all.push(option(move |c| (c.power, c.magnitude_eps) = (power, eps)));
    }
    for &scale in MelScale::ALL {
        for &norm in MelNorm::ALL {
            for &domain in TriangleDomain::ALL {
                all.push(option(move |c| {
                    (c.mel_scale, c.mel_norm, c.triangle_domain) = (scale, norm, domain)
                }));
            }
        }
    }
    for &bins in BinFrequencies::ALL {
        all.push(option(move |c| c.bin_frequencies = bins));
    }
    edges(&mut all, config);
    for normalize in [false, true] {
        for offset in [0.0, 4.0] {
            all.push(option(move |c| {
                (c.normalize_input, c.input_scale, c.offset) = (normalize, 1.0, offset)
            }));
        }
        all.push(option(move |c| c.normalize_input = normalize));
    }
    for input_scale in [1.0, 32_767.0, 32_768.0] {
        all.push(option(move |c| c.input_scale = input_scale));
    }
    for norm in [SpectrumNorm::Window, SpectrumNorm::FrameLength] {
        all.push(option(move |c| (c.spectrum_norm, c.offset, c.scale) = (norm, 0.0, 1.0)));
    }
    lengths(&mut all, config);
    for span in [FrameSpan::Fft, FrameSpan::Window] {
        for remove in [false, true] {
            all.push(option(move |c| (c.frame_span, c.remove_dc_offset) = (span, remove)));
        }
    }
    if !matches!(reading.norm, RowNorm::None | RowNorm::Own) {
        for &normalize in Normalize::ALL {
            for ddof in [0, 1] {
                for eps in [1e-5, 1e-7, 1e-10, 1e-3] {
                    all.push(option(move |c| {
                        (c.normalize, c.normalize_ddof, c.normalize_eps) = (normalize, ddof, eps);
                    }));
                }
            }
        }
        for mask in [false, true] {
            all.push(option(move |c| c.mask_tail = mask));
        }
    }
    if reading.energy.is_some() || reading.is_cepstrum() {
        let mut floors = vec![0.0, 1.0, 1e-10];
        floors.extend(reading.energy_floors());
        for raw in [false, true] {
            for &floor in &floors {
                all.push(option(move |c| (c.raw_energy, c.energy_floor) = (raw, floor)));
            }
        }
    }
    line(&mut all, guess, target);
    all
}

fn edges(all: &mut Vec<Change>, config: &MelConfig) {
    let nyquist = f64::from(config.sample_rate) / 2.0;
    let top = config.upper_frequency();
    let rounded = [1.0, 10.0, 100.0].map(|unit| Some(round_to(top, unit)));
    let high = [None, floor_of_nyquist(config), Some(8_000.0), Some(7_600.0), Some(nyquist - 400.0)];
    for f_max in high.into_iter().chain(rounded) {
        if f_max.is_none_or(|f_max| f_max > 0.0 && f_max <= nyquist) {
            all.push(option(move |c| c.f_max = f_max));
        }
    }
    for f_min in [0.0, 20.0, 80.0, 125.0, config.f_min.round(), round_to(config.f_min, 10.0)] {
        all.push(option(move |c| c.f_min = f_min));
    }
}

/// Edges by steps.
fn near_edges(all: &mut Vec<Change>, config: &MelConfig) {
    let nyquist = f64::from(config.sample_rate) / 2.0;
    let (low, high) = (config.f_min, config.upper_frequency());
    for step in [0.25, 0.5, 1.0, 2.0, 5.0].into_iter().flat_map(|step| [-step, step]) {
        if high + step <= nyquist {
            all.push(option(move |c| c.f_max = Some(high + step)));
        }
        if low + step >= 0.0 {
            all.push(option(move |c| c.f_min = low + step));
        }
    }
}

fn lengths(all: &mut Vec<Change>, config: &MelConfig) {
    let (n_fft, window) = (config.n_fft, config.window_length());
    let power = window.next_power_of_two();
    let lengths = [
        (window, window),
        (n_fft, n_fft),
        (power, window),
        (2 * power, window),
        (2 * n_fft, 2 * n_fft),
        (n_fft / 2, n_fft / 2),
        (n_fft, n_fft / 2),
        (2 * n_fft, window),
        (n_fft / 2, window),
        (n_fft, window.saturating_sub(1)),
        (n_fft, (window + 1).min(n_fft)),
    ];
    for (n_fft, window) in lengths.into_iter().filter(|lengths| (4..=65_536).contains(&lengths.0)) {
        all.push(option(move |c| (c.n_fft, c.win_length) = (n_fft, Some(window))));
        if config.scale != 1.0 {
            all.push(option(move |c| (c.n_fft, c.win_length, c.scale) = (n_fft, Some(window), 1.0)));
        }
    }
    // An odd length is nearly the even one next to it, with another sum of its window and perhaps another count of
    // frames. Only odd lengths tell where bins are.
    for n_fft in [n_fft - 1, n_fft + 1].into_iter().filter(|_| window == n_fft && n_fft > 4) {
        for drop in [false, true] {
            for &bins in BinFrequencies::ALL {
                for scale in [config.scale, 1.0] {
                    all.push(option(move |c| {
                        (c.n_fft, c.win_length, c.bin_frequencies) = (n_fft, None, bins);
                        (c.drop_last_frame, c.scale) = (drop, scale);
                    }));
                }
            }
        }
    }
    for pad in [CenterPad::HalfFrame, CenterPad::HalfOverlap] {
        all.push(option(move |c| c.center_pad = pad));
    }
}

/// The floor that the lowest value is at, even if no other one is.
fn lowest(all: &mut Vec<Change>, config: &MelConfig, reading: &Reading) {
    let is_plain = reading.norm == RowNorm::None && !reading.is_cepstrum() && !config.use_energy;
    if config.log == Log::None || config.log == Log::Pcen || !is_plain {
        return;
    }
    let level = reading.level / config.scale - config.offset;
    let floor = (level / per_neper(config.log)).clamp(-80.0, 80.0).exp();
    all.push(option(move |c| (c.log_floor, c.log_floor_mode) = (floor, LogFloorMode::Clamp)));
}

/// The fixed reference that the lowest level is a range below.
fn fixed_reference(all: &mut Vec<Change>, guess: &Guess, reading: &Reading) {
    let config = &guess.config;
    let range = config.top_db.unwrap_or(80.0) / decibels_per_unit(config.log);
    if config.log == Log::None {
        return;
    }
    let level = reading.level / config.scale - config.offset;
    for value in [level + range, round_to(level + range, 1e-3)] {
        all.push(option(move |c| {
            let top_db = Some(c.top_db.unwrap_or(80.0));
            (c.reference, c.reference_value, c.top_db) = (Reference::Fixed, value, top_db);
        }));
    }
}

/// What is added to deviations, from how much smaller than 1 the rows' deviations are.
fn epsilon(all: &mut Vec<Change>, guess: &Guess, target: &Target<'_>) {
    let (reading, config) = (target.reading, &guess.config);
    let has_eps = matches!(reading.norm, RowNorm::Mean | RowNorm::Deviation);
    if !has_eps || !reading.wrap.is_none() {
        return;
    }
    let plain = MelConfig { normalize: Normalize::None, mask_tail: false, ..config.clone() };
    let Some(values) = target.features(&Guess { config: plain, ..guess.clone() }) else { return };
    let n = reading.valid as f64;
    let unbiased = (n / (n - f64::from(config.normalize_ddof)).max(1.0)).sqrt();
    let of = |row: &[f32]| moments(row[..reading.valid].iter().map(|&value| f64::from(value))).1;
    let rows = values.chunks_exact(reading.frames).zip(reading.full.chunks_exact(reading.frames));
    let pairs: Vec<(f64, f64)> =
        rows.map(|(ours, theirs)| (of(ours), of(theirs))).filter(|pair| pair.1 > 1e-6).collect();
    if pairs.is_empty() {
        return;
    }
    for normalize in [Normalize::Deviation, Normalize::Variance] {
        // A row's deviation d becomes d / (u d + eps), or d / sqrt(u² d² + eps).
        let mut found: Vec<f64> = pairs
            .iter()
            .map(|&(ours, theirs)| match normalize {
                Normalize::Variance => (ours / theirs).powi(2) - (unbiased * ours).powi(2),
                _ => ours / theirs - unbiased * ours,
            })
            .collect();
        found.sort_by(f64::total_cmp);
        let median = found[found.len() / 2];
        if median > 1e-8 {
            for eps in [median, round_to(median, 10f64.powf(median.log10().floor() - 1.0))] {
                all.push(option(move |c| (c.normalize, c.normalize_eps) = (normalize, eps)));
            }
        }
    }
}

/// Offset and scale by least squares over what is not at a floor.
fn line(all: &mut Vec<Change>, guess: &Guess, target: &Target<'_>) {
    let reading = target.reading;
    let config = &guess.config;
    if reading.norm != RowNorm::None || reading.is_cepstrum() || config.use_energy {
        return;
    }
    let Some(values) = target.features(guess) else { return };
    let floor_of = |values: &[f32]| {
        let (low, high) = extremes(values);
        low + 1e-3 * (high - low)
    };
    let (floor, wanted_floor) = (floor_of(&values), floor_of(&reading.full));
    let pairs: Vec<(f64, f64)> = values
        .iter()
        .zip(&reading.full)
        .filter(|(value, wanted)| **value > floor && **wanted > wanted_floor)
        .map(|(&value, &wanted)| (f64::from(value) / config.scale - config.offset, f64::from(wanted)))
        .collect();
    if pairs.len() < 8 {
        return;
    }
    let (scale, intercept) = statistics::line(pairs.iter().copied());
    if !(scale.is_finite() && scale > 1e-12) {
        return;
    }
    if reading.kind == Kind::Linear {
        all.push(option(move |c| (c.scale, c.offset) = (scale, 0.0)));
        return;
    }
    let offset = intercept / scale;
    let off = |&(value, wanted): &(f64, f64)| wanted / config.scale - value;
    let same_scale = pairs.iter().map(off).sum::<f64>() / pairs.len() as f64;
    all.push(option(move |c| (c.scale, c.offset) = (scale, offset)));
    all.push(option(move |c| c.offset = same_scale));
}

/// Offset and scale by least squares, as changes.
pub(crate) fn line_of(guess: &Guess, target: &Target<'_>) -> Vec<Change> {
    let mut all = Vec::new();
    line(&mut all, guess, target);
    all.truncate(1);
    all
}

/// Those of any configuration, and those of PCEN.
pub(crate) fn changes_of_pcen(guess: &Guess, target: &Target<'_>) -> Vec<Change> {
    let mut all = pcen();
    all.extend(changes(guess, target));
    all
}

/// Changes of the options of PCEN.
pub(crate) fn pcen() -> Vec<Change> {
    let mut all = Vec::new();
    for gain in [0.98, 1.0, 0.8, 0.9, 0.5, 0.0] {
        all.push(option(move |c| c.pcen_gain = gain));
    }
    for (bias, power) in [
        (2.0, 0.5),
        (2.0, 0.25),
        (10.0, 0.25),
        (10.0, 0.5),
        (1.0, 0.5),
        (0.0, 0.5),
        (0.0, 1.0),
        (1.0, 1.0),
        (2.0, 1.0),
        (2.0, 0.0),
        (1.0, 0.0),
    ] {
        all.push(option(move |c| (c.pcen_bias, c.pcen_power) = (bias, power)));
    }
    for seconds in [0.4, 0.06, 0.1, 0.2, 0.015, 0.025, 1.0] {
        all.push(option(move |c| c.pcen_time_constant = seconds));
    }
    for eps in [1e-6, 1e-3, 1e-8, 1e-9, 1e-10, 1e-12] {
        all.push(option(move |c| c.pcen_eps = eps));
    }
    for input_scale in [1.0, 32_768.0, 46_340.950_011_841_58, 2_147_483_648.0] {
        all.push(option(move |c| c.input_scale = input_scale));
    }
    all
}
