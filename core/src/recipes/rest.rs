//! Settings that no line of the table can describe: options computed from several of them.

use super::settings::{Allowed, Settings, integer};
use crate::config::{FrameSpan, MelConfig, MelNorm, MelScale, Normalize, PadToMode, Reference, Window};
use crate::error::Error;
use alloc::{format, string::String};
use serde_json::Value;

/// The windows of transformers' `window_function` that have the same definition here.
const WINDOWS: &[(&str, Window)] = &[
    ("hann_window", Window::Hann),
    ("hann", Window::Hann),
    ("hamming_window", Window::Hamming),
    ("hamming", Window::Hamming),
    ("boxcar", Window::Rectangular),
];

pub(super) fn nothing(_: &mut MelConfig, _: &mut Settings) -> Result<(), Error> {
    Ok(())
}

/// The samples of a length in seconds, and how many frames start in them.
fn length(
    config: &MelConfig,
    settings: &mut Settings,
    seconds: &str,
    default: u64,
) -> Result<(u64, u64), Error> {
    let n_seconds = settings.integer(seconds, default)?;
    let n_samples = n_seconds.checked_mul(config.sample_rate.into());
    let n_samples = n_samples.ok_or_else(|| settings.rejected(seconds, "fewer seconds"))?;
    Ok((n_samples, n_samples / u64::from(config.hop_length.max(1))))
}

/// `chunk_length` seconds, and what the class computes from it.
fn chunk(config: &MelConfig, settings: &mut Settings, default: u64) -> Result<(u64, u64), Error> {
    let (n_samples, n_frames) = length(config, settings, "chunk_length", default)?;
    settings.follows("n_samples", n_samples)?;
    settings.follows("nb_max_frames", n_frames)?;
    Ok((n_samples, n_frames))
}

/// Truncates and pads to a chunk of 30 seconds.
pub(super) fn whisper(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    let (n_samples, _) = chunk(config, settings, 30)?;
    if settings.take("max_length").is_some_and(|value| !value.is_null()) {
        settings.follows("max_length", n_samples)?;
    }
    config.pad_to = Some(n_samples);
    // An argument of the call, which some files have: the class uses its default.
    config.max_length = settings.flag("truncation", true)?.then_some(n_samples);
    Ok(())
}

/// Pads to a chunk; longer signals are split into several.
pub(super) fn moss(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    whisper(config, settings)?;
    config.max_length = None;
    Ok(())
}

pub(super) fn qwen3_asr(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    let (n_samples, n_frames) = chunk(config, settings, 30)?;
    let n_window = settings.take("n_window").map_or(Some(50), integer);
    // A longer signal is padded with frames of zeros to a multiple of it.
    if n_window.is_none_or(|n| n > 0 && !n_frames.is_multiple_of(n.saturating_mul(2))) {
        let expected = "0, or half a divisor of the frames of chunk_length";
        return Err(settings.rejected("n_window", expected));
    }
    // Shorter signals are padded to it first.
    let min_length = settings.take("min_length").map_or(Some(0), integer);
    if min_length.is_none_or(|length| length > n_samples) {
        return Err(settings.rejected("min_length", "an integer, at most the samples of chunk_length"));
    }
    config.pad_to = Some(n_samples);
    Ok(())
}

/// Pads to a chunk of 60 seconds, which has two names.
pub(super) fn dots3(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    if settings.take("chunk_seconds").is_none_or(|seconds| seconds.is_null()) {
        config.pad_to = Some(chunk(config, settings, 60)?.0);
        return Ok(());
    }
    let (n_samples, n_frames) = length(config, settings, "chunk_seconds", 60)?;
    settings.follows("chunk_length", n_samples / u64::from(config.sample_rate.max(1)))?;
    settings.follows("n_samples", n_samples)?;
    settings.follows("nb_max_frames", n_frames)?;
    config.pad_to = Some(n_samples);
    Ok(())
}

