"""The types of audio and of output arrays."""

from __future__ import annotations

import array
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import assert_bits, signal

import mojo_audio
from mojo_audio import BufferSizeError, InputError, MelConfig, MelExtractor, SampleError

X = signal(4000)
EXTRACTOR = MelExtractor()
MEL = EXTRACTOR(X)


class HasArray:
    """An object with `__array__`, like JAX's and pandas' arrays."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return X if dtype is None else X.astype(dtype)


class HasDLPack:
    """An object with only DLPack."""

    def __dlpack__(self, **options: Any) -> Any:
        return X.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return X.__dlpack_device__()


def torch_tensor() -> Any:
    import torch

    return torch.from_numpy(X.copy())


SOURCES: dict[str, Any] = {
    "float32": X,
    "float64": X.astype(np.float64),
    "longdouble": X.astype(np.longdouble),
    "big-endian": X.astype(">f4"),
    "big-endian float64": X.astype(">f8"),
    "list": X.tolist(),
    "tuple": tuple(X.tolist()),
    "strided": np.repeat(X, 3)[::3],
    "backwards": X[::-1].copy()[::-1],
    "strided float64": np.repeat(X.astype(np.float64), 2)[::2],
    "column": np.stack([X, X], axis=1)[:, 0],
    "misaligned": np.frombuffer(b"\0" + X.tobytes(), np.uint8)[1:].view(np.float32),
    "read-only": np.frombuffer(X.tobytes(), np.float32),
    "memoryview": memoryview(X),
    "array.array": array.array("f", X.tobytes()),
    "__array__": HasArray(),
    "DLPack": HasDLPack(),
}
if importlib.util.find_spec("torch"):
    SOURCES["torch"] = torch_tensor()


@pytest.mark.parametrize("name", SOURCES)
def test_sources(name: str) -> None:
    assert_bits(EXTRACTOR(SOURCES[name]), MEL)
    assert_bits(mojo_audio.mel_spectrogram(SOURCES[name]), MEL)
    assert_bits(EXTRACTOR.batch([SOURCES[name]])[0], MEL)


def test_float16() -> None:
    half = X.astype(np.float16)
    assert_bits(EXTRACTOR(half), EXTRACTOR(half.astype(np.float32)))


def test_int16_sources() -> None:
    x = signal(4000, dtype=np.int16)
    mel = EXTRACTOR(x)
    assert_bits(mel, EXTRACTOR(x.astype(np.float32) / 32768))
    for other in (x.astype(">i2"), np.repeat(x, 2)[::2], memoryview(x), array.array("h", x.tobytes())):
        assert_bits(EXTRACTOR(other), mel)


@pytest.mark.parametrize("dtype", [np.float32, np.int16])
def test_no_copy(dtype: Any) -> None:
    """Contiguous samples are read without a copy: computing needs little memory apart from its result."""
    import resource

    x = np.zeros(2**26 // np.dtype(dtype).itemsize, dtype)  # 64 MiB
    x += 1  # so that its pages exist
    extractor = MelExtractor(MelConfig(n_mels=1, hop_length=16000, reference="none"))
    extractor(x[:100000])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    extractor(x)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 16 * 1024, f"{grown} KiB more"


REFUSED: dict[str, tuple[Any, str]] = {
    "stereo": (np.zeros((2, 100), np.float32), r"shape \(2, 100\).*audio\[0\].*axis=-1"),
    "one row": (np.zeros((1, 100), np.float32), r"shape \(1, 100\)"),
    "no axis": (np.float32(0.5), "a single float32"),
    "None": (None, "NoneType"),
    "text": ("audio.wav", "str"),
    "bytes": (b"\0\0", "bytes"),
    "bytearray": (bytearray(100), "uint8"),
    "int32": (np.zeros(100, np.int32), "int32.*int16"),
    "uint16": (np.zeros(100, np.uint16), "uint16"),
    "integers": ([0, 1, 2], "int16"),
    "bool": (np.zeros(100, bool), "bool"),
    "complex": (np.zeros(100, complex), "complex128"),
    "objects": ([1.0, None], "object"),
    "dates": (np.zeros(100, "M8[s]"), "datetime64"),
    "ragged": ([[1.0], [2.0, 3.0]], "inhomogeneous"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    audio, message = REFUSED[name]
    for call in (mojo_audio.mel_spectrogram, EXTRACTOR, EXTRACTOR_STREAM.push):
        with pytest.raises(InputError, match=message):
            call(audio)


EXTRACTOR_STREAM = MelExtractor(MelConfig.kaldi_fbank()).stream()


@pytest.mark.parametrize("refusal", [TypeError, RuntimeError, BufferError, ValueError])
def test_what_numpy_cannot_read(refusal: type[Exception]) -> None:
    """Tensors on a GPU, with a gradient, or of a type that NumPy doesn't have raise various errors."""

    class Tensor:
        def __array__(self, *_: Any, **__: Any) -> Any:
            raise refusal("no array")

    class Lent:
        def __dlpack__(self, **_: Any) -> Any:
            raise refusal("no capsule")

        def __dlpack_device__(self) -> tuple[int, int]:
            return (2, 0)

    for tensor in (Tensor(), Lent()):
        with pytest.raises(InputError, match="^audio: ") as caught:
            EXTRACTOR(tensor)
        assert caught.value.code == "argument" and caught.value.field == "audio"
        assert isinstance(caught.value.__cause__, Exception)
    with pytest.raises(InputError, match="^window must be numbers: "):
        MelExtractor(window=Tensor())


