"""The warning about bands that no bin of the transform falls into."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest

import mojo_audio
from mojo_audio import MelConfig, MelExtractor

# Too many bands for 129 bins, on HTK's scale, whose formula is short.
NARROW: dict[str, Any] = {"n_fft": 256, "n_mels": 128, "mel_scale": "htk", "mel_norm": "none"}


def without_a_bin(sample_rate: int, n_fft: int, n_mels: int) -> int:
    """How many of HTK's bands from 0 Hz to half the rate have no bin between their edges."""
    mels = np.linspace(0, 2595 * np.log10(1 + sample_rate / 2 / 700), n_mels + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    bins = np.arange(n_fft // 2 + 1) * sample_rate / n_fft
    return sum(not np.any((low < bins) & (bins < high)) for low, high in zip(edges[:-2], edges[2:], strict=True))


@pytest.mark.parametrize(("n_fft", "n_mels"), [(256, 128), (400, 200), (128, 40)])
def test_number(n_fft: int, n_mels: int) -> None:
    expected = without_a_bin(16000, n_fft, n_mels)
    assert expected > 0
    with pytest.warns(UserWarning) as caught:
        MelExtractor(MelConfig(**NARROW | {"n_fft": n_fft, "n_mels": n_mels}))
    (warning,) = caught
    assert warning.filename == __file__
    assert str(warning.message).startswith(f"{expected} of {n_mels} mel bands contain no FFT bin, ")
    assert re.search(rf"choose n_fft above {n_fft} or n_mels below {n_mels}$", str(warning.message))


def test_functions() -> None:
    samples = np.zeros(1600, np.float32)
    for _ in range(2):  # the second plan is the first's
        with pytest.warns(UserWarning, match="contain no FFT bin"):
            mojo_audio.mel_spectrogram(samples, **NARROW)
        with pytest.warns(UserWarning, match="contain no FFT bin"):
            mojo_audio.mfcc(samples, preset="whisper", n_mfcc=13, **NARROW)


def test_as_an_error() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="contain no FFT bin"):
            MelExtractor(MelConfig(**NARROW))


@pytest.mark.filterwarnings("error")
def test_silence() -> None:
    """Presets, also those whose originals have such bands; tables of one's own; copies."""
    with_such = {name for name in mojo_audio.PRESETS if MelExtractor(MelConfig.preset(name)).empty_filters()}
    assert with_such == {"torchaudio", "ast"}
    MelExtractor(MelConfig.torchaudio(hop_length=160, log="ln", layout="frame_major"))
    config = MelConfig(**NARROW)
    MelExtractor(config, filterbank=np.zeros((128, 129), np.float32))
    with pytest.warns(UserWarning):
        extractor = MelExtractor(config)
    for other in (pickle.loads(pickle.dumps(extractor)), copy.deepcopy(extractor)):
        assert other.empty_filters() == extractor.empty_filters()
    extractor(np.zeros(1600, np.float32))


def test_once_for_each_place() -> None:
    program = f"""
from mojo_audio import MelConfig, MelExtractor
for _ in range(3):
    MelExtractor(MelConfig(**{NARROW!r}))
MelExtractor(MelConfig(**{NARROW!r}))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.count("UserWarning: ") == 2
