"""Compares the drop-ins of librosa with librosa, on the same inputs, and with results that librosa 1.0 made, which needs
Python 3.12 or later."""

from __future__ import annotations

import builtins
import inspect
from typing import Any

import librosa
import numpy as np
import pytest
import scipy.signal
from conftest import signal
from originals import calls
from originals.compare import assert_recorded, assert_refused, names

import mojo_audio
from mojo_audio.compat import librosa as ours

X = signal(20_000, 1)
QUIET = np.stack([X[:10_000], X[10_000:] / 1000])
POWER = np.abs(librosa.stft(X)) ** 2
HAS_AXES = "axes" in inspect.signature(librosa.power_to_db).parameters
"""Whether this is librosa 1.0 or later, in which each channel has levels of its own."""


def of_channels(call: Any, y: np.ndarray) -> Any:
    """What librosa 1.0 returns."""
    return call(y) if HAS_AXES else np.stack([call(channel) for channel in y])


@pytest.mark.parametrize("name", calls.CALLS["librosa"])
def test_results_of_librosa_1(name: str) -> None:
    result = assert_recorded("librosa", name, names("array", librosa=ours), 1e-5, 0.0, 3e-6)
    assert name != "level" or isinstance(result, np.floating)


@pytest.mark.parametrize("call", calls.REFUSED["librosa"])
def test_refused_by_librosa_1(call: str) -> None:
    assert_refused("librosa", call, names("array", librosa=ours))


def same(a: Any, b: Any, share: float = 1e-6) -> None:
    """Equal within 1e-5 of each value, or that share of the largest."""
    assert type(a) is type(b)
    assert (a.shape, a.dtype) == (b.shape, b.dtype)
    difference = np.abs(a.astype(np.float64) - b)
    assert (difference <= 1e-5 * np.abs(b) + share * np.abs(b).max()).all()


MEL: dict[str, dict[str, Any]] = {
    "default": {},
    "16000": {"sr": 16000, "n_fft": 400, "hop_length": 160, "n_mels": 80},
    "float rate": {"sr": 22050.0},
    "broken rate": {"sr": 16000.25, "fmin": 50.0, "fmax": 7000.0},
    "window length": {"win_length": 1200},
    "hamming": {"window": "hamming"},
    "blackman": {"window": "blackman", "win_length": 999},
    "boxcar": {"window": "boxcar"},
    "nuttall": {"window": "nuttall"},
    "tuple": {"window": ("kaiser", 14.0)},
    "number": {"window": 4.0},
    "function": {"window": scipy.signal.windows.hann, "win_length": 700},
    "list": {"window": np.hanning(800).tolist(), "win_length": 800},
    "own window": {"window": np.hanning(800).astype(np.float32), "win_length": 800},
    "not centred": {"center": False},
    "reflect": {"pad_mode": "reflect"},
    "edge": {"pad_mode": "edge"},
    "symmetric": {"pad_mode": "symmetric"},
    "ramp": {"pad_mode": "linear_ramp"},
    "padded by a function": {"pad_mode": lambda row, sides, axis, more: row.__setitem__(slice(0, sides[0]), 0.1)},
    "not centred, never padded": {"center": False, "pad_mode": "wrap"},
    "quarter": {"hop_length": None, "win_length": 1000},
    "magnitude": {"power": 1.0},
    "power": {"power": 1.5},
    "bands": {"n_mels": 40, "fmin": 50.0, "fmax": 8000.0},
    "htk": {"htk": True},
    "not normalized": {"norm": None},
    "norm 1": {"norm": 1, "n_mels": 40},
    "norm inf": {"norm": np.inf, "window": "nuttall"},
    "norm of NumPy's": {"norm": np.int64(1), "n_mels": np.int64(40)},
    "bands as float": {"n_mels": 40.0},
    "negative edge": {"fmin": -10.0, "n_mels": 40},
    "beyond the spectrum": {"fmax": 20000.0, "n_mels": 40},
    "edges exchanged": {"fmin": 5000.0, "fmax": 1000.0},
    "float64": {"dtype": np.float64},
}


# Both warn of the bands of edges that make no sense.
@pytest.mark.filterwarnings("ignore:(.*contain no FFT bin|Empty filters detected):UserWarning")
@pytest.mark.parametrize("name", MEL)
@pytest.mark.parametrize("shape", [(20_000,), (2, 10_000), (2, 2, 5000)], ids=str)
def test_melspectrogram(name: str, shape: tuple[int, ...]) -> None:
    y = X.reshape(shape)
    same(ours.melspectrogram(y=y, **MEL[name]), librosa.feature.melspectrogram(y=y, **MEL[name]))


