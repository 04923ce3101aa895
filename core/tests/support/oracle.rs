//! The pipeline once more in float64, written for reading: what the fast one is compared with.
//!
//! Every step is a loop over its definition; the transform is the plain discrete Fourier sum. Nothing
//! is shared with the crate but the options and the resampling, which its own tests hold to float64.

use mojo_audio_core::config::{
    BinFrequencies, CenterPad, FrameSpan, LifterKind, Log, LogFloorMode, MagnitudeEpsMode, MelNorm,
    MelScale, Normalize, NormalizeOver, PadMode, PadToMode, PreemphasisMode, Reference, SpectrumNorm,
    StackEdge, TriangleDomain, Window,
};
use mojo_audio_core::{MelConfig, Resampler};
use std::f64::consts::{LN_10, PI, SQRT_2, TAU};

/// What the oracle says of an input.
pub struct Truth {
    /// The result: rows of frames.
    pub rows: Vec<Vec<f64>>,
    /// The mel energies before the logarithm: bands of frames. Frames that `n_frames` adds are not
    /// among them.
    pub energies: Vec<Vec<f64>>,
    pub n_frames: usize,
    stacking: Stacking,
    /// How often deltas were taken.
    deltas: usize,
    power: f64,
    /// For each frame the power of its loudest bin, with what its mean and pre-emphasis take off.
    loudest: Vec<f64>,
    /// Sums of the filters' weights.
    weights: Vec<f64>,
}

impl Truth {
    /// Whether a band is within 60 dB of the loudest of its frame. Where the signal is a clean tone, float32
    /// has few correct digits for the others.
    pub fn is_strong(&self, row: usize, frame: usize) -> bool {
        let Some((band, frame)) = self.source(row, frame) else { return false };
        let Some(&energy) = self.energies.get(band).and_then(|row| row.get(frame)) else {
            return false;
        };
        let loudest = self.energies.iter().map(|row| row[frame]).fold(0.0, f64::max);
        energy >= self.of_60db(loudest)
    }

    /// Whether a strong band's bins lie within 60 dB of the frame's loudest, too. That one may be in no band,
    /// or have been taken off with the frame's mean: all bands may then hold nothing but its rounding.
    pub fn is_known(&self, row: usize, frame: usize) -> bool {
        let Some((band, at)) = self.source(row, frame) else { return false };
        self.is_strong(row, frame)
            && self.energies[band][at] >= self.of_60db(self.loudest[at] * self.weights[band])
    }

    /// The band and the frame that a value is of; none for deltas, which are of several frames.
    fn source(&self, row: usize, frame: usize) -> Option<(usize, usize)> {
        let n_bands = self.energies.len();
        let n_rows = n_bands * (1 + self.deltas);
        if self.stacking.size == 1 && self.stacking.stride == 1 {
            return (row < n_bands || self.deltas == 0).then_some((row, frame));
        }
        let n_computed = self.energies[0].len();
        let at = self.stacking.source(frame, row / n_rows, n_computed);
        let band = row % n_rows;
        (band < n_bands).then_some((band, at.unwrap_or(n_computed)))
    }

    fn of_60db(&self, loudest: f64) -> f64 {
        loudest * 10f64.powf(-60.0 / 20.0 * self.power)
    }
}

/// A window and a filterbank in place of the configured ones.
#[derive(Default)]
pub struct Tables {
    pub window: Option<Vec<f64>>,
    pub filterbank: Option<Vec<Vec<f64>>>,
}

/// The result for samples of one signal.
pub fn mel_spectrogram(config: &MelConfig, samples: &[f32]) -> Truth {
    let samples: Vec<f64> = samples.iter().map(|&x| f64::from(x)).collect();
    mel_spectrogram_with(config, &samples, &Tables::default())
}

/// The same with tables that replace the computed ones.
pub fn mel_spectrogram_with(config: &MelConfig, samples: &[f64], tables: &Tables) -> Truth {
    let samples = &truncated(config, resampled(config, samples))[..];
    let spectra = spectra(config, samples, tables);
    let filters = tables.filterbank.clone().unwrap_or_else(|| filterbank(config));
    compressed(config, &spectra, &filters, samples.len())
}

