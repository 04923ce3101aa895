"""Compares the drop-ins of torchaudio with results that torchaudio made."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from conftest import BY_NAME, read
from originals import calls
from originals.compare import HAS_TORCH, KINDS, assert_recorded, assert_refused, names

import mojo_audio
from mojo_audio.compat import torchaudio as ours

# torchaudio's defaults have such bands, and it warns of them as well.
pytestmark = pytest.mark.filterwarnings("ignore:.*contain no FFT bin:UserWarning")

LIBRARY = "torchaudio"
MODULES = {"kaldi": ours.compliance.kaldi, "transforms": ours.transforms}
# torchaudio's mel filters are float32's (docs: conformance/make/README.md).
BOUNDS = {"kaldi": (1e-5, 2e-3, 1e-6), "mel": (2e-4, 0.0, 1e-6), "cepstra": (0.0, 2e-3, 1e-4)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", calls.CALLS[LIBRARY])
def test_results(name: str, kind: str) -> None:
    result = assert_recorded(LIBRARY, name, names(kind, **MODULES), *BOUNDS[name.split()[0]])
    assert type(result).__name__ == ("Tensor" if kind == "tensor" else "ndarray")


@pytest.mark.parametrize("name", calls.SIGNATURES[LIBRARY])
def test_signatures(name: str) -> None:
    assert calls.signature(eval(name, dict(MODULES))) == calls.about()["signatures"][name]


@pytest.mark.parametrize("call", calls.REFUSED[LIBRARY])
def test_refused_by_both(call: str) -> None:
    assert_refused(LIBRARY, call, names("array", **MODULES))


def test_refused_here() -> None:
    kaldi, transforms = ours.compliance.kaldi, ours.transforms
    refused: list[tuple[Any, dict[str, Any], str]] = [
        (kaldi.fbank, {"waveform": calls.STEREO, "vtln_warp": 1.1}, "vtln_warp"),
        (kaldi.fbank, {"waveform": calls.STEREO, "sample_frequency": 16000.5}, "sample_frequency"),
        (kaldi.fbank, {"waveform": calls.X}, "waveform"),
        (kaldi.fbank, {"waveform": (calls.STEREO * 32768).astype(np.int16)}, "waveform"),
        (kaldi.mfcc, {"waveform": calls.STEREO, "vtln_warp": 0.9}, "vtln_warp"),
        (transforms.MelSpectrogram, {"pad_mode": "circular"}, "pad_mode"),
        (transforms.MelSpectrogram, {"power": None}, "power"),
        (transforms.MelSpectrogram, {"pad": -1}, "pad"),
        (transforms.MelSpectrogram, {"f_max": 0.0}, "f_max"),
        (transforms.MelSpectrogram, {"f_max": -400.0}, "f_max"),
        (transforms.MelSpectrogram, {"f_max": 9000.0}, "f_max"),
        (transforms.MelSpectrogram, {"normalized": "energy"}, "normalized"),
        (transforms.MelSpectrogram().to, {"device": "cuda"}, "device"),
    ]
    for call, arguments, field in refused:
        with pytest.raises(mojo_audio.Error) as caught:
            call(**arguments)
        assert caught.value.field == field  # type: ignore[attr-defined]
    for bad in (3, 1000):
        with pytest.raises(mojo_audio.Error):
            transforms.MelSpectrogram(window_fn=lambda n, bad=bad: np.ones(bad))
    with pytest.warns(UserWarning, match="onesided"):
        transforms.MelSpectrogram(onesided=True)
    with pytest.warns(UserWarning, match="^4 of 128 mel bands contain no FFT bin"):
        transforms.MelSpectrogram()
    with pytest.raises(TypeError):
        kaldi.fbank(calls.STEREO, num_mels=80)  # type: ignore[call-arg]


def test_dither() -> None:
    """The mean of the log energies of noise is that which torchaudio has; `random.seed` fixes the noise."""
    case = BY_NAME["dither-seed"]
    x = np.zeros((1, case["n_samples"]), np.float32)

    def features() -> np.ndarray:
        return ours.compliance.kaldi.fbank(x, dither=3.0, frame_shift=25.0, num_mel_bins=40)

    one = features()
    deviation = np.abs(one.mean(axis=0) - read(case["expected"]))
    assert (deviation <= np.array(case["bound"]["atol_per_row"])).all()
    random.seed(1)
    two = features()
    random.seed(1)
    assert (one != two).any() and np.array_equal(two, features())


def test_empty_transform_is_usable_as_a_module() -> None:
    transform = ours.transforms.MelSpectrogram(n_mels=20)
    assert transform.eval().to("cpu") is transform
    assert transform.forward(calls.X).shape == (20, 13)
    assert (transform.win_length, transform.hop_length, transform.n_mels) == (400, 200, 20)


if HAS_TORCH:

    def test_tensors() -> None:
        import torch

        kaldi, mel = ours.compliance.kaldi, ours.transforms.MelSpectrogram(n_mels=20)
        x = torch.from_numpy(calls.STEREO).requires_grad_()
        for call in (kaldi.fbank, mel):
            with pytest.raises(mojo_audio.ConfigError, match="gradient"):
                call(x)
            with torch.no_grad():
                assert isinstance(call(x), torch.Tensor)
        with pytest.raises(mojo_audio.ConfigError, match="CPU"):
            mel(torch.zeros(1000, device="meta"))
        with pytest.raises(mojo_audio.ConfigError, match="float32"):
            mel(torch.zeros(1000, dtype=torch.float64))
        torch.manual_seed(1)
        one = kaldi.fbank(x.detach(), dither=1.0)
        torch.manual_seed(1)
        assert torch.equal(one, kaldi.fbank(x.detach(), dither=1.0))
        assert not torch.equal(one, kaldi.fbank(x.detach(), dither=1.0))
