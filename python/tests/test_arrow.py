"""`mojo_audio.arrow.compute`: columns of Arrow in and out, read and checked with pyarrow."""

from __future__ import annotations

import gc
import io
import resource
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from conftest import ROOT, assert_bits, signal

import mojo_audio.arrow
from mojo_audio import FileError, InputError, MelConfig, MelExtractor, SampleError

EXTRACTOR = MelExtractor(MelConfig.kaldi_fbank())
SPEECH = ROOT / "examples/data/speech.wav"
CLIPS = [signal(500 + 1777 * n, n) for n in range(7)]
INTEGERS = [signal(500 + 1777 * n, n, np.int16) for n in range(7)]
FLOAT, INT16 = pa.float32(), pa.int16()


def compute(column: Any, extractor: MelExtractor = EXTRACTOR, **arguments: Any) -> pa.StructArray:
    result = pa.array(mojo_audio.arrow.compute(extractor, column, **arguments))
    result.validate(full=True)
    n_mels = extractor.n_mels
    features = pa.list_(pa.field("item", pa.list_(pa.field("item", FLOAT), n_mels)))
    assert result.type == pa.struct([("features", features), ("n_frames", pa.int64()), ("error", pa.string())])
    assert len(result) == len(column) and result.null_count == 0
    return result


def matrix(result: pa.StructArray, row: int, n_mels: int = 80) -> np.ndarray:
    """A row's features, (n_frames, n_mels)."""
    values = result.field("features")[row].values.flatten().to_numpy()
    count = result.field("n_frames")[row].as_py()
    return values.reshape(count, n_mels)


def check(result: pa.StructArray, clips: list[Any], extractor: MelExtractor = EXTRACTOR) -> None:
    """Each row has the bits of a call; rows of None are null."""
    assert result.field("error").null_count == len(clips)
    for row, clip in enumerate(clips):
        if clip is None:
            assert not result.field("features")[row].is_valid and not result.field("n_frames")[row].is_valid
        else:
            mel = extractor(clip)
            wanted = mel if extractor.config.layout == "frame_major" else np.ascontiguousarray(mel.T)
            assert_bits(matrix(result, row, extractor.n_mels), wanted)


@pytest.mark.parametrize("make", [pa.list_, pa.large_list])
@pytest.mark.parametrize("threads", [1, 3, None])
def test_lists(make: Any, threads: int | None) -> None:
    check(compute(pa.array(CLIPS, make(FLOAT)), threads=threads), CLIPS)
    check(compute(pa.array(INTEGERS, make(INT16)), threads=threads), INTEGERS)
    with_nulls: list[Any] = [None, CLIPS[0], None, None, *CLIPS[1:], None]
    check(compute(pa.array(with_nulls, make(FLOAT)), threads=threads), with_nulls)


def test_layouts_and_rows() -> None:
    for config in (
        MelConfig(),
        MelConfig(layout="frame_major"),
        MelConfig.kaldi_fbank(n_mfcc=13, layout="frame_major"),
        MelConfig.kaldi_fbank(n_mels=23),
    ):
        extractor = MelExtractor(config)
        check(compute(pa.array(CLIPS, pa.list_(FLOAT)), extractor), CLIPS, extractor)
    own = MelExtractor(MelConfig(n_mels=3), filterbank=np.random.default_rng(1).random((3, 201), np.float32))
    check(compute(pa.array(CLIPS, pa.list_(FLOAT)), own), CLIPS, own)


def test_fixed_size_lists() -> None:
    rows = [signal(2000, n) for n in range(5)]
    column = pa.array([rows[0], None, *rows[1:]], pa.list_(FLOAT, 2000))
    check(compute(column), [rows[0], None, *rows[1:]])
    check(compute(column[1:4]), [None, *rows[1:3]])


def test_slices() -> None:
    """Arrays that start within their buffers, as batches of a larger table do."""
    with_nulls: list[Any] = [*CLIPS[:3], None, *CLIPS[3:], None]
    for kind in (pa.list_(FLOAT), pa.large_list(FLOAT)):
        column = pa.array(with_nulls, kind)
        for start in range(len(column)):
            check(compute(column[start : start + 4]), with_nulls[start : start + 4])
    files: list[Any] = [None, *wavs(), None]
    wanted = [None if data is None else mojo_audio.load(data) for data in files]
    column = pa.array(files, pa.binary())
    for start in range(len(column)):
        check(compute(column[start : start + 3]), wanted[start : start + 3])
    # A list's values that start within theirs.
    values = pa.array(np.concatenate(CLIPS), FLOAT)[10:]
    column = pa.ListArray.from_arrays(pa.array([0, 600, 600 + 700], pa.int32()), values)
    joined = np.concatenate(CLIPS)[10:]
    check(compute(column), [joined[:600], joined[600:1300]])