/// The result of several configurations that differ in their bands only.
pub fn mel_spectrograms(configs: &[MelConfig], samples: &[f32]) -> Vec<Truth> {
    let samples: Vec<f64> = samples.iter().map(|&x| f64::from(x)).collect();
    let samples = truncated(&configs[0], resampled(&configs[0], &samples));
    let spectra = spectra(&configs[0], &samples, &Tables::default());
    let truth = |config: &MelConfig| compressed(config, &spectra, &filterbank(config), samples.len());
    configs.iter().map(truth).collect()
}

/// What the bands are made of.
struct Spectra {
    /// Frames of bins.
    powers: Vec<Vec<f64>>,
    /// Those of the frames before something is done to them by themselves, if it is.
    untreated: Vec<Vec<f64>>,
    log_energies: Vec<f64>,
}

/// Everything up to the powers of the bins.
fn spectra(config: &MelConfig, samples: &[f64], tables: &Tables) -> Spectra {
    assert!(config.dither == 0.0, "noise has no truth to compare with");
    let window = tables.window.clone().unwrap_or_else(|| window(config));
    let signal = conditioned(config, samples);
    let mut frames = cut_frames(config, &signal);
    if config.drop_last_frame {
        frames.pop();
    }
    frames.truncate(config.n_frames.map_or(usize::MAX, |n| n as usize));

    let windowed = |frame: &[f64]| -> Vec<f64> {
        let left = (frame.len() - window.len()) / 2;
        let weight = |i: usize| i.checked_sub(left).and_then(|i| window.get(i)).copied().unwrap_or(0.0);
        frame.iter().enumerate().map(|(i, x)| x * weight(i)).collect()
    };
    let is_treated = config.remove_dc_offset || config.preemphasis_mode == PreemphasisMode::Frame;
    let cut: Vec<_> = frames.iter().filter(|_| is_treated).map(|frame| windowed(frame)).collect();
    let mut log_energies = Vec::new();
    for frame in &mut frames {
        if config.remove_dc_offset {
            let mean = frame.iter().sum::<f64>() / frame.len() as f64;
            frame.iter_mut().for_each(|x| *x -= mean);
        }
        let raw = log_energy(config, frame);
        if config.preemphasis_mode == PreemphasisMode::Frame {
            // Kaldi, feature-window.cc, Preemphasize: the first sample is its own predecessor.
            for i in (0..frame.len()).rev() {
                frame[i] -= config.preemphasis * frame[i.saturating_sub(1)];
            }
        }
        *frame = windowed(frame);
        log_energies.push(if config.raw_energy { raw } else { log_energy(config, frame) });
    }

    let [powers, untreated] = [&frames, &cut].map(|frames| powers(config, frames, &window));
    Spectra { powers, untreated, log_energies }
}

