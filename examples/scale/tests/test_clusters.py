"""The programs for Ray, Spark, Dask, Hugging Face datasets and WebDataset, the first three run on local clusters: 200
clips in, one of them broken, and the bits of calls in this process out."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import mojo_audio
from mojo_audio import MelConfig, MelExtractor

PROGRAMS = Path(__file__).resolve().parents[1]
CLIPS, BROKEN = 200, 77

Row = tuple[str, tuple[np.ndarray | None, str | None]]
"""The name of a clip, and its features (n_frames, n_mels) or its error."""


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips of noise, each its own and of its own length; the header of a broken one promises more samples."""
    folder = tmp_path_factory.mktemp("clips")
    random = np.random.default_rng(1)
    for n in range(CLIPS):
        samples = random.integers(-9000, 9000, 3000 + 20 * n, np.int16)
        with wave.open(str(folder / f"{n:03}.wav"), "wb") as file:
            file.setparams((1, 2, 16000, 0, "NONE", ""))
            file.writeframes(samples.tobytes())
    broken = folder / f"{BROKEN:03}.wav"
    broken.write_bytes(broken.read_bytes()[:-1000])
    return folder


@pytest.fixture(scope="module")
def expected(clips: Path) -> dict[str, np.ndarray]:
    extractor = MelExtractor(MelConfig.whisper(layout="frame_major"))
    return {path.stem: extractor(mojo_audio.load(path)) for path in clips.iterdir() if path.stem != f"{BROKEN:03}"}


def run(program: str, *arguments: Path) -> str:
    # Spark starts its workers with this interpreter.
    environment = os.environ | {"PYSPARK_PYTHON": sys.executable}
    command = [sys.executable, str(PROGRAMS / program), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def of_parquet(parts: list[Path], first: str) -> Iterator[Row]:
    """The rows of files whose first column has that name and the paths of the clips."""
    for part in parts:
        table = pq.read_table(part)
        assert table.column_names == [first, "features", "n_frames", "error"]
        for row in range(len(table)):
            mel, n_frames = table.column("features")[row].values, table.column("n_frames")[row].as_py()
            assert (mel is None) == (n_frames is None)
            values = None if mel is None else mel.flatten().to_numpy().reshape(n_frames, -1)
            clip = table.column(first)[row].as_py()
            path = Path(clip["path"] if isinstance(clip, dict) else clip)
            yield path.stem, (values, table.column("error")[row].as_py())


def check(found: list[Row], expected: dict[str, np.ndarray]) -> None:
    assert len(found) == CLIPS
    by_name = dict(found)
    mel, error = by_name.pop(f"{BROKEN:03}")
    assert mel is None and error is not None and "the file ends after" in error
    assert by_name.keys() == expected.keys()
    for name, (mel, error) in by_name.items():
        assert error is None and mel is not None and mel.dtype == np.float32
        assert mel.shape == expected[name].shape and mel.tobytes() == expected[name].tobytes()


@pytest.mark.parametrize("program", ["ray_data.py", "spark_arrow.py", "dask_futures.py"])
def test_cluster(program: str, clips: Path, expected: dict[str, np.ndarray], tmp_path: Path) -> None:
    output = tmp_path / "features"
    printed = run(program, clips, output)
    assert program != "dask_futures.py" or printed == "200 files, 1 of them with an error\n"
    parts = sorted(output.glob("*.parquet"))
    assert len(parts) > 1
    check(list(of_parquet(parts, "path")), expected)


def test_hugging_face(clips: Path, expected: dict[str, np.ndarray], tmp_path: Path) -> None:
    output = tmp_path / "features.parquet"
    assert run("hugging_face.py", clips, output) == "200 files\n"
    check(list(of_parquet([output], "audio")), expected)


def test_web_dataset(clips: Path, expected: dict[str, np.ndarray], tmp_path: Path) -> None:
    source, output = tmp_path / "clips.tar", tmp_path / "features.tar"
    with tarfile.open(source, "w") as tar:
        for path in sorted(clips.iterdir()):
            tar.add(path, path.name)
    assert run("web_dataset.py", source, output) == "200 files, 1 of them with an error\n"
    found: list[Row] = []
    with tarfile.open(output) as tar:
        for member in tar:
            content = tar.extractfile(member)
            assert content is not None
            name, form = member.name.split(".")
            if form == "npy":
                mel = np.load(io.BytesIO(content.read()))
                found.append((name, (np.ascontiguousarray(mel.T), None)))
            else:
                found.append((name, (None, content.read().decode())))
    check(found, expected)
