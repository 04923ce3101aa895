"""Means and factors of rows, the filterbank, and valid frames, compared with librosa and with transformers' classes."""

from __future__ import annotations

import copy
import pickle
import re
from typing import Any

import librosa
import numpy as np
import pytest
import transformers
from conftest import signal

import mojo_audio
from mojo_audio import ConfigError, InputError, MelConfig, MelExtractor

X = signal(16_000, 3)
MEAN = np.array([1.5, -2, 0, 100, 0.25, 3], np.float32)
SCALE = np.array([0.5, -1, 3, 1e-3, 0, 7.25], np.float32)
STACKED = MelConfig.kaldi_fbank(n_mels=3, stack=2)


@pytest.mark.parametrize("layout", ["mel_major", "frame_major"])
@pytest.mark.parametrize("tables", [{"row_mean": MEAN}, {"row_scale": SCALE}, {"row_mean": MEAN, "row_scale": SCALE}])
def test_rows_are_those_of_the_plain_result_changed_by_hand(tables: dict[str, Any], layout: Any) -> None:
    config = copy.replace(STACKED, layout=layout) if hasattr(copy, "replace") else STACKED.__replace__(layout=layout)
    column = (lambda row: row) if layout == "frame_major" else (lambda row: row[:, None])
    own = MelExtractor(config, **tables)
    expected = MelExtractor(config)(X)
    expected = (expected - column(tables.get("row_mean", np.zeros(6, np.float32)))) * column(
        tables.get("row_scale", np.ones(6, np.float32))
    )
    assert own(X).tobytes() == expected.tobytes()
    stream = own.stream()
    parts = [stream.push(part) for part in np.array_split(X, 7)] + [stream.finish()]
    live = np.concatenate(parts, axis=0 if layout == "frame_major" else 1)
    assert live.tobytes() == expected.tobytes()
    (batched,) = own.batch([X])
    assert batched.tobytes() == expected.tobytes()
    again = pickle.loads(pickle.dumps(own))
    assert again(X).tobytes() == expected.tobytes()
    assert all(f"{name}=..." in repr(own) for name in tables)


def test_silence_has_the_rows_too() -> None:
    """What pads a batch is what the extractor makes of silence."""
    own = MelExtractor(STACKED, row_mean=MEAN, row_scale=SCALE)
    padded, counts = own.batch([X, X[:2000]], padded=True)
    silence = own(np.zeros(16_000, np.float32))[:, :1]
    assert counts[1] < counts[0]
    assert (padded[1][:, counts[1] :] == silence).all()


def test_tables_of_rows_are_checked() -> None:
    for tables, actual in [
        ({"row_mean": MEAN[:3]}, (3,)),
        ({"row_scale": SCALE[None]}, (1, 6)),
        ({"row_scale": np.ones(0)}, (0,)),
    ]:
        with pytest.raises(mojo_audio.BufferSizeError) as caught:
            MelExtractor(STACKED, **tables)
        assert (caught.value.field, caught.value.expected, caught.value.actual) == (*tables, (6,), actual)
    with pytest.raises(ConfigError, match=r"^row_scale must be at most 1e18 in magnitude, got -2e18 at 4$"):
        MelExtractor(STACKED, row_scale=[0, 0, 0, 0, -2e18, 0])
    with pytest.raises(ConfigError, match=r"^row_mean must be finite numbers, got NaN at 1$"):
        MelExtractor(STACKED, row_mean=[0, np.nan, 0, 0, 0, 0])
    with pytest.raises(InputError, match="row_mean must be numbers"):
        MelExtractor(STACKED, row_mean="mean")  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["window", "filterbank", "row_mean", "row_scale"])
@pytest.mark.parametrize("kind", ["complex64", "datetime64[s]", "timedelta64[s]"])
def test_tables_must_be_real(field: Any, kind: str) -> None:
    """NumPy would make floats of them: a warning at most."""
    with pytest.raises(InputError, match=f"^{field} must be real numbers, got {re.escape(kind)}$"):
        MelExtractor(STACKED, **{field: np.zeros(6, kind)})


def test_masked_values_are_no_values() -> None:
    audio = np.ma.masked_array(np.ones(4000, np.float32), mask=False)
    plain = MelExtractor()(np.ones(4000, np.float32))
    assert (MelExtractor()(audio) == plain).all()
    audio[7] = np.ma.masked
    for masked in (audio, (audio, 16_000)):
        with pytest.raises(InputError, match="^audio must have no masked values"):
            MelExtractor()(masked)
    with pytest.raises(InputError, match="^row_mean must have no masked values"):
        MelExtractor(STACKED, row_mean=np.ma.masked_less(np.arange(6.0), 1))
    with pytest.raises(InputError, match="^features must have no masked values"):
        mojo_audio.identify(plain[0], np.ma.masked_less(plain, 0), 16_000)