/// Everything from the filters on.
fn compressed(config: &MelConfig, spectra: &Spectra, filters: &[Vec<f64>], n_samples: usize) -> Truth {
    let Spectra { powers, untreated, log_energies } = spectra;
    let energies: Vec<Vec<f64>> = filters
        .iter()
        .map(|filter| {
            let weights: Vec<(usize, f64)> =
                filter.iter().copied().enumerate().filter(|(_, w)| *w != 0.0).collect();
            powers
                .iter()
                .map(|spectrum| weights.iter().map(|&(bin, w)| w * spectrum[bin]).sum())
                .collect()
        })
        .collect();

    let mut rows: Vec<Vec<f64>> = energies
        .iter()
        .map(|band| band.iter().map(|&energy| logarithm(config, energy)).collect())
        .collect();
    if config.log == Log::Pcen {
        rows.iter_mut().for_each(|row| divide_by_average(config, row));
    }
    limit_range(config, &mut rows);
    let n_computed = powers.len();
    rows.iter_mut().flatten().for_each(|y| *y = (*y + config.offset) * config.scale);
    if let Some(n_mfcc) = config.n_mfcc {
        rows = cepstrum(config, &rows, n_mfcc as usize, n_computed);
    }
    place_energy(config, &mut rows, log_energies.clone());
    let n_frames = config.n_frames.map_or(n_computed, |n| n as usize);
    rows.iter_mut().for_each(|row| row.resize(n_frames, config.offset * config.scale));
    normalize(config, &mut rows, n_samples, n_frames);
    append_deltas(config, &mut rows, n_frames);
    let (rows, n_frames) = stack(config, rows, n_frames);
    let loudest = |t: usize| {
        let untreated = untreated.get(t).into_iter().flatten();
        powers[t].iter().chain(untreated).copied().fold(0.0, f64::max)
    };
    Truth {
        rows,
        energies,
        n_frames,
        stacking: Stacking::of(config),
        deltas: config.delta_win_length.map_or(0, |_| config.delta_order as usize),
        power: config.power,
        loudest: (0..n_computed).map(loudest).collect(),
        weights: filters.iter().map(|filter| filter.iter().sum()).collect(),
    }
}

/// The samples at the frames' rate.
fn resampled(config: &MelConfig, samples: &[f64]) -> Vec<f64> {
    if config.rate_of_input() == config.sample_rate {
        return samples.to_vec();
    }
    let samples: Vec<f32> = samples.iter().map(|&x| x as f32).collect();
    let resampler = Resampler::new(config.rate_of_input(), config.sample_rate).unwrap();
    resampler.resample(&samples).unwrap().into_iter().map(f64::from).collect()
}

fn truncated(config: &MelConfig, mut samples: Vec<f64>) -> Vec<f64> {
    samples.truncate(config.max_length.map_or(usize::MAX, |length| length as usize));
    samples
}

/// The signal that frames are cut from, without what stands beyond its ends.
///
/// `WhisperFeatureExtractor(do_normalize=True)` and `ParakeetFeatureExtractor` of transformers measure
/// and filter the samples and pad afterwards, so the padding stays 0.
fn conditioned(config: &MelConfig, samples: &[f64]) -> Vec<f64> {
    let mut signal = samples.to_vec();
    if config.normalize_input {
        // transformers, zero_mean_unit_var_norm.
        let n = signal.len() as f64;
        let mean = signal.iter().sum::<f64>() / n;
        let variance = signal.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        signal.iter_mut().for_each(|x| *x = (*x - mean) / (variance + 1e-7).sqrt());
    }
    signal.iter_mut().for_each(|x| *x *= config.input_scale);
    if config.preemphasis_mode == PreemphasisMode::Signal {
        for i in (1..signal.len()).rev() {
            signal[i] -= config.preemphasis * signal[i - 1];
        }
    }
    signal.splice(..0, vec![0.0; config.pad_start as usize]);
    signal.resize(signal.len() + config.pad_end as usize, 0.0);
    let wanted = config.pad_to.unwrap_or(0) as usize;
    if signal.len() < wanted {
        if config.pad_to_mode == PadToMode::Repeat {
            signal = signal.repeat(wanted / signal.len());
        }
        signal.resize(wanted, 0.0);
    }
    let multiple = config.pad_to_multiple_of.unwrap_or(1) as usize;
    signal.resize(signal.len().next_multiple_of(multiple), 0.0);
    if let Some(last) = whole_frames(config, signal.len()).and_then(|frames| frames.checked_sub(1)) {
        // transformers' `GraniteSpeech5FeatureExtractor`, _extract_features.
        signal.resize(signal.len().max(last * config.hop_length as usize + 1), 0.0);
    }
    signal
}

/// The frames that count where their number is rounded up.
fn whole_frames(config: &MelConfig, length: usize) -> Option<usize> {
    let multiple = config.n_frames_multiple_of? as usize;
    Some((length / config.hop_length as usize).next_multiple_of(multiple))
}

