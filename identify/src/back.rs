//! What follows the filters, in closed form: the slope of the fit says which logarithm and scale, the
//! intercept which offset or gain, the lowest level which floor or range.

use crate::engine::{Guess, paddings, truncations};
use crate::fit::{Extent, Fit, Fitter, per_decibel};
use crate::reading::{EnergyRow, Kind, Reading, RowNorm};
use crate::statistics::extremes;
use mojo_audio_core::MelConfig;
use mojo_audio_core::config::{
    LifterKind, Log, LogFloorMode, Normalize, PadToMode, Reference, SpectrumNorm, StackEdge,
};
use std::f64::consts::{LN_10, PI};

/// Floors that recipes have.
pub(crate) const FLOORS: [f64; 18] = [
    1e-10,
    1e-5,
    1e-7,
    1e-6,
    1.1920928955078125e-7,
    5.960464477539063e-8,
    1.0,
    1e-8,
    1e-9,
    1e-12,
    1e-3,
    1e-2,
    1e-4,
    1e-20,
    1e-16,
    1e-30,
    2.220446049250313e-16,
    0.1,
];
const INT16: f64 = 32_768.0;
/// No floor at all, as far as floats go.
const NO_FLOOR: f64 = 1e-30;

/// Units of a logarithm for each neper of its argument.
pub(crate) fn per_neper(log: Log) -> f64 {
    match log {
        Log::None | Log::Pcen | Log::Ln => 1.0,
        Log::Log10 => 1.0 / LN_10,
        Log::Db => 10.0 / LN_10,
        Log::DbMagnitude => 20.0 / LN_10,
        // Not a number: a logarithm that is not known here fits nothing.
        _ => f64::NAN,
    }
}

/// Decibels of `top_db` for each unit of a logarithm.
pub(crate) fn decibels_per_unit(log: Log) -> f64 {
    match log {
        Log::None | Log::Pcen | Log::Ln => 10.0 / LN_10,
        Log::Log10 => 10.0,
        Log::Db | Log::DbMagnitude => 1.0,
        _ => f64::NAN,
    }
}

/// Whole configurations that a fitted front end may belong to.
pub(crate) fn backs(guess: &Guess, fit: &Fit, fitter: &Fitter<'_>) -> Vec<Guess> {
    let reading = fitter.reading;
    let mut all = Vec::new();
    // What a recipe has after its filters is not part of the front end.
    let front = MelConfig {
        log_ceiling: None,
        subtract_reference: false,
        input_scale: 1.0,
        use_energy: false,
        normalize: Normalize::None,
        mask_tail: false,
        n_frames_multiple_of: None,
        ..guess.config.clone()
    };
    let guess = &Guess { config: front, ..guess.clone() };
    for base in frame_counts(&Guess { first: fit.first, ..guess.clone() }, fitter) {
        if reading.kind == Kind::Linear {
            linear(&mut all, &base, fit);
        } else {
            logarithmic(&mut all, &base, fit, reading);
        }
    }
    all
}

/// PCEN with the ways in which its rows may be normalized.
pub(crate) fn of_pcen(guess: &Guess, reading: &Reading) -> Vec<Guess> {
    let with = |norm: Norm| {
        let mut guess = guess.clone();
        norm.apply(&mut guess.config);
        guess
    };
    norms(reading).into_iter().map(with).collect()
}

/// How the candidate comes by the reading's number of frames.
fn frame_counts(guess: &Guess, fitter: &Fitter<'_>) -> Vec<Guess> {
    let reading = fitter.reading;
    let mut base = guess.clone();
    base.config.drop_last_frame = false;
    base.config.n_frames = None;
    reading.wrap.apply(&mut base.config, StackEdge::Fill);
    base.config.n_mfcc = reading.is_cepstrum().then_some(reading.rows as u32);
    if fitter.extent == Extent::Part {
        return vec![base];
    }
    let mut found = Vec::new();
    if fitter.extent == Extent::Padded {
        for length in paddings(&base.config, fitter.engine.samples.len(), reading.frames) {
            for &pad_to_mode in PadToMode::ALL {
                let mut padded = base.clone();
                (padded.config.pad_to, padded.config.pad_to_mode) = (Some(length), pad_to_mode);
                found.extend(frame_counts_of(&padded, fitter));
            }
        }
    }
    if found.is_empty() {
        found = frame_counts_of(&base, fitter);
    }
    found
}

