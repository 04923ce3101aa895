"""Pictures of mel spectrograms, with matplotlib (`pip install mojo-audio[display]`)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mojo_audio import BufferSizeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh

    from mojo_audio import MelConfig

__all__ = ["band_edges", "specshow"]


def specshow(
    mel: npt.NDArray[Any], config: MelConfig, ax: Axes | None = None, **options: Any
) -> QuadMesh:
    """Draws a mel spectrogram over seconds and hertz.

    Parameters
    ----------
    mel
        The result of a `MelExtractor` of `config` for one signal: (n_mels, n_frames), or (n_frames, n_mels)
        if `layout` is `frame_major`. The rows of cepstra are numbered.
    config
        The configuration that `mel` was computed with.
    ax
        Where to draw; by default matplotlib's current axes.
    **options
        Passed to `Axes.pcolormesh`, for example `cmap`.

    Returns
    -------
    The mesh, for `Figure.colorbar`.

    Raises
    ------
    BufferSizeError
        The number of rows of `mel` doesn't fit `config`.
    """
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.gca()
    rows = mel.T if config.layout == "frame_major" else mel
    is_plain = config.stack == 1 and config.delta_win_length is None
    bands = config.n_mfcc is None and is_plain
    n_rows = config.n_mels + config.use_energy if config.n_mfcc is None else config.n_mfcc
    n_rows *= config.stack if config.delta_win_length is None else (1 + config.delta_order) * config.stack
    if rows.ndim != 2 or rows.shape[0] != n_rows:
        error = BufferSizeError(f"mel must have {n_rows} rows, got an array of shape {mel.shape}")
        expected = (n_rows, rows.shape[-1] if rows.ndim else 0)
        error.field, error.expected, error.actual = "mel", expected, mel.shape
        raise error
    if bands and config.use_energy:
        rows = rows[:-1] if config.htk_compat else rows[1:]
    # Each frame is drawn around its middle, which `center` puts on whole hops.
    middle = 0.0 if config.center else config.window_length / 2
    starts = np.arange(rows.shape[1] + 1) - 0.5
    hop_length = config.hop_length * (config.stack_stride or config.stack)
    seconds = (starts * hop_length + middle) / config.sample_rate
    # On the mel axis, a band reaches halfway to its neighbours.
    heights = np.arange(rows.shape[0] + 1) - 0.5
    mesh = ax.pcolormesh(seconds, heights, rows, **options)
    ax.set_xlabel("time (s)")
    if bands:
        hertz = _round_frequencies(config)
        centers = band_edges(config)
        # The filter of band b is highest at edge b + 1.
        ax.set_yticks(np.interp(hertz, centers, np.arange(len(centers)) - 1.0))
        ax.set_yticklabels([f"{value:g}" for value in hertz])
        ax.set_ylim(heights[0], heights[-1])
        ax.set_ylabel("frequency (Hz)")
    else:
        ax.set_ylabel("coefficient" if is_plain else "row")
    return mesh


def band_edges(config: MelConfig) -> npt.NDArray[np.float64]:
    """The n_mels + 2 edges of the bands in hertz: band b rises from edge b, is highest at edge b + 1 and ends at
    edge b + 2."""
    to_mel, to_hertz = _SCALES[config.mel_scale]
    low, high = to_mel(config.f_min), to_mel(config.upper_frequency)
    mels = np.linspace(low, high, config.n_mels + 2)
    return np.array([to_hertz(mel) for mel in mels.tolist()])


def _round_frequencies(config: MelConfig) -> list[float]:
    """Frequencies to label on the axis: octaves of 125 Hz within the bands."""
    edges = band_edges(config)
    low, high = edges[1], edges[-2]
    octaves = (125.0 * 2**octave for octave in range(12))
    hertz = [value for value in octaves if low <= value <= high]
    return hertz or [round(float(low)), round(float(high))]


# Slaney's Auditory Toolbox: 200/3 Hz a mel below 1,000 Hz, 27 mels to a factor of 6.4 above.
def _slaney(hertz: float) -> float:
    return hertz * 3 / 200 if hertz < 1000 else 15 + 27 * math.log(hertz / 1000) / math.log(6.4)


def _from_slaney(mel: float) -> float:
    return mel * 200 / 3 if mel < 15 else 1000 * 6.4 ** ((mel - 15) / 27)


def _htk(hertz: float) -> float:
    return 2595 * math.log10(1 + hertz / 700)


def _from_htk(mel: float) -> float:
    return float(700 * (10 ** (mel / 2595) - 1))


# Kaldi's scale is HTK's times a constant, so its bands have the same edges.
_SCALES = {"slaney": (_slaney, _from_slaney), "htk": (_htk, _from_htk), "kaldi": (_htk, _from_htk)}