def test_errors_have_their_parts_as_data(tmp_path: Path) -> None:
    """Code, number, field and place of each kind of error."""
    stream = MelExtractor(MelConfig.kaldi_fbank()).stream()
    stream.push(X)
    stream.finish()
    closed = MelExtractor(MelConfig.kaldi_fbank()).stream()
    closed.close()
    bad = np.array([0.0, np.nan], np.float32)
    endless = MelExtractor(MelConfig(pad_to=1 << 48))
    cases: list[tuple[Any, type[mojo_audio.Error], str, int, dict[str, Any]]] = [
        (
            lambda: MelConfig(hop_length=0),
            mojo_audio.ConfigError,
            "config",
            1,
            {"field": "hop_length", "value": "0", "expected": "at least 1", "known": [], "closest": None},
        ),
        (
            lambda: MelConfig(window="hanning"),  # type: ignore[arg-type]
            mojo_audio.ConfigError,
            "config",
            1,
            {"known": ["hann", "hamming", "blackman", "povey", "rectangular"], "closest": "hann"},
        ),
        (
            lambda: MelConfig.preset("wisper"),  # type: ignore[arg-type]
            mojo_audio.UnknownNameError,
            "unknown_name",
            2,
            {"what": "preset", "name": "wisper", "closest": "whisper", "known": list(mojo_audio.PRESETS)},
        ),
        (lambda: EXTRACTOR([]), mojo_audio.EmptyInputError, "empty_input", 3, {}),
        (lambda: EXTRACTOR(bad), SampleError, "sample", 4, {"index": 1, "clip": None}),
        (lambda: EXTRACTOR.batch([X, bad]), SampleError, "sample", 4, {"index": 1, "clip": 1}),
        (lambda: EXTRACTOR(np.stack([X[:2], bad]), axis=-1), SampleError, "sample", 4, {"index": 1, "clip": 1}),
        (
            lambda: EXTRACTOR(X, np.empty((80, 1), np.float32)),
            BufferSizeError,
            "buffer_size",
            5,
            {"field": "out", "actual": (80, 1), "expected": EXTRACTOR(X).shape},
        ),
        (lambda: endless(X), mojo_audio.AllocationError, "allocation", 6, {}),
        (lambda: stream.push(X), mojo_audio.FinishedError, "finished", 7, {}),
        (lambda: EXTRACTOR.batch([X], threads=-1), InputError, "argument", 8, {"field": "threads"}),
        (lambda: EXTRACTOR("audio.wav"), InputError, "argument", 8, {"field": "audio"}),
        (lambda: closed.push(X), mojo_audio.ClosedError, "closed", 10, {}),
        (lambda: mojo_audio.load(b"no audio"), mojo_audio.FileError, "file", 12, {"reason": "not_audio", "path": None}),
        (
            lambda: mojo_audio.load(tmp_path / "none.wav"),
            mojo_audio.MissingFileError,
            "file",
            12,
            {"reason": "io", "path": str(tmp_path / "none.wav")},
        ),
        (
            lambda: MelConfig.from_preprocessor_config(tmp_path),
            mojo_audio.MissingFileError,
            "file",
            12,
            {"reason": "io", "path": str(tmp_path)},
        ),
    ]
    for call, kind, code, number, fields in cases:
        with pytest.raises(kind) as caught:
            call()
        error = caught.value
        assert type(error) is kind and (error.code, error.number) == (code, number)
        assert {name: getattr(error, name) for name in fields} == fields
    # No call should be able to raise this one.
    internal = mojo_audio.InternalError("a fault")
    assert isinstance(internal, mojo_audio.Error) and (internal.code, internal.number) == ("internal", 9)


