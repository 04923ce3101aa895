"""Compares the drop-in of openai-whisper's audio functions with results that openai-whisper made."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import CASES, read, signal
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
    with pytest.raises(mojo_audio.InputError) as caught:
        ours.log_mel_spectrogram(np.zeros((1, 1, 1000), np.float32))
    assert caught.value.field == "audio"
    if not HAS_TORCH:
        with pytest.raises(mojo_audio.ConfigError) as refused:
            ours.log_mel_spectrogram(calls.X, device="cpu")
        assert refused.value.field == "device"


def test_files(tmp_path: Path) -> None:
    """16-bit samples at Whisper's rate are those that ffmpeg writes: the file's own."""
    path, samples = tmp_path / "speech.wav", signal(4000, 1, np.int16)
    with wave.open(str(path), "wb") as writer:
        writer.setparams((1, 2, 16000, 0, "NONE", ""))
        writer.writeframes(samples.astype("<i2").tobytes())
    audio = ours.load_audio(str(path))
    assert audio.dtype == np.float32 and np.array_equal(audio, samples / np.float32(32768))
    mels = (np.asarray(ours.log_mel_spectrogram(source, 128, 160)) for source in (str(path), audio))
    assert np.array_equal(*mels)
    assert len(ours.load_audio(str(path), sr=8000)) == 2000
    for name in ("no such file.wav", "not audio.wav"):
        (tmp_path / "not audio.wav").write_text("words")
        for call in (ours.load_audio, ours.log_mel_spectrogram):
            with pytest.raises(RuntimeError, match=name) as caught:
                call(str(tmp_path / name))
            assert isinstance(caught.value, mojo_audio.FileError) and caught.value.reason in ("io", "not_audio")


def test_an_array_that_is_cut_has_memory_of_its_own() -> None:
    long = np.zeros(1000, np.float32)
    assert not np.shares_memory(ours.pad_or_trim(long, 10), long)
    assert ours.pad_or_trim(long, 1000) is long
