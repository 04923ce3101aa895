"""Compares the drop-ins of transformers' feature extractors, except Whisper's, with transformers, on the same inputs."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import transformers
from conftest import signal
from originals import calls
from originals.compare import HAS_TORCH, assert_recorded, names

import mojo_audio
from mojo_audio.compat import _transformers
from mojo_audio.compat import transformers as ours

X = signal(8000, 1)
BATCH = [X, signal(3000, 2), signal(4001, 3)]

# Class, settings, and arguments of the call besides the audio.
Case = tuple[str, dict[str, Any], dict[str, Any]]

CASES: dict[str, Case] = {
    "speech2text": ("Speech2Text", {}, {"padding": True, "return_attention_mask": True}),
    "speech2text not padded": ("Speech2Text", {}, {}),
    "speech2text plain": ("Speech2Text", {"do_ceptral_normalize": False, "num_mel_bins": 40, "feature_size": 40}, {}),
    "speech2text means": ("Speech2Text", {"normalize_vars": False}, {"padding": "max_length", "max_length": 60}),
    "seamless": ("SeamlessM4T", {}, {}),
    "seamless numpy": ("SeamlessM4T", {"padding_value": 1.0}, {"return_tensors": "np", "return_attention_mask": False}),
    "seamless stride": ("SeamlessM4T", {"stride": 3, "num_mel_bins": 40, "feature_size": 40}, {}),
    "seamless truncated": ("SeamlessM4T", {}, {"padding": "max_length", "max_length": 30, "truncation": True}),
    "seamless not normalized": ("SeamlessM4T", {}, {"do_normalize_per_mel_bins": False}),
    "seamless 8000": ("SeamlessM4T", {"sampling_rate": 8000}, {}),
    "speecht5": ("SpeechT5", {}, {"padding": True}),
    "speecht5 not padded": ("SpeechT5", {}, {}),
    "speecht5 truncated": ("SpeechT5", {}, {"padding": "max_length", "max_length": 20, "truncation": True}),
    "speecht5 window": ("SpeechT5", {"win_length": 50, "win_function": "hamming_window"}, {"return_attention_mask": True}),
    "speecht5 bands": ("SpeechT5", {"num_mel_bins": 40, "fmin": 0, "fmax": 8000, "mel_floor": 1e-5}, {}),
    "clvp": ("Clvp", {"default_audio_length": 1}, {}),
    "clvp norms": ("Clvp", {"default_audio_length": 1, "mel_norms": list(range(1, 81))}, {"return_attention_mask": True}),
    "clvp small": ("Clvp", {"default_audio_length": 1, "feature_size": 40, "n_fft": 512}, {"truncation": False}),
    "univnet": ("UnivNet", {}, {}),
    "univnet normalized": ("UnivNet", {"do_normalize": True}, {"padding": False, "pad_end": True}),
    "univnet factor": ("UnivNet", {"compression_factor": 2.0}, {}),
    "gemma3n": ("Gemma3nAudio", {}, {}),
    "gemma3n plain": ("Gemma3nAudio", {"preemphasis": 0.0, "feature_size": 64, "fft_overdrive": False}, {"max_length": 4000}),
    "gemma3n means": ("Gemma3nAudio", {"per_bin_mean": [0.5] * 128}, {"pad_to_multiple_of": None}),
    "gemma4": ("Gemma4Audio", {}, {}),
    "gemma4 small": ("Gemma4Audio", {"feature_size": 80, "mel_floor": 1e-2}, {"pad_to_multiple_of": 100}),
}
if HAS_TORCH:
    from transformers.models.parakeet.feature_extraction_parakeet import ParakeetFeatureExtractor

    CASES |= {
        "clap fused": ("Clap", {"max_length_s": 1}, {}),
        "clap cropped": ("Clap", {}, {"truncation": "rand_trunc", "max_length": 4800, "return_tensors": "np"}),
        "clap repeated": ("Clap", {"max_length_s": 1, "truncation": "rand_trunc"}, {"padding": "repeat"}),
        "clap 16000": (
            "Clap",
            {"sampling_rate": 16000, "max_length_s": 1, "hop_length": 160, "frequency_max": 8000, "padding": "pad"},
            {},
        ),
        "ast": ("AST", {"max_length": 64}, {}),
        "ast plain": ("AST", {"do_normalize": False, "max_length": 20}, {"return_tensors": "np"}),
        "ast 8000": ("AST", {"sampling_rate": 8000}, {}),
        "parakeet": ("Parakeet", {}, {}),
        "parakeet 128": ("Parakeet", {"feature_size": 128, "preemphasis": None}, {"return_tensors": "np"}),
        "parakeet window": ("Parakeet", {"win_length": 320}, {"padding": "max_length", "max_length": 9000}),
        "seamless tensors": ("SeamlessM4T", {}, {"return_tensors": "pt"}),
        "qwen3": ("Qwen3ASR", {}, {}),
        "qwen3 noise": ("Qwen3ASR", {"dither": 1e-9}, {}),
        "moss": ("MossTranscribeDiarize", {}, {}),
        "dots3": ("Dots3Note", {}, {}),
        "voxtral": ("VoxtralRealtime", {}, {}),
        "voxtral level of the batch": ("VoxtralRealtime", {"global_log_mel_max": None}, {}),
        "voxtral not centred": ("VoxtralRealtime", {}, {"center": False}),
        "nemotron": ("NemotronAsrStreaming", {}, {}),
        "nemotron not centred": ("NemotronAsrStreaming", {}, {"center": False}),
        "nemotron half": ("NemotronAsrStreaming", {"mel_filters_dtype": "bfloat16"}, {}),
        "cohere": ("CohereAsr", {}, {}),
        "fun_asr": ("FunAsrNano", {}, {}),
        "lasr": ("Lasr", {}, {}),
        "phi4": ("Phi4Multimodal", {}, {}),
        "inkling": ("Inkling", {}, {}),
        "granite": ("GraniteSpeech", {}, {}),
        "granite large": ("GraniteSpeech", {"n_mels": 128, "n_fft": 1024}, {}),
        "granite 5": ("GraniteSpeech5", {}, {}),
    }


NEED_TORCH = [
    ("AST", "_extract_fbank_features"),
    ("Clap", "_np_extract_fbank_features"),
    ("Parakeet", "_torch_extract_fbank_features"),
    *calls.STEPS.items(),
]


def original(name: str) -> Any:
    if name == "Parakeet":
        return ParakeetFeatureExtractor
    newer = _transformers.METHODS.get(f"{name}FeatureExtractor")
    module = import_module(f"transformers.models.{newer[0]}.feature_extraction_{newer[0]}") if newer else transformers
    return getattr(module, f"{name}FeatureExtractor")


def drop_in(name: str) -> Any:
    return getattr(ours, f"{name}FeatureExtractor")


def features(kind: Any, name: str, settings: dict[str, Any], audio: Any, call: dict[str, Any]) -> Any:
    extractor = kind(**settings)
    np.random.seed(1)
    if name.startswith("GraniteSpeech"):
        return extractor(audio)
    call = call | {"sampling_rate": extractor.sampling_rate}
    if name == "UnivNet":
        call["generator"] = np.random.default_rng(1)
    return extractor(**(call | {"audio_target" if name == "SpeechT5" else "raw_speech": audio}))


def leaves(value: Any) -> list[np.ndarray]:
    """The arrays of a list of arrays or of an array, whose lengths can differ."""
    if isinstance(value, list):
        return [array for item in value for array in leaves(item)] if isinstance(value[0], list) else [
            np.asarray(item) for item in value
        ]
    array = np.asarray(value)
    return [np.asarray(item) for item in array] if array.dtype == object else [array]


@pytest.mark.parametrize("audio", ["one", "batch"])
@pytest.mark.parametrize("case", CASES)
def test_features(case: str, audio: str) -> None:
    name, settings, call = CASES[case]
    # Gemma 4's class fails with a single array.
    one: Any = [X] if name == "Gemma4Audio" else X
    clips: Any = one if audio == "one" else BATCH
    if name == "Parakeet" and audio == "batch":
        call = {"padding": "longest"} | call
    a = features(drop_in(name), name, settings, clips, call)
    b = features(original(name), name, settings, clips, call)
    assert type(a) is type(b) and a.keys() == b.keys()
    for key in b:
        assert type(a[key]) is type(b[key])
        if key in ("audio_chunk_index", "audio_embed_sizes") and isinstance(b[key], list):
            assert a[key] == b[key]
            continue
        for one, other in zip(leaves(a[key]), leaves(b[key]), strict=True):
            assert (one.shape, one.dtype) == (other.shape, other.dtype)
            # Both compute in float32 somewhere.
            assert np.abs(one.astype(np.float64) - other).max(initial=0) <= 5e-4


@pytest.mark.parametrize("name", calls.CALLS["transformers"])
def test_recorded_features(name: str) -> None:
    """What the drop-ins compute of the classes that transformers has only where torch is."""
    assert_recorded("transformers", name, names("array", bands=bands, layer=layer), 0.0, 5e-4, 0.0)


def layer(name: str, batch: bool, *more: Any) -> Any:
    """The drop-in's own step, on an object that has the settings of the original."""
    extractor = SimpleNamespace(**calls.about()["settings"][name])
    return _transformers.METHODS[name][2](extractor, name, calls.step_input(name, batch), *more)


