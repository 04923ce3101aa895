"""What `MelExtractor.batch` does besides the list of results: errors, padding, memory, threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import ROOT, assert_bits, signal

import mojo_audio
from mojo_audio import BufferSizeError, EmptyInputError, InputError, MelConfig, MelExtractor, SampleError

EXTRACTOR = MelExtractor()
CLIPS = [signal(3000 - 700 * n, n) for n in range(4)]
BAD = np.array([0.0, np.nan], np.float32)
KALDI = MelConfig.kaldi_fbank()
SPEECH = ROOT / "examples/data/speech.wav"


def test_errors_are_returned() -> None:
    clips: list[Any] = [CLIPS[0], BAD, [], CLIPS[1], np.zeros((2, 2), np.float32), (CLIPS[0], 8000), CLIPS[2]]
    results = EXTRACTOR.batch(clips, 2, errors="return")
    assert [type(item) for item in results] == [
        np.ndarray, SampleError, EmptyInputError, np.ndarray, InputError, InputError, np.ndarray
    ]  # fmt: skip
    for place, item in enumerate(results):
        if isinstance(item, mojo_audio.Error):
            assert item.clip == place and str(item).startswith(f"clip {place}: ")
        else:
            assert_bits(item, EXTRACTOR(clips[place]))
    good = EXTRACTOR.batch(CLIPS, errors="return")
    for item, clip in zip(good, CLIPS, strict=True):
        assert isinstance(item, np.ndarray)
        assert_bits(item, EXTRACTOR(clip))
    mels, counts, errors = EXTRACTOR.batch([CLIPS[0], BAD, CLIPS[1]], padded=True, errors="return", fill=7.0)
    assert counts.tolist() == [18, 0, 14]
    assert errors[0] is None and isinstance(errors[1], SampleError) and errors[2] is None
    assert (mels[0] == EXTRACTOR(CLIPS[0])).all() and (mels[1] == 7).all() and (mels[2][:, 14:] == 7).all()
    with pytest.raises(SampleError, match="^clip 1: ") as caught:
        EXTRACTOR.batch([CLIPS[0], BAD], errors="raise")
    assert (caught.value.clip, caught.value.index) == (1, 1)
    with pytest.raises(InputError, match="errors must be 'raise' or 'return', got 'skip'"):
        EXTRACTOR.batch(CLIPS, errors="skip")  # type: ignore[call-overload]
    with pytest.raises(RuntimeError, match="the clips' own"):
        EXTRACTOR.batch(failing(), errors="return")

    class Interrupted:
        def __array__(self, *_arguments: object, **_options: object) -> np.ndarray:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        EXTRACTOR.batch([CLIPS[0], Interrupted()], errors="return")


def failing() -> Any:
    yield CLIPS[0]
    raise RuntimeError("the clips' own")


@pytest.mark.parametrize("layout", ["mel_major", "frame_major"])
@pytest.mark.parametrize("fill", [0.0, -0.75])
def test_fill(layout: Any, fill: float) -> None:
    extractor = MelExtractor(MelConfig(layout=layout))
    mels, counts = extractor.batch(CLIPS, padded=True, fill=fill)
    for mel, clip, count in zip(mels, CLIPS, counts, strict=True):
        start, rest = np.split(mel, [count], axis=1 if layout == "mel_major" else 0)
        assert (start == extractor(clip)).all() and (rest == np.float32(fill)).all()


def test_fill_is_silence() -> None:
    """By default each band has the value of digital silence, by the recipe's own formula."""
    epsilon = np.log(np.finfo(np.float32).eps)
    for layout in ("mel_major", "frame_major"):
        mels, counts = MelExtractor(KALDI.replace(layout=layout)).batch(CLIPS, padded=True)
        for mel, count in zip(mels, counts, strict=True):
            rest = mel[:, count:] if layout == "mel_major" else mel[count:]
            assert np.allclose(rest, epsilon, rtol=1e-6)
    assert counts.tolist() == [17, 12, 8, 4]
    # Cepstra: the orthonormal transform of equal values is their sum in the first coefficient.
    cepstra, counts = MelExtractor(KALDI.replace(n_mfcc=13)).batch(CLIPS, padded=True)
    rest = cepstra[3][:, counts[3] :]
    assert np.allclose(rest[0], epsilon * np.sqrt(80), rtol=1e-5) and np.abs(rest[1:]).max() < 1e-4
    # Noise is no part of silence, nor is the length of the padding.
    for changes in ({"dither": 1.0}, {"n_frames": 30}, {"pad_to": 4000}, {"hop_length": 2000}):
        mels, counts = MelExtractor(KALDI.replace(**changes)).batch([*CLIPS, CLIPS[0][:1]], padded=True)
        for mel, count in zip(mels, counts, strict=True):
            assert np.allclose(mel[:, count:], epsilon, rtol=1e-6)
    # Where rows have a mean of 0, it is 0, as NeMo fills its batches.
    for config in (MelConfig.parakeet(), KALDI.replace(normalize="mean")):
        mels, counts = MelExtractor(config).batch(CLIPS, padded=True)
        assert counts[3] < mels.shape[2] and (mels[3][:, counts[3] :] == 0).all()


