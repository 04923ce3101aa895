"""Compares the drop-in of openai-whisper's audio functions with results that openai-whisper made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import CASES, read
from originals import calls
from originals.compare import HAS_TORCH, KINDS, assert_recorded, assert_refused, names

import mojo_audio
from mojo_audio.compat import whisper as ours

LIBRARY = "openai-whisper"
MODULES = {"whisper": ours}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", calls.CALLS[LIBRARY])
def test_results(name: str, kind: str) -> None:
    call = calls.CALLS[LIBRARY][name]
    # Both compute in float32; what is only cut and filled is the same.
    bound = 1e-4 if "log_mel" in call else 0.0
    result = assert_recorded(LIBRARY, name, names(kind, **MODULES), 0.0, bound, 0.0)
    if "log_mel" in call:
        assert type(result).__name__ == ("Tensor" if HAS_TORCH else "ndarray")
    elif "t(" in call:
        assert type(result).__name__ == ("Tensor" if kind == "tensor" else "ndarray")


CONFORMANCE = [
    case
    for case in CASES
    if case["kind"] == "single"
    and case["reference"]["library"] == LIBRARY
    and case["reference"]["call"].startswith("openai(x")
    and case["options"].get("layout") != "frame_major"
]


@pytest.mark.parametrize("case", CONFORMANCE, ids=[case["name"] for case in CONFORMANCE])
def test_conformance(case: dict[str, Any]) -> None:
    """The corpus' calls of openai-whisper, as they are written there."""
    result = np.asarray(eval(case["reference"]["call"], {"openai": ours.log_mel_spectrogram, "x": read(case["input"])}))
    expected = read(case["expected"]).reshape(case["n_mels"], case["n_frames"])
    assert result.shape == expected.shape
    difference = np.abs(result.astype(np.float64) - expected)
    assert difference.max() <= case["bound"]["atol"] and difference.mean() <= case["bound"]["mean_abs"]


def test_there_are_conformance_cases() -> None:
    assert len(CONFORMANCE) > 25


@pytest.mark.parametrize("name", calls.SIGNATURES[LIBRARY])
def test_signatures(name: str) -> None:
    assert calls.signature(eval(name, dict(MODULES))) == calls.about()["signatures"][name]


def test_refusals() -> None:
    for call in calls.REFUSED[LIBRARY]:
        assert_refused(LIBRARY, call, names("array", **MODULES))
    for audio in ("speech.wav", np.zeros((1, 1, 1000), np.float32)):
        with pytest.raises(mojo_audio.InputError) as caught:
            ours.log_mel_spectrogram(audio)
        assert caught.value.field == "audio"
    if not HAS_TORCH:
        with pytest.raises(mojo_audio.ConfigError) as refused:
            ours.log_mel_spectrogram(calls.X, device="cpu")
        assert refused.value.field == "device"


def test_an_array_that_is_cut_has_memory_of_its_own() -> None:
    long = np.zeros(1000, np.float32)
    assert not np.shares_memory(ours.pad_or_trim(long, 10), long)
    assert ours.pad_or_trim(long, 1000) is long
