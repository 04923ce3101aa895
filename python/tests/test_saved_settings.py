"""Every feature extractor class of transformers that `MelConfig.from_preprocessor_config` reads: made, saved, read, and
compared. Most need torch, and run where it is."""

from __future__ import annotations

import importlib.util
import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import transformers
from conftest import CONFORMANCE, read

from mojo_audio import MelConfig, MelExtractor

RECIPES: list[dict[str, Any]] = json.loads((CONFORMANCE / "recipes.json").read_text("utf-8"))["recipes"]
HAS_TORCH = all(importlib.util.find_spec(name) for name in ("torch", "torchaudio"))
WITHOUT_TORCH = {
    f"{name}FeatureExtractor"
    for name in (
        "Clvp", "Gemma3nAudio", "Gemma4Audio", "MossTranscribeDiarize", "SeamlessM4T", "Speech2Text", "SpeechT5",
        "UnivNet", "Whisper",
    )
}  # fmt: skip
RUNNING = [at for at, recipe in enumerate(RECIPES) if HAS_TORCH or recipe["class"] in WITHOUT_TORCH]

BANDS_FIRST = {"Whisper", "MossTranscribeDiarize", "Qwen3ASR", "VoxtralRealtime", "Clvp"}
KEYS = {"AST": "input_values", "SpeechT5": "input_values", "Phi4Multimodal": "audio_input_features"}

SIGNALS = {
    "speech": read("inputs/speech-16000-8000-6.f32"),
    "noise": read("inputs/white-16000-7919-2.f32"),
}


def original(name: str) -> Any:
    """A class, also one that transformers doesn't export."""
    for file in Path(transformers.__file__).parent.glob("models/*/feature_extraction_*.py"):
        if re.search(rf"^class {name}\(", file.read_text("utf-8"), re.MULTILINE):
            return getattr(import_module(f"transformers.models.{file.parent.name}.{file.stem}"), name)
    raise AssertionError(f"this transformers has no {name}")


def features(extractor: Any, name: str, x: np.ndarray) -> np.ndarray:
    """What the class computes of a signal, (n_mels, n_frames)."""
    if name == "Dots3Note":
        # All frames of the padded signal, of which a call returns a part.
        padded = np.pad(x, (0, extractor.n_samples - len(x)))
        return np.asarray(extractor._torch_extract_fbank_features(padded[None], "cpu")[0])
    if name == "Gemma4Audio":
        # The class fails without a batch, and returns zeros in place of frames that reach into the padding.
        batch = extractor([x])
        return np.asarray(batch["input_features"][0])[np.asarray(batch["input_features_mask"][0])].T
    call: dict[str, Any] = {} if name == "GraniteSpeech" else {"sampling_rate": extractor.sampling_rate}
    if name == "SeamlessM4T":
        # With a stride of 1, the class makes the number of frames even.
        call["pad_to_multiple_of"] = 2 if extractor.stride == 2 else None
    signal = {"audio_target": x} if name == "SpeechT5" else {}
    result = extractor(*([] if signal else [x]), **signal, **call)[KEYS.get(name, "input_features")][0]
    result = np.asarray(result)
    if name == "Clap":
        # The whole signal; a longer one would be followed by three parts of it.
        result = result[0]
    return result if name in BANDS_FIRST else result.T


@pytest.mark.parametrize("sound", SIGNALS)
@pytest.mark.parametrize("at", RUNNING, ids=lambda at: f"{RECIPES[at]['class']}-{at}")
def test_saved_settings_give_the_same(at: int, sound: str, tmp_path: Path) -> None:
    name, settings = RECIPES[at]["class"], RECIPES[at]["settings"]
    if settings.get("dither"):
        # Noise is not to be compared.
        settings = settings | {"dither": 0.0}
    extractor = original(name).from_dict(settings)
    extractor.save_pretrained(tmp_path)
    x = SIGNALS[sound]
    expected = features(extractor, name.removesuffix("FeatureExtractor"), x)
    mel = MelExtractor(MelConfig.from_preprocessor_config(tmp_path))(x)
    assert mel.shape == expected.shape
    # The classes compute in float32 somewhere, of which a weak band is little more than the rounding.
    difference = np.abs(mel - expected)
    assert difference.max() <= 3e-3 and difference.mean() <= 1e-4


def test_all_classes_are_there() -> None:
    names = {recipe["class"] for recipe in RECIPES}
    assert len(names) == 25 and names > WITHOUT_TORCH
    assert {RECIPES[at]["class"] for at in RUNNING} == (names if HAS_TORCH else WITHOUT_TORCH)
