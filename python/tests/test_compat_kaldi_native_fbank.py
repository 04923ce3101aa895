"""Compares the drop-in of kaldi-native-fbank with kaldi-native-fbank, on the same inputs."""

from __future__ import annotations

import copy
import doctest
import pickle
from typing import Any

import kaldi_native_fbank as original
import numpy as np
import pytest
from conftest import signal

import mojo_audio
from mojo_audio.compat import kaldi_native_fbank as ours

FBANK = ("FbankOptions", "OnlineFbank")
MFCC = ("MfccOptions", "OnlineMfcc")
WHISPER = ("WhisperFeatureOptions", "OnlineWhisperFbank")
SILENT = {"dither": 0.0}


def frame(**options: Any) -> dict[str, Any]:
    return {"frame_opts": SILENT | options}


CASES: dict[str, tuple[tuple[str, str], dict[str, Any]]] = {
    "fbank": (FBANK, frame()),
    "edges": (FBANK, frame(snip_edges=False) | {"mel_opts": {"num_bins": 80, "high_freq": -400}}),
    "energy": (FBANK, frame() | {"use_energy": True}),
    "energy last": (FBANK, frame() | {"use_energy": True, "htk_compat": True, "raw_energy": False, "energy_floor": 1.0}),
    "htk without energy": (FBANK, frame() | {"htk_compat": True}),
    "linear": (FBANK, frame() | {"use_log_fbank": False, "use_energy": True}),
    "added floor": (FBANK, frame() | {"use_log_floor": False, "eps": 1e-3}),
    "magnitude": (FBANK, frame() | {"use_power": False}),
    **{
        f"window {name}": (FBANK, frame(window_type=name))
        for name in ("hanning", "hann", "sine", "hamming", "povey", "rectangular", "blackman")
    },
    "blackman": (FBANK, frame(window_type="blackman", blackman_coeff=0.4)),
    "not rounded": (FBANK, frame(round_to_power_of_two=False)),
    "44100": (FBANK, frame(samp_freq=44100.0)),
    "8000": (FBANK, frame(samp_freq=8000.0, frame_shift_ms=12.5, frame_length_ms=31.0)),
    "plain frames": (FBANK, frame(preemph_coeff=0.0, remove_dc_offset=False)),
    **{
        f"librosa {norm} {scale}": (
            FBANK,
            frame() | {"mel_opts": {"is_librosa": True, "norm": norm, "use_slaney_mel_scale": scale, "low_freq": 0}},
        )
        for norm in ("", "slaney")
        for scale in (False, True)
    },
    "mfcc": (MFCC, frame()),
    "mfcc without energy": (MFCC, frame() | {"use_energy": False}),
    "mfcc first last": (MFCC, frame() | {"use_energy": False, "htk_compat": True}),
    "mfcc energy last": (MFCC, frame() | {"htk_compat": True}),
    "mfcc all": (MFCC, frame(snip_edges=False) | {"num_ceps": 23, "cepstral_lifter": 0.0}),
    "whisper": (WHISPER, {}),
    "whisper large-v3": (WHISPER, {"dim": 128}),
    "whisper resets": (WHISPER, frame(samp_freq=8000.0, preemph_coeff=0.5, dither=1.0)),
}


def configured(module: Any, kind: tuple[str, str], changes: dict[str, Any]) -> Any:
    """Options changed one attribute at a time, as programs do."""
    options = getattr(module, kind[0])()
    for name, value in changes.items():
        if isinstance(value, dict):
            for inner, given in value.items():
                setattr(getattr(options, name), inner, given)
        else:
            setattr(options, name, value)
    return options


def run(module: Any, name: str, x: np.ndarray, chunk: int) -> tuple[np.ndarray, list[Any]]:
    """All frames, and what a program sees on the way."""
    kind, changes = CASES[name]
    options = configured(module, kind, changes)
    rate = 16000 if kind is WHISPER else options.frame_opts.samp_freq
    online = getattr(module, kind[1])(options)
    seen: list[Any] = [online.dim, pytest.approx(online.frame_shift_in_seconds, rel=1e-6)]
    for at in range(0, len(x), chunk):
        online.accept_waveform(rate, x[at : at + chunk].tolist())
        seen.append(online.num_frames_ready)
    seen.append([online.is_last_frame(i) for i in range(online.num_frames_ready)])
    online.input_finished()
    online.input_finished()
    seen.append([online.is_last_frame(i) for i in range(online.num_frames_ready + 1)])
    frames = [np.array(online.get_frame(i)) for i in range(online.num_frames_ready)]
    assert all(frame.dtype == np.float32 for frame in frames)
    return np.array(frames, dtype=np.float32).reshape(len(frames), online.dim), seen