fn frame_counts_of(base: &Guess, fitter: &Fitter<'_>) -> Vec<Guess> {
    let reading = fitter.reading;
    let mut found = Vec::new();
    if reading.wrap.stack > 1 {
        let length = base.config.pad_to;
        for &edge in StackEdge::ALL {
            for dropped in [false, true] {
                let mut stacked = base.clone();
                reading.wrap.apply(&mut stacked.config, edge);
                (stacked.config.drop_last_frame, stacked.config.pad_to) = (dropped, length);
                if fitter.engine.frames(&stacked.config) == reading.frames {
                    found.push(stacked);
                }
            }
        }
        return found;
    }
    let frames = fitter.engine.frames(&base.config);
    if frames == reading.frames {
        found.push(base.clone());
    }
    if frames == reading.frames + 1 {
        let mut dropped = base.clone();
        dropped.config.drop_last_frame = true;
        found.push(dropped);
    }
    let is_plain = !reading.is_cepstrum() && reading.energy.is_none() && reading.wrap.is_none();
    if frames != reading.frames && is_plain {
        let mut padded = base.clone();
        padded.config.n_frames = Some(reading.frames as u32);
        found.push(padded);
        if frames > reading.frames + 1 {
            for (max_length, dropped) in truncations(&base.config, reading.frames) {
                let mut truncated = base.clone();
                truncated.config.max_length = Some(max_length);
                truncated.config.drop_last_frame = dropped;
                found.push(truncated);
            }
        }
    }
    found
}

fn linear(all: &mut Vec<Guess>, base: &Guess, fit: &Fit) {
    let mut plain = base.clone();
    plain.config = MelConfig {
        log: Log::None,
        reference: Reference::None,
        top_db: None,
        offset: 0.0,
        scale: 1.0,
        ..plain.config
    };
    let gain = fit.intercept.exp();
    let amplitude = fit.intercept / plain.config.power;
    for norm in [SpectrumNorm::Window, SpectrumNorm::FrameLength] {
        let mut normed = plain.clone();
        normed.config.spectrum_norm = norm;
        all.push(normed);
    }
    if (amplitude - INT16.ln()).abs() < 0.1 {
        let mut loud = plain.clone();
        loud.config.input_scale = INT16;
        all.push(loud);
    }
    let mut free = plain.clone();
    if (gain as f32).is_normal() {
        free.config.scale = gain;
        all.push(free);
    }
    all.push(plain);
}

fn logarithmic(all: &mut Vec<Guess>, base: &Guess, fit: &Fit, reading: &Reading) {
    let cepstra = if reading.is_cepstrum() { cepstra(fit, reading) } else { vec![(fit.slope, None)] };
    for (slope, cepstrum) in cepstra {
        for (log, scale) in logarithms(slope, reading) {
            for norm in norms(reading) {
                let mut form = base.clone();
                if let Some(cepstrum) = &cepstrum {
                    cepstrum.apply(&mut form.config);
                }
                if let Some(row) = reading.energy {
                    form.config.use_energy = true;
                    form.config.htk_compat = row == EnergyRow::Last;
                }
                norm.apply(&mut form.config);
                form.config.log = log;
                form.config.scale = scale;
                form.config.reference = Reference::None;
                form.config.top_db = None;
                form.config.subtract_reference = false;
                let free = reading.norm == RowNorm::None && !reading.is_cepstrum();
                let offset = if free { fit.intercept / scale } else { 0.0 };
                for (offset, gain) in gains(offset, log, &form.config, reading) {
                    let mut with_gain = form.clone();
                    (with_gain.config.offset, with_gain.config.input_scale) = (offset, gain);
                    levels(all, &with_gain, reading);
                }
            }
        }
    }
}

/// The logarithms and scales that have a slope.
fn logarithms(slope: f64, reading: &Reading) -> Vec<(Log, f64)> {
    if matches!(reading.norm, RowNorm::Deviation | RowNorm::MinMax | RowNorm::Own) {
        return vec![(Log::Ln, 1.0)];
    }
    let kinds = [Log::Ln, Log::Log10, Log::Db, Log::DbMagnitude];
    let near = |wanted: f64| (slope / wanted - 1.0).abs() < 0.03;
    let mut found: Vec<(Log, f64)> =
        kinds.into_iter().filter(|&log| near(per_neper(log))).map(|log| (log, 1.0)).collect();
    for preset in [MelConfig::whisper(), MelConfig::ast()] {
        if near(preset.scale * per_neper(preset.log)) {
            found.push((preset.log, preset.scale));
        }
    }
    if slope > 0.0 && (slope as f32).is_normal() {
        found.push((Log::Ln, slope));
    }
    if reading.norm == RowNorm::Mean && !found.contains(&(Log::Ln, 1.0)) {
        found.push((Log::Ln, 1.0));
    }
    found
}