def bands(name: str, settings: dict[str, Any], audio: Any, last: Any) -> Any:
    """The drop-in's own method, on an object that has the settings of the original."""
    extractor = SimpleNamespace(**calls.about()["settings"][f"{name} {settings}"])
    if name == "AST":
        return vars(ours.ASTFeatureExtractor)["_extract_fbank_features"](extractor, audio, last)
    extractor.mel_filters, extractor.mel_filters_slaney = np.zeros(1), np.ones(1)
    return vars(ours.ClapFeatureExtractor)["_np_extract_fbank_features"](extractor, audio, getattr(extractor, last))


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("Speech2Text", "_extract_fbank_features"),
        ("SeamlessM4T", "_extract_fbank_features"),
        ("SpeechT5", "_extract_mel_features"),
        ("Clvp", "_np_extract_fbank_features"),
        ("UnivNet", "mel_spectrogram"),
        ("Gemma3nAudio", "_extract_spectrogram"),
        *(NEED_TORCH if HAS_TORCH else []),
    ],
)
def test_our_engine_computes(name: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """transformers' own function is not called with the class's own settings."""

    def broken(*_: Any, **__: Any) -> Any:
        raise AssertionError("the original computed")

    monkeypatch.setattr(original(name), method, broken)
    assert features(drop_in(name), name, {}, X, {}).keys()


def test_saves_and_loads(tmp_path: Path) -> None:
    made = ours.SeamlessM4TFeatureExtractor(stride=1, num_mel_bins=40, feature_size=40)
    made.save_pretrained(tmp_path)
    for kind in (ours.SeamlessM4TFeatureExtractor, transformers.SeamlessM4TFeatureExtractor):
        again = kind.from_pretrained(tmp_path)
        assert again.to_dict() == made.to_dict()
        a, b = (extractor(X, sampling_rate=16000)["input_features"] for extractor in (again, made))
        assert a.shape == b.shape and np.abs(a - b).max() <= 5e-4


def test_what_the_engine_refuses_is_transformers() -> None:
    """Audio that is shorter than a frame, and integers, are as in the original, errors among them."""
    for name, audio in (("SeamlessM4T", X[:300]), ("Speech2Text", X[:300]), ("SeamlessM4T", signal(800, 1, np.int16))):
        results: list[Any] = []
        for kind in (drop_in(name), original(name)):
            try:
                results.append(features(kind, name, {}, audio, {})["input_features"])
            except Exception as error:
                results.append((type(error), str(error)))
        np.testing.assert_equal(*results)
    with pytest.raises(mojo_audio.SampleError):
        features(ours.SpeechT5FeatureExtractor, "SpeechT5", {}, np.full(2000, np.nan, np.float32), {})


def test_classes_of_newer_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ours.Gemma3nAudioFeatureExtractor
    assert made is ours.Gemma3nAudioFeatureExtractor and issubclass(made, original("Gemma3nAudio"))
    assert made.__module__ == ours.__name__
    with pytest.raises(AttributeError, match="has no attribute 'NoSuchFeatureExtractor'"):
        _ = ours.NoSuchFeatureExtractor
    for name in ("NeuCodecFeatureExtractor", "Xcodec2FeatureExtractor"):
        with pytest.raises(AttributeError, match=f"doesn't have {name}, .*from_preprocessor_config reads its settings"):
            getattr(ours, name)
    monkeypatch.setitem(_transformers.METHODS, "LateFeatureExtractor", ("late", "_extract", None))
    with pytest.raises(AttributeError, match="this transformers has no LateFeatureExtractor, or it needs torch"):
        _ = ours.LateFeatureExtractor