/// A fixed level, or the highest value.
pub(super) fn voxtral(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    if settings.take("global_log_mel_max").is_some_and(Value::is_null) {
        config.reference = Reference::WholeInput;
        config.reference_value = 0.0;
    } else {
        config.reference_value = settings.number("global_log_mel_max", config.reference_value)?;
    }
    Ok(())
}

/// Pre-emphasis that may be null, and sizes for which a frame is valid as here.
pub(super) fn nemo(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    config.preemphasis = match settings.take("preemphasis") {
        Some(Value::Null) => 0.0,
        _ => settings.number("preemphasis", config.preemphasis)?,
    };
    even_n_fft(config, settings)
}

/// Formulas of the class that are those of the engine only for an even `n_fft`.
pub(super) fn even_n_fft(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    if config.n_fft.is_multiple_of(2) {
        Ok(())
    } else {
        Err(settings.rejected("n_fft", "an even number"))
    }
}

/// Stacks of an even number of frames: only for single frames and pairs do options describe the result.
pub(super) fn seamless_m4t(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    match settings.integer("stride", 2)? {
        stride @ (1 | 2) => config.stack = stride as u32,
        _ => return Err(settings.rejected("stride", "1 or 2")),
    }
    Ok(())
}

/// Half a frame of the codec before and after the signal.
pub(super) fn xcodec2(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    let hop_length = config.pad_to_multiple_of.unwrap_or(1);
    if !hop_length.is_multiple_of(2) {
        return Err(settings.rejected("hop_length", "an even number"));
    }
    config.pad_start = u64::from(hop_length / 2);
    config.pad_end += config.pad_start;
    Ok(())
}

/// Frames in milliseconds, by torchaudio's names of windows.
pub(super) fn fun_asr_nano(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    let win_length = milliseconds(config, settings, "frame_length", 25)?;
    config.hop_length = milliseconds(config, settings, "frame_shift", 10)?;
    config.win_length = Some(win_length);
    config.n_fft = win_length.max(2).next_power_of_two();
    let windows = [
        ("hamming", Window::Hamming),
        ("hanning", Window::Hann),
        ("povey", Window::Povey),
        ("rectangular", Window::Rectangular),
        ("blackman", Window::Blackman),
    ];
    config.window = settings.choice("window", &windows, Window::Hamming)?;
    Ok(())
}

/// torchaudio's features, of which the class saves the arguments; it doesn't read them again.
pub(super) fn granite_speech(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    config.f_max = Some(f64::from(config.sample_rate / 2));
    let Some(Value::Object(saved)) = settings.take("melspec_kwargs") else { return Ok(()) };
    let known = [
        ("sample_rate", config.sample_rate),
        ("n_fft", config.n_fft),
        ("win_length", config.window_length()),
        ("hop_length", config.hop_length),
        ("n_mels", config.n_mels),
    ];
    let follows = |(name, value): (&String, &Value)| {
        known.iter().any(|(option, number)| name == option && integer(value) == Some((*number).into()))
    };
    if saved.iter().all(follows) {
        return Ok(());
    }
    Err(settings.rejected(
        "melspec_kwargs",
        "in agreement with the other settings, which the class reads instead",
    ))
}

/// Levels below the highest value, in units of the logarithm.
pub(super) fn granite_speech_5(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    config.f_max = Some(f64::from(config.sample_rate / 2));
    config.top_db = Some(10.0 * settings.number("logmel_floor_db", 8.0)?);
    Ok(())
}

/// The samples of a time, rounded; the file has them, too, but the class takes the time.
fn samples(settings: &mut Settings, name: &str, samples: f64, result: &str) -> Result<u32, Error> {
    // Half a sample is rounded to even, as Python does.
    let samples = whole(settings, name, libm::rint(samples))?;
    settings.follows(result, samples.into())?;
    Ok(samples)
}

/// The samples of a time, without the fraction of one.
pub(super) fn whole(settings: &Settings, name: &str, samples: f64) -> Result<u32, Error> {
    if !(1.0..65_537.0).contains(&samples) {
        return Err(settings.rejected(name, "a time of 1 to 65536 samples"));
    }
    Ok(samples as u32)
}

