"""Compares the drop-ins of lhotse's extractors with results that lhotse made, and with lhotse where it is installed."""

from __future__ import annotations

import importlib.util
import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import signal
from originals import calls
from originals.compare import assert_recorded, names

from mojo_audio.compat import _lhotse

X = signal(8000, 1)
HAS_LHOTSE = importlib.util.find_spec("lhotse") is not None


def features(kind: str, settings: dict[str, Any], audio: np.ndarray) -> np.ndarray:
    """What the drop-in's layer computes, by lhotse's own configuration."""
    config = SimpleNamespace(**calls.about()["settings"][f"{kind} {settings}"])
    if kind == "WhisperFbank":
        return _lhotse.whisper_features(_lhotse.whisper(config.num_filters), audio)
    cepstrum = {"n_mfcc": config.num_ceps, "lifter": float(config.cepstral_lifter)} if kind == "Mfcc" else {}
    extractor = _lhotse.extractor(config, cepstrum)
    assert extractor is not None
    return extractor(audio)


@pytest.mark.parametrize("name", calls.CALLS["lhotse"])
def test_recorded_features(name: str) -> None:
    # Both compute in float32, of which weak bands are little more than the rounding.
    assert_recorded("lhotse", name, names("array", lhotse=features), 1e-5, 3e-3, 1e-6)


@pytest.mark.parametrize(
    "change",
    [
        {"dither": 0.1},
        {"use_energy": True},
        {"torchaudio_compatible_mel_scale": False},
        {"window_type": "blackman"},
        {"sampling_rate": 44100},
        {"high_freq": 9000.0},
        {"preemph_coeff": 2.0},
        {"frame_length": 0.0251, "round_to_power_of_two": False},
    ],
    ids=str,
)
def test_what_the_engine_does_not_have_is_left_to_lhotse(change: dict[str, Any]) -> None:
    settings = calls.about()["settings"]["Fbank {}"]
    assert _lhotse.extractor(SimpleNamespace(**settings), {}) is not None
    assert _lhotse.extractor(SimpleNamespace(**(settings | change)), {}) is None


if HAS_LHOTSE:
    import lhotse
    import soundfile
    import torch
    from lhotse.features.base import FEATURE_EXTRACTORS
    from lhotse.features.whisper_fbank import WhisperFbank

    from mojo_audio.compat import lhotse as ours

    BATCHES: list[Any] = [
        X,
        X[None],
        torch.from_numpy(X),
        [X, signal(5003, 2)],
        np.stack([X, -X]),
        torch.from_numpy(np.stack([X, -X])),
    ]

    @pytest.mark.parametrize("name", ["Fbank", "Mfcc"])
    @pytest.mark.parametrize("change", [{}, {"snip_edges": True}, {"window_type": "blackman"}], ids=str)
    @pytest.mark.filterwarnings("ignore")
    def test_extract_and_extract_batch(name: str, change: dict[str, Any]) -> None:
        config = getattr(lhotse, f"{name}Config")(**change)
        a, b = pickle.loads(pickle.dumps(getattr(ours, name)(config))), getattr(lhotse, name)(config)
        pairs = [(a.extract(X[:n], 16000), b.extract(X[:n], 16000)) for n in (8000, 401)]
        for batch in BATCHES:
            x, y = a.extract_batch(batch, 16000), b.extract_batch(batch, 16000)
            assert type(x) is type(y)
            pairs += zip(x, y, strict=True) if isinstance(x, list) else [(x, y)]
        for x, y in pairs:
            assert type(x) is type(y) and x.dtype == y.dtype and x.shape == y.shape
            assert np.abs(np.asarray(x) - np.asarray(y)).max(initial=0) <= 3e-3
        for extractor in (a, b):
            with pytest.raises(AssertionError):
                extractor.extract(X, 8000)

    @pytest.mark.filterwarnings("ignore")
    def test_compute_and_store_features(tmp_path: Path) -> None:
        recordings = []
        for i in range(3):
            path = tmp_path / f"{i}.flac"
            soundfile.write(path, signal(16_000 + i * 800, i), 16000)
            recordings.append(lhotse.Recording.from_file(path))
        cuts = lhotse.CutSet.from_manifests(recordings=lhotse.RecordingSet.from_recordings(recordings))
        for mine, theirs in ((ours.Fbank(), lhotse.Fbank()), (ours.WhisperFbank(), WhisperFbank())):
            assert FEATURE_EXTRACTORS[mine.name] is type(mine)
            stored = [
                cuts.compute_and_store_features(
                    extractor, tmp_path / extractor.name, storage_type=lhotse.NumpyFilesWriter
                )
                for extractor in (mine, theirs)
            ]
            for a, b in zip(*stored, strict=True):
                assert a.features.type == mine.name and a.num_frames == b.num_frames
                assert np.abs(a.load_features() - b.load_features()).max() <= 3e-3