def test_melspectrogram_of_float64() -> None:
    y = X.astype(np.float64)
    same(ours.melspectrogram(y=y), librosa.feature.melspectrogram(y=y))


SPECTRA: dict[str, tuple[Any, dict[str, Any]]] = {
    "default": (POWER, {}),
    "channels": (np.stack([POWER, POWER[::-1]]), {"n_mels": 20, "htk": True}),
    "length from the shape": (POWER[:513], {"n_mels": 20}),
    "float64": (POWER.astype(np.float64), {}),
    "n_fft": (POWER, {"n_fft": 2049, "norm": 2}),
}


@pytest.mark.parametrize("name", SPECTRA)
def test_melspectrogram_of_a_spectrogram(name: str) -> None:
    S, options = SPECTRA[name]
    same(ours.feature.melspectrogram(S=S, **options), librosa.feature.melspectrogram(S=S, **options))


BANKS: dict[str, dict[str, Any]] = {
    "default": {},
    "whisper": {"sr": 16000, "n_fft": 400, "n_mels": 80},
    "odd": {"sr": 11025.5, "n_fft": 441, "n_mels": 20},
    "htk": {"htk": True, "fmin": 100, "fmax": 5000.0},
    "above the knee": {"fmin": 1500.0},
    "one": {"n_mels": 1},
    "none": {"norm": None},
    "float64": {"dtype": np.float64},
    **{f"norm {order!r}": {"norm": order} for order in (0, 0.5, 1, 2.0, np.inf, -np.inf, np.int64(2), np.float32(1))},
}


@pytest.mark.parametrize("name", BANKS)
def test_filterbank(name: str) -> None:
    options = {"sr": 22050, "n_fft": 2048} | BANKS[name]
    same(ours.filters.mel(**options), librosa.filters.mel(**options), 2e-7)


def test_filterbank_of_the_engine() -> None:
    """The engine with this filterbank computes what it computes with its own."""
    for options in ({}, {"htk": True}, {"norm": None}):
        config = mojo_audio.MelConfig.librosa(
            mel_scale="htk" if "htk" in options else "slaney", mel_norm="none" if "norm" in options else "slaney"
        )
        bank = ours.filters.mel(sr=22050, n_fft=2048, **options)  # type: ignore[arg-type]
        same(mojo_audio.MelExtractor(config, filterbank=bank)(X), mojo_audio.MelExtractor(config)(X))


def test_bands_without_a_bin_draw_a_warning() -> None:
    for module in (ours, librosa):
        with pytest.warns(UserWarning, match=r"bands|filters"):
            module.filters.mel(sr=22050, n_fft=256)
        for options in ({}, {"norm": 1}, {"fmin": 40.0}, {"htk": True, "norm": None, "sr": 16000}):
            with pytest.warns(UserWarning, match=r"bands|filters"):
                module.feature.melspectrogram(y=X, n_fft=256, **options)
        with pytest.warns(UserWarning, match=r"bands|filters"):
            module.feature.mfcc(y=X, n_fft=256)
        # A filter that begins at 0 Hz doesn't count.
        module.feature.melspectrogram(y=X, sr=22050, n_fft=64, n_mels=9, fmax=2000.0)


LEVELS: dict[str, dict[str, Any]] = {
    "default": {},
    "maximum": {"ref": np.max},
    "median": {"ref": np.median, "top_db": None},
    "reference": {"ref": 0.01, "amin": 1e-5},
    "negative reference": {"ref": -2.0},
    "top": {"top_db": 20},
}


@pytest.mark.parametrize("name", LEVELS)
def test_decibels(name: str) -> None:
    for S in (POWER, POWER.astype(np.float64), 0.5, [0.1, 2.0]):
        a, b = ours.power_to_db(S, **LEVELS[name]), librosa.power_to_db(S, **LEVELS[name])
        assert type(a) is type(b)
        same(np.asarray(a), np.asarray(b))
    channels = np.stack([POWER, POWER / 1000])
    same(
        ours.power_to_db(channels, **LEVELS[name]),
        of_channels(lambda S: librosa.power_to_db(S, **LEVELS[name]), channels),
    )
    if not HAS_AXES:
        # All channels together, as librosa did before.
        same(ours.power_to_db(channels, axes=None, **LEVELS[name]), librosa.power_to_db(channels, **LEVELS[name]))


def test_reference_without_axes() -> None:
    """A function that doesn't know the axes serves all of them, as in librosa 0.11."""
    same(ours.power_to_db(POWER, axes=None, ref=lambda S: S.max()), ours.power_to_db(POWER, ref=np.max))