def test_float64_too_large() -> None:
    with pytest.raises(SampleError) as caught:
        EXTRACTOR(np.array([0.0, 1e300]))
    assert (caught.value.index, caught.value.value) == (1, np.inf)


@pytest.mark.parametrize("layout", ["mel_major", "frame_major"])
def test_axis(layout: Any) -> None:
    extractor = MelExtractor(MelConfig(layout=layout))
    x = np.stack([signal(2000, seed) for seed in range(6)]).reshape(2, 3, 2000)
    mel = extractor(x, axis=-1)
    one = extractor(x[0, 0])
    assert mel.shape == (2, 3, *one.shape)
    for i in np.ndindex(2, 3):
        assert_bits(mel[i], extractor(x[i]))
    first = np.moveaxis(x, -1, 0)
    for axis in (0, -3):
        assert_bits(extractor(first, axis=axis), mel)
    assert_bits(mojo_audio.mel_spectrogram(first.astype(np.float64), axis=0, layout=layout), mel)
    out = np.empty_like(mel)
    assert extractor(x, out, axis=2) is out
    assert_bits(out, mel)
    assert_bits(extractor(x[0, 0], axis=0), one)
    assert extractor(np.empty((0, 2000), np.float32), axis=1).shape == (0, *one.shape)
    with pytest.raises(InputError, match=r"axis must be one of the shape \(2, 3, 2000\), got 3"):
        extractor(x, axis=3)
    x[1, 0, 7] = np.nan
    with pytest.raises(SampleError, match="^signal 3: ") as caught:
        extractor(x, axis=-1)
    assert (caught.value.index, caught.value.clip) == (7, 3)


def test_batch_of_one_array() -> None:
    x = np.stack([signal(3000, seed) for seed in range(4)])
    lengths = [3000, 1, 777, 160]
    clips = [row[:length] for row, length in zip(x, lengths)]
    alone = [EXTRACTOR(clip) for clip in clips]
    x[1, 1:] = np.nan  # Padding is not read.
    for given in (lengths, np.array(lengths), np.array(lengths, np.int32)):
        for mel, one in zip(EXTRACTOR.batch(x, lengths=given), alone, strict=True):
            assert_bits(mel, one)
    for arguments in ({"clips": x, "lengths": lengths}, {"clips": clips}):
        mels, counts = EXTRACTOR.batch(**arguments, padded=True, fill=0.0)
        assert mels.shape == (4, 80, 18) and counts.tolist() == [18, 0, 4, 1]
        for mel, one, count in zip(mels, alone, counts):
            assert (mel[:, :count] == one).all() and (mel[:, count:] == 0).all()
    frames = MelExtractor(MelConfig(layout="frame_major"))
    mels, counts = frames.batch(clips, padded=True, fill=0.0)
    assert mels.shape == (4, 18, 80)
    assert (mels[2, :4] == alone[2].T).all() and (mels[2, 4:] == 0).all()


def test_batch_of_many_kinds() -> None:
    clips = [X, signal(999, 3, np.int16), X.astype(np.float64)[:500], X[::2]]
    for mel, clip in zip(EXTRACTOR.batch(iter(clips), threads=2), clips, strict=True):
        assert_bits(mel, EXTRACTOR(clip))
    assert EXTRACTOR.batch([]) == []
    mels, counts = EXTRACTOR.batch([], padded=True)
    assert mels.shape == (0, 80, 0) and counts.shape == (0,)


def test_batch_refusals() -> None:
    with pytest.raises(SampleError, match="^clip 2: "):
        EXTRACTOR.batch([X, X, np.array([np.nan], np.float32), np.array([np.inf], np.float32)])
    with pytest.raises(mojo_audio.EmptyInputError, match="^clip 1: "):
        EXTRACTOR.batch(np.zeros((2, 5), np.float32), lengths=[5, 0])
    for arguments, message in [
        ({"threads": 0}, "threads must be at least 1.*got 0"),
        ({"lengths": [4000]}, "lengths: clips is no array"),
    ]:
        with pytest.raises(InputError, match=message):
            EXTRACTOR.batch([X], **arguments)
    for lengths, message in [([4001], "got 4001"), ([-1], "got -1"), ([1, 2], "1, got 2")]:
        with pytest.raises(InputError, match=message):
            EXTRACTOR.batch(X[None], lengths=lengths)
    with pytest.raises(InputError, match="clips must be a list .*shape"):
        EXTRACTOR.batch(np.zeros((2, 3, 4), np.float32))


