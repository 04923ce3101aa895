"""The feature extractors that not every version of transformers has, and most of them only where torch is. Each class
is made when it is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from mojo_audio import MelExtractor
from mojo_audio.compat import _tensors

WHISPER: dict[str, Any] = {"layout": "mel_major", "offset": 4.0, "scale": 0.25}
"""What Whisper's classes do in the step that is replaced, besides the bands."""


def compute(extractor: MelExtractor | None, waveform: Any, device: str = "cpu") -> Any:
    """The features of signals (..., n_samples), an array or a tensor, and of the same kind; None if transformers is to
    compute them."""
    is_tensor = _tensors.is_tensor(waveform)
    if extractor is None or str(device) != "cpu" or (is_tensor and waveform.device.type != "cpu"):
        return None
    audio = waveform.detach().numpy() if is_tensor else np.asarray(waveform)
    if audio.ndim not in (1, 2) or not np.issubdtype(audio.dtype, np.floating):
        return None
    if audio.shape[-1] < extractor.config.window_length:
        return None
    if audio.ndim == 1:
        return _tensors.like(extractor(audio), waveform)
    features, _ = extractor.batch(audio, padded=True)
    return _tensors.like(features, waveform)


def whisper(self: Any, name: str, waveform: Any, device: str = "cpu", center: bool = True) -> Any:
    """Whisper's log-mel, of Qwen3-ASR, MOSS, dots.note and Voxtral's real-time model."""
    from mojo_audio.compat.transformers import _extractor

    if getattr(self, "dither", 0.0) != 0.0 or not center:
        return None
    extractor = _extractor(self, name, **WHISPER)
    # Without a fixed level Voxtral's is that of the whole batch.
    of_batch = hasattr(self, "global_log_mel_max") and self.global_log_mel_max is None
    return None if of_batch and len(waveform) != 1 else compute(extractor, waveform, device)


def nemo(self: Any, name: str, waveform: Any, device: str = "cpu", center: bool = True) -> Any:
    """The log-mel of Nemotron's and Cohere's models. Noise, pre-emphasis and normalization are transformers'."""
    from mojo_audio.compat.transformers import _extractor

    given = {"dither": 0.0} if hasattr(self, "dither") else {}
    return compute(_extractor(self, name, given, preemphasis=0.0), waveform, device) if center else None


def gemma(self: Any, name: str, waveform: Any) -> Any:
    """The log-mel of Gemma's models (n_frames, feature_size)."""
    from mojo_audio.compat.transformers import _extractor

    if self.dither != 0.0 or self.per_bin_mean is not None or self.per_bin_stddev is not None:
        return None
    if np.ndim(waveform) == 2 and len(waveform) != 1:
        return None
    given = {
        "mel_floor": float(self.mel_floor),
        "frame_length_ms": 1000 * self.frame_length / self.sampling_rate,
        "hop_length_ms": 1000 * self.hop_length / self.sampling_rate,
    }
    return compute(_extractor(self, name, given, pad_to_multiple_of=None), np.atleast_2d(waveform)[0])


def kaldi(self: Any, name: str, waveform: Any) -> Any:
    """Kaldi's filterbank (n_frames, feature_size) of Fun-ASR's models. The stacking is transformers'."""
    from mojo_audio.compat.transformers import _extractor

    return compute(_extractor(self, name, stack_stride=None), waveform)


def alone(self: Any, name: str, waveform: Any, lengths: Any, device: str = "cpu") -> Any:
    """Phi-4's log-mel of one signal; in a batch its class changes the last frames of the shorter ones."""
    from mojo_audio.compat.transformers import _extractor

    return compute(_extractor(self, name), waveform, device) if len(waveform) == 1 else None


def double(self: Any, name: str, waveform: Any, device: str = "cpu") -> Any:
    """The log-mel of LASR, which is of float64."""
    from mojo_audio.compat.transformers import _extractor

    features = compute(_extractor(self, name), waveform, device)
    if features is None:
        return None
    return features.double() if _tensors.is_tensor(features) else features.astype(np.float64)


def inkling(self: Any, name: str, waveform: Any, device: str = "cpu") -> Any:
    """Inkling's log-mel, without the levels of its processor."""
    from mojo_audio.compat.transformers import _extractor

    return compute(_extractor(self, name), waveform, device)