def test_decibels_of_complex_values() -> None:
    for module in (ours, librosa):
        with pytest.warns(UserWarning, match="phase"):
            assert module.power_to_db(np.array([3 + 4j])) == pytest.approx(10 * np.log10(5))


CEPSTRA: dict[str, dict[str, Any]] = {
    "default": {},
    "13": {"n_mfcc": 13, "n_mels": 64},
    "lifter": {"lifter": 22},
    "kind 3": {"dct_type": 3},
    "not orthonormal": {"norm": None},
    "kind 3, not orthonormal": {"dct_type": 3, "norm": None},
    **{
        f"kind {kind}, {norm}": {"dct_type": kind, "norm": norm, "n_mels": 40}
        for kind, norm in [(1, "ortho"), (1, None), (1, "forward"), (2, "backward"), (2, "forward"), (4, "ortho"), (4, None)]
    },
    "more than bands": {"n_mfcc": 40, "n_mels": 20},
    "filters": {"mel_norm": None, "htk": True},
    "frames": {"window": "hamming", "hop_length": 200, "sr": 16000},
}


@pytest.mark.parametrize("name", CEPSTRA)
def test_cepstra(name: str) -> None:
    options = CEPSTRA[name]
    # librosa's levels are float32's.
    same(ours.feature.mfcc(y=X, **options), librosa.feature.mfcc(y=X, **options), 3e-6)
    # Which values are clamped depends on the channel.
    theirs = of_channels(lambda y: librosa.feature.mfcc(y=y, **options), QUIET)
    same(ours.feature.mfcc(y=QUIET, **options), theirs, 3e-6)
    if not HAS_AXES and {"mel_norm", "lifter"}.isdisjoint(options):
        both = {key: value for key, value in options.items() if key not in ("n_mfcc", "dct_type", "norm")}
        levels = ours.power_to_db(ours.melspectrogram(y=QUIET, **both), axes=None)
        same(ours.mfcc(S=levels, **options), librosa.feature.mfcc(y=QUIET, **options), 3e-6)


def test_cepstra_of_levels() -> None:
    S = librosa.power_to_db(librosa.feature.melspectrogram(y=X))
    same(ours.feature.mfcc(S=S), librosa.feature.mfcc(S=S))


def test_refusals() -> None:
    calls: list[tuple[Any, dict[str, Any], str]] = [
        (ours.melspectrogram, {"y": None}, "y"),
        (ours.melspectrogram, {"window": "kaiser"}, "window"),
        (ours.melspectrogram, {"window": ("no such window", 14.0)}, "window"),
        (ours.melspectrogram, {"window": np.hanning(7)}, "window"),
        (ours.melspectrogram, {"pad_mode": "wrap"}, "pad_mode"),
        (ours.melspectrogram, {"norm": "htk"}, "norm"),
        (ours.melspectrogram, {"norm": -1}, "norm"),
        (ours.melspectrogram, {"n_fft": 0}, "n_fft"),
        (ours.melspectrogram, {"pad_mode": "empty"}, "pad_mode"),
        (ours.melspectrogram, {"norm": [1]}, "norm"),
        (ours.melspectrogram, {"norm": True}, "norm"),
        (ours.melspectrogram, {"dtype": int}, "dtype"),
        (ours.melspectrogram, {"y": X[:100], "center": False}, "n_fft"),
        (ours.melspectrogram, {"window": np.ones(2048) * 1j}, "window"),
        (ours.mfcc, {"dct_type": 5}, "dct_type"),
        (ours.mfcc, {"dct_type": 1, "n_mels": 1}, "dct_type"),
        (ours.mfcc, {"norm": "sideways"}, "norm"),
        (ours.mfcc, {"lifter": -1}, "lifter"),
        (ours.mfcc, {"lifter": np.nan}, "lifter"),
        (ours.mfcc, {"n_mfcc": 50, "n_mels": 40, "lifter": 2}, "n_mfcc"),
        (ours.power_to_db, {"S": X, "amin": 0}, "amin"),
        (ours.power_to_db, {"S": X, "top_db": -1}, "top_db"),
    ]
    for call, options, field in calls:
        with pytest.raises(mojo_audio.ConfigError) as caught:
            call(**(options if call is ours.power_to_db else {"y": X} | options))
        assert (caught.value.field, caught.value.known, caught.value.closest) == (field, [], None)


def test_other_windows_need_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def without_scipy(name: str, *arguments: Any) -> Any:
        if name.startswith("scipy"):
            raise ImportError(name)
        return found(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without_scipy)
    assert ours.melspectrogram(y=X, window="hann").shape == (128, 40)
    with pytest.raises(mojo_audio.ConfigError, match="without SciPy"):
        ours.melspectrogram(y=X, window="nuttall")