/// The samples of a time that must be a whole number of them, but for rounding.
fn whole_samples(
    settings: &mut Settings,
    name: &str,
    n_samples: f64,
    result: &str,
) -> Result<u32, Error> {
    if (n_samples - libm::rint(n_samples)).abs() > 1e-6 {
        return Err(settings.rejected(name, "a time of a whole number of samples"));
    }
    samples(settings, name, n_samples, result)
}

pub(super) fn gemma3n(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    gemma(config, settings, 32.0, true)
}

pub(super) fn gemma4(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    gemma(config, settings, 20.0, false)?;
    config.pad_start = u64::from(config.window_length() / 2);
    Ok(())
}

/// Frames of a time in milliseconds, and a transform of the next power of two, or of twice as much.
fn gemma(
    config: &mut MelConfig,
    settings: &mut Settings,
    frame: f64,
    overdrive: bool,
) -> Result<(), Error> {
    let rate = f64::from(config.sample_rate);
    let frame = rate * settings.number("frame_length_ms", frame)? / 1000.0;
    let hop = rate * settings.number("hop_length_ms", 10.0)? / 1000.0;
    let win_length = samples(settings, "frame_length_ms", frame, "frame_length")?;
    config.hop_length = samples(settings, "hop_length_ms", hop, "hop_length")?;
    config.win_length = Some(win_length);
    let twice = u32::from(settings.flag("fft_overdrive", overdrive)?);
    config.n_fft = win_length.next_power_of_two() << twice;
    settings.follows("fft_length", config.n_fft.into())?;
    // The noise of the class is added before the factor.
    config.dither *= config.input_scale;
    settings.no_rows("per_bin_mean", "it as row_mean")?;
    settings.no_rows("per_bin_stddev", "1 / per_bin_stddev as row_scale")
}

/// Frames of whole tokens: the last one ends with the signal.
pub(super) fn inkling(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    let rate = f64::from(config.sample_rate);
    let token = settings.number("audio_token_duration_s", 0.05)?;
    let hop_length = whole_samples(settings, "audio_token_duration_s", token * rate, "hop_length")?;
    let window = token * settings.number("window_size_multiplier", 2.0)? * rate;
    let win_length = whole_samples(settings, "window_size_multiplier", window, "window_size")?;
    config.n_fft = match settings.take("n_fft") {
        None | Some(Value::Null) => win_length,
        Some(_) => u32::try_from(settings.integer("n_fft", 1)?).unwrap_or(u32::MAX),
    };
    config.hop_length = hop_length;
    config.win_length = (win_length != config.n_fft).then_some(win_length);
    config.f_max = Some(rate / 2.0);
    if !config.n_fft.is_multiple_of(hop_length) {
        return Err(settings.rejected("n_fft", format!("a multiple of hop_length, {hop_length}")));
    }
    config.pad_start = u64::from(config.n_fft - hop_length);
    config.pad_to_multiple_of = Some(hop_length);
    Ok(())
}

pub(super) fn speech_to_text(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    let enabled = settings.flag("do_ceptral_normalize", true)?;
    let means = settings.flag("normalize_means", true)?;
    let deviations = settings.flag("normalize_vars", true)?;
    config.normalize = match (enabled && means, enabled && deviations) {
        (true, true) => Normalize::Deviation,
        (true, false) => Normalize::Mean,
        (false, false) => Normalize::None,
        (false, true) => {
            return Err(settings.rejected("normalize_vars", "false where normalize_means is false"));
        }
    };
    Ok(())
}

pub(super) fn ast(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    let mean = settings.number("mean", -config.offset)?;
    let deviation = settings.number("std", 4.568_997_4)?;
    if !settings.flag("do_normalize", true)? {
        config.offset = 0.0;
        config.scale = 1.0;
    } else if deviation > 0.0 {
        config.offset = -mean;
        config.scale = 1.0 / (deviation * 2.0);
    } else {
        return Err(settings.rejected("std", "more than 0"));
    }
    Ok(())
}