/// What stands at a place of the signal, also before and after it.
fn sample_at(signal: &[f64], place: i64, mode: PadMode) -> f64 {
    let n = signal.len() as i64;
    let mut place = place;
    while !(0..n).contains(&place) {
        place = match mode {
            PadMode::Constant => return 0.0,
            PadMode::Replicate => place.clamp(0, n - 1),
            PadMode::Reflect if n == 1 => 0,
            // One mirror at a time, until the place is inside.
            PadMode::Reflect if place < 0 => -place,
            PadMode::Reflect => 2 * (n - 1) - place,
            PadMode::Symmetric if place < 0 => -1 - place,
            PadMode::Symmetric => 2 * n - 1 - place,
            other => unknown(other),
        };
    }
    signal[place as usize]
}

/// Stops at a choice that the oracle does not compute yet.
fn unknown(choice: impl std::fmt::Debug) -> ! {
    panic!("the oracle has no {choice:?}")
}

/// The samples of each frame, the last of which `drop_last_frame` leaves out later.
fn cut_frames(config: &MelConfig, signal: &[f64]) -> Vec<Vec<f64>> {
    let (n_fft, hop) = (i64::from(config.n_fft), i64::from(config.hop_length));
    let span = match config.frame_span {
        FrameSpan::Fft => n_fft,
        FrameSpan::Window => i64::from(config.window_length()),
        other => unknown(other),
    };
    let n = signal.len() as i64;
    let (first, n_frames) = if config.snip_edges {
        let pad = match (config.center, config.center_pad) {
            (false, _) => 0,
            (true, CenterPad::HalfFrame) => span / 2,
            (true, CenterPad::HalfOverlap) => (n_fft - hop) / 2,
            other => unknown(other),
        };
        let room = n + 2 * pad - span - i64::from(config.frame_margin);
        (-pad, if room < 0 { 0 } else { 1 + room / hop })
    } else {
        // Kaldi, feature-window.cc, NumFrames and FirstSampleOfFrame with snip_edges = false.
        (hop / 2 - span / 2, (n + hop / 2) / hop)
    };
    let most = whole_frames(config, signal.len()).map_or(i64::MAX, |frames| frames as i64);
    (0..n_frames.min(most))
        .map(|t| (0..span).map(|i| sample_at(signal, first + t * hop + i, config.pad_mode)).collect())
        .collect()
}

/// The window's values. Formulas: scipy.signal.windows.general_cosine; Povey's is from Kaldi,
/// feature-window.cc, FeatureWindowFunction.
pub fn window(config: &MelConfig) -> Vec<f64> {
    let n = config.window_length();
    if n == 1 {
        return vec![1.0];
    }
    let period = f64::from(if config.window_periodic { n } else { n - 1 });
    (0..n)
        .map(|i| {
            let angle = TAU * f64::from(i) / period;
            match config.window {
                Window::Hann => 0.5 - 0.5 * angle.cos(),
                Window::Hamming => 0.54 - 0.46 * angle.cos(),
                Window::Blackman => 0.42 - 0.5 * angle.cos() + 0.08 * (2.0 * angle).cos(),
                Window::Povey => (0.5 - 0.5 * angle.cos()).powf(0.85),
                Window::Rectangular => 1.0,
                other => unknown(other),
            }
        })
        .collect()
}

/// Kaldi, feature-fbank.cc: the logarithm of the sum of squares, never below that of the float32
/// epsilon, nor below that of `energy_floor`.
fn log_energy(config: &MelConfig, frame: &[f64]) -> f64 {
    let energy = frame.iter().map(|x| x * x).sum::<f64>();
    energy.max(f64::from(f32::EPSILON)).max(config.energy_floor).ln()
}

