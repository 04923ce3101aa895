"""The package around the engine: import time, documentation, types, README."""

from __future__ import annotations

import doctest
import inspect
import pydoc
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT, signal

import mojo_audio
import mojo_audio._native as native
import mojo_audio.arrow

PACKAGE = Path(mojo_audio.__file__).parent
EXAMPLES = sorted((ROOT / "examples/python").glob("*.py"))


def run(*command: object, **options: Any) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def test_import_time() -> None:
    """The time of `import mojo_audio` beyond NumPy's own import: the minimum of several runs, in milliseconds, by
    `-X importtime`."""
    times = []
    for _ in range(7):
        log = run(sys.executable, "-X", "importtime", "-c", "import numpy, mojo_audio")
        line = next(line for line in log.splitlines() if line.endswith("| mojo_audio"))
        times.append(int(line.split("|")[1]) / 1000)
    print(f"import mojo_audio: {min(times):.2f} ms beyond NumPy")
    assert min(times) < 30


def public() -> list[tuple[str, Any]]:
    found = []
    for name in mojo_audio.__all__:
        item = getattr(mojo_audio, name)
        if callable(item):
            found.append((name, item))
        if inspect.isclass(item):
            found += [(f"{name}.{key}", getattr(item, key)) for key in vars(item) if not key.startswith("_")]
    # Values of attributes have the documentation of their types.
    return [(name, item) for name, item in found if not isinstance(item, str | int | None)]


@pytest.mark.parametrize(("name", "item"), public(), ids=[name for name, _ in public()])
def test_documentation(name: str, item: Any) -> None:
    assert inspect.getdoc(item), name


def test_documentation_of_calls() -> None:
    """Shapes, units and errors."""
    for item in (
        mojo_audio.mel_spectrogram,
        mojo_audio.mfcc,
        mojo_audio.MelExtractor().__call__,
        mojo_audio.MelExtractor.batch,
        mojo_audio.MelExtractor.files,
        mojo_audio.MelStream.push,
    ):
        text = inspect.getdoc(item) or ""
        assert "Returns" in text and "Raises" in text and re.search(r"\((n_mels|n_mfcc|n_clips), ", text)
    assert "hertz" in (mojo_audio.MelConfig.f_min.__doc__ or "")


def test_calls_have_a_signature() -> None:
    signature = "(audio, out=None, *, axis=None, resample=False)"
    extractor = mojo_audio.MelExtractor()
    assert str(inspect.signature(extractor)) == str(inspect.signature(extractor.__call__)) == signature
    assert "float32 array, (n_mels, n_frames)" in pydoc.render_doc(extractor.__call__)
    parameters = inspect.signature(mojo_audio.arrow.compute).parameters
    assert list(parameters)[:2] == ["extractor", "column"] and parameters["errors"].default == "return"
    assert str(inspect.signature(mojo_audio.load)) == "(source, sample_rate=16000)"


def test_examples_in_the_documentation() -> None:
    import mojo_audio.compat.librosa

    items = [*public(), ("mojo_audio", mojo_audio), ("compat.librosa", mojo_audio.compat.librosa)]
    items += [("arrow", mojo_audio.arrow), ("arrow.compute", mojo_audio.arrow.compute)]
    runner, count = doctest.DocTestRunner(), 0
    names = {name: getattr(mojo_audio, name) for name in mojo_audio.__all__}
    names["compute"] = mojo_audio.arrow.compute
    for name, item in items:
        test = doctest.DocTestParser().get_doctest(inspect.getdoc(item) or "", dict(names), name, None, 0)
        count += len(test.examples)
        assert runner.run(test).failed == 0, name
    assert count > 10


