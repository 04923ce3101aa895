"""Test signals, made from a seed with arithmetic that every language can repeat bit for bit.

It doesn't use a mathematical library: there are only additions, subtractions, multiplications,
divisions and floors of IEEE float64, in the order written, and 64-bit integer operations that wrap
around. A port that keeps that order (and does not contract a product and a sum into one operation)
makes the same bits. The last step rounds to float32, to nearest, ties to even.

    t = i / sample_rate is the time of sample i, in seconds
    noise(seed, i) is white, in [-1, 1)
    sine(x) is the sine of x turns (x = 1 is a full period)
"""

import numpy as np

GAMMA = 0x9E3779B97F4A7C15
HARMONICS = 40


def splitmix64(seed, i):
    """Word i of the SplitMix64 sequence of `seed`: the state is seed + (i + 1) · GAMMA."""
    z = np.uint64(seed) + (np.asarray(i, dtype=np.uint64) + np.uint64(1)) * np.uint64(GAMMA)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def noise(seed, i):
    """White noise in [-1, 1): the upper 53 bits of the word, as a fraction."""
    return (splitmix64(seed, i) >> np.uint64(11)).astype(np.float64) * (2.0 / 2.0**53) - 1.0


def sine(turns):
    """Sine of an angle in turns: reduced to a quarter turn, then its Taylor series to x^19."""
    r = turns - np.floor(turns + 0.5)
    r = np.where(r > 0.25, 0.5 - r, r)
    r = np.where(r < -0.25, -0.5 - r, r)
    x = r * 6.283185307179586
    x2 = x * x
    series = -1.0 / 121645100408832000.0
    for factorial in (355687428096000.0, -1307674368000.0, 6227020800.0, -39916800.0, 362880.0, -5040.0, 120.0, -6.0):
        series = series * x2 + 1.0 / factorial
    return x + x * (x2 * series)


def speech(seed, i, rate, n):
    """Voiced syllables with moving pitch and formants, a hiss between them, a quiet room."""
    t = i / rate
    pitch = 110.0 + 20.0 * (seed % 5)
    # The phase is the integral of pitch · (1 + 0.1 · sine(0.6 t)); 0.6 · 2π = 3.7699111843077517.
    phase = pitch * (t - 0.1 * (sine(0.6 * t + 0.25) - 1.0) / 3.7699111843077517)
    syllable = sine(1.7 * t + 0.05)
    voiced = np.where(syllable > 0.0, syllable, 0.0)
    hiss = np.where(syllable < -0.6, -0.6 - syllable, 0.0)
    first = 500.0 + 250.0 * sine(0.9 * t)
    second = 1500.0 + 600.0 * sine(0.7 * t + 0.3)
    third = 2600.0 + 200.0 * sine(0.5 * t + 0.6)
    tone = np.zeros(len(t))
    for k in range(1, HARMONICS + 1):
        frequency = k * pitch
        if frequency * 1.1 >= 0.5 * rate:
            break
        a = (frequency - first) / 90.0
        b = (frequency - second) / 120.0
        c = (frequency - third) / 160.0
        weight = 1.0 / (1.0 + a * a) + 0.5 / (1.0 + b * b) + 0.25 / (1.0 + c * c) + 0.01
        tone = tone + weight * sine(k * phase)
    white = noise(seed, i)
    return 0.25 * (voiced * tone) + 0.2 * (hiss * white) + 0.0005 * noise(seed + 1, i)


def white(seed, i, rate, n):
    """White noise, half of full scale."""
    return 0.5 * noise(seed, i)


def chirp(seed, i, rate, n):
    """A sine that rises from 50 Hz + `seed` to 0.45 of the sample rate, in n samples."""
    t = i / rate
    start = 50.0 + seed
    return 0.7 * sine(start * t + (0.45 * rate - start) * (t * t) / (2.0 * (n / rate)))


def impulse(seed, i, rate, n):
    """One positive and one negative sample in silence."""
    return np.where(i == n // 3, 0.9, 0.0) + np.where(i == 2 * n // 3, -0.5, 0.0)


def silence(seed, i, rate, n):
    """Zeros."""
    return np.zeros(len(i))


def dc(seed, i, rate, n):
    """A constant."""
    return np.full(len(i), 0.25)


def clipped(seed, i, rate, n):
    """Speech eight times too loud, clipped at full scale."""
    return np.minimum(np.maximum(8.0 * speech(seed, i, rate, n), -1.0), 1.0)


def quiet(seed, i, rate, n):
    """Noise a hundred thousand times below full scale: less than one step of a 16-bit integer."""
    return 1e-5 * noise(seed, i)


def tone(seed, i, rate, n):
    """A clean sine of 440 Hz + `seed` · 31.7."""
    return 0.5 * sine((440.0 + 31.7 * seed) * (i / rate))


def tones(seed, i, rate, n):
    """Three clean sines, 60 dB apart from strongest to weakest, under a faint noise."""
    t = i / rate
    return 0.5 * sine(440.0 * t) + 0.05 * sine(1234.5 * t) + 0.0005 * sine(3210.0 * t) + 1e-6 * noise(seed, i)


def square(seed, i, rate, n):
    """Full scale, 25 samples up and 25 down."""
    return np.where((i // 25) % 2 == 0, 1.0, -1.0)


KINDS = {f.__name__: f for f in (speech, white, chirp, impulse, silence, dc, clipped, quiet, tone, tones, square)}


def make(kind, seed, rate, n):
    """The signal as float32."""
    with np.errstate(over="ignore"):
        return KINDS[kind](seed, np.arange(n), rate, n).astype(np.float32)


def to_int16(samples):
    """float32 samples as 16-bit integers: floor(x · 32767 + 0.5), in float64."""
    return np.floor(samples.astype(np.float64) * 32767.0 + 0.5).astype(np.int16)
