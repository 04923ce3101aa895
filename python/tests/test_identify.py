"""`identify`, `diff` and `probe`: from another program's features back to the options."""

from __future__ import annotations

import io
import pickle
import re
import signal as signals
import threading
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import BY_NAME, ROOT, read

import mojo_audio
from mojo_audio import MelConfig, MelExtractor, identify

PROBE = mojo_audio.probe()
# A test program is slow; what is found ends the search early.
LONG = 60.0


def wav(samples: np.ndarray, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, rate, 0, "NONE", ""))
        writer.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


@pytest.mark.parametrize(
    ("case", "preset"), [("whisper-speech-8000", "whisper"), ("kaldi-fbank-speech-8000", "kaldi-fbank")]
)
def test_references_own_features(case: str, preset: str) -> None:
    """What openai-whisper and kaldi-native-fbank made of a recording."""
    item = BY_NAME[case]
    theirs = read(item["expected"]).reshape(item["n_mels"], item["n_frames"])
    found = identify(read(item["input"]), theirs, item["sample_rate"], seconds=LONG)
    assert found.found and found.verdict == "found" and found.complete
    assert found.config is not None and found.config.window == MelConfig.preset(preset).window
    ours = MelExtractor(found.config)(read(item["input"]))
    assert np.abs(ours - theirs).max() <= item["bound"]["atol"]
    assert found.largest == pytest.approx(np.abs(ours.astype(float) - theirs).max(), rel=1e-3)


@pytest.mark.parametrize("layout", ["mel_major", "frame_major"])
def test_presets_are_found_exactly(layout: Any) -> None:
    config = MelConfig.kaldi_fbank(layout=layout)
    theirs = MelExtractor(config)(PROBE)
    found = identify(PROBE, theirs, 16000, seconds=LONG)
    assert (found.verdict, found.config, found.largest, found.mean) == ("found", config, 0.0, 0.0)
    assert found.rounding is None and found.first_frame is None and found.words == ()
    assert found.code is not None and eval(found.code, {"MelConfig": MelConfig}) == config
    assert found.candidates[0].config == config and found.candidates[0].largest == 0.0
    assert pickle.loads(pickle.dumps(found)) == found
    text = str(found)
    assert text.startswith("found\n") and found.code in text


def test_rounded_features() -> None:
    theirs = MelExtractor()(PROBE)
    half = identify(PROBE, theirs.astype(np.float16), 16000, seconds=LONG)
    assert (half.verdict, half.rounding, half.config) == ("up_to_rounding", "float16", MelConfig())
    assert 0 < half.largest < 1e-3 and half.found
    # 8 bits over the range, as a picture or a quantized model has them.
    low, high = float(theirs.min()), float(theirs.max())
    levels = np.round((theirs - low) / (high - low) * 255).astype(np.uint8)
    assert identify(PROBE, levels, 16000, seconds=0.1).rounding == pytest.approx(1.0)


def test_every_form_of_features() -> None:
    theirs = MelExtractor()(PROBE)
    for form in (theirs[None], np.asfortranarray(theirs), theirs.tolist(), theirs.astype(np.float64)):
        assert identify(PROBE, form, 16000, seconds=LONG).config == MelConfig()


def test_every_form_of_audio(tmp_path: Path) -> None:
    theirs = MelExtractor()(PROBE)
    path = tmp_path / "probe.wav"
    path.write_bytes(wav(PROBE, 16000))
    floats = PROBE / np.float32(32768)
    with path.open("rb") as file:
        for audio in (
            path,
            str(path),
            path.read_bytes(),
            file,
            {"bytes": path.read_bytes(), "path": None},
            (floats, 16000),
            (PROBE.tobytes(), 16000),
            {"array": floats, "sampling_rate": 16000, "path": "gone.wav"},
        ):
            found = identify(audio, theirs, seconds=LONG)
            assert (found.verdict, found.config) == ("found", MelConfig()), audio
    for samples in (PROBE, floats, floats.tolist(), memoryview(floats)):
        assert identify(samples, theirs, 16000, seconds=LONG).config == MelConfig()


def test_a_recording_is_resampled_to_the_rate_of_the_features() -> None:
    config = MelConfig.hifigan()
    theirs = MelExtractor(config)((PROBE, 16000), resample=True)
    for audio in ((PROBE, 16000), wav(PROBE, 16000)):
        found = identify(audio, theirs, 22050, preset="hifigan", seconds=LONG)
        assert found.found and found.config == config


