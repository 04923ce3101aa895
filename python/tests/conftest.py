"""What the tests share: the conformance cases, and signals."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("MPLBACKEND", "Agg")

ROOT = Path(__file__).resolve().parents[2]
CONFORMANCE = ROOT / "conformance"
CASES: list[dict[str, Any]] = json.loads((CONFORMANCE / "cases.json").read_text("utf-8"))["cases"]
BY_NAME = {case["name"]: case for case in CASES}


@pytest.fixture(scope="session")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where mypy keeps what it knows of the libraries: it reads them for a minute."""
    return tmp_path_factory.mktemp("mypy")


def read(name: str) -> np.ndarray:
    """Raw little-endian samples or results."""
    return np.fromfile(CONFORMANCE / name, dtype="<i2" if name.endswith(".i16") else "<f4")


def signal(n: int, seed: int = 0, dtype: Any = np.float32) -> np.ndarray:
    """Coloured noise of full scale 0.5."""
    noise = np.random.default_rng(seed).standard_normal(n).cumsum()
    noise -= np.linspace(noise[0], noise[-1], n)
    noise = noise / max(np.abs(noise).max(), 1e-9) / 2
    return (noise * 32767).astype(np.int16) if dtype is np.int16 else noise.astype(dtype)


def assert_bits(a: np.ndarray, b: np.ndarray) -> None:
    assert a.dtype == b.dtype == np.float32
    assert a.shape == b.shape
    assert a.tobytes() == b.tobytes()


def without_the_rest_of_faster_whisper() -> None:
    """Lets `faster_whisper.feature_extractor` be imported where the package's engine and its decoders
    (ctranslate2, PyAV and others) are not installed: that module needs NumPy only."""
    if importlib.util.find_spec("ctranslate2") is None and "faster_whisper" not in sys.modules:
        found = importlib.util.find_spec("faster_whisper")
        assert found is not None and found.submodule_search_locations is not None
        package = types.ModuleType("faster_whisper")
        package.__path__ = list(found.submodule_search_locations)
        sys.modules["faster_whisper"] = package
