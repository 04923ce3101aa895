"""transformers' Whisper feature extractor, with this package's engine.

>>> from mojo_audio.compat.transformers import WhisperFeatureExtractor
>>> extractor = WhisperFeatureExtractor.from_pretrained("openai/whisper-small")  # doctest: +SKIP
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import transformers

from mojo_audio.compat import _whisper

__all__ = ["WhisperFeatureExtractor"]


class WhisperFeatureExtractor(transformers.WhisperFeatureExtractor):  # type: ignore[misc,unused-ignore]
    """A `transformers.WhisperFeatureExtractor` that computes its log-mel many times faster.

    The constructor, the call, padding, truncation, attention masks, `do_normalize`, tensors, saving and loading
    are transformers' own, so it works wherever that class does. transformers itself computes with `dither`, on
    a `device` other than the CPU, and below 16 kHz. A sample that is not finite raises
    `mojo_audio.SampleError`, where transformers returns features that are not finite.
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