/// For each frame the magnitudes of its bins, to the power of `power`.
///
/// X[k] = Σ x[i] · exp(−2πi · k · i / n_fft), and nothing quicker than that.
fn powers(config: &MelConfig, frames: &[Vec<f64>], window: &[f64]) -> Vec<Vec<f64>> {
    let n_fft = config.n_fft as usize;
    let norm = match config.spectrum_norm {
        SpectrumNorm::None => 1.0,
        SpectrumNorm::Window => window.iter().map(|w| w * w).sum::<f64>().sqrt(),
        SpectrumNorm::FrameLength => f64::from(config.n_fft).sqrt(),
        other => unknown(other),
    };
    let circle: Vec<(f64, f64)> =
        (0..n_fft).map(|i| (TAU * i as f64 / n_fft as f64).sin_cos()).collect();
    let mut spectra = vec![vec![0.0; n_fft / 2 + 1]; frames.len()];
    for bin in 0..=n_fft / 2 {
        let span = frames.first().map_or(0, Vec::len);
        let (sin, cos): (Vec<f64>, Vec<f64>) = (0..span).map(|i| circle[bin * i % n_fft]).unzip();
        for (frame, spectrum) in frames.iter().zip(&mut spectra) {
            let re = dot(frame, &cos) / norm;
            let im = dot(frame, &sin) / norm;
            let square = re * re + im * im;
            spectrum[bin] = if config.power == 2.0 {
                square
            } else {
                let guarded = match config.magnitude_eps_mode {
                    MagnitudeEpsMode::Add => square + config.magnitude_eps,
                    MagnitudeEpsMode::Clamp => square.max(config.magnitude_eps),
                    other => unknown(other),
                };
                guarded.sqrt().powf(config.power)
            };
        }
    }
    spectra
}

/// Σ a · b, by four partial sums: a single one would wait for each addition.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a4, a_rest), (b4, b_rest)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let (mut s0, mut s1, mut s2, mut s3) = (0.0, 0.0, 0.0, 0.0);
    for (&[a0, a1, a2, a3], &[b0, b1, b2, b3]) in a4.iter().zip(b4) {
        s0 += a0 * b0;
        s1 += a1 * b1;
        s2 += a2 * b2;
        s3 += a3 * b3;
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    (s0 + s1) + (s2 + s3) + rest
}

/// Mels of a frequency: Slaney's Auditory Toolbox (as librosa's `hz_to_mel`), the HTK Book's equation
/// 5.13, Kaldi's mel-computations.h.
pub fn to_mel(scale: MelScale, hertz: f64) -> f64 {
    match scale {
        MelScale::Htk => 2595.0 * (1.0 + hertz / 700.0).log10(),
        MelScale::Kaldi => 1127.0 * (1.0 + hertz / 700.0).ln(),
        MelScale::Slaney if hertz < 1000.0 => hertz * 3.0 / 200.0,
        MelScale::Slaney => 15.0 + 27.0 * (hertz / 1000.0).ln() / 6.4f64.ln(),
        other => unknown(other),
    }
}

/// Hertz of a frequency in mels.
pub fn to_hertz(scale: MelScale, mel: f64) -> f64 {
    match scale {
        MelScale::Htk => 700.0 * (10f64.powf(mel / 2595.0) - 1.0),
        MelScale::Kaldi => 700.0 * ((mel / 1127.0).exp() - 1.0),
        MelScale::Slaney if mel < 15.0 => mel * 200.0 / 3.0,
        MelScale::Slaney => 1000.0 * ((mel - 15.0) / 27.0 * 6.4f64.ln()).exp(),
        other => unknown(other),
    }
}