def test_out_refusals() -> None:
    n_mels, n_frames = MEL.shape
    read_only = np.empty_like(MEL)
    read_only.flags.writeable = False
    for out, message in [
        (np.empty(MEL.shape), "float64"),
        (np.empty((n_frames, n_mels), np.float32).T, "not C-contiguous"),
        (read_only, "read-only"),
        ([0.0], "list"),
    ]:
        with pytest.raises(InputError, match=f"out must be .*{message}"):
            EXTRACTOR(X, out)
    with pytest.raises(BufferSizeError) as caught:
        EXTRACTOR(X, np.empty((n_mels, n_frames + 1), np.float32))
    assert (caught.value.expected, caught.value.actual) == (MEL.shape, (n_mels, n_frames + 1))


def test_out_over_the_audio() -> None:
    memory = np.zeros(4000, np.float32)
    out = memory[: MEL.size].reshape(MEL.shape)
    with pytest.raises(InputError, match="out must not "):
        EXTRACTOR(memory, out)

    class Holder:
        """The same memory, by a path that NumPy doesn't know."""

        __array_interface__ = memory.__array_interface__

    other = np.asarray(Holder())
    with pytest.raises(InputError, match="out must not share memory"):
        EXTRACTOR(other, out)


def test_results_are_handed_on() -> None:
    """By DLPack and the buffer protocol, without a copy, and independent of their source."""
    mel = MelExtractor()(X)
    assert mel.flags.writeable and mel.flags.c_contiguous
    shared = np.from_dlpack(mel)
    assert shared.ctypes.data == mel.ctypes.data == np.asarray(memoryview(mel)).ctypes.data
    del mel
    assert_bits(np.array(shared), MEL)
    if importlib.util.find_spec("torch"):
        import torch

        mel = EXTRACTOR(X)
        tensor = torch.from_numpy(mel)
        assert tensor.data_ptr() == mel.ctypes.data


def test_mfcc() -> None:
    mfcc = mojo_audio.mfcc(X)
    assert mfcc.shape == (13, 23)
    assert_bits(mfcc, MelExtractor(MelConfig.kaldi_fbank(n_mfcc=13))(X))
    assert mojo_audio.mfcc(X, n_mfcc=20, preset="librosa", log="db").shape[0] == 20
    # The definition of the orthonormal DCT-II, over the bands themselves.
    bands = mojo_audio.mel_spectrogram(X, preset="kaldi-fbank").astype(np.float64)
    place, order = np.arange(80) + 0.5, np.arange(13)[:, None]
    dct = np.cos(np.pi / 80 * order * place) * np.where(order == 0, np.sqrt(1 / 80), np.sqrt(2 / 80))
    assert np.allclose(mfcc, dct @ bands, atol=2e-4)
    with pytest.raises(mojo_audio.ConfigError, match="n_mfcc"):
        mojo_audio.mfcc(X, n_mfcc=81)


def test_plans_are_kept_apart() -> None:
    """More options than kept plans, in several rounds: each call uses its own."""
    for _ in range(3):
        for n_mels in range(20, 40):
            assert mojo_audio.mel_spectrogram(X, n_mels=n_mels).shape == (n_mels, 25)


def test_frame_counts() -> None:
    for name in mojo_audio.PRESETS:
        extractor = MelExtractor(MelConfig.preset(name, pad_to=None))
        for n in (1, 2, 100, 399, 400, 401, 5000):
            mel = extractor(signal(n))
            assert mel.shape == (extractor.n_mels, extractor.frame_count(n))
        assert extractor.frame_count(0) == 0
    with pytest.raises(InputError, match="n_samples must be at least 0, got -1"):
        EXTRACTOR.frame_count(-1)


def test_memory_that_is_not_there() -> None:
    extractor = MelExtractor(MelConfig(pad_to=2**48))
    with pytest.raises(mojo_audio.AllocationError) as caught:
        extractor(X)
    assert isinstance(caught.value, MemoryError) and caught.value.bytes > 2**40


def test_empty_filters() -> None:
    assert EXTRACTOR.empty_filters() == []
    assert MelExtractor(MelConfig(n_mels=512)).empty_filters()
    assert 0 < EXTRACTOR.working_memory <= 65536
    assert EXTRACTOR.instruction_set
