"""Filterbanks and windows."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mojo_audio.compat._errors import refused

__all__ = ["mel"]


def mel(
    *,
    sr: float,
    n_fft: int,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: Literal["slaney"] | float | None = "slaney",
    dtype: npt.DTypeLike = np.float32,
) -> npt.NDArray[Any]:
    """A mel filterbank, as `librosa.filters.mel` computes it.

    Parameters
    ----------
    sr
        Sample rate in hertz, more than 0.
    n_fft
        Length of the Fourier transform.
    norm
        "slaney": area 1. A number: the norm of that order of each filter is 1 (inf: its maximum). None: height 1
        between the bins.
    Others
        As in librosa.

    Returns
    -------
    Array (n_mels, 1 + n_fft // 2).

    Raises
    ------
    ConfigError
        A value that librosa refuses.
    """
    check_norm(norm)
    bands = int(n_mels)
    edges = _frequencies(bands + 2, fmin, float(sr) / 2 if fmax is None else fmax, htk)
    distances = edges[:, None] - np.fft.rfftfreq(n_fft, 1.0 / sr)
    widths = np.diff(edges)[:, None]
    rising = -distances[:-2] / widths[:-1]
    falling = distances[2:] / widths[1:]
    weights = np.maximum(0, np.minimum(rising, falling)).astype(dtype)
    if norm == "slaney":
        weights *= (2.0 / (edges[2:] - edges[:-2]))[:, None]
    elif norm is not None:
        weights = _normalized(weights, norm)
    empty = (edges[:-2] != 0) & (weights.max(axis=1, initial=0) <= 0)
    warn_of_empty(int(empty.sum()), bands, stacklevel=3)
    return weights


def check_norm(norm: object) -> None:
    """Refuses what is neither "slaney" nor a number, which may be one of NumPy's, nor None."""
    number = isinstance(norm, (int, float, np.integer, np.floating)) and not isinstance(norm, bool)
    if not (number or norm is None or (isinstance(norm, str) and norm == "slaney")):
        raise refused("norm", norm, "'slaney', a number or None")


def warn_of_empty(count: int, bands: int, stacklevel: int) -> None:
    """Warns if there are bands without a bin, as librosa does: a band that begins at 0 Hz doesn't count. The message
    begins like librosa's, which programs filter by it."""
    if count:
        message = f"Empty filters detected: {count} of {bands} mel bands contain no FFT bin"
        warnings.warn(f"{message}; choose fewer n_mels or a larger n_fft", stacklevel=stacklevel)


# Slaney's scale: 200 / 3 Hz a mel below 1,000 Hz, then 27 mels for a factor of 6.4.
_LINEAR, _KNEE, _STEP = 200.0 / 3, 1000.0, np.log(6.4) / 27.0


def _frequencies(count: int, low: float, high: float, htk: bool) -> npt.NDArray[np.float64]:
    """Frequencies in hertz at even distances in mel, both ends among them."""
    if htk:
        first, last = (2595.0 * np.log10(1.0 + f / 700.0) for f in (low, high))
        frequencies: npt.NDArray[np.float64] = 700.0 * (10.0 ** (np.linspace(first, last, count) / 2595.0) - 1.0)
        return frequencies
    knee = _KNEE / _LINEAR
    first, last = (f / _LINEAR if f < _KNEE else knee + np.log(f / _KNEE) / _STEP for f in (low, high))
    mels = np.linspace(first, last, count)
    frequencies = np.where(mels < knee, mels * _LINEAR, _KNEE * np.exp(_STEP * (np.maximum(mels, knee) - knee)))
    return frequencies


def _normalized(weights: npt.NDArray[Any], order: float) -> npt.NDArray[Any]:
    """Each row divided by its norm of that order; rows of norm 0 stay."""
    if np.isinf(order):
        sizes = weights.max(axis=1) if order > 0 else weights.min(axis=1)
    elif order == 0:
        sizes = (weights > 0).sum(axis=1).astype(weights.dtype)
    elif order > 0:
        sizes = (weights**order).sum(axis=1) ** (1.0 / order)
    else:
        raise refused("norm", order, "'slaney', a number that is at least 0 or infinite, or None")
    sizes = np.where(sizes < np.finfo(weights.dtype).tiny, 1.0, sizes)
    return (weights / sizes[:, None]).astype(weights.dtype)


_Window = Literal["hann", "hamming", "blackman", "rectangular"]

# scipy's names of the windows that the engine has.
WINDOWS: dict[str, _Window] = {
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

WindowSpec = str | float | tuple[Any, ...] | list[float] | npt.NDArray[Any] | Callable[[int], npt.ArrayLike]


def window_values(window: WindowSpec, length: int) -> npt.NDArray[np.float64]:
    """The values of any window that librosa takes: an array, a function of the length, or what
    `scipy.signal.get_window` makes one from. Only the last needs SciPy."""
    if callable(window):
        values: Any = window(length)
    elif isinstance(window, (str, tuple)) or np.isscalar(window):
        values = _from_scipy(window, length)
    else:
        values = window
    if np.iscomplexobj(values):
        raise refused("window", "complex ones", "real values")
    array: npt.NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    if array.shape != (length,):
        raise refused("window", f"shape {array.shape}", f"{length} values, as win_length says,")
    return array


def _from_scipy(window: object, length: int) -> Any:
    try:
        from scipy.signal import get_window  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise refused("window", window, f"an array, a function or one of {', '.join(WINDOWS)} without SciPy") from None
    try:
        return get_window(window, length, fftbins=True)
    except (TypeError, ValueError) as error:
        raise refused("window", window, f"a window of SciPy's ({error})") from None
