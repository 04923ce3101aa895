"""The resampling of `input_rate` by its formula, sums over all taps, in float64 or float32.

A short Kaiser-windowed sinc S and a half-band filter H, by way of twice the lower rate. Down: S, then every
second sample of H. Up: H between all samples, then S. Before and after the signal there is silence; sample i
is at time i / rate.

S has 2 n taps for n = ceil((141 - 7.95) / 14.36 / 2 · source / lower), the attenuation that this whole
length reaches (J. F. Kaiser's formulas), and its middle at 0.975 · lower rate. H is equiripple, 64 taps on
either side of the middle that are not 0.
"""

import functools
import math

import numpy as np
import scipy.signal

SIDE = 64


@functools.cache
def half_band():
    """The taps at the odd distances 1, 3, 5 … from the middle, which is 1/2."""
    return scipy.signal.remez(2 * SIDE, [0, 0.4725], [1], fs=1.0, maxiter=400, grid_density=32)[SIDE:] / 2


def odd_taps():
    """Taps of H at the odd places -127, -125 … 127 from the middle, 32 apart, then the next: as rounding depends on
    the order, that which suits vectors."""
    h = half_band()
    h = np.concatenate([h[::-1], h])
    return [(2 * k - 2 * SIDE + 1, h[k]) for r in range(32) for k in range(r, 2 * SIDE, 32)]


def short(source, lower, t):
    """S at `t` samples of its input from its middle, and its half length."""
    half = math.ceil((141.0 - 7.95) / 14.36 * source / lower / 2.0)
    attenuation = 7.95 + 14.36 * 2.0 * half * lower / source
    beta = 0.1102 * (attenuation - 8.7)
    cut = 0.975 * lower / source
    window = np.i0(beta * np.sqrt(np.maximum(0.0, 1.0 - (t / half) ** 2))) / np.i0(beta)
    return np.where(np.abs(t) < half, 2.0 * cut * np.sinc(2.0 * cut * t) * window, 0.0), half


def at(x, places):
    """The samples at these places; 0 outside."""
    inside = (places >= 0) & (places < len(x))
    return np.where(inside, x[np.clip(places, 0, len(x) - 1)], x.dtype.type(0))


def filtered(x, origin, source, target, lower, start, n):
    """S: outputs start … start + n at the rate `target`, of samples x at places origin … at `source`."""
    j = np.arange(start, start + n)
    base, phase = j * source // target, (j * source % target) / target
    _, half = short(source, lower, np.zeros(1))
    y = np.zeros(n, x.dtype)
    for k in range(1 - half, half + 1):
        taps, _ = short(source, lower, k - phase)
        y += taps.astype(x.dtype) * at(x, base + k - origin)
    return y


def resampled(x, source, target, dtype=np.float64):
    """(ceil(n · target / source),): the signal at the rate `target`."""
    x = x.astype(dtype)
    if source == target or source is None:
        return x
    n = -(-len(x) * target // source)
    if source > target:
        origin, length = -2 * SIDE - 2, 2 * n + 4 * SIDE + 4
        if source == 2 * target:
            middle = at(x, np.arange(origin, origin + length))
        else:
            middle = filtered(x, 0, source, 2 * target, target, origin, length)
        i = 2 * np.arange(n)
        y = dtype(0.5) * at(middle, i - origin)
        for distance, tap in odd_taps():
            y += dtype(tap) * at(middle, i + distance - origin)
        return y
    # H rings before and after the signal.
    before = 2 * SIDE
    i = np.arange(-before, len(x) + before)
    middle = np.zeros(2 * len(i), dtype)
    middle[0::2] = at(x, i)
    for distance, tap in odd_taps():
        middle[1::2] += dtype(2 * tap) * at(x, i + (distance + 1) // 2)
    if target == 2 * source:
        return middle[2 * before :][:n]
    return filtered(middle, -2 * before, 2 * source, target, source, 0, n)
