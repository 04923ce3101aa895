"""Pictures: the axes are hertz and seconds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import librosa
import numpy as np
import pytest
from conftest import signal
from matplotlib import pyplot

from mojo_audio import MelConfig, MelExtractor
from mojo_audio.display import band_edges, specshow

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(autouse=True)
def figure() -> Iterator[None]:
    pyplot.figure()
    yield
    pyplot.close("all")


def test_band_edges_are_the_references() -> None:
    ours = band_edges(MelConfig.librosa())
    assert np.allclose(ours, librosa.mel_frequencies(130, fmin=0, fmax=11025), rtol=1e-12)
    ours = band_edges(MelConfig.torchaudio(n_mels=40, f_min=50.0))
    assert np.allclose(ours, librosa.mel_frequencies(42, fmin=50, fmax=8000, htk=True), rtol=1e-12)


@pytest.mark.parametrize("config", [MelConfig(), MelConfig.kaldi_fbank(), MelConfig.hifigan(layout="frame_major")], ids=repr)
def test_a_tone_stands_at_its_frequency(config: MelConfig) -> None:
    """The loudest row of a tone is at its frequency on the axis, and its onset at its time."""
    n = config.sample_rate
    x = (np.sin(2 * np.pi * 1000 * np.arange(n) / n) * (np.arange(n) >= n // 2)).astype(np.float32)
    mel = MelExtractor(config)(x)
    mesh = specshow(mel, config)
    axes = mesh.axes
    assert axes is pyplot.gca() and "Hz" in axes.get_ylabel() and "s" in axes.get_xlabel()
    values = np.asarray(mesh.get_array())
    loudest = values[:, -values.shape[1] // 4].argmax()
    ticks = {label.get_text(): at for at, label in zip(axes.get_yticks(), axes.get_yticklabels())}
    assert abs(ticks["1000"] - loudest) < 1
    low, high = axes.get_xlim()
    assert abs(low) < 0.03 and abs(high - 1) < 0.05
    corners = mesh.get_coordinates()[0, :, 0]
    onset = (values[loudest] > values[loudest].mean()).argmax()
    assert abs(corners[onset] - 0.5) < 0.06


def test_options_and_rows() -> None:
    config = MelConfig.kaldi_fbank(n_mfcc=13)
    _, axes = pyplot.subplots()
    mesh = specshow(MelExtractor(config)(signal(3000)), config, axes, cmap="magma")
    assert mesh.axes is axes and mesh.get_cmap().name == "magma" and "Hz" not in axes.get_ylabel()
    for htk_compat in (False, True):
        config = MelConfig.kaldi_fbank(use_energy=True, htk_compat=htk_compat)
        mel = MelExtractor(config)(signal(3000))
        shown: Any = specshow(mel, config).get_array()
        assert np.array_equal(shown, mel[:-1] if htk_compat else mel[1:])
    narrow = MelConfig(f_min=1100.0, f_max=1900.0, n_mels=10)
    specshow(MelExtractor(narrow)(signal(3000)), narrow)
    with pytest.raises(ValueError, match="80 rows"):
        specshow(np.zeros((81, 5), np.float32), MelConfig())
