"""Hours of audio per second of CPU time, by each way in.

python throughput.py ../data/speech.wav
"""

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa

import mojo_audio.arrow
from mojo_audio import MelExtractor

LEAST = 3600  # seconds of audio in each measurement

extractor = MelExtractor()


def measure(what: str, seconds: float, compute: Callable[[], Iterable[object]]) -> None:
    """Prints the best of three runs. CPU time is that of all threads."""
    times = []
    for _ in range(3):
        start = time.process_time()
        for _ in compute():
            pass
        times.append(time.process_time() - start)
    print(f"{what:<32} {seconds / 3600 / min(times):5.2f} hours per CPU second")


def column(values: pa.Array) -> list[object]:
    return [mojo_audio.arrow.compute(extractor, values, errors="raise")]


for name in sys.argv[1:]:
    data = Path(name).read_bytes()
    samples = mojo_audio.load(data)
    count = int(LEAST * 16_000 / len(samples)) + 1
    seconds = count * len(samples) / 16_000
    integers = (samples * 32767).astype(np.int16)
    form = Path(name).suffix
    paths, binary = pa.array([name] * count), pa.array([data] * count, pa.binary())
    floats = pa.array([samples] * count, pa.list_(pa.float32()))
    shorts = pa.array([integers] * count, pa.list_(pa.int16()))
    measure(f"files, paths of {form}", seconds, lambda: extractor.files([name] * count))
    measure(f"arrow.compute, paths of {form}", seconds, lambda: column(paths))
    measure(f"arrow.compute, bytes of {form}", seconds, lambda: column(binary))
    measure("arrow.compute, lists of float32", seconds, lambda: column(floats))
    measure("arrow.compute, lists of int16", seconds, lambda: column(shorts))