/// How rows are normalized.
struct Norm {
    normalize: Normalize,
    ddof: u32,
    eps: f64,
    mask: bool,
}

impl Norm {
    fn apply(&self, config: &mut MelConfig) {
        config.normalize = self.normalize;
        if self.normalize != Normalize::None {
            config.normalize_ddof = self.ddof;
            config.normalize_eps = self.eps;
        }
        config.mask_tail = self.mask;
    }
}

fn norms(reading: &Reading) -> Vec<Norm> {
    let plain = |normalize| Norm { normalize, ddof: 1, eps: 1e-5, mask: false };
    match reading.norm {
        RowNorm::None | RowNorm::Own => vec![plain(Normalize::None)],
        RowNorm::Mean => {
            // A deviation of which much more than rounding was added leaves rows of any deviation.
            let mut all = Vec::new();
            for (normalize, eps) in
                [(Normalize::Mean, 1e-5), (Normalize::Deviation, 0.1), (Normalize::Variance, 0.1)]
            {
                for mask in [false, true] {
                    all.push(Norm { normalize, ddof: 0, eps, mask });
                }
            }
            all
        }
        RowNorm::MinMax => {
            let unit = |mask| Norm { normalize: Normalize::MinMax, ddof: 1, eps: 0.0, mask };
            vec![unit(false), unit(true)]
        }
        RowNorm::Deviation => {
            let mut all = Vec::new();
            for (normalize, eps) in
                [(Normalize::Deviation, 1e-5), (Normalize::Variance, 1e-7), (Normalize::Variance, 1e-5)]
            {
                for ddof in [0, 1] {
                    for mask in [false, true] {
                        all.push(Norm { normalize, ddof, eps, mask });
                    }
                }
            }
            all
        }
    }
}

/// A cepstrum's options.
struct Cepstrum {
    lifter: f64,
    kind: LifterKind,
    htk: bool,
    energy: bool,
    raw: bool,
    floor: f64,
}

impl Cepstrum {
    fn apply(&self, config: &mut MelConfig) {
        config.lifter = self.lifter;
        config.lifter_kind = self.kind;
        config.htk_compat = self.htk;
        config.use_energy = self.energy;
        config.raw_energy = self.raw;
        config.energy_floor = self.floor;
    }
}

/// The two lifters whose shape is most like that of the slopes, each with the slope that remains.
fn cepstra(fit: &Fit, reading: &Reading) -> Vec<(f64, Option<Cepstrum>)> {
    let rows = reading.rows;
    let slopes = &fit.slopes;
    let shape = |lifter: f64, kind: LifterKind| -> Vec<f64> {
        (1..rows)
            .map(|i| {
                let i = if kind == LifterKind::Librosa { i + 1 } else { i } as f64;
                if lifter == 0.0 { 1.0 } else { 1.0 + lifter / 2.0 * (PI * i / lifter).sin() }
            })
            .collect()
    };
    let mut lifters = Vec::new();
    let usual = [0.0, 22.0, 10.0, 26.0, 40.0, 20.0, rows as f64, 2.0 * rows as f64];
    for lifter in usual.into_iter().chain((2..=120).map(|half| f64::from(half) / 2.0)) {
        for &kind in LifterKind::ALL {
            let shape = shape(lifter, kind);
            let slope = shape.iter().zip(slopes).map(|(a, b)| a * b).sum::<f64>()
                / shape.iter().map(|a| a * a).sum::<f64>();
            let off = shape.iter().zip(slopes).map(|(a, b)| (b - slope * a).abs()).sum::<f64>();
            lifters.push((off, lifter, kind, slope));
        }
    }
    lifters.sort_by(|a, b| a.0.total_cmp(&b.0));
    lifters.truncate(2);
    let htk = reading.kind == Kind::CepstrumHtk;
    let mut all = Vec::new();
    for (_, lifter, kind, slope) in lifters {
        for (energy, raw, floor) in
            [(false, true, 0.0), (true, true, 0.0), (true, true, 1.0), (true, false, 0.0)]
        {
            all.push((slope, Some(Cepstrum { lifter, kind, htk, energy, raw, floor })));
        }
    }
    all
}

