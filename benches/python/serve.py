"""The side of a measured program in Python: ../README.md describes the lines that it reads and answers."""

import functools
import pathlib
import sys
import time


def arguments():
    """The program's arguments: NAME FOLDER THREADS."""
    name, folder, threads = sys.argv[1:]
    return name, pathlib.Path(folder), int(threads)


def serve(folder, version, compute, rows=lambda result: result):
    """Answers until the input ends. `compute` takes float32 samples and is timed; `rows` turns its result into an
    array (bands, frames)."""
    import numpy as np

    @functools.cache
    def read(clip):
        return np.fromfile(folder / f"{clip}.f32", dtype="<f4")

    print("ready", version, flush=True)
    for line in sys.stdin:
        match line.split():
            case ["time", clip, n]:
                samples, times = read(clip), []
                for _ in range(int(n)):
                    start = time.perf_counter_ns()
                    compute(samples)
                    times.append(time.perf_counter_ns() - start)
                print(*times, flush=True)
            case ["save", clip, path]:
                result = np.ascontiguousarray(rows(compute(read(clip))), dtype="<f4")
                result.tofile(path)
                print(*result.shape, flush=True)
            case _:
                sys.exit(f"no command: {line}")
