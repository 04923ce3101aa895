"""Threads: one extractor for all, the GIL released, nothing leaked."""

from __future__ import annotations

import gc
import io
import multiprocessing
import os
import resource
import subprocess
import sys
import sysconfig
import threading
import time
import wave
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from conftest import assert_bits, signal

import mojo_audio
from mojo_audio import MelConfig, MelExtractor

# How long, in seconds: `cargo xtask harden concurrency` asks for a minute.
SECONDS = float(os.environ.get("MOJO_AUDIO_SECONDS", "0"))
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def test_threads_have_the_bits_of_one() -> None:
    threads = 64
    extractor = MelExtractor()
    clips = [signal(500 + 997 * n, n) for n in range(16)]
    alone = [extractor(clip) for clip in clips]
    start = threading.Barrier(threads)
    end = time.monotonic() + SECONDS

    def work(worker: int) -> int:
        start.wait()
        compared = 0
        while compared == 0 or time.monotonic() < end:
            for n in range(len(clips)):
                place = (n + worker) % len(clips)
                assert_bits(extractor(clips[place]), alone[place])
                compared += 1
        return compared

    with ThreadPoolExecutor(threads) as pool:
        compared = sum(pool.map(work, range(threads)))
    kind = "no GIL" if FREE_THREADED else "the GIL released"
    print(f"concurrency: {threads} threads, {kind}: {compared} results")


def test_one_shot_calls_in_threads() -> None:
    """All threads share, replace and drop the kept plans at once."""
    x = signal(2000)
    alone = {n: mojo_audio.mel_spectrogram(x, n_mels=n) for n in range(20, 40)}

    def work(worker: int) -> None:
        for n in np.random.default_rng(worker).integers(20, 40, 100).tolist():
            assert_bits(mojo_audio.mel_spectrogram(x, n_mels=n), alone[n])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))


def test_stream_is_locked() -> None:
    """Pushes from several threads run one after the other: no sample is lost."""
    extractor = MelExtractor(MelConfig.kaldi_fbank())
    stream = extractor.stream()
    chunk = np.full(333, 0.25, np.float32)
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: stream.push(chunk).shape[1], range(400)))
    counts.append(stream.finish().shape[1])
    assert sum(counts) == extractor.frame_count(400 * 333)


def test_gil_is_released() -> None:
    """With an endless switch interval, a thread runs only if another releases the GIL."""
    if FREE_THREADED:
        return
    extractor = MelExtractor()
    x = np.zeros(20_000_000, np.float32)
    content = io.BytesIO()
    with wave.open(content, "wb") as writer:
        writer.setparams((1, 2, 16_000, 0, "NONE", ""))
        writer.writeframes(bytes(2 * len(x)))
    file = content.getvalue()
    calls = {
        "call": lambda: extractor(x),
        "batch": lambda: extractor.batch([x]),
        "one-shot": lambda: mojo_audio.mel_spectrogram(x),
        "stream": lambda: MelExtractor(MelConfig.kaldi_fbank()).stream().push(x),
        "load": lambda: mojo_audio.load(file),
        "files": lambda: next(extractor.files([file])),
    }
    interval = sys.getswitchinterval()
    sys.setswitchinterval(100)
    try:
        for name, call in calls.items():
            started, done = threading.Event(), threading.Event()

            def work(call: object = call, started: threading.Event = started, done: threading.Event = done) -> None:
                started.set()
                assert callable(call)
                call()
                done.set()

            thread = threading.Thread(target=work)
            thread.start()
            started.wait()
            ran_meanwhile = not done.is_set()
            thread.join()
            assert ran_meanwhile, name
    finally:
        sys.setswitchinterval(interval)


def worker(extractor: MelExtractor, n: int) -> np.ndarray:
    return extractor(signal(n))


def test_worker_processes() -> None:
    extractor = MelExtractor(MelConfig.kaldi_fbank(n_mels=40))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        assert_bits(pool.submit(worker, extractor, 3000).result(), extractor(signal(3000)))


# Python warns of forks while threads run, which this tests.
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="processes are not forked here")
def test_forked_processes() -> None:
    """A fork's children compute with the parent's extractor, whatever its threads are doing with it."""
    program = Path(__file__).with_name("forks.py")
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_nothing_leaks() -> None:
    """Hundreds of calls of each kind, failing ones too, need no more memory than the first."""
    extractor = MelExtractor()
    live = MelConfig.kaldi_fbank()
    x, doubles, strided = signal(160_000), signal(160_000).astype(np.float64), np.repeat(signal(160_000), 2)[::2]
    bad = x.copy()
    bad[-1] = np.nan
    out = np.empty((80, 1000), np.float32)

    def refused(call: object, *arguments: object) -> None:
        try:
            assert callable(call)
            call(*arguments)
        except mojo_audio.Error:
            return
        raise AssertionError("it was not refused")

    def round_of_calls() -> None:
        for audio in (x, doubles, strided):
            extractor(audio)
            extractor(audio, out)
            extractor(audio.reshape(4, -1), axis=1)
        extractor.batch([x, doubles], 2)
        extractor.batch(x.reshape(10, -1), padded=True)
        list(MelExtractor(live).stream().iterate([x, x]))
        mojo_audio.mfcc(x)
        refused(extractor, bad)
        refused(extractor, x, out[:10])
        refused(extractor.batch, [x, bad])
        refused(MelConfig.preset, "none")
        MelExtractor(live.replace(n_mels=40), window=np.ones(400, np.float32))

    def peak() -> int:
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    for _ in range(20):
        round_of_calls()
    objects, before = len(gc.get_objects()), peak()
    for _ in range(200):
        round_of_calls()
    # One array of those calls is 320 KiB; each that leaked would be 62 MiB after 200 rounds.
    assert peak() - before < 30 * 1024, f"{peak() - before} KiB more"
    assert len(gc.get_objects()) - objects < 200


if FREE_THREADED:

    def test_gil_stays_disabled() -> None:
        assert not sys._is_gil_enabled()  # type: ignore[attr-defined]
