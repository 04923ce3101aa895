"""Audio files: `load` and `MelExtractor.files`."""

from __future__ import annotations

import contextlib
import io
import os
import signal as signals
import subprocess
import sys
import time
import warnings
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT, assert_bits, signal

import mojo_audio
from mojo_audio import FileError, InputError, MelConfig, MelExtractor

SPEECH = ROOT / "examples/data/speech.wav"
DATA = ROOT / "audio/tests/data"
EXTRACTOR = MelExtractor()


def wav(samples: np.ndarray, rate: int = 16_000) -> bytes:
    """A WAV file of int16, (n,) or (n, channels), written by Python's own module."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((samples[0].size, 2, rate, 0, "NONE", ""))
        writer.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


def speech() -> np.ndarray:
    with wave.open(str(SPEECH)) as reader:
        assert (reader.getnchannels(), reader.getframerate()) == (1, 16_000)
        return np.frombuffer(reader.readframes(1 << 30), "<i2")


def test_load() -> None:
    samples = mojo_audio.load(SPEECH)
    assert_bits(samples, speech().astype(np.float32) / 32768)
    assert samples.flags.c_contiguous and samples.flags.writeable
    own, rate = mojo_audio.load(SPEECH, None)
    assert_bits(own, samples)
    assert rate == 16_000
    assert_bits(EXTRACTOR((own, rate)), EXTRACTOR(samples))


@pytest.mark.parametrize("name", ["mp3-joint.mp3", "vorbis-3.ogg", "flac-32.flac", "vorbis-6.ogg"])
def test_load_formats(name: str) -> None:
    """The decoded samples are those that other decoders make of the same files."""
    file = DATA / name
    (reference,) = file.parent.glob(file.stem + ".s[13][62]")
    full_scale, kind = (32768, "<i2") if reference.suffix == ".s16" else (1 << 31, "<i4")
    samples, rate = mojo_audio.load(file, sample_rate=None)
    decoded = np.fromfile(reference, kind).reshape(len(samples), -1).mean(axis=1) / full_scale
    assert rate >= 8000 and len(samples) >= 700
    assert np.abs(samples - decoded).max() < 2e-4
    assert np.abs(decoded).max() > 0.01


def test_load_from_memory() -> None:
    wanted = mojo_audio.load(SPEECH)
    data = SPEECH.read_bytes()
    with SPEECH.open("rb") as file:
        for source in (str(SPEECH), data, bytearray(data), memoryview(data), io.BytesIO(data), file):
            assert_bits(mojo_audio.load(source), wanted)
    assert_bits(mojo_audio.load({"bytes": data, "path": None}), wanted)
    assert_bits(mojo_audio.load({"bytes": None, "path": str(SPEECH)}), wanted)


def test_load_mixes_and_resamples() -> None:
    time_in, time_out = np.arange(48_000) / 48_000, np.arange(16_000) / 16_000
    tone = 0.5 * np.sin(2 * np.pi * 440 * time_in)
    stereo = np.stack([tone, np.zeros_like(tone)], axis=1)
    samples = mojo_audio.load(wav(stereo * 32767, 48_000))
    assert samples.shape == (16_000,)
    middle = slice(1000, 15_000)
    assert np.abs(samples - 0.25 * np.sin(2 * np.pi * 440 * time_out))[middle].max() < 1e-4
    # Above half the new rate there is nothing.
    high = np.round(0.5 * np.sin(2 * np.pi * 11_000 * time_in) * 32767)
    assert np.abs(mojo_audio.load(wav(high, 48_000))[middle]).max() < 1e-4
    assert mojo_audio.load(wav(high, 48_000), 8000).shape == (8000,)


def test_load_refusals(tmp_path: Path) -> None:
    data = SPEECH.read_bytes()
    cut = tmp_path / "cut.wav"
    cut.write_bytes(data[: len(data) // 2])
    for source, reason, text in [
        (tmp_path / "missing.wav", "io", "missing.wav: No such file"),
        (tmp_path, "io", "folder"),
        (cut, "truncated", "cut.wav: the file ends after"),
        (b"not audio at all", "not_audio", "the file's bytes: not an audio file"),
        ({"bytes": data[:1000], "path": "clip.wav"}, "truncated", "clip.wav: "),
        (data[:44], "truncated", "the file's bytes: "),
    ]:
        with pytest.raises(FileError, match=text) as caught:
            mojo_audio.load(source)  # type: ignore[arg-type]
        assert (caught.value.code, caught.value.number, caught.value.reason) == ("file", 12, reason)
        assert caught.value.clip is None
    with pytest.raises(FileError) as caught:
        mojo_audio.load(cut)
    assert caught.value.path == str(cut)
    for wrong in (7, None, {"path": None}, io.StringIO("text")):
        with pytest.raises(InputError, match="source must|a dictionary must"):
            mojo_audio.load(wrong)  # type: ignore[call-overload]
    for rate in (0, -1):
        with pytest.raises(InputError, match=f"sample_rate must be at least 1 Hz, or None, got {rate}"):
            mojo_audio.load(SPEECH, rate)
    with pytest.raises(FileError, match="can't resample from 16000 Hz to 999 Hz") as caught:
        mojo_audio.load(SPEECH, 999)
    assert caught.value.reason == "sample_rate"


def test_load_warns() -> None:
    """A recording that was never closed: its header says that there are no samples."""
    data = bytearray(wav(signal(1600, dtype=np.int16)))
    data[4:8] = data[40:44] = b"\0" * 4
    with pytest.warns(UserWarning, match="the file's bytes: the file was never finalized"):
        assert mojo_audio.load(data).shape == (1600,)
    with pytest.warns(UserWarning, match="clip 0: .*never finalized"):
        assert next(EXTRACTOR.files([bytes(data)])).shape == (80, 10)


def clips(folder: Path) -> list[Path]:
    """Files of several lengths, rates and numbers of channels."""
    paths = []
    for n in range(12):
        samples = signal(1000 + 577 * (11 - n), n, np.int16)
        if n % 3 == 1:
            samples = np.stack([samples, samples[::-1]], axis=1)
        path = folder / f"{n}.wav"
        path.write_bytes(wav(samples, (16_000, 22_050, 44_100, 48_000)[n % 4]))
        paths.append(path)
    return paths


@pytest.mark.parametrize("threads", [1, 3, None])
def test_files(tmp_path: Path, threads: int | None) -> None:
    paths = clips(tmp_path)
    for extractor in (EXTRACTOR, MelExtractor(MelConfig.kaldi_fbank(layout="frame_major", input_rate=22_050))):
        rate = extractor.config.input_rate or 16_000
        wanted = [extractor(mojo_audio.load(path, rate)) for path in paths]
        for mel, one in zip(extractor.files(paths, threads), wanted, strict=True):
            assert_bits(mel, one)
    assert list(EXTRACTOR.files([], threads)) == []
    mixed: list[Any] = [paths[0], paths[1].read_bytes(), {"bytes": paths[2].read_bytes(), "path": "x"}]
    wanted = [EXTRACTOR(mojo_audio.load(path)) for path in paths[:3]]
    for mel, one in zip(EXTRACTOR.files(iter(mixed), threads), wanted, strict=True):
        assert_bits(mel, one)


def test_files_errors(tmp_path: Path) -> None:
    paths: list[Any] = list(clips(tmp_path)[:4])
    bad = tmp_path / "bad.wav"
    bad.write_bytes(SPEECH.read_bytes()[:2000])
    paths[1:1] = [bad, 7, b"nothing"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = list(EXTRACTOR.files(paths, 2, errors="return"))
    wanted = [np.ndarray, FileError, InputError, FileError, np.ndarray, np.ndarray, np.ndarray]
    assert [type(item) for item in results] == wanted
    _, truncated, no_file, nothing = results[:4]
    assert isinstance(truncated, FileError) and str(truncated).startswith(f"{bad}: the file ends after")
    assert (truncated.path, truncated.clip, truncated.reason) == (str(bad), 1, "truncated")
    assert isinstance(no_file, InputError) and no_file.clip == 2
    assert isinstance(nothing, FileError) and str(nothing).startswith("clip 3: not an audio file")

    iterator = EXTRACTOR.files(paths, 2)
    assert next(iterator).shape[0] == 80
    with pytest.raises(FileError, match="bad.wav: the file ends"):
        next(iterator)
    assert list(iterator) == []  # An error is the end.


def test_files_with_another_rate() -> None:
    slow, fast = wav(signal(1600, dtype=np.int16)), wav(signal(4410, dtype=np.int16), 44_100)
    results = list(EXTRACTOR.files([slow, fast], errors="return", resample=False))
    assert_bits(results[0], EXTRACTOR(signal(1600, dtype=np.int16)))  # type: ignore[arg-type]
    message = r"clip 1: audio must have the configuration's sample rate, 16000 Hz, got 44100 Hz: pass resample=True"
    assert isinstance(results[1], InputError)
    with pytest.raises(InputError, match=message):
        raise results[1]


def test_files_with_samples_that_cannot_be_computed(tmp_path: Path) -> None:
    samples = np.zeros(1600, "<f4")
    samples[7] = np.nan
    header = bytearray(wav(np.zeros(3200, np.int16)))
    header[20:22] = (3).to_bytes(2, "little")  # IEEE floats
    header[28:32], header[32:34] = (64_000).to_bytes(4, "little"), (4).to_bytes(2, "little")
    header[34:36] = (32).to_bytes(2, "little")
    path = tmp_path / "nan.wav"
    path.write_bytes(bytes(header[:44]) + samples.tobytes())
    with pytest.raises(mojo_audio.SampleError, match="nan.wav: sample 7 ") as caught:
        list(EXTRACTOR.files([path]))
    assert (caught.value.index, caught.value.clip, caught.value.path) == (7, 0, str(path))


def test_files_arguments() -> None:
    for arguments, message in [
        ({"threads": 0}, "threads must be at least 1, or None, got 0"),
        ({"errors": "ignore"}, "errors must be 'raise' or 'return', got 'ignore'"),
    ]:
        with pytest.raises(InputError, match=message):
            EXTRACTOR.files([], **arguments)  # type: ignore[call-overload]
    one: Any
    for one in (str(SPEECH), b"RIFF", bytearray(b"RIFF"), {"bytes": b"RIFF"}):
        with pytest.raises(InputError, match="sources must be an iterable of files, got one <class") as caught:
            EXTRACTOR.files(one)
        assert caught.value.field == "sources"
    with pytest.raises(TypeError):
        EXTRACTOR.files(7)  # type: ignore[call-overload]


def test_files_are_read_as_they_are_asked_for() -> None:
    """An endless data set; no more than a few of its clips are under way."""
    data, taken = wav(signal(16_000, dtype=np.int16)), 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield data

    iterator = EXTRACTOR.files(endless(), 2)
    assert taken == 0
    for n in range(1, 20):
        next(iterator)
        assert taken <= n + 3
    iterator.close()
    assert list(iterator) == []


def test_an_error_of_the_sources_follows_the_results_before_it() -> None:
    def sources() -> Iterator[bytes]:
        yield wav(signal(1600, dtype=np.int16))
        yield wav(signal(3200, dtype=np.int16))
        raise RuntimeError("the data set ended")

    iterator = EXTRACTOR.files(sources(), 4, errors="return")
    assert [mel.shape for mel in (next(iterator), next(iterator))] == [(80, 10), (80, 20)]  # type: ignore[union-attr]
    with pytest.raises(RuntimeError, match="the data set ended"):
        next(iterator)
    assert list(iterator) == []


@pytest.mark.parametrize("where", ["read", "iterator"])
def test_what_ends_a_program_is_no_result(where: str) -> None:
    """Ctrl-C in the caller's own code is raised at once, whatever becomes of errors."""

    class Interrupted:
        def read(self) -> bytes:
            raise KeyboardInterrupt

    def sources() -> Iterator[Any]:
        yield wav(signal(1600, dtype=np.int16))
        if where == "iterator":
            raise KeyboardInterrupt
        yield Interrupted()

    iterator = EXTRACTOR.files(sources(), 4, errors="return")
    with pytest.raises(KeyboardInterrupt):
        next(iterator)
    assert list(iterator) == []