@pytest.mark.parametrize("seconds", [1, 3])
def test_the_norms_of_clvp(seconds: int) -> None:
    norms = np.linspace(0.2, 3.0, 80).tolist()
    original = transformers.ClvpFeatureExtractor(mel_norms=norms)
    samples = signal(22_050 * seconds, 5)
    expected = original(samples, sampling_rate=22_050, return_tensors="np")["input_features"][0]
    settings = {"feature_extractor_type": "ClvpFeatureExtractor"}
    config = MelConfig.from_preprocessor_config(settings)
    mel = MelExtractor(config, row_scale=1 / np.array(norms))(samples)
    assert mel.shape == expected.shape
    assert np.abs(mel - expected).max() < 1e-5


def test_the_means_and_deviations_of_gemma() -> None:
    random = np.random.default_rng(0)
    mean, deviation = random.normal(size=128), random.uniform(0.5, 2.0, 128)
    original = transformers.Gemma3nAudioFeatureExtractor(
        per_bin_mean=mean.tolist(), per_bin_stddev=deviation.tolist(), dither=0.0
    )
    expected = original([X], return_tensors="np")["input_features"][0]
    settings = {"feature_extractor_type": "Gemma3nAudioFeatureExtractor", "dither": 0.0}
    config = MelConfig.from_preprocessor_config(settings)
    mel = MelExtractor(config, row_mean=mean, row_scale=1 / deviation)(X)
    assert mel.T.shape == expected.shape
    # Of the class's own float32: without the two steps, it is as far from ours.
    assert np.abs(mel.T - expected).max() < 2e-3


@pytest.mark.parametrize(
    ("config", "arguments"),
    [
        (MelConfig(), {"sr": 16_000, "n_fft": 400, "n_mels": 80}),
        (MelConfig.librosa(), {"sr": 22_050, "n_fft": 2048, "n_mels": 128}),
        (
            MelConfig.librosa(n_fft=511, n_mels=40, mel_scale="htk", mel_norm="none", f_min=100, f_max=7000),
            {"sr": 22_050, "n_fft": 511, "n_mels": 40, "htk": True, "norm": None, "fmin": 100, "fmax": 7000},
        ),
    ],
)
def test_filters_are_those_of_librosa(config: MelConfig, arguments: dict[str, Any]) -> None:
    weights = MelExtractor(config).filterbank()
    expected = librosa.filters.mel(**arguments)
    assert (weights.shape, weights.dtype, weights.flags.c_contiguous) == (expected.shape, np.float32, True)
    assert np.abs(weights - expected).max() <= 2e-7 * expected.max()


def test_own_filters_are_returned() -> None:
    filters = np.random.default_rng(0).normal(size=(80, 201)).astype(np.float32)
    filters[:, ::5] = 0
    weights = MelExtractor(filterbank=filters).filterbank()
    assert (weights == filters).all()
    weights[:] = 0
    assert (MelExtractor(filterbank=filters).filterbank() == filters).all()


def mask_of(extractor: Any, samples: np.ndarray, **arguments: Any) -> np.ndarray:
    """The mask of the frames of a signal's features, by whichever name the class has for it."""
    features = extractor([samples], sampling_rate=16_000, return_tensors="np", return_attention_mask=True, **arguments)
    name = "attention_mask" if "attention_mask" in features else "input_features_mask"
    (mask,) = np.asarray(features[name])
    return mask.astype(bool)


# Classes that need NumPy only. Those that need torch follow the same rules: core's tests have their numbers.
MASKS = [
    ("Whisper", {}, {}),
    ("Whisper", {"feature_size": 128}, {"truncation": False}),
    ("SeamlessM4T", {}, {}),
    ("Speech2Text", {}, {}),
    ("Gemma3nAudio", {"dither": 0.0}, {}),
    ("Gemma4Audio", {"dither": 0.0}, {}),
]


@pytest.mark.parametrize("n_samples", [2_000, 15_999, 16_000, 16_001, 16_159, 16_320])
@pytest.mark.parametrize(("name", "settings", "arguments"), MASKS)
def test_valid_frames_are_those_of_the_mask(
    name: str, settings: dict[str, Any], arguments: dict[str, Any], n_samples: int
) -> None:
    original = getattr(transformers, f"{name}FeatureExtractor")(**settings)
    ours = {"feature_extractor_type": f"{name}FeatureExtractor", **settings}
    extractor = MelExtractor(MelConfig.from_preprocessor_config(ours))
    mask = mask_of(original, signal(n_samples, 7), **arguments)
    n_valid = extractor.valid_frames(n_samples)
    assert mask[:n_valid].all()
    assert n_valid == mask.sum()


def test_valid_frames_of_speecht5() -> None:
    original = transformers.SpeechT5FeatureExtractor()
    extractor = MelExtractor(MelConfig.from_preprocessor_config({"feature_extractor_type": "SpeechT5FeatureExtractor"}))
    for n_samples in (15_999, 16_000, 16_384):
        targets = original(audio_target=signal(n_samples, 7), sampling_rate=16_000, return_tensors="np")
        assert extractor.valid_frames(n_samples) == targets["attention_mask"].sum()


def test_valid_frames_of_a_wrong_number() -> None:
    assert MelExtractor().valid_frames(0) == 0
    with pytest.raises(InputError, match="n_samples must be at least 0, got -1"):
        MelExtractor().valid_frames(-1)
