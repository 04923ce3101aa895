"""`librosa.feature.melspectrogram`, without librosa.

>>> import numpy
>>> from mojo_audio.compat.librosa import melspectrogram
>>> melspectrogram(y=numpy.zeros(22050, numpy.float32), sr=22050).shape
(128, 44)
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mojo_audio import ConfigError, MelConfig, MelExtractor, mel_spectrogram

__all__ = ["melspectrogram"]

_Window = Literal["hann", "hamming", "blackman", "rectangular"]
_PadMode = Literal["constant", "reflect", "replicate", "symmetric"]

# scipy's names.
_WINDOWS: dict[str, _Window] = {
    "hann": "hann",
    "hanning": "hann",
    "han": "hann",
    "hamming": "hamming",
    "hamm": "hamming",
    "ham": "hamming",
    "blackman": "blackman",
    "black": "blackman",
    "blk": "blackman",
    "boxcar": "rectangular",
    "box": "rectangular",
    "ones": "rectangular",
    "rect": "rectangular",
    "rectangular": "rectangular",
}
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
    S: None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: str | npt.NDArray[np.floating[Any]] = "hann",
    center: bool = True,
    pad_mode: str = "constant",
    power: float = 2.0,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: Literal["slaney"] | None = "slaney",
    dtype: npt.DTypeLike = np.float32,
) -> npt.NDArray[Any]:
    """A mel spectrogram, as `librosa.feature.melspectrogram` computes it.

    Parameters
    ----------
    y
        Audio, (..., n_samples), with time along the last axis. int16 is accepted too.
    dtype
        Type of the result; librosa uses that of `y`. Whatever it is, transforms are computed in 64 bits and
        values in 32.
    Others
        As in librosa.

    Returns
    -------
    Array (..., n_mels, n_frames).

    Raises
    ------
    ConfigError
        A value that librosa accepts and this engine doesn't: `S`, a `window` that is neither an array nor
        hann, hamming, blackman or boxcar, a `pad_mode` other than constant, reflect, edge and symmetric, a
        `norm` other than "slaney" and None, an `sr` that is not a whole number.
    """
    if S is not None:
        raise _refused("S", "an array", "None, and audio as y,")
    if y is None:
        raise _refused("y", "None", "audio")
    if sr != int(sr):
        raise _refused("sr", repr(sr), "a whole number")
    if pad_mode not in _PAD_MODES:
        raise _refused("pad_mode", repr(pad_mode), f"one of {', '.join(_PAD_MODES)}")
    if norm not in ("slaney", None):
        raise _refused("norm", repr(norm), "'slaney' or None")
    name = _WINDOWS.get(window) if isinstance(window, str) else None
    values = None if isinstance(window, str) else _as_array(window)
    if name is None and values is None:
        raise _refused("window", repr(window), "an array, or hann, hamming, blackman or boxcar,")
    config = MelConfig.librosa(
        sample_rate=int(sr),
        n_fft=n_fft,
        hop_length=hop_length,
        win_length=win_length,
        window=name or "hann",
        center=center,
        pad_mode=_PAD_MODES[pad_mode],
        power=power,
        n_mels=n_mels,
        f_min=fmin,
        f_max=fmax,
        mel_scale="htk" if htk else "slaney",
        mel_norm="none" if norm is None else norm,
    )
    if values is None:
        mel = mel_spectrogram(y, axis=-1, **config.to_dict())
    else:
        mel = MelExtractor(config, window=values)(y, axis=-1)
    return mel.astype(dtype, copy=False)


def _as_array(window: object) -> npt.NDArray[np.float32] | None:
    """A window's values; None for what SciPy makes a window from, such as a tuple or a function."""
    try:
        values = np.asarray(window, dtype=np.float32)
    except (TypeError, ValueError):
        return None
    return values if values.ndim == 1 else None


def _refused(field: str, value: str, wanted: str) -> ConfigError:
    error = ConfigError(f"{field} must be {wanted}, got {value}")
    error.field, error.value, error.wanted = field, value, wanted
    error.known, error.closest = [], None
    return error