def test_hints() -> None:
    config = MelConfig.whisper(window_periodic=False, win_length=333, hop_length=137, log_floor=1e-7)
    theirs = MelExtractor(config)(PROBE)
    known = {"window_periodic": np.bool_(False), "win_length": 333, "hop_length": np.int64(137), "log_floor": 1e-7}
    for hints in ({"config": config}, {"preset": "whisper", **known}):
        found = identify(PROBE, theirs, 16000, seconds=LONG, **hints)  # type: ignore[arg-type]
        assert (found.verdict, found.config) == ("found", config), hints
    # What is known is never changed, even if it is wrong.
    wrong = identify(PROBE, theirs, 16000, seconds=1.0, threads=1, window_periodic=True, log="log10")
    assert not wrong.found
    assert wrong.config is None or (wrong.config.window_periodic and wrong.config.log == "log10")


def test_rows_with_means_and_scales_of_their_own() -> None:
    config = MelConfig.kaldi_fbank(n_mels=40)
    mean, scale = np.linspace(-3, 9, 40, dtype=np.float32), np.linspace(0.2, 0.5, 40, dtype=np.float32)
    theirs = MelExtractor(config, row_mean=mean, row_scale=scale)(PROBE)
    found = identify(PROBE, theirs, 16000, seconds=LONG)
    assert found.found and found.config is not None and found.row_statistics is not None
    assert "row_statistics" in str(found)
    assert pickle.loads(pickle.dumps(found)) == found
    mean, scale = found.row_statistics
    ours = MelExtractor(found.config, row_mean=mean, row_scale=scale)(PROBE)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)
    assert identify(PROBE, MelExtractor(config)(PROBE), 16000, seconds=LONG).row_statistics is None


def test_another_signals_features_are_not_called_found() -> None:
    theirs = MelExtractor()(PROBE)
    other = np.random.default_rng(5).standard_normal(len(PROBE)).astype(np.float32) / 9
    for audio in (other, other[::-1].copy(), PROBE[::-1].copy()):
        found = identify(audio, theirs, 16000, seconds=0.5)
        assert not found.found and found.verdict in ("near", "not_of_signal")
        assert not found.complete or found.verdict == "not_of_signal"


def test_silence_and_shapes_that_nothing_has() -> None:
    silence = np.zeros(16000, np.float32)
    found = identify(silence, MelExtractor()(silence), 16000, seconds=LONG)
    assert found.verdict == "open" and not found.found
    few = identify(PROBE, np.ones((301, 400), np.float32), 16000, seconds=LONG)
    assert not few.found and few.words[0].startswith("features must have from 1 to 300 rows")
    assert few.words[0] in str(few)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "field", "text"),
    [
        ((PROBE, np.ones((80, 9))), {}, "InputError", "sample_rate", "sample_rate must be set"),
        ((PROBE, np.ones((80, 9)), 0), {}, "InputError", "sample_rate", "at least 1 Hz"),
        ((PROBE, np.ones((80, 9)), 10**6), {}, "InputError", "sample_rate", "from 1 to 768000, got 1000000"),
        ((PROBE, np.ones(9), 16000), {}, "InputError", "features", r"a matrix, got an array of shape \(9,\)"),
        ((PROBE, np.ones((2, 8, 9)), 16000), {}, "InputError", "features", r"shape \(2, 8, 9\)"),
        ((PROBE, np.ones((8, 9), int), 16000), {}, "InputError", "features", "got int64"),
        ((PROBE, np.ones((8, 9), bool), 16000), {}, "InputError", "features", "got bool"),
        ((PROBE, np.full((8, 9), np.nan), 16000), {}, "InputError", "features", "finite, got NaN at row 0"),
        ((PROBE, np.full((8, 9), 1e300), 16000), {}, "InputError", "features", "finite, got inf"),
        ((PROBE, np.ones((8, 0)), 16000), {}, "InputError", "features", "must not be empty"),
        ((PROBE, [[1.0], [1.0, 2.0]], 16000), {}, "InputError", "features", "features: "),
        ((PROBE[:0], np.ones((80, 9)), 16000), {}, "EmptyInputError", None, "samples must not be empty"),
        (([0.5, np.inf], np.ones((80, 9)), 16000), {}, "InputError", "audio", "sample 1 must be finite"),
        ((np.ones((2, 9)), np.ones((80, 9)), 16000), {}, "InputError", "audio", "one signal"),
        ((b"no audio", np.ones((80, 9))), {}, "FileError", None, "the file's bytes"),
        ((PROBE, np.ones((80, 9)), 16000), {"hop": 1}, "UnknownNameError", None, "hop"),
        ((PROBE, np.ones((80, 9)), 16000), {"n_fft": "512"}, "ConfigError", "n_fft", "n_fft"),
        ((PROBE, np.ones((80, 9)), 16000), {"n_fft": 0}, "ConfigError", "n_fft", "from 2 to 65536, got 0"),
        ((PROBE, np.ones((80, 9)), 16000), {"input_rate": 8000}, "InputError", "known", "input_rate"),
        ((PROBE, np.ones((80, 9)), 16000), {"preset": "nemo"}, "UnknownNameError", None, "nemo"),
        ((PROBE, np.ones((80, 9)), 16000), {"seconds": 0.0}, "InputError", "seconds", "more than 0"),
        ((PROBE, np.ones((80, 9)), 16000), {"seconds": np.nan}, "InputError", "seconds", "more than 0"),
        ((PROBE, np.ones((80, 9)), 16000), {"threads": 0}, "InputError", "threads", "at least 1"),
        (
            (PROBE, np.ones((80, 9)), 16000),
            {"preset": "whisper", "config": MelConfig()},
            "InputError",
            "config",
            "must not be passed with preset",
        ),
    ],
)
def test_errors(arguments: Any, options: Any, error: str, field: str | None, text: str) -> None:
    with pytest.raises(mojo_audio.Error, match=text) as caught:
        identify(*arguments, **options)
    assert type(caught.value).__name__ == error
    assert field is None or getattr(caught.value, "field", None) == field