def granite(self: Any, name: str, waveform: Any, device: str | None = "cpu") -> Any:
    """The log-mel of Granite Speech, two frames at a time."""
    from mojo_audio.compat.transformers import _extractor

    given = dict(getattr(self, "melspec_kwargs", {}))
    if given.pop("sample_rate", self.sampling_rate) != self.sampling_rate:
        return None
    stacked = _extractor(self, name, given, stack=2, offset=4.0, scale=0.25)
    return compute(stacked, waveform, device or "cpu")


METHODS: dict[str, tuple[str, str, Any]] = {
    "Qwen3ASRFeatureExtractor": ("qwen3_asr", "_torch_extract_fbank_features", whisper),
    "MossTranscribeDiarizeFeatureExtractor": ("moss_transcribe_diarize", "_torch_extract_fbank_features", whisper),
    "Dots3NoteFeatureExtractor": ("dots3_note", "_torch_extract_fbank_features", whisper),
    "VoxtralRealtimeFeatureExtractor": ("voxtral_realtime", "_torch_extract_fbank_features", whisper),
    "NemotronAsrStreamingFeatureExtractor": ("nemotron_asr_streaming", "_torch_extract_fbank_features", nemo),
    "CohereAsrFeatureExtractor": ("cohere_asr", "_torch_extract_fbank_features", nemo),
    "FunAsrNanoFeatureExtractor": ("fun_asr_nano", "_extract_fbank_features", kaldi),
    "LasrFeatureExtractor": ("lasr", "_torch_extract_fbank_features", double),
    "Phi4MultimodalFeatureExtractor": ("phi4_multimodal", "_torch_extract_fbank_features", alone),
    "InklingFeatureExtractor": ("inkling", "_torch_extract_fbank_features", inkling),
    "GraniteSpeechFeatureExtractor": ("granite_speech", "_extract_mel_spectrograms", granite),
    "GraniteSpeech5FeatureExtractor": ("granite_speech5", "_extract_features", granite),
    "Gemma3nAudioFeatureExtractor": ("gemma3n", "_extract_spectrogram", gemma),
    "Gemma4AudioFeatureExtractor": ("gemma4", "_extract_spectrogram", gemma),
}
"""Where transformers has a class, which of its methods is replaced, and by what."""

WITHIN_CALLS = frozenset({"NeuCodecFeatureExtractor", "Xcodec2FeatureExtractor"})
"""The classes that compute their bands in the middle of `__call__`, where there is no method to replace."""


def made(name: str, module: str) -> Any:
    """The class of that name for a module of drop-ins.

    Raises
    ------
    AttributeError
        This transformers doesn't have the class, its bands can't be replaced, or there is none of that name.
    """
    if name in WITHIN_CALLS:
        raise AttributeError(
            f"{module} doesn't have {name}, which has no method to replace; transformers itself has it, and "
            "MelConfig.from_preprocessor_config reads its settings"
        )
    if name not in METHODS:
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    folder, method, computed = METHODS[name]
    try:
        original = getattr(import_module(f"transformers.models.{folder}.feature_extraction_{folder}"), name)
    except ImportError as error:
        raise AttributeError(f"this transformers has no {name}, or it needs torch: {error}") from error
    theirs = getattr(original, method)

    def ours(self: Any, waveform: Any, *arguments: Any, **settings: Any) -> Any:
        if computed is not gemma:
            features = computed(self, name, waveform, *arguments, **settings)
            return theirs(self, waveform, *arguments, **settings) if features is None else features
        # The mask is transformers', of audio that costs next to nothing.
        features = computed(self, name, waveform)
        if features is None:
            return theirs(self, waveform, *arguments, **settings)
        return features, _mask(self, name, waveform, len(features), *arguments, **settings)

    about = f"A `{name}` of transformers whose log-mel this package computes."
    return type(name, (original,), {method: ours, "__doc__": about, "__module__": module})


def _mask(self: Any, name: str, waveform: Any, n_frames: int, attention_mask: Any) -> Any:
    """Which frames of Gemma's are audio."""
    if name == "Gemma3nAudioFeatureExtractor":
        return attention_mask[:: self.hop_length].astype(bool)[:n_frames]
    # The last sample of a frame, and of the one more that is taken with it, must be audio.
    ends = np.arange(n_frames) * self.hop_length + self.frame_length
    return np.pad(attention_mask, (self.frame_length // 2, 0))[ends].astype(bool)
