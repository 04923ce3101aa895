"""Compares the drop-ins of Whisper's feature extractors with the originals, on the same inputs."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import transformers
from conftest import signal, without_the_rest_of_faster_whisper

without_the_rest_of_faster_whisper()

from faster_whisper.feature_extractor import FeatureExtractor as OriginalFaster  # noqa: E402

import mojo_audio  # noqa: E402
from mojo_audio.compat.faster_whisper import FeatureExtractor  # noqa: E402
from mojo_audio.compat.transformers import WhisperFeatureExtractor  # noqa: E402

# Both compute in float32 somewhere: see conformance/README.md on clean tones. Signals here are noise.
BOUND = 1e-4
X = signal(20_000, 1)
HAS_TORCH = importlib.util.find_spec("torch") is not None
RATE = {"sampling_rate": 16_000}


def same(ours: Any, theirs: Any, bound: float = BOUND) -> None:
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    assert np.abs(ours.astype(np.float64) - theirs).max(initial=0) <= bound


BATCH = [X, signal(3000, 2), signal(16_001, 3)]

TRANSFORMERS: dict[str, tuple[dict[str, Any], Any, dict[str, Any]]] = {
    "default": ({}, X, {}),
    "large-v3": ({"feature_size": 128}, X, {}),
    "list": ({"chunk_length": 2}, X[:500].tolist(), {}),
    "float64": ({"chunk_length": 2}, X.astype(np.float64), {}),
    "int16": ({"chunk_length": 2}, [signal(5000, 1, np.int16)], {}),
    "batch": ({"chunk_length": 2}, BATCH, {"return_attention_mask": True}),
    "batch of lists": ({"chunk_length": 1}, [x.tolist() for x in BATCH], {}),
    "two rows": ({"chunk_length": 2}, np.stack([X, -X]), {}),
    "longest": ({}, BATCH, {"padding": "longest", "return_attention_mask": True}),
    "not padded": ({}, X, {"padding": "do_not_pad", "truncation": False}),
    "truncated": ({"chunk_length": 1}, X, {"return_attention_mask": True}),
    "not truncated": ({"chunk_length": 1}, X, {"truncation": False, "padding": "longest"}),
    "max_length": ({}, BATCH, {"max_length": 10_001, "return_attention_mask": True}),
    "multiple": ({}, BATCH, {"padding": "longest", "pad_to_multiple_of": 1280}),
    "normalized": ({"chunk_length": 2}, BATCH, {"do_normalize": True, "return_attention_mask": True}),
    "numpy": ({"chunk_length": 2}, BATCH, {"return_tensors": "np"}),
    "other sizes": ({"n_fft": 512, "hop_length": 200, "chunk_length": 1, "feature_size": 64}, X, {}),
    "22050": ({"sampling_rate": 22050, "chunk_length": 1}, X, {"sampling_rate": 22050}),
    "8000": ({"sampling_rate": 8000, "chunk_length": 2}, X, {"sampling_rate": 8000}),
    "padding value": ({"padding_value": 0.1, "chunk_length": 2}, X, {}),
}
if HAS_TORCH:
    TRANSFORMERS["torch"] = ({"chunk_length": 2}, BATCH, {"return_tensors": "pt"})


@pytest.mark.filterwarnings("ignore:At least one mel filter has all zero values")
@pytest.mark.parametrize("name", TRANSFORMERS)
def test_transformers(name: str) -> None:
    settings, audio, call = TRANSFORMERS[name]
    ours, theirs = WhisperFeatureExtractor(**settings), transformers.WhisperFeatureExtractor(**settings)
    a, b = ours(audio, **(RATE | call)), theirs(audio, **(RATE | call))
    assert type(a) is type(b) and a.keys() == b.keys()
    for key in b:
        assert type(a[key]) is type(b[key])
        same(a[key], b[key], BOUND if key == "input_features" else 0)
    assert ours.to_dict() == theirs.to_dict()


def test_transformers_saves_and_loads(tmp_path: Path) -> None:
    ours = WhisperFeatureExtractor(feature_size=128, chunk_length=5)
    assert isinstance(ours, transformers.WhisperFeatureExtractor)
    ours.save_pretrained(tmp_path)
    for kind in (WhisperFeatureExtractor, transformers.WhisperFeatureExtractor, transformers.AutoFeatureExtractor):
        again = kind.from_pretrained(tmp_path)
        assert again.to_dict() == ours.to_dict()
        same(again(X, **RATE)["input_features"], ours(X, **RATE)["input_features"])


def test_transformers_refuses_alike() -> None:
    for kind in (WhisperFeatureExtractor, transformers.WhisperFeatureExtractor):
        with pytest.raises(ValueError, match="sampling rate of 16000"):
            kind()(X, sampling_rate=8000)
        with pytest.raises(ValueError, match="mono-channel"):
            kind()(np.zeros((1, 2, 3), np.float32), **RATE)
    with pytest.raises(mojo_audio.SampleError):
        WhisperFeatureExtractor()(np.array([np.nan], np.float32), **RATE)


def test_transformers_dither_stays_random() -> None:
    extractor = WhisperFeatureExtractor(chunk_length=1, dither=1e-3)
    one, two = (np.asarray(extractor(X[:8000], **RATE)["input_features"]) for _ in range(2))
    assert (one != two).any()


def test_transformers_computes_with_our_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The original's own functions are not called."""

    def broken(*_: Any, **__: Any) -> Any:
        raise AssertionError("the original computed")

    original = transformers.WhisperFeatureExtractor
    monkeypatch.setattr(original, "_np_extract_fbank_features", broken)
    monkeypatch.setattr(original, "_torch_extract_fbank_features", broken)
    assert WhisperFeatureExtractor()(X, **RATE)["input_features"][0].shape == (80, 3000)


