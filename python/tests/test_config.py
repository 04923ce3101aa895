"""MelConfig: keywords, presets, repr, equality, hash, pickle, copy, replace."""

from __future__ import annotations

import copy
import inspect
import pickle
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mojo_audio
from mojo_audio import ConfigError, MelConfig, MelExtractor, UnknownNameError

OTHERS = [
    MelConfig(),
    MelConfig(n_mels=128, log_floor=1e-9),
    MelConfig(win_length=320, f_max=7600, center=False, window="hamming"),
    MelConfig.kaldi_fbank(n_mels=40, dither_seed=2**64 - 1),
    *(MelConfig.preset(name) for name in mojo_audio.PRESETS),
]


def test_keywords_only() -> None:
    with pytest.raises(TypeError):
        MelConfig(16000)  # type: ignore[call-arg]


@pytest.mark.parametrize("name", mojo_audio.PRESETS)
def test_preset_has_a_method(name: str) -> None:
    assert getattr(MelConfig, name.replace("-", "_"))() == MelConfig.preset(name)
    assert getattr(MelConfig, name.replace("-", "_"))(f_min=100.0).f_min == 100


def test_presets_are_the_references() -> None:
    """A few values as the reference libraries document them."""
    assert MelConfig.whisper() == MelConfig()
    assert MelConfig.whisper_large_v3().n_mels == 128
    librosa = MelConfig.librosa()
    assert (librosa.sample_rate, librosa.n_fft, librosa.hop_length, librosa.n_mels) == (22050, 2048, 512, 128)
    assert (MelConfig.kaldi_fbank().window, MelConfig.kaldi_fbank().preemphasis) == ("povey", 0.97)
    assert MelConfig.torchaudio().mel_scale == "htk"


@pytest.mark.parametrize("config", OTHERS, ids=repr)
def test_copies(config: MelConfig) -> None:
    assert eval(repr(config), {"MelConfig": MelConfig}) == config
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(config, protocol))
        assert again == config and hash(again) == hash(config)
    assert copy.copy(config) == copy.deepcopy(config) == config.replace() == MelConfig(**config.to_dict())
    changed = config.replace(hop_length=99)
    assert changed.hop_length == 99 and changed != config and config.hop_length != 99
    assert len({config, config.replace(), changed}) == 2
    if sys.version_info >= (3, 13):
        assert copy.replace(config, hop_length=99) == changed


def test_equality() -> None:
    assert MelConfig() != 5 and MelConfig() is not None
    zero, minus_zero = MelConfig(offset=0.0), MelConfig(offset=-0.0)
    assert zero == minus_zero and hash(zero) == hash(minus_zero)


def test_unchangeable() -> None:
    with pytest.raises(AttributeError):
        MelConfig().n_mels = 3  # type: ignore[misc]


def test_numbers_of_other_types() -> None:
    config = MelConfig(n_mels=np.int64(40), f_min=np.float32(0.5), f_max=np.int16(4000), center=np.True_)
    assert config == MelConfig(n_mels=40, f_min=0.5, f_max=4000.0, center=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_mels", "80"),
        ("n_mels", 80.0),
        ("n_mels", True),
        ("n_mels", 10**5000 if not hasattr(sys, "set_int_max_str_digits") else 10**4000),
        ("f_min", "0"),
        ("f_min", False),
        ("f_min", [1.0]),
        ("center", 1),
        ("center", "true"),
        ("window", 3),
        ("window", "hann\0"),
        ("window", np.hanning(400)),
        ("reference", None),
    ],
)
def test_wrong_types(name: str, value: object) -> None:
    if (name, value is None) == ("reference", True):
        assert MelConfig(reference=None).reference == "none"  # type: ignore[arg-type]
        return
    with pytest.raises(ConfigError) as caught:
        MelConfig(**{name: value})
    assert caught.value.field == name and name in str(caught.value)


def test_error_fields() -> None:
    with pytest.raises(ConfigError) as config:
        MelConfig(hop_length=0)
    assert (config.value.field, config.value.value, config.value.expected) == ("hop_length", "0", "at least 1")
    with pytest.raises(ConfigError, match="^top_db must be None where log is none, got 8$"):
        MelExtractor(MelConfig(log="none", top_db=8.0))
    with pytest.raises(ConfigError, match="^n_mels must be an integer from 1 to 4096, got None$"):
        MelConfig(n_mels=None)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="^f_max must be a number, or None, got '8000'$"):
        MelConfig(f_max="8000")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError) as unknown:
        MelConfig(hop=1)  # type: ignore[call-arg]
    assert (unknown.value.what, unknown.value.name) == ("option", "hop")
    assert unknown.value.known == list(MelConfig().to_dict())
    with pytest.raises(UnknownNameError) as unknown:
        MelConfig.preset("nemo")  # type: ignore[arg-type]
    assert unknown.value.known == list(mojo_audio.PRESETS)
    again = pickle.loads(pickle.dumps(config.value))
    assert type(again) is ConfigError and again.field == "hop_length" and str(again) == str(config.value)


def test_signature_and_documentation() -> None:
    parameters = inspect.signature(MelConfig).parameters
    defaults = {name: parameter.default for name, parameter in parameters.items()}
    assert defaults == MelConfig().to_dict()
    for name in defaults:
        assert getattr(MelConfig, name).__doc__, name
    signature = inspect.signature(mojo_audio.mel_spectrogram)
    assert signature.parameters["hop_length"].default == 160


def test_extractor_copies() -> None:
    window = np.hanning(400).astype(np.float32)
    filterbank = np.random.default_rng(0).random((80, 201)).astype(np.float32)
    audio = np.linspace(-0.5, 0.5, 4000, dtype=np.float32)
    for extractor in (MelExtractor(), MelExtractor(MelConfig(), window=window, filterbank=filterbank)):
        again = pickle.loads(pickle.dumps(extractor))
        assert again.config == extractor.config
        assert (again(audio) == extractor(audio)).all()
        assert copy.deepcopy(extractor) is extractor
    # The caller's own window is used.
    assert (MelExtractor(window=window)(audio) != MelExtractor()(audio)).any()
    periodic = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)).astype(np.float32)
    assert np.allclose(MelExtractor(window=periodic)(audio), MelExtractor()(audio), atol=1e-3)


def test_tables_of_the_wrong_shape() -> None:
    for tables, expected, actual in [
        ({"window": np.ones(399)}, (400,), (399,)),
        ({"window": np.ones((1, 400))}, (400,), (1, 400)),
        ({"filterbank": np.ones((201, 80))}, (80, 201), (201, 80)),
    ]:
        with pytest.raises(mojo_audio.BufferSizeError) as caught:
            MelExtractor(**tables)
        assert (caught.value.expected, caught.value.actual) == (expected, actual)
    with pytest.raises(ConfigError, match="window"):
        MelExtractor(window=np.full(400, np.nan))


@given(st.integers(-(2**70), 2**70))
def test_any_integer(value: int) -> None:
    try:
        assert MelConfig(dither_seed=value).dither_seed == value
        assert 0 <= value < 2**64
    except ConfigError as error:
        assert error.field == "dither_seed" and not 0 <= value < 2**64


@given(st.floats())
def test_any_float(value: float) -> None:
    try:
        config = MelConfig(offset=value)
    except ConfigError as error:
        assert error.field == "offset" and not abs(value) <= 1e9
    else:
        assert config.offset == value and eval(repr(config)) == config