/// The weights of the filters: bands of bins. As librosa's `filters.mel`,
/// `torchaudio.functional.melscale_fbanks` and Kaldi's `MelBanks`.
pub fn filterbank(config: &MelConfig) -> Vec<Vec<f64>> {
    let n_bins = config.n_fft as usize / 2 + 1;
    let scale = config.mel_scale;
    let bin_hertz = |bin: usize| match config.bin_frequencies {
        BinFrequencies::Exact => bin as f64 * f64::from(config.sample_rate) / f64::from(config.n_fft),
        BinFrequencies::Linspace => {
            bin as f64 * f64::from(config.sample_rate / 2) / (n_bins - 1) as f64
        }
        other => unknown(other),
    };
    let half = f64::from(config.sample_rate) / 2.0;
    // Kaldi, mel-computations.cc: a high_freq of 0 or less is an offset from half the rate.
    let f_max = config.f_max.map_or(half, |f_max| if f_max > 0.0 { f_max } else { half + f_max });
    let (low, high) = (to_mel(scale, config.f_min), to_mel(scale, f_max));
    let corner_mel = |i: u32| low + (high - low) * f64::from(i) / f64::from(config.n_mels + 1);
    (0..config.n_mels)
        .map(|mel| {
            let mels = [mel, mel + 1, mel + 2].map(corner_mel);
            let hertz = mels.map(|mel| to_hertz(scale, mel));
            let [left, centre, right] = match config.triangle_domain {
                TriangleDomain::Hz => hertz,
                TriangleDomain::Mel => mels,
                // As wide on the right as on the left.
                TriangleDomain::HzSymmetric => [hertz[0], hertz[1], 2.0 * hertz[1] - hertz[0]],
                other => unknown(other),
            };
            let height = match config.mel_norm {
                MelNorm::None => 1.0,
                MelNorm::Slaney if config.triangle_domain == TriangleDomain::HzSymmetric => {
                    2.0 / (right - left)
                }
                MelNorm::Slaney => 2.0 / (hertz[2] - hertz[0]),
                other => unknown(other),
            };
            (0..n_bins)
                .map(|bin| {
                    let at = match config.triangle_domain {
                        TriangleDomain::Hz | TriangleDomain::HzSymmetric => bin_hertz(bin),
                        TriangleDomain::Mel => to_mel(scale, bin_hertz(bin)),
                        other => unknown(other),
                    };
                    let rising = (at - left) / (centre - left);
                    let falling = (right - at) / (right - centre);
                    let part = rising.min(falling);
                    // A bin on a corner has a weight this small by rounding alone.
                    if part < 1e-9 { 0.0 } else { height * part }
                })
                .collect()
        })
        .collect()
}

fn logarithm(config: &MelConfig, energy: f64) -> f64 {
    let guarded = match config.log_floor_mode {
        LogFloorMode::Clamp => energy.max(config.log_floor),
        LogFloorMode::Add => energy + config.log_floor,
        other => unknown(other),
    };
    let guarded = guarded.min(config.log_ceiling.unwrap_or(f64::INFINITY));
    match config.log {
        Log::None | Log::Pcen => energy,
        Log::Ln => guarded.ln(),
        Log::Log10 => guarded.log10(),
        Log::Db => 10.0 * guarded.log10(),
        Log::DbMagnitude => 20.0 * guarded.log10(),
        other => unknown(other),
    }
}

/// `librosa.pcen` of a band, as its documentation defines it.
fn divide_by_average(config: &MelConfig, band: &mut [f64]) {
    let frames =
        config.pcen_time_constant * f64::from(config.sample_rate) / f64::from(config.hop_length);
    let root = (1.0 + 4.0 * frames * frames).sqrt();
    // (root − 1) / 2 T², expanded by root + 1.
    let new = 2.0 / (1.0 + root);
    let (gain, bias, power) = (config.pcen_gain, config.pcen_bias, config.pcen_power);
    let mut average = 1.0;
    for energy in band {
        average += new * (*energy - average);
        let divided = *energy * (config.pcen_eps + average).powf(-gain);
        *energy = match (power == 0.0, bias == 0.0) {
            (true, _) => divided.ln_1p(),
            (false, true) => divided.powf(power),
            // (G + bias)^power − bias^power, which would cancel for a small G.
            (false, false) => bias.powf(power) * (power * (divided / bias).ln_1p()).exp_m1(),
        };
    }
}

