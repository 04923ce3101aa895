"""Levels and cepstra of spectrograms that are computed already, in NumPy."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt


def decibels(
    power: npt.NDArray[Any], amin: float, top_db: float | None, axis: tuple[int, ...] | None = None
) -> npt.NDArray[Any]:
    """10 log10(max(power, amin)), clamped to `top_db` below the maximum over the axes."""
    levels: npt.NDArray[Any] = 10.0 * np.log10(np.maximum(amin, power))
    if top_db is None or levels.size == 0:
        return levels
    clamped: npt.NDArray[Any] = np.maximum(levels, levels.max(axis=axis, keepdims=True) - top_db)
    return clamped


@lru_cache(maxsize=16)
def dct(n_out: int, n_in: int, kind: int, orthonormal: bool) -> npt.NDArray[np.float64]:
    """The matrix (n_out, n_in) of the cosine transform of kind 1 to 4, as SciPy defines it."""
    out, into = np.arange(n_out)[:, None], np.arange(n_in)[None, :]
    if kind in (1, 4):
        return _symmetric(out, into, n_in, kind, orthonormal)
    # Kind 3 is the transpose of kind 2, but for the factors.
    slow, fast = (out, into) if kind == 2 else (into, out)
    matrix: npt.NDArray[np.float64] = 2.0 * np.cos(np.pi * slow * (2 * fast + 1) / (2 * n_in))
    if orthonormal:
        matrix *= np.where(slow == 0, np.sqrt(0.25 / n_in), np.sqrt(0.5 / n_in))
    elif kind == 3:
        matrix[:, 0] = 1.0
    matrix.setflags(write=False)
    return matrix


def _symmetric(
    out: npt.NDArray[np.int64], into: npt.NDArray[np.int64], n_in: int, kind: int, orthonormal: bool
) -> npt.NDArray[np.float64]:
    """The transforms that are their own inverses, but for a factor."""
    if kind == 4:
        matrix: npt.NDArray[np.float64] = 2.0 * np.cos(np.pi * (2 * out + 1) * (2 * into + 1) / (4 * n_in))
        size = 2 * n_in
    else:
        last = n_in - 1
        matrix = 2.0 * np.cos(np.pi * out * into / last)
        size = 2 * last
        # The first and the last value count half, in both places if the transform is orthonormal.
        ends = [np.isin(place, (0, last)) for place in (out, into)]
        half = np.sqrt(0.5)
        both = np.where(ends[0], half, 1.0) * np.where(ends[1], half, 1.0)
        matrix *= both if orthonormal else np.where(ends[1], 0.5, 1.0)
    if orthonormal:
        matrix /= np.sqrt(size)
    matrix.setflags(write=False)
    return matrix