def test_an_iterator_in_its_own_sources() -> None:
    holder: list[Any] = []
    calls: list[Callable[[Any], object]] = [next, lambda iterator: iterator.close()]
    for call in calls:

        def sources(call: Callable[[Any], object] = call) -> Iterator[bytes]:
            call(holder[-1])
            yield b""

        holder.append(EXTRACTOR.files(sources()))
        with pytest.raises(InputError, match="another thread is in this iterator"):
            next(holder[-1])


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts threads as Linux shows them")
def test_threads_end_with_the_iterator() -> None:
    def threads() -> int:
        names = []
        for task in Path("/proc/self/task").iterdir():
            with contextlib.suppress(OSError):  # It may end meanwhile.
                names.append((task / "comm").read_text())
        return names.count("mojo-audio\n")

    def wait_for_the_last() -> None:
        give_up = time.monotonic() + 20
        while threads() and time.monotonic() < give_up:
            time.sleep(0.01)
        assert threads() == 0

    wait_for_the_last()
    data = wav(signal(160_000, dtype=np.int16))
    for end in ("dropped", "closed", "exhausted", "failed"):
        sources = [data] * 6 + [b"nothing"] * (end == "failed")
        iterator = EXTRACTOR.files(sources, 3)
        next(iterator)
        assert 1 <= threads() <= 3
        if end == "closed":
            iterator.close()
        elif end == "exhausted":
            assert len(list(iterator)) == 5
        elif end == "failed":
            with pytest.raises(FileError):
                list(iterator)
        else:
            del iterator
        wait_for_the_last()


# A process that a shell started in the background ignores the signal, and so do its children.
INTERRUPTED = """
import itertools, signal, sys, mojo_audio
signal.signal(signal.SIGINT, signal.default_int_handler)
data = open(sys.argv[1], "rb").read()
extractor = mojo_audio.MelExtractor()
print("started", flush=True)
for mel in extractor.files(itertools.repeat(data), 2):
    pass
"""


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_ctrl_c_ends_it() -> None:
    command = [sys.executable, "-c", INTERRUPTED, str(SPEECH)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "started\n"
        time.sleep(0.2)
        process.send_signal(signals.SIGINT)
        try:
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert "KeyboardInterrupt" in errors and process.returncode != 0
