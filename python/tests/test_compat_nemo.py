"""Compares the drop-in of NeMo's preprocessor with results that NeMo made."""

from __future__ import annotations

import doctest
import random
import warnings
from typing import Any

import numpy as np
import pytest
from conftest import signal
from originals import calls
from originals.compare import HAS_TORCH, KINDS, assert_recorded, assert_refused, names

import mojo_audio
from mojo_audio.compat import nemo as module
from mojo_audio.compat.nemo import AudioToMelSpectrogramPreprocessor as Ours

LIBRARY = "nemo_toolkit"
MODULES = {"nemo": Ours}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", calls.CALLS[LIBRARY])
def test_results(name: str, kind: str) -> None:
    # Without pre-emphasis weak bands are little more than float32's rounding. A row that changes no more than a
    # rounding error, which NeMo divides by 1e-5, is not among these signals.
    bound = (0.0, 1e-4, 0.0) if name != "filters" else (1e-6, 0.0, 0.0)
    result = assert_recorded(LIBRARY, name, names(kind, **MODULES), *bound)
    if name != "filters":
        assert type(result).__name__ == ("Tensor" if kind == "tensor" else "ndarray")


def test_signature() -> None:
    assert calls.signature(Ours) == calls.about()["signatures"]["nemo"]


@pytest.mark.parametrize("call", calls.REFUSED[LIBRARY])
def test_refused_by_both(call: str) -> None:
    assert_refused(LIBRARY, call, names("array", **MODULES))


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        # NeMo fails with these, too, by errors of other classes.
        ("n_window_size", {"n_window_size": 320}),
        ("n_window_stride", {"n_window_stride": 160}),
        ("window", {"window": "none"}),
        ("window", {"window": "kaiser"}),
        ("n_window_size", {"n_fft": 200}),
        ("mel_norm", {"mel_norm": "htk"}),
        ("pad_to", {"pad_to": "max"}),
        ("normalize", {"normalize": 3}),
        # Only here.
        ("sample_rate", {"sample_rate": 16000.5}),
        ("log_zero_guard_value", {"log_zero_guard_value": 0, "log_zero_guard_type": "clamp"}),
        ("mag_power", {"mag_power": 0}),
        ("features", {"features": 0}),
    ],
)
def test_refused_here(field: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(mojo_audio.ConfigError, match=f"^{field} must be ") as caught:
        Ours(**arguments)
    assert caught.value.field == field


def test_refused_calls() -> None:
    x, n = calls.PAIR, calls.LENGTHS
    few = Ours(normalize={"fixed_mean": [0.0] * 64, "fixed_std": [1.0] * 64}).eval()
    with pytest.raises(mojo_audio.ConfigError, match=r"normalize must be \(2, 64\) values of fixed_mean .*, got 64"):
        few(x, n)
    assert few(x[:1], n[:1])[0].shape == (1, 64, 16)
    with pytest.raises(mojo_audio.InputError, match="input_signal must have at least 160 samples with exact_pad, got 9"):
        Ours(exact_pad=True).eval()(x[:, :9], n)
    with pytest.raises(mojo_audio.InputError, match=r"length must be \(2,\), got shape \(1,\)"):
        Ours().eval()(x, n[:1])
    with pytest.raises(mojo_audio.SampleError):
        Ours().eval()(x * np.float32(np.nan), n)
    with pytest.raises(mojo_audio.ConfigError, match="device must be cpu"):
        Ours().to("cuda")


def test_noise() -> None:
    """It is there while the preprocessor is training, and has the deviation that is asked for."""
    zeros, n = np.zeros((1, 160_000), np.float32), np.array([160_000])
    settings: dict[str, Any] = {"dither": 0.1, "preemph": None, "log": False, "normalize": None, "n_fft": 512}
    preprocessor = Ours(**settings)
    assert preprocessor.training
    random.seed(1)
    one, two = preprocessor(zeros, n)[0], preprocessor(zeros, n)[0]
    random.seed(1)
    assert np.array_equal(one, preprocessor(zeros, n)[0]) and (one != two).any()
    # The power of a bin of white noise is its variance times the energy of the window.
    expected = preprocessor.filter_banks[0].sum(axis=1) * 0.01 * (np.hanning(320) ** 2).sum()
    assert np.allclose(one[0, :, 2:998].mean(axis=1), expected, rtol=0.2)
    assert not zeros.any() and not preprocessor.eval()(zeros, n)[0].any()
    # As programs turn it off, and the padding.
    quiet = Ours(**settings)
    quiet.featurizer.dither, quiet.featurizer.pad_to = 0.0, 0
    assert quiet(zeros, n)[0].shape == (1, 64, 1001) and not quiet(zeros, n)[0].any()


def test_rows_that_do_not_change_are_zero() -> None:
    """NeMo divides the rounding error of the mean by 1e-5."""
    for normalize in ("per_feature", "all_features"):
        assert not Ours(normalize=normalize).eval()(np.zeros((1, 3000), np.float32), np.array([3000]))[0].any()


@pytest.mark.parametrize("normalize", ["per_feature", "all_features", None])
def test_one_pass_has_the_values_of_several(normalize: str | None) -> None:
    x, n = np.stack([signal(40_000, k) for k in range(3)]), np.array([40_000, 16_000, 1_700])
    preprocessor = Ours(normalize=normalize).eval()
    one, lengths = preprocessor(x, n)
    preprocessor._single = None
    several, again = preprocessor(x, n)
    assert np.abs(one - several).max() < 1e-5 and lengths.tolist() == again.tolist() == [250, 100, 10]


def test_warnings() -> None:
    with pytest.warns(UserWarning, match="stft_conv are deprecated"):
        Ours(stft_conv=True)
    with pytest.warns(UserWarning, match=r"Empty filters detected: \d+ of 256 mel bands contain no FFT bin"):
        Ours(features=256)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Ours(features=80, n_fft=512)


def test_examples() -> None:
    assert doctest.testmod(module) == (0, 3)


if HAS_TORCH:

    def test_tensors() -> None:
        import torch

        x, n = torch.from_numpy(calls.PAIR), torch.from_numpy(calls.LENGTHS)
        quiet = Ours().eval()
        features, lengths = quiet(input_signal=x.clone().requires_grad_(), length=n)
        assert not features.requires_grad and lengths.dtype == torch.int64
        for other in (torch.float64, torch.float16, torch.bfloat16):
            assert quiet(x.to(other), n)[0].dtype == torch.float32
        with pytest.raises(mojo_audio.ConfigError, match="CPU"):
            quiet(torch.zeros(2, 1000, device="meta"), n)
        # The noise is torch's own, and the caller's tensor stays as it is.
        torch.manual_seed(1)
        noisy = Ours(dither=0.1)(x, n)[0]
        torch.manual_seed(1)
        with_noise = x + 0.1 * torch.randn(2, 2400)
        assert torch.allclose(noisy, quiet(with_noise, n)[0], atol=1e-4)
        assert torch.equal(x, torch.from_numpy(calls.PAIR))
