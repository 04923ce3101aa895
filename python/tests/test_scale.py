"""The programs in examples/scale, which docs/scale.md shows."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from conftest import ROOT, assert_bits

import mojo_audio
from mojo_audio import MelConfig, MelExtractor

SCALE = ROOT / "examples/scale"
SPEECH = ROOT / "examples/data/speech.wav"


def run(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_parquet(tmp_path: Path) -> None:
    """200 clips in, Parquet out, with the bits of calls in one process."""
    folder, output = tmp_path / "clips", tmp_path / "features.parquet"
    folder.mkdir()
    data = SPEECH.read_bytes()
    for n in range(200):
        (folder / f"{n:03}.wav").write_bytes(data[:44] + data[44 : 44 + 2000 + 20 * n] if n == 77 else data)
    assert run(sys.executable, SCALE / "parquet.py", folder, output) == "200 files, 1 of them with an error\n"
    table = pq.read_table(output)
    assert table.column_names == ["audio", "features", "n_frames", "error"] and len(table) == 200
    wanted = np.ascontiguousarray(MelExtractor(MelConfig.whisper())(mojo_audio.load(SPEECH)).T)
    for row in (0, 63, 64, 199):
        mel = table.column("features")[row].values.flatten().to_numpy()
        assert_bits(mel.reshape(-1, 80), wanted)
    errors = table.column("error").to_pylist()
    assert [place for place, error in enumerate(errors) if error] == [77]
    assert "077.wav: the file ends after" in errors[77] and not table.column("features")[77].is_valid


def test_throughput(tmp_path: Path) -> None:
    source = (SCALE / "throughput.py").read_text("utf-8")
    program = tmp_path / "throughput.py"
    program.write_text(source.replace("LEAST = 3600", "LEAST = 10"))
    shutil.copy(SPEECH, tmp_path)
    lines = run(sys.executable, program, tmp_path / "speech.wav").splitlines()
    assert len(lines) == 5
    assert all(re.fullmatch(r"[\w., ]+ \d+\.\d\d hours per CPU second", line) for line in lines)
    page = (ROOT / "docs/scale.md").read_text("utf-8")
    assert all(line.split("  ")[0] in page for line in lines)


def test_page_shows_the_programs() -> None:
    """Every line of a program that docs/scale.md shows is a line of that program."""
    page = (ROOT / "docs/scale.md").read_text("utf-8")
    shown = re.findall(r"\(\.\./examples/scale/(\w+\.py)\)(?:(?!```).)*```python\n(.*?)```", page, re.DOTALL)
    assert {name for name, _ in shown} == {path.name for path in SCALE.glob("*.py")} - {"throughput.py"}
    for name, block in shown:
        lines = {line.strip() for line in (SCALE / name).read_text("utf-8").splitlines()}
        for line in filter(None, map(str.strip, block.splitlines())):
            assert line in lines, f"{name}: {line}"