@pytest.mark.parametrize("layout", ["mel_major", "frame_major"])
def test_fill_is_the_clip_with_zeros_behind(layout: Any) -> None:
    """Where levels depend on the clip's maximum, so does silence."""
    whisper = MelConfig.whisper(layout=layout)
    decibels = {"log": "db", "offset": 0.0, "scale": 1.0}
    configs = [
        whisper,
        whisper.replace(top_db=40.0, log_ceiling=0.1),
        whisper.replace(**decibels, top_db=30.0, subtract_reference=True),
        whisper.replace(**decibels, n_mfcc=20),
        whisper.replace(**decibels, delta_win_length=5, delta_order=2),
        whisper.replace(stack=2, stack_stride=2, stack_fill=9.0),
        whisper.replace(log="ln", log_floor=0.01, log_floor_mode="add"),
        whisper.replace(input_rate=48_000),
    ]
    # Loudest in the middle, as the frames at the end change with what follows them.
    clips = [level * signal(n, n) * np.hanning(n).astype(np.float32) for n, level in ((9000, 1), (5000, 1e-3), (2400, 0))]
    for config in configs:
        tables: list[dict[str, Any]] = [{}]
        if config.stack == 1 and config.delta_win_length is None:
            n_rows = config.n_mfcc or config.n_mels
            tables.append({"row_mean": np.linspace(-1, 1, n_rows), "row_scale": np.linspace(2, 3, n_rows)})
        for table in tables:
            extractor = MelExtractor(config, **table)
            mels, counts = extractor.batch(clips, padded=True)
            for mel, clip, count in zip(mels, clips, counts, strict=True):
                zeros = extractor(np.append(clip, np.zeros(40_000, np.float32)))
                if layout == "mel_major":
                    mel, zeros = mel.T, zeros.T
                silence = zeros[-20:-19]
                np.testing.assert_allclose(mel[count:], np.repeat(silence, len(mel) - count, 0), rtol=1e-5, atol=1e-5)
    # A clip that failed, or is too short for a frame, has the silence of nothing but zeros.
    mels, counts, _ = MelExtractor(whisper).batch([clips[0], BAD, clips[0][:1]], padded=True, errors="return")
    assert counts.tolist() == [56, 0, 0]
    np.testing.assert_allclose(mels[1:], -1.5, rtol=1e-6)