@pytest.mark.parametrize("name", CASES)
def test_frames(name: str) -> None:
    for n, chunk in ((5000, 731), (5000, 5000), (399, 50), (400, 400), (100, 100)):
        x = signal(n, n) * (1 if CASES[name][0] is WHISPER else 32768)
        (a, seen), (b, expected) = run(ours, name, x, chunk), run(original, name, x, chunk)
        assert a.shape == b.shape and seen == expected
        # Both compute in float32, of which weak bands are little more than the rounding.
        difference = np.abs(a.astype(np.float64) - b)
        assert (difference <= 2e-3 + 1e-5 * np.abs(b) + 1e-6 * np.abs(b).max(initial=0)).all()


def test_dither() -> None:
    """Noise of the same deviation: the mean of the log energies of silence is the same, and no two streams are."""

    def silence(module: Any) -> np.ndarray:
        options = module.FbankOptions()
        options.frame_opts.dither = 1.0
        options.frame_opts.frame_shift_ms = 25.0
        online = module.OnlineFbank(options)
        online.accept_waveform(16000, np.zeros(400_000, np.float32))
        return np.array([online.get_frame(i) for i in range(online.num_frames_ready)])

    a, b = silence(ours), silence(original)
    assert a.shape == b.shape == (1000, 23)
    error = np.sqrt((a.var(axis=0) + b.var(axis=0)) / len(a))
    assert (np.abs(a.mean(axis=0) - b.mean(axis=0)) <= 5 * error).all()
    assert (silence(ours) != a).any()


def test_integers_are_not_scaled() -> None:
    x = signal(4000, 1, np.int16)
    a, b = [], []
    for module, frames in ((ours, a), (original, b)):
        options = module.FbankOptions()
        options.frame_opts.dither = 0.0
        online = module.OnlineFbank(options)
        online.accept_waveform(16000, x)
        frames += [np.array(online.get_frame(i)) for i in range(online.num_frames_ready)]
    assert np.abs(np.array(a) - np.array(b)).max() < 2e-3


@pytest.mark.parametrize("module", [ours, original], ids=["ours", "original"])
def test_popped_frames(module: Any) -> None:
    options = module.FbankOptions()
    options.frame_opts.dither = 0.0
    online = module.OnlineFbank(options)
    online.accept_waveform(16000, signal(2000, 1))
    assert online.num_frames_ready == 11
    kept = np.array(online.get_frame(3))
    online.pop(3)
    online.pop(0)
    online.pop(-1)
    online.accept_waveform(16000, [])
    assert online.num_frames_ready == 11
    assert np.array_equal(online.get_frame(3), kept)
    for frame_index in (2, -1):
        with pytest.raises(RuntimeError):
            online.get_frame(frame_index)
    with pytest.raises(IndexError):
        online.get_frame(11)
    online.pop(100)
    assert online.num_frames_ready == 11
    with pytest.raises(RuntimeError):
        online.get_frame(10)
    online.accept_waveform(16000, signal(2000, 2))
    assert online.num_frames_ready == 23
    assert online.get_frame(11).shape == (23,)
    with pytest.raises(ValueError, match="sampling_rate"):
        online.accept_waveform(8000, signal(2000, 2))
    online.input_finished()
    with pytest.raises(RuntimeError):
        online.accept_waveform(16000, signal(2000, 2))


@pytest.mark.parametrize("name", ["FrameExtractionOptions", "MelBanksOptions", "FbankOptions", "MfccOptions",
                                  "WhisperFeatureOptions"])  # fmt: skip
