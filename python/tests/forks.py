"""Forks while threads compute, in a process that has no other library's threads and locks: test_threads.py runs it."""

import multiprocessing
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import mojo_audio
from mojo_audio import MelExtractor


def main() -> None:
    extractor = MelExtractor()
    x = np.random.default_rng(1).standard_normal(16_000).astype(np.float32)
    wanted = mojo_audio.mel_spectrogram(x).tobytes()
    is_over = threading.Event()

    def compute_until_it_is_over() -> None:
        while not is_over.is_set():
            extractor(x)
            mojo_audio.mel_spectrogram(x)

    def child() -> None:
        results = [extractor(x), mojo_audio.mel_spectrogram(x), *extractor.batch([x, x, x], threads=2)]
        assert all(mel.tobytes() == wanted for mel in results)

    # Newer versions of Python advise against forks where there are threads, which is what this is about.
    warnings.filterwarnings("ignore", ".*fork", DeprecationWarning)
    context = multiprocessing.get_context("fork")
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(compute_until_it_is_over) for _ in range(2)]
        try:
            for _ in range(10):
                process = context.Process(target=child)
                process.start()
                process.join(60)
                assert process.exitcode == 0, process
        finally:
            is_over.set()
        for thread in running:
            thread.result()
    assert extractor(x).tobytes() == wanted


if __name__ == "__main__":
    main()
