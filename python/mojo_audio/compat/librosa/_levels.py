"""Decibels."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mojo_audio.compat._errors import refused


def power_to_db(
    S: npt.ArrayLike,
    *,
    ref: float | Callable[..., Any] = 1.0,
    amin: float = 1e-10,
    top_db: float | None = 80.0,
    axes: Literal["auto"] | int | tuple[int, ...] | None = "auto",
) -> Any:
    """10 log10(S / ref), as `librosa.power_to_db` computes it.

    Parameters
    ----------
    S
        Power, of any shape.
    ref
        The power of 0 dB, or a function that computes it from `S`, such as `numpy.max`, with the arguments `axis` and
        `keepdims`. It may lack them if `axes` is None.
    amin
        Floor of `S` and `ref`, more than 0.
    top_db
        Values further below the maximum are clamped; None clamps nothing.
    axes
        Over which the maximum and `ref` are taken. "auto": the last two, so that each channel has its own, as since
        librosa 1.0. None: all, as in librosa 0.11.

    Returns
    -------
    Decibels in the shape and type of `S`.

    Raises
    ------
    ConfigError
        `amin` is not more than 0, `top_db` is less than 0, or `ref` doesn't take the axes.
    """
    if amin <= 0:
        raise refused("amin", amin, "more than 0")
    if top_db is not None and top_db < 0:
        raise refused("top_db", top_db, "at least 0")
    power = np.asarray(S)
    if np.issubdtype(power.dtype, np.complexfloating):
        warnings.warn("power_to_db was called on complex input and discards its phase; pass np.abs(D) ** 2", stacklevel=2)
        power = np.abs(power)
    over = tuple(range(-min(power.ndim, 2), 0)) if axes == "auto" else (axes,) if isinstance(axes, int) else axes
    levels = 10.0 * np.log10(np.maximum(amin, power))
    levels -= 10.0 * np.log10(np.maximum(amin, _reference(ref, power, over)))
    return levels if top_db is None else np.maximum(levels, levels.max(axis=over, keepdims=True) - top_db)[()]


def _reference(
    ref: float | Callable[..., Any], power: npt.NDArray[Any], axes: tuple[int, ...] | None
) -> npt.ArrayLike:
    if not callable(ref):
        return np.asarray(np.abs(ref))
    try:
        value: npt.ArrayLike = ref(power, axis=axes, keepdims=True)
    except TypeError:
        if axes is not None:
            raise refused("ref", ref, "a function that takes axis and keepdims, unless axes is None,") from None
        value = ref(power)
    return value