def test_options(name: str) -> None:
    a, b = getattr(ours, name)(), getattr(original, name)()

    assert list(a.as_dict()) == list(b.as_dict())
    assert a.as_dict() == b.as_dict()
    assert type(a).from_dict(b.as_dict()).as_dict() == b.as_dict()
    for options in (a, b):
        for key, value in options.as_dict().items():
            # Both keep float32.
            setattr(options, key, 0.1 if isinstance(value, float) else getattr(options, key))
    assert a.as_dict() == b.as_dict()
    assert copy.deepcopy(a) == pickle.loads(pickle.dumps(a)) == a
    with pytest.raises(AttributeError):
        a.no_such_option = 1
    with pytest.raises(TypeError):
        getattr(ours, name)(no_such_option=1)
    # Both take no notice of other names in a dictionary.
    for module in (ours, original):
        default = getattr(original, name)().as_dict()
        assert getattr(module, name).from_dict({"no_such_option": 1}).as_dict() == default
    if name in ("FbankOptions", "MfccOptions"):
        a = type(a).from_dict({"mel_opts": {"num_bins": 40}})
        assert (a.mel_opts.num_bins, a.mel_opts.low_freq, type(a)().mel_opts.num_bins) == (40, 20, 23)


def test_names() -> None:
    """Every name of the original is here, or refused by name."""
    for name in original.__all__:
        if name not in ours.__all__:
            with pytest.raises(AttributeError, match=f"doesn't have {name}; kaldi_native_fbank itself does"):
                getattr(ours, name)
            with pytest.raises(ImportError, match=f"'{name}'"):
                exec(f"from mojo_audio.compat.kaldi_native_fbank import {name}")
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        _ = ours.no_such_name
    assert set(ours.__all__) <= set(original.__all__)


def test_refusals() -> None:
    refused_by_both: list[tuple[tuple[str, str], dict[str, Any], str]] = [
        (FBANK, frame(window_type="hann window"), "window_type"),
        (FBANK, frame(frame_length_ms=25.07, round_to_power_of_two=False), "frame_length_ms"),
        (FBANK, frame() | {"mel_opts": {"num_bins": 2}}, "num_bins"),
        (FBANK, frame() | {"mel_opts": {"num_bins": 128}}, "num_bins"),
        (FBANK, frame() | {"mel_opts": {"num_bins": 300, "is_librosa": True}}, "num_bins"),
        (FBANK, frame() | {"mel_opts": {"high_freq": 9000}}, "high_freq"),
        (FBANK, frame() | {"mel_opts": {"low_freq": -1}}, "low_freq"),
        (FBANK, frame(preemph_coeff=2.0), "preemph_coeff"),
        (MFCC, frame() | {"num_ceps": 24}, "num_ceps"),
    ]
    refused_here: list[tuple[tuple[str, str], dict[str, Any], str]] = [
        (FBANK, frame(samp_freq=16000.5), "samp_freq"),
        (FBANK, frame() | {"mel_opts": {"debug_mel": True}}, "debug_mel"),
        (FBANK, frame() | {"mel_opts": {"htk_mode": True}}, "htk_mode"),
        (FBANK, frame() | {"mel_opts": {"is_librosa": True, "floor_to_int_bin": True}}, "floor_to_int_bin"),
        (FBANK, frame() | {"mel_opts": {"is_librosa": True, "norm": "htk"}}, "norm"),
    ]
    for kind, changes, name in refused_by_both + refused_here:
        with pytest.raises(mojo_audio.ConfigError) as caught:
            getattr(ours, kind[1])(configured(ours, kind, changes))
        assert caught.value.field == name
    for kind, changes, _ in refused_by_both:
        # It makes some of its tables with the first frame.
        with pytest.raises(ValueError):
            getattr(original, kind[1])(configured(original, kind, changes)).accept_waveform(16000, [0.0] * 1000)
    online = ours.OnlineFbank(ours.FbankOptions())
    with pytest.raises(mojo_audio.InputError):
        online.accept_waveform(16000, np.zeros((2, 300), np.float32))
    with pytest.raises(mojo_audio.SampleError):
        online.accept_waveform(16000, [np.nan])


def test_nothing_is_finished() -> None:
    for module in (ours, original):
        online = module.OnlineFbank(configured(module, FBANK, frame()))
        online.accept_waveform(16000, [])
        online.input_finished()
        online.input_finished()
        assert online.num_frames_ready == 0 and not online.is_last_frame(0)


def test_example_in_the_documentation() -> None:
    assert doctest.testmod(ours) == (0, 6)