def test_chunks() -> None:
    column = pa.chunked_array([pa.array(CLIPS[:2], pa.list_(FLOAT)), pa.array([], pa.list_(FLOAT)),
                               pa.array([None, *CLIPS[2:]], pa.list_(FLOAT))])  # fmt: skip
    check(compute(column), [*CLIPS[:2], None, *CLIPS[2:]])
    check(compute(pa.chunked_array([], pa.list_(FLOAT))), [])
    check(compute(pa.array([], pa.list_(INT16))), [])


def wavs() -> list[bytes]:
    files = []
    for n, rate in enumerate([16_000, 44_100, 8000]):
        file = io.BytesIO()
        with wave.open(file, "wb") as writer:
            writer.setparams((1, 2, rate, 0, "NONE", ""))
            writer.writeframes(signal(9000, n, np.int16).astype("<i2").tobytes())
        files.append(file.getvalue())
    return files


def test_files(tmp_path: Path) -> None:
    files, paths = wavs(), []
    for n, data in enumerate(files):
        paths.append(str(tmp_path / f"clip {n} ä.wav"))
        Path(paths[-1]).write_bytes(data)
    wanted = [None, *map(mojo_audio.load, files)]
    for kind in (pa.binary(), pa.large_binary()):
        check(compute(pa.array([None, *files], kind)), wanted)
    for kind in (pa.string(), pa.large_string()):
        check(compute(pa.array([None, *paths], kind)), wanted)
    # As data sets of Hugging Face keep audio.
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    rows = [None, {"bytes": files[0], "path": "no such file"}, {"bytes": None, "path": paths[1]}]
    rows.append({"bytes": files[2], "path": None})
    column = pa.array(rows, kind)
    check(compute(column), wanted)
    check(compute(column[2:]), wanted[2:])
    nothing = [{"bytes": None, "path": None}]
    for column in (pa.array(nothing, kind), pa.array(nothing)):  # pyarrow infers the type of nulls
        assert compute(column).field("error").to_pylist() == ["has neither bytes nor a path"]
    check(compute(pa.array([{"bytes": data, "path": None} for data in files])), wanted[1:])
    check(compute(pa.array([{"bytes": None, "path": path} for path in paths])), wanted[1:])
    check(compute(pa.array([None, None])), [None, None])


def test_bad_rows() -> None:
    """A bad row is null and says why; it spoils no other."""
    nan = CLIPS[0].copy()
    nan[7] = np.nan
    column = pa.array([CLIPS[0], nan, [], [0.0, None], CLIPS[1]], pa.list_(FLOAT))
    result = compute(column)
    assert [item.is_valid for item in result.field("features")] == [True, False, False, False, True]
    assert [item.is_valid for item in result.field("n_frames")] == [True, False, False, False, True]
    errors = result.field("error").to_pylist()
    assert errors[0] is None and errors[4] is None
    assert errors[1].startswith("sample 7 ") and "empty" in errors[2] and errors[3] == "sample 1 is null"
    assert_bits(matrix(result, 4), np.ascontiguousarray(EXTRACTOR(CLIPS[1]).T))
    with pytest.raises(SampleError, match="^clip 1: sample 7 ") as caught:
        mojo_audio.arrow.compute(EXTRACTOR, column, errors="raise")
    assert (caught.value.clip, caught.value.index) == (1, 7)

    data = SPEECH.read_bytes()
    files = pa.array([data, data[:5000], b"", b"RIFF"], pa.binary())
    errors = compute(files).field("error").to_pylist()
    assert errors[0] is None and errors[1].startswith("the file ends after") and all(errors[2:])
    with pytest.raises(FileError, match="^clip 1: the file ends") as caught_file:
        mojo_audio.arrow.compute(EXTRACTOR, files, errors="raise")
    assert (caught_file.value.clip, caught_file.value.reason) == (1, "truncated")
    errors = compute(pa.array(["missing.wav"])).field("error").to_pylist()
    assert errors == ["missing.wav: No such file or directory"]


