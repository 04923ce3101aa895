"""transformers' feature extractors, with this package's engine.

>>> from mojo_audio.compat.transformers import WhisperFeatureExtractor
>>> extractor = WhisperFeatureExtractor.from_pretrained("openai/whisper-small")  # doctest: +SKIP

Each class is a subclass of transformers' own: the constructor, the call, padding, truncation, attention masks,
normalization, tensors, saving and loading are transformers', so it works wherever that class does. Only the mel
spectrogram is computed here. transformers itself computes with settings that `MelConfig.from_preprocessor_config`
rejects, and, except for Whisper, audio that is shorter than a frame or of integers. A sample that is not finite raises
`mojo_audio.SampleError`, where transformers returns features that are not finite.

Besides those in `__all__`, the module has the classes of Qwen3-ASR, MOSS, dots.note, Voxtral Realtime, Nemotron, Cohere
ASR, Fun-ASR, LASR, Phi-4, Inkling, Granite Speech, Gemma 3n and Gemma 4, by transformers' names, wherever transformers
has them: most need torch.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import transformers

from mojo_audio import Error, MelConfig, MelExtractor
from mojo_audio._native import quiet_extractor
from mojo_audio.compat import _tensors, _transformers, _whisper

__all__ = [
    "ASTFeatureExtractor",
    "ClapFeatureExtractor",
    "ClvpFeatureExtractor",
    "SeamlessM4TFeatureExtractor",
    "Speech2TextFeatureExtractor",
    "SpeechT5FeatureExtractor",
    "UnivNetFeatureExtractor",
    "WhisperFeatureExtractor",
]


class _Typed:
    """transformers' constructors have no types, of which `mypy --strict` complains where they are called."""

    if TYPE_CHECKING:

        def __init__(self, *arguments: Any, **settings: Any) -> None: ...