def test_readme(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its code runs, from the first line to the last."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "speech.wav").write_bytes((ROOT / "examples/data/speech.wav").read_bytes())
    text = (ROOT / "python/README.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) >= 4
    names: dict[str, Any] = {"audio": signal(32_000)}
    exec("\n".join(blocks), names)
    assert names["padded"].shape[0] == 2 and names["mels"][0].shape[0] == 128


def test_readme_starts_with_the_lines_that_replace_librosa() -> None:
    import librosa

    text = (ROOT / "python/README.md").read_text("utf-8")
    first = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0]
    audio = signal(32_000)
    ours: dict[str, Any] = {"audio": audio}
    exec(first, ours)
    theirs = librosa.feature.melspectrogram(y=audio, sr=16000, n_mels=80)
    assert np.allclose(ours["mel"], theirs, rtol=1e-5, atol=1e-6 * theirs.max())


def test_example() -> None:
    """It prints the line that every language's example prints; its numbers are the float64 oracle's."""
    line = run(sys.executable, ROOT / "examples/python/mel.py", ROOT / "examples/data/speech.wav")
    assert line == (ROOT / "examples/speech.txt").read_text("utf-8")


def test_errors_are_value_errors() -> None:
    classes = [item for item in vars(mojo_audio).values() if inspect.isclass(item) and issubclass(item, Exception)]
    assert len(classes) == 13
    codes = {item.code for item in classes if issubclass(item, mojo_audio.Error)}
    # A missing file is a file that can't be read.
    assert len(codes) == 12
    assert all(issubclass(item, mojo_audio.Error) and issubclass(item, ValueError) for item in classes)
    assert all(item.__module__ == "mojo_audio" for item in classes)


def test_version() -> None:
    from importlib.metadata import metadata, version

    assert mojo_audio.__version__ == native.__version__ == version("mojo-audio")
    requires = [line for line in metadata("mojo-audio").get_all("Requires-Dist") or [] if "extra ==" not in line]
    assert len(requires) == 1 and requires[0].startswith("numpy")


def test_mypy_strict(tmp_path: Path, mypy_cache: Path) -> None:
    mypy = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", mypy_cache]
    run(*mypy, "--package", "mojo_audio", cwd=tmp_path)
    run(*mypy, *EXAMPLES, cwd=tmp_path)


def test_mypy_sees_wrong_types(tmp_path: Path, mypy_cache: Path) -> None:
    """Type checkers read the stubs instead of assuming Any."""
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "import mojo_audio as m\n"
        "m.MelConfig(n_mels='80')\n"
        "m.MelConfig.whisper(window='hanning')\n"
        "m.MelConfig.preset('nemo')\n"
        "m.mel_spectrogram([0.0], hop=1)\n"
        "x: int = m.MelExtractor().batch([[0.0]])\n"
        "m.MelConfig(16000)\n"
        "m.MelExtractor(m.MelConfig()).frame_count('1')\n"
        "y: int = m.load('a.wav', None)\n"
        "m.MelExtractor().files([1])\n"
        "m.MelExtractor().batch([[0.0]], errors='skip')\n"
    )
    for checker in (
        ["mypy", "--strict", "--cache-dir", str(mypy_cache)],
        ["pyright", "--pythonpath", sys.executable],
    ):
        command = [sys.executable, "-m", *checker, str(wrong)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        lines = {int(line) for line in re.findall(r"wrong\.py:(\d+)", done.stdout)}
        assert lines == set(range(2, 12)), done.stdout + done.stderr


def test_mypy_takes_what_calls_take(tmp_path: Path, mypy_cache: Path) -> None:
    right = tmp_path / "right.py"
    right.write_text(
        "import numpy as np\n"
        "import mojo_audio as m\n"
        "import mojo_audio.arrow\n"
        "import pyarrow\n"
        "extractor = m.MelExtractor()\n"
        "padded: bool = bool(extractor.n_mels)\n"
        "extractor.batch([[0.0]], padded=padded)\n"
        "extractor((np.zeros(9), 44100), resample=True)\n"
        "extractor((b'123456', 44100), resample=True)\n"
        "extractor({'array': [0.0], 'sampling_rate': 16000})\n"
        "samples, rate = m.load('a.wav', None)\n"
        "extractor((samples, rate + 1)).mean()\n"
        "m.load(b'RIFF').mean()\n"
        "for mel in extractor.files(['a.wav', b'RIFF', {'bytes': b'', 'path': None}]):\n"
        "    mel.mean()\n"
        "for item in extractor.files(['a.wav'], errors='return'):\n"
        "    print(str(item) if isinstance(item, m.Error) else item.mean())\n"
        "mels, counts, errors = extractor.batch([[0.0]], padded=True, errors='return', fill=0.0)\n"
        "print(mels.shape, counts.tolist(), [error.code for error in errors if error])\n"
        "pyarrow.array(m.arrow.compute(extractor, pyarrow.array([[0.0]])))\n"
    )
    # pyarrow has no types of its own.
    (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = true\n[mypy-pyarrow]\nignore_missing_imports = true\n")
    run(sys.executable, "-m", "mypy", "--cache-dir", mypy_cache, right, cwd=tmp_path)


def test_mypy_takes_the_drop_ins_that_import_their_originals(tmp_path: Path, mypy_cache: Path) -> None:
    """Also where the originals are not installed, or have no types; so do the programs for Ray, Spark and the others."""
    program = tmp_path / "drop_ins.py"
    program.write_text(
        "import numpy as np\n"
        "from mojo_audio.compat import transformers\n"
        "from mojo_audio.compat.faster_whisper import FeatureExtractor\n"
        "from mojo_audio.compat.lhotse import Fbank, Mfcc, WhisperFbank\n"
        "x = np.zeros(16000, np.float32)\n"
        "FeatureExtractor(feature_size=128)(x, padding=0).mean()\n"
        "transformers.WhisperFeatureExtractor(feature_size=128)(x, sampling_rate=16000, return_tensors='np')\n"
        "transformers.SeamlessM4TFeatureExtractor.from_pretrained('folder')(x, sampling_rate=16000)\n"
        "transformers.ASTFeatureExtractor(), transformers.ClapFeatureExtractor(), transformers.ClvpFeatureExtractor()\n"
        "transformers.Speech2TextFeatureExtractor(), transformers.SpeechT5FeatureExtractor()\n"
        "transformers.UnivNetFeatureExtractor(), transformers.GraniteSpeechFeatureExtractor()\n"
        "for kind in (Fbank, Mfcc, WhisperFbank):\n"
        "    kind().extract(x, 16000)\n"
    )
    (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = true\nignore_missing_imports = true\n")
    programs = sorted((ROOT / "examples/scale").glob("*.py"))
    run(sys.executable, "-m", "mypy", "--cache-dir", mypy_cache, program, *programs, cwd=tmp_path)


def test_pyright_strict(tmp_path: Path) -> None:
    settings = tmp_path / "pyrightconfig.json"
    settings.write_text(
        '{"typeCheckingMode": "strict", "include": ["examples", "native"], "reportMissingModuleSource": false}'
    )
    (tmp_path / "examples").mkdir()
    (tmp_path / "native").mkdir()
    for example in EXAMPLES:
        (tmp_path / "examples" / example.name).write_bytes(example.read_bytes())
    (tmp_path / "native/_native.pyi").write_bytes((PACKAGE / "_native.pyi").read_bytes())
    run(sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "-p", tmp_path)


def test_stubs_are_the_module(tmp_path: Path) -> None:
    run(sys.executable, "-m", "mypy.stubtest", "mojo_audio._native", cwd=tmp_path)
