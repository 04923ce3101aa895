"""Runs the originals and records their results: `python python/tests/originals/record.py [LIBRARY...]`, in the
environment of conformance/make/requirements.txt with lhotse 1.33.0 and `nemo_toolkit[asr]` 3.0.0; librosa's with librosa
1.0.0 alone, on Python 3.12 or later. The results of other libraries stay as they are."""

from __future__ import annotations

import importlib
import json
import re
import sys
from importlib.metadata import version
from typing import Any

import calls
import numpy as np


class Names(dict[str, Any]):
    """The names of the calls' expressions. A library is imported when it is first named."""

    MODULES = {
        "torch": "torch",
        "kaldi": "torchaudio.compliance.kaldi",
        "transforms": "torchaudio.transforms",
        "whisper": "whisper.audio",
        "librosa": "librosa",
    }

    def __missing__(self, name: str) -> Any:
        if name == "nemo":
            return importlib.import_module("nemo.collections.asr.modules").AudioToMelSpectrogramPreprocessor
        if name not in self.MODULES:
            raise KeyError(name)
        return importlib.import_module(self.MODULES[name])


def tensor(x: Any) -> Any:
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    return torch.from_numpy(np.ascontiguousarray(x))


NAMES = Names(
    calls.INPUTS | {"t": tensor, "lhotse": lambda *call: lhotse_features(*call), "bands": lambda *call: bands(*call)}
    | {"layer": lambda *call: layer(*call)}
)


SETTINGS: dict[str, Any] = {}


def bands(name: str, settings: dict[str, Any], audio: Any, last: Any) -> Any:
    """What a class of transformers computes before it pads and normalizes. Notes the settings, for the tests."""
    extractor = getattr(importlib.import_module("transformers"), f"{name}FeatureExtractor")(**settings)
    SETTINGS[f"{name} {settings}"] = calls.settings(extractor)
    if name == "AST":
        return extractor._extract_fbank_features(audio, last)
    return extractor._np_extract_fbank_features(audio, getattr(extractor, last))


def layer(name: str, batch: bool, *more: Any) -> Any:
    """What the replaced step of a class computes. Notes the settings."""
    short = name.removesuffix("FeatureExtractor")
    folder = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", short.replace("ASR", "_asr").replace("Lasr", "lasr")).lower()
    module = importlib.import_module(f"transformers.models.{folder}.feature_extraction_{folder}")
    extractor = getattr(module, name)()
    plain = (bool, int, float, str, list, tuple, dict, type(None))
    SETTINGS[name] = {key: value for key, value in vars(extractor).items() if isinstance(value, plain)}
    audio = calls.step_input(name, batch)
    given = audio if short in ("Qwen3ASR", "MossTranscribeDiarize", "Dots3Note") else tensor(audio)
    return getattr(extractor, calls.STEPS[short])(given, *map(tensor, more))


def lhotse_features(kind: str, settings: dict[str, Any], audio: Any) -> Any:
    """What an extractor of lhotse computes. Notes its configuration."""
    module = importlib.import_module("lhotse.features" + (".whisper_fbank" if kind == "WhisperFbank" else ""))
    config = getattr(module, f"{kind}Config")(**settings)
    SETTINGS[f"{kind} {settings}"] = vars(config)
    return getattr(module, kind)(config).extract(audio, getattr(config, "sampling_rate", 16000))


def failure(call: str) -> str:
    """The class of error that the call raises."""
    try:
        eval(call, NAMES)
    except Exception as error:
        return type(error).__name__
    raise SystemExit(f"{call} does not fail")


def main(libraries: list[str]) -> None:
    arrays, recorded = {}, {}
    if libraries:
        arrays, recorded = dict(calls.results()), calls.about()
    libraries = libraries or list(calls.CALLS)
    arrays = {name: values for name, values in arrays.items() if name.partition("/")[0] not in libraries}
    for library in libraries:
        for name, call in calls.CALLS[library].items():
            arrays[f"{library}/{name}"] = np.asarray(eval(call, NAMES))
    np.savez_compressed(calls.RESULTS, **arrays)
    made = {
        "versions": {name: version(name) for name in libraries},
        "signatures": {
            name: calls.signature(eval(name, NAMES))
            for library in libraries
            for name in calls.SIGNATURES.get(library, [])
        },
        "settings": SETTINGS,
        "errors": {call: failure(call) for library in libraries for call in calls.REFUSED.get(library, {})},
    }
    for part, values in made.items():
        recorded[part] = recorded.get(part, {}) | values
    calls.ABOUT.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