/// Offsets and input scales that an intercept may be.
fn gains(offset: f64, log: Log, config: &MelConfig, reading: &Reading) -> Vec<(f64, f64)> {
    let per_gain = per_neper(log) * config.power;
    let mut all = vec![(offset, 1.0)];
    if (offset / per_gain - INT16.ln()).abs() < 0.3
        || reading.is_cepstrum()
        || reading.norm != RowNorm::None
    {
        all.push((0.0, INT16));
    }
    for usual in [4.0, MelConfig::ast().offset] {
        if (offset - usual).abs() < 0.2 {
            all.push((usual, 1.0));
        }
    }
    if offset.abs() < 0.05 * per_gain.max(1.0) {
        all.push((0.0, 1.0));
    }
    all
}

/// Floors and ranges that the lowest level may be.
fn levels(all: &mut Vec<Guess>, base: &Guess, reading: &Reading) {
    let MelConfig { log, scale, offset, input_scale, power, .. } = base.config;
    let (_, high) = extremes(&reading.full);
    let ceiling = ((reading.top / scale - offset) / per_neper(log)).clamp(-80.0, 80.0).exp();
    let mut push = |change: &dyn Fn(&mut MelConfig)| {
        let mut with_level = base.clone();
        change(&mut with_level.config);
        if reading.limited {
            let mut limited = with_level.clone();
            limited.config.log_ceiling = Some(ceiling);
            all.push(limited);
        }
        all.push(with_level);
    };
    let clamp =
        |c: &mut MelConfig, floor: f64| (c.log_floor, c.log_floor_mode) = (floor, LogFloorMode::Clamp);
    if base.floor > 0.0 {
        let floor = base.floor * input_scale.powf(power);
        let mode = if base.adds { LogFloorMode::Add } else { LogFloorMode::Clamp };
        push(&|c| (c.log_floor, c.log_floor_mode) = (floor, mode));
        for usual in FLOORS.into_iter().filter(|usual| (usual / floor).ln().abs() < 0.02) {
            push(&|c| (c.log_floor, c.log_floor_mode) = (usual, mode));
        }
    }
    if base.top_db > 0.0 && reading.norm != RowNorm::None && !reading.is_cepstrum() {
        let range = base.top_db * per_decibel(base) * per_neper(log) * decibels_per_unit(log);
        for floor in [1e-10, NO_FLOOR] {
            push(&|c| {
                clamp(c, floor);
                (c.reference, c.top_db) = (Reference::WholeInput, Some(range));
            });
        }
    }
    let mut ranges = vec![80.0];
    if reading.clamped {
        let units = reading.level / scale - offset;
        let floor = (units / per_neper(log)).clamp(-80.0, 80.0).exp();
        for usual in FLOORS.into_iter().filter(|usual| (usual / floor).ln().abs() < 0.2) {
            push(&|c| clamp(c, usual));
        }
        push(&|c| clamp(c, floor));
        let range = (f64::from(high) - reading.level) / scale * decibels_per_unit(log);
        ranges = vec![range.round(), range];
    }
    if reading.clamped || reading.is_cepstrum() {
        for range in ranges.into_iter().filter(|&range| range > 0.0) {
            for floor in [1e-10, 1e-5] {
                let below_highest = |c: &mut MelConfig| {
                    clamp(c, floor);
                    c.reference = Reference::WholeInput;
                    c.top_db = Some(range);
                };
                push(&below_highest);
                if matches!(log, Log::Db | Log::DbMagnitude) && high == 0.0 {
                    push(&|c| {
                        below_highest(c);
                        c.subtract_reference = true;
                        c.offset = 0.0;
                    });
                }
            }
        }
    }
    if !reading.clamped {
        let more = reading.is_cepstrum() || reading.norm != RowNorm::None;
        let floors: &[f64] = if more {
            &[1e-10, 1.1920928955078125e-7, 1e-5, 1.0, 1e-20, NO_FLOOR]
        } else {
            &[1e-10, NO_FLOOR]
        };
        for &floor in floors {
            push(&|c| clamp(c, floor));
        }
    }
}
