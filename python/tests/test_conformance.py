"""Every conformance case, through Python's own surface."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import CASES, assert_bits, read

import mojo_audio
from mojo_audio import MelConfig, MelExtractor

DEFAULTS = MelConfig().to_dict()


def value(name: str, text: str) -> Any:
    """A case's text as the value that a Python user would write."""
    if isinstance(DEFAULTS.get(name), str):
        return text
    if text in ("true", "false", "none"):
        return {"true": True, "false": False, "none": None}[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def config(case: dict[str, Any]) -> MelConfig:
    options = {name: value(name, text) for name, text in case["options"].items()}
    return MelConfig.preset(case["preset"], **options)


def of(*kinds: str) -> Any:
    cases = [case for case in CASES if case["kind"] in kinds]
    assert cases, f"no cases of {kinds}"
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


def assert_agrees(mel: np.ndarray, item: dict[str, Any], layout: str) -> None:
    n_mels, n_frames, bound = item["n_mels"], item["n_frames"], item["bound"]
    shape = (n_frames, n_mels) if layout == "frame_major" else (n_mels, n_frames)
    expected = read(item["expected"]).reshape(shape)
    assert mel.shape == shape and mel.dtype == np.float32
    difference = np.abs(mel.astype(np.float64) - expected)
    assert (difference <= bound["atol"] + bound["rtol"] * np.abs(expected)).all()
    assert difference.size == 0 or difference.mean() <= bound["mean_abs"]


@of("single", "int16")
def test_whole(case: dict[str, Any]) -> None:
    extractor = MelExtractor(config(case))
    samples = read(case["input"])
    assert len(samples) == case["n_samples"]
    mel = extractor(samples)
    assert_agrees(mel, case, extractor.config.layout)
    assert extractor.frame_count(len(samples)) == case["n_frames"]
    assert extractor.n_mels == case["n_mels"]
    one_shot = mojo_audio.mel_spectrogram(samples, preset=case["preset"], **extractor.config.to_dict())
    assert_bits(one_shot, mel)
    out = np.full_like(mel, np.nan)
    assert extractor(samples, out) is out
    assert_bits(out, mel)


@of("single", "int16")
def test_chunked(case: dict[str, Any]) -> None:
    """The bits of the whole, or a refusal that names the option that needs it."""
    extractor = MelExtractor(config(case))
    samples = read(case["input"])
    options = extractor.config
    uses_reference = options.top_db is not None or options.subtract_reference
    whole = {
        "reference": uses_reference and options.reference == "whole_input",
        "normalize": options.normalize != "none",
        "normalize_input": options.normalize_input,
        "pad_to_mode": options.pad_to is not None and options.pad_to_mode == "repeat",
        "mask_tail": options.mask_tail,
    }
    if any(whole.values()):
        with pytest.raises(mojo_audio.ConfigError) as caught:
            extractor.stream()
        assert whole[caught.value.field]
        return
    time = 0 if options.layout == "frame_major" else 1
    mel = extractor(samples)
    for size in (1 if len(samples) < 3000 else 997, 160, 161, 4096):
        chunks = [samples[at : at + size] for at in range(0, len(samples), size)]
        pieces = list(extractor.stream().iterate(chunks))
        assert_bits(np.concatenate([*pieces, np.empty_like(mel[:0] if time == 0 else mel[:, :0])], time), mel)


@of("batch")
def test_batch(case: dict[str, Any]) -> None:
    extractor = MelExtractor(config(case))
    clips = [read(clip["input"]) for clip in case["clips"]]
    for threads in (None, 1, 3):
        mels = extractor.batch(clips, threads)
        for mel, clip, item in zip(mels, clips, case["clips"], strict=True):
            assert_agrees(mel, item, extractor.config.layout)
            assert_bits(mel, extractor(clip))


@of("statistic")
def test_statistic(case: dict[str, Any]) -> None:
    mel = MelExtractor(config(case))(np.zeros(case["n_samples"], np.float32))
    assert mel.shape == (case["n_mels"], case["n_frames"])
    difference = np.abs(mel.mean(axis=1, dtype=np.float64) - read(case["expected"]))
    assert (difference <= case["bound"]["atol_per_row"]).all()


@of("refusal")
def test_refusal(case: dict[str, Any]) -> None:
    error = case["error"]
    with pytest.raises(mojo_audio.Error) as caught:
        extractor = MelExtractor(config(case))
        assert case["call"] != "new", "the extractor was made"
        if case["call"] == "stream":
            extractor.stream()
        else:
            samples = read(case["input"]) if case["n_samples"] else np.empty(0, np.float32)
            extractor(samples)
    assert isinstance(caught.value, ValueError)
    assert {key: getattr(caught.value, key) for key in error} == error
    assert str(error.get("field", error.get("name", ""))) in str(caught.value)
