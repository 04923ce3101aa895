"""Mel spectrograms and cepstra."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mojo_audio import MelConfig
from mojo_audio._native import quiet_extractor
from mojo_audio.compat import _cepstrum
from mojo_audio.compat._errors import refused
from mojo_audio.compat.librosa import filters
from mojo_audio.compat.librosa._levels import power_to_db

__all__ = ["melspectrogram", "mfcc"]

_PadMode = Literal["constant", "reflect", "replicate", "symmetric"]

_PAD_MODES: dict[str, _PadMode] = {
    "constant": "constant",
    "reflect": "reflect",
    "edge": "replicate",
    "symmetric": "symmetric",
}


def melspectrogram(
    *,
    y: npt.ArrayLike | None = None,
    sr: float = 22050,
    S: npt.ArrayLike | None = None,
    n_fft: int = 2048,
    hop_length: int | None = 512,
    win_length: int | None = None,
    window: filters.WindowSpec = "hann",
    center: bool = True,
    pad_mode: str | Callable[..., Any] = "constant",
    power: float = 2.0,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: Literal["slaney"] | float | None = "slaney",
    dtype: npt.DTypeLike = np.float32,
) -> npt.NDArray[Any]:
    """A mel spectrogram, as `librosa.feature.melspectrogram` computes it.

    Parameters
    ----------
    y
        Audio, (..., n_samples), with time along the last axis. int16 is accepted too.
    S
        A power spectrogram, (..., 1 + n_fft / 2, n_frames), instead of `y`.
    hop_length
        None: a quarter of the window.
    window
        The name of a window, an array of `win_length` values, a function of the length, or a tuple or a number
        that `scipy.signal.get_window` takes. SciPy is needed for windows other than hann, hamming, blackman and
        boxcar.
    dtype
        Type of the filterbank; the result has at least its precision and that of the audio. Transforms are computed
        in 64 bits and, with `y`, values in 32.
    Others
        As in librosa.

    Returns
    -------
    Array (..., n_mels, n_frames).

    Raises
    ------
    ConfigError
        A value that librosa refuses, the `pad_mode` "empty", an `n_fft` of 1, an `n_mels` of 0, a `power` that is not more
        than 0.
    """
    bank: dict[str, Any] = {"n_mels": n_mels, "fmin": fmin, "fmax": fmax, "htk": htk, "norm": norm}
    if S is not None:
        spectrum = np.asarray(S)
        if n_fft is None or n_fft // 2 + 1 != spectrum.shape[-2]:
            n_fft = 2 * (spectrum.shape[-2] - 1)
        basis = filters.mel(sr=sr, n_fft=n_fft, dtype=dtype, **bank)
        mel: npt.NDArray[Any] = np.matmul(basis, spectrum)
        return mel
    if y is None:
        raise refused("y", None, "audio")
    if center and not (callable(pad_mode) or pad_mode in ("linear_ramp", *_PAD_MODES)):
        raise refused("pad_mode", pad_mode, f"one of {', '.join(_PAD_MODES)}, linear_ramp, or a function")
    if not np.issubdtype(dtype, np.floating):
        raise refused("dtype", dtype, "a type of real numbers")
    filters.check_norm(norm)
    audio = np.asarray(y)
    if center and (callable(pad_mode) or pad_mode == "linear_ramp"):
        sides = [(0, 0)] * (audio.ndim - 1) + [(n_fft // 2, n_fft // 2)]
        mode: Any = pad_mode
        audio, center = np.pad(audio, sides, mode), False
    if not center and audio.ndim and audio.shape[-1] < n_fft:
        raise refused("n_fft", n_fft, f"at most the {audio.shape[-1]} samples of y without center")
    # The engine's own filterbank wherever it has it.
    whole = sr == int(sr)
    ours = whole and (norm is None or norm == "slaney") and 0 <= fmin < (sr / 2 if fmax is None else fmax) <= sr / 2
    name = filters.WINDOWS.get(window) if isinstance(window, str) else None
    config = MelConfig.librosa(
        sample_rate=int(sr),
        n_fft=n_fft,
        hop_length=(n_fft if win_length is None else win_length) // 4 if hop_length is None else hop_length,
        win_length=win_length,
        window=name or "hann",
        center=center,
        pad_mode=_PAD_MODES[str(pad_mode)] if center else "constant",
        power=power,
        n_mels=int(n_mels),
        f_min=fmin if ours else 0.0,
        f_max=fmax if ours else None,
        mel_scale="htk" if htk else "slaney",
        mel_norm="none" if norm is None else "slaney",
    )
    values = None if name is not None else filters.window_values(window, config.window_length)
    filterbank = None if ours else filters.mel(sr=sr, n_fft=n_fft, **bank)
    if values is None and filterbank is None:
        extractor = _extractor(config)
    else:
        extractor = quiet_extractor(config, values, filterbank)
    if filterbank is None:
        # A band that begins at 0 Hz doesn't count.
        empty = sum(1 for band in extractor.empty_filters() if band > 0 or fmin != 0)
        filters.warn_of_empty(empty, config.n_mels, stacklevel=3)
    mel = extractor(audio, axis=-1)
    return mel.astype(np.result_type(dtype, _precision(audio)), copy=False)


_extractor = lru_cache(maxsize=8)(quiet_extractor)


def _precision(audio: npt.NDArray[Any]) -> npt.DTypeLike:
    """The type that librosa's magnitudes of this audio have."""
    return np.float64 if audio.dtype == np.float64 else np.float32