def test_warnings_of_files() -> None:
    data = bytearray(wavs()[0])
    data[4:8] = data[40:44] = b"\0" * 4  # A recording that was never closed.
    column = pa.array([{"bytes": wavs()[0], "path": "a.wav"}, {"bytes": bytes(data), "path": "b.wav"}])
    with pytest.warns(UserWarning, match="^b.wav: the file was never finalized") as caught:
        result = compute(column)
    assert len(caught) == 1 and result.field("error").null_count == 2


def test_rates() -> None:
    wanted = MelExtractor(MelConfig.kaldi_fbank(input_rate=44_100))
    column = pa.array(CLIPS, pa.list_(FLOAT))
    check(compute(column, sample_rate=44_100), CLIPS, wanted)
    check(compute(column, sample_rate=16_000, resample=False), CLIPS)
    with pytest.raises(InputError, match="sample rate, 16000 Hz, got 44100 Hz: pass resample=True"):
        compute(column, sample_rate=44_100, resample=False)
    result = compute(pa.array(wavs(), pa.binary()), resample=False)
    errors = result.field("error").to_pylist()
    assert errors[0] is None and "got 44100 Hz" in errors[1] and "got 8000 Hz" in errors[2]


def test_refusals() -> None:
    for column, message in [
        (pa.array([[0.0]], pa.list_(pa.float64())), r"column must have lists .* got the Arrow format '\+l' of item 'g'"),
        (pa.array([0.5], FLOAT), "got the Arrow format 'f'"),
        (pa.array([[1]], pa.list_(pa.int32())), "of item 'i'"),
        (pa.array(["a"], pa.string_view()), r"got the Arrow format 'vu' \(string_view\)$"),
        (pa.array([b"a"], pa.binary_view()), r"got the Arrow format 'vz' \(binary_view\)$"),
        (pa.array([[0.5]], pa.list_view(FLOAT)), r"got the Arrow format '\+vl' \(list_view\) of item 'f'$"),
        (pa.array([[0.5]], pa.large_list_view(FLOAT)), r"got the Arrow format '\+vL' \(large_list_view\) of item 'f'$"),
        (pa.array(["a"]).dictionary_encode(), "got the Arrow format 'i'"),
        (pa.array([{"x": 1}]), r"got the Arrow format '\+s' of x 'l'"),
        (pa.array([{"bytes": "text"}]), r"got the Arrow format '\+s' of bytes 'u'"),
        ([[0.0]], "column must have __arrow_c_array__ or __arrow_c_stream__, got <class 'list'>"),
    ]:
        with pytest.raises(InputError, match=message) as caught:
            mojo_audio.arrow.compute(EXTRACTOR, column)
        assert caught.value.field == "column"
    column = pa.array(CLIPS, pa.list_(FLOAT))
    for arguments, message in [
        ({"threads": 0}, "threads must be at least 1"),
        ({"errors": "null"}, "errors must be 'raise' or 'return', got 'null'"),
        ({"sample_rate": 0}, "sample_rate must be at least 1 Hz, or None, got 0"),
        ({"sample_rate": 1}, "audio can't be resampled"),
    ]:
        with pytest.raises(InputError, match=message):
            mojo_audio.arrow.compute(EXTRACTOR, column, **arguments)
    with pytest.raises(TypeError):
        mojo_audio.arrow.compute(MelConfig(), column)  # type: ignore[arg-type]


def test_tensors() -> None:
    """Tensors of one axis are signals; those of several are not, though they are stored as lists, too."""
    values = np.stack([signal(1600, n) for n in range(3)])
    for kind in (pa.fixed_shape_tensor(FLOAT, (1600,)), pa.fixed_shape_tensor(FLOAT, [1600], dim_names=["time"])):
        storage = pa.FixedSizeListArray.from_arrays(values.ravel(), 1600)
        check(compute_of(pa.ExtensionArray.from_storage(kind, storage)), list(values))
    stereo = pa.FixedShapeTensorArray.from_numpy_ndarray(values.reshape(3, 2, 800))
    for column in (stereo, pa.chunked_array([stereo])):
        with pytest.raises(InputError, match=r"column must have one signal in each row, got tensors of shape \[2, ?800\]"):
            mojo_audio.arrow.compute(EXTRACTOR, column)
    # Metadata of another kind.
    other = pa.schema([pa.field("bytes", pa.binary(), metadata={"a": "", "b": "[1,2]"})])
    batch = pa.record_batch([pa.array(wavs(), pa.binary())], schema=other)
    check(compute_of(batch), [mojo_audio.load(data) for data in wavs()])