FASTER: dict[str, tuple[dict[str, Any], Any, dict[str, Any]]] = {
    "default": ({}, X, {}),
    "large-v3": ({"feature_size": 128}, X, {}),
    "not padded": ({}, X, {"padding": 0}),
    "padding": ({}, X, {"padding": 1601}),
    "float64": ({}, X.astype(np.float64), {}),
    "int16": ({}, signal(5000, 1, np.int16), {}),
    "chunk length": ({}, X, {"chunk_length": 20}),
    "other sizes": ({"n_fft": 512, "hop_length": 200, "feature_size": 64}, X, {}),
    "22051": ({"sampling_rate": 22051}, X, {}),
    "8000": ({"sampling_rate": 8000}, X, {}),
    "two rows": ({}, np.stack([X, X / 2]), {"padding": False}),
}


@pytest.mark.parametrize("name", FASTER)
def test_faster_whisper(name: str) -> None:
    settings, audio, call = FASTER[name]
    ours, theirs = FeatureExtractor(**settings), OriginalFaster(**settings)
    a, b = ours(audio, **call), theirs(audio, **call)
    assert a.dtype == b.dtype == np.float32
    same(a, b)
    for key, value in vars(theirs).items():
        assert np.array_equal(getattr(ours, key), value)


def test_faster_whisper_computes_with_our_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OriginalFaster, "__call__", None)
    assert FeatureExtractor()(X).shape == (80, 126)


def test_libraries_are_imported_only_where_they_are_needed() -> None:
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "import mojo_audio, mojo_audio.arrow, mojo_audio.display\n"
        "from mojo_audio.compat import kaldi_native_fbank, librosa, nemo, torchaudio, whisper\n"
        "names = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(names - sys.stdlib_module_names - {'mojo_audio', 'numpy'}))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout == "[]\n"


PROGRAM = """
import numpy as np
from mojo_audio.compat import kaldi_native_fbank as knf
from mojo_audio.compat import librosa, torchaudio, whisper
from mojo_audio.compat.librosa import melspectrogram
from mojo_audio.compat.nemo import AudioToMelSpectrogramPreprocessor

x = np.zeros(16000, np.float32)
mel = melspectrogram(y=x, window=("kaiser", 4.0), norm=1)
levels = librosa.power_to_db(mel, ref=np.max)
bank = librosa.filters.mel(sr=16000, n_fft=512, n_mels=40)
cepstra = librosa.feature.mfcc(S=levels, n_mfcc=13)
options = knf.FbankOptions.from_dict({"mel_opts": {"num_bins": 40}})
options.frame_opts.dither = 0.0
online = knf.OnlineFbank(options)
online.accept_waveform(16000, x)
frame: np.ndarray = online.get_frame(0)
bands = torchaudio.compliance.kaldi.fbank(x[None], num_mel_bins=40)
linear = torchaudio.transforms.MelSpectrogram(16000, n_mels=20, window_fn=np.hanning)(x)
logarithmic = whisper.log_mel_spectrogram(whisper.pad_or_trim(x))
features, lengths = AudioToMelSpectrogramPreprocessor(features=80).eval()(input_signal=x[None], length=np.array([9600]))
print(mel.shape, levels.shape, bank.shape, cepstra.shape, frame.shape, bands.shape, linear.shape, tuple(logarithmic.shape))
print(features.shape, lengths)
"""


def test_a_program_with_types(tmp_path: Path, mypy_cache: Path) -> None:
    """It runs, and `mypy --strict` finds nothing in it."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    mypy = ["-m", "mypy", "--strict", "--cache-dir", str(mypy_cache)]
    for arguments, expected in (
        ([], "(128, 32) (128, 32) (40, 257) (13, 32) (40,) (98, 40) (20, 81) (80, 3000)\n(1, 80, 112) [60]\n"),
        (mypy, "Success: no issues found in 1 source file\n"),
    ):
        done = subprocess.run(
            [sys.executable, *arguments, str(program)], capture_output=True, text=True, cwd=tmp_path
        )
        assert done.stdout == expected, done.stdout + done.stderr