def mfcc(
    *,
    y: npt.ArrayLike | None = None,
    sr: float = 22050,
    S: npt.ArrayLike | None = None,
    n_mfcc: int = 20,
    dct_type: int = 2,
    norm: str | None = "ortho",
    lifter: float = 0,
    mel_norm: Literal["slaney"] | float | None = "slaney",
    **kwargs: Any,
) -> npt.NDArray[Any]:
    """Mel-frequency cepstra, as `librosa.feature.mfcc` computes them.

    Parameters
    ----------
    y
        Audio, (..., n_samples). The 80 dB count from the maximum of each channel, as since librosa 1.0; for librosa
        0.11's maximum of all channels pass `S=power_to_db(melspectrogram(y=y), axes=None)`.
    S
        Decibels of a mel spectrogram, (..., n_mels, n_frames), instead of `y`.
    kwargs
        Further arguments of `melspectrogram`.
    Others
        As in librosa.

    Returns
    -------
    Array (..., n_mfcc, n_frames).

    Raises
    ------
    ConfigError
        A value that `melspectrogram` or librosa refuses.
    """
    if dct_type not in (1, 2, 3, 4):
        raise refused("dct_type", dct_type, "1, 2, 3 or 4")
    if norm not in ("ortho", "backward", "forward", None):
        raise refused("norm", norm, "'ortho', 'backward', 'forward' or None")
    if not lifter >= 0:
        raise refused("lifter", lifter, "at least 0")
    levels = np.asarray(power_to_db(melspectrogram(y=y, sr=sr, norm=mel_norm, **kwargs)) if S is None else S)
    n_mels = levels.shape[-2]
    dtype = np.result_type(levels.dtype, np.float32)
    if dct_type == 1 and n_mels < 2:
        raise refused("dct_type", dct_type, "2, 3 or 4 with a single band")
    basis = _cepstrum.dct(n_mels, n_mels, dct_type, norm == "ortho")[:n_mfcc]
    if norm == "forward":
        basis = basis / (2 * (n_mels - 1 if dct_type == 1 else n_mels))
    cepstra: npt.NDArray[Any] = np.matmul(basis.astype(dtype), levels.astype(dtype, copy=False))
    if lifter > 0:
        # Orders count from 1 here.
        order = np.arange(1, 1 + n_mfcc, dtype=dtype)[:, None]
        if n_mfcc > n_mels:
            raise refused("n_mfcc", n_mfcc, f"at most the number of bands, {n_mels}, with a lifter")
        cepstra *= 1 + (lifter / 2) * np.sin(np.pi * order / lifter)
    return cepstra