class Failing:
    """A stream that fails after its first batch."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        kind = pa.list_(FLOAT)

        def batches() -> Any:
            yield pa.record_batch([pa.array(CLIPS[:1], kind)], ["audio"])
            raise ValueError("the stream's own reason")

        schema = pa.schema([("audio", kind)])
        return pa.RecordBatchReader.from_batches(schema, batches()).__arrow_c_stream__()


def test_a_stream_that_fails() -> None:
    with pytest.raises(InputError, match="column can't be read: .*the stream's own reason"):
        mojo_audio.arrow.compute(EXTRACTOR, Failing())


class Once:
    """Its capsules are always the same."""

    def __init__(self, capsules: Any) -> None:
        self.capsules = capsules

    def __arrow_c_array__(self, requested_schema: object | None = None, /) -> Any:
        return self.capsules


class OnceStream:
    def __init__(self, capsule: Any) -> None:
        self.capsule = capsule

    def __arrow_c_stream__(self, requested_schema: object | None = None, /) -> Any:
        return self.capsule


def test_a_capsule_is_taken_once() -> None:
    """What another owner took has pointers to memory that may be freed."""
    column = pa.array(CLIPS, pa.list_(FLOAT))
    for take in (compute_of, pa.array):
        once = Once(column.__arrow_c_array__())
        taken = take(once)
        with pytest.raises(InputError, match="column can't be read: it was already read"):
            mojo_audio.arrow.compute(EXTRACTOR, once)
        if take is compute_of:
            check(taken, CLIPS)
    # Of a pair of capsules, the second alone was taken.
    values, other = column.__arrow_c_array__(), column.__arrow_c_array__()
    pa.array(Once((other[0], values[1])))
    with pytest.raises(InputError, match="column can't be read: it was already read"):
        mojo_audio.arrow.compute(EXTRACTOR, Once(values))
    for take_stream in (compute_of, pa.chunked_array):
        stream = OnceStream(pa.chunked_array([column]).__arrow_c_stream__())
        take_stream(stream)
        with pytest.raises(InputError, match="column can't be read: it was already read"):
            mojo_audio.arrow.compute(EXTRACTOR, stream)


def compute_of(column: Any) -> pa.StructArray:
    return pa.array(mojo_audio.arrow.compute(EXTRACTOR, column))


def test_the_result_is_shared() -> None:
    """It can be taken several times, in any order, and lives as long as one of those that took it."""
    features = mojo_audio.arrow.compute(EXTRACTOR, pa.array(CLIPS, pa.list_(FLOAT)))
    assert len(features) == 7 and repr(features) == "<mojo_audio.arrow.Features of 7 rows>"
    first, second = pa.array(features), pa.array(features)
    addresses = [item.field("features").values.flatten().buffers()[1].address for item in (first, second)]
    assert addresses[0] == addresses[1]
    features.__arrow_c_array__()  # Dropped, and nobody took it.
    assert pa.DataType._import_from_c_capsule(features.__arrow_c_schema__()) == first.type
    part = first.field("features")[3]
    del features, first
    check(second, CLIPS)
    del second
    gc.collect()
    assert np.isfinite(part.values.flatten().to_numpy()).all()


def test_nothing_leaks() -> None:
    column = pa.array([signal(40_000)] * 4, pa.list_(FLOAT))
    bad = pa.array([np.full(40_000, np.nan)], pa.list_(FLOAT))

    def round_of_calls() -> None:
        pa.array(mojo_audio.arrow.compute(EXTRACTOR, column))
        mojo_audio.arrow.compute(EXTRACTOR, pa.chunked_array([column, column])).__arrow_c_array__()
        mojo_audio.arrow.compute(EXTRACTOR, bad)
        with pytest.raises(SampleError):
            mojo_audio.arrow.compute(EXTRACTOR, bad, errors="raise")

    def peak() -> int:
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    for _ in range(5):
        round_of_calls()
    before = peak()
    for _ in range(40):
        round_of_calls()
    # The results of a round are 0.9 MiB; those that leaked would be 36 MiB.
    assert peak() - before < 15 * 1024
    del column
    assert pa.total_allocated_bytes() < 1 << 20


def test_pyarrow_is_not_needed() -> None:
    code = "import sys, mojo_audio.arrow; assert 'pyarrow' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
