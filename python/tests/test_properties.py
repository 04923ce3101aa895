"""Properties that hold for any signal: any chunking equals the whole, a batch equals its clips."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import assert_bits, signal
from hypothesis import given, settings
from hypothesis import strategies as st

import mojo_audio
from mojo_audio import FinishedError, MelConfig, MelExtractor, SampleError

STREAMED = {
    "whisper": MelConfig.whisper(reference="fixed", reference_value=1.5),
    "whisper-30s": MelConfig.whisper(reference="none", top_db=None, pad_to=8000),
    "librosa": MelConfig.librosa(n_fft=256, hop_length=100, n_mels=20),
    "kaldi-fbank": MelConfig.kaldi_fbank(),
    "kaldi-edges": MelConfig.kaldi_fbank(snip_edges=False, dither=1.0),
    "parakeet": MelConfig.parakeet(normalize="none", mask_tail=False),
    "hifigan": MelConfig.hifigan(layout="frame_major"),
    "mfcc": MelConfig.kaldi_fbank(n_mfcc=13, lifter=22.0),
    "ast": MelConfig.ast(n_frames=20),
}
EXTRACTORS = {name: MelExtractor(config) for name, config in STREAMED.items()}
DTYPES = st.sampled_from([np.float32, np.int16, np.float64])


def joined(extractor: MelExtractor, pieces: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(pieces, axis=0 if extractor.config.layout == "frame_major" else 1)


@pytest.mark.parametrize("name", EXTRACTORS)
@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 6000), seed=st.integers(0, 99), dtype=DTYPES, data=st.data())
def test_chunks_equal_the_whole(name: str, n: int, seed: int, dtype: Any, data: Any) -> None:
    extractor = EXTRACTORS[name]
    x = signal(n, seed, dtype)
    cuts = sorted(data.draw(st.lists(st.integers(0, n), max_size=12)))
    chunks = np.split(x, cuts)
    stream = extractor.stream()
    pieces = []
    for chunk in chunks:
        expected = stream.frames_after(len(chunk))
        pieces.append(stream.push(chunk))
        assert pieces[-1].size == expected * extractor.n_mels
    expected = stream.frames_at_finish()
    pieces.append(stream.finish())
    assert pieces[-1].size == expected * extractor.n_mels
    whole = extractor(x)
    assert_bits(joined(extractor, pieces), whole)
    stream.reset()
    again = [np.empty_like(whole[:0] if extractor.config.layout == "frame_major" else whole[:, :0])]
    assert_bits(joined(extractor, again + list(stream.iterate(chunks))), whole)


@settings(max_examples=60, deadline=None)
@given(
    clips=st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 9), DTYPES), max_size=12),
    threads=st.none() | st.integers(1, 9),
    name=st.sampled_from(mojo_audio.PRESETS),
)
def test_batch_equals_single(clips: list[tuple[int, int, Any]], threads: int | None, name: str) -> None:
    extractor = MelExtractor(MelConfig.preset(name, pad_to=None))
    signals = [signal(*clip) for clip in clips]
    mels = extractor.batch(signals, threads)
    for x, mel in zip(signals, mels, strict=True):
        assert_bits(mel, extractor(x))


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 3000), bad=st.data(), value=st.sampled_from([np.nan, np.inf, -np.inf, 3e38]))
def test_first_bad_sample(n: int, bad: Any, value: float) -> None:
    places = bad.draw(st.sets(st.integers(0, n - 1), min_size=1, max_size=5))
    x = signal(n)
    x[list(places)] = value
    extractor = EXTRACTORS["whisper"]
    with pytest.raises(SampleError) as caught:
        extractor(x)
    assert caught.value.index == min(places)
    stream = extractor.stream()
    cut = bad.draw(st.integers(0, min(places)))
    stream.push(x[:cut])
    for _ in range(2):  # A failed push changes nothing.
        with pytest.raises(SampleError) as caught:
            stream.push(x[cut:])
        assert caught.value.index == min(places)


def test_stream_out() -> None:
    extractor = EXTRACTORS["whisper"]
    x = signal(5000)
    stream, other = extractor.stream(), extractor.stream()
    for chunk in np.array_split(x, 7):
        out = np.empty((80, stream.frames_after(len(chunk))), np.float32)
        assert stream.push(chunk, out) is out
        assert_bits(out, other.push(chunk))
    with pytest.raises(mojo_audio.BufferSizeError):
        stream.finish(np.empty((80, 99), np.float32))
    out = np.empty((80, stream.frames_at_finish()), np.float32)
    assert stream.finish(out) is out
    assert_bits(out, other.finish())


def test_stream_states() -> None:
    extractor = EXTRACTORS["whisper"]
    with extractor.stream() as stream:
        with pytest.raises(mojo_audio.EmptyInputError):
            stream.finish()
        assert stream.push(np.empty(0, np.float32)).shape == (80, 0)
        stream.push(signal(1000))
        stream.finish()
        with pytest.raises(FinishedError):
            stream.push(signal(10))
        stream.reset()
        stream.push(signal(10))
        assert "open" in repr(stream)
    assert "closed" in repr(stream)
    for call in (lambda: stream.push(signal(10)), stream.finish, stream.frames_at_finish):
        with pytest.raises(FinishedError):
            call()
    stream.reset()
    assert_bits(joined(extractor, [stream.push(signal(900)), stream.finish()]), extractor(signal(900)))
    with pytest.raises(ZeroDivisionError), extractor.stream() as stream:
        stream.push(signal(1000)[: 1 // 0])
    with pytest.raises(TypeError, match="pickle"):
        __import__("pickle").dumps(stream)


def test_iterator() -> None:
    extractor = EXTRACTORS["kaldi-fbank"]
    stream = extractor.stream()
    frames = stream.iterate(signal(1600)[at : at + 100] for at in range(0, 1600, 100))
    assert iter(frames) is frames
    mels = list(frames)
    assert all(mel.shape[1] > 0 for mel in mels)
    assert_bits(joined(extractor, mels), extractor(signal(1600)))
    assert list(frames) == []
    with pytest.raises(mojo_audio.EmptyInputError):
        list(extractor.stream().iterate([]))

    def broken() -> Any:
        yield signal(1600)
        raise KeyError("microphone")

    frames = extractor.stream().iterate(broken())
    next(frames)
    with pytest.raises(KeyError, match="microphone"):
        next(frames)
    with pytest.raises(TypeError):
        extractor.stream().iterate(5)  # type: ignore[arg-type]
