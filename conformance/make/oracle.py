"""The pipeline again in NumPy, written for reading: float64 is the truth from which bounds are measured,
float32 shows the effect of rounding alone.

Each step takes and returns plain arrays. `mel_spectrogram` runs them in the order of the reference
libraries.
"""

import numpy as np
import scipy.fft

from resampling import resampled

FLOAT32_EPSILON = 2.0**-23


def normalized_input(x):
    return (x - x.mean()) / np.sqrt(x.var() + x.dtype.type(1e-7))


def preemphasized(x, c):
    """Over the whole signal; the first sample doesn't change."""
    return np.concatenate([x[:1], x[1:] - x.dtype.type(c) * x[:-1]])


def padded(x, o):
    """Zeros before the signal, zeros or repetitions after it. It follows every step that measures or filters it."""
    x = np.pad(x, (o["pad_start"], o["pad_end"]))
    missing = (o["pad_to"] or 0) - len(x)
    if missing > 0:
        if o["pad_to_mode"] == "repeat":
            x = np.tile(x, o["pad_to"] // len(x))
            missing = o["pad_to"] - len(x)
        x = np.pad(x, (0, missing))
    x = np.pad(x, (0, -len(x) % (o["pad_to_multiple_of"] or 1)))
    # The middle of the last frame is a sample of the signal.
    return np.pad(x, (0, max((whole_frames(x, o) - 1) * o["hop_length"] + 1 - len(x), 0)))


def whole_frames(x, o):
    """The frames that count where their number is rounded up; otherwise 0."""
    multiple = o["n_frames_multiple_of"]
    return -(-(len(x) // o["hop_length"]) // multiple) * multiple if multiple else 0


def extended(x, before, after, mode):
    """The signal with `before` and `after` samples of padding at its ends."""
    n = len(x)
    i = np.arange(-before, n + after)
    if mode == "constant":
        return np.where((i >= 0) & (i < n), x[np.clip(i, 0, n - 1)], x.dtype.type(0))
    if mode == "replicate":
        return x[np.clip(i, 0, n - 1)]
    if mode == "reflect":
        period = max(2 * (n - 1), 1)
        i = np.mod(i, period)
        return x[np.where(i < n, i, period - i)]
    if mode == "symmetric":
        i = np.mod(i, 2 * n)
        return x[np.where(i < n, i, 2 * n - 1 - i)]
    raise ValueError(mode)


def framed(x, o):
    """(n_frames, span): the samples of each frame."""
    win_length = o["win_length"] or o["n_fft"]
    span = o["n_fft"] if o["frame_span"] == "fft" else win_length
    hop = o["hop_length"]
    most = whole_frames(x, o)
    if o["center"]:
        pad = span // 2 if o["center_pad"] == "half_frame" else (o["n_fft"] - hop) // 2
        x = extended(x, pad, pad, o["pad_mode"])
    if o["snip_edges"]:
        starts = np.arange(0, len(x) - span - o["frame_margin"] + 1, hop)
    else:
        n_frames = (len(x) + hop // 2) // hop
        first = hop // 2 - span // 2
        before, after = max(-first, 0), max((n_frames - 1) * hop + first + span - len(x), 0)
        x = extended(x, before, after, o["pad_mode"])
        starts = np.arange(n_frames) * hop + first + before
    if o["n_frames_multiple_of"]:
        starts = starts[:most]
    return x[starts[:, None] + np.arange(span)[None, :]]


def window(o):
    n = o["win_length"] or o["n_fft"]
    if n == 1 or o["window"] == "rectangular":
        return np.ones(n)
    angle = 2.0 * np.pi * np.arange(n) / (n if o["window_periodic"] else n - 1)
    if o["window"] == "hann":
        return 0.5 - 0.5 * np.cos(angle)
    if o["window"] == "hamming":
        return 0.54 - 0.46 * np.cos(angle)
    if o["window"] == "blackman":
        return 0.42 - 0.5 * np.cos(angle) + 0.08 * np.cos(2.0 * angle)
    if o["window"] == "povey":
        return (0.5 - 0.5 * np.cos(angle)) ** 0.85
    raise ValueError(o["window"])


def to_mel(hertz, scale):
    hertz = np.asarray(hertz, dtype=np.float64)
    if scale == "htk":
        return 2595.0 * np.log10(1.0 + hertz / 700.0)
    if scale == "kaldi":
        return 1127.0 * np.log(1.0 + hertz / 700.0)
    above = 15.0 + np.log(np.maximum(hertz, 1000.0) / 1000.0) * 27.0 / np.log(6.4)
    return np.where(hertz < 1000.0, hertz * 3.0 / 200.0, above)


def to_hertz(mel, scale):
    mel = np.asarray(mel, dtype=np.float64)
    if scale == "htk":
        return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    if scale == "kaldi":
        return 700.0 * (np.exp(mel / 1127.0) - 1.0)
    return np.where(mel < 15.0, mel * 200.0 / 3.0, 1000.0 * np.exp((np.maximum(mel, 15.0) - 15.0) * np.log(6.4) / 27.0))


def filterbank(o):
    """(n_mels, n_fft // 2 + 1)"""
    n_bins = o["n_fft"] // 2 + 1
    if o["bin_frequencies"] == "exact":
        bins = np.arange(n_bins) * o["sample_rate"] / o["n_fft"]
    else:
        bins = np.linspace(0.0, o["sample_rate"] // 2, n_bins)
    f_max = o["f_max"] or 0.0
    if f_max <= 0.0:
        f_max += o["sample_rate"] / 2.0
    low, high = to_mel([o["f_min"], f_max], o["mel_scale"])
    edges = np.linspace(low, high, o["n_mels"] + 2)
    hertz = to_hertz(edges, o["mel_scale"])
    if o["triangle_domain"] == "mel":
        bins = to_mel(bins, o["mel_scale"])
    else:
        edges = hertz
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    if o["triangle_domain"] == "hz_symmetric":
        right = 2 * centre - left
    rising = (bins - left) / (centre - left)
    falling = (right - bins) / (right - centre)
    filters = np.maximum(0.0, np.minimum(rising, falling))
    if o["mel_norm"] == "slaney":
        upper = right[:, 0] if o["triangle_domain"] == "hz_symmetric" else hertz[2:]
        filters *= (2.0 / (upper - hertz[:-2]))[:, None]
    return filters


def log_energy(frames, o):
    energy = np.log(np.maximum((frames * frames).sum(axis=1), frames.dtype.type(FLOAT32_EPSILON)))
    if o["energy_floor"] > 0.0:
        energy = np.maximum(energy, frames.dtype.type(np.log(o["energy_floor"])))
    return energy


def spectrum(frames, o):
    """(n_frames, n_fft // 2 + 1): the magnitudes to the power of `power`. The frames are windowed."""
    dtype = frames.dtype.type
    z = scipy.fft.rfft(frames, n=o["n_fft"], axis=1)
    if o["spectrum_norm"] == "window":
        z = z / dtype(np.sqrt((window(o) ** 2).sum()))
    elif o["spectrum_norm"] == "frame_length":
        z = z / dtype(np.sqrt(o["n_fft"]))
    power = z.real**2 + z.imag**2
    if o["power"] == 2.0:
        return power
    eps = dtype(o["magnitude_eps"])
    power = power + eps if o["magnitude_eps_mode"] == "add" else np.maximum(power, eps)
    return np.sqrt(power) ** dtype(o["power"])


def logarithm(mel, o):
    if o["log"] == "none":
        return mel
    if o["log"] == "pcen":
        return divided_by_averages(mel, o)
    floor = mel.dtype.type(o["log_floor"])
    mel = np.maximum(mel, floor) if o["log_floor_mode"] == "clamp" else mel + floor
    mel = np.minimum(mel, mel.dtype.type(o["log_ceiling"] or np.inf))
    if o["log"] == "ln":
        return np.log(mel)
    return np.log10(mel) * mel.dtype.type({"log10": 1.0, "db": 10.0, "db_magnitude": 20.0}[o["log"]])


def divided_by_averages(mel, o):
    """Per-channel energy normalization, by its definition."""
    dtype = mel.dtype.type
    frames = o["pcen_time_constant"] * o["sample_rate"] / o["hop_length"]
    b = dtype((np.sqrt(1.0 + 4.0 * frames**2) - 1.0) / (2.0 * frames**2))
    averages, average = np.empty_like(mel), np.ones(len(mel), mel.dtype)
    for t in range(mel.shape[1]):
        average = (1 - b) * average + b * mel[:, t]
        averages[:, t] = average
    divided = mel / (dtype(o["pcen_eps"]) + averages) ** dtype(o["pcen_gain"])
    bias, power = dtype(o["pcen_bias"]), dtype(o["pcen_power"])
    return np.log1p(divided) if power == 0 else (divided + bias) ** power - bias**power


def with_dynamic_range(y, o):
    if o["reference"] == "none" or y.size == 0:
        return y
    level = y.max() if o["reference"] == "whole_input" else y.dtype.type(o["reference_value"])
    if o["top_db"] is not None:
        decibel = {"ln": np.log(10.0) / 10.0, "log10": 0.1, "db": 1.0, "db_magnitude": 1.0}[o["log"]]
        y = np.maximum(y, level - y.dtype.type(o["top_db"] * decibel))
    return y - level if o["subtract_reference"] else y


def cepstrum(y, o):
    """(n_mfcc, n_frames)"""
    y = scipy.fft.dct(y, type=2, norm="ortho", axis=0)[: o["n_mfcc"]]
    if o["lifter"] > 0.0:
        i = np.arange(o["n_mfcc"]) + (1 if o["lifter_kind"] == "librosa" else 0)
        lifter = 1.0 + o["lifter"] / 2.0 * np.sin(np.pi * i / o["lifter"])
        y = y * lifter.astype(y.dtype)[:, None]
    return y


def with_energy(y, energy, o):
    """The log energy as an additional row, or in place of the first coefficient; perhaps last."""
    if o["n_mfcc"] is None:
        if not o["use_energy"]:
            return y
        return np.vstack([y, energy[None, :]] if o["htk_compat"] else [energy[None, :], y])
    first, rest = y[:1], y[1:]
    if o["use_energy"]:
        first = energy[None, :]
    elif o["htk_compat"]:
        first = first * y.dtype.type(np.sqrt(2.0))
    return np.vstack([rest, first] if o["htk_compat"] else [first, rest])


def with_length(y, n_frames):
    y = y[:, :n_frames]
    return np.hstack([y, np.zeros((y.shape[0], n_frames - y.shape[1]), y.dtype)])


def normalized(y, o, n_samples):
    n_frames = y.shape[1]
    valid = min(n_samples // o["hop_length"], n_frames) if o["mask_tail"] else n_frames
    if o["normalize"] != "none":
        measured = y[:, :valid]
        axis = 1 if o["normalize_over"] == "row" else None
        if o["normalize"] == "min_max":
            lowest, highest = (of(measured, axis=axis, keepdims=True) for of in (np.min, np.max))
            divisor = highest - lowest + y.dtype.type(o["normalize_eps"])
            y = (y - lowest) / np.where(divisor > 0, divisor, 1)
            y[:, valid:] = 0
            return y
        mean = measured.mean(axis=axis, keepdims=True)
        y = y - mean
        if o["normalize"] != "mean":
            count = valid if o["normalize_over"] == "row" else measured.size
            variance = ((measured - mean) ** 2).sum(axis=axis, keepdims=True) / y.dtype.type(count - o["normalize_ddof"])
            eps = y.dtype.type(o["normalize_eps"])
            y = y / (np.sqrt(variance) + eps if o["normalize"] == "deviation" else np.sqrt(variance + eps))
    y[:, valid:] = 0
    return y


def with_deltas(y, o):
    """The slopes of lines through the frames around each, as further rows; the ends are repeated. Then those of the slopes."""
    if not o["delta_win_length"]:
        return y
    reach = o["delta_win_length"] // 2
    parts = [y]
    for _ in range(o["delta_order"]):
        y = parts[-1]
        slopes = sum(k * (y[:, np.minimum(np.arange(y.shape[1]) + k, y.shape[1] - 1)]
                          - y[:, np.maximum(np.arange(y.shape[1]) - k, 0)]) for k in range(1, reach + 1))
        parts.append(slopes / y.dtype.type(2 * sum(k * k for k in range(1, reach + 1))))
    return np.vstack(parts)


def stacked(y, o, fill):
    """(stack · rows, frames): frames side by side; `fill` is what missing ones are filled with."""
    size, n_frames = o["stack"], y.shape[1]
    stride = o["stack_stride"] or size
    if size == stride == 1:
        return y
    edge = o["stack_edge"]
    firsts = np.arange(0, n_frames if edge != "drop" else max(n_frames - size + 1, 0), stride)
    places = firsts[None, :] + np.arange(size)[:, None]
    if edge == "repeat":
        places = np.clip(places - (size - 1) // 2, 0, n_frames - 1)
    y = np.hstack([y, np.full((len(y), size), fill, y.dtype)])
    return np.concatenate([y[:, np.minimum(row, n_frames)] for row in places])


def mel_spectrogram(samples, o, dtype=np.float64, early=None):
    """The result, mel-major, and the mel energies before the logarithm (without the energy row). `early` is the
    type of the steps before the window, if it is another."""
    early = early or dtype
    x = resampled(samples, o["input_rate"], o["sample_rate"], early)
    x = x[: o["max_length"]]
    n_samples = len(x)
    if o["normalize_input"]:
        x = normalized_input(x)
    x = x * early(o["input_scale"])
    if o["preemphasis"] and o["preemphasis_mode"] == "signal":
        x = preemphasized(x, o["preemphasis"])
    x = padded(x, o)

    frames = framed(x, o)
    if o["remove_dc_offset"]:
        frames = frames - frames.mean(axis=1, keepdims=True)
    energy = log_energy(frames, o) if o["raw_energy"] else None
    if o["preemphasis"] and o["preemphasis_mode"] == "frame":
        frames = frames - early(o["preemphasis"]) * np.hstack([frames[:, :1], frames[:, :-1]])
    shape = window(o)
    left = (frames.shape[1] - len(shape)) // 2
    shape = np.pad(shape, (left, frames.shape[1] - len(shape) - left)).astype(dtype)
    frames = frames.astype(dtype) * shape
    if energy is None:
        energy = log_energy(frames, o)

    if len(frames) == 0:
        mel = np.zeros((o["n_mels"], 0), dtype)
    else:
        mel = filterbank(o).astype(dtype) @ spectrum(frames, o).T
    if o["drop_last_frame"]:
        mel, energy = mel[:, :-1], energy[:-1]

    y = with_dynamic_range(logarithm(mel, o), o)
    if o["n_frames"] is not None:
        y, energy = with_length(y, o["n_frames"]), with_length(energy[None, :], o["n_frames"])[0]
    y = (y + dtype(o["offset"])) * dtype(o["scale"])
    if o["n_mfcc"] is not None:
        y = cepstrum(y, o)
    y = with_energy(y, energy, o)
    return stacked(with_deltas(normalized(y, o, n_samples), o), o, o["stack_fill"]), mel


def strong_bands(mel, o):
    """Which elements are within 60 dB of the loudest band of their frame."""
    floor = 10.0 ** (-60.0 / 20.0 * o["power"])
    return stacked(mel >= floor * mel.max(axis=0, keepdims=True), o, False)
