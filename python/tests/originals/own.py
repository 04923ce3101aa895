"""Runs the originals' own tests with the drop-ins in the originals' place: `python python/tests/originals/own.py FOLDER`.

The tests are those of the source distributions on PyPI, which are downloaded and unpacked into the folder, in the
versions that are installed. Of librosa's, those are run whose code names a function that a drop-in has. The last line
counts them in pytest's way. transformers has no tests in its source distribution but for mixins of its models.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import inspect
import re
import subprocess
import sys
import tarfile
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mojo_audio

SPEECH = Path(__file__).resolve().parents[3] / "examples/data/speech.wav"

TESTS = {
    "kaldi-native-fbank": ["kaldi-native-fbank/python/tests"],
    "librosa": [f"tests/test_{name}.py" for name in ("core", "features", "filters", "multichannel")],
    "openai-whisper": ["tests/test_audio.py"],
}
"""The originals, and their tests of what a drop-in replaces."""

REPLACED = {
    "librosa": ["power_to_db"],
    "librosa.core": ["power_to_db"],
    "librosa.feature": ["melspectrogram", "mfcc"],
    "librosa.filters": ["mel"],
}
"""The functions of librosa that are the drop-in's in its tests."""

NAMED = re.compile(r"\b(power_to_db|feature\.melspectrogram|feature\.mfcc|filters\.mel)\(")

EXCLUDED = {
    "needs kaldifeat, which is built for one version of torch each": [
        "test_online_fbank.py",
        "test_online_mfcc.py",
    ],
    "is about names that the drop-in refuses": [
        "test_delta.py",
        "test_feature_cmvn.py",
        "test_feature_demo.py",
        "test_feature_window_function.py",
        "test_istft.py",
        "test_mel_bank.py",
        "test_online_nemo_fbank.py",
        "test_online_raw_audio_samples.py",
        "test_pitch.py",
        "test_rfft.py",
        "test_splice.py",
        "test_stft.py",
        "test_transform.py",
        "test_vocos_istft.py",
    ],
    "compares with files that the source distribution doesn't have": [
        "test_filters.py::test_melfb",
        "test_filters.py::test_melfbnorm",
    ],
    "librosa itself skips it": ["test_multichannel.py::test_mfcc_multi_time"],
    "is about librosa's inverse functions, and takes minutes": [
        "test_features.py::test_mel_to_stft",
        "test_features.py::test_mel_to_audio",
        "test_features.py::test_mfcc_to_mel",
        "test_features.py::test_mfcc_to_audio",
        "test_multichannel.py::test_mel_to_stft_multi",
        "test_multichannel.py::test_mfcc_to_mel_multi",
    ],
}
"""The tests that can't run, by the reason."""

NEEDS_TORCH = {"test_audio.py", "test_online_whisper_fbank.py"}


def unpacked(library: str, folder: Path) -> Path:
    """The library's source distribution."""
    wanted = f"{library}=={importlib.metadata.version(library)}"
    packed = folder / wanted
    if not list(packed.glob("*.tar.gz")):
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*download, "--no-binary", library, "--dest", packed, wanted], check=True)
    (archive,) = packed.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        files.extractall(packed, filter="data")
    (source,) = (path for path in packed.iterdir() if path.is_dir())
    return source


def write(file: Path, rate: int, n_channels: int, seconds: float) -> None:
    """Speech again and again, as a WAV file, in place of a recording that the source distribution doesn't have; each
    channel starts elsewhere."""
    with wave.open(str(SPEECH)) as speech:
        samples = np.frombuffer(speech.readframes(speech.getnframes()), "<i2")
    channels = [np.resize(np.roll(samples, 5000 * channel), int(rate * seconds)) for channel in range(n_channels)]
    file.parent.mkdir(exist_ok=True)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(n_channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.stack(channels, axis=1).tobytes())


def replace(library: str) -> None:
    """Puts the drop-in in the original's place."""
    if library == "librosa":
        import librosa

        for module, names in REPLACED.items():
            ours = importlib.import_module("mojo_audio.compat." + module.replace("librosa.core", "librosa"))
            for name in names:
                setattr(importlib.import_module(module), name, getattr(ours, name))
        # The drop-ins' errors are of Python's classes and this package's.
        librosa.ParameterError = (librosa.ParameterError, mojo_audio.Error)
    elif library == "openai-whisper":
        sys.modules["whisper.audio"] = importlib.import_module("mojo_audio.compat.whisper")
    else:
        name = library.replace("-", "_")
        sys.modules[name] = importlib.import_module(f"mojo_audio.compat.{name}")


class Chosen:
    """Leaves out what isn't to run, and counts what did."""

    def __init__(self, has_torch: bool) -> None:
        self.excluded = {name: False for names in EXCLUDED.values() for name in names}
        self.needs_torch = set() if has_torch else NEEDS_TORCH
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        return self.is_excluded(collection_path.name) or collection_path.name in self.needs_torch or None

    def is_excluded(self, name: str) -> bool:
        if name in self.excluded:
            self.excluded[name] = True
        return name in self.excluded

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        def is_chosen(item: Any) -> bool:
            if self.is_excluded(f"{item.path.name}::{item.originalname}"):
                return False
            return "librosa" not in str(item.path) or NAMED.search(inspect.getsource(item.function)) is not None

        items[:] = filter(is_chosen, items)

    def pytest_runtest_logreport(self, report: Any) -> None:
        # Strict ones, so that what is expected to fail passes by failing.
        expected = report.skipped and hasattr(report, "wasxfail")
        if report.failed:
            self.counts["failed"] += 1
        elif report.when == "call" and (report.passed or expected):
            self.counts["passed"] += 1
        elif report.skipped:
            self.counts["skipped"] += 1

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.counts["failed"] += 1


def main(folder: Path) -> None:
    start = time.monotonic()
    has_torch = importlib.util.find_spec("torch") is not None
    libraries = [name for name in TESTS if has_torch or name != "openai-whisper"]
    paths = []
    sources = {}
    for library in libraries:
        source = sources[library] = unpacked(library, folder)
        paths += [str(source / test) for test in TESTS[library]]
        if library == "librosa":
            write(source / "tests/data/test1_44100.wav", 44100, 2, 2.0)
        elif library == "openai-whisper":
            write(source / "tests/jfk.flac", 16000, 1, 11.0)
        replace(library)
    chosen = Chosen(has_torch)
    options = ["--quiet", "-ra", "-p", "no:cacheprovider", "-c", str(folder / "pytest.ini"), "--rootdir", str(folder)]
    (folder / "pytest.ini").write_text("[pytest]\nxfail_strict = true\n")
    # librosa's tests read their recordings from there.
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(sources["librosa"])
        status = pytest.main([*options, *paths], plugins=[chosen])
    for name, is_there in chosen.excluded.items():
        if not is_there:
            print(f"FAILED own.py excludes {name}, which the originals' tests don't have")
            chosen.counts["failed"] += 1
    if status and not chosen.counts["failed"]:
        chosen.counts["failed"] = 1
    parts = ", ".join(f"{number} {what}" for what, number in chosen.counts.items())
    print(f"{parts} in {time.monotonic() - start:.2f}s")
    sys.exit(chosen.counts["failed"] > 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