/// `top_db` and `subtract_reference`, as librosa's `power_to_db` and openai-whisper's
/// `log_mel_spectrogram` have them.
fn limit_range(config: &MelConfig, rows: &mut [Vec<f64>]) {
    let level = match config.reference {
        Reference::None => return,
        Reference::Fixed => config.reference_value,
        Reference::WholeInput => rows.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max),
        other => unknown(other),
    };
    let decibel = match config.log {
        Log::None | Log::Pcen => return,
        Log::Ln => LN_10 / 10.0,
        Log::Log10 => 0.1,
        Log::Db | Log::DbMagnitude => 1.0,
        other => unknown(other),
    };
    for y in rows.iter_mut().flatten() {
        if let Some(top_db) = config.top_db {
            *y = y.max(level - top_db * decibel);
        }
        if config.subtract_reference {
            *y -= level;
        }
    }
}

/// scipy.fft.dct(type=2, norm="ortho"), and the lifters of Kaldi (mel-computations.cc,
/// ComputeLifterCoeffs) and `librosa.feature.mfcc`.
fn cepstrum(config: &MelConfig, rows: &[Vec<f64>], n_mfcc: usize, n_frames: usize) -> Vec<Vec<f64>> {
    let n = rows.len() as f64;
    (0..n_mfcc)
        .map(|k| {
            let norm = (if k == 0 { 1.0 } else { 2.0 } / n).sqrt();
            let place = match config.lifter_kind {
                LifterKind::Kaldi => k as f64,
                LifterKind::Librosa => k as f64 + 1.0,
                other => unknown(other),
            };
            let lifter = match config.lifter {
                0.0 => 1.0,
                length => 1.0 + length / 2.0 * (PI * place / length).sin(),
            };
            let cosine = |m: usize| (PI * k as f64 * (2 * m + 1) as f64 / (2.0 * n)).cos();
            let sum =
                |t: usize| rows.iter().enumerate().map(|(m, row)| row[t] * cosine(m)).sum::<f64>();
            (0..n_frames).map(|t| lifter * norm * sum(t)).collect()
        })
        .collect()
}

/// Which frames are put side by side.
#[derive(Clone, Copy)]
struct Stacking {
    size: usize,
    stride: usize,
    edge: StackEdge,
}

impl Stacking {
    fn of(config: &MelConfig) -> Self {
        let size = config.stack as usize;
        let stride = config.stack_stride.unwrap_or(config.stack) as usize;
        Self { size, stride, edge: config.stack_edge }
    }

    /// transformers' `SeamlessM4TFeatureExtractor` (fill) and `GraniteSpeechFeatureExtractor` (drop); FunASR,
    /// wav_frontend.py, apply_lfr (repeat).
    fn count(self, n_frames: usize) -> usize {
        let is_whole = |first: &usize| first + self.size <= n_frames;
        let firsts = (0..n_frames).step_by(self.stride);
        match self.edge {
            StackEdge::Drop => firsts.filter(is_whole).count(),
            StackEdge::Fill | StackEdge::Repeat => firsts.count(),
            other => unknown(other),
        }
    }

    /// The frame that is at a place of a frame of the result, if there is one.
    fn source(self, frame: usize, place: usize, n_frames: usize) -> Option<usize> {
        let at = frame * self.stride + place;
        match self.edge {
            StackEdge::Repeat => Some(at.saturating_sub((self.size - 1) / 2).min(n_frames - 1)),
            StackEdge::Fill | StackEdge::Drop => Some(at).filter(|at| *at < n_frames),
            other => unknown(other),
        }
    }
}

/// The rows of several frames below each other.
fn stack(config: &MelConfig, rows: Vec<Vec<f64>>, n_frames: usize) -> (Vec<Vec<f64>>, usize) {
    let stacking = Stacking::of(config);
    if stacking.size == 1 && stacking.stride == 1 {
        return (rows, n_frames);
    }
    let count = stacking.count(n_frames);
    let mut stacked = Vec::new();
    for place in 0..stacking.size {
        for row in &rows {
            let value = |frame| {
                stacking.source(frame, place, n_frames).map_or(config.stack_fill, |source| row[source])
            };
            stacked.push((0..count).map(value).collect());
        }
    }
    (stacked, count)
}

