"""Kaldi's features by the names of its own options, for the drop-ins of libraries that follow it."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mojo_audio import MelConfig, MelExtractor
from mojo_audio._native import quiet_extractor
from mojo_audio.compat._errors import refused

_Window = Literal["hann", "hamming", "blackman", "povey", "rectangular"]

_WINDOWS: dict[str, _Window] = {
    "hanning": "hann",
    "hamming": "hamming",
    "povey": "povey",
    "rectangular": "rectangular",
    "blackman": "blackman",
}
"""Kaldi's names of the windows, all symmetric."""

_BLACKMAN_COEFF = 0.42
"""The coefficient of the engine's own Blackman window."""


def padded(window_size: int) -> int:
    """The smallest power of two that is not below the size."""
    return 1 << max(window_size - 1, 0).bit_length()


@lru_cache(maxsize=16)
def extractor(config: MelConfig, window_type: str, blackman_coeff: float) -> MelExtractor:
    """An extractor with a window of Kaldi's. `hann` (periodic) and `sine` are kaldi-native-fbank's."""
    name = _WINDOWS.get(window_type)
    if name == "blackman" and not np.isclose(blackman_coeff, _BLACKMAN_COEFF, rtol=0, atol=1e-7):
        return quiet_extractor(config, window=_blackman(config.window_length, blackman_coeff))
    if name is not None:
        return quiet_extractor(config.replace(window=name, window_periodic=False))
    if window_type == "hann":
        return quiet_extractor(config.replace(window="hann", window_periodic=True))
    if window_type == "sine":
        return quiet_extractor(config, window=_sine(config.window_length))
    raise refused("window_type", window_type, f"one of {', '.join([*_WINDOWS, 'hann', 'sine'])}")


def _phase(n: int) -> npt.NDArray[np.float64]:
    return np.linspace(0.0, 2.0 * np.pi, n) if n > 1 else np.full(n, np.pi)


def _blackman(n: int, coeff: float) -> npt.NDArray[np.float64]:
    phase = _phase(n)
    return coeff - 0.5 * np.cos(phase) + (0.5 - coeff) * np.cos(2.0 * phase)


def _sine(n: int) -> npt.NDArray[np.float64]:
    return np.sin(0.5 * _phase(n))


def seed() -> int:
    """A seed for dither. `random.seed` fixes it."""
    return random.getrandbits(63)


def config(**options: Any) -> MelConfig:
    """Kaldi's pipeline for samples of any scale, frames first."""
    defaults: dict[str, Any] = {"input_scale": 1.0, "layout": "frame_major"}
    return MelConfig.kaldi_fbank(**(defaults | options))