pub(super) fn clap(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    let (n_samples, _) = length(config, settings, "max_length_s", 10)?;
    settings.follows("nb_max_samples", n_samples)?;
    settings.follows("nb_frequency_bins", u64::from(config.n_fft / 2 + 1))?;
    config.pad_to = Some(n_samples);
    let modes = [("repeatpad", PadToMode::Repeat), ("pad", PadToMode::Zeros)];
    config.pad_to_mode = settings.choice("padding", &modes, PadToMode::Repeat)?;
    // Models for which parts of a longer signal are fused have other filters.
    let fused = (MelScale::Htk, MelNorm::None);
    let filters = [("fusion", fused), ("rand_trunc", (MelScale::Slaney, MelNorm::Slaney))];
    (config.mel_scale, config.mel_norm) = settings.choice("truncation", &filters, fused)?;
    Ok(())
}

pub(super) fn clvp(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    settings.no_rows("mel_norms", "1 / mel_norms as row_scale")?;
    chunk(config, settings, 30)?;
    config.pad_to = Some(length(config, settings, "default_audio_length", 6)?.0);
    config.max_length = config.pad_to;
    Ok(())
}

/// The samples of a time in milliseconds.
fn milliseconds(
    config: &MelConfig,
    settings: &mut Settings,
    name: &str,
    default: u64,
) -> Result<u32, Error> {
    let samples = settings.integer(name, default)?.checked_mul(config.sample_rate.into());
    let fits = samples.map(|samples| samples / 1000).filter(|&n| n <= u64::from(u32::MAX / 2));
    fits.map(|samples| samples as u32).ok_or_else(|| settings.rejected(name, "a shorter time"))
}

/// Lengths in milliseconds.
pub(super) fn speecht5(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    let win_length = milliseconds(config, settings, "win_length", 64)?;
    config.hop_length = milliseconds(config, settings, "hop_length", 16)?;
    config.n_fft = win_length.max(2).next_power_of_two();
    if win_length != config.n_fft {
        config.win_length = Some(win_length);
        config.frame_span = FrameSpan::Window;
    }
    config.window = settings.choice("win_function", WINDOWS, Window::Hann)?;
    settings.follows("sample_size", win_length.into())?;
    settings.follows("sample_stride", config.hop_length.into())?;
    settings.follows("n_fft", config.n_fft.into())?;
    settings.follows("n_freqs", u64::from(config.n_fft / 2 + 1))
}

pub(super) fn univnet(config: &mut MelConfig, settings: &mut Settings) -> Result<(), Error> {
    let (n_samples, _) = length(config, settings, "max_length_s", 10)?;
    settings.follows("num_max_samples", n_samples)?;
    config.max_length = Some(n_samples);
    settings.follows("n_fft", config.n_fft.into())?;
    settings.follows("n_freqs", u64::from(config.n_fft / 2 + 1))?;
    if settings.integer("win_length", 1024)? != u64::from(config.n_fft) {
        return Err(settings.rejected("win_length", "equal to filter_length"));
    }
    config.window = settings.choice("win_function", WINDOWS, Window::Hann)?;
    let half_the_rate = f64::from(config.sample_rate) / 2.0;
    config.f_max = Some(match settings.take("fmax") {
        Some(Value::Null) => half_the_rate,
        _ => settings.number("fmax", half_the_rate)?,
    });
    let least = settings.number("normalize_min", -11.512_925_148_010_254)?;
    let most = settings.number("normalize_max", 2.314_338_684_082_031_2)?;
    if settings.flag("do_normalize", false)? {
        if least >= most {
            return Err(settings.rejected("normalize_max", "more than normalize_min"));
        }
        config.offset = -(least + most) / 2.0;
        config.scale = 2.0 / (most - least);
    }
    settings.only("compression_factor", &[Allowed::Number(1.0)])
}