/// Kaldi, feature-fbank.cc and feature-mfcc.cc: where the energy stands.
fn place_energy(config: &MelConfig, rows: &mut Vec<Vec<f64>>, log_energies: Vec<f64>) {
    let mut first = None;
    if config.n_mfcc.is_some() {
        let coefficient = rows.remove(0);
        first = Some(match (config.use_energy, config.htk_compat) {
            (true, _) => log_energies,
            (false, true) => coefficient.iter().map(|c| c * SQRT_2).collect(),
            (false, false) => coefficient,
        });
    } else if config.use_energy {
        first = Some(log_energies);
    }
    if let Some(first) = first {
        let at = if config.htk_compat { rows.len() } else { 0 };
        rows.insert(at, first);
    }
}

/// NeMo's and transformers' `ParakeetFeatureExtractor` (deviation), `SeamlessM4TFeatureExtractor`
/// (variance). Where there are too few values for a variance, it counts as 0.
fn normalize(config: &MelConfig, rows: &mut [Vec<f64>], n_samples: usize, n_frames: usize) {
    let mut valid = n_frames;
    if config.mask_tail {
        valid = valid.min(n_samples / config.hop_length as usize);
    }
    rows.iter_mut().for_each(|row| row[valid..].fill(0.0));
    if config.normalize == Normalize::None || valid == 0 {
        return;
    }
    // The rows that have one mean and one deviation.
    let together = match config.normalize_over {
        NormalizeOver::Row => 1,
        NormalizeOver::All => rows.len(),
        other => unknown(other),
    };
    for rows in rows.chunks_mut(together) {
        let count = (rows.len() * valid) as f64;
        if config.normalize == Normalize::MinMax {
            let values = || rows.iter().flat_map(|row| &row[..valid]).copied();
            let lowest = values().fold(f64::INFINITY, f64::min);
            let range = values().fold(f64::NEG_INFINITY, f64::max) - lowest;
            let divisor = if range > 0.0 { range + config.normalize_eps } else { 1.0 };
            rows.iter_mut()
                .flat_map(|row| &mut row[..valid])
                .for_each(|y| *y = (*y - lowest) / divisor);
            continue;
        }
        let mean = rows.iter().flat_map(|row| &row[..valid]).sum::<f64>() / count;
        rows.iter_mut().flat_map(|row| &mut row[..valid]).for_each(|y| *y -= mean);
        let squares: f64 = rows.iter().flat_map(|row| &row[..valid]).map(|y| y * y).sum();
        let freedom = count - f64::from(config.normalize_ddof);
        let variance = if freedom > 0.0 { squares / freedom } else { 0.0 };
        let divisor = match config.normalize {
            Normalize::None | Normalize::Mean | Normalize::MinMax => 1.0,
            Normalize::Deviation => variance.sqrt() + config.normalize_eps,
            Normalize::Variance => (variance + config.normalize_eps).sqrt(),
            other => unknown(other),
        };
        if divisor > 0.0 {
            rows.iter_mut().flat_map(|row| &mut row[..valid]).for_each(|y| *y /= divisor);
        }
    }
}

/// `torchaudio.functional.compute_deltas`: the slope of the line that fits the frames around each best; again for those
/// of the next order.
fn append_deltas(config: &MelConfig, rows: &mut Vec<Vec<f64>>, n_frames: usize) {
    let Some(win_length) = config.delta_win_length else { return };
    let reach = i64::from(win_length / 2);
    let squares: i64 = (1..=reach).map(|k| k * k).sum();
    let at = |row: &[f64], t: i64| row[t.clamp(0, n_frames as i64 - 1) as usize];
    let slope = |row: &[f64], t: i64| {
        let sum: f64 = (1..=reach).map(|k| k as f64 * (at(row, t + k) - at(row, t - k))).sum();
        sum / (2 * squares) as f64
    };
    let mut deltas = rows.clone();
    for _ in 0..config.delta_order {
        for row in &mut deltas {
            *row = (0..n_frames as i64).map(|t| slope(row, t)).collect();
        }
        rows.extend(deltas.iter().cloned());
    }
}