@pytest.mark.parametrize("layout", ["mel_major", "frame_major"])
def test_out(layout: Any) -> None:
    extractor = MelExtractor(KALDI.replace(layout=layout))
    wanted, counts = extractor.batch(CLIPS, padded=True, fill=-1.0)
    for extra in (0, 5):
        shape = (4, 80, 17 + extra) if layout == "mel_major" else (4, 17 + extra, 80)
        out = np.full(shape, np.nan, np.float32)
        mels, again = extractor.batch(CLIPS, padded=True, fill=-1.0, out=out)
        assert mels is out and again.tolist() == counts.tolist()
        start, rest = np.split(out, [17], axis=2 if layout == "mel_major" else 1)
        assert (start == wanted).all() and (rest == -1).all() and rest.size == 4 * 80 * extra


def test_out_refusals() -> None:
    extractor = MelExtractor(KALDI)
    for shape in [(4, 80, 16), (3, 80, 17), (4, 40, 17), (80, 17)]:
        with pytest.raises(BufferSizeError, match=r"out must have the shape \(4, 80, 17\), got "):
            extractor.batch(CLIPS, padded=True, out=np.empty(shape, np.float32))
    with pytest.raises(InputError, match="out must be a writable, C-contiguous float32 array"):
        extractor.batch(CLIPS, padded=True, out=np.empty((4, 80, 17)))  # type: ignore[arg-type]
    for name in ("out", "fill"):
        with pytest.raises(InputError, match=f"{name} must be None unless padded is True"):
            extractor.batch(CLIPS, **{name: 0.0 if name == "fill" else np.empty((4, 80, 17), np.float32)})


def test_default_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = [EXTRACTOR(clip) for clip in CLIPS]
    for value in ("1", "3", " 2 ", ""):
        monkeypatch.setenv("MOJO_AUDIO_THREADS", value)
        for mel, one in zip(EXTRACTOR.batch(CLIPS), wanted, strict=True):
            assert_bits(mel, one)
        assert list(EXTRACTOR.files([])) == []
    for value in ("0", "-1", "two", "1.5"):
        monkeypatch.setenv("MOJO_AUDIO_THREADS", value)
        message = f"MOJO_AUDIO_THREADS must be a whole number, at least 1, got '{value}'"
        with pytest.raises(InputError, match=message):
            EXTRACTOR.batch(CLIPS)
        with pytest.raises(InputError, match=message):
            EXTRACTOR.files([])
        # The argument counts before it.
        assert len(EXTRACTOR.batch(CLIPS, threads=2)) == 4


def test_the_environment_limits_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as many files are read ahead as there are threads."""
    taken = 0

    def sources() -> Any:
        nonlocal taken
        while True:
            taken += 1
            yield b"no audio"

    for threads in (1, 3):
        taken = 0
        monkeypatch.setenv("MOJO_AUDIO_THREADS", str(threads))
        iterator = EXTRACTOR.files(sources(), errors="return")
        next(iterator)
        assert taken == 2 * threads
        iterator.close()


@pytest.mark.parametrize("config", [MelConfig(), KALDI, MelConfig(layout="frame_major", normalize="mean")])
def test_results_share_no_memory(config: MelConfig) -> None:
    """Neither with each other, nor with the input, nor with what the engine keeps."""
    extractor = MelExtractor(config)
    padded, counts = extractor.batch(CLIPS, padded=True)
    results = [extractor(CLIPS[0]), extractor(CLIPS[0]), *extractor.batch(CLIPS), *extractor.batch(CLIPS, 2), padded, counts]
    results += [extractor.filterbank(), extractor.filterbank(), *extractor.files([str(SPEECH)] * 2)]
    if config == KALDI:
        with extractor.stream() as stream:
            results += [stream.push(CLIPS[0]), stream.push(CLIPS[0]), stream.finish()]
    first = results[0].copy()
    arrays = [*results, *CLIPS]
    for at, one in enumerate(results):
        assert all(not np.shares_memory(one, other) for other in arrays[at + 1 :])
        # Nor is it a part of a larger one, which would be kept with it.
        assert not isinstance(one.base, np.ndarray)
        one.fill(0)
    assert_bits(extractor(CLIPS[0]), first)
    assert_bits(extractor.filterbank(), MelExtractor(config).filterbank())
