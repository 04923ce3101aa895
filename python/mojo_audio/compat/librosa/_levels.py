"""Decibels."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from mojo_audio.compat import _cepstrum
from mojo_audio.compat._errors import refused


def power_to_db(
    S: npt.ArrayLike,
    *,
    ref: float | Callable[..., Any] = 1.0,
    amin: float = 1e-10,
    top_db: float | None = 80.0,
) -> Any:
    """10 log10(S / ref), as `librosa.power_to_db` computes it.

    Parameters
    ----------
    S
        Power, of any shape.
    ref
        The power of 0 dB, or a function that computes it from `S`, such as `numpy.max`.
    amin
        Floor of `S` and `ref`, more than 0.
    top_db
        Values further below the maximum are clamped; None clamps nothing.

    Returns
    -------
    Decibels in the shape and type of `S`.

    Raises
    ------
    ConfigError
        `amin` is not more than 0, or `top_db` is less than 0.
    """
    if amin <= 0:
        raise refused("amin", amin, "more than 0")
    if top_db is not None and top_db < 0:
        raise refused("top_db", top_db, "at least 0")
    power = np.asarray(S)
    if np.issubdtype(power.dtype, np.complexfloating):
        warnings.warn("power_to_db discards the phase of complex values; pass np.abs(D) ** 2", stacklevel=2)
        power = np.abs(power)
    reference = ref(power) if callable(ref) else np.abs(ref)
    levels = 10.0 * np.log10(np.maximum(amin, power))
    levels -= 10.0 * np.log10(np.maximum(amin, reference))
    return levels if top_db is None else np.maximum(levels, levels.max() - top_db)