def hopeless() -> tuple[np.ndarray, np.ndarray]:
    """What a search doesn't find in a second."""
    return PROBE, np.random.default_rng(1).standard_normal((80, 150)).astype(np.float32)


def test_ctrl_c_ends_the_search() -> None:
    audio, theirs = hopeless()
    # A shell lets programs in its background ignore the signal, and Python keeps that.
    before = signals.signal(signals.SIGINT, signals.default_int_handler)
    timer = threading.Timer(0.3, signals.raise_signal, [signals.SIGINT])
    started = time.monotonic()
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            identify(audio, theirs, 16000, seconds=3600.0)
        timer.join()
    finally:
        signals.signal(signals.SIGINT, before)
    assert time.monotonic() - started < 30


def test_progress_is_told_and_can_end_the_search() -> None:
    told: list[tuple[str, float]] = []
    found = identify(
        PROBE,
        MelExtractor()(PROBE),
        16000,
        seconds=LONG,
        progress=lambda step, least: told.append((step, least)),
    )
    assert found.found and told and all(step and least >= 0 for step, least in told)

    def stop(step: str, least: float) -> None:
        raise LookupError(step)

    audio, theirs = hopeless()
    with pytest.raises(LookupError):
        identify(audio, theirs, 16000, seconds=3600.0, progress=stop)


def test_the_gil_is_released() -> None:
    audio, theirs = hopeless()
    ticks = 0
    over = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not over.wait(0.01):
            ticks += 1

    thread = threading.Thread(target=tick)
    thread.start()
    identify(audio, theirs, 16000, seconds=0.5, threads=1)
    over.set()
    thread.join()
    assert ticks >= 5


def test_differences_are_in_words() -> None:
    mel = MelExtractor()(PROBE)
    same = mojo_audio.diff(mel, mel.copy())
    assert (same.same, same.largest, same.words) == (True, 0.0, ("all values are equal",))
    lower = mojo_audio.diff(mel, mel - 0.5)
    assert not lower.same and lower.words == ("the second's values are 0.5 lower",)
    assert lower.largest == pytest.approx(0.5, rel=1e-5) and lower.mean == pytest.approx(0.5, rel=1e-5)
    assert mojo_audio.diff(mel.T, mel.T - 0.5, layout="frame_major").words == lower.words
    turned = mojo_audio.diff(mel, mel.T)
    assert turned.words[0] == "the second has its axes the other way round"
    rows = mojo_audio.diff(mel, mel[:40])
    assert np.isinf(rows.largest) and rows.words == ("the second has 40 rows instead of 80",)
    for a, b, field in ((mel, mel[0], "b"), (np.full((8, 9), np.nan), mel, "a"), (mel, np.zeros((0, 8)), "b")):
        with pytest.raises(mojo_audio.InputError, match=f"^{field}"):
            mojo_audio.diff(a, b)
    with pytest.raises(mojo_audio.ConfigError, match="layout"):
        mojo_audio.diff(mel, mel, layout="rows")  # type: ignore[arg-type]


def test_the_probe() -> None:
    assert PROBE.dtype == np.int16 and PROBE.shape == (24000,)
    assert mojo_audio.probe(22050).shape == (33075,)
    for rate in (999, 768_001, -1, 2**40):
        with pytest.raises(mojo_audio.InputError, match="sample_rate must be from 1000 to 768000"):
            mojo_audio.probe(rate)


def test_the_documentation() -> None:
    text = (ROOT / "docs/identify.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, {})