class WhisperFeatureExtractor(_Typed, transformers.WhisperFeatureExtractor):  # type: ignore[misc,unused-ignore]
    """A `transformers.WhisperFeatureExtractor` that computes its log-mel many times faster.

    transformers itself computes with `dither`, on a `device` other than the CPU, and below 16 kHz.
    """

    def _computes_here(self, device: str) -> bool:
        nyquist = self.sampling_rate / 2
        return device == "cpu" and self.dither == 0.0 and nyquist >= _whisper.F_MAX

    def _log_mel(self, waveforms: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        extractor = _whisper.extractor(
            self.sampling_rate,
            self.n_fft,
            self.hop_length,
            self.feature_size,
            bin_frequencies="linspace",
        )
        # Integers are not scaled, as in transformers.
        mels, _ = extractor.batch(np.asarray(waveforms, dtype=np.float32), padded=True)
        return mels

    def _np_extract_fbank_features(self, waveform_batch: npt.NDArray[Any], device: str) -> npt.NDArray[Any]:
        if self._computes_here(device):
            return self._log_mel(waveform_batch)
        features: npt.NDArray[Any] = super()._np_extract_fbank_features(waveform_batch, device)
        return features

    def _torch_extract_fbank_features(
        self, waveform: npt.NDArray[Any], device: str = "cpu"
    ) -> npt.NDArray[Any]:
        if self._computes_here(device):
            return self._log_mel(waveform)
        features: npt.NDArray[Any] = super()._torch_extract_fbank_features(waveform, device)
        return features


# Steps that transformers does around the bands.
_BANDS_ALONE: dict[str, Any] = {
    "max_length": None,
    "pad_to": None,
    "pad_to_mode": "zeros",
    "n_frames": None,
    "normalize": "none",
    "mask_tail": False,
    "stack": 1,
    "offset": 0.0,
    "scale": 1.0,
    "layout": "frame_major",
}


@lru_cache(maxsize=32)
def _reader(settings: str, changes: str) -> MelExtractor | None:
    try:
        config = MelConfig.from_preprocessor_config(json.loads(settings))
        return quiet_extractor(config.replace(**(_BANDS_ALONE | json.loads(changes))))
    except Error:
        return None


def _extractor(original: Any, name: str, given: dict[str, Any] | None = None, **changes: Any) -> MelExtractor | None:
    """What computes the bands of a class with that name and the object's settings, some of which are replaced by
    those that are given; None if the settings are rejected."""
    settings = {
        key: value
        for key, value in vars(original).items()
        if not key.startswith("_") and isinstance(value, (bool, int, float, str, list, tuple, type(None)))
    }
    settings |= {"feature_extractor_type": name} | (given or {})
    return _reader(json.dumps(settings), json.dumps(changes))


def _bands(extractor: MelExtractor | None, waveform: Any) -> npt.NDArray[np.float32] | None:
    """The bands (n_frames, n_mels) of one signal; None if transformers is to compute them."""
    audio = np.squeeze(np.asarray(waveform))
    if extractor is None or audio.ndim != 1 or audio.size < extractor.config.window_length:
        return None
    # Some of the classes fail with integers, the others don't scale them.
    return extractor(audio) if np.issubdtype(audio.dtype, np.floating) else None


class ASTFeatureExtractor(_Typed, transformers.ASTFeatureExtractor):  # type: ignore[misc,unused-ignore]
    """A `transformers.ASTFeatureExtractor` whose bands this package computes. It needs torch, as the
    original does."""

    def _extract_fbank_features(self, waveform: npt.NDArray[Any], max_length: int) -> npt.NDArray[Any]:
        bands = _bands(_extractor(self, "ASTFeatureExtractor", {"do_normalize": False}), waveform)
        if bands is None:
            features: npt.NDArray[Any] = super()._extract_fbank_features(waveform, max_length)
            return features
        return np.pad(bands, ((0, max(max_length - len(bands), 0)), (0, 0)))[:max_length]


class Speech2TextFeatureExtractor(_Typed, transformers.Speech2TextFeatureExtractor):  # type: ignore[misc,unused-ignore]
    """A `transformers.Speech2TextFeatureExtractor` whose bands this package computes. transformers itself
    computes with `dither`."""

    def _extract_fbank_features(self, waveform: npt.NDArray[Any]) -> npt.NDArray[Any]:
        extractor = None if self.dither else _extractor(self, "Speech2TextFeatureExtractor")
        bands = _bands(extractor, waveform)
        if bands is None:
            features: npt.NDArray[Any] = super()._extract_fbank_features(waveform)
            return features
        return bands


class SeamlessM4TFeatureExtractor(_Typed, transformers.SeamlessM4TFeatureExtractor):  # type: ignore[misc,unused-ignore]
    """A `transformers.SeamlessM4TFeatureExtractor` whose bands this package computes."""

    def _extract_fbank_features(self, waveform: npt.NDArray[Any]) -> npt.NDArray[Any]:
        # The left channel, as in transformers. The stacking is transformers', so any stride will do.
        left = waveform[0] if waveform.ndim == 2 else waveform
        bands = _bands(_extractor(self, "SeamlessM4TFeatureExtractor", {"stride": 1}), left)
        if bands is None:
            features: npt.NDArray[Any] = super()._extract_fbank_features(waveform)
            return features
        return bands


class SpeechT5FeatureExtractor(_Typed, transformers.SpeechT5FeatureExtractor):  # type: ignore[misc,unused-ignore]
    """A `transformers.SpeechT5FeatureExtractor` whose log-mel of `audio_target` this package computes."""

    def _extract_mel_features(self, one_waveform: npt.NDArray[Any]) -> npt.NDArray[Any]:
        bands = _bands(_extractor(self, "SpeechT5FeatureExtractor"), one_waveform)
        if bands is None:
            features: npt.NDArray[Any] = super()._extract_mel_features(one_waveform)
            return features
        return bands


class ClapFeatureExtractor(_Typed, transformers.ClapFeatureExtractor):  # type: ignore[misc,unused-ignore]
    """A `transformers.ClapFeatureExtractor` whose log-mel this package computes. Which part of a longer signal
    is taken remains random, by `numpy.random`. It needs torch, as the original does."""

    def _np_extract_fbank_features(
        self, waveform: npt.NDArray[Any], mel_filters: npt.NDArray[Any] | None = None
    ) -> npt.NDArray[Any]:
        bands = None
        if mel_filters is self.mel_filters or mel_filters is self.mel_filters_slaney:
            htk = mel_filters is self.mel_filters
            extractor = _extractor(
                self,
                "ClapFeatureExtractor",
                {"truncation": "rand_trunc", "padding": "repeatpad"},
                mel_scale="htk" if htk else "slaney",
                mel_norm="none" if htk else "slaney",
            )
            bands = _bands(extractor, waveform)
        if bands is None:
            features: npt.NDArray[Any] = super()._np_extract_fbank_features(waveform, mel_filters)
            return features
        return bands


class ClvpFeatureExtractor(_Typed, transformers.ClvpFeatureExtractor):  # type: ignore[misc,unused-ignore]
    """A `transformers.ClvpFeatureExtractor` whose log-mel this package computes."""

    def _np_extract_fbank_features(self, waveform: npt.NDArray[Any]) -> npt.NDArray[Any]:
        extractor = _extractor(self, "ClvpFeatureExtractor", {"mel_norms": None}, layout="mel_major")
        mel = _bands(extractor, waveform)
        if mel is None:
            features: npt.NDArray[Any] = super()._np_extract_fbank_features(waveform)
            return features
        return mel if self.mel_norms is None else mel / np.array(self.mel_norms)[:, None]


class UnivNetFeatureExtractor(_Typed, transformers.UnivNetFeatureExtractor):  # type: ignore[misc,unused-ignore]
    """A `transformers.UnivNetFeatureExtractor` whose log-mel this package computes."""

    def mel_spectrogram(self, waveform: npt.NDArray[Any]) -> npt.NDArray[Any]:
        # The range and the noise are transformers' steps.
        bands = _bands(_extractor(self, "UnivNetFeatureExtractor", {"do_normalize": False}), waveform)
        if bands is None:
            features: npt.NDArray[Any] = super().mel_spectrogram(waveform)
            return features
        return bands


# transformers doesn't export this class, and has it only where torch is.
if hasattr(transformers.utils, "is_torch_available") and transformers.utils.is_torch_available():
    from transformers.models.parakeet.feature_extraction_parakeet import (
        ParakeetFeatureExtractor as _Parakeet,
    )

    class ParakeetFeatureExtractor(_Typed, _Parakeet):  # type: ignore[misc,unused-ignore]
        """A `ParakeetFeatureExtractor` of transformers whose log-mel this package computes; on a `device`
        other than the CPU transformers itself does. It needs torch, as the original does."""

        def _torch_extract_fbank_features(self, waveform: Any, device: str = "cpu") -> Any:
            # transformers did the pre-emphasis, and normalizes.
            extractor = _extractor(self, "ParakeetFeatureExtractor", preemphasis=0.0)
            if extractor is None or device != "cpu" or waveform.device.type != "cpu":
                return super()._torch_extract_fbank_features(waveform, device)  # type: ignore[no-untyped-call,unused-ignore]
            mels, _ = extractor.batch(waveform.numpy(), padded=True)
            return _tensors.tensor(mels)

    __all__ += ["ParakeetFeatureExtractor"]


def __getattr__(name: str) -> Any:
    """The classes that not every version of transformers has."""
    made = _transformers.made(name, __name__)
    globals()[name] = made
    return made
